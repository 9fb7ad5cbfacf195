// Package review is the post-incident review: what a team writes down after an incident so that the next one is smaller.
//
// A review is a record of its own, keyed by the incident's number. Draft writes the first version from the incident and its
// timeline; Decide holds every rule of what people do to it afterwards; Markdown prints it. All three are pure: no I/O, no
// clock, no randomness. The package refuses to know who may read or write a review, and whether a user exists: that is the
// caller's to check.
//
// It never blames. A review asks what made it possible for an error to become an incident, and people who fear the answer
// stop telling. So nothing here ranks, scores or counts what one person did wrong, and Doubts points at a contributing
// factor that names somebody.
//
// Its law: the journal only grows, the text of a published review never changes, and WakeAt is zero exactly when nothing is
// owed.
package review

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

// State is where a review stands.
type State string

// The states. The text of a published review is final; its action items go on.
const (
	StateDraft     State = "draft"
	StateInReview  State = "in_review"
	StatePublished State = "published"
)

// Review is the record. All times are UTC. What holds text is plain text, not Markdown; it may have several lines.
type Review struct {
	Incident int64             `json:"incident"` // INC-n; there is one review of each
	Title    string            `json:"title"`
	Service  string            `json:"service"`
	Team     string            `json:"team,omitempty"`
	Type     string            `json:"type"`
	Priority incident.Priority `json:"priority"`
	State    State             `json:"state"`
	Previous int64             `json:"previous,omitempty"` // the incident that it repeats

	Owner        oncall.UserID   `json:"owner,omitempty"` // who answers for the review being written
	Facilitator  oncall.UserID   `json:"facilitator,omitempty"`
	Participants []oncall.UserID `json:"participants,omitempty"`
	MeetingAt    time.Time       `json:"meetingAt,omitzero"`
	DueAt        time.Time       `json:"dueAt,omitzero"`    // to be published by then; zero: no date
	RemindAt     time.Time       `json:"remindAt,omitzero"` // when the owner is next reminded that it is overdue

	Summary    string    `json:"summary,omitempty"`
	Impact     Impact    `json:"impact,omitzero"`
	Detection  Detection `json:"detection,omitzero"`
	Trigger    string    `json:"trigger,omitempty"` // what set it off
	Factors    []string  `json:"factors,omitempty"` // what made it possible, or worse; never who
	Mitigation string    `json:"mitigation,omitempty"`
	Resolution string    `json:"resolution,omitempty"`
	Well       []string  `json:"well,omitempty"`
	Wrong      []string  `json:"wrong,omitempty"`
	Lucky      []string  `json:"lucky,omitempty"`
	Surprises  []string  `json:"surprises,omitempty"`
	External   string    `json:"external,omitempty"` // the message to those outside

	RootCauseProblem int64 `json:"rootCauseProblem,omitempty"` // PRB-n

	Items     []Item     `json:"items,omitempty"`
	Facts     Facts      `json:"facts,omitzero"`
	Timeline  []Line     `json:"timeline,omitempty"` // in order of time
	Approvals []Approval `json:"approvals,omitempty"`

	Journal     []incident.Entry `json:"journal"` // who changed what and when; it only grows
	CreatedAt   time.Time        `json:"createdAt"`
	UpdatedAt   time.Time        `json:"updatedAt"`
	PublishedAt time.Time        `json:"publishedAt,omitzero"`
	PublishedBy string           `json:"publishedBy,omitempty"`
	WakeAt      time.Time        `json:"wakeAt,omitzero"` // its only timer: when the next reminder is due
}

// Confidential reports whether the review is hidden from everybody but its team and admins, as its incident is.
func (r *Review) Confidential() bool { return r.Type == incident.TypeSecurity }

// Ref is the incident's reference number: INC-42.
func (r *Review) Ref() string { return incident.Ref(r.Incident) }

// Impact is what the incident did to those who use the service. Numbers are words: "about 1,200", "none that we know of".
type Impact struct {
	What     string        `json:"what,omitempty"`
	Users    string        `json:"users,omitempty"`
	Contacts string        `json:"contacts,omitempty"` // how many people asked for support
	Money    string        `json:"money,omitempty"`
	Duration time.Duration `json:"duration,omitempty"` // in nanoseconds
}

// Detection is how the incident became known.
type Detection struct {
	How string `json:"how,omitempty"`
	By  string `json:"by,omitempty"`  // a monitor, or who reported it
	Gap string `json:"gap,omitempty"` // what would have told sooner
}

// ItemType is what an action item is to change.
type ItemType string

// The types of action item.
const (
	Prevent  ItemType = "prevent"  // it does not happen again
	Mitigate ItemType = "mitigate" // it does less harm
	Detect   ItemType = "detect"   // it is known sooner
	Process  ItemType = "process"  // people work on it better
)

// ItemTypes returns the types of action item in the order in which people are offered them.
func ItemTypes() []ItemType { return []ItemType{Prevent, Mitigate, Detect, Process} }

// ItemState is where an action item stands.
type ItemState string

// The states of an action item.
const (
	ItemOpen    ItemState = "open"
	ItemDone    ItemState = "done"
	ItemDropped ItemState = "dropped" // decided against, with a reason
)

// Item is one thing that somebody is to do because of the incident.
type Item struct {
	ID       int           `json:"id"` // from 1 in each review, never reused
	Text     string        `json:"text"`
	Type     ItemType      `json:"type"`
	Owner    oncall.UserID `json:"owner,omitempty"`
	Due      time.Time     `json:"due,omitzero"`
	Priority string        `json:"priority,omitempty"` // in the words of whoever plans the work
	Ticket   string        `json:"ticket,omitempty"`   // its number or address in another tool
	State    ItemState     `json:"state"`
	DoneAt   time.Time     `json:"doneAt,omitzero"` // done or dropped
	DoneBy   string        `json:"doneBy,omitempty"`
	Note     string        `json:"note,omitempty"`     // how it ended, or why it was dropped
	RemindAt time.Time     `json:"remindAt,omitzero"`  // when its owner is next reminded; zero: never
	Reminded int           `json:"reminded,omitempty"` // how often its owner was reminded of this due date
}

// Overdue reports whether the item is still open past its due time.
func (i *Item) Overdue(now time.Time) bool {
	return i.State == ItemOpen && !i.Due.IsZero() && !now.Before(i.Due)
}

// Facts is what the incident's record says, in numbers. People do not edit it.
type Facts struct {
	StartedAt     time.Time     `json:"startedAt,omitzero"` // when it began, as its source says
	CreatedAt     time.Time     `json:"createdAt,omitzero"` // when it was detected
	FirstAckAt    time.Time     `json:"firstAckAt,omitzero"`
	FirstAckBy    string        `json:"firstAckBy,omitempty"`
	ResolvedAt    time.Time     `json:"resolvedAt,omitzero"`
	TimeToAck     time.Duration `json:"timeToAck,omitempty"`     // from CreatedAt to FirstAckAt
	TimeToResolve time.Duration `json:"timeToResolve,omitempty"` // from CreatedAt to ResolvedAt
	Code          string        `json:"code,omitempty"`          // resolution code
	Alerts        int           `json:"alerts,omitempty"`
	Pings         int           `json:"pings,omitempty"` // interruptions of people
	People        []Paged       `json:"people,omitempty"`
	Escalations   int           `json:"escalations,omitempty"` // by themselves and by hand
	Lapses        int           `json:"lapses,omitempty"`
	Reopens       int           `json:"reopens,omitempty"`
	Updates       int           `json:"updates,omitempty"` // status updates
	SLAs          []Promise     `json:"slas,omitempty"`
}

// Paged is one person whom the incident interrupted.
type Paged struct {
	User  oncall.UserID `json:"user"`
	At    time.Time     `json:"at"` // the first time
	Times int           `json:"times"`
}

// Promise is what became of one SLA clock.
type Promise struct {
	SLA      string        `json:"sla"`
	Kind     sla.Kind      `json:"kind"`
	Target   time.Duration `json:"target"`  // of the calendar's time
	Elapsed  time.Duration `json:"elapsed"` // of the calendar's time, without pauses
	Done     bool          `json:"done"`    // false: the clock still ran when the facts were read
	Breached bool          `json:"breached"`
}

// Line is one line of the review's timeline.
type Line struct {
	ID     int                `json:"id"` // from 1 in each review, never reused
	At     time.Time          `json:"at"`
	Who    string             `json:"who,omitempty"`
	What   string             `json:"what"`
	Kind   incident.EntryKind `json:"kind"`
	Seq    int                `json:"seq,omitempty"`    // in the incident's timeline, of the first entry it stands for; 0: added by hand
	Hidden bool               `json:"hidden,omitempty"` // left out of the document, never deleted
}

// Approval is somebody's word that the text is right.
type Approval struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note string    `json:"note,omitempty"`
}
