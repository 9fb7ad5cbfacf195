package client

import "time"

// Report opens an incident. Service and Title are needed.
type Report struct {
	Service  string `json:"service"`
	Title    string `json:"title"`
	Text     string `json:"text,omitempty"`    // the description
	Impact   string `json:"impact,omitempty"`  // high | medium | low; empty: the service's
	Urgency  string `json:"urgency,omitempty"` // high | medium | low; empty: high
	Type     string `json:"type,omitempty"`    // empty: technical
	Category string `json:"category,omitempty"`

	StartedAt time.Time `json:"startedAt,omitzero"` // when it began, if that is known
}

// Lease bounds an acknowledgement or a hold: For a duration, or Until an instant (RFC 3339) or the word "morning", which is
// the end of your quiet hours, or 08:00. Neither: no bound.
type Lease struct {
	For   string `json:"for,omitempty"`
	Until string `json:"until,omitempty"`
}

// Resolution ends an incident. Note is needed for the priorities for which the configuration wants one. Code is one of fixed
// (the default), workaround, restored, recovered, duplicate, false_alarm, by_change, by_problem.
type Resolution struct {
	Code string `json:"code,omitempty"`
	Note string `json:"note,omitempty"`
}

// Reassignment names who is to have an incident: a user's id, or a name that only one user has.
type Reassignment struct {
	To string `json:"to"`
}

// Holding puts an acknowledged incident on hold. Reason is needed.
type Holding struct {
	Reason string `json:"reason"`
	Lease
}

// Remark is a line for the timeline.
type Remark struct {
	Text string `json:"text"`
}

// Closure makes a resolved incident final.
type Closure struct {
	Note      string `json:"note,omitempty"`      // closure details
	Confirmed string `json:"confirmed,omitempty"` // who confirmed that it is over
}

// Confirmation is the word of the reporter, or of somebody for them, that an incident is over.
type Confirmation struct {
	Note      string `json:"note,omitempty"`
	Satisfied int    `json:"satisfied,omitempty"` // 1 to 5; 0: nothing is said
}

// Amendment changes fields of an incident; empty ones stay as they are. Reason is needed for Priority, Impact, Urgency, Type,
// Category and Matrix.
type Amendment struct {
	Title       string `json:"title,omitempty"`
	Service     string `json:"service,omitempty"`
	Type        string `json:"type,omitempty"`
	Category    string `json:"category,omitempty"` // "-" takes it away
	Impact      string `json:"impact,omitempty"`
	Urgency     string `json:"urgency,omitempty"`
	Priority    string `json:"priority,omitempty"`    // P1 to P5: overrides the matrix
	Matrix      bool   `json:"matrix,omitempty"`      // ends an override: the matrix decides again
	Reason      string `json:"reason,omitempty"`      //
	UpdateEvery string `json:"updateEvery,omitempty"` // a duration: how often a status update is owed
	StartedAt   string `json:"startedAt,omitempty"`   // when it really began: RFC 3339, or a wall clock of the asker's zone
}

// Diagnosis adds to what is known of the cause. Kind is hypothesis, finding, factor, workaround or change.
type Diagnosis struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// Attachment is a link to attach: an address, never a file.
type Attachment struct {
	Href string `json:"href"`
	Text string `json:"text,omitempty"`
}

// Appointment gives a role (commander, scribe, communications) to somebody, or hands it over. An empty To gives it up.
type Appointment struct {
	Role string `json:"role"`
	To   string `json:"to,omitempty"` // a user's id, or a name that only one user has
}

// Publication is a status update. An empty Audience is stakeholders (of a security incident: responders), an empty Phase the
// last one's, an empty Text the template of the phase. Next is when the next one is owed: a duration, or RFC 3339.
type Publication struct {
	Audience string `json:"audience,omitempty"`
	Phase    string `json:"phase,omitempty"`
	Text     string `json:"text,omitempty"`
	Next     string `json:"next,omitempty"`
}

// Reason says why something is done.
type Reason struct {
	Reason string `json:"reason"`
}

// Help asks further people for help, beside the escalation.
type Help struct {
	Users []string `json:"users"` // ids, names that only one user has, schedule/NAME or team/NAME
	Why   string   `json:"why,omitempty"`
}

// Merging names the incident that takes over this one's alerts.
type Merging struct {
	Into int64 `json:"into"`
}

// Relation links an incident with another record, or with Undo takes the link away. Kind is parent (To is its parent), child,
// previous or problem.
type Relation struct {
	Kind string `json:"kind"`
	To   int64  `json:"to"`
	Undo bool   `json:"undo,omitempty"`
}

// Bulk does one thing to several incidents. With is the body of that action, such as a Resolution. Action is one of ack, resolve,
// escalate, reassign, hold, resume, note, close, reopen, amend, diagnose, link, role, update, responders, confirm, merge, relate,
// require-review.
type Bulk struct {
	Numbers []int64 `json:"numbers"` // at most 200
	Action  string  `json:"action"`
	With    any     `json:"with,omitempty"` // the body of that action
}

// BulkResult is what became of each incident, in the order in which they were named, each once.
type BulkResult struct {
	Results []Done `json:"results"`
}

// Done is what became of one incident: Incident, or Error.
type Done struct {
	Number   int64     `json:"number"`
	OK       bool      `json:"ok"`
	Incident *Incident `json:"incident,omitempty"`
	Error    *Error    `json:"error,omitempty"`
}
