package badger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rouse/rouse/store"
)

// child names the directory in which this binary is to commit until it is killed, instead of running tests.
const child = "ROUSE_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(child); dir != "" {
		if err := commitForever(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if os.Getenv(examine) != "" {
		if err := examineAll(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// commitForever commits from several goroutines and prints each counter that was answered as durable.
func commitForever(dir string) error {
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	var mu sync.Mutex
	errs := make(chan error)
	for range 3 {
		go func() {
			for {
				var n int64
				err := s.Update(context.Background(), func(tx store.Tx) (err error) {
					if n, err = tx.AddCounter("c", 1); err != nil {
						return err
					}
					return tx.PutNote(fmt.Sprint("note-", n), strings.Repeat("x", 200))
				})
				if err != nil {
					errs <- err
					return
				}
				mu.Lock()
				fmt.Println(n)
				mu.Unlock()
			}
		}()
	}
	return <-errs
}

// start runs a child on dir and returns after its first answered commit.
func start(t *testing.T, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewScanner(out)
	if !answers.Scan() {
		t.Fatalf("the child answered nothing: %v", cmd.Wait())
	}
	return cmd, answers
}

// kill ends it without a warning and returns the highest counter that it had answered.
func kill(t *testing.T, cmd *exec.Cmd, answers *bufio.Scanner) int64 {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	var highest int64
	for ok := true; ok; ok = answers.Scan() {
		if n, err := strconv.ParseInt(answers.Text(), 10, 64); err == nil {
			highest = max(highest, n)
		}
	}
	_ = cmd.Wait() // killed, as it says
	return highest
}

// TestKilled kills a writing process again and again: nothing that it answered is missing, and nothing is called missing.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 8 {
		cmd, answers := start(t, dir)
		for range rng.IntN(400) {
			answers.Scan()
		}
		highest := kill(t, cmd, answers)
		if round%2 == 0 {
			continue // the next process finds it as it is
		}
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatalf("round %d: Open after a kill: %v", round, err)
		}
		if n := counted(t, s); n < highest {
			t.Errorf("round %d: %d commits answered, %d there", round, highest, n)
		}
		if err := s.Close(); err != nil {
			t.Fatalf("Close: %v", err)
		}
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	cmd, answers := start(t, dir)
	_, err := Open(dir, Options{})
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("Open: got %v, want a *HeldError", err)
	}
	for _, word := range []string{dir, fmt.Sprint("process ", cmd.Process.Pid), "stop"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error does not say %q: %v", word, err)
		}
	}
	if err := Restore(dir, strings.NewReader("")); err == nil {
		t.Error("Restore into a store in use: got no error")
	}
	kill(t, cmd, answers)
	if err := open1(t, dir, Options{}).Close(); err != nil { // what the dead one wrote about itself holds nothing
		t.Fatal(err)
	}
}

// TestLogsWithoutLength opens what a kill leaves between the making of a log and the moment it gets its size.
func TestLogsWithoutLength(t *testing.T) {
	dir := t.TempDir()
	s := open1(t, dir, Options{})
	commits(t, s, 3)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"00099.mem", "000099.vlog"} {
		overwrite(t, filepath.Join(dir, dataDir, name), nil)
	}
	s = open1(t, dir, Options{})
	if seq, err := s.sequence(); err != nil || seq < 3 {
		t.Errorf("at commit %d, %v; want at least 3", seq, err)
	}
	if err := put(s, "n", "x"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDirectoryWithOddName finds the logs of a store whatever its directory is called.
func TestDirectoryWithOddName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a[1-2]*?\\ store")
	s := open1(t, dir, Options{})
	commits(t, s, 3)
	if logs, err := readLogs(filepath.Join(dir, dataDir)); err != nil || len(logs) == 0 {
		t.Errorf("logs %v, %v; want some", logs, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open1(t, dir, Options{}).Close(); err != nil {
		t.Fatal(err)
	}
}
