package review

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Action is something that happens to a review. The set is closed: Decide knows them all.
type Action interface{ verb() string }

// Verb names an action in the audit log, whose lines are chained: a verb never changes.
func Verb(a Action) string { return a.verb() }

// Edit changes fields of the review. A nil field stays as it is; a pointer to an empty value empties it. Text is trimmed,
// and empty lines of a list are dropped. A change of the text takes back the approvals that were given to another text.
type Edit struct {
	By           incident.Actor   `json:"-"`
	Title        *string          `json:"title,omitempty"` // an empty one is ErrNeedsText
	Owner        *oncall.UserID   `json:"owner,omitempty"`
	Facilitator  *oncall.UserID   `json:"facilitator,omitempty"`
	Participants *[]oncall.UserID `json:"participants,omitempty"`
	MeetingAt    *time.Time       `json:"meetingAt,omitempty"`
	DueAt        *time.Time       `json:"dueAt,omitempty"`

	Summary          *string        `json:"summary,omitempty"`
	What             *string        `json:"what,omitempty"` // of the impact, as are the four after it
	Users            *string        `json:"users,omitempty"`
	Contacts         *string        `json:"contacts,omitempty"`
	Money            *string        `json:"money,omitempty"`
	Duration         *time.Duration `json:"duration,omitempty"`
	How              *string        `json:"how,omitempty"` // of the detection, as are the two after it
	DetectedBy       *string        `json:"detectedBy,omitempty"`
	Gap              *string        `json:"gap,omitempty"`
	Trigger          *string        `json:"trigger,omitempty"`
	Factors          *[]string      `json:"factors,omitempty"`
	Mitigation       *string        `json:"mitigation,omitempty"`
	Resolution       *string        `json:"resolution,omitempty"`
	Well             *[]string      `json:"well,omitempty"`
	Wrong            *[]string      `json:"wrong,omitempty"`
	Lucky            *[]string      `json:"lucky,omitempty"`
	Surprises        *[]string      `json:"surprises,omitempty"`
	External         *string        `json:"external,omitempty"`
	RootCauseProblem *int64         `json:"rootCauseProblem,omitempty"` // 0: none
}

// AddItem adds an action item. Owner and Due may follow later, but before the review is published.
type AddItem struct {
	By       incident.Actor `json:"-"`
	Text     string         `json:"text"`
	Type     ItemType       `json:"type"` // empty: prevent
	Owner    oncall.UserID  `json:"owner,omitempty"`
	Due      time.Time      `json:"due,omitzero"`
	Priority string         `json:"priority,omitempty"`
	Ticket   string         `json:"ticket,omitempty"`
}

// EditItem changes an action item. A nil field stays as it is. Text and Type of a published review's items are final, and
// its items keep an owner and a due date.
type EditItem struct {
	By       incident.Actor `json:"-"`
	ID       int            `json:"id"`
	Text     *string        `json:"text,omitempty"`
	Type     *ItemType      `json:"type,omitempty"`
	Owner    *oncall.UserID `json:"owner,omitempty"`
	Due      *time.Time     `json:"due,omitempty"`
	Priority *string        `json:"priority,omitempty"`
	Ticket   *string        `json:"ticket,omitempty"`
}

// DoItem ends an action item, or opens it again. To drop one needs a Note that says why.
type DoItem struct {
	By    incident.Actor `json:"-"`
	ID    int            `json:"id"`
	State ItemState      `json:"state"`
	Note  string         `json:"note,omitempty"`
}

// AddLine adds a line to the timeline by hand, at its place in time.
type AddLine struct {
	By   incident.Actor `json:"-"`
	At   time.Time      `json:"at"`
	Who  string         `json:"who,omitempty"` // who did it, then; empty: nobody is named
	What string         `json:"what"`
}

// HideLine leaves a line out of the document, or with Show puts it back.
type HideLine struct {
	By   incident.Actor `json:"-"`
	ID   int            `json:"id"`
	Show bool           `json:"show,omitempty"`
}

// Refresh reads the facts and the timeline again, for an incident that went on after the draft. Hidden lines stay hidden,
// lines added by hand stay, and text that people wrote stays.
type Refresh struct {
	By     incident.Actor
	Source Source
}

// Submit gives a draft to the others to review.
type Submit struct{ By incident.Actor }

// Approve says that the text is right. The review must be in review.
type Approve struct {
	By   incident.Actor
	Note string
}

// Return puts a review that is in review back to draft. Reason is mandatory; approvals are taken back.
type Return struct {
	By     incident.Actor
	Reason string
}

// Publish makes the text final. What is still missing for it is a MissingError.
type Publish struct{ By incident.Actor }

// Wake is the review's timer: what is owed at the time is reminded of.
type Wake struct{}

func (Edit) verb() string     { return "edit" }
func (AddItem) verb() string  { return "addItem" }
func (EditItem) verb() string { return "editItem" }
func (DoItem) verb() string   { return "doItem" }
func (AddLine) verb() string  { return "addLine" }
func (HideLine) verb() string { return "hideLine" }
func (Refresh) verb() string  { return "refresh" }
func (Submit) verb() string   { return "submit" }
func (Approve) verb() string  { return "approve" }
func (Return) verb() string   { return "return" }
func (Publish) verb() string  { return "publish" }
func (Wake) verb() string     { return "wake" }
