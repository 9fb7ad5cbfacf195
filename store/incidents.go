package store

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Filter chooses incidents. Zero fields choose everything; fields that are set must all hold. Of a list one value must fit.
type Filter struct {
	States  []incident.State
	Service string
	Team    string
	Since   time.Time // created at or after
	Until   time.Time // created before
	Below   int64     // numbers below this one, for paging; 0: from the newest
	Limit   int       // 0: all

	Text         string // what somebody typed: every word must be somewhere in Facts.Text, see incident.Fold; a store looks at its first 16 KiB
	Priorities   []incident.Priority
	Types        []string
	Categories   []string
	Services     []string
	Teams        []string
	Codes        []string
	Sources      []string
	Assignee     oncall.UserID
	Reporter     string
	Rule         string
	GroupKey     string
	Labels       map[string]string // group labels: each of these must be there with this value
	Parent       int64
	Problem      int64
	Breached     bool      // some SLA clock is breached
	Unacted      bool      // nobody has done anything to it
	UpdatedSince time.Time // updated at or after

	// May is asked last, of what all the rest has chosen; nil: everything. What it refuses does not count for Limit. It must
	// be a pure predicate of the facts, for it may be asked of one incident several times, and must not use the Tx.
	May func(*incident.Facts) bool
}

// Incidents keeps the records and their timelines.
type Incidents interface {
	// NextNumber takes the next reference number: 1, 2, 3... A number taken in a discarded Update is taken again; one that
	// was committed never is, also when its incident was deleted.
	NextNumber() (int64, error)
	// Incident returns one incident, or ErrNotFound.
	Incident(n int64) (incident.Incident, error)
	// PutIncident creates or replaces an incident, with its places in the indexes: open and latest by group, wake by time,
	// and the facts that List and EachFacts choose by.
	PutIncident(i incident.Incident) error
	// LatestOf returns the number of the newest incident of a service and group key, whatever its state, or ErrNotFound.
	LatestOf(service, groupKey string) (int64, error)
	// Due returns the numbers of incidents whose WakeAt is not after t, earliest first, at most limit (0: all).
	Due(t time.Time, limit int) ([]int64, error)
	// NextWake returns the earliest WakeAt; the zero time when there is none.
	NextWake() (time.Time, error)
	// List returns incidents, newest first. In an Update, as with EachFacts, it finds what to decide on: an incident that
	// comes to fit the filter meanwhile is no conflict, so read by number, or LatestOf, what must not change.
	List(f Filter) ([]incident.Incident, error)
	// EachFacts calls fn with the facts of incidents, newest first; an error from fn stops and is returned. The Facts that fn
	// is given are used again for the next incident: to keep them, copy the struct. What it refers to may be kept, though not
	// changed. Text may leave out a word that is in it already. fn may use the Tx; whether it meets incidents that it has put
	// itself is not said.
	EachFacts(f Filter, fn func(*incident.Facts) error) error
	// OpenNumbers returns the numbers of all open incidents, ascending.
	OpenNumbers() ([]int64, error)
	// Append adds entries to an incident's timeline. Their Seq is theirs already.
	Append(n int64, entries []incident.Entry) error
	// Timeline returns an incident's entries by Seq.
	Timeline(n int64) ([]incident.Entry, error)
	// RewriteEntry replaces the entry with the same Seq; ErrNotFound when there is none. A timeline is append-only: this is
	// for erasing what it says of a person, and for nothing else.
	RewriteEntry(n int64, e incident.Entry) error
	// DeleteIncident forgets an incident, its timeline, its memberships and its pages, also live ones, with their places in
	// all indexes. The alerts themselves stay. LatestOf then answers the next newest of the group. Absent is no error. An
	// incident to which more belongs than fits into one commit gives ErrTooBig: strip it first.
	DeleteIncident(n int64) error
	// StripIncident forgets at most limit (0: all) of an incident's timeline, memberships and pages, and returns how many. It
	// is for an incident that is about to be deleted; in between, what is left of it is incomplete.
	StripIncident(n int64, limit int) (int, error)
}
