package router

import (
	"slices"
	"strings"
)

// Dead is a route that no alert can reach. Those below it cannot be reached either, and are not named.
type Dead struct {
	Route string   // as in Decision.Route
	By    []string // the routes before it that take all that it matches; empty: no alert can fulfil its matchers and those above
}

// Dead finds routes that no alert can reach. It never claims it of one that some alert reaches; what it cannot work out, such
// as two regular expressions beyond lists and prefixes that exclude each other, it leaves alone.
func (t *Tree) Dead() []Dead {
	var all []Dead
	t.root.dead(nil, nil, &all)
	return all
}

// dead looks below n. path are the tests that an alert passed to get to n, before the routes that would have stopped it.
func (n *node) dead(path tests, before []*node, all *[]Dead) {
	for _, kid := range n.kids {
		way := append(slices.Clip(path), kid.tests...)
		left := domains(way)
		by, taken := takenBy(left, before)
		switch {
		case slices.ContainsFunc(left, domain.impossible):
			*all = append(*all, Dead{Route: kid.answer.Route})
			continue
		case taken:
			*all = append(*all, Dead{Route: kid.answer.Route, By: by})
			continue
		}
		kid.dead(way, before, all)
		if !kid.goesOn {
			before = append(slices.Clip(before), kid)
		}
	}
}

// domain is what tests leave of one label.
type domain struct {
	slot   int
	tests  []*test
	finite bool     // only values are left
	values []string // the empty one is an absent label
}

// domains sorts tests by their label.
func domains(all tests) []domain {
	var out []domain
	for i := range all {
		t := &all[i]
		k := slices.IndexFunc(out, func(d domain) bool { return d.slot == t.slot })
		if k < 0 {
			k, out = len(out), append(out, domain{slot: t.slot})
		}
		out[k].tests = append(out[k].tests, t)
	}
	for k := range out {
		out[k].list()
	}
	return out
}

// list finds the values that fulfil all tests, where one of the tests names them.
func (d *domain) list() {
	for _, t := range d.tests {
		if t.not || t.how != exact && t.how != oneOf {
			continue
		}
		d.finite = true
		for _, v := range t.named() {
			if d.allows(v) && !slices.Contains(d.values, v) {
				d.values = append(d.values, v)
			}
		}
		return
	}
}

// named are the values that a test compares with, of how exact and oneOf.
func (t *test) named() []string {
	if t.how == exact {
		return []string{t.text}
	}
	return t.any
}

func (d *domain) allows(value string) bool {
	return !slices.ContainsFunc(d.tests, func(t *test) bool { return !t.ok(value) })
}

// impossible reports whether surely no value fulfils all tests.
func (d domain) impossible() bool {
	if d.finite {
		return len(d.values) == 0
	}
	for i, t := range d.tests {
		for _, o := range d.tests[:i] {
			opposite := t.m.Value == o.m.Value && t.not != o.not && t.regular() == o.regular()
			if opposite || apart(t, o) {
				return true
			}
		}
		if t.not && t.how == prefix {
			positive := *t
			positive.not = false
			if slices.ContainsFunc(d.tests, func(o *test) bool { return within(o, &positive) }) {
				return true
			}
		}
	}
	return false
}

// regular reports whether a test is written as a regular expression.
func (t *test) regular() bool { return strings.Contains(t.m.Type.String(), "~") }

// apart reports whether two tests want different beginnings.
func apart(a, b *test) bool {
	return !a.not && !b.not && a.how == prefix && b.how == prefix && !strings.HasPrefix(a.text, b.text) && !strings.HasPrefix(b.text, a.text)
}

// within reports whether all that a, a prefix, allows fulfils b, another.
func within(a, b *test) bool {
	return !a.not && !b.not && a.how == prefix && b.how == prefix && strings.HasPrefix(a.text, b.text) &&
		!strings.Contains(a.text[len(b.text):], "\n") && len(a.text)+a.min >= len(b.text)+b.min
}

// implies reports whether surely every value that is left fulfils q.
func (d *domain) implies(q *test) bool {
	if d.finite {
		return !slices.ContainsFunc(d.values, func(v string) bool { return !q.ok(v) })
	}
	if q.not && (q.how == exact || q.how == oneOf) && !slices.ContainsFunc(q.named(), d.allows) {
		return true
	}
	return slices.ContainsFunc(d.tests, func(p *test) bool {
		same := p.m.Type == q.m.Type && p.m.Value == q.m.Value
		return same || within(p, q) || q.not && q.how == prefix && apart(p, &test{how: prefix, text: q.text})
	})
}

// combinations bounds how many combinations of values are looked at one by one.
const combinations = 256

// takenBy reports whether surely every alert that is left is taken by one of the routes before, and by which.
func takenBy(left []domain, before []*node) (by []string, ok bool) {
	if len(before) == 0 {
		return nil, false
	}
	for _, n := range before {
		if n.takes(left) {
			return []string{n.answer.Route}, true
		}
	}
	asked, size := asked(left, before)
	if len(asked) == 0 || size > combinations {
		return nil, false
	}
	for c := range size {
		one := slices.Clone(left)
		for _, k := range asked {
			values := left[k].values
			one[k].values = values[c%len(values) : c%len(values)+1]
			c /= len(values)
		}
		at := slices.IndexFunc(before, func(n *node) bool { return n.takes(one) })
		if at < 0 {
			return nil, false
		}
		if r := before[at].answer.Route; !slices.Contains(by, r) {
			by = append(by, r)
		}
	}
	return by, true
}

// asked are the domains with few values that the routes before ask about, and how many combinations of values they have.
func asked(left []domain, before []*node) (at []int, size int) {
	size = 1
	for k, d := range left {
		if !d.finite || len(d.values) == 0 || size > combinations {
			continue
		}
		if slices.ContainsFunc(before, func(n *node) bool {
			return slices.ContainsFunc(n.tests, func(t test) bool { return t.slot == d.slot })
		}) {
			at, size = append(at, k), size*len(d.values)
		}
	}
	return at, size
}

// takes reports whether every alert that is left surely matches n.
func (n *node) takes(left []domain) bool {
	for i := range n.tests {
		q := &n.tests[i]
		k := slices.IndexFunc(left, func(d domain) bool { return d.slot == q.slot })
		if k < 0 || !left[k].implies(q) {
			return false
		}
	}
	return true
}
