package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/store"
)

const (
	soon  = 15 * time.Second // for what takes milliseconds on an idle machine
	never = time.Hour        // a tick of who does not notice that it lost the lock
)

// openLater opens a store that has to wait, and returns how to have it once its turn has come. It returns when the other waits.
func openLater(t *testing.T, at string, o Options) func() *Store {
	t.Helper()
	waits := make(chan Holder, 10)
	o.Waiting = func(h Holder) { waits <- h }
	o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	type opened struct {
		s   *Store
		err error
	}
	done := make(chan opened, 1)
	go func() {
		s, err := Open(context.Background(), at, o)
		done <- opened{s, err}
	}()
	select {
	case <-waits:
	case o := <-done:
		t.Fatalf("Open did not wait: %v", o.err)
	case <-time.After(soon):
		t.Fatal("Open neither waits nor returns")
	}
	return func() *Store {
		t.Helper()
		select {
		case o := <-done:
			if o.err != nil {
				t.Fatalf("Open: %v", o.err)
			}
			return o.s
		case <-time.After(soon):
			t.Fatal("its turn did not come")
		}
		return nil
	}
}

func note(t *testing.T, s store.Store) (text string) {
	t.Helper()
	err := s.View(context.Background(), func(tx store.Tx) (err error) { text, err = tx.Note("n"); return err })
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hasFailed demands that a store takes nothing any more, and says so to who does not ask.
func hasFailed(t *testing.T, s *Store) {
	t.Helper()
	if err := put(s, "n", "too late"); !errors.Is(err, store.ErrFailed) {
		t.Errorf("Update: got %v, want store.ErrFailed", err)
	}
	select {
	case <-s.Failed():
	case <-time.After(soon):
		t.Error("Failed is not closed")
	}
}

// kill has the server end a session.
func kill(t *testing.T, pid uint32) {
	t.Helper()
	cluster.mu.Lock()
	defer cluster.mu.Unlock()
	admin(t, fmt.Sprintf("SELECT pg_terminate_backend(%d, 10000)", pid))
}

func TestSecondStandsBy(t *testing.T) {
	at := place(t)
	first := open1(t, at, Options{Name: "first"})
	must(t, put(first, "n", "x"))
	held := make(chan Holder, 1)
	ctx, cancel := context.WithCancel(context.Background())
	gaveUp := make(chan error, 1)
	go func() {
		_, err := Open(ctx, at, Options{Name: "impatient", Waiting: func(h Holder) { held <- h }})
		gaveUp <- err
	}()
	if h := <-held; h.Name != "first" || time.Since(h.Since).Abs() > time.Hour {
		t.Errorf("the holder is %+v", h)
	}
	cancel()
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("Open: got %v, want context.Canceled", err)
	}
	second := openLater(t, at, Options{Name: "second"})
	must(t, put(first, "n", "y")) // the first goes on meanwhile
	must(t, first.Close())
	s := second()
	defer s.Close()
	if got := note(t, s); got != "y" {
		t.Errorf("the second reads %q", got)
	}
}

// TestNewDatabaseIsMadeOnce opens several stores in an empty schema at the same time.
func TestNewDatabaseIsMadeOnce(t *testing.T) {
	at := fresh(t)
	errs := make(chan error)
	for range 3 {
		go func() {
			s, err := Open(context.Background(), at, Options{})
			if err == nil {
				err = errors.Join(s.Update(context.Background(), func(tx store.Tx) error { _, err := tx.AddCounter("c", 1); return err }), s.Close())
			}
			errs <- err
		}()
	}
	must(t, errors.Join(<-errs, <-errs, <-errs))
}

// TestFenced takes the lock from a store that does not notice: nothing that it does can be committed once the other works.
func TestFenced(t *testing.T) {
	at := place(t)
	first := open1(t, at, Options{tick: never})
	defer first.Close()
	must(t, put(first, "n", "before"))
	second := openLater(t, at, Options{})
	kill(t, first.lock.PgConn().PID())
	s := second()
	defer s.Close()
	must(t, put(s, "n", "of the second"))
	hasFailed(t, first)
	if got := note(t, s); got != "of the second" {
		t.Errorf("the note is %q", got)
	}
}

// TestFencedInTheMiddle does the same while the first is in a transaction that has looked at the epoch already.
func TestFencedInTheMiddle(t *testing.T) {
	at := place(t)
	first := open1(t, at, Options{tick: never})
	defer first.Close()
	var s *Store
	runs := 0
	err := first.Update(context.Background(), func(tx store.Tx) error {
		if _, err := tx.Note("n"); err != nil { // the transaction is under way, and holds the fence
			return err
		}
		if runs++; runs == 1 {
			second := openLater(t, at, Options{})
			kill(t, first.lock.PgConn().PID())
			s = second()
		}
		return tx.PutNote("n", "of the first")
	})
	if !errors.Is(err, store.ErrFailed) {
		t.Errorf("Update: got %v after %d runs, want store.ErrFailed", err, runs)
	}
	defer s.Close()
	if got := note(t, s); got != "" {
		t.Errorf("the second reads %q", got)
	}
	hasFailed(t, first)
}

// TestLockLost takes the lock from a store that notices, while nobody else waits.
func TestLockLost(t *testing.T) {
	s := open1(t, place(t), Options{tick: 20 * time.Millisecond})
	defer s.Close()
	kill(t, s.lock.PgConn().PID())
	select {
	case <-s.Failed():
	case <-time.After(soon):
		t.Fatal("it did not notice")
	}
	hasFailed(t, s)
	err := s.View(t.Context(), func(store.Tx) error { return nil })
	if !errors.Is(err, store.ErrFailed) {
		t.Errorf("View: got %v, want store.ErrFailed", err)
	}
}

// TestHangingHolderIsEnded has a holder that leaves its connection alone, as a process that was stopped does.
func TestHangingHolderIsEnded(t *testing.T) {
	at := place(t)
	first := open1(t, at, Options{tick: never})
	defer first.Close()
	s := openLater(t, at, Options{Patience: 300 * time.Millisecond, tick: 50 * time.Millisecond})()
	defer s.Close()
	must(t, put(s, "n", "x"))
	hasFailed(t, first)
}

// TestLivingHolderIsLeftAlone: who touches its connection keeps its place, however long others wait.
func TestLivingHolderIsLeftAlone(t *testing.T) {
	at := place(t)
	first := open1(t, at, Options{tick: 20 * time.Millisecond})
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if _, err := Open(ctx, at, Options{Patience: time.Second, tick: 50 * time.Millisecond}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Open: got %v, want that its time ran out", err)
	}
	must(t, put(first, "n", "x"))
	must(t, first.Close())
}

// TestWriterLost ends the session of the writer between two Updates and in the middle of one: nothing was written, and fn
// runs again on a new one.
func TestWriterLost(t *testing.T) {
	s := open1(t, place(t), Options{})
	defer s.Close()
	must(t, put(s, "n", "x"))
	kill(t, s.writer.PgConn().PID())
	must(t, put(s, "n", "y"))
	runs := 0
	err := s.Update(context.Background(), func(tx store.Tx) error {
		was, err := tx.Note("n")
		if err != nil {
			return err
		}
		if runs++; runs == 1 {
			kill(t, s.writer.PgConn().PID())
		}
		return tx.PutNote("n", was+"z")
	})
	if got := note(t, s); err != nil || runs != 2 || got != "yz" {
		t.Errorf("got %v after %d runs, and the note is %q", err, runs, got)
	}
}

// TestCommitWithoutAnAnswer cuts the connection when the COMMIT is on its way, delivered or not: nobody knows, so the store ends.
func TestCommitWithoutAnAnswer(t *testing.T) {
	for _, delivered := range []bool{true, false} {
		t.Run(fmt.Sprint("delivered ", delivered), func(t *testing.T) {
			at := place(t)
			s := open1(t, at, Options{})
			defer s.Close()
			must(t, put(s, "n", "before"))
			s.hangUp(s.writer)
			s.config.DialFunc = cutting(s.config.DialFunc, delivered)
			hasFailed(t, s)
			s.hangUp(s.lock)
			again := open1(t, at, Options{})
			defer again.Close()
			want := map[bool]string{true: "too late", false: "before"}[delivered]
			if got := note(t, again); got != want {
				t.Errorf("the note is %q, want %q", got, want)
			}
		})
	}
}

// TestServerDoesNotAnswer has a server that takes its time. Before the COMMIT that is a plain error; afterwards nobody knows.
func TestServerDoesNotAnswer(t *testing.T) {
	at := place(t)
	s := open1(t, at, Options{answer: 300 * time.Millisecond})
	defer s.Close()
	must(t, put(s, "n", "x"))
	other := connect(t, at)
	defer hangUp(t, other)
	if _, err := other.Exec(t.Context(), "BEGIN"); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(t.Context(), "LOCK TABLE notes"); err != nil {
		t.Fatal(err)
	}
	read := func(tx store.Tx) error { _, err := tx.Note("n"); return err }
	if err := s.Update(t.Context(), read); err == nil || errors.Is(err, store.ErrFailed) {
		t.Errorf("Update: got %v, want a plain error", err)
	}
	if err := s.View(t.Context(), read); err == nil || errors.Is(err, store.ErrFailed) {
		t.Errorf("View: got %v, want a plain error", err)
	}
	hasFailed(t, s)
}

func TestBackupSaysWhatToUse(t *testing.T) {
	s := open1(t, place(t), Options{})
	defer s.Close()
	if err := s.Backup(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("Backup: got %v, want that pg_dump does it", err)
	}
}
