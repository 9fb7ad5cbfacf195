package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gopkg.in/yaml.v3"
)

// Options says where what is outside the file comes from. The zero value takes it from the process and its disk.
type Options struct {
	Getenv      func(string) string               // nil: os.Getenv
	ReadFile    func(string) ([]byte, error)      // for file: references; nil: os.ReadFile
	Stat        func(string) (fs.FileInfo, error) // for their permissions; nil: os.Stat, or no check when ReadFile is given
	SkipSecrets bool                              // check the form of references only; every Secret stays empty
	Literal     bool                              // accept secrets written in the file, as the demo and tests do
	Now         time.Time                         // for lint that looks ahead, such as gaps in schedules; zero: no such lint
	MaxShare    float64                           // of all time that anybody may be on call before lint says so; 0: as lint.max_share says
}

// LoadFile reads and loads a configuration file. A file that cannot be read is a Problem too.
func LoadFile(path string, o Options) (*Config, Problems) {
	data, err := readBounded(path)
	if err != nil {
		return nil, Problems{{File: path, Line: 1, Column: 1, Severity: Error, What: "cannot read the configuration: " + reason(err), Do: "check the path and its permissions"}}
	}
	return Load(path, data, o)
}

// readBounded reads no more of a file than it takes to see that it is too large.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// Load reads a configuration. name is what problems call the file; relative file: references start from its directory.
// The Config is nil when there is any error; the Problems hold all errors and warnings in the order of the file.
func Load(name string, data []byte, o Options) (*Config, Problems) {
	l := newLoader(name, o)
	tree := l.parse(data)
	if tree == nil {
		return nil, l.problems.sorted()
	}
	sum := sha256.Sum256(data)
	l.c.version = hex.EncodeToString(sum[:])[:12]
	l.read(value{l: l, n: tree, at: tree})
	l.c.ignores = silences(data)
	if l.problems.Err() == nil {
		l.build(tree)
		l.lintAll()
		l.problems = l.c.hush(l.problems.sorted())
		l.problems = append(l.problems, l.c.idle(l.asked()...)...)
	}
	problems := l.problems.sorted()
	if problems.Err() != nil {
		return nil, problems
	}
	return l.c, problems
}

func newLoader(name string, o Options) *loader {
	if o.Stat == nil && o.ReadFile == nil {
		o.Stat = os.Stat
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.ReadFile == nil {
		o.ReadFile = readSmall
	}
	return &loader{file: name, dir: filepath.Dir(name), o: o, c: &Config{File: name}, names: map[class]*register{}, hide: map[*yaml.Node]string{}}
}

// loader is the work of one Load: what was read so far and what was wrong with it.
type loader struct {
	file, dir string
	o         Options
	problems  Problems
	names     map[class]*register
	hide      map[*yaml.Node]string // what the redacted file shows instead
	c         *Config
	draft     draft
	empty     string // what an empty file is told to write, where it is no configuration
}

// asked is what the rules could be told by this loading.
func (l *loader) asked() []Need {
	if l.o.Now.IsZero() {
		return []Need{NeedsFile}
	}
	return []Need{NeedsFile, NeedsClock}
}

func (l *loader) problem(line, column int, key, what, do string) {
	l.problems = append(l.problems, Problem{File: l.file, Line: max(line, 1), Column: max(column, 1), Key: key, Severity: Error, What: what, Do: do})
}

func (l *loader) lint(at *yaml.Node, key, rule, what, do string) {
	l.problems = append(l.problems, Problem{File: l.file, Line: max(at.Line, 1), Column: max(at.Column, 1), Key: key, Severity: Warning, Rule: rule, What: what, Do: do})
}

// sections are the keys that a file can have at the top, in the order in which it is best read.
var sections = []string{
	"server", "access", "providers", "limits", "users", "teams", "schedules", "escalations", "fallback", "services",
	"route", "time_intervals", "mute_time_intervals", "inhibit_rules", "maintenance", "global", "templates", "receivers",
	"priorities", "categories", "hold_reasons", "closing", "slas", "calendars", "updates", "reviews", "status_page",
	"automations", "retention", "integrations", "heartbeats", "drills", "lint",
}

// read goes through all sections. Names are collected first, so that any section can refer to any other.
func (l *loader) read(top value) {
	root := top.object(sections...)
	if root.n.Kind != yaml.MappingNode {
		return
	}
	l.collect(root)
	l.server(root.get("server"))
	l.access(root.get("access"))
	l.providers(root.get("providers"))
	l.limits(root.get("limits"))
	l.users(root.need("users", "name the people who can be paged, such as users: {ana: {timezone: Europe/Madrid, phone: \"+34600000001\"}}"))
	l.teams(root.get("teams"))
	l.schedules(root.get("schedules"))
	l.policies(root.need("escalations", "write who is paged, such as escalations: {everyone: {levels: [{notify: [user/ana], wait: 5m}]}}"))
	l.fallback(root.need("fallback", "name the escalation policy that is used when another ends or finds nobody"))
	l.priorities(root.get("priorities"))
	l.categories(root.get("categories"))
	l.services(root.need("services", "name what can break, such as services: {website: {escalation: everyone}}"))
	l.intervals(root.get("time_intervals"))
	l.intervals(root.get("mute_time_intervals"))
	l.routes(root.need("route", "write where alerts go, at least route: {service: NAME}"))
	l.inhibit(root.get("inhibit_rules"))
	l.maintenance(root.get("maintenance"))
	l.rooms(root)
	l.holdReasons(root.get("hold_reasons"))
	l.closing(root.get("closing"))
	l.retention(root.get("retention"))
	l.calendars(root.get("calendars"))
	l.slas(root.get("slas"))
	l.updates(root.get("updates"))
	l.reviews(root.get("reviews"))
	l.statusPage(root.get("status_page"))
	l.automations(root.get("automations"))
	l.integrations(root.get("integrations"))
	l.heartbeats(root.get("heartbeats"))
	l.drills(root.get("drills"))
	l.lintKeys(root.get("lint"))
	l.draft.root = root
}

// reason is why a file could not be read, without repeating its path.
func reason(err error) string {
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// maxFile is the most that is read of any file: a configuration, a secret, a certificate.
const maxFile = 4 << 20

// readSmall reads a regular file that is no larger than it has any reason to be.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no regular file")
	case info.Size() > maxFile:
		return nil, errors.New("it is larger than 4 MiB")
	}
	return os.ReadFile(path)
}
