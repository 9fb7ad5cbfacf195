package router

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
)

// Verdict is what one rule of a Gate says of an alert: that it keeps people from being paged, or why it does not.
type Verdict struct {
	Kind   SuppressionKind `json:"kind"`
	Rule   string          `json:"rule"`             // as in Suppression
	Pos    string          `json:"pos,omitempty"`    // where it is written; empty for silences and time intervals
	Holds  bool            `json:"holds"`            // nobody is paged because of it
	Until  time.Time       `json:"until,omitzero"`   // when that may end by itself; zero: unknown
	Next   time.Time       `json:"next,omitzero"`    // of one that is about this alert, but does not hold: when it does next; zero: unknown
	Misses []Miss          `json:"misses,omitempty"` // why it is not about this alert; empty: it is
	Source string          `json:"source,omitempty"` // of inhibition: the alert that does it, integration/key
	Why    string          `json:"why"`              // in words
}

// Explain returns what every rule of the gate says of an alert that goes where d says, in the order of Check; its answer is the first
// that holds. inh and d may be nil, as there. It is for people who ask; Check is for alerts.
func (g *Gate) Explain(a *alert.Alert, d *Decision, inh *Inhibitor, now time.Time) []Verdict {
	out := g.silences.explain(a.Labels, now)
	if inh != nil {
		out = append(out, inh.explain(a.Labels)...)
	}
	for _, p := range g.windows {
		out = append(out, p.explain(a.Labels, now))
	}
	if d == nil {
		return out
	}
	return append(out, g.explainIntervals(d, now)...)
}

func (x *silences) explain(l alert.Labels, now time.Time) []Verdict {
	var out []Verdict
	for k := range x.all {
		q := &x.all[k]
		v := Verdict{Kind: BySilence, Rule: q.id, Misses: q.tests.misses(l)}
		active := !now.Before(q.starts) && now.Before(q.ends)
		switch {
		case len(v.Misses) > 0:
			v.Why = "it is about other alerts"
		case active:
			v.Holds, v.Until, v.Why = true, q.ends, "it mutes alerts with "+strings.Join(q.tests.words(), ", ")
		case now.Before(q.starts):
			v.Next, v.Why = q.starts, "it has not begun"
		default:
			v.Why = "it is over"
		}
		out = append(out, v)
	}
	return out
}

func (p *pane) explain(l alert.Labels, now time.Time) Verdict {
	s := p.now(now)
	v := Verdict{Kind: ByMaintenance, Rule: p.suppression(s).Rule, Pos: p.Pos, Misses: p.tests.misses(l)}
	switch {
	case len(v.Misses) > 0:
		v.Why = "it is about other alerts"
	case s.in:
		v.Holds, v.Until, v.Why = true, s.until, "its window is open"
	case s.until.IsZero():
		v.Why = "its window is over"
	default:
		v.Next, v.Why = s.until, "its window is closed"
	}
	return v
}

// explain says of each rule whether it inhibits, and if not, what is missing.
func (i *Inhibitor) explain(l alert.Labels) []Verdict {
	values := i.names.values(l, nil)
	var out []Verdict
	for n := range i.rules {
		r := &i.rules[n]
		v := Verdict{Kind: ByInhibition, Rule: r.words, Pos: r.rule.Pos, Misses: r.targets.misses(l)}
		by, holds := r.inhibits(values)
		switch {
		case holds:
			v.Holds, v.Source, v.Why = true, by.Integration+"/"+by.Key, "an alert fires that inhibits it"
		case len(v.Misses) > 0:
			v.Why = "it is about other alerts"
		default:
			v.Why = "no alert fires that would inhibit it: one with " + wanted(r.rule, l)
		}
		out = append(out, v)
	}
	return out
}

// wanted are the labels of an alert that would inhibit one with these.
func wanted(r InhibitRule, l alert.Labels) string {
	all := slices.Clone(r.Sources)
	for _, name := range r.Equal {
		if m, err := labels.NewMatcher(labels.MatchEqual, name, l[name]); err == nil {
			all = append(all, m)
		}
	}
	return inWords(all)
}

// explainIntervals says of the route's mute and active time intervals whether they mute.
func (g *Gate) explainIntervals(d *Decision, now time.Time) []Verdict {
	var out []Verdict
	for _, name := range d.MuteIntervals {
		v := g.intervals[name]
		if strings.HasPrefix(name, "!") || v == nil {
			continue
		}
		s := v.now(now)
		x := Verdict{Kind: ByMute, Rule: name, Holds: s.in, Why: "the route is mute then, and now is not then"}
		if s.in {
			x.Until, x.Why = s.end(), "the route is mute then"
		} else {
			x.Next = s.end()
		}
		out = append(out, x)
	}
	return append(out, g.explainActive(d, now)...)
}

// explainActive says whether the route's active time intervals, of which one is enough, let people be paged.
func (g *Gate) explainActive(d *Decision, now time.Time) []Verdict {
	if s, ok := g.inactive(d, now); ok {
		return []Verdict{{Kind: ByMute, Rule: s.Rule, Holds: true, Until: s.Until, Why: "the route is active then alone"}}
	}
	var out []Verdict
	for _, name := range d.MuteIntervals {
		name, active := strings.CutPrefix(name, "!")
		v := g.intervals[name]
		if !active || v == nil {
			continue
		}
		if s := v.now(now); s.in {
			out = append(out, Verdict{Kind: ByMute, Rule: "outside " + name, Next: s.end(), Why: "the route is active, for now is in " + name})
		}
	}
	return out
}
