package engine

import (
	"errors"
	"slices"
	"strconv"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// join puts an alert into the incident of its group: the open one, one that reopens, or a new one; or, where that would be one
// too many of its integration, into the incident of what overflows.
func (b *batch) join(a *alert.Alert, d *router.Decision, row, fresh *store.Alert) (int64, error) {
	muted := b.check(a, d)
	if fresh.Muted == nil {
		fresh.Muted = muted
	}
	f := incident.Fire{Alert: *a, Where: *d, Muted: muted, Suppressed: muted}
	n, err := b.latest(d)
	if err != nil {
		return 0, err
	}
	if n, err = b.merged(n); err != nil {
		return 0, err
	}
	i, err := b.takes(n)
	if i == nil && err == nil {
		i, err = b.movedTo(d)
	}
	if err != nil {
		return 0, err
	}
	if i != nil && slices.Contains(fresh.Incidents, i.Number) {
		return i.Number, nil // two ways lead to it: one was merged into the other, or given to its service
	}
	if i != nil {
		f.Again = slices.Contains(row.Incidents, i.Number)
		f.Known = f.Again && row.State == alert.Firing
		if i.State.Open() {
			f.Suppressed = together(i, muted)
		}
		n := i.Number
		_, err = b.act(n, f)
		return n, err
	}
	if o := b.overflow(a.Integration, d); o != nil {
		return b.join(a, o, row, fresh)
	}
	if err := b.before(n, d, &f); err != nil {
		return 0, err
	}
	if f.Number, f.Turn, err = b.number(d.Service, d.Policy); err != nil {
		return 0, err
	}
	if _, err = b.act(0, f); err == nil && d.Overflow == "" {
		b.opened[a.Integration]++
	}
	return f.Number, err
}

// takes returns an incident that takes alerts of its group: while it is open, or opens again; else nil.
func (b *batch) takes(n int64) (*incident.Incident, error) {
	if n == 0 {
		return nil, nil
	}
	i, err := b.incident(n)
	if err != nil || !i.State.Open() && !incident.Reopens(i, b.now) {
		return nil, err
	}
	return i, nil
}

// movedNote names the note of the incident that a group's alerts went to and that was given to another service.
func movedNote(service, group string) string { return "moved/" + service + "/" + group }

// movesAway notes where an incident is found by its group once it is given to another service.
func (b *batch) movesAway(was, is *incident.Incident) error {
	if was.Number == 0 || was.GroupKey == "" || was.Service == is.Service {
		return nil
	}
	return b.fail(b.tx.PutNote(movedNote(was.Service, was.GroupKey), strconv.FormatInt(was.Number, 10)))
}

// movedTo is the incident of a group that was given to another service: its people have it now, and new alerts of the group are theirs
// too. nil when there is none that takes them.
func (b *batch) movedTo(d *router.Decision) (*incident.Incident, error) {
	text, err := b.tx.Note(movedNote(d.Service, d.GroupKey))
	if err != nil || text == "" {
		return nil, b.fail(err)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, nil // not a number of ours
	}
	if n, err = b.merged(n); err != nil {
		return nil, err
	}
	return b.takes(n)
}

// number takes the next reference number, and the service's next turn where its policy has levels that take turns.
func (b *batch) number(service, policy string) (n, turn int64, err error) {
	if n, err = b.tx.NextNumber(); err != nil {
		return 0, 0, b.fail(err)
	}
	if policy == "" {
		policy = string(b.live.book.Services[service].Policy)
	}
	p, _ := b.live.book.Roster.Policy(oncall.PolicyID(policy))
	if !slices.ContainsFunc(p.Levels, func(l oncall.Level) bool { return l.RoundRobin }) {
		return n, 0, nil
	}
	turn, err = b.tx.AddCounter("turn/"+service, 1)
	return n, turn - 1, b.fail(err) // the first incident is the first person's
}

// latest finds the newest incident of a group; 0 when there is none.
func (b *batch) latest(d *router.Decision) (int64, error) {
	if n, ok := b.groups[groupID{d.Service, d.GroupKey}]; ok {
		return n, nil
	}
	n, err := b.tx.LatestOf(d.Service, d.GroupKey)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, b.fail(err)
	}
	b.groups[groupID{d.Service, d.GroupKey}] = n
	return n, nil
}
