package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

// exchange is what somebody asks override swap for.
type exchange struct{ schedule, user, at, with, withSchedule, withAt, reason string }

func newOverrideSwap(r *remote) *cobra.Command {
	var x exchange
	cmd := &cobra.Command{
		Use:   "swap --schedule SCHEDULE --user USER --with USER [--at TIME] [--with-at TIME]",
		Short: "Have two people take each other's shift",
		Long: "Have two people take each other's shift: of each the one that they have at a time, or else the next one. Both overrides are made\n" +
			"in one commit, or none. Times without a zone are on the schedule's own clock, unless --zone names another.",
		Example: "  rouse override swap --schedule primary --user ana --with bo --reason wedding      # their next shifts\n" +
			"  rouse override swap --schedule primary --user ana --at \"2026-12-24 12:00\" --with bo --with-at \"2026-12-31 12:00\"",
		Args:              wants(0, 0, "--schedule, --user and --with, no other words"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.swapShifts(cmd.Context(), x)
		},
	}
	f := cmd.Flags()
	f.StringVar(&x.schedule, "schedule", "", "the schedule")
	f.StringVar(&x.user, "user", "", "whose shift it is, by id or name")
	f.StringVar(&x.at, "at", "now", "`time` of that shift")
	f.StringVar(&x.with, "with", "", "who takes it and gives another, by id or name")
	f.StringVar(&x.withAt, "with-at", "now", "`time` of the other's shift")
	f.StringVar(&x.withSchedule, "with-schedule", "", "the other's schedule, when it is not the same")
	f.StringVar(&x.reason, "reason", "", "why, for who looks at the schedule")
	for flag, complete := range map[string]cobra.CompletionFunc{
		"schedule": r.completeSchedules, "with-schedule": r.completeSchedules, "user": r.completeUsers, "with": r.completeUsers,
	} {
		_ = cmd.RegisterFlagCompletionFunc(flag, complete) // the flags exist
	}
	return cmd
}

func (s *session) swapShifts(ctx context.Context, x exchange) error {
	for _, f := range [][3]string{
		{x.schedule, "--schedule", "name one, such as --schedule primary (rouse oncall lists them)"},
		{x.user, "--user", "name whose shift it is, such as --user ana"},
		{x.with, "--with", "name who takes it, such as --with bo"},
	} {
		if f[0] == "" {
			return fmt.Errorf("rouse override swap: %s is missing: %s", f[1], f[2])
		}
	}
	in := client.NewSwap{Schedule: x.schedule, User: x.user, With: x.with, WithSchedule: x.withSchedule, Reason: x.reason}
	zone, err := s.scheduleZone(ctx, x.schedule)
	if err != nil {
		return err
	}
	if in.At, err = s.swapAt("--at", x.at, zone); err != nil {
		return err
	}
	theirs := zone
	if x.withSchedule != "" {
		if theirs, err = s.scheduleZone(ctx, x.withSchedule); err != nil {
			return fmt.Errorf("--with-schedule: %w", err)
		}
	}
	if in.WithAt, err = s.swapAt("--with-at", x.withAt, theirs); err != nil {
		return err
	}
	made, err := s.Swap(ctx, in)
	if err != nil {
		return s.named(ctx, err)
	}
	if s.json {
		return s.out.json(made)
	}
	for _, o := range made {
		s.out.line("%s is on %s from %s until %s (override %s)", plain(o.User), plain(o.Schedule), longTime(o.From, zone), longTime(o.To, zone), o.ID)
	}
	return nil
}

// swapAt reads the time of a shift; "" is now, which the daemon knows best.
func (s *session) swapAt(flag, text string, zone *time.Location) (string, error) {
	t, err := parseWhen(text, s.now, zone)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	if t.Equal(s.now) {
		return "", nil
	}
	return t.UTC().Format(time.RFC3339), nil
}
