package store

import (
	"time"

	"github.com/rouse/rouse/alert"
)

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
	// ForgetChanges drops change events of before a time, at most limit (0: all), and returns how many. It looks at those alone.
	ForgetChanges(before time.Time, limit int) (int, error)
	// Counter returns a named counter, such as messages sent on a day; 0 when unset.
	Counter(name string) (int64, error)
	// AddCounter adds to a named counter and returns its new value.
	AddCounter(name string, n int64) (int64, error)
	// Note returns a named small text, such as the version of the configuration that ran last; "" when unset.
	Note(name string) (string, error)
	// PutNote replaces it.
	PutNote(name, text string) error
}
