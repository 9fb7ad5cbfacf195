package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/store"
)

const (
	queueLength = 8192  // requests of sources that may wait for a commit
	queueWeight = 50000 // alerts that may wait for a commit
	batchWeight = 300   // alerts that share one commit at most; fewer while the store says that it is too much
	batchLeast  = 20
	aheadLength = 2048 // acts and outcomes that may wait for a commit
	aheadWeight = 150  // of one commit that may be acts and outcomes, so that alerts go on meanwhile
)

// op is one thing to decide and remember, and whoever waits for it.
type op struct {
	do     func(*batch) error
	weight int
	err    error
	ahead  bool // it goes ahead of alerts, and does not count as waiting
	half   bool // it was refused after it had written: it is not run again
	done   chan struct{}
	then   func() // runs after the commit, before whoever waits is told; nil: nothing
}

// commit asks for what people do to be decided and remembered, and returns after the commit. It goes ahead of the alerts that
// wait, and however many these are, it is not refused: nobody's acknowledgement waits for a storm to be over. Too many acts are
// ErrOverloaded; a store that cannot commit is ErrUnavailable. do may run more than once. When ctx ends first its error is
// returned, and do may still happen.
func (e *Engine) commit(ctx context.Context, do func(*batch) error) error {
	o := &op{do: do, weight: 1, ahead: true, done: make(chan struct{})}
	if e.inline {
		e.commitAll([]*op{o})
		return o.err
	}
	select {
	case e.ahead <- o:
		return e.wait(ctx, o)
	default:
		e.metrics.Overloads.Inc()
		return ingest.ErrOverloaded
	}
}

// committed is commit for what has something to give back. That is read only when the commit is over, and was remembered: who no
// longer waits must not look, for do may be at work on it.
func committed[T any](ctx context.Context, e *Engine, do func(*batch) (T, error)) (T, error) {
	var got, none T
	err := e.commit(ctx, func(b *batch) (err error) {
		got, err = do(b)
		return err
	})
	if err != nil {
		return none, err
	}
	return got, nil
}

// inTurn is commit for what sources send: it waits behind the alerts that came before, and is refused when they are too many.
func (e *Engine) inTurn(ctx context.Context, weight int, do func(*batch) error) error {
	o, err := e.ask(weight, do, nil)
	if err != nil {
		return err
	}
	return e.wait(ctx, o)
}

func (e *Engine) ask(weight int, do func(*batch) error, then func()) (*op, error) {
	o := &op{do: do, weight: weight, done: make(chan struct{}), then: then}
	if e.pending.Load() > queueWeight {
		e.metrics.Overloads.Inc()
		return nil, ingest.ErrOverloaded
	}
	e.pending.Add(int64(weight))
	if e.inline {
		e.commitAll([]*op{o})
		return o, nil
	}
	select {
	case e.queue <- o:
		return o, nil
	default:
		e.pending.Add(-int64(weight))
		e.metrics.Overloads.Inc()
		return nil, ingest.ErrOverloaded
	}
}

// wait returns when the op was committed or refused, ctx has ended, or the engine has: nobody takes an op that came after its end.
func (e *Engine) wait(ctx context.Context, o *op) error {
	select {
	case <-o.done:
		return o.err
	case <-ctx.Done():
		return ctx.Err()
	case <-e.gone:
	}
	select {
	case <-o.done:
		return o.err
	default:
		return store.ErrClosed
	}
}

// must commits what the engine itself has to remember: timers, claims, outcomes of sends. It goes ahead of the alerts that wait,
// and waits for room instead of giving up.
func (e *Engine) must(do func(*batch) error) error {
	return e.insist(e.ahead, &op{do: do, weight: 1, ahead: true, done: make(chan struct{})})
}

// mustInTurn is must for what the next word of a source would change: it waits behind what has come from them already.
func (e *Engine) mustInTurn(do func(*batch) error) error {
	e.pending.Add(1)
	return e.insist(e.queue, &op{do: do, weight: 1, done: make(chan struct{})})
}

func (e *Engine) insist(lane chan *op, o *op) error {
	if e.inline {
		e.commitAll([]*op{o})
		return o.err
	}
	select {
	case lane <- o:
	case <-e.quit:
		return store.ErrClosed
	}
	return e.wait(context.Background(), o)
}

// commitLoop gathers what waits, one commit at a time, until nothing is left after quit.
func (e *Engine) commitLoop() {
	for {
		select {
		case o := <-e.ahead:
			e.commitAll(e.gather(o))
		case o := <-e.queue:
			e.commitAll(e.gather(o))
		case <-e.quit: // what was asked for before is still committed
			for {
				select {
				case o := <-e.ahead:
					e.commitAll(e.gather(o))
				case o := <-e.queue:
					e.commitAll(e.gather(o))
				default:
					return
				}
			}
		}
	}
}

// gather takes what waits into one commit, acts and outcomes first.
func (e *Engine) gather(first *op) (ops []*op) {
	weight := 0
	add := func(o *op) { ops, weight = append(ops, o), weight+o.weight }
	take := func(lane chan *op, most int) {
		for weight < most {
			select {
			case o := <-lane:
				add(o)
			default:
				return
			}
		}
	}
	if first.ahead {
		add(first)
	}
	take(e.ahead, aheadWeight)
	if !first.ahead {
		add(first)
	}
	take(e.queue, e.share)
	return ops
}

// commitAll commits ops together; when one of them may be the cause of an error (too much, no room for alerts, a panic), they
// are parted, so that it harms itself alone.
func (e *Engine) commitAll(ops []*op) {
	e.pace.commit.begin()
	defer e.pace.commit.end()
	for _, o := range ops {
		if !o.ahead {
			e.pending.Add(-int64(o.weight))
		}
	}
	e.commitParted(ops)
	for _, o := range ops {
		if o.then != nil {
			o.then()
		}
		close(o.done)
	}
}

func (e *Engine) commitParted(ops []*op) {
	err := e.commitOnce(ops)
	if err == nil {
		e.share = min(e.share+1, batchWeight)
		return
	}
	if errors.Is(err, store.ErrTooBig) && len(ops) > 1 {
		e.share = max(e.share*3/4, batchLeast) // deciding twice costs more than a commit more
	}
	var p *panicError
	if len(ops) > 1 && (unwritten(err) || errors.As(err, &p)) {
		e.commitParted(ops[:len(ops)/2])
		e.commitParted(ops[len(ops)/2:])
		return
	}
	e.metrics.CommitFailures.Inc()
	if !errors.Is(err, store.ErrFull) { // of which the store says a word by itself, once
		e.log.Error("commit failed", "err", err, "requests", len(ops))
	}
	e.doubt = true
	clear(e.lately)
	if errors.Is(err, store.ErrFailed) {
		e.once.Do(func() { close(e.failed) })
	}
	for _, o := range ops {
		o.err = fmt.Errorf("%w: %w", ingest.ErrUnavailable, err)
	}
}

// commitOnce runs ops in one transaction. It returns an error only when nothing of them was remembered.
func (e *Engine) commitOnce(ops []*op) error {
	e.pace.commit.move()
	var b *batch
	decided := errHalf
	begin := e.now()
	err := errHalf
	for errors.Is(err, errHalf) { // each turn leaves one request out
		err = e.store.Update(context.Background(), func(tx store.Tx) error {
			if b != nil {
				b.undo()
			}
			b = newBatch(e, tx)
			decided = b.runAll(ops)
			return decided
		})
		if err != nil && b != nil {
			b.undo()
		}
	}
	if err != nil {
		if decided == nil && !unwritten(err) {
			e.hot.distrust()
		}
		return err
	}
	e.metrics.CommitSeconds.Observe(e.now().Sub(begin).Seconds())
	e.metrics.CommitSize.Observe(float64(len(ops)))
	e.metrics.LastCommit.Set(float64(e.now().Unix()))
	b.committed()
	if e.doubt { // the commit that failed may have happened all the same
		e.doubt = false
		nudge(e.clock)
		nudge(e.outbox)
	}
	return nil
}

// unwritten reports whether an error of a commit says that nothing of it is there.
func unwritten(err error) bool {
	return errors.Is(err, store.ErrTooBig) || errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrRecord)
}

// runAll decides ops one after the other and writes what they touched.
func (b *batch) runAll(ops []*op) error {
	for _, o := range ops {
		if o.half {
			continue
		}
		before := b.ledger.written
		o.err = b.run(o.do)
		if b.failed != nil {
			return b.failed
		}
		if o.err != nil && b.ledger.written > before {
			o.half = true
			return errHalf
		}
	}
	if err := b.flush(); err != nil || b.ledger.written == 0 {
		return err
	}
	return b.noteTime(stampEvery)
}

type panicError struct{ value any }

func (p *panicError) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// batch is one transaction in the making, shared by several ops. Incidents are kept decoded until flush.
type batch struct {
	e        *Engine
	tx       store.Tx
	ledger   *ledger // the same, for who counts
	now      time.Time
	live     *live
	failed   error // of the store: everything is discarded
	cases    map[int64]*casefile
	groups   map[groupID]int64
	undos    []func()
	afters   []func()
	wake     bool
	pages    bool
	depth    int               // how deep in consequences of consequences
	ruled    bool              // an automation is at work
	runs     int               // steps of automations that this batch has claimed
	troubled map[alert.ID]bool // what has begun in this batch of rouse's own troubles
	opened   map[string]int    // incidents that alerts of an integration have opened in this batch
}

type groupID struct{ service, key string }

// casefile is an incident that this batch has touched.
type casefile struct {
	now       incident.Incident
	was       incident.State
	shown     incident.State // what the metrics count it as: confidential incidents are not counted
	escalated int            // its escalations by time before
	dirty     bool
	entries   []incident.Entry
}

func newCasefile(i incident.Incident) *casefile {
	return &casefile{now: i, was: i.State, shown: shown(&i), escalated: i.Escalations}
}

func newBatch(e *Engine, tx store.Tx) *batch {
	l := &ledger{Tx: tx}
	return &batch{e: e, tx: l, ledger: l, now: e.now().UTC().Truncate(time.Microsecond), live: e.live.Load(), cases: map[int64]*casefile{}, groups: map[groupID]int64{}, opened: map[string]int{}}
}

func (b *batch) run(do func(*batch) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			b.failed = &panicError{v}
			err = b.failed
		}
	}()
	return do(b)
}

// fail makes a store's error fatal to the whole batch.
func (b *batch) fail(err error) error {
	if err != nil && b.failed == nil {
		b.failed = err
	}
	return err
}

// after runs f once the batch is durable; undoing runs f if it is discarded.
func (b *batch) after(f func())   { b.afters = append(b.afters, f) }
func (b *batch) undoing(f func()) { b.undos = append(b.undos, f) }

func (b *batch) undo() {
	for k := len(b.undos) - 1; k >= 0; k-- {
		b.undos[k]()
	}
	b.undos = nil
}

func (b *batch) committed() {
	b.e.lately.keep(b.cases)
	for _, f := range b.afters {
		f()
	}
	if b.wake {
		nudge(b.e.clock)
	}
	if b.pages {
		nudge(b.e.outbox)
	}
}

// refresh swaps the snapshot at once, for the later ops of the batch, and takes it back if the batch is discarded.
func (b *batch) refresh(s Settings) error {
	was := b.e.live.Load()
	if err := b.e.refresh(b.tx, s); err != nil {
		return b.fail(err)
	}
	b.live = b.e.live.Load()
	b.undoing(func() { b.e.live.Store(was) })
	b.after(func() { nudge(b.e.review); nudge(b.e.clock) })
	return nil
}

// incident returns a record as this batch sees it; ErrNoIncident when there is none.
func (b *batch) incident(n int64) (*incident.Incident, error) {
	if c, ok := b.cases[n]; ok {
		return &c.now, nil
	}
	i, ok := b.e.lately[n]
	if !ok {
		var err error
		i, err = b.tx.Incident(n)
		if errors.Is(err, store.ErrNotFound) {
			return nil, incident.ErrNoIncident
		}
		if err != nil {
			return nil, b.fail(err)
		}
	}
	b.cases[n] = newCasefile(i)
	return &b.cases[n].now, nil
}

// flush writes the incidents and timelines that were touched.
func (b *batch) flush() error {
	for n, c := range b.cases {
		if !c.dirty {
			continue
		}
		if err := b.tx.PutIncident(c.now); err != nil {
			return err
		}
		if len(c.entries) > 0 {
			if err := b.tx.Append(n, c.entries); err != nil {
				return err
			}
		}
		b.wake = b.wake || !c.now.WakeAt.IsZero()
		if err := b.moved(n, c); err != nil {
			return err
		}
	}
	return nil
}

// moved notes in memory that an incident was opened or ended.
func (b *batch) moved(n int64, c *casefile) error {
	b.count(c)
	if c.was == c.now.State {
		return nil
	}
	state, was := c.now.State, c.was
	b.after(func() { b.e.crowd.moved(&c.now, was) })
	if was.Open() && !state.Open() && c.now.Firing > 0 {
		members, err := b.tx.AlertsOf(n, noAlert, 0)
		if err != nil {
			return err
		}
		b.after(func() { b.e.hot.orphan(members) })
	}
	return nil
}
