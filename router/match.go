package router

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/matcher/compat"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
)

// parse reads matchers as a current Alertmanager does: the UTF-8 grammar, with the classic one where they disagree or where
// only that one understands. Its warnings are for people who migrate an Alertmanager and are dropped.
var parse = compat.FallbackMatchersParser(slog.New(slog.DiscardHandler))

// ParseMatchers reads a list of matchers as Alertmanager's configuration writes them: foo="bar", foo=~"a|b", "utf-8 name"!="x",
// or several in one entry, {a="1",b!="2"}. All of the result must match. An error names the entry that is wrong.
func ParseMatchers(list []string) (labels.Matchers, error) {
	var all labels.Matchers
	for i, entry := range list {
		if strings.TrimSpace(entry) == "" {
			return nil, fmt.Errorf(`matcher %d is empty: write name="value" (or !=, =~, !~), or remove it`, i+1)
		}
		ms, err := parse(entry, "rouse")
		if err != nil {
			return nil, fmt.Errorf(`matcher %d, %q, cannot be read: %w; write name="value", with =, !=, =~ or !~`, i+1, entry, err)
		}
		all = append(all, ms...)
	}
	return all, nil
}

// names gives each label name that some matchers ask for a slot, so that an alert's labels are looked up once for all of them.
type names struct {
	list []string
	at   map[string]int
}

// slot returns the name's slot, a new one for a new name.
func (n *names) slot(name string) int {
	if i, ok := n.at[name]; ok {
		return i
	}
	if n.at == nil {
		n.at = make(map[string]int)
	}
	n.at[name] = len(n.list)
	n.list = append(n.list, name)
	return len(n.list) - 1
}

// slots is room on the stack for the values of most configurations.
const slots = 16

// values appends the value of each slot, the empty string for an absent label, to buf.
func (n *names) values(l alert.Labels, buf []string) []string {
	for _, name := range n.list {
		buf = append(buf, l[name])
	}
	return buf
}

// how says in which way a test compares.
type how uint8

const (
	pattern how = iota // ask the matcher itself
	exact              // equal to text
	oneOf              // equal to one of several
	prefix             // begins with text, at least min more bytes, none of them a line feed
)

// test is one matcher made ready: its label is a slot, and the regular expressions that people really write
// (a|b|c, prefix.*) are comparisons of strings. What it answers is what the Matcher answers.
type test struct {
	slot int
	how  how
	not  bool
	min  int
	text string
	any  []string
	m    *labels.Matcher
}

// newTest prepares one matcher.
func newTest(m *labels.Matcher, n *names) test {
	t := test{slot: n.slot(m.Name), m: m, not: m.Type == labels.MatchNotEqual || m.Type == labels.MatchNotRegexp}
	switch m.Type {
	case labels.MatchEqual, labels.MatchNotEqual:
		t.how, t.text = exact, m.Value
	default:
		t.simplify(m.Value)
	}
	return t
}

// ok reports whether a label with this value, empty for an absent one, fulfils the matcher.
func (t *test) ok(value string) bool {
	var hit bool
	switch t.how {
	case exact:
		hit = value == t.text
	case oneOf:
		hit = slices.Contains(t.any, value)
	case prefix:
		hit = len(value) >= len(t.text)+t.min && strings.HasPrefix(value, t.text) && strings.IndexByte(value[len(t.text):], '\n') < 0
	default:
		return t.m.Matches(value)
	}
	return hit != t.not
}

// wants returns the values, none of them empty, of which the label must have one; nil when that cannot be said.
func (t *test) wants() []string {
	switch {
	case t.not:
		return nil
	case t.how == exact && t.text != "":
		return []string{t.text}
	case t.how == oneOf && !slices.Contains(t.any, ""):
		return t.any
	}
	return nil
}

// tests are matchers that must all be fulfilled; none of them are fulfilled by everything.
type tests []test

func newTests(ms labels.Matchers, n *names) tests {
	ts := make(tests, len(ms))
	for i, m := range ms {
		ts[i] = newTest(m, n)
	}
	return ts
}

func (ts tests) ok(values []string) bool {
	for i := range ts {
		if !ts[i].ok(values[ts[i].slot]) {
			return false
		}
	}
	return true
}

// inWords writes matchers for a person, without the braces.
func inWords(ms labels.Matchers) string {
	if len(ms) == 0 {
		return "every alert"
	}
	parts := make([]string, len(ms))
	for i, m := range ms {
		parts[i] = m.String()
	}
	return strings.Join(parts, ", ")
}
