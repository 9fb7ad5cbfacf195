package engine

import (
	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

func (b *batch) check(a *alert.Alert, d *router.Decision) *router.Suppression {
	return b.e.hot.inhibit.check(b.live.gate, a, d, b.now)
}

// together is what suppresses an incident when an alert, muted or not, joins it: one that people may hear of is enough.
func together(i *incident.Incident, muted *router.Suppression) *router.Suppression {
	if muted == nil || (i.Suppressed == nil && i.Firing > 0) {
		return nil
	}
	return muted
}

// suppression looks afresh at what keeps people from hearing of an incident: nothing, as soon as one of its firing alerts is free.
func (b *batch) suppression(i *incident.Incident) (found *router.Suppression, err error) {
	err = b.firing(i, func(_ *store.Alert, s *router.Suppression) (more bool, err error) {
		if s == nil {
			found = nil
			return false, nil
		}
		found = sooner(found, s)
		return true, nil
	})
	return found, err
}

// heard looks afresh at the alerts that an incident has hushed, and remembers of those that are free that they are. nil where it has
// none.
func (b *batch) heard(i *incident.Incident) (*incident.Heard, error) {
	if i.Hushed.IsZero() {
		return nil, nil
	}
	h := &incident.Heard{}
	err := b.firing(i, func(row *store.Alert, s *router.Suppression) (more bool, err error) {
		switch {
		case row.Muted == nil || row.UpdatedAt.Before(i.Hushed.Since): // nothing was hushed of it
		case s == nil:
			h.Free, row.Muted = true, nil
			return true, b.fail(b.tx.PutAlert(*row))
		default:
			h.Muted = sooner(h.Muted, s)
		}
		return true, nil
	})
	return h, err
}

// firing calls yield for the alerts that fire in an incident, with what mutes each now, until it has enough.
func (b *batch) firing(i *incident.Incident, yield func(*store.Alert, *router.Suppression) (more bool, err error)) error {
	after := noAlert
	for {
		members, err := b.tx.AlertsOf(i.Number, after, 100)
		if err != nil {
			return b.fail(err)
		}
		for k := range members {
			m := &members[k]
			if !m.FiresIn(i.Number) {
				continue
			}
			more, err := yield(m, b.check(&m.Alert, pick(b.live.route(&m.Alert), i)))
			if err != nil || !more {
				return err
			}
		}
		if len(members) < 100 {
			return nil
		}
		after = members[len(members)-1].ID()
	}
}

// sooner keeps the suppression that may end first.
func sooner(a, b *router.Suppression) *router.Suppression {
	if a == nil || (!b.Until.IsZero() && (a.Until.IsZero() || b.Until.Before(a.Until))) {
		return b
	}
	return a
}
