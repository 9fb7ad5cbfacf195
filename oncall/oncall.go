// Package oncall answers one question: who, at time t.
//
// It holds users with their contact methods and quiet hours, teams, schedules, and escalation policies, and an immutable
// Roster over all of them that is swapped whole on reload. It reads no clock (time is an argument), does no I/O, and pages
// nobody. Its law: the same Roster and the same instant give the same people, in every time zone and over every change of the clocks.
//
// # Clocks
//
// A wall-clock time of a zone becomes an instant by one rule, that of [Wall], wherever rouse reads one: handoffs, restrictions
// of hours, quiet hours, and what other rooms read from the configuration. A wall time that a change of the clocks skips is
// moved later by as much as was skipped (02:30 becomes 03:30 where the clocks go from 02:00 to 03:00); one that occurs twice
// means the first. It is the rule of java.time, of Temporal's "compatible" and of Python's zoneinfo with fold=0, and not that
// of time.Date in Go, whose answer differs between zones. What ends at a wall time and what begins at it therefore share
// one instant, so no second is lost between two turns and none is given twice.
//
// # Turns
//
// The first turn of a layer begins on the local day Start at the handoff's time of day; before it the layer has nobody.
// Daily, weekly and monthly turns count days of the calendar, so they change at the same wall time all year and last an hour
// more or less when the clocks change. Hourly and `every` turns count elapsed time from the first turn's instant, so they
// never last more or less, and their wall time moves instead; they count whole seconds.
//
// A weekly handoff falls on its weekday, or on Start's weekday when it names none. Where the two differ the first turn is a
// short one: it ends at the first handoff on a later day than Start. Monthly is alike: the handoff falls on its day of the
// month, or on Start's, clipped to the month's last day (the 31st is 30 April), and the first turn ends at the first such day
// after Start. Where a zone skips a whole calendar day (Pacific/Apia in 2011) that day's daily turn is empty.
//
// # Who wins
//
// Run-time overrides win over those of the file, a later made one over an earlier, and any override over the layers.
// Of the layers a later one wins where it has somebody. A restriction says when a layer has somebody; turns run on beneath it.
//
// # Odd data
//
// The configuration refuses what cannot be meant. What arrives here all the same never panics, and where there is a choice
// somebody stays on call: a nil zone is UTC, an unknown unit or an `every` under a minute is a turn without end, a zero
// Start is 1 January 1970, and an empty name is nobody.
package oncall

import "time"

// Identifiers are the names used in the configuration file.
type (
	UserID     string
	TeamID     string
	ScheduleID string
	PolicyID   string
)

// Method is a way to reach one person.
type Method string

// The methods a notification rule can name with `via`.
const (
	SMS   Method = "sms"
	Call  Method = "call"
	Email Method = "email"
)

// Urgency decides which of a person's notification rules apply: high breaks through quiet hours, low waits.
type Urgency string

// The two urgencies of a notification.
const (
	High Urgency = "high"
	Low  Urgency = "low"
)

// Rule is one step of a person's notification rules.
type Rule struct {
	Via   Method        `json:"via"`
	After time.Duration `json:"after"` // counted from the moment the level fires
}

// User is somebody who can be paged.
type User struct {
	ID     UserID
	Name   string
	Zone   *time.Location // never nil
	Phone  string         // E.164, or empty
	Email  string         // or empty
	Notify map[Urgency][]Rule
	Quiet  *QuietHours // nil: none
	Leave  []Leave     // of the configuration file
}

// Team is a named group of users.
type Team struct {
	ID      TeamID
	Members []UserID
	Manager UserID // or empty
}

// Level is one step of an escalation policy.
type Level struct {
	Targets    []Target
	Wait       time.Duration // until the next level, if nobody acknowledges
	RoundRobin bool          // page one of the people on it in turn, not all
}

// Policy is an escalation policy: its levels are fired in order until somebody acknowledges.
type Policy struct {
	ID     PolicyID
	Levels []Level
	Repeat int      // rounds; 0 means forever
	Then   PolicyID // what follows the last round; empty means the roster's fallback
}
