package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident/sla"
)

// checkClocks refuses promises whose clock could never start, never pause, or would mean something else than it says: what
// other tools take and then keep quiet about. readable says that nothing of the promise was refused before.
func (l *loader) checkClocks(d *sla.Definition, o object, readable bool) {
	for _, kind := range []string{"response", "resolution"} {
		o.get(kind).object(priorityNames...).each(func(_ string, target value) { target.checkUnit(d) })
	}
	l.checkTeams(d, o.part("match", "team"))
	if !readable {
		return
	}
	for _, f := range d.Flaws(sla.Known{Reasons: l.draft.holds, Priorities: l.given(), Now: l.o.Now}) {
		section, key, _ := strings.Cut(f.Key, ".")
		v := o.part(section, key)
		switch {
		case f.Rule == sla.NeverOpens && len(d.Calendar.Hours) == 0: // said at the calendar
		case f.Fatal || f.Rule == sla.UnknownName:
			v.fail(f.What, f.Do)
		default:
			v.warn(f.Rule, f.What, f.Do)
		}
	}
	for _, p := range d.Match.Priority {
		if d.Response[p] == 0 && d.Resolution[p] == 0 {
			o.here().warn("sla-target", fmt.Sprintf("matches %s but promises nothing for it", p), "make match and targets name the same priorities")
		}
	}
}

// part returns a field, or a field of it.
func (o object) part(section, key string) value {
	v := o.get(section)
	if key == "" {
		return v
	}
	return v.object().get(key)
}

// given are the priorities that the matrix gives, the most urgent first.
func (l *loader) given() []string {
	var all []string
	for _, row := range l.draft.matrix {
		for _, p := range row {
			all = append(all, string(p))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// checkTeams refuses teams none of which answers for any service that is matched.
func (l *loader) checkTeams(d *sla.Definition, team value) {
	if len(d.Match.Team) == 0 {
		return
	}
	for _, s := range l.draft.services {
		if slices.Contains(d.Match.Team, string(s.Team)) && (len(d.Match.Service) == 0 || slices.Contains(d.Match.Service, s.Name)) {
			return
		}
	}
	what := "no service belongs to " + strings.Join(d.Match.Team, " or ")
	if len(d.Match.Service) > 0 {
		what = fmt.Sprintf("none of its services (%s) belongs to %s", strings.Join(d.Match.Service, ", "), strings.Join(d.Match.Team, " or "))
	}
	team.fail("matches nothing, so no clock would ever start: "+what, "give the service its team, or correct match")
}

// checkUnit refuses days and weeks on a calendar with hours: a day of its time is not what people call a working day.
func (v value) checkUnit(d *sla.Definition) {
	if !v.given() || d.Calendar == nil || !strings.ContainsAny(v.n.Value, "dwy") {
		return
	}
	target, err := parseDuration(v.n.Value)
	if err != nil || target <= 0 {
		return
	}
	usual, ok := sla.HoursPerDay(d.Calendar)
	if !ok || usual == 24*time.Hour {
		return // a day of 24 hours is a day
	}
	day, whole := inHours(usual), inHours(target)
	v.fail(fmt.Sprintf("%q is ambiguous: a working day of %s has %s, so the %s that it says would be %.1f working days",
		clip(v.n.Value), d.CalendarName, day, whole, target.Hours()/usual.Hours()),
		fmt.Sprintf("write hours: %s for one working day, %s for what it says", day, whole))
}

// inHours writes a duration without days in it, to the minute.
func inHours(d time.Duration) string {
	h, m := d/time.Hour, d%time.Hour/time.Minute
	if m == 0 {
		return fmt.Sprintf("%dh", h)
	}
	return fmt.Sprintf("%dh%dm", h, m)
}
