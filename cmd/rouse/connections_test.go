package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/store"
)

// caller is a connection from an address.
type caller struct {
	net.Conn
	addr   string
	closed bool
}

func (c *caller) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.ParseIP(c.addr), Port: 1} }
func (c *caller) Close() error         { c.closed = true; return nil }

func TestConnectionsAreBounded(t *testing.T) {
	c := newConnections(64) // 32 in all, 8 from one address
	call := func(addr string) (*caller, *connection) {
		from := &caller{addr: addr}
		return from, c.enter(from)
	}
	var slow []*caller
	for range 8 {
		from, in := call("192.0.2.1")
		if in == nil {
			t.Fatal("one of the first eight was turned away")
		}
		slow = append(slow, from)
	}
	if _, in := call("192.0.2.1"); in == nil || !slow[0].closed || slow[1].closed {
		t.Errorf("the ninth of an address: entered %t, the oldest that waits is closed %t, the next %t", in != nil, slow[0].closed, slow[1].closed)
	}
	if _, in := call("2001:db8::1"); in == nil {
		t.Error("another address was turned away")
	}
	for n := range 3 { // three addresses whose requests are all being answered
		for range 8 {
			if _, in := call(fmt.Sprint("198.51.100.", n)); in != nil {
				c.busy(in, 1)
			}
		}
	}
	if c.count != 32 {
		t.Fatalf("%d connections, want 32", c.count)
	}
	if _, in := call("198.51.100.0"); in != nil {
		t.Error("an address with eight busy connections got a ninth")
	}
	from, in := call("203.0.113.7") // a phone's callback
	if in == nil || from.closed {
		t.Error("a newcomer was turned away because others have it all")
	}
	if c.count != 32 {
		t.Errorf("%d connections, want 32", c.count)
	}
	_ = in.Close()
	_ = in.Close()
	if c.count != 31 {
		t.Errorf("%d connections after one left, want 31", c.count)
	}
}

func TestAHouseholdIsOneSender(t *testing.T) {
	for a, b := range map[string]string{"[2001:db8:1:2::5]:1": "[2001:db8:1:2:ffff::9]:2", "192.0.2.1:5": "[::ffff:192.0.2.1]:6"} {
		if sender(a) != sender(b) {
			t.Errorf("%s and %s are two: %s, %s", a, b, sender(a), sender(b))
		}
	}
	if sender("[2001:db8:1:2::5]:1") == sender("[2001:db8:1:3::5]:1") {
		t.Error("two networks are one")
	}
}

// TestGuessesAreSlowed: what opens nothing is 429 after a while; what is right never is.
func TestGuessesAreSlowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGuesses(time.Now)
		door := g.slow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("Authorization") == "right":
				_, _ = w.Write([]byte("come in"))
			case strings.HasPrefix(r.URL.Path, "/twilio/"):
				http.Error(w, "forbidden", http.StatusForbidden)
			default:
				http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
			}
		}))
		ask := func(addr, path, token string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodPost, path, nil)
			r.RemoteAddr = addr
			r.Header.Set("Authorization", token)
			rec := httptest.NewRecorder()
			door.ServeHTTP(rec, r)
			return rec
		}
		for k := range 40 {
			path, want := "/ingest/am", http.StatusUnauthorized
			if k%2 == 1 {
				path, want = "/twilio/main/sms", http.StatusForbidden
			}
			if k >= guessesMost {
				want = http.StatusTooManyRequests
			}
			got := ask("192.0.2.1:1000", path, "wrong")
			if got.Code != want || want == http.StatusTooManyRequests && (got.Header().Get("Retry-After") != "60" || got.Header().Get("Connection") != "close") {
				t.Fatalf("guess %d: %d %v, want %d", k+1, got.Code, got.Header(), want)
			}
		}
		if got := ask("192.0.2.1:1001", "/ingest/am", "right"); got.Code != http.StatusOK {
			t.Errorf("the right token from an address that guesses: %d", got.Code)
		}
		if got := ask("192.0.2.2:1", "/ingest/am", "wrong"); got.Code != http.StatusUnauthorized {
			t.Errorf("another address: %d", got.Code)
		}
		for k := range 3 * guessAddresses {
			ask(fmt.Sprintf("10.%d.%d.%d:1", k>>16, k>>8&255, k&255), "/ingest/am", "wrong")
		}
		if n := len(g.of); n > guessAddresses+1 {
			t.Errorf("%d addresses are remembered", n)
		}
		time.Sleep(guessesPer)
		if got := ask("192.0.2.1:1000", "/ingest/am", "wrong"); got.Code != http.StatusUnauthorized {
			t.Errorf("a minute later: %d", got.Code)
		}
	})
}

// TestReadyIsProvenOnceASecond: whoever asks a thousand times whether rouse is ready makes one commit.
func TestReadyIsProvenOnceASecond(t *testing.T) {
	tell(t, "", false, func(w *town) {
		asked := func() (updates int) {
			w.d.probe.store = counting{w.d.probe.store, &updates}
			for range 1000 {
				if got := w.try("/-/ready", "", ""); got.Code == http.StatusServiceUnavailable {
					t.Fatalf("%d %s", got.Code, got.Body)
				}
				if err := w.d.probe.canCommit(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			return updates
		}
		if n := asked(); n != 1 {
			t.Errorf("%d commits, want 1", n)
		}
		w.breakStore(errors.New("disk full"))
		time.Sleep(proofKept)
		if err := w.d.probe.canCommit(context.Background()); err == nil {
			t.Error("it is ready although the store cannot commit")
		}
		w.mendStore()
		time.Sleep(proofKept)
		if err := w.d.probe.canCommit(context.Background()); err != nil {
			t.Errorf("it is not ready again: %v", err)
		}
	})
}

// counting counts commits.
type counting struct {
	store.Store
	n *int
}

func (c counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	*c.n++
	return c.Store.Update(ctx, fn)
}
