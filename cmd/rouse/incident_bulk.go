package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newBulk(r *remote) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bulk",
		Short: "Do the same to many incidents at once",
		Long: "Do the same to many incidents at once, each of them by itself: one that fails does not keep the others from it, and the exit\n" +
			"status is 1. With - the numbers are read from standard input.",
		Example: "  rouse incidents bulk ack 1 2 3\n" +
			"  rouse incidents list --service search -o csv | tail -n +2 | cut -d, -f1 | rouse incidents bulk resolve --code false_alarm --note \"load test\" -",
	}
	return group(cmd, newBulkAck(r), newBulkResolve(r))
}

// bulkWants is what the commands of bulk take.
func bulkWants(verb string) cobra.PositionalArgs {
	return wants(1, -1, "incidents' numbers, or - for those on standard input, such as: rouse incidents bulk "+verb+" 1 2 3")
}

func newBulkAck(r *remote) *cobra.Command {
	var l leaseFlags
	cmd := &cobra.Command{
		Use:               "ack (NUMBER... | -)",
		Short:             "Acknowledge many incidents: paging stops, they are yours",
		Example:           "  rouse incidents bulk ack 1 2 3 --for 2h\n  echo 1 2 3 | rouse incidents bulk ack -",
		Args:              bulkWants("ack"),
		ValidArgsFunction: r.completeNumbers(-1, "triggered"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.bulk(cmd.Context(), args, "ack", func(s *session) (any, error) { return l.lease(s) })
		},
	}
	l.flags(cmd, "hold the acknowledgements")
	return cmd
}

func newBulkResolve(r *remote) *cobra.Command {
	var in client.Resolution
	cmd := &cobra.Command{
		Use:               "resolve (NUMBER... | -)",
		Short:             "Resolve many incidents with the same code and note",
		Example:           "  rouse incidents bulk resolve --note \"the switch is replaced\" 1 2 3",
		Args:              bulkWants("resolve"),
		ValidArgsFunction: r.completeNumbers(-1, "open"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.bulk(cmd.Context(), args, "resolve", func(*session) (any, error) { return in, oneOf("--code", "resolution code", &in.Code, codes) })
		},
	}
	resolutionFlags(cmd, &in)
	return cmd
}

// bulkMost is how many incidents the API takes at once.
const bulkMost = 200

// bulk asks the daemon to do something to many incidents, and says what became of each. with is the body of the action.
func (r *remote) bulk(ctx context.Context, words []string, action string, with func(*session) (any, error)) error {
	s, err := r.session()
	if err != nil {
		return err
	}
	in := client.Bulk{Action: action}
	if in.With, err = with(s); err != nil {
		return err
	}
	numbers, err := r.numbers(words)
	if err != nil {
		return err
	}
	all := client.BulkResult{Results: []client.Done{}}
	for part := range slices.Chunk(numbers, bulkMost) {
		in.Numbers = part
		got, err := s.Bulk(ctx, in)
		if err != nil {
			return errors.Join(s.bulkDone(all), s.explain(err))
		}
		all.Results = append(all.Results, got.Results...)
	}
	return s.bulkDone(all)
}

// bulkDone says what became of each incident; those that refused are the error.
func (s *session) bulkDone(all client.BulkResult) error {
	if s.json {
		if err := s.out.json(all); err != nil {
			return err
		}
	}
	var errs []error
	for _, d := range all.Results {
		switch {
		case d.Error != nil:
			errs = append(errs, s.about(d.Number, d.Error))
		case d.Incident != nil && !s.json:
			s.out.line("%s", s.sentence(*d.Incident))
		}
	}
	return errors.Join(errs...)
}
