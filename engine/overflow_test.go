package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

// TestOverflowOfOneBatch: the limit holds within a batch, over decisions that run twice, and over a restart.
func TestOverflowOfOneBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, st := start(t, storetest.Rerun)
		s := settings(c)
		s.Limits.Incidents = 10
		if err := e.Reload(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		accept := func(e *Engine, from, to int, state alert.State) {
			t.Helper()
			var batch []alert.Alert
			for k := from; k < to; k++ {
				a := firing(k)
				a.State = state
				batch = append(batch, a)
			}
			if err := e.Accept(context.Background(), batch); err != nil {
				t.Fatal(err)
			}
		}
		accept(e, 0, 1000, alert.Firing)
		if n := len(open(t, st)); n != 11 {
			t.Fatalf("%d incidents, want 10 and one of what overflows", n)
		}
		again, err := New(Deps{Store: st, Settings: s})
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if got, want := again.crowd.size("am", now), e.crowd.size("am", now); got != want || got != 10 {
			t.Errorf("%d incidents count after a restart, %d before, want 10", got, want)
		}
		accept(e, 0, 5, alert.Resolved)
		accept(e, 1000, 1001, alert.Firing)
		if n := len(open(t, st)); n != 6 {
			t.Errorf("%d incidents are open, want 5 and what overflows", n)
		}
		if again, err = New(Deps{Store: st, Settings: s}); err != nil {
			t.Fatal(err)
		}
		if got := again.crowd.size("am", now); got != 10 {
			t.Errorf("%d incidents count after a restart, want 10: five are over, and young", got)
		}
		time.Sleep(youth)
		accept(e, 2000, 2010, alert.Firing)
		if n := len(open(t, st)); n != 11 {
			t.Errorf("%d incidents are open an hour later, want 10 and what overflows", n)
		}
	})
}

// TestOverflowOfWhatIsGoneAtOnce: an alert that fires and recovers within one commit counts like any other.
func TestOverflowOfWhatIsGoneAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, st := start(t, nil)
		s := settings(c)
		s.Limits.Incidents = 10
		if err := e.Reload(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		for k := range 30 {
			a := firing(k)
			b := a
			b.State = alert.Resolved
			if err := e.Accept(context.Background(), []alert.Alert{a, b}); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		err := st.View(context.Background(), func(tx store.Tx) error {
			all, err := tx.List(store.Filter{})
			n = len(all)
			return err
		})
		if err != nil || n != 11 {
			t.Errorf("%d incidents, want 10 and one of what overflows (%v)", n, err)
		}
	})
}
