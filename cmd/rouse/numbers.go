package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rouse/rouse/web/client"
)

// numberFlags say which numbers are asked for.
type numberFlags struct {
	from, to, month, format, section string
	by                               []string
	compare                          bool
}

func newNumbers(e env) *cobra.Command {
	r := &remote{env: e}
	var report reportFlags
	var o numberFlags
	cmd := &cobra.Command{
		Use:   "report [TITLE... --service SERVICE]",
		Short: "With words: report an incident. Without: the numbers of the incident process over a period",
		Long: "This does two things.\n\n" +
			"With words it reports an incident, as rouse incidents report does: people are paged for it like for any other.\n\n" +
			"Without words it shows the numbers of the incident process over a period, of the incidents that you may see: how many, how fast\n" +
			"they were detected, acknowledged and resolved, promises kept, noise, recurring causes, and what it cost the people on call. The\n" +
			"period is the last 30 days, unless --month or --from and --to say otherwise; days and months are of --zone, or else of this\n" +
			"machine's zone, or where that has no name of yours as the daemon knows it.",
		Example: "  rouse report \"Card payments fail\" --service checkout --impact high --since 09:30\n\n" +
			"  rouse report\n" +
			"  rouse report --month 2026-10 --by service,priority\n" +
			"  rouse report --from 2026-10-05 --to 2026-10-12 --by week --format csv > week.csv\n" +
			"  rouse report --month 2026-10 --format html > october.html",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneUse(cmd.Flags(), len(args) > 0); err != nil {
				return err
			}
			if len(args) > 0 || report.in.Title != "" {
				return r.report(cmd.Context(), "rouse report", args, report)
			}
			return r.numbersOf(cmd.Context(), o)
		},
	}
	r.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	report.flags(r, cmd)
	o.flags(cmd)
	for _, name := range incidentUse {
		f := cmd.Flags().Lookup(name)
		f.Usage = "with words: " + f.Usage
	}
	return cmd
}

// The flags of the two uses of report.
var (
	incidentUse = []string{"service", "title", "text", "impact", "urgency", "type", "category", "since"}
	numberUse   = []string{"month", "from", "to", "by", "format", "section", "compare"}
)

func (o *numberFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.month, "month", "", "the numbers of one calendar month, such as 2026-10, beside those of the month before")
	f.StringVar(&o.from, "from", "", "the numbers from this `time` on: 2026-10-05, \"2026-10-05 06:00\", 7d")
	f.StringVar(&o.to, "to", "", "up to this `time`, which is not included (default now)")
	f.StringSliceVar(&o.by, "by", nil, "group them by: "+strings.Join(dimensions, ", "))
	f.StringVar(&o.format, "format", "", "write them as "+strings.Join(numberForms, ", ")+"; the same as --output")
	f.StringVar(&o.section, "section", "", "of a csv: "+strings.Join(sections, ", ")+" (default groups)")
	f.BoolVar(&o.compare, "compare", false, "beside the numbers of the period before")
	exclusive(cmd, "month", "from")
	exclusive(cmd, "month", "to")
	offer(cmd, "by", dimensions...)
	offer(cmd, "format", numberForms...)
	offer(cmd, "section", sections...)
}

// oneUse refuses flags of the one use of report beside the other.
func oneUse(f *pflag.FlagSet, worded bool) error {
	given := func(names []string) (all []string) {
		for _, n := range names {
			if f.Changed(n) {
				all = append(all, "--"+n)
			}
		}
		return all
	}
	worded = worded || f.Changed("title")
	if numbers := given(numberUse); worded && len(numbers) > 0 {
		return fmt.Errorf("rouse report: words report an incident, and %s asks for the numbers: write one or the other", strings.Join(numbers, ", "))
	}
	if incident := given(incidentUse); !worded && len(incident) > 0 {
		return fmt.Errorf("rouse report: %s is of an incident, but no words say what is broken: write them, such as: rouse report \"card payments hang\" --service checkout", strings.Join(incident, ", "))
	}
	return nil
}

// numbersOf prints the numbers of a period.
func (r *remote) numbersOf(ctx context.Context, o numberFlags) error {
	if o.format != "" {
		if !slices.Contains(numberForms, o.format) {
			return fmt.Errorf("--format: %q is none of %s", plain(o.format), strings.Join(numberForms, ", "))
		}
		r.output = o.format
	}
	s, err := r.session(numberForms[2:]...)
	if err != nil {
		return err
	}
	q, err := s.numberQuery(o)
	if err != nil {
		return err
	}
	b, err := s.NumbersReport(ctx, q)
	if err != nil {
		return s.explain(err)
	}
	return s.out.bytes(b)
}

// numberQuery turns flags into what the API takes.
func (s *session) numberQuery(o numberFlags) (q client.ReportQuery, err error) {
	q = client.ReportQuery{Month: o.month, Zone: s.zoneID(), Format: s.form, Section: o.section, Compare: o.compare}
	for k := range o.by {
		err = errors.Join(err, oneOf("--by", "dimension", &o.by[k], dimensions))
	}
	if err = errors.Join(err, oneOf("--section", "section", &q.Section, sections)); err != nil {
		return q, err
	}
	if q.Section != "" && s.form != "csv" {
		return q, errors.New("--section is of a csv: add --format csv")
	}
	if _, err := time.Parse("2006-01", o.month); o.month != "" && err != nil {
		return q, fmt.Errorf("--month: %q is no month: write it as 2026-10", plain(o.month))
	}
	q.By = strings.Join(o.by, ",")
	if q.From, err = s.edge("--from", o.from); err != nil {
		return q, err
	}
	q.To, err = s.edge("--to", o.to)
	return q, err
}

// edge reads the beginning or end of a period as the API takes it. A day is left to the daemon, which knows whose day it is
// when no zone is named.
func (s *session) edge(flag, word string) (string, error) {
	if word == "" {
		return "", nil
	}
	if _, err := time.Parse(time.DateOnly, word); err == nil {
		return word, nil
	}
	t, err := parseSince(word, s.now, s.zone)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	return t.UTC().Format(time.RFC3339), nil
}
