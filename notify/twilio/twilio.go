// Package twilio sends texts and places calls over one Twilio account, and answers what Twilio asks and reports over HTTP.
//
// It speaks through twilio-go's generated API with a client of its own, because the stock one knows no context, hides
// Retry-After, and may send a request twice. It refuses every inbound request whose signature does not fit the configured
// public address, before anything else is looked at. Its law: a request is sent at most once per Send, and an error says
// honestly whether the message may be out. No error and no log line carries an account SID, a token or a whole number.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// Config says which account to use and where Twilio finds us. Name, AccountSID, AuthTokens, PublicURL and one of From and
// MessagingServiceSID are needed; everything else has a default.
type Config struct {
	Name                string
	AccountSID          string
	AuthTokens          []string // the first authenticates requests; all are accepted in signatures, for rotation
	From                string   // E.164; calls need it
	MessagingServiceSID string   // sends texts instead of From; may be used with it
	BaseURL             string   // default https://api.twilio.com
	PublicURL           string   // where Twilio reaches us: callbacks and signatures are built from it
	Transport           http.RoundTripper
	Timeout             time.Duration // of one request, connecting included; default 10s
	Language            string        // of spoken words, such as "en-GB"; default Twilio's
	MachineDetection    bool          // ask Twilio who answered, in the background (it costs extra)
	Log                 *slog.Logger
	Now                 func() time.Time // only to read a Retry-After date without a Date beside it; nil: such a date is not read
}

// Provider is one Twilio account. It is safe for concurrent use.
type Provider struct {
	cfg    Config
	base   *url.URL
	public *url.URL
	http   *http.Client
	log    *slog.Logger
}

var (
	_ notify.Provider  = (*Provider)(nil)
	_ notify.Finder    = (*Provider)(nil)
	_ notify.Canceller = (*Provider)(nil)
)

const (
	defaultBase    = "https://api.twilio.com"
	defaultTimeout = 10 * time.Second
	connectTimeout = 3 * time.Second
)

var (
	e164       = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	accountSID = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	serviceSID = regexp.MustCompile(`^MG[0-9a-fA-F]{32}$`)
)

// New checks a configuration and returns its Provider. It makes no request. The errors name the key to correct and never
// repeat a secret.
func New(cfg Config) (*Provider, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = defaultBase
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	p := &Provider{cfg: cfg, log: cfg.Log}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("twilio provider %q: %w", cfg.Name, err)
	}
	if cfg.Transport == nil {
		cfg.Transport = transport()
	}
	p.http = &http.Client{
		Transport:     cfg.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p, nil
}

func (p *Provider) check() (err error) {
	c := p.cfg
	switch {
	case c.Name == "":
		return errors.New("name is empty")
	case !accountSID.MatchString(c.AccountSID):
		return errors.New("account_sid must be AC and 32 hexadecimal digits")
	case len(c.AuthTokens) == 0:
		return errors.New("auth_token is missing; without it nothing that comes in can be trusted")
	case c.From == "" && c.MessagingServiceSID == "":
		return errors.New("from or messaging_service_sid is needed")
	case c.MessagingServiceSID != "" && !serviceSID.MatchString(c.MessagingServiceSID):
		return errors.New("messaging_service_sid must be MG and 32 hexadecimal digits")
	}
	for i, t := range c.AuthTokens {
		if t == "" {
			return fmt.Errorf("auth_token %d is empty", i+1)
		}
	}
	if p.base, err = address(c.BaseURL); err != nil {
		return fmt.Errorf("base_url: %w", err)
	}
	if p.public, err = address(c.PublicURL); err != nil {
		return fmt.Errorf("public_url: %w", err)
	}
	return nil
}

// address reads an absolute http or https URL without anything behind its path.
func address(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	switch {
	case err != nil:
		return nil, errors.New("not a URL")
	case (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "":
		return nil, errors.New("must begin with https:// or http:// and a host")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("must have no user, query or fragment")
	}
	return u, nil
}

// transport is the default way out: three seconds to connect, so that a dead provider leaves time for the next one.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = connectTimeout
	t.MaxIdleConnsPerHost = 16
	return t
}

// Name is the provider's name in the configuration.
func (p *Provider) Name() string { return p.cfg.Name }

// Carries reports whether the account can send by m: texts always, calls from a phone number.
func (p *Provider) Carries(m oncall.Method) bool {
	return m == oncall.SMS || (m == oncall.Call && e164.MatchString(p.cfg.From))
}

// Send hands one text or call to Twilio. It takes at most the configured timeout and makes exactly one request, or none
// when the message can be seen to be impossible.
func (p *Provider) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	switch {
	case !p.Carries(m.Via):
		return notify.Receipt{}, &notify.Error{Class: notify.Account, Err: fmt.Errorf("provider %s cannot send by %q", p.cfg.Name, m.Via)}
	case !e164.MatchString(m.To):
		return notify.Receipt{}, &notify.Error{Class: notify.Dead, Code: 21211, Err: errors.New("not a phone number in E.164 form: " + notify.MaskNumber(m.To))}
	case m.Via == oncall.Call:
		return p.call(ctx, m)
	}
	return p.text(ctx, m)
}

// maxBody is the longest text that Twilio takes, in characters (error 21617 beyond it).
const maxBody = 1600

func (p *Provider) text(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	switch n := utf8.RuneCountInString(m.Text); {
	case n > maxBody:
		return notify.Receipt{}, &notify.Error{Class: notify.Content, Code: 21617, Err: fmt.Errorf("text has %d characters; %d are the most", n, maxBody)}
	case strings.TrimSpace(m.Text) == "":
		return notify.Receipt{}, &notify.Error{Class: notify.Content, Code: 21602, Err: errors.New("text is empty")}
	}
	q := (&api.CreateMessageParams{}).SetTo(m.To).SetBody(m.Text).SetStatusCallback(p.callback("status", m.ID, 0))
	if p.cfg.MessagingServiceSID != "" {
		q.SetMessagingServiceSid(p.cfg.MessagingServiceSID)
	} else {
		q.SetFrom(p.cfg.From)
	}
	if m.ValidFor > 0 {
		q.SetValidityPeriod(validity(m.ValidFor))
	}
	var got *api.ApiV2010Message
	err := p.do(ctx, "create message", true, func(s *api.ApiService) (err error) {
		got, err = s.CreateMessage(q)
		return err
	})
	if err != nil {
		return notify.Receipt{}, err
	}
	_, _, segments := notify.Segments(m.Text)
	return p.receipt("message", got.Sid, got.Status, got.ErrorCode, segments)
}

// validity returns Twilio's ValidityPeriod: whole seconds, no more than the ten hours it allows and no less than ten
// seconds, as it advises against five or fewer.
func validity(d time.Duration) int {
	return int(min(max((d+time.Second-1)/time.Second, 10), 36000))
}

// How long a phone rings, and how long a call may last, in seconds. Most voicemail answers after twenty to thirty.
const (
	ringSeconds    = 30
	minRingSeconds = 10
	callSeconds    = 300
)

func (p *Provider) call(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	ring := ringSeconds
	if s := int(m.ValidFor / time.Second); s > 0 {
		ring = min(ring, max(s, minRingSeconds))
	}
	status := p.callback("status", m.ID, 0)
	q := (&api.CreateCallParams{}).SetTo(m.To).SetFrom(p.cfg.From).SetUrl(p.callback("voice", m.ID, 0)).SetMethod(http.MethodPost).
		SetStatusCallback(status).SetStatusCallbackMethod(http.MethodPost).
		SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"}).
		SetTimeout(ring).SetTimeLimit(callSeconds)
	if p.cfg.MachineDetection {
		q.SetMachineDetection("Enable").SetAsyncAmd("true").SetAsyncAmdStatusCallback(status).SetAsyncAmdStatusCallbackMethod(http.MethodPost)
	}
	var got *api.ApiV2010Call
	err := p.do(ctx, "create call", true, func(s *api.ApiService) (err error) {
		got, err = s.CreateCall(q)
		return err
	})
	if err != nil {
		return notify.Receipt{}, err
	}
	return p.receipt("call", got.Sid, got.Status, nil, 0)
}

// receipt reads Twilio's answer to a creation. Without a SID it is no answer at all.
func (p *Provider) receipt(what string, sid, status *string, code *int, segments int) (notify.Receipt, error) {
	if !isSID(deref(sid)) {
		return notify.Receipt{}, &notify.Error{Class: notify.Transient, Unknown: true, Err: fmt.Errorf("twilio took the %s but named no SID", what)}
	}
	switch s := deref(status); {
	case s != "failed" && s != "undelivered":
	case code == nil || *code == 0:
		return notify.Receipt{}, &notify.Error{Class: notify.Unlisted, Err: fmt.Errorf("twilio failed the %s at once, without a reason", what)}
	default:
		class := p.class(*code)
		return notify.Receipt{}, &notify.Error{Class: class, Code: *code, Wide: wide(class, *code), Err: fmt.Errorf("twilio failed the %s at once", what)}
	}
	return notify.Receipt{ProviderID: *sid, Segments: segments}, nil
}

// callback is the address that Twilio is to call for a page. round is left out when it is 0.
func (p *Provider) callback(route, page string, round int) string {
	q := url.Values{"page": {page}}
	if round > 0 {
		q.Set("round", fmt.Sprint(round))
	}
	return p.public.String() + "/twilio/" + url.PathEscape(p.cfg.Name) + "/" + route + "?" + q.Encode()
}

// isSID reports whether s can stand for one of Twilio's identifiers, and so in a path.
func isSID(s string) bool {
	if len(s) < 3 || len(s) > 64 {
		return false
	}
	return strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
