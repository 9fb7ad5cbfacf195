package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// leaveKept is how long leave that is over stays in the store.
const leaveKept = 90 * 24 * time.Hour

// PutLeave stores when somebody is away, all of it or none, and returns it with its IDs. With calendar it replaces what was read of
// that person's calendars before. It takes nobody off call.
func (e *Engine) PutLeave(ctx context.Context, user oncall.UserID, list []oncall.Leave, calendar string, by incident.Actor) ([]oncall.Leave, error) {
	return committed(ctx, e, func(b *batch) (made []oncall.Leave, err error) {
		if _, ok := b.live.book.Roster.User(user); !ok {
			return nil, ErrNoUser
		}
		if err := b.dropLeave(user, calendar != ""); err != nil {
			return nil, err
		}
		for _, l := range list {
			if !l.From.Before(l.To) {
				return nil, ErrBackwards
			}
			n, err := b.tx.AddCounter("leave", 1)
			if err != nil {
				return nil, b.fail(err)
			}
			l.ID, l.User, l.Calendar, l.By, l.At = fmt.Sprintf("lv-%d", n), user, calendar, by.Name, b.now
			if err := b.tx.PutLeave(l); err != nil {
				return nil, b.fail(err)
			}
			made = append(made, l)
		}
		what := fmt.Sprintf("%s is away at %d times", user, len(list))
		if calendar == "" && len(made) == 1 {
			what = fmt.Sprintf("%s is away from %s to %s (%s)", user, made[0].From.UTC().Format(time.RFC3339), made[0].To.UTC().Format(time.RFC3339), made[0].ID)
		}
		if calendar != "" {
			what += ", read from a calendar"
		}
		if err := b.audit(by, "leave.add", what); err != nil {
			return nil, err
		}
		return made, b.refresh(b.live.Settings)
	})
}

// dropLeave forgets leave that was over long ago and, if asked, what of one person's was read from calendars.
func (b *batch) dropLeave(user oncall.UserID, calendars bool) error {
	all, err := b.tx.Leaves()
	if err != nil {
		return b.fail(err)
	}
	for _, l := range all {
		if l.To.Add(leaveKept).Before(b.now) || calendars && l.User == user && l.Calendar != "" {
			if err := b.tx.DeleteLeave(l.ID); err != nil {
				return b.fail(err)
			}
		}
	}
	return nil
}

// DeleteLeave removes leave entered at run time; store.ErrNotFound when there is none.
func (e *Engine) DeleteLeave(ctx context.Context, id string, by incident.Actor) error {
	return e.commit(ctx, func(b *batch) error {
		err := b.tx.DeleteLeave(id)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("leave %s: %w", id, err)
		}
		if err != nil {
			return b.fail(err)
		}
		if err := b.audit(by, "leave.remove", "leave "+id+" removed"); err != nil {
			return err
		}
		return b.refresh(b.live.Settings)
	})
}

// eraseLeave forgets the leave of the person, and takes their name from what they entered for others.
func (b *batch) eraseLeave(s *scrub) error {
	all, err := b.tx.Leaves()
	if err != nil {
		return b.fail(err)
	}
	for _, l := range all {
		switch by, reason := s.text(l.By), s.text(l.Reason); {
		case l.User == s.user:
			err = b.tx.DeleteLeave(l.ID)
		case by != l.By || reason != l.Reason:
			l.By, l.Reason = by, reason
			err = b.tx.PutLeave(l)
		}
		if err != nil {
			return b.fail(err)
		}
	}
	return nil
}
