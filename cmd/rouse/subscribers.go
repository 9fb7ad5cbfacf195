package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newSubscribers(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "subscribers",
		Aliases: []string{"subscriber"},
		Short:   "Say who is told of a service's status updates, beside those of the configuration",
		Long: "Say who is told of a service's status updates (rouse incidents update --to stakeholders), beside the subscribers that the\n" +
			"configuration has: users, mail addresses and rooms. Nobody is woken by them.",
		Example: "  rouse subscribers add --mail boss@example.com --service checkout\n  rouse subscribers list",
	}
	r.flags(cmd)
	return group(cmd, newSubscribersList(r), newSubscribersAdd(r), newSubscribersRemove(r))
}

func newSubscribersList(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "list",
		Short:             "List who subscribed to status updates",
		Example:           "  rouse subscribers list\n  rouse subscribers list -o json",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			all, err := s.Subscribers(cmd.Context())
			return show(s, all, s.explain(err), s.subscriberTable)
		},
	}
}

func (s *session) subscriberTable(all []client.Subscriber) {
	if len(all) == 0 {
		s.out.line("No subscribers beside those of the configuration.")
		return
	}
	rows := make([][]string, len(all))
	for k, x := range all {
		rows[k] = []string{x.ID, subscriber(x), cmp.Or(x.Service, "all services"), longTime(x.At, s.zone), orDash(x.By)}
	}
	s.out.table([]string{"ID", "WHO", "SERVICE", "SINCE", "BY"}, rows)
}

// subscriber says who is told.
func subscriber(x client.Subscriber) string {
	if x.Receiver != "" {
		return "room " + x.Receiver
	}
	return cmp.Or(x.User, x.Address, "-")
}

func newSubscribersAdd(r *remote) *cobra.Command {
	var in client.NewSubscriber
	cmd := &cobra.Command{
		Use:   "add [--user USER | --mail ADDRESS | --receiver ROOM] [--service SERVICE]",
		Short: "Have somebody told of the status updates of a service, or of all: yourself, unless you name another",
		Example: "  rouse subscribers add --service checkout\n" +
			"  rouse subscribers add --user cy --service checkout\n" +
			"  rouse subscribers add --mail boss@example.com\n" +
			"  rouse subscribers add --receiver status-room --service database",
		Args:              wants(0, 0, "no words, only flags: --user, --mail or --receiver, and --service"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			made, err := s.Subscribe(cmd.Context(), in)
			if err != nil {
				return s.named(cmd.Context(), err)
			}
			if s.json {
				return s.out.json(made)
			}
			s.out.line("%s is told of status updates of %s (subscriber %s)", plain(subscriber(made)), plain(cmp.Or(made.Service, "all services")), made.ID)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.User, "user", "", "a user, by mail or else by text")
	f.StringVar(&in.Address, "mail", "", "a mail `address` of somebody without a login")
	f.StringVar(&in.Receiver, "receiver", "", "a room, which is a receiver of the configuration")
	f.StringVar(&in.Service, "service", "", "only of this service")
	exclusive(cmd, "user", "mail", "receiver")
	offerFrom(cmd, "user", r.anyUser)
	offerFrom(cmd, "service", r.completeServices)
	return cmd
}

func newSubscribersRemove(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "remove ID...",
		Short:             "End subscriptions",
		Example:           "  rouse subscribers remove sub-3",
		Args:              wants(1, -1, "a subscriber's id, such as: rouse subscribers remove sub-3"),
		ValidArgsFunction: r.completeSubscribers,
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.drop(cmd, args, "subscriber", "removed", (*client.Client).Unsubscribe)
		},
	}
}

func (r *remote) completeSubscribers(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) {
		all, err := s.Subscribers(ctx)
		var out []cobra.Completion
		for _, x := range all {
			out = append(out, cobra.CompletionWithDesc(x.ID, fmt.Sprintf("%s: %s", plain(subscriber(x)), plain(cmp.Or(x.Service, "all services")))))
		}
		return out, err
	})
}
