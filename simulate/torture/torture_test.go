package torture

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/store/memory"
)

// make simulate SEEDS=n FROM=k
var (
	seeds = flag.Uint64("seeds", 100, "how many seeds to run; a tenth under the race detector")
	from  = flag.Uint64("from", 1, "the first seed")
)

func inMemory() (store.Store, error) { return memory.New(), nil }

// enough is how many seeds may fail before the others are left alone.
const enough = 3

// batch is many seeds, shared by all processors.
type batch struct {
	mu    sync.Mutex
	next  uint64
	ran   uint64
	sum   Result
	bad   []Result
	begin time.Time
}

// take gives out the next seed; false when there is none.
func (b *batch) take() (uint64, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next >= *from+*seeds || len(b.bad) >= enough {
		return 0, false
	}
	b.next++
	return b.next - 1, true
}

func (b *batch) add(r *Result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ran++
	b.sum.Faults += r.Faults
	b.sum.Alerts += r.Alerts
	b.sum.Incidents += r.Incidents
	b.sum.Pages += r.Pages
	b.sum.Doubles += r.Doubles
	b.sum.Virtual += r.Virtual / time.Hour // in hours: there are many
	if len(r.Broken) > 0 {
		b.bad = append(b.bad, *r)
	}
	if b.ran%50 == 0 && terminal() {
		rate := float64(b.ran) / time.Since(b.begin).Seconds()
		fmt.Fprintf(os.Stderr, "\r%d of %d seeds, %.0f a second, %d failed ", b.ran, *seeds, rate, len(b.bad))
	}
}

func terminal() bool {
	info, err := os.Stderr.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func TestSeeds(t *testing.T) {
	if underRace {
		*seeds = (*seeds + 9) / 10
	}
	b := batch{next: *from, begin: time.Now()}
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for {
				seed, ok := b.take()
				if !ok {
					return
				}
				r, err := Run(seed, inMemory)
				if err != nil {
					t.Error(err)
					return
				}
				b.add(&r)
			}
		})
	}
	workers.Wait()
	if terminal() {
		fmt.Fprintln(os.Stderr)
	}
	t.Logf("%d seeds in %s, %d simulated hours: %d faults, %d alerts answered, %d incidents, %d messages and calls, %d of them a second time; %d seeds failed",
		b.ran, time.Since(b.begin).Round(time.Millisecond), int64(b.sum.Virtual), b.sum.Faults, b.sum.Alerts, b.sum.Incidents, b.sum.Pages, b.sum.Doubles, len(b.bad))
	for _, r := range b.bad {
		t.Error(r.Story)
	}
}

// TestFoundBefore runs again what once failed, by a fault of the engine or of a check.
func TestFoundBefore(t *testing.T) {
	for _, seed := range []uint64{65, 118, 135, 165, 1725, 1892, 3284, 5369, 6969, 7483, 8875, 12670, 15454, 15496, 16789} {
		r, err := Run(seed, inMemory)
		if err != nil {
			t.Fatal(err)
		}
		if r.Story != "" {
			t.Error(r.Story)
		}
	}
}

func TestSameSeedIsTheSameRun(t *testing.T) {
	n := uint64(50)
	if underRace {
		n = 5
	}
	sums := map[uint64]bool{}
	for seed := uint64(1); seed <= n; seed++ {
		a, err1 := Run(seed, inMemory)
		b, err2 := Run(seed, inMemory)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if a.Sum != b.Sum {
			t.Errorf("seed %d: two runs have traces %x and %x", seed, a.Sum, b.Sum)
		}
		sums[a.Sum] = true
	}
	if len(sums) != int(n) {
		t.Errorf("%d seeds are %d runs", n, len(sums))
	}
}

// TestStoresAgree runs seeds on the store of production, with which they are what they are in memory.
func TestStoresAgree(t *testing.T) {
	for seed := uint64(1); seed <= 3; seed++ {
		a, err1 := Run(seed, inMemory)
		b, err2 := Run(seed, func() (store.Store, error) {
			none := 0
			return badger.Open("", badger.Options{InMemory: true, Compactors: &none})
		})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if a.Sum != b.Sum {
			t.Errorf("seed %d: %d messages in memory, %d over Badger, and another trace", seed, a.Pages, b.Pages)
		}
	}
}
