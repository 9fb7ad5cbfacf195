// Package problem is the recurring cause of incidents, as a record of its own: PRB-n, what is known of it, what helps until
// it is gone, and which incidents it made.
//
// Decide holds every rule of its life, and is pure: no I/O, no clock, no randomness. A problem pages nobody and has no timer;
// restoring the service is the incident's, finding out why is the problem's. The package refuses to touch an incident: what
// a decision means for the linked ones is an Effect, which the caller hands to each of them.
//
// Its law: the log only grows, a closed problem never changes but for notes, and the end of a problem frees every incident
// that is on hold for it.
package problem

import (
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// State is where a problem stands.
type State string

// The states. A known error is a problem whose cause and workaround are known; a closed one is final.
const (
	StateOpen          State = "open"
	StateKnownError    State = "known_error"
	StateFixInProgress State = "fix_in_progress"
	StateResolved      State = "resolved"
	StateClosed        State = "closed"
)

// Live reports whether somebody still has to do something about a problem in this state.
func (s State) Live() bool {
	return s == StateOpen || s == StateKnownError || s == StateFixInProgress
}

// Code is how a problem was resolved.
type Code string

// The resolution codes.
const (
	FixApplied   Code = "fix_applied"   // incidents held for it are resolved
	RiskAccepted Code = "risk_accepted" // nobody will fix it: incidents held for it go back to work
	Duplicate    Code = "duplicate"     // another problem has its incidents from now on
	Canceled     Code = "canceled"      // it was none: incidents held for it go back to work
)

// Codes returns the resolution codes in the order in which people are offered them.
func Codes() []Code { return []Code{FixApplied, RiskAccepted, Duplicate, Canceled} }

// HoldClass is the reason class of an incident that is on hold for its problem: the first word of the hold's reason.
const HoldClass = "problem"

// Problem is the record. All times are UTC.
type Problem struct {
	Number      int64            `json:"number"` // PRB-n: unique, rising, never reused
	State       State            `json:"state"`
	Title       string           `json:"title"`
	Service     string           `json:"service,omitempty"`
	Team        string           `json:"team,omitempty"`
	Type        string           `json:"type"` // as of incidents; security hides it
	Owner       oncall.UserID    `json:"owner,omitempty"`
	Cause       string           `json:"cause,omitempty"`
	Workaround  string           `json:"workaround,omitempty"`
	Incidents   []int64          `json:"incidents,omitempty"` // each once, in the order in which they were linked
	Code        Code             `json:"code,omitempty"`
	Note        string           `json:"note,omitempty"` // resolution note
	DuplicateOf int64            `json:"duplicateOf,omitempty"`
	CreatedAt   time.Time        `json:"createdAt"`
	UpdatedAt   time.Time        `json:"updatedAt"`
	ResolvedAt  time.Time        `json:"resolvedAt,omitzero"`
	ClosedAt    time.Time        `json:"closedAt,omitzero"`
	Log         []incident.Entry `json:"log"` // it only grows
}

// Ref is the problem's reference number as people write it: PRB-7.
func (p *Problem) Ref() string { return Ref(p.Number) }

// Ref writes a reference number: PRB-7.
func Ref(n int64) string { return fmt.Sprintf("PRB-%d", n) }

// Confidential reports whether the problem is hidden from everybody but its team and admins, as such an incident is.
func (p *Problem) Confidential() bool { return p.Type == incident.TypeSecurity }

// Linked reports whether an incident is linked to the problem.
func (p *Problem) Linked(n int64) bool { return slices.Contains(p.Incidents, n) }

// Effect is what a decision means for linked incidents. The caller hands Action to each that it applies to, in the order of
// the effects; one that refuses it, such as a closed one, stays as it is. Of a confidential problem its texts give no more than the number, for the incident may be anybody's to read.
type Effect struct {
	Incident int64 // 0: all that are linked
	To       Whom
	Action   incident.Action
}

// Whom narrows an effect to incidents in some state.
type Whom string

// The narrowings of an effect.
const (
	ToOpen Whom = "open" // those that are open
	ToHeld Whom = "held" // those that are on hold for the problem
	ToAll  Whom = "all"
)

// Applies reports whether the effect is for an incident, as it stands now, of the linked ones. What the incident has already
// is not told again.
func (e *Effect) Applies(i *incident.Incident) bool {
	if e.Incident != 0 && e.Incident != i.Number {
		return false
	}
	if e.done(i) {
		return false
	}
	switch e.To {
	case ToOpen:
		return i.State.Open()
	case ToHeld:
		return i.State == incident.OnHold && i.HeldClass == HoldClass
	}
	return true
}

// done reports whether the incident is so already.
func (e *Effect) done(i *incident.Incident) bool {
	switch a := e.Action.(type) {
	case incident.Diagnose:
		return a.Kind == incident.WorkaroundFound && a.Text == i.Workaround
	case incident.Relate:
		return a.Kind == incident.ToProblem && a.To == i.Problem
	}
	return false
}
