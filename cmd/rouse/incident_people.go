package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newRole(r *remote) *cobra.Command {
	var none bool
	cmd := &cobra.Command{
		Use:   "role NUMBER ROLE (USER | --none)",
		Short: "Make somebody commander, scribe or communications of an incident, or hand the role over",
		Long:  "Make somebody commander, scribe or communications of an incident. Who has the role already hands it over; who gets it is told.",
		Example: "  rouse incidents role 42 commander bo\n" +
			"  rouse incidents role 42 scribe --none",
		Args:              wants(2, 3, "an incident's number, a role and a user, such as: rouse incidents role 42 commander bo"),
		ValidArgsFunction: r.completeRole,
		RunE: func(cmd *cobra.Command, args []string) error {
			in := client.Appointment{Role: args[1]}
			if err := oneOf("rouse incidents role", "role", &in.Role, roles); err != nil {
				return err
			}
			switch {
			case none && len(args) == 3:
				return fmt.Errorf("rouse incidents role: name %s or give --none, not both", plain(args[2]))
			case !none && len(args) == 2:
				return fmt.Errorf("rouse incidents role: who is to be %s? Name a user, or give the role up with --none", in.Role)
			case !none:
				in.To = args[2]
			}
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				s.did = func(i client.Incident) string { return cmp.Or(plain(i.Roles[in.Role]), "nobody") + " is " + in.Role }
				return func(ctx context.Context, n int64) (client.Incident, error) {
					i, err := s.Appoint(ctx, n, in)
					return i, s.named(ctx, err)
				}, nil
			})
		},
	}
	cmd.Flags().BoolVar(&none, "none", false, "nobody has the role from now on")
	return cmd
}

func (r *remote) completeRole(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return r.completeNumbers(1, "open", "resolved")(cmd, args, start)
	case 1:
		return roles, cobra.ShellCompDirectiveNoFileComp
	case 2:
		return r.completeUsers(cmd, nil, start)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func newResponders(r *remote) *cobra.Command {
	var why string
	cmd := &cobra.Command{
		Use:   "responders NUMBER USER...",
		Short: "Page more people to help, beside whoever has the incident",
		Example: "  rouse incidents responders 42 bo cy --why \"we need somebody who knows the database\"\n" +
			"  rouse incidents responders 42 bo",
		Args: wants(2, -1, "an incident's number and who is to help, such as: rouse incidents responders 42 bo cy"),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return r.completeUsers(cmd, nil, start)
			}
			return r.completeNumbers(1, "open")(cmd, args, start)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			in := client.Help{Users: args[1:], Why: strings.TrimSpace(why)}
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				s.done("asked for help: " + plain(strings.Join(in.Users, ", ")))
				return func(ctx context.Context, n int64) (client.Incident, error) {
					i, err := s.AddResponders(ctx, n, in)
					return i, s.named(ctx, err)
				}, nil
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "what they are needed for; it is in the page that they get")
	return cmd
}
