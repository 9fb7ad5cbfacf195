package main

import (
	"cmp"
	"context"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/plan"
	"github.com/rouse/rouse/web/client"
)

// How much a daemon is asked for: what a person waits for, and what says enough.
const (
	planIncidents = 300
	planAlerts    = 100 // of one incident
	planWait      = 20 * time.Second
)

// fromDaemon reads what a daemon knows: overrides made at run time, which count on both sides, and the alerts of late.
func (r *remote) fromDaemon(ctx context.Context, before, after *plan.Side, o *plan.Options, since time.Time) error {
	r.output = "json"
	s, err := r.session()
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, planWait)
	defer stop()
	made, err := s.Overrides(ctx, false)
	if err != nil {
		return s.explain(err)
	}
	var overrides []oncall.Override
	for _, v := range made {
		if v.Source == "runtime" {
			overrides = append(overrides, oncall.Override{ID: v.ID, Schedule: oncall.ScheduleID(v.Schedule), User: oncall.UserID(v.User),
				From: v.From, To: v.To, Reason: v.Reason, By: v.By, At: v.At})
		}
	}
	before.Roster, after.Roster = before.Roster.WithOverrides(overrides), after.Roster.WithOverrides(overrides)
	if o.Alerts, err = s.seen(ctx, since); err != nil {
		o.Alerts = nil
		return s.explain(err)
	}
	return nil
}

// seen are the alerts that came since, of the newest incidents first, each set of labels once.
func (s *session) seen(ctx context.Context, since time.Time) ([]plan.Seen, error) {
	list, err := s.Incidents(ctx, client.Filter{UpdatedSince: since, Limit: planIncidents})
	if err != nil {
		return nil, err
	}
	all, known := []plan.Seen{}, map[string]bool{}
	for _, i := range list.Incidents {
		d, err := s.Incident(ctx, i.Number, planAlerts)
		if err != nil {
			return nil, err
		}
		for _, a := range d.Alerts {
			l := alert.Labels(a.Labels)
			if key := l.String(); !known[key] {
				known[key] = true
				all = append(all, plan.Seen{Title: cmp.Or(a.Title, i.Title), Labels: l, At: a.UpdatedAt})
			}
		}
	}
	return all, nil
}
