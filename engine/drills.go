package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// drillLate is how late a drill may begin when rouse was down at its time. After that it is skipped: people expect drills at
// their time of day.
const drillLate = time.Hour

// ErrNoDrill: the configuration has no drill of that name.
var ErrNoDrill = errors.New("there is no such drill in the configuration")

// Drill is a regular test of an escalation policy on real people.
type Drill struct {
	Name     string
	Weekdays []time.Weekday // empty: every day
	Minute   int            // since midnight, by the clock on the wall in Zone
	Zone     *time.Location
	Policy   oncall.PolicyID
}

// window is the time in which a drill may begin. Its rules for clocks that change are those of maintenance windows.
func (d *Drill) window() router.Window {
	return router.Window{Name: d.Name, Weekdays: d.Weekdays, Minute: d.Minute, Zone: d.Zone, Recurring: true, For: drillLate}
}

// drillMark is what the store remembers of a drill, so that no time of it is used twice.
type drillMark struct {
	Slot    time.Time `json:"slot"`             // the last that was begun or skipped; first seen, for a new drill
	Skipped bool      `json:"skipped,omitzero"` // it was skipped
	Number  int64     `json:"number,omitempty"` // incident of the last that was begun
	When    string    `json:"when"`             // its times then: others begin anew
}

// when is the drill's times in words.
func (d *Drill) when() string {
	p := incident.DrillPlan{Weekdays: d.Weekdays, Minute: d.Minute}
	return p.When() + " " + d.Zone.String()
}

func drillNote(name string) string { return "drill/" + name }

func readDrill(tx store.Tx, name string) (m drillMark, err error) {
	text, err := tx.Note(drillNote(name))
	if err != nil || text == "" {
		return m, err
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return drillMark{}, nil // one that cannot be read is that of a new drill
	}
	return m, nil
}

func (b *batch) markDrill(name string, m drillMark) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return b.fail(b.tx.PutNote(drillNote(name), string(text)))
}

// drills begins the drills whose time has come, and returns when the next one's does.
func (e *Engine) drills(now time.Time) (next time.Time, err error) {
	for _, d := range e.live.Load().Drills {
		w := d.window()
		last := w.Last(now)
		if e.drilled[d.Name].Before(last) || e.drilled[d.Name].IsZero() {
			if err := e.must(func(b *batch) error { return b.drillAt(&d, last) }); err != nil {
				return time.Time{}, fmt.Errorf("drill %s: %w", d.Name, err)
			}
			e.drilled[d.Name] = last
		}
		next = earlier(next, w.Next(now))
	}
	return next, nil
}

// drillAt begins a drill for one time of it, unless that was used already or is too long ago.
func (b *batch) drillAt(d *Drill, slot time.Time) error {
	m, err := readDrill(b.tx, d.Name)
	if err != nil {
		return b.fail(err)
	}
	switch {
	case !m.Slot.Before(slot):
		return nil
	case m.When != d.when() && b.now.Sub(slot) > time.Minute: // new, or at another time from now on: that is still to come
		return b.markDrill(d.Name, drillMark{Slot: b.now, Number: m.Number, When: d.when()})
	case b.now.Sub(slot) > drillLate:
		name, late := d.Name, b.now.Sub(slot)
		b.after(func() {
			b.e.metrics.DrillSkipped.WithLabelValues(name).Inc()
			b.e.log.Warn("a drill was skipped: rouse was down at its time, and for an hour after", "drill", name, "late", late.String())
		})
		return b.markDrill(d.Name, drillMark{Slot: slot, Skipped: true, Number: m.Number, When: d.when()})
	}
	i, err := b.beginDrill(d, system)
	if err != nil {
		return err
	}
	return b.markDrill(d.Name, drillMark{Slot: slot, Number: i.Number, When: d.when()})
}

// StartDrill begins a drill now, beside its times. It is ErrNoDrill when there is none of that name.
func (e *Engine) StartDrill(ctx context.Context, name string, by incident.Actor) (incident.Incident, error) {
	return committed(ctx, e, func(b *batch) (none incident.Incident, err error) {
		at := slices.IndexFunc(b.live.Drills, func(d Drill) bool { return d.Name == name })
		if at < 0 {
			return none, ErrNoDrill
		}
		m, err := readDrill(b.tx, name)
		if err != nil {
			return none, b.fail(err)
		}
		i, err := b.beginDrill(&b.live.Drills[at], by)
		if err != nil {
			return none, err
		}
		m.Number = i.Number
		return *i, b.markDrill(name, m)
	})
}

func (b *batch) beginDrill(d *Drill, by incident.Actor) (*incident.Incident, error) {
	n, err := b.tx.NextNumber()
	if err != nil {
		return nil, b.fail(err)
	}
	turn, err := b.tx.AddCounter("turn/drill/"+d.Name, 1)
	if err != nil {
		return nil, b.fail(err)
	}
	return b.act(0, incident.Drill{Number: n, Turn: turn, Name: d.Name, Policy: d.Policy, Team: teamOf(b.live.book.Roster, d.Policy, b.now), By: by})
}

// teamOf is the team whose manager answers for a policy: that of its first schedule or team, else one that the first person on it
// belongs to.
func teamOf(r *oncall.Roster, id oncall.PolicyID, now time.Time) oncall.TeamID {
	p, _ := r.Policy(id)
	for _, l := range p.Levels {
		for _, t := range l.Targets {
			if s, ok := r.Schedule(oncall.ScheduleID(t.Name)); t.Kind == oncall.ToSchedule && ok && s.Team != "" {
				return s.Team
			}
			if t.Kind == oncall.ToTeam {
				return oncall.TeamID(t.Name)
			}
		}
	}
	for _, l := range p.Levels {
		for _, t := range l.Targets {
			for _, u := range r.Resolve(t, now) {
				for _, team := range r.Teams() {
					if slices.Contains(team.Members, u) {
						return team.ID
					}
				}
			}
		}
	}
	return ""
}

// Drills returns the drills of the configuration, when each is next, and whether its last time was skipped. What became of those
// that were begun is in their incidents: their type is incident.TypeDrill, their Rule the drill's name.
func (e *Engine) Drills(ctx context.Context) (plans []incident.DrillPlan, err error) {
	now := e.now()
	err = e.store.View(ctx, func(tx store.Tx) error {
		plans = nil
		for _, d := range e.live.Load().Drills {
			m, err := readDrill(tx, d.Name)
			if err != nil {
				return err
			}
			w := d.window()
			p := incident.DrillPlan{Name: d.Name, Weekdays: d.Weekdays, Minute: d.Minute, Zone: d.Zone, Policy: d.Policy, Next: w.Next(now), Last: m.Number}
			if m.Skipped {
				p.Skipped = m.Slot
			}
			plans = append(plans, p)
		}
		return nil
	})
	return plans, err
}

// knowDrills fills the metrics of the configured drills from what the store knows.
func (e *Engine) knowDrills(tx store.Tx, drills []Drill) error {
	for _, d := range drills {
		e.metrics.DrillFailed.WithLabelValues(d.Name)
		e.metrics.DrillSkipped.WithLabelValues(d.Name)
		e.metrics.DrillLast.WithLabelValues(d.Name)
		e.metrics.DrillAnswer.WithLabelValues(d.Name)
	}
	if len(drills) == 0 {
		return nil
	}
	known := map[string]bool{}
	return tx.EachFacts(store.Filter{Types: []string{incident.TypeDrill}}, func(f *incident.Facts) error {
		if f.Code == incident.Answered && !known[f.Rule] && slices.ContainsFunc(drills, func(d Drill) bool { return d.Name == f.Rule }) {
			known[f.Rule] = true
			e.metrics.DrillLast.WithLabelValues(f.Rule).Set(float64(f.ResolvedAt.Unix()))
		}
		return nil
	})
}

// drill counts how a drill ended.
func (m *Metrics) drill(i *incident.Incident) {
	switch i.Code {
	case incident.Answered:
		m.DrillLast.WithLabelValues(i.Rule).Set(float64(i.ResolvedAt.Unix()))
		m.DrillAnswer.WithLabelValues(i.Rule).Observe(i.ResolvedAt.Sub(i.CreatedAt).Seconds())
	case incident.Unanswered:
		m.DrillFailed.WithLabelValues(i.Rule).Inc()
	}
}
