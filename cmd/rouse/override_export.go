package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

func newOverrideExport(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "Write the overrides made at run time as YAML for the configuration file",
		Long: "Write the overrides made at run time that are not over as YAML, ready to be pasted into the configuration file, by schedule and in\n" +
			"the order in which they win: behind those that the file has already. What the file says already is left out, and so is what is void.\n" +
			"Once the file has one, rouse override list shows both as one, and the copy made at run time ends when it would have ended anyway.",
		Example:           "  rouse override export\n  rouse override export > overrides.yaml",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.exportOverrides(cmd.Context())
		},
	}
}

func (s *session) exportOverrides(ctx context.Context) error {
	all, err := s.Overrides(ctx, false)
	if err != nil {
		return s.explain(err)
	}
	all = slices.DeleteFunc(all, func(o client.Override) bool { return o.Source != "runtime" || o.InFile || o.Void != "" })
	slices.SortStableFunc(all, func(a, b client.Override) int { return a.At.Compare(b.At) }) // in the file the last one wins
	if s.json {
		return s.out.json(all)
	}
	schedules, err := s.Schedules(ctx)
	if err != nil {
		return s.explain(err)
	}
	zones := map[oncall.ScheduleID]*time.Location{}
	for _, d := range schedules {
		if zones[oncall.ScheduleID(d.ID)], err = time.LoadLocation(d.Zone); err != nil {
			return err
		}
	}
	list := make([]oncall.Override, len(all))
	for k, o := range all {
		list[k] = oncall.Override{
			ID: o.ID, Schedule: oncall.ScheduleID(o.Schedule), User: oncall.UserID(o.User), From: o.From, To: o.To, Reason: plain(o.Reason), By: plain(o.By), At: o.At,
		}
	}
	text, err := configs.OverridesYAML(list, zones, s.now)
	if err != nil {
		return err
	}
	_, err = s.r.stdout.Write(text)
	return err
}
