package router

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"

	"github.com/rouse/rouse/oncall"
)

// horizon is how far ahead the end of a time interval is looked for.
const horizon = 8 * 24 * time.Hour

// memo remembers the latest stretch of time that was worked out. It is a saving only: the answer for a time never depends on
// what was asked before.
type memo struct {
	last atomic.Pointer[span]
}

// at returns the stretch that covers now, by work if it is another than last time.
func (m *memo) at(now time.Time, work func(time.Time) span) span {
	if s := m.last.Load(); s != nil && s.holds(now) {
		return *s
	}
	s := work(now)
	m.last.Store(&s)
	return s
}

// interval is a named list of Alertmanager's time intervals; a time is in it when it is in one of them.
type interval struct {
	memo
	list []timeinterval.TimeInterval
}

// now returns the stretch round t in which it is inside the interval, or outside.
func (v *interval) now(t time.Time) span { return v.at(t, v.span) }

func (v *interval) contains(t time.Time) bool {
	for _, ti := range v.list {
		if inside(ti, t) {
			return true
		}
	}
	return false
}

// inside asks Alertmanager's code of the wall clock alone. With the zone it takes a month for as many days as it has whole times 24
// hours, and so its last day for the one before in the month in which clocks go forward.
func inside(ti timeinterval.TimeInterval, t time.Time) bool {
	l := t.UTC()
	if ti.Location != nil {
		l, ti.Location = t.In(ti.Location.Location), nil
	}
	return ti.ContainsTime(time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), time.UTC))
}

// span looks for the first change after now, from one instant at which there could be a change to the next.
func (v *interval) span(now time.Time) span {
	in, end := v.contains(now), now.Add(horizon)
	for t := v.edge(now, end); t.Before(end); t = v.edge(t, end) {
		if v.contains(t) != in {
			return span{from: now, until: t, in: in, known: true}
		}
	}
	return span{from: now, until: end, in: in}
}

// edge is the first instant after t at which any part of the interval could begin or end, or end if that is earlier: a bound of
// its times, a midnight, or a change of the clocks.
func (v *interval) edge(t, end time.Time) time.Time {
	for _, ti := range v.list {
		if e := edge(ti, t); e.Before(end) {
			end = e
		}
	}
	return end
}

func edge(ti timeinterval.TimeInterval, t time.Time) time.Time {
	l := t.UTC()
	if ti.Location != nil {
		l = t.In(ti.Location.Location)
	}
	minute, next := l.Hour()*60+l.Minute(), 24*60
	for _, r := range ti.Times {
		for _, bound := range []int{r.StartMinute, r.EndMinute} {
			if minute < bound && bound < next {
				next = bound
			}
		}
	}
	seconds := time.Duration(l.Second())*time.Second + time.Duration(l.Nanosecond())
	e := l.Add(time.Duration(next-minute)*time.Minute - seconds)
	if change, ok := oncall.SteadyUntil(l.Location(), t); ok && change.Before(e) {
		return change.UTC()
	}
	return e.UTC()
}
