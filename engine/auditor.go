package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

const (
	auditEvery  = 15 * time.Second
	auditSlack  = 20 * time.Second // a timer may be so late before it is the auditor's business: with auditEvery well below a minute
	auditChunk  = 100              // records read in one View
	auditMend   = 32               // incidents set going again by one commit
	auditDeep   = 2000             // records that one run reads beside those that look wrong, the newest first and round again
	noteEvery   = time.Minute      // how often the time is remembered, which proves that a commit still can be made
	auditGhosts = 64               // rows of the index by time without a record that one run takes away
)

// clockNote is the store's note of the latest time at which it was written, by which a start sees that the wall clock went back.
const clockNote = "clock"

// What the auditor can find, as the label of its metric.
const (
	foundTimer  = "timer"  // a record that breaks the law, or a timer that nobody acted on
	foundIndex  = "index"  // a record that an index has lost, or a row of an index that no record stands behind
	foundPage   = "page"   // a page that was to be in the outbox and is not, or that no index lists
	foundOutbox = "outbox" // pages that are long due while nothing keeps them from being sent
)

// auditor looks, on a goroutine and by Views of its own, for what nothing would ever move again. It trusts neither the clock
// nor the indexes: what an index says is compared with the facts and the records. Only what it found goes through the committer.
type auditor struct {
	below int64     // where the deep look goes on: numbers below this one; 0: from the newest
	noted time.Time // when the time was last remembered
}

// auditLoop checks every auditEvery, by a timer of its own.
func (e *Engine) auditLoop() {
	tick := time.NewTicker(auditEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-tick.C:
		}
		e.pace.audit.begin()
		_, err := e.Audit(e.now().UTC())
		e.pace.audit.end()
		e.unchecked.Store(nil)
		if err != nil {
			why := err.Error()
			e.unchecked.Store(&why)
			e.log.Error("rouse's own check failed", "err", err)
		}
	}
}

// Audit looks for stuck incidents and pages as of now, sets going again what it finds, and returns how many that were. Only
// one may run at a time.
func (e *Engine) Audit(now time.Time) (found int, err error) {
	begin := e.now()
	stuck, err := e.auditIncidents(now)
	if err != nil {
		return 0, err
	}
	for chunk := range slices.Chunk(stuck, auditMend) {
		if err := e.must(func(b *batch) error { return b.redriveAll(chunk) }); err != nil {
			return 0, fmt.Errorf("set going again: %w", err)
		}
		e.pace.audit.move()
	}
	for _, s := range stuck {
		e.log.Error("an incident was stuck, it was set going again", "incident", incident.Ref(s.number), "why", s.why)
		e.metrics.AuditFound.WithLabelValues(s.what).Inc()
	}
	ghosts, err := e.auditGhosts(now)
	if err != nil {
		return len(stuck), err
	}
	waiting, err := e.auditOutbox(now)
	if err != nil {
		return len(stuck) + ghosts, err
	}
	if err := e.noteClock(now); err != nil {
		return len(stuck) + ghosts + waiting, err
	}
	e.metrics.AuditSeconds.Observe(e.now().Sub(begin).Seconds())
	e.metrics.AuditLast.Set(float64(e.now().Unix()))
	return len(stuck) + ghosts + waiting, nil
}

// noteClock remembers the time, now and then.
func (e *Engine) noteClock(now time.Time) error {
	if since := now.Sub(e.audit.noted); since >= 0 && since < noteEvery-time.Second {
		return nil
	}
	if err := e.must(func(b *batch) error { return b.noteTime(0) }); err != nil {
		return fmt.Errorf("remember the time: %w", err)
	}
	e.audit.noted = now
	return nil
}

// finding is an incident that is stuck.
type finding struct {
	number int64
	what   string   // one of the constants
	why    string   // in words, for the timeline
	pages  []string // that are lost, or that no index lists
}

// suspects is what one look at the indexes makes doubtful.
type suspects struct {
	unlisted map[int64]string // in an index they should be in, and are not; or the other way round
	look     []int64          // whose records are to be read
	timed    []int64          // every number that the index by time lists, ascending
}

// auditIncidents returns the incidents that are stuck.
func (e *Engine) auditIncidents(now time.Time) ([]finding, error) {
	s, err := e.suspect(now)
	if err != nil {
		return nil, err
	}
	var stuck []finding
	for chunk := range slices.Chunk(s.look, auditChunk) {
		err := e.store.View(context.Background(), func(tx store.Tx) error {
			for _, n := range chunk {
				f, err := s.judge(tx, n, now)
				if err != nil {
					return err
				}
				if f.what != "" {
					stuck = append(stuck, f)
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read what looks stuck: %w", err)
		}
	}
	return stuck, nil
}

// suspect compares the indexes with the facts, in one snapshot, and chooses the records that are to be read.
func (e *Engine) suspect(now time.Time) (*suspects, error) {
	s := &suspects{unlisted: map[int64]string{}}
	err := e.store.View(context.Background(), func(tx store.Tx) error {
		overdue, err := tx.Due(now.Add(-auditSlack), auditDeep)
		if err != nil {
			return err
		}
		if s.timed, err = tx.Due(endOfTime, 0); err != nil {
			return err
		}
		open, err := tx.OpenNumbers()
		if err != nil {
			return err
		}
		slices.Sort(s.timed)
		s.look = append(s.look[:0], overdue...)
		return e.compare(tx, s, open)
	})
	if err != nil {
		return nil, fmt.Errorf("compare the indexes: %w", err)
	}
	slices.Sort(s.look)
	s.look = slices.Compact(s.look)
	return s, nil
}

// endOfTime is after every timer.
var endOfTime = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// undone is every state in which an incident may still have something to do.
var undone = []incident.State{incident.Triggered, incident.Acknowledged, incident.OnHold, incident.Resolved}

func (e *Engine) compare(tx store.Tx, s *suspects, open []int64) error {
	deep, oldest := 0, int64(0)
	err := tx.EachFacts(store.Filter{States: undone}, func(f *incident.Facts) error {
		_, timed := slices.BinarySearch(s.timed, f.Number)
		_, listed := slices.BinarySearch(open, f.Number)
		switch {
		case f.State.Open() != listed:
			s.unlisted[f.Number] = "the index of open incidents has lost it"
			s.look = append(s.look, f.Number)
		case !timed && f.State == incident.Triggered:
			s.look = append(s.look, f.Number)
		case deep < auditDeep && f.State.Open() && (e.audit.below == 0 || f.Number < e.audit.below):
			deep, oldest = deep+1, f.Number
			s.look = append(s.look, f.Number)
		}
		return nil
	})
	if e.audit.below = oldest; deep < auditDeep {
		e.audit.below = 0
	}
	return err
}

// judge reads one record and says what is wrong with it. What was touched since the snapshot of the indexes is left for the
// next time.
func (s *suspects) judge(tx store.Tx, n int64, now time.Time) (finding, error) {
	i, err := tx.Incident(n)
	if errors.Is(err, store.ErrNotFound) {
		return finding{}, nil
	}
	if err != nil || i.UpdatedAt.After(now.Add(-time.Second)) {
		return finding{}, err
	}
	if why := incident.Stuck(&i, now, auditSlack); why != "" {
		return finding{number: n, what: foundTimer, why: why}, nil
	}
	_, timed := slices.BinarySearch(s.timed, n)
	if why := s.unlisted[n]; why != "" {
		return finding{number: n, what: foundIndex, why: why}, nil
	}
	if !timed && !i.WakeAt.IsZero() {
		return finding{number: n, what: foundIndex, why: "the index by time has lost it"}, nil
	}
	lost, err := lostPages(tx, &i, now)
	if len(lost) > 0 {
		return finding{number: n, what: foundPage, why: "a page was not in the outbox any more", pages: lost}, err
	}
	return finding{}, err
}

// lostPages are those pages of the level under way that nothing would send: without a row, or long due and before the front
// of the outbox, so that no index lists them.
func lostPages(tx store.Tx, i *incident.Incident, now time.Time) (lost []string, err error) {
	if i.State != incident.Triggered || i.Suppressed != nil || !i.ClearedAt.IsZero() {
		return nil, nil
	}
	front, err := tx.NextPage()
	if err != nil {
		return nil, err
	}
	for _, n := range i.Cursor.People {
		for _, st := range n.Steps {
			if st.Page == "" || st.Outcome != "" {
				continue
			}
			p, err := tx.Page(st.Page)
			switch {
			case errors.Is(err, store.ErrNotFound):
				lost = append(lost, st.Page)
			case err != nil:
				return nil, err
			case p.State.Live() && !p.Patient && p.NextAt.Before(now.Add(-auditSlack)) && (front.IsZero() || front.After(p.NextAt)):
				lost = append(lost, st.Page)
			}
		}
	}
	return lost, nil
}

// auditOutbox nudges the loop that sends when pages wait although it could send them.
func (e *Engine) auditOutbox(now time.Time) (int, error) {
	l, err := e.look()
	if err != nil {
		return 0, fmt.Errorf("look at the outbox: %w", err)
	}
	e.metrics.OldestPage.Set(0)
	if !past(l.page, now) {
		return 0, nil
	}
	late := now.Sub(l.page)
	e.metrics.OldestPage.Set(late.Seconds())
	if late < auditSlack || len(e.slots) == cap(e.slots) {
		return 0, nil
	}
	e.log.Error("pages are long due and nothing sends them", "late", late.String())
	e.metrics.AuditFound.WithLabelValues(foundOutbox).Inc()
	nudge(e.outbox)
	return 1, nil
}
