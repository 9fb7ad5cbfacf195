package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

var conflictTests = []test{
	{name: "concurrent counters serialise", run: countersSerialise},
	{name: "concurrent numbers are unique", run: numbersUnique},
	{name: "a row read and changed runs again", run: changedRow},
	{name: "an absent row read and made runs again", run: madeRow},
	{name: "an absent group read and made runs again", run: madeGroup},
	{name: "an absent mark read and made runs again", run: madeMark},
	{name: "a long update ends among short ones", run: longAmongShort},
}

// together runs fn in n goroutines and returns their errors joined.
func together(n int, fn func(k int) error) error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for k := range n {
		wg.Go(func() { errs[k] = fn(k) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func countersSerialise(h *harness) {
	const workers, each = 8, 25
	err := together(workers, func(int) error {
		for range each {
			err := h.s.Update(context.Background(), func(tx store.Tx) error {
				_, err := tx.AddCounter("c", 1)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	same(h, "counter", read(h, func(tx store.Tx) (int64, error) { return tx.Counter("c") }), int64(workers*each))
}

func numbersUnique(h *harness) {
	const workers, each = 8, 15
	err := together(workers, func(int) error {
		for range each {
			err := h.s.Update(context.Background(), func(tx store.Tx) error {
				n, err := tx.NextNumber()
				if err != nil {
					return err
				}
				if _, err := tx.Incident(n); !isNotFound(err) {
					return fmt.Errorf("number %d was taken twice: %w", n, err)
				}
				return tx.PutIncident(opened(n, "web", "g"))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	open := read(h, store.Tx.OpenNumbers)
	want := make([]int64, workers*each)
	for k := range want {
		want[k] = int64(k + 1)
	}
	same(h, "open", open, want)
	latest := read(h, func(tx store.Tx) (int64, error) { return tx.LatestOf("web", "g") })
	same(h, "latest", latest, int64(workers*each))
}

// collide runs mine, and other in the middle of mine's first run: after mine has read and before it commits.
func collide(h *harness, mine func(tx store.Tx, middle func()) error, other func(tx store.Tx) error) {
	h.Helper()
	done := make(chan error, 1)
	once := sync.OnceFunc(func() {
		go func() { done <- h.s.Update(context.Background(), other) }()
		if !h.opts.Locks { // else it waits for mine
			done <- <-done
		}
	})
	h.update(func(tx store.Tx) error { return mine(tx, once) })
	if err := <-done; err != nil {
		h.Fatalf("the other Update: %v", err)
	}
}

func changedRow(h *harness) {
	h.update(func(tx store.Tx) error { return tx.PutIncident(opened(1, "web", "g")) })
	join := func(tx store.Tx, middle func()) error {
		i, err := tx.Incident(1)
		if err != nil {
			return err
		}
		middle()
		i.Total++
		return tx.PutIncident(i)
	}
	collide(h, join, func(tx store.Tx) error { return join(tx, func() {}) })
	same(h, "alerts counted", read(h, func(tx store.Tx) (int, error) { i, err := tx.Incident(1); return i.Total, err }), 2)
}

func madeRow(h *harness) {
	join := func(tx store.Tx, middle func()) error {
		c, err := tx.Contact("+41790000001")
		if err != nil {
			return err
		}
		middle()
		c.Fails++
		return tx.PutContact(c)
	}
	collide(h, join, func(tx store.Tx) error { return join(tx, func() {}) })
	c := read(h, func(tx store.Tx) (store.Contact, error) { return tx.Contact("+41790000001") })
	same(h, "fails", c.Fails, 2)
}

// madeGroup is the race that would open two incidents for one group.
func madeGroup(h *harness) {
	join := func(key string, middle func()) func(tx store.Tx) error {
		return func(tx store.Tx) error {
			n, err := tx.LatestOf("web", "g")
			middle()
			if isNotFound(err) {
				n, err := tx.NextNumber()
				if err != nil {
					return err
				}
				return all(tx.PutIncident(opened(n, "web", "g")), tx.PutAlert(firing("am", key, n)))
			}
			return all(err, tx.PutAlert(firing("am", key, n)))
		}
	}
	collide(h, func(tx store.Tx, middle func()) error { return join("a", middle)(tx) }, join("b", func() {}))
	same(h, "open", read(h, store.Tx.OpenNumbers), []int64{1})
	members := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 0) })
	same(h, "members", keys(members), []string{"am/a", "am/b"})
}

// madeMark is the race that would accept a delivery twice.
func madeMark(h *harness) {
	accept := func(tx store.Tx, middle func()) error {
		seen, err := tx.Seen("delivery", at(0))
		if err != nil || seen {
			return err
		}
		middle()
		_, err = tx.AddCounter("accepted", 1)
		return all(err, tx.MarkSeen("delivery", at(60)))
	}
	collide(h, accept, func(tx store.Tx) error { return accept(tx, func() {}) })
	same(h, "accepted", read(h, func(tx store.Tx) (int64, error) { return tx.Counter("accepted") }), int64(1))
}

// longAmongShort is a batch that reads what everybody else keeps changing: it must not lose for ever.
func longAmongShort(h *harness) {
	stop := make(chan struct{})
	var long error
	err := together(4, func(k int) error {
		if k == 0 {
			defer close(stop)
			long = h.s.Update(context.Background(), func(tx store.Tx) error {
				if _, err := tx.AddCounter("c", 1); err != nil {
					return err
				}
				for n := range 300 {
					if err := tx.PutAlert(firing("am", fmt.Sprint(n), 1)); err != nil {
						return err
					}
				}
				return nil
			})
			return long
		}
		for {
			select {
			case <-stop:
				return nil
			default:
			}
			err := h.s.Update(context.Background(), func(tx store.Tx) error { _, err := tx.AddCounter("c", 1); return err })
			if err != nil {
				return err
			}
		}
	})
	if err != nil {
		h.Fatal(err)
	}
	members := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 0) })
	same(h, "alerts", len(members), 300)
}
