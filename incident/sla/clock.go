package sla

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// Matches reports whether the definition is about an incident. Names are compared exactly.
func (d *Definition) Matches(s Subject) bool {
	has := func(list []string, name string) bool { return len(list) == 0 || slices.Contains(list, name) }
	m := &d.Match
	return has(m.Priority, s.Priority) && has(m.Service, s.Service) && has(m.Team, s.Team) && has(m.Type, s.Type)
}

// Read reads the definition's clocks at now: the response, then the resolution, each only when the definition matches and
// promises something for the priority. Without a mark of Opened there is none. Marks after now have not happened yet.
//
// A clock that runs has the subject's priority: its target counts from the start, so raising a priority can breach at once. A
// clock that is done keeps the priority that it was done under, as its marks tell, for what was kept in time cannot be broken
// afterwards. A resolution that is reopened runs again, and has the subject's priority again. A response that is done stays done.
//
// Only holds, and the time between resolved and reopened, pause; only the resolution can be paused.
func (d *Definition) Read(s Subject, marks []Mark, now time.Time) []Reading {
	r := reader{d: d, g: d.Calendar.grid(), s: s}
	var list []Reading
	for _, kind := range []Kind{Response, Resolution} {
		if c, ok := r.read(kind, marks, now); ok {
			list = append(list, c)
		}
	}
	return list
}

// target returns what is promised for a priority.
func (d *Definition) target(kind Kind, priority string) time.Duration {
	if kind == Response {
		return d.Response[priority]
	}
	return d.Resolution[priority]
}

// reader reads the clocks of one incident.
type reader struct {
	d *Definition
	g *grid
	s Subject
}

// read returns a clock. It is false when nothing is promised; the reading then has no target, but what has passed is true.
func (r *reader) read(kind Kind, marks []Mark, now time.Time) (Reading, bool) {
	l := follow(r.d, kind, marks, now)
	if !l.started {
		return Reading{}, false
	}
	now = l.since // now, or done, or a mark of this very instant
	c := Reading{SLA: r.d.Name, Kind: kind, Calendar: "always", Priority: r.s.Priority, Stage: l.stage(), StartAt: l.startAt}
	if r.g != nil {
		c.Calendar = r.d.CalendarName
	}
	if l.done {
		c.DoneAt = now
	}
	if l.done && l.doneAs != "" || c.Priority == "" {
		c.Priority = l.priority()
	}
	if c.Stage == Paused {
		c.PausedBy = l.hold
	}
	r.measure(&c, &l)
	if c.Stage == Running && !r.g.open(now) {
		c.Stage = Closed
	}
	subject := r.s
	subject.Priority = c.Priority
	c.Target = r.d.target(kind, c.Priority)
	if c.Target <= 0 || !r.d.Matches(subject) {
		c.Target = 0
		return c, false
	}
	r.compare(&c, &l)
	return c, true
}

// measure adds up what has passed.
func (r *reader) measure(c *Reading, l *life) {
	c.Wall = l.since.Sub(l.startAt)
	for _, p := range l.pieces {
		if p.paused {
			c.PausedFor += r.g.between(p.from, p.to)
			c.PausedWall += p.to.Sub(p.from)
		} else {
			c.Elapsed += r.g.between(p.from, p.to)
		}
	}
}

// compare holds what has passed against the target.
func (r *reader) compare(c *Reading, l *life) {
	c.Percent = percent(c.Elapsed, c.Target)
	c.Breached = c.Elapsed >= c.Target
	c.OriginalBreachAt, _ = r.add(c.StartAt, c.Target)
	next := math.MaxInt
	for _, p := range append([]int{100}, r.d.WarnAt...) {
		switch {
		case p <= 0:
		case c.Elapsed >= share(c.Target, p):
			c.Over = max(c.Over, p)
		default:
			next = min(next, p)
		}
	}
	if c.Stage == Paused {
		return
	}
	c.BreachAt = r.breachAt(c.Target, l)
	if c.Stage != Done && next != math.MaxInt {
		c.NextAt, _ = r.add(l.since, share(c.Target, next)-c.Elapsed)
	}
}

// breachAt returns when the target's time was over, or will be if the clock runs on from where it stands.
func (r *reader) breachAt(target time.Duration, l *life) time.Time {
	for _, p := range l.pieces {
		if p.paused {
			continue
		}
		n := r.g.between(p.from, p.to)
		if n >= target {
			at, _ := r.g.reach(p.from, target, p.to)
			return at
		}
		target -= n
	}
	at, _ := r.add(l.since, target)
	return at
}

func (r *reader) add(from time.Time, d time.Duration) (time.Time, bool) {
	return r.g.reach(from, d, from.Add(farthest))
}

// share returns the least time that is so many percent of a target.
func share(target time.Duration, percent int) time.Duration {
	hi, lo := bits.Mul64(uint64(target), uint64(percent))
	lo, carry := bits.Add64(lo, 99, 0)
	hi += carry
	if hi >= 100 {
		return math.MaxInt64
	}
	n, _ := bits.Div64(hi, lo, 100)
	return time.Duration(min(n, math.MaxInt64))
}

// percent returns how many percent of a target have passed, rounded down.
func percent(elapsed, target time.Duration) int {
	hi, lo := bits.Mul64(uint64(elapsed), 100)
	if hi >= uint64(target) {
		return math.MaxInt32
	}
	n, _ := bits.Div64(hi, lo, uint64(target))
	return int(min(n, math.MaxInt32))
}
