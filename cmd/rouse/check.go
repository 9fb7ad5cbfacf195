package main

import (
	"cmp"
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
}

func newCheck(e env) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check [FILE...]",
		Short: "Check configuration files before they are used",
		Long: "Check configuration files (rouse.yaml unless others are named, - for standard input) as strictly as the daemon reads them:\n" +
			"every problem is printed with its place and what to do. Nothing is sent and nothing is changed.\n\n" +
			"The exit status is 0 when all files are good, 2 when one has errors (with --strict: warnings too), and 1 for a wrong command.",
		Example: "  rouse check\n  rouse check --skip-secrets --format github rouse.yaml      # in CI, where the secrets are not",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"rouse.yaml"}
			}
			return check(e, args, o)
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.BoolVar(&o.skipSecrets, "skip-secrets", false, "do not look up env: and file: references, only check how they are written")
	f.StringVar(&o.format, "format", "text", "text, json, or github for annotations in GitHub Actions")
	f.BoolVar(&o.strict, "strict", false, "let warnings fail as well")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "github", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return cmd
}

// checked is the verdict on one file.
type checked struct {
	File     string           `json:"file"`
	Good     bool             `json:"good"`
	Version  string           `json:"version,omitempty"` // short hash of a good file, as the daemon shows it
	Problems configs.Problems `json:"problems"`
	Summary  *summary         `json:"summary,omitempty"` // of a file without errors
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

func check(e env, files []string, o checkOptions) error {
	if !slices.Contains([]string{"text", "github", "json"}, o.format) {
		return fmt.Errorf("--format: %q is no format: write text, github or json", plain(o.format))
	}
	now, good := time.Now(), true
	all := make([]checked, len(files))
	for k, name := range files {
		all[k] = checkFile(e, name, o, now)
		good = good && all[k].Good
	}
	if err := printChecked(newPrinter(e.stdout, e.getenv), all, good, o); err != nil {
		return err
	}
	if !good {
		return exitError{2}
	}
	return nil
}

// checkFile judges one file as the daemon would.
func checkFile(e env, name string, o checkOptions, now time.Time) checked {
	options := configs.Options{Getenv: e.getenv, SkipSecrets: o.skipSecrets, Now: now}
	c, problems, source := load(e, &name, options)
	out := checked{File: name}
	if c != nil {
		problems = append(problems, deep(c, source, o.skipSecrets)...)
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
	if o.format == "json" {
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
	switch {
	case errs > 0:
		return fmt.Sprintf("%s is %s: %s", c.File, p.paint(red, "not good"), strings.Join(found, ", "))
	case warns > 0 && o.strict:
		return fmt.Sprintf("%s is %s for --strict: %s", c.File, p.paint(red, "not good"), strings.Join(found, ", "))
	case warns > 0:
		return fmt.Sprintf("%s is %s, with %s: %s", c.File, p.paint(green, "good"), found[0], c.Summary)
	}
	return fmt.Sprintf("%s is %s: %s", c.File, p.paint(green, "good"), c.Summary)
}

// annotation is a problem as a GitHub Actions workflow command (docs.github.com, "Workflow commands", error and warning).
func annotation(x configs.Problem) string {
	message := x.What
	if x.Key != "" {
		message = x.Key + ": " + message
	}
	if x.Do != "" {
		message += "; " + x.Do
	}
	return fmt.Sprintf("::%s file=%s,line=%d,col=%d,title=%s::%s", x.Severity, inProperty(x.File), x.Line, x.Column,
		inProperty(strings.TrimSpace("rouse check "+x.Rule)), inData(message))
}

// inData and inProperty escape what would end a workflow command, or one of its properties.
func inData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func inProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
