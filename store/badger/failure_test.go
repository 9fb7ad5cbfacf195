package badger

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/store"
)

// TestFailedCommitEndsTheStore has a commit fail: nothing works any more, and Close writes nothing and waits for nobody.
func TestFailedCommitEndsTheStore(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	if err := put(s, "n", "before"); err != nil {
		t.Fatal(err)
	}
	disk := errors.New("input/output error")
	s.commit = func(*badger.Txn) error { return disk }
	err := put(s, "n", "lost")
	if !errors.Is(err, store.ErrFailed) || !errors.Is(err, disk) {
		t.Errorf("Update: got %v, want store.ErrFailed with its cause", err)
	}
	s.commit = (*badger.Txn).Commit
	if err := put(s, "n", "later"); !errors.Is(err, store.ErrFailed) {
		t.Errorf("the next Update: got %v, want store.ErrFailed", err)
	}
	if err := s.View(context.Background(), func(store.Tx) error { return nil }); !errors.Is(err, store.ErrFailed) {
		t.Errorf("a View: got %v, want store.ErrFailed", err)
	}
	before := readFiles(t, s.dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if name := before.differs(readFiles(t, s.dir)); name != "" {
		t.Errorf("Close has written %s", name)
	}
	if _, err := Open(s.dir, Options{}); err == nil {
		t.Error("it was opened again in a process where Badger still has it")
	}
	s = open1(t, crash(t, s, false), Options{})
	defer s.Close()
	if got := noted(t, s, "n"); got != "before" {
		t.Errorf("note: got %q, want what was answered", got)
	}
}

// TestFailureFreesClose closes while somebody is in a commit that will never end.
func TestFailureFreesClose(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	stuck, never := make(chan struct{}), make(chan struct{})
	s.commit = func(*badger.Txn) error { close(stuck); <-never; return nil }
	go func() { _ = put(s, "n", "x") }()
	<-stuck
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	if err := s.fail(errors.New("input/output error")); !errors.Is(err, store.ErrFailed) {
		t.Errorf("got %v, want store.ErrFailed", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close: %v", err)
	}
	close(never)
}

// TestDiskThatFailsWhileClosing takes the directory away from a store: Badger would try for ever to write its last table.
func TestDiskThatFailsWhileClosing(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	commits(t, s, 5)
	if err := os.RemoveAll(s.dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); !errors.Is(err, store.ErrFailed) || !strings.Contains(err.Error(), s.dir) {
		t.Errorf("Close: got %v, want store.ErrFailed with the directory", err)
	}
}

// TestCloseOnAFullDisk ends a store whose disk has no room for what Badger would write.
func TestCloseOnAFullDisk(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	commits(t, s, 5)
	s.disk.free = func(string) (int64, error) { return 0, nil }
	before := readFiles(t, s.dir)
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if name := before.differs(readFiles(t, s.dir)); name != "" {
		t.Errorf("Close has written %s", name)
	}
	s = open1(t, crash(t, s, false), Options{})
	defer s.Close()
	if n := counted(t, s); n != 5 {
		t.Errorf("got %d commits, want 5", n)
	}
}

// TestLogHasItsSpace looks for a log that would need more space of a disk that may be full by then.
func TestLogHasItsSpace(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("skipped: space is reserved on Linux alone")
	}
	s := open1(t, t.TempDir(), Options{})
	defer s.Close()
	commits(t, s, 1)
	names, err := filesIn(filepath.Join(s.dir, dataDir), ".mem")
	if err != nil || len(names) != 1 {
		t.Fatalf("got logs %v, %v; want one", names, err)
	}
	info, err := os.Stat(names[0])
	if err != nil {
		t.Fatal(err)
	}
	if taken(info) < logSpace {
		t.Errorf("the log has %d bytes, want %d", taken(info), int64(logSpace))
	}
}
