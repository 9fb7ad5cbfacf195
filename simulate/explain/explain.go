// Package explain says of alerts what would follow, and why: by which routes they go, what keeps people from being paged, whom the
// engine would page when if nobody reacts, and of everybody else why not.
//
// Routes, rules and rotas are asked themselves for their reasons, by what package router and oncall say of a no; what would follow is
// rehearsed on the real engine. The package holds no rule of paging. Its law: nobody in the configuration is left out.
package explain

import (
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// Question is what somebody wants to know.
type Question struct {
	Stage  *rehearsal.Stage
	Where  func(path ...string) string // where something is written, as configs.Config.Where; nil: not known
	At     time.Time                   // when the alerts come
	Alerts []alert.Alert               // as their source sends them, in one batch; those that fire are taken to fire on
	Length time.Duration               // how far to look; 0: until every level that would be used has been used once

	// What people made at run time, and what is known to fail; none of it: the file alone.
	Silences  []router.Silence
	Overrides []oncall.Override
	Faults    []rehearsal.Fault
}

// Answer is what would follow. Times are UTC.
type Answer struct {
	At        time.Time  `json:"at"`
	Until     time.Time  `json:"until"` // how far it was looked
	Version   string     `json:"version"`
	Alerts    []Alert    `json:"alerts"`
	Incidents []Incident `json:"incidents"`
}

// Alert is one alert, and where it goes.
type Alert struct {
	Integration string            `json:"integration"`
	Key         string            `json:"key"` // its identity with Integration: repeats are one alert
	Title       string            `json:"title"`
	State       alert.State       `json:"state"`
	Severity    alert.Severity    `json:"severity,omitempty"`
	Labels      map[string]string `json:"labels"`
	Note        string            `json:"note,omitempty"` // why nothing follows from it, where nothing does
	Routes      []router.Tried    `json:"routes"`
	Ways        []Way             `json:"ways"`
}

// Way is one way of an alert to an incident.
type Way struct {
	Incident int                 `json:"incident"` // from 1: which one of the answer
	Route    string              `json:"route"`
	Why      []string            `json:"why"` // each step in words, root first
	Muted    *router.Suppression `json:"muted,omitempty"`
	Rules    []router.Verdict    `json:"rules"` // what each rule that could mute it says
}

// asking is a Question being answered.
type asking struct {
	Question
	set    engine.Settings
	gate   *router.Gate
	inh    *router.Inhibitor
	roster *oncall.Roster
	line   *rehearsal.Timeline
	out    *Answer
}

// Ask answers a question. An error means that nothing could be rehearsed.
func Ask(q Question) (*Answer, error) {
	a := &asking{Question: q, set: q.Stage.Settings()}
	if a.Where == nil {
		a.Where = func(...string) string { return "" }
	}
	a.gate = a.set.Gate.WithSilences(q.Silences)
	a.roster = a.set.Book.Roster.WithOverrides(q.Overrides)
	a.out = &Answer{At: q.At.UTC(), Version: a.set.Book.Version, Alerts: []Alert{}, Incidents: []Incident{}}
	if err := a.prepare(); err != nil {
		return nil, err
	}
	cut, err := a.rehearse()
	if err != nil {
		return nil, err
	}
	for k, n := range a.numbers() {
		a.out.Incidents = append(a.out.Incidents, a.incident(k+1, n, cut[n]))
	}
	a.alerts()
	for k := range a.out.Incidents {
		a.ground(&a.out.Incidents[k])
	}
	return a.out, nil
}

// prepare makes the alerts those of the moment: one that fires goes on firing.
func (a *asking) prepare() error {
	a.Alerts = slices.Clone(a.Alerts)
	a.inh = router.NewInhibitor(a.set.Inhibit)
	for k := range a.Alerts {
		x := &a.Alerts[k]
		if err := x.Identify(); err != nil {
			return err
		}
		if x.State == alert.Firing {
			x.EndsAt = time.Time{}
		}
		if x.StartsAt.After(a.At) {
			x.StartsAt = a.At
		}
		a.inh.Set(x)
	}
	return nil
}

// alerts says of each alert where it goes and what mutes it.
func (a *asking) alerts() {
	belongs := a.belongs()
	for k := range a.Alerts {
		x := &a.Alerts[k]
		out := Alert{Integration: x.Integration, Key: x.Key, Title: x.Title, State: x.State, Severity: x.Severity, Labels: x.Labels, Ways: []Way{}}
		switch {
		case x.Test:
			out.Note = "a test of its source: it is noted, and nobody is paged"
		case x.State == alert.Resolved:
			out.Note = "it is over: that ends the alert of the same identity, and an incident whose last one it was"
		}
		out.Routes = a.set.Tree.Trace(*x)
		if out.Note == "" {
			for _, d := range a.set.Tree.Route(*x) {
				out.Ways = append(out.Ways, a.way(x, &d, belongs[k]))
			}
		}
		a.out.Alerts = append(a.out.Alerts, out)
	}
}

func (a *asking) way(x *alert.Alert, d *router.Decision, numbers []int64) Way {
	w := Way{Route: d.Route, Why: d.Why, Rules: append([]router.Verdict{}, a.gate.Explain(x, d, a.inh, a.At)...), Muted: a.gate.Check(x, d, a.inh, a.At)}
	for k := range w.Rules {
		v := &w.Rules[k]
		if v.Kind == router.ByMute {
			v.Pos = a.interval(v.Rule)
		}
		for n := range a.Alerts {
			if id := a.Alerts[n].ID(); v.Source == id.Integration+"/"+id.Key {
				v.Source = a.Alerts[n].Title + " (" + v.Source + ")"
			}
		}
	}
	for k := range a.out.Incidents {
		i := &a.out.Incidents[k]
		if slices.Contains(numbers, i.number) && i.Service == d.Service && (i.GroupKey == d.GroupKey || i.Overflow != "") {
			w.Incident = i.Number
			i.Alerts = append(i.Alerts, x.Title)
			if i.lead == nil {
				i.lead, i.way, i.trace = x, d, a.set.Tree.Trace(*x)
			}
		}
	}
	return w
}

// belongs are, for each alert, the incidents that the engine put it into.
func (a *asking) belongs() map[int][]int64 {
	out, k := map[int][]int64{}, 0
	for _, m := range a.line.Moments {
		if m.Kind == rehearsal.Received && k < len(a.Alerts) {
			out[k] = m.Incidents
			k++
		}
	}
	return out
}
