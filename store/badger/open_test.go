package badger

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

func put(s store.Store, name, text string) error {
	return s.Update(context.Background(), func(tx store.Tx) error { return tx.PutNote(name, text) })
}

func TestHeldInOneProcess(t *testing.T) {
	dir := t.TempDir()
	clock := func() time.Time { return time.Date(2026, 11, 23, 4, 5, 6, 7, time.FixedZone("east", 3600)) }
	s := open1(t, dir, Options{Now: clock})
	_, err := Open(dir, Options{})
	var held *HeldError
	if !errors.As(err, &held) || !strings.Contains(held.Who, "since 2026-11-23T03:05:06Z") {
		t.Fatalf("Open: got %v, want a *HeldError with the time", err)
	}
	if err := put(s, "n", "x"); err != nil { // the refused one has harmed nothing
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open1(t, dir, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDirectoryThatCannotBeUsed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	overwrite(t, file, []byte("x"))
	for _, dir := range []string{file, filepath.Join(file, "below")} {
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("Open(%s): got %v, want an error that names it", dir, err)
		}
	}
}

// TestDirectoryOfSomebodyElse cannot be written by whoever runs this.
func TestDirectoryOfSomebodyElse(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("skipped: root may write everywhere; internal/peers tries it with a file system that is read-only")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dir, filepath.Join(dir, "store")} {
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), dir) || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("Open(%s): got %v, want an error that names it", dir, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it left %v behind (%v)", left, err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	s := open1(t, dir, Options{})
	commits(t, s, 3)
	foreign := filepath.Join(dir, "notes.txt") // somebody else's: left alone
	overwrite(t, foreign, nil)
	if err := os.Chmod(foreign, 0o644); err != nil {
		t.Fatal(err)
	}
	check := func() {
		err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if name == foreign {
				if info.Mode().Perm() != 0o644 {
					t.Errorf("%s has mode %v, want it left alone", name, info.Mode().Perm())
				}
				return err
			}
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v, want none for others", name, info.Mode().Perm())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	check()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check()
}

// TestNothingEntersTheValueLog writes the largest record there may be.
func TestNothingEntersTheValueLog(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	defer s.Close()
	if err := put(s, "n", strings.Repeat("x", maxRecord-1)); err != nil {
		t.Fatalf("the largest record: %v", err)
	}
	err := put(s, "n", strings.Repeat("x", maxRecord))
	if !errors.Is(err, store.ErrRecord) {
		t.Errorf("a larger one: got %v, want store.ErrRecord", err)
	}
	if err := put(s, strings.Repeat("n", maxKey), "x"); !errors.Is(err, store.ErrRecord) {
		t.Errorf("a key that is too long: got %v, want store.ErrRecord", err)
	}
	logs, _ := filepath.Glob(filepath.Join(s.dir, dataDir, "*.vlog"))
	for _, name := range logs {
		b, err := os.ReadFile(name)
		if err != nil || len(bytes.TrimRight(b[walHead:], "\x00")) != 0 {
			t.Errorf("%s holds something (error %v)", name, err)
		}
	}
}

// TestConflictsEnd has an Update lose each time until it is given the store for itself.
func TestConflictsEnd(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	runs, lost := 0, 0
	s.commit = func(txn *badger.Txn) error {
		if lost++; lost <= optimistic {
			return badger.ErrConflict
		}
		return txn.Commit()
	}
	err := s.Update(context.Background(), func(tx store.Tx) error { runs++; return tx.PutNote("n", "x") })
	if err != nil || runs != optimistic+1 {
		t.Errorf("Update: got error %v after %d runs, want none after %d", err, runs, optimistic+1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.commit = func(*badger.Txn) error { cancel(); return badger.ErrConflict }
	if err := s.Update(ctx, func(tx store.Tx) error { return tx.PutNote("n", "y") }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled between runs: got %v, want context.Canceled", err)
	}
	s.commit = func(*badger.Txn) error { return badger.ErrConflict }
	if err := put(s, "n", "z"); !errors.Is(err, badger.ErrConflict) {
		t.Errorf("a conflict without end: got %v, want it said", err)
	}
}

func TestFloor(t *testing.T) {
	var said bytes.Buffer
	s := open1(t, t.TempDir(), Options{FloorBytes: 1000, Log: slog.New(slog.NewTextHandler(&said, nil))})
	defer s.Close()
	var free atomic.Int64
	s.disk.free = func(string) (int64, error) { return free.Load(), nil }
	bring := func(tx store.Tx) error { return tx.PutAlert(store.Alert{}) }
	ack := func(tx store.Tx) error { return tx.PutNote("n", "x") }
	for _, c := range []struct {
		free       int64
		alert, ack error
	}{{1000, nil, nil}, {999, store.ErrFull, nil}, {500, store.ErrFull, nil}, {499, store.ErrFull, store.ErrFull}, {0, store.ErrFull, store.ErrFull}, {5000, nil, nil}} {
		free.Store(c.free)
		s.disk.fresh.Store(false)
		if err := s.Update(context.Background(), bring); !errors.Is(err, c.alert) {
			t.Errorf("%d bytes free, an alert: got %v, want %v", c.free, err, c.alert)
		}
		if err := s.Update(context.Background(), ack); !errors.Is(err, c.ack) {
			t.Errorf("%d bytes free, an acknowledgement: got %v, want %v", c.free, err, c.ack)
		}
		if free, err := s.Room(); free != c.free || !errors.Is(err, c.alert) {
			t.Errorf("Room: got %d, %v; want %d, %v", free, err, c.free, c.alert)
		}
	}
	if n := strings.Count(said.String(), "msg=\"the disk "); n != 3 { // nearly full, full, room again
		t.Errorf("the log has %d lines about the disk, want 3:\n%s", n, &said)
	}
	if _, err := Open(t.TempDir(), Options{FloorBytes: 1 << 62}); !errors.Is(err, store.ErrFull) || !strings.Contains(err.Error(), "MiB free") {
		t.Errorf("Open without space: got %v, want store.ErrFull with numbers", err)
	}
	open1(t, t.TempDir(), Options{FloorBytes: -1}).Close()
}

// TestFloorIsMeasuredOnceASecond counts measurements by a bubble's clock.
func TestFloorIsMeasuredOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(t.TempDir(), 1000, slog.New(slog.DiscardHandler))
		defer d.timer.Stop()
		n := 0
		d.free = func(string) (int64, error) { n++; return 1 << 40, nil }
		for range 35 {
			d.room()
			time.Sleep(100 * time.Millisecond)
		}
		if n != 4 {
			t.Errorf("measured %d times in 3.5 s, want 4", n)
		}
	})
}

// TestInABubble runs days of a store in a bubble, and then another outside of it.
func TestInABubble(t *testing.T) {
	none := 0
	for name, o := range map[string]Options{"memory": {InMemory: true, Compactors: &none}, "disk": {Compactors: &none}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				s := storetest.Slow(open1(t, dir, o), time.Second)
				begin := time.Now()
				for range 200 {
					if err := put(s, "n", "x"); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Hour)
				}
				if d := time.Since(begin); d != 200*(time.Hour+time.Second) {
					t.Errorf("the bubble's clock went %v", d)
				}
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
			})
			s := open1(t, dir, Options{InMemory: o.InMemory})
			if err := errors.Join(put(s, "n", "y"), s.Close()); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestMarkFollows watches the mark: never ahead, at most 100 ms behind, and exact after Close.
func TestMarkFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none, dir := 0, t.TempDir()
		s := open1(t, dir, Options{Compactors: &none})
		for range 20 {
			commits(t, s, 5)
			info, err := s.Info()
			if err != nil || info.Durable > info.Sequence {
				t.Fatalf("Info: got %+v, error %v; want the mark not ahead", info, err)
			}
			time.Sleep(markEvery + time.Millisecond)
			synctest.Wait()
			if marked, err := readMark(dir); err != nil || marked != info.Sequence {
				t.Fatalf("mark: got %d, error %v; want %d", marked, err, info.Sequence)
			}
		}
		commits(t, s, 1)
		seq, err := s.sequence()
		if err := errors.Join(err, s.Close()); err != nil {
			t.Fatal(err)
		}
		if marked, err := readMark(dir); err != nil || marked != seq {
			t.Errorf("mark after Close: got %d, error %v; want %d", marked, err, seq)
		}
	})
}

func TestMarkFile(t *testing.T) {
	dir := t.TempDir()
	m, err := newMark(dir, 5)
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(6); seq < 12; seq++ {
		if err := errors.Join(m.advance(seq), m.advance(seq-1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, markFile)
	whole, _ := os.ReadFile(name)
	for at := range whole { // any one byte torn costs one slot at most
		b := bytes.Clone(whole)
		b[at] ^= 1
		overwrite(t, name, b)
		if seq, err := readMark(dir); err != nil || seq != 11 && seq != 10 {
			t.Fatalf("byte %d torn: got %d, error %v; want 11 or 10", at, seq, err)
		}
	}
	whole[3], whole[slotEvery+3] = 0, 0
	overwrite(t, name, whole)
	if _, err := readMark(dir); !errors.Is(err, errMark) {
		t.Errorf("both slots torn: got %v, want that it is said", err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), name) {
		t.Errorf("Open: got %v, want an error that names the mark", err)
	}
	open1(t, dir, Options{AcceptLoss: true}).Close()
	open1(t, dir, Options{}).Close()
}

func TestLogIsRouted(t *testing.T) {
	var b bytes.Buffer
	w := words{log: slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	w.Errorf("broken %d\n", 1)
	w.Warningf("odd")
	w.Infof("fine")
	w.Debugf("First key=%q", "+41790000001")
	got := b.String()
	for _, want := range []string{"level=WARN msg=badger says=\"broken 1\"", "level=WARN msg=badger says=odd", "level=DEBUG msg=badger says=fine"} {
		if !strings.Contains(got, want) {
			t.Errorf("the log lacks %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "+41") {
		t.Errorf("the log has a phone number:\n%s", got)
	}
}

func TestInfo(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	defer s.Close()
	before, err := s.Info()
	if err != nil {
		t.Fatal(err)
	}
	commits(t, s, 10)
	after, err := s.Info()
	if err != nil {
		t.Fatal(err)
	}
	if after.Sequence != before.Sequence+10 || after.Dir != s.dir || after.Schema != schemaVersion {
		t.Errorf("got %+v after 10 commits on %+v", after, before)
	}
	if after.Bytes < 4096 || after.Bytes > 2*logSpace || after.Free <= 0 { // far below the size of its sparse files
		t.Errorf("got %d bytes on disk and %d free", after.Bytes, after.Free)
	}
}

// TestCloseWaits closes under a View that is not done.
func TestCloseWaits(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	closed := make(chan error, 1)
	err := s.View(context.Background(), func(tx store.Tx) error {
		go func() { closed <- s.Close() }()
		for { // until Close has begun
			if _, err := s.Info(); errors.Is(err, store.ErrClosed) {
				break
			}
		}
		select {
		case err := <-closed:
			t.Errorf("Close returned %v under a View", err)
		default:
		}
		_, err := tx.Note("n")
		return err
	})
	if err := errors.Join(err, <-closed); err != nil {
		t.Fatal(err)
	}
}
