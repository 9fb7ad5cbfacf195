package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rouse/rouse/web/client"
)

// process are the facts of the incident's process: who does what, what is known of the cause, what it belongs to.
func (s *session) process(d client.IncidentDetail) [][2]string {
	return [][2]string{
		{"Closed", s.closed(d)},
		{"Assignee", d.Assignee},
		{"Roles", holders(d.Roles)},
		{"Description", block(d.Description)},
		{"Workaround", block(d.Workaround)},
		{"Factors", bullets(d.Factors)},
		{"Caused by", plain(d.CausedBy)},
		{"Problem", problemRef(d.Problem)},
		{"Follows", ref(d.Parent)},
		{"Followed by", refs(d.Children)},
		{"Duplicate of", ref(d.DuplicateOf)},
		{"Merged in", refs(d.Merged)},
		{"Seen before", ref(d.Previous)},
		{"Depends on", neighbours(d.Upstream)},
		{"Needed by", neighbours(d.Downstream)},
		{"Update due", s.updateDue(d)},
		{"Review", s.reviewStub(d)},
	}
}

// weight says what the priority is, and who said so where that was not the matrix.
func (s *session) weight(i client.Incident) string {
	words := fmt.Sprintf("%s (impact %s, urgency %s)", i.Priority, i.Impact, i.Urgency)
	if i.PriorityBy == "" {
		return words
	}
	words += ", set by " + plain(i.PriorityBy)
	if i.PriorityWhy != "" {
		words += ": " + plain(i.PriorityWhy)
	}
	return words
}

// began says when it began, where that is not when it was opened.
func (s *session) began(i client.Incident) string {
	late := i.CreatedAt.Sub(i.StartedAt)
	if i.StartedAt.IsZero() || late < 1e9 {
		return ""
	}
	return s.moment(i.StartedAt) + " (noticed after " + span(late) + ")"
}

func (s *session) closed(d client.IncidentDetail) string {
	if d.ClosedAt.IsZero() {
		return ""
	}
	words := s.moment(d.ClosedAt) + commaBy(d.ClosedBy)
	if d.Confirmed != "" {
		words += ", confirmed by " + plain(d.Confirmed)
	}
	if d.Satisfied > 0 {
		words += fmt.Sprintf(", satisfied %d of 5", d.Satisfied)
	}
	if d.Closure != "" {
		words += ": " + plain(d.Closure)
	}
	return words
}

// holders names who has which role, in the usual order.
func holders(by map[string]string) string {
	var parts []string
	for _, role := range roles {
		if who := by[role]; who != "" {
			parts = append(parts, role+" "+plain(who))
		}
	}
	return strings.Join(parts, ", ")
}

// block makes a text of several lines safe for a terminal, line by line.
func block(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for k := range lines {
		lines[k] = plain(lines[k])
	}
	return strings.Join(lines, "\n")
}

// bullets writes short texts one under the other.
func bullets(texts []string) string {
	lines := make([]string, len(texts))
	for k, t := range texts {
		lines[k] = "- " + plain(t)
	}
	return strings.Join(lines, "\n")
}

func (s *session) updateDue(d client.IncidentDetail) string {
	if d.UpdateDueAt.IsZero() || !openState(d.State) {
		return ""
	}
	words := s.moment(d.UpdateDueAt)
	if s.now.After(d.UpdateDueAt) {
		words = s.out.paint(red, "overdue since "+words)
	}
	return words
}

func (s *session) reviewStub(d client.IncidentDetail) string {
	if d.Review == nil {
		return ""
	}
	words := cmp.Or(strings.ReplaceAll(d.Review.State, "_", " "), "required, not begun")
	if d.Review.State != "published" && !d.Review.DueAt.IsZero() {
		words += ", due " + s.moment(d.Review.DueAt)
	}
	return words
}

// updates prints the last status updates.
func (s *session) updates(d client.IncidentDetail) {
	if d.Status == nil {
		return
	}
	s.heading("Last status update")
	s.update(*d.Status)
	if p := d.PublicStatus; p != nil && !p.At.Equal(d.Status.At) {
		s.update(*p)
	}
}

func (s *session) update(u client.Update) {
	s.out.line("  %s%s, to %s, %s:", s.moment(u.At), commaBy(u.By), u.Audience, s.out.state(u.Phase))
	for _, line := range strings.Split(block(u.Text), "\n") {
		s.out.line("    %s", line)
	}
}

// links prints what somebody attached.
func (s *session) links(d client.IncidentDetail) {
	if len(d.Links) == 0 {
		return
	}
	s.heading("Links")
	for _, l := range d.Links {
		s.out.line("  %s%s", plain(l.Href), inBrackets("by", l.By)+dashed(l.Text))
	}
}

func dashed(s string) string {
	if s == "" {
		return ""
	}
	return "  " + plain(s)
}

// neighbours are open incidents of services around, a line each.
func neighbours(list []client.Neighbour) string {
	var lines []string
	for _, n := range list {
		lines = append(lines, fmt.Sprintf("%s: %s %s %s, %s", plain(n.Service), n.Ref, n.Priority, plain(n.Title), n.State))
	}
	return strings.Join(lines, "\n")
}
