package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newExplainIncident(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "explain NUMBER",
		Short: "Say of each page, and of each time when nobody was paged, what rule did it",
		Long: "Say of each page of an incident, and of each time when nobody was paged, what rule of which version of the configuration did it:\n" +
			"the route, the policy and its level, the schedule with its layer or override, the person's notification rule, quiet hours, limits,\n" +
			"bundles, and the silence, inhibition, maintenance or time interval. It is what was remembered then, whatever the file says now.\n\n" +
			"What would happen to an alert is what rouse explain says.",
		Example:           "  rouse incidents explain 42\n  rouse incidents explain INC-42 -o json",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents explain 42"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, s, err := r.one(args[0])
			if err != nil {
				return err
			}
			x, err := s.Explain(cmd.Context(), n)
			return show(s, x, s.about(n, err), s.explanation)
		},
	}
}

// explanation prints what rule did what to an incident.
func (s *session) explanation(x client.Explanation) {
	s.out.line("%s  %s  %s", s.out.paint(bold, x.Ref), s.out.state(x.State), plain(x.Service))
	s.out.line("%s\n", s.out.paint(bold, plain(x.Title)))
	if len(x.Lines) == 0 {
		s.out.line("Nobody was paged, and nothing kept anybody from it.")
		return
	}
	rows := make([][]string, len(x.Lines))
	for k, g := range x.Lines {
		what := g.What
		if g.Kind == "page" || g.Kind == "room" {
			what = "  " + what
		}
		why := g.Rule
		if g.Configuration != "" && g.Configuration != x.Configuration {
			why += " [configuration " + g.Configuration + "]"
		}
		if g.Place != "" && !strings.Contains(why, g.Place) {
			why += inPlace(g.Place)
		}
		state := strings.TrimPrefix(g.State+": "+g.Fate, ": ")
		if g.Fate == "" {
			state = g.State
		}
		rows[k] = []string{g.At.In(s.zone).Format("2006-01-02 15:04:05"), what, orDash(why), state}
	}
	s.columns([]string{"TIME (" + s.zoneName(x.Lines[0].At) + ")", "WHAT", "RULE", "BECAME"}, rows)
	s.out.line("\nThe configuration in force is %s; a place is shown of rules that it still has.", x.Configuration)
}
