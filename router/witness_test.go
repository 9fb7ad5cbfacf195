package router

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rouse/rouse/alert"
)

// taken are the places that an alert goes to.
func taken(t *Tree, l alert.Labels) (all []string) {
	for _, d := range t.Route(alert.Alert{Labels: l}) {
		all = append(all, d.Service)
	}
	return all
}

// named gives every route a service of its own, by its place.
func named(r *Route) *Route {
	r.Service = r.Pos
	for _, kid := range r.Routes {
		named(kid)
	}
	return r
}

// TestWitnessesTellTreesApart changes one matcher of a random tree and looks whether any set of labels over all values shows it;
// then some witness has to. What only three labels at once, or a value that no matcher names, would show may be missed: at most 3%.
func TestWitnessesTellTreesApart(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	differ, found, sets := 0, 0, 0
	for range 500 {
		root := named(someTree(t, r, 2, "r"))
		root.Matchers, root.Continue = nil, false
		other := changed(t, r, root)
		a, b := NewTree(root), NewTree(other)
		if !slices.ContainsFunc(everything(), func(l alert.Labels) bool { return !slices.Equal(taken(a, l), taken(b, l)) }) {
			continue
		}
		differ++
		all := Witnesses(a, b)
		sets += len(all)
		if slices.ContainsFunc(all, func(l alert.Labels) bool { return !slices.Equal(taken(a, l), taken(b, l)) }) {
			found++
		}
	}
	t.Logf("%d of %d changes are shown, by %d sets of labels each", found, differ, sets/max(differ, 1))
	if differ < 150 || found < differ*97/100 {
		t.Errorf("%d of %d changes are shown", found, differ)
	}
}

// everything is every set of labels over the few values.
var everything = func() func() []alert.Labels {
	var all []alert.Labels
	for n := range 512 {
		l := alert.Labels{}
		put(l, "a", someValues[n%8])
		put(l, "b", someValues[n/8%8])
		put(l, "c", someValues[n/64])
		all = append(all, l)
	}
	return func() []alert.Labels { return all }
}()

// changed is a copy of a tree in which one route below the root is another one.
func changed(t *testing.T, r *rand.Rand, root *Route) *Route {
	var all []*Route
	var copied func(*Route) *Route
	copied = func(o *Route) *Route {
		c := *o
		c.Routes = nil
		for _, kid := range o.Routes {
			c.Routes = append(c.Routes, copied(kid))
			all = append(all, c.Routes[len(c.Routes)-1])
		}
		return &c
	}
	next := copied(root)
	if len(all) == 0 {
		return next
	}
	at := all[r.IntN(len(all))]
	at.Matchers = someTree(t, r, 0, "x").Matchers
	return next
}

// TestWitnessesAreBounded wants an end where matchers name more than can be tried.
func TestWitnessesAreBounded(t *testing.T) {
	root := &Route{Service: "x"}
	for i := range 400 {
		root.Routes = append(root.Routes, route(t, "", []string{fmt.Sprintf(`l%d="%d"`, i%50, i)}))
	}
	tree := NewTree(root)
	if got := len(Witnesses(tree, tree)); got != mostWitnesses {
		t.Errorf("got %d sets of labels", got)
	}
}
