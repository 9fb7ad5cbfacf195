package engine

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// lease is how long a claimed page belongs to the send that claimed it; sends give up well before.
const lease = 30 * time.Second

// job is one call to a provider, decided and remembered before it is made.
type job struct {
	kind     jobKind
	page     store.Page
	provider notify.Provider
	message  notify.Message
	note     RoomNote
	order    automation.Order
	step     automation.Step
	runner   Runner
	silent   bool // the send ended without an answer, as others did before: the line is out of use

	due, triggered time.Time // of a page: when it was due, and of the first of an incident when that was triggered
}

type jobKind int

const (
	jobSend jobKind = iota
	jobFind         // ask what became of a page
	jobRoom
	jobHangUp
	jobRun // a step of an automation
)

// claimOne claims a page that is never bundled, or asks about one whose fate is open.
func (b *batch) claimOne(p *store.Page) ([]job, error) {
	switch {
	case p.Kind == incident.PageRoom:
		return b.claimRoom(p)
	case p.Kind == incident.PageHangup:
		return b.claimHangUp(p)
	case p.Kind == incident.PageRun && (p.State == store.Queued || p.State == store.Sending):
		return b.claimRun(p)
	case p.State == store.Sending: // its lease ended: the send died with a crash
		p.State = store.Unknown
		p.Unknowns++
		return b.ask(p)
	case p.State == store.Unknown || p.State == store.Accepted:
		return b.ask(p)
	}
	switch {
	case b.wanted(p):
		return b.claimSend(p, nil)
	case b.waits(p):
		p.NextAt = b.now.Add(soon)
		return nil, b.put(p)
	}
	return nil, b.end(p, store.Void, "")
}

// reclaim ends the leases of before a start: the store has one owner at a time, so whoever held them is gone, and what became
// of those pages is asked at once.
func (b *batch) reclaim() error {
	until := b.now.Add(max(lease, runLease))
	pages, err1 := b.tx.DuePages(until, 0)
	quiet, err2 := b.tx.DuePatient(until, 0)
	if err := errors.Join(err1, err2); err != nil {
		return b.fail(err)
	}
	pages = append(pages, quiet...)
	for k := range pages {
		p := &pages[k]
		if p.State != store.Sending || !p.NextAt.After(b.now) {
			continue
		}
		p.NextAt = b.now
		if err := b.put(p); err != nil {
			return err
		}
	}
	return nil
}

// ask claims a look-up with the provider.
func (b *batch) ask(p *store.Page) ([]job, error) {
	p.NextAt = b.now.Add(lease)
	p.Fence++
	p.Polls++
	prov := b.provider(p.Provider)
	m := b.message(p)
	m.Text = p.Sent // rendered anew it would tell another age, and a provider finds a text by its words
	if err := b.put(p); err != nil {
		return nil, err
	}
	return []job{{kind: jobFind, page: *p, provider: prov, message: m}}, nil
}

func (b *batch) provider(name string) notify.Provider {
	for _, p := range b.live.Providers {
		if p.Name() == name {
			return p
		}
	}
	return nil
}

// claimStack tells one person by one method everything that waits, in one message.
func (b *batch) claimStack(s *stack) ([]job, error) {
	wanted, err := b.unpack(s)
	if err != nil || len(wanted) == 0 {
		return nil, err
	}
	to := b.address(&wanted[0])
	if to == "" {
		return nil, b.giveUpAll(wanted, notify.Dead, "the configuration has no number for "+string(s.user))
	}
	c, err := b.tx.Contact(to)
	if err != nil {
		return nil, b.fail(err)
	}
	if why := unusable(&c, s.via); why != "" && wanted[0].Kind == incident.PageUpdate {
		return nil, b.byMail(wanted, why)
	} else if why != "" {
		return nil, b.giveUpAll(wanted, notify.Consent, why)
	}
	if s.via == oncall.Call && b.engaged(&c) {
		return nil, b.later(wanted)
	}
	if at := b.slot(&c, s.via); at.After(b.now) {
		return nil, b.holdBack(wanted, at)
	}
	slices.SortStableFunc(wanted, func(x, y store.Page) int { return cmp.Compare(b.weight(&x), b.weight(&y)) })
	return b.claimSend(&wanted[0], wanted[1:])
}

func (b *batch) giveUpAll(pages []store.Page, c notify.Class, why string) error {
	for k := range pages {
		if err := b.giveUp(&pages[k], fault{class: c, why: why}); err != nil {
			return err
		}
	}
	return nil
}

// byMail has news sent by mail that cannot go by text.
func (b *batch) byMail(pages []store.Page, why string) error {
	u, _ := b.live.book.Roster.User(pages[0].User)
	if u.Address(oncall.Email) == "" {
		return b.giveUpAll(pages, notify.Consent, why)
	}
	for k := range pages {
		p := &pages[k]
		p.Via, p.State, p.NextAt = oncall.Email, store.Queued, b.now
		if err := b.put(p); err != nil {
			return err
		}
	}
	return nil
}

// engaged reports whether a call of ours to this number is under way: a second would only find the line busy.
func (b *batch) engaged(c *store.Contact) bool {
	if c.InCall == "" {
		return false
	}
	p, err := b.page(c.InCall)
	return err == nil && (p.State == store.Sending || p.State == store.Accepted || p.State == store.Unknown)
}

// later has pages looked at again soon: all that wait meanwhile at one instant, so that they become one message.
func (b *batch) later(pages []store.Page) error {
	at := b.now.Truncate(soon).Add(soon)
	for k := range pages {
		p := &pages[k]
		p.State, p.NextAt = store.Queued, at
		if err := b.put(p); err != nil {
			return err
		}
	}
	return nil
}

// holdBack keeps pages until the limit lets a message through; meanwhile the person's next method is due at once.
func (b *batch) holdBack(pages []store.Page, at time.Time) error {
	for k := range pages {
		p := &pages[k]
		p.NextAt, p.State = at, store.Queued
		if !p.Held {
			p.Held = true
			if p.Urgency == oncall.High {
				if err := b.report(p, incident.StepHeld, fmt.Sprintf("%s held back by the limit until %s, with all that waits then", b.name(p), at.Format("15:04:05 MST")), false); err != nil {
					return err
				}
			}
		}
		if err := b.put(p); err != nil {
			return err
		}
	}
	return nil
}

// unusable says why a number cannot be used for a method; "" when it can.
func unusable(c *store.Contact, via oncall.Method) string {
	switch {
	case via == oncall.SMS && c.OptedOut:
		return "this number has opted out of texts (text START to rouse to undo)"
	case slices.Contains(c.Dead, via):
		return "this number is known to be dead for this method"
	}
	return ""
}

// address is where a page goes now.
func (b *batch) address(p *store.Page) string {
	if p.Address != "" {
		return p.Address
	}
	u, _ := b.live.book.Roster.User(p.User)
	return u.Address(p.Via)
}

// claimSend leases a page, with those that it tells as well, and prepares the message.
func (b *batch) claimSend(p *store.Page, others []store.Page) ([]job, error) {
	p.To = b.address(p)
	if p.To == "" {
		return nil, b.giveUpAll(append([]store.Page{*p}, others...), notify.Dead, "there is no address for "+string(p.User))
	}
	if p.Via != oncall.Email && p.Kind != incident.PageReply {
		stopped, err := b.overCap(p)
		if err != nil {
			return nil, err
		}
		if stopped != "" && p.Kind == incident.PageNews {
			return nil, b.byMail(append([]store.Page{*p}, others...), stopped)
		}
		if stopped != "" {
			return nil, b.giveUpAll(append([]store.Page{*p}, others...), notify.Account, stopped)
		}
	}
	risk := !b.e.breaker.calm() && (!b.urgent(p) || b.otherWay(p))
	way := b.e.breaker.choose(b.live.Providers, p, b.now, risk)
	if way.provider == nil && way.last != nil && b.lastHope(p) {
		way.provider = way.last
	}
	prov := way.provider
	if prov == nil {
		return nil, b.unprovided(p, others, way.wait)
	}
	if err := b.bundle(p, others); err != nil {
		return nil, err
	}
	if way.probe {
		if err := b.probe(line{prov.Name(), p.Via}, p); err != nil {
			return nil, err
		}
	}
	j := job{kind: jobSend, provider: prov, due: p.NextAt, triggered: b.triggered(p)}
	p.State, p.Provider, p.NextAt = store.Sending, prov.Name(), b.now.Add(lease)
	p.Attempt++
	p.Fence++
	if p.FirstAt.IsZero() {
		p.FirstAt = b.now
	}
	m := b.message(p)
	if p.Via == oncall.SMS {
		p.Sent = m.Text
	}
	if err := b.put(p); err != nil {
		return nil, err
	}
	if err := b.remember(p); err != nil {
		return nil, err
	}
	j.page, j.message = *p, m
	return []job{j}, nil
}

// urgent reports whether a page must reach somebody now.
func (b *batch) urgent(p *store.Page) bool {
	return p.Kind == incident.PageAlert && p.Urgency == oncall.High
}

// lastHope reports whether a page is to be tried even over a line that is out of use: when it is urgent and nothing else reaches
// its person, and when somebody waits for exactly this one.
func (b *batch) lastHope(p *store.Page) bool {
	switch p.Kind {
	case incident.PageReply, incident.PageTest:
		return true
	case incident.PageAlert:
		return b.urgent(p) && !b.otherWay(p)
	}
	return false
}

// probe has a page try a line that failed everybody a while ago. It is nobody's only hope: the next method goes ahead.
func (b *batch) probe(l line, p *store.Page) error {
	b.e.breaker.probing(l, p.ID, b.now)
	if p.Kind != incident.PageAlert {
		return nil
	}
	return b.miss(p, fmt.Sprintf("%s tries whether %s works again, going on meanwhile", b.name(p), l.provider))
}

// unprovided is a page that no provider takes now: it fails for good without one, and waits for the breaker otherwise.
func (b *batch) unprovided(p *store.Page, others []store.Page, wait time.Time) error {
	pages := append([]store.Page{*p}, others...)
	if wait.IsZero() {
		return b.giveUpAll(pages, notify.Account, "no provider is left that can send it")
	}
	for k := range pages {
		q := &pages[k]
		q.NextAt, q.State, q.Tried = wait, store.Queued, nil
		if err := b.miss(q, fmt.Sprintf("%s waits: the provider is failing", b.name(q))); err != nil {
			return err
		}
		if err := b.put(q); err != nil {
			return err
		}
	}
	return nil
}

// remember counts a message against its number's limits and the day's cap.
func (b *batch) remember(p *store.Page) error {
	if p.Via == oncall.Email {
		return nil
	}
	c, err := b.tx.Contact(p.To)
	if err != nil {
		return b.fail(err)
	}
	c.User = p.User
	if p.Kind == incident.PageAlert || p.Kind == incident.PageUpdate || p.Kind == incident.PageNews {
		if p.Via == oncall.SMS && p.Kind == incident.PageNews {
			c.News = recent(append(c.News, b.now), b.now, max(time.Hour, b.live.Limits.SMS.Per))
		} else if p.Via == oncall.SMS {
			c.Sent = recent(append(c.Sent, b.now), b.now, max(time.Hour, b.live.Limits.SMS.Per))
		} else {
			c.InCall = p.ID
			c.Called = recent(append(c.Called, b.now), b.now, max(time.Hour, b.live.Limits.Call.Per))
		}
		c.Replies = nil // a new page: whoever answers is a person again
	}
	if p.Incident != 0 && p.Kind == incident.PageAlert {
		c.LastPages = append(c.LastPages, p.ID)
		c.LastPages = c.LastPages[max(0, len(c.LastPages)-50):]
	}
	if err := b.tx.PutContact(c); err != nil {
		return b.fail(err)
	}
	_, err = b.tx.AddCounter(dayCounter(p.Via, b.now), 1)
	return b.fail(err)
}

// recent drops what is older than the window, and what is still to come because the clock was set back: neither may hold pages
// back.
func recent(times []time.Time, now time.Time, per time.Duration) []time.Time {
	return slices.DeleteFunc(times, func(t time.Time) bool { return now.Sub(t) > per || t.Sub(now) > time.Minute })
}
