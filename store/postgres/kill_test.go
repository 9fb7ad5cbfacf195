package postgres

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rouse/rouse/store"
)

// child names the place in which this binary is to commit until it is killed, instead of running tests.
const child = "ROUSE_POSTGRES_TEST_CHILD"

// commitForever commits from several goroutines and prints each counter that was answered as durable.
func commitForever(at string) error {
	s, err := Open(context.Background(), at, Options{})
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

// TestKilled kills a writing process again and again, each time while the next one waits: nothing that was answered is
// missing, and no commit is there in part.
func TestKilled(t *testing.T) {
	at := place(t)
	rng := rand.New(rand.NewPCG(5, 6))
	for round := range 5 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), child+"="+at)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewScanner(out)
		for range 1 + rng.IntN(300) {
			answers.Scan()
		}
		next := openLater(t, at, Options{})
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
		s := next()
		whole(t, s, round, highest)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// whole demands all commits up to the highest that was answered, each with its note.
func whole(t *testing.T, s *Store, round int, highest int64) {
	t.Helper()
	err := s.View(t.Context(), func(tx store.Tx) error {
		n, err := tx.Counter("c")
		if err != nil {
			return err
		}
		if n < highest {
			t.Errorf("round %d: %d commits answered, %d there", round, highest, n)
		}
		for k := range n + 2 {
			text, err := tx.Note(fmt.Sprint("note-", k))
			if err != nil {
				return err
			}
			if (text != "") != (k > 0 && k <= n) {
				t.Errorf("round %d: note %d of %d commits is %q", round, k, n, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
