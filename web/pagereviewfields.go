package web

import (
	"net/url"
	"strings"
	"time"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
)

// reviewField is one part of a review's text: how it is asked for, where it stands, and how an edit sets it.
type reviewField struct {
	name, label, hint string
	part              string // heading under which it is shown
	short             bool   // one line
	list              bool   // one entry a line
	get               func(*review.Review) string
	set               func(*review.Edit, string)
}

func asLines(list []string) string { return strings.Join(list, "\n") }

func linesOf(s string) *[]string {
	list := strings.Split(s, "\n")
	return &list
}

// reviewFields are the parts in the order in which people read and write them. It is never changed.
var reviewFields = []reviewField{
	{"summary", "Summary", "What happened, for somebody who was not there. Three sentences.", "Summary", false, false,
		func(r *review.Review) string { return r.Summary }, func(e *review.Edit, s string) { e.Summary = &s }},
	{"what", "Impact", "What did users notice?", "Impact", false, false,
		func(r *review.Review) string { return r.Impact.What }, func(e *review.Edit, s string) { e.What = &s }},
	{"users", "Users affected", "Such as: about 1,200", "Impact", true, false,
		func(r *review.Review) string { return r.Impact.Users }, func(e *review.Edit, s string) { e.Users = &s }},
	{"contacts", "Support contacts", "How many asked for help", "Impact", true, false,
		func(r *review.Review) string { return r.Impact.Contacts }, func(e *review.Edit, s string) { e.Contacts = &s }},
	{"money", "Cost", "In the words of who knows", "Impact", true, false,
		func(r *review.Review) string { return r.Impact.Money }, func(e *review.Edit, s string) { e.Money = &s }},
	{"how", "Detection", "How did it become known?", "Detection", false, false,
		func(r *review.Review) string { return r.Detection.How }, func(e *review.Edit, s string) { e.How = &s }},
	{"detectedBy", "Detected by", "A monitor, or who reported it", "Detection", true, false,
		func(r *review.Review) string { return r.Detection.By }, func(e *review.Edit, s string) { e.DetectedBy = &s }},
	{"gap", "What would have told sooner", "", "Detection", false, false,
		func(r *review.Review) string { return r.Detection.Gap }, func(e *review.Edit, s string) { e.Gap = &s }},
	{"trigger", "Trigger", "What set it off. What, not who.", "Trigger", false, false,
		func(r *review.Review) string { return r.Trigger }, func(e *review.Edit, s string) { e.Trigger = &s }},
	{"factors", "Contributing factors", "One a line: what made it possible, or worse. Never who.", "Contributing factors", false, true,
		func(r *review.Review) string { return asLines(r.Factors) }, func(e *review.Edit, s string) { e.Factors = linesOf(s) }},
	{"mitigation", "Mitigation", "What stopped the harm", "Mitigation", false, false,
		func(r *review.Review) string { return r.Mitigation }, func(e *review.Edit, s string) { e.Mitigation = &s }},
	{"resolution", "Resolution", "What ended it", "Resolution", false, false,
		func(r *review.Review) string { return r.Resolution }, func(e *review.Edit, s string) { e.Resolution = &s }},
	{"well", "What went well", "One a line", "What went well", false, true,
		func(r *review.Review) string { return asLines(r.Well) }, func(e *review.Edit, s string) { e.Well = linesOf(s) }},
	{"wrong", "What went wrong", "One a line", "What went wrong", false, true,
		func(r *review.Review) string { return asLines(r.Wrong) }, func(e *review.Edit, s string) { e.Wrong = linesOf(s) }},
	{"lucky", "Where we were lucky", "One a line", "Where we were lucky", false, true,
		func(r *review.Review) string { return asLines(r.Lucky) }, func(e *review.Edit, s string) { e.Lucky = linesOf(s) }},
	{"surprises", "What surprised us", "One a line", "What surprised us", false, true,
		func(r *review.Review) string { return asLines(r.Surprises) }, func(e *review.Edit, s string) { e.Surprises = linesOf(s) }},
	{"external", "What was said outside", "The message to customers, if there was one", "What was said outside", false, false,
		func(r *review.Review) string { return r.External }, func(e *review.Edit, s string) { e.External = &s }},
}

// dayForm is how a browser's field for dates writes one, and clockForm one with a time of day.
const (
	dayForm   = time.DateOnly
	clockForm = "2006-01-02T15:04"
)

// endOfDay reads a day of a form as its last minute in a zone, so that what is due on a day is not late on it. Empty is the zero
// time.
func endOfDay(field, s string, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	d, err := time.Parse(dayForm, s)
	if err != nil || !sane(d) {
		return time.Time{}, bad(field, "Write it as 2026-11-30.", "%q is no day", brief(s))
	}
	return oncall.Wall(zone, oncall.DateOf(d), 24*60-1).UTC(), nil
}

// formTime writes a time for a field of a form; nothing for the zero time.
func (k clockIn) formTime(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(k.zone).Format(layout)
}

// reviewEdit reads the form of a review. What the form shows as it stands is not touched.
func (c *call) reviewEdit(r *review.Review, form url.Values) (review.Edit, error) {
	e := review.Edit{By: c.who.actor()}
	k := clockIn{zone: c.user().Zone, now: c.now}
	title, err := line("title", form.Get("title"))
	if err != nil {
		return e, err
	}
	e.Title = &title
	for _, f := range reviewFields {
		s, err := text(f.name, form.Get(f.name), longestText)
		if err != nil {
			return e, err
		}
		if s != f.get(r) { // what the form hid of it stays
			f.set(&e, s)
		}
	}
	var errs [4]error
	errs[0] = c.reviewPeople(&e, form)
	if s := form.Get("due"); s != k.formTime(r.DueAt, dayForm) {
		e.DueAt = new(time.Time)
		*e.DueAt, errs[1] = endOfDay("due", s, k.zone)
	}
	if s := form.Get("meeting"); s != k.formTime(r.MeetingAt, clockForm) {
		e.MeetingAt = new(time.Time)
		if s != "" {
			*e.MeetingAt, errs[2] = when("meeting", s, k.zone)
		}
	}
	errs[3] = c.reviewCause(&e, form)
	if err := first(errs[:]); err != nil {
		return e, err
	}
	d := time.Duration(0)
	if s := strings.TrimSpace(form.Get("duration")); s != "" {
		if d, err = duration("duration", s); err != nil {
			return e, err
		}
	}
	e.Duration = &d
	return e, nil
}

func (c *call) reviewPeople(e *review.Edit, form url.Values) error {
	owner, leads := oncall.UserID(form.Get("owner")), oncall.UserID(form.Get("facilitator"))
	all := []oncall.UserID{}
	for _, u := range form["participants"] {
		all = append(all, oncall.UserID(u))
	}
	for _, u := range append([]oncall.UserID{owner, leads}, all...) {
		if err := c.checkCause("", u); err != nil {
			return err
		}
	}
	e.Owner, e.Facilitator, e.Participants = &owner, &leads, &all
	return nil
}

// reviewCause reads the problem that is the root cause. It has to be one that the writer may see.
func (c *call) reviewCause(e *review.Edit, form url.Values) error {
	n := int64(0)
	if s := strings.TrimSpace(form.Get("problem")); s != "" {
		var err error
		if n, err = reference("problem", s, "PRB-"); err != nil {
			return err
		}
		if c.mustSeeProblem(n) != nil {
			return bad("problem", "Check the number.", "there is no PRB-%d that you may see", n)
		}
	}
	e.RootCauseProblem = &n
	return nil
}
