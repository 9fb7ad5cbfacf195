package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/ical"
	"github.com/rouse/rouse/oncall/rota"
	"github.com/rouse/rouse/web/client"
)

func newLeave(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:   "leave",
		Short: "Say when people are away, and see which of their shifts have to be covered",
		Long: "Say when people are away, and see which of their shifts have to be covered. Leave takes nobody off call: whoever a schedule names\n" +
			"is paged, until an override puts somebody else there. Leave can be written in the configuration as well (leave of a user).",
		Example: "  rouse leave add --user ana --from 2026-12-24 --to 2027-01-06\n  rouse leave import ana.ics --user ana\n  rouse leave list",
	}
	r.flags(cmd)
	return group(cmd, newLeaveAdd(r), newLeaveImport(r), newLeaveList(r), newLeaveRemove(r))
}

func newLeaveAdd(r *remote) *cobra.Command {
	var user, from, to, reason string
	cmd := &cobra.Command{
		Use:   "add --user USER --from DAY [--to DAY]",
		Short: "Enter when somebody is away",
		Long: "Enter when somebody is away. Days and times are on that person's own clock, unless --zone names another; the last day is included,\n" +
			"so --from 2026-12-24 alone is one day.",
		Example: "  rouse leave add --user ana --from 2026-12-24 --to 2027-01-06 --reason family\n  rouse leave add --user ana --from \"2026-12-24 12:00\" --to \"2026-12-24 18:00\"",
		Args:    wants(0, 0, "--user, --from and --to, no other words"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if user == "" || from == "" {
				return errors.New("rouse leave add: say who and when, such as --user ana --from 2026-12-24")
			}
			s, err := r.session()
			if err != nil {
				return err
			}
			u, zone, err := s.onTheirClock(cmd.Context(), user)
			if err != nil {
				return err
			}
			t, err := s.leaveTime(from, to, zone)
			if err != nil {
				return err
			}
			t.Reason = reason
			return s.addLeave(cmd.Context(), client.NewLeave{User: u, Leave: []client.LeaveTime{t}})
		},
	}
	f := cmd.Flags()
	f.StringVar(&user, "user", "", "who is away, by id or name")
	f.StringVar(&from, "from", "", "first `day`, or the time at which it begins")
	f.StringVar(&to, "to", "", "last `day`, which is included, or the time at which it ends")
	f.StringVar(&reason, "reason", "", "why, for who looks at the schedule")
	_ = cmd.RegisterFlagCompletionFunc("user", r.completeUsers) // the flag exists
	return cmd
}

// onTheirClock finds a user and the clock that times of theirs are on: --zone, else their own.
func (s *session) onTheirClock(ctx context.Context, name string) (id string, zone *time.Location, err error) {
	users, err := s.Users(ctx)
	if err != nil {
		return "", nil, s.explain(err)
	}
	ids := make([]string, len(users))
	for k, u := range users {
		ids[k] = u.ID
		if u.ID != name && !strings.EqualFold(u.Name, name) {
			continue
		}
		if zone = s.zone; s.r.zone == "" {
			zone, err = time.LoadLocation(u.Zone)
		}
		return u.ID, zone, err
	}
	return "", nil, fmt.Errorf("--user: there is no user %q: write one of %s", plain(name), strings.Join(ids, ", "))
}

// leaveTime reads when leave begins and ends; a day ends at the midnight after it.
func (s *session) leaveTime(from, to string, zone *time.Location) (t client.LeaveTime, err error) {
	a, err := parseWhen(from, s.now, zone)
	if err != nil {
		return t, fmt.Errorf("--from: %w", err)
	}
	b := a
	if to != "" {
		if b, err = parseWhen(to, a, zone); err != nil {
			return t, fmt.Errorf("--to: %w", err)
		}
	}
	last := to
	if to == "" {
		last = from
	}
	if _, err := time.Parse(time.DateOnly, strings.TrimSpace(last)); err == nil {
		b = oncall.Wall(zone, oncall.DateOf(b.In(zone)).AddDays(1), 0)
	}
	if !b.After(a) {
		return t, fmt.Errorf("--to: write when the leave ends, after %s", longTime(a, zone))
	}
	return client.LeaveTime{From: a.UTC().Format(time.RFC3339), To: b.UTC().Format(time.RFC3339)}, nil
}

func newLeaveImport(r *remote) *cobra.Command {
	var user, only string
	cmd := &cobra.Command{
		Use:   "import FILE --user USER",
		Short: "Read when somebody is away from a calendar (.ics)",
		Long: "Read when somebody is away from a calendar in the iCalendar format, as Google, Outlook and the tools of personnel offices export it\n" +
			"(- is standard input). Every event counts that is not cancelled, or with --only those whose title has some words. Whole days are on\n" +
			"that person's own clock. Recurring events are taken for the next 400 days. What was read from a calendar of theirs before is replaced.\n" +
			"Titles stay where they are: rouse keeps the times alone.",
		Example: "  rouse leave import ana.ics --user ana\n  rouse leave import everything.ics --user ana --only vacation",
		Args:    wants(1, 1, "the file of a calendar, such as: rouse leave import ana.ics --user ana"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if user == "" {
				return errors.New("rouse leave import: say whose leave it is, such as --user ana")
			}
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.importLeave(cmd.Context(), args[0], user, only)
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "whose leave it is, by id or name")
	cmd.Flags().StringVar(&only, "only", "", "take events alone whose title has these `words`")
	_ = cmd.RegisterFlagCompletionFunc("user", r.completeUsers) // the flag exists
	return cmd
}

func (s *session) importLeave(ctx context.Context, file, user, only string) error {
	text, err := s.r.readCalendar(file)
	if err != nil {
		return err
	}
	id, zone, err := s.onTheirClock(ctx, user)
	if err != nil {
		return err
	}
	found, err := ical.Read(text, ical.Options{Zone: zone, From: s.now, To: s.now.Add(400 * 24 * time.Hour), Only: only})
	if e := (*ical.LineError)(nil); errors.As(err, &e) {
		return fmt.Errorf("%s:%d: %s; %s", plain(file), e.Line, plain(e.What), e.Do)
	}
	if err != nil {
		return err
	}
	in := client.NewLeave{User: id, Calendar: filepath.Base(file), Leave: []client.LeaveTime{}}
	for _, a := range found {
		in.Leave = append(in.Leave, client.LeaveTime{From: a.From.Format(time.RFC3339), To: a.To.Format(time.RFC3339)})
	}
	return s.addLeave(ctx, in)
}

// readCalendar reads no more of a file than a calendar may have.
func (r *remote) readCalendar(file string) ([]byte, error) {
	in := r.stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, ical.MaxBytes+1))
}

// addLeave enters leave and says which shifts fall into it.
func (s *session) addLeave(ctx context.Context, in client.NewLeave) error {
	made, err := s.AddLeave(ctx, in)
	if err != nil {
		return s.named(ctx, err)
	}
	if s.json {
		return s.out.json(made)
	}
	switch {
	case in.Calendar != "":
		s.out.line("%s is away %s in %s; what was read from a calendar before is replaced.", plain(in.User), count(len(made), "time", "times"), plain(in.Calendar))
	case len(made) > 0:
		l := made[0]
		s.out.line("%s is away from %s until %s (%s)", plain(l.User), longTime(l.From, s.zone), longTime(l.To, s.zone), l.ID)
	}
	s.leaveClashes(made)
	return nil
}

// leaveClashes prints each shift that falls into leave, with the command that has somebody stand in.
func (s *session) leaveClashes(list []client.Leave) {
	n, zone := 0, s.zone
	if zone == time.Local {
		zone = time.UTC // a command is typed elsewhere too, and --zone takes a name
	}
	for _, l := range list {
		for _, c := range l.Clashes {
			n++
			s.out.line("%s %s is on call on %s from %s until %s, and will be paged.", s.out.paint(yellow, "on leave!"), plain(l.User), plain(c.Schedule), longTime(c.From, s.zone), longTime(c.To, s.zone))
			s.out.line("  %s", s.out.paint(dim, "cover it: "+rota.CoverCommand(c.Schedule, rota.Clash{User: l.User, From: c.From, To: c.To, Cover: c.Cover}, zone)))
		}
	}
	if n == 0 && len(list) > 0 {
		s.out.line("No shift of the next 90 days falls into it.")
	}
}

func newLeaveList(r *remote) *cobra.Command {
	var user string
	var all bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List when people are away, and which of their shifts fall into it",
		Example: "  rouse leave list\n  rouse leave list --user ana --all",
		Args:    wants(0, 0, "no words, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			list, err := s.Leave(cmd.Context(), user, all)
			return show(s, list, s.explain(err), s.leaveTable)
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "of this user alone, by id")
	cmd.Flags().BoolVar(&all, "all", false, "leave that has ended as well")
	_ = cmd.RegisterFlagCompletionFunc("user", r.completeUsers) // the flag exists
	return cmd
}

func (s *session) leaveTable(list []client.Leave) {
	if len(list) == 0 {
		s.out.line("Nobody is on leave.")
		return
	}
	rows := make([][]string, len(list))
	for k, l := range list {
		id, where := l.ID, l.Calendar
		if l.Source == "file" {
			id = "(file)"
		}
		on := "-"
		if n := len(l.Clashes); n > 0 {
			on = count(n, "shift", "shifts") + " to cover"
		}
		rows[k] = []string{id, l.User, longTime(l.From, s.zone), longTime(l.To, s.zone), orDash(l.Reason), orDash(where), on}
	}
	s.out.table([]string{"ID", "USER", "FROM", "TO", "REASON", "CALENDAR", "ON CALL"}, rows)
	for _, l := range list {
		if len(l.Clashes) > 0 {
			s.out.line("")
			s.leaveClashes(list)
			return
		}
	}
}

func newLeaveRemove(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:     "remove ID...",
		Short:   "Take leave entered at run time away again",
		Example: "  rouse leave remove lv-7",
		Args:    wants(1, -1, "the id of leave, such as: rouse leave remove lv-7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.drop(cmd, args, "leave", "removed", (*client.Client).RemoveLeave)
		},
	}
}
