package sla

import (
	"slices"
	"time"
)

// life is what the marks say of one clock, before any calendar or target is looked at.
type life struct {
	startAt time.Time
	since   time.Time // up to which its pieces go: at the end now, or when it was done
	pieces  []piece
	hold    string // reason class, while it pauses
	latest  string // priority by the marks
	doneAs  string // priority by the marks when it was done
	started bool
	paused  bool
	done    bool
}

// piece is a stretch in which a clock ran, or was paused.
type piece struct {
	from, to time.Time
	paused   bool
}

// follow goes through the marks up to now.
func follow(d *Definition, kind Kind, marks []Mark, now time.Time) life {
	var l life
	for _, m := range marks {
		if m.At.After(now) {
			continue
		}
		l.remember(m)
		if !l.started {
			continue
		}
		if kind == Response {
			l.respond(m)
		} else {
			l.resolve(m, slices.Contains(d.PauseOnHold, m.Value))
		}
	}
	if l.started && !l.done {
		l.goTo(now)
	}
	return l
}

// remember takes note of the start and of the priority, which are the same for both kinds.
func (l *life) remember(m Mark) {
	if m.Kind == Opened && !l.started {
		l.started = true
		l.startAt = m.At.Round(0).UTC()
		l.since = l.startAt
		l.latest = m.Value
	}
	if m.Kind == Priority && m.Value != "" {
		l.latest = m.Value
	}
}

// respond moves a response, which is done once and for all.
func (l *life) respond(m Mark) {
	if !l.done && (m.Kind == Acknowledged || m.Kind == Resolved) {
		l.finish(m.At)
	}
}

// resolve moves a resolution. A hold, and the end of one, mean nothing while it is resolved.
func (l *life) resolve(m Mark, pauses bool) {
	if l.done {
		if m.Kind == Reopened {
			l.done, l.paused = false, true
			l.goTo(m.At)
			l.paused = false
		}
		return
	}
	switch m.Kind {
	case Held:
		l.goTo(m.At)
		l.paused, l.hold = pauses, m.Value
	case Resumed:
		l.goTo(m.At)
		l.paused = false
	case Resolved:
		l.finish(m.At)
	}
}

func (l *life) finish(at time.Time) {
	l.goTo(at)
	l.done, l.doneAs = true, l.latest
}

// goTo ends the piece under way. Marks out of order move nothing back.
func (l *life) goTo(at time.Time) {
	at = at.Round(0).UTC()
	if !at.After(l.since) {
		return
	}
	l.pieces = append(l.pieces, piece{l.since, at, l.paused})
	l.since = at
}

func (l *life) stage() Stage {
	switch {
	case l.done:
		return Done
	case l.paused:
		return Paused
	default:
		return Running
	}
}

// priority returns what the marks say of it: that of its end once the clock is done.
func (l *life) priority() string {
	if l.done {
		return l.doneAs
	}
	return l.latest
}
