package incident

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/router"
)

// Stuck says what is wrong with an incident that nothing would ever move again, or that should have moved more than slack
// ago; "" when all is well. It holds the law of this package against a record: who is not acknowledged has a timer, and that
// timer is no later than what waits for it. It judges the record alone; whether an index lists the timer is for others.
func Stuck(i *Incident, now time.Time, slack time.Duration) string {
	late := func(t time.Time) bool { return !t.IsZero() && t.Add(slack).Before(now) }
	missed := func(t time.Time) bool { return !t.IsZero() && (i.WakeAt.IsZero() || i.WakeAt.After(t)) }
	switch {
	case i.State == Closed:
		return ""
	case late(i.WakeAt):
		return fmt.Sprintf("its timer was due %s ago", lapse.Exact(now.Sub(i.WakeAt)))
	case i.State == Resolved:
		if i.Firing > 0 && i.DuplicateOf == 0 && missed(i.stillFiringAt()) {
			return "its alerts still fire, and no timer brings it back"
		}
		return ""
	case !i.ClearedAt.IsZero():
		if missed(i.ClearedAt.Add(i.ResolveDelay)) {
			return "every alert recovered, and no timer resolves it"
		}
		return ""
	case i.State == Triggered:
		return i.unpaged(missed)
	case missed(i.AckUntil), missed(i.HoldUntil):
		return "its acknowledgement or hold ends, and no timer says so"
	case missed(i.TellAt), missed(i.Hushed.LookAt):
		return "somebody is to be told of new alerts, and no timer says so"
	}
	return ""
}

// unpaged says why nobody would be paged any further for a triggered incident.
func (i *Incident) unpaged(missed func(time.Time) bool) string {
	switch {
	case i.WakeAt.IsZero():
		return "it has no timer"
	case i.Suppressed != nil:
		return ""
	case i.Cursor.EndsAt.IsZero():
		return "its level has no end"
	case missed(i.Cursor.EndsAt):
		return "no timer ends its level"
	}
	for _, due := range i.Cursor.pending() {
		if missed(due) {
			return "no timer brings somebody's next method"
		}
	}
	return ""
}

// Redrive sets an incident going again that rouse's own check found stuck. Suppressed is looked up afresh by the caller.
type Redrive struct {
	Why        string
	Suppressed *router.Suppression
	Heard      *Heard // likewise, where something is hushed
}

func (Redrive) action() {}

// redrive does what should have been done, and where the level has lost its end, what follows it.
func (d *draft) redrive(r Redrive) error {
	if d.i.State == Closed {
		return ErrFinal
	}
	d.tell(DidRedrive, self, "self-check", "Found stuck by rouse's own check: %s. Set going again", r.Why)
	if err := d.wake(Wake{Suppressed: r.Suppressed, Heard: r.Heard}); err != nil {
		return err
	}
	if i := &d.i; i.State == Triggered && i.Suppressed == nil && i.ClearedAt.IsZero() && i.Cursor.EndsAt.IsZero() {
		d.next()
	}
	return nil
}
