package store

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// Contact is what is known of one number or address.
type Contact struct {
	Address    string             `json:"address"`
	User       oncall.UserID      `json:"user,omitempty"`
	OptedOut   bool               `json:"optedOut,omitempty"` // texted STOP, or the carrier says so
	Dead       []oncall.Method    `json:"dead,omitempty"`     // methods that it does not take: never again until one arrives
	LastOK     time.Time          `json:"lastOK,omitzero"`
	LastFail   time.Time          `json:"lastFail,omitzero"`
	LastClass  notify.Class       `json:"lastClass,omitempty"`
	LastCode   int                `json:"lastCode,omitempty"`
	Fails      int                `json:"fails,omitempty"` // since LastOK
	Sent       []time.Time        `json:"sent,omitempty"`  // texts of the last hour, for limits
	Called     []time.Time        `json:"called,omitempty"`
	News       []time.Time        `json:"news,omitempty"`      // texts of news in the last hour, which take nothing from the pages' limit
	Replies    []time.Time        `json:"replies,omitempty"`   // automatic answers of the last day
	Answers    []time.Time        `json:"answers,omitempty"`   // answers of the last hour
	InCall     string             `json:"inCall,omitempty"`    // page of the call last placed
	LastPages  []string           `json:"lastPages,omitempty"` // newest last, at most 50: what `ack` without a number means
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
	// Leaves returns all leave entered at run time, by From.
	Leaves() ([]oncall.Leave, error)
	// PutLeave creates or replaces one by its ID, which must not be empty.
	PutLeave(l oncall.Leave) error
	// DeleteLeave removes one; ErrNotFound when there is none.
	DeleteLeave(id string) error
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
	// DeleteContact forgets what is known of an address. Absent is no error.
	DeleteContact(address string) error
	// Contacts returns all, by address.
	Contacts() ([]Contact, error)
}

// Subscriber is somebody outside the incidents of a service who is told of them.
type Subscriber struct {
	ID                 string    `json:"id"`
	Service            string    `json:"service,omitempty"` // empty: all services
	incident.Recipient           // one of its fields is set
	By                 string    `json:"by,omitempty"` // who subscribed them
	At                 time.Time `json:"at"`
}

// Subscribers keeps who wants to hear of which service.
type Subscribers interface {
	// Subscribers returns all, by ID.
	Subscribers() ([]Subscriber, error)
	// PutSubscriber creates or replaces one by its ID, which must not be empty.
	PutSubscriber(s Subscriber) error
	// DeleteSubscriber removes one; ErrNotFound when there is none.
	DeleteSubscriber(id string) error
}
