package storetest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rouse/rouse/store"
)

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
func isClosed(err error) bool   { return errors.Is(err, store.ErrClosed) }

var errTrial = errors.New("storetest: a trial run, discarded")

// Rerun runs the function of each Update once in a transaction that is discarded, and then again for real, so that a
// function which is not pure but for its Tx shows.
func Rerun(s store.Store) store.Store { return &rerun{s} }

type rerun struct{ store.Store }

func (r *rerun) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := r.Store.Update(ctx, func(tx store.Tx) error {
		_ = fn(tx) // what it answers on trial does not count
		return errTrial
	})
	if !errors.Is(err, errTrial) {
		return err
	}
	return r.Store.Update(ctx, fn)
}

// FailingStore is a store whose commits can be made to fail.
type FailingStore struct {
	store.Store

	mu    sync.Mutex
	err   error
	after bool
	hang  chan struct{}
}

// Failing wraps s. It works until told to fail.
func Failing(s store.Store) *FailingStore { return &FailingStore{Store: s} }

// Fail makes every Update run its function, write nothing and return err; nil heals the store.
func (f *FailingStore) Fail(err error) { f.set(err, false) }

// FailAfter makes every Update commit and then return err all the same, as when the answer to a commit is lost; nil heals.
func (f *FailingStore) FailAfter(err error) { f.set(err, true) }

// Hang makes every Update from now on wait until free is closed, and then work.
func (f *FailingStore) Hang(free chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hang = free
}

func (f *FailingStore) set(err error, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, f.after = err, after
}

// Update is the wrapped store's, with the failure asked for.
func (f *FailingStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	f.mu.Lock()
	fail, after, hang := f.err, f.after, f.hang
	f.mu.Unlock()
	if hang != nil {
		<-hang
	}
	if fail == nil {
		return f.Store.Update(ctx, fn)
	}
	err := f.Store.Update(ctx, func(tx store.Tx) error {
		if err := fn(tx); err != nil || after {
			return err
		}
		return errTrial
	})
	if err == nil || errors.Is(err, errTrial) {
		return fail
	}
	return err
}

// Slow makes every Update take d longer, by the clock of a testing/synctest bubble where there is one. A commit is not cut
// short by its context, and neither is this.
func Slow(s store.Store, d time.Duration) store.Store { return &slow{s, d} }

type slow struct {
	store.Store
	d time.Duration
}

func (s *slow) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := s.Store.Update(ctx, fn)
	if err == nil {
		time.Sleep(s.d)
	}
	return err
}
