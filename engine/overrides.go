package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// changesAhead is how far people are told of what changes for them.
const changesAhead = 400 * 24 * time.Hour // a text names a time up to a year ahead

// PutOverride stores an override made at run time; a missing ID is given. It wins over the layers and the file's overrides. Who
// goes on call by it, and whose hours it takes, is told, unless they made it.
func (e *Engine) PutOverride(ctx context.Context, asked oncall.Override, by incident.Actor) (o oncall.Override, err error) {
	made, err := committed(ctx, e, func(b *batch) ([]oncall.Override, error) {
		made, _, err := b.override([]oncall.Override{asked}, by)
		return made, err
	})
	if err != nil {
		return o, err
	}
	return made[0], nil
}

// Swap has two people take each other's shift, by two overrides in one commit, which it returns. oncall.ErrNoShift says that one of them
// has none.
func (e *Engine) Swap(ctx context.Context, x oncall.SwapShifts, by incident.Actor) ([]oncall.Override, error) {
	return committed(ctx, e, func(b *batch) ([]oncall.Override, error) {
		if x.WithSchedule == "" {
			x.WithSchedule = x.Schedule
		}
		mine, err := b.shiftOf(x.Schedule, x.User, latest(b.now, x.At))
		if err != nil {
			return nil, err
		}
		theirs, err := b.shiftOf(x.WithSchedule, x.With, latest(b.now, x.WithAt))
		if err != nil {
			return nil, err
		}
		if mine.overlaps(theirs) {
			return nil, oncall.ErrOverlap
		}
		made, _, err := b.override([]oncall.Override{mine.by(x.With, x.Reason), theirs.by(x.User, x.Reason)}, by)
		return made, err
	})
}

// piece is a stretch of one schedule.
type piece struct {
	schedule oncall.ScheduleID
	from, to time.Time
}

func (p piece) by(u oncall.UserID, reason string) oncall.Override {
	return oncall.Override{Schedule: p.schedule, User: u, From: p.from.UTC(), To: p.to.UTC(), Reason: reason}
}

func (p piece) overlaps(q piece) bool {
	return p.schedule == q.schedule && p.from.Before(q.to) && q.from.Before(p.to)
}

// shiftOf is the shift that somebody has at an instant, or the next one.
func (b *batch) shiftOf(id oncall.ScheduleID, u oncall.UserID, at time.Time) (piece, error) {
	s, ok := b.live.book.Roster.Schedule(id)
	if !ok {
		return piece{}, ErrNoSchedule
	}
	if _, ok := b.live.book.Roster.User(u); !ok {
		return piece{}, ErrNoUser
	}
	sh, err := s.OwnShift(u, at)
	if err != nil {
		return piece{}, err
	}
	return piece{s.ID, latest(b.now.Truncate(time.Minute), sh.From), sh.To}, nil
}

// pieces are the stretches in which somebody is on call on a schedule.
func pieces(s *oncall.Schedule, u oncall.UserID, from, to time.Time) (all []piece) {
	for _, sh := range s.Own(u, from, to) {
		all = append(all, piece{s.ID, sh.From, sh.To})
	}
	return all
}

// override stores overrides that one act makes, all or none, and tells whom they concern. It returns them and what they change.
func (b *batch) override(list []oncall.Override, by incident.Actor) (made []oncall.Override, changes []change, err error) {
	for _, o := range list {
		if err := b.checkOverride(&o); err != nil {
			return nil, nil, err
		}
		if o.ID == "" {
			n, err := b.tx.AddCounter("override", 1)
			if err != nil {
				return nil, nil, b.fail(err)
			}
			o.ID = fmt.Sprintf("ov-%d", n)
		}
		o.At, o.By = b.now, by.Name
		if len(list) > 1 {
			if o.Group = o.ID; len(made) > 0 {
				o.Group = made[0].ID
			}
		}
		if err := b.tx.PutOverride(o); err != nil {
			return nil, nil, b.fail(err)
		}
		what := fmt.Sprintf("%s covers %s from %s to %s (%s)", o.User, o.Schedule, o.From.UTC().Format(time.RFC3339), o.To.UTC().Format(time.RFC3339), o.ID)
		if o.Reason != "" {
			what += ": " + o.Reason
		}
		if err := b.audit(by, "override.add", what); err != nil {
			return nil, nil, err
		}
		made = append(made, o)
	}
	changes, err = b.rearrange(made, by, said{lead: "From " + by.Name, why: made[0].Reason, decline: made[0].ID})
	return made, changes, err
}

func (b *batch) checkOverride(o *oncall.Override) error {
	if _, ok := b.live.book.Roster.Schedule(o.Schedule); !ok {
		return ErrNoSchedule
	}
	if _, ok := b.live.book.Roster.User(o.User); !ok {
		return ErrNoUser
	}
	if !o.To.After(o.From) {
		return ErrBackwards
	}
	if o.To.Before(b.now) {
		return ErrPast
	}
	return nil
}

// DeleteOverride ends an override made at run time, and what the same act made with it, such as the other half of a swap: what has
// begun ends now, the rest is as if it had never been. It is store.ErrNotFound when there is none that is not over.
func (e *Engine) DeleteOverride(ctx context.Context, id string, by incident.Actor) error {
	return e.commit(ctx, func(b *batch) error {
		o, group, err := b.overrideGroup(id)
		if err != nil {
			return err
		}
		_, err = b.endOverrides(group, by, "override.remove", said{lead: "From " + by.Name, why: o.Reason})
		return err
	})
}

// overrideGroup finds an override that is not over, and all that the same act made and is not over.
func (b *batch) overrideGroup(id string) (o oncall.Override, group []oncall.Override, err error) {
	all, err := b.tx.Overrides()
	if err != nil {
		return o, nil, b.fail(err)
	}
	k := slices.IndexFunc(all, func(o oncall.Override) bool { return o.ID == id && o.To.After(b.now) })
	if k < 0 {
		return o, nil, fmt.Errorf("override %s: %w", id, store.ErrNotFound)
	}
	o = all[k]
	for _, p := range all {
		if p.ID == id || (o.Group != "" && p.Group == o.Group && p.To.After(b.now)) {
			group = append(group, p)
		}
	}
	return o, group, nil
}

// endOverrides ends overrides now and tells whom it concerns. It returns what that changes.
func (b *batch) endOverrides(list []oncall.Override, by incident.Actor, verb string, s said) ([]change, error) {
	for _, o := range list {
		var err error
		if o.From.Before(b.now) { // what was stays true
			o.To = b.now
			err = b.tx.PutOverride(o)
		} else {
			err = b.tx.DeleteOverride(o.ID)
		}
		if err != nil {
			return nil, b.fail(err)
		}
		if err := b.audit(by, verb, fmt.Sprintf("override %s removed: %s on %s", o.ID, o.User, o.Schedule)); err != nil {
			return nil, err
		}
	}
	return b.rearrange(list, by, s)
}

// warnOfVoid says in the log which overrides a configuration makes decide nothing: what they name is not in it.
func (b *batch) warnOfVoid(r *oncall.Roster) error {
	all, err := b.tx.Overrides()
	if err != nil {
		return b.fail(err)
	}
	for _, o := range all {
		why := r.Void(&o)
		if why == "" || !o.To.After(b.now) {
			continue
		}
		b.after(func() {
			b.e.log.Warn("an override made at run time decides nothing now: the rotation counts", "override", o.ID, "schedule", string(o.Schedule), "user", string(o.User), "why", why)
		})
	}
	return nil
}

// change is a stretch in which one person is on call instead of another; nobody is the empty name.
type change struct {
	piece
	was, is oncall.UserID
}

// rearrange makes what the store says of overrides count, and tells those for whom something changes, but for who did it.
func (b *batch) rearrange(touched []oncall.Override, by incident.Actor, s said) ([]change, error) {
	before := b.live.book.Roster
	if err := b.refresh(b.live.Settings); err != nil {
		return nil, err
	}
	var changes []change
	for _, o := range touched {
		changes = append(changes, changesIn(before, b.live.book.Roster, piece{o.Schedule, latest(b.now, o.From), o.To}, b.now)...)
	}
	told, err := b.tellChanges(changes, by, s)
	if err != nil {
		return nil, err
	}
	if by.Kind == incident.ByUser {
		told[oncall.UserID(by.Name)] = true // who did it knows
	}
	for _, o := range touched {
		if s, ok := b.live.book.Roster.Schedule(o.Schedule); ok && !o.From.After(b.now) {
			if err := b.handoff(s, told); err != nil {
				return nil, err
			}
		}
	}
	return changes, nil
}

// changesIn compares who is on call in a stretch in two rosters, as far ahead as people are told.
func changesIn(before, after *oncall.Roster, p piece, now time.Time) (all []change) {
	old, ok1 := before.Schedule(p.schedule)
	next, ok2 := after.Schedule(p.schedule)
	if p.to.After(now.Add(changesAhead)) {
		p.to = now.Add(changesAhead)
	}
	if !ok1 || !ok2 || !p.from.Before(p.to) {
		return nil
	}
	was := old.Shifts(p.from, p.to)
	for _, sh := range next.Shifts(p.from, p.to) {
		for ; len(was) > 0 && was[0].From.Before(sh.To); was = was[1:] {
			c := change{piece{p.schedule, latest(was[0].From, sh.From), sh.To}, first(was[0].Users), first(sh.Users)}
			if was[0].To.Before(sh.To) {
				c.to = was[0].To
			}
			if c.was != c.is {
				all = join(all, c)
			}
			if was[0].To.After(sh.To) {
				break
			}
		}
	}
	return all
}

func first(users []oncall.UserID) oncall.UserID {
	if len(users) == 0 {
		return ""
	}
	return users[0]
}

// join appends a change, or makes the last one longer.
func join(all []change, c change) []change {
	if n := len(all); n > 0 && all[n-1].to.Equal(c.from) && all[n-1].was == c.was && all[n-1].is == c.is && all[n-1].schedule == c.schedule {
		all[n-1].to = c.to
		return all
	}
	return append(all, c)
}
