package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxAnswer bounds what is read of one answer.
const maxAnswer = 64 << 20

// Error is an answer that is not a success. Status is 0 when there was no answer of rouse's at all.
type Error struct {
	Status      int    `json:"-"`
	Code        string `json:"code"`           // stable, for programs
	Message     string `json:"message"`        // what happened
	Hint        string `json:"hint,omitempty"` // what to do about it
	Correlation string `json:"correlationId"`  // to find it in rouse's log
}

// Error says what happened and what to do.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return strings.TrimRight(e.Message, ".") + ". " + e.Hint
}

// Client talks to one rouse. It may be used by any number of goroutines.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New returns a client for the rouse at baseURL, which speaks with an API token. A nil hc is one with a timeout of 30 seconds.
func New(baseURL, token string, hc *http.Client) *Client {
	if hc == nil {
		hc = &http.Client{Timeout: 30 * time.Second}
	}
	return &Client{base: strings.TrimRight(baseURL, "/"), token: token, http: hc}
}

// do sends one request and reads its answer into out, unless that is nil.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("write the request: %w", err)
		}
		body = bytes.NewReader(b)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("the address %q cannot be used: %w", c.base, err)
	}
	r.Header.Set("Accept", "application/json, */*;q=0.1")
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("rouse at %s did not answer: %w", c.base, err)
	}
	defer func() { _ = answer.Body.Close() }()
	return read(answer, out)
}

func read(answer *http.Response, out any) error {
	b, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	if answer.StatusCode/100 != 2 {
		return refusal(answer, b)
	}
	if out == nil || len(b) == 0 {
		return nil
	}
	if text, ok := out.(*[]byte); ok {
		*text = b
		return nil
	}
	if err := json.Unmarshal(b, out); err != nil {
		return &Error{Status: answer.StatusCode, Code: "not_rouse", Message: "the answer is not one of rouse's API", Hint: "Check the address."}
	}
	return nil
}

// refusal reads an error, from whoever it is: something in front of rouse may answer in its place.
func refusal(answer *http.Response, body []byte) *Error {
	e := &Error{}
	if json.Unmarshal(body, e) != nil || e.Message == "" {
		e = &Error{Code: "not_rouse", Message: "the answer was " + answer.Status, Hint: "Check the address: this did not come from rouse's API."}
	}
	e.Status = answer.StatusCode
	return e
}

// get reads one route.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	var out T
	err := c.do(ctx, http.MethodGet, path, query, nil, &out)
	return out, err
}

// post acts on one route.
func post[T any](ctx context.Context, c *Client, path string, in any) (T, error) {
	var out T
	err := c.do(ctx, http.MethodPost, path, nil, in, &out)
	return out, err
}

// patch changes what is at one route.
func patch[T any](ctx context.Context, c *Client, path string, in any) (T, error) {
	var out T
	err := c.do(ctx, http.MethodPatch, path, nil, in, &out)
	return out, err
}

// raw reads a route that answers with a file.
func (c *Client) raw(ctx context.Context, path string, query url.Values) ([]byte, error) {
	var out []byte
	err := c.do(ctx, http.MethodGet, path, query, nil, &out)
	return out, err
}

// patient is the client without a timeout of its own.
func (c *Client) patient() *Client {
	hc := *c.http
	hc.Timeout = 0
	return &Client{base: c.base, token: c.token, http: &hc}
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// escapePath escapes each part of an id that holds slashes.
func escapePath(id string) string {
	parts := strings.Split(id, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
