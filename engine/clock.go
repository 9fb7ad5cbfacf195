package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

const (
	wakeChunk    = 64                    // incidents woken in one go
	longestSleep = time.Minute           // however far the next timer is, the clock looks again
	shortestNap  = 20 * time.Millisecond // what is due although it was just done is a row without a record: do not spin
	retryAfter   = time.Second           // after the store failed
	silencesKept = 120 * time.Hour       // after their end, as Alertmanager does
	forgetEvery  = 30 * time.Minute      // marks of what was seen are dropped when they ended
)

// clockLoop wakes what is due and sleeps until the next is, or until a commit brings an earlier one.
func (e *Engine) clockLoop() {
	for e.sleep(e.clock, e.clockTurn()) {
	}
}

func (e *Engine) clockTurn() time.Time {
	e.pace.clock.begin()
	defer e.pace.clock.end()
	now := e.now().UTC()
	next, err := e.Wake(now)
	if err != nil {
		e.log.Error("waking failed", "err", err)
		next = now.Add(retryAfter)
	}
	if past(next, now) {
		next = now.Add(shortestNap)
	}
	if since := now.Sub(e.forgot); since >= forgetEvery || since < 0 {
		e.forgot = now
		e.forget(now)
		e.retain(now)
	}
	return next
}

// sleep waits until t, a nudge, or the end; false at the end.
func (e *Engine) sleep(c chan struct{}, t time.Time) bool {
	wait := longestSleep
	if !t.IsZero() {
		wait = min(max(t.Sub(e.now()), 0), longestSleep)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-e.stop:
		return false
	case <-c:
	case <-timer.C:
	}
	return true
}

// Wake does everything that is due at now and returns when the next thing is; the zero time when nothing is known to be.
func (e *Engine) Wake(now time.Time) (time.Time, error) {
	if err := e.setBack(); err != nil {
		return time.Time{}, err
	}
	if err := e.wakeIncidents(now); err != nil {
		return time.Time{}, err
	}
	ends, err := e.expire(now)
	if err != nil {
		return time.Time{}, err
	}
	late, err := e.missedBeats(now)
	if err != nil {
		return time.Time{}, err
	}
	owed, err := e.wakeReviews(now)
	if err != nil {
		return time.Time{}, err
	}
	drill, err := e.drills(now)
	if err != nil {
		return time.Time{}, err
	}
	shift, err := e.handoffs(now)
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	err = e.store.View(context.Background(), func(tx store.Tx) error {
		next, err = tx.NextWake()
		return err
	})
	change := e.live.Load().gate.NextChange(now)
	if !change.IsZero() && change.Sub(now) < longestSleep {
		next = earlier(next, change)
	}
	e.reviewAt(change, now)
	return earlier(earlier(earlier(earlier(earlier(next, ends), late), owed), drill), shift), err
}

// reviewAt has suppression looked at again soon after a silence or window began or ended.
func (e *Engine) reviewAt(change, now time.Time) {
	was := e.hot.reviewAt
	if !was.IsZero() && !was.After(now) {
		nudge(e.review)
	}
	e.hot.reviewAt = change
}

// earlier is the earlier of two times, of which the zero time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

func (e *Engine) wakeIncidents(now time.Time) error {
	var done []int64
	for {
		var due []int64
		err := e.store.View(context.Background(), func(tx store.Tx) (err error) {
			due, err = tx.Due(now, wakeChunk)
			return err
		})
		if err != nil || len(due) == 0 {
			return err
		}
		if err := e.must(func(b *batch) error { return b.wakeAll(due) }); err != nil {
			return err
		}
		e.pace.clock.move()
		if len(due) < wakeChunk || slices.Equal(due, done) { // the same again: rows that no record stands behind
			return nil
		}
		done = due
	}
}

func (b *batch) wakeAll(due []int64) error {
	for _, n := range due {
		i, err := b.incident(n)
		if errors.Is(err, incident.ErrNoIncident) {
			continue
		}
		if err != nil {
			return err
		}
		if i.WakeAt.IsZero() || i.WakeAt.After(b.now) {
			continue // something else moved it meanwhile
		}
		late := b.now.Sub(i.WakeAt)
		b.after(func() { b.e.metrics.TimerLateness.Observe(late.Seconds()) })
		if err := b.wakeOne(i); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) wakeOne(i *incident.Incident) error {
	s, err := b.suppression(i)
	if err != nil {
		return err
	}
	heard, err := b.heard(i)
	if err != nil {
		return err
	}
	after, err := b.act(i.Number, incident.Wake{Suppressed: s, Heard: heard})
	if err == nil && !after.WakeAt.IsZero() && !after.WakeAt.After(b.now) {
		b.e.log.Error("an incident wants to be woken in the past", "incident", after.Ref())
		after.WakeAt = b.now.Add(time.Second) // it must not keep the clock from the others
	}
	return err
}

// expire lets alerts recover whose source said until when they hold and then fell silent.
func (e *Engine) expire(now time.Time) (next time.Time, err error) {
	for {
		gone, next := e.hot.expired(now, acceptChunk)
		if len(gone) == 0 {
			return next, nil
		}
		e.pace.clock.move()
		err := e.mustInTurn(func(b *batch) error {
			for _, id := range e.hot.over(gone, now) {
				a := alert.Alert{Integration: id.Integration, Key: id.Key, State: alert.Resolved}
				b.inhibits(&a)
				if err := b.recovers(&a, expiredWhy); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			e.hot.unexpire(gone, now)
			return now.Add(retryAfter), err
		}
	}
}

// unexpire puts alerts back whose expiry could not be remembered.
func (h *hot) unexpire(gone []alert.ID, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range gone {
		if p := h.firing.find(id); p != 0 {
			h.ending(p, momentOf(now))
		}
	}
}

// reviewLoop looks at every triggered incident again when what suppresses it may have changed.
func (e *Engine) reviewLoop() {
	for e.sleep(e.review, time.Time{}) {
		if err := e.Review(); err != nil {
			e.log.Error("review of suppressed incidents failed", "err", err)
			nudge(e.review)
			if !e.sleep(make(chan struct{}), e.now().Add(retryAfter)) {
				return
			}
		}
	}
}

// Review wakes every triggered incident whose suppression is no longer what its record says.
func (e *Engine) Review() error {
	var open []int64
	err := e.store.View(context.Background(), func(tx store.Tx) (err error) {
		open, err = tx.OpenNumbers()
		return err
	})
	if err != nil {
		return err
	}
	for len(open) > 0 {
		chunk := open[:min(wakeChunk, len(open))]
		open = open[len(chunk):]
		if err := e.must(func(b *batch) error { return b.reviewAll(chunk) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) reviewAll(chunk []int64) error {
	for _, n := range chunk {
		i, err := b.incident(n)
		if errors.Is(err, incident.ErrNoIncident) {
			continue
		}
		if err != nil {
			return err
		}
		if i.ReadBy != b.live.book.Version && len(b.live.book.SLAs) > 0 { // a reload may have brought or changed promises
			if err := b.wakeOne(i); err != nil {
				return err
			}
		}
		if !i.Hushed.IsZero() {
			if err := b.wakeOne(i); err != nil {
				return err
			}
			continue
		}
		if i.State != incident.Triggered || i.Firing == 0 {
			continue
		}
		s, err := b.suppression(i)
		if err != nil {
			return err
		}
		if (s == nil) == (i.Suppressed == nil) {
			continue
		}
		if _, err := b.act(n, incident.Wake{Suppressed: s}); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) forget(now time.Time) {
	err := e.must(func(b *batch) error {
		if _, err := b.tx.ForgetSeen(now, 1000); err != nil {
			return b.fail(err)
		}
		all, err := b.tx.Silences()
		if err != nil {
			return b.fail(err)
		}
		for _, s := range all {
			if s.EndsAt.Before(now.Add(-silencesKept)) {
				if err := b.tx.DeleteSilence(s.ID); err != nil {
					return b.fail(err)
				}
			}
		}
		return nil
	})
	if err != nil {
		e.log.Warn("old marks could not be dropped", "err", err)
	}
}
