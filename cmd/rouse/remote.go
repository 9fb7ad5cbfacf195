package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

const defaultURL = "http://127.0.0.1:8420"

// remote is what the commands that talk to a daemon have in common: where it is, who asks, and how answers are shown.
type remote struct {
	env
	url, token, output, zone string
}

// flags adds the flags of a remote to a command and all below it.
func (r *remote) flags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&r.url, "url", "", "address of the daemon (default $ROUSE_URL or "+defaultURL+")")
	f.StringVar(&r.token, "token", "", "API token, best as env:NAME or file:PATH (default $ROUSE_TOKEN)")
	f.StringVarP(&r.output, "output", "o", "table", "table, or json with the field names of the API")
	f.StringVar(&r.zone, "zone", "", "time zone to show and read times in, such as Europe/Madrid (default this machine's)")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"table", "json"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
}

// session is one use of a daemon.
type session struct {
	*client.Client
	r    *remote
	out  printer
	zone *time.Location
	now  time.Time
	json bool
	did  func(client.Incident) string // what was done to an incident, where its state does not say it
	form string                       // how the answer is shown: table, json, or what the command can do beside
	base string                       // address
	dir  string                       // the folder of the configuration, which places are shown without
	from string                       // where the token came from; empty: there is none
}

// session checks what was asked for and makes ready to talk. Nothing is sent yet. also are forms of output that the command
// can do beside table and json.
func (r *remote) session(also ...string) (*session, error) {
	s := &session{r: r, out: newPrinter(r.stdout, r.getenv), now: time.Now(), json: r.output == "json", form: r.output}
	if err := knownForm(r.output, also); err != nil {
		return nil, err
	}
	var err error
	if s.zone, err = parseZone(cmp.Or(r.zone, r.machineZone())); err != nil {
		return nil, err
	}
	if s.base, err = r.address(); err != nil {
		return nil, err
	}
	token, from, err := r.credential()
	if err != nil {
		return nil, err
	}
	s.from = from
	s.Client = client.New(s.base, token, nil)
	return s, nil
}

// knownForm refuses an --output that a command cannot do.
func knownForm(form string, also []string) error {
	switch {
	case form == "table" || form == "json" || slices.Contains(also, form):
		return nil
	case len(also) == 0:
		return fmt.Errorf("--output: %q is neither table nor json", plain(form))
	}
	return fmt.Errorf("--output: %q is none of table, json, %s", plain(form), strings.Join(also, ", "))
}

// address is where the daemon is.
func (r *remote) address() (string, error) {
	raw := cmp.Or(r.url, r.getenv("ROUSE_URL"), defaultURL)
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("%q is no address of a daemon: write --url or ROUSE_URL as http://HOST:PORT or https://HOST", plain(raw))
	}
	return strings.TrimRight(raw, "/"), nil
}

// credential is the token and where it came from, in words. There may be none.
func (r *remote) credential() (token, from string, err error) {
	raw, from := r.token, "--token"
	if raw == "" {
		raw, from = r.getenv("ROUSE_TOKEN"), "ROUSE_TOKEN"
	}
	name, isEnv := strings.CutPrefix(raw, "env:")
	path, isFile := strings.CutPrefix(raw, "file:")
	switch {
	case raw == "":
		return "", "", nil
	case isEnv:
		if token = strings.TrimSpace(r.getenv(name)); token == "" {
			return "", "", fmt.Errorf("%s says %s, but that variable is not set", from, raw)
		}
		return token, raw, nil
	case isFile:
		b, err := os.ReadFile(path)
		if err != nil {
			return "", "", fmt.Errorf("%s: the token cannot be read: %w", from, err)
		}
		if token = strings.TrimSpace(string(b)); token == "" {
			return "", "", fmt.Errorf("%s: the file %s is empty", from, path)
		}
		return token, raw, nil
	}
	return strings.TrimSpace(raw), from, nil
}

// show answers a command with what it got: an error as it is, else as JSON or as print writes it for a person.
func show[T any](s *session, got T, err error, print func(T)) error {
	switch {
	case err != nil:
		return err
	case s.json:
		return s.out.json(got)
	}
	print(got)
	return nil
}

// explain turns an error of the client into one that says what to do on a command line.
func (s *session) explain(err error) error {
	var e *client.Error
	switch {
	case err == nil || errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &e):
		return s.refused(e)
	}
	var network *url.Error
	if !errors.As(err, &network) {
		return err
	}
	if network.Timeout() {
		return fmt.Errorf("rouse at %s took too long to answer: whether it did what you asked is not known, so look first (%w)", s.base, network.Err)
	}
	return fmt.Errorf("no rouse answers at %s (%w): is `rouse serve` running? --url or ROUSE_URL says where else", s.base, network.Err)
}

// hints say on a command line what the API says to a program.
var hints = map[string]string{
	"needs_note":      "Say with --note what was done.",
	"note_owed":       "Say with --note what was done.",
	"review_first":    "See rouse review: publish it, then close the incident.",
	"merged":          "rouse incidents show names the one that it was merged into.",
	"unknown_service": "rouse oncall lists the services.",
	"incomplete":      "Fill in what is missing with rouse review edit and rouse review item, then publish it.",
}

// of explains an error and says which record it is about, unless it is about none.
func (s *session) of(what string, err error) error {
	var e *client.Error
	if !errors.As(err, &e) || e.Status == 401 || e.Code == "not_rouse" {
		return s.explain(err)
	}
	return fmt.Errorf("%s: %w", what, s.explain(err))
}

// about is of for an incident.
func (s *session) about(n int64, err error) error { return s.of(ref(n), err) }

// aboutProblem is of for a problem.
func (s *session) aboutProblem(n int64, err error) error { return s.of(problemRef(n), err) }

// refused words an answer that is not a success.
func (s *session) refused(e *client.Error) error {
	if hint, ok := hints[e.Code]; ok || strings.Contains(e.Hint, "/api/v1/") {
		here := *e
		here.Hint, e = hint, &here
	}
	switch {
	case e.Status == 401 && s.from == "":
		return fmt.Errorf("rouse at %s asks for a token: put yours into ROUSE_TOKEN, or give --token env:NAME or --token file:PATH", s.base)
	case e.Status == 401:
		return fmt.Errorf("rouse at %s refused the token from %s: %w", s.base, s.from, e)
	case e.Code == "not_rouse":
		return fmt.Errorf("what answers at %s is not rouse's API: %s; --url or ROUSE_URL says where it is", s.base, e.Message)
	case e.Status >= 500 && e.Correlation != "":
		return fmt.Errorf("%w (correlation id %s)", e, e.Correlation)
	}
	return e
}

// named explains an error, and where it is about a name that does not exist says which there are.
func (s *session) named(ctx context.Context, err error) error {
	var e *client.Error
	if !errors.As(err, &e) || e.Code != "unknown_user" {
		return s.explain(err)
	}
	users, uerr := s.Users(ctx)
	if uerr != nil || len(users) == 0 {
		return s.explain(err)
	}
	ids := make([]string, len(users))
	for k, u := range users {
		ids[k] = u.ID
	}
	return fmt.Errorf("%s: write one of %s", strings.TrimRight(e.Message, "."), strings.Join(ids, ", "))
}

// group makes a command that only holds others: alone it shows its help, and a word that is none of them is an error.
func group(cmd *cobra.Command, below ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(below...)
	cmd.SuggestionsMinimumDistance = 2
	cmd.SetFlagErrorFunc(flagError)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		err := fmt.Errorf("%s has no command %q: see %s --help", cmd.CommandPath(), plain(args[0]), cmd.CommandPath())
		if near := meant(cmd, args[0]); len(near) > 0 {
			err = fmt.Errorf("%s has no command %q: did you mean %s?", cmd.CommandPath(), plain(args[0]), strings.Join(near, " or "))
		}
		return err
	}
	return cmd
}

// meant are the commands that somebody may have meant by a word: those of just that name further down, or else similar ones.
func meant(cmd *cobra.Command, word string) (near []string) {
	for _, c := range cmd.Commands() {
		if below, _, err := c.Find([]string{word}); err == nil && below != c {
			near = append(near, below.CommandPath())
		}
	}
	const most = 4
	switch {
	case len(near) == 0:
		return cmd.SuggestionsFor(word)
	case len(near) > most:
		return append(near[:most], "another one")
	}
	return near
}

// flagError says where the flags of a command are listed.
func flagError(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
}

// exclusive refuses more than one of some flags, in words of ours: cobra's own speak of groups of flags.
func exclusive(cmd *cobra.Command, flags ...string) {
	cmd.MarkFlagsMutuallyExclusive(flags...) // a shell then offers only one
	before := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		var given []string
		for _, name := range flags {
			if cmd.Flags().Changed(name) {
				given = append(given, "--"+name)
			}
		}
		if n := len(given); n > 1 {
			return fmt.Errorf("%s: %s and %s cannot go together: write one of them", cmd.CommandPath(), strings.Join(given[:n-1], ", "), given[n-1])
		}
		if before != nil {
			return before(cmd, args)
		}
		return nil
	}
}

// wants refuses a wrong number of words with an example of the right one; most below 0 is no bound.
func wants(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least {
			return fmt.Errorf("%s: write %s", cmd.CommandPath(), what)
		}
		if most >= 0 && len(args) > most {
			return fmt.Errorf("%s: %q is too much: write %s", cmd.CommandPath(), plain(args[most]), what)
		}
		return nil
	}
}
