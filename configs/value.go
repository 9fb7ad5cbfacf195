package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// value is one place in the file: a node, its dotted path, and where to point when something is missing. An absent value
// has no node; reading it gives the zero value and no problem, so optional keys need no special case.
type value struct {
	l   *loader
	n   *yaml.Node // nil: absent, or written without a value
	at  *yaml.Node // the key, or the nearest thing above that exists
	key string
}

func (v value) given() bool { return v.n != nil }

func (v value) line() int { return v.place().Line }

func (v value) place() *yaml.Node {
	if v.n != nil {
		return v.n
	}
	return v.at
}

// fail reports an error at the value.
func (v value) fail(what, do string) {
	p := v.place()
	if v.key == "" {
		what = "the file " + what
	}
	v.l.problem(p.Line, p.Column, v.key, what, do)
}

// warn reports lint at the value's key.
func (v value) warn(rule, what, do string) {
	v.l.lint(v.at, v.key, rule, what, do)
}

// object is a mapping with its fields in the order of the file.
type object struct {
	value
	names  []string
	fields map[string]value
}

// object reads a mapping. With keys given, any other key is an error that suggests the nearest; without, names are free.
func (v value) object(keys ...string) object {
	o := object{value: v, fields: map[string]value{}}
	if !v.given() {
		return o
	}
	if v.n.Kind != yaml.MappingNode {
		v.fail("is "+kind(v.n)+" where a mapping is wanted", "write `key: value` pairs, indented, or {key: value}")
		return o
	}
	for i := 0; i+1 < len(v.n.Content); i += 2 {
		k, n := v.n.Content[i], v.n.Content[i+1]
		field := value{l: v.l, n: n, at: k, key: join(v.key, k.Value)}
		if null(n) {
			field.n = nil
		}
		if v.key == "" && strings.HasPrefix(k.Value, "x-") {
			continue // a place for anchors
		}
		if len(keys) > 0 && !slices.Contains(keys, k.Value) {
			v.l.problem(k.Line, k.Column, field.key, "unknown key", suggest(k.Value, keys, "remove it; known here: "+strings.Join(keys, ", ")))
			continue
		}
		o.names = append(o.names, k.Value)
		o.fields[k.Value] = field
	}
	return o
}

// empty reports whether a mapping has nothing in it. What is no mapping at all was refused when it was read.
func (o object) empty() bool {
	return o.given() && o.n.Kind == yaml.MappingNode && len(o.names) == 0
}

// get returns a field, or an absent value that points at the object.
func (o object) get(name string) value {
	if f, ok := o.fields[name]; ok {
		return f
	}
	return value{l: o.l, at: o.at, key: join(o.key, name)}
}

// has reports whether a key was written, with or without a value.
func (o object) has(name string) bool { _, ok := o.fields[name]; return ok }

// need returns a field and reports its absence.
func (o object) need(name, do string) value {
	f := o.get(name)
	if !f.given() && o.given() && o.n.Kind == yaml.MappingNode {
		f.fail("is missing", do)
	}
	return f
}

// each calls fn for every field in the order of the file; a field without a value is passed as absent.
func (o object) each(fn func(name string, v value)) {
	for _, name := range o.names {
		fn(name, o.fields[name])
	}
}

// list reads a sequence.
func (v value) list() []value {
	if !v.given() {
		return nil
	}
	if v.n.Kind != yaml.SequenceNode {
		v.fail("is "+kind(v.n)+" where a list is wanted", "write [a, b], or one `- item` per line")
		return nil
	}
	items := make([]value, 0, len(v.n.Content))
	for i, n := range v.n.Content {
		item := value{l: v.l, n: n, at: n, key: fmt.Sprintf("%s[%d]", v.key, i)}
		if null(n) {
			item.fail("is empty", "write a value or remove the item")
			continue
		}
		items = append(items, item)
	}
	return items
}

// emptyList reports whether a list has nothing in it. What is no list at all was refused when it was read.
func (v value) emptyList() bool {
	return v.given() && v.n.Kind == yaml.SequenceNode && len(v.n.Content) == 0
}

// oneOrMore reads a list, or a single value as a list of one.
func (v value) oneOrMore() []value {
	if v.given() && v.n.Kind == yaml.ScalarNode {
		return []value{v}
	}
	return v.list()
}

// text reads a text that is not empty. Numbers and dates are taken as they are written.
func (v value) text() (string, bool) {
	if !v.given() {
		return "", false
	}
	switch {
	case v.n.Kind != yaml.ScalarNode:
		v.fail("is "+kind(v.n)+" where text is wanted", "write a single value")
	case v.n.Tag == "!!bool":
		v.fail("is true or false where text is wanted", "put it in quotes if it is meant as text")
	case strings.TrimSpace(v.n.Value) == "":
		v.fail("is empty", "write a value or remove the key")
	default:
		return v.n.Value, true
	}
	return "", false
}

// str is text for callers that do not care whether it was given.
func (v value) str() string { s, _ := v.text(); return s }

// texts reads a list of texts.
func (v value) texts() []string {
	var all []string
	for _, item := range v.list() {
		if s, ok := item.text(); ok {
			all = append(all, s)
		}
	}
	return all
}

// boolean reads true or false, and nothing else.
func (v value) boolean() bool {
	if !v.given() {
		return false
	}
	if v.n.Kind == yaml.ScalarNode && v.n.Tag == "!!bool" {
		return strings.EqualFold(v.n.Value, "true")
	}
	do := "write true or false"
	if v.n.Kind == yaml.ScalarNode {
		switch strings.ToLower(v.n.Value) {
		case "yes", "on", "y", "1":
			do = "write true"
		case "no", "off", "n", "0":
			do = "write false"
		}
	}
	v.fail("is neither true nor false", do)
	return false
}

// integer reads a whole number of at least least.
func (v value) integer(least int) (int, bool) {
	s, ok := v.text()
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		v.fail(fmt.Sprintf("%q is not a whole number", clip(s)), "write a number such as 3")
		return 0, false
	}
	if n < least {
		v.fail(fmt.Sprintf("%d is too small", n), fmt.Sprintf("write %d or more", least))
		return 0, false
	}
	return n, true
}

// duration reads a Prometheus duration of at least least; 0 needs no unit.
func (v value) duration(least time.Duration) (time.Duration, bool) {
	s, ok := v.text()
	if !ok {
		return 0, false
	}
	d, err := parseDuration(s)
	if err != nil {
		v.fail(err.Error(), "write a duration such as 30s, 5m, 2h, 1d or 1h30m")
		return 0, false
	}
	if d < least {
		v.fail(fmt.Sprintf("%s is too short", s), "write "+short(least)+" or more")
		return 0, false
	}
	return d, true
}

// word reads one of a few words.
func (v value) word(known ...string) (string, bool) {
	s, ok := v.text()
	if !ok {
		return "", false
	}
	if !slices.Contains(known, s) {
		v.fail(fmt.Sprintf("%q is not one of %s", clip(s), strings.Join(known, ", ")), suggest(s, known, "write one of them"))
		return "", false
	}
	return s, true
}

// parsed reads a text through a parser whose error says what is wrong and what to write instead.
func parsed[T any](v value, parse func(string) (T, error), do string) (out T, ok bool) {
	s, ok := v.text()
	if !ok {
		return out, false
	}
	out, err := parse(s)
	if err != nil {
		v.fail(err.Error(), do)
		return out, false
	}
	return out, true
}

func kind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Tag == "!!bool":
		return "true or false"
	case n.Tag == "!!int" || n.Tag == "!!float":
		return "a number"
	case n.Tag == "!!null":
		return "empty"
	}
	return "text"
}
