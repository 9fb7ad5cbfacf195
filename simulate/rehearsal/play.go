package rehearsal

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/memory"
)

// usual is how long a script is played that does not say.
const usual = time.Hour

// play is a script being played.
type play struct {
	world    *simulate.World
	disk     *simulate.Disk
	house    *simulate.House
	roster   *oncall.Roster
	carriers []*carrier
	owners   map[string]oncall.UserID // by number and mail address
	faults   []Fault
	waiting  map[oncall.UserID][]press // what somebody will do in the next calls
	silences []string
	quiet    map[string]bool // heartbeats that are heard no more
	line     *Timeline
	event    int // the one that happens now, from 1
	acts     int
	failed   error
	ahead    int // events to come
	script   *Script
	reacts   map[string]bool // by incident and user: who has it in mind to acknowledge
	slow     time.Duration
}

// Play plays a script. What people of the script cannot do is a moment of the timeline; an error means that nothing could be
// played at all.
func (s *Stage) Play(script Script) (*Timeline, error) {
	p := &play{
		world: simulate.NewWorld(s.seed, script.Start.Truncate(time.Microsecond)), waiting: map[oncall.UserID][]press{}, quiet: map[string]bool{},
		roster: s.settings.Book.Roster, ahead: len(script.Events), script: &script, reacts: map[string]bool{}, slow: s.slow,
	}
	p.world.Untraced()
	p.line = &Timeline{Start: p.world.Now()}
	rows, err := furnished(&script)
	if err != nil {
		return nil, err
	}
	p.disk = simulate.NewDisk(p.world, rows)
	p.disk.Changed = p.changed
	p.cast()
	set := s.settings
	set.Providers, set.Rooms, set.Runner = p.hire(s.carriers), p, p
	set.Heartbeats = p.hearts(script.Events, set.Heartbeats)
	p.house = &simulate.House{World: p.world, Disk: p.disk, Settings: func() engine.Settings { return set }, Metrics: s.metrics}
	if p.slow > 0 {
		p.house.Latency = func() time.Duration { return p.world.Between(0, p.slow) }
	}
	p.house.Start()
	if p.house.Engine == nil {
		return nil, fmt.Errorf("rehearsal: the engine does not start on an empty store")
	}
	p.plan(script.Events)
	p.run(&script)
	p.vain()
	for k := range p.line.Moments {
		p.line.Moments[k].Nth = k
	}
	p.line.End, p.line.Pages, p.line.Book = p.world.Now(), p.disk.Pages, p.house.Engine.Book()
	return p.line, p.failed
}

// furnished is a store with what is in force from the start.
func furnished(script *Script) (*memory.Store, error) {
	rows := memory.New()
	return rows, rows.Update(context.Background(), func(tx store.Tx) error {
		for _, s := range script.Silences {
			if err := tx.PutSilence(s); err != nil {
				return err
			}
		}
		for _, o := range script.Overrides {
			if err := tx.PutOverride(o); err != nil {
				return err
			}
		}
		return nil
	})
}

// cast knows whose number and address is whose.
func (p *play) cast() {
	p.owners = map[string]oncall.UserID{}
	for _, u := range p.roster.Users() {
		for _, a := range []string{u.Phone, u.Email} {
			if a != "" {
				p.owners[a] = u.ID
			}
		}
	}
}

func (p *play) owner(address string) oncall.UserID { return p.owners[address] }

// plan puts the script on the agenda: each event after what timers do at its instant, so that who answers at five minutes has had the
// page of five minutes.
func (p *play) plan(events []Event) {
	order := make([]int, len(events))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(events[a].At, events[b].At) })
	for _, k := range order {
		e := events[k]
		p.world.Last(e.At, func() {
			p.event = k + 1
			if err := e.Do.perform(p); err != nil {
				m := p.moment(Refused)
				m.Why = err.Error()
				m.What = fmt.Sprintf("%T", e.Do)
				p.note(m)
			}
			p.event = 0
			p.ahead--
			p.house.Step()
		})
	}
}

// run lets time pass to the script's end.
func (p *play) run(s *Script) {
	length := cmp.Or(s.Length, usual)
	for p.failed == nil && p.world.Next(length) {
		if s.UntilAnswered && p.ahead == 0 && p.answered() {
			return
		}
	}
	p.world.Run(length, func() {})
}

// answered reports whether there are incidents and none waits for anybody.
func (p *play) answered() bool {
	for _, i := range p.disk.Incidents {
		if i.State == incident.Triggered {
			return false
		}
	}
	return len(p.disk.Incidents) > 0
}

// use lets somebody use the engine.
func (p *play) use(do func(context.Context, *engine.Stepped) error) (err error) {
	p.house.With(func(e *engine.Stepped) { err = do(context.Background(), e) })
	return err
}

// hearts are the heartbeats of a play: those that its events are about, each of which is heard in time until one says otherwise.
func (p *play) hearts(events []Event, all []engine.Heartbeat) (named []engine.Heartbeat) {
	for _, h := range all {
		about := func(e Event) bool { q, ok := e.Do.(Quieten); return ok && q.Heartbeat == h.Name }
		if slices.ContainsFunc(events, about) {
			named = append(named, h)
			p.world.After(0, func() { p.beat(h) })
		}
	}
	return named
}

func (p *play) beat(h engine.Heartbeat) {
	if p.quiet[h.Name] {
		return
	}
	if err := p.use(func(ctx context.Context, e *engine.Stepped) error { return e.Beat(ctx, h.Name) }); err != nil {
		p.failed = err
	}
	p.world.After(h.Every, func() { p.beat(h) })
}

// draw is how long a step of a carrier takes: no time, unless the stage is slowed.
func (p *play) draw(time.Duration, time.Duration) time.Duration {
	if p.slow == 0 {
		return 0
	}
	return p.world.Between(0, p.slow)
}

// Status is a carrier that says what became of a message.
func (p *play) Status(s notify.Status) error {
	if s.Outcome.Final() {
		p.ended(s) // before what follows from it
	}
	return p.use(func(ctx context.Context, e *engine.Stepped) error { return e.Status(ctx, s) })
}

// Speech is a call that was taken.
func (p *play) Speech(provider, page, sid string) (speech notify.Speech, err error) {
	err = p.use(func(ctx context.Context, e *engine.Stepped) error {
		speech, err = e.Speech(ctx, provider, page, sid)
		return err
	})
	return speech, err
}

// Key is a key pressed in a call.
func (p *play) Key(provider, page, sid, key string) error {
	return p.use(func(ctx context.Context, e *engine.Stepped) error {
		_, _, err := e.Key(ctx, provider, page, sid, key)
		return err
	})
}

// Received is a message at its phone. Nobody answers one by themselves here.
func (p *play) Received(*simulate.Item) {}

// Answered is a person who waited for the call, or is awake.
func (p *play) Answered(i *simulate.Item) (string, time.Duration) {
	user := p.owner(i.Message.To)
	if len(p.waiting[user]) == 0 { // else the phone would be asleep
		p.pressed(user, "1", i)
		return "1", 0
	}
	next := p.waiting[user][0]
	p.waiting[user] = p.waiting[user][1:]
	p.event = next.event
	p.pressed(user, next.key, i)
	p.event = 0
	return next.key, 0
}

// awake reports whether somebody reacts by themselves.
func (p *play) awake(u oncall.UserID) bool { return p.script.Awake != nil && p.script.Awake(u) }

// react has somebody who is awake acknowledge what they read.
func (p *play) react(m Moment) {
	key := fmt.Sprint(m.Incident, m.User)
	if m.Purpose != incident.PageAlert || m.Via == oncall.Call || !p.awake(m.User) || p.reacts[key] {
		return
	}
	p.reacts[key] = true
	p.world.After(p.script.After, func() {
		if p.disk.Incidents[m.Incident].State != incident.Triggered {
			return
		}
		act := Act(Text{User: m.User, Words: fmt.Sprintf("ack %d", m.Incident)})
		if m.Via == oncall.Email {
			by := incident.Actor{Kind: incident.ByUser, Name: string(m.User), Channel: "email link"}
			act = Do{Number: m.Incident, Action: incident.Ack{By: by, User: m.User}}
		}
		if err := act.perform(p); err != nil {
			p.failed = err
		}
		p.house.Step()
	})
}

// press is what somebody will do in their next call, and the script's event that says so.
type press struct {
	key   string
	event int
}

// vain notes who waited for a call that never came.
func (p *play) vain() {
	for _, u := range slices.Sorted(maps.Keys(p.waiting)) {
		for _, w := range p.waiting[u] {
			m := p.moment(Refused)
			m.Event, m.User, m.Why = w.event, u, fmt.Sprintf("no call to %s rang", u)
			p.note(m)
		}
	}
}

func (p *play) pressed(user oncall.UserID, key string, i *simulate.Item) {
	m := p.moment(Pressed)
	m.User, m.By, m.Via, m.Text, m.Page = user, string(user), oncall.Call, key, i.Message.ID
	p.note(m)
}
