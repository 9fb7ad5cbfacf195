package main

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	guessesMost    = 20          // wrong tokens and signatures of one address in guessesPer that are answered as such
	guessesPer     = time.Minute //
	guessAddresses = 10_000      // that are told apart; what comes from further ones is counted together
)

// guesses counts who offers what opens nothing. Beyond some a minute the answer is 429, and the connection ends: every further
// try costs a handshake. Whoever offers what is right is never refused, not even from an address that guesses: behind a proxy all
// of the world is one address, and a source with an old token must not silence its neighbours. So this is no lock: long tokens are.
type guesses struct {
	now func() time.Time

	mu    sync.Mutex
	since time.Time
	of    map[netip.Addr]int
}

func newGuesses(now func() time.Time) *guesses {
	return &guesses{now: now, of: map[netip.Addr]int{}}
}

// wrong notes a wrong guess and returns how long the address is asked to wait; 0: not yet.
func (g *guesses) wrong(addr netip.Addr) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if age := now.Sub(g.since); age < 0 || age >= guessesPer {
		g.since = now
		clear(g.of)
	}
	if _, known := g.of[addr]; !known && len(g.of) >= guessAddresses {
		addr = netip.Addr{}
	}
	if g.of[addr]++; g.of[addr] <= guessesMost {
		return 0
	}
	return g.since.Add(guessesPer).Sub(now)
}

// slow is a handler whose refusals count.
func (g *guesses) slow(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&guessWriter{ResponseWriter: w, g: g, r: r}, r)
	})
}

// guessWriter looks at the status of an answer.
type guessWriter struct {
	http.ResponseWriter
	g    *guesses
	r    *http.Request
	told bool
}

// WriteHeader makes a refusal too many 429; its words stay those of whom was asked.
func (w *guessWriter) WriteHeader(status int) {
	if !w.told && (status == http.StatusUnauthorized || status == http.StatusForbidden && strings.HasPrefix(w.r.URL.Path, "/twilio/")) {
		if wait := w.g.wrong(sender(w.r.RemoteAddr)); wait > 0 {
			status = http.StatusTooManyRequests
			w.Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
			w.Header().Set("Connection", "close")
		}
	}
	w.told = true
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (w *guessWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
