// Package notify tells people: it renders what a page says, hands it to a Provider, and reads what people answer.
//
// It never decides whether somebody is to be told; that is incident's. Its law: an error from Send means "not known to be
// sent", its class says what may be done next, and text is never made unreadable to make it shorter.
package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/oncall"
)

// Message is one thing to tell one address, rendered and ready to send.
type Message struct {
	ID       string        // the page's ID: unique, stable over retries; goes into callback addresses
	Via      oncall.Method // sms | call | email
	To       string        // E.164 number or mail address
	Subject  string        // mail only
	Text     string        // the text of an SMS or mail
	HTML     string        // mail only, optional
	Speech   Speech        // calls only
	ValidFor time.Duration // how long the carrier may keep trying; zero: the provider's default
}

// Speech is what a call says and which keys it offers.
type Speech struct {
	Words  string // read aloud, in the order: who calls, priority, number, service, title
	Bundle int    // number of incidents that 1 acknowledges; 0 or 1: one
}

// Receipt is a provider's word that it took a message.
type Receipt struct {
	ProviderID string // Twilio's SID, a Message-ID
	Delivered  bool   // the provider's acceptance is all that will ever be known (mail, rooms)
	Segments   int    // SMS segments, when known
}

// Provider sends messages over one account.
type Provider interface {
	// Name is the provider's name in the configuration.
	Name() string
	// Carries says whether the provider can send by this method.
	Carries(oncall.Method) bool
	// Send hands over one message. A nil error means that the provider took it. Any error is or wraps an *Error;
	// one with Unknown set ended without an answer, so the message may have been sent.
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Finder is a Provider that can be asked what became of a message whose sending ended without an answer, or whose
// callbacks never came. found is false when the provider knows of no such message.
type Finder interface {
	// Find looks a message up by its ProviderID, or when that is empty by address, text and time since it was first tried.
	Find(ctx context.Context, m Message, providerID string, since time.Time) (status Status, found bool, err error)
}

// Canceller is a Provider that can stop a call that still rings.
type Canceller interface {
	Cancel(ctx context.Context, providerID string) error
}

// Outcome is what became of a message, in rouse's words.
type Outcome string

// The outcomes. The first four are steps on the way; the rest are final, though a late Delivered upgrades any failure.
const (
	Queued    Outcome = "queued"
	Accepted  Outcome = "accepted"
	Ringing   Outcome = "ringing"
	Answered  Outcome = "answered" // by somebody or something; not an acknowledgement
	Delivered Outcome = "delivered"
	Failed    Outcome = "failed"
	Busy      Outcome = "busy"
	NoAnswer  Outcome = "no-answer"
	Machine   Outcome = "machine"   // an answering machine took the call
	HungUp    Outcome = "hung-up"   // answered, no key pressed
	Cancelled Outcome = "cancelled" // by us
	Completed Outcome = "completed" // the call ended after a key was pressed
	Expired   Outcome = "expired"   // nobody ever said
)

// Final reports whether nothing more is expected after o.
func (o Outcome) Final() bool {
	switch o {
	case Queued, Accepted, Ringing, Answered:
		return false
	}
	return true
}

// Missed reports whether o means that the person was not reached, so that the next method is due at once.
func (o Outcome) Missed() bool {
	switch o {
	case Failed, Busy, NoAnswer, Machine, HungUp, Expired:
		return true
	}
	return false
}

// Status is what a provider says of one message after it took it.
type Status struct {
	Provider   string  // name in the configuration
	ProviderID string  // the provider's id of the message
	MessageID  string  // our Message.ID, from the callback address; may be empty
	Outcome    Outcome //
	Class      Class   // of a failure
	Code       int     // the provider's own error code, 0 when none
	Wide       bool    // of a failure: about the account or the sender as a whole, not about this recipient alone
	Detail     string  // the provider's own words, for the timeline
}

// Class says what a failure means for what may be tried next (see docs/operations.md; the Twilio codes are in notify/twilio).
type Class string

// The classes of failure.
const (
	None      Class = ""
	Throttle  Class = "throttle"  // refused for now, surely not sent: same message again after RetryAfter
	Queue     Class = "queue"     // the sender's queue is full or the validity ended in it: other sender or method now
	Transient Class = "transient" // the provider or carrier failed: once again, other method meanwhile
	Handset   Class = "handset"   // off, out of reach, busy: other method now, this one again next round
	Dead      Class = "dead"      // no such number: never again, tell the owner
	Consent   Class = "consent"   // opted out of texts: call instead, until the person texts START
	Filtered  Class = "filtered"  // the carrier blocks the sender: other sender, voice first
	Account   Class = "account"   // the account or its credentials: another provider, everybody
	Content   Class = "content"   // the text was refused: a short safe one, once
	Unlisted  Class = "unlisted"  // a code that rouse does not know: once again, then never for this page
)

// Words says in words what a class means, for people who look after rouse.
func (c Class) Words() string {
	switch c {
	case Throttle:
		return "too many requests"
	case Queue:
		return "it waited too long at the provider"
	case Transient:
		return "a passing fault"
	case Handset:
		return "the phone was off, out of reach, busy or not answered"
	case Dead:
		return "there is no such number, or it cannot take this"
	case Consent:
		return "the owner opted out of texts"
	case Filtered:
		return "carriers filter the sender"
	case Account:
		return "the account or its credentials are refused"
	case Content:
		return "the words were refused"
	case Unlisted:
		return "a code that rouse does not know"
	}
	return string(c)
}

// Line is one method over one provider, and whether it is in use. One that fails everybody is put aside for a while.
type Line struct {
	Provider string
	Via      oncall.Method
	Since    time.Time // out of use since; zero while it is in use
	Until    time.Time // when a page tries it next; in the past: the next page does
	Class    Class     // why: Account, Filtered, or Transient for no answers
	Code     int
}

// Why says in words why a line is out of use; empty while it is in use.
func (l Line) Why() string {
	switch {
	case l.Since.IsZero():
		return ""
	case l.Class == Transient:
		return "it gives no answer"
	case l.Code != 0:
		return fmt.Sprintf("%s (code %d)", l.Class.Words(), l.Code)
	}
	return l.Class.Words()
}

// Undo says what brings back a number of user that takes a method no more, for why it does not: Consent or Dead.
func Undo(class Class, user oncall.UserID, via oncall.Method) string {
	if class == Consent {
		return "Text START to rouse from that phone."
	}
	return fmt.Sprintf("Correct it in the configuration, or try it with rouse send %s --via %s: one that arrives undoes it.", user, via)
}

// ErrGone says that a call or link has nothing to say any more: what it was about is over.
var ErrGone = errors.New("what this was about is over")

// Error is why a provider did not take a message.
type Error struct {
	Class      Class
	Code       int           // the provider's code or the HTTP status
	RetryAfter time.Duration // zero: not said
	Unknown    bool          // ended without an answer: the message may have been sent
	Wide       bool          // about the account or the sender as a whole, not about this recipient alone
	Err        error
}

func (e *Error) Error() string {
	if e.Code != 0 {
		return fmt.Sprintf("%s (code %d): %v", e.Class, e.Code, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Class, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Classify returns err's *Error, or a Transient one with Unknown set for any other error: the safe reading.
func Classify(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Class: Transient, Unknown: true, Err: err}
}
