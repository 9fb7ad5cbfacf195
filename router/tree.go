package router

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
)

// DefaultReopenWindow is used where neither a route nor any above it sets one.
const DefaultReopenWindow = 10 * time.Minute

// Route is one node of the tree. What it leaves empty it inherits from the route above, but for Matchers, Continue and the
// time intervals, as in Alertmanager.
type Route struct {
	Matchers            labels.Matchers // all must match; those of the root are not asked, for the root takes every alert
	Continue            bool            // after a match, siblings below are tried as well
	GroupBy             []string        // nil: inherited; empty but not nil: no labels, one group for all
	GroupByAll          bool            // group_by: ['...'], every label; GroupBy wins over it
	Service             string          // the root must have one
	Policy              string          //
	Urgency             string          // high | medium | low
	Impact              string          // high | medium | low
	Type                string          //
	Category            string          //
	Receiver            string          //
	ReopenWindow        *time.Duration  // nil all the way up: DefaultReopenWindow
	ResolveDelay        *time.Duration  // nil all the way up: none
	MuteTimeIntervals   []string        // not inherited
	ActiveTimeIntervals []string        // not inherited
	Routes              []*Route        // tried in order
	Pos                 string          // where it is written, such as rouse.yaml:71; empty: its path, such as route.routes[2]
}

// Tree is a route tree made ready. It never changes, so any number of goroutines may use it.
type Tree struct {
	names names
	root  *node
}

// node is a Route with everything inherited and every sentence written.
type node struct {
	tests    tests
	goesOn   bool
	kids     []*node
	groupBy  []string // sorted, each once
	groupAll bool
	answer   Decision // all but the group; its slices are shared and never written
	sets     map[string]string
}

// NewTree prepares a tree. To refuse a root without a service is the configuration's business beforehand; here, where nothing
// could be done about it at night, it is a panic.
func NewTree(root *Route) *Tree {
	if root == nil || root.Service == "" {
		panic("router: the root route must name a service, so that no alert falls through")
	}
	t := &Tree{}
	top := &node{answer: Decision{ReopenWindow: DefaultReopenWindow}}
	open := *root
	open.Matchers = nil
	t.root = t.grow(&open, top, "route", nil)
	return t
}

// grow builds the node of r below parent; path is its place in the tree, steps what Why says of the nodes above.
func (t *Tree) grow(r *Route, parent *node, path string, steps []string) *node {
	pos := cmp.Or(r.Pos, path)
	n := &node{tests: newTests(r.Matchers, &t.names), goesOn: r.Continue, answer: parent.answer, sets: r.sets()}
	n.groupBy, n.groupAll = parent.groupBy, parent.groupAll
	if r.GroupBy != nil {
		n.groupBy, n.groupAll = slices.Compact(slices.Sorted(slices.Values(r.GroupBy))), false
	} else if r.GroupByAll {
		n.groupAll = true
	}
	n.inherit(r)
	n.answer.Route = pos
	steps = append(slices.Clip(steps), fmt.Sprintf("matched route %s (%s)", pos, inWords(r.Matchers)))
	n.answer.Why = steps
	if len(r.Routes) > 0 {
		n.answer.Why = append(slices.Clip(steps), "matched none of the routes below "+pos)
	}
	for i, kid := range r.Routes {
		n.kids = append(n.kids, t.grow(kid, n, fmt.Sprintf("%s.routes[%d]", path, i), steps))
	}
	return n
}

// inherit puts what r says itself over what the node has from its parent.
func (n *node) inherit(r *Route) {
	d := &n.answer
	set := func(to *string, own string) {
		if own != "" {
			*to = own
		}
	}
	set(&d.Service, r.Service)
	set(&d.Policy, r.Policy)
	set(&d.Urgency, r.Urgency)
	set(&d.Impact, r.Impact)
	set(&d.Type, r.Type)
	set(&d.Category, r.Category)
	if r.Receiver != "" {
		d.Receivers = []string{r.Receiver}
	}
	if r.ReopenWindow != nil {
		d.ReopenWindow = *r.ReopenWindow
	}
	if r.ResolveDelay != nil {
		d.ResolveDelay = *r.ResolveDelay
	}
	d.MuteIntervals = slices.Clone(r.MuteTimeIntervals)
	for _, name := range r.ActiveTimeIntervals {
		d.MuteIntervals = append(d.MuteIntervals, "!"+name)
	}
}

// Route says where an alert goes, never nowhere: depth first, the first match unless it continues, and a route that matches
// while none of those below it do is itself the match. Matched routes with the same service and group key would share one
// incident, so they are one Decision: the first one's settings, the receivers of all. The answer's slices must not be written.
func (t *Tree) Route(a alert.Alert) []Decision {
	var room [slots]string
	var found [8]*node
	values := t.names.values(a.Labels, room[:0])
	matched := t.root.match(values, found[:0])
	out := make([]Decision, 0, len(matched))
	for _, n := range matched {
		d := n.answer
		d.GroupKey, d.GroupLabels = n.group(a.Labels)
		if !merge(out, d) {
			out = append(out, d)
		}
	}
	return out
}

// match appends the matching nodes at or below n, which matches itself.
func (n *node) match(values []string, out []*node) []*node {
	before := len(out)
	for _, kid := range n.kids {
		if !kid.tests.ok(values) {
			continue
		}
		out = kid.match(values, out)
		if !kid.goesOn {
			break
		}
	}
	if len(out) == before {
		out = append(out, n)
	}
	return out
}

// merge joins d to the decision for the same incident, if there is one.
func merge(all []Decision, d Decision) bool {
	i := slices.IndexFunc(all, func(o Decision) bool { return o.Service == d.Service && o.GroupKey == d.GroupKey })
	if i < 0 {
		return false
	}
	first := &all[i]
	if len(d.MuteIntervals) == 0 {
		first.MuteIntervals = nil // one road on which people may hear of it is enough
	}
	for _, r := range d.Receivers {
		if !slices.Contains(first.Receivers, r) {
			first.Receivers = append(slices.Clip(first.Receivers), r)
		}
	}
	first.Why = append(slices.Clip(first.Why), fmt.Sprintf("also matched route %s: the same service and group, so the same incident", d.Route))
	return true
}
