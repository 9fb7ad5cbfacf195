package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newOverride(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "override",
		Aliases: []string{"overrides"},
		Short:   "Put somebody on a schedule for a time, above its rotation",
		Example: "  rouse override add --schedule primary --user bo --for 4h\n  rouse override swap --schedule primary --user ana --with bo\n  rouse override export",
	}
	r.flags(cmd)
	return group(cmd, newOverrideAdd(r), newOverrideSwap(r), newOverrideList(r), newOverrideExport(r), newOverrideRemove(r))
}

// cover is what somebody asks override add for.
type cover struct{ schedule, user, from, to, length, reason string }

func newOverrideAdd(r *remote) *cobra.Command {
	var o cover
	cmd := &cobra.Command{
		Use:   "add --schedule SCHEDULE --user USER [--from TIME] (--to TIME | --for DURATION)",
		Short: "Put somebody on a schedule for a time",
		Long: "Put somebody on a schedule for a time. Times without a zone are on the schedule's own clock, unless --zone names another;\n" +
			"06:00 is the next such time, for --to the next after the beginning.",
		Example: "  rouse override add --schedule primary --user bo --for 4h --reason \"ana is ill\"\n" +
			"  rouse override add --schedule primary --user cy --from \"2026-12-24 06:00\" --to \"2026-12-25 06:00\" --reason holiday",
		Args:              wants(0, 0, "--schedule and --user, no other words"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.cover(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.schedule, "schedule", "", "the schedule")
	f.StringVar(&o.user, "user", "", "who is on call, by id or name")
	f.StringVar(&o.from, "from", "now", "`time` at which it begins")
	f.StringVar(&o.to, "to", "", "`time` at which it ends")
	f.StringVar(&o.length, "for", "", "how long it lasts, a `duration` such as 4h, instead of --to")
	f.StringVar(&o.reason, "reason", "", "why, for who looks at the schedule")
	exclusive(cmd, "to", "for")
	_ = cmd.RegisterFlagCompletionFunc("schedule", r.completeSchedules) // the flags exist
	_ = cmd.RegisterFlagCompletionFunc("user", r.completeUsers)
	return cmd
}

func (s *session) cover(ctx context.Context, o cover) error {
	for _, f := range [][3]string{
		{o.schedule, "--schedule", "name one, such as --schedule primary (rouse oncall lists them)"},
		{o.user, "--user", "name who is to be on call, such as --user bo"},
		{o.to + o.length, "--to or --for", "say how long, such as --for 4h"},
	} {
		if f[0] == "" {
			return fmt.Errorf("rouse override add: %s is missing: %s", f[1], f[2])
		}
	}
	zone, err := s.scheduleZone(ctx, o.schedule)
	if err != nil {
		return err
	}
	now := s.now.Truncate(time.Minute) // so that it can be written on a clock
	from, to, err := o.stretch(now, zone)
	if err != nil {
		return err
	}
	in := client.NewOverride{Schedule: o.schedule, User: o.user, To: to.UTC().Format(time.RFC3339), Reason: o.reason}
	if !from.Equal(now) {
		in.From = from.UTC().Format(time.RFC3339)
	}
	made, err := s.AddOverride(ctx, in)
	if err != nil {
		return s.named(ctx, err)
	}
	if s.json {
		return s.out.json(made)
	}
	s.out.line("%s is on %s from %s until %s (override %s)", plain(made.User), plain(made.Schedule), longTime(made.From, zone), longTime(made.To, zone), made.ID)
	return nil
}

// scheduleZone is the clock that times of an override are on: --zone, else the schedule's own.
func (s *session) scheduleZone(ctx context.Context, id string) (*time.Location, error) {
	all, err := s.Schedules(ctx)
	if err != nil {
		return nil, s.explain(err)
	}
	var ids []string
	for _, d := range all {
		if d.ID == id && s.r.zone != "" {
			return s.zone, nil
		}
		if d.ID == id {
			return time.LoadLocation(d.Zone)
		}
		ids = append(ids, d.ID)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("--schedule: the daemon's configuration has no schedules at all")
	}
	return nil, fmt.Errorf("--schedule: there is no schedule %q: write one of %s", plain(id), strings.Join(ids, ", "))
}

// stretch reads the beginning and the end on a zone's clock.
func (o cover) stretch(now time.Time, zone *time.Location) (from, to time.Time, err error) {
	if from, err = parseWhen(o.from, now, zone); err != nil {
		return from, to, fmt.Errorf("--from: %w", err)
	}
	if o.length != "" {
		d, err := parseDuration(o.length)
		if err != nil {
			return from, to, fmt.Errorf("--for: %w", err)
		}
		return from, from.Add(d), nil
	}
	if to, err = parseWhen(o.to, from, zone); err != nil {
		return from, to, fmt.Errorf("--to: %w", err)
	}
	if !to.After(from) {
		return from, to, fmt.Errorf("--to: %s is not after the beginning, %s", longTime(to, zone), longTime(from, zone))
	}
	return from, to, nil
}

func newOverrideRemove(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "remove ID...",
		Short: "End overrides: the rotation counts again from now on",
		Long: "End overrides: what has begun ends now, the rest is as if it had never been. What one act made, such as the two halves of a\n" +
			"swap, ends together. Those for whom that changes something are told.",
		Example:           "  rouse override remove ov-7",
		Args:              wants(1, -1, "an override's id, such as: rouse override remove ov-7"),
		ValidArgsFunction: r.completeOverrides,
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.drop(cmd, args, "override", "removed", (*client.Client).RemoveOverride)
		},
	}
}
