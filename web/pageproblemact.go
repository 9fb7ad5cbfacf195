package web

import (
	"net/url"
	"strings"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/web/client"
)

// problemForm is a form of a problem's page, as incidentForm is one of an incident's.
type problemForm struct {
	verb problemVerb
	fill func(url.Values) (read, error)
}

// problemForms are the forms of a problem's page by what they ask for.
var problemForms = map[string]problemForm{
	"analyse": {analyseProblem, fills(func(f url.Values) client.Analysis {
		return client.Analysis{Cause: f.Get("cause"), Workaround: f.Get("workaround")}
	})},
	"edit":    {editProblem, fills(problemEditForm)},
	"fix":     {fixProblem, fills(commentForm)},
	"resolve": {resolveProblem, endForm},
	"reopen":  {reopenProblem, fills(reasonForm)},
	"close":   {closeProblem, fills(commentForm)},
	"note":    {noteProblem, fills(remarkForm)},
	"link":    {linkProblem, incidentLinkForm},
	"unlink":  {unlinkProblem, incidentLinkForm},
}

// problemEditForm is a change of fields. A title that was left alone is not touched, for of it the page may have hidden a part.
func problemEditForm(f url.Values) client.ProblemEdit {
	title, owner := f.Get("title"), f.Get("owner")
	in := client.ProblemEdit{Owner: &owner}
	if title != f.Get("title-was") {
		in.Title = &title
	}
	return in
}

func endForm(f url.Values) (read, error) {
	in, err := client.ProblemResolution{Code: f.Get("code"), Note: f.Get("text")}, error(nil)
	if in.Code == string(prb.Duplicate) {
		in.DuplicateOf, err = reference("other", f.Get("other"), problemPrefix)
	}
	return given(in), err
}

func incidentLinkForm(f url.Values) (read, error) {
	n, err := reference("incident", f.Get("incident"), incidentPrefix)
	return given(client.IncidentLink{Incident: n}), err
}

// problemAct is POST /problems/{n}.
func (c *call) problemAct() error {
	n, err := c.problemNumber()
	if err != nil {
		return err
	}
	if err := c.mustSeeProblem(n); err != nil {
		return err
	}
	form, err := c.form()
	if err != nil {
		return err
	}
	err = c.formDoProblem(n, form)
	return c.posted(err, form.Get("do"), form, problemAddress(n), func(status int, f *fault) error {
		v, err := c.problemView(n)
		if err != nil {
			return err
		}
		v.Fault = f
		return c.showProblem(status, v)
	})
}

func (c *call) formDoProblem(n int64, form url.Values) error {
	f, ok := problemForms[form.Get("do")]
	if !ok {
		return noButton(form.Get("do"))
	}
	in, err := f.fill(form)
	if err != nil {
		return err
	}
	_, err = c.actOnProblem(n, f.verb, in)
	return err
}

// openProblemAct is POST /problems.
func (c *call) openProblemAct() error {
	form, err := c.form()
	if err != nil {
		return err
	}
	var p prb.Problem
	in, err := c.newProblemForm(form)
	if err == nil {
		p, err = c.opensProblem(in)
	}
	return c.posted(err, "open", form, problemAddress(p.Number), func(status int, f *fault) error {
		v, err := c.problemsView()
		if err != nil {
			return err
		}
		v.Fault = f
		return c.showProblems(status, v)
	})
}

// newProblemForm reads the form by which a problem is opened. It says which of several numbers is not there, or is not theirs to
// see.
func (c *call) newProblemForm(form url.Values) (*client.NewProblem, error) {
	in := &client.NewProblem{
		Title: form.Get("title"), Service: form.Get("service"), Owner: form.Get("owner"), Cause: form.Get("cause"), Workaround: form.Get("workaround"),
	}
	for word := range strings.FieldsFuncSeq(form.Get("incidents"), func(r rune) bool { return r == ',' || r == ' ' || r == ';' }) {
		n, err := reference("incidents", word, incidentPrefix)
		if err != nil {
			return nil, err
		}
		if c.mustSee(n) != nil {
			return nil, bad("incidents", "Check the number.", "there is no %s that you may see", incident.Ref(n))
		}
		in.Incidents = append(in.Incidents, n)
	}
	return in, nil
}
