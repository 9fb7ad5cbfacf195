package router

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"

	"github.com/rouse/rouse/alert"
)

// Gate is what keeps people from being paged: silences, maintenance windows, time intervals, and the rules of inhibition. It
// never changes: a reload or a new silence makes another, so any number of goroutines may use one.
type Gate struct {
	rules     []InhibitRule
	names     names
	windows   []*pane
	intervals map[string]*interval
	silences  *silences
}

// pane is a window made ready.
type pane struct {
	memo
	Window
	tests tests
}

func (p *pane) now(t time.Time) span { return p.at(t, p.span) }

func (p *pane) suppression(s span) Suppression {
	name := p.Name
	if name == "" {
		name = p.Pos
	}
	return Suppression{Kind: ByMaintenance, Rule: name, Until: s.until}
}

// NewGate builds a gate without silences. A time interval that a route names and that is not in intervals never mutes.
func NewGate(rules []InhibitRule, windows []Window, intervals map[string][]timeinterval.TimeInterval) *Gate {
	g := &Gate{rules: slices.Clone(rules), intervals: make(map[string]*interval, len(intervals)), silences: newSilences(nil)}
	for _, w := range windows {
		g.windows = append(g.windows, &pane{Window: w, tests: newTests(w.Matchers, &g.names)})
	}
	for name, list := range intervals {
		g.intervals[name] = &interval{list: list}
	}
	return g
}

// WithSilences returns a gate with these silences instead of the ones it had; g itself is unchanged. One that cannot be
// understood, or that would mute everything, is left out and reported by Problems.
func (g *Gate) WithSilences(all []Silence) *Gate {
	next := *g
	next.silences = newSilences(all)
	return &next
}

// Problems says which silences were left out, and why.
func (g *Gate) Problems() []error { return slices.Clone(g.silences.problems) }

// NewInhibitor returns an empty index for the gate's rules of inhibition, for the owner to fill with the alerts that fire.
func (g *Gate) NewInhibitor() *Inhibitor { return NewInhibitor(g.rules) }

// Check says what keeps people from being paged at now for an alert that goes where d says, trying silences, inhibition,
// maintenance and the route's time intervals in that order; nil: people are paged. Of several silences it is the one that ends
// last. inh may be nil (nothing is inhibited), and d too (no time intervals).
func (g *Gate) Check(a *alert.Alert, d *Decision, inh *Inhibitor, now time.Time) *Suppression {
	best := math.MaxInt
	g.silences.find(a.Labels, now, func(rank int) { best = min(best, rank) })
	if best < math.MaxInt {
		s := g.silences.suppression(best)
		return &s
	}
	if inh != nil {
		if rule, _, ok := inh.Inhibits(a.Labels); ok {
			return &Suppression{Kind: ByInhibition, Rule: rule}
		}
	}
	if s := g.maintenance(a.Labels, now, nil, true); len(s) > 0 {
		return &s[0]
	}
	if s := g.muted(d, now); len(s) > 0 {
		return &s[0]
	}
	return nil
}

// All returns everything that keeps people from being paged, in Check's order; Check's answer comes first.
func (g *Gate) All(a *alert.Alert, d *Decision, inh *Inhibitor, now time.Time) []Suppression {
	var ranks []int
	g.silences.find(a.Labels, now, func(rank int) { ranks = append(ranks, rank) })
	slices.Sort(ranks)
	var out []Suppression
	for _, r := range ranks {
		out = append(out, g.silences.suppression(r))
	}
	if inh != nil {
		for _, rule := range inh.all(a.Labels) {
			out = append(out, Suppression{Kind: ByInhibition, Rule: rule})
		}
	}
	out = g.maintenance(a.Labels, now, out, false)
	return append(out, g.muted(d, now)...)
}

// maintenance appends the open windows that match, or only the first.
func (g *Gate) maintenance(l alert.Labels, now time.Time, out []Suppression, first bool) []Suppression {
	if len(g.windows) == 0 {
		return out
	}
	var room [slots]string
	values := g.names.values(l, room[:0])
	for _, p := range g.windows {
		if !p.tests.ok(values) {
			continue
		}
		if s := p.now(now); s.in {
			out = append(out, p.suppression(s))
			if first {
				return out
			}
		}
	}
	return out
}

// muted returns each mute time interval of the route that holds now, and one answer more when the route has active time
// intervals and now is outside all of them. A name that nobody knows never mutes.
func (g *Gate) muted(d *Decision, now time.Time) []Suppression {
	if d == nil || len(d.MuteIntervals) == 0 {
		return nil
	}
	var out []Suppression
	for _, name := range d.MuteIntervals {
		v := g.intervals[name]
		if v == nil || strings.HasPrefix(name, "!") {
			continue
		}
		if s := v.now(now); s.in {
			out = append(out, Suppression{Kind: ByMute, Rule: name, Until: s.end()})
		}
	}
	if s, ok := g.inactive(d, now); ok {
		out = append(out, s)
	}
	return out
}

// inactive reports whether the route has active time intervals and now is outside all of them.
func (g *Gate) inactive(d *Decision, now time.Time) (Suppression, bool) {
	var until time.Time
	var outside []string
	for _, name := range d.MuteIntervals {
		name, ok := strings.CutPrefix(name, "!")
		if !ok {
			continue
		}
		v := g.intervals[name]
		if v == nil {
			return Suppression{}, false
		}
		s := v.now(now)
		if s.in {
			return Suppression{}, false
		}
		outside = append(outside, name)
		until = earlier(until, s.end())
	}
	rule := "outside " + strings.Join(outside, ", ")
	return Suppression{Kind: ByMute, Rule: rule, Until: until}, len(outside) > 0
}

// end is when the span is known to end, or zero.
func (s *span) end() time.Time {
	if !s.known {
		return time.Time{}
	}
	return s.until
}

// earlier returns the earlier of two times, of which a zero one counts as never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// NextChange is the earliest instant after now at which a silence, a maintenance window or a time interval could start or end,
// so at which Check may answer something else; zero where there is none. Of a time interval without a change within eight days it
// is the end of those, to ask again.
func (g *Gate) NextChange(now time.Time) time.Time {
	next := g.silences.next(now)
	for _, p := range g.windows {
		next = earlier(next, p.now(now).until)
	}
	for _, v := range g.intervals {
		next = earlier(next, v.now(now).until)
	}
	return next
}
