package engine

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// heartbeatIntegration is the integration under which a missed heartbeat appears as an alert.
const heartbeatIntegration = "heartbeat"

// pulse remembers when each heartbeat was last heard.
type pulse struct {
	mu     sync.Mutex
	beats  map[string]Heartbeat
	last   map[string]time.Time
	missed map[string]bool
	kept   map[string]time.Time // last beat that was written down
}

func newPulse() *pulse {
	return &pulse{beats: map[string]Heartbeat{}, last: map[string]time.Time{}, missed: map[string]bool{}, kept: map[string]time.Time{}}
}

// load takes over what was heard before a restart. A source that could not reach rouse meanwhile has its grace once more.
func (p *pulse) load(heard []store.Beat, beats []Heartbeat, now time.Time) {
	p.configure(beats, now)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range heard {
		if h, ok := p.beats[b.Name]; ok {
			p.last[b.Name] = latest(b.LastAt, now.Add(-h.Every))
		}
	}
}

// configure swaps the heartbeats. A new one has from now on its full time, one that was taken out and is back too.
func (p *pulse) configure(beats []Heartbeat, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.beats = make(map[string]Heartbeat, len(beats))
	for _, b := range beats {
		p.beats[b.Name] = b
		if _, ok := p.last[b.Name]; !ok {
			p.last[b.Name] = now
		}
	}
	for name := range p.last {
		if _, ok := p.beats[name]; !ok {
			delete(p.last, name)
			delete(p.kept, name)
			delete(p.missed, name)
		}
	}
}

// late reports whether a heartbeat is overdue at now, when it was heard at the times in heard too.
func (p *pulse) late(h Heartbeat, heard []store.Beat, now time.Time) bool {
	p.mu.Lock()
	last := p.last[h.Name]
	p.mu.Unlock()
	for _, b := range heard {
		if b.Name == h.Name {
			last = latest(last, b.LastAt)
		}
	}
	return !last.Add(h.Every + h.Grace).After(now)
}

// overdue returns heartbeats that have just gone missing, and when the next one would.
func (p *pulse) overdue(now time.Time) (gone []Heartbeat, next time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, b := range p.beats {
		if p.missed[name] {
			continue
		}
		due := p.last[name].Add(b.Every + b.Grace)
		if due.After(now) {
			next = earlier(next, due)
			continue
		}
		gone = append(gone, b)
	}
	slices.SortFunc(gone, func(x, y Heartbeat) int { return cmp.Compare(x.Name, y.Name) }) // incidents are numbered in this order
	return gone, next
}

// beatsEvery bounds how often a heartbeat is written down: whoever knows its name may beat as fast as they can.
const beatsEvery = time.Second

// repeats reports whether a beat tells nothing that is not written down, to the second.
func (p *pulse) repeats(name string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.kept[name]
	return ok && !p.missed[name] && now.Sub(at).Abs() < beatsEvery
}

// Beat notes that a heartbeat was heard. A beat after a missed one resolves its incident.
func (e *Engine) Beat(ctx context.Context, name string) error {
	p := e.pulse
	if p.repeats(name, e.now()) {
		return nil
	}
	err := e.inTurn(ctx, 1, func(b *batch) error {
		if err := b.tx.PutBeat(store.Beat{Name: name, LastAt: b.now}); err != nil {
			return b.fail(err)
		}
		a := alert.Alert{Integration: heartbeatIntegration, Key: name, State: alert.Resolved, EndsAt: b.now}
		if err := b.recovers(&a, ""); err != nil {
			return err
		}
		now := b.now
		b.after(func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.last[name], p.kept[name] = now, now
			delete(p.missed, name)
		})
		return nil
	})
	if err == nil {
		nudge(e.clock)
	}
	return err
}

// missedBeats opens incidents for heartbeats that stopped.
func (e *Engine) missedBeats(now time.Time) (time.Time, error) {
	gone, next := e.pulse.overdue(now)
	for _, h := range gone {
		a := alert.Alert{
			Integration: heartbeatIntegration, Key: h.Name, State: alert.Firing, Severity: alert.Critical, StartsAt: now,
			Title:  "Heartbeat " + h.Name + " has stopped: nothing heard for " + spell(h.Every+h.Grace),
			Labels: alert.Labels{"alertname": "HeartbeatMissed", "heartbeat": h.Name, "service": h.Service},
		}
		err := e.mustInTurn(func(b *batch) error {
			heard, err := b.tx.Beats()
			if err != nil || !e.pulse.late(h, heard, b.now) { // it came meanwhile, and had waited for its commit
				return b.fail(err)
			}
			b.after(func() {
				e.pulse.mu.Lock()
				defer e.pulse.mu.Unlock()
				e.pulse.missed[h.Name] = true
			})
			return b.fires(&a)
		})
		if err != nil {
			return now.Add(retryAfter), err
		}
	}
	return next, nil
}

// Heartbeats returns when each configured heartbeat was last heard, and which are missing now.
func (e *Engine) Heartbeats() (last map[string]time.Time, missed map[string]bool) {
	p := e.pulse
	p.mu.Lock()
	defer p.mu.Unlock()
	last, missed = make(map[string]time.Time, len(p.beats)), map[string]bool{}
	for name := range p.beats {
		last[name] = p.last[name]
		missed[name] = p.missed[name]
	}
	return last, missed
}
