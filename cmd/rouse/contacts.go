package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newContacts(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "contacts",
		Aliases: []string{"contact"},
		Short:   "Show every number and address with its health, and the providers' lines",
		Long: "Show every number and mail address of the configuration with what is known of it: when a message last arrived and last failed and\n" +
			"why, what is not used any more and what brings it back, how much of its limit it has used; and every method over every provider,\n" +
			"with those that are out of use. Numbers are masked.",
		Example: "  rouse contacts\n  rouse contacts -o json\n  rouse send ana --via sms        # try a number",
		Args:    wants(0, 0, "no words, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.contacts(cmd.Context())
		},
	}
	r.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	return cmd
}

func (s *session) contacts(ctx context.Context) error {
	all, err := s.Contacts(ctx)
	if err != nil {
		return s.explain(err)
	}
	lines, err := s.Lines(ctx)
	if err != nil {
		return s.explain(err)
	}
	if s.json {
		return s.out.json(struct {
			Contacts []client.Contact `json:"contacts"`
			Lines    []client.Line    `json:"lines"`
		}{all, lines})
	}
	s.contactTable(all)
	s.out.line("")
	s.lineTable(lines)
	return nil
}

func (s *session) contactTable(all []client.Contact) {
	if len(all) == 0 {
		s.out.line("Nobody in the configuration has a number or an address.")
		return
	}
	rows := make([][]string, len(all))
	var undo []string
	for k, c := range all {
		ok, failed, health := "-", "-", c.Health
		if !c.LastOK.IsZero() {
			ok = longTime(c.LastOK, s.zone)
		}
		if !c.LastFail.IsZero() {
			failed = longTime(c.LastFail, s.zone) + ": " + c.LastWords
			if c.LastCode != 0 {
				failed += fmt.Sprintf(" (code %d)", c.LastCode)
			}
		}
		if len(c.Dead) > 0 {
			health += ": no " + strings.Join(c.Dead, ", no ")
		}
		if c.Undo != "" {
			undo = append(undo, fmt.Sprintf("%s %s: %s", plain(c.User), plain(c.Address), plain(c.Undo)))
		}
		rows[k] = []string{c.User, c.Address, health, ok, failed, used(c.Use)}
	}
	s.wide().table([]string{"USER", "WHERE", "HEALTH", "LAST ARRIVED", "LAST FAILED", "OF LATE"}, rows)
	for _, u := range undo {
		s.out.line("%s", u)
	}
}

// used says how much of its limits a number has used.
func used(all []client.Use) string {
	var words []string
	for _, u := range all {
		if u.Sent > 0 || u.Most > 0 {
			words = append(words, u.String())
		}
	}
	return orDash(strings.Join(words, ", "))
}

func (s *session) lineTable(all []client.Line) {
	if len(all) == 0 {
		s.out.line("There are no providers in the configuration: nobody can be paged.")
		return
	}
	rows := make([][]string, len(all))
	for k, l := range all {
		state := l.State
		switch l.State {
		case "out of use":
			state += " until " + longTime(l.Until, s.zone)
		case "probed":
			state = "out of use, the next page tries it"
		}
		rows[k] = []string{l.Provider, l.Via, state, orDash(l.Why)}
	}
	s.out.table([]string{"PROVIDER", "METHOD", "STATE", "WHY"}, rows)
}
