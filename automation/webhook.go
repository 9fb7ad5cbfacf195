package automation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	answerMost = 4 << 10   // bytes of an answer that are read
	afterMost  = time.Hour // of a Retry-After
)

// post sends the payload once.
func (r *Runner) post(outer context.Context, s Step, p Payload, v veil) (Result, error) {
	limit := within(s.Webhook.Timeout, DefaultWebhookTimeout)
	ctx, cancel := context.WithTimeout(outer, limit)
	defer cancel()
	req, err := r.request(ctx, s.Webhook, p)
	if err != nil {
		return failure(s, v, false, err)
	}
	resp, err := r.client.Do(req)
	switch {
	case err != nil && ctx.Err() != nil:
		return failure(s, v, true, cut(outer, limit))
	case err != nil:
		var address *url.Error // its text holds the whole address, which may hold a token
		if errors.As(err, &address) {
			err = address.Err
		}
		return failure(s, v, true, err)
	}
	// The status is all that counts; the rest is read so that the other side may finish, and kept nowhere.
	_, _ = io.CopyN(io.Discard, resp.Body, answerMost)
	_ = resp.Body.Close()
	return r.answered(s, v, resp)
}

// request is the signed request.
func (r *Runner) request(ctx context.Context, w *Webhook, p Payload) (*http.Request, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("its url cannot be read")
	}
	req.Header.Set("User-Agent", "rouse")
	for name, value := range w.Header {
		req.Header.Set(name, value)
	}
	stamp := strconv.FormatInt(r.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(HeaderEvent, string(p.Event))
	req.Header.Set(HeaderDelivery, p.ID)
	req.Header.Set(HeaderTimestamp, stamp)
	if signature := Sign(w.Secrets, stamp, body); signature != "" {
		req.Header.Set(HeaderSignature, signature)
	}
	return req, nil
}

// answered judges an answer by its status: 2xx is good, 429 and 5xx may be good another time, and nothing else will.
func (r *Runner) answered(s Step, v veil, resp *http.Response) (Result, error) {
	code := resp.StatusCode
	switch {
	case code >= 200 && code < 300:
		return Result{Text: fmt.Sprintf("%s: answered %d", v.text(s.String()), code)}, nil
	case code >= 300 && code < 400:
		return failure(s, v, false, fmt.Errorf("answered %d: redirects are not followed, write the address that it ends at", code))
	}
	res, err := failure(s, v, code == http.StatusTooManyRequests || code >= 500, fmt.Errorf("answered %d", code))
	if res.Retry {
		res.After = r.retryAfter(resp.Header.Get("Retry-After"))
	}
	return res, err
}

// retryAfter reads seconds or a date, RFC 9110, section 10.2.3.
func (r *Runner) retryAfter(value string) time.Duration {
	value = strings.TrimSpace(value)
	if n, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(n, 0), int(afterMost/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(r.now()), 0), afterMost)
}
