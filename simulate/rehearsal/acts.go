package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate"
)

func (a Receive) perform(p *play) error {
	now := p.world.Now()
	batch := slices.Clone(a.Alerts)
	for k := range batch {
		x := &batch[k]
		if x.StartsAt.IsZero() {
			x.StartsAt = now
		}
		if x.State == alert.Resolved && x.EndsAt.IsZero() {
			x.EndsAt = now
		}
		if err := x.Identify(); err != nil {
			return err
		}
	}
	at := len(p.line.Moments)
	err := p.use(func(ctx context.Context, e *engine.Stepped) error { return e.Accept(ctx, batch) })
	if err != nil {
		return err
	}
	var said []Moment
	for k := range batch {
		said = append(said, p.received(&batch[k]))
	}
	p.line.Moments = slices.Insert(p.line.Moments, at, said...) // before what follows from it
	return nil
}

func (p *play) received(a *alert.Alert) Moment {
	m := p.moment(Received)
	m.By, m.What, m.Labels = a.Integration, string(a.State)+" "+a.Title, a.Labels
	m.Data = map[string]string{"severity": string(a.Severity), "key": a.Key}
	m.Incidents = p.disk.Alerts[a.ID()].Incidents
	if len(m.Incidents) > 0 {
		m.Incident = m.Incidents[0]
	}
	return m
}

func (a Text) perform(p *play) error {
	number, err := p.number(a.User)
	if err != nil {
		return err
	}
	m := p.moment(Said)
	m.User, m.By, m.Via, m.Text = a.User, string(a.User), oncall.SMS, a.Words
	p.note(m)
	p.acts++
	sid := fmt.Sprintf("SM%d", p.acts)
	return p.use(func(ctx context.Context, e *engine.Stepped) error {
		return e.Text(ctx, p.line1(), sid, number, "", a.Words)
	})
}

// line1 is the provider that texts come in by.
func (p *play) line1() string {
	for _, c := range p.carriers {
		if c.Carries(oncall.SMS) {
			return c.ID
		}
	}
	return ""
}

func (a Press) perform(p *play) error {
	number, err := p.number(a.User)
	if err != nil {
		return err
	}
	for _, c := range p.carriers {
		for _, i := range slices.Backward(c.Items) {
			if i.Message.To == number && i.Message.Via == oncall.Call && p.take(c, i, a) {
				return nil
			}
		}
	}
	p.waiting[a.User] = append(p.waiting[a.User], press{a.Key, p.event})
	return nil
}

func (p *play) take(c *carrier, i *simulate.Item, a Press) bool {
	if !i.Rings() {
		return false
	}
	p.pressed(a.User, a.Key, i)
	return c.Take(i, a.Key)
}

func (a Do) perform(p *play) error {
	n := a.Number
	if n == 0 {
		n = p.newest()
	}
	if n == 0 {
		return errors.New("there is no open incident to act on")
	}
	m := p.moment(Acted)
	by, verb := incident.Signed(a.Action)
	m.Incident, m.By, m.What = n, by.String(), verb
	p.note(m)
	return p.use(func(ctx context.Context, e *engine.Stepped) error {
		_, err := e.Do(ctx, n, a.Action)
		return err
	})
}

// newest is the newest incident that is open.
func (p *play) newest() (n int64) {
	for k, i := range p.disk.Incidents {
		if i.State.Open() && k > n {
			n = k
		}
	}
	return n
}

func (a Report) perform(p *play) error {
	return p.use(func(ctx context.Context, e *engine.Stepped) error {
		_, err := e.Open(ctx, a.Open)
		return err
	})
}

func (a Break) perform(p *play) error {
	m := p.moment(Broke)
	m.What = a.Fault.String()
	p.note(m)
	p.faults = append(p.faults, a.Fault)
	return nil
}

func (a Mend) perform(p *play) error {
	m := p.moment(Mended)
	m.What = a.Fault.String()
	p.note(m)
	before := len(p.faults)
	p.faults = slices.DeleteFunc(p.faults, func(f Fault) bool {
		return f.Provider == a.Provider && f.User == a.User && f.Via == a.Via
	})
	if len(p.faults) == before {
		return errors.New("nothing of the kind was broken")
	}
	return nil
}

func (a Silence) perform(p *play) error {
	s := a.Silence
	if s.StartsAt.IsZero() {
		s.StartsAt = p.world.Now()
	}
	m := p.moment(Changed)
	m.By, m.What, m.Why = s.CreatedBy, "silence", s.Comment
	p.note(m)
	return p.use(func(ctx context.Context, e *engine.Stepped) error {
		made, err := e.PutSilence(ctx, s, incident.Actor{Kind: incident.ByUser, Name: s.CreatedBy})
		if err == nil {
			p.silences = append(p.silences, made.ID)
		}
		return err
	})
}

func (a Unsilence) perform(p *play) error {
	if len(p.silences) == 0 {
		return errors.New("there is no silence to end")
	}
	m := p.moment(Changed)
	m.By, m.What = a.By, "silence ended"
	p.note(m)
	for _, id := range p.silences {
		if err := p.use(func(ctx context.Context, e *engine.Stepped) error {
			return e.ExpireSilence(ctx, id, incident.Actor{Kind: incident.ByUser, Name: a.By})
		}); err != nil {
			return err
		}
	}
	p.silences = nil
	return nil
}

func (a Cover) perform(p *play) error {
	m := p.moment(Changed)
	m.By, m.User, m.What = a.By.String(), a.User, fmt.Sprintf("%s covers %s", a.User, a.Schedule)
	p.note(m)
	o := a.Override
	if o.From.IsZero() {
		o.From = p.world.Now()
	}
	return p.use(func(ctx context.Context, e *engine.Stepped) error {
		_, err := e.PutOverride(ctx, o, a.By)
		return err
	})
}

func (a Quieten) perform(p *play) error {
	if !slices.ContainsFunc(p.house.Settings().Heartbeats, func(h engine.Heartbeat) bool { return h.Name == a.Heartbeat }) {
		return fmt.Errorf("there is no heartbeat %q in the configuration", a.Heartbeat)
	}
	p.quiet[a.Heartbeat] = true
	return nil
}

func (a Beat) perform(p *play) error {
	for _, h := range p.house.Settings().Heartbeats {
		if h.Name == a.Heartbeat {
			p.quiet[h.Name] = false
			p.beat(h)
			return nil
		}
	}
	return fmt.Errorf("heartbeat %q has not fallen silent before", a.Heartbeat)
}
