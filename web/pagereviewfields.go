package web

import (
	"net/url"
	"strings"
	"time"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/web/client"
)

// reviewField is one part of a review's text: how it is asked for, where it stands, and how an edit sets it.
type reviewField struct {
	name, label, hint string
	part              string // heading under which it is shown
	short             bool   // one line
	list              bool   // one entry a line
	get               func(*review.Review) string
	set               func(*client.ReviewEdit, string)
}

func asLines(list []string) string { return strings.Join(list, "\n") }

func linesOf(s string) *[]string {
	list := strings.Split(s, "\n")
	return &list
}

// reviewFields are the parts in the order in which people read and write them. It is never changed.
var reviewFields = []reviewField{
	{"summary", "Summary", "What happened, for somebody who was not there. Three sentences.", "Summary", false, false,
		func(r *review.Review) string { return r.Summary }, func(e *client.ReviewEdit, s string) { e.Summary = &s }},
	{"what", "Impact", "What did users notice?", "Impact", false, false,
		func(r *review.Review) string { return r.Impact.What }, func(e *client.ReviewEdit, s string) { e.Impact = &s }},
	{"users", "Users affected", "Such as: about 1,200", "Impact", true, false,
		func(r *review.Review) string { return r.Impact.Users }, func(e *client.ReviewEdit, s string) { e.Users = &s }},
	{"contacts", "Support contacts", "How many asked for help", "Impact", true, false,
		func(r *review.Review) string { return r.Impact.Contacts }, func(e *client.ReviewEdit, s string) { e.Contacts = &s }},
	{"money", "Cost", "In the words of who knows", "Impact", true, false,
		func(r *review.Review) string { return r.Impact.Money }, func(e *client.ReviewEdit, s string) { e.Money = &s }},
	{"how", "Detection", "How did it become known?", "Detection", false, false,
		func(r *review.Review) string { return r.Detection.How }, func(e *client.ReviewEdit, s string) { e.Detection = &s }},
	{"detectedBy", "Detected by", "A monitor, or who reported it", "Detection", true, false,
		func(r *review.Review) string { return r.Detection.By }, func(e *client.ReviewEdit, s string) { e.DetectedBy = &s }},
	{"gap", "What would have told sooner", "", "Detection", false, false,
		func(r *review.Review) string { return r.Detection.Gap }, func(e *client.ReviewEdit, s string) { e.DetectionGap = &s }},
	{"trigger", "Trigger", "What set it off. What, not who.", "Trigger", false, false,
		func(r *review.Review) string { return r.Trigger }, func(e *client.ReviewEdit, s string) { e.Trigger = &s }},
	{"factors", "Contributing factors", "One a line: what made it possible, or worse. Never who.", "Contributing factors", false, true,
		func(r *review.Review) string { return asLines(r.Factors) }, func(e *client.ReviewEdit, s string) { e.Factors = linesOf(s) }},
	{"mitigation", "Mitigation", "What stopped the harm", "Mitigation", false, false,
		func(r *review.Review) string { return r.Mitigation }, func(e *client.ReviewEdit, s string) { e.Mitigation = &s }},
	{"resolution", "Resolution", "What ended it", "Resolution", false, false,
		func(r *review.Review) string { return r.Resolution }, func(e *client.ReviewEdit, s string) { e.Resolution = &s }},
	{"well", "What went well", "One a line", "What went well", false, true,
		func(r *review.Review) string { return asLines(r.Well) }, func(e *client.ReviewEdit, s string) { e.Well = linesOf(s) }},
	{"wrong", "What went wrong", "One a line", "What went wrong", false, true,
		func(r *review.Review) string { return asLines(r.Wrong) }, func(e *client.ReviewEdit, s string) { e.Wrong = linesOf(s) }},
	{"lucky", "Where we were lucky", "One a line", "Where we were lucky", false, true,
		func(r *review.Review) string { return asLines(r.Lucky) }, func(e *client.ReviewEdit, s string) { e.Lucky = linesOf(s) }},
	{"surprises", "What surprised us", "One a line", "What surprised us", false, true,
		func(r *review.Review) string { return asLines(r.Surprises) }, func(e *client.ReviewEdit, s string) { e.Surprises = linesOf(s) }},
	{"external", "What was said outside", "The message to customers, if there was one", "What was said outside", false, false,
		func(r *review.Review) string { return r.External }, func(e *client.ReviewEdit, s string) { e.External = &s }},
}

// reviewEdit reads the form of a review. What the form shows as it stands is not touched, for of that it may have hidden a part.
func (c *call) reviewEdit(r *review.Review, form url.Values) (e client.ReviewEdit, err error) {
	if title := form.Get("title"); title != r.Title {
		e.Title = &title
	}
	for _, f := range reviewFields {
		if s := typed(form.Get(f.name)); s != f.get(r) {
			f.set(&e, s)
		}
	}
	owner, leads, all := form.Get("owner"), form.Get("facilitator"), append([]string{}, form["participants"]...)
	e.Owner, e.Facilitator, e.Participants = &owner, &leads, &all
	var errs [4]error
	k := clockIn{zone: c.user().Zone, now: c.now}
	if s := form.Get("due"); s != k.formTime(r.DueAt, dayForm) {
		e.DueAt = new(time.Time)
		*e.DueAt, errs[0] = endOfDay("due", s, k.zone)
	}
	if s := form.Get("meeting"); s != k.formTime(r.MeetingAt, clockForm) {
		e.MeetingAt = new(time.Time)
		if s != "" {
			*e.MeetingAt, errs[1] = when("meeting", s, k.zone)
		}
	}
	if s := strings.TrimSpace(form.Get("problem")); s != problemRef(r.RootCauseProblem) {
		e.Problem = new(int64)
		if s != "" {
			*e.Problem, errs[2] = reference("problem", s, problemPrefix)
		}
	}
	if s := strings.TrimSpace(form.Get("duration")); s != spell(r.Impact.Duration) {
		var d time.Duration
		if s != "" {
			d, errs[3] = duration("duration", s)
		}
		seconds := inSeconds(d)
		e.DurationSeconds = &seconds
	}
	return e, first(errs[:])
}
