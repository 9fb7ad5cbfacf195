package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/oncall"
)

// openProblemForm is POST /problems.
func (c *call) openProblemForm() error {
	if err := c.r.ParseForm(); err != nil {
		return formError(err)
	}
	form := c.r.PostForm
	p, err := c.openCause(form)
	if err != nil {
		j := judge(err)
		if j.status >= 500 {
			return err
		}
		v, viewErr := c.causesView()
		if viewErr != nil {
			return viewErr
		}
		v.Fault = faultOf("open", form, err)
		return c.showProblems(j.status, v)
	}
	http.Redirect(c.w, c.r, problemAddress(p.Number), http.StatusSeeOther)
	return nil
}

// openCause opens a problem and links the incidents that are named. A number that the caller may not see opens nothing.
func (c *call) openCause(form url.Values) (p prb.Problem, err error) {
	var linked []int64
	kind := ""
	for word := range strings.FieldsFuncSeq(form.Get("incidents"), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		n, err := reference("incidents", word, "INC-")
		if err != nil {
			return p, err
		}
		st, err := c.story(n, 1)
		if err != nil {
			return p, bad("incidents", "Check the number.", "there is no %s that you may see", incident.Ref(n))
		}
		if st.incident.Confidential() {
			kind = incident.TypeSecurity // what is known of a hidden incident stays hidden
		}
		linked = append(linked, n)
	}
	o := prb.Open{By: c.who.actor(), Service: form.Get("service"), Owner: oncall.UserID(form.Get("owner")), Type: kind}
	var errs [3]error
	o.Title, errs[0] = line("title", form.Get("title"))
	o.Cause, errs[1] = text("cause", form.Get("cause"), longestText)
	o.Workaround, errs[2] = text("workaround", form.Get("workaround"), longestText)
	if err := first(errs[:]); err != nil {
		return p, err
	}
	if o.Title == "" {
		return p, prb.ErrNeedsTitle
	}
	if err := c.checkCause(o.Service, o.Owner); err != nil {
		return p, err
	}
	if p, err = c.s.Engine.OpenProblem(c.r.Context(), o); err != nil {
		return p, err
	}
	for _, n := range linked {
		if err := c.linkCause(p.Number, n, false); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (c *call) checkCause(service string, owner oncall.UserID) error {
	book := c.s.Engine.Book()
	if _, ok := book.Services[service]; service != "" && !ok {
		return &incident.UnknownServiceError{Name: service}
	}
	if _, ok := book.Roster.User(owner); owner != "" && !ok {
		return incident.ErrNobody
	}
	return nil
}

// linkCause links an incident with a problem, or takes the link away, on both sides.
func (c *call) linkCause(p, n int64, undo bool) error {
	if err := c.mustSee(c.r.Context(), n); err != nil {
		return bad("incident", "Check the number.", "there is no %s that you may see", incident.Ref(n))
	}
	_, err := c.s.Engine.Relate(c.r.Context(), n, incident.Relate{By: c.who.actor(), Kind: incident.ToProblem, To: p, Undo: undo})
	return err
}

// problemForm is POST /problems/{n}.
func (c *call) problemForm() error {
	n, err := c.problemNumber()
	if err != nil {
		return err
	}
	if err := c.mustSeeProblem(n); err != nil {
		return err
	}
	if err := c.r.ParseForm(); err != nil {
		return formError(err)
	}
	form := c.r.PostForm
	err = c.actCause(n, form)
	if err == nil {
		http.Redirect(c.w, c.r, problemAddress(n), http.StatusSeeOther)
		return nil
	}
	j := judge(err)
	if j.status >= 500 {
		return err
	}
	v, viewErr := c.causeView(n)
	if viewErr != nil {
		return viewErr
	}
	v.Fault = faultOf(form.Get("do"), form, err)
	return c.showProblem(j.status, v)
}

func (c *call) actCause(n int64, form url.Values) error {
	if do := form.Get("do"); do == "link" || do == "unlink" {
		number, err := reference("incident", form.Get("incident"), "INC-")
		if err != nil {
			return err
		}
		return c.linkCause(n, number, do == "unlink")
	}
	a, err := c.causeAction(form)
	if err != nil {
		return err
	}
	_, err = c.s.Engine.DoProblem(c.r.Context(), n, a, c.who.actor())
	return err
}

// causeAction makes an action of a form of a problem's page.
func (c *call) causeAction(form url.Values) (prb.Action, error) {
	by := c.who.actor()
	words, err := text("text", form.Get("text"), longestText)
	if err != nil {
		return nil, err
	}
	switch form.Get("do") {
	case "analyse":
		return c.analysis(form)
	case "edit":
		return c.causeEdit(form)
	case "fix":
		return prb.StartFix{By: by, Note: words}, nil
	case "resolve":
		a := prb.Resolve{By: by, Code: prb.Code(form.Get("code")), Note: words}
		if a.Code != prb.Duplicate {
			return a, nil
		}
		if a.DuplicateOf, err = reference("other", form.Get("other"), "PRB-"); err != nil {
			return nil, err
		}
		if c.mustSeeProblem(a.DuplicateOf) != nil {
			return nil, bad("other", "Check the number.", "there is no %s that you may see", prb.Ref(a.DuplicateOf))
		}
		return a, nil
	case "reopen":
		return prb.Reopen{By: by, Reason: words}, nil
	case "close":
		return prb.Close{By: by, Note: words}, nil
	case "note":
		return prb.Note{By: by, Text: words}, nil
	}
	return nil, bad("do", "Go back and use one of the buttons.", "%q is not possible here", brief(form.Get("do")))
}

func (c *call) analysis(form url.Values) (prb.Action, error) {
	a := prb.Analyse{By: c.who.actor()}
	var errs [2]error
	a.Cause, errs[0] = text("cause", form.Get("cause"), longestText)
	a.Workaround, errs[1] = text("workaround", form.Get("workaround"), longestText)
	return a, first(errs[:])
}

func (c *call) causeEdit(form url.Values) (prb.Action, error) {
	title, err := line("title", form.Get("title"))
	if err != nil {
		return nil, err
	}
	owner := oncall.UserID(form.Get("owner"))
	if err := c.checkCause("", owner); err != nil {
		return nil, err
	}
	return prb.Edit{By: c.who.actor(), Title: &title, Owner: &owner}, nil
}
