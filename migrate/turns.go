package migrate

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// mostTurns is how long a list of users may become when turns of several days are written as turns of one.
const mostTurns = 400

// unknown stands for a time zone of which only the name is known. It is written as UTC, and its clocks are those of the export.
var unknown = time.FixedZone("UTC", 0)

// zoneOf reads a time zone, by its own name or by Rails's; unknown with a note where there is none of that name.
func zoneOf(name string, n *notes) (*time.Location, string) {
	if name == "" || name == "Local" {
		return time.UTC, "UTC"
	}
	for _, called := range []string{name, railsZones[name]} {
		if zone, err := time.LoadLocation(called); err == nil && called != "" {
			return zone, called
		}
	}
	n.add("there is no time zone %q, so UTC stands here: write the right one, for turns change by its clocks.", name)
	return unknown, "UTC"
}

// clocks is what the clocks of a zone show at a moment. Those of an unknown zone show what the export wrote, by the offset that it
// gave: hours are in wall time too, so the two stay together when somebody writes the zone.
func clocks(t time.Time, zone *time.Location) time.Time {
	if zone != unknown {
		return t.In(zone)
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

// rotate writes turns of a length that begin at start. Turns of whole days and weeks keep their wall time over a change of the
// clocks; those of several days are written as turns of one, with each person that many times in the list.
func (l *layer) rotate(zone *time.Location, start time.Time, length time.Duration) {
	local := clocks(start, zone)
	if _, offset := start.Zone(); zone == unknown && offset == 0 && start.Location() != unknown {
		l.notes.add("the handoff is in UTC, as the export has it, and hours are on the clocks of its zone: with the zone write the handoff anew.")
	}
	if local.Second() != 0 || local.Nanosecond() != 0 {
		l.notes.add("turns began at %s; rouse knows minutes.", local.Format("15:04:05"))
	}
	l.start, l.handoff = local.Format(time.DateOnly), local.Format("15:04")
	switch {
	case length <= 0:
		l.notes.add("the turns have no length, so they are taken for a week.")
		l.weekly(local, 1)
	case length%week == 0:
		l.weekly(local, int(length/week))
	case length%day == 0:
		l.times("daily", int(length/day))
	case length == time.Hour:
		l.every = "hourly"
	default:
		l.every = short(length)
		if length%time.Minute != 0 || length < time.Minute {
			l.every = short(max(length.Truncate(time.Minute), time.Minute))
			l.notes.add("turns of %s are cut to whole minutes.", length)
		}
		if !steady(zone) {
			l.notes.add("turns of %s count elapsed time in rouse, so their wall time moves by an hour when the clocks change.", l.every)
		}
	}
}

// weekly writes turns of some weeks, which change on the weekday of their start.
func (l *layer) weekly(local time.Time, weeks int) {
	l.handoff = local.Format("Mon 15:04")
	l.times("weekly", weeks)
}

// times writes turns of n units as n turns of one.
func (l *layer) times(unit string, n int) {
	l.every = unit
	if n == 1 || len(l.users) < 2 {
		return
	}
	if n*len(l.users) > mostTurns {
		hours := n * 24
		if unit == "weekly" {
			hours *= 7
		}
		l.every, l.handoff = fmt.Sprintf("%dh", hours), l.handoff[max(0, len(l.handoff)-5):]
		l.notes.add("turns of %d hours count elapsed time in rouse, so their wall time moves by an hour when the clocks change.", hours)
		return
	}
	var all []string
	for _, u := range l.users {
		for range n {
			all = append(all, u)
		}
	}
	l.users = all
}

// steady reports whether a zone's clocks are known not to change in the years around now that matter to a rota.
func steady(zone *time.Location) bool {
	if zone == unknown {
		return false
	}
	_, winter := time.Date(2026, time.January, 15, 0, 0, 0, 0, zone).Zone()
	_, summer := time.Date(2026, time.July, 15, 0, 0, 0, 0, zone).Zone()
	return winter == summer
}

// short writes a duration as rouse does.
func short(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// span is a stretch of every week: from a minute of a weekday for some minutes.
type span struct {
	day           time.Weekday
	from, minutes int
}

const dayMinutes = 24 * 60

var dayNames = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// hours writes spans as rouse's restrictions; nil when they are always. What is longer than a day is cut at midnight, where the
// pieces meet without a gap.
func hours(spans []span) []string {
	type clock struct{ from, to int }
	days := map[clock]*[7]bool{}
	var order []clock
	put := func(d time.Weekday, from, to int) {
		c := clock{from, to}
		if days[c] == nil {
			days[c] = new([7]bool)
			order = append(order, c)
		}
		days[c][d%7] = true
	}
	for _, s := range spans {
		switch left := s.minutes; {
		case left <= 0:
		case left >= 7*dayMinutes:
			return nil
		case left < dayMinutes && s.from+left <= dayMinutes:
			put(s.day, s.from, s.from+left)
		case left < dayMinutes:
			put(s.day, s.from, s.from+left-dayMinutes)
		default:
			for d, from := s.day, s.from; left > 0; d, from = d+1, 0 {
				to := min(from+left, dayMinutes)
				put(d, from, to)
				left -= to - from
			}
		}
	}
	var out []string
	for _, c := range order {
		if c == (clock{0, dayMinutes}) && *days[c] == [7]bool{true, true, true, true, true, true, true} {
			return nil
		}
		out = append(out, fmt.Sprintf("%s %s-%s", weekdays(*days[c]), hhmm(c.from), hhmm(c.to)))
	}
	return out
}

func hhmm(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// weekdays writes days as "Mon-Fri" or "Mon,Wed".
func weekdays(days [7]bool) string {
	var all []string
	for k := range 7 { // Monday first
		if d := (k + 1) % 7; days[d] {
			all = append(all, dayNames[d])
		}
	}
	first := slices.Index([]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, all[0])
	unbroken := true
	for k, name := range all {
		unbroken = unbroken && dayNames[(first+k+1)%7] == name
	}
	if unbroken && len(all) > 2 {
		return all[0] + "-" + all[len(all)-1]
	}
	return strings.Join(all, ",")
}

// clockOf reads "HH:MM:SS" or "HH:MM" as minutes since midnight; seconds are cut.
func clockOf(s string) (int, bool) {
	for _, form := range []string{"15:04:05", "15:04", "15:04:05Z"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Hour()*60 + t.Minute(), true
		}
	}
	return 0, false
}

// everyDay is a span on each day of the week.
func everyDay(from, minutes int) []span {
	var all []span
	for d := time.Sunday; d <= time.Saturday; d++ {
		all = append(all, span{d, from, minutes})
	}
	return all
}

// turned puts the user who is by places behind the first in front.
func turned(users []string, by int) []string {
	if len(users) == 0 {
		return users
	}
	by = ((by % len(users)) + len(users)) % len(users)
	return slices.Concat(users[by:], users[:by])
}
