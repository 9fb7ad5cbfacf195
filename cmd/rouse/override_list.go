package main

import (
	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newOverrideList(r *remote) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List overrides, those written in the configuration file included",
		Example: "  rouse override list\n  rouse override list --all -o json",
		Args:    wants(0, 0, "no words, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			list, err := s.Overrides(cmd.Context(), all)
			return show(s, list, s.explain(err), s.overrideTable)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "those that have ended as well")
	return cmd
}

func (s *session) overrideTable(list []client.Override) {
	if len(list) == 0 {
		s.out.line("No overrides.")
		return
	}
	rows := make([][]string, len(list))
	for k, o := range list {
		id := o.ID
		if o.Source == "file" {
			id = "(file)"
		}
		rows[k] = []string{id, o.Schedule, o.User, longTime(o.From, s.zone), longTime(o.To, s.zone), s.overrideState(o), orDash(o.By), orDash(o.Reason)}
	}
	s.out.table([]string{"ID", "SCHEDULE", "USER", "FROM", "TO", "STATE", "BY", "REASON"}, rows)
	for _, o := range list {
		if o.Void != "" {
			s.out.line("\n%s %s: %s.", o.ID, s.out.paint(yellow, "is void"), plain(o.Void))
		}
	}
}

// overrideState is what an override does now, in a word.
func (s *session) overrideState(o client.Override) string {
	switch {
	case !o.To.After(s.now):
		return "over"
	case o.Void != "":
		return "void"
	case o.InFile:
		return "in the file"
	case o.From.After(s.now):
		return "to come"
	}
	return "active"
}
