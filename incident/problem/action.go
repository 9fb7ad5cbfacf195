package problem

import (
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Action is something that happens to a problem. The set is closed: Decide knows them all.
type Action interface{ verb() string }

// Verb names an action in the audit log, whose lines are chained: a verb never changes.
func Verb(a Action) string { return a.verb() }

// Open starts a problem; cur is then the zero Problem. Number is the reference number to take. With a cause and a workaround
// it is a known error from the start.
type Open struct {
	Number     int64
	By         incident.Actor
	Title      string
	Service    string
	Team       string
	Type       string // empty: technical
	Owner      oncall.UserID
	Cause      string
	Workaround string
	Incidents  []int64
}

// Edit changes fields by hand. A nil field stays as it is; a pointer to an empty value empties it.
type Edit struct {
	By         incident.Actor `json:"-"`
	Title      *string        `json:"title,omitempty"` // an empty one is ErrNeedsTitle
	Service    *string        `json:"service,omitempty"`
	Team       *string        `json:"team,omitempty"`
	Type       *string        `json:"type,omitempty"` // empty: technical
	Owner      *oncall.UserID `json:"owner,omitempty"`
	Cause      *string        `json:"cause,omitempty"`
	Workaround *string        `json:"workaround,omitempty"`
}

// LinkIncident says that an incident is of this cause. The caller sets the incident's own side.
type LinkIncident struct {
	By       incident.Actor
	Incident int64
}

// UnlinkIncident takes a link away. The caller does the same to the incident's own side.
type UnlinkIncident struct {
	By       incident.Actor
	Incident int64
}

// Analyse says what is known of the problem. An empty field stays as it is. Once both are known an open problem is a known error.
type Analyse struct {
	By         incident.Actor
	Cause      string
	Workaround string
}

// StartFix says that somebody works on a fix.
type StartFix struct {
	By   incident.Actor
	Note string // may be empty
}

// Resolve ends the problem. Note is mandatory: it becomes the note of the incidents that it ends.
type Resolve struct {
	By          incident.Actor
	Code        Code
	Note        string
	DuplicateOf int64 // of a duplicate alone, and mandatory then
}

// Reopen puts a resolved problem back to what is known of it. Reason is mandatory. What the resolution did to incidents stays.
type Reopen struct {
	By     incident.Actor
	Reason string
}

// Close makes a resolved problem final.
type Close struct {
	By   incident.Actor
	Note string // may be empty
}

// Note adds a line to the log.
type Note struct {
	By   incident.Actor
	Text string
}

func (Open) verb() string           { return "open" }
func (Edit) verb() string           { return "edit" }
func (LinkIncident) verb() string   { return "linkIncident" }
func (UnlinkIncident) verb() string { return "unlinkIncident" }
func (Analyse) verb() string        { return "analyse" }
func (StartFix) verb() string       { return "startFix" }
func (Resolve) verb() string        { return "resolve" }
func (Reopen) verb() string         { return "reopen" }
func (Close) verb() string          { return "close" }
func (Note) verb() string           { return "note" }
