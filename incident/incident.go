// Package incident is the machine and its record: what an incident is, and the one function that decides what happens to it.
//
// Decide is pure: no I/O, no clock, no randomness, no goroutine. Identifiers and time are handed in, and its answer is a
// value (the next record, timeline entries, pages) for others to remember and to tell. Its law: an open incident that nobody
// has acknowledged always has a timer, and only an explicit act of somebody stops its pages.
package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// State is where an incident stands.
type State string

// The states. Triggered, Acknowledged and OnHold are open; Resolved reopens within its window; Closed is final.
const (
	Triggered    State = "triggered"
	Acknowledged State = "acknowledged"
	OnHold       State = "on_hold"
	Resolved     State = "resolved"
	Closed       State = "closed"
)

// Open reports whether somebody still has to do something about an incident in this state.
func (s State) Open() bool { return s == Triggered || s == Acknowledged || s == OnHold }

// Grade is a level of impact or of urgency.
type Grade string

// The grades of impact and urgency.
const (
	GradeHigh   Grade = "high"
	GradeMedium Grade = "medium"
	GradeLow    Grade = "low"
)

// Priority is P1 (worst) to P5, from the matrix of impact and urgency.
type Priority string

// Incident is the record. All times are UTC. It holds counters of its alerts, not the alerts.
type Incident struct {
	Number      int64             `json:"number"` // INC-n: unique, rising, never reused
	State       State             `json:"state"`
	Title       string            `json:"title"`
	Service     string            `json:"service"`
	Team        string            `json:"team,omitempty"`
	Type        string            `json:"type"`
	Category    string            `json:"category,omitempty"`
	Impact      Grade             `json:"impact"`
	Urgency     Grade             `json:"urgency"`
	UrgencyBy   string            `json:"urgencyBy,omitempty"` // route | severity | person: who said so
	Priority    Priority          `json:"priority"`
	Severity    alert.Severity    `json:"severity,omitempty"` // worst since it was last triggered
	GroupKey    string            `json:"groupKey,omitempty"`
	GroupLabels map[string]string `json:"groupLabels,omitempty"`
	Route       string            `json:"route,omitempty"`
	Source      string            `json:"source,omitempty"`   // integration of the first alert, or how a person reported it
	Reporter    string            `json:"reporter,omitempty"` // user who reported it
	Overflow    string            `json:"overflow,omitempty"` // integration whose alerts are gathered here, since their groups would be too many incidents

	Firing int    `json:"firing"`         // alerts that fire now
	Total  int    `json:"total"`          // alerts that ever joined
	Lead   string `json:"lead,omitempty"` // key of the alert that gave the title

	CreatedAt      time.Time `json:"createdAt"`
	TriggeredAt    time.Time `json:"triggeredAt"` // of this epoch
	AcknowledgedAt time.Time `json:"acknowledgedAt,omitzero"`
	ResolvedAt     time.Time `json:"resolvedAt,omitzero"`
	ClosedAt       time.Time `json:"closedAt,omitzero"`
	UpdatedAt      time.Time `json:"updatedAt"`
	ClearedAt      time.Time `json:"clearedAt,omitzero"` // every alert recovered; resolves after ResolveDelay

	Epoch      int           `json:"epoch"` // counts how often it was triggered: 1, and one more for each reopening or lapse
	Assignee   oncall.UserID `json:"assignee,omitempty"`
	AckedBy    string        `json:"ackedBy,omitempty"` // who acknowledged first in this epoch
	AckUntil   time.Time     `json:"ackUntil,omitzero"` // the acknowledgement lapses then
	HoldReason string        `json:"holdReason,omitempty"`
	HoldUntil  time.Time     `json:"holdUntil,omitzero"`
	Code       string        `json:"code,omitempty"` // resolution code
	Note       string        `json:"note,omitempty"` // resolution note

	ReopenWindow time.Duration       `json:"reopenWindow,omitempty"`
	ResolveDelay time.Duration       `json:"resolveDelay,omitempty"`
	Suppressed   *router.Suppression `json:"suppressed,omitempty"` // why nobody is paged, while so

	Loud      bool            `json:"loud,omitempty"`   // somebody asked for help: nothing suppresses it until it is acknowledged
	HelpAt    time.Time       `json:"helpAt,omitzero"`  // when somebody last asked for help: escalated by hand
	HelpBy    string          `json:"helpBy,omitempty"` // who
	Turn      int64           `json:"turn,omitempty"`   // whose turn it is at levels that take turns
	Policy    oncall.PolicyID `json:"policy"`           // where its escalation starts
	Cursor    Cursor          `json:"cursor,omitzero"`
	Receivers []string        `json:"receivers,omitempty"` // rooms that were told, in order, and hear of its end

	Joined int       `json:"joined,omitempty"` // alerts that joined since the assignee was last told
	TellAt time.Time `json:"tellAt,omitzero"`  // when the assignee is told of them
	Hushed Hush      `json:"hushed,omitzero"`  // what joined while something kept people from hearing of it

	Process

	Entries int       `json:"entries"`         // length of the timeline
	WakeAt  time.Time `json:"wakeAt,omitzero"` // its only timer
}

// Ref is the incident's reference number as people write it: INC-42.
func (i *Incident) Ref() string { return Ref(i.Number) }

// Ref writes a reference number: INC-42.
func Ref(n int64) string { return fmt.Sprintf("INC-%d", n) }

// Hush is what alerts that nobody may hear of brought to an incident that somebody works on. It is told once one of them may be heard.
type Hush struct {
	Since  time.Time `json:"since,omitzero"`   // when the first of them came
	LookAt time.Time `json:"lookAt,omitzero"`  // when it is asked again whether they may be heard
	Worse  bool      `json:"worse,omitempty"`  // one of them was worse than all before
	Joined int       `json:"joined,omitempty"` // how many of the others were new
}

// IsZero reports whether there is nothing to tell.
func (h Hush) IsZero() bool { return h.Since.IsZero() }

// Cursor is where the escalation of an incident stands. It only moves forward within an epoch.
type Cursor struct {
	Policy  oncall.PolicyID `json:"policy,omitempty"`
	Round   int             `json:"round"`             // from 0, over all policies of this epoch
	Lap     int             `json:"lap,omitempty"`     // rounds of this policy, from 0
	Found   bool            `json:"found,omitempty"`   // some level of this round found somebody
	Paused  bool            `json:"paused,omitempty"`  // a suppression interrupted this level
	Level   int             `json:"level"`             // from 0
	FiredAt time.Time       `json:"firedAt,omitzero"`  // zero: no level has fired in this epoch
	EndsAt  time.Time       `json:"endsAt,omitzero"`   // when the next level is due
	People  []Notice        `json:"people,omitempty"`  // who is being told at this level
	By      string          `json:"by,omitempty"`      // who handed it over, while its assignee is being told
	Reached bool            `json:"reached,omitempty"` // somebody of this round may have been reached
	Rung    bool            `json:"rung,omitempty"`    // some page of this round missed although a provider, or the phone itself, had it
}

// Notice is how one person is being told at the current level.
type Notice struct {
	User  oncall.UserID `json:"user"`
	Why   string        `json:"why,omitempty"` // what named them: the target of the level, and what put them on call
	Steps []Step        `json:"steps"`
}

// Step is one of a person's notification rules at work.
type Step struct {
	Via     oncall.Method `json:"via"`
	Rule    int           `json:"rule,omitempty"` // which of the person's notification rules it is, from 1
	Due     time.Time     `json:"due"`
	Page    string        `json:"page,omitempty"`    // set once the page is in the outbox
	Outcome StepOutcome   `json:"outcome,omitempty"` // as last reported
}

// StepOutcome is what is known of one attempt to reach a person.
type StepOutcome string

// The outcomes of a step. Empty means: in the outbox, nothing known yet.
const (
	StepSent      StepOutcome = "sent"      // a provider has it
	StepDelivered StepOutcome = "delivered" // it arrived; nobody has to have read it
	StepMissed    StepOutcome = "missed"    // it did not reach the person
	StepHeld      StepOutcome = "held"      // a limit holds it back, to be told with others soon: the next method is due now
)

// Actor is who did something.
type Actor struct {
	Kind    ActorKind `json:"kind"`
	Name    string    `json:"name,omitempty"`    // user, integration, token
	Channel string    `json:"channel,omitempty"` // sms, call, email link, web, api, cli
}

// ActorKind says what kind of actor did something.
type ActorKind string

// The kinds of actor.
const (
	ByUser        ActorKind = "user"
	ByIntegration ActorKind = "integration"
	BySystem      ActorKind = "rouse"
	ByToken       ActorKind = "token"
	ByAutomation  ActorKind = "automation"
)

// String names the actor for a timeline: "ana (sms)".
func (a Actor) String() string {
	name := a.Name
	if name == "" {
		name = string(a.Kind)
	}
	if a.Channel == "" {
		return name
	}
	return name + " (" + a.Channel + ")"
}

// Entry is one line of an incident's timeline. Timelines are append-only.
type Entry struct {
	Seq  int               `json:"seq"` // from 1 in each incident
	At   time.Time         `json:"at"`
	Kind EntryKind         `json:"kind"`
	By   Actor             `json:"by"`
	What string            `json:"what"`          // one sentence, for a person
	Why  string            `json:"why,omitempty"` // the rule that did it
	Data map[string]string `json:"data,omitempty"`
}

// EntryKind names what an entry records.
type EntryKind string

// The kinds of entry.
const (
	DidOpen       EntryKind = "opened"
	DidReopen     EntryKind = "reopened"
	DidTrigger    EntryKind = "triggered" // again: a lapse, growth in severity
	DidJoin       EntryKind = "alert"
	DidClear      EntryKind = "recovered"
	DidSuppress   EntryKind = "suppressed"
	DidUnsuppress EntryKind = "unsuppressed"
	DidEscalate   EntryKind = "escalated" // a level fired
	DidPage       EntryKind = "paged"
	DidReport     EntryKind = "delivery"
	DidAck        EntryKind = "acknowledged"
	DidHold       EntryKind = "held"
	DidAssign     EntryKind = "assigned"
	DidNote       EntryKind = "note"
	DidResolve    EntryKind = "resolved"
	DidClose      EntryKind = "closed"
	DidChange     EntryKind = "changed" // a field, such as the priority
	DidDiagnose   EntryKind = "diagnosis"
	DidLink       EntryKind = "linked" // an attachment, another incident, a problem, a change
	DidMerge      EntryKind = "merged"
	DidRole       EntryKind = "role"
	DidUpdate     EntryKind = "update"   // a status update; Data has audience and phase
	DidRemind     EntryKind = "reminded" // of an update or a review that is owed
	DidResume     EntryKind = "resumed"  // a hold ended and work goes on
	DidConfirm    EntryKind = "confirmed"
	DidReview     EntryKind = "review"
	DidWarn       EntryKind = "sla"        // an SLA's percentage was reached, or its promise kept; Data has sla, kind, percent
	DidAutomate   EntryKind = "automation" // an automation ran; Data has rule and step
	DidRedrive    EntryKind = "redriven"   // rouse's own check found it stuck
)

// PageKind says what a page is for.
type PageKind string

// The kinds of page.
const (
	PageAlert  PageKind = "alert"  // wakes somebody; escalation depends on it
	PageUpdate PageKind = "update" // tells the assignee of growth
	PageRoom   PageKind = "room"   // to a receiver: opened, acknowledged, resolved
	PageReply  PageKind = "reply"  // answers a text; Text and Address are set
	PageHangup PageKind = "hangup" // stops the call of page Target
	PageTest   PageKind = "test"   // rouse send: a real test page; Text is set
	PageNews   PageKind = "news"   // tells a person or an address something that needs no answer: an SLA, a reminder, a status update; Text is set
	PageRun    PageKind = "run"    // an automation's step that touches the world; Text is the step, see package automation
)

// Page is the intent to tell somebody something. Its ID is derived, so deciding twice cannot enqueue twice.
type Page struct {
	ID       string         `json:"id"`
	Kind     PageKind       `json:"kind"`
	Incident int64          `json:"incident,omitempty"`
	Epoch    int            `json:"epoch,omitempty"`
	Round    int            `json:"round,omitempty"`
	Level    int            `json:"level,omitempty"`
	User     oncall.UserID  `json:"user,omitempty"`
	Via      oncall.Method  `json:"via,omitempty"`
	Receiver string         `json:"receiver,omitempty"` // rooms
	Address  string         `json:"address,omitempty"`  // replies; else looked up when it is sent
	Text     string         `json:"text,omitempty"`     // replies and tests; else rendered when it is sent
	Target   string         `json:"target,omitempty"`   // hangups: the page whose call is to stop
	Urgency  oncall.Urgency `json:"urgency,omitempty"`
	Why      string         `json:"why,omitempty"`   // who and why, for the timeline
	At       time.Time      `json:"at"`              // when it was decided
	After    time.Time      `json:"after,omitzero"`  // not to be sent before: the end of somebody's quiet hours
	Before   time.Time      `json:"before,omitzero"` // useless after this: the end of its step
}

// Stale reports whether a piece of news means nothing any more, as the incident stands now: what urges people on once it is
// no longer open.
func (p *Page) Stale(i *Incident) bool {
	return p.Kind == PageNews && !i.State.Open() && (strings.HasPrefix(p.Why, "sla") || slices.Contains(urges, p.Why))
}

// urges is the news that urges people on.
var urges = []string{newsBreach, newsUpdateDue, newsPriority, newsRole, newsResponder, newsAnswered, newsTaken}

// The kinds of news, as the Why of their pages.
const (
	newsBreach    = "breach"
	newsUpdateDue = "update-due"
	newsPriority  = "priority"
	newsRole      = "role"
	newsResponder = "responder"
	newsAnswered  = "answered"
	newsTaken     = "taken"
	NewsUpdate    = "update"
	newsEndDue    = "end-due"
	newsResolved  = "resolved"
	newsDrill     = "drill"
)

// Change is what Decide answers: the next record, what the timeline says of it, and whom to tell.
type Change struct {
	Next    Incident
	Entries []Entry
	Pages   []Page
	Void    bool // unsent alert pages of this incident are void, ringing calls are hung up
}
