package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
)

// reviewForm is POST /i/{n}/review: every form of a review's pages.
func (c *call) reviewForm() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	if err := c.mustSee(c.r.Context(), n); err != nil {
		return err
	}
	if err := c.r.ParseForm(); err != nil {
		return formError(err)
	}
	form := c.r.PostForm
	do := form.Get("do")
	err = c.actReview(n, do, form)
	if err == nil {
		http.Redirect(c.w, c.r, reviewAddress(n)+reviewPlace(do, form), http.StatusSeeOther)
		return nil
	}
	p := judge(err)
	if p.status >= 500 {
		return err
	}
	v, viewErr := c.reviewView(n)
	if viewErr != nil {
		return viewErr
	}
	v.Fault = faultOf(do, form, err)
	page := "review"
	if do == "save" && !v.None && !v.Final {
		page = "reviewedit"
	}
	return c.showReview(p.status, page, v)
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

func (c *call) actReview(n int64, do string, form url.Values) error {
	if do == "draft" || do == "refresh" {
		_, err := c.s.Engine.DraftReview(c.r.Context(), n, c.who.actor())
		return err
	}
	r, err := c.readReview(n)
	if err != nil {
		return err
	}
	a, err := c.reviewAction(&r, do, form)
	if err != nil {
		return err
	}
	_, err = c.s.Engine.DoReview(c.r.Context(), n, a, c.who.actor())
	return err
}

// reviewAction makes an action of a form.
func (c *call) reviewAction(r *review.Review, do string, form url.Values) (review.Action, error) {
	by := c.who.actor()
	words, err := text("text", form.Get("text"), longestText)
	if err != nil {
		return nil, err
	}
	switch do {
	case "save":
		if was := form.Get("version"); was != "" && was != version(r) {
			return nil, bad("", "What you wrote is still here. Look at the review in another window, then save again.", "somebody has changed the review while you wrote")
		}
		return c.reviewEdit(r, form)
	case "submit":
		return review.Submit{By: by}, nil
	case "approve":
		return review.Approve{By: by, Note: words}, nil
	case "return":
		return review.Return{By: by, Reason: words}, nil
	case "publish":
		return review.Publish{By: by}, nil
	case "add":
		return c.newItem(words, form)
	case "line":
		return c.newLine(words, form)
	}
	return c.itemAction(do, words, form)
}

// itemAction makes an action on an item or a line that there is.
func (c *call) itemAction(do, words string, form url.Values) (review.Action, error) {
	by := c.who.actor()
	id, err := strconv.Atoi(form.Get("id"))
	if err != nil {
		return nil, bad("id", "Go back and use one of the buttons.", "%q is no number", brief(form.Get("id")))
	}
	switch do {
	case "item":
		return c.changedItem(id, words, form)
	case "done":
		return review.DoItem{By: by, ID: id, State: review.ItemDone, Note: words}, nil
	case "drop":
		return review.DoItem{By: by, ID: id, State: review.ItemDropped, Note: words}, nil
	case "open":
		return review.DoItem{By: by, ID: id, State: review.ItemOpen, Note: words}, nil
	case "hide", "show":
		return review.HideLine{By: by, ID: id, Show: do == "show"}, nil
	}
	return nil, bad("do", "Go back and use one of the buttons.", "%q is not possible here", brief(do))
}

func (c *call) newItem(words string, form url.Values) (review.Action, error) {
	a := review.AddItem{By: c.who.actor(), Text: words, Type: review.ItemType(form.Get("type")), Owner: oncall.UserID(form.Get("owner"))}
	var errs [4]error
	errs[0] = c.checkCause("", a.Owner)
	a.Due, errs[1] = endOfDay("due", form.Get("due"), c.user().Zone)
	a.Priority, errs[2] = line("priority", form.Get("priority"))
	a.Ticket, errs[3] = text("ticket", form.Get("ticket"), longestLink)
	return a, first(errs[:])
}

func (c *call) changedItem(id int, words string, form url.Values) (review.Action, error) {
	a := review.EditItem{By: c.who.actor(), ID: id}
	if form.Has("text") { // of a published review it is final, and not in the form
		kind := review.ItemType(form.Get("type"))
		a.Text, a.Type = &words, &kind
	}
	owner := oncall.UserID(form.Get("owner"))
	if err := c.checkCause("", owner); err != nil {
		return nil, err
	}
	a.Owner = &owner
	if s := form.Get("due"); s != form.Get("due-was") {
		due, err := endOfDay("due", s, c.user().Zone)
		if err != nil {
			return nil, err
		}
		a.Due = &due
	}
	ticket, err := text("ticket", form.Get("ticket"), longestLink)
	a.Ticket = &ticket
	return a, err
}

func (c *call) newLine(words string, form url.Values) (review.Action, error) {
	a := review.AddLine{By: c.who.actor(), What: words}
	var err error
	if a.Who, err = line("who", form.Get("who")); err != nil {
		return nil, err
	}
	a.At, err = when("at", form.Get("at"), c.user().Zone)
	return a, err
}
