package storetest

import (
	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// firing is a firing alert that belongs to incidents.
func firing(integration, key string, incidents ...int64) store.Alert {
	return store.Alert{
		Alert: alert.Alert{
			Integration: integration, Key: key, State: alert.Firing, Severity: alert.Critical,
			Title: "HighErrorRate " + key, Labels: alert.Labels{"alertname": "HighErrorRate", "instance": key},
			StartsAt: at(-5),
		},
		Incidents: incidents, FirstAt: at(-5), SeenAt: at(0), UpdatedAt: at(0),
	}
}

// opened is a triggered incident of a service and group.
func opened(n int64, service, group string) incident.Incident {
	return incident.Incident{
		Number: n, State: incident.Triggered, Title: "HighErrorRate", Service: service, GroupKey: group, Team: "team-" + service,
		Impact: incident.GradeHigh, Urgency: incident.GradeHigh, Priority: "P1",
		CreatedAt: at(int(n)), TriggeredAt: at(int(n)), UpdatedAt: at(int(n)), Epoch: 1, Policy: "default",
	}
}

// queued is a page of an incident that is due at some minute.
func queued(id string, n int64, minute int) store.Page {
	p := store.Page{State: store.Queued, NextAt: at(minute), UpdatedAt: at(0)}
	p.ID, p.Kind, p.Incident, p.User, p.Via, p.At = id, incident.PageAlert, n, "ana", "sms", at(0)
	return p
}

func numbers(list []incident.Incident) []int64 {
	var n []int64
	for _, i := range list {
		n = append(n, i.Number)
	}
	return n
}

func keys(list []store.Alert) []string {
	var k []string
	for _, a := range list {
		k = append(k, a.Integration+"/"+a.Key)
	}
	return k
}

func ids(list []store.Page) []string {
	var k []string
	for _, p := range list {
		k = append(k, p.ID)
	}
	return k
}

// entriesOf are the timeline entries from one seq to another.
func entriesOf(from, to int) []incident.Entry {
	var list []incident.Entry
	for seq := from; seq <= to; seq++ {
		list = append(list, incident.Entry{
			Seq: seq, At: at(seq), Kind: incident.DidNote, By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, What: "looked at the logs",
		})
	}
	return list
}

// override is one that begins at some minute and lasts an hour.
func override(id string, minute int) oncall.Override {
	return oncall.Override{ID: id, Schedule: "primary", User: "ana", From: at(minute), To: at(minute + 60), By: "bo", At: at(0)}
}

// leave is one that begins at some minute and lasts a day.
func leave(id string, minute int) oncall.Leave {
	return oncall.Leave{ID: id, User: "ana", From: at(minute), To: at(minute + 1440), Reason: "family", Calendar: "ana.ics", By: "bo", At: at(0)}
}

// silence is one that begins at some minute and lasts an hour.
func silence(id string, minute int) router.Silence {
	return router.Silence{
		ID: id, Matchers: []router.Matcher{{Name: "env", Value: "dev", IsEqual: true}},
		StartsAt: at(minute), EndsAt: at(minute + 60), UpdatedAt: at(0), CreatedBy: "ana", Comment: "upgrade",
	}
}
