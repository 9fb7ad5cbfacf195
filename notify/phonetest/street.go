// Package phonetest is a street of fake phones behind a Twilio-shaped server: texts arrive, calls ring and speak their
// words, a person types a reply or presses a key. It serves `rouse phones` (a page in the browser), story tests inside
// testing/synctest bubbles (no sockets are needed there) and torture tests, for it can misbehave on request.
//
// It refuses to be a carrier: nothing here ever reaches the telephone network, and the only addresses it calls are the
// callback addresses that it was given. Its law: what a phone shows is what a carrier would have brought it, and everything
// that happened is in the street's log, in order.
//
// Rules that come from Twilio's documentation (error codes, parameters, TwiML, signatures) are named where they are kept.
package phonetest

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say what a street is like. The zero value works.
type Options struct {
	AccountSID string // default: "AC" and 32 zeros
	AuthToken  string // default: "phones"; signs what the street sends and guards its API

	Callbacks  http.RoundTripper // how callback addresses are reached; nil: http.DefaultTransport
	InboundURL string            // where texts from phones are posted; SetInbound changes it later
	Sender     string            // number that a messaging service sends from; default +15550100001
	Names      map[string]string // names of phones by number; these phones are on the street from the start

	Log *slog.Logger // nil: silent

	RingFor      time.Duration // how long an unanswered phone rings; default 25 s
	DeliverAfter time.Duration // how long a text, or a call until it rings, is on its way; default 50 ms
	AutoAnswer   time.Duration // every phone answers by itself after ringing so long; 0: nobody does
	WordTime     time.Duration // how long a spoken word takes; default 350 ms

	Seed uint64 // of SIDs and chances; 0: different each time
}

func (o Options) withDefaults() Options {
	if o.AccountSID == "" {
		o.AccountSID = "AC" + strings.Repeat("0", 32)
	}
	if o.AuthToken == "" {
		o.AuthToken = "phones"
	}
	if o.Callbacks == nil {
		o.Callbacks = http.DefaultTransport
	}
	if o.Sender == "" {
		o.Sender = "+15550100001"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.RingFor = orDefault(o.RingFor, 25*time.Second)
	o.DeliverAfter = orDefault(o.DeliverAfter, 50*time.Millisecond)
	o.WordTime = orDefault(o.WordTime, 350*time.Millisecond)
	return o
}

func orDefault(d, def time.Duration) time.Duration {
	if d <= 0 {
		return def
	}
	return d
}

// Street is a street of fake phones. Its methods may be called from any goroutine.
type Street struct {
	opt  Options
	ctx  context.Context // ends with Close
	stop context.CancelFunc
	work sync.WaitGroup // everything under way: texts, calls, callbacks
	api  http.Handler

	mu         sync.Mutex // guards all below, and every message, call and phone
	closed     bool
	inbound    string
	phones     map[string]*Phone
	order      []*Phone // as they came
	messages   []*message
	calls      []*call
	bySID      map[string]any // *message or *call
	events     []Event
	seq        int
	watchers   map[*watcher]struct{}
	behaviours []*behaving
	optedOut   map[pair]bool // pairs of (phone, sender) after STOP
	rand       *rand.Rand
}

type pair struct{ phone, sender string }

// New builds a street. Nothing runs until the first request; Close ends it. Inside a synctest bubble it must be made there.
func New(o Options) *Street {
	s := &Street{
		opt:      o.withDefaults(),
		inbound:  o.InboundURL,
		phones:   map[string]*Phone{},
		bySID:    map[string]any{},
		watchers: map[*watcher]struct{}{},
		optedOut: map[pair]bool{},
		rand:     newRand(o.Seed),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.api = s.routes()
	numbers := make([]string, 0, len(o.Names))
	for n := range o.Names {
		numbers = append(numbers, n)
	}
	slices.SortFunc(numbers, func(a, b string) int { return strings.Compare(o.Names[a]+a, o.Names[b]+b) })
	for _, n := range numbers {
		s.Phone(n)
	}
	return s
}

func newRand(seed uint64) *rand.Rand {
	if seed != 0 {
		return rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15))
	}
	var b [16]byte
	crand.Read(b[:]) // never fails: see crypto/rand
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[8:])))
}

// AccountSID is the account that the street's API expects.
func (s *Street) AccountSID() string { return s.opt.AccountSID }

// AuthToken is the token that the street's API expects and signs with.
func (s *Street) AuthToken() string { return s.opt.AuthToken }

// SetInbound says where texts from phones are posted from now on. It is called as given: the signature covers it whole.
func (s *Street) SetInbound(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbound = url
	s.touchAllLocked()
}

// Phone returns the phone with this number (E.164). A number that is new gets a phone.
func (s *Street) Phone(number string) *Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phoneLocked(number)
}

func (s *Street) phoneLocked(number string) *Phone {
	p := s.phones[number]
	if p == nil {
		p = &Phone{street: s, number: number, name: s.opt.Names[number]}
		s.phones[number] = p
		s.order = append(s.order, p)
		s.touchLocked(p)
	}
	return p
}

// Phones returns all phones, in the order in which they came to the street.
func (s *Street) Phones() []*Phone {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}

// Close ends the street: nothing further is sent, and all that runs has ended when Close returns. It may be called twice.
func (s *Street) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	s.work.Wait()
}

// spawnLocked runs f until it returns; Close cancels its context and waits for it. It reports false on a closed street.
func (s *Street) spawnLocked(f func(context.Context)) bool {
	if s.closed {
		return false
	}
	s.work.Go(func() { f(s.ctx) })
	return true
}

func (s *Street) spawn(f func(context.Context)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spawnLocked(f)
}

const hexDigits = "0123456789abcdef"

// sidLocked makes an identifier as Twilio's: two letters and 32 hexadecimal digits.
func (s *Street) sidLocked(prefix string) string {
	b := make([]byte, 0, 34)
	b = append(b, prefix...)
	for range 32 {
		b = append(b, hexDigits[s.rand.IntN(16)])
	}
	return string(b)
}

// now is the street's only clock. Inside a synctest bubble it is the bubble's.
func now() time.Time { return time.Now().UTC() }

// wait returns nil after d, or the cause of ctx's end when that comes first.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// mask hides a phone number for logs: its last four digits stay.
func mask(number string) string {
	if len(number) <= 4 {
		return "…"
	}
	return "…" + number[len(number)-4:]
}
