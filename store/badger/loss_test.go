package badger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rouse/rouse/store"
)

// commits makes n commits, one counter and a note each.
func commits(t *testing.T, s *Store, n int) {
	t.Helper()
	for range n {
		err := s.Update(context.Background(), func(tx store.Tx) error {
			k, err := tx.AddCounter("c", 1)
			return errors.Join(err, tx.PutNote(fmt.Sprint("note-", k), strings.Repeat("x", 200)))
		})
		if err != nil {
			t.Fatalf("Update: %v", err)
		}
	}
}

// counted is how many of those the store has; every one of them must be whole.
func counted(t *testing.T, s *Store) int64 {
	t.Helper()
	var n int64
	err := s.View(context.Background(), func(tx store.Tx) (err error) {
		if n, err = tx.Counter("c"); err != nil {
			return err
		}
		for k := int64(1); k <= n; k++ {
			if text, err := tx.Note(fmt.Sprint("note-", k)); err != nil || len(text) != 200 {
				t.Errorf("note %d of %d: got %d bytes, error %v", k, n, len(text), err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("View: %v", err)
	}
	return n
}

// crash copies the directory of an open store as a power cut would leave it: what was synced is there, nobody said goodbye.
func crash(t *testing.T, s *Store, mark bool) string {
	t.Helper()
	if mark {
		s.moveMark()
	}
	dir := t.TempDir()
	err := filepath.WalkDir(s.dir, func(name string, e fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(s.dir, name)
		switch {
		case err != nil:
			return err
		case e.IsDir():
			return os.MkdirAll(filepath.Join(dir, rel), 0o700)
		case strings.HasSuffix(name, ".vlog"), e.Name() == "LOCK", e.Name() == holderFile: // large and empty, or of the living
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, rel), b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// theLog is the one log of a crashed store, and its file.
func theLog(t *testing.T, dir string) ([]byte, logFile) {
	t.Helper()
	logs, err := readLogs(filepath.Join(dir, dataDir))
	if err != nil || len(logs) != 1 {
		t.Fatalf("readLogs: got %d logs, error %v; want one", len(logs), err)
	}
	b, err := os.ReadFile(logs[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	return b, logs[0]
}

func overwrite(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

const made = 64

// damages are what may happen to a log, each with what Open must do.
var damages = []struct {
	name string
	mark bool // the mark had caught up
	do   func(b []byte, end int64) []byte
	lost bool
	have int64 // commits read when not lost
}{
	{"nothing", true, func(b []byte, end int64) []byte { return b }, false, made},
	{"a bit in the middle", true, flipAt(func(end int64) int64 { return end / 2 }), true, 0},
	{"a bit in the middle, and the mark knows nothing", false, flipAt(func(end int64) int64 { return end / 2 }), true, 0},
	{"a bit near the beginning, and the mark knows nothing", false, flipAt(func(end int64) int64 { return walHead + 3 }), true, 0},
	{"a bit in the last commit", true, flipAt(func(end int64) int64 { return end - 100 }), true, 0},
	{"a bit in the last commit, and the mark knows nothing: a torn end", false, flipAt(func(end int64) int64 { return end - 100 }), false, made - 1},
	{"cut in the middle", true, func(b []byte, end int64) []byte { return b[:end/2] }, true, 0},
	{"zeros from the middle on", true, func(b []byte, end int64) []byte { clear(b[end/2:]); return b }, true, 0},
	{"a hole of zeros, and the mark knows nothing", false, func(b []byte, end int64) []byte { clear(b[end/2 : end/2+512]); return b }, true, 0},
	{"garbage behind the end", true, func(b []byte, end int64) []byte {
		for k := range b[end : end+5000] {
			b[end+int64(k)] = byte(k*31 + 7)
		}
		return b
	}, false, made},
	{"gone", true, func([]byte, int64) []byte { return nil }, true, 0},
}

func flipAt(where func(end int64) int64) func(b []byte, end int64) []byte {
	return func(b []byte, end int64) []byte { b[where(end)] ^= 4; return b }
}

func TestDamagedLogIsRefused(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	defer s.Close()
	s.markTimer.Stop() // moved by hand
	s.markDue.Store(true)
	commits(t, s, made)
	unmarked, marked := crash(t, s, false), crash(t, s, true)
	for _, c := range damages {
		t.Run(c.name, func(t *testing.T) {
			from := unmarked
			if c.mark {
				from = marked
			}
			dir := filepath.Join(t.TempDir(), "store")
			if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			b, l := theLog(t, dir)
			if b = c.do(b, l.End); b == nil {
				if err := os.Remove(l.Path); err != nil {
					t.Fatal(err)
				}
			} else {
				overwrite(t, l.Path, b)
			}
			if c.lost {
				refused(t, dir, l.Path, b)
				return
			}
			r := open1(t, dir, Options{})
			defer r.Close()
			if n := counted(t, r); n != c.have {
				t.Errorf("got %d commits, want %d", n, c.have)
			}
		})
	}
}

// refused demands that Open says what is wrong, changes nothing, and opens when the loss is accepted.
func refused(t *testing.T, dir, log string, damaged []byte) {
	t.Helper()
	for range 2 {
		_, err := Open(dir, Options{})
		var loss *LossError
		if !errors.As(err, &loss) {
			t.Fatalf("Open: got %v, want a *LossError", err)
		}
		for _, word := range []string{dir, fmt.Sprint(loss.Have), fmt.Sprint(loss.Want), "--accept-data-loss", "backup"} {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("the error does not say %q: %v", word, err)
			}
		}
		if loss.Want <= loss.Have {
			t.Errorf("the error says that nothing is lost: have %d, want %d", loss.Have, loss.Want)
		}
		if damaged != nil && loss.File != log {
			t.Errorf("damaged file: got %q, want %q", loss.File, log)
		}
		holds(t, log, damaged)
	}
	s := open1(t, dir, Options{AcceptLoss: true})
	if note := noted(t, s, store.NoteLoss); !strings.Contains(note, "accepted") {
		t.Errorf("note: got %q, want one that says what was accepted", note)
	}
	if n := counted(t, s); n >= made {
		t.Errorf("got %d commits, want less than %d", n, made)
	}
	commits(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	holds(t, filepath.Join(dir, damagedDir, filepath.Base(log)), damaged)
	if err := open1(t, dir, Options{}).Close(); err != nil { // accepted once, it is in order
		t.Fatalf("Close: %v", err)
	}
}

// holds demands that a file has these bytes; nil: that it is not there.
func holds(t *testing.T, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(name)
	if want == nil && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s was changed: %d bytes, were %d (error %v)", name, len(got), len(want), err)
	}
}

func noted(t *testing.T, s *Store, name string) string {
	t.Helper()
	var text string
	if err := s.View(context.Background(), func(tx store.Tx) (err error) { text, err = tx.Note(name); return err }); err != nil {
		t.Fatalf("View: %v", err)
	}
	return text
}

// TestAnyDamageOfALog judges ten thousand damaged logs: what was answered and is proven must never be passed over.
func TestAnyDamageOfALog(t *testing.T) {
	s := open1(t, t.TempDir(), Options{})
	defer s.Close()
	commits(t, s, 40)
	seq, err := s.sequence()
	if err != nil {
		t.Fatal(err)
	}
	b, l := theLog(t, crash(t, s, true))
	if l.Last != seq || l.First != 1 {
		t.Fatalf("the whole log: got commits %d to %d, want 1 to %d", l.First, l.Last, seq)
	}
	b = b[:l.End+4096]
	starts := boundaries(b)
	lastStart := starts[len(starts)-2]
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		d := bytes.Clone(b)
		at, cut := walHead+rng.Int64N(l.End-walHead), rng.IntN(2) == 0
		if cut {
			clear(d[at:])
		} else {
			d[at] ^= 1 << rng.IntN(8)
		}
		got := parseLog(d)
		if bytes.Equal(d, b) { // the bytes cut were zeros
			continue
		}
		if judge("", 0, []logFile{got}, seq) == nil {
			t.Fatalf("damage at %d (cut %t) is passed over although the mark knows", at, cut)
		}
		loss := judge("", 0, []logFile{got}, 0)
		if proven := !cut && at < lastStart; proven != (loss != nil) {
			t.Fatalf("damage at %d of %d (cut %t) without a mark: got %v, want a loss: %t", at, l.End, cut, loss, proven)
		}
		if loss != nil && loss.Have != commitsBefore(starts, at) {
			t.Fatalf("damage at %d: says commit %d is the last in order, want %d", at, loss.Have, commitsBefore(starts, at))
		}
	}
}

// boundaries are the offsets at which commits begin, and the end of the last.
func boundaries(b []byte) []int64 {
	starts := []int64{walHead}
	for at := int64(walHead); ; {
		e, ok := parseEntry(b[at:])
		if !ok {
			return starts
		}
		at += int64(e.size)
		if e.meta&walFin != 0 {
			starts = append(starts, at)
		}
	}
}

func commitsBefore(starts []int64, at int64) uint64 {
	n := uint64(0)
	for int(n+1) < len(starts) && starts[n+1] <= at {
		n++
	}
	return n
}

func TestJudge(t *testing.T) {
	log := func(name string, first, last, beyond uint64) logFile {
		return logFile{Path: name, First: first, Last: last, Beyond: beyond, End: 9}
	}
	for _, c := range []struct {
		name   string
		tables uint64
		logs   []logFile
		marked uint64
		want   string // file, have, want
	}{
		{"nothing at all", 0, nil, 0, ""},
		{"a clean store", 7, nil, 7, ""},
		{"the mark is behind", 7, nil, 5, ""},
		{"logs go on", 7, []logFile{log("a", 8, 9, 0), log("b", 10, 12, 0)}, 12, ""},
		{"a flushed log is still there", 9, []logFile{log("a", 8, 9, 0), log("b", 10, 12, 0)}, 12, ""},
		{"an empty log", 9, []logFile{log("a", 0, 0, 0)}, 9, ""},
		{"a torn end", 7, []logFile{log("a", 8, 9, 10)}, 9, ""},
		{"a torn first commit", 7, []logFile{log("a", 0, 0, 8)}, 7, ""},
		{"a torn first commit of all", 0, []logFile{log("a", 0, 0, 1)}, 0, ""},
		{"the first log does not go on", 7, []logFile{log("a", 9, 9, 0)}, 7, " 7 9"},
		{"a gap between logs", 7, []logFile{log("a", 8, 9, 0), log("b", 11, 12, 0)}, 0, "a 9 11"},
		{"damage in an older log", 7, []logFile{log("a", 8, 8, 10), log("b", 11, 12, 0)}, 0, "a 8 10"},
		{"damage in an older log that is in the tables", 9, []logFile{log("a", 8, 8, 9), log("b", 10, 12, 0)}, 12, ""},
		{"nothing can be read", 7, []logFile{log("a", 0, 0, 12)}, 7, "a 7 12"},
		{"the mark knows more", 7, []logFile{log("a", 8, 9, 0)}, 11, "a 9 11"},
		{"the mark knows more than the tables", 7, nil, 8, " 7 8"},
	} {
		got := ""
		if loss := judge("dir", c.tables, c.logs, c.marked); loss != nil {
			got = fmt.Sprintf("%s %d %d", loss.File, loss.Have, loss.Want)
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzParseLog(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(make([]byte, 100))
	f.Add(bytes.Repeat([]byte{walTxn, 0, 10, 3}, 50))
	f.Add(append(make([]byte, walHead), walFin, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01))
	f.Fuzz(func(t *testing.T, b []byte) {
		l := parseLog(b)
		if l.First > l.Last || l.End < walHead {
			t.Errorf("got commits %d to %d, end %d", l.First, l.Last, l.End)
		}
	})
}
