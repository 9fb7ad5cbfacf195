package review

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// wasMost bounds, in bytes, what the journal keeps of a text that was replaced.
const wasMost = 2000

// edits collects which fields an Edit changes and what they were.
type edits struct {
	names []string
	was   map[string]string
	text  bool // some of it is text that approvals were given to
	err   error
}

func (s *edits) note(name, was string) {
	s.names = append(s.names, name)
	if was = cut(was, wasMost); was != "" {
		if s.was == nil {
			s.was = map[string]string{}
		}
		s.was[name] = was
	}
}

// cut shortens text to at most so many bytes, between two characters.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// prose changes a field of text.
func (s *edits) prose(name string, field, to *string) {
	if to == nil {
		return
	}
	v := strings.TrimSpace(*to)
	if v == *field {
		return
	}
	s.note(name, *field)
	*field, s.text = v, true
}

// list changes a field that is a list of texts. The new list shares no memory with the caller's.
func (s *edits) list(name string, field, to *[]string) {
	if to == nil {
		return
	}
	var v []string
	for _, x := range *to {
		if x = strings.TrimSpace(x); x != "" {
			v = append(v, x)
		}
	}
	if slices.Equal(v, *field) {
		return
	}
	s.note(name, strings.Join(*field, "\n"))
	*field, s.text = v, true
}

// person changes who holds a part in the review.
func (s *edits) person(name string, field, to *oncall.UserID) {
	if to == nil || *to == *field {
		return
	}
	s.note(name, string(*field))
	*field = *to
}

// date changes a date.
func (s *edits) date(name string, field, to *time.Time) {
	if to == nil {
		return
	}
	v, err := dated(*to)
	if err != nil {
		s.err = err
		return
	}
	if v.Equal(*field) {
		return
	}
	was := ""
	if !field.IsZero() {
		was = field.Format(time.RFC3339)
	}
	s.note(name, was)
	*field = v
}

func (e *editor) edit(a Edit) error {
	if a.Title != nil && strings.TrimSpace(*a.Title) == "" {
		return ErrNeedsText
	}
	s := &edits{}
	due := e.r.DueAt
	e.editPlan(a, s)
	e.editText(a, s)
	if s.err != nil {
		return s.err
	}
	if len(s.names) == 0 {
		return nil
	}
	if !e.r.DueAt.Equal(due) {
		e.r.RemindAt = e.r.DueAt
	}
	e.tell(incident.DidChange, a.By, "", s.was, "Changed %s", and(s.names))
	if s.text {
		e.textChanged()
	}
	return nil
}

// editPlan changes who writes the review and by when.
func (e *editor) editPlan(a Edit, s *edits) {
	r := &e.r
	s.person("owner", &r.Owner, a.Owner)
	s.person("facilitator", &r.Facilitator, a.Facilitator)
	if a.Participants != nil {
		var v []oncall.UserID
		for _, u := range *a.Participants {
			if u != "" && !slices.Contains(v, u) {
				v = append(v, u)
			}
		}
		if !slices.Equal(v, r.Participants) {
			s.note("participants", joined(r.Participants))
			r.Participants = v
		}
	}
	s.date("meeting", &r.MeetingAt, a.MeetingAt)
	s.date("due date", &r.DueAt, a.DueAt)
}

// editText changes what the document says.
func (e *editor) editText(a Edit, s *edits) {
	r := &e.r
	s.prose("title", &r.Title, a.Title)
	s.prose("summary", &r.Summary, a.Summary)
	s.prose("impact", &r.Impact.What, a.What)
	s.prose("users affected", &r.Impact.Users, a.Users)
	s.prose("support contacts", &r.Impact.Contacts, a.Contacts)
	s.prose("cost", &r.Impact.Money, a.Money)
	if d := a.Duration; d != nil && *d != r.Impact.Duration {
		if *d < 0 {
			s.err = ErrDuration
			return
		}
		s.note("duration", r.Impact.Duration.String())
		r.Impact.Duration, s.text = *d, true
	}
	s.prose("detection", &r.Detection.How, a.How)
	s.prose("detected by", &r.Detection.By, a.DetectedBy)
	s.prose("detection gap", &r.Detection.Gap, a.Gap)
	s.prose("trigger", &r.Trigger, a.Trigger)
	s.list("factors", &r.Factors, a.Factors)
	s.prose("mitigation", &r.Mitigation, a.Mitigation)
	s.prose("resolution", &r.Resolution, a.Resolution)
	s.list("went well", &r.Well, a.Well)
	s.list("went wrong", &r.Wrong, a.Wrong)
	s.list("lucky", &r.Lucky, a.Lucky)
	s.list("surprises", &r.Surprises, a.Surprises)
	s.prose("external message", &r.External, a.External)
	if p := a.RootCauseProblem; p != nil && *p != r.RootCauseProblem {
		s.note("problem", problemRef(r.RootCauseProblem))
		r.RootCauseProblem, s.text = *p, true
	}
}

// and writes a list as people do: a, b and c.
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func joined(ids []oncall.UserID) string {
	names := make([]string, len(ids))
	for k, u := range ids {
		names[k] = string(u)
	}
	return strings.Join(names, ", ")
}
