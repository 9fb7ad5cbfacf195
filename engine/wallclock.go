package engine

import (
	"time"
)

// jumpLeast is what the wall clock must gain or lose on elapsed time, between two looks, to be called a jump. A clock that is
// slewed loses a millisecond.
const jumpLeast = 2 * time.Second

// wallWatch compares the wall clock with elapsed time.
type wallWatch struct {
	wall    time.Time // without its monotonic part
	mono    time.Duration
	elapsed func() time.Duration
}

func newWallWatch(now time.Time, elapsed func() time.Duration) *wallWatch {
	return &wallWatch{now.Round(0), elapsed(), elapsed}
}

// jump returns by how much the wall clock has jumped since the last look, 0 for not. Below 0: it was set back. A machine that
// was suspended jumps forward, for elapsed time stands still meanwhile.
func (w *wallWatch) jump(now time.Time) time.Duration {
	mono := w.elapsed()
	off := now.Round(0).Sub(w.wall) - (mono - w.mono)
	w.wall, w.mono = now.Round(0), mono
	if off.Abs() < jumpLeast {
		return 0
	}
	return off
}

// jumped is what follows from a jump. After one forward, what is due by the wall is due: late pages are worse than early ones,
// and who slept through it with the machine wants them at once. After one back, everything that waits goes on waiting as long
// as it would have.
func (e *Engine) jumped(by time.Duration) {
	way := "forward"
	if by < 0 {
		way = "back"
	}
	e.log.Warn("the wall clock jumped", "by", by.String(), "direction", way)
	e.metrics.ClockJumps.WithLabelValues(way).Inc()
	if by < 0 {
		e.back.Add(int64(-by))
	}
	nudge(e.clock)
	nudge(e.outbox)
}
