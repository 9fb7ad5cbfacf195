package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate"
)

// Stage is what scripts are played on: one configuration. Make one with NewStage; it is safe for concurrent use.
type Stage struct {
	settings engine.Settings
	carriers []Carrier
	metrics  *engine.Metrics // shared: nobody reads them
	slow     time.Duration   // that a carrier takes at most for each of its steps
	seed     uint64
}

// Carrier is a provider of the configuration as a rehearsal needs it: its name, and what it carries.
type Carrier struct {
	Name    string
	Methods []oncall.Method
}

// NewStage makes a stage of settings that are as in production, but that their Providers, Rooms and Runner are not used:
// the carriers, in order of preference, stand in for the first, and the others are played too.
func NewStage(s engine.Settings, carriers []Carrier) *Stage {
	return &Stage{settings: s, carriers: carriers, metrics: engine.NewMetrics(nil)}
}

// Slowed is the stage with carriers that take up to most for each of their steps, as seed draws it, where else they take no time.
// What another play of a script then does otherwise hangs on instants, and no prediction of it is worth anything.
func (s *Stage) Slowed(most time.Duration, seed uint64) *Stage {
	slowed := *s
	slowed.slow, slowed.seed = most, seed
	return &slowed
}

// Settings are the stage's settings, without providers.
func (s *Stage) Settings() engine.Settings { return s.settings }

// Carries reports whether any carrier of the stage carries a method.
func (s *Stage) Carries(m oncall.Method) bool {
	return slices.ContainsFunc(s.carriers, func(c Carrier) bool { return slices.Contains(c.Methods, m) })
}

// carrier is a provider of a play: a simulated carrier that carries what its namesake does, and notes what it is handed.
type carrier struct {
	*simulate.Carrier
	methods []oncall.Method
	play    *play
}

func (c *carrier) Carries(m oncall.Method) bool { return slices.Contains(c.methods, m) }

func (c *carrier) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	at := len(c.play.line.Moments)
	c.play.sending(c.ID, &m)
	r, err := c.Carrier.Send(ctx, m)
	if err != nil {
		c.play.line.Moments[at].Why = err.Error()
	}
	if err == nil && r.Delivered {
		c.play.ended(notify.Status{Provider: c.ID, MessageID: m.ID, Outcome: notify.Delivered})
	}
	return r, err
}

// carriers hires the carriers of a play.
func (p *play) hire(all []Carrier) (out []notify.Provider) {
	for _, c := range all {
		sim := simulate.NewCarrier(p.world, c.Name, p)
		name := c.Name
		sim.Mood = func(m *notify.Message) simulate.Mood { return p.mood(name, m) }
		sim.Phone = func(m *notify.Message) simulate.PhoneState { return p.phone(name, m) }
		sim.Draw, sim.Talk = p.draw, 3*time.Second
		own := &carrier{Carrier: sim, methods: c.Methods, play: p}
		p.carriers = append(p.carriers, own)
		out = append(out, own)
	}
	return out
}

// mood is how a provider answers now.
func (p *play) mood(provider string, m *notify.Message) simulate.Mood {
	for _, f := range p.faults {
		if f.Mood != "" && f.hits(provider, m, p) {
			return f.Mood
		}
	}
	return simulate.Well
}

// phone is how a person's phone, or mailbox, is now. Nobody takes a call who does not wait for it.
func (p *play) phone(provider string, m *notify.Message) simulate.PhoneState {
	for _, f := range p.faults {
		if f.Mood == "" && f.hits(provider, m, p) {
			return f.state()
		}
	}
	if m.Via == oncall.Call && p.engaged(m) {
		return simulate.Busy
	}
	if m.Via == oncall.Call && (len(p.waiting[p.owner(m.To)]) > 0 || p.awake(p.owner(m.To))) {
		return simulate.Works
	}
	return simulate.Asleep
}

// engaged reports whether a phone is in another call.
func (p *play) engaged(m *notify.Message) bool {
	for _, c := range p.carriers {
		for _, i := range slices.Backward(c.Items) {
			if i.Message.To == m.To && i.Message.ID != m.ID && i.Engages() {
				return true
			}
		}
	}
	return false
}

func (f Fault) state() simulate.PhoneState {
	if f.Phone == "" {
		return simulate.Fails
	}
	return f.Phone
}

// hits reports whether a fault is about a message to a provider; nil: about what it is asked.
func (f *Fault) hits(provider string, m *notify.Message, p *play) bool {
	if f.Provider != "" && f.Provider != provider {
		return false
	}
	if m == nil {
		return f.User == "" && f.Via == ""
	}
	if f.Phone != "" && f.Via == "" && m.Via == oncall.Email { // what is wrong with a phone is not wrong with a mailbox
		return false
	}
	return (f.Via == "" || f.Via == m.Via) && (f.User == "" || f.User == p.owner(m.To))
}

// String says a fault: "sms to bo over north: fails".
func (f Fault) String() string {
	what := "everything"
	if f.Via != "" {
		what = string(f.Via)
	}
	if f.User != "" {
		what += " to " + string(f.User)
	}
	if f.Provider != "" {
		what += " over " + f.Provider
	}
	if f.Mood != "" {
		return what + ": provider " + string(f.Mood)
	}
	return what + ": " + string(f.state())
}

// Tell is a chat room, which works.
func (p *play) Tell(_ context.Context, n engine.RoomNote) error {
	m := p.moment(Told)
	m.Incident, m.Receiver, m.Text, m.What = n.Incident.Number, n.Receiver, n.Words, n.Reason
	m.about(&n.Incident)
	p.note(m)
	return nil
}

// Run is a webhook or command of an automation: it is noted, and nothing is called.
func (p *play) Run(_ context.Context, step automation.Step, _ automation.Payload) (automation.Result, error) {
	return automation.Result{Text: "not run in a rehearsal"}, nil
}

var errNoPhone = errors.New("has no phone in the configuration")

func (p *play) number(u oncall.UserID) (string, error) {
	user, ok := p.roster.User(u)
	if !ok {
		return "", fmt.Errorf("there is no user %q", u)
	}
	if user.Phone == "" {
		return "", fmt.Errorf("%s %w", u, errNoPhone)
	}
	return user.Phone, nil
}
