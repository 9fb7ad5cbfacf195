package router

import (
	"slices"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/rouse/rouse/oncall"
)

// Window is planned work during which nobody is paged for alerts that match: once, or again and again.
type Window struct {
	Name      string
	Matchers  labels.Matchers // none: every alert
	Weekdays  []time.Weekday  // on which a recurring window starts; empty: every day
	Minute    int             // since midnight by the clock on the wall in Zone, at which a recurring window starts
	Recurring bool
	For       time.Duration  // how long a recurring window lasts, in elapsed time
	From, To  time.Time      // of one that does not recur; From inclusive, To exclusive
	Zone      *time.Location // nil: UTC
	Pos       string         // where it is written
}

// Active reports whether the window is open at now, and if so until when: its start and For later, or To. A start that the
// clocks skip is moved later by as much as they do; one that they repeat is the first. Where a recurring window lasts longer
// than the time to its next start, until is the end of the latest.
func (w Window) Active(now time.Time) (until time.Time, active bool) {
	if !w.Recurring {
		if now.Before(w.From) || !now.Before(w.To) {
			return time.Time{}, false
		}
		return w.To, true
	}
	// The latest start has the latest end, so no earlier one need be asked.
	for back := range 10 {
		start, ok := w.start(now, -back)
		if !ok || start.After(now) {
			continue
		}
		until = start.Add(w.For)
		if !now.Before(until) {
			return time.Time{}, false
		}
		return until, true
	}
	return time.Time{}, false
}

// Next returns the first start after now; the zero time where there is none.
func (w Window) Next(now time.Time) time.Time { return w.opens(now) }

// Last returns the latest start of a recurring window that is not after now; the zero time where there is none.
func (w Window) Last(now time.Time) time.Time {
	for back := range 10 {
		if start, ok := w.start(now, -back); ok && !start.After(now) {
			return start
		}
	}
	return time.Time{}
}

// opens returns the first start after now, or zero where there is none.
func (w Window) opens(now time.Time) time.Time {
	if !w.Recurring {
		if now.Before(w.From) && w.From.Before(w.To) {
			return w.From
		}
		return time.Time{}
	}
	if w.For <= 0 {
		return time.Time{}
	}
	for ahead := -1; ahead < 10; ahead++ {
		if start, ok := w.start(now, ahead); ok && start.After(now) {
			return start
		}
	}
	return time.Time{}
}

// start returns the start on the day that is so many days after now's in the window's zone, if it starts on that weekday.
func (w Window) start(now time.Time, days int) (time.Time, bool) {
	zone := w.Zone
	if zone == nil {
		zone = time.UTC
	}
	y, m, d := now.In(zone).Date()
	day := time.Date(y, m, d+days, 0, 0, 0, 0, time.UTC)
	if len(w.Weekdays) > 0 && !slices.Contains(w.Weekdays, day.Weekday()) {
		return time.Time{}, false
	}
	return oncall.Wall(zone, oncall.DateOf(day), w.Minute), true
}

// span is a stretch of time in which something is the same. A zero until is for ever.
type span struct {
	from, until time.Time
	in          bool
	known       bool // it really changes at until; otherwise nobody looked further
}

// holds reports whether the span covers t.
func (s *span) holds(t time.Time) bool {
	return !t.Before(s.from) && (s.until.IsZero() || t.Before(s.until))
}

// span is the stretch round now in which the window is open, or closed.
func (w Window) span(now time.Time) span {
	if until, in := w.Active(now); in {
		return span{from: now, until: until, in: true, known: true}
	}
	return span{from: now, until: w.opens(now), known: true}
}
