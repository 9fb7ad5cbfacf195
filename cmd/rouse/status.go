package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newStatus(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what the status page shows: how each service does, and what was said of it",
		Long: "Show what the status page shows: how each of its services does, what was last said of disturbances under way, and what was said\n" +
			"in the last 14 days. It is fed by rouse incidents update --to public.",
		Example:           "  rouse status\n  rouse status -o json",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			p, err := s.Status(cmd.Context())
			return show(s, p, s.explain(err), s.statusPage)
		},
	}
	r.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	return cmd
}

func (s *session) statusPage(p client.StatusPage) {
	s.out.line("%s at %s\n", s.out.paint(bold, cmp.Or(plain(p.Title), "Status")), longTime(p.At, s.zone))
	if len(p.Services) == 0 {
		s.out.line("No services are on the status page: list them under status_page.services of the configuration.")
	} else {
		rows := make([][]string, len(p.Services))
		for k, x := range p.Services {
			rows[k] = []string{x.Service, x.State}
		}
		s.out.table([]string{"SERVICE", "STATE"}, rows)
	}
	s.notices("Now", p.Current)
	s.notices("The last 14 days", slices.DeleteFunc(slices.Clone(p.Past), func(n client.Notice) bool { return slices.Contains(p.Current, n) }))
}

func (s *session) notices(title string, list []client.Notice) {
	if len(list) == 0 {
		return
	}
	s.heading(title)
	for _, n := range list {
		s.out.line("  %s  %s  %s  %s", longTime(n.At, s.zone), plain(n.Service), s.out.state(n.Phase), n.Ref)
		for _, line := range strings.Split(block(n.Text), "\n") {
			s.out.line("    %s", line)
		}
	}
}
