package web

import (
	"context"
	"crypto/rand"
	"html/template"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/fairness"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// Engine is what acts. Its methods return after the commit; what they refuse is an error of incident, ingest or store.
type Engine interface {
	// Do lets somebody act on an incident and returns the record as it is then.
	Do(ctx context.Context, number int64, a incident.Action) (incident.Incident, error)
	// Open opens an incident that a person reports; its Number is ignored.
	Open(ctx context.Context, o incident.Open) (incident.Incident, error)
	// Merge ends source as a duplicate of target, which takes over its alerts and children, and returns both.
	Merge(ctx context.Context, source, target int64, by incident.Actor) (src, dst incident.Incident, err error)
	// Relate links an incident with another record, or takes the link away, on both sides.
	Relate(ctx context.Context, n int64, r incident.Relate) (incident.Incident, error)
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
	// Silences returns all silences, expired ones included.
	Silences(ctx context.Context) ([]router.Silence, error)
	// PutSilence stores a silence and returns it with its ID.
	PutSilence(ctx context.Context, s router.Silence, by incident.Actor) (router.Silence, error)
	// ExpireSilence ends a silence now; ingest.ErrNotFound for an unknown ID.
	ExpireSilence(ctx context.Context, id string, by incident.Actor) error
	// SendTest queues a test page and returns its ID.
	SendTest(ctx context.Context, user oncall.UserID, via oncall.Method, text string, by incident.Actor) (string, error)
	// Drills returns the drills of the configuration.
	Drills(ctx context.Context) ([]incident.DrillPlan, error)
	// StartDrill begins a drill now and returns its incident.
	StartDrill(ctx context.Context, name string, by incident.Actor) (incident.Incident, error)
	// Book is the rulebook as it is now, overrides made at run time included.
	Book() *incident.Rulebook
	// Lines returns every method over every provider, and which are out of use.
	Lines() []notify.Line
	// Allowed returns how many pages one number may get by a method in a sliding window; 0 for no limit.
	Allowed(via oncall.Method) (n int, per time.Duration)
	// Heartbeats returns when each configured heartbeat was last heard, and which are missing.
	Heartbeats() (last map[string]time.Time, missed map[string]bool)
}

// Config is what the configuration decides. It is swapped whole on reload and never changed afterwards.
type Config struct {
	Tokens        []Token
	PublicURL     string         // base of the links that people follow; no slash at its end
	Links         *notify.Signer // checks the links in messages; nil: there are none
	MetricsTokens []string       // any of them opens /metrics; empty: it is open to everybody
	Version       string         // of rouse, shown at the foot of the pages
	StatusPage    StatusPage
	Receivers     []string                    // rooms that may be subscribed to status updates
	Where         func(path ...string) string // where something is written in the configuration, as file:line; nil: not known
	Calendars     []fairness.Calendar         // whose holidays are counted
}

// StatusPage is what people outside are shown: the services that are named, and nothing of any other. An empty Title is "Status".
type StatusPage struct {
	Title    string
	Services []string
	Public   bool // without login
}

// Deps is what a Server needs.
type Deps struct {
	Engine     Engine
	Store      store.Store
	Config     func() *Config              // asked for each request; an unchanged configuration is the same pointer
	Reload     func(context.Context) error // reads the configuration again; the error's text is shown to an admin. nil: cannot
	Erase      Eraser                      // forgets a person; nil: cannot
	Ready      func(context.Context) error // why nothing can be taken and kept now; nil: always ready
	Healthy    func() error                // why the process should be started anew; nil: always healthy
	Metrics    http.Handler                // nil: there is no /metrics
	SessionKey []byte                      // signs sessions; empty: a random one, so that they end with the process
	Now        func() time.Time            // nil: time.Now
	Log        *slog.Logger                // nil: discarded
}

// Eraser replaces everything that names a person, by id or by what else stands in texts, by an alias. The person must have left
// the configuration.
type Eraser func(ctx context.Context, user oncall.UserID, also []string, by incident.Actor) (client.Erased, error)

// Server is the HTTP API and the pages. Make one with New.
type Server struct {
	Deps
	mux       *http.ServeMux
	keys      atomic.Pointer[keyring]
	templates map[string]*template.Template
	files     map[string]file
	status    statusCache
	walks     walks
	feeds     feedStamps
}

// New returns a Server. It panics only when what is embedded in it is broken, which its tests rule out.
func New(d Deps) *Server {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if len(d.SessionKey) == 0 {
		d.SessionKey = make([]byte, 32)
		_, _ = rand.Read(d.SessionKey) // never fails, by its documentation
	}
	s := &Server{Deps: d, mux: http.NewServeMux(), walks: newWalks()}
	s.files = assetFiles()
	s.templates = parseTemplates(s.files)
	for _, rt := range routes() {
		s.mux.Handle(rt.pattern, s.serve(rt))
	}
	s.mux.HandleFunc("/", s.lost)
	return s
}

// Handler returns everything that this package serves, for the root of a host.
func (s *Server) Handler() http.Handler { return s.mux }
