package engine

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// losing is a store whose index by time loses incidents, and whose index of the outbox loses pages, until the record is put
// with another time.
type losing struct {
	store.Store

	mu    sync.Mutex
	wakes map[int64]time.Time
	pages map[string]time.Time
}

func newLosing(s store.Store) *losing {
	return &losing{Store: s, wakes: map[int64]time.Time{}, pages: map[string]time.Time{}}
}

func (l *losing) View(ctx context.Context, fn func(store.Tx) error) error {
	return l.Store.View(ctx, func(tx store.Tx) error { return fn(&losingTx{tx, l}) })
}

func (l *losing) Update(ctx context.Context, fn func(store.Tx) error) error {
	return l.Store.Update(ctx, func(tx store.Tx) error { return fn(&losingTx{tx, l}) })
}

// lose loses the timer of an incident, and its pages if asked for, as they are now.
func (l *losing) lose(t *testing.T, n int64, pages bool) {
	t.Helper()
	err := l.Store.View(t.Context(), func(tx store.Tx) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		i, err := tx.Incident(n)
		if err != nil {
			return err
		}
		if !pages {
			l.wakes[n] = i.WakeAt
			return nil
		}
		all, err := tx.PagesOf(n)
		for _, p := range all {
			l.pages[p.ID] = p.NextAt
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

type losingTx struct {
	store.Tx
	l *losing
}

func (x *losingTx) PutIncident(i incident.Incident) error {
	x.l.mu.Lock()
	if at, ok := x.l.wakes[i.Number]; ok && !at.Equal(i.WakeAt) {
		delete(x.l.wakes, i.Number)
	}
	x.l.mu.Unlock()
	return x.Tx.PutIncident(i)
}

func (x *losingTx) PutPage(p store.Page) error {
	x.l.mu.Lock()
	if at, ok := x.l.pages[p.ID]; ok && !at.Equal(p.NextAt) {
		delete(x.l.pages, p.ID)
	}
	x.l.mu.Unlock()
	return x.Tx.PutPage(p)
}

func (x *losingTx) Due(t time.Time, limit int) ([]int64, error) {
	all, err := x.Tx.Due(t, 0)
	x.l.mu.Lock()
	defer x.l.mu.Unlock()
	all = slices.DeleteFunc(all, func(n int64) bool { _, lost := x.l.wakes[n]; return lost })
	if limit > 0 && len(all) > limit {
		all = all[:limit]
	}
	return all, err
}

func (x *losingTx) NextWake() (time.Time, error) {
	due, err := x.Due(endOfTime, 1)
	if err != nil || len(due) == 0 {
		return time.Time{}, err
	}
	i, err := x.Tx.Incident(due[0])
	return i.WakeAt, err
}

func (x *losingTx) DuePages(t time.Time, limit int) ([]store.Page, error) {
	all, err := x.Tx.DuePages(t, limit)
	x.l.mu.Lock()
	defer x.l.mu.Unlock()
	return slices.DeleteFunc(all, func(p store.Page) bool { _, lost := x.l.pages[p.ID]; return lost }), err
}

func (x *losingTx) NextPage() (time.Time, error) {
	all, err := x.DuePages(endOfTime, 0)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return all[0].NextAt, nil
}

func timelineOf(t *testing.T, st store.Store, n int64) string {
	t.Helper()
	var b strings.Builder
	err := st.View(t.Context(), func(tx store.Tx) error {
		all, err := tx.Timeline(n)
		for _, e := range all {
			b.WriteString(e.At.Format("15:04:05 ") + e.What + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func found(e *Engine, what string) float64 {
	return valueOf(e.metrics.AuditFound.WithLabelValues(what))
}

// valueOf is the value of a counter or gauge.
func valueOf(c prometheus.Collector) float64 {
	r := prometheus.NewRegistry()
	r.MustRegister(c)
	all, err := r.Gather()
	if err != nil || len(all) == 0 {
		return 0
	}
	m := all[0].Metric[0]
	return m.GetCounter().GetValue() + m.GetGauge().GetValue()
}

func TestLostTimerIsFoundWithinAMinute(t *testing.T) {
	for k := range 4 { // at any phase of the auditor's own rhythm
		synctest.Test(t, func(t *testing.T) {
			var l *losing
			e, c, st := start(t, func(s store.Store) store.Store { l = newLosing(s); return l })
			time.Sleep(time.Duration(k) * 4 * time.Second)
			if err := e.Accept(t.Context(), []alert.Alert{firing(1)}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
			l.lose(t, 1, false)
			before := c.count()
			time.Sleep(time.Minute + time.Minute) // its next method was due after one of them
			synctest.Wait()
			if c.count() == before {
				t.Errorf("nobody was paged within a minute of when it was due\n%s", timelineOf(t, st, 1))
			}
			if found(e, foundIndex) != 1 || !strings.Contains(timelineOf(t, st, 1), "the index by time has lost it") {
				t.Errorf("found %v\n%s", found(e, foundIndex), timelineOf(t, st, 1))
			}
			time.Sleep(time.Hour)
			if n := found(e, foundIndex) + found(e, foundTimer) + found(e, foundPage) + found(e, foundOutbox); n != 1 {
				t.Errorf("found %v in the end, want 1: what is mended stays mended", n)
			}
		})
	}
}

func TestLostPageIsFoundWithinAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l *losing
		e, c, st := start(t, func(s store.Store) store.Store { l = newLosing(s); return l })
		err := e.must(func(b *batch) error { // as Accept, but the page is lost before the loop that sends can see it
			a := firing(1)
			return b.fires(&a)
		})
		l.lose(t, 1, true)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if c.count() > 0 {
			t.Skip("the page went out before it could be lost")
		}
		time.Sleep(50 * time.Second)
		synctest.Wait()
		if c.count() == 0 || found(e, foundPage) != 1 {
			t.Errorf("%d pages sent, %v found\n%s", c.count(), found(e, foundPage), timelineOf(t, st, 1))
		}
	})
}

func TestHealthyEngineIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st := start(t, nil)
		if err := e.Accept(t.Context(), []alert.Alert{firing(1), firing(2), firing(3)}); err != nil {
			t.Fatal(err)
		}
		ana := incident.Actor{Kind: incident.ByUser, Name: "ana"}
		if _, err := e.Do(t.Context(), 2, incident.Ack{By: ana, User: "ana"}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Do(t.Context(), 3, incident.Resolve{By: ana}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		for _, what := range []string{foundTimer, foundIndex, foundPage, foundOutbox} {
			if n := found(e, what); n != 0 {
				t.Errorf("%v found of %s\n%s", n, what, timelineOf(t, st, 1))
			}
		}
		if last := valueOf(e.metrics.AuditLast); time.Since(time.Unix(int64(last), 0)) > 2*auditEvery {
			t.Errorf("the last check was at %v", last)
		}
	})
}

// TestStalledClockIsMadeUpFor: a loop that does nothing more is no reason for nobody to be paged.
func TestStalledClockIsMadeUpFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h *hanging
		e, c, st := start(t, func(s store.Store) store.Store { h = &hanging{Store: s, free: make(chan struct{})}; return h })
		if err := e.Accept(t.Context(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		h.clock.Store(true)
		before := c.count()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if c.count() == before || found(e, foundTimer) == 0 {
			t.Errorf("%d pages, %v found\n%s", c.count(), found(e, foundTimer), timelineOf(t, st, 1))
		}
		h.clock.Store(false)
		close(h.free)
	})
}

// hanging is a store in which one loop's way can be made to hang: the clock's look at what is due, or every commit.
type hanging struct {
	store.Store
	clock, commits atomic.Bool
	free           chan struct{} // closed: nothing hangs any more
}

func (h *hanging) View(ctx context.Context, fn func(store.Tx) error) error {
	return h.Store.View(ctx, func(tx store.Tx) error { return fn(&hangingTx{tx, h}) })
}

func (h *hanging) Update(ctx context.Context, fn func(store.Tx) error) error {
	if h.commits.Load() {
		<-h.free
	}
	return h.Store.Update(ctx, fn)
}

type hangingTx struct {
	store.Tx
	h *hanging
}

func (x *hangingTx) Due(t time.Time, limit int) ([]int64, error) {
	if limit == wakeChunk && x.h.clock.Load() { // the clock alone asks for so many
		<-x.h.free
	}
	return x.Tx.Due(t, limit)
}

func TestGhostOfATimerIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g *ghosts
		e, _, _ := start(t, func(s store.Store) store.Store { g = &ghosts{Store: s}; return g })
		if err := e.Accept(t.Context(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		g.haunt(1, time.Now().UTC().Truncate(time.Microsecond))
		nudge(e.clock)
		time.Sleep(40 * time.Second)
		if g.haunted() || found(e, foundIndex) != 1 {
			t.Errorf("the row is still there; found %v", found(e, foundIndex))
		}
	})
}

// ghosts is a store whose index by time has a row that no record stands behind, until the record was there.
type ghosts struct {
	store.Store

	mu sync.Mutex
	n  int64
	at time.Time
}

func (g *ghosts) haunt(n int64, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n, g.at = n, at
}

func (g *ghosts) haunted() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.n != 0
}

func (g *ghosts) View(ctx context.Context, fn func(store.Tx) error) error {
	return g.Store.View(ctx, func(tx store.Tx) error { return fn(&ghostTx{tx, g, false}) })
}

func (g *ghosts) Update(ctx context.Context, fn func(store.Tx) error) error {
	return g.Store.Update(ctx, func(tx store.Tx) error { return fn(&ghostTx{tx, g, false}) })
}

type ghostTx struct {
	store.Tx
	g     *ghosts
	there bool
}

func (x *ghostTx) PutIncident(i incident.Incident) error {
	x.g.mu.Lock()
	defer x.g.mu.Unlock()
	switch {
	case i.Number == x.g.n && i.WakeAt.Equal(x.g.at):
		x.there = true
	case i.Number == x.g.n && x.there:
		x.g.n = 0
	}
	return x.Tx.PutIncident(i)
}

func (x *ghostTx) Due(t time.Time, limit int) ([]int64, error) {
	due, err := x.Tx.Due(t, limit)
	x.g.mu.Lock()
	defer x.g.mu.Unlock()
	if x.g.n != 0 && !x.g.at.After(t) {
		due = append([]int64{x.g.n}, due...)
		if limit > 0 {
			due = due[:min(limit, len(due))]
		}
	}
	return due, err
}

func (x *ghostTx) NextWake() (time.Time, error) {
	next, err := x.Tx.NextWake()
	x.g.mu.Lock()
	defer x.g.mu.Unlock()
	if x.g.n != 0 {
		next = earlier(next, x.g.at)
	}
	return next, err
}
