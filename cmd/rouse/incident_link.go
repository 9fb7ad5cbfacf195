package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newMerge(r *remote) *cobra.Command {
	var into string
	cmd := &cobra.Command{
		Use:   "merge NUMBER... --into NUMBER",
		Short: "End incidents as duplicates of another, which takes over their alerts",
		Long: "End incidents as duplicates of another, which takes over their alerts and children. Both timelines stay readable. It cannot be\n" +
			"undone; where one follows from the other but has work of its own, link them as parent and child instead.",
		Example:           "  rouse incidents merge 42 --into 41\n  rouse incidents merge 42 43 44 --into 41",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents merge 42 --into 41"),
		ValidArgsFunction: r.completeNumbers(-1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if into == "" {
				return errors.New("rouse incidents merge: --into is missing: name the incident that stays, such as --into 41")
			}
			target, err := parseNumber(into)
			if err != nil {
				return fmt.Errorf("--into: %w", err)
			}
			return r.each(cmd, args, func(s *session) (act, error) {
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.merge(ctx, n, target) }, nil
			})
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "`number` of the incident that stays")
	offerFrom(cmd, "into", r.completeNumbers(-1, "open"))
	return cmd
}

// merge merges one incident into another, and reads how it is then itself.
func (s *session) merge(ctx context.Context, n, into int64) (client.Incident, error) {
	if _, err := s.Merge(ctx, n, into); err != nil {
		return client.Incident{}, err
	}
	d, err := s.Incident(ctx, n, 1)
	return d.Incident, err
}

// linkFlags say what an incident is linked with.
type linkFlags struct{ parent, child, problem, previous string }

func (l *linkFlags) flags(r *remote, cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&l.parent, "parent", "", "`number` of the incident that it follows: resolved there, resolved here")
	f.StringVar(&l.child, "child", "", "`number` of an incident that follows this one")
	f.StringVar(&l.problem, "problem", "", "`number` of the problem record that is its cause, such as PRB-3")
	f.StringVar(&l.previous, "previous", "", "`number` of the ended incident that it repeats")
	exclusive(cmd, "parent", "child", "problem", "previous")
	offerFrom(cmd, "parent", r.completeNumbers(-1, "open"))
	offerFrom(cmd, "child", r.completeNumbers(-1, "open"))
	offerFrom(cmd, "problem", r.completeProblems(-1))
	offerFrom(cmd, "previous", r.completeNumbers(-1, "resolved", "closed"))
}

// relation reads them.
func (l *linkFlags) relation() (in client.Relation, err error) {
	parse := parseNumber
	word := l.parent + l.child + l.problem + l.previous // only one of them is set
	switch {
	case l.parent != "":
		in.Kind = "parent"
	case l.child != "":
		in.Kind = "child"
	case l.problem != "":
		in.Kind, parse = "problem", parseProblem
	case l.previous != "":
		in.Kind = "previous"
	default:
		return in, errors.New("say with what: --parent 41, --child 43, --problem PRB-3 or --previous 17")
	}
	if in.To, err = parse(word); err != nil {
		return in, fmt.Errorf("--%s: %w", in.Kind, err)
	}
	return in, nil
}

func newLink(r *remote) *cobra.Command {
	var l linkFlags
	cmd := &cobra.Command{
		Use:   "link NUMBER (--parent N | --child N | --problem PRB-N | --previous N)",
		Short: "Link an incident with its parent, a child, its problem record or the one that it repeats",
		Example: "  rouse incidents link 42 --parent 41\n" +
			"  rouse incidents link 42 --problem PRB-3",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents link 42 --parent 41"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE:              func(cmd *cobra.Command, args []string) error { return r.relate(cmd, args, &l, false) },
	}
	l.flags(r, cmd)
	return cmd
}

func newUnlink(r *remote) *cobra.Command {
	var l linkFlags
	cmd := &cobra.Command{
		Use:               "unlink NUMBER (--parent N | --child N | --problem PRB-N | --previous N)",
		Short:             "Take a link between an incident and another record away",
		Example:           "  rouse incidents unlink 42 --parent 41",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents unlink 42 --parent 41"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE:              func(cmd *cobra.Command, args []string) error { return r.relate(cmd, args, &l, true) },
	}
	l.flags(r, cmd)
	return cmd
}

// relate links or unlinks one incident.
func (r *remote) relate(cmd *cobra.Command, args []string, l *linkFlags, undo bool) error {
	in, err := l.relation()
	if err != nil {
		return fmt.Errorf("%s: %w", cmd.CommandPath(), err)
	}
	in.Undo = undo
	return r.each(cmd, args, func(s *session) (act, error) {
		s.done(related(in))
		return func(ctx context.Context, n int64) (client.Incident, error) { return s.Relate(ctx, n, in) }, nil
	})
}

// related says what a link, or the end of one, means for the incident.
func related(in client.Relation) string {
	now := ""
	if in.Undo {
		now = "no longer "
	}
	switch in.Kind {
	case "parent":
		return now + "follows " + ref(in.To)
	case "child":
		return now + "followed by " + ref(in.To)
	case "previous":
		return now + "repeats " + ref(in.To)
	}
	return now + "caused by " + problemRef(in.To)
}
