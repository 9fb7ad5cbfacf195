package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newReview(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "review",
		Aliases: []string{"reviews", "postmortem"},
		Short:   "Write down after an incident what made it possible, and what is to be done",
		Long: "Write down after an incident what made it possible, and what is to be done. A review is drafted from the incident's record and\n" +
			"timeline, edited, given to the others, approved and published; its text is final then, and its action items go on. It asks what\n" +
			"made an error into an incident, never who made it.",
		Example: "  rouse review draft 42\n  rouse review edit 42 --summary \"...\" --factor \"no alert on the pool's size\"\n" +
			"  rouse review item add 42 --owner bo --due 2026-12-01 alert on the pool's size\n" +
			"  rouse review submit 42\n  rouse review show 42 --format markdown > inc-42.md",
	}
	r.flags(cmd)
	return group(cmd, newReviewList(r), newReviewDraft(r), newReviewShow(r), newReviewEdit(r), newReviewItem(r), newReviewLine(r),
		newReviewRequire(r), newReviewSubmit(r), newReviewApprove(r), newReviewReturn(r), newReviewPublish(r))
}

func newReviewList(r *remote) *cobra.Command {
	states := []string{"all"}
	limit := 100
	cmd := &cobra.Command{
		Use:               "list",
		Short:             "List reviews, that of the newest incident first",
		Example:           "  rouse review list\n  rouse review list --state draft,in-review",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			which, err := stateWords(states, reviewStates)
			if err != nil {
				return err
			}
			if limit < 1 || limit > listPage {
				return fmt.Errorf("--limit: write a number from 1 to %d", listPage)
			}
			s, err := r.session()
			if err != nil {
				return err
			}
			all, err := s.Reviews(cmd.Context(), which, limit)
			return show(s, all, s.explain(err), s.reviewTable)
		},
	}
	cmd.Flags().StringSliceVar(&states, "state", states, "states: "+strings.Join(reviewStates, ", "))
	cmd.Flags().IntVar(&limit, "limit", limit, "at most so many")
	offer(cmd, "state", reviewStates...)
	return cmd
}

// reviewAct is what one command does to the review of one incident.
type reviewAct func(ctx context.Context, s *session, n int64) (client.Review, error)

// onReview does something to the review of the incident that a word names, and says how it is then.
func (r *remote) onReview(cmd *cobra.Command, word string, do reviewAct) error {
	n, s, err := r.one(word)
	if err != nil {
		return err
	}
	v, err := do(cmd.Context(), s, n)
	return show(s, v, s.aboutReview(cmd.Context(), n, err), s.reviewState)
}

// aboutReview explains an error and says which review it is about.
func (s *session) aboutReview(ctx context.Context, n int64, err error) error {
	var e *client.Error
	switch errors.As(err, &e); {
	case e != nil && e.Code == "no_review":
		return fmt.Errorf("%s: there is no review of it: rouse review draft %d begins one", ref(n), n)
	case e != nil && e.Code == "unknown_user":
		return s.named(ctx, err)
	}
	return s.of("review of "+ref(n), err)
}

func newReviewDraft(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "draft NUMBER",
		Short: "Draft a review from the incident, or read its facts and timeline again into the one there is",
		Long: "Draft the review of an incident from its record and timeline. Where there is one, the facts and the timeline are read again into\n" +
			"it; what people wrote stays.",
		Example:           "  rouse review draft 42",
		Args:              wants(1, 1, "one incident's number, such as: rouse review draft 42"),
		ValidArgsFunction: r.completeNumbers(1, "resolved", "open"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) { return s.DraftReview(ctx, n) })
		},
	}
}

func newReviewRequire(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "require NUMBER...",
		Short:             "Demand a review: until it is published the incident does not close",
		Example:           "  rouse review require 42",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse review require 42"),
		ValidArgsFunction: r.completeNumbers(-1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.each(cmd, args, func(s *session) (act, error) { return s.RequireReview, nil })
		},
	}
}

func newReviewSubmit(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "submit NUMBER",
		Short:             "Give a draft to the others to review",
		Example:           "  rouse review submit 42",
		Args:              wants(1, 1, "one incident's number, such as: rouse review submit 42"),
		ValidArgsFunction: r.completeReviews("draft"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) { return s.SubmitReview(ctx, n) })
		},
	}
}

func newReviewApprove(r *remote) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:               "approve NUMBER",
		Short:             "Say that the text of a review is right",
		Example:           "  rouse review approve 42 --note \"agreed in the meeting\"",
		Args:              wants(1, 1, "one incident's number, such as: rouse review approve 42"),
		ValidArgsFunction: r.completeReviews("in_review"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				return s.ApproveReview(ctx, n, note)
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "something to say with it")
	return cmd
}

func newReviewReturn(r *remote) *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:               "return NUMBER --reason TEXT",
		Short:             "Put a review back to draft; approvals are taken back",
		Example:           "  rouse review return 42 --reason \"how it was detected is missing\"",
		Args:              wants(1, 1, "one incident's number, such as: rouse review return 42 --reason \"...\""),
		ValidArgsFunction: r.completeReviews("in_review"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return errors.New("rouse review return: --reason is missing: say what is to be done to it")
			}
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				return s.ReturnReview(ctx, n, reason)
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "what is to be done to it")
	return cmd
}

func newReviewPublish(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "publish NUMBER",
		Short:             "Make the text of a review final; its action items go on",
		Example:           "  rouse review publish 42",
		Args:              wants(1, 1, "one incident's number, such as: rouse review publish 42"),
		ValidArgsFunction: r.completeReviews("in_review"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) { return s.PublishReview(ctx, n) })
		},
	}
}
