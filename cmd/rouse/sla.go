package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newSLA(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "sla",
		Short:   "Look at the clocks of what was promised: how much time is left, and why",
		Example: "  rouse sla list INC-42\n  rouse sla explain INC-42 --zone Europe/Madrid",
	}
	r.flags(cmd)
	return group(cmd, newSLAList(r), newSLAExplain(r))
}

func newSLAList(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "list NUMBER",
		Short:             "List an incident's SLA clocks as they stand now",
		Example:           "  rouse sla list INC-42\n  rouse sla list 42 -o json",
		Args:              wants(1, 1, "one incident's number, such as: rouse sla list INC-42"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.sla(cmd, args[0], func(s *session, got client.SLA) {
				clocks := make([]client.Clock, len(got.Clocks))
				for k, c := range got.Clocks {
					clocks[k] = c.Clock
				}
				s.clockTable(clocks)
			})
		},
	}
}

func newSLAExplain(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "explain NUMBER",
		Short: "Tell the whole story of an incident's SLA clocks",
		Long: "Tell the whole story of an incident's SLA clocks: what started, paused, changed and ended each, when its calendar opened and\n" +
			"closed, when it warned and breached, and where it stands. COUNTED is the time of its calendar that has run, LEFT what is left\n" +
			"of the target then; below zero it is over.",
		Example:           "  rouse sla explain INC-42\n  rouse sla explain INC-42 --zone Europe/Madrid",
		Args:              wants(1, 1, "one incident's number, such as: rouse sla explain INC-42"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.sla(cmd, args[0], func(s *session, got client.SLA) {
				for k, c := range got.Clocks {
					if k > 0 {
						s.out.line("")
					}
					s.clockStory(c)
				}
			})
		},
	}
}

// sla reads an incident's clocks for a table.
func (r *remote) sla(cmd *cobra.Command, word string, show func(*session, client.SLA)) error {
	n, s, err := r.one(word)
	if err != nil {
		return err
	}
	got, err := s.SLA(cmd.Context(), n)
	switch {
	case err != nil:
		return s.about(n, err)
	case s.json:
		return s.out.json(got)
	case len(got.Clocks) == 0:
		s.out.line("%s has no SLA clocks: nothing in the configuration's slas is promised for it.", ref(n))
		return nil
	}
	show(s, got)
	return nil
}

// clocks prints an incident's clocks as a part of its record.
func (s *session) clocks(list []client.Clock) {
	if len(list) == 0 {
		return
	}
	s.heading("SLA")
	s.clockTable(list)
}

func (s *session) clockTable(list []client.Clock) {
	rows := make([][]string, len(list))
	for k, c := range list {
		rows[k] = []string{c.Kind, c.SLA, s.stage(c), seconds(c.ElapsedSeconds) + " of " + seconds(c.TargetSeconds), fmt.Sprintf("%d %%", c.Percent), left(c), s.breach(c)}
	}
	s.wide().table([]string{"PROMISE", "SLA", "CLOCK", "COUNTED", "USED", "LEFT", "TARGET IS OVER"}, rows)
}

// stage says where a clock stands. A promise that was kept or broken is over.
func (s *session) stage(c client.Clock) string {
	switch {
	case c.Stage == "done" && c.Breached:
		return "breached"
	case c.Stage == "done":
		return "kept"
	case c.Breached:
		return "breached, " + c.Stage
	case c.Stage == "paused":
		return "paused by " + c.PausedBy
	case c.Stage == "closed":
		return "waits: " + c.Calendar + " is closed"
	}
	return c.Stage
}

// left says how much of a target is left, in the time of the clock's calendar.
func left(c client.Clock) string {
	n := c.TargetSeconds - c.ElapsedSeconds
	switch {
	case n < 0 || c.Breached:
		return seconds(-n) + " over"
	case c.Stage == "done":
		return "-"
	}
	return seconds(n)
}

// breach says when a target is or was over.
func (s *session) breach(c client.Clock) string {
	switch {
	case c.Stage == "done" && !c.Breached:
		return "-"
	case c.BreachAt.IsZero():
		return "not while it is " + c.Stage
	}
	return s.moment(c.BreachAt)
}

// seconds writes a time that counts for an SLA. Days would be anybody's guess, so there are none.
func seconds(n int64) string {
	d := time.Duration(n) * time.Second
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return span(d)
	case d < time.Hour:
		return twoUnits(int(d.Minutes()), "m", int(d.Seconds())%60, "s")
	}
	return twoUnits(int(d.Hours()), "h", int(d.Minutes())%60, "m")
}

// clockStory prints everything that moved a clock.
func (s *session) clockStory(c client.ClockStory) {
	s.out.line("%s  %s, %s, hours: %s", s.out.paint(bold, c.Kind), plain(c.SLA), c.Priority, plain(c.Calendar))
	s.out.line("%s: %s of %s counted (%d %%), %s of wall time, %s paused", s.out.state(s.stage(c.Clock)),
		seconds(c.ElapsedSeconds), seconds(c.TargetSeconds), c.Percent, seconds(c.WallSeconds), seconds(c.PausedWallSeconds))
	rows := make([][]string, len(c.Story))
	for k, l := range c.Story {
		rest := seconds(l.LeftSeconds)
		if l.LeftSeconds < 0 {
			rest = "-" + rest
		}
		rows[k] = []string{l.At.In(s.zone).Format("Mon 2006-01-02 15:04:05"), seconds(l.ElapsedSeconds), rest, l.What}
	}
	s.wide().table([]string{"TIME (" + s.zoneName(c.StartAt) + ")", "COUNTED", "LEFT", "WHAT"}, rows)
}
