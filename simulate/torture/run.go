package torture

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/simulate"
	"github.com/rouse/rouse/store"
)

const (
	day     = 24 * time.Hour   // of faults
	calm    = 45 * time.Minute // after them, in which everything works and nobody answers
	faults  = 24               // at least, in a day
	settled = 2 * time.Minute
)

// Result is what one seed came to.
type Result struct {
	Seed      uint64
	Sum       uint64   // of the trace: the same for the same seed
	Broken    []string // laws that were broken; none for a seed that ran clean
	Story     string   // of a seed that failed
	Faults    int
	Alerts    int // answered with 2xx
	Incidents int
	Pages     int // messages and calls that went out
	Doubles   int // of those, sent again because nobody knew
	Virtual   time.Duration
}

// run is one seed.
type run struct {
	seed     uint64
	w        *simulate.World
	disk     *simulate.Disk
	house    *simulate.House
	carriers []*simulate.Carrier
	plan     plan
	plans    []plan // every version so far
	set      engine.Settings
	seq      int // of texts and silences
	result   Result

	sleepy   bool // people answer rarely
	wild     bool // alerts of two services, events, changes of the service, a heartbeat that comes and goes
	quiet    bool // no more faults, and nobody answers
	disease  disease
	phones   map[string]simulate.PhoneState
	moods    map[string]simulate.Mood
	sources  []*source
	stay     *watch
	silences []string
}

// disease is what is wrong just now.
type disease struct {
	next           simulate.Fault // of the next commit
	refusing       time.Duration  // commits are refused until then
	slow           time.Duration  // commits are slow until then
	losing         time.Duration  // callbacks are lost until then
	doubling       time.Duration  // callbacks are repeated until then
	cut            time.Duration  // nobody outside reaches the house until then
	dropping       bool           // the next answer of a provider dies with the process
	lastTrouble    time.Duration  // when the house or its disk was last not well
	slowBy         time.Duration
	answerSlowness time.Duration
}

// Run runs one seed on stores that open makes; each is empty, in memory, and closed by Run.
func Run(seed uint64, open func() (store.Store, error)) (Result, error) {
	st, err := open()
	if err != nil {
		return Result{}, fmt.Errorf("torture: open a store: %w", err)
	}
	t := newRun(seed, st)
	t.begin()
	each := func() { t.stay.look() }
	t.w.Run(day, each)
	if len(t.w.Failures()) == 0 {
		t.settle()
		t.w.Run(day+calm, each)
		t.stay.end()
	}
	t.close()
	return t.result, st.Close()
}

// newRun draws the world of a seed.
func newRun(seed uint64, st store.Store) *run {
	w := simulate.NewWorld(seed, time.Time{})
	nights := []time.Time{ // on which clocks change in Berlin, New York or Lord Howe, and an ordinary one
		time.Date(2026, 3, 28, 20, 0, 0, 0, time.UTC), time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC),
		time.Date(2026, 10, 31, 20, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 10, 0, 0, 0, time.UTC), time.Date(2026, 6, 10, 8, 0, 0, 0, time.UTC),
	}
	start := simulate.Pick(w, nights...).Add(w.Between(0, 6*time.Hour).Truncate(time.Second))
	w = simulate.NewWorld(seed, start)
	t := &run{seed: seed, w: w, disk: simulate.NewDisk(w, st), phones: map[string]simulate.PhoneState{}, moods: map[string]simulate.Mood{}}
	t.result.Seed, t.sleepy = seed, w.Chance(0.25)
	t.wild = slices.Contains([]uint64{0, 2, 6}, seed%7) // the others draw as they always did, so that old findings stay what they were
	t.stay = newWatch(t)
	t.disk.Next, t.disk.Changed = t.nextCommit, t.stay.changed
	for _, id := range []string{"north", "south"}[:1+w.Roll(2)] {
		t.carriers = append(t.carriers, t.carrier(id))
	}
	t.reload()
	t.house = &simulate.House{
		World: w, Disk: t.disk, Settings: func() engine.Settings { return t.set }, Metrics: engine.NewMetrics(nil),
		Latency: t.latency, Drop: t.drop, Down: func() time.Duration { return w.Between(time.Second, 8*time.Minute) },
		OnCrash: func() { t.stay.crashed() }, OnForgotten: func(id string) { t.stay.resent[id]++ }, Audited: func(found int, err error) { t.stay.audited(found, err) },
	}
	return t
}

func (t *run) carrier(id string) *simulate.Carrier {
	c := simulate.NewCarrier(t.w, id, &ears{t})
	c.Mood = func(*notify.Message) simulate.Mood { return t.moods[id] }
	c.Phone = func(m *notify.Message) simulate.PhoneState { return t.phones[m.To] }
	c.Lose = func() bool { return t.w.Elapsed() < t.disease.losing && t.w.Chance(0.6) }
	c.Double = func() bool { return t.w.Elapsed() < t.disease.doubling && t.w.Chance(0.5) }
	return c
}

// reload draws a new version of the configuration.
func (t *run) reload() {
	t.plan = t.draw()
	t.plans = append(t.plans, t.plan)
	t.set = t.plan.settings(t)
}

func (t *run) begin() {
	t.house.Start()
	t.people()
	for k := range faults + t.w.Roll(faults) {
		at := t.w.Between(time.Minute, day-10*time.Minute)
		if k == 0 {
			at = t.w.Between(0, time.Hour) // something goes wrong early
		}
		t.w.After(at, t.fault)
	}
}

// settle ends every fault: what works from here on has to bring everything to its end.
func (t *run) settle() {
	t.quiet = true
	t.disease = disease{lastTrouble: t.w.Elapsed()}
	t.disk.Blind = false
	clear(t.moods)
	for _, p := range []string{"+34600000001", "+34600000002", "+34600000003", "+34600000004"} {
		t.phones[p] = simulate.Works
		t.text(p, "start")
	}
	t.w.Note("calm", "every fault has ended, and nobody answers any more")
	t.house.Start()
}

// nextCommit says how the next commit goes.
func (t *run) nextCommit() (simulate.Fault, time.Duration) {
	d, now := &t.disease, t.w.Elapsed()
	var slow time.Duration
	if now < d.slow {
		slow = t.w.Between(0, d.slowBy)
		d.lastTrouble = now + slow
	}
	f := d.next
	d.next = simulate.Fine
	if f == simulate.Fine && now < d.refusing && t.w.Chance(0.7) {
		f = simulate.Pick(t.w, simulate.Refuse, simulate.Refuse, simulate.Doubt, simulate.Full)
	}
	if f != simulate.Fine {
		d.lastTrouble = now
	}
	return f, slow
}

func (t *run) latency() time.Duration {
	if t.w.Elapsed() < t.disease.answerSlowness {
		return t.w.Between(time.Second, 14*time.Second)
	}
	return t.w.Between(20*time.Millisecond, 900*time.Millisecond)
}

// drop has the process die between a provider's answer and the commit that would remember it.
func (t *run) drop(*engine.Call) bool {
	d := t.disease.dropping
	t.disease.dropping = false
	return d
}

// use lets somebody outside use the engine; errNoHouse when nobody is there.
func (t *run) use(do func(e *engine.Stepped) error) (err error) {
	if t.w.Elapsed() < t.disease.cut {
		return errNoHouse
	}
	err = errNoHouse
	if !t.house.With(func(e *engine.Stepped) { err = do(e) }) {
		return errNoHouse
	}
	return err
}

var errNoHouse = errors.New("connection refused")

// Tell is a chat room; it fails now and then.
func (t *run) Tell(_ context.Context, n engine.RoomNote) error {
	if !t.quiet && t.w.Chance(0.1) {
		return &notify.Error{Class: notify.Transient, Code: 502, Err: errors.New("bad gateway")}
	}
	return nil
}

func (t *run) close() {
	r := &t.result
	r.Sum, r.Broken, r.Virtual, r.Incidents = t.w.Sum(), t.w.Failures(), t.w.Elapsed(), len(t.disk.Incidents)
	for _, c := range t.carriers {
		r.Pages += len(c.Items)
		for _, n := range c.Made {
			r.Doubles += n - 1
		}
	}
	if len(r.Broken) > 0 {
		r.Story = t.story()
	}
}
