package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
)

// Going is one place that an alert goes to.
type Going struct {
	Route     string   `json:"route"` // file:line; it does not count as a difference
	Service   string   `json:"service"`
	Policy    string   `json:"policy"`
	Receivers []string `json:"receivers,omitempty"`
	More      []string `json:"more,omitempty"` // what else the route says, such as "urgency high"

	own string // the policy that the route names itself; that of the service is the service's difference
}

// Same reports whether two places are the same, wherever their routes are written.
func (g Going) Same(o Going) bool { return sum([]Going{g}) == sum([]Going{o}) }

// Reroute is where alerts go elsewhere: one set of labels, and how many others that were tried fare the same.
type Reroute struct {
	Labels alert.Labels `json:"labels"`
	Before []Going      `json:"before"`
	After  []Going      `json:"after"`
	Others int          `json:"others,omitempty"`
}

// Seen is an alert that came, and when it came last.
type Seen struct {
	Title  string       `json:"title"`
	Labels alert.Labels `json:"labels"`
	At     time.Time    `json:"at"`
}

// Replayed is what becomes of alerts that came of late.
type Replayed struct {
	Tried  int     `json:"tried"`
	Moved  int     `json:"moved"`
	Groups []Moved `json:"groups"` // those that move the same way
}

// Moved are alerts that would go elsewhere, the first of them named.
type Moved struct {
	Reroute
	Title string    `json:"title"`
	At    time.Time `json:"at"`
}

// roads are a Side that alerts are sent through.
type roads struct {
	Side
	groups map[string][]string
}

func newRoads(s Side) roads { return roads{s, s.Tree.Groupings()} }

// goings says where an alert goes.
func (s roads) goings(l alert.Labels) []Going {
	var all []Going
	for _, d := range s.Tree.Route(alert.Alert{Labels: l}) {
		g := Going{Route: d.Route, Service: d.Service, Receivers: d.Receivers, own: d.Policy}
		g.Policy = cmp.Or(d.Policy, string(s.Services[d.Service]), string(s.Roster.Fallback()))
		if by := s.groups[d.Route]; len(by) > 0 {
			g.More = append(g.More, "grouped by "+strings.Join(by, ", "))
		}
		g.More = append(g.More, more(d)...)
		all = append(all, g)
	}
	return all
}

// more is what a decision says beside service, policy and rooms.
func more(d router.Decision) []string {
	var all []string
	say := func(what, value string) {
		if value != "" {
			all = append(all, what+" "+value)
		}
	}
	say("urgency", d.Urgency)
	say("impact", d.Impact)
	say("type", d.Type)
	say("category", d.Category)
	if d.ReopenWindow != router.DefaultReopenWindow {
		say("reopened within", short(d.ReopenWindow))
	}
	if d.ResolveDelay > 0 {
		say("resolved after", short(d.ResolveDelay))
	}
	for _, m := range d.MuteIntervals {
		if name, active := strings.CutPrefix(m, "!"); active {
			say("active in", name)
		} else {
			say("muted in", m)
		}
	}
	return all
}

// sum tells goings apart, but for the places of routes.
func sum(all []Going) string {
	var b strings.Builder
	for _, g := range all {
		fmt.Fprintf(&b, "%q %q %q %q;", g.Service, g.own, g.Receivers, g.More)
	}
	return b.String()
}

// move is where an alert goes before and after; false: to the same place.
func move(before, after roads, l alert.Labels) (r Reroute, sums string, differs bool) {
	r = Reroute{Labels: l, Before: before.goings(l), After: after.goings(l)}
	a, b := sum(r.Before), sum(r.After)
	return r, a + "->" + b, a != b
}

// reroutes tries what the matchers of both trees tell apart, and names for each difference the fewest labels that show it.
func reroutes(before, after Side) []Reroute {
	out := []Reroute{}
	a, b := newRoads(before), newRoads(after)
	at := map[string]int{}
	for _, l := range router.Witnesses(before.Tree, after.Tree) {
		r, sums, differs := move(a, b, l)
		if !differs {
			continue
		}
		k, known := at[sums]
		if !known {
			at[sums] = len(out)
			out = append(out, r)
			continue
		}
		out[k].Others++
		if len(l) < len(out[k].Labels) {
			r.Others = out[k].Others
			out[k] = r
		}
	}
	for k := range out {
		out[k] = fewest(a, b, out[k])
	}
	return out
}

// fewest drops the labels that a difference does not need.
func fewest(before, after roads, r Reroute) Reroute {
	_, want, _ := move(before, after, r.Labels)
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		l := maps.Clone(r.Labels)
		delete(l, name)
		if next, sums, _ := move(before, after, l); sums == want {
			next.Others = r.Others
			r = next
		}
	}
	return r
}

// replay routes alerts that came by both trees.
func replay(before, after Side, all []Seen) *Replayed {
	p := &Replayed{Tried: len(all), Groups: []Moved{}}
	x, y := newRoads(before), newRoads(after)
	at := map[string]int{}
	for _, a := range all {
		r, sums, differs := move(x, y, a.Labels)
		if !differs {
			continue
		}
		p.Moved++
		if k, known := at[sums]; known {
			p.Groups[k].Others++
			continue
		}
		at[sums] = len(p.Groups)
		p.Groups = append(p.Groups, Moved{Reroute: r, Title: a.Title, At: a.At})
	}
	return p
}
