package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newResume(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "resume NUMBER...",
		Short:             "End a hold: what was waited for is here, work goes on",
		Example:           "  rouse incidents resume 42",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents resume 42"),
		ValidArgsFunction: r.completeNumbers(-1, "on_hold"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.each(cmd, args, func(s *session) (act, error) { return s.Resume, nil })
		},
	}
}

func newReopen(r *remote) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:               "reopen NUMBER...",
		Short:             "Put a resolved incident back: it is not over, people are paged again",
		Long:              "Put a resolved incident back: it is not over, and people are paged again. A closed one is final: report a new one.",
		Example:           "  rouse incidents reopen 42 --reason \"payments fail again since 09:40\"",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents reopen 42 --reason \"...\""),
		ValidArgsFunction: r.completeNumbers(-1, "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return errors.New("rouse incidents reopen: --reason is missing: say what is not over")
			}
			return r.each(cmd, args, func(s *session) (act, error) {
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Reopen(ctx, n, reason) }, nil
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "what is not over, for the timeline")
	return cmd
}

func newConfirm(r *remote) *cobra.Command {
	var in client.Confirmation
	cmd := &cobra.Command{
		Use:   "confirm NUMBER...",
		Short: "Say, as or for the reporter, that a resolved incident is over: it closes",
		Example: "  rouse incidents confirm 42 --satisfied 5\n" +
			"  rouse incidents confirm 42 --note \"Ana called: all is well\"",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents confirm 42"),
		ValidArgsFunction: r.completeNumbers(-1, "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if in.Satisfied < 0 || in.Satisfied > 5 {
				return errors.New("--satisfied: write a number from 1 (not at all) to 5 (very)")
			}
			return r.each(cmd, args, func(s *session) (act, error) {
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Confirm(ctx, n, in) }, nil
			})
		},
	}
	cmd.Flags().IntVar(&in.Satisfied, "satisfied", 0, "how satisfied the reporter is, 1 to 5 (default not said)")
	cmd.Flags().StringVar(&in.Note, "note", "", "what the reporter said")
	return cmd
}
