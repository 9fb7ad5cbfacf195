// Package engine joins deciding, remembering and telling: three doors, one committer and four loops.
//
// The doors are Accept (alerts), Do (people) and the clock's Wake; the loops are the clock, Deliver, which empties the
// outbox, the review of what is suppressed and the auditor; a watchdog counts their moves. Every change goes through one committer, which gathers what is waiting, decides it in memory and writes it in one
// commit; whoever asked is answered after that. The engine holds no rule of an incident's life (package incident does) and
// knows no concrete store or provider. Its law: persist, then answer; persist, then send.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// Settings is everything that the configuration decides. It is swapped whole on reload and never changed afterwards.
type Settings struct {
	Book         *incident.Rulebook // without the overrides made at run time
	Tree         *router.Tree
	Gate         *router.Gate // without the silences made at run time
	Inhibit      []router.InhibitRule
	Providers    []notify.Provider // in order of preference
	Rooms        Rooms             // nil: there are none
	Limits       Limits
	Heartbeats   []Heartbeat
	Integrations []string       // names of the configured sources; nil: any
	PublicURL    string         // base of the links in messages; no slash at its end
	Links        *notify.Signer // signs acknowledge links; nil: no such links
	RoomNames    []string       // the rooms that there are, for who subscribes one
	Automations  []automation.Rule
	Runner       Runner // nil: steps that touch the world fail, and say so
	Retention    Retention
	Drills       []Drill
}

// Rooms tells chat rooms and mail lists.
type Rooms interface {
	// Tell tells one receiver what happened to an incident; errors are or wrap *notify.Error.
	Tell(ctx context.Context, n RoomNote) error
}

// RoomNote is what a room is told.
type RoomNote struct {
	ID       string // unique, stable over retries
	Receiver string
	Reason   string // triggered | acknowledged | resolved | update
	Words    string // of an update: what is to be said
	Incident incident.Incident
	Alerts   []store.Alert // the first few
	URL      string
	Now      time.Time
}

// Rate is so many in a sliding window. The zero Rate limits nothing.
type Rate struct {
	N   int
	Per time.Duration
}

// Limits bound what one number gets and what a day may cost. What they hold back is bundled, never dropped.
type Limits struct {
	SMS, Call     Rate // per number
	DailyMessages int  // 0: no cap
	DailyCalls    int
	Incidents     int // of one integration, that are open or less than an hour old; further groups share one incident. 0: no limit
}

// Heartbeat is a source that has to be heard from.
type Heartbeat struct {
	Name         string
	Every, Grace time.Duration
	Service      string
}

// Deps is what an Engine needs.
type Deps struct {
	Store    store.Store
	Settings Settings
	Log      *slog.Logger         // nil: discarded
	Now      func() time.Time     // nil: time.Now
	Elapsed  func() time.Duration // a stopwatch, which nobody sets; nil: the system's
	Metrics  *Metrics             // nil: a set of its own, registered nowhere
	Slots    int                  // sends at the same time; 0: 64
	Random   func() uint64        // nil: the system's

	// Stalled is called once, on a goroutine of its own, when a loop has not moved for 30 seconds although it has work (the
	// auditor: for 60). Nothing can be stopped in good order then: it should end the process. nil: it is logged alone.
	Stalled func(loop string)
}

// Engine runs incidents. Make one with New, then Start it.
type Engine struct {
	store   store.Store
	log     *slog.Logger
	now     func() time.Time
	elapsed func() time.Duration
	random  func() uint64
	inline  bool    // see Stepped: nothing runs beside the caller
	calls   []*Call // of a stepped engine: decided, and not handed to the driver yet
	metrics *Metrics
	slots   chan struct{}
	runs    chan struct{} // of automations
	running context.Context
	halt    context.CancelFunc   // ends running
	claims  int                  // owned by the deliver loop
	share   int                  // alerts that may share a commit now; owned by the committer
	forgot  time.Time            // owned by the clock loop: when what is old was last dropped
	doubt   bool                 // owned by the committer: a commit ended with an error
	noted   time.Time            // owned by the committer: the latest time that the store has a note of
	lately  lately               // owned by the committer
	audit   auditor              // owned by the audit loop
	drilled map[string]time.Time // owned by the clock's loop: the last time of each drill that was looked at

	handed handed  // owned by the clock's loop
	behind *behind // owned by the clock's loop; nil: nothing is

	pace      paces
	standing  atomic.Pointer[string] // the loop that stands; nil: none
	unchecked atomic.Pointer[string] // why the auditor's last run failed; nil: it did not
	stalled   func(loop string)
	back      atomic.Int64  // nanoseconds by which the wall clock was set back, and which nothing has followed yet
	gone      chan struct{} // closed at the very end

	live    atomic.Pointer[live]
	hot     *hot
	crowd   crowd // owned by the committer
	pulse   *pulse
	breaker *breakers

	queue   chan *op
	ahead   chan *op     // acts and outcomes, which wait for no alert
	pending atomic.Int64 // weight of what waits in queue
	shares  shares       // of the integrations in it
	clock   chan struct{}
	outbox  chan struct{}
	review  chan struct{} // what suppresses incidents may have changed

	failed chan struct{} // closed when the store has to be opened again
	once   sync.Once
	stop   chan struct{}
	loops  sync.WaitGroup
	sends  sync.WaitGroup
	final  sync.WaitGroup // the committer, which stops last
	watch  sync.WaitGroup // the watchdog, which watches that too
	quit   chan struct{}
}

// live is the snapshot that decisions see: the settings with what people changed at run time.
type live struct {
	Settings
	book *incident.Rulebook
	gate *router.Gate
}

// New prepares an engine: it reads what is open from the store, but does nothing by itself until Start.
func New(d Deps) (*Engine, error) {
	e, err := prepare(d)
	if err != nil {
		return nil, err
	}
	e.queue, e.ahead = make(chan *op, queueLength), make(chan *op, aheadLength)
	return e, nil
}

// prepare makes an engine without lanes to the committer: a stepped one has none.
func prepare(d Deps) (*Engine, error) {
	e := &Engine{
		store: d.Store, log: d.Log, now: d.Now, elapsed: d.Elapsed, metrics: d.Metrics, random: d.Random,
		hot: newHot(d.Settings.Inhibit), crowd: crowd{}, shares: shares{of: map[string]int{}}, pulse: newPulse(), breaker: newBreakers(), lately: lately{},
		clock: make(chan struct{}, 1), outbox: make(chan struct{}, 1), review: make(chan struct{}, 1),
		failed: make(chan struct{}), stop: make(chan struct{}), quit: make(chan struct{}),
		gone: make(chan struct{}), stalled: d.Stalled,
	}
	e.newPaces()
	e.drilled = map[string]time.Time{}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.elapsed == nil {
		begin := time.Now()
		e.elapsed = func() time.Duration { return time.Since(begin) }
	}
	if e.random == nil {
		e.random = random
	}
	if e.metrics == nil {
		e.metrics = NewMetrics(nil)
	}
	if d.Slots == 0 {
		d.Slots = 64
	}
	e.slots, e.runs = make(chan struct{}, d.Slots), make(chan struct{}, runsMost)
	e.running, e.halt = context.WithCancel(context.Background())
	e.claims, e.share = claimsMost, batchWeight
	if err := e.load(d.Settings); err != nil {
		return nil, fmt.Errorf("engine: read what is open: %w", err)
	}
	return e, nil
}

// load fills the memory from the store.
func (e *Engine) load(s Settings) error {
	return e.store.View(context.Background(), func(tx store.Tx) error {
		if err := e.refresh(tx, s); err != nil {
			return err
		}
		open, err := tx.OpenNumbers()
		if err != nil {
			return err
		}
		for _, n := range open {
			i, err := tx.Incident(n)
			if err != nil {
				return err
			}
			e.metrics.moved("", shown(&i))
			e.crowd.moved(&i, "")
		}
		if err := e.crowd.load(tx, e.now()); err != nil {
			return err
		}
		beats, err := tx.Beats()
		if err != nil {
			return err
		}
		if err := errors.Join(e.sinceNote(tx), e.knowDrills(tx, s.Drills)); err != nil {
			return err
		}
		e.pulse.load(beats, s.Heartbeats, e.now())
		return e.hot.load(tx, open, e.now())
	})
}

// refresh rebuilds the live snapshot from settings and the store's overrides and silences.
func (e *Engine) refresh(tx store.Tx, s Settings) error {
	overrides, err := tx.Overrides()
	if err != nil {
		return err
	}
	leaves, err := tx.Leaves()
	if err != nil {
		return err
	}
	silences, err := tx.Silences()
	if err != nil {
		return err
	}
	book := *s.Book
	book.Roster = s.Book.Roster.WithOverrides(overrides).WithLeave(leaves)
	e.live.Store(&live{Settings: s, book: &book, gate: s.Gate.WithSilences(silences)})
	e.metrics.promise(s.Book)
	for _, p := range s.Providers {
		e.metrics.Unknowns.WithLabelValues(p.Name())
		e.showLine(p.Name())
	}
	return nil
}

// Start begins to commit, to wake and to deliver.
func (e *Engine) Start() {
	e.final.Add(1)
	e.watch.Add(1)
	go func() { defer e.final.Done(); e.commitLoop() }()
	go func() { defer e.watch.Done(); e.watchLoop() }()
	e.settleIn()
	for _, loop := range []func(){e.clockLoop, e.deliverLoop, e.reviewLoop, e.auditLoop} {
		e.loops.Add(1)
		go func() { defer e.loops.Done(); loop() }()
	}
}

// settleIn takes over what an earlier run has left.
func (e *Engine) settleIn() {
	if err := e.must(func(b *batch) error { return b.reclaim() }); err != nil {
		e.log.Error("sends of before the start could not be taken over, they are once their leases end", "err", err)
	}
	if err := e.retire(); err != nil {
		e.log.Error("alerts of sources that are gone could not be ended", "err", err)
	}
}

// Stop ends the loops, waits for sends under way and for every commit that was asked for. The store stays open.
// It may be called once, after Start.
func (e *Engine) Stop() {
	close(e.stop)
	e.loops.Wait()
	e.halt()
	e.sends.Wait()
	close(e.quit)
	e.final.Wait()
	close(e.gone)
	e.watch.Wait()
}

// Failed is closed when the store can do nothing more until it is opened again: the process has to end and start anew.
func (e *Engine) Failed() <-chan struct{} { return e.failed }

// Reload swaps the settings whole. Open incidents go on with the new ones from their next step.
func (e *Engine) Reload(ctx context.Context, s Settings) error {
	err := e.commit(ctx, func(b *batch) error {
		b.after(func() {
			e.breaker.reset()
			for _, p := range s.Providers {
				e.showLine(p.Name())
			}
			e.pulse.configure(s.Heartbeats, e.now())
			nudge(e.clock)
			nudge(e.review)
		})
		if err := e.knowDrills(b.tx, s.Drills); err != nil {
			return b.fail(err)
		}
		if err := errors.Join(b.inhibitBy(s.Inhibit), b.forgetHandoffs(s.Book.Roster), b.warnOfVoid(s.Book.Roster)); err != nil {
			return err
		}
		return b.refresh(s)
	})
	if err != nil {
		return err
	}
	return e.retire()
}

// Book is the rulebook as it is now, overrides made at run time included.
func (e *Engine) Book() *incident.Rulebook { return e.live.Load().book }

// Roster is who can be paged, as it is now.
func (e *Engine) Roster() *oncall.Roster { return e.Book().Roster }

// Settings are the settings in force.
func (e *Engine) Settings() Settings { return e.live.Load().Settings }

// nudge wakes a loop that waits on c, once.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
