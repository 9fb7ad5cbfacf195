package web

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

// editing checks the fields of an edit, of which each may be missing, and keeps the first fault.
type editing struct {
	c   *call
	err error
}

func (e *editing) keep(err error) {
	if e.err == nil {
		e.err = err
	}
}

func (e *editing) text(field string, s *string) *string {
	if s == nil {
		return nil
	}
	out, err := text(field, *s, longestText)
	e.keep(err)
	return &out
}

// user finds a user. An empty name is nobody, which empties the field.
func (e *editing) user(s *string) *oncall.UserID {
	var out oncall.UserID
	if s == nil {
		return nil
	}
	if *s != "" {
		id, err := e.c.somebody(*s)
		e.keep(err)
		out = id
	}
	return &out
}

func (e *editing) users(list *[]string) *[]oncall.UserID {
	if list == nil {
		return nil
	}
	out := []oncall.UserID{}
	for _, name := range *list {
		if id := e.user(&name); id != nil && *id != "" {
			out = append(out, *id)
		}
	}
	return &out
}

// linesMost bounds a list of an edit.
const linesMost = 100

func (e *editing) lines(field string, list *[]string) *[]string {
	if list == nil {
		return nil
	}
	if len(*list) > linesMost {
		e.keep(bad(field, fmt.Sprintf("Use at most %d.", linesMost), "there are %d", len(*list)))
		return nil
	}
	out := []string{}
	for _, s := range *list {
		out = append(out, *e.text(field, &s))
	}
	return &out
}

// longestOutage bounds the duration of an impact, in seconds: ten years.
const longestOutage = 10 * 365 * 24 * 60 * 60

func (e *editing) duration(field string, s *int64) *time.Duration {
	if s == nil {
		return nil
	}
	if *s < 0 || *s > longestOutage {
		e.keep(bad(field, "Write seconds.", "%d cannot be used", *s))
		return nil
	}
	d := time.Duration(*s) * time.Second
	return &d
}

// editReview is PATCH /api/v1/incidents/{n}/review.
func editReview(c *call) (review.Action, error) {
	var in client.ReviewEdit
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	e := &editing{c: c}
	a := review.Edit{
		By: c.who.actor(), Title: e.text("title", in.Title), Owner: e.user(in.Owner), Facilitator: e.user(in.Facilitator),
		Participants: e.users(in.Participants), MeetingAt: in.MeetingAt, DueAt: in.DueAt,
		Summary: e.text("summary", in.Summary), What: e.text("impact", in.Impact), Users: e.text("users", in.Users),
		Contacts: e.text("contacts", in.Contacts), Money: e.text("money", in.Money), Duration: e.duration("durationSeconds", in.DurationSeconds),
		How: e.text("detection", in.Detection), DetectedBy: e.text("detectedBy", in.DetectedBy), Gap: e.text("detectionGap", in.DetectionGap),
		Trigger: e.text("trigger", in.Trigger), Factors: e.lines("factors", in.Factors), Mitigation: e.text("mitigation", in.Mitigation),
		Resolution: e.text("resolution", in.Resolution), Well: e.lines("well", in.Well), Wrong: e.lines("wrong", in.Wrong),
		Lucky: e.lines("lucky", in.Lucky), Surprises: e.lines("surprises", in.Surprises), External: e.text("external", in.External),
		RootCauseProblem: in.Problem,
	}
	if in.Problem != nil {
		e.keep(c.mayNameProblem(*in.Problem))
	}
	return a, e.err
}
