package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// It is looked for nearly at first, which is enough where nothing is muted or waits, and never farther than farthest.
const (
	nearly   = time.Hour
	farthest = 15 * 24 * time.Hour
)

// rehearse plays what would follow, and says of each incident after how many moments every level has been used.
func (a *asking) rehearse() (cut map[int64]int, err error) {
	for length := cmp.Or(a.Length, nearly); ; length = a.farther(length) {
		if a.line, err = a.Stage.Play(a.script(length)); err != nil {
			return nil, err
		}
		cut = map[int64]int{}
		whole := true
		for _, n := range a.numbers() {
			cut[n] = len(a.line.Moments)
			if a.Length > 0 {
				continue
			}
			at, again := a.again(n)
			if again {
				cut[n] = at
			}
			whole = whole && (again || a.rests(n))
		}
		if whole || length >= farthest {
			break
		}
	}
	a.out.Until = a.line.End
	if a.Length == 0 {
		a.out.Until = a.last(cut)
	}
	return cut, nil
}

// farther is how far to look next: an hour beyond what an incident waits for, the end of what mutes it or of somebody's quiet hours.
func (a *asking) farther(length time.Duration) time.Duration {
	next := 2 * length
	for _, n := range a.numbers() {
		i, ok := a.line.Last(n)
		if !ok || !i.State.Open() {
			continue
		}
		until := i.WakeAt
		if s := i.Suppressed; s != nil && s.Until.After(until) {
			until = s.Until
		}
		next = max(next, until.Sub(a.At)+nearly)
	}
	return min(next, farthest)
}

// script is the run-time rules, the faults, and then the alerts, all at once.
func (a *asking) script(length time.Duration) rehearsal.Script {
	return rehearsal.Script{
		Start: a.At, Events: a.events(), Length: length,
		Silences:  slices.DeleteFunc(slices.Clone(a.Silences), func(s router.Silence) bool { return !s.EndsAt.After(a.At) }),
		Overrides: slices.DeleteFunc(slices.Clone(a.Overrides), func(o oncall.Override) bool { return !o.To.After(a.At) }),
	}
}

// events are the faults, and then the alerts.
func (a *asking) events() (all []rehearsal.Event) {
	add := func(act rehearsal.Act) { all = append(all, rehearsal.Event{Do: act}) }
	for _, f := range a.Faults {
		add(rehearsal.Break{Fault: f})
	}
	return append(all, rehearsal.Event{Do: rehearsal.Receive{Alerts: a.Alerts}})
}

// numbers are the incidents that the alerts opened; not those of drills that happen to fall into the time.
func (a *asking) numbers() (all []int64) {
	for _, m := range a.line.Moments {
		if m.Kind != rehearsal.Received {
			continue
		}
		for _, n := range m.Incidents {
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	return all
}

// again is the moment at which a level fires that has fired before, or everything is tried again.
func (a *asking) again(n int64) (int, bool) {
	type level struct {
		policy oncall.PolicyID
		level  int
	}
	seen := map[level]bool{}
	for k, m := range a.line.Moments {
		if m.Incident != n || m.Kind != rehearsal.Kind(incident.DidEscalate) {
			continue
		}
		f, ok := incident.ReadFired(m.Why)
		l := level{f.Policy, f.Level}
		if ok && seen[l] {
			return k, true
		}
		seen[l] = seen[l] || ok
	}
	return 0, false
}

// rests reports whether nothing more is to come of an incident by itself: it is over, or muted by something that ends when nobody
// knows, as inhibition does.
func (a *asking) rests(n int64) bool {
	i, ok := a.line.Last(n)
	return ok && (!i.State.Open() || i.Suppressed != nil && i.Suppressed.Until.IsZero())
}

// last is the time of the last moment that is shown.
func (a *asking) last(cut map[int64]int) time.Time {
	end := a.At.UTC()
	for k, m := range a.line.Moments {
		if c, ours := cut[m.Incident]; ours && k < c && m.At.After(end) {
			end = m.At
		}
	}
	return end
}

// Step is one thing that would happen.
type Step struct {
	At     time.Time       `json:"at"`
	After  string          `json:"after"`           // since the alerts came, such as 1m30s
	Kind   string          `json:"kind"`            // level | page | room | mute | note
	What   string          `json:"what,omitempty"`  // in words
	Why    string          `json:"why,omitempty"`   // the rule that does it
	Place  string          `json:"place,omitempty"` // where that is written
	User   oncall.UserID   `json:"user,omitempty"`
	Via    oncall.Method   `json:"via,omitempty"`
	Policy oncall.PolicyID `json:"policy,omitempty"`
	Level  int             `json:"level,omitempty"` // from 1
	Round  int             `json:"round,omitempty"` // from 1
	Room   string          `json:"room,omitempty"`
	Text   string          `json:"text,omitempty"` // the words of the message
	Fate   string          `json:"fate,omitempty"` // of one that nobody takes or that does not arrive
}

// kinds are what is shown of an incident's timeline beside pages.
var kinds = map[incident.EntryKind]string{
	incident.DidEscalate: "level", incident.DidSuppress: "mute", incident.DidUnsuppress: "mute", incident.DidWarn: "note", incident.DidAutomate: "note",
	incident.DidTrigger: "note", incident.DidReopen: "note", incident.DidResolve: "note", incident.DidChange: "note", incident.DidRemind: "note",
}

// steps are what would happen to an incident up to a moment.
func (a *asking) steps(n int64, cut int) []Step {
	out := []Step{}
	for k := range a.line.Moments[:cut] {
		m := &a.line.Moments[k]
		if m.Incident != n && !slices.Contains(m.Bundle, n) {
			continue
		}
		if s, ok := a.step(m); ok {
			s.At, s.After = m.At, lapse.Exact(m.At.Sub(a.line.Start))
			out = append(out, s)
		}
	}
	return out
}

func (a *asking) step(m *rehearsal.Moment) (Step, bool) {
	switch m.Kind {
	case rehearsal.Sent:
		return a.page(m), true
	case rehearsal.Told:
		return Step{Kind: "room", Room: m.Receiver, What: m.What, Place: a.Where("receivers", m.Receiver)}, true
	case rehearsal.Kind(incident.DidReport):
		return Step{Kind: "note", What: m.What, Why: m.Why}, strings.Contains(m.What, "cannot be reached") || strings.Contains(m.What, "limit")
	}
	kind, ok := kinds[incident.EntryKind(m.Kind)]
	if !ok {
		return Step{}, false
	}
	s := Step{Kind: kind, What: m.What}
	s.Why, _ = incident.CutVersion(m.Why)
	if f, ok := incident.ReadFired(m.Why); ok {
		s.Policy, s.Level, s.Round = f.Policy, f.Level, f.Round
		s.Place = a.levelAt(f.Policy, f.Level)
	} else if kind == "level" {
		s.Kind = "note"
	}
	if u, quiet := strings.CutPrefix(s.Why, "quiet hours of "); quiet {
		s.User, s.Place = oncall.UserID(u), a.Where("users", u, "quiet_hours")
	} else if m.Suppressed != nil && kind == "mute" {
		s.Place = a.suppressedAt(m.Suppressed)
	}
	return s, true
}

// page is a message to somebody, with the rule that sends it and what becomes of it.
func (a *asking) page(m *rehearsal.Moment) Step {
	s := Step{Kind: "page", User: m.User, Via: m.Via, Policy: m.Policy, Level: m.Level, Round: m.Round, Text: m.Text}
	if m.Purpose != incident.PageAlert {
		s.Kind, s.What = "note", "told of it: "+string(m.Purpose)
	}
	p := a.line.Pages[m.Page]
	ground, rule := incident.ReadRule(p.Why)
	s.Why = ground
	if rule > 0 {
		word := "rule"
		if s.Place = a.ruleAt(m.User, p.Urgency, rule); s.Place == "" {
			word = "default rule"
		}
		s.Why += fmt.Sprintf("; %s %d", word, rule)
	}
	for _, x := range a.line.Moments {
		if x.Page == m.Page && x.Kind == rehearsal.Missed && !x.At.Before(m.At) {
			s.Fate = string(x.Outcome)
			if d := x.At.Sub(m.At); d > 0 {
				s.Fate += " after " + lapse.Exact(d)
			}
			break
		}
	}
	if m.Why != "" {
		s.Fate = m.Why
	}
	return s
}
