package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newProblem(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "problem",
		Aliases: []string{"problems", "prb"},
		Short:   "Keep the recurring causes of incidents: what is known, what helps, which incidents they made",
		Long: "Keep problem records: the recurring causes of incidents. With a cause and a workaround a problem is a known error, and whoever\n" +
			"meets it again is told the workaround. Numbers are written 3 or PRB-3.",
		Example: "  rouse problem open --title \"connection pool leaks\" --service checkout --incident 42\n" +
			"  rouse problem analyse 3 --workaround \"restart checkout-2\"\n  rouse problem list",
	}
	r.flags(cmd)
	return group(cmd, newProblemList(r), newProblemShow(r), newProblemOpen(r), newProblemAnalyse(r), newProblemFix(r), newProblemResolve(r),
		newProblemReopen(r), newProblemClose(r), newProblemNote(r), newProblemLink(r), newProblemUnlink(r))
}

func newProblemList(r *remote) *cobra.Command {
	var f client.ProblemFilter
	states := []string{"live"}
	cmd := &cobra.Command{
		Use:               "list",
		Short:             "List problem records, newest first: the live ones, unless --state says otherwise",
		Example:           "  rouse problem list\n  rouse problem list --state all -q pool -o json",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if f.States, err = stateWords(states, problemStates); err != nil {
				return err
			}
			s, err := r.session()
			if err != nil {
				return err
			}
			all, err := s.Problems(cmd.Context(), f)
			return show(s, all, s.explain(err), s.problemTable)
		},
	}
	fl := cmd.Flags()
	fl.StringSliceVar(&states, "state", states, "states: "+strings.Join(problemStates, ", "))
	fl.StringVar(&f.Service, "service", "", "only of this service")
	fl.StringVarP(&f.Query, "search", "q", "", "only those in whose title, cause or workaround all these words stand")
	offer(cmd, "state", problemStates...)
	offerFrom(cmd, "service", r.completeServices)
	return cmd
}

func newProblemShow(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "show NUMBER",
		Short:             "Show a problem record: its cause, its workaround, its incidents and its log",
		Example:           "  rouse problem show PRB-3",
		Args:              wants(1, 1, "one problem's number, such as: rouse problem show PRB-3"),
		ValidArgsFunction: r.completeProblems(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, s, err := r.oneProblem(args[0])
			if err != nil {
				return err
			}
			p, err := s.Problem(cmd.Context(), n)
			return show(s, p, s.aboutProblem(n, err), s.problemRecord)
		},
	}
}

func newProblemOpen(r *remote) *cobra.Command {
	var in client.NewProblem
	var incidents []string
	cmd := &cobra.Command{
		Use:   "open [TITLE...] [--incident N]...",
		Short: "Open a problem record for a cause that came back, or may",
		Example: "  rouse problem open connection pool leaks --service checkout --incident 42 --incident 57\n" +
			"  rouse problem open --title \"disk fills\" --service database --cause \"no log rotation\" --workaround \"rouse runs logrotate\"",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if in.Title, err = oneTitle("rouse problem open", in.Title, args); err != nil {
				return err
			}
			if in.Incidents, err = r.numbers(incidents); err != nil {
				return fmt.Errorf("--incident: %w", err)
			}
			s, err := r.session()
			if err != nil {
				return err
			}
			p, err := s.OpenProblem(cmd.Context(), in)
			return show(s, p, s.named(cmd.Context(), err), s.problemState)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.Title, "title", "", "the title, where it is not the words of the command")
	f.StringVar(&in.Service, "service", "", "the service that it is in")
	f.StringVar(&in.Type, "type", "", "type, as of incidents (default technical)")
	f.StringVar(&in.Owner, "owner", "", "who answers for it")
	f.StringVar(&in.Cause, "cause", "", "the cause, if it is known")
	f.StringVar(&in.Workaround, "workaround", "", "what helps until it is gone, if something does")
	f.StringSliceVar(&incidents, "incident", nil, "`number` of an incident of this cause; may be given several times")
	offerFrom(cmd, "service", r.completeServices)
	offerFrom(cmd, "owner", r.anyUser)
	offerFrom(cmd, "incident", r.completeNumbers(-1, "open", "resolved"))
	return cmd
}

// oneTitle is a title that was written as words or behind --title.
func oneTitle(path, flag string, words []string) (string, error) {
	if flag != "" && len(words) > 0 {
		return "", fmt.Errorf("%s: write the title after --title or without it, not both", path)
	}
	title := strings.TrimSpace(flag + strings.Join(words, " "))
	if title == "" {
		return "", fmt.Errorf("%s: say in one line what it is, such as: %s connection pool leaks", path, path)
	}
	return title, nil
}

// oneProblem reads the number of the one problem that a command is about, and makes ready to talk.
func (r *remote) oneProblem(word string) (int64, *session, error) {
	n, err := parseProblem(word)
	if err != nil {
		return 0, nil, err
	}
	s, err := r.session()
	return n, s, err
}
