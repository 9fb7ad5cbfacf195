package review_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata, or writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test ./incident/review -update writes it)\n--- want\n%s\n--- got\n%s", path, want, got)
	}
}

// ten is ten in the morning of the day of the incident.
var ten = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return ten.Add(d) }

var ana = incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "web"}

func roster() *oncall.Roster {
	return oncall.NewRoster([]oncall.User{
		{ID: "ana", Name: "Ana García"}, {ID: "bo", Name: "Bo Lind"}, {ID: "cy", Name: "Cy Young"}, {ID: "meg", Name: "Meg O'Hara"},
	}, []oncall.Team{{ID: "shop", Members: []oncall.UserID{"ana", "bo"}, Manager: "meg"}}, nil, nil, "")
}

// outage is an incident with everything in it: ana slept, bo acknowledged, a workaround held until the fix.
func outage() incident.Incident {
	i := incident.Incident{
		Number: 42, State: incident.Resolved, Title: "Checkout is down", Service: "checkout", Team: "shop", Type: "technical",
		Priority: "P1", Source: "prometheus", Total: 3, CreatedAt: ten, ResolvedAt: at(125 * time.Minute), Assignee: "bo",
		Code: incident.Fixed, Note: "The pool has 50 connections now",
	}
	i.StartedAt, i.Rule = at(-5*time.Minute), "CheckoutErrors"
	i.FirstAckAt, i.FirstAckBy = at(6*time.Minute), "bo"
	i.Roles = map[incident.Role]oncall.UserID{incident.Commander: "bo", incident.Scribe: "cy"}
	i.Workaround, i.Factors = "Restart the pods", []string{"The pool was sized for last year's traffic"}
	i.CausedBy, i.Problem, i.Previous = "deploy 2.4.0", 7, 12
	i.PublicStatus = &incident.Status{Text: "Checkout works again. We are sorry."}
	i.Pings = []incident.Ping{{User: "ana", At: ten}, {User: "bo", At: at(5 * time.Minute)}, {User: "ana", At: at(20 * time.Minute)}}
	i.Escalations, i.Reopens, i.Updates = 1, 1, 2
	done := at(6 * time.Minute)
	i.Clocks = []incident.Clock{
		{Reading: sla.Reading{SLA: "gold", Kind: sla.Response, Target: 5 * time.Minute, Elapsed: 6 * time.Minute, DoneAt: done, Breached: true}},
		{Reading: sla.Reading{SLA: "gold", Kind: sla.Resolution, Target: 4 * time.Hour, Elapsed: 125 * time.Minute, DoneAt: at(125 * time.Minute)}},
	}
	return i
}

// told is the outage's timeline, noise included.
func told() []incident.Entry {
	prom := incident.Actor{Kind: incident.ByIntegration, Name: "prometheus"}
	rouse := incident.Actor{Kind: incident.BySystem}
	bo := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "sms"}
	var out []incident.Entry
	add := func(after time.Duration, kind incident.EntryKind, by incident.Actor, what string, data ...string) {
		e := incident.Entry{Seq: len(out) + 1, At: at(after), Kind: kind, By: by, What: what}
		for k := 0; k+1 < len(data); k += 2 {
			if e.Data == nil {
				e.Data = map[string]string{}
			}
			e.Data[data[k]] = data[k+1]
		}
		out = append(out, e)
	}
	m := time.Minute
	add(0, incident.DidOpen, prom, "Opened as P1 for checkout: Checkout is down")
	add(0, incident.DidEscalate, rouse, "Level 1 of main: ana")
	add(0, incident.DidPage, rouse, "Paging ana by sms")
	add(2*time.Second, incident.DidReport, rouse, "ana's phone has the text")
	add(1*m, incident.DidPage, rouse, "Paging ana by call")
	add(2*m, incident.DidJoin, prom, "Alert joined: payment is slow")
	add(3*m, incident.DidPage, rouse, "Paging ana by call")
	add(3*m, incident.DidWarn, rouse, "50 % of the response time of gold is used", "percent", "50")
	add(5*m, incident.DidEscalate, rouse, "Level 2 of main: bo and cy")
	add(5*m, incident.DidPage, rouse, "Paging bo by sms")
	add(5*m, incident.DidPage, rouse, "Paging cy by sms")
	add(5*m, incident.DidWarn, rouse, "SLA BREACHED: the response time of gold, 5m, is over", "percent", "100", "first", "true")
	add(6*m, incident.DidAck, bo, "Acknowledged by bo")
	add(7*m, incident.DidPage, rouse, "Telling bo of 1 more alerts by sms")
	add(8*m, incident.DidRole, bo, "bo is commander")
	add(10*m, incident.DidDiagnose, bo, "Hypothesis: the connection pool is dry")
	add(12*m, incident.DidUpdate, bo, "Update for the public: checkout fails for some")
	add(15*m, incident.DidResolve, bo, "Resolved by bo (workaround): pods restarted")
	add(20*m, incident.DidReopen, rouse, "Reopened: alert Checkout is down fires again")
	add(20*m, incident.DidPage, rouse, "Paging ana by sms")
	add(21*m, incident.DidAck, ana, "Acknowledged by ana")
	add(40*m, incident.DidHold, ana, "On hold: change 2.4.1 is being built")
	add(100*m, incident.DidResume, ana, "Work goes on, says ana")
	add(118*m, incident.DidClear, prom, "Alert recovered: payment is slow")
	add(125*m, incident.DidResolve, ana, "Resolved by ana (fixed): the pool has 50 connections now")
	return out
}

func source() review.Source {
	return review.Source{Incident: outage(), Timeline: told(), Roster: roster(), Due: 72 * time.Hour, Now: at(130 * time.Minute)}
}
