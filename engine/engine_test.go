package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/store/storetest"
)

// carrier takes every message and keeps it.
type carrier struct {
	mu   sync.Mutex
	sent []notify.Message
}

func (c *carrier) Name() string               { return "carrier" }
func (c *carrier) Carries(oncall.Method) bool { return true }

func (c *carrier) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent = append(c.sent, m)
	return notify.Receipt{ProviderID: fmt.Sprint("id", len(c.sent)), Delivered: true}, nil
}

func (c *carrier) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sent)
}

func settings(c *carrier) Settings {
	users := []oncall.User{{ID: "ana", Zone: time.UTC, Phone: "+34600000001"}}
	policy := oncall.Policy{ID: "p", Levels: []oncall.Level{{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "ana"}}, Wait: 5 * time.Minute}}}
	tree := router.NewTree(&router.Route{Service: "s", GroupBy: []string{"alertname", "instance"}})
	return Settings{
		Book: &incident.Rulebook{Roster: oncall.NewRoster(users, nil, nil, []oncall.Policy{policy}, "p"), Services: map[string]incident.Service{"s": {Name: "s", Policy: "p"}},
			Page: map[incident.Priority]bool{"P3": true}},
		Tree: tree, Gate: router.NewGate(nil, nil, nil), Providers: []notify.Provider{c},
	}
}

// start makes an engine on a store in memory, inside a bubble.
func start(t *testing.T, wrap func(store.Store) store.Store) (*Engine, *carrier, store.Store) {
	t.Helper()
	zero := 0
	var st store.Store
	st, err := badger.Open("", badger.Options{InMemory: true, Compactors: &zero})
	if err != nil {
		t.Fatal(err)
	}
	raw := st
	if wrap != nil {
		st = wrap(st)
	}
	c := &carrier{}
	e, err := New(Deps{Store: st, Settings: settings(c), Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError + 1}))})
	if err != nil {
		t.Fatal(err)
	}
	e.Start()
	t.Cleanup(func() {
		e.Stop()
		if err := raw.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, c, st
}

func firing(n int) alert.Alert {
	l := alert.Labels{"alertname": "Down", "instance": fmt.Sprint("host", n)}
	return alert.Alert{Integration: "am", Key: l.Fingerprint(), State: alert.Firing, Severity: alert.Critical, Title: "Down", Labels: l}
}

func TestBatchWithManyAlertsIsOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st := start(t, storetest.Rerun)
		var batch []alert.Alert
		for k := range 1000 {
			batch = append(batch, firing(k))
		}
		if err := e.Accept(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		if err := e.Accept(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		if n := len(open(t, st)); n != 1000 {
			t.Errorf("%d incidents, want 1000", n)
		}
		if n := e.hot.len(); n != 1000 {
			t.Errorf("%d alerts in memory, want 1000", n)
		}
	})
}

func open(t *testing.T, st store.Store) (numbers []int64) {
	t.Helper()
	err := st.View(context.Background(), func(tx store.Tx) (err error) {
		numbers, err = tx.OpenNumbers()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

func TestHugeAlertsStillPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, _ := start(t, nil)
		var batch []alert.Alert
		for k := range 200 {
			a := firing(k)
			a.Annotations = alert.Labels{}
			for j := range 128 {
				a.Annotations[fmt.Sprint("note", j)] = strings.Repeat("é", 2000)
				a.Labels[fmt.Sprint("label", j)] = strings.Repeat("x", 4096)
			}
			batch = append(batch, a)
		}
		if err := e.Accept(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if c.count() == 0 {
			t.Error("nobody was paged")
		}
	})
}

func TestPanicHarmsOnlyItsOwnRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st := start(t, nil)
		var wg sync.WaitGroup
		var bad, good error
		wg.Go(func() { bad = e.commit(t.Context(), func(*batch) error { panic("poison") }) })
		wg.Go(func() { good = e.Accept(t.Context(), []alert.Alert{firing(1)}) })
		wg.Wait()
		if good != nil || len(open(t, st)) != 1 {
			t.Errorf("the good request: %v, %d incidents", good, len(open(t, st)))
		}
		if !errors.Is(bad, ingest.ErrUnavailable) {
			t.Errorf("the bad request: %v", bad)
		}
	})
}

func TestFailedCommitLeavesNoTraceInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f *storetest.FailingStore
		e, c, st := start(t, func(s store.Store) store.Store { f = storetest.Failing(s); return f })
		f.Fail(errors.New("disk on fire"))
		if err := e.Accept(context.Background(), []alert.Alert{firing(1)}); !errors.Is(err, ingest.ErrUnavailable) {
			t.Fatalf("got %v, want ErrUnavailable", err)
		}
		f.Fail(nil)
		if e.hot.len() != 0 || len(open(t, st)) != 0 {
			t.Fatal("something was remembered of a commit that failed")
		}
		if err := e.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if c.count() != 1 {
			t.Errorf("%d pages, want 1", c.count())
		}
	})
}

func TestLostAnswerOfACommitIsNoSecondIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f *storetest.FailingStore
		e, c, st := start(t, func(s store.Store) store.Store { f = storetest.Failing(s); return f })
		f.FailAfter(errors.New("the answer was lost"))
		if err := e.Accept(context.Background(), []alert.Alert{firing(1)}); err == nil {
			t.Fatal("no error")
		}
		f.Fail(nil)
		if err := e.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := len(open(t, st)); n != 1 || c.count() != 1 {
			t.Errorf("%d incidents, %d pages, want one of each", n, c.count())
		}
	})
}

func TestEventThatALostCommitMayHaveEndedPagesWhenItComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f *storetest.FailingStore
		e, c, st := start(t, func(s store.Store) store.Store { f = storetest.Failing(s); return f })
		ctx := context.Background()
		event := firing(1)
		event.Event = true
		if err := e.Accept(ctx, []alert.Alert{event}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		n := open(t, st)[0]
		f.FailAfter(errors.New("the answer was lost"))
		if _, err := e.Do(ctx, n, incident.Resolve{By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, Note: "by hand"}); err == nil {
			t.Fatal("no error")
		}
		f.Fail(nil)
		if err := e.Accept(ctx, []alert.Alert{event}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := len(open(t, st)); n != 1 || c.count() != 2 {
			t.Errorf("%d incidents, %d pages, want one that is open and a page of it", n, c.count())
		}
	})
}

func TestRefireBehindAQueuedRecoveryIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, _ := start(t, func(s store.Store) store.Store { return storetest.Slow(s, time.Second) })
		ctx := context.Background()
		if err := e.Accept(ctx, []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		gone := firing(1)
		gone.State = alert.Resolved
		var wg sync.WaitGroup
		wg.Go(func() { _ = e.Accept(ctx, []alert.Alert{gone}) })
		time.Sleep(time.Millisecond)
		if err := e.Accept(ctx, []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if e.hot.len() != 1 {
			t.Error("the alert fires, but it was taken for a free repeat of what was being resolved")
		}
	})
}

func TestNextSlot(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	rate := Rate{N: 6, Per: 15 * time.Minute}
	ago := func(minutes ...int) (out []time.Time) {
		for _, m := range minutes {
			out = append(out, now.Add(-time.Duration(m)*time.Minute))
		}
		return out
	}
	for _, c := range []struct {
		name string
		rate Rate
		sent []time.Time
		want time.Duration
	}{
		{"nothing sent", rate, nil, 0},
		{"no limit", Rate{}, ago(1, 0, 0, 0, 0, 0, 0, 0), 0},
		{"three at once", rate, ago(0, 0, 0), 0},
		{"the fifth is spaced", rate, ago(0, 0, 0, 0), 3 * time.Minute},
		{"the sixth is spaced more", rate, ago(3, 3, 3, 3, 0), 5 * time.Minute},
		{"the seventh waits for the window", rate, ago(10, 9, 9, 9, 5, 0), 5 * time.Minute},
		{"one in ten", Rate{N: 1, Per: 10 * time.Minute}, ago(4), 6 * time.Minute},
	} {
		if got := nextSlot(c.rate, c.sent, now).Sub(now); got != c.want {
			t.Errorf("%s: in %v, want %v", c.name, got, c.want)
		}
	}
}

func TestClipKeepsCharactersWhole(t *testing.T) {
	for n := range 8 {
		if s := clip("aéß日本", n); len(s) > n || strings.ContainsRune(s, '\uFFFD') {
			t.Errorf("clip to %d: %q", n, s)
		}
	}
}
