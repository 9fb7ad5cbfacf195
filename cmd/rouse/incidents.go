package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newIncidents(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "incidents",
		Aliases: []string{"incident", "inc"},
		Short:   "Look at incidents and act on them",
		Long:    "Look at incidents and act on them. Numbers are written 42 or INC-42.",
		Example: "  rouse incidents list\n  rouse incidents show 42\n  rouse incidents ack 42 --for 2h",
	}
	r.flags(cmd)
	return group(cmd, newList(r), newShow(r), newAck(r), newResolve(r), newEscalate(r), newReassign(r), newHold(r), newNote(r), newClose(r), newReport(r))
}

// states are the words that --state takes.
var states = []string{"open", "triggered", "acknowledged", "on_hold", "resolved", "closed", "all"}

// listPage is how many incidents the API gives at once.
const listPage = 500

// listOptions are the flags of list.
type listOptions struct {
	states               []string
	service, team, since string
	limit                int
}

func newList(r *remote) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List incidents, newest first",
		Long:  "List incidents, newest first: the open ones, unless --state says otherwise.",
		Example: "  rouse incidents list --service checkout\n" +
			"  rouse incidents list --state all --since 7d -o json",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.list(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.states, "state", []string{"open"}, "states: "+strings.Join(states, ", "))
	f.StringVar(&o.service, "service", "", "only of this service")
	f.StringVar(&o.team, "team", "", "only of this team")
	f.StringVar(&o.since, "since", "", "only those opened since this `time`: 24h, 2026-12-24, \"2026-12-24 06:00\"")
	f.IntVar(&o.limit, "limit", 50, "at most so many")
	_ = cmd.RegisterFlagCompletionFunc("state", cobra.FixedCompletions(states, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return cmd
}

// filter turns flags into what the API takes.
func (s *session) filter(o listOptions) (f client.Filter, err error) {
	f = client.Filter{Service: o.service, Team: o.team}
	for _, word := range o.states {
		word = strings.ReplaceAll(word, "-", "_")
		if !slices.Contains(states, word) {
			return f, fmt.Errorf("--state: %q is no state: write one of %s", plain(word), strings.Join(states, ", "))
		}
		f.States = append(f.States, word)
	}
	if slices.Contains(f.States, "all") {
		f.States = nil
	}
	if o.limit < 1 {
		return f, errors.New("--limit: write a number from 1 on")
	}
	if o.since != "" {
		f.Since, err = parseSince(o.since, s.now, s.zone)
	}
	return f, err
}

func (s *session) list(ctx context.Context, o listOptions) error {
	f, err := s.filter(o)
	if err != nil {
		return err
	}
	all := client.IncidentList{Incidents: []client.Incident{}}
	for {
		f.Limit = min(o.limit-len(all.Incidents), listPage)
		got, err := s.Incidents(ctx, f)
		if err != nil {
			return s.explain(err)
		}
		all.Incidents = append(all.Incidents, got.Incidents...)
		all.Next, f.Before = got.Next, got.Next
		if got.Next == 0 || len(all.Incidents) >= o.limit {
			break
		}
	}
	if s.json {
		return s.out.json(all)
	}
	s.listTable(all, o)
	return nil
}

func (s *session) listTable(all client.IncidentList, o listOptions) {
	if len(all.Incidents) == 0 {
		none := "No incidents."
		if slices.Equal(o.states, []string{"open"}) && o.service+o.team+o.since == "" {
			none = "No open incidents. Good."
		}
		s.out.line("%s", none)
		return
	}
	rows := make([][]string, len(all.Incidents))
	for k, i := range all.Incidents {
		rows[k] = []string{i.Ref, i.Priority, i.State, i.Service, span(s.now.Sub(i.CreatedAt)), orDash(whose(i)), fmt.Sprintf("%d/%d", i.Firing, i.Total), i.Title}
	}
	s.out.table([]string{"INCIDENT", "PRIO", "STATE", "SERVICE", "AGE", "WITH", "FIRING", "TITLE"}, rows)
	if all.Next > 0 {
		fmt.Fprintf(s.r.stderr, "There are more: --limit takes a larger number than %d.\n", o.limit)
	}
}

// whose says with whom an incident is: who has it, else who is being paged.
func whose(i client.Incident) string {
	switch {
	case i.State != "triggered" && i.Assignee != "":
		return i.Assignee
	case i.State == "triggered" && len(i.Paging) > 0:
		return "paging " + strings.Join(i.Paging, ", ")
	case i.Suppressed != nil && i.State == "triggered":
		return i.Suppressed.Kind
	}
	return i.AckedBy
}

func newShow(r *remote) *cobra.Command {
	var alerts int
	cmd := &cobra.Command{
		Use:               "show NUMBER",
		Short:             "Show one incident: who is paged now, its alerts, its timeline, and what became of every page",
		Example:           "  rouse incidents show 42\n  rouse incidents show INC-42 --zone Europe/Madrid",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents show 42"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			n, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			if alerts < 1 || alerts > 1000 {
				return errors.New("--alerts: write a number from 1 to 1000")
			}
			d, err := s.Incident(cmd.Context(), n, alerts)
			if err != nil {
				return s.about(n, err)
			}
			if s.json {
				return s.out.json(d)
			}
			s.record(d)
			return nil
		},
	}
	cmd.Flags().IntVar(&alerts, "alerts", 20, "show at most so many of its alerts")
	return cmd
}

// about explains an error and says which incident it is about.
func (s *session) about(n int64, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	var e *client.Error
	if !errors.As(err, &e) || e.Status == 401 || e.Code == "not_rouse" {
		return s.explain(err)
	}
	return fmt.Errorf("INC-%s: %w", strconv.FormatInt(n, 10), s.explain(err))
}
