package web

import (
	"context"
	"time"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// Engine is what acts. Its methods return after the commit; what they refuse is an error of incident, ingest or store.
type Engine interface {
	Incidents
	Records
	Rota
	Silencing
	Trials
	Readings
}

// Incidents is what people do to incidents.
type Incidents interface {
	// Do lets somebody act on an incident and returns the record as it is then.
	Do(ctx context.Context, number int64, a incident.Action) (incident.Incident, error)
	// Open opens an incident that a person reports; its Number is ignored.
	Open(ctx context.Context, o incident.Open) (incident.Incident, error)
	// Merge ends source as a duplicate of target, which takes over its alerts and children, and returns both.
	Merge(ctx context.Context, source, target int64, by incident.Actor) (src, dst incident.Incident, err error)
	// Relate links an incident with another record, or takes the link away, on both sides.
	Relate(ctx context.Context, n int64, r incident.Relate) (incident.Incident, error)
}

// Records is what people do to reviews, problems, subscriptions and the audit log.
type Records interface {
	// DraftReview drafts the review of an incident, or reads the incident again into the one that there is.
	DraftReview(ctx context.Context, n int64, by incident.Actor) (review.Review, error)
	// DoReview lets somebody act on a review; store.ErrNotFound when there is none.
	DoReview(ctx context.Context, n int64, a review.Action, by incident.Actor) (review.Review, error)
	// OpenProblem opens a problem record; its Number is ignored.
	OpenProblem(ctx context.Context, o prb.Open) (prb.Problem, error)
	// DoProblem lets somebody act on a problem record; store.ErrNotFound when there is none.
	DoProblem(ctx context.Context, n int64, a prb.Action, by incident.Actor) (prb.Problem, error)
	// Subscribe has somebody told of a service's status updates and returns the subscription with its ID.
	Subscribe(ctx context.Context, s store.Subscriber, by incident.Actor) (store.Subscriber, error)
	// Unsubscribe ends a subscription; store.ErrNotFound when there is none.
	Unsubscribe(ctx context.Context, id string, by incident.Actor) error
	// Note writes what is no incident's into the audit log, such as a reload or a backup.
	Note(ctx context.Context, by incident.Actor, verb, what string) error
}

// Rota is what people change of who is on call.
type Rota interface {
	// PutOverride stores an override and returns it with its ID.
	PutOverride(ctx context.Context, o oncall.Override, by incident.Actor) (oncall.Override, error)
	// Swap has two people take each other's shift and returns the two overrides.
	Swap(ctx context.Context, x oncall.SwapShifts, by incident.Actor) ([]oncall.Override, error)
	// DeleteOverride ends an override made at run time, and what the same act made; store.ErrNotFound when there is none that is not over.
	DeleteOverride(ctx context.Context, id string, by incident.Actor) error
	// PutLeave stores when a user is away and returns it with its IDs; with a calendar it replaces what was read of that user's before.
	PutLeave(ctx context.Context, user oncall.UserID, list []oncall.Leave, calendar string, by incident.Actor) ([]oncall.Leave, error)
	// DeleteLeave removes leave entered at run time; store.ErrNotFound when there is none.
	DeleteLeave(ctx context.Context, id string, by incident.Actor) error
}

// Silencing is what people silence.
type Silencing interface {
	// Silences returns all silences, expired ones included.
	Silences(ctx context.Context) ([]router.Silence, error)
	// PutSilence stores a silence and returns it with its ID.
	PutSilence(ctx context.Context, s router.Silence, by incident.Actor) (router.Silence, error)
	// ExpireSilence ends a silence now; ingest.ErrNotFound for an unknown ID.
	ExpireSilence(ctx context.Context, id string, by incident.Actor) error
}

// Trials is what tries whether people are reached.
type Trials interface {
	// SendTest queues a test page and returns its ID.
	SendTest(ctx context.Context, user oncall.UserID, via oncall.Method, text string, by incident.Actor) (string, error)
	// Drills returns the drills of the configuration.
	Drills(ctx context.Context) ([]incident.DrillPlan, error)
	// StartDrill begins a drill now and returns its incident.
	StartDrill(ctx context.Context, name string, by incident.Actor) (incident.Incident, error)
}

// Readings is what the engine knows of itself at this moment.
type Readings interface {
	// Book is the rulebook as it is now, overrides made at run time included.
	Book() *incident.Rulebook
	// Lines returns every method over every provider, and which are out of use.
	Lines() []notify.Line
	// Allowed returns how many pages one number may get by a method in a sliding window; 0 for no limit.
	Allowed(via oncall.Method) (n int, per time.Duration)
	// Heartbeats returns when each configured heartbeat was last heard, and which are missing.
	Heartbeats() (last map[string]time.Time, missed map[string]bool)
}
