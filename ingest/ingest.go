// Package ingest is HTTP in: it authenticates a source, decodes what it sent (one file and one pure function per source)
// and hands alerts to a Sink. It answers 2xx only after the Sink has stored them.
//
// It decides nothing about incidents and stores nothing. Its law: bad input gets an error that says where and what to do,
// the good part of a partly bad batch is kept, and overload is answered with 503 and Retry-After, never with 429.
package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
)

// Sink is where decoded input goes. Every method returns only after a durable commit.
// ErrOverloaded and ErrUnavailable from any of them mean: nothing was stored, ask the source to send again.
type Sink interface {
	// Accept stores a batch of alerts of one integration, firing or resolved, in order.
	Accept(ctx context.Context, batch []alert.Alert) error
	// Acknowledge acknowledges the open incident of an alert on behalf of its source (PagerDuty's and Opsgenie's acknowledge).
	// An alert that is unknown or closed is no error: the event is dropped.
	Acknowledge(ctx context.Context, id alert.ID, by string) error
	// Amend changes the words of an alert that fires; edit is given a copy of it, changes that, and may run again. An alert that
	// does not fire is left alone, for it must open no incident; that is no error.
	Amend(ctx context.Context, id alert.ID, edit func(*alert.Alert)) error
	// Remark adds a line to the timeline of the open incidents of an alert on behalf of its source. Where there is none it is
	// dropped, and that is no error.
	Remark(ctx context.Context, id alert.ID, by, text string) error
	// Record stores a change event; it pages nobody.
	Record(ctx context.Context, c alert.Change) error
	// Beat notes that the named heartbeat was heard at now.
	Beat(ctx context.Context, name string) error
}

// Errors that a Sink returns for input that was not stored and should be sent again.
var (
	ErrOverloaded  = errors.New("too many alerts are waiting to be stored")
	ErrUnavailable = errors.New("the store cannot commit")
)

// Desk is what Alertmanager's API reads and changes beside posting alerts.
type Desk interface {
	// Alerts returns the alerts that are open now, in no order, each with what suppresses it.
	Alerts(ctx context.Context) ([]Held, error)
	// Silences returns all silences that the store still has, expired ones included.
	Silences(ctx context.Context) ([]router.Silence, error)
	// PutSilence stores a silence (an empty ID makes a new one) and returns it with its ID; ErrNotFound for an unknown ID.
	PutSilence(ctx context.Context, s router.Silence, by incident.Actor) (router.Silence, error)
	// ExpireSilence ends a silence now; ErrNotFound for an unknown ID. Expiring an expired one is no error.
	ExpireSilence(ctx context.Context, id string, by incident.Actor) error
}

// ErrNotFound is returned by a Desk for a silence that does not exist.
var ErrNotFound = errors.New("not found")

// Held is one open alert as the engine holds it.
type Held struct {
	Alert      alert.Alert
	UpdatedAt  time.Time
	Suppressed []router.Suppression // empty: active
	Receivers  []string             // escalation policies and rooms it goes to
	Services   []string
	GroupKeys  []Group
}

// Group names one group (one incident) that an alert belongs to.
type Group struct {
	Service  string
	Labels   map[string]string
	Incident int64
}
