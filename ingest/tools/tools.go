// Package tools reads the webhooks of monitoring tools that have words of their own, whatever the integration is called: which tool a
// body comes from is seen by its shape. It gives back what the generic format would have said. It is pure: bytes in, reports out.
//
// Each tool is one entry of a table (clouds.go, azure.go, suites.go, checks.go, agents.go, logs.go, trackers.go, code.go, desks.go) with the paths
// of its words; a path that is missing costs that word, never the alert. Where a tool's word for a state is not known, the alert fires: a page too many is
// better than none.
package tools

import (
	"slices"
	"strings"
)

// State is what a report says of an alert.
type State string

// States of a report.
const (
	Firing       State = "firing"
	Resolved     State = "resolved"
	Acknowledged State = "acknowledged"
	Nothing      State = "nothing" // no alert: a ping, a confirmation, a change
)

// Report is what a webhook says of one alert, or Nothing.
type Report struct {
	Tool        string // as its makers write it
	State       State
	Key         string // its identity at the tool; empty: none is sent
	Title       string // never empty unless State is Nothing or a Key is there
	Description string
	Severity    string // the tool's word
	URL         string
	Time        string            // when it began, as the tool writes it
	Labels      map[string]string // what routes can match
	Tags        string            // the tool's tags, as one list
	Test        bool              // sent by the tool's test button
	Note        string            // of Nothing: what it is, and what there is to do
}

// tool is how one kind of webhook is known and read. All but name, has, each and the maps are templates (template.go).
type tool struct {
	name     string
	has      []string // paths that are all there; "a|b": one of them; "path=word": with this word; "path=null": empty
	each     string   // path to a list: one report for each of its elements, where it has any
	state    string
	words    map[string]State // of state, in small letters; beside the common ones
	other    State            // what an unknown state means; empty: Firing
	key      string
	title    string
	text     string
	severity string
	ranks    map[string]string // words or numbers for severity that nobody else uses, in small letters
	url      string
	time     string
	labels   map[string]string
	tags     string
	test     string // anything: it is a test
	note     string // of Nothing
}

// reader is a tool with its templates read.
type reader struct {
	tool
	shape                                                          [][]mark
	state, key, title, text, severity, url, time, tags, test, note template
	labels                                                         map[string]template
}

var table = compiled(clouds, azure, suites, checks, agents, logs, trackers, code, desks)

func compiled(lists ...[]tool) (out []reader) {
	for _, list := range lists {
		for _, t := range list {
			r := reader{
				tool: t, state: text(t.state), key: text(t.key), title: text(t.title), text: text(t.text), severity: text(t.severity),
				url: text(t.url), time: text(t.time), tags: text(t.tags), test: text(t.test), note: text(t.note), labels: map[string]template{},
			}
			for name, value := range t.labels {
				r.labels[name] = text(value)
			}
			for _, h := range t.has {
				r.shape = append(r.shape, marks(h))
			}
			out = append(out, r)
		}
	}
	return out
}

// Read recognises the tool that a JSON body comes from. ok is false when it is none that is known, or no JSON.
func Read(body []byte) (reports []Report, ok bool) {
	if !familiar(body) {
		return nil, false
	}
	top := parse(body)
	if top == nil {
		return nil, false
	}
	bodies := []*node{top}
	if top.list {
		bodies = top.items
	}
	for _, b := range bodies {
		found, known := read(b, 0)
		if !known {
			return nil, false
		}
		reports = append(reports, found...)
	}
	return reports, len(reports) > 0
}

// ReadForm is Read of a form: its fields are those of a JSON body, and a field payload that is JSON is the body.
func ReadForm(form map[string][]string) (reports []Report, ok bool) {
	b := &node{object: true, fields: map[string]*node{}}
	for name, values := range form {
		b.fields[fold(name)] = &node{text: strings.ToValidUTF8(values[len(values)-1], "\ufffd")}
	}
	for _, name := range []string{"payload", "data"} { // GitHub's, Uptime Kuma's
		if inner := b.at(name).str(); len(form) == 1 && strings.HasPrefix(inner, "{") {
			return Read([]byte(inner))
		}
	}
	return read(b, maxWrap)
}

// maxWrap is how many envelopes may lie in each other.
const maxWrap = 3

// read recognises one body, or what an envelope carries.
func read(b *node, depth int) ([]Report, bool) {
	if inner, wrapped := unwrap(b); wrapped && depth < maxWrap {
		var out []Report
		for _, w := range inner {
			out = append(out, w.read(depth+1)...)
		}
		return out, true
	}
	for k := range table {
		if t := &table[k]; t.fits(b) {
			return t.reports(b), true
		}
	}
	return nil, false
}

// fits reports whether a body has the shape of the tool. What is there may be null: a tool that lost one word is that tool all the same.
func (t *reader) fits(b *node) bool {
	for _, one := range t.shape {
		if !slices.ContainsFunc(one, b.has) {
			return false
		}
	}
	return true
}

// named reports whether a body with these outermost names may have the shape.
func (t *reader) named(names map[string]bool) bool {
	for _, one := range t.shape {
		if !slices.ContainsFunc(one, func(m mark) bool { return names[m.first] }) {
			return false
		}
	}
	return true
}

// mark is one path of has.
type mark struct {
	path, first string // first is its first step
	word        string
	exact       bool
}

func marks(has string) (out []mark) {
	for one := range strings.SplitSeq(has, "|") {
		var m mark
		m.path, m.word, m.exact = strings.Cut(one, "=")
		m.first, _, _ = strings.Cut(m.path, ".")
		m.first = fold(m.first)
		out = append(out, m)
	}
	return out
}

func (n *node) has(m mark) bool {
	n = n.at(m.path)
	switch {
	case n == nil:
		return false
	case m.word == "null":
		return n.null
	}
	return !m.exact || strings.EqualFold(n.str(), m.word)
}

func (t *reader) reports(b *node) []Report {
	list := b.at(t.each)
	if t.each == "" || list == nil || len(list.items) == 0 {
		return []Report{t.report(scope{b, b})}
	}
	var out []Report
	for _, element := range list.items {
		out = append(out, t.report(scope{element, b}))
	}
	return out
}

func (t *reader) report(s scope) Report {
	r := Report{
		Tool: t.name, State: t.stateOf(s), Key: t.key.in(s), Title: oneLine(t.title.in(s)), Description: t.text.in(s),
		URL: t.url.in(s), Time: t.time.in(s), Tags: t.tags.in(s), Test: t.test.in(s) != "", Labels: map[string]string{},
	}
	r.Severity = t.severity.in(s)
	if rank, known := t.ranks[strings.ToLower(r.Severity)]; known {
		r.Severity = rank
	}
	for name, value := range t.labels {
		if v := oneLine(value.in(s)); v != "" {
			r.Labels[name] = v
		}
	}
	if r.State == Nothing {
		r.Note = firstOf(t.note.in(s), "nothing that fires or ends")
		return r
	}
	if r.Title == "" {
		r.Title = firstOf(oneLine(firstLine(r.Description)), "Alert of "+t.name)
	}
	return r
}

func (t *reader) stateOf(s scope) State {
	word := strings.ToLower(t.state.in(s))
	if st, known := t.words[word]; known {
		return st
	}
	if st, known := common[word]; known {
		return st
	}
	if t.other != "" {
		return t.other
	}
	return Firing
}

// Word says what a word for a state means, whatever its case; many tools share these.
func Word(word string) (s State, known bool) {
	s, known = common[strings.ToLower(strings.TrimSpace(word))]
	return s, known
}

var common = map[string]State{
	"firing": Firing, "alerting": Firing, "trigger": Firing, "triggered": Firing, "open": Firing, "opened": Firing, "problem": Firing, "down": Firing,
	"critical": Firing, "error": Firing, "warning": Firing, "warn": Firing, "alert": Firing, "active": Firing, "fire": Firing, "new": Firing, "failed": Firing,
	"resolved": Resolved, "resolve": Resolved, "close": Resolved, "closed": Resolved, "ok": Resolved, "up": Resolved, "recovered": Resolved,
	"recovery": Resolved, "normal": Resolved, "clear": Resolved, "cleared": Resolved, "success": Resolved,
	"ack": Acknowledged, "acknowledge": Acknowledged, "acknowledged": Acknowledged,
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSpace(line)
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
