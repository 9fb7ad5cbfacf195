// Package sla is the clock of a promise: how much of a target's time has run, when it will be over, and why.
//
// It is pure. A clock is never counted up in place: it is read, at any instant, from the marks that an incident's life left
// (opened, acknowledged, held, ...), so that a change of the configuration or of the priority is a new reading of the same
// marks, and `rouse sla explain` tells nothing that was not computed the same way. Its law: time runs from the incident's
// start, only while its calendar is open, never during a pause, and never twice.
package sla

import (
	"time"
)

// MarkKind is what a mark records.
type MarkKind string

// The kinds of mark. Only what moves a clock leaves one.
const (
	Opened       MarkKind = "opened"       // the clock's start; Value is the first priority
	Acknowledged MarkKind = "acknowledged" // the first explicit acknowledgement by a person ends the response; later ones change nothing
	Held         MarkKind = "held"         // Value is the hold's reason class, such as vendor
	Resumed      MarkKind = "resumed"      // the hold ended
	Resolved     MarkKind = "resolved"     // ends a hold too; ends the resolution, and the response if nobody had acknowledged
	Reopened     MarkKind = "reopened"     // the resolution runs again; the time since Resolved is credited as a pause
	Priority     MarkKind = "priority"     // Value is the new priority: its target counts from the start, with the pauses credited; a clock that is done keeps its own
)

// Mark is one thing in an incident's life that moves a clock. Marks are in order of time; equal times keep their order.
type Mark struct {
	At    time.Time `json:"at"`
	Kind  MarkKind  `json:"kind"`
	Value string    `json:"value,omitempty"`
}

// Kind is which promise a clock measures.
type Kind string

// The kinds of clock.
const (
	Response   Kind = "response"   // to the first explicit acknowledgement
	Resolution Kind = "resolution" // to the resolution
)

// Stage is where a clock stands. Breached is a flag beside it, not a stage: a breached clock goes on.
type Stage string

// The stages.
const (
	Running Stage = "running"
	Paused  Stage = "paused" // by a hold
	Closed  Stage = "closed" // by its calendar: outside its hours
	Done    Stage = "done"   // what was promised has happened, in time or not
)

// Definition is one promise. It is immutable.
type Definition struct {
	Name         string
	CalendarName string
	Calendar     *Calendar // nil: always
	Match        Match
	Response     map[string]time.Duration // by priority, time of the calendar
	Resolution   map[string]time.Duration
	PauseOnHold  []string // reason classes that pause the resolution
	WarnAt       []int    // percent, rising
	Escalate     bool     // a breach also fires the next level of the escalation
}

// Match says which incidents a definition is about; an empty list matches all.
type Match struct {
	Priority, Service, Team, Type []string
}

// Subject is what a definition matches against: the incident as it is now.
type Subject struct {
	Priority, Service, Team, Type string
}

// Reading is one clock at one instant. Durations are whole nanoseconds; instants are UTC.
type Reading struct {
	SLA      string        `json:"sla"`
	Kind     Kind          `json:"kind"`
	Calendar string        `json:"calendar"` // "always" or the calendar's name
	Priority string        `json:"priority"` // whose target it is: that of now, or of when it was done
	Stage    Stage         `json:"stage"`
	Target   time.Duration `json:"target"`
	StartAt  time.Time     `json:"startAt"`
	DoneAt   time.Time     `json:"doneAt,omitzero"`
	// BreachAt is when the target's time is (or was) over, if nothing changes from the instant of the reading on. Zero while
	// paused, and when the calendar never opens again.
	BreachAt time.Time `json:"breachAt,omitzero"`
	// OriginalBreachAt is what BreachAt would be without any pause.
	OriginalBreachAt time.Time     `json:"originalBreachAt,omitzero"`
	Elapsed          time.Duration `json:"elapsed"`            // of the calendar's time, without pauses: what counts
	Wall             time.Duration `json:"wall"`               // from StartAt to DoneAt or now, everything counted
	PausedFor        time.Duration `json:"pausedFor"`          // of the calendar's time
	PausedWall       time.Duration `json:"pausedWall"`         // of wall time
	Percent          int           `json:"percent"`            // Elapsed of Target, rounded down
	Breached         bool          `json:"breached"`           // Elapsed has reached Target
	NextAt           time.Time     `json:"nextAt,omitzero"`    // when the next percent of WarnAt (or 100) is reached if nothing changes; zero: never
	Over             int           `json:"over"`               // the highest percent of WarnAt (100 always included) that Elapsed has reached; 0: none
	PausedBy         string        `json:"pausedBy,omitempty"` // hold reason, while Paused
}
