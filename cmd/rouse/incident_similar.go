package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newSimilar(r *remote) *cobra.Command {
	limit := 10
	cmd := &cobra.Command{
		Use:               "similar NUMBER",
		Short:             "Show past incidents that are like this one, and what helped then",
		Example:           "  rouse incidents similar 42\n  rouse incidents similar 42 --limit 3 -o json",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents similar 42"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if limit < 1 || limit > 50 {
				return errors.New("--limit: write a number from 1 to 50")
			}
			n, s, err := r.one(args[0])
			if err != nil {
				return err
			}
			list, err := s.Similar(cmd.Context(), n, limit)
			return show(s, list, s.about(n, err), s.similar)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", limit, "at most so many")
	return cmd
}

// one reads the number of the one incident that a command is about, and makes ready to talk. also is as for session.
func (r *remote) one(word string, also ...string) (int64, *session, error) {
	n, err := parseNumber(word)
	if err != nil {
		return 0, nil, err
	}
	s, err := r.session(also...)
	return n, s, err
}

// similar prints past incidents, each with what helped then.
func (s *session) similar(list []client.Similar) {
	if len(list) == 0 {
		s.out.line("Nothing like it has been seen.")
		return
	}
	rows := make([][]string, len(list))
	for k, x := range list {
		rows[k] = []string{x.Ref, ago(cmp.Or(x.ResolvedAt, x.CreatedAt), s.now), x.Service, x.Title, strings.Join(x.Why, ", "), helped(x)}
	}
	s.wide().table([]string{"INCIDENT", "WHEN", "SERVICE", "TITLE", "ALIKE", "WHAT HELPED"}, rows)
}

// helped is how a past incident ended, and what is known to help.
func helped(x client.Similar) string {
	var parts []string
	switch {
	case x.Note != "":
		parts = append(parts, x.Code+": "+x.Note)
	case x.Code != "":
		parts = append(parts, x.Code)
	default:
		parts = append(parts, "still "+x.State)
	}
	if x.Workaround != "" {
		parts = append(parts, "workaround: "+x.Workaround)
	}
	if x.Problem != 0 {
		parts = append(parts, fmt.Sprintf("see PRB-%d", x.Problem))
	}
	return strings.Join(parts, "; ")
}

func newChanges(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "changes NUMBER",
		Short: "Show change events around an incident's start: deploys, merges, pushed configuration",
		Long: "Show change events around an incident's start, those of the same service and labels first. What caused it is noted by\n" +
			"rouse incidents diagnose 42 --kind change.",
		Example:           "  rouse incidents changes 42",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents changes 42"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, s, err := r.one(args[0])
			if err != nil {
				return err
			}
			list, err := s.RelatedChanges(cmd.Context(), n)
			return show(s, list, s.about(n, err), s.changes)
		},
	}
}

func (s *session) changes(list []client.Change) {
	if len(list) == 0 {
		s.out.line("No change events around its start. An integration of type pagerduty takes them in.")
		return
	}
	rows := make([][]string, len(list))
	for k, c := range list {
		link := ""
		if len(c.Links) > 0 {
			link = c.Links[0].Href
		}
		rows[k] = []string{longTime(c.At, s.zone), c.Integration, orDash(c.Source), c.Summary, orDash(strings.Join(c.Related, ", ")), orDash(link)}
	}
	s.wide().table([]string{"AT", "FROM", "SOURCE", "WHAT", "SHARES", "LINK"}, rows)
}
