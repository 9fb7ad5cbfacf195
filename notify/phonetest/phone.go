package phonetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The reasons why a phone cannot do what a person asked of it.
var (
	ErrNotRinging   = errors.New("the phone does not ring")
	ErrNoCall       = errors.New("the phone is not in a call")
	ErrNotListening = errors.New("the call does not listen for keys now: the key is lost")
	ErrNoSender     = errors.New("nobody has texted or called this phone yet: say whom to text")
	ErrNoInbound    = errors.New("the street does not know where to post texts: set Options.InboundURL or call SetInbound")
	ErrNothingSent  = errors.New("the phone has sent no text yet")
)

// Phone is one phone on the street.
type Phone struct {
	street *Street
	number string
	name   string

	// guarded by street.mu
	sender     string     // the number that last texted or called it
	inbox      []*message // what arrived, in the order of arrival
	sent       []*message // what a person sent
	calls      []*call
	thread     []any // *message and *call, as they came, for the page
	behaviours []*behaving
}

// Number is the phone's number, E.164.
func (p *Phone) Number() string { return p.number }

// Texts returns the texts that arrived, in the order in which they arrived.
func (p *Phone) Texts() []Text {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	return texts(p.inbox)
}

// LastText returns the text that arrived last; the zero Text when none did.
func (p *Phone) LastText() Text {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	if len(p.inbox) == 0 {
		return Text{}
	}
	return p.inbox[len(p.inbox)-1].Text
}

// Sent returns the texts that a person sent from this phone.
func (p *Phone) Sent() []Text {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	return texts(p.sent)
}

// Messages returns every text that the street ever took, in either direction and whatever became of it.
func (s *Street) Messages() []Text {
	s.mu.Lock()
	defer s.mu.Unlock()
	return texts(s.messages)
}

func texts(ms []*message) []Text {
	out := make([]Text, len(ms))
	for i, m := range ms {
		out[i] = m.Text
	}
	return out
}

// arriveLocked adds a text to what the phone shows. Of two that arrive in the same instant the one sent first comes first, so
// that a story on a bubble's clock reads the same each time.
func (p *Phone) arriveLocked(m *message) {
	i := len(p.inbox)
	for i > 0 && p.inbox[i-1].At.Equal(m.At) && p.inbox[i-1].order > m.order {
		i--
	}
	p.inbox = slices.Insert(p.inbox, i, m)
}

// Calls returns all calls to this phone, oldest first.
func (p *Phone) Calls() []Call {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	return snapshots(p.calls)
}

// Calls returns all calls that the street ever took, oldest first.
func (s *Street) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return snapshots(s.calls)
}

func snapshots(cs []*call) []Call {
	out := make([]Call, len(cs))
	for i, c := range cs {
		out[i] = c.snapshot()
	}
	return out
}

// Ringing returns the call that rings now.
func (p *Phone) Ringing() (Call, bool) {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	if c := p.callLocked("", "ringing"); c != nil {
		return c.snapshot(), true
	}
	return Call{}, false
}

// InCall returns the call that somebody or something has answered and that goes on.
func (p *Phone) InCall() (Call, bool) {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	if c := p.callLocked("", "in-progress"); c != nil {
		return c.snapshot(), true
	}
	return Call{}, false
}

// callLocked finds the latest call with one of the statuses, and the SID unless that is empty.
func (p *Phone) callLocked(sid string, statuses ...string) *call {
	for _, c := range slices.Backward(p.calls) {
		if (sid == "" || c.SID == sid) && slices.Contains(statuses, c.Status) {
			return c
		}
	}
	return nil
}

// Answer takes the call that rings; sid may be empty when it does not matter which. What the call says follows by itself.
func (p *Phone) Answer(sid string) error {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	c := p.callLocked(sid, "ringing")
	if c == nil || c.taken {
		return fmt.Errorf("answering at %s: %w", mask(p.number), ErrNotRinging)
	}
	if c.plan.Kind == KindNoAnswer {
		return fmt.Errorf("answering at %s: the phone was told not to answer: %w", mask(p.number), ErrNotRinging)
	}
	c.taken = true
	close(c.picked)
	return nil
}

// Press presses keys (0-9, * and #) in the call that is going on. ErrNotListening: the call has no Gather open, and as with
// Twilio the keys are lost.
func (p *Phone) Press(digits string) error {
	if digits == "" || strings.Trim(digits, "0123456789*#") != "" {
		return fmt.Errorf("pressing %q at %s: keys are 0-9, * and #", digits, mask(p.number))
	}
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	c := p.callLocked("", "in-progress")
	if c == nil {
		return fmt.Errorf("pressing %s at %s: %w", digits, mask(p.number), ErrNoCall)
	}
	return p.street.pressLocked(c, digits)
}

// HangUp ends the call that is going on, or declines the one that rings (which its sender hears of as busy).
func (p *Phone) HangUp() error {
	p.street.mu.Lock()
	defer p.street.mu.Unlock()
	c := p.callLocked("", "in-progress", "ringing")
	if c == nil {
		return fmt.Errorf("hanging up at %s: %w", mask(p.number), ErrNoCall)
	}
	status := "completed"
	if c.Status == "ringing" {
		status = "busy"
	}
	p.street.endLocked(c, ending{status: status})
	return nil
}
