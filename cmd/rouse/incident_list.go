package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

const (
	listPage = 500    // incidents that the API gives at once
	csvMost  = 10_000 // incidents that it gives as CSV
)

// listOptions are the flags of list, with those fields of the filter that need no reading.
type listOptions struct {
	states       []string
	since, until string
	labels       []string
	limit        int
	choose       client.Filter
}

func newList(r *remote) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List incidents, newest first",
		Long: "List incidents, newest first: the open ones, unless --state says otherwise. Of flags that differ all must fit, of the values of\n" +
			"one flag any. Beside table and json, -o csv writes what a spreadsheet takes.",
		Example: "  rouse incidents list --service checkout --priority P1,P2\n" +
			"  rouse incidents list --state all --since 7d -o json\n" +
			"  rouse incidents list --state all -q \"disk full\" --label cluster=eu-1\n" +
			"  rouse incidents list --state all --since 2026-10-01 --until 2026-11-01 --breached -o csv",
		Args:              wants(0, 0, "no words, only flags; -q searches"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session("csv")
			if err != nil {
				return err
			}
			f, err := s.filter(o)
			if err != nil {
				return err
			}
			if s.form == "csv" {
				return s.listCSV(cmd.Context(), f, cmd.Flags().Changed("limit"))
			}
			return s.list(cmd.Context(), f, o)
		},
	}
	o.flags(cmd)
	offer(cmd, "state", states...)
	offer(cmd, "priority", priorities...)
	offer(cmd, "code", codes...)
	offerFrom(cmd, "service", r.completeServices)
	offerFrom(cmd, "assignee", r.anyUser)
	offerFrom(cmd, "reporter", r.anyUser)
	return cmd
}

func (o *listOptions) flags(cmd *cobra.Command) {
	f, c := cmd.Flags(), &o.choose
	f.StringSliceVar(&o.states, "state", []string{"open"}, "states: "+strings.Join(states, ", "))
	f.StringVarP(&c.Query, "search", "q", "", "only those in whose record all these words stand")
	f.StringVar(&c.Service, "service", "", "only of this service, or of several with commas between")
	f.StringVar(&c.Team, "team", "", "only of this team")
	f.StringSliceVar(&c.Priorities, "priority", nil, "only of these priorities, such as P1,P2")
	f.StringSliceVar(&c.Types, "type", nil, "only of these types")
	f.StringSliceVar(&c.Categories, "category", nil, "only of these categories")
	f.StringVar(&c.Assignee, "assignee", "", "only those that this user has")
	f.StringVar(&c.Reporter, "reporter", "", "only those that this user reported")
	f.StringSliceVar(&c.Sources, "source", nil, "only from these integrations")
	f.StringSliceVar(&c.Codes, "code", nil, "only those that ended so: "+strings.Join(codes, ", "))
	f.StringVar(&c.Rule, "rule", "", "only those that this rule opened")
	f.StringArrayVar(&o.labels, "label", nil, "only with this group label, as `name=value`; may be given several times")
	f.BoolVar(&c.Breached, "breached", false, "only those that broke an SLA's promise")
	f.StringVar(&o.since, "since", "", "only those opened since this `time`: 24h, 2026-12-24, \"2026-12-24 06:00\"")
	f.StringVar(&o.until, "until", "", "only those opened before this `time`")
	f.IntVar(&o.limit, "limit", 50, "at most so many; as csv 10000 unless given")
}

// filter turns flags into what the API takes.
func (s *session) filter(o listOptions) (f client.Filter, err error) {
	f = o.choose
	if f.States, err = stateWords(o.states, states); err != nil {
		return f, err
	}
	if o.limit < 1 {
		return f, errors.New("--limit: write a number from 1 on")
	}
	f.Limit = o.limit
	if err := o.words(&f); err != nil {
		return f, err
	}
	for _, t := range []struct {
		flag, word string
		to         *time.Time
	}{{"--since", o.since, &f.Since}, {"--until", o.until, &f.Until}} {
		if t.word == "" {
			continue
		}
		if *t.to, err = parseSince(t.word, s.now, s.zone); err != nil {
			return f, fmt.Errorf("%s: %w", t.flag, err)
		}
	}
	return f, nil
}

// words checks the words of the flags, and reads labels.
func (o *listOptions) words(f *client.Filter) (err error) {
	for k := range f.Priorities {
		f.Priorities[k] = strings.ToUpper(f.Priorities[k])
		err = errors.Join(err, oneOf("--priority", "priority", &f.Priorities[k], priorities))
	}
	for k := range f.Codes {
		err = errors.Join(err, oneOf("--code", "resolution code", &f.Codes[k], codes))
	}
	if len(o.labels) > 0 {
		f.Labels = map[string]string{}
	}
	for _, l := range o.labels {
		name, value, ok := strings.Cut(l, "=")
		if !ok || name == "" {
			err = errors.Join(err, fmt.Errorf("--label: %q is no label: write it as name=value", plain(l)))
		}
		f.Labels[name] = value
	}
	return err
}

// listCSV writes what the daemon makes of the list for a spreadsheet.
func (s *session) listCSV(ctx context.Context, f client.Filter, limited bool) error {
	if !limited {
		f.Limit = 0
	}
	if f.Limit > csvMost {
		return fmt.Errorf("--limit: as csv at most %d at once: part them by --since and --until", csvMost)
	}
	b, err := s.IncidentsCSV(ctx, f)
	if err != nil {
		return s.explain(err)
	}
	return s.out.bytes(b)
}

func (s *session) list(ctx context.Context, f client.Filter, o listOptions) error {
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
		if slices.Equal(o.states, []string{"open"}) && o.everything() {
			none = "No open incidents. Good."
		}
		s.out.line("%s", none)
		return
	}
	header := []string{"INCIDENT", "PRIO", "STATE", "SERVICE", "AGE", "WITH", "FIRING", "TITLE"}
	rows := make([][]string, len(all.Incidents))
	promised := false
	for k, i := range all.Incidents {
		rows[k] = []string{i.Ref, i.Priority, i.State, i.Service, span(s.now.Sub(i.CreatedAt)), orDash(whose(i)), fmt.Sprintf("%d/%d", i.Firing, i.Total), i.Title}
		promised = promised || s.promise(i) != "-"
	}
	if promised { // a column of its own where there is anything to say
		header = slices.Insert(header, len(header)-1, "SLA")
		for k, i := range all.Incidents {
			rows[k] = slices.Insert(rows[k], len(rows[k])-1, s.promise(i))
		}
	}
	s.out.table(header, rows)
	if all.Next > 0 {
		fmt.Fprintf(s.r.stderr, "There are more: --limit takes a larger number than %d.\n", o.limit)
	}
}

// everything reports whether no flag but --state narrows the list.
func (o *listOptions) everything() bool {
	c := &o.choose
	words := c.Query + c.Service + c.Team + c.Assignee + c.Reporter + c.Rule + o.since + o.until
	lists := len(c.Priorities) + len(c.Types) + len(c.Categories) + len(c.Codes) + len(c.Sources) + len(o.labels)
	return words == "" && lists == 0 && !c.Breached
}

// promise says how an incident's SLA clocks stand, in a word or two.
func (s *session) promise(i client.Incident) string {
	switch {
	case i.Breached:
		return "breached"
	case i.BreachAt.IsZero() || !openState(i.State):
		return "-"
	case i.BreachAt.After(s.now):
		return "in " + span(i.BreachAt.Sub(s.now))
	}
	return "due"
}

// openState reports whether somebody still has to do something about an incident in a state.
func openState(state string) bool {
	return state == "triggered" || state == "acknowledged" || state == "on_hold"
}

// whose says with whom an incident is: who has it, else who is being paged.
func whose(i client.Incident) string {
	switch {
	case i.State != "triggered" && i.Assignee != "":
		return i.Assignee
	case i.State == "triggered" && len(i.Paging) > 0:
		return "paging " + strings.Join(i.Paging, ", ")
	case i.State == "triggered" && len(i.Held) > 0:
		return "later " + i.Held[0].User
	case i.Suppressed != nil && i.State == "triggered":
		return i.Suppressed.Kind
	}
	return i.AckedBy
}
