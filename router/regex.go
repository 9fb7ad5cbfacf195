package router

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// most is how many strings a regular expression may stand for and still be compared string by string.
const most = 64

// simplify finds out whether a matcher's regular expression stands for a few strings or for a prefix, and leaves the test as
// it is, asking the expression, where it does not. The anchors are those that labels.NewMatcher puts round it.
func (t *test) simplify(expr string) {
	re, err := syntax.Parse("^(?:"+expr+")$", syntax.Perl)
	if err != nil || re.Op != syntax.OpConcat {
		return
	}
	parts := flatten(re.Sub)
	for len(parts) > 0 && parts[0].Op == syntax.OpBeginText {
		parts = parts[1:]
	}
	for len(parts) > 0 && parts[len(parts)-1].Op == syntax.OpEndText {
		parts = parts[:len(parts)-1]
	}
	if all, ok := product(parts); ok {
		t.how, t.any = oneOf, all
		return
	}
	if len(parts) == 0 {
		return
	}
	atLeast, ok := anything(parts[len(parts)-1])
	if !ok {
		return
	}
	if head, ok := product(parts[:len(parts)-1]); ok && len(head) == 1 {
		t.how, t.text, t.min = prefix, head[0], atLeast
	}
}

// flatten takes apart sequences inside a sequence.
func flatten(subs []*syntax.Regexp) []*syntax.Regexp {
	var out []*syntax.Regexp
	for _, s := range subs {
		if s.Op == syntax.OpConcat {
			out = append(out, flatten(s.Sub)...)
			continue
		}
		out = append(out, s)
	}
	return out
}

// anything recognises .* and .+, and says how many bytes they need.
func anything(re *syntax.Regexp) (atLeast int, ok bool) {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	switch {
	case re.Op == syntax.OpStar && re.Sub[0].Op == syntax.OpAnyCharNotNL:
		return 0, true
	case re.Op == syntax.OpPlus && re.Sub[0].Op == syntax.OpAnyCharNotNL:
		return 1, true
	}
	return 0, false
}

// expand lists the strings that an expression matches whole, if they are few.
func expand(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}, true
	case syntax.OpLiteral:
		// A broken byte of the input is read as utf8.RuneError, so that one rune is not one string.
		ok := re.Flags&syntax.FoldCase == 0 && !slices.Contains(re.Rune, utf8.RuneError)
		return []string{string(re.Rune)}, ok
	case syntax.OpCharClass:
		return class(re.Rune)
	case syntax.OpCapture:
		return expand(re.Sub[0])
	case syntax.OpConcat:
		return product(re.Sub)
	case syntax.OpQuest:
		all, ok := expand(re.Sub[0])
		return append(all, ""), ok && len(all) < most
	case syntax.OpAlternate:
		var all []string
		for _, s := range re.Sub {
			some, ok := expand(s)
			if !ok || len(all)+len(some) > most {
				return nil, false
			}
			all = append(all, some...)
		}
		return all, true
	}
	return nil, false
}

// class lists the runes of a character class, given as pairs of first and last.
func class(pairs []rune) ([]string, bool) {
	var all []string
	for i := 0; i+1 < len(pairs); i += 2 {
		first, last := pairs[i], pairs[i+1]
		if int(last-first) >= most || len(all) >= most || (first <= utf8.RuneError && utf8.RuneError <= last) {
			return nil, false
		}
		for r := first; r <= last; r++ {
			all = append(all, string(r))
		}
	}
	return all, len(all) > 0 && len(all) <= most
}

// product lists the strings of a sequence: each of the first part with each of the second, and so on.
func product(parts []*syntax.Regexp) ([]string, bool) {
	all := []string{""}
	for _, p := range parts {
		tails, ok := expand(p)
		if !ok || len(all)*len(tails) > most {
			return nil, false
		}
		next := make([]string, 0, len(all)*len(tails))
		for _, head := range all {
			for _, tail := range tails {
				next = append(next, head+tail)
			}
		}
		all = next
	}
	return all, true
}
