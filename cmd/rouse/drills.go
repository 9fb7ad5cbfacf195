package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newDrills(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "drills",
		Aliases: []string{"drill"},
		Short:   "Show how the last drills went and when the next are, or begin one now",
		Long: "A drill pages whoever an escalation policy means, for real and as in an emergency, says that nothing is broken, and expects an\n" +
			"answer. Drills are in the configuration, under drills.",
		Example: "  rouse drills list\n  rouse drills start weekly",
	}
	r.flags(cmd)
	return group(cmd, newDrillsList(r), newDrillsStart(r))
}

func newDrillsList(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "list",
		Short:             "List the drills: when the next is, and who answered the last by what and how soon",
		Example:           "  rouse drills list\n  rouse drills list -o json",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			all, err := s.Drills(cmd.Context())
			return show(s, all, s.explain(err), s.drillTable)
		},
	}
}

func (s *session) drillTable(all []client.Drill) {
	if len(all) == 0 {
		s.out.line("There are no drills in the configuration: add some, so that a pager that reaches nobody is found before it is needed.")
		return
	}
	rows := make([][]string, len(all))
	for k, d := range all {
		next := "-"
		if !d.Next.IsZero() {
			next = longTime(d.Next, s.zone)
		}
		rows[k] = []string{d.Name, d.Policy, d.When + " " + d.Zone, next, s.lastDrill(d)}
	}
	s.wide().table([]string{"DRILL", "POLICY", "WHEN", "NEXT", "LAST"}, rows)
	for _, d := range all {
		if !d.Skipped.IsZero() {
			s.out.line("%s was skipped on %s: rouse was down at its time.", plain(d.Name), longTime(d.Skipped, s.zone))
		}
		if len(d.Results) > 0 {
			for _, m := range d.Results[0].Missed {
				s.out.line("%s, %s: %s", plain(d.Name), d.Results[0].Ref, plain(m))
			}
		}
	}
}

// lastDrill words the last result.
func (s *session) lastDrill(d client.Drill) string {
	if len(d.Results) == 0 {
		return "never"
	}
	r := d.Results[0]
	what := r.State
	switch r.State {
	case "answered":
		what = strings.TrimSpace(fmt.Sprintf("answered by %s by %s after %s", r.By, r.Channel, r.After))
	case "unanswered":
		what = "NOBODY ANSWERED"
	}
	return fmt.Sprintf("%s, %s (%s)", what, longTime(r.At, s.zone), r.Ref)
}

func newDrillsStart(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "start NAME",
		Short:             "Begin a drill now: people are paged",
		Long:              "Begin a drill now, beside its times. Whoever its policy means is paged for real. It takes the role manager.",
		Example:           "  rouse drills start weekly",
		Args:              wants(1, 1, "one drill, such as: rouse drills start weekly"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.startDrill(cmd.Context(), args[0])
		},
	}
}

func (s *session) startDrill(ctx context.Context, name string) error {
	d, err := s.StartDrill(ctx, name)
	return show(s, d, s.drillNamed(ctx, name, err), func(d client.DrillResult) {
		s.out.line("%s: drill %s has begun at %s. See who answers: rouse drills list, or rouse incidents show %d", d.Ref, plain(name), longTime(d.At.Truncate(time.Second), s.zone), d.Incident)
	})
}

// drillNamed explains an error, and where there is no drill of a name says which there are.
func (s *session) drillNamed(ctx context.Context, name string, err error) error {
	var e *client.Error
	if !errors.As(err, &e) || e.Code != "not_found" {
		return s.named(ctx, err)
	}
	all, lerr := s.Drills(ctx)
	switch {
	case lerr != nil:
		return fmt.Errorf("there is no drill %q: rouse drills list shows them", plain(name))
	case len(all) == 0:
		return fmt.Errorf("there is no drill %q, for the configuration has none: add it under drills", plain(name))
	}
	var known []string
	for _, d := range all {
		known = append(known, plain(d.Name))
	}
	return fmt.Errorf("there is no drill %q: write one of %s", plain(name), strings.Join(known, ", "))
}
