package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// Errors about subscribers.
var (
	ErrNoService   = errors.New("there is no such service in the configuration")
	ErrNoRecipient = errors.New("say who is to be told: a user, a mail address or a receiver")
	ErrNoRoom      = errors.New("there is no such receiver in the configuration")
)

// Subscribe has somebody told of a service's status updates; a missing ID is given. An empty Service means all of them. Asked
// again without an ID it returns what is there.
func (e *Engine) Subscribe(ctx context.Context, asked store.Subscriber, by incident.Actor) (store.Subscriber, error) {
	return committed(ctx, e, func(b *batch) (store.Subscriber, error) {
		s := asked
		if _, ok := b.live.book.Services[s.Service]; s.Service != "" && !ok {
			return s, ErrNoService
		}
		if _, ok := b.live.book.Roster.User(s.User); s.User != "" && !ok {
			return s, ErrNoUser
		}
		if s.User == "" && s.Address == "" && s.Receiver == "" {
			return s, ErrNoRecipient
		}
		if s.Receiver != "" && !b.live.hasRoom(s.Receiver) {
			return s, ErrNoRoom
		}
		if s.ID == "" {
			all, err := b.tx.Subscribers()
			if err != nil {
				return s, b.fail(err)
			}
			for _, there := range all {
				if there.Service == s.Service && there.Recipient == s.Recipient {
					return there, nil
				}
			}
			n, err := b.tx.AddCounter("subscriber", 1)
			if err != nil {
				return s, b.fail(err)
			}
			s.ID = fmt.Sprintf("sub-%d", n)
		}
		s.At, s.By = b.now, by.Name
		if err := b.tx.PutSubscriber(s); err != nil {
			return s, b.fail(err)
		}
		return s, b.audit(by, "subscriber.add", fmt.Sprintf("%s is told of updates of %s", named(s), orAll(s.Service)))
	})
}

// Unsubscribe ends a subscription; store.ErrNotFound when there is none.
func (e *Engine) Unsubscribe(ctx context.Context, id string, by incident.Actor) error {
	return e.commit(ctx, func(b *batch) error {
		err := b.tx.DeleteSubscriber(id)
		if errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err != nil {
			return b.fail(err)
		}
		return b.audit(by, "subscriber.remove", "subscriber "+id+" removed")
	})
}

func named(s store.Subscriber) string {
	switch {
	case s.User != "":
		return string(s.User)
	case s.Address != "":
		return notify.MaskMail(s.Address)
	}
	return "room " + s.Receiver
}

func orAll(service string) string {
	if service == "" {
		return "all services"
	}
	return service
}

func (l *live) hasRoom(name string) bool {
	for _, r := range l.RoomNames {
		if r == name {
			return true
		}
	}
	return false
}

// subscribed completes a status update: its words from the template of its phase where it has none, and the subscribers of the
// service, of the configuration and of the store, each once.
func (b *batch) subscribed(i *incident.Incident, a incident.Publish) (incident.Action, error) {
	if strings.TrimSpace(a.Text) == "" {
		next := a.Next
		if next.IsZero() && i.State.Open() {
			if every := b.live.book.Cadence[i.Priority]; every > 0 {
				next = b.now.Add(every)
			}
		}
		a.Text, _ = b.live.book.UpdateText(i, a.Phase, next)
	}
	if a.Audience == incident.ForResponders || i.Confidential() {
		return a, nil
	}
	stored, err := b.tx.Subscribers()
	if err != nil {
		return nil, b.fail(err)
	}
	all := append([]incident.Recipient(nil), b.live.book.Services[i.Service].Subscribers...)
	for _, s := range stored {
		if s.Service == "" || s.Service == i.Service {
			all = append(all, s.Recipient)
		}
	}
	seen := map[incident.Recipient]bool{}
	for _, r := range all {
		if !seen[r] {
			seen[r] = true
			a.To = append(a.To, r)
		}
	}
	return a, nil
}

// Note writes an act that is no incident's into the audit log, such as a reload or a backup.
func (e *Engine) Note(ctx context.Context, by incident.Actor, verb, what string) error {
	return e.commit(ctx, func(b *batch) error { return b.audit(by, verb, what) })
}

// claimNews tells one person by one method all the news that waits, in one message. News is no page: where a number cannot be
// used it goes by mail, and without that it is given up.
func (b *batch) claimNews(s *stack) ([]job, error) {
	news, err := b.sift(s)
	if err == nil {
		news, err = b.latestNews(news)
	}
	if err != nil || len(news) == 0 {
		return nil, err
	}
	to := b.address(&news[0])
	if to == "" {
		return nil, b.byMail(news, "the configuration has no number for "+string(s.user))
	}
	c, err := b.tx.Contact(to)
	if err != nil {
		return nil, b.fail(err)
	}
	if why := unusable(&c, s.via); why != "" {
		return nil, b.byMail(news, why)
	}
	if at := b.newsSlot(&c); at.After(b.now) && s.via == oncall.SMS {
		for k := range news {
			news[k].State, news[k].NextAt = store.Queued, at
			if err := b.put(&news[k]); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
	return b.claimSend(&news[0], news[1:])
}

// latestNews keeps the latest of what was to be said again and again while it waited, such as that an update is due.
func (b *batch) latestNews(news []store.Page) (keep []store.Page, err error) {
	type about struct {
		incident int64
		why      string
	}
	last := map[about]int{}
	for k := range news {
		last[about{news[k].Incident, news[k].Why}] = k
	}
	for k := range news {
		if p := &news[k]; p.Why == "" || p.Why == incident.NewsUpdate || last[about{p.Incident, p.Why}] == k {
			keep = append(keep, *p)
		} else if err := b.end(p, store.Void, "told by later news"); err != nil {
			return nil, err
		}
	}
	return keep, nil
}

// newsText is one or several pieces of news as a text: the number alone of a confidential incident.
func (b *batch) newsText(p *store.Page) string {
	lines := []string{b.newsLine(p)}
	for _, id := range p.Members {
		if m, err := b.page(id); err == nil {
			lines = append(lines, b.newsLine(m))
		}
	}
	return notify.NewsText(lines)
}

func (b *batch) newsLine(p *store.Page) string {
	if id, ok := strings.CutPrefix(p.Why, handoffWhy("")); ok {
		open, _ := b.openOn(oncall.ScheduleID(id), p.User, p.Via == oncall.Email) // an error has failed the batch
		return strings.TrimSpace(p.Text + " " + open)
	}
	i, err := b.incident(p.Incident)
	if err != nil {
		return p.Text
	}
	if i.Confidential() {
		return i.Ref() + ": there is news. Sign in to read it."
	}
	return fmt.Sprintf("%s %s %s (%s): %s", i.Priority, i.Ref(), i.Service, clip(i.Title, 60), p.Text)
}

// news renders a page of news.
func (b *batch) news(p *store.Page) notify.Message {
	m := notify.Message{ID: p.ID, Via: p.Via, To: p.To, ValidFor: validFor}
	m.Text = b.newsText(p)
	if p.Via == oncall.Call {
		m.Speech = notify.SpeakNews(m.Text)
	}
	if p.Via != oncall.Email {
		return m
	}
	i, err := b.incident(p.Incident)
	if err != nil {
		m.Subject = "News from rouse"
		if id, ok := strings.CutPrefix(p.Why, handoffWhy("")); ok {
			m.Subject, m.Text = "On call: "+id, b.newsLine(p)
		}
		return m
	}
	v := b.view(i, "")
	if p.Address != "" {
		v.URL = "" // a subscriber without a login
	}
	m.Subject, m.Text, m.HTML = notify.NewsMail(v, p.Text)
	return m
}
