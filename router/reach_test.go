package router

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/alert"
)

// route is a child route for tests; more are its own children.
func route(t testing.TB, pos string, matchers []string, more ...*Route) *Route {
	return &Route{Pos: pos, Matchers: ms(t, matchers...), Routes: more}
}

func TestDead(t *testing.T) {
	on := func(r *Route) *Route { r.Continue = true; return r }
	tests := []struct {
		name   string
		routes []*Route
		want   []Dead
	}{
		{"nothing", []*Route{route(t, "a", []string{`s="1"`}), route(t, "b", []string{`s="2"`})}, nil},
		{"by the same matchers and more", []*Route{route(t, "a", []string{`s="1"`}), route(t, "b", []string{`s="1"`, `t="2"`})}, []Dead{{"b", []string{"a"}}}},
		{"not by more than it asks", []*Route{route(t, "a", []string{`s="1"`, `t="2"`}), route(t, "b", []string{`s="1"`})}, nil},
		{"not by one that goes on", []*Route{on(route(t, "a", []string{`s="1"`})), route(t, "b", []string{`s="1"`})}, nil},
		{"by a list", []*Route{route(t, "a", []string{`s=~"1|2|3"`}), route(t, "b", []string{`s=~"1|3"`})}, []Dead{{"b", []string{"a"}}}},
		{"by a prefix", []*Route{route(t, "a", []string{`s=~"db.*"`}), route(t, "b", []string{`s="db-1"`}), route(t, "c", []string{`s=~"db-.+"`}), route(t, "d", []string{`s=~"d.*"`})},
			[]Dead{{"b", []string{"a"}}, {"c", []string{"a"}}}},
		{"by what it is not", []*Route{route(t, "a", []string{`s!="1"`}), route(t, "b", []string{`s="2"`}), route(t, "c", []string{`s=~"2.*"`}), route(t, "d", []string{`s=~"1.*"`})},
			[]Dead{{"b", []string{"a"}}, {"c", []string{"a"}}}},
		{"by two together", []*Route{route(t, "a", []string{`s="1"`}), route(t, "b", []string{`s="2"`}), route(t, "c", []string{`s=~"1|2"`}), route(t, "d", []string{`s=~"1|2|3"`})},
			[]Dead{{"c", []string{"a", "b"}}}},
		{"by one beside its parent", []*Route{route(t, "a", []string{`s="1"`}), route(t, "b", []string{`t="1"`}, route(t, "c", []string{`s="1"`}), route(t, "d", nil))}, []Dead{{"c", []string{"a"}}}},
		{"by a route for everything", []*Route{route(t, "a", nil), route(t, "b", []string{`s="1"`})}, []Dead{{"b", []string{"a"}}}},
		{"contradiction above and below", []*Route{route(t, "a", []string{`s="1"`}, route(t, "b", []string{`s="2"`}, route(t, "c", nil)))}, []Dead{{"b", nil}}},
		{"contradiction of prefixes", []*Route{route(t, "a", []string{`s=~"a.*"`, `s=~"b.*"`}), route(t, "b", []string{`s=~"ab.*"`, `s!~"a.*"`})}, []Dead{{"a", nil}, {"b", nil}}},
		{"opposite expressions", []*Route{route(t, "a", []string{`s=~"a[0-9]+b"`, `s!~"a[0-9]+b"`})}, []Dead{{"a", nil}}},
		{"absent and required", []*Route{route(t, "a", []string{`s=""`, `s=~".+"`})}, []Dead{{"a", nil}}},
		{".* is not for a line feed", []*Route{route(t, "a", []string{`s=~".*"`}), route(t, "b", []string{`t="1"`})}, nil},
	}
	for _, tt := range tests {
		got := NewTree(&Route{Service: "x", Routes: tt.routes}).Dead()
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.name, diff)
		}
	}
}

var (
	someNames  = []string{"a", "b", "c"}
	someValues = []string{"", "x", "xy", "xyz", "y", "yx", "z", "x\n"}
	somePats   = []string{"x", "x|y", "x.*", "x.+", "y.*", "xy.*", ".*", ".+", "x|", "(x|y)z?", "[xy]+", "x?y?", "[x-z]", "xy.+|z"}
	someKinds  = []string{"=", "!=", "=~", "!~"}
)

// someTree grows a random tree over few labels and values, so that routes do hide each other.
func someTree(t testing.TB, r *rand.Rand, depth int, at string) *Route {
	n := &Route{Pos: at, Continue: r.IntN(4) == 0}
	for range r.IntN(3) {
		kind := someKinds[r.IntN(4)]
		value := someValues[r.IntN(len(someValues)-1)]
		if kind[len(kind)-1] == '~' {
			value = somePats[r.IntN(len(somePats))]
		}
		n.Matchers = append(n.Matchers, ms(t, fmt.Sprintf("%s%s%q", someNames[r.IntN(3)], kind, value))...)
	}
	for i := range r.IntN(4) * min(depth, 1) {
		n.Routes = append(n.Routes, someTree(t, r, depth-1, fmt.Sprintf("%s.%d", at, i)))
	}
	return n
}

// TestDeadIsNeverReached tries every set of labels over all values against random trees: no route that is called dead may match
// one. It also counts how many of those that none of them reaches are found, so that a rule that finds nothing fails.
func TestDeadIsNeverReached(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	dead, missed := 0, 0
	for range 1500 {
		root := someTree(t, r, 3, "r")
		root.Service, root.Matchers, root.Continue = "x", nil, false
		tree := NewTree(root)
		reached := map[string]bool{}
		for n := range len(someValues) * len(someValues) * len(someValues) {
			l := alert.Labels{"a": someValues[n%8], "b": someValues[n/8%8], "c": someValues[n/64]}
			tree.root.visit(tree.names.values(l, nil), reached)
			if r.IntN(100) > 0 {
				continue
			}
			for _, tried := range tree.Trace(alert.Alert{Labels: l}) { // what visit does not know of
				reached[tried.Route] = reached[tried.Route] || tried.Matched
			}
		}
		found := tree.Dead()
		for _, d := range found {
			dead++
			if reached[d.Route] {
				t.Fatalf("%s is called dead (by %v) and reached:\n%s", d.Route, d.By, drawn(root, ""))
			}
		}
		missed += unfound(tree.root, reached, found)
	}
	t.Logf("%d routes called dead, %d more that nothing reached", dead, missed)
	if dead < 500 || missed > dead {
		t.Errorf("only %d of %d are found", dead, dead+missed)
	}
}

// visit notes every route that matches values, as match does.
func (n *node) visit(values []string, reached map[string]bool) {
	reached[n.answer.Route] = true
	for _, kid := range n.kids {
		if !kid.tests.ok(values) {
			continue
		}
		kid.visit(values, reached)
		if !kid.goesOn {
			break
		}
	}
}

// unfound counts the highest routes that nothing reached and that are not called dead.
func unfound(n *node, reached map[string]bool, found []Dead) (sum int) {
	for _, kid := range n.kids {
		switch {
		case slices.ContainsFunc(found, func(d Dead) bool { return d.Route == kid.answer.Route }):
		case !reached[kid.answer.Route]:
			sum++
		default:
			sum += unfound(kid, reached, found)
		}
	}
	return sum
}

// drawn writes a tree for a failure.
func drawn(r *Route, indent string) string {
	s := fmt.Sprintf("%s%s %s continue=%v\n", indent, r.Pos, inWords(r.Matchers), r.Continue)
	for _, kid := range r.Routes {
		s += drawn(kid, indent+"  ")
	}
	return s
}
