package badger

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// TestDamageWhileRunning flips a bit in the table of a store that is open: it fails, naming the file, and answers nothing more;
// or the bit meant nothing.
func TestDamageWhileRunning(t *testing.T) {
	dir := t.TempDir()
	s := open1(t, dir, Options{})
	commits(t, s, made)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := readFiles(t, dir)
	rng := rand.New(rand.NewPCG(7, 8))
	found := 0
	for range 20 {
		s := open1(t, whole.lay(t), Options{})
		if err := s.scrub(); err != nil {
			t.Fatalf("a whole store: %v", err)
		}
		names, err := filesIn(filepath.Join(s.dir, dataDir), ".sst")
		if err != nil || len(names) == 0 {
			t.Fatalf("got tables %v, %v; want some", names, err)
		}
		flip(t, names[0], rng)
		if s.scrub() == nil {
			if n := counted(t, s); n != made {
				t.Errorf("got %d commits of %d from a table that is called whole", n, made)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			continue
		}
		found++
		if err := s.scrub(); !errors.Is(err, store.ErrFailed) || !strings.Contains(err.Error(), names[0]) {
			t.Errorf("scrub: got %v, want store.ErrFailed with %s", err, names[0])
		}
		if err := s.View(context.Background(), func(store.Tx) error { return nil }); !errors.Is(err, store.ErrFailed) {
			t.Errorf("a View: got %v, want store.ErrFailed", err)
		}
		select {
		case <-s.Failed():
		default:
			t.Error("Failed is not closed")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if found < 15 {
		t.Errorf("only %d of 20 damages were found", found)
	}
}

// TestLostRowIsNoNews takes the row of an incident away beneath the catalogue, as a damaged block does: whoever asks is not told
// that there is no such incident, and the tables are read at once.
func TestLostRowIsNoNews(t *testing.T) {
	dir := t.TempDir()
	s := open1(t, dir, Options{})
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return tx.PutIncident(incident.Incident{Number: 1, State: incident.Triggered, Title: "Down"})
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open1(t, dir, Options{})
	err = s.db.Update(func(txn *badger.Txn) error { return txn.Delete(keyNumber(tabIncident, 1)) })
	names, errFiles := filesIn(filepath.Join(s.dir, dataDir), ".sst")
	if err := errors.Join(err, errFiles); err != nil || len(names) != 1 {
		t.Fatalf("got tables %v, %v; want one", names, err)
	}
	flipAll(t, names[0])
	ask := func() error {
		return s.View(t.Context(), func(tx store.Tx) error { _, err := tx.Incident(1); return err })
	}
	if err := ask(); !errors.Is(err, errLostRow) || errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, want that it is lost", err)
	}
	<-s.Failed()
	if err := ask(); !errors.Is(err, store.ErrFailed) {
		t.Errorf("afterwards: got %v, want store.ErrFailed", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// flipAll turns a bit of every byte of a file that others have open.
func flipAll(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for k := range b {
		b[k] ^= 4
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(b, 0)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// flip turns one bit of a file that others have open.
func flip(t *testing.T, name string, rng *rand.Rand) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	at, b := rng.Int64N(info.Size()), make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 1 << rng.IntN(8)
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

// TestScrubForgivesCompaction reads tables while others are made of them.
func TestScrubForgivesCompaction(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	defer s.Close()
	if err := s.scrubTable(4711); err != nil {
		t.Errorf("a table that is no more: %v", err)
	}
}
