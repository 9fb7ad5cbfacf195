package archtest

// floors are the storeys of the house, by folder; a folder below one named here is on the same floor. Arrows run down or
// along a floor, never up.
var floors = map[string]int{
	"alert": 1, "oncall": 1,
	"incident": 2, "router": 2, "ingest": 2, "report": 2, "plan": 2,
	"store": 3, "notify": 3, "configs": 3, "automation": 3, "migrate": 3,
	"engine":   4,
	"simulate": 5, "web": 5, "ticketing": 5,
	"cmd": 6, "examples": 6,
}

// why says what a floor is there for, in the failure of an arrow that runs up to it.
var why = map[string]string{
	"incident":   "the ground knows alerts and people, not what is made of them",
	"router":     "the ground knows alerts and people, not where they go",
	"ingest":     "decoding and authenticating HTTP is nobody else's business",
	"plan":       "what a change does is said of two snapshots; who reads them from files is the entrance's business",
	"report":     "numbers are read off facts, not off the machine that keeps them",
	"store":      "rules decide on values that they are handed; remembering comes after",
	"notify":     "who is to be told is decided before anybody is told, and without knowing how",
	"configs":    "a room is handed what it needs; only the entrance reads the file",
	"automation": "what happens by itself follows from what happened to an incident, and paging must not wait for it or know of it",
	"migrate":    "a rouse.yaml that was imported is a text like any other: who reads it does not ask where it came from",
	"engine":     "a room declares the one to three methods it needs, and the engine happens to have them",
	"simulate":   "simulation drives the house, so nothing in the house may lean on it",
	"web":        "the browser's side is one of several, and none may be needed by the others",
	"cmd":        "the wiring page knows everybody, so nobody may know it",
	"examples":   "examples use the house",
}

// arrow is one kind of import that is forbidden to all but a few.
type arrow struct {
	to      []string // import paths, or what they begin with; of this module: folders with a leading ./
	allowed []string // folders that may, those below them included
	tests   bool     // tests are bound too
	reason  string
}

// arrows are the forbidden imports beyond the floors.
var arrows = []arrow{
	{
		to: []string{
			"github.com/prometheus/alertmanager/notify", "github.com/prometheus/alertmanager/config",
			"github.com/prometheus/alertmanager/dispatch", "github.com/prometheus/alertmanager/inhibit",
		},
		allowed: []string{"notify/receivers", "internal/amoracle"}, tests: true,
		reason: "these packages weigh sixty modules and change between minor releases: notify/receivers alone meets them, so that it " +
			"can be dropped in one commit; comparisons with the original live in internal/amoracle",
	},
	{
		to: []string{"github.com/prometheus/alertmanager/app", "github.com/prometheus/alertmanager/ui"}, tests: true,
		reason: "they do not compile as a library",
	},
	{
		to: []string{"github.com/twilio/twilio-go"}, allowed: []string{"notify/twilio"},
		reason: "its client has no context and sends some requests twice; notify/twilio is built around that, once",
	},
	{
		to: []string{"github.com/wneessen/go-mail", "net/smtp"}, allowed: []string{"notify/smtp"},
		reason: "deadlines, error classes and header safety of mail are settled in notify/smtp",
	},
	{
		to: []string{"github.com/dgraph-io/badger", "github.com/dgraph-io/ristretto"}, allowed: []string{"store/badger", "internal/bench"},
		reason: "the store speaks the trade's verbs; key-value verbs stay inside store/badger (and the limit that it is measured by)",
	},
	{
		to: []string{"github.com/jackc/pgx", "database/sql"}, allowed: []string{"store/postgres"},
		reason: "the store speaks the trade's verbs; SQL stays inside store/postgres",
	},
	{
		to:      []string{"gopkg.in/yaml.v3", "go.yaml.in/yaml", "gopkg.in/yaml.v2"},
		allowed: []string{"configs", "notify/receivers", "internal/amoracle", "migrate"},
		reason: "the reader of YAML is archived upstream and will be replaced in one place, configs (notify/receivers splits " +
			"Alertmanager's receivers with it, to say on which line one is wrong; migrate turns one YAML into another, comments and all)",
	},
	{
		to: []string{"github.com/arran4/golang-ical", "github.com/teambition/rrule-go"}, allowed: []string{"oncall/ical"},
		reason: "calendars come from anywhere, and these read them without bounds: oncall/ical sets them once",
	},
	{
		to: []string{"github.com/spf13/cobra", "github.com/spf13/pflag", "github.com/jedib0t/go-pretty"}, allowed: []string{"cmd"},
		reason: "flags and tables are the command line's; below cmd nobody reads a flag",
	},
	{
		to: []string{"flag"}, allowed: []string{"cmd", "internal"},
		reason: "flags are the command line's; below cmd nobody reads a flag",
	},
	{
		to: []string{"./configs"}, allowed: []string{"cmd", "simulate", "configs"},
		reason: "only those who start the house read its file; a room is handed what it needs",
	},
	{
		to: []string{"./engine"}, allowed: []string{"cmd", "simulate", "engine"},
		reason: "web and ingest declare the one to three methods that they need, so that each can be tested without the other",
	},
	{
		to: []string{"./store/badger", "./store/postgres", "./store/memory"}, allowed: []string{"cmd", "store/badger", "store/postgres", "store/memory", "simulate/rehearsal"},
		reason: "only the wiring page knows which store there is; everybody else has store.Store (a rehearsal is always in memory: " +
			"thousands of them make one each)",
	},
	{
		to: []string{"./store/storetest"}, allowed: []string{"store/storetest"},
		reason: "the suite is for tests",
	},
	{
		to: []string{"./notify/twilio", "./notify/receivers"}, allowed: []string{"cmd", "notify/twilio", "notify/receivers"},
		reason: "only the wiring page knows which providers there are; everybody else has notify.Provider or an interface of its own",
	},
	{
		to: []string{"./notify/smtp"}, allowed: []string{"cmd", "notify/smtp", "notify/receivers"},
		reason: "only the wiring page knows which providers there are; mail rooms of notify/receivers go by the same road as pages",
	},
	{
		to: []string{"./notify/phonetest"}, allowed: []string{"cmd", "simulate", "examples", "internal", "notify/phonetest"},
		reason: "the street of fake phones is for the demo and for tests",
	},
	{
		to: []string{"testing", "net/http/httptest", "pgregory.net/rapid", "github.com/google/go-cmp", "github.com/rogpeppe/go-internal",
			"github.com/PagerDuty/go-pagerduty", "github.com/opsgenie/opsgenie-go-sdk-v2", "github.com/emersion/go-smtp", "github.com/emersion/go-ical", "github.com/getkin/kin-openapi"},
		allowed: []string{"store/storetest", "notify/phonetest", "internal", "cmd", "examples"},
		reason:  "it is for tests: the binary is lighter without it",
	},
}

// pure rooms decide. They are handed time, names and randomness, and touch nothing.
var pure = []string{"alert", "oncall", "router", "incident", "report", "migrate", "plan"}

// effects are what a pure room may not import, but for what is tolerated.
var effects = []string{
	"os", "net", "net/http", "io/fs", "log", "log/slog", "database/sql", "syscall", "math/rand", "math/rand/v2", "crypto/rand", "embed",
}

// tolerated are effects that are none, by folder, with the reason.
var tolerated = map[string]map[string]string{
	"router": {"log/slog": "Alertmanager's parser of matchers wants a logger, and gets one that discards"},
}

// clocks are the folders whose code may read the clock. Tests, and internal, which is no part of the product, may too.
var clocks = []string{"engine", "ingest", "web", "cmd", "notify/phonetest", "internal"}

// vague are names that say nothing of what a package is.
var vague = map[string]bool{
	"util": true, "utils": true, "common": true, "types": true, "models": true, "model": true, "helpers": true, "helper": true,
	"misc": true, "shared": true, "base": true, "lib": true,
}
