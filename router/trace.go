package router

import (
	"slices"
	"strings"

	"github.com/rouse/rouse/alert"
)

// Tried is one route that an alert met on its way through the tree, matched or not.
type Tried struct {
	Route    string   `json:"route"` // as in Decision.Route
	Depth    int      `json:"depth"` // of the root: 0
	Matchers []string `json:"matchers,omitempty"`
	Matched  bool     `json:"matched"`
	Taken    bool     `json:"taken"` // the alert goes by this route: it matched, and none below it did
	Continue bool     `json:"continue,omitempty"`

	Sets   map[string]string `json:"sets,omitempty"`   // what the route itself says, by its keys in the configuration; of matched ones
	Misses []Miss            `json:"misses,omitempty"` // the matchers that failed
	Before string            `json:"before,omitempty"` // the route that had the alert already, so that this one was not asked
	Below  int               `json:"below,omitempty"`  // routes below one that did not match, which nobody asked
}

// Miss is a matcher that an alert does not fulfil.
type Miss struct {
	Matcher string `json:"matcher"` // as it is written
	Label   string `json:"label"`
	Value   string `json:"value"`  // what the alert has
	Absent  bool   `json:"absent"` // it has no such label, which counts as an empty one
}

// misses returns the matchers that labels do not fulfil; none when all are.
func (ts tests) misses(l alert.Labels) []Miss {
	var out []Miss
	for i := range ts {
		m := ts[i].m
		value, has := l[m.Name]
		if !ts[i].ok(value) {
			out = append(out, Miss{Matcher: m.String(), Label: m.Name, Value: value, Absent: !has})
		}
	}
	return out
}

// words are the matchers as they are written.
func (ts tests) words() []string {
	var out []string
	for i := range ts {
		out = append(out, ts[i].m.String())
	}
	return out
}

// Trace says of every route that Route asks, in the order in which it asks them, what it answered and why; and of those beside
// them that it did not ask, what came before. Those below a route that did not match are counted alone.
func (t *Tree) Trace(a alert.Alert) []Tried {
	var all []Tried
	t.root.trace(a.Labels, 0, &all)
	return all
}

// trace is match in words: n matches itself.
func (n *node) trace(l alert.Labels, depth int, all *[]Tried) {
	at := len(*all)
	*all = append(*all, Tried{Route: n.answer.Route, Depth: depth, Matchers: n.tests.words(), Matched: true, Taken: true, Continue: n.goesOn, Sets: n.sets})
	before := ""
	for _, kid := range n.kids {
		misses := kid.tests.misses(l)
		if before == "" && len(misses) == 0 {
			(*all)[at].Taken = false
			kid.trace(l, depth+1, all)
			if !kid.goesOn {
				before = kid.answer.Route
			}
			continue
		}
		k := Tried{Route: kid.answer.Route, Depth: depth + 1, Matchers: kid.tests.words(), Continue: kid.goesOn, Before: before, Below: kid.size() - 1}
		if before == "" {
			k.Misses = misses
		}
		*all = append(*all, k)
	}
}

// size counts a node and those below it.
func (n *node) size() int {
	sum := 1
	for _, kid := range n.kids {
		sum += kid.size()
	}
	return sum
}

// Path returns the routes from the root to one that Trace has as taken.
func Path(all []Tried, route string) []Tried {
	at := slices.IndexFunc(all, func(t Tried) bool { return t.Taken && t.Route == route })
	if at < 0 {
		return nil
	}
	path := []Tried{all[at]}
	for k := at; k >= 0; k-- {
		if all[k].Matched && all[k].Depth == path[0].Depth-1 {
			path = slices.Insert(path, 0, all[k])
		}
	}
	return path
}

// sets is what a route says itself, by key; nil when it says nothing.
func (r *Route) sets() map[string]string {
	var out map[string]string
	for key, value := range map[string]string{
		"service": r.Service, "escalation": r.Policy, "urgency": r.Urgency, "impact": r.Impact, "type": r.Type, "category": r.Category, "receiver": r.Receiver,
		"group_by": strings.Join(r.GroupBy, ", "), "mute_time_intervals": strings.Join(r.MuteTimeIntervals, ", "), "active_time_intervals": strings.Join(r.ActiveTimeIntervals, ", "),
	} {
		if value != "" {
			if out == nil {
				out = map[string]string{}
			}
			out[key] = value
		}
	}
	return out
}
