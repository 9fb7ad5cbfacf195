package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newSilence(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "silence",
		Aliases: []string{"silences"},
		Short:   "Keep people from being paged for some alerts, for a time",
		Long:    "Keep people from being paged for some alerts, for a time. What fires meanwhile is recorded, and paged for if it still fires at the end.",
		Example: "  rouse silence add alertname=DiskFull instance=~\"web-.*\" --for 2h --comment \"disks are being swapped\"\n  rouse silence list",
	}
	r.flags(cmd)
	return group(cmd, newSilenceAdd(r), newSilenceList(r), newSilenceExpire(r))
}

// hush is what somebody asks silence add for.
type hush struct{ start, until, length, comment string }

func newSilenceAdd(r *remote) *cobra.Command {
	var o hush
	cmd := &cobra.Command{
		Use:   "add MATCHER... (--for DURATION | --until TIME)",
		Short: "Silence the alerts that fit all the matchers",
		Long: "Silence the alerts that fit all the matchers, as Alertmanager writes them: name=value, name!=value, name=~regexp, name!~regexp.\n" +
			"A first word without an operator is the alert's name.",
		Example: "  rouse silence add HighLatency cluster=eu-1 --for 2h --comment \"load test\"\n" +
			"  rouse silence add 'instance=~\"db-[12]\"' --start \"Sat 02:00\" --for 4h",
		Args:              wants(1, -1, "at least one matcher, such as: rouse silence add alertname=DiskFull --for 2h"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.hush(cmd.Context(), args, o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.length, "for", "", "how long, a `duration` such as 2h")
	f.StringVar(&o.until, "until", "", "until this `time`, such as 07:30 or \"Mon 09:00\"")
	f.StringVar(&o.start, "start", "", "`time` at which it begins (default now)")
	f.StringVar(&o.comment, "comment", "", "why, for who finds it")
	exclusive(cmd, "for", "until")
	return cmd
}

func (s *session) hush(ctx context.Context, words []string, o hush) error {
	in, err := o.silence(words, s.now, s.zone)
	if err != nil {
		return err
	}
	made, err := s.AddSilence(ctx, in)
	if err != nil {
		return s.explain(err)
	}
	if s.json {
		return s.out.json(made)
	}
	from := ""
	if made.StartsAt.After(s.now) && o.start != "" {
		from = " from " + longTime(made.StartsAt, s.zone)
	}
	s.out.line("Silenced%s until %s: %s (silence %s)", from, longTime(made.EndsAt, s.zone), plain(strings.Join(made.Matchers, " ")), made.ID)
	return nil
}

// silence reads the words and flags. What begins now begins when the daemon says so, whose clock counts.
func (o hush) silence(words []string, now time.Time, zone *time.Location) (in client.NewSilence, err error) {
	in.Comment = o.comment
	for k, w := range words {
		m, err := matcher(w, k == 0)
		if err != nil {
			return in, err
		}
		in.Matchers = append(in.Matchers, m)
	}
	begin := now
	if o.start != "" {
		if begin, err = parseWhen(o.start, now, zone); err != nil {
			return in, fmt.Errorf("--start: %w", err)
		}
		in.Starts = begin.UTC()
	}
	switch {
	case o.length != "":
		if _, err := parseDuration(o.length); err != nil {
			return in, fmt.Errorf("--for: %w", err)
		}
		in.For = o.length
		return in, nil
	case o.until == "":
		return in, errors.New("rouse silence add: say how long, such as --for 2h: a silence without an end is one that nobody remembers")
	}
	if in.Ends, err = parseWhen(o.until, begin, zone); err != nil {
		return in, fmt.Errorf("--until: %w", err)
	}
	if !in.Ends.After(begin) {
		return in, fmt.Errorf("--until: %s is not after the beginning, %s", longTime(in.Ends, zone), longTime(begin, zone))
	}
	in.Ends = in.Ends.UTC()
	return in, nil
}

// matcherForm takes a matcher apart: name, operator, value.
var matcherForm = regexp.MustCompile(`(?s)^\s*([^=!~{}"\s]+|"(?:[^"\\]|\\.)*")\s*(=~|!~|!=|=)\s*(.*)$`)

// bareWord is what may be an alert's name on its own.
var bareWord = regexp.MustCompile(`^[^=!~{}"\s]+$`)

// quote writes a value as Alertmanager's matchers do.
var quote = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// matcher writes one word of a command line as Alertmanager's matcher. A shell has eaten the quotes of most, so a value
// without them gets them; first is whether a word without an operator is the alert's name.
func matcher(s string, first bool) (string, error) {
	if m := matcherForm.FindStringSubmatch(s); m != nil {
		value := strings.TrimSpace(m[3])
		if len(value) < 2 || value[0] != '"' || value[len(value)-1] != '"' {
			value = `"` + quote.Replace(m[3]) + `"`
		}
		return m[1] + m[2] + value, nil
	}
	switch {
	case first && bareWord.MatchString(s):
		return `alertname="` + quote.Replace(s) + `"`, nil
	case strings.HasPrefix(strings.TrimSpace(s), "{"):
		return s, nil
	}
	return "", fmt.Errorf(`%q is no matcher: write name=value, or with !=, =~ or !~`, plain(s))
}

func newSilenceList(r *remote) *cobra.Command {
	var expired bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List silences that are in force or to come",
		Example: "  rouse silence list\n  rouse silence list --expired -o json",
		Args:    wants(0, 0, "no words, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			list, err := s.Silences(cmd.Context(), expired)
			return show(s, list, s.explain(err), s.silenceTable)
		},
	}
	cmd.Flags().BoolVar(&expired, "expired", false, "those that have ended as well")
	return cmd
}

func (s *session) silenceTable(list []client.Silence) {
	if len(list) == 0 {
		s.out.line("No silences.")
		return
	}
	rows := make([][]string, len(list))
	for k, x := range list {
		rows[k] = []string{x.ID, x.State, strings.Join(x.Matchers, " "), longTime(x.StartsAt, s.zone), longTime(x.EndsAt, s.zone), orDash(x.CreatedBy), orDash(x.Comment)}
	}
	s.out.table([]string{"ID", "STATE", "MATCHERS", "FROM", "UNTIL", "BY", "COMMENT"}, rows)
}

func newSilenceExpire(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "expire ID...",
		Short:             "End silences now; people are paged for what still fires",
		Example:           "  rouse silence expire 3f0c9a52-58f4-4c0c-9b7c-0d1f6f2f8a11",
		Args:              wants(1, -1, "a silence's id, as rouse silence list shows it"),
		ValidArgsFunction: r.completeSilences,
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.drop(cmd, args, "silence", "expired", (*client.Client).ExpireSilence)
		},
	}
}

// drop ends things by their ids, as many as can be.
func (r *remote) drop(cmd *cobra.Command, ids []string, what, done string, do func(*client.Client, context.Context, string) error) error {
	s, err := r.session()
	if err != nil {
		return err
	}
	gone, errs := []string{}, []error(nil)
	for _, id := range ids {
		err := do(s.Client, cmd.Context(), id)
		var e *client.Error
		switch {
		case errors.As(err, &e) && e.Code == "not_found":
			errs = append(errs, fmt.Errorf("there is no %s %q: rouse %s list shows them", what, plain(id), what))
			continue
		case err != nil:
			errs = append(errs, s.explain(err))
			continue
		}
		gone = append(gone, id)
		if !s.json {
			s.out.line("%s %s: %s", what, plain(id), done)
		}
	}
	if s.json {
		errs = append(errs, s.out.json(map[string][]string{done: gone}))
	}
	return errors.Join(errs...)
}
