package configs

import (
	"time"

	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// Config is a whole configuration that was found good. It is immutable and safe for concurrent use.
type Config struct {
	File         string // the name it was loaded under
	Server       Server
	Access       Access
	Providers    []Provider // in the order in which they are tried
	Limits       Limits
	Integrations []Integration // in the order of the file
	Heartbeats   []Heartbeat
	Drills       []Drill
	Receivers    []Receiver // names and places of the rooms; what is in them is in ReceiversYAML

	// ReceiversYAML is a document with the keys of Alertmanager that belong to rooms, as they were written: receivers and,
	// where given, global and templates. notify/receivers reads and judges it. It may hold secrets: never show it.
	ReceiversYAML []byte

	Templates  []string // paths of Alertmanager template files
	StatusPage StatusPage
	Retention  Retention

	// Automations are the rules in the order of the file. Their webhooks, headers and environments hold secrets in the clear:
	// never print them.
	Automations []automation.Rule

	roster   *oncall.Roster
	tree     *router.Tree
	gate     *router.Gate
	inhibits []router.InhibitRule
	windows  []router.Window
	rulebook *incident.Rulebook
	days     map[string]*sla.Calendar
	version  string
	redacted []byte
	outline  map[string]string
	compat   []byte
	ignores  []*silence
	silenced []Silenced
	doc      *yaml.Node // aliases and merges written out; for Where
}

// Roster is everybody who can be paged, and when, as the file says; run-time overrides are for the caller to add.
func (c *Config) Roster() *oncall.Roster { return c.roster }

// Tree is the route tree.
func (c *Config) Tree() *router.Tree { return c.tree }

// Gate is what mutes people by the file: inhibition, maintenance windows and time intervals.
func (c *Config) Gate() *router.Gate { return c.gate }

// InhibitRules returns the inhibition rules in the order of the file.
func (c *Config) InhibitRules() []router.InhibitRule { return c.inhibits }

// Maintenance returns the maintenance windows in the order of the file.
func (c *Config) Maintenance() []router.Window { return c.windows }

// Calendars are the calendars by name. None of them may be changed.
func (c *Config) Calendars() map[string]*sla.Calendar { return c.days }

// Rulebook is what decisions about incidents consult. Its Roster is Roster().
func (c *Config) Rulebook() *incident.Rulebook { return c.rulebook }

// Version is a short hash of the file's bytes, for timelines and to tell whether a reload changed anything.
func (c *Config) Version() string { return c.version }

// Redacted is the configuration as Alertmanager would write it: route, receivers, inhibition and time intervals in a
// document that amtool accepts (`amtool config routes`). Each receiver stands for the escalation policy, and the room if
// any, that alerts of a route go to. It holds no secrets and no numbers.
func (c *Config) Redacted() []byte { return c.compat }

// RedactedFile is the file itself, aliases written out, comments dropped, with secrets hidden and phone numbers masked.
// References (env:NAME, file:PATH) are shown as they are written.
func (c *Config) RedactedFile() []byte { return c.redacted }

// Integration finds an integration by its name.
func (c *Config) Integration(name string) (Integration, bool) {
	for _, i := range c.Integrations {
		if i.Name == name {
			return i, true
		}
	}
	return Integration{}, false
}

// Server says how rouse itself runs.
type Server struct {
	Listen       string // host:port
	PublicURL    string // what links, callbacks and signatures are built from; no slash at the end
	Store        Store
	Log          Log
	TLS          *TLS     // nil: plain HTTP
	DeadMan      *DeadMan // nil: nobody is pinged
	MetricsToken []Secret // any of them opens /metrics; empty: no token is asked for
}

// StoreKind is the kind of a store.
type StoreKind string

// The kinds of store.
const (
	Badger   StoreKind = "badger"
	Postgres StoreKind = "postgres"
	Memory   StoreKind = "memory"
)

// Store says where incidents are kept.
type Store struct {
	Kind StoreKind
	Path string // of badger: the directory
	DSN  Secret // of postgres: the connection string
}

// Log says what is logged.
type Log struct {
	Level  string // debug | info | warn | error
	Format string // text | json
}

// TLS is a certificate and its key, both PEM. Ref tells which files to read again on a reload.
type TLS struct{ Cert, Key Secret }

// DeadMan is an address that is fetched regularly, so that somebody else notices when rouse is dead.
type DeadMan struct {
	URL   Secret // such addresses are secrets more often than not
	Every time.Duration
}

// Role is what somebody may do.
type Role string

// The roles, each of which may do what the one before it may.
const (
	Viewer    Role = "viewer"
	Responder Role = "responder"
	Manager   Role = "manager"
	Admin     Role = "admin"
)

// Access says who may use the API and the web pages.
type Access struct {
	Tokens []Token
	OIDC   *OIDC // nil: no browser login through it
}

// Token is one bearer of the API and CLI.
type Token struct {
	Name  string
	User  oncall.UserID // or empty: a machine
	Role  Role
	Token []Secret // any of them is good, which allows rotation
}

// OIDC is browser login through an OpenID Connect provider.
type OIDC struct {
	Issuer       string
	ClientID     string
	ClientSecret Secret
	RoleClaim    string          // the claim that holds groups; "groups" unless said
	Roles        map[string]Role // by group; the highest counts
}

// Provider is one account that messages go out over: Twilio or a mail server, never both.
type Provider struct {
	Name   string
	Twilio *Twilio
	SMTP   *SMTP
}

// Carries says whether the provider's kind can send by this method.
func (p Provider) Carries(m oncall.Method) bool {
	if m == oncall.Email {
		return p.SMTP != nil
	}
	return p.Twilio != nil
}

// Twilio is an account at Twilio, or at anything that speaks its API. From or MessagingServiceSID is set.
type Twilio struct {
	AccountSID          Secret
	AuthToken           []Secret // the first signs requests, all verify callbacks
	From                string   // E.164
	MessagingServiceSID string   // calls need From as well
	Calls               bool     // From is a number, or a reference that was skipped
	BaseURL             string   // https://api.twilio.com unless said; no slash at the end
	MachineDetection    bool     // ask Twilio whether an answering machine took the call
}

// SMTP is a mail server.
type SMTP struct {
	Address  string // host:port
	From     string // the address, with or without a name before it
	Username string // or empty: no login
	Password Secret
	TLS      string // auto (implicit on port 465, else STARTTLS; the default) | starttls | implicit | none
}

// Rate is so many in so much time. The zero Rate is no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

// Limits says how much goes out before messages are bundled.
type Limits struct {
	SMS, Call, Email Rate // per number or address
	DailyMessages    int  // 0: no cap
	DailyCalls       int  // 0: no cap
	Incidents        int  // of one integration, open or less than an hour old; further groups are gathered in one
}

// Integration is one source of alerts.
type Integration struct {
	Name     string
	Type     string   // alertmanager | grafana | prometheus | pagerduty | opsgenie | generic
	Token    []Secret // any of them is good, which allows rotation
	HMAC     Secret   // or zero: the key that the source signs bodies with
	Insecure bool     // taken without a token
	Pos      string   // file:line
}

// Heartbeat is a source that has to be heard of regularly.
type Heartbeat struct {
	Name    string
	Every   time.Duration // how often it is expected
	Grace   time.Duration // how late it may be
	Service string        // whose incident its silence opens
}

// Moment is a wall-clock time on some weekdays.
type Moment struct {
	Weekdays []time.Weekday
	Minute   int // since midnight
}

// Drill is a regular test page to whoever is on call.
type Drill struct {
	Name   string
	At     Moment
	Zone   *time.Location
	Policy oncall.PolicyID

	at *yaml.Node
}

// Receiver is the name of a room and where it is written.
type Receiver struct {
	Name         string
	Line, Column int
}

// StatusPage is what people outside are shown. An empty Title is "Status".
type StatusPage struct {
	Title    string
	Services []string
	Public   bool // without login
}

// Retention says how long what is over is kept, counted from its end. 0 is for ever.
type Retention struct {
	Incidents time.Duration // closed incidents with their timelines; never shorter than the time after which they close
	Pages     time.Duration // what was sent to whom
	Alerts    time.Duration // alerts that recovered
	Changes   time.Duration // change events
}
