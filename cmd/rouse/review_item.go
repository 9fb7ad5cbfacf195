package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newReviewItem(r *remote) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "item",
		Aliases: []string{"items"},
		Short:   "Keep the action items of a review",
		Example: "  rouse review item add 42 --owner bo --due 2026-12-01 alert on the pool's size\n  rouse review item done 42 1",
	}
	return group(cmd, newItemAdd(r), newItemEdit(r), newItemEnd(r, "done", "Say that an action item is done", (*client.Client).DoItem),
		newItemEnd(r, "drop", "Decide against an action item, saying why", (*client.Client).DropItem),
		newItemEnd(r, "reopen", "Open an action item again", (*client.Client).ReopenItem))
}

// itemFlags are the fields of an action item.
type itemFlags struct{ text, kind, owner, due, priority, ticket string }

func (i *itemFlags) flags(r *remote, cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&i.kind, "type", "", strings.Join(itemTypes, ", ")+" (default prevent)")
	f.StringVar(&i.owner, "owner", "", "who is to do it")
	f.StringVar(&i.due, "due", "", "`time` by which it is to be done, such as 2026-12-01")
	f.StringVar(&i.priority, "priority", "", "in the words of whoever plans the work")
	f.StringVar(&i.ticket, "ticket", "", "its number or address in another tool")
	offer(cmd, "type", itemTypes...)
	offerFrom(cmd, "owner", r.anyUser)
}

func newItemAdd(r *remote) *cobra.Command {
	var i itemFlags
	cmd := &cobra.Command{
		Use:               "add NUMBER TEXT...",
		Short:             "Add an action item; before the review is published it needs an owner and a due date",
		Example:           "  rouse review item add 42 --type detect --owner bo --due 2026-12-01 alert on the pool's size",
		Args:              wants(2, -1, "an incident's number and what is to be done, such as: rouse review item add 42 alert on the pool's size"),
		ValidArgsFunction: r.completeReviews(),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				in := client.NewItem{Text: strings.Join(args[1:], " "), Type: i.kind, Owner: i.owner, Priority: i.priority, Ticket: i.ticket}
				due, err := s.itemFlags(&i)
				if err != nil {
					return client.Review{}, err
				}
				in.Due = *due
				return s.AddItem(ctx, n, in)
			})
		},
	}
	i.flags(r, cmd)
	return cmd
}

// itemFlags checks the fields of an action item, and reads its due date.
func (s *session) itemFlags(i *itemFlags) (*time.Time, error) {
	if err := oneOf("--type", "type of action item", &i.kind, itemTypes); err != nil {
		return nil, err
	}
	return s.maybeWhen("--due", i.due)
}

func newItemEdit(r *remote) *cobra.Command {
	var i itemFlags
	cmd := &cobra.Command{
		Use:               "edit NUMBER ITEM",
		Short:             "Change an action item: who is to do it, until when, or what",
		Example:           "  rouse review item edit 42 1 --owner cy --due 2026-12-15\n  rouse review item edit 42 1 --ticket SHOP-812",
		Args:              wants(2, 2, "an incident's number and an item's, such as: rouse review item edit 42 1 --owner cy"),
		ValidArgsFunction: r.completeItems,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseItem(args[1])
			if err != nil {
				return err
			}
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				due, err := s.itemFlags(&i)
				if err != nil {
					return client.Review{}, err
				}
				var in client.ItemEdit
				for name, set := range map[string]func(){
					"text": func() { in.Text = &i.text }, "type": func() { in.Type = &i.kind }, "owner": func() { in.Owner = &i.owner },
					"due": func() { in.Due = due }, "priority": func() { in.Priority = &i.priority }, "ticket": func() { in.Ticket = &i.ticket },
				} {
					if cmd.Flags().Changed(name) {
						set()
					}
				}
				if in == (client.ItemEdit{}) {
					return client.Review{}, errors.New("rouse review item edit: say what is to be otherwise, such as --owner cy (see --help)")
				}
				return s.EditItem(ctx, n, id, in)
			})
		},
	}
	i.flags(r, cmd)
	cmd.Flags().StringVar(&i.text, "text", "", "what is to be done")
	return cmd
}

// newItemEnd makes the commands that end an action item or open it again.
func newItemEnd(r *remote, verb, short string, do func(*client.Client, context.Context, int64, int, string) (client.Review, error)) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use:               verb + " NUMBER ITEM",
		Short:             short,
		Example:           "  rouse review item " + verb + " 42 1 --note \"see SHOP-812\"",
		Args:              wants(2, 2, "an incident's number and an item's, such as: rouse review item "+verb+" 42 1"),
		ValidArgsFunction: r.completeItems,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseItem(args[1])
			if err != nil {
				return err
			}
			if verb == "drop" && strings.TrimSpace(note) == "" {
				return errors.New("rouse review item drop: --note is missing: say why it will not be done")
			}
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				return do(s.Client, ctx, n, id, note)
			})
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "how it ended, or why")
	return cmd
}

// parseItem reads the number of an action item or a line.
func parseItem(s string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "#"))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%q is no number of an item or line: rouse review show lists them", plain(s))
	}
	return n, nil
}

// completeItems offers an incident with a review, then its action items.
func (r *remote) completeItems(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) != 1 {
		return r.completeReviews()(cmd, args, start)
	}
	return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) {
		n, err := parseNumber(args[0])
		if err != nil {
			return nil, err
		}
		v, err := s.Review(ctx, n)
		var out []cobra.Completion
		for _, i := range v.Items {
			out = append(out, cobra.CompletionWithDesc(fmt.Sprint(i.ID), fmt.Sprintf("%s (%s)", plain(i.Text), i.State)))
		}
		return out, err
	})
}

// items prints the action items of a review.
func (s *session) items(all []client.ReviewItem) {
	if len(all) == 0 {
		return
	}
	s.heading("Action items")
	rows := make([][]string, len(all))
	for k, i := range all {
		state := i.State
		if i.Overdue {
			state = "overdue"
		}
		what := i.Text
		if i.Note != "" {
			what += " (" + i.Note + ")"
		}
		rows[k] = []string{fmt.Sprint(i.ID), state, i.Type, orDash(i.Owner), shortTime(i.Due, s.zone), orDash(i.Ticket), what}
	}
	s.wide().table([]string{"ITEM", "STATE", "TYPE", "OWNER", "DUE", "TICKET", "WHAT"}, rows)
}

func newReviewLine(r *remote) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "line",
		Aliases: []string{"lines"},
		Short:   "Keep the timeline of a review: add a line, leave one out, put it back",
		Example: "  rouse review line add 42 --at \"2026-11-23 09:12\" the vendor answered\n  rouse review line hide 42 7",
	}
	return group(cmd, newLineAdd(r), newLineHide(r, "hide", "Leave a line out of the document; it is not deleted", true), newLineHide(r, "show", "Put a line back that was left out", false))
}

func newLineAdd(r *remote) *cobra.Command {
	var at, who string
	cmd := &cobra.Command{
		Use:               "add NUMBER --at TIME TEXT...",
		Short:             "Add a line to a review's timeline at its place in time",
		Example:           "  rouse review line add 42 --at \"2026-11-23 09:12\" --who bo the vendor answered",
		Args:              wants(2, -1, "an incident's number, --at and what happened, such as: rouse review line add 42 --at \"2026-11-23 09:12\" the vendor answered"),
		ValidArgsFunction: r.completeReviews("draft", "in_review"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if at == "" {
				return errors.New("rouse review line add: --at is missing: say when it happened, such as --at \"2026-11-23 09:12\"")
			}
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				t, err := parseSince(at, s.now, s.zone)
				if err != nil {
					return client.Review{}, fmt.Errorf("--at: %w", err)
				}
				return s.AddLine(ctx, n, client.NewLine{At: t.UTC(), Who: who, What: strings.Join(args[1:], " ")})
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "`time` at which it happened")
	cmd.Flags().StringVar(&who, "who", "", "who did it, if that is to be said")
	return cmd
}

func newLineHide(r *remote, verb, short string, hidden bool) *cobra.Command {
	return &cobra.Command{
		Use:               verb + " NUMBER LINE",
		Short:             short,
		Example:           "  rouse review line " + verb + " 42 7",
		Args:              wants(2, 2, "an incident's number and a line's, such as: rouse review line "+verb+" 42 7"),
		ValidArgsFunction: r.completeReviews("draft", "in_review"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := parseItem(args[1])
			if err != nil {
				return err
			}
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				return s.HideLine(ctx, n, id, hidden)
			})
		},
	}
}
