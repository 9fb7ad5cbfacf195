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
		if d.Now.Override != "" {
			who += " (override: " + d.Now.Override + ")"
		}
		rows[k] = []string{d.Schedule, who, until, next}
	}
	s.out.table([]string{"SCHEDULE", "ON CALL", "UNTIL", "THEN"}, rows)
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
