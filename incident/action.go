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
}

// Wake is the incident's timer, or a change of what suppresses it. Suppressed is looked up afresh by the caller.
type Wake struct{ Suppressed *router.Suppression }

// Report is what became of one of the incident's pages.
type Report struct {
	Page    string
	Outcome StepOutcome
	Detail  string // for the timeline, in words
	Quiet   bool   // no timeline entry
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
	Ending int // alerts that end with it: events, of which no recovery will ever come
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
type Close struct{ By Actor }

func (Fire) action()     {}
func (Clear) action()    {}
func (Open) action()     {}
func (Wake) action()     {}
func (Report) action()   {}
func (Ack) action()      {}
func (Escalate) action() {}
func (Resolve) action()  {}
func (Reassign) action() {}
func (Hold) action()     {}
func (Note) action()     {}
func (Close) action()    {}
