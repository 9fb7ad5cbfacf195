package web

import (
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const recordsUnset, recordsMost = 100, 500

// reviewStates are the words for states of reviews that the API takes.
var reviewStates = []string{string(review.StateDraft), string(review.StateInReview), string(review.StatePublished)}

// listReviews is GET /api/v1/reviews.
func (c *call) listReviews() error {
	var want []review.State
	for _, w := range c.words("state") {
		if err := among("state", w, reviewStates...); err != nil {
			return err
		}
		want = append(want, review.State(w))
	}
	limit, err := c.count("limit", recordsUnset, recordsMost)
	if err != nil {
		return err
	}
	out := []client.ReviewSummary{}
	err = c.view(func(tx store.Tx, v *veil) error {
		all, err := tx.Reviews(want, 0)
		for k := range all {
			if len(out) < limit && v.seesReview(&all[k]) {
				out = append(out, v.wireReviewSummary(&all[k]))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// seesReview is the rule of reviewOf for one that was read already. The review of an incident that was forgotten stays.
func (v *veil) seesReview(r *review.Review) bool {
	return v.incident(r.Incident) != sightHidden && v.c.who.maySee(v.c.s.Engine.Book(), r.Type, r.Team, r.Service)
}

// getReview is GET /api/v1/incidents/{n}/review, as JSON or as a Markdown document.
func (c *call) getReview() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	format := c.r.URL.Query().Get("format")
	if err := among("format", format, "json", "markdown"); err != nil {
		return err
	}
	zone, err := c.zone()
	if err != nil {
		return err
	}
	if format == "markdown" || format == "" && c.wants("text/markdown") {
		var doc string
		err := c.view(func(tx store.Tx, v *veil) error {
			r, err := c.reviewOf(tx, n)
			doc = review.Markdown(v.review(r), c.s.Engine.Book().Roster, zone)
			return err
		})
		if err == nil {
			c.file("text/markdown; charset=utf-8", []byte(doc))
		}
		return err
	}
	var out client.Review
	err = c.view(func(tx store.Tx, v *veil) error {
		r, err := c.reviewOf(tx, n)
		out = v.wireReview(r)
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// wants reports whether a request prefers a type to JSON: it is named before any JSON.
func (c *call) wants(kind string) bool {
	for part := range strings.SplitSeq(c.r.Header.Get("Accept"), ",") {
		switch got, _, err := mime.ParseMediaType(part); {
		case err != nil:
		case got == kind:
			return true
		case got == "application/json":
			return false
		}
	}
	return false
}

// draftReview is POST /api/v1/incidents/{n}/review: a draft of what the record knows, or the facts anew for the one that there is.
func (c *call) draftReview() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	status := http.StatusOK
	err = c.view(func(tx store.Tx, _ *veil) error {
		_, err := c.reviewOf(tx, n)
		if errors.Is(err, review.ErrNoReview) {
			_, there := tx.Review(n)
			if isNotFound(there) {
				status, err = http.StatusCreated, nil
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := c.decode(&struct{}{}); err != nil {
		return err
	}
	r, err := c.s.Engine.DraftReview(c.r.Context(), n, c.who.actor())
	if err != nil {
		return err
	}
	return c.answerReview(status, r)
}

func (c *call) answerReview(status int, r review.Review) error {
	var out client.Review
	err := c.view(func(_ store.Tx, v *veil) error {
		out = v.wireReview(r)
		return nil
	})
	if err != nil {
		return err
	}
	c.write(status, out)
	return nil
}

// reviewVerb reads what somebody does to a review.
type reviewVerb func(c *call) (review.Action, error)

// onReview is the route of a reviewVerb.
func onReview(v reviewVerb) func(*call) error {
	return func(c *call) error {
		n, err := c.number()
		if err != nil {
			return err
		}
		err = c.view(func(tx store.Tx, _ *veil) error {
			_, err := c.reviewOf(tx, n)
			return err
		})
		if err != nil {
			return err
		}
		a, err := v(c)
		if err != nil {
			return err
		}
		r, err := c.s.Engine.DoReview(c.r.Context(), n, a, c.who.actor())
		if isNotFound(err) {
			return review.ErrNoReview
		}
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

func lastPart(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

func submitReview(c *call) (review.Action, error) {
	return review.Submit{By: c.who.actor()}, c.decode(&struct{}{})
}

func publishReview(c *call) (review.Action, error) {
	return review.Publish{By: c.who.actor()}, c.decode(&struct{}{})
}

func approveReview(c *call) (review.Action, error) {
	note, err := c.comment()
	return review.Approve{By: c.who.actor(), Note: note}, err
}

// comment reads the note beside an act that may go without one.
func (c *call) comment() (string, error) {
	var in client.Comment
	if err := c.decode(&in); err != nil {
		return "", err
	}
	return text("note", in.Note, longestText)
}

func returnReview(c *call) (review.Action, error) {
	why, err := c.reason()
	return review.Return{By: c.who.actor(), Reason: why}, err
}

func (c *call) reason() (string, error) {
	var in client.Reason
	if err := c.decode(&in); err != nil {
		return "", err
	}
	return text("reason", in.Reason, longestText)
}

func addItem(c *call) (review.Action, error) {
	var in client.NewItem
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	a := review.AddItem{By: c.who.actor(), Type: review.ItemType(in.Type), Due: in.Due}
	var errs [4]error
	a.Text, errs[0] = text("text", in.Text, longestText)
	a.Priority, errs[1] = line("priority", in.Priority)
	a.Ticket, errs[2] = line("ticket", in.Ticket)
	if in.Owner != "" {
		a.Owner, errs[3] = c.somebody(in.Owner)
	}
	return a, first(errs[:])
}

func editItem(c *call) (review.Action, error) {
	id, err := c.pathID(review.ErrNoItem)
	if err != nil {
		return nil, err
	}
	var in client.ItemEdit
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	a := review.EditItem{By: c.who.actor(), ID: id, Type: (*review.ItemType)(in.Type), Due: in.Due}
	e := &editing{c: c}
	a.Text, a.Priority, a.Ticket, a.Owner = e.text("text", in.Text), e.text("priority", in.Priority), e.text("ticket", in.Ticket), e.user(in.Owner)
	return a, e.err
}

// doItem is what the three ways of an action item have in common.
func doItem(c *call, to review.ItemState) (review.Action, error) {
	id, err := c.pathID(review.ErrNoItem)
	if err != nil {
		return nil, err
	}
	note, err := c.comment()
	return review.DoItem{By: c.who.actor(), ID: id, State: to, Note: note}, err
}

func itemDone(c *call) (review.Action, error)     { return doItem(c, review.ItemDone) }
func itemDropped(c *call) (review.Action, error)  { return doItem(c, review.ItemDropped) }
func itemReopened(c *call) (review.Action, error) { return doItem(c, review.ItemOpen) }

func addLine(c *call) (review.Action, error) {
	var in client.NewLine
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	a := review.AddLine{By: c.who.actor(), At: in.At}
	var errs [2]error
	a.Who, errs[0] = line("who", in.Who)
	a.What, errs[1] = text("what", in.What, longestText)
	return a, first(errs[:])
}

func editLine(c *call) (review.Action, error) {
	id, err := c.pathID(review.ErrNoLine)
	if err != nil {
		return nil, err
	}
	var in client.LineEdit
	err = c.decode(&in)
	return review.HideLine{By: c.who.actor(), ID: id, Show: !in.Hidden}, err
}

// mayNameProblem refuses a problem that the caller may not see.
func (c *call) mayNameProblem(n int64) error {
	if n == 0 {
		return nil
	}
	return c.mustSeeOther(c.r.Context(), incident.Relate{Kind: incident.ToProblem, To: n})
}
