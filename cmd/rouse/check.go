package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
)

// checkOptions are the flags of check.
type checkOptions struct {
	format              string
	skipSecrets, strict bool
	at, share           string
	maxShare            float64
}

func newCheck(e env) *cobra.Command {
	r, o := &remote{env: e}, checkOptions{}
	cmd := &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Check configuration files before they are used",
		Long: "Check configuration files (rouse.yaml unless others are named, - for standard input) as strictly as the daemon reads them:\n" +
			"every problem is printed with its place and what to do. Warnings are of rules, which docs/lint.md explains; a comment\n" +
			"# rouse:ignore RULE REASON silences one where it stands. Nothing is sent and nothing is changed.\n\n" +
			"Where a daemon is named (--url, ROUSE_URL) it is asked which numbers work and which labels alerts have.\n\n" +
			"The exit status is 0 when all files are good, 2 when one has errors (with --strict: warnings too), and 1 for a wrong command.",
		Example: "  rouse check\n  rouse check --skip-secrets --format github rouse.yaml      # in CI, where the secrets are not\n" +
			"  rouse check --skip-secrets --format sarif > rouse.sarif",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"rouse.yaml"}
			}
			return check(cmd.Context(), r, args, o)
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.BoolVar(&o.skipSecrets, "skip-secrets", false, "do not look up env: and file: references, only check how they are written")
	f.StringVar(&o.format, "format", "text", "text, json, sarif for code scanning, or github for annotations in GitHub Actions")
	f.BoolVar(&o.strict, "strict", false, "let warnings fail as well")
	f.StringVar(&o.at, "at", "", "look ahead from this `time`: 2026-12-24, +7d (default now)")
	f.StringVar(&o.share, "max-share", "", "doubt anybody who is on call for more than this `share` of the time, such as 50% (default lint.max_share of the file)")
	f.StringVar(&r.url, "url", "", "address of the daemon that is asked too (default $ROUSE_URL; without either none is)")
	f.StringVar(&r.token, "token", "", "API token, best as env:NAME or file:PATH (default $ROUSE_TOKEN)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return cmd
}

// formats are what verdicts can be written as.
var formats = []string{"text", "github", "json", "sarif"}

// checked is the verdict on one file.
type checked struct {
	File     string             `json:"file"`
	Good     bool               `json:"good"`
	Version  string             `json:"version,omitempty"` // short hash of a good file, as the daemon shows it
	Problems configs.Problems   `json:"problems"`
	Silenced []configs.Silenced `json:"silenced,omitempty"` // by comments of the file
	Summary  *summary           `json:"summary,omitempty"`  // of a file without errors
}

// summary is what a file holds.
type summary struct {
	Users        int      `json:"users"`
	Teams        int      `json:"teams"`
	Schedules    int      `json:"schedules"`
	Policies     int      `json:"escalations"`
	Services     int      `json:"services"`
	Routes       int      `json:"routes"`
	Receivers    int      `json:"receivers"`
	Integrations int      `json:"integrations"`
	Heartbeats   int      `json:"heartbeats"`
	OnCall       []onCall `json:"onCall"`
}

// onCall is who is on call on one schedule.
type onCall struct {
	Schedule string    `json:"schedule"`
	Users    []string  `json:"users"`
	Until    time.Time `json:"until,omitzero"`
}

func check(ctx context.Context, r *remote, files []string, o checkOptions) error {
	now, err := o.read(time.Now())
	if err != nil {
		return err
	}
	asked, why := r.askDaemon(ctx, time.Now())
	if why != "" {
		newPrinter(r.stderr, r.getenv).line("The daemon was not asked: %s", plain(why))
	}
	good := true
	all := make([]checked, len(files))
	for k, name := range files {
		all[k] = checkFile(r.env, name, o, now, asked)
		good = good && all[k].Good
	}
	if err := printChecked(newPrinter(r.stdout, r.getenv), all, good, o); err != nil {
		return err
	}
	if !good {
		return exitError{2}
	}
	return nil
}

// read judges the flags, and answers from when lint looks ahead.
func (o *checkOptions) read(now time.Time) (at time.Time, err error) {
	if !slices.Contains(formats, o.format) {
		return now, fmt.Errorf("--format: %q is no format: write text, github, json or sarif", plain(o.format))
	}
	if o.share != "" {
		if o.maxShare, err = configs.ParseShare(o.share); err != nil {
			return now, fmt.Errorf("--max-share: %w: write a share such as 50%% or 0.5", err)
		}
	}
	if o.at == "" {
		return now, nil
	}
	if at, err = parseWhen(o.at, now, time.Local); err != nil {
		return now, fmt.Errorf("--at: %w", err)
	}
	return at, nil
}

// checkFile judges one file as the daemon would.
func checkFile(e env, name string, o checkOptions, now time.Time, asked *knowledge) checked {
	options := configs.Options{Getenv: e.getenv, SkipSecrets: o.skipSecrets, Now: now, MaxShare: o.maxShare}
	c, problems, source := load(e, &name, options)
	out := checked{File: name}
	if c != nil {
		problems = append(problems, deep(c, source, o.skipSecrets)...)
		if asked != nil {
			problems = append(problems, c.Doubt(asked.doubts(c, places{c.File, source}))...)
		}
		out.Silenced = c.Silenced()
	}
	out.Problems = append(configs.Problems{}, problems...)
	slices.SortStableFunc(out.Problems, func(a, b configs.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	if out.Problems.Err() == nil {
		out.Version, out.Summary = c.Version(), summarise(c, now)
	}
	out.Good = out.Problems.Err() == nil && (!o.strict || len(out.Problems) == 0)
	return out
}

// load loads a file, or standard input where name is -, and returns its text too. name becomes what problems call it.
func load(e env, name *string, options configs.Options) (*configs.Config, configs.Problems, []byte) {
	if *name != "-" {
		c, problems := configs.LoadFile(*name, options)
		source, _ := os.ReadFile(*name) // without it places are less exact, and nothing else
		return c, problems, source
	}
	*name = "stdin"
	source, err := io.ReadAll(e.stdin)
	if err != nil {
		return nil, configs.Problems{{File: *name, Line: 1, Column: 1, Severity: configs.Error, What: "cannot be read: " + err.Error(), Do: "try again"}}, nil
	}
	c, problems := configs.Load(*name, source, options)
	return c, problems, source
}

func summarise(c *configs.Config, now time.Time) *summary {
	r := c.Roster()
	s := &summary{
		Users: len(r.Users()), Teams: len(r.Teams()), Schedules: len(r.Schedules()), Policies: len(r.Policies()), Services: len(c.Rulebook().Services),
		Receivers: len(c.Receivers), Integrations: len(c.Integrations), Heartbeats: len(c.Heartbeats), OnCall: []onCall{},
		Routes: c.Routes(),
	}
	for _, d := range r.OnCallNow(now) {
		o := onCall{Schedule: string(d.Schedule), Users: []string{}, Until: d.Now.To}
		for _, u := range d.Now.Users {
			o.Users = append(o.Users, string(u))
		}
		s.OnCall = append(s.OnCall, o)
	}
	return s
}

// String says what a file holds in one line.
func (s *summary) String() string {
	parts := []string{count(s.Users, "user", "users")}
	for _, c := range []struct {
		n         int
		one, many string
	}{
		{s.Teams, "team", "teams"}, {s.Schedules, "schedule", "schedules"}, {s.Policies, "escalation policy", "escalation policies"},
		{s.Services, "service", "services"}, {s.Routes, "route", "routes"}, {s.Receivers, "receiver", "receivers"},
		{s.Integrations, "integration", "integrations"}, {s.Heartbeats, "heartbeat", "heartbeats"},
	} {
		if c.n > 0 {
			parts = append(parts, count(c.n, c.one, c.many))
		}
	}
	words := strings.Join(parts, ", ")
	var now []string
	for _, o := range s.OnCall {
		who := strings.Join(o.Users, ", ")
		if who == "" {
			who = "nobody"
		}
		now = append(now, who+" ("+o.Schedule+")")
	}
	if len(now) > 0 {
		words += "; on call now: " + strings.Join(now, ", ")
	}
	return words
}

// printChecked prints the verdicts in the format asked for.
func printChecked(p printer, all []checked, good bool, o checkOptions) error {
	switch o.format {
	case "sarif":
		return p.json(sarif(all))
	case "json":
		return p.json(struct {
			Good  bool      `json:"good"`
			Files []checked `json:"files"`
		}{good, all})
	}
	for _, c := range all {
		for _, problem := range c.Problems {
			if o.format == "github" {
				p.line("%s", annotation(problem))
				continue
			}
			p.line("%s", p.problem(problem))
		}
		p.line("%s", p.verdict(c, o))
	}
	return nil
}

// problem is one problem as compilers print it, its severity in colour.
func (p printer) problem(x configs.Problem) string {
	colour := red
	if x.Severity == configs.Warning {
		colour = yellow
	}
	return strings.Replace(x.String(), ": "+string(x.Severity)+": ", ": "+p.paint(colour, string(x.Severity))+": ", 1)
}

// verdict is the last line about one file.
func (p printer) verdict(c checked, o checkOptions) string {
	errs, warns := len(c.Problems.Errors()), len(c.Problems.Warnings())
	var found []string
	if errs > 0 {
		found = append(found, count(errs, "error", "errors"))
	}
	if warns > 0 {
		found = append(found, count(warns, "warning", "warnings"))
	}
	if n := len(c.Silenced); n > 0 && warns > 0 {
		found = append(found, fmt.Sprintf("%d silenced", n))
	}
	switch {
	case errs > 0:
		return fmt.Sprintf("%s is %s: %s", c.File, p.paint(red, "not good"), strings.Join(found, ", "))
	case warns > 0 && o.strict:
		return fmt.Sprintf("%s is %s for --strict: %s", c.File, p.paint(red, "not good"), strings.Join(found, ", "))
	case warns > 0:
		return fmt.Sprintf("%s is %s, with %s: %s", c.File, p.paint(green, "good"), strings.Join(found, ", "), c.Summary)
	}
	return fmt.Sprintf("%s is %s: %s", c.File, p.paint(green, "good"), c.Summary)
}

// annotation is a problem as a GitHub Actions workflow command (docs.github.com, "Workflow commands", error and warning).
func annotation(x configs.Problem) string {
	return fmt.Sprintf("::%s file=%s,line=%d,col=%d,title=%s::%s", x.Severity, inProperty(x.File), x.Line, x.Column,
		inProperty(strings.TrimSpace("rouse check "+x.Rule)), inData(message(x)))
}

// message is a problem without its place.
func message(x configs.Problem) string {
	words := x.What
	if x.Key != "" {
		words = x.Key + ": " + words
	}
	if x.Do != "" {
		words += "; " + x.Do
	}
	return words
}

// inData and inProperty escape what would end a workflow command, or one of its properties.
func inData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func inProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
