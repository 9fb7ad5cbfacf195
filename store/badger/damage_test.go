package badger

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/store"
)

// files are those of a store's directory, by their path in it. Most are sparse: bytes are kept without the zeros at the end.
type files map[string]sparse

type sparse struct {
	bytes []byte
	size  int64
}

// ofTheLiving are files that every Open writes and that say nothing about the data.
func ofTheLiving(name string) bool {
	return name == holderFile || filepath.Base(name) == "LOCK" || strings.HasPrefix(name, damagedDir)
}

func readFiles(t *testing.T, dir string) files {
	t.Helper()
	all := files{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		all[rel] = sparse{bytes.Clone(b[:written(b)]), int64(len(b))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// lay writes the files into a directory of their own.
func (f files) lay(t *testing.T) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "store")
	for name, s := range f {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		overwrite(t, path, s.bytes)
		if err := os.Truncate(path, s.size); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// names are sorted, so that a seed always means the same damage.
func (f files) names() (names []string) {
	for name := range f {
		if !ofTheLiving(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// differs names a file that is not as it was; empty: none.
func (f files) differs(now files) string {
	for name, was := range f {
		is, there := now[name]
		if !ofTheLiving(name) && (!there || is.size != was.size || !bytes.Equal(is.bytes, was.bytes)) {
			return name
		}
	}
	return ""
}

// victim is a store before any damage.
type victim struct {
	name  string
	now   files
	older []files // as it was earlier
	want  string  // what an Open of it answers
}

// victims are a store that was closed in good order and one whose process died, each with tables and with deleted rows.
func victims(t *testing.T) []*victim {
	t.Helper()
	dir := t.TempDir()
	closed, crashed := &victim{name: "closed"}, &victim{name: "crashed"}
	for k := range 4 {
		s := open1(t, dir, Options{})
		commits(t, s, 30)
		err := s.Update(context.Background(), func(tx store.Tx) error { return tx.PutNote(fmt.Sprint("round-", k), "x") })
		if err != nil {
			t.Fatal(err)
		}
		now := readFiles(t, crash(t, s, true))
		crashed.older, crashed.now = append(crashed.older, now), now
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		now = readFiles(t, dir)
		closed.older, closed.now = append(closed.older, now), now
	}
	return []*victim{closed, crashed}
}

// harm is one damage: what was done to which file.
type harm struct {
	file, what string
	files      files
}

// harmed damages one file of the victim; ok is false when the damage would change nothing.
func (v *victim) harmed(rng *rand.Rand, name string) (h harm, ok bool) {
	h = harm{file: name, files: files{}}
	for n, s := range v.now {
		h.files[n] = s
	}
	was := v.now[name]
	b := bytes.Clone(was.bytes)
	size := was.size
	some := func(n int) int { return rng.IntN(max(n, 1)) }
	switch rng.IntN(6) {
	case 0, 1:
		at := some(len(b) + 8)
		b = append(b, make([]byte, max(0, at+1-len(b)))...)
		b[at] ^= 1 << rng.IntN(8)
		h.what, size = fmt.Sprint("a bit of byte ", at), max(size, int64(len(b)))
	case 2:
		at := some(len(b)) &^ 4095
		clear(b[at:min(at+4096, len(b))])
		h.what = fmt.Sprint("zeros from byte ", at)
	case 3:
		size = int64(some(len(b)))
		b = b[:size]
		h.what = fmt.Sprintf("cut to %d of %d", size, len(was.bytes))
	case 4:
		delete(h.files, name)
		h.what = "removed"
		return h, true
	default:
		old, there := v.older[rng.IntN(len(v.older)-1)][name]
		if !there {
			return h, false
		}
		b, size = old.bytes, old.size
		h.what = "an older copy"
	}
	b = b[:written(b)]
	h.files[name] = sparse{b, size}
	return h, size != was.size || !bytes.Equal(b, was.bytes)
}

// examine names the variable under which this binary opens the directories that it reads, and prints what it finds.
const examine = "ROUSE_STORE_TEST_EXAMINE"

func examineAll() error {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		dir, accepted := strings.CutPrefix(in.Text(), "accept ")
		fmt.Println(strconv.Quote(examined(dir, accepted)))
	}
	return in.Err()
}

// examined opens a store and says what is in it, or the error.
func examined(dir string, accept bool) string {
	s, err := Open(dir, Options{AcceptLoss: accept})
	if err != nil {
		return "refused: " + err.Error()
	}
	sum := sha256.New()
	err = s.Backup(context.Background(), sum)
	if closed := s.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "broken: " + err.Error()
	}
	return "holds " + hex.EncodeToString(sum.Sum(nil))
}

// examiner is a process that opens damaged stores, for some damages might end the process.
type examiner struct {
	cmd   *exec.Cmd
	in    *os.File
	lines chan string
	errs  bytes.Buffer
}

func newExaminer(t *testing.T) *examiner {
	t.Helper()
	e := &examiner{cmd: exec.Command(os.Args[0]), lines: make(chan string)}
	e.cmd.Env, e.cmd.Stderr = append(os.Environ(), examine+"=1"), &e.errs
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	e.cmd.Stdin, e.in = r, w
	out, err := e.cmd.StdoutPipe()
	if err == nil {
		err = e.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	go func() {
		defer close(e.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			e.lines <- s.Text()
		}
	}()
	return e
}

// hung is how long an Open may take that takes milliseconds.
const hung = 60 * time.Second

// open has a directory opened; alive is false when the process is no more.
func (e *examiner) open(order string) (answer string, alive bool) {
	fmt.Fprintln(e.in, order)
	select {
	case line, ok := <-e.lines:
		if !ok {
			_ = e.cmd.Wait() // its words say why
			return "ended the process: " + e.errs.String(), false
		}
		answer, err := strconv.Unquote(line)
		if err != nil {
			answer = line
		}
		return answer, true
	case <-time.After(hung):
		e.end()
		return "hangs", false
	}
}

func (e *examiner) end() {
	_ = e.cmd.Process.Kill() // it may have ended
	for range e.lines {
	}
	_ = e.cmd.Wait()
	_ = e.in.Close()
}

// damagesAsked is how many damages each victim suffers.
func damagesAsked(t *testing.T) int {
	t.Helper()
	text := os.Getenv("ROUSE_DAMAGES")
	if text == "" {
		return 60
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("ROUSE_DAMAGES=%s is no number of damages", text)
	}
	return n
}

// TestAnyDamageIsNoticed damages every kind of file of a store. Open says what is wrong, with a path and a way out, and has
// changed nothing; or everything is there.
func TestAnyDamageIsNoticed(t *testing.T) {
	t.Parallel()
	n := damagesAsked(t)
	for k, v := range victims(t) {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c := &coroner{t: t, victim: v, counts: map[string]int{}}
			c.e = newExaminer(t)
			defer func() { c.e.end() }()
			if v.want = c.open(v.now.lay(t)); !strings.HasPrefix(v.want, "holds ") {
				t.Fatalf("the whole store: %s", v.want)
			}
			rng := rand.New(rand.NewPCG(uint64(k), 11))
			names := v.now.names()
			for done := 0; done < n; {
				if h, ok := v.harmed(rng, names[rng.IntN(len(names))]); ok {
					c.judge(h)
					done++
				}
			}
			t.Logf("%d damages: %v", n, c.counts)
		})
	}
}

// coroner opens damaged copies of one victim.
type coroner struct {
	t      *testing.T
	victim *victim
	e      *examiner
	counts map[string]int
}

func (c *coroner) open(order string) string {
	answer, alive := c.e.open(order)
	if !alive {
		c.e = newExaminer(c.t)
	}
	return answer
}

func (c *coroner) judge(h harm) {
	c.t.Helper()
	dir := h.files.lay(c.t)
	defer os.RemoveAll(dir)
	name := fmt.Sprintf("%s, %s", h.file, h.what)
	answer := c.open(dir)
	switch {
	case answer == c.victim.want:
		c.counts["nothing missing"]++
		return
	case !strings.HasPrefix(answer, "refused: "):
		c.t.Errorf("%s: Open %s", name, answer)
		return
	}
	c.counts["refused"]++
	if !strings.Contains(answer, dir) || !strings.Contains(strings.ToLower(answer), "restore") || strings.Contains(answer, "\n") {
		c.t.Errorf("%s: the error does not say in one line where and what to do: %s", name, answer)
	}
	if changed := h.files.differs(readFiles(c.t, dir)); changed != "" {
		c.t.Errorf("%s: Open was refused and has changed %s: %s", name, changed, answer)
	}
	c.accept(name, dir, strings.Contains(answer, "--accept-data-loss"))
}

// accept opens what was refused although something is lost. Where that was offered it must work, and be noted.
func (c *coroner) accept(name, dir string, offered bool) {
	c.t.Helper()
	answer := c.open("accept " + dir)
	switch {
	case strings.HasPrefix(answer, "holds "):
		c.counts["opened with a loss"]++
	case offered || !strings.HasPrefix(answer, "refused: "):
		c.t.Errorf("%s: with the loss accepted, Open %s", name, answer)
		return
	default:
		c.counts["beyond help"]++
		return
	}
	if again := c.open(dir); again != answer {
		c.t.Errorf("%s: the next Open %s, before it %s", name, again, answer)
	}
}
