package sla

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/internal/lapse"
)

// Line is one event in the story of a clock. What is plain English without a full stop. Elapsed and Left are of the calendar's
// time; Left is below zero when the target is over, and zero where nothing is promised.
type Line struct {
	At      time.Time     `json:"at"`
	Kind    Kind          `json:"kind"`
	What    string        `json:"what"`
	Elapsed time.Duration `json:"elapsed"`
	Left    time.Duration `json:"left"`
}

// few is how many openings and closings in a row are told at each end before those in the middle are only counted.
const few = 3

// Explain tells the whole story of the definition's clocks up to now, the response first, each in order of time and in zone (nil:
// UTC): what started, paused, changed and ended it, when its calendar opened and closed while it ran, and when it came to its
// warnings and its breach. Each line is a reading of the same marks at that instant. A clock that was never promised has no
// story. The last line of a clock that is not done says where it stands.
func Explain(d *Definition, s Subject, marks []Mark, now time.Time, zone *time.Location) []Line {
	if zone == nil {
		zone = time.UTC
	}
	past := slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool { return m.At.After(now) })
	var lines []Line
	for _, kind := range []Kind{Response, Resolution} {
		t := teller{reader: reader{d: d, g: d.Calendar.grid(), s: s}, kind: kind, marks: past, now: now, zone: zone}
		lines = append(lines, t.story()...)
	}
	return lines
}

// teller tells the story of one clock.
type teller struct {
	reader
	kind     Kind
	marks    []Mark
	now      time.Time
	zone     *time.Location
	promised bool // at some time
	lines    []Line
}

func (t *teller) story() []Line {
	last := t.now
	for i, m := range t.marks {
		before := t.at(i, m.At)
		if before.StartAt.IsZero() {
			if m.Kind != Opened {
				continue
			}
		} else {
			t.meanwhile(i, last, m.At)
		}
		after := t.at(i+1, m.At)
		if what := t.event(m, before, after); what != "" {
			t.add(m.At, what, after)
			t.jump(before, after)
		}
		last = m.At
	}
	c, ok := t.read(t.kind, t.marks, t.now)
	if !ok && !t.promised {
		return nil
	}
	t.meanwhile(len(t.marks), last, t.now)
	if c.Stage != Done {
		t.add(t.now, t.standing(c, ok), c)
	}
	return t.lines
}

// at reads the clock when only the first n marks were made, with the priority of that time.
func (t *teller) at(n int, when time.Time) Reading {
	then := t.reader
	l := follow(t.d, t.kind, t.marks[:n], when)
	then.s.Priority = cmp.Or(l.latest, t.s.Priority)
	c, ok := then.read(t.kind, t.marks[:n], when)
	t.promised = t.promised || ok
	return c
}

func (t *teller) add(at time.Time, what string, c Reading) {
	line := Line{At: at.In(t.zone), Kind: t.kind, What: what, Elapsed: c.Elapsed}
	if c.Target > 0 {
		line.Left = c.Target - c.Elapsed
	}
	t.lines = append(t.lines, line)
}

// event says what a mark did to the clock; nothing, when it did nothing.
func (t *teller) event(m Mark, before, after Reading) string {
	resolution := t.kind == Resolution
	switch {
	case before.StartAt.IsZero():
		return "opened as " + after.Priority + ": " + t.promise(after) + t.waits(after)
	case m.Kind == Priority:
		return "priority changed to " + m.Value + t.retarget(before, after)
	case before.Stage != Done && after.Stage == Done:
		return string(m.Kind) + ": done" + verdict(after)
	case m.Kind == Reopened && before.Stage == Done && after.Stage != Done:
		away := lapse.Exact(after.PausedWall - before.PausedWall)
		what := "reopened: runs on, the " + away + " since it was resolved do not count"
		if before.Target != after.Target {
			what += t.retarget(before, after)
		}
		return what + t.waits(after)
	case resolution && m.Kind == Held && after.Stage == Paused:
		return "paused by " + after.PausedBy
	case resolution && m.Kind == Held && after.Stage != Done:
		return strings.TrimSpace("held "+m.Value) + ": this hold does not pause it"
	case before.Stage == Paused && after.Stage != Paused:
		return "resumed" + t.waits(after)
	}
	return ""
}

// promise says what is promised, with the unit of its time.
func (t *teller) promise(c Reading) string {
	switch {
	case c.Target == 0:
		return "nothing is promised for it"
	case t.g == nil:
		return "target " + lapse.Exact(c.Target) + ", around the clock"
	}
	return "target " + lapse.Exact(c.Target) + " of the hours of " + c.Calendar
}

// retarget says what a change of the priority did.
func (t *teller) retarget(before, after Reading) string {
	switch {
	case after.Stage == Done:
		return ": it is done and keeps its target"
	case before.Target == after.Target:
		return ": " + t.promise(after) + ", as before"
	case before.Target == 0:
		return ": " + t.promise(after) + ", counted from the start"
	case after.Target == 0:
		return ": " + t.promise(after)
	}
	return fmt.Sprintf(": target %s -> %s, counted from the start", lapse.Exact(before.Target), lapse.Exact(after.Target))
}

func (t *teller) waits(c Reading) string {
	if c.Stage == Closed {
		return "; " + c.Calendar + " is closed, so it waits"
	}
	return ""
}

func verdict(c Reading) string {
	switch {
	case c.Target == 0:
		return ""
	case c.Breached:
		return ", " + lapse.Exact(c.Elapsed-c.Target) + " over the target"
	}
	return " in time"
}

// jump tells of a threshold that was passed not by time but by a new target.
func (t *teller) jump(before, after Reading) {
	if before.Target != after.Target && after.Over > before.Over {
		t.add(after.StartAt.Add(after.Wall), "at once: "+threshold(after.Over), after)
	}
}

func threshold(percent int) string {
	if percent == 100 {
		return "breached"
	}
	return fmt.Sprintf("warning: %d %% of the target", percent)
}

// meanwhile tells what time alone did between two marks, of which n had been made: openings, closings and thresholds.
func (t *teller) meanwhile(n int, from, to time.Time) {
	c := t.at(n, from)
	if c.Stage == Paused || c.Stage == Done {
		return
	}
	begin := len(t.lines)
	t.thresholds(n, c, to)
	t.changes(n, from, to)
	slices.SortStableFunc(t.lines[begin:], func(a, b Line) int { return a.At.Compare(b.At) })
}

func (t *teller) thresholds(n int, c Reading, to time.Time) {
	for !c.NextAt.IsZero() && !c.NextAt.After(to) {
		at := c.NextAt
		c = t.at(n, at)
		t.add(at, threshold(c.Over), c)
	}
}

// changes tells of openings and closings. A closing at a threshold comes after it, and one at the very end is of no account.
func (t *teller) changes(n int, from, to time.Time) {
	var list []time.Time
	for at, ok := t.g.nextChange(from); ok && at.Before(to); at, ok = t.g.nextChange(at) {
		list = append(list, at)
	}
	for i, at := range list {
		c := t.at(n, at)
		left := len(list) - 2*few
		switch {
		case left > 1 && i == few:
			t.add(at, fmt.Sprintf("%s closed and opened: %d more changes", c.Calendar, left), c)
		case left > 1 && i > few && i < few+left:
		case c.Stage == Closed:
			t.add(at, c.Calendar+" closed", c)
		default:
			t.add(at, c.Calendar+" opened", c)
		}
	}
}

// standing says where a clock is now.
func (t *teller) standing(c Reading, promised bool) string {
	what := "now " + string(c.Stage)
	switch c.Stage {
	case Paused:
		what += " by " + c.PausedBy
	case Closed:
		if at, ok := t.g.nextChange(t.now); ok {
			what += " until " + t.stamp(at)
		}
	}
	switch {
	case !promised:
		what += ": nothing is promised for " + cmp.Or(c.Priority, "it")
	case c.Breached:
		what += ", breached"
	case c.Stage == Paused:
	case c.BreachAt.IsZero():
		what += ", will not breach: " + c.Calendar + " does not open for so long within ten years"
	default:
		what += ", breaches at " + t.stamp(c.BreachAt)
	}
	return what
}

func (t *teller) stamp(at time.Time) string { return at.In(t.zone).Format("2006-01-02 15:04:05 MST") }
