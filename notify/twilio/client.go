package twilio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// maxReply bounds what is read of one answer of Twilio's.
const maxReply = 1 << 20

// session is the client.BaseClient of one request: it carries what twilio-go cannot, the context and the base URL, and
// keeps what it drops, the status and Retry-After. It sends each request once and always closes the answer.
type session struct {
	ctx   context.Context
	p     *Provider
	reply *reply // nil until Twilio answered
	sent  bool   // bytes of a request may have left
}

// reply is what is kept of an answer.
type reply struct {
	status int
	header http.Header
}

var _ client.BaseClient = (*session)(nil)

// AccountSid is the account in the paths of twilio-go's requests.
func (s *session) AccountSid() string { return s.p.cfg.AccountSID }

// SetTimeout does nothing: the context of a session ends it.
func (s *session) SetTimeout(time.Duration) {}

// SetOauth does nothing: rouse signs with the auth token.
func (s *session) SetOauth(client.OAuth) {}

// OAuth is always nil.
func (s *session) OAuth() client.OAuth { return nil }

// SendRequest makes twilio-go's request at the configured base URL. Its error is a *client.TwilioRestError for every
// answer that is no success.
func (s *session) SendRequest(method, rawURL string, data url.Values, headers map[string]any, _ ...byte) (*http.Response, error) {
	req, err := s.request(method, rawURL, data, headers)
	if err != nil {
		return nil, err
	}
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	var asked, connected atomic.Bool
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true); connected.Store(false) }, // again only when nothing was written
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	resp, err := s.p.http.Do(req)
	if err != nil {
		s.sent = !unconnected(err) && (connected.Load() || !asked.Load())
		return nil, err
	}
	s.sent = true
	defer resp.Body.Close()
	s.reply = &reply{status: resp.StatusCode, header: resp.Header}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, refusal(resp.StatusCode, body)
	}
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func (s *session) request(method, rawURL string, data url.Values, headers map[string]any) (*http.Request, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	u.Scheme, u.Host = s.p.base.Scheme, s.p.base.Host
	u = s.p.base.ResolveReference(&url.URL{Path: strings.TrimRight(s.p.base.Path, "/") + u.Path, RawQuery: u.RawQuery})
	var body io.Reader = http.NoBody
	if method == http.MethodGet || method == http.MethodDelete {
		if len(data) > 0 {
			u.RawQuery = data.Encode()
		}
	} else {
		body = strings.NewReader(data.Encode())
	}
	req, err := http.NewRequestWithContext(s.ctx, method, u.String(), body)
	if err != nil {
		return nil, err
	}
	for k, v := range headers {
		req.Header.Set(k, fmt.Sprint(v))
	}
	if body == http.NoBody {
		req.Header.Del("Content-Type")
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "rouse")
	req.SetBasicAuth(s.p.cfg.AccountSID, s.p.cfg.AuthTokens[0])
	return req, nil
}

// refusal reads Twilio's JSON of an error. The HTTP status counts, whatever the body says.
func refusal(status int, body []byte) error {
	e := &client.TwilioRestError{}
	if err := json.Unmarshal(body, e); err != nil {
		e = &client.TwilioRestError{}
	}
	e.Status = status
	return e
}

// unconnected reports whether err says that no connection came about, so that nothing can have been sent.
func unconnected(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || (errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect"))
}

// do runs one request of twilio-go under the configured timeout and turns its error into a *notify.Error. creates says
// that the request makes something, so that its outcome can be unknown.
func (p *Provider) do(ctx context.Context, what string, creates bool, fn func(*api.ApiService) error) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	s := &session{ctx: ctx, p: p}
	err := fn(api.NewApiService(&client.RequestHandler{Client: s}))
	if err == nil {
		return nil
	}
	return p.fail(s, what, creates, err)
}
