package phonetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	callbackTimeout = 15 * time.Second // Twilio's limit for a webhook
	maxAnswer       = 64 << 10         // Twilio's limit for TwiML (error 11750)
)

// callback is one status callback that waits for its turn.
type callback struct {
	url, method string
	status      string
	params      url.Values
	final       bool
}

// outbox sends the callbacks of one message or call one after another, as Twilio nearly always does.
type outbox struct {
	queue   []callback
	held    []callback // while reordering: all but the final one
	reorder bool
	running bool
}

// enqueueLocked sends cb after those before it, unless a behaviour says otherwise.
func (s *Street) enqueueLocked(o *outbox, p *Phone, sid string, on Channel, cb callback) {
	if cb.url == "" {
		return
	}
	b, odd := s.pickLocked(p, atCallback, on)
	if odd && b.Kind == KindLoseCallbacks {
		s.noteLocked(Event{Kind: Lost, Phone: p.number, SID: sid, Status: cb.status, URL: cb.url, Params: cb.params})
		return
	}
	batch := []callback{cb}
	if odd {
		batch = append(batch, cb)
	}
	if o.reorder && !cb.final {
		o.held = append(o.held, batch...)
		return
	}
	o.queue = append(o.queue, batch...)
	slices.Reverse(o.held)
	o.queue = append(o.queue, o.held...)
	o.held = nil
	if !o.running {
		o.running = s.spawnLocked(func(ctx context.Context) { s.drain(ctx, o, p, sid) })
	}
}

func (s *Street) drain(ctx context.Context, o *outbox, p *Phone, sid string) {
	for {
		s.mu.Lock()
		if len(o.queue) == 0 || ctx.Err() != nil {
			o.running = false
			s.mu.Unlock()
			return
		}
		cb := o.queue[0]
		o.queue = o.queue[1:]
		s.mu.Unlock()
		// What went wrong is in the log as a fault; Twilio does not send a status callback again either.
		_, _ = s.post(ctx, hook{kind: Called, phone: p.number, sid: sid, status: cb.status, method: cb.method, url: cb.url, params: cb.params})
	}
}

// hook is one request to the daemon.
type hook struct {
	kind               EventKind
	phone, sid, status string
	method, url        string
	params             url.Values
}

// answer is what the daemon answered.
type answer struct {
	status      int
	contentType string
	body        string
}

// post sends a signed request as Twilio does: 15 seconds at most, and a second try only when no connection came about.
// The error says that there was no answer or that it was not a success; both are logged as faults (11200).
func (s *Street) post(ctx context.Context, h hook) (answer, error) {
	s.mu.Lock()
	token := s.sidLocked("")
	s.mu.Unlock()
	a, err := s.postOnce(ctx, h, token)
	if err != nil && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) && a.status == 0 {
		a, err = s.postOnce(ctx, h, token)
	}
	e := Event{Kind: h.kind, Phone: h.phone, SID: h.sid, Status: h.status, URL: h.url, Params: h.params, Code: a.status}
	if err != nil {
		e.Detail = err.Error()
	}
	s.note(e)
	if err != nil && s.ctx.Err() == nil {
		s.note(Event{Kind: Fault, Phone: h.phone, SID: h.sid, Status: h.status, URL: h.url, Code: 11200, Detail: err.Error()})
	}
	return a, err
}

func (s *Street) postOnce(ctx context.Context, h hook, token string) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, callbackTimeout)
	defer cancel()
	req, err := s.newRequest(ctx, h, token)
	if err != nil {
		return answer{}, err
	}
	resp, err := s.opt.Callbacks.RoundTrip(req)
	if err != nil {
		return answer{}, fmt.Errorf("no answer from %s: %w", req.URL.Redacted(), err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	a := answer{status: resp.StatusCode, contentType: resp.Header.Get("Content-Type"), body: string(body)}
	switch {
	case err != nil:
		return a, fmt.Errorf("answer of %s broke off: %w", req.URL.Redacted(), err)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return a, fmt.Errorf("%s answered %d", req.URL.Redacted(), resp.StatusCode)
	case len(body) > maxAnswer:
		return a, fmt.Errorf("%s answered more than %d bytes", req.URL.Redacted(), maxAnswer)
	}
	return a, nil
}

// newRequest builds and signs the request. The address is signed as it was given, without its fragment; parameters of a
// GET join its query and are signed as part of it.
func (s *Street) newRequest(ctx context.Context, h hook, token string) (*http.Request, error) {
	address, _, _ := strings.Cut(h.url, "#")
	signed := h.params
	body := strings.NewReader(h.params.Encode())
	if h.method == http.MethodGet {
		sep := "?"
		if strings.Contains(address, "?") {
			sep = "&"
		}
		address, signed, body = address+sep+h.params.Encode(), nil, strings.NewReader("")
	}
	req, err := http.NewRequestWithContext(ctx, h.method, address, body)
	if err != nil {
		return nil, fmt.Errorf("callback address: %w", err)
	}
	if h.method != http.MethodGet {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	}
	if u := req.URL.User; u != nil {
		password, _ := u.Password()
		req.SetBasicAuth(u.Username(), password)
	}
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set("Accept", "*/*")
	req.Header.Set("I-Twilio-Idempotency-Token", token)
	req.Header.Set("X-Twilio-Signature", Sign(s.opt.AuthToken, address, signed))
	return req, nil
}
