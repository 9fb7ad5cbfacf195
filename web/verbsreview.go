package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/web/client"
)

// reviewVerb reads and checks what an action on a review needs to know.
type reviewVerb func(c *call, in read) (review.Action, error)

// partVerb is a reviewVerb about one of the review's items or lines.
type partVerb func(c *call, id int, in read) (review.Action, error)

// onReview is the route of a reviewVerb.
func onReview(v reviewVerb) func(*call) error {
	return func(c *call) error {
		n, err := c.number()
		if err != nil {
			return err
		}
		r, err := c.actOnReview(n, v, c.decode)
		if err != nil {
			return err
		}
		status := http.StatusOK
		if slices.Contains([]string{"items", "lines"}, lastPart(c.r.URL.Path)) {
			status = http.StatusCreated
		}
		return c.answerReview(status, r)
	}
}

// onPart is the route of a partVerb. What is not there is missing.
func onPart(v partVerb, missing error) func(*call) error {
	return onReview(func(c *call, in read) (review.Action, error) {
		id, err := strconv.Atoi(c.r.PathValue("id"))
		if err != nil || id < 1 {
			return nil, missing
		}
		return v(c, id, in)
	})
}

func onItem(v partVerb) func(*call) error { return onPart(v, review.ErrNoItem) }
func onLine(v partVerb) func(*call) error { return onPart(v, review.ErrNoLine) }

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// actOnReview does to the review of an incident what a verb does. A review that is not there, or is not the caller's to see,
// answers the same whatever is asked of it.
func (c *call) actOnReview(n int64, v reviewVerb, in read) (r review.Review, err error) {
	if err := c.mustSeeReview(n); err != nil {
		return r, err
	}
	a, err := v(c, in)
	if err != nil {
		return r, err
	}
	r, err = c.s.Engine.DoReview(c.r.Context(), n, a, c.who.actor())
	if isNotFound(err) {
		err = review.ErrNoReview
	}
	return r, err
}

func editReview(c *call, read read) (review.Action, error) {
	var in client.ReviewEdit
	if err := read(&in); err != nil {
		return nil, err
	}
	e := &editing{c: c}
	a := review.Edit{
		By: c.who.actor(), Title: e.line("title", in.Title), Owner: e.user(in.Owner), Facilitator: e.user(in.Facilitator),
		Participants: e.users(in.Participants), MeetingAt: in.MeetingAt, DueAt: in.DueAt,
		Summary: e.text("summary", in.Summary), What: e.text("impact", in.Impact), Users: e.text("users", in.Users),
		Contacts: e.text("contacts", in.Contacts), Money: e.text("money", in.Money), Duration: e.duration("durationSeconds", in.DurationSeconds),
		How: e.text("detection", in.Detection), DetectedBy: e.text("detectedBy", in.DetectedBy), Gap: e.text("detectionGap", in.DetectionGap),
		Trigger: e.text("trigger", in.Trigger), Factors: e.lines("factors", in.Factors), Mitigation: e.text("mitigation", in.Mitigation),
		Resolution: e.text("resolution", in.Resolution), Well: e.lines("well", in.Well), Wrong: e.lines("wrong", in.Wrong),
		Lucky: e.lines("lucky", in.Lucky), Surprises: e.lines("surprises", in.Surprises), External: e.text("external", in.External),
		RootCauseProblem: in.Problem,
	}
	if in.Problem != nil && *in.Problem != 0 {
		e.keep(c.mustSeeProblem(*in.Problem))
	}
	return a, e.err
}

func submitReview(c *call, in read) (review.Action, error) {
	return review.Submit{By: c.who.actor()}, in(&struct{}{})
}

func publishReview(c *call, in read) (review.Action, error) {
	return review.Publish{By: c.who.actor()}, in(&struct{}{})
}

func approveReview(c *call, in read) (review.Action, error) {
	note, err := comment(in)
	return review.Approve{By: c.who.actor(), Note: note}, err
}

func returnReview(c *call, in read) (review.Action, error) {
	why, err := reason(in)
	return review.Return{By: c.who.actor(), Reason: why}, err
}

func addItem(c *call, in read) (review.Action, error) {
	var ni client.NewItem
	if err := in(&ni); err != nil {
		return nil, err
	}
	a := review.AddItem{By: c.who.actor(), Type: review.ItemType(ni.Type), Due: ni.Due}
	var errs [4]error
	a.Text, errs[0] = text("text", ni.Text, longestText)
	a.Priority, errs[1] = line("priority", ni.Priority)
	a.Ticket, errs[2] = text("ticket", ni.Ticket, longestLink)
	if ni.Owner != "" {
		a.Owner, errs[3] = c.somebody(ni.Owner)
	}
	return a, first(errs[:])
}

func editItem(c *call, id int, in read) (review.Action, error) {
	var ie client.ItemEdit
	if err := in(&ie); err != nil {
		return nil, err
	}
	a := review.EditItem{By: c.who.actor(), ID: id, Type: (*review.ItemType)(ie.Type), Due: ie.Due}
	e := &editing{c: c}
	a.Text, a.Priority, a.Ticket, a.Owner = e.text("text", ie.Text), e.text("priority", ie.Priority), e.text("ticket", ie.Ticket), e.user(ie.Owner)
	return a, e.err
}

// putItem is the verb by which an action item gets to a state.
func putItem(to review.ItemState) partVerb {
	return func(c *call, id int, in read) (review.Action, error) {
		note, err := comment(in)
		return review.DoItem{By: c.who.actor(), ID: id, State: to, Note: note}, err
	}
}

func addLine(c *call, in read) (review.Action, error) {
	var nl client.NewLine
	if err := in(&nl); err != nil {
		return nil, err
	}
	a := review.AddLine{By: c.who.actor(), At: nl.At}
	var errs [2]error
	a.Who, errs[0] = line("who", nl.Who)
	a.What, errs[1] = text("what", nl.What, longestText)
	return a, first(errs[:])
}

func editLine(c *call, id int, in read) (review.Action, error) {
	var le client.LineEdit
	err := in(&le)
	return review.HideLine{By: c.who.actor(), ID: id, Show: !le.Hidden}, err
}
