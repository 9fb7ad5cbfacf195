package store

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
)

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
	Tried      []string       `json:"tried,omitempty"`   // providers that failed it
	Patient    bool           `json:"patient,omitempty"` // it wakes nobody, and waits in a lane of its own
	Held       bool           `json:"held,omitempty"`    // a limit holds it back; the next method was hurried
	Missed     bool           `json:"missed,omitempty"`  // the miss of its last copy was reported already
	Past       []string       `json:"past,omitempty"`    // the provider's ids of earlier copies
	Retried    bool           `json:"retried,omitempty"` // it failed for no lasting reason and was sent once more
	Safe       bool           `json:"safe,omitempty"`    // its own words were refused: it says the least that there is to say
	Parent     string         `json:"parent,omitempty"`  // page that tells this one's news too
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
	// DuePages returns live pages that are not patient and whose NextAt is not after t, earliest first, at most limit (0: all).
	DuePages(t time.Time, limit int) ([]Page, error)
	// DuePatient returns the same of those that are patient. However many of them wait, they cost DuePages nothing.
	DuePatient(t time.Time, limit int) ([]Page, error)
	// NextPage returns the earliest NextAt of a live page that is not patient; the zero time when there is none.
	NextPage() (time.Time, error)
	// NextPatient returns the same of those that are patient.
	NextPatient() (time.Time, error)
	// PagesOf returns all pages of an incident, by ID; incident 0 has none.
	PagesOf(incident int64) ([]Page, error)
	// PageByProvider finds a page by its provider's name and id, or ErrNotFound.
	PageByProvider(provider, id string) (Page, error)
	// ForgetPages drops pages that are not live and were last updated before a time, at most limit (0: all), with their places
	// in the indexes, and returns how many. It may pass over pages that this very Update has put. It looks at every page
	// each time, as ForgetAlerts does at alerts.
	ForgetPages(before time.Time, limit int) (int, error)
}
