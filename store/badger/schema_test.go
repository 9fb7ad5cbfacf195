package badger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// next is a made-up layout 2, in which the note "version" is called "release".
func next(step func(*Store) error) schema {
	return schema{version: 2, steps: map[uint32]func(*Store) error{1: step}}
}

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
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "from layout 1 to 2") {
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
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "layout 2") || !strings.Contains(err.Error(), "up to 1") {
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
	if _, err := open(dir, Options{}, schema{version: 3}); err == nil || !strings.Contains(err.Error(), "older release") {
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
	if err == nil || !strings.Contains(err.Error(), "layout 2") {
		t.Errorf("Restore: got %v, want an error with both versions", err)
	}
}
