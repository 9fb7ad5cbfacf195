package phonetest

import (
	"slices"
	"time"
)

// Kind names a way to behave.
type Kind string

// The ways to behave. The first group concerns the API request that creates a text or call.
const (
	KindRefuse         Kind = "refuse"
	KindHang           Kind = "hang"
	KindThrottle       Kind = "throttle"
	KindServerError    Kind = "server-error"
	KindCreateThen500  Kind = "create-then-500"
	KindCreateThenHang Kind = "create-then-hang"
	KindBadJSON        Kind = "bad-json"

	KindUndelivered  Kind = "undelivered"
	KindFailed       Kind = "failed"
	KindDeliverAfter Kind = "deliver-after"
	KindAutoReply    Kind = "auto-reply"

	KindBusy      Kind = "busy"
	KindNoAnswer  Kind = "no-answer"
	KindMachine   Kind = "machine"
	KindSilence   Kind = "silence"
	KindAutoPress Kind = "auto-press"

	KindOff Kind = "off"

	KindLoseCallbacks      Kind = "lose-callbacks"
	KindDuplicateCallbacks Kind = "duplicate-callbacks"
	KindReorderCallbacks   Kind = "reorder-callbacks"
)

// Channel limits a behaviour to one kind of request.
type Channel string

// The channels. The zero value means texts and calls.
const (
	SMS    Channel = "sms"
	Voice  Channel = "call"
	Lookup Channel = "lookup" // reading and updating messages and calls; only for behaviours of the API request
)

// Behaviour is one way for a phone, or for the whole street, to behave. The functions below build them; Times, Chance and
// On may be set afterwards.
type Behaviour struct {
	Kind   Kind
	On     Channel       // empty: texts and calls alike
	Status int           // HTTP status, of refusals and server errors
	Code   int           // Twilio's error code
	After  time.Duration // how long until it happens
	Text   string        // what is replied, which keys are pressed
	Times  int           // how often it happens, then it is over; 0: until Calm
	Chance float64       // how probable it is each time, by the street's seeded generator; 0: always
}

// Refuse answers the request with an error of Twilio's, such as 400 and 21211 (invalid number) or 21610 (opted out).
func Refuse(status, code int) Behaviour {
	return Behaviour{Kind: KindRefuse, Status: status, Code: code}
}

// Hang never answers the request, and creates nothing. It ends when the caller gives up.
func Hang() Behaviour { return Behaviour{Kind: KindHang} }

// Throttle429 answers 429 with code 20429; retryAfter, when not zero, is told in whole seconds.
func Throttle429(retryAfter time.Duration) Behaviour {
	return Behaviour{Kind: KindThrottle, Status: 429, Code: 20429, After: retryAfter}
}

// ServerError answers with a 5xx status before anything was created.
func ServerError(status int) Behaviour { return Behaviour{Kind: KindServerError, Status: status} }

// CreateThen500 creates the text or call, and then answers 500: the sender cannot know.
func CreateThen500() Behaviour { return Behaviour{Kind: KindCreateThen500, Status: 500} }

// CreateThenHang creates the text or call, and then never answers.
func CreateThenHang() Behaviour { return Behaviour{Kind: KindCreateThenHang} }

// BadJSON creates the text or call, and answers 201 with a body that is not JSON.
func BadJSON() Behaviour { return Behaviour{Kind: KindBadJSON} }

// Undelivered takes texts, sends them, and then reports that they did not arrive: 30003 handset unreachable, 30005 unknown
// number, 30006 landline, 30007 filtered...
func Undelivered(code int) Behaviour { return Behaviour{Kind: KindUndelivered, Code: code} }

// Failed takes texts and then reports that they were never sent (30001 queue overflow, 30008...); calls end as failed.
func Failed(code int) Behaviour { return Behaviour{Kind: KindFailed, Code: code} }

// DeliverAfter brings texts late: they are sent at once and arrive after d.
func DeliverAfter(d time.Duration) Behaviour { return Behaviour{Kind: KindDeliverAfter, After: d} }

// AutoReply answers each text that arrives with a text, two seconds later.
func AutoReply(text string) Behaviour {
	return Behaviour{Kind: KindAutoReply, Text: text, After: 2 * time.Second}
}

// Busy ends calls as busy before they ring.
func Busy() Behaviour { return Behaviour{Kind: KindBusy} }

// NoAnswer lets calls ring to the end, whatever a person or AutoAnswer would do.
func NoAnswer() Behaviour { return Behaviour{Kind: KindNoAnswer} }

// Machine has an answering machine take calls after four seconds: AnsweredBy is machine_start, no key is pressed.
func Machine() Behaviour { return Behaviour{Kind: KindMachine, After: 4 * time.Second} }

// AnswerAndSilence has a person answer after two seconds who presses no key.
func AnswerAndSilence() Behaviour { return Behaviour{Kind: KindSilence, After: 2 * time.Second} }

// AutoPress has a person answer after two seconds who presses these keys two seconds into the first Gather.
func AutoPress(digits string) Behaviour {
	return Behaviour{Kind: KindAutoPress, Text: digits, After: 2 * time.Second}
}

// Off switches the handset off: texts are undelivered (30003), calls end as no-answer.
func Off() Behaviour { return Behaviour{Kind: KindOff, Code: 30003} }

// LoseCallbacks never sends the status callbacks.
func LoseCallbacks() Behaviour { return Behaviour{Kind: KindLoseCallbacks} }

// DuplicateCallbacks sends each status callback twice.
func DuplicateCallbacks() Behaviour { return Behaviour{Kind: KindDuplicateCallbacks} }

// ReorderCallbacks sends the last status callback of a text or call first, and then the others, latest first.
func ReorderCallbacks() Behaviour { return Behaviour{Kind: KindReorderCallbacks} }

// Limit returns the behaviour limited to n times.
func (b Behaviour) Limit(n int) Behaviour { b.Times = n; return b }

// Often returns the behaviour with a chance (0 to 1).
func (b Behaviour) Often(chance float64) Behaviour { b.Chance = chance; return b }

// Only returns the behaviour limited to one channel.
func (b Behaviour) Only(on Channel) Behaviour { b.On = on; return b }

// behaving is a behaviour at work.
type behaving struct {
	Behaviour
	left int // of Times
}

// The moments at which a behaviour is looked up. At each, the first one that applies wins, a phone's before the street's.
var (
	atRequest  = []Kind{KindRefuse, KindHang, KindThrottle, KindServerError, KindCreateThen500, KindCreateThenHang, KindBadJSON}
	atText     = []Kind{KindUndelivered, KindFailed, KindOff}
	atTextTime = []Kind{KindDeliverAfter}
	atArrival  = []Kind{KindAutoReply}
	atCall     = []Kind{KindBusy, KindNoAnswer, KindMachine, KindSilence, KindAutoPress, KindFailed, KindOff}
	atCallback = []Kind{KindLoseCallbacks, KindDuplicateCallbacks}
	atOrder    = []Kind{KindReorderCallbacks}
)

// Behave adds a behaviour for all phones. Behaviours add up: at each moment (request, text, call, callback) the first that
// applies and is not used up wins, so a list of limited ones is a story: refuse twice, then hang once, then behave well.
func (s *Street) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviours = append(s.behaviours, &behaving{Behaviour: b, left: b.Times})
	s.touchAllLocked()
}

// Calm ends all behaviours of the street and of each of its phones.
func (s *Street) Calm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviours = nil
	for _, p := range s.order {
		p.behaviours = nil
	}
	s.touchAllLocked()
}

// Behave adds a behaviour for this phone; see Street.Behave.
func (p *Phone) Behave(b Behaviour) {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	p.behaviours = append(p.behaviours, &behaving{Behaviour: b, left: b.Times})
	p.street.touchLocked(p)
}

// Calm ends all behaviours of this phone; those of the street stay.
func (p *Phone) Calm() {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	p.behaviours = nil
	p.street.touchLocked(p)
}

// pickLocked returns the behaviour that applies now, if any, and uses one of its times up. p may be nil.
func (s *Street) pickLocked(p *Phone, moment []Kind, on Channel) (Behaviour, bool) {
	if p != nil {
		if b, ok := s.pickFromLocked(&p.behaviours, moment, on); ok {
			s.touchLocked(p)
			return b, true
		}
	}
	b, ok := s.pickFromLocked(&s.behaviours, moment, on)
	if ok && b.Times > 0 {
		s.touchAllLocked()
	}
	return b, ok
}

func (s *Street) pickFromLocked(list *[]*behaving, moment []Kind, on Channel) (Behaviour, bool) {
	for i, b := range *list {
		if !b.applies(moment, on) || !s.chanceLocked(b.Chance) {
			continue
		}
		if b.Times > 0 {
			b.left--
		}
		if b.Times > 0 && b.left == 0 {
			*list = slices.Delete(slices.Clone(*list), i, i+1)
		}
		return b.Behaviour, true
	}
	return Behaviour{}, false
}

func (b *behaving) applies(moment []Kind, on Channel) bool {
	if !slices.Contains(moment, b.Kind) {
		return false
	}
	return b.On == on || b.On == "" && on != Lookup
}

func (s *Street) chanceLocked(chance float64) bool {
	return chance <= 0 || chance >= 1 || s.rand.Float64() < chance
}
