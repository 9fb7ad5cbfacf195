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
	Held           []Held            `json:"held,omitempty"`   // users of the level under way who are told later
	NextAt         time.Time         `json:"nextAt,omitzero"`  // when the next level is due
	AgainAt        time.Time         `json:"againAt,omitzero"` // of a resolved one whose alerts still fire: when it opens again and pages
	URL            string            `json:"url,omitempty"`    // its page, for somebody with a login

	Rule        string            `json:"rule,omitempty"`      // what fired
	StartedAt   time.Time         `json:"startedAt,omitzero"`  // when it began, as its source says; it was detected at CreatedAt
	FirstAckAt  time.Time         `json:"firstAckAt,omitzero"` // the first acknowledgement ever
	FirstAckBy  string            `json:"firstAckBy,omitempty"`
	PriorityBy  string            `json:"priorityBy,omitempty"` // who overrode the matrix; empty: the matrix decided
	PriorityWhy string            `json:"priorityWhy,omitempty"`
	Roles       map[string]string `json:"roles,omitempty"` // commander, scribe, communications: the user's id
	Workaround  string            `json:"workaround,omitempty"`
	HoldClass   string            `json:"holdClass,omitempty"`   // of the hold under way, such as vendor
	Breached    bool              `json:"breached,omitempty"`    // some SLA clock is over its target
	BreachAt    time.Time         `json:"breachAt,omitzero"`     // when the next SLA clock breaches, if nothing changes
	Status      *Update           `json:"status,omitempty"`      // the last status update to anybody
	UpdateDueAt time.Time         `json:"updateDueAt,omitzero"`  // when the next status update is owed
	Review      *ReviewStub       `json:"review,omitempty"`      // where its review stands; absent: none is required, and there is none
	Parent      int64             `json:"parent,omitempty"`      // follows its resolution. Numbers that you may not see are left out
	DuplicateOf int64             `json:"duplicateOf,omitempty"` // it was merged into that one
	Previous    int64             `json:"previous,omitempty"`    // the earlier incident that it repeats
	Problem     int64             `json:"problem,omitempty"`     // PRB-n
}

// Update is one status update.
type Update struct {
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Audience string    `json:"audience"` // responders | stakeholders | public
	Phase    string    `json:"phase"`    // investigating | identified | monitoring | resolved
	Text     string    `json:"text"`
}

// ReviewStub is what an incident says of its review.
type ReviewStub struct {
	Required bool      `json:"required"`
	State    string    `json:"state,omitempty"` // draft | in_review | published; empty: nobody has begun it
	DueAt    time.Time `json:"dueAt,omitzero"`
}

// Clock is one SLA clock as it was last read. Seconds are of its calendar's time.
type Clock struct {
	SLA               string    `json:"sla"`
	Kind              string    `json:"kind"`     // response | resolution
	Calendar          string    `json:"calendar"` // always, or the calendar's name
	Priority          string    `json:"priority"`
	Stage             string    `json:"stage"` // running | paused | closed (outside its hours) | done
	PausedBy          string    `json:"pausedBy,omitempty"`
	StartAt           time.Time `json:"startAt"`
	DoneAt            time.Time `json:"doneAt,omitzero"`
	BreachAt          time.Time `json:"breachAt,omitzero"`         // when the target is or was over, if nothing changes
	OriginalBreachAt  time.Time `json:"originalBreachAt,omitzero"` // what that would be without any pause
	TargetSeconds     int64     `json:"targetSeconds"`
	ElapsedSeconds    int64     `json:"elapsedSeconds"`    // what counts
	WallSeconds       int64     `json:"wallSeconds"`       // from its start, everything counted
	PausedSeconds     int64     `json:"pausedSeconds"`     // of the calendar's time
	PausedWallSeconds int64     `json:"pausedWallSeconds"` // of wall time
	Percent           int       `json:"percent"`           // elapsed of target, rounded down
	Breached          bool      `json:"breached"`
}

// Counters is how often things happened to an incident.
type Counters struct {
	Acts        int `json:"acts"`    // what people did, notes included
	Reopens     int `json:"reopens"` // it came back after it was resolved
	Lapses      int `json:"lapses"`  // acknowledgements that lapsed
	Escalations int `json:"escalations"`
	ByHand      int `json:"byHand"` // escalations that somebody asked for
	Reassigns   int `json:"reassigns"`
	Updates     int `json:"updates"`
	Pings       int `json:"pings"` // interruptions of people
}

// Held is somebody whom a level names and who is told only later: quiet hours hold it, or their own rules begin later.
type Held struct {
	User string    `json:"user"`
	At   time.Time `json:"at"`
}

// Suppression is why nobody is paged.
type Suppression struct {
	Kind  string    `json:"kind"` // silence | inhibition | maintenance | mute
	Rule  string    `json:"rule"`
	Until time.Time `json:"until,omitzero"`
}

// Neighbour is an open incident of a service around another's.
type Neighbour struct {
	Service  string `json:"service"`
	Incident int64  `json:"incident"`
	Ref      string `json:"ref"`
	Title    string `json:"title"`
	State    string `json:"state"`
	Priority string `json:"priority"`
}

// IncidentDetail is one incident with its story.
type IncidentDetail struct {
	Incident
	Timeline   []Entry `json:"timeline"`   // oldest first; the newest thousand
	Entries    int     `json:"entries"`    // how many the timeline has in all
	Alerts     []Alert `json:"alerts"`     // by integration and key
	MoreAlerts bool    `json:"moreAlerts"` // there are more than were asked for
	Pages      []Page  `json:"pages"`      // everybody who was told, and what became of it

	Upstream   []Neighbour `json:"upstream"`   // open incidents of what its service depends on, while it is open itself
	Downstream []Neighbour `json:"downstream"` // likewise, of what depends on its service

	Description  string    `json:"description,omitempty"` // what the reporter wrote
	Links        []Link    `json:"links"`
	Factors      []string  `json:"factors"`            // contributing factors
	CausedBy     string    `json:"causedBy,omitempty"` // change that caused it
	Children     []int64   `json:"children"`           // that follow its resolution
	Merged       []int64   `json:"merged"`             // those that were merged into this one
	Clocks       []Clock   `json:"clocks"`             // as last read; GET .../sla reads them now
	Counters     Counters  `json:"counters"`
	PublicStatus *Update   `json:"publicStatus,omitempty"` // the last status update to the public
	HeldAt       time.Time `json:"heldAt,omitzero"`        // start of the hold under way
	ClosedBy     string    `json:"closedBy,omitempty"`
	Closure      string    `json:"closure,omitempty"`     // closure details
	Confirmed    string    `json:"confirmed,omitempty"`   // who confirmed that it is over
	Satisfied    int       `json:"satisfied,omitempty"`   // 1 to 5, what the reporter said; 0: nothing
	UpdateEvery  string    `json:"updateEvery,omitempty"` // its own cadence of status updates
}

// Actor is who did something.
type Actor struct {
	Kind    string `json:"kind"` // user | integration | rouse | token | automation
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

// Link is an address that a source sent along, or that somebody attached.
type Link struct {
	Href string    `json:"href"` // http and https only
	Text string    `json:"text,omitempty"`
	At   time.Time `json:"at,omitzero"` // when it was attached
	By   string    `json:"by,omitempty"`
}

// Page is one message to one person or room, and what became of it. Addresses are masked.
type Page struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"` // alert | update | room | reply | hangup | test | news | run
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
