package oncall

import (
	"fmt"
	"math"
	"time"
)

// Date is a calendar day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the calendar day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// IsZero reports whether no day was given.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the day n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date { return dateOf(d.number() + int64(n)) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return weekday(d.number()) }

// String writes the day as 2026-01-05.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Wall returns the instant at which the clocks of zone show the given minute of the day d, in that zone.
//
// A wall time that a change of the clocks skips is moved later by as much as was skipped; one that occurs twice means the
// first. Minutes below 0 or above 1439 belong to earlier or later days, so 1440 is the next midnight. A nil zone is UTC.
//
// Every wall-clock time in rouse is resolved here. time.Date must not be used for it: in a change of the clocks it takes
// sometimes the first and sometimes the second of two, and moves a skipped time sometimes earlier and sometimes later.
func Wall(zone *time.Location, d Date, minute int) time.Time {
	zone = orUTC(zone)
	return time.Unix(wall(zone, d.number(), minute), 0).In(zone)
}

const (
	daySeconds = 24 * 60 * 60
	dayMinutes = 24 * 60

	// never stands for an instant that does not come.
	never int64 = math.MaxInt64

	// reach is more than any zone is away from UTC, in seconds.
	reach = 26 * 60 * 60
)

// wall is Wall in numbers: days since 1 January 1970 in, seconds since then (UTC) out.
func wall(zone *time.Location, day int64, minute int) int64 {
	local := day*daySeconds + int64(minute)*60
	t := time.Unix(local-reach, 0).In(zone)
	_, before := t.Zone()
	for {
		_, offset := t.Zone()
		at := local - int64(offset)
		if at < t.Unix() { // skipped: the zone entered this period with its clocks already past the time
			return local - int64(before)
		}
		end, ok := periodEnd(t)
		if !ok || at < end.Unix() {
			return at
		}
		t, before = end, offset
	}
}

// periodEnd returns the end of the stretch of equal offset in which t lies, or an instant inside it, but always one after t.
//
// The standard library's ZoneBounds cannot be taken at its word: beyond the last transition in a zone's table (with Go's
// embedded data that is all of the present) it ends each period with the year and takes every year for 365 days long, so on
// 31 December of a leap year its end lies before t (seen with Go 1.26.8).
func periodEnd(t time.Time) (time.Time, bool) {
	_, end := t.ZoneBounds()
	if end.IsZero() {
		return end, false
	}
	if !end.After(t) {
		return t.Add(24 * time.Hour), true
	}
	return end, true
}

// SteadyUntil returns an instant after t up to which nobody changes the clocks of zone; false: they are never changed again. It
// is not always that of the next change, which may come later: ask again from there. In between Wall is plain arithmetic.
func SteadyUntil(zone *time.Location, t time.Time) (time.Time, bool) {
	return periodEnd(t.In(orUTC(zone)))
}

// number counts the days from 1 January 1970 to d.
func (d Date) number() int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds
}

// dateOf is the inverse of number.
func dateOf(day int64) Date { return DateOf(time.Unix(day*daySeconds, 0).UTC()) }

// localDay returns the number of the calendar day that zone has at the second t.
func localDay(zone *time.Location, t int64) int64 {
	_, offset := time.Unix(t, 0).In(zone).Zone()
	return floorDiv(t+int64(offset), daySeconds)
}

// weekday returns the weekday of a day's number; day 0 was a Thursday.
func weekday(day int64) time.Weekday {
	return time.Weekday(day + 4 - 7*floorDiv(day+4, 7))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// clampMinute keeps a minute of the day between 0 and 1440.
func clampMinute(m int) int { return min(max(m, 0), dayMinutes) }
