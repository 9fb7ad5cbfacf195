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

// act is what one command does to one incident.
type act func(ctx context.Context, n int64) (client.Incident, error)

// each does something to several incidents and says how each is then. One that fails does not keep the others from it.
// make checks the command's flags and returns what it does.
func (r *remote) each(cmd *cobra.Command, words []string, make func(*session) (act, error)) error {
	s, err := r.session()
	if err != nil {
		return err
	}
	do, err := make(s)
	if err != nil {
		return err
	}
	numbers, err := r.numbers(words)
	if err != nil {
		return err
	}
	done, errs := []client.Incident{}, []error(nil)
	for _, n := range numbers {
		i, err := do(cmd.Context(), n)
		if err != nil {
			errs = append(errs, s.about(n, err))
			continue
		}
		done = append(done, i)
		if !s.json {
			s.out.line("%s", s.sentence(i))
		}
	}
	if s.json && len(done) > 0 {
		if err := s.out.json(client.IncidentList{Incidents: done}); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

// sentence says how an incident is.
func (s *session) sentence(i client.Incident) string {
	what := fmt.Sprintf("[%s %s: %s]", i.Priority, plain(i.Service), plain(i.Title))
	if s.did != nil {
		return fmt.Sprintf("%s: %s  %s", i.Ref, s.did(i), what)
	}
	how := i.State
	switch i.State {
	case "triggered":
		how = s.telling(i)
	case "acknowledged":
		how += by(i.AckedBy) + s.until(i.AckUntil)
	case "on_hold":
		how = "on hold" + s.until(i.HoldUntil) + ": " + plain(i.HoldReason)
	case "resolved":
		how += " (" + ending(i) + ")" + by(i.AckedBy)
	}
	return fmt.Sprintf("%s is %s  %s%s", i.Ref, how, what, s.firing(i))
}

// firing says of an incident that was ended that its alerts go on.
func (s *session) firing(i client.Incident) string {
	switch {
	case i.Firing == 0:
		return ""
	case i.State == "closed":
		return fmt.Sprintf("\nAlerts that still fire: %d. It stays closed; when their source repeats them, a new incident pages.", i.Firing)
	case !i.AgainAt.IsZero():
		return fmt.Sprintf("\nAlerts that still fire: %d. Unless they recover, it pages again at %s.", i.Firing, longTime(i.AgainAt, s.zone))
	}
	return ""
}

// done has what was done said in these words instead of the incident's state.
func (s *session) done(words string) { s.did = func(client.Incident) string { return words } }

// ending says how an incident was resolved.
func ending(i client.Incident) string {
	if i.DuplicateOf != 0 {
		return fmt.Sprintf("duplicate of INC-%d", i.DuplicateOf)
	}
	return i.Code
}

// telling says who is told of a triggered incident.
func (s *session) telling(i client.Incident) string {
	switch {
	case i.Suppressed != nil:
		return fmt.Sprintf("triggered, nobody is paged: %s %s%s", i.Suppressed.Kind, plain(i.Suppressed.Rule), s.until(i.Suppressed.Until))
	case len(i.Paging)+len(i.Held) == 0:
		return "triggered"
	case i.Level > 0:
		return fmt.Sprintf("triggered, %s (level %d of %s)", s.awake(i), i.Level, i.Policy)
	}
	return "triggered, " + s.awake(i)
}

// awake says who is being paged, and who is paged when: "paging ana, bo is paged at Mon 2026-03-02 07:00 CET".
func (s *session) awake(i client.Incident) string {
	var said []string
	if len(i.Paging) > 0 {
		said = append(said, "paging "+strings.Join(i.Paging, ", "))
	}
	for _, h := range i.Held {
		said = append(said, h.User+" is paged at "+longTime(h.At, s.zone))
	}
	return strings.Join(said, ", ")
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + plain(name)
}

func (s *session) until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + longTime(t, s.zone)
}

// leaseFlags are --for and --until.
type leaseFlags struct{ length, until string }

func (l *leaseFlags) flags(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&l.length, "for", "", what+" for this `duration`, such as 2h")
	cmd.Flags().StringVar(&l.until, "until", "", what+" until this `time`: morning, 07:30, \"Mon 09:00\", \"2026-12-24 06:00\"")
	exclusive(cmd, "for", "until")
}

// lease reads them. "morning" is for the daemon to read, which knows the caller's quiet hours.
func (l *leaseFlags) lease(s *session) (client.Lease, error) {
	switch {
	case l.length != "":
		if _, err := parseDuration(l.length); err != nil {
			return client.Lease{}, fmt.Errorf("--for: %w", err)
		}
		return client.Lease{For: l.length}, nil
	case l.until == "" || l.until == "morning":
		return client.Lease{Until: l.until}, nil
	}
	t, err := parseWhen(l.until, s.now, s.zone)
	if err != nil {
		return client.Lease{}, fmt.Errorf("--until: %w, or morning", err)
	}
	if !t.After(s.now) {
		return client.Lease{}, fmt.Errorf("--until: %s has passed: name a time to come", longTime(t, s.zone))
	}
	return client.Lease{Until: t.UTC().Format(time.RFC3339)}, nil
}

func newAck(r *remote) *cobra.Command {
	var l leaseFlags
	cmd := &cobra.Command{
		Use:   "ack NUMBER...",
		Short: "Acknowledge incidents: paging stops, they are yours",
		Long: "Acknowledge incidents: paging stops and they are yours. With --for or --until the acknowledgement lapses then, and if the\n" +
			"incident is still open people are paged again. --until morning is the end of your quiet hours, or 08:00.",
		Example:           "  rouse incidents ack 42\n  rouse incidents ack 42 43 --for 2h\n  rouse incidents ack 42 --until morning",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents ack 42"),
		ValidArgsFunction: r.completeNumbers(-1, "triggered"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.each(cmd, args, func(s *session) (act, error) {
				lease, err := l.lease(s)
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Ack(ctx, n, lease) }, err
			})
		},
	}
	l.flags(cmd, "hold the acknowledgement")
	return cmd
}

func newResolve(r *remote) *cobra.Command {
	var in client.Resolution
	cmd := &cobra.Command{
		Use:               "resolve NUMBER...",
		Short:             "Resolve incidents, saying how they ended",
		Example:           "  rouse incidents resolve 42 --note \"rolled back to v41\"\n  rouse incidents resolve 42 43 --code false_alarm",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents resolve 42"),
		ValidArgsFunction: r.completeNumbers(-1, "open"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("--code", "resolution code", &in.Code, codes); err != nil {
				return err
			}
			return r.each(cmd, args, func(s *session) (act, error) {
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Resolve(ctx, n, in) }, nil
			})
		},
	}
	resolutionFlags(cmd, &in)
	return cmd
}

func resolutionFlags(cmd *cobra.Command, in *client.Resolution) {
	cmd.Flags().StringVar(&in.Code, "code", "", "how it ended: "+strings.Join(codes, ", ")+" (default fixed)")
	cmd.Flags().StringVar(&in.Note, "note", "", "what was wrong, and what helped; P1 and P2 need it, unless configured otherwise")
	offer(cmd, "code", codes...)
}

func newEscalate(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "escalate NUMBER",
		Short:             "Page the next level now, without waiting for its turn",
		Example:           "  rouse incidents escalate 42",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents escalate 42"),
		ValidArgsFunction: r.completeNumbers(1, "open"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.each(cmd, args, func(s *session) (act, error) { return s.Escalate, nil })
		},
	}
}

func newReassign(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:     "reassign NUMBER USER",
		Short:   "Hand an incident to somebody, who is paged for it",
		Example: "  rouse incidents reassign 42 bo",
		Args:    wants(2, 2, "an incident's number and a user, such as: rouse incidents reassign 42 bo"),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return r.completeUsers(cmd, args[1:], start)
			}
			return r.completeNumbers(1, "open")(cmd, args, start)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				return func(ctx context.Context, n int64) (client.Incident, error) {
					i, err := s.Reassign(ctx, n, args[1])
					return i, s.named(ctx, err)
				}, nil
			})
		},
	}
}

func newHold(r *remote) *cobra.Command {
	var l leaseFlags
	cmd := &cobra.Command{
		Use:               "hold NUMBER REASON...",
		Short:             "Put an acknowledged incident on hold while something is waited for",
		Example:           "  rouse incidents hold 42 waiting for the vendor, ticket 8812 --until \"Mon 09:00\"",
		Args:              wants(2, -1, "an incident's number and what is waited for, such as: rouse incidents hold 42 waiting for the vendor"),
		ValidArgsFunction: r.completeNumbers(1, "acknowledged"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				lease, err := l.lease(s)
				in := client.Holding{Reason: strings.Join(args[1:], " "), Lease: lease}
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Hold(ctx, n, in) }, err
			})
		},
	}
	l.flags(cmd, "hold it")
	return cmd
}

func newNote(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:               "note NUMBER TEXT...",
		Short:             "Add a line to an incident's timeline; with - the text is read from standard input",
		Example:           "  rouse incidents note 42 failing over to the second region\n  kubectl get events | rouse incidents note 42 -",
		Args:              wants(2, -1, "an incident's number and the text, such as: rouse incidents note 42 failing over"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := r.text(args[1:])
			if err != nil {
				return err
			}
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Note(ctx, n, text) }, nil
			})
		},
	}
}

func newClose(r *remote) *cobra.Command {
	var in client.Closure
	cmd := &cobra.Command{
		Use:               "close NUMBER...",
		Short:             "Make resolved incidents final, so that they cannot reopen",
		Example:           "  rouse incidents close 42\n  rouse incidents close 42 --note \"the vendor confirmed the fix\" --confirmed \"Ana Ruiz\"",
		Args:              wants(1, -1, "at least one incident's number, such as: rouse incidents close 42"),
		ValidArgsFunction: r.completeNumbers(-1, "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.each(cmd, args, func(s *session) (act, error) {
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Close(ctx, n, in) }, nil
			})
		},
	}
	cmd.Flags().StringVar(&in.Note, "note", "", "closure details; where a note about what was done is still owed, it is that note")
	cmd.Flags().StringVar(&in.Confirmed, "confirmed", "", "who confirmed that it is over")
	return cmd
}
