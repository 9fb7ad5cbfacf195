package router

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
)

// InhibitRule says that while an alert that matches Sources fires, nobody is paged for one that matches Targets and has the
// same values of the labels in Equal, where a missing label and an empty one are the same.
type InhibitRule struct {
	Name    string // or empty
	Sources labels.Matchers
	Targets labels.Matchers
	Equal   []string
	Pos     string // where it is written
}

// String is the rule's name, or else the rule in words.
func (r InhibitRule) String() string {
	if r.Name != "" {
		return r.Name
	}
	words := fmt.Sprintf("{%s} inhibits {%s}", inWords(r.Sources), inWords(r.Targets))
	if len(r.Equal) > 0 {
		words += " with the same " + strings.Join(r.Equal, ", ")
	}
	if r.Pos != "" {
		words += " (" + r.Pos + ")"
	}
	return words
}

// Inhibitor is the index of the alerts that fire and inhibit others, in memory. It is not safe for concurrent use: it has one
// owner, who tells it of every alert and of every expiry, for it holds no clock.
type Inhibitor struct {
	names names
	rules []inhibition
	held  map[alert.ID][]place
}

// inhibition is a rule made ready, with the alerts that are its sources now by the values of its equal labels.
type inhibition struct {
	rule    InhibitRule
	words   string
	sources tests
	targets tests
	equal   []int // slots
	firing  map[string]*sources
}

// sources are the source alerts of one rule with the same values of the equal labels. Those that match the rule's targets too are kept
// apart, for they do not inhibit an alert that itself matches both sides.
type sources struct{ alone, both members }

// place is where a source alert is filed.
type place struct {
	rule int
	key  string
	both bool
}

// Ruled reports whether there are rules; without any, nothing is ever inhibited and no alert has to be told.
func (i *Inhibitor) Ruled() bool { return len(i.rules) > 0 }

// NewInhibitor returns an empty index for these rules.
func NewInhibitor(rules []InhibitRule) *Inhibitor {
	i := &Inhibitor{held: make(map[alert.ID][]place)}
	for _, r := range rules {
		rule := inhibition{rule: r, words: r.String(), firing: make(map[string]*sources)}
		rule.sources = newTests(r.Sources, &i.names)
		rule.targets = newTests(r.Targets, &i.names)
		for _, name := range r.Equal {
			rule.equal = append(rule.equal, i.names.slot(name))
		}
		i.rules = append(i.rules, rule)
	}
	return i
}

// Set files an alert that fires under the rules of which it is a source, and forgets one that does not fire. It reports
// whether that may change what is inhibited. A source's test alert inhibits nothing.
func (i *Inhibitor) Set(a *alert.Alert) bool { return i.Undoable(a) != nil }

// Undoable is Set for who may have to take it back: undo has the index hold what it held of this alert before. nil: nothing changed.
func (i *Inhibitor) Undoable(a *alert.Alert) (undo func()) {
	if len(i.rules) == 0 {
		return nil
	}
	id := a.ID()
	was, is := i.held[id], i.places(a)
	if slices.Equal(was, is) {
		return nil
	}
	i.file(id, is)
	return func() { i.file(id, was) }
}

// file files an alert in some places, and in no others.
func (i *Inhibitor) file(id alert.ID, is []place) {
	for _, p := range i.held[id] {
		i.rules[p.rule].remove(p, id)
	}
	for _, p := range is {
		i.rules[p.rule].add(p, id)
	}
	if len(is) == 0 {
		delete(i.held, id)
	} else {
		i.held[id] = is
	}
}

// places says where an alert is to be filed; nowhere unless it fires.
func (i *Inhibitor) places(a *alert.Alert) []place {
	if a.State != alert.Firing || a.Test {
		return nil
	}
	var room [slots]string
	values := i.names.values(a.Labels, room[:0])
	var all []place
	for n := range i.rules {
		r := &i.rules[n]
		if r.sources.ok(values) {
			all = append(all, place{n, string(r.key(values, nil)), r.targets.ok(values)})
		}
	}
	return all
}

// Inhibits says whether an alert with these labels is inhibited now, by the first rule that does it and by which alert. An alert
// that matches both sides of a rule is not inhibited by another that does too, so nothing inhibits itself.
func (i *Inhibitor) Inhibits(l alert.Labels) (rule string, by alert.ID, ok bool) {
	if len(i.held) == 0 {
		return "", alert.ID{}, false
	}
	var room [slots]string
	values := i.names.values(l, room[:0])
	for n := range i.rules {
		if by, ok := i.rules[n].inhibits(values); ok {
			return i.rules[n].words, by, true
		}
	}
	return "", alert.ID{}, false
}

// all returns every rule that inhibits an alert with these labels.
func (i *Inhibitor) all(l alert.Labels) []string {
	var out []string
	values := i.names.values(l, nil)
	for n := range i.rules {
		if _, ok := i.rules[n].inhibits(values); ok {
			out = append(out, i.rules[n].words)
		}
	}
	return out
}

func (r *inhibition) inhibits(values []string) (alert.ID, bool) {
	if len(r.firing) == 0 || !r.targets.ok(values) {
		return alert.ID{}, false
	}
	var room [128]byte
	g := r.firing[string(r.key(values, room[:0]))]
	if g == nil {
		return alert.ID{}, false
	}
	if len(g.alone.list) > 0 {
		return g.alone.list[0], true
	}
	if r.sources.ok(values) {
		return alert.ID{}, false // both sides match; those left do as well
	}
	return g.both.list[0], true
}

// key appends the values of the equal labels, each with its length, so that no two lists look alike.
func (r *inhibition) key(values []string, to []byte) []byte {
	for _, slot := range r.equal {
		to = binary.AppendUvarint(to, uint64(len(values[slot])))
		to = append(to, values[slot]...)
	}
	return to
}

func (r *inhibition) add(p place, id alert.ID) {
	g := r.firing[p.key]
	if g == nil {
		g = &sources{}
		r.firing[p.key] = g
	}
	g.side(p).add(id)
}

func (r *inhibition) remove(p place, id alert.ID) {
	g := r.firing[p.key]
	g.side(p).remove(id)
	if len(g.alone.list)+len(g.both.list) == 0 {
		delete(r.firing, p.key)
	}
}

func (g *sources) side(p place) *members {
	if p.both {
		return &g.both
	}
	return &g.alone
}

// members is a set whose first element is stable while it stays, and in which nothing is searched.
type members struct {
	list []alert.ID
	at   map[alert.ID]int
}

func (m *members) add(id alert.ID) {
	if m.at == nil {
		m.at = make(map[alert.ID]int)
	}
	m.at[id] = len(m.list)
	m.list = append(m.list, id)
}

func (m *members) remove(id alert.ID) {
	i, last := m.at[id], len(m.list)-1
	m.list[i] = m.list[last]
	m.at[m.list[i]] = i
	m.list[last] = alert.ID{}
	m.list = m.list[:last]
	delete(m.at, id)
}
