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

func newChange(r *remote) *cobra.Command {
	var in client.Amendment
	var since string
	cmd := &cobra.Command{
		Use:   "change NUMBER...",
		Short: "Correct an incident's priority, service, type or title, saying why",
		Long: "Correct an incident's priority, impact, urgency, type, category, service or title. A reason is needed for all but the last two;\n" +
			"it stands in the timeline. --priority overrules the matrix of impact and urgency until one of them changes; --matrix ends that.\n" +
			"SLA clocks count on from the incident's start with the new targets, and who is paged is decided again.",
		Example: "  rouse incidents change 42 --priority P1 --reason \"all of Spain cannot pay\"\n" +
			"  rouse incidents change 42 --impact low --reason \"one customer\"\n" +
			"  rouse incidents change 42 --service database --title \"db-1 is out of disk\"\n" +
			"  rouse incidents change 42 --since \"2026-12-24 06:00\" --reason \"the log says so\"\n" +
			"  rouse incidents change 42 --update-every 30m",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents change 42 --priority P1 --reason \"...\""),
		ValidArgsFunction: r.completeNumbers(-1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkChange(&in, since != ""); err != nil {
				return err
			}
			return r.each(cmd, args, func(s *session) (act, error) {
				t, err := s.sinceOf(since)
				if err != nil {
					return nil, err
				}
				if !t.IsZero() {
					in.StartedAt = t.UTC().Format(time.RFC3339)
				}
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Amend(ctx, n, in) }, nil
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.Reason, "reason", "", "why, for the timeline")
	f.StringVar(&in.Priority, "priority", "", "P1 (worst) to P5, whatever the matrix says")
	f.BoolVar(&in.Matrix, "matrix", false, "end an earlier --priority: impact and urgency decide again")
	f.StringVar(&in.Impact, "impact", "", "high, medium or low")
	f.StringVar(&in.Urgency, "urgency", "", "high, medium or low")
	f.StringVar(&in.Service, "service", "", "the service that is really broken")
	f.StringVar(&in.Type, "type", "", "type of incident, as configured")
	f.StringVar(&in.Category, "category", "", "category of that type; - takes it away")
	f.StringVar(&in.Title, "title", "", "a better title")
	f.StringVar(&since, "since", "", "when it really began, a `time`: 20m, 09:30, \"2026-12-24 06:00\" on the clock of --zone, or RFC 3339")
	f.StringVar(&in.UpdateEvery, "update-every", "", "a status update is owed so often, a `duration` such as 30m")
	exclusive(cmd, "priority", "matrix")
	offer(cmd, "priority", priorities...)
	offer(cmd, "impact", grades...)
	offer(cmd, "urgency", grades...)
	offerFrom(cmd, "service", r.completeServices)
	return cmd
}

// checkChange refuses what the daemon would, before several incidents are half changed.
func checkChange(in *client.Amendment, since bool) error {
	in.Priority = strings.ToUpper(in.Priority)
	weighty := in.Priority != "" || in.Matrix || in.Impact != "" || in.Urgency != "" || in.Type != "" || in.Category != "" || since
	switch {
	case !weighty && in.Service == "" && in.Title == "" && in.UpdateEvery == "":
		return errors.New("rouse incidents change: say what is to be otherwise, such as --priority P1 (see --help)")
	case weighty && strings.TrimSpace(in.Reason) == "":
		return errors.New("rouse incidents change: --reason is missing: say why, for who reads the timeline")
	}
	if in.UpdateEvery != "" {
		if _, err := parseDuration(in.UpdateEvery); err != nil {
			return fmt.Errorf("--update-every: %w", err)
		}
	}
	return errors.Join(oneOf("--priority", "priority", &in.Priority, priorities), oneOf("--impact", "impact", &in.Impact, grades), oneOf("--urgency", "urgency", &in.Urgency, grades))
}

func newDiagnose(r *remote) *cobra.Command {
	var in client.Diagnosis
	cmd := &cobra.Command{
		Use:   "diagnose NUMBER TEXT...",
		Short: "Add to the diagnosis: a hypothesis, a finding, a factor, a workaround, or the change that caused it",
		Long: "Add to the diagnosis; with - the text is read from standard input. The last workaround is shown to whoever meets the same\n" +
			"incident again, and contributing factors go into the review.",
		Example: "  rouse incidents diagnose 42 --kind hypothesis the new pool size starves the workers\n" +
			"  rouse incidents diagnose 42 --kind workaround \"restart checkout-2, it holds for an hour\"\n" +
			"  rouse incidents diagnose 42 --kind change deploy-8812",
		Args:              wants(2, -1, "an incident's number and the text, such as: rouse incidents diagnose 42 the disk is full"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err = oneOf("--kind", "kind of diagnosis", &in.Kind, findings); err != nil {
				return err
			}
			if in.Text, err = r.text(args[1:]); err != nil {
				return err
			}
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				s.done("noted as " + in.Kind)
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Diagnose(ctx, n, in) }, nil
			})
		},
	}
	cmd.Flags().StringVar(&in.Kind, "kind", "finding", strings.Join(findings, ", "))
	offer(cmd, "kind", findings...)
	return cmd
}

func newAttach(r *remote) *cobra.Command {
	var text string
	cmd := &cobra.Command{
		Use:               "attach NUMBER URL",
		Short:             "Attach a link: a dashboard, a log search, a call, a document",
		Example:           "  rouse incidents attach 42 https://grafana.example.com/d/checkout --text \"error rate\"",
		Args:              wants(2, 2, "an incident's number and an address, such as: rouse incidents attach 42 https://..."),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := client.Attachment{Href: args[1], Text: text}
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				s.done("attached " + plain(args[1]))
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Attach(ctx, n, in) }, nil
			})
		},
	}
	cmd.Flags().StringVar(&text, "text", "", "what it is, for who reads the record")
	return cmd
}
