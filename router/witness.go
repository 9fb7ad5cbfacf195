package router

import (
	"maps"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
)

// other is a value that surely nobody's matcher is written for.
const other = "something-else"

// mostWitnesses bounds how many sets of labels Witnesses makes.
const mostWitnesses = 20_000

// Witnesses returns sets of labels that between them try what the matchers of the trees tell apart: for every route one that its
// matchers and those above it take; then that one with each label in turn at each value that any matcher of any of the trees
// names, at none, and at something else; then with two labels changed so. The same trees give the same sets, in the same order,
// at most 20,000.
//
// It is how two trees are compared: where both send all of them to the same place, a difference needs labels that nobody wrote,
// or three that are changed at once.
func Witnesses(trees ...*Tree) []alert.Labels {
	w := witnesses{values: map[string][]string{}, known: map[[2]string]bool{}, seen: map[string]bool{}}
	for _, t := range trees {
		t.root.each(func(n *node) { w.learn(n.tests) })
	}
	w.add(alert.Labels{})
	for _, t := range trees {
		w.below(t.root, nil)
	}
	for deep := range 2 {
		for _, b := range w.bases {
			w.vary(b, b.set, 0, deep+1)
		}
	}
	return w.all
}

// each calls fn for n and every node below it.
func (n *node) each(fn func(*node)) {
	fn(n)
	for _, kid := range n.kids {
		kid.each(fn)
	}
}

type witnesses struct {
	names  []string            // in the order in which they were met
	values map[string][]string // of each name, those worth trying; the first is absence
	known  map[[2]string]bool  // name and value
	bases  []base
	seen   map[string]bool
	all    []alert.Labels
}

// base is a set of labels that a route takes, and the values of its labels with which the route still takes it.
type base struct {
	set    alert.Labels
	choice map[string][]string
}

// learn notes the values that tests name.
func (w *witnesses) learn(ts tests) {
	for i := range ts {
		name := ts[i].m.Name
		if w.values[name] == nil {
			w.names = append(w.names, name)
			w.values[name] = []string{"", other}
			w.known[[2]string{name, ""}] = true
		}
		for _, v := range ts[i].examples() {
			if !w.known[[2]string{name, v}] {
				w.known[[2]string{name, v}] = true
				w.values[name] = append(w.values[name], v)
			}
		}
	}
}

// examples are values that a test names, or that its expression matches.
func (t *test) examples() []string {
	switch t.how {
	case exact, oneOf:
		return t.named()
	case prefix:
		return []string{t.text, t.text + "x"}
	}
	re, err := syntax.Parse(t.m.Value, syntax.Perl)
	if err != nil {
		return nil
	}
	var all []string
	for _, v := range samples(re) {
		if positive, err := labels.NewMatcher(labels.MatchRegexp, t.m.Name, t.m.Value); err == nil && positive.Matches(v) {
			all = append(all, v)
		}
	}
	return all
}

// below makes witnesses for every route below n; path are the tests of n and those above.
func (w *witnesses) below(n *node, path tests) {
	for _, kid := range n.kids {
		way := append(slices.Clip(path), kid.tests...)
		w.base(way)
		w.below(kid, way)
	}
}

// base makes a set of labels that fulfils tests, where it finds one.
func (w *witnesses) base(way tests) {
	b := base{alert.Labels{}, map[string][]string{}}
	for _, d := range domains(way) {
		name := d.tests[0].m.Name
		fit := d.values
		if !d.finite {
			fit = slices.DeleteFunc(slices.Clone(w.values[name]), func(v string) bool { return !d.allows(v) })
		}
		if len(fit) == 0 {
			return
		}
		b.choice[name] = fit
		put(b.set, name, fit[0])
		if fit[0] == other && len(fit) > 1 {
			put(b.set, name, fit[1])
		}
	}
	w.add(b.set)
	w.bases = append(w.bases, b)
}

// vary adds what differs from a set in deep labels, those from the name at on.
func (w *witnesses) vary(b base, set alert.Labels, at, deep int) {
	for k := at; k < len(w.names) && len(w.all) < mostWitnesses; k++ {
		name := w.names[k]
		values := b.choice[name]
		if values == nil {
			values = w.values[name]
		}
		for _, v := range values {
			next := maps.Clone(set)
			put(next, name, v)
			if deep > 1 {
				w.vary(b, next, k+1, deep-1)
			} else {
				w.add(next)
			}
		}
	}
}

func put(l alert.Labels, name, value string) {
	if value == "" {
		delete(l, name)
		return
	}
	l[name] = value
}

func (w *witnesses) add(l alert.Labels) {
	if key := l.String(); !w.seen[key] && len(w.all) < mostWitnesses {
		w.seen[key] = true
		w.all = append(w.all, l)
	}
}

// samples are a few texts of those that an expression matches: each branch at its top once, and the shortest below.
func samples(re *syntax.Regexp) []string {
	if re.Op == syntax.OpCapture {
		return samples(re.Sub[0])
	}
	if re.Op == syntax.OpAlternate {
		var all []string
		for _, s := range re.Sub {
			all = append(all, samples(s)...)
		}
		return all
	}
	return []string{sample(re, false), sample(re, true)}
}

// sample is a text that an expression matches, as far as that is easily said: the shortest, or a longer one with other letters.
func sample(re *syntax.Regexp, long bool) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		if n := len(re.Rune); n > 0 && long {
			return string(re.Rune[n-1])
		} else if n > 0 {
			return string(re.Rune[0])
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpCapture:
		return sample(re.Sub[0], long)
	case syntax.OpAlternate:
		return sample(re.Sub[map[bool]int{true: len(re.Sub) - 1}[long]], long)
	case syntax.OpQuest, syntax.OpStar:
		if long {
			return sample(re.Sub[0], long)
		}
	case syntax.OpPlus:
		return strings.Repeat(sample(re.Sub[0], long), map[bool]int{false: 1, true: 2}[long])
	case syntax.OpRepeat:
		return strings.Repeat(sample(re.Sub[0], long), min(re.Min, 64))
	case syntax.OpConcat:
		var b strings.Builder
		for _, s := range re.Sub {
			b.WriteString(sample(s, long))
		}
		return b.String()
	}
	return ""
}

// Groupings says of every route, by its place as in Decision.Route, which labels make its groups, sorted; "..." is all labels.
func (t *Tree) Groupings() map[string][]string {
	all := map[string][]string{}
	t.root.each(func(n *node) {
		all[n.answer.Route] = n.groupBy
		if n.groupAll {
			all[n.answer.Route] = []string{"..."}
		}
	})
	return all
}

// Asked is a matcher that only an alert with a certain label can fulfil.
type Asked struct {
	Route   string // as in Decision.Route
	Label   string
	Matcher string // as it is written
}

// Asks returns the matchers of all routes that an alert without their label does not fulfil, in the order of the tree.
func (t *Tree) Asks() []Asked {
	var all []Asked
	t.root.each(func(n *node) {
		for i := range n.tests {
			if q := &n.tests[i]; !q.ok("") {
				all = append(all, Asked{Route: n.answer.Route, Label: q.m.Name, Matcher: q.m.String()})
			}
		}
	})
	return all
}
