package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newOnCall(e env) *cobra.Command {
	r := &remote{env: e}
	var at string
	cmd := &cobra.Command{
		Use:   "oncall",
		Short: "Show who is on call, until when, and who is next",
		Long: "Show who is on call now, or at another time: for every schedule until when and who is next, and for every service whom\n" +
			"its escalation policy would page, level by level.",
		Example: "  rouse oncall\n  rouse oncall --at \"2026-12-24 06:00\" --zone Europe/Madrid\n  rouse oncall --at +3d",
		Args:    wants(0, 0, "no words, only flags; --at says when"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.onCall(cmd.Context(), at)
		},
	}
	r.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	cmd.Flags().StringVar(&at, "at", "", "at this `time`: 2026-12-24T06:00:00Z, \"2026-12-24 06:00\", \"Mon 09:00\", +3d (default now)")
	return cmd
}

func (s *session) onCall(ctx context.Context, at string) error {
	var when time.Time
	if at != "" {
		t, err := parseWhen(at, s.now, s.zone)
		if err != nil {
			return fmt.Errorf("--at: %w", err)
		}
		when = t
	}
	o, err := s.OnCall(ctx, when)
	if err != nil {
		return s.explain(err)
	}
	if s.json {
		return s.out.json(o)
	}
	s.out.line("On call at %s\n", s.out.paint(bold, longTime(o.At, s.zone)))
	s.duties(o)
	s.void(o)
	s.services(o)
	return nil
}

func (s *session) duties(o client.OnCall) {
	if len(o.Schedules) == 0 {
		s.out.line("There are no schedules in the configuration.")
		return
	}
	rows := make([][]string, len(o.Schedules))
	for k, d := range o.Schedules {
		until, next := "no change in sight", "-"
		if !d.Now.To.IsZero() {
			until = longTime(d.Now.To, s.zone)
		}
		if d.Next != nil {
			next = names(d.Next.People)
		}
		who := names(d.Now.People)
		who += s.beside(d.Now)
		rows[k] = []string{d.Schedule, who, until, next}
	}
	s.out.table([]string{"SCHEDULE", "ON CALL", "UNTIL", "THEN"}, rows)
}

// beside says which override decides a shift, and whom the file names: " (override by ana until 18:00: dentist; the file says ana)".
func (s *session) beside(sh client.Shift) string {
	o := sh.Decides
	if o == nil {
		return ""
	}
	text := "override"
	if o.By != "" {
		text += " by " + o.By
	}
	if o.Source == "runtime" {
		text += " until " + s.soon(o.To, sh.From)
	}
	if o.Reason != "" {
		text += ": " + o.Reason
	}
	switch {
	case o.Source != "runtime":
		return " (" + text + ")"
	case o.InFile:
		return " (" + text + "; the file says so too)"
	}
	return " (" + text + "; the file says " + names(sh.File) + ")"
}

// soon writes an instant as short as it is clear beside another: 18:00 of the same day, Sat 18:00 of the same week.
func (s *session) soon(t, now time.Time) string {
	t, now = t.In(s.zone), now.In(s.zone)
	switch {
	case t.Format(time.DateOnly) == now.Format(time.DateOnly):
		return t.Format("15:04")
	case t.Sub(now) < 6*24*time.Hour:
		return t.Format("Mon 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// void names the overrides that decide nothing.
func (s *session) void(o client.OnCall) {
	for k, x := range o.Void {
		if k == 0 {
			s.out.line("")
		}
		s.out.line("%s: %s, %s on %s until %s: %s (rouse override remove %s)", s.out.paint(yellow, "decides nothing"), x.ID, plain(x.User), plain(x.Schedule), longTime(x.To, s.zone), plain(x.Void), x.ID)
	}
}

func (s *session) services(o client.OnCall) {
	if len(o.Services) == 0 {
		return
	}
	s.out.line("")
	rows := make([][]string, len(o.Services))
	for k, d := range o.Services {
		first, then := "nobody", []string{}
		for n, l := range d.Levels {
			if n == 0 {
				first = level(l)
				continue
			}
			then = append(then, "after "+d.Levels[n-1].Wait+" "+level(l))
		}
		rows[k] = []string{d.Service, d.Policy, first, orDash(strings.Join(then, "; "))}
	}
	s.wide().table([]string{"SERVICE", "POLICY", "FIRST", "THEN"}, rows)
}

// level says whom one level of a policy means. A level that pages only a room names it.
func level(l client.Level) string {
	who := names(l.People)
	if len(l.People) == 0 && len(l.Targets) > 0 {
		who += " (" + strings.Join(l.Targets, ", ") + ")"
	}
	if l.RoundRobin && len(l.People) > 1 {
		who += " in turn"
	}
	return who
}

// names lists people by id.
func names(people []client.Person) string {
	if len(people) == 0 {
		return "nobody"
	}
	ids := make([]string, len(people))
	for k, p := range people {
		ids[k] = p.ID
	}
	return strings.Join(ids, ", ")
}
