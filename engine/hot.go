package engine

import (
	"container/heap"
	"context"
	"hash/maphash"
	"sync"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

var noAlert alert.ID

// refactsEvery bounds how often changed words of a firing alert (a value in its summary) are written down.
const refactsEvery = time.Minute

// hot is the memory of firing alerts: what makes a repeat free, expires the forgotten and answers for inhibition.
// It only ever holds what is durable; inhibition alone runs ahead within a batch and is taken back if that fails.
type hot struct {
	mu       sync.Mutex
	seed     maphash.Seed
	firing   map[alert.ID]*warm
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

// set tells the index about an alert and reports whether that may change what is inhibited.
func (s *sources) set(a *alert.Alert) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.index.Set(a)
}

// swap replaces the index, as new rules demand.
func (s *sources) swap(index *router.Inhibitor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.index = index
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

// warm is what is remembered of one firing alert.
type warm struct {
	sum      uint64 // of title and description
	severity alert.Severity
	seen     time.Time
	updated  time.Time
	endsAt   time.Time // zero: never
	orphan   bool      // none of its incidents is open
}

func newHot(rules []router.InhibitRule) *hot {
	return &hot{seed: maphash.MakeSeed(), firing: map[alert.ID]*warm{}, waiting: map[alert.ID]int{}, inhibit: sources{index: router.NewInhibitor(rules)}}
}

// load reads the firing alerts. An alert that expires is given its full time again, for what was heard of it since its row
// was written is not known: the safe side.
func (h *hot) load(tx store.Tx, open []int64, now time.Time) error {
	isOpen := make(map[int64]bool, len(open))
	for _, n := range open {
		isOpen[n] = true
	}
	return tx.EachFiring(func(a store.Alert) error {
		ends := a.EndsAt
		if !ends.IsZero() {
			ends = now.Add(max(ends.Sub(a.UpdatedAt), time.Minute))
		}
		w := h.put(&a, ends)
		w.orphan = true
		for _, n := range a.Incidents {
			w.orphan = w.orphan && !isOpen[n]
		}
		h.inhibit.set(&a.Alert)
		return nil
	})
}

func (h *hot) put(a *store.Alert, ends time.Time) *warm {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := &warm{sum: h.sum(&a.Alert), severity: a.Severity, seen: a.SeenAt, updated: a.UpdatedAt, endsAt: ends}
	h.firing[a.ID()] = w
	if !ends.IsZero() {
		heap.Push(&h.ends, ending{ends, a.ID()})
	}
	return w
}

func (h *hot) drop(id alert.ID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.firing, id)
}

func (h *hot) sum(a *alert.Alert) uint64 {
	return maphash.String(h.seed, a.Title) ^ maphash.String(h.seed, a.Description)*31
}

// orphan notes that none of the members' incidents is open any more.
func (h *hot) orphan(members []store.Alert) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k := range members {
		if w, ok := h.firing[members[k].ID()]; ok {
			w.orphan = true
		}
	}
}

// distrust has alerts looked up in the store when they come again: whether the last word about them was kept is not known.
func (h *hot) distrust(batch []alert.Alert) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for k := range batch {
		if w, ok := h.firing[batch[k].ID()]; ok {
			w.orphan = true
		}
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
	w, ok := h.firing[id]
	if !ok || w.orphan || w.severity != a.Severity {
		return false
	}
	if now.Sub(w.updated) >= refactsEvery && w.sum != h.sum(a) {
		return false
	}
	w.seen = now
	if !a.EndsAt.Equal(w.endsAt) {
		w.endsAt = a.EndsAt
		if !a.EndsAt.IsZero() {
			heap.Push(&h.ends, ending{a.EndsAt, id})
		}
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
	w, ok := h.firing[id]
	if !ok {
		return time.Time{}, false
	}
	return w.seen, true
}

// expired returns alerts whose end passed without a repeat, at most limit, and when the next one may.
func (h *hot) expired(now time.Time, limit int) (out []alert.ID, next time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.ends) > 0 && len(out) < limit {
		e := h.ends[0]
		w, ok := h.firing[e.id]
		if ok && w.endsAt.Equal(e.at) && e.at.After(now) {
			break
		}
		heap.Pop(&h.ends)
		if ok && w.endsAt.Equal(e.at) {
			out = append(out, e.id)
		}
	}
	if len(h.ends) > 0 {
		next = h.ends[0].at
	}
	return out, next
}

// len is the number of firing alerts.
func (h *hot) len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.firing)
}

// inhibitRules swaps the rules and reads the sources again. Only the committer may call it.
func (h *hot) inhibitRules(rules []router.InhibitRule, s store.Store) {
	fresh := router.NewInhibitor(rules)
	err := s.View(context.Background(), func(tx store.Tx) error {
		return tx.EachFiring(func(a store.Alert) error { fresh.Set(&a.Alert); return nil })
	})
	if err == nil {
		h.inhibit.swap(fresh)
	}
}

// endHeap orders ends of alerts; entries go stale and are skipped when popped.
type endHeap []ending

type ending struct {
	at time.Time
	id alert.ID
}

func (h endHeap) Len() int           { return len(h) }
func (h endHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
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
