package engine

import (
	"container/heap"
	"hash/fnv"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

var noAlert alert.ID

// refactsEvery bounds how often changed words (a value in its summary) are written down of an alert that has an end: its source says
// all of it again before that. Of another they may be the last that is heard for hours, and are written down at once.
const refactsEvery = time.Minute

// hot is the memory of firing alerts: what makes a repeat free, expires the forgotten and answers for inhibition.
// It only ever holds what is durable; inhibition alone runs ahead within a batch and is taken back if that fails.
type hot struct {
	mu       sync.Mutex
	firing   firings
	waiting  map[alert.ID]int // asked for, not committed yet
	ends     endHeap
	inhibit  sources
	reviewAt time.Time // owned by the clock: when a silence or window begins or ends next
}

// sources is the index of inhibition. The committer writes it; readers of the API look as well.
type sources struct {
	mu    sync.RWMutex
	index *router.Inhibitor
}

// set tells the index about an alert; nil when that changes nothing of what is inhibited.
func (s *sources) set(a *alert.Alert) (undo func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	back := s.index.Undoable(a)
	if back == nil {
		return nil
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		back()
	}
}

// swap replaces the index, as new rules demand, and returns the one before.
func (s *sources) swap(index *router.Inhibitor) (was *router.Inhibitor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, s.index = s.index, index
	return was
}

// ruled reports whether there are rules of inhibition at all.
func (s *sources) ruled() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.index.Ruled()
}

// check says what suppresses an alert first, all says everything.
func (s *sources) check(g *router.Gate, a *alert.Alert, d *router.Decision, now time.Time) *router.Suppression {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return g.Check(a, d, s.index, now)
}

func (s *sources) all(g *router.Gate, a *alert.Alert, d *router.Decision, now time.Time) []router.Suppression {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return g.All(a, d, s.index, now)
}

// moment is a time in microseconds, a third of a time.Time; 0 is never.
type moment int64

func momentOf(t time.Time) moment {
	if t.IsZero() {
		return 0
	}
	return moment(t.UnixMicro())
}

func (m moment) time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMicro(int64(m)).UTC()
}

func newHot(rules []router.InhibitRule) *hot {
	return &hot{waiting: map[alert.ID]int{}, inhibit: sources{index: router.NewInhibitor(rules)}}
}

// load reads the firing alerts. An alert that expires is given its full time again, for what was heard of it since its row
// was written is not known: the safe side.
func (h *hot) load(tx store.Tx, open []int64, now time.Time) error {
	isOpen := make(map[int64]bool, len(open))
	for _, n := range open {
		isOpen[n] = true
	}
	err := tx.EachBrief(func(b *store.Brief) error {
		ends := b.EndsAt
		if !ends.IsZero() {
			ends = now.Add(max(ends.Sub(b.UpdatedAt), time.Minute))
		}
		w := h.remember(b.ID, ends)
		w.words, w.rank, w.seen, w.updated = b.Words, int8(b.Severity.Rank()), momentOf(b.SeenAt), momentOf(b.UpdatedAt)
		w.unsure = len(b.Incidents) == 0 || slices.ContainsFunc(b.Incidents, func(n int64) bool { return !isOpen[n] }) // looked up once: it may be news there
		return nil
	})
	if err != nil || !h.inhibit.ruled() {
		return err
	}
	return tx.EachFiring(func(a store.Alert) error { h.inhibit.set(&a.Alert); return nil })
}

func (h *hot) put(a *store.Alert, ends time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.remember(a.ID(), ends)
	w.words, w.rank, w.seen, w.updated, w.unsure = a.Words, int8(a.Severity.Rank()), momentOf(a.SeenAt), momentOf(a.UpdatedAt), false
}

// remember makes room for an alert that fires until ends. It is for who holds the lock, or is alone.
func (h *hot) remember(id alert.ID, ends time.Time) *warm {
	p := h.firing.put(id)
	h.ending(p, momentOf(ends))
	return h.firing.at(p)
}

// ending sets when an alert ends; 0: never.
func (h *hot) ending(p place, at moment) {
	h.firing.at(p).endsAt = at
	if at != 0 {
		heap.Push(&h.ends, ending{at, p})
	}
}

func (h *hot) drop(id alert.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.firing.remove(id)
	if h.firing.sparse() {
		h.firing, h.ends = h.firing.packed(), nil
		for p := range h.firing.places() {
			h.ending(p, h.firing.at(p).endsAt)
		}
	}
}

// wordsOf is a sum of an alert's title and description, never 0. It is kept in the alert's row, so it may not change.
func wordsOf(a *alert.Alert) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, a.Title)
	_, _ = h.Write([]byte{0})
	_, _ = io.WriteString(h, a.Description)
	return max(h.Sum64(), 1)
}

// orphan notes that none of the members' incidents is open any more.
func (h *hot) orphan(members []store.Alert) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k := range members {
		if w := h.firing.get(members[k].ID()); w != nil {
			w.unsure = true
		}
	}
}

// distrust has every alert looked up in the store when it comes again: a commit has failed, and whether it happened all the same
// is not known. It may have ended any of them.
func (h *hot) distrust() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for p := range h.firing.places() {
		h.firing.at(p).unsure = true
	}
}

// news returns the alerts of a batch that may change something, and marks them as waiting. A repeat only moves last-seen.
func (h *hot) news(batch []alert.Alert, now time.Time) []alert.Alert {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []alert.Alert
	for k := range batch {
		a := &batch[k]
		if h.repeats(a, now) {
			continue
		}
		h.waiting[a.ID()]++
		out = append(out, *a)
	}
	return out
}

func (h *hot) repeats(a *alert.Alert, now time.Time) bool {
	id := a.ID()
	if a.State != alert.Firing || a.Test || h.waiting[id] > 0 {
		return false
	}
	p := h.firing.find(id)
	if p == 0 {
		return false
	}
	w := h.firing.at(p)
	if w.unsure || int(w.rank) != a.Severity.Rank() {
		return false
	}
	if (a.EndsAt.IsZero() || now.Sub(w.updated.time()) >= refactsEvery) && w.words != wordsOf(a) {
		return false
	}
	w.seen = momentOf(now)
	if ends := momentOf(a.EndsAt); ends != w.endsAt {
		h.ending(p, ends)
	}
	return true
}

// settled takes alerts off the waiting list.
func (h *hot) settled(batch []alert.Alert) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k := range batch {
		id := batch[k].ID()
		if h.waiting[id]--; h.waiting[id] <= 0 {
			delete(h.waiting, id)
		}
	}
}

// seen returns when a firing alert was last heard from.
func (h *hot) seen(id alert.ID) (time.Time, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.firing.get(id)
	if w == nil {
		return time.Time{}, false
	}
	return w.seen.time(), true
}

// expired returns alerts whose end passed without a repeat, at most limit, and when the next one may.
func (h *hot) expired(now time.Time, limit int) (out []alert.ID, next time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.ends) > 0 && len(out) < limit {
		e := h.ends[0]
		fresh := h.firing.at(e.place).endsAt == e.at // a place that is free ends never
		if fresh && e.at > momentOf(now) {
			break
		}
		heap.Pop(&h.ends)
		if fresh {
			out = append(out, h.firing.id(e.place))
		}
	}
	if len(h.ends) > 0 {
		next = h.ends[0].at.time()
	}
	return out, next
}

// over returns those of some alerts whose end has passed still: of the others something was heard meanwhile. What waits for its
// commit is looked at again when that is over.
func (h *hot) over(gone []alert.ID, now time.Time) (over []alert.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range gone {
		p := h.firing.find(id)
		switch {
		case p != 0 && h.waiting[id] > 0:
			h.ending(p, momentOf(now))
		case p == 0:
			over = append(over, id)
		default:
			if at := h.firing.at(p).endsAt; at != 0 && at <= momentOf(now) {
				over = append(over, id)
			}
		}
	}
	return over
}

// split returns the firing alerts that nothing feeds any more, and rouse's own.
func (h *hot) split(feeds func(alert.ID) bool) (gone, own []alert.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for p := range h.firing.places() {
		id := h.firing.id(p)
		switch {
		case id.Integration == ownIntegration:
			own = append(own, id)
		case !feeds(id):
			gone = append(gone, id)
		}
	}
	return gone, own
}

// len is the number of firing alerts.
func (h *hot) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.firing.count
}

// inhibitBy swaps the rules of inhibition and reads the sources again; like them, the rules run ahead within the batch.
func (b *batch) inhibitBy(rules []router.InhibitRule) error {
	fresh := router.NewInhibitor(rules)
	if fresh.Ruled() { // else there is nothing to know of a million rows
		if err := b.tx.EachFiring(func(a store.Alert) error { fresh.Set(&a.Alert); return nil }); err != nil {
			return b.fail(err)
		}
	}
	was := b.e.hot.inhibit.swap(fresh)
	b.undoing(func() { b.e.hot.inhibit.swap(was) })
	return nil
}

// endHeap orders ends of alerts; entries go stale and are skipped when popped.
type endHeap []ending

type ending struct {
	at    moment
	place place
}

func (h endHeap) Len() int           { return len(h) }
func (h endHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h endHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is for container/heap.
func (h *endHeap) Push(x any) { *h = append(*h, x.(ending)) }

// Pop is for container/heap.
func (h *endHeap) Pop() any {
	old := *h
	e := old[len(old)-1]
	*h = old[:len(old)-1]
	return e
}
