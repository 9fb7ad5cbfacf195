package configs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/automation"
)

func (l *loader) automations(v value) {
	seen := map[string]int{}
	for _, item := range v.list() {
		o := item.object("name", "on", "match", "do")
		r := automation.Rule{Pos: l.pos(item)}
		r.Name, _ = o.uniqueName(seen)
		if r.Name != "" && (!pathForm.MatchString(r.Name) || len(r.Name) > 64) {
			o.get("name").fail(fmt.Sprintf("%q cannot be part of an identifier", clip(r.Name)), "use at most 64 letters, digits, `.`, `_` and `-`")
		}
		on := o.need("on", "write what sets it off, such as [opened] or [sla_breached, resolved]")
		r.On = on.events()
		if on.given() && len(on.n.Content) == 0 && on.n.Value == "" {
			on.fail("is empty, so nothing would ever set it off", "write an event such as opened")
		}
		r.Match = o.get("match").fieldMatchers()
		do := o.need("do", "write what is done, such as [{note: \"told the vendor\"}]")
		for _, step := range do.list() {
			r.Steps = append(r.Steps, step.step(r.Match))
		}
		if do.given() && do.n.Kind == yaml.SequenceNode && len(do.n.Content) == 0 {
			do.fail("is empty, so nothing would be done", "write a step such as {note: \"told the vendor\"}")
		}
		l.c.Automations = append(l.c.Automations, r)
	}
}

// events reads one event or a list of them.
func (v value) events() []automation.Event {
	var names []string
	for _, ev := range automation.AllEvents() {
		names = append(names, string(ev))
	}
	var all []automation.Event
	for _, item := range v.oneOrMore() {
		s, ok := item.text()
		switch {
		case !ok:
		case !slices.Contains(names, s):
			item.fail(fmt.Sprintf("there is no event %q", clip(s)), suggest(s, names, "write one of "+strings.Join(names, ", ")))
		case slices.Contains(all, automation.Event(s)):
			item.fail(fmt.Sprintf("%q is in the list twice", clip(s)), "keep one of them")
		default:
			all = append(all, automation.Event(s))
			item.lintEvent(automation.Event(s))
		}
	}
	return all
}

// lintEvent doubts an event that cannot happen under this configuration.
func (v value) lintEvent(ev automation.Event) {
	if of := ev == automation.SLAWarning || ev == automation.SLABreached; of && len(v.l.draft.slas) == 0 {
		v.warn("event-never", "never happens, since no SLA promises anything", "add slas, or remove it")
	}
}

// fieldMatchers reads matchers over the fields of an incident. One that names something which nothing defines would keep the
// automation from ever running.
func (v value) fieldMatchers() labels.Matchers {
	var all labels.Matchers
	for _, item := range v.oneOrMore() {
		ms := item.matcher()
		for _, m := range ms {
			item.checkField(m)
		}
		all = append(all, ms...)
	}
	return all
}

// checkField refuses the one value of a field that no incident can have.
func (v value) checkField(m *labels.Matcher) {
	if m.Type != labels.MatchEqual || m.Value == "" {
		return
	}
	words := map[string][]string{"priority": priorityNames, "impact": grades, "urgency": grades}[m.Name]
	classes := map[string]class{"service": aService, "team": aTeam, "type": aType, "assignee": aUser}
	switch c, named := classes[m.Name]; {
	case named:
		v.known(c, m.Value)
	case words != nil && !slices.Contains(words, m.Value):
		v.fail(fmt.Sprintf("no incident has the %s %q", m.Name, clip(m.Value)), "write one of "+strings.Join(words, ", "))
	}
}

// valueOf is what a matcher wants a field to be, or empty when it wants no one value.
func valueOf(match labels.Matchers, field string) string {
	for _, m := range match {
		if m.Name == field && m.Type == labels.MatchEqual {
			return m.Value
		}
	}
	return ""
}
