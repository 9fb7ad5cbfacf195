package twilio

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// skew is how much earlier than our first try Twilio's clock may say that a message was made; it counts whole seconds.
const skew = 2 * time.Second

// pageSize is how many of one phone's messages are looked through.
const pageSize = 100

// Find asks Twilio what became of a message, by its SID or else among what was made for that phone since the first try:
// a text with the same words, the first call. Calls that ended count as HungUp, since Twilio does not record keys.
func (p *Provider) Find(ctx context.Context, m notify.Message, providerID string, since time.Time) (notify.Status, bool, error) {
	if providerID != "" && !isSID(providerID) {
		return notify.Status{}, false, &notify.Error{Class: notify.Transient, Err: errors.New("twilio find: not a SID")}
	}
	var s notify.Status
	var found bool
	var err error
	switch {
	case m.Via == oncall.Call && providerID != "":
		s, found, err = p.fetchCall(ctx, providerID)
	case m.Via == oncall.Call:
		s, found, err = p.searchCalls(ctx, m, since)
	case providerID != "":
		s, found, err = p.fetchText(ctx, providerID)
	default:
		s, found, err = p.searchTexts(ctx, m, since)
	}
	if providerID != "" && missing(err) {
		return notify.Status{}, false, nil
	}
	if err != nil || !found {
		return notify.Status{}, false, err
	}
	s.Provider, s.MessageID = p.cfg.Name, m.ID
	return s, true, nil
}

// missing reports whether Twilio answered that there is no such thing.
func missing(err error) bool {
	var e *notify.Error
	return errors.As(err, &e) && (e.Code == 20404 || e.Code == 404)
}

func (p *Provider) fetchText(ctx context.Context, sid string) (notify.Status, bool, error) {
	var got *api.ApiV2010Message
	err := p.do(ctx, "fetch message", false, func(s *api.ApiService) (err error) {
		got, err = s.FetchMessage(sid, nil)
		return err
	})
	if err != nil {
		return notify.Status{}, false, err
	}
	s, err := p.foundText(*got)
	return s, err == nil, err
}

func (p *Provider) fetchCall(ctx context.Context, sid string) (notify.Status, bool, error) {
	var got *api.ApiV2010Call
	err := p.do(ctx, "fetch call", false, func(s *api.ApiService) (err error) {
		got, err = s.FetchCall(sid, nil)
		return err
	})
	if err != nil {
		return notify.Status{}, false, err
	}
	s, err := p.foundCall(*got)
	return s, err == nil, err
}

// searchTexts looks among the texts sent since, and then among all the newest: one still queued has no date sent.
func (p *Provider) searchTexts(ctx context.Context, m notify.Message, since time.Time) (notify.Status, bool, error) {
	for _, dated := range []bool{true, false} {
		q := (&api.ListMessageParams{}).SetTo(m.To).SetPageSize(pageSize)
		if dated {
			q.SetDateSentAfter(since.Add(-skew).UTC().Truncate(time.Second))
		}
		var got *api.ListMessageResponse
		err := p.do(ctx, "list messages", false, func(s *api.ApiService) (err error) {
			got, err = s.PageMessage(q, "", "")
			return err
		})
		if err != nil {
			return notify.Status{}, false, err
		}
		var best *api.ApiV2010Message
		for i := range got.Messages {
			t := &got.Messages[i]
			if deref(t.To) == m.To && sameText(deref(t.Body), m.Text) && after(t.DateCreated, since) && outbound(t.Direction) &&
				(best == nil || made(t.DateCreated).Before(made(best.DateCreated))) {
				best = t
			}
		}
		if best != nil {
			s, err := p.foundText(*best)
			return s, err == nil, err
		}
	}
	return notify.Status{}, false, nil
}

// searchCalls looks among the calls started since, and then among all the newest: one still queued has no start.
func (p *Provider) searchCalls(ctx context.Context, m notify.Message, since time.Time) (notify.Status, bool, error) {
	for _, dated := range []bool{true, false} {
		q := (&api.ListCallParams{}).SetTo(m.To).SetFrom(p.cfg.From).SetPageSize(pageSize)
		if dated {
			q.SetStartTimeAfter(since.Add(-skew).UTC().Truncate(time.Second))
		}
		var got *api.ListCallResponse
		err := p.do(ctx, "list calls", false, func(s *api.ApiService) (err error) {
			got, err = s.PageCall(q, "", "")
			return err
		})
		if err != nil {
			return notify.Status{}, false, err
		}
		var best *api.ApiV2010Call
		for i := range got.Calls {
			c := &got.Calls[i]
			if deref(c.To) == m.To && after(c.DateCreated, since) && outbound(c.Direction) &&
				(best == nil || made(c.DateCreated).Before(made(best.DateCreated))) {
				best = c
			}
		}
		if best != nil {
			s, err := p.foundCall(*best)
			return s, err == nil, err
		}
	}
	return notify.Status{}, false, nil
}

func (p *Provider) foundText(t api.ApiV2010Message) (notify.Status, error) {
	code := 0
	if t.ErrorCode != nil {
		code = *t.ErrorCode
	}
	s, ok := p.textStatus(deref(t.Status), code)
	s.ProviderID = deref(t.Sid)
	s.Detail = p.scrub(strings.TrimSpace(deref(t.Status) + " " + deref(t.ErrorMessage)))
	return s, known(ok && isSID(s.ProviderID), "message")
}

func (p *Provider) foundCall(c api.ApiV2010Call) (notify.Status, error) {
	s, ok := p.callStatus(deref(c.Status), deref(c.AnsweredBy), 0)
	s.ProviderID = deref(c.Sid)
	s.Detail = p.scrub(strings.TrimSpace(deref(c.Status) + " " + deref(c.AnsweredBy)))
	return s, known(ok && isSID(s.ProviderID), "call")
}

func known(ok bool, what string) error {
	if ok {
		return nil
	}
	return &notify.Error{Class: notify.Transient, Err: fmt.Errorf("twilio find: a %s without a SID or a known status", what)}
}

// sameText compares a text with what Twilio kept of it.
func sameText(got, want string) bool {
	return strings.TrimSpace(strings.ReplaceAll(got, "\r\n", "\n")) == strings.TrimSpace(strings.ReplaceAll(want, "\r\n", "\n"))
}

func outbound(direction *string) bool { return !strings.HasPrefix(deref(direction), "inbound") }

// made reads a time of Twilio's API; it is zero when there is none.
func made(s *string) time.Time {
	t, err := time.Parse(time.RFC1123Z, deref(s))
	if err != nil {
		return time.Time{}
	}
	return t
}

func after(s *string, since time.Time) bool {
	t := made(s)
	return !t.IsZero() && !t.Before(since.Add(-skew))
}

// invalidState is Twilio's code for a call that is not in a state to be ended.
const invalidState = 21220

// Cancel stops a call, whether it waits, rings or talks. A call that is over already, or unknown, is no error.
func (p *Provider) Cancel(ctx context.Context, providerID string) error {
	if !isSID(providerID) || !strings.HasPrefix(providerID, "CA") {
		return &notify.Error{Class: notify.Transient, Err: errors.New("twilio cancel: not the SID of a call")}
	}
	for _, status := range []string{"completed", "canceled"} { // the second for a call that is still queued
		err := p.do(ctx, "end call", false, func(s *api.ApiService) error {
			_, err := s.UpdateCall(providerID, (&api.UpdateCallParams{}).SetStatus(status))
			return err
		})
		var e *notify.Error
		if err == nil || missing(err) {
			return nil
		}
		if !errors.As(err, &e) || e.Code != invalidState {
			return err
		}
	}
	return nil
}
