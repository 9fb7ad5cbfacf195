package engine

import (
	"context"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// TestWhatIsTooMuchForOneCommitIsParted: a store that says of a commit that it is too much gets the alerts in halves, down to one
// at a time, and the source hears nothing of it.
func TestWhatIsTooMuchForOneCommitIsParted(t *testing.T) {
	var all []alert.Alert
	for n := range 9 {
		all = append(all, firing(n))
	}
	want := newStage(t, nil)
	want.ok(want.Accept(t.Context(), all))
	for most := 1; most <= len(all); most++ {
		s := newStage(t, nil)
		d := s.deps()
		d.Store = narrow{s.rows, most}
		e, err := NewStepped(d)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Accept(t.Context(), all); err != nil {
			t.Errorf("at most %d in a commit: %v", most, err)
		}
		if s.dump() != want.dump() {
			t.Errorf("at most %d in a commit: the store ends otherwise\n%s", most, differ(want.dump(), s.dump()))
		}
	}
}

// narrow is a store that takes so many alerts in one commit.
type narrow struct {
	store.Store
	most int
}

func (n narrow) Update(ctx context.Context, fn func(store.Tx) error) error {
	return n.Store.Update(ctx, func(tx store.Tx) error {
		few := &fewAlerts{Tx: tx, left: n.most}
		if err := fn(few); err != nil {
			return err
		}
		if few.left < 0 {
			return store.ErrTooBig
		}
		return nil
	})
}

type fewAlerts struct {
	store.Tx
	left int
}

func (f *fewAlerts) PutAlert(a store.Alert) error {
	f.left--
	return f.Tx.PutAlert(a)
}

// TestRetentionStripsWhatIsTooMuch: old incidents that are too much to be dropped in one commit go piece by piece.
func TestRetentionStripsWhatIsTooMuch(t *testing.T) {
	for k, found := 1, false; !found; k++ { // the call that drops the first of them is one of these
		s := newStage(t, nil)
		s.fires("Down", "Up")
		s.ok(s.Accept(t.Context(), alerts(alert.Resolved, "Down", "Up")))
		s.does(1, incident.Close{By: ana})
		s.does(2, incident.Close{By: ana})
		s.later(72 * time.Hour)
		s.calls.FailAt(k, store.ErrTooBig)
		s.retain(s.now)
		if s.calls.Failed() == "" {
			t.Fatal("nothing was dropped")
		}
		if found = s.calls.Failed() == "DeleteIncident"; !found {
			continue
		}
		s.ok(s.rows.View(t.Context(), func(tx store.Tx) error {
			left, err := tx.List(store.Filter{})
			if len(left) > 0 {
				t.Errorf("%d old incidents are left", len(left))
			}
			return err
		}))
	}
}
