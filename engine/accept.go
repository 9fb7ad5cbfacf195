package engine

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// accept decides a chunk of alerts. Sources of inhibition come first, so that they mute what arrives with them.
func (b *batch) accept(chunk []alert.Alert) error {
	for k := range chunk {
		b.inhibits(&chunk[k])
	}
	for k := range chunk {
		a := chunk[k]
		var err error
		switch {
		case a.Test:
			err = b.received(&a)
		case a.State == alert.Resolved:
			err = b.recovers(&a, "")
		default:
			err = b.fires(&a)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inhibits tells the index of inhibition about an alert, ahead of the commit.
func (b *batch) inhibits(a *alert.Alert) {
	if a.Test {
		return
	}
	if undo := b.e.hot.inhibit.set(a); undo != nil {
		b.undoing(undo)
		b.after(func() { nudge(b.e.review) })
	}
}

// received notes a source's test alert where people look for it, and pages nobody.
func (b *batch) received(a *alert.Alert) error {
	_, err := b.tx.PutAct(store.Act{At: b.now, By: incident.Actor{Kind: incident.ByIntegration, Name: a.Integration}, Verb: "alert.test", What: "Test alert received: " + a.Title})
	return b.fail(err)
}

// expiredWhy is why an alert ended whose source fell silent.
const expiredWhy = "expired"

// recovers takes an alert that ended out of its incidents; why is empty when its source said so.
func (b *batch) recovers(a *alert.Alert, why string) error {
	row, err := b.tx.Alert(a.ID())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return b.fail(err)
	}
	if err == nil && row.State == alert.Firing && bygone(a, &row.Alert) {
		b.e.log.Info("a recovery of an earlier time came late and is passed over", "integration", a.Integration, "key", a.Key, "ended", a.EndsAt, "fires since", row.StartsAt)
		b.inhibits(&row.Alert)
		return nil
	}
	b.after(func() { b.e.hot.drop(a.ID()) })
	if err != nil || row.State == alert.Resolved {
		return nil
	}
	row.State, row.UpdatedAt, row.SeenAt = alert.Resolved, b.now, b.now
	if row.EndsAt = a.EndsAt; row.EndsAt.IsZero() || row.EndsAt.After(b.now) {
		row.EndsAt = b.now
	}
	ended := row.Ended
	row.Muted, row.Ended = nil, nil
	if err := b.tx.PutAlert(row); err != nil {
		return b.fail(err)
	}
	for _, n := range row.Incidents {
		if slices.Contains(ended, n) {
			continue
		}
		if err := b.clears(n, &row, why); err != nil {
			return err
		}
	}
	return nil
}

// bygone reports whether a recovery is that of an earlier time than the one for which an alert fires now: it ended, and began, before
// this one began. A sender brings such late when it repeats what was refused, or when it is the slower one of a pair. Where a source
// does not say when what began, nothing is earlier.
func bygone(over, fires *alert.Alert) bool {
	return !over.StartsAt.IsZero() && !over.EndsAt.IsZero() && over.StartsAt.Before(fires.StartsAt) && over.EndsAt.Before(fires.StartsAt)
}

func (b *batch) clears(n int64, row *store.Alert, why string) error {
	i, err := b.incident(n)
	if errors.Is(err, incident.ErrNoIncident) {
		return nil
	}
	if err != nil {
		return err
	}
	c := incident.Clear{Alert: row.Alert, Expired: why == expiredWhy}
	if !c.Expired {
		c.Why = why
	}
	if (i.Lead == row.Key || (row.Severity == i.Severity && row.Severity.Rank() > 0)) && i.Firing > 1 {
		if c.Lead, err = b.nextLead(n, i.Severity); err != nil {
			return err
		}
	}
	_, err = b.act(n, c)
	return err
}

// nextLead finds the worst alert that still fires among the first two hundred members; one as bad as the incident ends the search.
func (b *batch) nextLead(n int64, worst alert.Severity) (*alert.Alert, error) {
	var lead *alert.Alert
	after := noAlert
	for range 10 {
		members, err := b.tx.AlertsOf(n, after, 20)
		if err != nil {
			return nil, b.fail(err)
		}
		for k := range members {
			m := &members[k]
			if m.FiresIn(n) && (lead == nil || m.Severity.Rank() > lead.Severity.Rank()) {
				lead = &m.Alert
			}
		}
		if len(members) < 20 || (lead != nil && lead.Severity.Rank() >= worst.Rank()) {
			break
		}
		after = members[len(members)-1].ID()
	}
	return lead, nil
}

// fires lets a firing alert join, open or reopen incidents.
func (b *batch) fires(a *alert.Alert) error {
	row, err := b.tx.Alert(a.ID())
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return b.fail(err)
	}
	if known && row.State == alert.Firing {
		open, err := b.openOf(row.Incidents)
		if err != nil {
			return err
		}
		again := a.Event || a.Severity.Rank() > row.Severity.Rank()
		if len(open) == 0 && !again {
			again, err = b.allClosed(row.Incidents) // closed is final: what still fires is a new incident
			if err != nil {
				return err
			}
		}
		if a.Event && len(open) > 0 && len(row.Ended) > 0 {
			if err := b.comesBack(a, &row, open); err != nil {
				return err
			}
		}
		if len(open) > 0 || !again {
			return b.refacts(a, &row, open)
		}
	}
	return b.refires(a, &row, known)
}

// comesBack lets an event fire again where somebody has ended it, while it goes on in other incidents.
func (b *batch) comesBack(a *alert.Alert, row *store.Alert, open []int64) error {
	was := *row
	was.State = alert.Resolved // so it is, where it was ended
	where := b.live.route(a)
	fresh := store.Alert{Incidents: slices.DeleteFunc(slices.Clone(row.Incidents), func(n int64) bool { return slices.Contains(row.Ended, n) })}
	for _, n := range open {
		if slices.Contains(row.Ended, n) { // somebody has opened it again
			if err := b.rejoin(a, n, where, &fresh); err != nil {
				return err
			}
		}
	}
	for _, d := range b.reroutes(where, row, open) {
		n, err := b.join(a, &d, &was, &fresh)
		if err != nil {
			return err
		}
		if !slices.Contains(fresh.Incidents, n) {
			fresh.Incidents = append(fresh.Incidents, n)
		}
	}
	row.Incidents, row.Ended = fresh.Incidents, nil
	return nil
}

// allClosed reports whether some incidents are all closed.
func (b *batch) allClosed(numbers []int64) (bool, error) {
	for _, n := range numbers {
		i, err := b.incident(n)
		if errors.Is(err, incident.ErrNoIncident) {
			continue
		}
		if err != nil {
			return false, err
		}
		if i.State != incident.Closed {
			return false, nil
		}
	}
	return true, nil
}

// openOf returns which of some incidents are open.
func (b *batch) openOf(numbers []int64) (open []int64, err error) {
	for _, n := range numbers {
		i, err := b.incident(n)
		if errors.Is(err, incident.ErrNoIncident) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if i.State.Open() {
			open = append(open, n)
		}
	}
	return open, nil
}

// refacts writes down changed words or severity of an alert that fires all along.
func (b *batch) refacts(a *alert.Alert, row *store.Alert, open []int64) error {
	trim(a)
	changed := row.Severity != a.Severity || row.Title != a.Title
	first, was := row.FirstAt, row.Severity
	muted, err := b.mutedIn(a, open)
	if err != nil {
		return err
	}
	row.Alert, row.FirstAt, row.Muted, row.SeenAt, row.UpdatedAt = *a, first, nil, b.now, b.now
	for _, s := range muted {
		row.Muted = cmp.Or(row.Muted, s)
	}
	if err := b.keep(row); err != nil {
		return err
	}
	if len(open) == 0 { // it is asked for again: once its incidents are closed it is a new one
		kept := []store.Alert{*row}
		b.after(func() { b.e.hot.orphan(kept) })
	}
	if !changed {
		return nil
	}
	for k, n := range open {
		i, err := b.incident(n)
		if err != nil {
			return err
		}
		if a.Severity == was && i.Lead != a.Key {
			continue // only its own words changed, and they are not the title
		}
		f := incident.Fire{Alert: *a, Known: true, Where: router.Decision{Route: i.Route}, Suppressed: together(i, muted[k]), Muted: muted[k]}
		if _, err := b.act(n, f); err != nil {
			return err
		}
	}
	return nil
}

// mutedIn says for each of some incidents what keeps people from hearing of an alert in it now; nil for nothing.
func (b *batch) mutedIn(a *alert.Alert, numbers []int64) ([]*router.Suppression, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	where := b.live.route(a)
	muted := make([]*router.Suppression, len(numbers))
	for k, n := range numbers {
		i, err := b.incident(n)
		if err != nil {
			return nil, err
		}
		muted[k] = b.check(a, pick(where, i))
	}
	return muted, nil
}

// keep writes an alert row, and remembers it as firing once that is durable.
func (b *batch) keep(row *store.Alert) error {
	row.Words = wordsOf(&row.Alert)
	if err := b.tx.PutAlert(*row); err != nil {
		return b.fail(err)
	}
	kept := *row
	b.after(func() { b.e.hot.put(&kept, kept.EndsAt) })
	return nil
}

// refires routes an alert that was not firing until now. Dedup comes before routing: where it belongs to an open incident it stays.
func (b *batch) refires(a *alert.Alert, row *store.Alert, known bool) error {
	trim(a)
	fresh := store.Alert{Alert: *a, FirstAt: b.now, SeenAt: b.now, UpdatedAt: b.now}
	where := b.live.route(a)
	var open []int64
	if known {
		var err error
		if open, err = b.openOf(row.Incidents); err != nil {
			return err
		}
	}
	if len(open) > 0 {
		for _, n := range open {
			if err := b.rejoin(a, n, where, &fresh); err != nil {
				return err
			}
		}
		where = b.reroutes(where, row, open)
	}
	for k := range where {
		n, err := b.join(a, &where[k], row, &fresh)
		if err != nil {
			return err
		}
		if !slices.Contains(fresh.Incidents, n) {
			fresh.Incidents = append(fresh.Incidents, n)
		}
	}
	if known && row.State == alert.Firing {
		if err := b.leave(row, fresh.Incidents); err != nil {
			return err
		}
	}
	return b.keep(&fresh)
}

// reroutes returns the decisions for services that an alert went to before, by another route than the one of the incident that
// is open: their people hear of it again. Routes that are new to it do not count, for it stays where it is open.
func (b *batch) reroutes(where []router.Decision, row *store.Alert, open []int64) []router.Decision {
	before, now := map[string]bool{}, map[string]bool{}
	for _, n := range row.Incidents {
		i, err := b.incident(n)
		switch {
		case err != nil:
		case slices.Contains(open, n):
			now[i.Service] = true
		default:
			before[i.Service] = true
		}
	}
	var out []router.Decision
	for _, d := range where {
		if before[d.Service] && !now[d.Service] {
			out = append(out, d)
		}
	}
	return out
}

// leave takes an alert that went on to a newer incident out of the count of the older ones.
func (b *batch) leave(row *store.Alert, now []int64) error {
	for _, n := range row.Incidents {
		if slices.Contains(now, n) || slices.Contains(row.Ended, n) {
			continue
		}
		_, err := b.act(n, incident.Clear{Alert: row.Alert, Why: "it goes on in a newer incident"})
		if err != nil && !errors.Is(err, incident.ErrNoIncident) {
			return err
		}
	}
	return nil
}

func (b *batch) rejoin(a *alert.Alert, n int64, where []router.Decision, fresh *store.Alert) error {
	i, err := b.incident(n)
	if err != nil {
		return err
	}
	d := pick(where, i)
	fresh.Muted = b.check(a, d)
	fresh.Incidents = append(fresh.Incidents, n)
	_, err = b.act(n, incident.Fire{Alert: *a, Where: *d, Again: true, Muted: fresh.Muted, Suppressed: together(i, fresh.Muted)})
	return err
}

// pick chooses the decision that stands for an incident, whatever the routes say by now.
func pick(where []router.Decision, i *incident.Incident) *router.Decision {
	for k := range where {
		if where[k].Service == i.Service && where[k].GroupKey == i.GroupKey {
			return &where[k]
		}
	}
	for k := range where { // of what overflowed, and where the routes say something else by now
		if where[k].Service == i.Service {
			return &where[k]
		}
	}
	return &where[0]
}

// route says where an alert goes. Heartbeats go to the service that their configuration names.
func (l *live) route(a *alert.Alert) []router.Decision {
	if a.Integration == heartbeatIntegration {
		return []router.Decision{{
			Service: a.Labels["service"], GroupKey: "heartbeat " + a.Key, Route: "heartbeats", ReopenWindow: 10 * time.Minute,
			GroupLabels: map[string]string{"heartbeat": a.Key},
		}}
	}
	where := l.Tree.Route(*a)
	if a.Integration == ownIntegration && a.Severity == alert.Info {
		for k := range where {
			if d := &where[k]; d.Impact == "" && d.Urgency == "" {
				d.Impact = string(incident.GradeLow) // a service's impact is about its users: a number that takes no texts wakes nobody
			}
		}
	}
	return where
}
