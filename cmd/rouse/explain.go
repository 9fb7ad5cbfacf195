package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/simulate/explain"
)

// explaining is what somebody asks explain for.
type explaining struct {
	config, integration, at, length string
	labels                          []string
	json, live                      bool
}

func newExplain(e env) *cobra.Command {
	r := &remote{env: e}
	var o explaining
	cmd := &cobra.Command{
		Use:   "explain [PAYLOAD]",
		Short: "Say of an alert where it goes, who would be paged when, and of everybody else why not",
		Long: "Say of an alert, in a file (- for standard input) as its source sends it or as --labels, by which routes it goes and why not by\n" +
			"others, what mutes it, who would be paged when and how if nobody reacts, and of everybody else why not. Every rule is named with\n" +
			"its place in the configuration. The pages are those of the real engine, in virtual time: nothing is sent and nothing is changed.\n\n" +
			"The configuration is read from a file, and its secrets are not needed. With --live the silences, overrides and dead numbers that a\n" +
			"running daemon knows count too.",
		Example: "  rouse explain payload.json\n  rouse explain payload.json --integration grafana --at \"Sat 03:00\" --zone Europe/Madrid\n" +
			"  rouse explain --labels alertname=DiskFull,severity=critical,service=checkout --live",
		Args: wants(0, 1, "one file with a payload, or - for standard input, or --labels instead"),
		RunE: func(cmd *cobra.Command, args []string) error { return r.explainAlerts(cmd.Context(), args, o) },
	}
	r.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.StringVarP(&o.config, "config", "c", "rouse.yaml", "the configuration `file`")
	f.StringVar(&o.integration, "integration", "", "the `name` of the integration that it comes in by (default the first of its type)")
	f.StringSliceVar(&o.labels, "labels", nil, "an alert of these labels instead of a payload: k=v,k=v")
	f.StringVar(&o.at, "at", "", "at this `time`: 2026-12-24T06:00:00Z, \"2026-12-24 06:00\", \"Mon 09:00\", +3d (default now)")
	f.StringVar(&o.length, "for", "", "look so far, such as 2h (default until every level that is used has been used once)")
	f.BoolVar(&o.json, "json", false, "the same as --output json")
	f.BoolVar(&o.live, "live", false, "ask the daemon (--url, ROUSE_URL) for its silences and overrides, and what it knows of numbers")
	return cmd
}

func (r *remote) explainAlerts(ctx context.Context, args []string, o explaining) error {
	if o.json {
		r.output = "json"
	}
	s, err := r.session()
	if err != nil {
		return err
	}
	c, problems := rehearsable(o.config)
	if c == nil {
		fmt.Fprintln(r.stderr, problems.Errors().String())
		return exitError{2}
	}
	q := explain.Question{Stage: stage(c), Where: c.Where, At: s.now}
	if o.at != "" {
		if q.At, err = parseWhen(o.at, s.now, s.zone); err != nil {
			return fmt.Errorf("--at: %w", err)
		}
	}
	if o.length != "" {
		if q.Length, err = parseDuration(o.length); err != nil {
			return fmt.Errorf("--for: %w", err)
		}
	}
	if q.Alerts, err = simulated(r.env, c, args, simulateOptions{labels: o.labels, integration: o.integration}, q.At); err != nil {
		return err
	}
	if len(q.Alerts) == 0 {
		return fmt.Errorf("%s holds no alerts: there is nothing to explain", plain(args[0]))
	}
	if o.live {
		if err := s.liveRules(ctx, &q); err != nil {
			return err
		}
	}
	answer, err := explain.Ask(q)
	return show(s, answer, err, func(a *explain.Answer) { s.answer(c, a, o.live) })
}
