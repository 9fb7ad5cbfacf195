package incident

import (
	"slices"
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// wake does what is due at now, and nothing when nothing is.
func (d *draft) wake(w Wake) error {
	i := &d.i
	switch {
	case i.State == Closed:
		return nil
	case i.State == Resolved:
		d.wakeResolved(w.Suppressed)
		return nil
	case !i.ClearedAt.IsZero() && !i.ClearedAt.Add(i.ResolveDelay).After(d.now):
		d.resolve(self, "recovered", "")
		return nil
	case i.State == Acknowledged && i.ClearedAt.IsZero() && passed(i.AckUntil, d):
		d.i.Lapses++
		d.retrigger("the acknowledgement of " + nameOr(i.AckedBy, "somebody") + " lapsed")
		d.startUnless(w.Suppressed)
	case i.State == OnHold && i.ClearedAt.IsZero() && passed(i.HoldUntil, d):
		d.retrigger("its hold ended")
		d.startUnless(w.Suppressed)
	}
	if i.State == Acknowledged || i.State == OnHold {
		d.heed(w)
	}
	if i.State != Triggered {
		if passed(i.TellAt, d) {
			d.update()
		}
		d.remindUpdate()
		return nil
	}
	if i.Firing > 0 {
		d.suppress(w.Suppressed)
	}
	if i.Suppressed == nil && i.ClearedAt.IsZero() {
		d.advance()
	}
	return nil
}

func (d *draft) wakeResolved(s *router.Suppression) {
	i := &d.i
	switch {
	case i.Firing > 0 && i.DuplicateOf == 0 && !i.stillFiringAt().After(d.now):
		d.reopen("its alerts still fire "+lapse.Exact(d.now.Sub(i.ResolvedAt))+" after it was resolved", s)
	case d.kept():
		d.remindEnd()
	case !i.ResolvedAt.Add(d.closeIn()).After(d.now):
		i.State = Closed
		i.ClosedAt, i.ClosedBy = d.now, string(BySystem)
		d.tell(DidClose, self, "", "Closed, %s after it was resolved", lapse.Exact(d.now.Sub(i.ResolvedAt)))
	}
}

// advance issues due steps and, when the level's time is over, fires what follows.
func (d *draft) advance() {
	c := &d.i.Cursor
	if c.FiredAt.IsZero() {
		d.start(c.Round)
		return
	}
	if passed(c.EndsAt, d) {
		if c.EndsAt.Add(atOnce).After(d.now) { // what is due at the end of a level is due; what came due while nobody was awake is late
			d.issue()
		}
		d.i.Escalations++
		d.next()
		return
	}
	d.issue()
}

// atOnce is how late a timer may be and still be that of its instant.
const atOnce = 2 * time.Second

// suppress moves a triggered incident in or out of suppression.
func (d *draft) suppress(s *router.Suppression) {
	if d.i.State != Triggered || d.i.Loud || d.i.Reporter != "" { // what a person reported no silence of alerts is about
		return
	}
	was := d.i.Suppressed
	d.i.Suppressed = s
	switch {
	case s == nil && was != nil:
		d.tell(DidUnsuppress, self, string(was.Kind)+" "+was.Rule+d.version(), "%s %s ended and it still fires: people are paged", was.Kind, was.Rule)
		d.rooms("triggered")
		d.start(d.i.Cursor.nextRound())
		d.bring(d.i.Waiting)
		d.i.Waiting = nil
	case s != nil && (was == nil || was.Kind != s.Kind || was.Rule != s.Rule):
		if was == nil {
			c := d.i.Cursor
			d.stop()
			d.i.Cursor = Cursor{Policy: c.Policy, Round: c.Round, Level: c.Level, Lap: c.Lap}
			if !c.FiredAt.IsZero() {
				d.i.Cursor.Round++
				d.i.Cursor.Paused = true
			}
		}
		d.muted(s)
	}
}

// startUnless starts paging from the first level, unless something keeps people from being paged.
func (d *draft) startUnless(s *router.Suppression) {
	if s == nil || d.i.Loud || d.i.Reporter != "" {
		d.start(0)
		return
	}
	d.i.Suppressed = s
	d.muted(s)
}

func (d *draft) muted(s *router.Suppression) {
	d.tell(DidSuppress, self, string(s.Kind)+" "+s.Rule+d.version(), "Nobody is paged: %s %s", s.Kind, s.Rule)
}

// nextRound is the round in which paging starts again: a new one if this one has paged anybody.
func (c *Cursor) nextRound() int {
	if c.FiredAt.IsZero() {
		return c.Round
	}
	return c.Round + 1
}

// report takes note of what became of a page, and hurries on when it did not reach the person.
func (d *draft) report(r Report) error {
	if !r.Quiet {
		d.tell(DidReport, self, "", "%s", r.Detail)
	}
	n, st := d.i.Cursor.step(r.Page)
	if st == nil || r.Outcome == "" {
		return nil
	}
	if r.Outcome == StepMissed && !r.Refused {
		d.i.Cursor.Rung = true
	}
	if st.Outcome == StepDelivered && r.Outcome != StepMissed || st.Outcome == StepMissed && r.Outcome == StepMissed {
		return nil // a miss hurries once
	}
	st.Outcome = r.Outcome
	if r.Outcome != StepMissed && r.Outcome != StepHeld {
		d.i.Cursor.Reached = true
		return nil
	}
	if d.i.State != Triggered || d.i.Suppressed != nil || !d.i.ClearedAt.IsZero() {
		return nil
	}
	if n.busy(st) || d.hurry(n) {
		d.issue()
		return nil
	}
	if d.exhausted() {
		d.giveUpLevel()
	}
	return nil
}

// busy reports whether a method after st is under way already, so that none has to be hurried: two calls at once to one
// phone are one call and a busy line.
func (n *Notice) busy(st *Step) bool {
	after := false
	for k := range n.Steps {
		s := &n.Steps[k]
		if after && s.Page != "" && (s.Outcome == "" || s.Outcome == StepSent) {
			return true
		}
		after = after || s == st
	}
	return false
}

// hurry makes a person's next step due now; false when none is left.
func (d *draft) hurry(n *Notice) bool {
	for k := range n.Steps {
		s := &n.Steps[k]
		if s.Page == "" && s.Outcome == "" {
			if s.Due.After(d.now) {
				s.Due = d.now
			}
			return true
		}
	}
	return false
}

// exhausted reports whether every person of the level was tried by every method, and the last word of each is a miss.
func (d *draft) exhausted() bool {
	for _, n := range d.i.Cursor.People {
		missed := false
		for _, s := range n.Steps {
			switch s.Outcome {
			case "", StepSent, StepHeld:
				return false
			case StepMissed:
				missed = true
			}
		}
		if !missed {
			return false
		}
	}
	return true
}

// giveUpLevel goes on at once, except after the last level of a policy that has anybody: a new round keeps its distance, so that
// phones which are off are not called without pause. A round that reached nobody at all goes to the fallback at once.
func (d *draft) giveUpLevel() {
	c := &d.i.Cursor
	p, ok := d.book.Roster.Policy(c.Policy)
	last := ok && c.Level >= 0 && !d.anybodyAfter(p)
	if last && (c.Reached || c.perhaps() || p.ID == d.book.Roster.Fallback() || d.circles(p)) {
		d.againSoon()
		return
	}
	d.i.Escalations++
	d.tell(DidEscalate, self, "delivery", "Everybody at this level was tried by every method: going on at once")
	d.next()
}

// anybodyAfter reports whether a level after the current one has a room, or somebody who can be reached.
func (d *draft) anybodyAfter(p oncall.Policy) bool {
	for _, lv := range p.Levels[min(d.i.Cursor.Level+1, len(p.Levels)):] {
		people, rooms, _ := d.resolveLevel(lv)
		if len(rooms) > 0 || slices.ContainsFunc(people, d.reachable) {
			return true
		}
	}
	return false
}

// reachable reports whether somebody has an address for one of their notification rules.
func (d *draft) reachable(id oncall.UserID) bool {
	u, ok := d.book.Roster.User(id)
	return ok && slices.ContainsFunc(u.Rules(d.urgency()), func(r oncall.Rule) bool { return u.Address(r.Via) != "" })
}

// circles reports whether a policy whose last round ends hands over to others that end in it again, without the fallback between.
func (d *draft) circles(p oncall.Policy) bool {
	if p.Repeat == 0 || d.i.Cursor.Lap+1 < p.Repeat {
		return false // the fallback follows
	}
	q := p
	for range d.book.Roster.Policies() {
		next, ok := d.book.Roster.Policy(q.Then)
		switch {
		case q.Then == "" || !ok || next.ID == d.book.Roster.Fallback():
			return false
		case next.ID == p.ID:
			return true
		case next.Repeat != 1:
			return false
		}
		q = next
	}
	return false
}

// againSoon brings the next round forward when no provider has taken anything of this one: no phone was disturbed, so none has to be
// left in peace. The longer that goes on, the longer are the pauses.
func (d *draft) againSoon() {
	c := &d.i.Cursor
	if c.Reached || c.perhaps() || c.Rung {
		return
	}
	wait := max(nobodyWait, d.now.Sub(d.i.TriggeredAt)/2)
	if at := d.now.Add(wait); at.Before(c.EndsAt) {
		c.EndsAt = at
		d.tell(DidEscalate, self, "delivery", "No provider took a message to anybody: everything is tried again in %s", lapse.Exact(wait))
	}
}

// step finds the step of a page at the current level.
func (c *Cursor) step(page string) (*Notice, *Step) {
	for k := range c.People {
		for s := range c.People[k].Steps {
			if page != "" && c.People[k].Steps[s].Page == page {
				return &c.People[k], &c.People[k].Steps[s]
			}
		}
	}
	return nil, nil
}

func passed(t time.Time, d *draft) bool { return !t.IsZero() && !t.After(d.now) }

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}
