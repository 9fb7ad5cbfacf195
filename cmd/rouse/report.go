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

// reportFlags are what somebody reports.
type reportFlags struct {
	in    client.Report
	since string
}

func (o *reportFlags) flags(r *remote, cmd *cobra.Command) {
	f, in := cmd.Flags(), &o.in
	f.StringVar(&in.Service, "service", "", "what is broken, a service of the configuration")
	f.StringVar(&in.Title, "title", "", "the title, where it is not the words of the command")
	f.StringVar(&in.Text, "text", "", "more about it, as the description")
	f.StringVar(&in.Impact, "impact", "", "high, medium or low (default the service's)")
	f.StringVar(&in.Urgency, "urgency", "", "high, medium or low (default high)")
	f.StringVar(&in.Type, "type", "", "type of incident (default technical)")
	f.StringVar(&in.Category, "category", "", "category of that type")
	f.StringVar(&o.since, "since", "", "when it began, if you know: 20m, 09:30, \"2026-12-24 06:00\"")
	offer(cmd, "impact", grades...)
	offer(cmd, "urgency", grades...)
	offerFrom(cmd, "service", r.completeServices)
}

// newReport is rouse incidents report, which path names.
func newReport(r *remote, path string) *cobra.Command {
	var o reportFlags
	cmd := &cobra.Command{
		Use:   "report TITLE...",
		Short: "Open an incident yourself, for what no monitor has seen",
		Long:  "Open an incident yourself, for what no monitor has seen. People are paged for it like for any other.",
		Example: "  rouse incidents report --service checkout card payments hang at the last step\n" +
			"  rouse incidents report --service checkout --since 09:30 --impact high card payments hang\n" +
			"  rouse incidents report --service website --urgency low --title \"wrong prices on the landing page\"",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return r.report(cmd.Context(), path, args, o) },
	}
	o.flags(r, cmd)
	return cmd
}

// report opens an incident for what the words and flags of a command say. path is how that command is called.
func (r *remote) report(ctx context.Context, path string, words []string, o reportFlags) error {
	in := o.in
	if in.Title != "" && len(words) > 0 {
		return fmt.Errorf("%s: write the title after --title or without it, not both", path)
	}
	in.Title = strings.TrimSpace(in.Title + strings.Join(words, " "))
	switch {
	case in.Title == "":
		return fmt.Errorf("%s: say in one line what is broken, such as: %s --service checkout card payments hang", path, path)
	case in.Service == "":
		return fmt.Errorf("%s: --service is missing: name what is broken (rouse oncall lists the services)", path)
	}
	s, err := r.session()
	if err != nil {
		return err
	}
	t, err := s.sinceOf(o.since)
	if err != nil {
		return err
	}
	if !t.IsZero() {
		in.StartedAt = t.UTC()
	}
	i, err := s.Report(ctx, in)
	if err != nil {
		return s.explain(err)
	}
	if s.json {
		return s.out.json(i)
	}
	s.out.line("%s", s.sentence(i))
	return nil
}

// sinceOf reads the --since of an incident; the zero time is none.
func (s *session) sinceOf(since string) (time.Time, error) {
	if since == "" {
		return time.Time{}, nil
	}
	t, err := parseSince(since, s.now, s.zone)
	switch {
	case err != nil:
		return t, fmt.Errorf("--since: %w", err)
	case t.After(s.now):
		return t, errors.New("--since: that is still to come: say when it began")
	}
	return t, nil
}
