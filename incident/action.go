package incident

import (
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// Action is something that happens to an incident. The set is closed: Decide knows them all.
type Action interface{ action() }

// Fire is a firing alert that joins the incident, or the first that opens it, or one of its own that fires again.
// Number is the reference number to take when it opens.
type Fire struct {
	Number     int64
	Alert      alert.Alert
	Where      router.Decision
	Suppressed *router.Suppression // of the whole incident with this alert in it; nil: people are paged
	Muted      *router.Suppression // of this alert alone
	Turn       int64               // of the service, for levels that take turns; of an incident that opens
	Again      bool                // the alert belongs to the incident already and had recovered
	Known      bool                // the alert belongs to the incident already and fired all along: its facts changed

	Previous   int64  // of an incident that opens: the ended one of the same group, which it repeats
	LastTime   string // and how that ended, in words
	Problem    int64  // and its problem record, with
	Workaround string // the workaround that is known
}

// Clear is an alert of the incident that recovered, or expired without a repeat.
type Clear struct {
	Alert   alert.Alert
	Expired bool
	Why     string       // why it ended, when not by a word of its source: "its integration is gone"
	Lead    *alert.Alert // the worst of the alerts that still fire, as far as was looked; nil when that was not needed
}

// Open is an incident reported by a person (identification without a monitor).
type Open struct {
	Number   int64
	Turn     int64
	By       Actor
	Title    string
	Text     string
	Service  string
	Impact   Grade // empty: the service's
	Urgency  Grade // empty: high
	Type     string
	Category string

	StartedAt time.Time // when it began, if the reporter knows
}

// Wake is the incident's timer, or a change of what suppresses it. Suppressed is looked up afresh by the caller, and so is Heard
// where the incident has something hushed.
type Wake struct {
	Suppressed *router.Suppression
	Heard      *Heard // nil: nobody looked
}

// Heard is what became of the alerts that nobody may hear of (Incident.Hushed).
type Heard struct {
	Free  bool                // one of them may be heard now
	Muted *router.Suppression // else what keeps people from hearing of those that still fire, the one that ends first; nil: none fires
}

// Report is what became of one of the incident's pages.
type Report struct {
	Page    string
	Outcome StepOutcome
	Detail  string // for the timeline, in words
	Quiet   bool   // no timeline entry
	Refused bool   // no provider took it, for a reason that is not the person's
}

// Ack acknowledges. Until is zero for an acknowledgement without a lease of its own; the service's ack_timeout applies then.
type Ack struct {
	By    Actor
	User  oncall.UserID // becomes the assignee; empty for an integration or a token without a user
	Until time.Time
}

// Escalate fires the next level now.
type Escalate struct{ By Actor }

// Resolve ends the incident.
type Resolve struct {
	By     Actor
	Code   string
	Note   string
	Ending int  // alerts that end with it: events, of which no recovery will ever come
	Parent bool // it follows its parent
}

// Reassign hands the incident to somebody, who is paged for it.
type Reassign struct {
	By Actor
	To oncall.UserID
}

// Hold puts an acknowledged incident on hold. Reason is mandatory; Until may be zero.
type Hold struct {
	By     Actor
	Reason string
	Until  time.Time
}

// Note adds a line to the timeline.
type Note struct {
	By   Actor
	Text string
}

// Close makes a resolved incident final.
type Close struct {
	By        Actor
	Note      string // closure details
	Confirmed string // who confirmed that it is over; empty: nobody was asked
}

// Amend changes fields of the record by hand. Empty fields stay as they are. Reason is mandatory when Priority, Impact, Urgency,
// Type or Category is given. Priority overrides the matrix, until Impact or Urgency changes or Matrix is set.
type Amend struct {
	By       Actor
	Reason   string
	Title    string
	Service  string
	Type     string
	Category string // "-" takes it away
	Impact   Grade
	Urgency  Grade
	Priority Priority
	Matrix   bool // ends an override: the matrix decides again

	UpdateEvery time.Duration // starts an update clock of its own
	StartedAt   time.Time     // when it really began; needs a reason, for numbers follow
}

// Diagnose adds to the diagnosis. An earlier hypothesis is not taken back: the timeline is append-only.
type Diagnose struct {
	By   Actor
	Kind Finding
	Text string
}

// Attach adds a link.
type Attach struct {
	By         Actor
	Href, Text string
}

// Assign gives a role to somebody, or hands it over; an empty To gives it up.
type Assign struct {
	By   Actor
	Role Role
	To   oncall.UserID
}

// Publish is a status update. Text is already rendered. Next is when the next one is owed; zero: by the priority's cadence.
type Publish struct {
	By       Actor
	Audience Audience
	Phase    Phase
	Text     string
	Next     time.Time
	To       []Recipient // subscribers of the service, looked up by the caller
}

// Recipient is somebody outside the incident who is told of it.
type Recipient struct {
	User     oncall.UserID `json:"user,omitempty"`     // by mail, else by text
	Address  string        `json:"address,omitempty"`  // a mail address
	Receiver string        `json:"receiver,omitempty"` // a room
}

// Resume ends a hold: the incident is acknowledged again.
type Resume struct{ By Actor }

// Reopen puts a resolved incident back to triggered. A closed one is final.
type Reopen struct {
	By     Actor
	Reason string
	Parent bool // it follows its parent: only what was resolved with it reopens

	Suppressed *router.Suppression // of one that follows its parent; looked up by the caller
}

// Confirm is the word of the reporter, or somebody for them, that a resolved incident is over: it closes. Satisfied is 1 to 5, or 0.
type Confirm struct {
	By        Actor
	Note      string
	Satisfied int
}

// Relate links the incident with others; the caller does the same to the other side. Kind is parent, child, problem, change,
// previous; Undo takes the link away.
type Relate struct {
	By   Actor
	Kind Relation
	To   int64  // an incident or a problem
	ID   string // of a change
	Undo bool
}

// Relation is how an incident is linked with something.
type Relation string

// The relations, as seen from this incident.
const (
	ToParent   Relation = "parent"   // To is its parent: it follows its resolution
	ToChild    Relation = "child"    // To is its child
	ToProblem  Relation = "problem"  // To is its problem record
	ToPrevious Relation = "previous" // To is the closed incident that it repeats
)

// MergeInto ends the incident as a duplicate of another, which has taken over Alerts of its alerts.
type MergeInto struct {
	By     Actor
	Target int64
	Moved  int // firing alerts that went over
}

// Absorb takes over another incident that was merged into this one, with so many alerts.
type Absorb struct {
	By       Actor
	Source   int64
	Title    string
	Firing   int
	Total    int
	Severity alert.Severity
	Lead     *alert.Alert // the worst of the alerts that came over; nil: none fires
	Review   bool         // its review was required: this one's is now
	Unheard  bool         // people were being paged for it, and nobody had taken it
}

// Reviewed notes that the incident's review has changed its state, or was required by hand.
type Reviewed struct {
	By    Actor
	State string // draft, in_review, published; empty: it is required from now on
}

// Automated is what a run of an automation came to.
type Automated struct {
	Rule, Step string
	Text       string
	Failed     bool
}

// Inform pages somebody further, beside the escalation: an automation or a person adds responders.
type Inform struct {
	By  Actor
	Who []oncall.UserID
	Why string
}

func (Fire) action()      {}
func (Clear) action()     {}
func (Open) action()      {}
func (Wake) action()      {}
func (Report) action()    {}
func (Ack) action()       {}
func (Escalate) action()  {}
func (Resolve) action()   {}
func (Reassign) action()  {}
func (Hold) action()      {}
func (Note) action()      {}
func (Close) action()     {}
func (Amend) action()     {}
func (Diagnose) action()  {}
func (Attach) action()    {}
func (Assign) action()    {}
func (Publish) action()   {}
func (Resume) action()    {}
func (Reopen) action()    {}
func (Confirm) action()   {}
func (Relate) action()    {}
func (MergeInto) action() {}
func (Absorb) action()    {}
func (Reviewed) action()  {}
func (Automated) action() {}
func (Inform) action()    {}
