package rehearsal

import (
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// Kind says what a moment is: one of those below, or an incident.EntryKind, for what the engine wrote into a timeline.
type Kind string

// The kinds of moment beside those of an incident's timeline.
const (
	Received Kind = "received" // an alert from its source
	Sent     Kind = "sent"     // a message or call was handed to a provider
	Arrived  Kind = "arrived"  // it reached the phone or mailbox
	Missed   Kind = "missed"   // it did not, or nobody took the call
	Stopped  Kind = "stopped"  // a call was hung up by rouse: nobody needs it any more
	Told     Kind = "told"     // a room
	Said     Kind = "said"     // a person sent a text
	Pressed  Kind = "pressed"  // a person took a call
	Acted    Kind = "acted"    // a person acted otherwise
	Refused  Kind = "refused"  // an act of the script that could not be; Why says why not
	Broke    Kind = "broke"    // a fault began
	Mended   Kind = "mended"   // a fault ended
	Changed  Kind = "rota"     // a silence or an override was made or ended
)

// Moment is one thing that happened. Fields that do not belong to its kind are zero.
type Moment struct {
	At       time.Time         `json:"at"` // UTC
	Kind     Kind              `json:"kind"`
	Nth      int               `json:"-"`                  // its place in the timeline, from 0
	Event    int               `json:"event,omitempty"`    // from 1: the script's event that it is
	Incident int64             `json:"incident,omitempty"` // INC-n
	Service  string            `json:"service,omitempty"`  // of the incident, as the next two
	Priority incident.Priority `json:"priority,omitempty"`
	State    incident.State    `json:"state,omitempty"` // after it
	By       string            `json:"by,omitempty"`    // who did it
	What     string            `json:"what,omitempty"`  // in words
	Why      string            `json:"why,omitempty"`   // the rule that did it; of Sent: why the provider refused it
	Data     map[string]string `json:"data,omitempty"`  // of an entry

	Page     string            `json:"page,omitempty"`    // Sent, Arrived, Missed: the page's ID
	Purpose  incident.PageKind `json:"purpose,omitempty"` // what it is for: alert wakes somebody
	User     oncall.UserID     `json:"user,omitempty"`
	Via      oncall.Method     `json:"via,omitempty"`
	Provider string            `json:"provider,omitempty"`
	Policy   oncall.PolicyID   `json:"policy,omitempty"`  // of the escalation, as the next two
	Level    int               `json:"level,omitempty"`   // from 1
	Round    int               `json:"round,omitempty"`   // from 1
	Bundle   []int64           `json:"bundle,omitempty"`  // the incidents of a message about several
	Outcome  notify.Outcome    `json:"outcome,omitempty"` // Arrived, Missed
	Receiver string            `json:"receiver,omitempty"`
	Text     string            `json:"text,omitempty"` // the words of a message

	Suppressed *router.Suppression `json:"suppressed,omitempty"` // of an incident.DidSuppress: what did it
	Labels     map[string]string   `json:"labels,omitempty"`     // Received
	Incidents  []int64             `json:"incidents,omitempty"`  // Received: where the alert belongs
}

// Wakes reports whether a moment is a page that wakes somebody: one that a provider took, whether it arrives or not.
func (m *Moment) Wakes() bool {
	return m.Kind == Sent && m.Purpose == incident.PageAlert && m.Why == ""
}

func (m *Moment) about(i *incident.Incident) {
	m.Service, m.Priority, m.State = i.Service, i.Priority, i.State
}

// Record is an incident as it was from a commit on.
type Record struct {
	At       time.Time
	Incident incident.Incident
}

// Timeline is what a play came to.
type Timeline struct {
	Start   time.Time // UTC
	End     time.Time
	Moments []Moment // in order
	Records []Record // every state of every incident, in order
	Pages   map[string]store.Page
	Book    *incident.Rulebook // as it was at the end, overrides made at run time included
}

// Incidents are the numbers of the incidents that were opened, in order.
func (t *Timeline) Incidents() (all []int64) {
	for k := range t.Records {
		if n := t.Records[k].Incident.Number; !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all
}

// At is an incident as it was at an instant, what happened at that instant included.
func (t *Timeline) At(n int64, at time.Time) (incident.Incident, bool) {
	for k := len(t.Records) - 1; k >= 0; k-- {
		if r := &t.Records[k]; r.Incident.Number == n && !r.At.After(at) {
			return r.Incident, true
		}
	}
	return incident.Incident{}, false
}

// Last is an incident as it was in the end.
func (t *Timeline) Last(n int64) (incident.Incident, bool) { return t.At(n, t.End) }

// Woken are the pages that woke somebody, in order.
func (t *Timeline) Woken() (pages []Moment) {
	for _, m := range t.Moments {
		if m.Wakes() {
			pages = append(pages, m)
		}
	}
	return pages
}
