package main

import (
	"context"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate"
	"github.com/rouse/rouse/simulate/explain"
	"github.com/rouse/rouse/simulate/rehearsal"
	"github.com/rouse/rouse/web/client"
)

// liveRules asks the daemon for what people made at run time, and for the numbers that it does not use any more.
func (s *session) liveRules(ctx context.Context, q *explain.Question) error {
	silences, err := s.Silences(ctx, false)
	if err != nil {
		return s.explain(err)
	}
	for _, x := range silences {
		made, err := silenceOf(x)
		if err != nil {
			return err
		}
		q.Silences = append(q.Silences, made)
	}
	overrides, err := s.Overrides(ctx, false)
	if err != nil {
		return s.explain(err)
	}
	for _, o := range overrides {
		if o.Source == "runtime" {
			q.Overrides = append(q.Overrides, oncall.Override{
				ID: o.ID, Schedule: oncall.ScheduleID(o.Schedule), User: oncall.UserID(o.User), From: o.From, To: o.To, Reason: o.Reason, By: o.By, At: o.At,
			})
		}
	}
	contacts, err := s.Contacts(ctx)
	if err != nil {
		return s.explain(err)
	}
	for _, c := range contacts {
		for _, via := range c.Dead {
			f := rehearsal.Fault{User: oncall.UserID(c.User), Via: oncall.Method(via), Phone: simulate.Dead}
			if c.Health == "opted-out" {
				f.Phone = simulate.OptedOut
			}
			q.Faults = append(q.Faults, f)
		}
	}
	return nil
}

// silenceOf is a silence of the API in the form in which it is stored.
func silenceOf(x client.Silence) (router.Silence, error) {
	out := router.Silence{ID: x.ID, StartsAt: x.StartsAt, EndsAt: x.EndsAt, UpdatedAt: x.UpdatedAt, CreatedBy: x.CreatedBy, Comment: x.Comment}
	ms, err := router.ParseMatchers(x.Matchers)
	for _, m := range ms {
		regex := m.Type == labels.MatchRegexp || m.Type == labels.MatchNotRegexp
		out.Matchers = append(out.Matchers, router.Matcher{Name: m.Name, Value: m.Value, IsRegex: regex, IsEqual: m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp})
	}
	return out, err
}
