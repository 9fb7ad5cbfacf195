package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// simulateOptions are the flags of simulate.
type simulateOptions struct {
	config, at, zone, integration, length, recovers, after, svg string
	labels, silent, fail, acks                                  []string
	json                                                        bool
}

func newSimulate(e env) *cobra.Command {
	var o simulateOptions
	cmd := &cobra.Command{
		Use:   "simulate [PAYLOAD]",
		Short: "Play a night before it comes: who would be woken, by what, when",
		Long: "Play what a configuration does with an alert, by its labels or as a source would send it (a file in any format that rouse takes,\n" +
			"- for standard input): the engine of production in virtual time, with fake phones. Nothing is sent, no secret is needed.\n\n" +
			"Nobody answers, unless --silent says who never does: then everybody else acknowledges. The story ends with the acknowledgement,\n" +
			"or after --for.",
		Example: "  rouse simulate --labels alertname=HighErrorRate,service=checkout,severity=critical --at \"Sun 03:00\"\n" +
			"  rouse simulate payload.json --silent ana,bo --fail sms --svg night.svg\n" +
			"  rouse simulate payload.json --ack bo@12m --recover 40m --for 2h",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return simulation(cmd.Context(), e, args, o) },
	}
	f := cmd.Flags()
	f.StringVarP(&o.config, "config", "c", "rouse.yaml", "the configuration")
	f.StringVar(&o.at, "at", "now", "when it begins: \"2026-03-29 01:30\", \"Sun 03:00\", +2h")
	f.StringVar(&o.zone, "zone", "", "time zone of --at and of the story (this machine's)")
	f.StringSliceVar(&o.labels, "labels", nil, "labels of the alert: k=v,k=v")
	f.StringVar(&o.integration, "integration", "", "the integration that it comes from (the first, or the first that sends such a payload)")
	f.StringSliceVar(&o.silent, "silent", nil, "who never answers, so that everybody else does; nobody: --silent none")
	f.StringVar(&o.after, "after", "2m", "how long after a text those who are not silent acknowledge; calls they take at once")
	f.StringSliceVar(&o.acks, "ack", nil, "who acknowledges when: bo@12m")
	f.StringSliceVar(&o.fail, "fail", nil, "what fails: sms, call, email, a person, a provider, or both: sms:bo")
	f.StringVar(&o.recovers, "recover", "", "how long after the start the alerts recover")
	f.StringVar(&o.length, "for", "", "how long it is played, at most 7d (until it is acknowledged, at most 4h; 1h if nobody answers)")
	f.BoolVar(&o.json, "json", false, "print the timeline as JSON")
	f.StringVar(&o.svg, "svg", "", "draw the levels over time into a file as well")
	return cmd
}

func simulation(_ context.Context, e env, args []string, o simulateOptions) error {
	c, problems := rehearsable(o.config)
	if c == nil {
		fmt.Fprintln(e.stderr, problems.Errors().String())
		return exitError{2}
	}
	zone, err := parseZone(o.zone)
	if err != nil {
		return err
	}
	start, err := parseWhen(o.at, time.Now().Truncate(time.Second), zone)
	if err != nil {
		return fmt.Errorf("--at: %w", err)
	}
	alerts, err := simulated(e, c, args, o, start)
	if err != nil {
		return err
	}
	script, err := scriptOf(c, o, start, alerts)
	if err != nil {
		return err
	}
	line, err := stage(c).Play(script)
	if err != nil {
		return err
	}
	if o.svg != "" {
		if err := os.WriteFile(o.svg, rehearsal.Picture(line, zone), 0o644); err != nil {
			return err
		}
	}
	p := newPrinter(e.stdout, e.getenv)
	if o.json {
		return p.json(storyJSON(c, line))
	}
	tellNight(p, line, zone)
	for _, w := range problems.Warnings() {
		if w.Rule == "no-provider" && len(line.Woken()) == 0 {
			p.line("%s: %s.", plain(c.File), plain(w.What))
		}
	}
	return nil
}

// simulated are the alerts that the night begins with.
func simulated(e env, c *configs.Config, args []string, o simulateOptions, now time.Time) ([]alert.Alert, error) {
	if len(args) > 0 && len(o.labels) > 0 || len(args)+len(o.labels) == 0 {
		return nil, errors.New("name a payload file, or --labels alertname=NAME,k=v, and not both")
	}
	if len(args) > 0 {
		return payloadAlerts(e, c, args[0], o.integration, now)
	}
	a := alert.Alert{State: alert.Firing, Labels: alert.Labels{}}
	for _, l := range o.labels {
		k, v, ok := strings.Cut(l, "=")
		if !ok || k == "" || v == "" {
			return nil, fmt.Errorf("--labels: %q is no label: write alertname=NAME,k=v", l)
		}
		a.Labels[k] = v
	}
	a.Title = cmp.Or(a.Labels["alertname"], a.Labels.String())
	a.Severity = alert.ParseSeverity(a.Labels["severity"])
	source, err := sourceOf(c, o.integration, "")
	a.Integration = source.Name
	return []alert.Alert{a}, err
}

// sourceOf is the integration that is asked for, else the first of a type, else the first.
func sourceOf(c *configs.Config, name, kind string) (configs.Integration, error) {
	if name != "" {
		i, ok := c.Integration(name)
		if !ok {
			var known []string
			for _, i := range c.Integrations {
				known = append(known, i.Name)
			}
			return i, fmt.Errorf("--integration: there is no %q in %s; %s", name, c.File, configs.Suggest(name, known, "known are "+strings.Join(known, ", ")))
		}
		return i, nil
	}
	for _, i := range c.Integrations {
		if i.Type == kind {
			return i, nil
		}
	}
	if len(c.Integrations) > 0 && kind == "" {
		return c.Integrations[0], nil
	}
	return configs.Integration{Name: "nobody", Type: cmp.Or(kind, ingest.TypeGeneric)}, nil
}

// payloadAlerts reads a file, or standard input, as the door of an integration does.
func payloadAlerts(e env, c *configs.Config, path, integration string, now time.Time) ([]alert.Alert, error) {
	body, err := bodyOf(e, path)
	if err != nil {
		return nil, err
	}
	source, err := sourceOf(c, integration, ingest.Guess(body))
	if err != nil {
		return nil, err
	}
	batch, faults, err := ingest.Decode(source.Type, body, now)
	if err != nil {
		return nil, fmt.Errorf("%s as %s (%s): %w", path, source.Name, source.Type, err)
	}
	for _, f := range faults {
		fmt.Fprintf(e.stderr, "%s: %s\n", path, f)
	}
	for k := range batch {
		batch[k].Integration = source.Name
	}
	return batch, nil
}

func scriptOf(c *configs.Config, o simulateOptions, start time.Time, alerts []alert.Alert) (rehearsal.Script, error) {
	s := rehearsal.Script{Start: start, Length: time.Hour}
	var errs []error
	length := func(flag, text string) (d time.Duration) {
		d, err := parseDuration(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("--%s: %w", flag, err))
		}
		return d
	}
	for _, f := range o.fail {
		fault, err := faultOf(c, f)
		errs = append(errs, err)
		s.Events = append(s.Events, rehearsal.Event{Do: rehearsal.Break{Fault: fault}})
	}
	s.Events = append(s.Events, rehearsal.Event{Do: rehearsal.Receive{Alerts: alerts}})
	for _, a := range o.acks {
		who, when, ok := strings.Cut(a, "@")
		if !ok {
			return s, fmt.Errorf("--ack: %q: write who and when, such as bo@12m", a)
		}
		errs = append(errs, knownUser(c, "ack", who))
		s.Events = append(s.Events, rehearsal.Event{At: length("ack", when), Do: rehearsal.Text{User: oncall.UserID(who), Words: "ack"}})
	}
	if o.recovers != "" {
		s.Events = append(s.Events, rehearsal.Event{At: length("recover", o.recovers), Do: rehearsal.Receive{Alerts: over(alerts)}})
	}
	if len(o.silent) > 0 {
		for _, u := range o.silent {
			if u != "none" {
				errs = append(errs, knownUser(c, "silent", u))
			}
		}
		s.Awake = func(u oncall.UserID) bool { return !slices.Contains(o.silent, string(u)) }
		s.After = length("after", o.after)
	}
	if s.UntilAnswered = o.length == "" && len(o.silent)+len(o.acks) > 0; s.UntilAnswered {
		s.Length = 4 * time.Hour
	}
	if o.length != "" {
		if s.Length = length("for", o.length); s.Length > longestNight {
			errs = append(errs, fmt.Errorf("--for: %s is too long: a night is played for %s at most", plain(o.length), span(longestNight)))
		}
	}
	return s, errors.Join(errs...)
}

// longestNight bounds what simulate plays. An incident that nobody answers is escalated all the while, and each page is a line.
const longestNight = 7 * 24 * time.Hour

func over(alerts []alert.Alert) (all []alert.Alert) {
	for _, a := range alerts {
		a.State, a.EndsAt = alert.Resolved, time.Time{}
		all = append(all, a)
	}
	return all
}

func knownUser(c *configs.Config, flag, name string) error {
	if _, ok := c.Roster().User(oncall.UserID(name)); ok {
		return nil
	}
	var known []string
	for _, u := range c.Roster().Users() {
		known = append(known, string(u.ID))
	}
	return fmt.Errorf("--%s: there is no user %q in %s; %s", flag, plain(name), c.File, configs.Suggest(name, known, "known are "+strings.Join(known, ", ")))
}

// faultOf reads what --fail says: a method, a person, a provider, or several of them with colons.
func faultOf(c *configs.Config, s string) (f rehearsal.Fault, err error) {
	for _, word := range strings.Split(s, ":") {
		switch {
		case word == "sms" || word == "call" || word == "email":
			f.Via = oncall.Method(word)
		case slices.ContainsFunc(c.Providers, func(p configs.Provider) bool { return p.Name == word }):
			f.Provider = word
		case knownUser(c, "", word) == nil:
			f.User = oncall.UserID(word)
		default:
			return f, fmt.Errorf("--fail: %q is no method (sms, call, email), no provider and no user", plain(word))
		}
	}
	return f, nil
}

// storyOf is a night in JSON.
type storyOf struct {
	Configuration string              `json:"configuration"` // file and version
	Start         time.Time           `json:"start"`
	End           time.Time           `json:"end"`
	Moments       []rehearsal.Moment  `json:"moments"`
	Incidents     []incident.Incident `json:"incidents"` // as they were in the end
}

func storyJSON(c *configs.Config, line *rehearsal.Timeline) storyOf {
	s := storyOf{Configuration: c.File + " " + c.Version(), Start: line.Start, End: line.End, Moments: line.Moments, Incidents: []incident.Incident{}}
	for _, n := range line.Incidents() {
		i, _ := line.Last(n)
		s.Incidents = append(s.Incidents, i)
	}
	return s
}
