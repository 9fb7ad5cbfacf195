package engine

import (
	"context"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
)

// steppedAt is a stepped engine on a store in memory, and the clock that its driver turns.
func steppedAt(t *testing.T) (make func() *Stepped, c *carrier, st store.Store, now *time.Time) {
	t.Helper()
	zero := 0
	st, err := badger.Open("", badger.Options{InMemory: true, Compactors: &zero})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	at := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	c = &carrier{}
	return func() *Stepped {
		s, err := NewStepped(Deps{Store: st, Settings: settings(c), Now: func() time.Time { return at }, Random: func() uint64 { return 1 << 63 }})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}, c, st, &at
}

func TestSteppedEngineDoesNothingByItself(t *testing.T) {
	start, c, st, now := steppedAt(t)
	s := start()
	if err := s.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
		t.Fatal(err)
	}
	if got := len(open(t, st)); got != 1 {
		t.Fatalf("%d incidents when Accept has returned, want 1", got)
	}
	calls, next := s.Step()
	if len(calls) != 1 || c.count() != 0 {
		t.Fatalf("%d calls decided and %d made, want 1 and 0", len(calls), c.count())
	}
	calls[0].Make()
	calls[0].Settle()
	if c.count() != 1 {
		t.Fatalf("%d messages sent, want 1", c.count())
	}
	if next.After(now.Add(time.Minute)) {
		t.Errorf("next step at %v, more than a minute away", next)
	}
	if calls, _ = s.Step(); len(calls) != 0 {
		t.Errorf("%v is called for a second time", calls)
	}
	*now = now.Add(time.Minute)
	if calls, _ = s.Step(); len(calls) != 1 {
		t.Errorf("%d calls after a minute, want the phone call", len(calls))
	}
}

func TestSteppedEngineForgetsACallThatACrashInterrupts(t *testing.T) {
	start, c, _, now := steppedAt(t)
	s := start()
	if err := s.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
		t.Fatal(err)
	}
	calls, _ := s.Step()
	calls[0].Make()
	s = start() // the answer is never settled
	if calls, _ = s.Step(); len(calls) != 1 || calls[0].job.kind != jobFind {
		t.Fatalf("%v after the crash, want one question what became of the page", calls)
	}
	calls[0].Make()
	calls[0].Settle()
	for range 10 {
		*now = now.Add(3 * time.Second)
		calls, _ = s.Step()
		for _, k := range calls {
			k.Make()
			k.Settle()
		}
	}
	if c.count() < 2 {
		t.Errorf("%d messages, want the page again, for nobody knows of the first", c.count())
	}
}
