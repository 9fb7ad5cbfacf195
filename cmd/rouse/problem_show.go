package main

import (
	"cmp"
	"fmt"

	"github.com/rouse/rouse/web/client"
)

func (s *session) problemTable(all []client.Problem) {
	if len(all) == 0 {
		s.out.line("No problems.")
		return
	}
	rows := make([][]string, len(all))
	for k, p := range all {
		helps := "-"
		if p.Workaround != "" {
			helps = "known"
		}
		rows[k] = []string{p.Ref, p.State, orDash(p.Service), span(s.now.Sub(p.CreatedAt)), orDash(p.Owner), fmt.Sprint(len(p.Incidents)), helps, p.Title}
	}
	s.out.table([]string{"PROBLEM", "STATE", "SERVICE", "AGE", "OWNER", "INCIDENTS", "WORKAROUND", "TITLE"}, rows)
}

// problemState says how a problem is after an act.
func (s *session) problemState(p client.Problem) {
	how := s.out.state(p.State)
	if p.Code != "" {
		how += " (" + p.Code + ")"
	}
	s.out.line("%s is %s  [%s: %s]", p.Ref, how, orDash(plain(p.Service)), plain(p.Title))
}

// problemRecord prints one problem for a person to read.
func (s *session) problemRecord(p client.Problem) {
	s.out.line("%s  %s  %s", s.out.paint(bold, p.Ref), s.out.state(p.State), orDash(plain(p.Service)))
	s.out.line("%s\n", s.out.paint(bold, plain(p.Title)))
	s.factLines([][2]string{
		{"Cause", block(p.Cause)},
		{"Workaround", block(p.Workaround)},
		{"Owner", plain(p.Owner)},
		{"Team", plain(p.Team)},
		{"Type", plain(p.Type)},
		{"Incidents", refs(p.Incidents)},
		{"Opened", s.moment(p.CreatedAt)},
		{"Resolved", s.problemEnd(p)},
		{"Closed", s.moment(p.ClosedAt)},
	})
	s.log("Log", p.Log)
}

func (s *session) problemEnd(p client.Problem) string {
	if p.ResolvedAt.IsZero() {
		return ""
	}
	words := s.moment(p.ResolvedAt) + " (" + cmp.Or(p.Code, "resolved")
	if p.DuplicateOf != 0 {
		words += " of " + problemRef(p.DuplicateOf)
	}
	words += ")"
	if p.Note != "" {
		words += ": " + plain(p.Note)
	}
	return words
}

// log prints who did what to a record, oldest first.
func (s *session) log(title string, entries []client.Entry) {
	if len(entries) == 0 {
		return
	}
	s.heading(title + " (" + s.zoneName(entries[len(entries)-1].At) + ")")
	rows := make([][]string, len(entries))
	for k, e := range entries {
		rows[k] = []string{e.At.In(s.zone).Format("2006-01-02 15:04:05"), actor(e.By), e.What}
	}
	s.wide().table([]string{"TIME", "BY", "WHAT"}, rows)
}
