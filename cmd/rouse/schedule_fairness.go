package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/fairness"
)

func newScheduleFairness(r *remote) *cobra.Command {
	o := &rotaFlags{}
	var calendar string
	cmd := &cobra.Command{
		Use:   "fairness [SCHEDULE...]",
		Short: "Count who carries how much: hours, nights, weekends, holidays",
		Long: "Count what being on call on some schedules, or on all of them, costs each person. Night (22:00 to 06:00), weekend and holiday are\n" +
			"those of the person's own clock; one counts when at least an hour of it is on call. Several schedules at once are one time. Beside\n" +
			"each number is how many times the mean it is. Of the past this says what the configuration of today would have meant.",
		Example: "  rouse schedule fairness\n  rouse schedule fairness primary --from 2026-10-01 --to 2027-01-01 -o csv > quarter.csv\n" +
			"  rouse schedule fairness --config rouse.yaml --weeks 26 --calendar office",
		Args:              wants(0, -1, "schedules, or nothing for all of them"),
		ValidArgsFunction: r.completeSchedules,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := r.session("csv")
			if err != nil {
				return err
			}
			rep, err := s.fairness(cmd.Context(), args, calendar, o)
			if err != nil {
				return err
			}
			if s.form == "csv" {
				return rep.CSV(s.out.w)
			}
			return show(s, rep, nil, s.fairnessTable)
		},
	}
	o.configFlag(cmd)
	o.spanFlags(cmd, 12)
	cmd.Flags().StringVar(&calendar, "calendar", "", "whose holidays are everybody's, a calendar of the configuration (default: for each person\nthose of the calendars in their own zone)")
	return cmd
}

// holidaysOf are the calendars of a configuration.
func holidaysOf(c *configs.Config) []fairness.Calendar {
	var list []fairness.Calendar
	for _, name := range slices.Sorted(maps.Keys(c.Calendars())) {
		if d := c.Calendars()[name]; d != nil {
			list = append(list, fairness.Calendar{Name: name, Zone: d.Zone, Holidays: d.Holidays})
		}
	}
	return list
}

// fairness counts, from a file or as the daemon does.
func (s *session) fairness(ctx context.Context, schedules []string, calendar string, o *rotaFlags) (*fairness.Report, error) {
	from, to, err := o.span(s, s.zone)
	if err != nil {
		return nil, err
	}
	var rep fairness.Report
	if o.config != "" {
		c, err := offline(s.r.env, o.config, s.now)
		if err != nil {
			return nil, err
		}
		q := fairness.Options{From: from, To: to, Calendars: holidaysOf(c), Calendar: calendar}
		for _, name := range schedules {
			q.Schedules = append(q.Schedules, oncall.ScheduleID(name))
		}
		rep, err = fairness.Of(c.Roster(), q)
		return &rep, err
	}
	text, err := s.Fairness(ctx, schedules, calendar, from, to)
	if err != nil {
		return nil, s.explain(err)
	}
	if err := json.Unmarshal(text, &rep); err != nil {
		return nil, fmt.Errorf("the answer of rouse at %s is no count: is it older than this command? (%w)", s.base, err)
	}
	return &rep, nil
}

// fairnessTable prints a report, each number beside how many times the mean it is.
func (s *session) fairnessTable(rep *fairness.Report) {
	if len(rep.People) == 0 {
		s.out.line("Nobody takes turns.")
		return
	}
	what := strings.Join(rep.Schedules, ", ")
	s.out.line("%s  %s to %s\n", s.out.paint(bold, plain(what)), rep.From.In(s.zone).Format("Mon 2 Jan 2006"), rep.To.Add(-time.Second).In(s.zone).Format("Mon 2 Jan 2006"))
	kinds := []func(fairness.Load) int{
		func(l fairness.Load) int { return l.Minutes }, func(l fairness.Load) int { return l.Nights }, func(l fairness.Load) int { return l.NightMinutes },
		func(l fairness.Load) int { return l.Weekends }, func(l fairness.Load) int { return l.Holidays },
	}
	rows := make([][]string, len(rep.People))
	for k, p := range rep.People {
		row := []string{p.User, p.Zone, strconv.Itoa(p.Shifts)}
		for i, of := range kinds {
			n := strconv.Itoa(of(p))
			if i == 0 || i == 2 {
				n = strconv.Itoa((of(p)+30)/60) + "h"
			}
			if mean := rep.Mean(of); mean > 0 {
				n += fmt.Sprintf(" (%.1fx)", float64(of(p))/mean)
			}
			row = append(row, n)
		}
		away := "-"
		if p.AwayMinutes > 0 {
			away = span(time.Duration(p.AwayMinutes) * time.Minute)
		}
		rows[k] = append(row, away)
	}
	s.out.table([]string{"WHO", "CLOCK", "SHIFTS", "HOURS", "NIGHTS", "NIGHT HOURS", "WEEKENDS", "HOLIDAYS", "WHILE ON LEAVE"}, rows)
}
