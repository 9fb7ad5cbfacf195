package engine

import (
	"errors"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// act decides one action on an incident; n is 0 for one that opens. It returns the record afterwards. What follows for other
// records (children, automations) is decided in the same batch, and what a person did is in the audit log with it.
func (b *batch) act(n int64, a incident.Action) (*incident.Incident, error) {
	var cur incident.Incident
	if n != 0 {
		i, err := b.incident(n)
		if err != nil {
			return nil, err
		}
		cur = *i
	}
	a, err := b.complete(n, &cur, a)
	if err != nil {
		return nil, err
	}
	ch, err := incident.Decide(cur, a, b.live.book, b.now)
	if err != nil {
		return nil, err
	}
	if err := b.apply(ch); err != nil {
		return nil, err
	}
	if err := b.sign(a, &ch); err != nil {
		return nil, err
	}
	if err := b.consequences(a, &cur, &ch); err != nil {
		return nil, err
	}
	return &b.cases[ch.Next.Number].now, nil
}

// complete looks up what an action needs to know beside the incident.
func (b *batch) complete(n int64, cur *incident.Incident, a incident.Action) (incident.Action, error) {
	switch a := a.(type) {
	case incident.Resolve:
		if !cur.State.Open() {
			return a, nil
		}
		ending, err := b.endEvents(n)
		a.Ending = ending
		return a, err
	case incident.Publish:
		return b.subscribed(cur, a)
	case incident.Reopen:
		if !a.Parent || cur.Firing == 0 {
			return a, nil // somebody asks for help: that is louder than a silence
		}
		s, err := b.suppression(cur)
		a.Suppressed = s
		return a, err
	}
	return a, nil
}

func (b *batch) apply(ch incident.Change) error {
	n := ch.Next.Number
	c, ok := b.cases[n]
	if !ok {
		c = &casefile{}
		b.cases[n] = c
	}
	if ch.Next.GroupKey != "" {
		b.groups[groupID{ch.Next.Service, ch.Next.GroupKey}] = max(n, b.groups[groupID{ch.Next.Service, ch.Next.GroupKey}])
	}
	c.now, c.dirty = ch.Next, true
	b.ledger.written++ // the record is written with the batch
	c.entries = append(c.entries, ch.Entries...)
	if ch.Void {
		if err := b.void(n); err != nil {
			return err
		}
	}
	for _, p := range ch.Pages {
		if err := b.enqueue(p); err != nil {
			return err
		}
	}
	return nil
}

// sign writes what a person or token did into the audit log. An incident's words stay in its timeline, which not everybody may
// read; the log says what was done to which.
func (b *batch) sign(a incident.Action, ch *incident.Change) error {
	by, verb := incident.Signed(a)
	if verb == "" || !by.Person() {
		return nil
	}
	what := ch.Next.Ref()
	if len(ch.Entries) > 0 && !ch.Next.Confidential() {
		what += ": " + clip(ch.Entries[0].What, 300)
	}
	_, err := b.tx.PutAct(store.Act{At: b.now, By: by, Verb: "incident." + verb, What: what, Incident: ch.Next.Number})
	return b.fail(err)
}

// depthMost bounds consequences of consequences, so that rules which wake each other come to rest.
// It is above how deep families go, see noCircle, for what is below must follow too.
const depthMost = 20

// consequences does what follows from a change for other records: children follow their parent, automations run.
func (b *batch) consequences(a incident.Action, was *incident.Incident, ch *incident.Change) error {
	if b.depth >= depthMost {
		return nil
	}
	b.depth++
	defer func() { b.depth-- }()
	if err := b.movesAway(was, &ch.Next); err != nil {
		return err
	}
	if err := b.children(a, was, &ch.Next); err != nil {
		return err
	}
	if !was.Confidential() && ch.Next.Confidential() && was.Number != 0 && ch.Next.Problem != 0 {
		if err := b.hideProblem(a, &ch.Next); err != nil {
			return err
		}
	}
	if was.Number == 0 && ch.Next.Problem != 0 {
		if err := b.joinProblem(ch.Next.Problem, ch.Next.Number); err != nil {
			return err
		}
	}
	return b.automate(was, ch)
}

// children resolves and reopens those that follow this incident. One that cannot follow stays as it is, and says so itself.
func (b *batch) children(a incident.Action, was, is *incident.Incident) error {
	if len(is.Children) == 0 || was.State.Open() == is.State.Open() || is.State == incident.Closed {
		return nil
	}
	for _, n := range is.Children {
		c, err := b.incident(n)
		if err != nil || !discreet(c, is.Type, is.Team) {
			continue // it became a security incident since: who ends its parent may not know of it
		}
		var follow incident.Action = incident.Reopen{By: system, Reason: "its parent " + is.Ref() + " was reopened", Parent: true}
		if !is.State.Open() {
			if is.Code == incident.Recovered && c.Firing > 0 {
				continue // the parent recovered by itself, this one has not
			}
			follow = incident.Resolve{By: byOf(a), Code: is.Code, Note: "with its parent " + is.Ref(), Parent: true}
		}
		if err := b.tryAct(n, follow); err != nil {
			return err
		}
	}
	return nil
}

// tryAct acts where that is possible; only a failure of the store is an error.
func (b *batch) tryAct(n int64, a incident.Action) error {
	if _, err := b.act(n, a); err != nil && b.failed != nil {
		return err
	}
	return nil
}

// system is rouse as an actor.
var system = incident.Actor{Kind: incident.BySystem}

// byOf is who did an action, or rouse itself.
func byOf(a incident.Action) incident.Actor {
	if by, verb := incident.Signed(a); verb != "" {
		return by
	}
	return system
}

// shown is the state as which the metrics count an incident: a confidential one is not counted, so that numbers tell nothing, and
// neither is a drill.
func shown(i *incident.Incident) incident.State {
	if i.Confidential() || i.Drill() {
		return ""
	}
	return i.State
}

// count keeps the metrics of what a batch did to an incident.
func (b *batch) count(c *casefile) {
	was, is := c.shown, shown(&c.now)
	if was != is {
		b.after(func() { b.e.metrics.moved(was, is) })
	}
	if c.now.Drill() && c.was != c.now.State && c.now.State == incident.Resolved {
		i := c.now
		b.after(func() { b.e.metrics.drill(&i) })
	}
	if c.now.Confidential() || c.now.Drill() {
		return
	}
	entries, opened, escalated := c.entries, c.was == "", c.now.Escalations-c.escalated
	if len(entries) == 0 && !opened && escalated <= 0 {
		return // one more alert, as nearly always
	}
	i := c.now
	b.after(func() {
		b.e.metrics.process(&i, opened, entries)
		b.e.metrics.Escalations.WithLabelValues("time").Add(float64(max(escalated, 0)))
	})
}

// merged follows an incident that was merged into another, to the one that takes its alerts now.
func (b *batch) merged(n int64) (int64, error) {
	for range 8 {
		if n == 0 {
			return 0, nil
		}
		i, err := b.incident(n)
		if errors.Is(err, incident.ErrNoIncident) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if i.DuplicateOf == 0 {
			return n, nil
		}
		n = i.DuplicateOf
	}
	return n, nil
}
