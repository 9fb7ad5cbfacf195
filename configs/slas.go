package configs

import (
	"fmt"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
)

// always is the calendar without any limits.
const always = "always"

func (l *loader) slas(v value) {
	seen := map[string]int{}
	for _, item := range v.list() {
		before := len(l.problems)
		o := item.object("name", "match", "calendar", "response", "resolution", "pause_on_hold", "warn_at", "on_breach")
		d := &sla.Definition{CalendarName: always, WarnAt: []int{50, 75, 100}}
		d.Name, _ = o.uniqueName(seen)
		d.Match = o.get("match").slaMatch()
		if c := o.get("calendar"); c.given() && c.n.Value != always {
			d.CalendarName, _ = c.ref(calendar)
			d.Calendar = l.draft.calendars[d.CalendarName]
		}
		d.Response = inWords(o.get("response").byPriority("the time to the first acknowledgement"))
		d.Resolution = inWords(o.get("resolution").byPriority("the time to the resolution"))
		if o.given() && !o.get("response").given() && !o.get("resolution").given() {
			item.fail("promises nothing", "write response or resolution, such as response: {P1: 15m}")
		}
		d.PauseOnHold = o.get("pause_on_hold").pauses()
		if warn := o.get("warn_at"); warn.given() {
			d.WarnAt = warn.percents()
		}
		d.Escalate = o.get("on_breach").onBreach()
		l.checkClocks(d, o, len(l.problems) == before)
		l.draft.slas = append(l.draft.slas, d)
	}
}

func inWords(targets map[incident.Priority]time.Duration) map[string]time.Duration {
	out := map[string]time.Duration{}
	for p, d := range targets {
		out[string(p)] = d
	}
	return out
}

func (v value) slaMatch() sla.Match {
	o := v.object("priority", "service", "team", "type")
	m := sla.Match{Service: o.get("service").refs(aService), Team: o.get("team").refs(aTeam), Type: o.get("type").refs(aType)}
	for _, p := range o.get("priority").prioritiesList() {
		m.Priority = append(m.Priority, string(p))
	}
	return m
}

// pauses reads hold reasons; one that no hold can have would be a pause that never comes.
func (v value) pauses() []string {
	var all []string
	for _, item := range v.list() {
		s, ok := item.text()
		switch {
		case !ok:
		case !slices.Contains(v.l.draft.holds, s):
			item.fail(fmt.Sprintf("%q is a reason that no hold can have, so the clock would never pause for it", clip(s)),
				suggest(s, v.l.draft.holds, "add it to hold_reasons, or remove it"))
		case slices.Contains(all, s):
			item.fail(fmt.Sprintf("%q is in the list twice", clip(s)), "keep one of them")
		default:
			all = append(all, s)
		}
	}
	return all
}

// onBreach reads what a breach does; telling is not left to choice.
func (v value) onBreach() (escalate bool) {
	if !v.given() {
		return false
	}
	told := false
	items := v.list()
	for _, item := range items {
		word, ok := item.word("tell", "escalate")
		told = told || !ok || word == "tell"
		escalate = escalate || word == "escalate"
	}
	if !told && v.n.Kind == yaml.SequenceNode && len(items) == len(v.n.Content) {
		v.fail("leaves out tell, but a breach is always told", "write [tell], or [tell, escalate]")
	}
	return escalate
}

func (v value) percents() []int {
	var all []int
	for _, item := range v.list() {
		n, ok := item.integer(1)
		if !ok {
			continue
		}
		if n > 1000 {
			item.fail(fmt.Sprintf("%d is too large", n), "write a percentage such as 75")
			continue
		}
		all = append(all, n)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (l *loader) calendars(v value) {
	l.draft.calendars = map[string]*sla.Calendar{}
	v.object().each(func(name string, v value) {
		if name == always {
			v.here().fail("the name always is taken by the calendar without any limits", "choose another name")
		}
		o := v.object("timezone", "hours", "holidays")
		if !o.given() {
			v.fail("is empty", "write timezone and hours")
			return
		}
		c := &sla.Calendar{Zone: time.UTC}
		if zone, ok := parsed(o.need("timezone", zoneAdvice), parseZone, zoneAdvice); ok {
			c.Zone = zone
		}
		hours := o.need("hours", hoursAdvice)
		for _, item := range hours.list() {
			if h, ok := parsed(item, parseHours, hoursAdvice); ok {
				c.Hours = append(c.Hours, h)
			}
		}
		if hours.emptyList() {
			hours.fail("is empty, so no clock would ever run", hoursAdvice)
		}
		for _, item := range o.get("holidays").list() {
			if d, ok := parsed(item, parseDate, "write a day such as 2026-12-25"); ok {
				c.Holidays = append(c.Holidays, d)
			}
		}
		l.draft.calendars[name] = c
	})
}
