package simulate

import (
	"container/heap"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// World is where everything happens: a clock, an agenda, dice, and a trace of what was.
type World struct {
	Clock
	dice   *rand.Rand
	agenda agenda
	seq    int
	trace  []Line
	sum    uint64
	failed []string
	mute   bool
}

// Line is one line of a trace.
type Line struct {
	Elapsed time.Duration
	Wall    time.Time
	Kind    string // such as fault, commit, send
	What    string
}

// String writes a line of a trace, with the wall clock to the millisecond.
func (l Line) String() string {
	return fmt.Sprintf("%12s  %s  %-8s %s", l.Elapsed.Round(time.Millisecond), l.Wall.Format("2006-01-02 15:04:05.000"), l.Kind, l.What)
}

// NewWorld makes a world whose clock begins at start and whose dice are loaded with seed.
func NewWorld(seed uint64, start time.Time) *World {
	return &World{Clock: Clock{start: start.UTC()}, dice: rand.New(rand.NewPCG(seed, 0x726f757365))}
}

// Untraced turns the trace off, for runs whose story is told by something else.
func (w *World) Untraced() { w.mute = true }

// Note writes a line of the trace.
func (w *World) Note(kind, format string, args ...any) {
	if w.mute {
		return
	}
	l := Line{w.elapsed, w.Now(), kind, fmt.Sprintf(format, args...)}
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %d %d %s %s", w.sum, l.Elapsed, l.Wall.UnixNano(), kind, l.What) // a hash never fails to be written
	w.sum = h.Sum64()
	w.trace = append(w.trace, l)
}

// Broken notes that something which must be true is not.
func (w *World) Broken(law, format string, args ...any) {
	text := law + ": " + fmt.Sprintf(format, args...)
	w.failed = append(w.failed, text)
	w.Note("BROKEN", "%s", text)
}

// Failures are the laws that were broken, in order.
func (w *World) Failures() []string { return w.failed }

// Trace is every line so far, and Sum a hash of them in their order.
func (w *World) Trace() []Line { return w.trace }

// Sum is a hash of the trace: two runs of a seed have the same.
func (w *World) Sum() uint64 { return w.sum }

// After puts something on the agenda.
func (w *World) After(d time.Duration, do func()) {
	w.seq++
	heap.Push(&w.agenda, event{w.elapsed + max(d, 0), w.seq, do})
}

// Last puts something on the agenda that happens after everything else of its instant, but for what was put there so before.
func (w *World) Last(d time.Duration, do func()) {
	w.seq++
	heap.Push(&w.agenda, event{w.elapsed + max(d, 0), w.seq + late, do})
}

// late is above every seq.
const late = 1 << 60

// Run lets time pass until `until` has elapsed, or something that must be true is not; each is called after every event.
func (w *World) Run(until time.Duration, each func()) {
	for len(w.failed) == 0 && w.Next(until) {
		each()
	}
	if len(w.failed) == 0 {
		w.elapsed = max(w.elapsed, until)
	}
}

// Next lets time pass to the next thing on the agenda and does it; false when there is none before `until` has elapsed.
func (w *World) Next(until time.Duration) bool {
	if len(w.agenda) == 0 || w.agenda[0].at > until {
		return false
	}
	e := heap.Pop(&w.agenda).(event)
	w.elapsed = max(w.elapsed, e.at)
	e.do()
	return true
}

// Chance is true with probability p.
func (w *World) Chance(p float64) bool { return w.dice.Float64() < p }

// Between draws a duration.
func (w *World) Between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.dice.Int64N(int64(to-from)+1))
}

// Roll draws from 0 to n-1.
func (w *World) Roll(n int) int { return w.dice.IntN(n) }

// Some draws k of the numbers from 0 to n-1, in no order.
func (w *World) Some(n, k int) []int { return w.dice.Perm(n)[:k] }

// Dice draws 64 bits: randomness for an engine.
func (w *World) Dice() uint64 { return w.dice.Uint64() }

// Pick draws one of a list.
func Pick[T any](w *World, of ...T) T { return of[w.dice.IntN(len(of))] }

type event struct {
	at  time.Duration
	seq int // events of one instant happen in the order in which they were put down
	do  func()
}

type agenda []event

func (a agenda) Len() int      { return len(a) }
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || (a[i].at == a[j].at && a[i].seq < a[j].seq)
}

// Push is for container/heap.
func (a *agenda) Push(x any) { *a = append(*a, x.(event)) }

// Pop is for container/heap.
func (a *agenda) Pop() any {
	old := *a
	e := old[len(old)-1]
	*a = old[:len(old)-1]
	return e
}
