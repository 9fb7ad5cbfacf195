package sla

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/rouse/rouse/oncall"
)

const (
	daySeconds = 24 * 60 * 60
	dayMinutes = 24 * 60

	// longest is how many days a run has at most.
	longest = 4000
)

// grid is a calendar worked out for quick answers. It counts in whole seconds, for nothing opens or closes inside one, and in
// days since 1 January 1970. A nil grid is always open.
//
// It cuts time into local days, from each midnight to the next. Where the clocks are not changed near a day, its hours depend
// on its weekday alone: such days come in steady runs, of which whole weeks are counted at once. The other days, a handful a
// year, are worked out one by one through oncall.Wall. Both are exact.
type grid struct {
	zone    *time.Location
	hours   []oncall.WeeklyHours
	week    [7][]span // of a steady day by its weekday, in seconds since its midnight
	lengths [7]int64  // their lengths
	whole   int64     // length of a week
	off     []int64   // holidays, rising
}

// span is a stretch from one number up to, but not including, another.
type span struct{ from, to int64 }

// run is some whole local days in a row.
type run struct {
	first, last int64  // days; last is not one of them
	from, to    int64  // the same in seconds
	shift       int64  // of a steady run: midnight of a day is at day*daySeconds+shift
	spans       []span // of an unsteady run, which is one day
	steady      bool
}

func (c *Calendar) grid() *grid {
	if c == nil {
		return nil
	}
	g := &grid{zone: c.Zone, hours: c.Hours, off: make([]int64, len(c.Holidays))}
	if g.zone == nil {
		g.zone = time.UTC
	}
	all := make([]span, 0, 7*2*len(c.Hours))
	for day := range 7 {
		begin := len(all)
		for _, h := range c.Hours {
			from, to := minutes(h)
			if h.Days[day] {
				all = append(all, span{from * 60, min(to, dayMinutes) * 60})
			}
			if h.Days[(day+6)%7] && to > dayMinutes {
				all = append(all, span{0, (to - dayMinutes) * 60})
			}
		}
		g.week[day] = merge(all[begin:])
		g.lengths[day] = length(g.week[day])
		g.whole += g.lengths[day]
	}
	for i, d := range c.Holidays {
		g.off[i] = dayNumber(d)
	}
	slices.Sort(g.off)
	g.off = slices.Compact(g.off)
	return g
}

// minutes returns when the hours of a day begin and end, in minutes since its midnight. They may end the next day.
func minutes(h oncall.WeeklyHours) (from, to int64) {
	from, to = int64(min(max(h.From, 0), dayMinutes)), int64(min(max(h.To, 0), dayMinutes))
	if to <= from {
		to += dayMinutes
	}
	return from, to
}

// runs yields the runs that cover the seconds from one to another. The first may begin before, and the last end after.
func (g *grid) runs(from, to int64) iter.Seq[*run] {
	return func(yield func(*run) bool) {
		_, offset := time.Unix(from, 0).In(g.zone).Zone()
		day := floorDiv(from+int64(offset), daySeconds) + 1
		start := g.midnight(day)
		for start > from { // midnight may come twice, and then the first one counts
			day--
			start = g.midnight(day)
		}
		for start < to {
			r := g.run(day, start)
			if !yield(&r) {
				return
			}
			day, start = r.last, r.to
		}
	}
}

// run returns the run that begins with a day whose midnight is known.
//
// A day is steady when no clock is changed from the midnight before the previous day until after its own end. Then every wall
// time that matters to it, those of the previous day's hours included, is plain arithmetic: none of them is skipped, and none
// can have come before in an earlier period, for no change takes the clocks back by more than a day.
func (g *grid) run(day, start int64) run {
	before := time.Unix(g.midnight(day-2), 0).In(g.zone)
	_, offset := before.Zone()
	last := day + longest
	if end, ok := oncall.SteadyUntil(g.zone, before); ok {
		last = min(last, floorDiv(end.Unix()+int64(offset)-1, daySeconds))
	}
	if last > day {
		shift := -int64(offset)
		return run{first: day, last: last, from: start, to: last*daySeconds + shift, shift: shift, steady: true}
	}
	r := run{first: day, last: day + 1, from: start, to: g.midnight(day + 1)}
	if !g.holiday(day) {
		r.spans = g.unsteady(day, span{r.from, r.to})
	}
	return r
}

// unsteady returns the open spans of one day, in seconds since 1970. The clocks may carry hours of the days around into it.
func (g *grid) unsteady(day int64, within span) []span {
	var list []span
	for d := day - 2; d <= day+1; d++ {
		date, weekday := dateOf(d), weekday(d)
		for _, h := range g.hours {
			if !h.Days[weekday] {
				continue
			}
			from, to := minutes(h)
			list = append(list, span{
				max(within.from, oncall.Wall(g.zone, date, int(from)).Unix()),
				min(within.to, oncall.Wall(g.zone, date, int(to)).Unix()),
			})
		}
	}
	return merge(list)
}

// until returns how many seconds of a run are open before the second t, which lies in the run or at its end.
func (g *grid) until(r *run, t int64) int64 {
	if !r.steady {
		return lengthUntil(r.spans, t)
	}
	day := floorDiv(t-r.shift, daySeconds)
	n := g.days(r.first, day)
	if second := t - r.shift - day*daySeconds; second > 0 && !g.holiday(day) {
		n += lengthUntil(g.week[weekday(day)], second)
	}
	return n
}

// days returns how many seconds are open on steady days, the last of which is not counted.
func (g *grid) days(first, last int64) int64 {
	weeks := (last - first) / 7
	n := weeks * g.whole
	for day := first + 7*weeks; day < last; day++ {
		n += g.lengths[weekday(day)]
	}
	i, _ := slices.BinarySearch(g.off, first)
	for ; i < len(g.off) && g.off[i] < last; i++ {
		n -= g.lengths[weekday(g.off[i])]
	}
	return n
}

func (g *grid) holiday(day int64) bool {
	_, ok := slices.BinarySearch(g.off, day)
	return ok
}

// midnight returns the second at which a day begins.
func (g *grid) midnight(day int64) int64 { return oncall.Wall(g.zone, dateOf(day), 0).Unix() }

// opened returns how many seconds are open from one second to another.
func (g *grid) opened(from, to int64) int64 {
	var n int64
	for r := range g.runs(from, to) {
		n += g.until(r, min(to, r.to)) - g.until(r, max(from, r.from))
	}
	return n
}

// find returns the first second at which need seconds, at least one, have been open since from; or, not open: closed. It is
// false when that is not so by the limit.
func (g *grid) find(from, need, limit int64, open bool) (int64, bool) {
	count := g.until
	if !open {
		count = func(r *run, t int64) int64 { return t - r.from - g.until(r, t) }
	}
	for r := range g.runs(from, limit) {
		lo, hi := max(from, r.from), min(limit, r.to)
		base := count(r, lo)
		if n := count(r, hi) - base; n < need {
			need -= n
			continue
		}
		return lo + int64(sort.Search(int(hi-lo), func(i int) bool { return count(r, lo+int64(i))-base >= need })), true
	}
	return 0, false
}

func (g *grid) open(t time.Time) bool { return g == nil || g.opened(t.Unix(), t.Unix()+1) > 0 }

func (g *grid) between(from, to time.Time) time.Duration {
	if !from.Before(to) {
		return 0
	}
	if g == nil {
		return to.Round(0).Sub(from.Round(0))
	}
	n := g.opened(from.Unix(), to.Unix())
	if n > math.MaxInt64/int64(time.Second)-1 {
		return math.MaxInt64
	}
	d := time.Duration(n) * time.Second
	if ns := from.Nanosecond(); ns > 0 && g.open(from) {
		d -= time.Duration(ns)
	}
	if ns := to.Nanosecond(); ns > 0 && g.open(to) {
		d += time.Duration(ns)
	}
	return d
}

// reach is Calendar.Add with a limit of its own.
func (g *grid) reach(from time.Time, d time.Duration, limit time.Time) (time.Time, bool) {
	from = from.Round(0).UTC()
	if d <= 0 {
		return from, true
	}
	if g == nil {
		return from.Add(d), true
	}
	var used time.Duration // of the second in which from lies
	if ns := from.Nanosecond(); ns > 0 && g.open(from) {
		used = time.Duration(ns)
	}
	rest := (d%time.Second + used) % time.Second
	need := int64(d/time.Second) + int64((d%time.Second+used)/time.Second)
	if rest > 0 {
		need++
	}
	at, ok := g.find(from.Unix(), need, limit.Unix()+1, true)
	if !ok {
		return time.Time{}, false
	}
	t := time.Unix(at, 0).UTC()
	if rest > 0 {
		t = t.Add(rest - time.Second)
	}
	return t, true
}

func (g *grid) nextChange(t time.Time) (time.Time, bool) {
	if g == nil {
		return time.Time{}, false
	}
	from := t.Unix()
	at, ok := g.find(from, 1, from+int64(farthest/time.Second), !g.open(t))
	if !ok {
		return time.Time{}, false
	}
	return time.Unix(at-1, 0).UTC(), true // that second is the first of its kind
}

// merge sorts spans and joins those that touch or overlap, in place. Empty ones go.
func merge(list []span) []span {
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	joined := list[:0]
	for _, s := range list {
		if s.from >= s.to {
			continue
		}
		if n := len(joined); n > 0 && s.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

func length(list []span) int64 { return lengthUntil(list, math.MaxInt64) }

// lengthUntil returns how much of the spans lies before t.
func lengthUntil(list []span, t int64) int64 {
	var n int64
	for _, s := range list {
		if s.from >= t {
			break
		}
		n += min(s.to, t) - s.from
	}
	return n
}

// dayNumber counts the days from 1 January 1970.
func dayNumber(d oncall.Date) int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / daySeconds
}

// dateOf is the inverse of dayNumber.
func dateOf(day int64) oncall.Date { return oncall.DateOf(time.Unix(day*daySeconds, 0).UTC()) }

// weekday of a day's number; day 0 was a Thursday.
func weekday(day int64) time.Weekday { return time.Weekday(day + 4 - 7*floorDiv(day+4, 7)) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
