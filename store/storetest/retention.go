package storetest

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

var retentionTests = []test{
	{name: "alerts are forgotten", run: alertsForgotten},
	{name: "pages are forgotten", run: pagesForgotten},
	{name: "change events are forgotten", run: changesForgotten},
	{name: "what changed meanwhile stays", run: changedMeanwhile},
}

// forget runs one of the brooms.
func forget(h *harness, broom func(tx store.Tx) (int, error)) int {
	h.Helper()
	var n int
	h.update(func(tx store.Tx) (err error) { n, err = broom(tx); return err })
	return n
}

// settled is a resolved alert that last changed at some minute.
func settled(key string, minute int) store.Alert {
	a := firing("am", key, 1)
	a.State, a.UpdatedAt = alert.Resolved, at(minute)
	return a
}

func alertsForgotten(h *harness) {
	broom := func(minute, limit int) int {
		return forget(h, func(tx store.Tx) (int, error) { return tx.ForgetAlerts(at(minute), limit) })
	}
	same(h, "of nothing", broom(99, 0), 0)
	h.update(func(tx store.Tx) error {
		for k := range 8 {
			if err := tx.PutAlert(settled(fmt.Sprint("k", k), k)); err != nil {
				return err
			}
		}
		old := firing("am", "fires", 1)
		old.UpdatedAt = at(-999)
		return all(tx.PutAlert(old), tx.PutIncident(opened(1, "web", "g")))
	})
	same(h, "none is old", broom(0, 0), 0)
	same(h, "limit", broom(6, 4), 4)
	same(h, "the others before, exclusive", broom(6, 0), 2)
	same(h, "again", broom(6, 0), 0)
	members := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 0) })
	same(h, "those left", keys(members), []string{"am/fires", "am/k6", "am/k7"})
	h.update(func(tx store.Tx) error { return tx.PutAlert(firing("am", "k1")) })
	same(h, "one that comes back is a member still", len(read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 0) })), 4)
}

func pagesForgotten(h *harness) {
	broom := func(minute, limit int) int {
		return forget(h, func(tx store.Tx) (int, error) { return tx.ForgetPages(at(minute), limit) })
	}
	h.update(func(tx store.Tx) error {
		for k, state := range []store.PageState{store.Queued, store.Sending, store.Unknown, store.Accepted, store.Delivered, store.Failed, store.Expired, store.Void, store.Bundled} {
			p := queued(fmt.Sprint("p", k), 1, 30)
			p.State, p.UpdatedAt, p.Provider, p.ProviderID = state, at(k), "twilio", fmt.Sprint("SM", k)
			if err := tx.PutPage(p); err != nil {
				return err
			}
		}
		return nil
	})
	same(h, "none is old", broom(4, 0), 0)
	same(h, "limit", broom(8, 3), 3)
	same(h, "the others before, exclusive", broom(8, 0), 1)
	same(h, "again", broom(8, 0), 0)
	h.view(func(tx store.Tx) error {
		pages, err1 := tx.PagesOf(1)
		due, err2 := tx.DuePages(at(99), 0)
		_, err := tx.PageByProvider("twilio", "SM5")
		absent(h, "a forgotten one by its provider", err)
		_, err3 := tx.PageByProvider("twilio", "SM8")
		same(h, "those left", ids(pages), []string{"p0", "p1", "p2", "p3", "p8"})
		same(h, "those due", len(due), 4)
		return all(err1, err2, err3)
	})
}

func changesForgotten(h *harness) {
	broom := func(minute, limit int) int {
		return forget(h, func(tx store.Tx) (int, error) { return tx.ForgetChanges(at(minute), limit) })
	}
	h.update(func(tx store.Tx) error {
		for k := range 8 {
			if err := tx.PutChange(alert.Change{Summary: fmt.Sprint(k), At: at(k)}); err != nil {
				return err
			}
		}
		return nil
	})
	same(h, "counts", []int{broom(0, 0), broom(6, 4), broom(6, 0), broom(6, 0)}, []int{0, 4, 2, 0})
	left := read(h, func(tx store.Tx) ([]alert.Change, error) { return tx.Changes(time.Time{}, 0) })
	same(h, "those left", left, []alert.Change{{Summary: "7", At: at(7)}, {Summary: "6", At: at(6)}})
}

// changedMeanwhile is the race that would forget an alert which has just come back.
func changedMeanwhile(h *harness) {
	h.update(func(tx store.Tx) error { return all(tx.PutAlert(settled("a", 1)), tx.PutAlert(settled("b", 1))) })
	collide(h, func(tx store.Tx, middle func()) error {
		if _, err := tx.ForgetAlerts(at(5), 0); err != nil {
			return err
		}
		middle()
		return nil
	}, func(tx store.Tx) error { return tx.PutAlert(firing("am", "a", 1)) })
	members := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 0) })
	same(h, "those left", keys(members), []string{"am/a"})
}
