package web

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// reviewForm is a form of a review's pages, as incidentForm is one of an incident's. Days and times in it are of a zone.
type reviewForm struct {
	verb reviewVerb
	fill func(url.Values, *time.Location) (read, error)
}

// reviewForms are the forms about a review as a whole by what they ask for; drafting and saving apart.
var reviewForms = map[string]reviewForm{
	"submit":  {submitReview, anywhere(nothingForm)},
	"approve": {approveReview, anywhere(commentForm)},
	"return":  {returnReview, anywhere(reasonForm)},
	"publish": {publishReview, anywhere(nothingForm)},
	"add":     {addItem, newItemForm},
	"line":    {addLine, newLineForm},
}

// partForm is a form about one of a review's items or lines.
type partForm struct {
	verb partVerb
	fill func(url.Values, *time.Location) (read, error)
}

// partForms are those by what they ask for.
var partForms = map[string]partForm{
	"item": {editItem, itemForm},
	"done": {putItem(review.ItemDone), anywhere(commentForm)},
	"drop": {putItem(review.ItemDropped), anywhere(commentForm)},
	"open": {putItem(review.ItemOpen), anywhere(commentForm)},
	"hide": {editLine, anywhere(func(url.Values) client.LineEdit { return client.LineEdit{Hidden: true} })},
	"show": {editLine, anywhere(func(url.Values) client.LineEdit { return client.LineEdit{} })},
}

// anywhere is the fill of a form that has no times.
func anywhere[T any](fill func(url.Values) T) func(url.Values, *time.Location) (read, error) {
	return func(f url.Values, _ *time.Location) (read, error) { return given(fill(f)), nil }
}

func newItemForm(f url.Values, zone *time.Location) (read, error) {
	due, err := endOfDay("due", f.Get("due"), zone)
	return given(client.NewItem{
		Text: f.Get("text"), Type: f.Get("type"), Owner: f.Get("owner"), Due: due, Priority: f.Get("priority"), Ticket: f.Get("ticket"),
	}), err
}

// itemForm is a change of an item. Of a published review the text is final, and not in the form.
func itemForm(f url.Values, zone *time.Location) (read, error) {
	owner, ticket := f.Get("owner"), f.Get("ticket")
	in := client.ItemEdit{Owner: &owner, Ticket: &ticket}
	if f.Has("text") {
		words, kind := f.Get("text"), f.Get("type")
		in.Text, in.Type = &words, &kind
	}
	if f.Get("due") == f.Get("due-was") {
		return given(in), nil
	}
	due, err := endOfDay("due", f.Get("due"), zone)
	in.Due = &due
	return given(in), err
}

func newLineForm(f url.Values, zone *time.Location) (read, error) {
	at, err := when("at", f.Get("at"), zone)
	return given(client.NewLine{At: at, Who: f.Get("who"), What: f.Get("text")}), err
}

// reviewAct is POST /i/{n}/review: every form of a review's pages.
func (c *call) reviewAct() error {
	i, err := c.namedIncident()
	if err != nil {
		return err
	}
	form, err := c.form()
	if err != nil {
		return err
	}
	n, do := i.Number, form.Get("do")
	err = c.formDoReview(n, do, form)
	return c.posted(err, do, form, reviewAddress(n)+reviewPlace(do, form), func(status int, f *fault) error {
		v, err := c.reviewView(n)
		if err != nil {
			return err
		}
		v.Fault = f
		page := "review"
		if do == "save" && !v.None && !v.Final {
			page = "reviewedit"
		}
		return c.showReview(status, page, v)
	})
}

// reviewPlace is where on the page somebody goes on.
func reviewPlace(do string, form url.Values) string {
	switch do {
	case "add":
		return "#items"
	case "item", "done", "drop", "open":
		if id, err := strconv.Atoi(form.Get("id")); err == nil {
			return fmt.Sprintf("#item-%d", id)
		}
	case "line", "hide", "show":
		return "#timeline"
	}
	return ""
}

// formDoReview does to the review of an incident what a form asks for.
func (c *call) formDoReview(n int64, do string, form url.Values) error {
	switch do {
	case "draft", "refresh":
		return c.formDraft(n)
	case "save":
		return c.formSave(n, form)
	}
	v, in, err := c.reviewFormVerb(do, form)
	if err != nil {
		return err
	}
	_, err = c.actOnReview(n, v, in)
	return err
}

func (c *call) formDraft(n int64) error {
	if _, err := c.mayDraft(n); err != nil {
		return err
	}
	_, err := c.s.Engine.DraftReview(c.r.Context(), n, c.who.actor())
	return err
}

// reviewFormVerb is what a form asks for, and what it says.
func (c *call) reviewFormVerb(do string, form url.Values) (reviewVerb, read, error) {
	zone := c.user().Zone
	if f, ok := reviewForms[do]; ok {
		in, err := f.fill(form, zone)
		return f.verb, in, err
	}
	f, ok := partForms[do]
	if !ok {
		return nil, nil, noButton(do)
	}
	id, err := strconv.Atoi(form.Get("id"))
	if err != nil {
		return nil, nil, bad("id", "Go back and use one of the buttons.", "%q is no number", brief(form.Get("id")))
	}
	in, err := f.fill(form, zone)
	return func(c *call, in read) (review.Action, error) { return f.verb(c, id, in) }, in, err
}

// formSave changes the text of a review. What somebody else has changed meanwhile is not written over.
func (c *call) formSave(n int64, form url.Values) error {
	var r review.Review
	err := c.view(func(_ store.Tx, h *veil) (err error) {
		r, err = h.shownReview(n)
		return err
	})
	if err != nil {
		return err
	}
	if was := form.Get("version"); was != "" && was != version(&r) {
		return bad("", "What you wrote is still here. Look at the review in another window, then save again.", "somebody has changed the review while you wrote")
	}
	in, err := c.reviewEdit(&r, form)
	if err != nil {
		return err
	}
	_, err = c.actOnReview(n, editReview, given(in))
	return err
}
