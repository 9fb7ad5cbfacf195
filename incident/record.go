package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

// TypeSecurity is the incident type that only its team, its team's manager and admins may see, on every road.
const TypeSecurity = "security"

// Confidential reports whether the incident is hidden from everybody but its team and admins.
func (i *Incident) Confidential() bool { return i.Type == TypeSecurity }

// MaySee reports whether a user may know of an incident: everybody of one that is not confidential; else members of its team and
// the team's manager. Admins are for the caller to know.
func (b *Rulebook) MaySee(f *Facts, u oncall.UserID) bool {
	if f.Type != TypeSecurity {
		return true
	}
	t, ok := b.Roster.Team(b.teamOf(f.Team, f.Service))
	return ok && u != "" && (t.Manager == u || slices.Contains(t.Members, u))
}

// Code is how an incident was resolved.
type Code = string

// The resolution codes. Recovered is what an incident gets by itself when every alert has recovered.
const (
	Fixed      Code = "fixed"
	Workaround Code = "workaround"
	Restored   Code = "restored"
	Recovered  Code = "recovered"
	Duplicate  Code = "duplicate"
	FalseAlarm Code = "false_alarm"
	ByChange   Code = "by_change"
	ByProblem  Code = "by_problem"
)

// Codes returns the resolution codes, in the order in which people are offered them.
func Codes() []Code {
	return []Code{Fixed, Workaround, Restored, Recovered, Duplicate, FalseAlarm, ByChange, ByProblem}
}

// Role is what somebody does in a major incident.
type Role string

// The roles. Each has one holder at a time.
const (
	Commander      Role = "commander"
	Scribe         Role = "scribe"
	Communications Role = "communications"
)

// Roles returns the roles in their usual order.
func Roles() []Role { return []Role{Commander, Scribe, Communications} }

// Link is an attachment: an address, never a file.
type Link struct {
	Href string    `json:"href"`
	Text string    `json:"text,omitempty"`
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"`
}

// Finding is what kind of diagnosis a note is.
type Finding string

// The kinds of diagnosis. A workaround and contributing factors are also fields of the record; the last workaround stands.
const (
	Hypothesis       Finding = "hypothesis"
	Found            Finding = "finding"
	Factor           Finding = "factor"
	WorkaroundFound  Finding = "workaround"
	CauseChangeFound Finding = "change" // a change event that caused it, by its id
)

// Audience is whom a status update is for. Each includes the one before it.
type Audience string

// The audiences.
const (
	ForResponders   Audience = "responders"   // assignee, roles and who was paged
	ForStakeholders Audience = "stakeholders" // and the subscribers of the service
	ForPublic       Audience = "public"       // and the status page
)

// Phase is where an incident stands in the words of a status page.
type Phase string

// The phases.
const (
	Investigating Phase = "investigating"
	Identified    Phase = "identified"
	Monitoring    Phase = "monitoring"
	PhaseResolved Phase = "resolved"
)

// Status is the last status update of an audience.
type Status struct {
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Phase    Phase     `json:"phase"`
	Audience Audience  `json:"audience"`
	Text     string    `json:"text"`
}

// ReviewStub is what the incident knows of its review; the review itself is a record of its own.
type ReviewStub struct {
	Required bool      `json:"required,omitempty"`
	State    string    `json:"state,omitempty"` // "", draft, in_review, published
	DueAt    time.Time `json:"dueAt,omitzero"`
	RemindAt time.Time `json:"remindAt,omitzero"` // when somebody is next reminded of a required review that is missing
}

// Ping is one interruption of one person: a level that paged them, however many texts and calls that took. Mail is none.
type Ping struct {
	User oncall.UserID `json:"user"`
	At   time.Time     `json:"at"`
}

// Clock is one SLA clock as it was last read, and what was already told of it.
type Clock struct {
	sla.Reading
	Told int `json:"told,omitempty"` // the highest percent that was told
}

// Process is the part of the record that the ITIL process adds to paging. Times are UTC.
type Process struct {
	Description string    `json:"description,omitempty"` // what the reporter wrote, beyond the title
	Rule        string    `json:"rule,omitempty"`        // what fired: alertname of the first alert, else its title
	StartedAt   time.Time `json:"startedAt,omitzero"`    // when it began, as its source says; detection is CreatedAt
	PriorityBy  string    `json:"priorityBy,omitempty"`  // who overrode the matrix; empty: the matrix decided
	PriorityWhy string    `json:"priorityWhy,omitempty"`

	Roles      map[Role]oncall.UserID `json:"roles,omitempty"`
	Waiting    []oncall.UserID        `json:"waiting,omitempty"` // responders whom a rule added while nobody was paged
	Links      []Link                 `json:"links,omitempty"`
	Workaround string                 `json:"workaround,omitempty"`
	Factors    []string               `json:"factors,omitempty"`  // contributing factors
	CausedBy   string                 `json:"causedBy,omitempty"` // change that caused it

	Parent      int64   `json:"parent,omitempty"`
	Children    []int64 `json:"children,omitempty"`
	WithParent  bool    `json:"withParent,omitempty"`  // it was resolved with its parent, and reopens with it
	DuplicateOf int64   `json:"duplicateOf,omitempty"` // it was merged into that one
	Merged      []int64 `json:"merged,omitempty"`      // those that were merged into this one
	Previous    int64   `json:"previous,omitempty"`    // the closed incident that it repeats
	Problem     int64   `json:"problem,omitempty"`     // PRB-n

	FirstAckAt  time.Time `json:"firstAckAt,omitzero"` // first explicit acknowledgement ever, which later epochs do not move
	FirstAckBy  string    `json:"firstAckBy,omitempty"`
	HeldAt      time.Time `json:"heldAt,omitzero"`      // start of the hold under way
	HeldClass   string    `json:"heldClass,omitempty"`  // reason class of the hold under way, such as vendor
	MitigatedAt time.Time `json:"mitigatedAt,omitzero"` // the first update that said monitoring, of this epoch or an earlier one
	ResolvedBy  string    `json:"resolvedBy,omitempty"`
	Heard       []string  `json:"heard,omitempty"` // rooms that were told of it, and hear of its end whatever suppresses it by then
	ClosedBy    string    `json:"closedBy,omitempty"`
	Closure     string    `json:"closure,omitempty"`   // closure note
	Confirmed   string    `json:"confirmed,omitempty"` // who confirmed that it is over
	Satisfied   int       `json:"satisfied,omitempty"` // 1 to 5, what the reporter said; 0: nothing

	Status       *Status       `json:"status,omitempty"`       // last update to anybody
	PublicStatus *Status       `json:"publicStatus,omitempty"` // last update to the public
	OwesAt       time.Time     `json:"owesAt,omitzero"`        // when the next update is due
	OwesTold     time.Time     `json:"owesTold,omitzero"`      // when somebody was last reminded of it
	UpdateEvery  time.Duration `json:"updateEvery,omitempty"`  // its own cadence, instead of its priority's
	Review       ReviewStub    `json:"review,omitzero"`

	Marks  []sla.Mark     `json:"marks,omitempty"`  // what moved its clocks
	Clocks []Clock        `json:"clocks,omitempty"` // as last read
	Told   map[string]int `json:"told,omitempty"`   // the highest percent told of each promise: SLA, kind and target, for a promise that comes back is no news
	ReadBy string         `json:"readBy,omitempty"` // version of the configuration by which Clocks were read

	Acts        int    `json:"acts,omitempty"`        // what people did to it, notes included
	Reopens     int    `json:"reopens,omitempty"`     // how often it came back after it was resolved
	Lapses      int    `json:"lapses,omitempty"`      // acknowledgements that lapsed
	Escalations int    `json:"escalations,omitempty"` // levels after the first that fired by themselves
	ByHand      int    `json:"byHand,omitempty"`      // escalations that somebody asked for
	Reassigns   int    `json:"reassigns,omitempty"`
	Updates     int    `json:"updates,omitempty"`
	Pings       []Ping `json:"pings,omitempty"` // at most pingsMost, oldest first

	Said string `json:"said,omitempty"` // the last words that people wrote about it, for search
}

const (
	pingsMost = 200
	saidMost  = 2000 // bytes
)

// Facts is what lists, search and reports need of an incident: a flat copy that shares no memory which changes.
type Facts struct {
	Number                               int64
	State                                State
	Title, Service, Team, Type, Category string
	Priority                             Priority
	Impact, Urgency                      Grade
	Severity                             alert.Severity
	Source, Reporter, Rule, GroupKey     string
	Labels                               map[string]string // group labels
	Assignee                             oncall.UserID
	FirstAckBy                           string
	Code                                 Code

	StartedAt, CreatedAt, FirstAckAt, MitigatedAt, ResolvedAt, ClosedAt, UpdatedAt time.Time

	Alerts, Acts, Reopens, Lapses, Escalations, ByHand, Reassigns, Updates int
	Satisfied                                                              int // 1 to 5, what the reporter said; 0: nothing

	Parent, DuplicateOf, Previous, Problem int64
	Review                                 ReviewStub
	Clocks                                 []Clock
	Pings                                  []Ping
	Text                                   string // folded words for search: see Words
}

// Facts returns the incident's facts.
func (i *Incident) Facts() Facts {
	return Facts{
		Number: i.Number, State: i.State, Title: i.Title, Service: i.Service, Team: i.Team, Type: i.Type, Category: i.Category,
		Priority: i.Priority, Impact: i.Impact, Urgency: i.Urgency, Severity: i.Severity, Source: i.Source, Reporter: i.Reporter,
		Rule: i.Rule, GroupKey: i.GroupKey, Labels: i.GroupLabels, Assignee: i.Assignee, FirstAckBy: i.FirstAckBy, Code: i.Code,
		StartedAt: i.StartedAt, CreatedAt: i.CreatedAt, FirstAckAt: i.FirstAckAt, MitigatedAt: i.MitigatedAt, ResolvedAt: i.ResolvedAt,
		ClosedAt: i.ClosedAt, UpdatedAt: i.UpdatedAt, Alerts: i.Total, Acts: i.Acts, Reopens: i.Reopens, Lapses: i.Lapses, Escalations: i.Escalations,
		ByHand: i.ByHand, Reassigns: i.Reassigns, Updates: i.Updates, Satisfied: i.Satisfied, Parent: i.Parent,
		DuplicateOf: i.DuplicateOf, Previous: i.Previous, Problem: i.Problem, Review: i.Review, Clocks: i.Clocks, Pings: i.Pings, Text: i.Words(),
	}
}

// Words is everything that a search of the record looks at, folded by Fold, a space between its parts.
func (i *Incident) Words() string {
	var b strings.Builder
	add := func(s string) {
		if s != "" {
			b.WriteString(s)
			b.WriteByte(' ')
		}
	}
	for _, s := range []string{i.Ref(), i.Title, i.Service, i.Team, i.Category, i.Rule, i.Description, i.Workaround, i.Note, i.Closure, i.Said, i.Reporter, string(i.Assignee)} {
		add(s)
	}
	for _, f := range i.Factors {
		add(f)
	}
	for k, v := range i.GroupLabels {
		add(k + "=" + v)
	}
	return Fold(b.String())
}

// Fold prepares text for search: lower case, runs of white space as one space.
func Fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }

// Matches reports whether every word of a folded query is somewhere in the text.
func (f *Facts) Matches(folded string) bool {
	for w := range strings.FieldsSeq(folded) {
		if !strings.Contains(f.Text, w) {
			return false
		}
	}
	return true
}
