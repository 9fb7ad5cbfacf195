package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// A pager is idle for weeks, then it storms. After a storm the runtime would sit on what it needed then until something else
// needs memory; a pager that shares its machine with others gives it back.
const (
	calmEvery = 2 * time.Second
	calmBelow = 4 << 20  // bytes allocated between two looks: the storm is over
	calmWorth = 64 << 20 // bytes allocated since memory was last given back, below which it is not worth it
	calmLooks = 16
)

// keepSmall has the collector run at a quarter of the usual growth, unless GOGC says otherwise: what rouse remembers of alerts has no
// pointers and Badger's buffers have none, so looking through it all is cheap. It also gives memory back after a storm: the
// process's, and by rest, unless that is nil, what the store holds of its files. It ends with ctx.
func keepSmall(ctx context.Context, rest func()) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
	tick := time.NewTicker(calmEvery)
	defer tick.Stop()
	var l looks
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if l.worth(readAllocated()) {
			debug.FreeOSMemory()
			if rest != nil {
				rest()
			}
		}
	}
}

// readAllocated is how many bytes were allocated since the start.
func readAllocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// looks remembers what was seen at the last looks.
type looks struct {
	allocated uint64 // at the last one
	given     uint64 // when memory was last given back
	calm      int    // how many in a row were calm
	owed      bool   // a calm was broken before its last look
}

// worth reports whether to give memory back now: at the first, second, fourth, eighth and sixteenth look of a calm, for the store
// lets go of what it needed little by little.
func (l *looks) worth(allocated uint64) bool {
	quiet := allocated-l.allocated < calmBelow
	l.allocated = allocated
	if !quiet {
		l.calm = 0
		return false
	}
	if l.calm++; l.calm > calmLooks || l.calm&(l.calm-1) != 0 {
		return false
	}
	if l.calm == 1 && !l.owed && allocated-l.given < calmWorth {
		l.calm = calmLooks // hardly anything happened since the last time
		return false
	}
	l.given, l.owed = allocated, l.calm < calmLooks
	return true
}
