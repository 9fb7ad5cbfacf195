package engine

import (
	"fmt"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/store"
)

// claimRoom leases a message to a room. No room hears of a confidential incident.
func (b *batch) claimRoom(p *store.Page) ([]job, error) {
	i, err := b.incident(p.Incident)
	if err != nil || b.live.Rooms == nil {
		return nil, b.end(p, store.Failed, "there are no rooms")
	}
	if i.Confidential() {
		return nil, b.end(p, store.Void, "no room is told of a security incident")
	}
	members, err := b.tx.AlertsOf(p.Incident, noAlert, 20)
	if err != nil {
		return nil, b.fail(err)
	}
	p.State, p.NextAt = store.Sending, b.now.Add(lease)
	p.Attempt++
	p.Fence++
	if p.Attempt > roomAttempts {
		return nil, b.end(p, store.Failed, "gave up after "+fmt.Sprint(roomAttempts)+" attempts")
	}
	note := RoomNote{ID: p.ID, Receiver: p.Receiver, Reason: p.Text, Words: p.Why, Incident: *i, Alerts: members, URL: b.link(i, ""), Now: b.now}
	return []job{{kind: jobRoom, page: *p, note: note}}, b.put(p)
}

// roomAttempts bounds how often a room is tried; with backoff that is about half an hour.
const roomAttempts = 12

func (b *batch) claimHangUp(p *store.Page) ([]job, error) {
	t, err := b.page(p.Target)
	if err != nil {
		return nil, b.end(p, store.Void, "")
	}
	_, ok := b.provider(t.Provider).(notify.Canceller)
	if !ok || t.ProviderID == "" || t.State != store.Accepted || p.Attempt >= 3 {
		return nil, b.end(p, store.Void, "nothing to hang up")
	}
	p.State, p.NextAt = store.Sending, b.now.Add(lease)
	p.Attempt++
	p.Fence++
	p.ProviderID = t.ProviderID
	return []job{{kind: jobHangUp, page: *p, provider: b.provider(t.Provider)}}, b.put(p)
}

// settleRoom remembers how a message to a room ended.
func (b *batch) settleRoom(j *job, err error) error {
	p, perr := b.page(j.page.ID)
	if perr != nil {
		return perr
	}
	if err == nil {
		if err := b.report(p, "", b.name(p)+" posted: "+p.Text, false); err != nil {
			return err
		}
		return b.end(p, store.Delivered, "")
	}
	if p.Fence != j.page.Fence || p.State != store.Sending {
		return nil // another try has taken over, or was told before
	}
	e := notify.Classify(err)
	p.Class, p.Code, p.Detail = e.Class, e.Code, e.Error()
	if !e.Unknown && e.Class != notify.Transient && e.Class != notify.Throttle {
		if err := b.report(p, "", b.name(p)+" failed: "+e.Error(), false); err != nil {
			return err
		}
		return b.end(p, store.Failed, e.Error())
	}
	p.State, p.NextAt = store.Queued, b.now.Add(max(b.backoff(p.Attempt+1), e.RetryAfter))
	return b.put(p)
}

// settleHangUp remembers how the end of a call was asked for.
func (b *batch) settleHangUp(j *job, err error) error {
	p, perr := b.page(j.page.ID)
	if perr != nil {
		return perr
	}
	if err != nil && (p.Fence != j.page.Fence || p.State != store.Sending) {
		return nil
	}
	if err != nil {
		p.State, p.NextAt, p.Detail = store.Queued, b.now.Add(b.backoff(p.Attempt)), err.Error()
		return b.put(p)
	}
	t, terr := b.page(p.Target)
	if terr == nil && t.State == store.Accepted {
		t.Outcome = notify.Cancelled
		if err := b.end(t, store.Void, "hung up: no longer needed"); err != nil {
			return err
		}
	}
	return b.end(p, store.Delivered, "")
}
