package engine

import (
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// enqueue puts a page into the outbox. A page that is there already stays as it is: its ID says that it is the same intent.
func (b *batch) enqueue(p incident.Page) error {
	_, err := b.tx.Page(p.ID)
	if err == nil {
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return b.fail(err)
	}
	return b.put(&store.Page{Page: p, State: store.Queued, NextAt: latest(b.now, p.After)})
}

// void takes back what an incident still has in the outbox: unsent pages are void, calls under way are hung up.
func (b *batch) void(n int64) error {
	pages, err := b.tx.PagesOf(n)
	if err != nil {
		return b.fail(err)
	}
	for k := range pages {
		p := &pages[k]
		if p.Kind != incident.PageAlert && p.Kind != incident.PageUpdate {
			continue
		}
		if err := b.voidOne(p); err != nil {
			return err
		}
	}
	return nil
}

func (b *batch) voidOne(p *store.Page) error {
	switch {
	case len(p.Members) > 0 && p.State.Live() && p.State != store.Accepted:
		return nil // it speaks for other incidents too: looked at again when it is claimed or settled
	case p.State == store.Queued || p.State == store.Unknown:
		return b.end(p, store.Void, "")
	case p.State == store.Sending:
		p.State = store.Void // settle sees it and hangs up
		p.NextAt = time.Time{}
		return b.put(p)
	case p.State == store.Accepted && p.Via == oncall.Call:
		return b.hangUp(p)
	case p.State == store.Bundled:
		return b.hangUpParent(p)
	}
	return nil
}

// hangUp asks for a call to be stopped, unless it speaks for incidents that still page.
func (b *batch) hangUp(p *store.Page) error {
	for _, id := range p.Members {
		m, err := b.page(id)
		if err != nil {
			return err
		}
		if b.wanted(m) {
			return nil
		}
	}
	if b.wanted(p) {
		return nil
	}
	return b.enqueue(incident.Page{ID: p.ID + "/hangup", Kind: incident.PageHangup, Incident: p.Incident, Target: p.ID, Via: oncall.Call, At: b.now})
}

func (b *batch) hangUpParent(m *store.Page) error {
	p, err := b.page(m.Parent)
	if err != nil || p.Via != oncall.Call || p.State != store.Accepted {
		return err
	}
	return b.hangUp(p)
}

func (b *batch) page(id string) (*store.Page, error) {
	p, err := b.tx.Page(id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	if err != nil {
		return nil, b.fail(err)
	}
	return &p, nil
}

func (b *batch) put(p *store.Page) error {
	p.UpdatedAt, p.Patient = b.now, patient(p)
	b.pages = b.pages || p.State.Live()
	return b.fail(b.tx.PutPage(*p))
}

// end gives a page its final state.
func (b *batch) end(p *store.Page, s store.PageState, detail string) error {
	p.State, p.NextAt = s, time.Time{}
	if detail != "" {
		p.Detail = detail
	}
	via, outcome := string(p.Via), string(s)
	switch p.Kind {
	case incident.PageRoom:
		via = "room"
	case incident.PageRun:
		via = "automation"
	}
	b.after(func() { b.e.metrics.Pages.WithLabelValues(via, outcome).Inc() })
	return b.put(p)
}

// waits reports whether a page may be wanted again shortly: every alert of its incident recovered, and it resolves if they stay so.
func (b *batch) waits(p *store.Page) bool {
	if p.Kind != incident.PageAlert {
		return false
	}
	i, err := b.incident(p.Incident)
	return err == nil && i.State == incident.Triggered && i.Epoch == p.Epoch && i.Suppressed == nil && !i.ClearedAt.IsZero()
}

// wanted reports whether a page still has somebody to tell something.
func (b *batch) wanted(p *store.Page) bool {
	switch p.Kind {
	case incident.PageAlert:
		i, err := b.incident(p.Incident)
		return err == nil && i.State == incident.Triggered && i.Epoch == p.Epoch && i.Suppressed == nil && i.ClearedAt.IsZero()
	case incident.PageNews:
		if !p.Before.IsZero() && !p.Before.After(b.now) {
			return false // of a shift that is over
		}
		i, err := b.incident(p.Incident)
		return err != nil || !p.Stale(i)
	case incident.PageUpdate:
		i, err := b.incident(p.Incident)
		return err == nil && (i.State == incident.Acknowledged || i.State == incident.OnHold) && (i.Assignee == p.User || i.Assignee == "")
	}
	return true
}

// report tells a page's incident, and those of the pages it speaks for, what became of it.
func (b *batch) report(p *store.Page, o incident.StepOutcome, detail string, quiet bool) error {
	ids := append([]string{p.ID}, p.Members...)
	for _, id := range ids {
		m := p
		if id != p.ID {
			var err error
			if m, err = b.page(id); errors.Is(err, store.ErrNotFound) {
				continue
			} else if err != nil {
				return err
			}
		}
		if m.Incident == 0 || m.Kind == incident.PageReply {
			continue
		}
		if i, err := b.incident(m.Incident); err == nil && i.State == incident.Closed {
			continue // closed is final: what became of a late word about it is in the page's own row
		}
		_, err := b.act(m.Incident, incident.Report{Page: m.ID, Outcome: o, Detail: detail, Quiet: quiet, Refused: nowhere(p)})
		if err != nil && !errors.Is(err, incident.ErrNoIncident) {
			return err
		}
	}
	return nil
}

// nowhere reports whether no provider has taken a page, for a reason that may be gone soon.
func nowhere(p *store.Page) bool {
	switch p.Class {
	case "", notify.Account, notify.Transient, notify.Throttle, notify.Queue:
		return p.SentAt.IsZero()
	}
	return false
}

// name says in words what a page is, number masked: "SMS to ana (+34…0001)".
func (b *batch) name(p *store.Page) string {
	what := map[oncall.Method]string{oncall.SMS: "SMS", oncall.Call: "Call", oncall.Email: "Mail"}[p.Via]
	if p.Kind == incident.PageRoom {
		return "Message to " + p.Receiver
	}
	if p.Kind == incident.PageNews && p.User == "" {
		return "Mail to a subscriber (" + notify.MaskMail(p.Address) + ")"
	}
	to := p.To
	switch {
	case to == "":
	case p.Via == oncall.Email:
		to = " (" + notify.MaskMail(to) + ")"
	default:
		to = " (" + notify.MaskNumber(to) + ")"
	}
	return what + " to " + string(p.User) + to
}

// view is what a message says of an incident.
func (b *batch) view(i *incident.Incident, u oncall.UserID) notify.View {
	svc := b.live.book.Services[i.Service]
	v := notify.View{
		Number: i.Number, Title: i.Title, Service: i.Service, Team: i.Team, Priority: string(i.Priority), State: string(i.State),
		Severity: string(i.Severity), Firing: i.Firing, Total: i.Total, Age: b.now.Sub(i.CreatedAt), Runbook: svc.Runbook,
		URL: b.link(i, u), Neutral: i.Confidential(), AckedBy: i.AckedBy, Assignee: string(i.Assignee),
	}
	if i.Drill() {
		v.Test, v.Priority = true, ""
	}
	return v
}

// link is the page of an incident. For a known user it is signed, so that a phone without a login can open it and act.
func (b *batch) link(i *incident.Incident, u oncall.UserID) string {
	if b.live.PublicURL == "" {
		return ""
	}
	page := fmt.Sprintf("%s/i/%d", b.live.PublicURL, i.Number)
	if b.live.Links == nil || u == "" {
		return page
	}
	return page + "/" + b.live.Links.Sign(LinkPurpose, i.Number, string(u), i.Epoch, b.now.Add(linkLife))
}

// LinkPurpose is the purpose of the signed links in messages: see one incident, and act on it as one user.
const LinkPurpose = "page"

// linkLife is how long a signed link works.
const linkLife = 24 * time.Hour
