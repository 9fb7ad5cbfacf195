package storetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/store/storetest"
)

func open(t *testing.T) store.Store {
	t.Helper()
	none := 0
	s, err := badger.Open("", badger.Options{InMemory: true, Compactors: &none})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func add(tx store.Tx) error { _, err := tx.AddCounter("c", 1); return err }

func counter(t *testing.T, s store.Store) int64 {
	t.Helper()
	var n int64
	if err := s.View(t.Context(), func(tx store.Tx) (err error) { n, err = tx.Counter("c"); return err }); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRerunShowsAnImpureClosure(t *testing.T) {
	s := storetest.Rerun(open(t))
	var saw []int64
	err := s.Update(t.Context(), func(tx store.Tx) error {
		n, err := tx.AddCounter("c", 1)
		saw = append(saw, n) // the impurity
		return err
	})
	if err != nil || len(saw) != 2 || saw[0] != 1 || saw[1] != 1 {
		t.Errorf("got error %v and runs that saw %v, want two runs on the same state", err, saw)
	}
	if n := counter(t, s); n != 1 {
		t.Errorf("counter: got %d, want 1", n)
	}
	wanted := errors.New("wanted by the test")
	if err := s.Update(t.Context(), func(store.Tx) error { return wanted }); !errors.Is(err, wanted) {
		t.Errorf("Update: got %v, want fn's error", err)
	}
}

func TestFailing(t *testing.T) {
	s := storetest.Failing(open(t))
	broken := errors.New("the disk is gone")
	steps := []struct {
		name string
		set  func()
		fn   func(store.Tx) error
		err  error
		want int64
	}{
		{"whole", func() {}, add, nil, 1},
		{"failing", func() { s.Fail(broken) }, add, broken, 1},
		{"still failing", func() {}, add, broken, 1},
		{"fn fails first", func() {}, func(store.Tx) error { return store.ErrNotFound }, store.ErrNotFound, 1},
		{"the answer is lost", func() { s.FailAfter(broken) }, add, broken, 2},
		{"healed", func() { s.Fail(nil) }, add, nil, 3},
	}
	for _, c := range steps {
		c.set()
		if err := s.Update(t.Context(), c.fn); !errors.Is(err, c.err) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.err)
		}
		if n := counter(t, s); n != c.want {
			t.Errorf("%s: counter is %d, want %d", c.name, n, c.want)
		}
	}
}

func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := storetest.Slow(open(t), 3*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		if err := s.Update(ctx, add); err != nil {
			t.Errorf("Update: %v, but a commit is not cut short", err)
		}
		if d := time.Since(begin); d != 3*time.Second {
			t.Errorf("Update took %v, want 3s", d)
		}
		if err := s.Close(); err != nil { // its goroutines end with the bubble
			t.Error(err)
		}
	})
}
