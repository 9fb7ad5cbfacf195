package sla

import (
	"slices"
	"testing"
	"time"

	"github.com/rouse/rouse/oncall"
)

// The oracle reads clocks the slow way: it walks through the minutes one by one and watches what the clock on the wall shows.
// It shares no arithmetic with the package, and does not ask oncall what a wall time means. Everything in it is on whole minutes.

// watched is some weeks of a zone, minute by minute.
type watched struct {
	zone  *time.Location
	first int64   // minute since 1970 at which it begins
	shown []int64 // what the clock on the wall shows then, in minutes since 1970 as if the zone were UTC
	least int64   // the first wall minute of met
	met   []int64 // when each wall minute is taken to be
}

func watch(t testing.TB, zone *time.Location, from time.Time, days int) *watched {
	w := &watched{zone: zone, first: from.Unix() / 60}
	for m := w.first; m < w.first+int64(days)*24*60; m++ {
		_, offset := time.Unix(m*60, 0).In(zone).Zone()
		if offset%60 != 0 {
			t.Fatalf("%s: offset of %d s", zone, offset)
		}
		shown := m + int64(offset/60)
		w.shown = append(w.shown, shown)
		if len(w.met) == 0 {
			w.least = shown
		}
		// A wall minute that was skipped comes as long after the jump as it lies inside it. One shown again was met before.
		for jump := m; w.least+int64(len(w.met)) < shown; jump++ {
			w.met = append(w.met, jump)
		}
		if w.least+int64(len(w.met)) == shown {
			w.met = append(w.met, m)
		}
	}
	return w
}

// at returns when a wall minute is, as an index of shown, which may lie outside.
func (w *watched) at(wall int64) int {
	i := wall - w.least
	if i < 0 {
		return -1
	}
	if i >= int64(len(w.met)) {
		return len(w.shown)
	}
	return int(w.met[i] - w.first)
}

func (w *watched) instant(i int) time.Time { return time.Unix((w.first+int64(i))*60, 0).UTC() }

// opened tells of each minute whether a calendar is open.
func (w *watched) opened(c *Calendar) []bool {
	open := make([]bool, len(w.shown))
	if c == nil {
		for i := range open {
			open[i] = true
		}
		return open
	}
	paint := func(from, to int, as bool) {
		for i := max(from, 0); i < min(to, len(open)); i++ {
			open[i] = as
		}
	}
	midnight := w.least - w.least%(24*60)
	for wall := midnight; wall < w.least+int64(len(w.met)); wall += 24 * 60 {
		weekday := time.Unix(wall*60, 0).UTC().Weekday()
		for _, h := range c.Hours {
			if !h.Days[weekday] {
				continue
			}
			to := h.To
			if to <= h.From {
				to += 24 * 60
			}
			paint(w.at(wall+int64(h.From)), w.at(wall+int64(to)), true)
		}
	}
	for wall := midnight; wall < w.least+int64(len(w.met)); wall += 24 * 60 {
		if slices.Contains(c.Holidays, oncall.DateOf(time.Unix(wall*60, 0).UTC())) {
			paint(w.at(wall), w.at(wall+24*60), false)
		}
	}
	return open
}

// What the oracle says of an instant that it did not meet.
const (
	none   = -1 // there is none
	unseen = -2 // it comes after what was watched, or never
)

// truth is what the oracle says of a clock: minutes, and indexes of minutes.
type truth struct {
	priority                              string
	stage                                 Stage
	elapsed, wall, pausedFor, pausedWall  int
	breached                              bool
	over, percent                         int
	pausedBy                              string
	start, done, breachAt, original, next int
}

// history is a life on whole minutes: mark i happens at the beginning of minute at[i].
type history struct {
	at    []int
	marks []Mark
	now   int
}

// walker is where the oracle stands in one history.
type walker struct {
	d        *Definition
	kind     Kind
	t        truth
	ended    bool   // a response, once and for all
	resolved bool   // a resolution, until it is reopened
	paused   string // by which reason
	byMarks  string // priority
	away     struct{ open, all int }
	counts   []int // when each minute of elapsed time was full
}

// ask walks through the minutes: up to now with the marks, and from there to the end of what was watched without any.
func ask(d *Definition, kind Kind, s Subject, h history, open []bool) truth {
	k := &walker{d: d, kind: kind, t: truth{start: none, done: none, breachAt: none, original: none, next: none}}
	next := 0
	for i := 0; i <= h.now; i++ {
		for ; next < len(h.at) && h.at[next] == i; next++ {
			k.mark(i, h.marks[next])
		}
		if i < h.now {
			k.minute(i, open[i])
		}
	}
	if k.t.start == none {
		return k.t
	}
	if k.t.done == none {
		k.t.priority = s.Priority
	}
	k.t.pausedBy = k.paused
	k.promise(k.stand(h.now, open), open)
	return k.t
}

func (k *walker) mark(i int, m Mark) {
	if m.Kind == Opened && k.t.start == none {
		k.t.start, k.byMarks = i, m.Value
	}
	if k.t.start == none || k.ended {
		return
	}
	if m.Kind == Priority {
		k.byMarks = m.Value
	}
	if k.kind == Response {
		if m.Kind == Acknowledged || m.Kind == Resolved {
			k.ended, k.t.done, k.t.priority = true, i, k.byMarks
		}
		return
	}
	switch {
	case m.Kind == Reopened && k.resolved:
		k.resolved, k.t.done = false, none
		k.t.pausedFor += k.away.open
		k.t.pausedWall += k.away.all
	case k.resolved:
	case m.Kind == Resolved:
		k.resolved, k.paused, k.t.done, k.t.priority = true, "", i, k.byMarks
		k.away.open, k.away.all = 0, 0
	case m.Kind == Resumed, m.Kind == Held && !slices.Contains(k.d.PauseOnHold, m.Value):
		k.paused = ""
	case m.Kind == Held:
		k.paused = m.Value
	}
}

// minute lets the one that begins at i pass.
func (k *walker) minute(i int, open bool) {
	one := 0
	if open {
		one = 1
	}
	switch {
	case k.t.start == none || k.ended:
	case k.resolved:
		k.away.open += one
		k.away.all++
	case k.paused != "":
		k.t.pausedFor += one
		k.t.pausedWall++
	case open:
		k.t.elapsed++
		k.counts = append(k.counts, i+1)
	}
}

// stand finds the stage, and returns the minute at which the clock stands: now, or when it was done.
func (k *walker) stand(now int, open []bool) int {
	switch {
	case k.t.done != none:
		k.t.stage, now = Done, k.t.done
	case k.paused != "":
		k.t.stage = Paused
	case open[now]:
		k.t.stage = Running
	default:
		k.t.stage = Closed
	}
	k.t.wall = now - k.t.start
	return now
}

// promise compares with the target, and goes on from where the clock stands as if nothing changed any more.
func (k *walker) promise(from int, open []bool) {
	targets := k.d.Response
	if k.kind == Resolution {
		targets = k.d.Resolution
	}
	target := int(targets[k.t.priority] / time.Minute)
	k.t.breached, k.t.percent = k.t.elapsed >= target, k.t.elapsed*100/target
	next := 0
	for p := 1; p <= 1000; p++ {
		if p != 100 && !slices.Contains(k.d.WarnAt, p) {
			continue
		}
		if k.t.elapsed*100 >= target*p {
			k.t.over = p
		} else if next == 0 {
			next = target * p / 100
		}
	}
	k.t.original = reach(target, nil, k.t.start, open)
	if k.t.stage != Paused {
		k.t.breachAt = reach(target, k.counts, from, open)
	}
	if next > 0 && (k.t.stage == Running || k.t.stage == Closed) {
		k.t.next = reach(next, k.counts, from, open)
	}
}

// reach returns when the nth minute was full: one of those counted, or one of the open ones from a minute on.
func reach(n int, counts []int, from int, open []bool) int {
	if n <= len(counts) {
		return counts[n-1]
	}
	n -= len(counts)
	for i := from; i < len(open); i++ {
		if open[i] {
			n--
		}
		if n == 0 {
			return i + 1
		}
	}
	return unseen
}
