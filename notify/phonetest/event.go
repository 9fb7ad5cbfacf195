package phonetest

import (
	"fmt"
	"net/url"
	"slices"
	"time"
)

// EventKind says what kind of thing happened.
type EventKind string

// The kinds of event.
const (
	Requested EventKind = "requested" // the API was asked: Detail is method and path, Params the form or query
	Answered  EventKind = "answered"  // the API answered: Code is the HTTP status, 0 when the street hung on purpose
	Created   EventKind = "created"   // a message or call exists from now on
	Changed   EventKind = "changed"   // a message or call has a new Status; Code is Twilio's error code
	Called    EventKind = "called"    // a callback was sent: URL, Params, and in Code the HTTP status of its answer, 0 for none
	Lost      EventKind = "lost"      // a callback was not sent, on purpose
	Inbound   EventKind = "inbound"   // a person's text was posted: URL, Params, Code as for Called
	Fetched   EventKind = "fetched"   // TwiML was fetched, or a key was handed in: URL, Params, Code as for Called
	Said      EventKind = "said"      // a call spoke the words in Detail
	Pressed   EventKind = "pressed"   // a person pressed the keys in Detail
	Fault     EventKind = "fault"     // the other side broke a rule of Twilio's; Code is Twilio's code for it
)

// Event is one thing that happened on the street.
type Event struct {
	Seq    int // from 1, without gaps
	At     time.Time
	Kind   EventKind
	Phone  string // E.164, when it concerns one phone
	SID    string // of the message or call, when it concerns one
	Status string // of the message or call
	URL    string
	Params url.Values
	Code   int
	Detail string
}

// String writes the event as one line for a test's output.
func (e Event) String() string {
	return fmt.Sprintf("%4d %s %-9s %s %s %s %d %s %s", e.Seq, e.At.Format("15:04:05.000"), e.Kind, mask(e.Phone), e.SID, e.Status,
		e.Code, e.URL, e.Detail)
}

// maxEvents bounds the log of a street that runs for weeks. A ledger of a test never comes near.
const maxEvents = 400_000

// Log returns everything that happened, in order. A street that has seen more than 400,000 events forgets the oldest half.
func (s *Street) Log() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

// Faults returns the events in which the other side broke a rule of Twilio's: TwiML that is not well-formed or not as
// documented, a wrong content type, an address that did not answer. A healthy pager has none.
func (s *Street) Faults() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Event
	for _, e := range s.events {
		if e.Kind == Fault {
			out = append(out, e)
		}
	}
	return out
}

func (s *Street) note(e Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noteLocked(e)
}

func (s *Street) noteLocked(e Event) {
	if len(s.events) >= maxEvents {
		s.events = slices.Clone(s.events[maxEvents/2:])
	}
	s.seq++
	e.Seq, e.At = s.seq, now()
	s.events = append(s.events, e)
	if e.Kind == Fault {
		s.opt.Log.Warn("phone street: fault", "phone", mask(e.Phone), "sid", e.SID, "code", e.Code, "detail", e.Detail)
	}
	if e.Kind == Changed {
		s.opt.Log.Debug("phone street: status", "phone", mask(e.Phone), "sid", e.SID, "status", e.Status, "code", e.Code)
	}
}

// watcher is one open page. It remembers which phones changed since it last looked, so a slow page misses steps but
// never the state, and never holds anybody up.
type watcher struct {
	dirty map[*Phone]bool
	all   bool
	wake  chan struct{} // holds one
}

func (s *Street) watch() *watcher {
	w := &watcher{dirty: map[*Phone]bool{}, all: true, wake: make(chan struct{}, 1)}
	w.wake <- struct{}{}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[w] = struct{}{}
	return w
}

func (s *Street) unwatch(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watchers, w)
}

func (s *Street) touchLocked(p *Phone) {
	for w := range s.watchers {
		w.dirty[p] = true
		w.rouse()
	}
}

func (s *Street) touchAllLocked() {
	for w := range s.watchers {
		w.all = true
		w.rouse()
	}
}

func (w *watcher) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
