package badger

import (
	"encoding/binary"
	"math"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// The queues: indexes by time whose front is taken away all the time.
const (
	laneWake = iota
	laneDue
	laneReview
	lanePatient
	lanes
)

// nothingDue is after all there may be in the queues.
func nothingDue() (never [lanes]uint64) {
	for l := range never {
		never[l] = math.MaxUint64
	}
	return never
}

// enqueue adds a key to a queue.
func (t *tx) enqueue(lane int, table byte, at uint64, rest string) error {
	t.low[lane] = min(t.low[lane], at)
	return t.set(keyQueue(table, at, rest), present)
}

// queue calls fn for the keys of a queue up to a time, earliest first, until fn returns errStop.
func (t *tx) queue(lane int, table byte, until time.Time, fn func(key []byte) error) error {
	last := sortable(until)
	return t.walk(lane, table, func(at uint64, key []byte) error {
		if at > last {
			return errStop
		}
		return fn(key)
	})
}

// dueNumbers are the numbers in a queue up to a time, earliest first, at most limit (0: all).
func (t *tx) dueNumbers(lane int, table byte, until time.Time, limit int) ([]int64, error) {
	var due []int64
	err := t.queue(lane, table, until, func(key []byte) error {
		if due = append(due, lastNumber(key)); len(due) == limit {
			return errStop
		}
		return nil
	})
	return due, err
}

// front is the first time in a queue; zero when it is empty.
func (t *tx) front(lane int, table byte) (time.Time, error) {
	var first time.Time
	err := t.walk(lane, table, func(at uint64, _ []byte) error {
		first = unsortable(at)
		return errStop
	})
	return first, err
}

// walk scans a queue from its front and remembers where it found that.
func (t *tx) walk(lane int, table byte, fn func(at uint64, key []byte) error) error {
	start := min(t.watch.from(lane), t.low[lane])
	found := uint64(math.MaxUint64)
	p := span{prefix: []byte{table}, from: keyQueue(table, start, "")}
	err := t.scan(p, func(key []byte, _ *badger.Item) error {
		at := binary.BigEndian.Uint64(key[1:queueKeyStart])
		found = min(found, at)
		return fn(at, key)
	})
	if err == nil { // an empty queue has its front after all there is
		t.found[lane] = max(t.found[lane], found)
	}
	return err
}

// fronts knows for each queue a time before which no live key can be. Badger keeps a tombstone for what was taken from a
// queue until levels are compacted, and a scan from the very beginning would walk over all of them, each time.
//
// The bound is raised by what a scan saw, but never over a key that the scan could not see: one of a commit that was under
// way when the scan's snapshot was taken, or began later. So each transaction registers a watch before it takes its snapshot,
// each commit announces its earliest keys before it commits, and a watch remembers the earliest it was told of.
type fronts struct {
	mu      sync.Mutex
	bound   [lanes]uint64
	flights map[*[lanes]uint64]struct{} // commits under way
	watches map[*watch]struct{}
}

func newFronts() *fronts {
	return &fronts{flights: map[*[lanes]uint64]struct{}{}, watches: map[*watch]struct{}{}}
}

// watch is one transaction's view of the fronts.
type watch struct {
	f    *fronts
	base [lanes]uint64 // the bound when it began
	low  [lanes]uint64 // the earliest that its snapshot may not show
}

// begin registers w; the snapshot is taken afterwards.
func (f *fronts) begin(w *watch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.f, w.base, w.low = f, f.bound, nothingDue()
	for low := range f.flights {
		w.lower(low)
	}
	f.watches[w] = struct{}{}
}

func (f *fronts) end(w *watch) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.watches, w)
}

func (w *watch) lower(low *[lanes]uint64) {
	for l := range lanes {
		w.low[l] = min(w.low[l], low[l])
	}
}

// from is where a scan of the transaction has to begin.
func (w *watch) from(lane int) uint64 {
	w.f.mu.Lock()
	defer w.f.mu.Unlock()
	return min(w.base[lane], w.low[lane])
}

// enter announces a commit that puts keys into the queues, low being the earliest of each. Its result ends it.
func (f *fronts) enter(low [lanes]uint64) func() {
	f.mu.Lock()
	defer f.mu.Unlock()
	flight := &low
	f.flights[flight] = struct{}{}
	for w := range f.watches {
		w.lower(flight)
	}
	for l := range lanes {
		f.bound[l] = min(f.bound[l], low[l])
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.flights, flight)
	}
}

// raise moves the bounds up to what a transaction found, as far as it could see.
func (f *fronts) raise(w *watch, found [lanes]uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range lanes {
		f.bound[l] = max(f.bound[l], min(found[l], w.low[l]))
	}
}
