package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"

	"github.com/rouse/rouse/notify"
)

// classes says what Twilio's error codes mean for what may be tried next (twilio.com/docs/api/errors). A code that is not
// listed is Unlisted: worth one more try.
var classes = map[int]notify.Class{
	20429: notify.Throttle, // too many requests

	21611: notify.Queue, // the sender's queue is full
	30001: notify.Queue, // the service's queue overflowed
	30036: notify.Queue, // validity ended in the queue
	22005: notify.Queue, // calls queued too long

	30008: notify.Transient, // unknown error of the carrier
	30410: notify.Transient, // timeout at the carrier
	21220: notify.Transient, // the call to change is over already

	30003: notify.Handset, // unreachable or off
	34002: notify.Handset, // busy

	30005: notify.Dead, // unknown number
	30006: notify.Dead, // landline, or a carrier that cannot be reached
	21635: notify.Dead, // landline
	21214: notify.Dead, // cannot be reached by phone
	21211: notify.Dead, // invalid To
	21614: notify.Dead, // no mobile number
	21604: notify.Dead, // no To
	21201: notify.Dead, // no To of a call
	13223: notify.Dead, // invalid number format of a call
	13224: notify.Dead, // invalid number of a call

	21610: notify.Consent, // opted out

	30007: notify.Filtered, // filtered as spam
	30004: notify.Filtered, // blocked
	30450: notify.Filtered, // delivery blocked
	30034: notify.Filtered, // unregistered 10DLC
	30032: notify.Filtered, // unverified toll-free
	21612: notify.Filtered, // no route from this sender to this number

	20003: notify.Account, // authentication failed
	20005: notify.Account, // account not active
	20008: notify.Account, // test credentials
	20404: notify.Account, // no such account
	10001: notify.Account, // account not active
	30002: notify.Account, // account suspended
	21601: notify.Account, // sender cannot text
	21603: notify.Account, // no sender
	21606: notify.Account, // sender not of this account
	21607: notify.Account, // sender not of this account
	21608: notify.Account, // trial account, unverified number
	21210: notify.Account, // caller id not verified
	21212: notify.Account, // invalid caller id
	21216: notify.Account, // calls to this number not allowed
	21219: notify.Account, // trial account, unverified number
	21408: notify.Account, // no permission for texts to this country
	21215: notify.Account, // no permission for calls to this country
	21205: notify.Account, // our address for TwiML is not valid
	21609: notify.Account, // our address for reports is not valid
	21659: notify.Account, // sender is no Twilio number
	21660: notify.Account, // sender and account do not fit
	21703: notify.Account, // no sender in the messaging service

	21617: notify.Content, // too long
	21602: notify.Content, // empty
	21605: notify.Content, // too long for its medium
	30019: notify.Content, // too large for the carrier
}

// narrow are codes of the account's classes that speak of one recipient or one country: others can still be reached.
var narrow = map[int]bool{21408: true, 21215: true, 21216: true, 21608: true, 21219: true, 21612: true}

// wide reports whether a refusal concerns everybody.
func wide(class notify.Class, code int) bool {
	return (class == notify.Account || class == notify.Filtered) && !narrow[code]
}

// class looks a code up and notes one that the table lacks, so that it gets a place there.
func (p *Provider) class(code int) notify.Class {
	if c, ok := classes[code]; ok {
		return c
	}
	if code == 0 {
		return notify.Transient
	}
	p.log.Warn("twilio reported a code that rouse has no class for", "provider", p.cfg.Name, "code", code)
	return notify.Unlisted
}

// fail turns what went wrong with a request into a *notify.Error.
func (p *Provider) fail(s *session, what string, creates bool, err error) *notify.Error {
	out := &notify.Error{Class: notify.Transient}
	var rest *client.TwilioRestError
	switch {
	case errors.As(err, &rest):
		p.refused(out, rest, s.reply, creates)
		out.Err = fmt.Errorf("twilio %s: %s", what, p.scrub(said(rest)))
	case s.reply != nil:
		out.Unknown = creates
		out.Err = fmt.Errorf("twilio %s: answered %d with a body that cannot be read", what, s.reply.status)
	default:
		out.Unknown = creates && s.sent
		out.Err = fmt.Errorf("twilio %s: %w", what, p.quiet(err))
	}
	return out
}

// refused classifies an answer that is no success.
func (p *Provider) refused(out *notify.Error, rest *client.TwilioRestError, r *reply, creates bool) {
	out.Code = rest.Code
	if out.Code == 0 {
		out.Code = rest.Status
	}
	if r != nil {
		out.RetryAfter = p.retryAfter(r.header)
	}
	switch status := rest.Status; {
	case status == http.StatusTooManyRequests && classes[rest.Code] == notify.Queue: // not our haste, but what waits already
		out.Class = notify.Queue
	case status == http.StatusTooManyRequests || rest.Code == 20429:
		out.Class = notify.Throttle
	case status >= 500 || status == http.StatusRequestTimeout:
		out.Unknown = creates
	case rest.Code != 0:
		out.Class = p.class(rest.Code)
	case status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusNotFound:
		out.Class = notify.Account
	case status == http.StatusRequestEntityTooLarge:
		out.Class = notify.Content
	default:
		out.Class = notify.Unlisted
	}
	out.Wide = wide(out.Class, out.Code)
}

func said(e *client.TwilioRestError) string {
	if e.Message == "" {
		return fmt.Sprintf("status %d", e.Status)
	}
	m := strings.Join(strings.Fields(strings.ToValidUTF8(e.Message, "")), " ")
	if r := []rune(m); len(r) > 300 {
		m = string(r[:300])
	}
	return fmt.Sprintf("status %d: %s", e.Status, m)
}

// retryAfter reads Retry-After: seconds, or a date, which is counted from the answer's own Date so that our clock does
// not matter. It is never more than an hour.
func (p *Provider) retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(v, 10, 32); err == nil {
		return min(time.Duration(n)*time.Second, time.Hour)
	}
	until, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		if p.cfg.Now == nil {
			return 0
		}
		now = p.cfg.Now()
	}
	return min(max(until.Sub(now), 0), time.Hour)
}

var (
	sids    = regexp.MustCompile(`\b([A-Z]{2})[0-9a-fA-F]{32}\b`)
	numbers = regexp.MustCompile(`\+?[0-9][0-9 ().-]{5,}[0-9]`)
)

// scrub removes what must not be logged from somebody else's words.
func (p *Provider) scrub(s string) string {
	for _, t := range p.cfg.AuthTokens {
		s = strings.ReplaceAll(s, t, "…")
	}
	s = strings.ReplaceAll(s, p.cfg.AccountSID, "AC…")
	s = sids.ReplaceAllString(s, "$1…")
	return numbers.ReplaceAllStringFunc(s, func(n string) string {
		if strings.HasPrefix(n, "+") || len(n) > 8 {
			return notify.MaskNumber(n)
		}
		return n
	})
}

// quiet returns err without the request's address, which names the account; context errors stay recognisable.
func (p *Provider) quiet(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	for _, known := range []error{context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errors.New(p.scrub(err.Error()))
}
