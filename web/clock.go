package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// moment is a time as a page shows it.
type moment struct {
	Machine string // RFC 3339, for the datetime attribute
	Clock   string // 03:12, or with the day when it is not today
	Long    string // with day and zone
}

// clockIn words times on a page in the zone of who looks at it.
type clockIn struct {
	zone *time.Location
	now  time.Time
}

func (k clockIn) moment(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	return moment{Machine: t.UTC().Format(time.RFC3339), Clock: k.short(t), Long: t.In(k.zone).Format("Mon 2 Jan 2006 15:04:05 MST")}
}

// short is the time of day, with as much of the date as is needed.
func (k clockIn) short(t time.Time) string {
	t, now := t.In(k.zone), k.now.In(k.zone)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case t.Sub(now).Abs() < 6*24*time.Hour:
		return t.Format("Mon 15:04")
	case t.Year() == now.Year():
		return t.Format("Mon 2 Jan 15:04")
	}
	return t.Format("2 Jan 2006 15:04")
}

// until is " until 07:00", or nothing for the zero time.
func (k clockIn) until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + k.short(t)
}

// age words how long ago something was: 40 s, 12 min, 3 h 5 min, 4 days.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour && int(d.Minutes())%60 == 0:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	case d < 48*time.Hour:
		return "1 day"
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// date is a day without a time.
func (k clockIn) date(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(k.zone)
	if at.Year() == k.now.In(k.zone).Year() {
		return at.Format("Mon 2 Jan")
	}
	return at.Format("2 Jan 2006")
}

// day is a time with its weekday and date, whatever day it is; with its zone where the clocks change nearby, for an hour may come
// twice there.
func (k clockIn) day(t time.Time) string {
	_, before := t.Add(-clocksNear).In(k.zone).Zone()
	if _, after := t.Add(clocksNear).In(k.zone).Zone(); before != after {
		return notify.Instant(t, k.zone)
	}
	return t.In(k.zone).Format("Mon 2 Jan 15:04")
}

// clocksNear is how near to a change of the clocks a time is written with its zone.
const clocksNear = 3 * time.Hour

// dayName is a day, as people call it that many days later.
func (k clockIn) dayName(at time.Time, ago int) string {
	switch ago {
	case 0:
		return "Today"
	case 1:
		return "Yesterday"
	}
	return at.In(k.zone).Format("Monday, 2 January")
}

// dayForm is how a browser's field for dates writes one, and clockForm one with a time of day.
const (
	dayForm   = time.DateOnly
	clockForm = "2006-01-02T15:04"
)

// endOfDay reads a day of a form as its last minute in a zone, so that what is due on a day is not late on it. Empty is the zero
// time.
func endOfDay(field, s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(dayForm, s)
	if err != nil || !sane(d) {
		return time.Time{}, bad(field, "Write it as 2026-11-30.", "%q is no day", brief(s))
	}
	return oncall.Wall(zone, oncall.DateOf(d), 24*60-1).UTC(), nil
}

// formTime writes a time for a field of a form; nothing for the zero time.
func (k clockIn) formTime(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(k.zone).Format(layout)
}

// spell writes a duration as forms take it: 2h30m.
func spell(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	d = d.Round(time.Minute)
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "h0m") + onlyIf(d%time.Hour == 0 && d > 0, "h")
}
