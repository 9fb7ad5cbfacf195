package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/simulate/explain"
)

// explaining is what somebody asks explain for.
type explaining struct {
	config, integration, at, length string
	labels                          map[string]string
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
	f.StringVar(&o.config, "config", "rouse.yaml", "the configuration `file`")
	f.StringVar(&o.integration, "integration", "", "the `name` of the integration that it comes in by (default the one whose type it has)")
	f.StringToStringVar(&o.labels, "labels", nil, "an alert of these labels instead of a payload")
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
	if err := problems.Err(); err != nil {
		return notGood(s, problems)
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
	if q.Alerts, err = s.alertsOf(c, args, o, q.At); err != nil {
		return err
	}
	if o.live {
		if err := s.liveRules(ctx, &q); err != nil {
			return err
		}
	}
	answer, err := explain.Ask(q)
	return show(s, answer, err, func(a *explain.Answer) { s.answer(c, a) })
}

// notGood prints what is wrong with a configuration, as check does.
func notGood(s *session, problems configs.Problems) error {
	for _, p := range problems.Errors() {
		fmt.Fprintln(s.r.stderr, s.out.problem(p))
	}
	return exitError{2}
}

// alertsOf reads the alerts that are asked about.
func (s *session) alertsOf(c *configs.Config, args []string, o explaining, now time.Time) ([]alert.Alert, error) {
	var name string
	var body []byte
	var err error
	switch {
	case len(args) == 1 && len(o.labels) > 0:
		return nil, errors.New("write a payload or --labels, not both")
	case len(o.labels) > 0:
		name = "--labels"
		body, err = json.Marshal(map[string]any{"alerts": []any{map[string]any{"status": "firing", "labels": o.labels}}})
	case len(args) == 0:
		return nil, errors.New("write the file of a payload, - for standard input, or --labels name=value,...")
	default:
		name, body, err = s.payload(args[0])
	}
	if err != nil {
		return nil, err
	}
	in, err := integrationOf(c, o.integration, body, len(o.labels) > 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	kind := in.Type
	if len(o.labels) > 0 {
		kind = ingest.TypeAlertmanager // labels alone are what that sends
	}
	alerts, faults, err := ingest.Decode(kind, body, now)
	if err != nil {
		return nil, fmt.Errorf("%s, as integration %s of type %s reads it: %w", name, in.Name, in.Type, err)
	}
	for _, f := range faults {
		fmt.Fprintf(s.r.stderr, "rouse: %s: left out: %s\n", name, f)
	}
	if len(alerts) == 0 {
		return nil, fmt.Errorf("%s, as integration %s of type %s reads it, holds no alerts", name, in.Name, in.Type)
	}
	for k := range alerts {
		alerts[k].Integration = in.Name
	}
	return alerts, nil
}

// payload reads a payload of bounded length, and what errors call it.
func (s *session) payload(arg string) (name string, body []byte, err error) {
	if arg == "-" {
		body, err = io.ReadAll(io.LimitReader(s.r.stdin, ingest.DefaultMaxBody+1))
		name = "standard input"
	} else {
		name = arg
		var f *os.File
		if f, err = os.Open(arg); err == nil {
			defer f.Close()
			body, err = io.ReadAll(io.LimitReader(f, ingest.DefaultMaxBody+1))
		}
	}
	if err == nil && len(body) > ingest.DefaultMaxBody {
		err = fmt.Errorf("%s is longer than what a source may send, %s", name, size(ingest.DefaultMaxBody))
	}
	return name, body, err
}

// integrationOf is the integration that a payload comes in by: the one named, the only one of its type, or the only one there is.
// For labels alone any will do.
func integrationOf(c *configs.Config, name string, body []byte, labels bool) (configs.Integration, error) {
	all := c.Integrations
	if name != "" {
		if in, ok := c.Integration(name); ok {
			return in, nil
		}
		return configs.Integration{}, fmt.Errorf("--integration: there is no %q in the configuration: write one of %s", plain(name), namesOf(all))
	}
	if len(all) == 0 {
		return configs.Integration{Name: "nobody", Type: ingest.Guess(body)}, nil
	}
	if len(all) == 1 || labels {
		return all[0], nil
	}
	kind := ingest.Guess(body)
	var fit []configs.Integration
	for _, in := range all {
		if in.Type == kind {
			fit = append(fit, in)
		}
	}
	switch len(fit) {
	case 1:
		return fit[0], nil
	case 0:
		return configs.Integration{}, fmt.Errorf("it looks like type %s, and no integration is of that type: write --integration with one of %s", kind, namesOf(all))
	}
	return configs.Integration{}, fmt.Errorf("it may come in by several integrations of type %s: write --integration with one of %s", kind, namesOf(fit))
}

func namesOf(all []configs.Integration) string {
	names := make([]string, len(all))
	for k, in := range all {
		names[k] = in.Name
	}
	return strings.Join(names, ", ")
}
