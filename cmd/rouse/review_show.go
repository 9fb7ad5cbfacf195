package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newReviewShow(r *remote) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "show NUMBER",
		Short: "Show a review, or with --format markdown print the document",
		Example: "  rouse review show 42\n" +
			"  rouse review show 42 --format markdown --zone Europe/Madrid > inc-42.md",
		Args:              wants(1, 1, "one incident's number, such as: rouse review show 42"),
		ValidArgsFunction: r.completeReviews(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "" {
				if err := oneOf("--format", "format", &format, []string{"table", "json", "markdown"}); err != nil {
					return err
				}
				r.output = format
			}
			n, s, err := r.one(args[0], "markdown")
			if err != nil {
				return err
			}
			if s.form == "markdown" {
				b, err := s.ReviewMarkdown(cmd.Context(), n, s.zoneID())
				if err != nil {
					return s.aboutReview(cmd.Context(), n, err)
				}
				return s.out.bytes(b)
			}
			v, err := s.Review(cmd.Context(), n)
			return show(s, v, s.aboutReview(cmd.Context(), n, err), s.review)
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "table, json or markdown; the same as --output")
	offer(cmd, "format", "table", "json", "markdown")
	return cmd
}

// zoneID names the zone that times are to be in: that of --zone, or else this machine's. Where that has no name it is empty, which
// means yours there.
func (s *session) zoneID() string {
	return cmp.Or(s.r.zone, s.r.machineZone())
}

func (s *session) reviewTable(all []client.ReviewSummary) {
	if len(all) == 0 {
		s.out.line("No reviews.")
		return
	}
	rows := make([][]string, len(all))
	for k, v := range all {
		due := shortTime(v.DueAt, s.zone)
		switch {
		case v.Overdue:
			due = "overdue since " + due
		case v.State == "published":
			due = "-"
		}
		items := fmt.Sprintf("%d open", v.OpenItems)
		if v.OverdueItems > 0 {
			items += fmt.Sprintf(", %d overdue", v.OverdueItems)
		}
		rows[k] = []string{v.Ref, v.Priority, v.State, v.Service, orDash(v.Owner), due, items, v.Title}
	}
	s.out.table([]string{"INCIDENT", "PRIO", "STATE", "SERVICE", "OWNER", "DUE", "ACTIONS", "TITLE"}, rows)
}

// reviewState says in a few lines how a review is after an act, and what it still lacks.
func (s *session) reviewState(v client.Review) {
	s.out.line("The review of %s is %s  [%s: %s]", v.Ref, s.out.state(spoken(v.State)), plain(v.Service), plain(v.Title))
	s.lacks(v)
}

// spoken writes a state as people say it.
func spoken(state string) string { return strings.ReplaceAll(state, "_", " ") }

// lacks says what a review lacks before it can be published, and where its text may blame somebody.
func (s *session) lacks(v client.Review) {
	if v.State != "published" {
		for _, m := range v.Missing {
			s.out.line("  missing: %s", plain(m))
		}
	}
	for _, d := range v.Doubts {
		s.out.line("  look again: %s", plain(d))
	}
}

// review prints one review for a person to read. The document is what Markdown is for.
func (s *session) review(v client.Review) {
	s.out.line("%s  %s  %s  %s", s.out.paint(bold, "Review of "+v.Ref), s.out.state(v.Priority), s.out.state(spoken(v.State)), plain(v.Service))
	s.out.line("%s\n", s.out.paint(bold, plain(v.Title)))
	s.lacks(v)
	s.factLines([][2]string{
		{"Owner", plain(v.Owner)},
		{"Facilitator", plain(v.Facilitator)},
		{"Participants", plain(strings.Join(v.Participants, ", "))},
		{"Meeting", s.moment(v.MeetingAt)},
		{"Due", s.moment(v.DueAt)},
		{"Published", s.moment(v.PublishedAt) + commaBy(v.PublishedBy)},
		{"Repeats", ref(v.Previous)},
		{"Root cause", problemRef(v.Problem)},
		{"Approved by", approvals(v.Approvals)},
		{"Facts", reviewFacts(v.Facts)},
	})
	for _, part := range reviewParts(v) {
		if part[1] != "" {
			s.heading(part[0])
			s.out.line("%s", part[1])
		}
	}
	s.items(v.Items)
	s.reviewTimeline(v)
}

// reviewParts are the texts of a review in the order of the document.
func reviewParts(v client.Review) [][2]string {
	return [][2]string{
		{"Summary", block(v.Summary)},
		{"Impact", lines(v.Impact, "users: ", v.Users, "contacts: ", v.Contacts, "money: ", v.Money, "lasted: ", lasted(v.DurationSeconds))},
		{"Detection", lines(v.Detection, "by: ", v.DetectedBy, "sooner by: ", v.DetectionGap)},
		{"Trigger", block(v.Trigger)},
		{"Contributing factors", bullets(v.Factors)},
		{"Mitigation", block(v.Mitigation)},
		{"Resolution", block(v.Resolution)},
		{"What went well", bullets(v.Well)},
		{"What went wrong", bullets(v.Wrong)},
		{"Where we were lucky", bullets(v.Lucky)},
		{"Surprises", bullets(v.Surprises)},
		{"Message to those outside", block(v.External)},
	}
}

// lines writes a text and, each on a line of its own, what has a name. Empty ones are left out.
func lines(text string, named ...string) string {
	var out []string
	if text != "" {
		out = append(out, block(text))
	}
	for k := 0; k+1 < len(named); k += 2 {
		if named[k+1] != "" {
			out = append(out, named[k]+plain(named[k+1]))
		}
	}
	return strings.Join(out, "\n")
}

func lasted(n int64) string {
	if n == 0 {
		return ""
	}
	return seconds(n)
}

func approvals(all []client.Approval) string {
	names := make([]string, len(all))
	for k, a := range all {
		names[k] = plain(a.By)
	}
	return strings.Join(names, ", ")
}

// reviewFacts says in one line what the incident's record says in numbers.
func reviewFacts(f client.ReviewFacts) string {
	var parts []string
	if !f.FirstAckAt.IsZero() {
		parts = append(parts, "acknowledged after "+seconds(f.TimeToAckSeconds)+by(f.FirstAckBy))
	}
	if !f.ResolvedAt.IsZero() {
		parts = append(parts, "resolved after "+seconds(f.TimeToResolveSeconds)+inBrackets("code", f.Code))
	}
	parts = append(parts, count(f.Alerts, "alert", "alerts"), count(f.Pings, "interruption", "interruptions")+" of "+count(len(f.People), "person", "people"))
	for _, p := range f.SLAs {
		how := "kept"
		if p.Breached {
			how = "breached"
		}
		parts = append(parts, fmt.Sprintf("%s of %s %s", p.Kind, plain(p.SLA), how))
	}
	return strings.Join(parts, ", ")
}

func (s *session) reviewTimeline(v client.Review) {
	var rows [][]string
	for _, l := range v.Timeline {
		if !l.Hidden {
			rows = append(rows, []string{fmt.Sprint(l.ID), l.At.In(s.zone).Format("2006-01-02 15:04:05"), orDash(l.Who), l.What})
		}
	}
	if len(rows) == 0 {
		return
	}
	s.heading("Timeline (" + s.zoneName(v.UpdatedAt) + ")")
	s.wide().table([]string{"LINE", "TIME", "WHO", "WHAT"}, rows)
}
