package ingest

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"
)

const (
	replayKept = 2 * maxSkew // a signed timestamp is good for so long, from the clock's one side to the other
	replayMost = 50_000      // deliveries remembered of each of two such spans
)

// replays remembers signed deliveries that were stored, for as long as their timestamps are good: what comes again changes
// nothing. It is memory alone; what is played again over a restart meets an alert that is known by its key.
type replays struct {
	mu        sync.Mutex
	turned    time.Time
	now, last map[[sha256.Size]byte]bool
}

// delivery names a signed delivery with a timestamp; ok is false for others, which cannot be told from a repeat.
func delivery(src *Source, h http.Header) (id [sha256.Size]byte, ok bool) {
	macs := signatures(h)
	if src.HMACSecret == "" || timestamp(h) == "" || len(macs) == 0 {
		return id, false
	}
	return sha256.Sum256([]byte(src.Name + "\x00" + string(macs[0]))), true
}

// seen reports whether a delivery was stored before.
func (p *replays) seen(id [sha256.Size]byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now[id] || p.last[id]
}

// stored remembers a delivery.
func (p *replays) stored(id [sha256.Size]byte, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now == nil || now.Sub(p.turned) >= replayKept || len(p.now) >= replayMost {
		p.last, p.now, p.turned = p.now, map[[sha256.Size]byte]bool{}, now
	}
	p.now[id] = true
}
