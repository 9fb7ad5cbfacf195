package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

// problemAct is what one command does to one problem.
type problemAct func(ctx context.Context, s *session, n int64) (client.Problem, error)

// onProblem does something to the problem that the first word names, and says how it is then.
func (r *remote) onProblem(cmd *cobra.Command, word string, do problemAct) error {
	n, s, err := r.oneProblem(word)
	if err != nil {
		return err
	}
	p, err := do(cmd.Context(), s, n)
	return show(s, p, s.aboutProblem(n, err), s.problemState)
}

func newProblemAnalyse(r *remote) *cobra.Command {
	var in client.Analysis
	cmd := &cobra.Command{
		Use:     "analyse NUMBER (--cause TEXT | --workaround TEXT)",
		Aliases: []string{"analyze"},
		Short:   "Say what is known: the cause, and what helps until it is gone",
		Long: "Say what is known: the cause, and what helps until it is gone. Once both are known it is a known error. The workaround is told to\n" +
			"its open incidents, and to whoever gets the next one.",
		Example:           "  rouse problem analyse 3 --cause \"the pool leaks on timeouts\" --workaround \"restart checkout-2\"",
		Args:              wants(1, 1, "one problem's number, such as: rouse problem analyse 3 --cause \"...\""),
		ValidArgsFunction: r.completeProblems(1, "live"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if in.Cause == "" && in.Workaround == "" {
				return errors.New("rouse problem analyse: say what is known: --cause, --workaround, or both")
			}
			return r.onProblem(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Problem, error) {
				return s.AnalyseProblem(ctx, n, in)
			})
		},
	}
	cmd.Flags().StringVar(&in.Cause, "cause", "", "what makes it happen")
	cmd.Flags().StringVar(&in.Workaround, "workaround", "", "what helps until it is gone")
	return cmd
}

func newProblemFix(r *remote) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:               "fix NUMBER",
		Short:             "Say that somebody works on a fix",
		Example:           "  rouse problem fix 3 --note \"SHOP-812, in the next release\"",
		Args:              wants(1, 1, "one problem's number, such as: rouse problem fix 3"),
		ValidArgsFunction: r.completeProblems(1, "live"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onProblem(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Problem, error) {
				return s.FixProblem(ctx, n, note)
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "who, how, until when")
	return cmd
}

func newProblemResolve(r *remote) *cobra.Command {
	in := client.ProblemResolution{Code: "fix_applied"}
	var of string
	cmd := &cobra.Command{
		Use:   "resolve NUMBER --note TEXT",
		Short: "End a problem; incidents that are on hold for it are resolved or go back to work",
		Long: "End a problem, saying how. With the code fix_applied the incidents that are on hold for it are resolved with the same note; with\n" +
			"risk_accepted and canceled they go back to work; with duplicate the other problem has them from now on.",
		Example: "  rouse problem resolve 3 --note \"released in v42\"\n" +
			"  rouse problem resolve 3 --code duplicate --of PRB-2 --note \"the same leak\"",
		Args:              wants(1, 1, "one problem's number, such as: rouse problem resolve 3 --note \"...\""),
		ValidArgsFunction: r.completeProblems(1, "live"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := oneOf("--code", "resolution code", &in.Code, problemCodes); err != nil {
				return err
			}
			switch {
			case strings.TrimSpace(in.Note) == "":
				return errors.New("rouse problem resolve: --note is missing: say how it ended, for its incidents get the same words")
			case (in.Code == "duplicate") != (of != ""):
				return errors.New("rouse problem resolve: --code duplicate and --of belong together: name the problem that stays")
			case of != "":
				if in.DuplicateOf, err = parseProblem(of); err != nil {
					return fmt.Errorf("--of: %w", err)
				}
			}
			return r.onProblem(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Problem, error) {
				return s.ResolveProblem(ctx, n, in)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.Code, "code", in.Code, strings.Join(problemCodes, ", "))
	f.StringVar(&in.Note, "note", "", "how it ended")
	f.StringVar(&of, "of", "", "`number` of the problem that it is a duplicate of")
	offer(cmd, "code", problemCodes...)
	offerFrom(cmd, "of", r.completeProblems(-1))
	return cmd
}

func newProblemReopen(r *remote) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:               "reopen NUMBER --reason TEXT",
		Short:             "Put a resolved problem back: it is not gone",
		Example:           "  rouse problem reopen 3 --reason \"it leaks again in v42\"",
		Args:              wants(1, 1, "one problem's number, such as: rouse problem reopen 3 --reason \"...\""),
		ValidArgsFunction: r.completeProblems(1, "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return errors.New("rouse problem reopen: --reason is missing: say what is not gone")
			}
			return r.onProblem(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Problem, error) {
				return s.ReopenProblem(ctx, n, reason)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "what is not gone")
	return cmd
}

func newProblemClose(r *remote) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:               "close NUMBER",
		Short:             "Make a resolved problem final",
		Example:           "  rouse problem close 3 --note \"a month without it\"",
		Args:              wants(1, 1, "one problem's number, such as: rouse problem close 3"),
		ValidArgsFunction: r.completeProblems(1, "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onProblem(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Problem, error) {
				return s.CloseProblem(ctx, n, note)
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "closure details")
	return cmd
}

func newProblemNote(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "note NUMBER TEXT...",
		Short:             "Add a line to a problem's log; with - the text is read from standard input",
		Example:           "  rouse problem note 3 the vendor has a patch, ticket 8812",
		Args:              wants(2, -1, "a problem's number and the text, such as: rouse problem note 3 the vendor has a patch"),
		ValidArgsFunction: r.completeProblems(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := r.text(args[1:])
			if err != nil {
				return err
			}
			return r.onProblem(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Problem, error) {
				return s.NoteProblem(ctx, n, text)
			})
		},
	}
}

func newProblemLink(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "link NUMBER INCIDENT...",
		Short:             "Say that incidents are of this cause",
		Example:           "  rouse problem link 3 42 57",
		Args:              wants(2, -1, "a problem's number and incidents' numbers, such as: rouse problem link 3 42"),
		ValidArgsFunction: r.completeProblemLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.ofProblem(cmd, args, (*client.Client).LinkProblem)
		},
	}
}

func newProblemUnlink(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "unlink NUMBER INCIDENT...",
		Short:             "Say that incidents are not of this cause after all",
		Example:           "  rouse problem unlink 3 42",
		Args:              wants(2, -1, "a problem's number and incidents' numbers, such as: rouse problem unlink 3 42"),
		ValidArgsFunction: r.completeProblemLink,
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.ofProblem(cmd, args, (*client.Client).UnlinkProblem)
		},
	}
}

func (r *remote) completeProblemLink(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return r.completeProblems(1)(cmd, args, start)
	}
	return r.completeNumbers(-1, "open", "resolved")(cmd, args, start)
}

// ofProblem links incidents to a problem or takes that back, as many as can be.
func (r *remote) ofProblem(cmd *cobra.Command, args []string, do func(*client.Client, context.Context, int64, int64) (client.Problem, error)) error {
	numbers, err := r.numbers(args[1:])
	if err != nil {
		return err
	}
	n, s, err := r.oneProblem(args[0])
	if err != nil {
		return err
	}
	var last client.Problem
	var errs []error
	for _, i := range numbers {
		p, err := do(s.Client, cmd.Context(), n, i)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s, %s: %w", problemRef(n), ref(i), s.explain(err)))
			continue
		}
		last = p
	}
	if last.Number != 0 {
		errs = append(errs, show(s, last, nil, s.problemState))
	}
	return errors.Join(errs...)
}
