package configs

import (
	"fmt"
	"slices"
	"text/template"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

var priorityNames = []string{"P1", "P2", "P3", "P4", "P5"}

// defaultTypes are the incident types of a file without categories.
var defaultTypes = []struct {
	name       string
	categories []string
}{
	{"technical", []string{"availability", "latency", "data", "deploy", "capacity"}},
	{"security", []string{"breach", "abuse", "vulnerability"}},
	{"request", []string{"access", "question"}},
}

func defaultMatrix() map[incident.Grade]map[incident.Grade]incident.Priority {
	matrix := map[incident.Grade]map[incident.Grade]incident.Priority{}
	for i, impact := range grades {
		row := map[incident.Grade]incident.Priority{}
		for j, urgency := range grades {
			row[incident.Grade(urgency)] = incident.Priority(priorityNames[i+j])
		}
		matrix[incident.Grade(impact)] = row
	}
	return matrix
}

func (v value) priority() (incident.Priority, bool) {
	s, ok := v.word(priorityNames...)
	return incident.Priority(s), ok
}

func (v value) prioritiesList() []incident.Priority {
	var all []incident.Priority
	for _, item := range v.list() {
		if p, ok := item.priority(); ok && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

func (l *loader) priorities(v value) {
	o := v.object("matrix", "page")
	matrix := defaultMatrix()
	rows := o.get("matrix").object(grades...)
	rows.each(func(impact string, row value) {
		row.object(grades...).each(func(urgency string, cell value) {
			if p, ok := cell.priority(); ok {
				matrix[incident.Grade(impact)][incident.Grade(urgency)] = p
			}
		})
	})
	page := []incident.Priority{"P1", "P2", "P3"}
	if list := o.get("page"); list.given() {
		page = list.prioritiesList()
		if len(page) == 0 {
			list.warn("page-nothing", "is empty, so nobody is ever woken", "list the priorities that wake people, such as [P1, P2, P3]")
		}
	}
	l.draft.matrix, l.draft.page = matrix, map[incident.Priority]bool{}
	for _, p := range page {
		l.draft.page[p] = true
	}
}

func (l *loader) categories(v value) {
	l.draft.types = map[string][]string{}
	if !v.given() {
		for _, t := range defaultTypes {
			l.draft.types[t.name] = t.categories
		}
		return
	}
	o := v.object()
	if len(o.names) == 0 {
		v.fail("is empty, but an incident must have a type", "write at least one type, such as technical: [availability]")
	}
	o.each(func(name string, v value) { l.draft.types[name] = v.texts() })
}

func (v value) byPriority(what string) map[incident.Priority]time.Duration {
	targets := map[incident.Priority]time.Duration{}
	v.object(priorityNames...).each(func(p string, v value) {
		if !v.given() {
			v.fail("is empty", "write "+what+" such as 30m")
		}
		if d, ok := v.duration(time.Second); ok {
			targets[incident.Priority(p)] = d
		}
	})
	return targets
}

func (l *loader) slas(v value) {
	seen := map[string]int{}
	for _, item := range v.list() {
		o := item.object("name", "match", "calendar", "response", "resolution", "pause_on_hold", "warn_at")
		s := SLA{Calendar: "always", PauseOnHold: o.get("pause_on_hold").texts()}
		s.Name, _ = o.uniqueName(seen)
		match := o.get("match").object("priority", "service", "team", "type")
		s.Match.Priority = match.get("priority").prioritiesList()
		s.Match.Service = match.get("service").refs(aService)
		s.Match.Type = match.get("type").refs(aType)
		for _, team := range match.get("team").refs(aTeam) {
			s.Match.Team = append(s.Match.Team, oncall.TeamID(team))
		}
		if c := o.get("calendar"); c.given() && c.n.Value != "always" {
			s.Calendar, _ = c.ref(calendar)
		}
		s.Response = o.get("response").byPriority("the time to the first acknowledgement")
		s.Resolution = o.get("resolution").byPriority("the time to the resolution")
		if len(s.Response)+len(s.Resolution) == 0 && item.given() && !o.get("response").given() && !o.get("resolution").given() {
			item.fail("promises nothing", "write response or resolution, such as response: {P1: 15m}")
		}
		s.WarnAt = o.get("warn_at").percents()
		l.lintSLA(s, o)
		l.c.SLAs = append(l.c.SLAs, s)
	}
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

// lintSLA doubts targets that can never be met or never start.
func (l *loader) lintSLA(s SLA, o object) {
	for _, name := range priorityNames {
		p := incident.Priority(name)
		response, one := s.Response[p]
		resolution, two := s.Resolution[p]
		if one && two && response > resolution {
			o.get("response").fail(fmt.Sprintf("gives %s more time to respond than to resolve", p), "shorten it, or lengthen resolution")
		}
		if matched := slices.Contains(s.Match.Priority, p); len(s.Match.Priority) > 0 && matched != (one || two) {
			what := fmt.Sprintf("matches %s but promises nothing for it", p)
			if !matched {
				what = fmt.Sprintf("has a target for %s, which it never matches", p)
			}
			o.here().warn("sla-target", what, "make match and targets name the same priorities")
		}
	}
}

func (l *loader) calendars(v value) {
	l.c.Calendars = map[string]Calendar{}
	v.object().each(func(name string, v value) {
		if name == "always" {
			v.here().fail("the name always is taken by the calendar without any limits", "choose another name")
		}
		o := v.object("timezone", "hours", "holidays")
		if !o.given() {
			v.fail("is empty", "write timezone and hours")
			return
		}
		c := Calendar{Zone: time.UTC}
		if zone, ok := parsed(o.need("timezone", zoneAdvice), parseZone, zoneAdvice); ok {
			c.Zone = zone
		}
		hours := o.need("hours", hoursAdvice)
		for _, item := range hours.list() {
			if h, ok := parsed(item, parseHours, hoursAdvice); ok {
				c.Hours = append(c.Hours, h)
			}
		}
		if hours.given() && len(hours.n.Content) == 0 {
			hours.fail("is empty, so no clock would ever run", hoursAdvice)
		}
		for _, item := range o.get("holidays").list() {
			if d, ok := parsed(item, parseDate, "write a day such as 2026-12-25"); ok {
				c.Holidays = append(c.Holidays, d)
			}
		}
		l.c.Calendars[name] = c
	})
}

func (l *loader) updates(v value) {
	o := v.object("cadence", "templates")
	l.c.Updates = Updates{Cadence: o.get("cadence").byPriority("how often an update is owed"), Templates: map[string]string{}}
	o.get("templates").object().each(func(state string, v value) {
		text, ok := v.text()
		if !ok {
			return
		}
		if _, err := template.New(state).Parse(text); err != nil {
			v.fail("is not a template: "+clip(err.Error()), "write it as Go templates are written, such as {{ .Title }}")
		}
		l.c.Updates.Templates[state] = text
	})
}

func (l *loader) reviews(v value) {
	o := v.object("required", "due")
	l.c.Reviews = Reviews{Required: o.get("required").prioritiesList(), Due: 5 * 24 * time.Hour}
	if due, ok := o.get("due").duration(0); ok {
		l.c.Reviews.Due = due
	}
}

func (l *loader) statusPage(v value) {
	o := v.object("title", "services", "public")
	l.c.StatusPage = StatusPage{Title: "Status", Services: o.get("services").refs(aService), Public: o.get("public").boolean()}
	if title, ok := o.get("title").text(); ok {
		l.c.StatusPage.Title = title
	}
}
