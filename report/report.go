// Package report is the numbers of the incident process: how many, how fast, how noisy, and what it cost the people on call.
//
// It is pure. Facts of incidents are handed in one at a time, with the roster and the time, and its answer is a value, which
// the renderers of this package write as a table, CSV, JSON, Markdown or a page. It reads no store and no clock, and it keeps
// nobody from seeing anything: what the reader may not see must not be fed. Its law: every number has a written formula, in
// Formulas, and the page that shows the number shows the formula too.
package report

import "time"

// Report is the numbers of one period. Times are UTC, durations are seconds and have names that end in _seconds. Lists are
// in the order in which people read them. It shares no memory with the Builder.
type Report struct {
	From  time.Time   `json:"from"`  // inclusive
	To    time.Time   `json:"to"`    // exclusive
	At    time.Time   `json:"at"`    // when it was counted
	Over  bool        `json:"over"`  // the period was over when it was counted
	Zone  string      `json:"zone"`  // whose weeks, months and days are meant, such as Europe/Madrid
	Title string      `json:"title"` // the period in words: October 2026
	By    []Dimension `json:"by"`

	// Location is Zone, for the dates of the renderers. A report that was read from JSON has none, and dates in UTC.
	Location *time.Location `json:"-"`

	Total  Numbers `json:"total"`
	Groups []Group `json:"groups"` // by key; their counts add up to the total's
	Weeks  []Week  `json:"weeks"`  // every ISO week that touches the period, the latest weeksMost of them

	Causes []Cause `json:"recurring_causes"` // most frequent first, at most rankMost
	Noise  []Noise `json:"noise"`            // most ignored first, at most rankMost
	People []Load  `json:"people"`           // by user

	Gravest        []Listed `json:"gravest"`         // by priority, then the longest; at most gravestMost
	OpenBreached   []Listed `json:"open_breached"`   // open with a broken promise, the oldest breach first, at most rankMost
	ReviewsOverdue []Listed `json:"reviews_overdue"` // the longest overdue first, at most rankMost

	Before *Comparison `json:"before,omitempty"` // set by Monthly
}

const (
	rankMost    = 50
	gravestMost = 10
	weeksMost   = 520
)

// Numbers is what is counted of the incidents of one row. Duplicates are in no other number than Duplicates.
type Numbers struct {
	Incidents  int `json:"incidents"`
	Open       int `json:"open"`     // of Incidents, those that are open at Report.At
	Resolved   int `json:"resolved"` // of Incidents, those that are resolved or closed
	Duplicates int `json:"duplicates"`

	MTTD         Spread `json:"mttd"`           // to detect: start to creation
	MTTA         Spread `json:"mtta"`           // to acknowledge: creation to the first explicit acknowledgement
	MTTM         Spread `json:"mttm"`           // to mitigate: creation to the first update that said monitoring
	MTTR         Spread `json:"mttr"`           // to resolve: creation to the last resolution
	MTTRByPeople Spread `json:"mttr_by_people"` // as MTTR, without those that recovered by themselves

	Response   Adherence `json:"sla_response"`
	Resolution Adherence `json:"sla_resolution"`

	Reopened     Share `json:"reopened"`      // of those that were ever resolved
	AutoResolved Share `json:"auto_resolved"` // of those that are resolved
	NotActedOn   Share `json:"not_acted_on"`  // of those that are resolved, or acted on

	Satisfaction Satisfaction `json:"satisfaction"`

	Alerts      int     `json:"alerts"`
	PerIncident float64 `json:"alerts_per_incident"` // 0 without incidents
	Reopens     int     `json:"reopens"`
	Lapses      int     `json:"lapses"`              // acknowledgements that lapsed
	Escalations int     `json:"escalations_timeout"` // levels after the first that fired because nobody answered
	ByHand      int     `json:"escalations_by_hand"`
	Reassigns   int     `json:"reassigns"`
	Updates     int     `json:"updates"` // status updates

	Reviews Reviews `json:"reviews"`
}

// Reviews counts the reviews of incidents that require one.
type Reviews struct {
	Required  int `json:"required"`
	Published int `json:"published"`
	Overdue   int `json:"overdue"` // due before Report.At and not published
}

// Group is the numbers of the incidents that are alike in every dimension of the query.
type Group struct {
	Key     []string `json:"key"` // in the order of Report.By; empty where the incident says nothing
	Numbers Numbers  `json:"numbers"`
}

// Week is the numbers of one ISO week of the report's zone, or of as much of it as lies in the period.
type Week struct {
	Week       string         `json:"week"` // 2026-W41
	From       time.Time      `json:"from"` // its Monday, 00:00 in the zone
	Partial    bool           `json:"partial"`
	ByPriority map[string]int `json:"by_priority"` // incidents
	Numbers    Numbers        `json:"numbers"`
}

// Cause is a cause that came back: incidents of one service and group key (or of one rule, where there is no group key).
type Cause struct {
	Service    string    `json:"service"`
	Rule       string    `json:"rule"` // of the latest of them
	GroupKey   string    `json:"group_key,omitempty"`
	Count      int       `json:"count"` // 2 or more
	LastSeen   time.Time `json:"last_seen"`
	Last       int64     `json:"last_incident"`
	Problem    Share     `json:"with_problem"`    // linked to a problem record
	Workaround Share     `json:"with_workaround"` // resolved by a workaround
}

// Noise is one rule and what became of what it opened.
type Noise struct {
	Rule         string    `json:"rule"`
	Fired        int       `json:"fired"`        // incidents that it opened and that are resolved, or acted on
	NotActedOn   int       `json:"not_acted_on"` // 1 or more
	AutoResolved int       `json:"auto_resolved"`
	Life         Spread    `json:"life"` // creation to resolution, of those that are resolved
	LastSeen     time.Time `json:"last_seen"`
	Suggestion   string    `json:"suggestion,omitempty"` // one sentence, where the numbers speak for one
}

// Load is what the period cost one person. Somebody for whom all of it is nothing is not listed.
type Load struct {
	User           string        `json:"user"`
	Name           string        `json:"name,omitempty"`
	Zone           string        `json:"zone"` // whose hours are meant: the person's own, or the report's for somebody who left
	Interruptions  Interruptions `json:"interruptions"`
	Incidents      int           `json:"incidents"` // that interrupted the person
	Acks           int           `json:"acks"`      // first acknowledgements
	OnCallSeconds  int64         `json:"oncall_seconds"`
	SleepSeconds   int64         `json:"oncall_sleep_seconds"`   // of OnCallSeconds
	WeekendSeconds int64         `json:"oncall_weekend_seconds"` // of OnCallSeconds; Saturday and Sunday, nights included
}

// Interruptions counts pages of one person by the hours of their own zone.
type Interruptions struct {
	Business int `json:"business"`
	Off      int `json:"off"`
	Sleep    int `json:"sleep"`
}

// Total is all of them.
func (i Interruptions) Total() int { return i.Business + i.Off + i.Sleep }

// Listed is one incident in a list. One that is confidential has no more than its number, dates, priority and a neutral title.
type Listed struct {
	Number    int64     `json:"number"`
	Title     string    `json:"title"`
	State     string    `json:"state"`
	Service   string    `json:"service,omitempty"`
	Priority  string    `json:"priority,omitempty"`
	Assignee  string    `json:"assignee,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	Ack       *int64    `json:"ack_seconds"`     // creation to the first acknowledgement; null: none
	Resolve   *int64    `json:"resolve_seconds"` // creation to resolution; null: open
	Owed      string    `json:"owed,omitempty"`  // response, resolution or review
	DueAt     time.Time `json:"due_at,omitzero"` // when it was owed; zero: not known
}
