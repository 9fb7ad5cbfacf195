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
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/fairness"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

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
	once      once
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
