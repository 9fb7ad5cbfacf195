package badger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// next is a made-up layout after today's, in which the note "version" is called "release".
func next(step func(*Store) error) schema {
	sc := currentSchema()
	sc.steps[sc.version] = step
	sc.version++
	return sc
}

// The layouts as messages name them.
var today, tomorrow = fmt.Sprint(schemaVersion), fmt.Sprint(schemaVersion + 1)

func rename(s *Store) error {
	return s.write(func(t *tx) error {
		text, err := t.Note("version")
		if err != nil || text == "" { // nothing to do, or done before a crash
			return err
		}
		return errors.Join(t.PutNote("release", text), t.del(keyText(tabNote, "version")))
	})
}

// golden1 is a directory with the golden store of layout 1.
func golden1(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "layout-1.backup"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "store")
	if err := Restore(dir, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestOlderIsMigrated(t *testing.T) {
	dir := golden1(t)
	for range 2 { // and once is enough
		s, err := open(dir, Options{}, next(rename))
		if err != nil {
			t.Fatal(err)
		}
		if note, old := noted(t, s, "release"), noted(t, s, "version"); note != "v1" || old != "" {
			t.Errorf("release: got %q (and version %q), want v1", note, old)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFailedMigrationIsRunAgain(t *testing.T) {
	dir := golden1(t)
	broken := errors.New("wanted by the test")
	_, err := open(dir, Options{}, next(func(s *Store) error { return errors.Join(rename(s), broken) }))
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "from layout "+today+" to "+tomorrow) {
		t.Fatalf("open: got %v, want the step's error with both numbers", err)
	}
	s, err := open(dir, Options{}, next(rename))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if note := noted(t, s, "release"); note != "v1" {
		t.Errorf("release: got %q, want v1", note)
	}
}

func TestNewerIsRefused(t *testing.T) {
	dir := golden1(t)
	s, err := open(dir, Options{}, next(rename))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "layout "+tomorrow) || !strings.Contains(err.Error(), "up to "+today) {
			t.Fatalf("Open: got %v, want an error with both versions", err)
		}
	}
	s, err = open(dir, Options{}, next(rename)) // untouched: the newer one still has everything
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if note := noted(t, s, "release"); note != "v1" {
		t.Errorf("release: got %q, want v1", note)
	}
}

func TestStoreWithoutAWay(t *testing.T) {
	dir := golden1(t)
	if _, err := open(dir, Options{}, schema{version: schemaVersion + 1}); err == nil || !strings.Contains(err.Error(), "older release") {
		t.Errorf("open: got %v, want that there is no way from layout 1", err)
	}
	dir = t.TempDir()
	s := open1(t, dir, Options{})
	if err := s.write(func(t *tx) error { return t.del(keySchema()) }); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "layout 0") {
		t.Errorf("Open without a layout: got %v, want that it is unknown", err)
	}
}

func TestNewerBackupIsRefused(t *testing.T) {
	h := Header{Schema: schemaVersion + 1, Sequence: 9}
	err := Restore(t.TempDir(), bytes.NewReader(h.bytes()))
	if err == nil || !strings.Contains(err.Error(), "layout "+tomorrow) {
		t.Errorf("Restore: got %v, want an error with both versions", err)
	}
}

// TestFactsOfOldRows opens a store of layout 1 in the middle of its migration: lists must find what is in it.
func TestFactsOfOldRows(t *testing.T) {
	dir := golden1(t)
	broken := errors.New("wanted by the test")
	sc := currentSchema()
	sc.steps[1] = func(s *Store) error { return errors.Join(toLayout2(s), broken) }
	if _, err := open(dir, Options{}, sc); !errors.Is(err, broken) {
		t.Fatalf("open: got %v, want the step's error", err)
	}
	s := open1(t, dir, Options{})
	defer s.Close()
	err := s.View(t.Context(), func(tx store.Tx) error {
		return tx.EachFacts(store.Filter{Team: "core", Text: "higherrorrate", Service: "web"}, func(f *incident.Facts) error {
			if f.Number != 1 || f.State != incident.Acknowledged {
				t.Errorf("got facts of %d, %s; want 1, acknowledged", f.Number, f.State)
			}
			broken = nil
			return nil
		})
	})
	if err != nil || broken != nil {
		t.Errorf("got error %v; found: %t, want it found", err, broken == nil)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error { // old pages are forgotten by what their bodies say
		p, err := tx.Page("1/1/0/0/ana/sms")
		p.State = store.Delivered
		if n, err := tx.ForgetPages(p.UpdatedAt, 0); n != 0 || err != nil {
			t.Errorf("forgot %d live pages, error %v", n, err)
		}
		return errors.Join(err, tx.PutPage(p))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestManyOldRows migrates in several commits.
func TestManyOldRows(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	const n = 40
	for k := range int64(n) {
		err := s.write(func(t *tx) error {
			i := incident.Incident{Number: k + 1, State: incident.Closed, Note: strings.Repeat("n", 40<<10)}
			i.Rule = fmt.Sprint("rule ", k)
			head := binary.AppendVarint(binary.AppendVarint(appendText(appendText(appendText(appendText(nil, "closed"), "web"), "g"), "core"), 0), 0)
			val, err := t.encode(head, &i)
			return errors.Join(err, t.set(keyNumber(tabIncident, i.Number), val))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	before, err := s.sequence()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(toLayout2(s), toLayout2(s), s.loadCatalogue()); err != nil {
		t.Fatal(err)
	}
	after, err := s.sequence()
	if err != nil || after < before+4 {
		t.Errorf("the migration made %d commits, want several; error %v", after-before, err)
	}
	found := 0
	err = s.View(t.Context(), func(tx store.Tx) error {
		return tx.EachFacts(store.Filter{}, func(f *incident.Facts) error {
			if found++; f.Rule != fmt.Sprint("rule ", f.Number-1) {
				t.Errorf("INC-%d: got %q", f.Number, f.Rule)
			}
			return nil
		})
	})
	if err != nil || found != n {
		t.Errorf("got %d facts, error %v; want %d", found, err, n)
	}
}
