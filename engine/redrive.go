package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// redriveAll sets stuck incidents going again. What moved meanwhile by itself is left alone.
func (b *batch) redriveAll(stuck []finding) error {
	for k := range stuck {
		if err := b.redrive(&stuck[k]); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) redrive(f *finding) error {
	i, err := b.incident(f.number)
	if errors.Is(err, incident.ErrNoIncident) {
		return nil
	}
	if err != nil {
		return err
	}
	if f.what == foundTimer && incident.Stuck(i, b.now, auditSlack) == "" {
		return nil
	}
	// Out of every index, so that the record, which is written with the batch, is put into each anew whatever they said.
	bare := *i
	bare.State, bare.WakeAt = incident.Closed, time.Time{}
	if err := b.tx.PutIncident(bare); err != nil {
		return b.fail(err)
	}
	b.cases[f.number].dirty = true
	s, err := b.suppression(i)
	if err != nil {
		return err
	}
	heard, err := b.heard(i)
	if err != nil {
		return err
	}
	if _, err := b.act(f.number, incident.Redrive{Why: f.why, Suppressed: s, Heard: heard}); err != nil {
		return b.fail(err)
	}
	for _, id := range f.pages {
		if err := b.redrivePage(f.number, id); err != nil {
			return err
		}
	}
	b.wake = true
	return nil
}

// redrivePage has a page sent that the outbox has lost. One whose row is gone is missed, so that the next method is due.
func (b *batch) redrivePage(n int64, id string) error {
	p, err := b.page(id)
	if errors.Is(err, store.ErrNotFound) {
		_, err := b.act(n, incident.Report{Page: id, Outcome: incident.StepMissed, Detail: "A page was lost before it was sent: the next method at once"})
		return b.fail(err)
	}
	if err != nil || !p.State.Live() {
		return err
	}
	p.NextAt = b.now // another time, so that the index lists it anew
	return b.put(p)
}

// auditGhosts takes rows from the front of the index by time that no record stands behind: the clock would look at them again
// and again, and never come to rest.
func (e *Engine) auditGhosts(now time.Time) (gone int, err error) {
	ghost := false
	err = e.store.View(context.Background(), func(tx store.Tx) (err error) {
		_, _, ghost, err = frontGhost(tx, now)
		return err
	})
	if err != nil || !ghost {
		return 0, err
	}
	err = e.must(func(b *batch) (err error) {
		gone, err = b.dropGhosts()
		return b.fail(err)
	})
	if err != nil {
		return 0, fmt.Errorf("drop rows without a record: %w", err)
	}
	e.log.Error("the index by time had rows that no record stands behind", "rows", gone)
	e.metrics.AuditFound.WithLabelValues(foundIndex).Add(float64(gone))
	return gone, nil
}

// frontGhost reports whether the first row of the index by time, if it is due, belongs to no record: its number and time.
func frontGhost(tx store.Tx, now time.Time) (n int64, at time.Time, ghost bool, err error) {
	if at, err = tx.NextWake(); err != nil || at.IsZero() || at.After(now) {
		return 0, at, false, err
	}
	due, err := tx.Due(at, 1)
	if err != nil || len(due) == 0 {
		return 0, at, false, err
	}
	i, err := tx.Incident(due[0])
	if errors.Is(err, store.ErrNotFound) {
		return due[0], at, true, nil
	}
	return due[0], at, err == nil && !i.WakeAt.Truncate(time.Microsecond).Equal(at), err
}

// dropGhosts moves records onto their ghosts' places and back, which takes the ghosts away.
func (b *batch) dropGhosts() (gone int, err error) {
	for gone < auditGhosts {
		n, at, ghost, err := frontGhost(b.tx, b.now)
		if err != nil || !ghost {
			return gone, err
		}
		i, err := b.tx.Incident(n)
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = errors.Join(b.tx.PutIncident(incident.Incident{Number: n, State: incident.Closed, WakeAt: at}), b.tx.DeleteIncident(n))
		case err == nil:
			there := i
			there.WakeAt = at
			err = errors.Join(b.tx.PutIncident(there), b.tx.PutIncident(i))
		}
		if err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}
