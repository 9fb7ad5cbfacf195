package phonetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// RoundTripper reaches the street's API without sockets, so that it works inside a synctest bubble. It honours the request's
// context: a street that hangs is waited for until the context ends, and then its error is returned.
func (s *Street) RoundTripper() http.RoundTripper {
	return &inMemory{handler: s.api, spawn: func(f func()) bool { return s.spawn(func(context.Context) { f() }) }}
}

// InMemory returns a transport that hands every request to h, whatever its host: the other direction of Street.RoundTripper,
// for a daemon that lives in the same process (Options.Callbacks). It honours the request's context. A handler that panics
// with http.ErrAbortHandler breaks the connection.
func InMemory(h http.Handler) http.RoundTripper {
	return &inMemory{handler: h, spawn: func(f func()) bool { go f(); return true }}
}

type inMemory struct {
	handler http.Handler
	spawn   func(func()) bool
}

// errClosed is what a request to a closed street ends with, as if nobody listened.
var errClosed = errors.New("connection refused: the street is closed")

// RoundTrip runs the handler and returns its whole answer.
func (t *inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	in := req.Clone(req.Context())
	in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	in.RequestURI, in.RemoteAddr = req.URL.RequestURI(), "192.0.2.1:1234"
	if in.Host == "" {
		in.Host = req.URL.Host
	}
	rec := &recorder{header: http.Header{}}
	done := make(chan error, 1)
	if !t.spawn(func() { done <- rec.run(t.handler, in) }) {
		return nil, errClosed
	}
	select {
	case <-req.Context().Done():
		return nil, context.Cause(req.Context())
	case err := <-done:
		if err != nil {
			return nil, err
		}
		return rec.response(req), nil
	}
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the request's body: %w", err)
	}
	return body, nil
}

// recorder is a ResponseWriter that keeps the answer. Its lock is for a handler that still writes when nobody waits any more.
type recorder struct {
	mu     sync.Mutex
	header http.Header
	status int
	sent   http.Header // as they were when the status was written
	body   bytes.Buffer
}

// run serves the request. A panic is a broken connection, as with a real server.
func (r *recorder) run(h http.Handler, req *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("connection reset: handler panicked: %v", p)
		}
	}()
	h.ServeHTTP(r, req)
	r.WriteHeader(http.StatusOK)
	return nil
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == 0 {
		r.status, r.sent = status, r.header.Clone()
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.header.Get("Content-Type") == "" && r.status == 0 {
		r.header.Set("Content-Type", http.DetectContentType(b))
	}
	r.WriteHeader(http.StatusOK)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.body.Write(b)
}

// Flush is there for handlers that want it; the answer is handed over whole.
func (r *recorder) Flush() {}

func (r *recorder) response(req *http.Request) *http.Response {
	r.mu.Lock()
	defer r.mu.Unlock()
	body := r.body.Bytes()
	return &http.Response{Status: fmt.Sprintf("%d %s", r.status, http.StatusText(r.status)), StatusCode: r.status, Proto: "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1, Header: r.sent, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req}
}
