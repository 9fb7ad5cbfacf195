package web

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
)

func TestOnce(t *testing.T) {
	var o once
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	var opened atomic.Int64
	open := func() (incident.Incident, error) { return incident.Incident{Number: opened.Add(1)}, nil }
	one, other := [32]byte{1}, [32]byte{2}
	do := func(who, key string, said [32]byte, at time.Time) int64 {
		i, err := o.do(onceID{who, key}, said, at, open)
		if errors.Is(err, errKeyUsed) {
			return -1
		}
		return i.Number
	}
	for _, c := range []struct {
		name      string
		who, key  string
		said      [32]byte
		after     time.Duration
		want, all int64
	}{
		{"first", "ana", "k", one, 0, 1, 1},
		{"again", "ana", "k", one, time.Hour, 1, 1},
		{"another report", "ana", "k", other, time.Hour, -1, 1},
		{"somebody else's key", "bo", "k", one, time.Hour, 2, 2},
		{"another key", "ana", "k2", one, time.Hour, 3, 3},
		{"no key", "ana", "", one, time.Hour, 4, 4},
		{"no key again", "ana", "", one, time.Hour, 5, 5},
		{"a day later", "ana", "k", one, 24 * time.Hour, 6, 6},
	} {
		if got := do(c.who, c.key, c.said, now.Add(c.after)); got != c.want || opened.Load() != c.all {
			t.Errorf("%s: got %d of %d, want %d of %d", c.name, got, opened.Load(), c.want, c.all)
		}
	}
	failing := errors.New("no room")
	if _, err := o.do(onceID{"ana", "f"}, one, now, func() (incident.Incident, error) { return incident.Incident{}, failing }); !errors.Is(err, failing) {
		t.Errorf("what failed: %v", err)
	}
	if got := do("ana", "f", one, now); got != 7 {
		t.Errorf("what failed may be tried again: got %d", got)
	}
	for k := range 3 * onceMost {
		do("ana", fmt.Sprint("many", k), one, now.Add(time.Duration(k)*time.Millisecond))
	}
	if n := len(o.tries); n > onceMost {
		t.Errorf("%d keys are remembered", n)
	}
}

// TestOnceAtTheSameTime: what comes while the first is under way waits for it.
func TestOnceAtTheSameTime(t *testing.T) {
	var o once
	var opened atomic.Int64
	begun, free := make(chan struct{}), make(chan struct{})
	open := func() (incident.Incident, error) {
		close(begun)
		<-free
		return incident.Incident{Number: opened.Add(1)}, nil
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if i, err := o.do(onceID{"ana", "k"}, [32]byte{1}, time.Time{}, open); err != nil || i.Number != 1 {
				t.Errorf("got %d, %v", i.Number, err)
			}
		})
	}
	<-begun
	close(free)
	wg.Wait()
	if opened.Load() != 1 {
		t.Errorf("%d were opened", opened.Load())
	}
}
