package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newScheduleICal(r *remote) *cobra.Command {
	var user string
	var revoke bool
	cmd := &cobra.Command{
		Use:   "ical (SCHEDULE | --user USER)",
		Short: "Get the address at which calendar programs fetch shifts",
		Long: "Get the address at which calendar programs fetch the shifts of a schedule, or those of one person on all schedules. It needs no\n" +
			"login: whoever has it has the calendar, which has names and times and nothing else. --revoke ends every address given out so far.",
		Example:           "  rouse schedule ical primary\n  rouse schedule ical --user ana\n  rouse schedule ical --user ana --revoke",
		Args:              wants(0, 1, "a schedule, or --user USER, such as: rouse schedule ical primary"),
		ValidArgsFunction: r.completeSchedules,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			schedule := ""
			if len(args) > 0 {
				schedule = args[0]
			}
			if (schedule == "") == (user == "") {
				return fmt.Errorf("rouse schedule ical: write a schedule or --user USER, one of them")
			}
			return s.ical(cmd.Context(), schedule, user, revoke)
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "the shifts of this user, by id, on all schedules")
	cmd.Flags().BoolVar(&revoke, "revoke", false, "end all addresses given out so far, and get another")
	_ = cmd.RegisterFlagCompletionFunc("user", r.completeUsers) // the flag exists
	return cmd
}

// ical prints the address of a calendar, another one if the old ones are to end.
func (s *session) ical(ctx context.Context, schedule, user string, revoke bool) error {
	get, end, name, what, where := s.ScheduleFeed, s.RevokeScheduleFeed, schedule, "schedule", "rouse schedule list names the schedules"
	if user != "" {
		get, end, name, what, where = s.UserFeed, s.RevokeUserFeed, user, "user", "rouse contacts lists the users"
	}
	var err error
	if revoke {
		err = end(ctx, name)
	}
	var feed client.Feed
	if err == nil {
		feed, err = get(ctx, name)
	}
	if err != nil {
		var e *client.Error
		if errors.As(err, &e) && e.Status == 404 {
			return fmt.Errorf("there is no %s %q: %s", what, plain(name), where)
		}
		return s.explain(err)
	}
	if s.json {
		return s.out.json(feed)
	}
	s.out.line("%s", feed.URL)
	return nil
}
