// Package store remembers. It is the interface that both stores fulfil, in the words of the trade: the open incident of a
// group, due wakes, pages to claim. Rules live elsewhere; a store refuses nothing but what it cannot keep.
//
// Its law: an Update is one commit, durable before it returns nil, and either all of it or none of it is there afterwards.
// Every method and every error is described here and tested in store/storetest before a backend has it.
package store

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// Errors that callers decide on.
var (
	ErrNotFound = errors.New("not found")
	ErrClosed   = errors.New("the store is closed")
	ErrTooBig   = errors.New("too much for one commit")                       // nothing was written: split and try again
	ErrFull     = errors.New("the disk is nearly full")                       // nothing was written
	ErrRecord   = errors.New("a record is too large to be kept")              // nothing was written, and splitting does not help
	ErrFailed   = errors.New("the store has failed and must be opened again") // a commit's outcome is unknown; nothing works any more
)

// Notes that a store writes about itself.
const (
	NoteRestored = "store.restored" // from which backup it was restored; what was under way then may be told again
	NoteLoss     = "store.loss"     // it was opened although commits were known to be missing
)

// Store keeps everything that must survive.
type Store interface {
	// View runs fn on a consistent snapshot. Writing through its Tx is an error.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn and commits what it wrote, durably, as one. fn may run again after a conflict, so it must be pure but
	// for its Tx. An error from fn discards everything and is returned. fn sees its own writes. The commit itself is not
	// cut short by ctx.
	Update(ctx context.Context, fn func(Tx) error) error
	// Backup writes a consistent copy while the store is in use.
	Backup(ctx context.Context, w io.Writer) error
	// Close waits for what is under way and releases the store. Later calls return ErrClosed, a second Close too.
	Close() error
}

// Tx is one transaction. Times are stored to the microsecond, in UTC. Lists come in the order given with each method.
type Tx interface {
	Alerts
	Incidents
	Outbox
	Rota
	Signals
	Audit
}

// Alert is an alert as it is kept, with the incidents it belongs to.
type Alert struct {
	alert.Alert
	Incidents []int64             `json:"incidents,omitempty"` // open or last, one for each matched route
	Muted     *router.Suppression `json:"muted,omitempty"`     // as of UpdatedAt
	FirstAt   time.Time           `json:"firstAt"`             // first seen firing, this time
	SeenAt    time.Time           `json:"seenAt"`              // last heard from; flushed lazily, so it may lag
	UpdatedAt time.Time           `json:"updatedAt"`           // last change
}

// Alerts keeps alerts as rows of their own.
type Alerts interface {
	// Alert returns one alert, or ErrNotFound.
	Alert(id alert.ID) (Alert, error)
	// PutAlert creates or replaces an alert and makes it a member of each of its Incidents. A membership once made stays,
	// also when a later version names other incidents, so that closed incidents keep their alerts.
	PutAlert(a Alert) error
	// DeleteAlert removes the alert row; memberships and incidents stay. Absent is no error.
	DeleteAlert(id alert.ID) error
	// AlertsOf returns members of an incident ordered by (integration, key), starting after `after`, at most limit (0: all).
	// A member whose row was deleted is left out.
	AlertsOf(incident int64, after alert.ID, limit int) ([]Alert, error)
	// EachFiring calls fn for every alert in state firing, in no order; an error from fn stops and is returned.
	EachFiring(fn func(Alert) error) error
}

// Filter chooses incidents. Zero fields choose everything.
type Filter struct {
	States  []incident.State
	Service string
	Team    string
	Since   time.Time // created at or after
	Until   time.Time // created before
	Below   int64     // numbers below this one, for paging; 0: from the newest
	Limit   int       // 0: all
}

// Incidents keeps the records and their timelines.
type Incidents interface {
	// NextNumber takes the next reference number: 1, 2, 3... A number taken in a discarded Update is taken again.
	NextNumber() (int64, error)
	// Incident returns one incident, or ErrNotFound.
	Incident(n int64) (incident.Incident, error)
	// PutIncident creates or replaces an incident, with its places in the indexes: open and latest by group, wake by time.
	PutIncident(i incident.Incident) error
	// LatestOf returns the newest incident of a service and group key, whatever its state, or ErrNotFound.
	LatestOf(service, groupKey string) (incident.Incident, error)
	// Due returns the numbers of incidents whose WakeAt is not after t, earliest first, at most limit (0: all).
	Due(t time.Time, limit int) ([]int64, error)
	// NextWake returns the earliest WakeAt; the zero time when there is none.
	NextWake() (time.Time, error)
	// List returns incidents, newest first.
	List(f Filter) ([]incident.Incident, error)
	// OpenNumbers returns the numbers of all open incidents, ascending.
	OpenNumbers() ([]int64, error)
	// Append adds entries to an incident's timeline. Their Seq is theirs already.
	Append(n int64, entries []incident.Entry) error
	// Timeline returns an incident's entries by Seq.
	Timeline(n int64) ([]incident.Entry, error)
}

// PageState is where a page stands in the outbox.
type PageState string

// The states of a page. Queued, Sending, Unknown and Accepted are live: they have a NextAt. The others are final.
const (
	Queued    PageState = "queued"
	Sending   PageState = "sending"  // leased: a call to the provider may be under way
	Unknown   PageState = "unknown"  // a call ended without an answer
	Accepted  PageState = "accepted" // the provider has it
	Delivered PageState = "delivered"
	Failed    PageState = "failed"
	Expired   PageState = "expired"
	Void      PageState = "void"    // no longer wanted
	Bundled   PageState = "bundled" // told by another page, see Parent
)

// Live reports whether something is still to be done or expected.
func (s PageState) Live() bool {
	return s == Queued || s == Sending || s == Unknown || s == Accepted
}

// Page is a page in the outbox.
type Page struct {
	incident.Page
	State      PageState      `json:"state"`
	NextAt     time.Time      `json:"nextAt,omitzero"` // of a live page: when it is due, its lease ends, it is looked up, or it is polled
	Attempt    int            `json:"attempt,omitempty"`
	Fence      int64          `json:"fence,omitempty"` // grows with each claim; a settle with an older fence is refused by the engine
	FirstAt    time.Time      `json:"firstAt,omitzero"`
	SentAt     time.Time      `json:"sentAt,omitzero"` // accepted by the provider
	Provider   string         `json:"provider,omitempty"`
	ProviderID string         `json:"providerID,omitempty"`
	To         string         `json:"to,omitempty"`   // address it was last sent to
	Sent       string         `json:"sent,omitempty"` // text that was last sent, by which a provider finds it
	Outcome    notify.Outcome `json:"outcome,omitempty"`
	Class      notify.Class   `json:"class,omitempty"`
	Code       int            `json:"code,omitempty"`
	Detail     string         `json:"detail,omitempty"`
	Unknowns   int            `json:"unknowns,omitempty"` // attempts that ended without an answer
	Polls      int            `json:"polls,omitempty"`
	Tried      []string       `json:"tried,omitempty"`  // providers that failed it
	Held       bool           `json:"held,omitempty"`   // a limit holds it back; the next method was hurried
	Missed     bool           `json:"missed,omitempty"` // its miss was reported already
	Parent     string         `json:"parent,omitempty"` // page that tells this one's news too
	Members    []string       `json:"members,omitempty"`
	BundleCode string         `json:"bundleCode,omitempty"` // B7: acknowledges all members
	UpdatedAt  time.Time      `json:"updatedAt"`
}

// Outbox keeps what is to be told, and what became of it.
type Outbox interface {
	// Page returns one page, or ErrNotFound.
	Page(id string) (Page, error)
	// PutPage creates or replaces a page, with its places in the indexes: due by NextAt while live, by incident, by provider id.
	// A live page without a NextAt is due at once.
	PutPage(p Page) error
	// DuePages returns live pages whose NextAt is not after t, earliest first, at most limit (0: all).
	DuePages(t time.Time, limit int) ([]Page, error)
	// NextPage returns the earliest NextAt of a live page; the zero time when there is none.
	NextPage() (time.Time, error)
	// PagesOf returns all pages of an incident, by ID; incident 0 has none.
	PagesOf(incident int64) ([]Page, error)
	// PageByProvider finds a page by its provider's name and id, or ErrNotFound.
	PageByProvider(provider, id string) (Page, error)
}

// Contact is what is known of one number or address.
type Contact struct {
	Address    string             `json:"address"`
	User       oncall.UserID      `json:"user,omitempty"`
	OptedOut   bool               `json:"optedOut,omitempty"` // texted STOP, or the carrier says so
	Broken     notify.Class       `json:"broken,omitempty"`   // dead: never again until the configuration changes it
	BrokenVia  oncall.Method      `json:"brokenVia,omitempty"`
	LastOK     time.Time          `json:"lastOK,omitzero"`
	LastFail   time.Time          `json:"lastFail,omitzero"`
	LastClass  notify.Class       `json:"lastClass,omitempty"`
	LastCode   int                `json:"lastCode,omitempty"`
	Fails      int                `json:"fails,omitempty"` // since LastOK
	Sent       []time.Time        `json:"sent,omitempty"`  // texts of the last hour, for limits
	Called     []time.Time        `json:"called,omitempty"`
	Replies    []time.Time        `json:"replies,omitempty"`   // automatic answers of the last day
	Answers    []time.Time        `json:"answers,omitempty"`   // answers of the last hour
	InCall     string             `json:"inCall,omitempty"`    // page of the call last placed
	LastPages  []string           `json:"lastPages,omitempty"` // newest last, at most 50: what `ack` and `ack all` mean
	BundleNext int                `json:"bundleNext,omitempty"`
	Bundles    map[string][]int64 `json:"bundles,omitempty"` // B7 -> incident numbers
}

// Rota keeps what people change at run time, and what is known of their phones.
type Rota interface {
	// Overrides returns all overrides made at run time, by From.
	Overrides() ([]oncall.Override, error)
	// PutOverride creates or replaces one by its ID, which must not be empty.
	PutOverride(o oncall.Override) error
	// DeleteOverride removes one; ErrNotFound when there is none.
	DeleteOverride(id string) error
	// Silences returns all silences, by StartsAt.
	Silences() ([]router.Silence, error)
	// Silence returns one silence, or ErrNotFound.
	Silence(id string) (router.Silence, error)
	// PutSilence creates or replaces one by its ID, which must not be empty.
	PutSilence(s router.Silence) error
	// DeleteSilence forgets a silence. Absent is no error.
	DeleteSilence(id string) error
	// Contact returns what is known of an address; the zero Contact with that address when nothing is.
	Contact(address string) (Contact, error)
	// PutContact replaces it.
	PutContact(c Contact) error
	// Contacts returns all, by address.
	Contacts() ([]Contact, error)
}

// Beat is the state of a heartbeat.
type Beat struct {
	Name   string    `json:"name"`
	LastAt time.Time `json:"lastAt"`
}

// Signals keeps heartbeats, change events and what was already seen.
type Signals interface {
	// Beats returns all heartbeats ever heard, by name.
	Beats() ([]Beat, error)
	// PutBeat replaces one.
	PutBeat(b Beat) error
	// Seen reports whether key was marked and now is before the time it was marked for.
	Seen(key string, now time.Time) (bool, error)
	// MarkSeen remembers key until the time given.
	MarkSeen(key string, until time.Time) error
	// ForgetSeen drops marks that ended before t, at most limit (0: all), and returns how many.
	ForgetSeen(t time.Time, limit int) (int, error)
	// PutChange stores a change event.
	PutChange(c alert.Change) error
	// Changes returns change events from since on, newest first (of one instant the later stored first), at most limit (0: all).
	Changes(since time.Time, limit int) ([]alert.Change, error)
	// Counter returns a named counter, such as messages sent on a day; 0 when unset.
	Counter(name string) (int64, error)
	// AddCounter adds to a named counter and returns its new value.
	AddCounter(name string, n int64) (int64, error)
	// Note returns a named small text, such as the version of the configuration that ran last; "" when unset.
	Note(name string) (string, error)
	// PutNote replaces it.
	PutNote(name, text string) error
}

// Act is one line of the audit log: something a person or token did that is not in an incident's timeline.
type Act struct {
	Seq  int64             `json:"seq"`
	At   time.Time         `json:"at"`
	By   incident.Actor    `json:"by"`
	Verb string            `json:"verb"` // such as override.add
	What string            `json:"what"`
	Data map[string]string `json:"data,omitempty"`
}

// Audit keeps the acts.
type Audit interface {
	// PutAct appends an act and gives it the next Seq, which it returns.
	PutAct(a Act) (int64, error)
	// Acts returns acts with Seq above after, ascending, at most limit (0: all).
	Acts(after int64, limit int) ([]Act, error)
}
