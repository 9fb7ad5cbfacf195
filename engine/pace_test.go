package engine

import (
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/store/storetest"
)

// lines is a log that may be read while it is written.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// machine is an engine on a machine whose wall clock can be moved, and that can be started again.
type machine struct {
	t       *testing.T
	off     atomic.Int64
	st      store.Store
	c       *carrier
	e       *Engine
	log     lines
	stalled atomic.Pointer[string]
}

func newMachine(t *testing.T, wrap func(store.Store) store.Store) *machine {
	zero := 0
	raw, err := badger.Open("", badger.Options{InMemory: true, Compactors: &zero})
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, st: raw, c: &carrier{}}
	if wrap != nil {
		m.st = wrap(raw)
	}
	m.start()
	t.Cleanup(func() {
		m.e.Stop()
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func (m *machine) start() {
	m.t.Helper()
	e, err := New(Deps{
		Store: m.st, Settings: settings(m.c), Log: slog.New(slog.NewTextHandler(&m.log, nil)),
		Now:     func() time.Time { return time.Now().Round(0).Add(time.Duration(m.off.Load())) },
		Stalled: func(loop string) { m.stalled.Store(&loop) },
	})
	if err != nil {
		m.t.Fatal(err)
	}
	m.e = e
	e.Start()
}

// set moves the wall clock.
func (m *machine) set(by time.Duration) { m.off.Add(int64(by)) }

func (m *machine) fire() {
	m.t.Helper()
	if err := m.e.Accept(m.t.Context(), []alert.Alert{firing(1)}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) pages(want int) {
	m.t.Helper()
	synctest.Wait()
	if n := m.c.count(); n != want {
		m.t.Errorf("%d pages are out, want %d\n%s", n, want, timelineOf(m.t, m.st, 1))
	}
}

// TestClockSetBackDelaysNobody: ana gets a text at once and calls after one and three minutes, whatever the wall says.
func TestClockSetBackDelaysNobody(t *testing.T) {
	for _, by := range []time.Duration{-3 * time.Second, -time.Minute, -time.Hour, -24 * time.Hour, -10 * 365 * 24 * time.Hour} {
		for _, restarted := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				m := newMachine(t, nil)
				time.Sleep(time.Minute + time.Second) // the time has been remembered
				m.fire()
				time.Sleep(30 * time.Second)
				m.pages(1)
				if restarted {
					m.e.Stop()
					m.set(by)
					m.start()
				} else {
					m.set(by)
				}
				time.Sleep(29 * time.Second)
				if !restarted { // while it is down nobody knows how long, so it may be early
					m.pages(1)
				}
				time.Sleep(8 * time.Second)
				if restarted { // what passed since the time was remembered last cannot be known
					time.Sleep(noteEvery + auditEvery)
					if n := m.c.count(); n < 2 {
						t.Errorf("by %s: %d pages are out\n%s", by, n, timelineOf(t, m.st, 1))
					}
					return
				}
				m.pages(2)
				if n := valueOf(m.e.metrics.ClockJumps.WithLabelValues("back")); n != 1 || !strings.Contains(m.log.String(), "the wall clock jumped") {
					t.Errorf("%v jumps counted", n)
				}
				time.Sleep(2 * time.Minute)
				m.pages(3)
				time.Sleep(2*time.Minute + 10*time.Second)
				if got := timelineOf(t, m.st, 1); strings.Count(got, "Level 1 of p") != 2 {
					t.Errorf("by %s: the policy does not go on as it would have\n%s", by, got)
				}
			})
		}
	}
}

// TestClockSetForward: what is due by the wall is due within two looks, though no elapsed time says so.
func TestClockSetForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(t, nil)
		m.fire()
		time.Sleep(10 * time.Second)
		m.pages(1)
		m.set(45 * time.Second) // a machine that slept
		time.Sleep(2 * watchEvery)
		m.pages(1)
		time.Sleep(2 * time.Second)
		m.pages(2)
	})
}

func TestWatchdog(t *testing.T) {
	for _, loop := range []string{"commit", "clock"} {
		synctest.Test(t, func(t *testing.T) {
			var h *hanging
			m := newMachine(t, func(s store.Store) store.Store { h = &hanging{Store: s, free: make(chan struct{})}; return h })
			m.fire()
			time.Sleep(5 * time.Second)
			if err := m.e.Well(); err != nil {
				t.Error(err)
			}
			h.commits.Store(loop == "commit")
			h.clock.Store(loop == "clock")
			begin := time.Now()
			if loop == "commit" {
				go m.e.Do(t.Context(), 1, incident.Note{By: system, Text: "x"}) // hangs
			} else {
				nudge(m.e.clock)
			}
			for m.stalled.Load() == nil && time.Since(begin) < 5*time.Minute {
				time.Sleep(time.Second)
			}
			if took := time.Since(begin); took > 34*time.Second || took < 25*time.Second {
				t.Errorf("noticed after %s", took)
			}
			if got := m.stalled.Load(); got == nil || *got != loop {
				t.Errorf("said %v, want %s", got, loop)
			}
			if m.e.Healthy() == nil || m.e.Well() == nil {
				t.Error("it calls itself healthy")
			}
			said := m.log.String()
			if !strings.Contains(said, "hangingTx") && !strings.Contains(said, "hanging).Update") {
				t.Errorf("the stacks do not show where it hangs: %.2000s", said)
			}
			if strings.Contains(said, "(0x") || len(said) > 2*stacksMost {
				t.Error("the stacks show values, or are too long")
			}
			h.commits.Store(false)
			h.clock.Store(false)
			close(h.free)
		})
	}
}

// TestWatchdogBearsASlowDisk: a slow store is late, and not a reason to start anew.
func TestWatchdogBearsASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(t, func(s store.Store) store.Store { return storetest.Slow(s, 7*time.Second) })
		m.fire()
		time.Sleep(30 * time.Minute)
		if err := m.e.Healthy(); err != nil || m.stalled.Load() != nil {
			t.Errorf("%v, %v", err, m.stalled.Load())
		}
	})
}
