package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// mergeMost bounds the alerts that one merge moves: it is one commit.
const mergeMost = 2000

// ErrTooMany: an incident has too many alerts to be merged into another.
var ErrTooMany = fmt.Errorf("it has more than %d alerts: merge the smaller one into the larger", mergeMost)

// before tells an incident that is about to open what is known of its group's last one, which has ended.
func (b *batch) before(n int64, d *router.Decision, f *incident.Fire) error {
	if n == 0 {
		return nil
	}
	i, err := b.incident(n)
	if err != nil {
		return err
	}
	if i.Confidential() && d.Type != incident.TypeSecurity {
		return nil
	}
	f.Previous = n
	f.LastTime = string(i.State) + " " + lapse.Largest(b.now.Sub(i.ResolvedAt)) + " ago"
	if i.Code != "" {
		f.LastTime += " (" + i.Code + ")"
	}
	if i.Note != "" {
		f.LastTime += ": " + clip(i.Note, 200)
	}
	f.Workaround = i.Workaround
	if i.Problem == 0 {
		return nil
	}
	p, err := b.tx.Problem(i.Problem)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return b.fail(err)
	}
	if !p.State.Live() || (p.Confidential() && d.Type != incident.TypeSecurity) {
		return nil
	}
	f.Problem = p.Number
	if p.Workaround != "" {
		f.Workaround = p.Workaround
	}
	return nil
}

// Merge ends source as a duplicate of target, which takes over its alerts and children. It returns both as they are then.
func (e *Engine) Merge(ctx context.Context, source, target int64, by incident.Actor) (src, dst incident.Incident, err error) {
	both, err := committed(ctx, e, func(b *batch) (both [2]incident.Incident, err error) {
		if err := b.merge(source, target, by); err != nil {
			return both, err
		}
		return [2]incident.Incident{b.cases[source].now, b.cases[target].now}, nil
	})
	return both[0], both[1], err
}

func (b *batch) merge(source, target int64, by incident.Actor) error {
	from, err := b.incident(source)
	if err != nil {
		return err
	}
	into, err := b.incident(target)
	switch {
	case err != nil:
		return err
	case source == target:
		return incident.ErrItself
	case from.Total > mergeMost:
		return ErrTooMany
	case !discreet(from, into.Type, into.Team) || !discreet(into, from.Type, from.Team):
		return incident.ErrMixed
	case into.DuplicateOf != 0 || from.DuplicateOf != 0:
		return incident.ErrMerged
	case into.State == incident.Closed || from.State == incident.Closed:
		return incident.ErrFinal
	case !into.State.Open():
		return &incident.AlreadyError{State: into.State, By: into.AckedBy, At: into.ResolvedAt}
	}
	a := incident.Absorb{By: by, Source: source, Title: from.Title, Severity: from.Severity, Total: from.Total, Review: from.Review.Required,
		Unheard: from.State == incident.Triggered && from.Suppressed == nil}
	if err := b.handOver(source, target, by); err != nil { // before it ends, for children follow the end of their parent
		return err
	}
	moved, err := b.moveAlerts(source, target, &a)
	if err != nil {
		return err
	}
	if _, err := b.act(source, incident.MergeInto{By: by, Target: target, Moved: moved}); err != nil {
		return err
	}
	if _, err := b.act(target, a); err != nil {
		return err
	}
	return b.hears(target)
}

// hears looks again at what suppresses an incident that took over alerts: people may have to hear of those at once.
func (b *batch) hears(n int64) error {
	i, err := b.incident(n)
	if err != nil || i.Suppressed == nil || i.Firing == 0 {
		return err
	}
	s, err := b.suppression(i)
	if err != nil {
		return err
	}
	return b.tryAct(n, incident.Wake{Suppressed: s})
}

// handOver gives the children of an incident that is about to end to the one that goes on. What stands above that one, and would
// make a circle, has no parent any more.
func (b *batch) handOver(source, target int64, by incident.Actor) error {
	from, err := b.incident(source)
	if err != nil {
		return err
	}
	for _, n := range slices.Clone(from.Children) {
		apart := incident.Relate{By: by, Kind: incident.ToChild, To: n, Undo: true}
		if err := b.tryAct(source, apart); err != nil {
			return err
		}
		into, err := b.incident(target)
		if err != nil {
			return err
		}
		c, err := b.incident(n)
		if err != nil {
			return err
		}
		if b.noCircle(into, n) == nil && discreet(c, into.Type, into.Team) {
			err = b.adopt(n, target, by)
		} else {
			err = b.tryAct(n, incident.Relate{By: by, Kind: incident.ToParent, To: source, Undo: true})
		}
		if err != nil {
			return err
		}
	}
	return b.failed
}

// moveAlerts makes the alerts of source members of target, and counts into a what is new there. moved are those that fire.
func (b *batch) moveAlerts(source, target int64, a *incident.Absorb) (moved int, err error) {
	members, err := b.tx.AlertsOf(source, noAlert, mergeMost+1)
	if err != nil {
		return 0, b.fail(err)
	}
	for k := range members {
		row := &members[k]
		if !row.FiresIn(source) {
			continue
		}
		at := slices.Index(row.Incidents, source)
		moved++
		switch {
		case row.FiresIn(target):
			row.Incidents = slices.Delete(row.Incidents, at, at+1)
		case slices.Contains(row.Incidents, target): // somebody had ended it there
			row.Incidents = slices.Delete(row.Incidents, at, at+1)
			row.Ended = slices.DeleteFunc(row.Ended, func(n int64) bool { return n == target })
			a.Firing++
		default:
			row.Incidents[at] = target
			a.Firing++
		}
		if a.Lead == nil || row.Severity.Rank() > a.Lead.Severity.Rank() {
			lead := row.Alert
			a.Lead = &lead
		}
		if err := b.tx.PutAlert(*row); err != nil { // not keep: memory knows better than the row until when it holds
			return 0, b.fail(err)
		}
	}
	return moved, nil
}

// adopt gives a child another parent.
func (b *batch) adopt(child, parent int64, by incident.Actor) error {
	if err := b.tryAct(child, incident.Relate{By: by, Kind: incident.ToParent, To: parent}); err != nil {
		return err
	}
	return b.tryAct(parent, incident.Relate{By: by, Kind: incident.ToChild, To: child})
}

// Relate links an incident with another record, or takes the link away, on both sides. A link to a parent, child or problem
// that does not exist is incident.ErrNoIncident or store.ErrNotFound.
func (e *Engine) Relate(ctx context.Context, n int64, r incident.Relate) (incident.Incident, error) {
	return committed(ctx, e, func(b *batch) (after incident.Incident, err error) {
		if err := b.relate(n, r); err != nil {
			return after, err
		}
		return b.cases[n].now, nil
	})
}

func (b *batch) relate(n int64, r incident.Relate) error {
	switch r.Kind {
	case incident.ToProblem:
		return b.relateProblem(n, r)
	case incident.ToParent:
		return b.relatePair(r.To, n, n, r)
	case incident.ToChild:
		return b.relatePair(n, r.To, n, r)
	}
	if _, err := b.incident(r.To); err != nil {
		return err
	}
	_, err := b.act(n, r)
	return err
}

// relatePair links parent and child on both sides; asked is the one whose side decides on errors.
func (b *batch) relatePair(parent, child, asked int64, r incident.Relate) error {
	p, err := b.incident(parent)
	if err != nil {
		return err
	}
	if !r.Undo {
		if err := b.noCircle(p, child); err != nil {
			return err
		}
	}
	c, err := b.incident(child)
	if err != nil {
		return err
	}
	if !r.Undo && (p.State == incident.Closed || c.State == incident.Closed) {
		return incident.ErrFinal // one side alone would be no link
	}
	if !r.Undo && !discreet(c, p.Type, p.Team) {
		return incident.ErrMixed
	}
	old := c.Parent
	up := incident.Relate{By: r.By, Kind: incident.ToParent, To: parent, Undo: r.Undo}
	down := incident.Relate{By: r.By, Kind: incident.ToChild, To: child, Undo: r.Undo}
	first, second, other := up, down, parent
	if asked == parent {
		first, second, other = down, up, child
	}
	if _, err := b.act(asked, first); err != nil { // first, for what it refuses must change nothing
		return err
	}
	if old != 0 && old != parent && !r.Undo {
		if err := b.tryAct(old, incident.Relate{By: r.By, Kind: incident.ToChild, To: child, Undo: true}); err != nil {
			return err
		}
	}
	return b.tryAct(other, second)
}

// discreet reports whether a record of this type and team is known to nobody but those who may know of the incident, so that it
// may have the incident's words, and decide what becomes of it.
func discreet(i *incident.Incident, kind, team string) bool {
	return !i.Confidential() || (kind == incident.TypeSecurity && team == i.Team)
}

// noCircle refuses a parent that is below its child already.
func (b *batch) noCircle(p *incident.Incident, child int64) error {
	for range 16 {
		if p.Number == child {
			return incident.ErrItself
		}
		if p.Parent == 0 {
			return nil
		}
		next, err := b.incident(p.Parent)
		if errors.Is(err, incident.ErrNoIncident) {
			return nil
		}
		if err != nil {
			return err
		}
		p = next
	}
	return incident.ErrItself
}
