package badger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/store"
)

// optimistic is how often an Update may lose to others before it gets the store for itself.
const optimistic = 3

// Update runs fn and commits what it wrote. After a conflict fn runs again; one that keeps losing runs alone at last, so it
// ends. ctx is asked before each run and not once the commit has begun. fn must not call the store itself.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	for try := 0; ; try++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.attempt(fn, try >= optimistic)
		if !errors.Is(err, badger.ErrConflict) {
			return err
		}
		if try > optimistic {
			return fmt.Errorf("a conflict after %d runs: %w", try+1, err)
		}
	}
}

// attempt is one run of fn and its commit; alone keeps every other commit out meanwhile. It returns badger.ErrConflict when
// fn has to run again.
func (s *Store) attempt(fn func(store.Tx) error, alone bool) error {
	room := s.disk.room()
	if room == roomNone {
		return store.ErrFull
	}
	if alone {
		s.gate.Lock()
		defer s.gate.Unlock()
	}
	t := s.newTx(true)
	defer t.discard()
	if err := fn(t); err != nil {
		return err
	}
	if t.err != nil { // fn went on after a write had failed
		return t.err
	}
	if room == roomLittle && t.alerts {
		return store.ErrFull
	}
	return s.finish(t, alone)
}

// finish commits t.
func (s *Store) finish(t *tx, alone bool) error {
	if err := t.flush(); err != nil {
		return err
	}
	if !t.wrote {
		return nil
	}
	t.close()
	leave := s.fronts.enter(t.low)
	defer leave()
	if !alone {
		s.gate.RLock()
		defer s.gate.RUnlock()
	}
	switch err := s.depart(t); {
	case err == nil:
		t.recycle()
		t.raise()
		s.dueMark()
		return nil
	case errors.Is(err, badger.ErrConflict):
		return badger.ErrConflict
	case errors.Is(err, badger.ErrTxnTooBig):
		return store.ErrTooBig
	default:
		return s.fail(err)
	}
}

// depart makes the commit, and the catalogue follow it.
func (s *Store) depart(t *tx) error {
	if len(t.written) == 0 {
		return s.commit(t.txn)
	}
	done, order := false, s.catalogue.announce(t.written)
	defer func() { s.catalogue.land(order, t.written, done) }()
	err := s.commit(t.txn)
	done = err == nil
	return err
}

// write commits fn outside of anybody's Update: for what the store notes about itself.
func (s *Store) write(fn func(*tx) error) error {
	return s.attempt(func(t store.Tx) error { return fn(t.(*tx)) }, true)
}

// markEvery is how far the mark may be behind.
const markEvery = 100 * time.Millisecond

// dueMark sees to it that the mark moves soon. It costs an idle store nothing.
func (s *Store) dueMark() {
	if s.markTimer != nil && s.markDue.CompareAndSwap(false, true) {
		s.markTimer.Reset(markEvery)
	}
}

// moveMark names the last commit in the mark. It reads that commit first: a View sees only what Badger has synced.
func (s *Store) moveMark() {
	if s.begin() != nil {
		return
	}
	defer s.end()
	s.markDue.Store(false)
	seq, err := s.sequence()
	if err == nil {
		err = s.mark.advance(seq)
	}
	if err != nil {
		s.log.Warn("store mark not written", "err", err)
	}
}
