// Package oncall answers one question: who, at time t.
//
// It holds users with their contact methods and quiet hours, teams, schedules, and escalation policies, and an immutable
// Roster over all of them that is swapped whole on reload. It reads no clock (time is an argument), does no I/O, and pages
// nobody. Its law: the same Roster and the same instant give the same people, in every time zone and over every change of the clocks.
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
}

// Team is a named group of users.
type Team struct {
	ID      TeamID
	Members []UserID
	Manager UserID // or empty
}

// TargetKind says what an escalation level's target is.
type TargetKind string

// The kinds of target.
const (
	ToUser     TargetKind = "user"
	ToSchedule TargetKind = "schedule"
	ToTeam     TargetKind = "team"
	ToReceiver TargetKind = "receiver" // a chat room or mail list, configured as Alertmanager receivers are
)

// Target is what an escalation level notifies, written "user/ana".
type Target struct {
	Kind TargetKind
	Name string
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

// Override puts one person on a schedule for a time, above its layers. From is inclusive, To exclusive.
type Override struct {
	ID       string     `json:"id"` // empty for one written in the configuration file
	Schedule ScheduleID `json:"schedule"`
	User     UserID     `json:"user"`
	From     time.Time  `json:"from"`
	To       time.Time  `json:"to"`
	Reason   string     `json:"reason,omitempty"`
	By       string     `json:"by,omitempty"` // who made it
	At       time.Time  `json:"at,omitzero"`  // when it was made
}

// Shift is a stretch of time in which the same people are on call. From is inclusive, To exclusive; Users is empty in a gap.
type Shift struct {
	From, To time.Time
	Users    []UserID
	Override string // the override's reason or id where one decides, else empty
}
