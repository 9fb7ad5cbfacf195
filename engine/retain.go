package engine

import (
	"context"
	"errors"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// Retention is how long what has ended is kept; 0 is for ever. Reference numbers are never given again.
type Retention struct {
	Incidents time.Duration // closed ones, with timeline, pages and review, since they were closed
	Pages     time.Duration // finished ones
	Alerts    time.Duration // resolved ones
	Changes   time.Duration
}

const (
	retainChunk  = 200             // rows that one commit drops
	retainDelete = 20              // incidents that one commit drops, with all that is theirs
	retainStrip  = 1000            // rows of one incident that one commit drops
	retainMost   = 2 * time.Second // of one go, so that the clock is not kept from its timers
)

// retain drops what is older than the configuration keeps, in small commits.
func (e *Engine) retain(now time.Time) {
	r, stop := e.live.Load().Retention, e.now().Add(retainMost)
	for _, d := range []struct {
		keep time.Duration
		drop func(tx store.Tx, before time.Time) (int, error)
	}{
		{r.Pages, func(tx store.Tx, t time.Time) (int, error) { return tx.ForgetPages(t, retainChunk) }},
		{r.Alerts, func(tx store.Tx, t time.Time) (int, error) { return tx.ForgetAlerts(t, retainChunk) }},
		{r.Changes, func(tx store.Tx, t time.Time) (int, error) { return tx.ForgetChanges(t, retainChunk) }},
	} {
		for d.keep > 0 && e.now().Before(stop) {
			var n int
			err := e.must(func(b *batch) (err error) {
				n, err = d.drop(b.tx, now.Add(-d.keep))
				return b.fail(err)
			})
			if err != nil {
				e.log.Error("what is old could not be dropped, it is tried again later", "err", err)
				return
			}
			e.pace.clock.move()
			if n < retainChunk {
				break
			}
		}
	}
	if r.Incidents > 0 {
		e.retainIncidents(now.Add(-r.Incidents), stop)
	}
}

func (e *Engine) retainIncidents(before, stop time.Time) {
	var old []int64
	err := e.store.View(context.Background(), func(tx store.Tx) error {
		old = nil
		f := store.Filter{States: []incident.State{incident.Closed}, Until: before}
		return tx.EachFacts(f, func(i *incident.Facts) error {
			if i.ClosedAt.Before(before) {
				old = append(old, i.Number)
			}
			return nil
		})
	})
	for len(old) > 0 && err == nil && e.now().Before(stop) {
		some := old[:min(len(old), retainDelete)]
		old = old[len(some):]
		err = e.must(func(b *batch) error { return b.forgetIncidents(some) })
		if errors.Is(err, store.ErrTooBig) {
			err = e.stripIncidents(some)
			old = append(some, old...)
		}
	}
	if err != nil {
		e.log.Error("old incidents could not be dropped, it is tried again later", "err", err)
	}
}

// stripIncidents takes from incidents to which more belongs than fits into one commit, so that they can be dropped.
func (e *Engine) stripIncidents(numbers []int64) error {
	for _, n := range numbers {
		for left := retainStrip; left == retainStrip; {
			err := e.must(func(b *batch) (err error) {
				left, err = b.tx.StripIncident(n, retainStrip)
				return b.fail(err)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// forgetIncidents drops incidents that are still closed, with their reviews.
func (b *batch) forgetIncidents(numbers []int64) error {
	for _, n := range numbers {
		i, err := b.incident(n)
		if err != nil || i.State != incident.Closed {
			continue
		}
		r, err := b.tx.Review(n)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return b.fail(err)
		}
		if !r.WakeAt.IsZero() {
			continue // somebody still owes something: its action items are open
		}
		delete(b.cases, n)
		b.after(func() { delete(b.e.lately, n) })
		if err := b.tx.DeleteReview(n); err != nil {
			return b.fail(err)
		}
		if err := b.tx.DeleteIncident(n); err != nil {
			return b.fail(err)
		}
	}
	return nil
}
