package engine

import (
	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
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
func (b *batch) suppression(i *incident.Incident) (*router.Suppression, error) {
	var found *router.Suppression
	after := noAlert
	for {
		members, err := b.tx.AlertsOf(i.Number, after, 100)
		if err != nil {
			return nil, b.fail(err)
		}
		for k := range members {
			m := &members[k]
			if !m.FiresIn(i.Number) {
				continue
			}
			s := b.check(&m.Alert, pick(b.live.route(&m.Alert), i))
			if s == nil {
				return nil, nil
			}
			found = sooner(found, s)
		}
		if len(members) < 100 {
			return found, nil
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
