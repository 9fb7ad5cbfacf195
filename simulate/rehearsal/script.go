package rehearsal

import (
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate"
)

// Script is what happens from outside: what sources say, what people do, what fails.
type Script struct {
	Start  time.Time     // any zone
	Events []Event       // those of one instant happen in their order
	Length time.Duration // how long it is played; an hour unless said

	// UntilAnswered ends the play once all events are over and every incident is acknowledged or over, though not before.
	UntilAnswered bool

	// Silences and Overrides are what is in force when it starts, by the names that they have.
	Silences  []router.Silence
	Overrides []oncall.Override

	// Awake are those who react to what wakes them without an event that says so: they take a call at once and acknowledge, and
	// acknowledge a text or a mail so long after it arrived. nil: nobody.
	Awake func(oncall.UserID) bool
	After time.Duration
}

// Event is one act at its time after the start.
type Event struct {
	At time.Duration
	Do Act
}

// Act is something that happens from outside. The set is closed.
type Act interface{ perform(*play) error }

// Receive is alerts that a source sends. One that says no time fires from the moment at which it is received.
type Receive struct{ Alerts []alert.Alert }

// Text is a text that a person sends from their phone to rouse: "42", "ack", "42r", "cover ...".
type Text struct {
	User  oncall.UserID
	Words string
}

// Press is a person who takes the call that rings, or if none does the next one, and presses a key; no key: hangs up.
type Press struct {
	User oncall.UserID
	Key  string
}

// Do is an act on an incident through API, browser, command line or a link in a mail. Number 0 is the newest that is open.
type Do struct {
	Number int64
	Action incident.Action
}

// Report is an incident that a person opens by hand.
type Report struct{ Open incident.Open }

// Break makes deliveries fail from now on, until it is mended.
type Break struct{ Fault }

// Mend ends a fault.
type Mend struct{ Fault }

// Silence mutes what matches; a zero StartsAt is now.
type Silence struct{ router.Silence }

// Unsilence ends all silences that were made.
type Unsilence struct{ By string }

// Cover is an override made at run time.
type Cover struct {
	oncall.Override
	By incident.Actor
}

// Quieten is a heartbeat that is heard no more. Until then it is heard in time; so are all that no event names.
type Quieten struct{ Heartbeat string }

// Beat is a heartbeat that is heard again.
type Beat struct{ Heartbeat string }

// Fault is what fails: deliveries by a method to a person over a provider. An empty field means all of them.
type Fault struct {
	Provider string        `json:"provider,omitempty"`
	User     oncall.UserID `json:"user,omitempty"`
	Via      oncall.Method `json:"via,omitempty"`

	// One of the two: what is the matter with the phone, or with the provider. Neither: the phone simulate.Fails.
	Phone simulate.PhoneState `json:"phone,omitempty"`
	Mood  simulate.Mood       `json:"mood,omitempty"`
}
