package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// Do lets a person, through whatever door, act on an incident. It returns the record after the commit. Errors are those of
// incident.Decide; ingest.ErrUnavailable and ingest.ErrOverloaded mean that nothing was done.
func (e *Engine) Do(ctx context.Context, number int64, a incident.Action) (incident.Incident, error) {
	return committed(ctx, e, func(b *batch) (incident.Incident, error) { return b.acted(number, a) })
}

// acted is act for who wants the record as it is then, and not as what follows in the batch makes it.
func (b *batch) acted(number int64, a incident.Action) (incident.Incident, error) {
	i, err := b.act(number, a)
	if err != nil {
		return incident.Incident{}, err
	}
	return *i, nil
}

// Open opens an incident that a person reports; its Number is ignored.
func (e *Engine) Open(ctx context.Context, o incident.Open) (incident.Incident, error) {
	return committed(ctx, e, func(b *batch) (i incident.Incident, err error) {
		made, err := b.open(o)
		if err != nil {
			return i, err
		}
		return *made, nil
	})
}

// open opens an incident that a person reports. What is refused takes no number.
func (b *batch) open(o incident.Open) (*incident.Incident, error) {
	if _, ok := b.live.book.Services[o.Service]; !ok {
		return nil, &incident.UnknownServiceError{Name: o.Service}
	}
	if strings.TrimSpace(o.Title) == "" {
		return nil, incident.ErrNeedsNote
	}
	o.Number = 1
	if _, err := incident.Decide(incident.Incident{}, o, b.live.book, b.now); err != nil {
		return nil, err
	}
	var err error
	if o.Number, o.Turn, err = b.number(o.Service, ""); err != nil {
		return nil, err
	}
	return b.act(0, o)
}

// Errors about overrides and tests.
var (
	ErrNoSchedule = errors.New("there is no such schedule in the configuration")
	ErrNoUser     = errors.New("there is no such user in the configuration")
	ErrBackwards  = errors.New("the end has to be after the start")
	ErrPast       = errors.New("the end is in the past")
	ErrNoContact  = errors.New("this user has no number or address for that")
)

func (b *batch) audit(by incident.Actor, verb, what string) error {
	_, err := b.tx.PutAct(store.Act{At: b.now, By: by, Verb: verb, What: what})
	return b.fail(err)
}

// SendTest pages one user for real, by one method, and returns the page's ID; the page's row says what became of it.
func (e *Engine) SendTest(ctx context.Context, user oncall.UserID, via oncall.Method, text string, by incident.Actor) (id string, err error) {
	return committed(ctx, e, func(b *batch) (string, error) {
		u, ok := b.live.book.Roster.User(user)
		if !ok {
			return "", ErrNoUser
		}
		if u.Address(via) == "" {
			return "", ErrNoContact
		}
		n, err := b.tx.AddCounter("test", 1)
		if err != nil {
			return "", b.fail(err)
		}
		id := fmt.Sprintf("TEST-%d/%s/%s", n, user, via)
		if err := b.audit(by, "send", "test page "+id); err != nil {
			return "", err
		}
		return id, b.enqueue(incident.Page{ID: id, Kind: incident.PageTest, User: user, Via: via, Text: text, Urgency: oncall.High, At: b.now})
	})
}

// Alerts returns the alerts that fire now, each with what suppresses it, for Alertmanager's API. It keeps no commit waiting.
func (e *Engine) Alerts(ctx context.Context) (held []ingest.Held, err error) {
	live, now := e.live.Load(), e.now().UTC()
	err = e.store.View(ctx, func(tx store.Tx) error {
		held = nil
		return tx.EachFiring(func(a store.Alert) error {
			if at, ok := e.hot.seen(a.ID()); ok && at.After(a.UpdatedAt) {
				a.UpdatedAt = at
			}
			held = append(held, e.held(&a, live, now))
			return nil
		})
	})
	return held, err
}

func (e *Engine) held(a *store.Alert, live *live, now time.Time) ingest.Held {
	h := ingest.Held{Alert: a.Alert, UpdatedAt: a.UpdatedAt}
	for k, d := range live.route(&a.Alert) {
		if k == 0 {
			h.Suppressed = e.hot.inhibit.all(live.gate, &a.Alert, &d, now)
		}
		g := ingest.Group{Service: d.Service, Labels: d.GroupLabels}
		if k < len(a.Incidents) {
			g.Incident = a.Incidents[k]
		}
		h.GroupKeys = append(h.GroupKeys, g)
		h.Services = append(h.Services, d.Service)
		h.Receivers = append(append(h.Receivers, policyOf(live, &d)), d.Receivers...)
	}
	return h
}

func policyOf(live *live, d *router.Decision) string {
	if d.Policy != "" {
		return d.Policy
	}
	if p := live.book.Services[d.Service].Policy; p != "" {
		return string(p)
	}
	return string(live.book.Roster.Fallback())
}

// Silences returns all silences of the store.
func (e *Engine) Silences(ctx context.Context) (all []router.Silence, err error) {
	err = e.store.View(ctx, func(tx store.Tx) error {
		all, err = tx.Silences()
		return err
	})
	return all, err
}

// PutSilence stores a silence and applies it at once; a missing ID is given. by is who asked, whatever the silence says of who made
// it. An ID that is not known is ingest.ErrNotFound.
func (e *Engine) PutSilence(ctx context.Context, asked router.Silence, by incident.Actor) (router.Silence, error) {
	return committed(ctx, e, func(b *batch) (router.Silence, error) {
		s := asked
		if s.ID != "" {
			if _, err := b.tx.Silence(s.ID); errors.Is(err, store.ErrNotFound) {
				return s, ingest.ErrNotFound
			} else if err != nil {
				return s, b.fail(err)
			}
		} else {
			s.ID = b.e.newID()
		}
		s.UpdatedAt = b.now
		if err := b.tx.PutSilence(s); err != nil {
			return s, b.fail(err)
		}
		if err := b.audit(by, "silence.put", "silence "+s.ID+signed(&s, by)+" of "+s.Words()+" until "+s.EndsAt.UTC().Format("2006-01-02 15:04 MST")+remark(s.Comment)); err != nil {
			return s, err
		}
		return s, b.refresh(b.live.Settings)
	})
}

// remark is what somebody wrote of an act, where they wrote anything.
func remark(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

// signed says whose name a silence bears, where that is not who asked for it: behind the token of an integration anybody writes any name.
func signed(s *router.Silence, by incident.Actor) string {
	if s.CreatedBy == "" || s.CreatedBy == by.Name {
		return ""
	}
	return ", signed " + s.CreatedBy
}

// ExpireSilence ends a silence now. People are paged for what still fires.
func (e *Engine) ExpireSilence(ctx context.Context, id string, by incident.Actor) error {
	return e.commit(ctx, func(b *batch) error {
		s, err := b.tx.Silence(id)
		if errors.Is(err, store.ErrNotFound) {
			return ingest.ErrNotFound
		}
		if err != nil {
			return b.fail(err)
		}
		if !s.EndsAt.After(b.now) {
			return nil
		}
		s.EndsAt, s.UpdatedAt = b.now, b.now
		if s.StartsAt.After(b.now) {
			s.StartsAt = b.now
		}
		if err := b.tx.PutSilence(s); err != nil {
			return b.fail(err)
		}
		if err := b.audit(by, "silence.expire", "silence "+id+" expired"); err != nil {
			return err
		}
		return b.refresh(b.live.Settings)
	})
}
