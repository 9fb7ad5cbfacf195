package client

import "time"

// Incident is one incident as lists show it.
type Incident struct {
	Number         int64             `json:"number"`
	Ref            string            `json:"ref"` // INC-42
	State          string            `json:"state"`
	Title          string            `json:"title"`
	Service        string            `json:"service"`
	Team           string            `json:"team,omitempty"`
	Type           string            `json:"type"`
	Category       string            `json:"category,omitempty"`
	Impact         string            `json:"impact"`
	Urgency        string            `json:"urgency"`
	Priority       string            `json:"priority"`
	Severity       string            `json:"severity,omitempty"`
	Source         string            `json:"source,omitempty"`
	Reporter       string            `json:"reporter,omitempty"`
	GroupLabels    map[string]string `json:"groupLabels,omitempty"`
	Firing         int               `json:"firing"` // alerts that fire now
	Total          int               `json:"total"`  // alerts that ever joined
	CreatedAt      time.Time         `json:"createdAt"`
	TriggeredAt    time.Time         `json:"triggeredAt"`
	AcknowledgedAt time.Time         `json:"acknowledgedAt,omitzero"`
	ResolvedAt     time.Time         `json:"resolvedAt,omitzero"`
	ClosedAt       time.Time         `json:"closedAt,omitzero"`
	UpdatedAt      time.Time         `json:"updatedAt"`
	Epoch          int               `json:"epoch"` // how often it was triggered
	Assignee       string            `json:"assignee,omitempty"`
	AckedBy        string            `json:"ackedBy,omitempty"`
	AckUntil       time.Time         `json:"ackUntil,omitzero"` // the acknowledgement lapses then
	HoldReason     string            `json:"holdReason,omitempty"`
	HoldUntil      time.Time         `json:"holdUntil,omitzero"`
	Code           string            `json:"code,omitempty"` // resolution code
	Note           string            `json:"note,omitempty"` // resolution note
	Suppressed     *Suppression      `json:"suppressed,omitempty"`
	Policy         string            `json:"policy,omitempty"`
	Level          int               `json:"level,omitempty"`  // of the policy, from 1, that was fired last
	Paging         []string          `json:"paging,omitempty"` // users who are being told now
	NextAt         time.Time         `json:"nextAt,omitzero"`  // when the next level is due
	URL            string            `json:"url,omitempty"`    // its page, for somebody with a login
}

// Suppression is why nobody is paged.
type Suppression struct {
	Kind  string    `json:"kind"` // silence | inhibition | maintenance | mute
	Rule  string    `json:"rule"`
	Until time.Time `json:"until,omitzero"`
}

// IncidentDetail is one incident with its story.
type IncidentDetail struct {
	Incident
	Timeline   []Entry `json:"timeline"`   // oldest first; the newest thousand
	Entries    int     `json:"entries"`    // how many the timeline has in all
	Alerts     []Alert `json:"alerts"`     // by integration and key
	MoreAlerts bool    `json:"moreAlerts"` // there are more than were asked for
	Pages      []Page  `json:"pages"`      // everybody who was told, and what became of it
}

// Actor is who did something.
type Actor struct {
	Kind    string `json:"kind"` // user | integration | rouse | token
	Name    string `json:"name,omitempty"`
	Channel string `json:"channel,omitempty"` // sms, call, link, web, api
}

// Entry is one line of a timeline.
type Entry struct {
	Seq  int               `json:"seq"`
	At   time.Time         `json:"at"`
	Kind string            `json:"kind"`
	By   Actor             `json:"by"`
	What string            `json:"what"`
	Why  string            `json:"why,omitempty"`
	Data map[string]string `json:"data,omitempty"`
}

// Alert is one alert of an incident as its source last described it.
type Alert struct {
	Integration string            `json:"integration"`
	Key         string            `json:"key"`
	State       string            `json:"state"` // firing | resolved
	Severity    string            `json:"severity,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Links       []Link            `json:"links,omitempty"` // http and https only
	FirstAt     time.Time         `json:"firstAt,omitzero"`
	StartsAt    time.Time         `json:"startsAt,omitzero"`
	EndsAt      time.Time         `json:"endsAt,omitzero"`
	UpdatedAt   time.Time         `json:"updatedAt,omitzero"`
	Muted       *Suppression      `json:"muted,omitempty"`
}

// Link is an address that a source sent along.
type Link struct {
	Href string `json:"href"`
	Text string `json:"text,omitempty"`
}

// Page is one message to one person or room, and what became of it. Addresses are masked.
type Page struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"` // alert | update | room | reply | hangup | test
	Incident  int64     `json:"incident,omitempty"`
	User      string    `json:"user,omitempty"`
	Via       string    `json:"via,omitempty"`
	Receiver  string    `json:"receiver,omitempty"`
	To        string    `json:"to,omitempty"`
	State     string    `json:"state"`             // queued | sending | unknown | accepted | delivered | failed | expired | void | bundled
	Done      bool      `json:"done"`              // nothing more is expected
	Outcome   string    `json:"outcome,omitempty"` // in the provider's sense: ringing, answered, busy...
	Class     string    `json:"class,omitempty"`   // of a failure
	Code      int       `json:"code,omitempty"`    // the provider's own
	Detail    string    `json:"detail,omitempty"`
	Provider  string    `json:"provider,omitempty"`
	Attempt   int       `json:"attempt,omitempty"`
	Parent    string    `json:"parent,omitempty"` // page that told this one's news too
	Why       string    `json:"why,omitempty"`
	At        time.Time `json:"at"`
	SentAt    time.Time `json:"sentAt,omitzero"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Report opens an incident. Service and Title are needed.
type Report struct {
	Service  string `json:"service"`
	Title    string `json:"title"`
	Text     string `json:"text,omitempty"`
	Impact   string `json:"impact,omitempty"`  // high | medium | low; empty: the service's
	Urgency  string `json:"urgency,omitempty"` // high | medium | low; empty: high
	Type     string `json:"type,omitempty"`    // empty: technical
	Category string `json:"category,omitempty"`
}

// Lease bounds an acknowledgement or a hold: For a duration, or Until an instant (RFC 3339) or the word "morning", which is
// the end of your quiet hours, or 08:00. Neither: no bound.
type Lease struct {
	For   string `json:"for,omitempty"`
	Until string `json:"until,omitempty"`
}

// Resolution ends an incident. Code is one of fixed (the default), workaround, restored, recovered, duplicate, false_alarm,
// by_change, by_problem.
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
