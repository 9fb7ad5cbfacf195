// Package storetest holds every promise of package store as a test. A backend that passes Run is a store; a promise is here
// before it is in a backend.
//
// It knows no backend and peeks into none: a test opens a fresh store, does what the engine or a page of the web would do,
// and looks at what a user of the interface can see. Its law: a weakness is named at the call site, in Options, never skipped in silence.
//
// It also has the decorators that other rooms test with: Rerun shows impure closures, Failing makes commits fail, Slow makes
// them take their time.
package storetest

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rouse/rouse/store"
)

// Options say how to reach what Open alone cannot, and what a backend is exempt from.
type Options struct {
	// Reopen closes s and opens the same data again. nil: the store keeps nothing over a Close, and those tests are left out.
	Reopen func(t *testing.T, s store.Store) store.Store
	// Restore makes a new store from a backup. nil: the store makes none, which it must say, and those tests are left out.
	Restore func(t *testing.T, r io.Reader) store.Store
	// Locks says that an Update which reads a row keeps others from changing it until it ends, instead of running again
	// after them.
	Locks bool
	// Reruns says that the store is wrapped by Rerun, so that a context which fn cancels ends the Update before its second run.
	Reruns bool
}

// Run tests a backend: named subtests, each with a fresh store from open, which it closes.
func Run(t *testing.T, open func(t *testing.T) store.Store, opts Options) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"transactions", transactionTests},
		{"conflicts", conflictTests},
		{"alerts", alertTests},
		{"incidents", incidentTests},
		{"indexes", indexTests},
		{"filters", filterTests},
		{"facts", factsTests},
		{"deletes", deleteTests},
		{"outbox", outboxTests},
		{"reviews", reviewTests},
		{"rota", rotaTests},
		{"signals", signalTests},
		{"audit", auditTests},
		{"retention", retentionTests},
		{"records", recordTests},
		{"lasting", lastingTests},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, c := range g.tests {
				if c.needs != nil && !c.needs(opts) {
					continue
				}
				t.Run(c.name, func(t *testing.T) {
					s := open(t)
					h := &harness{T: t, s: s, opts: opts}
					t.Cleanup(func() { h.close() })
					c.run(h)
				})
			}
		})
	}
}

type test struct {
	name  string
	run   func(h *harness)
	needs func(Options) bool // nil: every store takes it
}

func runsOnce(o Options) bool   { return !o.Reruns }
func canReopen(o Options) bool  { return o.Reopen != nil }
func canRestore(o Options) bool { return o.Restore != nil }

// harness is one test with its store.
type harness struct {
	*testing.T
	s    store.Store
	opts Options
}

func (h *harness) close() {
	if err := h.s.Close(); err != nil && !isClosed(err) {
		h.Errorf("Close: %v", err)
	}
}

// update commits fn, which must be pure but for its Tx.
func (h *harness) update(fn func(tx store.Tx) error) {
	h.Helper()
	if err := h.s.Update(context.Background(), fn); err != nil {
		h.Fatalf("Update: %v", err)
	}
}

func (h *harness) view(fn func(tx store.Tx) error) {
	h.Helper()
	if err := h.s.View(context.Background(), fn); err != nil {
		h.Fatalf("View: %v", err)
	}
}

// read is the one value that get reads in a View.
func read[T any](h *harness, get func(tx store.Tx) (T, error)) T {
	h.Helper()
	var v T
	h.view(func(tx store.Tx) (err error) { v, err = get(tx); return err })
	return v
}

// same compares what was read with what was written; nil and empty are alike, times are compared as instants.
func same(h *harness, what string, got, want any) {
	h.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		h.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// absent demands store.ErrNotFound.
func absent(h *harness, what string, err error) {
	h.Helper()
	if !isNotFound(err) {
		h.Errorf("%s: got error %v, want store.ErrNotFound", what, err)
	}
}

// noon is the time around which the tests happen.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// at is noon and some minutes.
func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// all runs writes in order and returns the first error.
func all(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
