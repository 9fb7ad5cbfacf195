package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/plan"
)

// planFlags are the flags of plan.
type planFlags struct {
	weeks        int
	from, format string
	days         int
	json, gaps   bool
}

func newPlan(e env) *cobra.Command {
	r, o := &remote{env: e}, planFlags{}
	cmd := &cobra.Command{
		Use:   "plan [OLD] [NEW]",
		Short: "Say what a change of the configuration does, before it is made",
		Long: "Compare two configurations, each a file or a git revision such as HEAD~1:rouse.yaml: which alerts would go elsewhere, which policies\n" +
			"differ, who gains or loses which hours on call in the weeks to come, where nobody is on call any more, and whom nothing reaches.\n" +
			"With one file it is compared with what HEAD has of it; without any, rouse.yaml is. Where a daemon is named (--url, ROUSE_URL) the\n" +
			"alerts of the last days are routed by both, and what people changed at run time counts on both sides.\n\n" +
			"The exit status is 0 when nothing stands against the change, 3 when it opens a gap or leaves somebody who is paged without a way to\n" +
			"reach them, 2 when a file has errors, and 1 when it cannot be told.",
		Example: "  rouse plan                                       # rouse.yaml against HEAD\n  rouse plan old.yaml new.yaml --weeks 12\n" +
			"  rouse plan origin/main:rouse.yaml rouse.yaml --format markdown > comment.md",
		Args: wants(0, 2, "OLD and NEW, each a file or REVISION:FILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.plan(cmd.Context(), args, o) },
	}
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.IntVar(&o.weeks, "weeks", 8, "look this many weeks ahead, 1 to 53")
	f.StringVar(&o.from, "from", "", "from this `time` on: 2026-12-24, \"Mon 09:00\", +7d (default now)")
	f.IntVar(&o.days, "days", 7, "route the alerts of so many past days, where a daemon is named")
	f.StringVar(&o.format, "format", "text", "text, markdown for a pull request, or json")
	f.BoolVar(&o.json, "json", false, "the same as --format json")
	f.BoolVar(&o.gaps, "allow-gaps", false, "say new gaps, but let them pass")
	f.StringVar(&r.url, "url", "", "address of the daemon whose alerts are routed (default $ROUSE_URL; without either none is asked)")
	f.StringVar(&r.token, "token", "", "API token, best as env:NAME or file:PATH (default $ROUSE_TOKEN)")
	f.StringVar(&r.zone, "zone", "", "time zone to read --from in, such as Europe/Madrid (default this machine's)")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "markdown", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return cmd
}

// planned is a comparison and what it is of.
type planned struct {
	Old     string   `json:"old"`
	New     string   `json:"new"`
	Refused []string `json:"refused"` // why the exit status is not 0
	plan.Report
	days  int
	notes []string // what was not looked at
}

func (r *remote) plan(ctx context.Context, args []string, o planFlags) error {
	if o.json {
		o.format = "json"
	}
	switch {
	case !slices.Contains([]string{"text", "markdown", "json"}, o.format):
		return fmt.Errorf("--format: %q is no format: write text, markdown or json", plain(o.format))
	case o.weeks < 1 || o.weeks > 53:
		return fmt.Errorf("--weeks: write 1 to 53, not %d", o.weeks)
	case o.days < 1 || o.days > 90:
		return fmt.Errorf("--days: write 1 to 90, not %d", o.days)
	}
	now := time.Now()
	from, err := r.planFrom(o.from, now)
	if err != nil {
		return err
	}
	if len(args) == 1 && isRevision(args[0]) {
		_, file, _ := strings.Cut(args[0], ":")
		return fmt.Errorf("rouse plan: %s is a git revision: write what it is compared with too, such as rouse plan %s %s", plain(args[0]), plain(args[0]), plain(file))
	}
	old, fresh := sides(args)
	a, b, err := r.bothSides(ctx, old, fresh)
	if err != nil {
		return err
	}
	p := planned{Old: old, New: fresh, days: o.days}
	before, after := planSide(a), planSide(b)
	options := plan.Options{From: from, To: from.AddDate(0, 0, 7*o.weeks)}
	if r.url != "" || r.getenv("ROUSE_URL") != "" {
		if err := r.fromDaemon(ctx, &before, &after, &options, now.AddDate(0, 0, -o.days)); err != nil {
			p.notes = append(p.notes, "Alerts that came were not looked at: "+err.Error())
		}
	}
	p.Report = plan.Compare(before, after, options)
	p.Refused = p.refusals(o.gaps)
	if err := r.showPlan(&p, o.format); err != nil {
		return err
	}
	if len(p.Refused) > 0 {
		return exitError{3}
	}
	return nil
}

func (r *remote) planFrom(from string, now time.Time) (time.Time, error) {
	zone, err := parseZone(r.zone)
	if err != nil || from == "" {
		return now.Truncate(time.Minute).In(zone), err
	}
	t, err := parseWhen(from, now, zone)
	if err != nil {
		return t, fmt.Errorf("--from: %w", err)
	}
	return t.In(zone), nil
}

// refusals are what stands against a change.
func (p *planned) refusals(gaps bool) []string {
	all := []string{}
	if n := p.Gaps(); n > 0 && !gaps {
		all = append(all, "new gaps in "+count(n, "schedule", "schedules"))
	}
	if n := len(p.Unreachable); n > 0 {
		all = append(all, count(n, "person", "people")+" whom nothing reaches")
	}
	return all
}

// sides are the two that are compared: NEW alone is compared with what HEAD has of it.
func sides(args []string) (old, fresh string) {
	switch len(args) {
	case 0:
		return "HEAD:./rouse.yaml", "rouse.yaml"
	case 1:
		return atHead(args[0]), args[0]
	}
	return args[0], args[1]
}

// bothSides loads both. Errors of a file are printed, and end with the status 2.
func (r *remote) bothSides(ctx context.Context, old, fresh string) (a, b *configs.Config, err error) {
	var loaded [2]*configs.Config
	bad := false
	for k, name := range []string{old, fresh} {
		c, problems, err := r.revision(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		for _, x := range problems.Errors() {
			newPrinter(r.stderr, r.getenv).line("%s", x)
			bad = true
		}
		loaded[k] = c
	}
	if bad {
		return nil, nil, exitError{2}
	}
	return loaded[0], loaded[1], nil
}

// revision loads a file, or a revision of one. Its secrets are not wanted.
func (r *remote) revision(ctx context.Context, name string) (*configs.Config, configs.Problems, error) {
	options := configs.Options{Getenv: r.getenv, SkipSecrets: true}
	_, err := os.Stat(name)
	switch {
	case err == nil || name == "-":
		c, problems, _ := load(r.env, &name, options)
		return c, problems, nil
	case !isRevision(name) && errors.Is(err, os.ErrNotExist):
		return nil, nil, fmt.Errorf("there is no file %s: write a file, or a git revision such as HEAD~1:rouse.yaml", plain(name))
	case !isRevision(name):
		return nil, nil, err
	}
	text, err := gitBlob(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	c, problems := configs.Load(name, text, options)
	return c, problems, nil
}

// weighed reports whether what stands at a path is compared by what it does.
func weighed(path string) bool {
	section, rest, _ := strings.Cut(path, ".")
	switch section {
	case "schedules", "escalations", "fallback", "route", "inhibit_rules", "maintenance", "time_intervals", "mute_time_intervals", "lint":
		return true
	case "services":
		return strings.HasSuffix(rest, ".escalation")
	}
	return false
}

func planSide(c *configs.Config) plan.Side {
	s := plan.Side{Roster: c.Roster(), Tree: c.Tree(), Services: map[string]oncall.PolicyID{}, Quiet: c.Gate().Words(), Carried: []oncall.Method{}, Written: map[string]string{}}
	for _, m := range []oncall.Method{oncall.SMS, oncall.Call, oncall.Email} {
		if slices.ContainsFunc(c.Providers, func(p configs.Provider) bool { return p.Carries(m) }) {
			s.Carried = append(s.Carried, m)
		}
	}
	for path, print := range c.Outline() {
		if !weighed(path) {
			s.Written[path] = print
		}
	}
	for name, service := range c.Rulebook().Services {
		s.Services[name] = service.Policy
	}
	return s
}
