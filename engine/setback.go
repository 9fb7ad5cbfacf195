package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// setBackMost is how many records of one kind one commit moves.
const setBackMost = 32

// sinceNote notes a clock that was set back while rouse was down: the last time that it remembered is still to come.
func (e *Engine) sinceNote(tx store.Tx) error {
	text, err := tx.Note(clockNote)
	if err != nil || text == "" {
		return err
	}
	last, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil // not ours, and nothing to start from
	}
	e.noted = last
	if by := last.Sub(e.now()); by >= jumpLeast {
		e.jumped(-by)
	}
	return nil
}

// setBack has everything that waits by elapsed time wait no longer because the clock was set back. It is owned by the clock's
// loop. What was moved by a run that a crash cut short is moved once more after the start: early is better than late.
func (e *Engine) setBack() error {
	for e.behind != nil || e.back.Load() != 0 {
		if err := e.setAllBack(); err != nil {
			return fmt.Errorf("follow the clock, which was set back: %w", err)
		}
		e.pulse.setBack(e.behind.by)
		e.breaker.setBack(e.behind.by)
		e.behind = nil
	}
	return nil
}

// behind is what still has to follow the clock, so that nothing is moved twice when a commit on the way fails.
type behind struct {
	by    time.Duration
	open  []int64
	pages []string
}

func (e *Engine) setAllBack() (err error) {
	if e.behind == nil {
		if e.behind, err = e.allBehind(); err != nil {
			return err
		}
		e.back.Add(-int64(e.behind.by))
	}
	for w := e.behind; len(w.open)+len(w.pages) > 0; e.pace.clock.move() {
		open := w.open[:min(len(w.open), setBackMost)]
		pages := w.pages[:min(len(w.pages), setBackMost-len(open))]
		if err := e.must(func(b *batch) error { return errors.Join(b.setOpenBack(open, w.by), b.setPagesBack(pages, w.by)) }); err != nil {
			return err
		}
		w.open, w.pages = w.open[len(open):], w.pages[len(pages):]
	}
	return e.must((*batch).putTime)
}

// allBehind is everything that waits, before anything follows the clock.
func (e *Engine) allBehind() (*behind, error) {
	w := &behind{by: time.Duration(e.back.Load())}
	err := e.store.View(context.Background(), func(tx store.Tx) (err error) {
		w.pages = w.pages[:0]
		if w.open, err = tx.OpenNumbers(); err != nil {
			return err
		}
		due, err1 := tx.DuePages(endOfTime, 0)
		quiet, err2 := tx.DuePatient(endOfTime, 0)
		for _, p := range append(due, quiet...) {
			w.pages = append(w.pages, p.ID)
		}
		return errors.Join(err1, err2)
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// stampEvery is how far what is remembered may be ahead of the note of the time.
const stampEvery = 10 * time.Second

// noteTime remembers the time, unless it did less than `least` ago. It never notes an earlier one: that is for who has moved
// everything back. So whatever a crash leaves, what waits in the store waits by a clock that the next start knows of.
func (b *batch) noteTime(least time.Duration) error {
	if b.now.Sub(b.e.noted) < least {
		return nil
	}
	return b.putTime()
}

func (b *batch) putTime() error {
	b.after(func() { b.e.noted = b.now })
	return b.fail(b.tx.PutNote(clockNote, b.now.Format(time.RFC3339Nano)))
}

func (b *batch) setOpenBack(numbers []int64, by time.Duration) error {
	for _, n := range numbers {
		if err := b.tryAct(n, incident.SetBack{By: by}); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) setPagesBack(ids []string, by time.Duration) error {
	for _, id := range ids {
		p, err := b.page(id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if !p.State.Live() {
			continue
		}
		if b.oldNews(p, by) {
			if err := b.end(p, store.Void, "the clock was wrong"); err != nil {
				return err
			}
			continue
		}
		p.After = b.quietAgain(p)
		p.NextAt = latest(p.NextAt.Add(-by), p.After)
		for _, t := range []*time.Time{&p.FirstAt, &p.SentAt} {
			if !t.IsZero() {
				*t = t.Add(-by)
			}
		}
		if err := b.put(p); err != nil {
			return err
		}
	}
	return nil
}

// oldNews reports whether a page tells of a handoff by a clock that was far ahead, which is none by the clock as it is now.
func (b *batch) oldNews(p *store.Page, by time.Duration) bool {
	return strings.HasPrefix(p.Why, handoffWhy("")) && by >= handoffLate && p.State != store.Sending
}

// quietAgain is when the quiet hours end for which a page waits, by the clock as it is now; the zero time where there are none now.
func (b *batch) quietAgain(p *store.Page) time.Time {
	if p.After.IsZero() || p.Kind != incident.PageNews {
		return p.After
	}
	u, _ := b.live.book.Roster.User(p.User)
	end, quiet := u.QuietUntil(b.now)
	if !quiet {
		return time.Time{}
	}
	return end.UTC()
}

// setBack moves what was last heard to where it would have been heard by the clock as it is now.
func (p *pulse) setBack(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, at := range p.last {
		p.last[name] = at.Add(-by)
	}
}

func (b *breakers) setBack(by time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.open {
		o.since, o.until, o.probeUntil = o.since.Add(-by), o.until.Add(-by), o.probeUntil.Add(-by)
	}
}
