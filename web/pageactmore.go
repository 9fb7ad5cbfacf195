package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

// responderVerbs are what the forms of an incident's page may ask for.
var responderVerbs = []string{
	"ack", "escalate", "note", "resolve", "hold", "resume", "give", "close", "confirm", "reopen", "update",
	"change", "diagnose", "role", "inform", "attach", "merge", "relate", "review",
}

// reporterVerbs are what somebody may do to the incident that they have reported, whatever their role.
var reporterVerbs = []string{"note", "confirm", "reopen"}

// incidentAct is POST /i/{n}/act, for who is logged in.
func (c *call) incidentAct() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	if err := c.mustSee(c.r.Context(), n); err != nil {
		return err
	}
	return c.act303(n, "", responderVerbs)
}

// reporterAct is POST /i/{n}/reporter: who reported an incident says that it is over, or is not.
func (c *call) reporterAct() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	st, err := c.story(n, 1)
	if err != nil {
		return err
	}
	if !c.reported(&st.incident) {
		return bad("", "Ask a responder.", "somebody else has reported this incident")
	}
	return c.act303(n, mine, reporterVerbs)
}

// backToIncident leads from the address of a form to the page that it is on.
func (c *call) backToIncident() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	http.Redirect(c.w, c.r, fmt.Sprintf("/i/%d", n), http.StatusSeeOther)
	return nil
}

// act303 does what a form asks for and leads back to the page. What is refused is shown beside its form, with what was
// typed; whose tells the forms of a reporter from those of responders.
func (c *call) act303(n int64, whose string, allowed []string) error {
	if err := c.r.ParseForm(); err != nil {
		return formError(err)
	}
	form := c.r.PostForm
	verb := form.Get("do")
	if !slices.Contains(allowed, verb) {
		return bad("do", "Go back and use one of the buttons.", "%q is not possible here", brief(verb))
	}
	err := c.formDo(n, verb, form)
	var already *incident.AlreadyError
	if verb == "ack" && errors.As(err, &already) {
		err = nil // who was first is what the page says of an acknowledgement
	}
	if err != nil {
		return c.showRefusal(n, whose+verb, form, err)
	}
	http.Redirect(c.w, c.r, fmt.Sprintf("/i/%d?did=%s", n, url.QueryEscape(verb)), http.StatusSeeOther)
	return nil
}

// showRefusal shows an incident's page again with the form that was refused. What is no fault of the form is an error page.
func (c *call) showRefusal(n int64, verb string, form url.Values, err error) error {
	p := judge(err)
	if p.status >= 500 || p.status < 400 {
		return err
	}
	v, viewErr := c.incidentView(n)
	if viewErr != nil {
		return viewErr
	}
	v.Forms.Fault = faultOf(verb, form, err)
	return c.showIncident(p.status, v)
}

// faultOf words a refusal for a person in front of a form.
func faultOf(verb string, form url.Values, err error) *fault {
	p := judge(err)
	f := &fault{Do: verb, What: sentence(p.message), Hint: p.hint, kept: form}
	var in *inputError
	var field *incident.FieldError
	switch h, ok := formHints[p.code]; {
	case errors.As(err, &in):
		f.What = sentence(in.what)
	case errors.As(err, &field):
		f.What, f.Hint = fmt.Sprintf("%q is not possible here.", brief(field.Value)), "Write "+field.Want+"."
	case ok:
		f.Hint = h
	case strings.Contains(p.hint, "/api/") || strings.HasPrefix(p.hint, "Send "):
		f.Hint = "" // it is for programs
	}
	return f
}

const hintBelow = "Write it below and send it again."

// formHints are what to do about a refusal, where the hint of the API does not fit somebody in front of a page.
var formHints = map[string]string{
	"unknown_user": "Choose somebody from the list.", "unknown_service": "Choose a service from the list.",
	"needs_text": hintBelow, "needs_note": hintBelow, "needs_reason": hintBelow, "note_owed": hintBelow,
	"needs_owner": "Choose an owner and a day.", "merged": "Go on with the other one.", "no_review": "Draft one first.",
	"confidential": "Choose responders as those who hear of it.",
}

// formDo does one verb to an incident.
func (c *call) formDo(n int64, verb string, form url.Values) error {
	switch verb {
	case "merge":
		return c.formMerge(n, form)
	case "relate":
		return c.formRelate(n, form)
	}
	a, err := c.formAction(verb, form)
	if err != nil {
		return err
	}
	_, err = c.s.Engine.Do(c.r.Context(), n, a)
	return err
}

// formMerge ends an incident as a duplicate of another, by the rules of the API.
func (c *call) formMerge(n int64, form url.Values) error {
	into, err := reference("into", form.Get("into"), "INC-")
	if err != nil {
		return err
	}
	return c.deed(n, mergeVerb, &client.Merging{Into: into})
}

// deed does to an incident what a verb of the API does.
func (c *call) deed(n int64, v verb, with any) error {
	do, err := v(c, func(in any) error {
		reflect.ValueOf(in).Elem().Set(reflect.ValueOf(with).Elem())
		return nil
	})
	if err != nil {
		return err
	}
	i, err := c.seen(c.r.Context(), n)
	if err != nil {
		return err
	}
	_, err = do(c.r.Context(), &i)
	return err
}

// formRelate links an incident with another record, by the rules of the API.
func (c *call) formRelate(n int64, form url.Values) error {
	kind, prefix := form.Get("kind"), "INC-"
	if kind == string(incident.ToProblem) {
		prefix = "PRB-"
	}
	to, err := reference("to", form.Get("to"), prefix)
	if err != nil {
		return err
	}
	return c.deed(n, relateVerb, &client.Relation{Kind: kind, To: to, Undo: form.Get("undo") != ""})
}

// formAction makes an action of a form.
func (c *call) formAction(verb string, form url.Values) (incident.Action, error) {
	by := c.who.actor()
	words, err := text("text", form.Get("text"), longestText)
	if err != nil {
		return nil, err
	}
	switch verb {
	case "ack":
		until, err := c.until(client.Lease{For: form.Get("for"), Until: form.Get("until")})
		return incident.Ack{By: by, User: c.who.user, Until: until}, err
	case "escalate":
		return incident.Escalate{By: by}, nil
	case "note":
		return incident.Note{By: by, Text: words}, nil
	case "resolve":
		return incident.Resolve{By: by, Code: form.Get("code"), Note: words}, among("code", form.Get("code"), codes...)
	case "hold":
		until, err := c.until(client.Lease{For: form.Get("for"), Until: form.Get("until")})
		return incident.Hold{By: by, Reason: holdReason(form.Get("reason"), words), Until: until}, err
	case "resume":
		return incident.Resume{By: by}, nil
	case "give":
		return incident.Reassign{By: by, To: oncall.UserID(form.Get("to"))}, nil
	case "close":
		return incident.Close{By: by, Note: words}, nil
	case "reopen":
		return incident.Reopen{By: by, Reason: words}, nil
	case "confirm":
		return confirmation(by, words, form)
	}
	return c.processAction(verb, words, form)
}

// holdReason begins with the class of the hold, by which the clocks know whether they pause.
func holdReason(class, words string) string {
	switch {
	case class == "":
		return words
	case words == "":
		return class
	}
	return class + ": " + words
}

func confirmation(by incident.Actor, words string, form url.Values) (incident.Action, error) {
	a := incident.Confirm{By: by, Note: words}
	if s := form.Get("satisfied"); s != "" {
		var err error
		if a.Satisfied, err = strconv.Atoi(s); err != nil {
			return nil, bad("satisfied", "Choose 1 to 5, or nothing.", "%q is no mark", brief(s))
		}
	}
	return a, nil
}

// processAction makes an action of a form that changes the record.
func (c *call) processAction(verb, words string, form url.Values) (incident.Action, error) {
	by := c.who.actor()
	switch verb {
	case "change":
		return c.formAmend(form)
	case "diagnose":
		return incident.Diagnose{By: by, Kind: incident.Finding(form.Get("kind")), Text: words}, nil
	case "attach":
		name, err := line("name", form.Get("name"))
		return incident.Attach{By: by, Href: strings.TrimSpace(form.Get("href")), Text: name}, err
	case "role":
		return incident.Assign{By: by, Role: incident.Role(form.Get("role")), To: oncall.UserID(form.Get("to"))}, nil
	case "inform":
		a := incident.Inform{By: by, Why: words}
		for _, u := range form["who"] {
			a.Who = append(a.Who, oncall.UserID(u))
		}
		if len(a.Who) == 0 {
			return nil, bad("who", "Tick at least one name.", "nobody was chosen")
		}
		return a, nil
	case "update":
		return c.formUpdate(words, form), nil
	case "review":
		return incident.Reviewed{By: by}, nil
	}
	return nil, errNoPower
}

// formAmend makes a change of fields. A field that was left alone is empty.
func (c *call) formAmend(form url.Values) (incident.Action, error) {
	reason, err := text("reason", form.Get("reason"), longestText)
	if err != nil {
		return nil, err
	}
	title, err := line("title", form.Get("title"))
	if err != nil {
		return nil, err
	}
	a := incident.Amend{
		By: c.who.actor(), Reason: reason, Title: title, Service: form.Get("service"), Type: form.Get("type"), Category: form.Get("category"),
		Impact: incident.Grade(form.Get("impact")), Urgency: incident.Grade(form.Get("urgency")),
	}
	if p := form.Get("priority"); p == "matrix" {
		a.Matrix = true
	} else {
		a.Priority = incident.Priority(p)
	}
	return a, nil
}

// formUpdate makes a status update. The usual words of another phase are not meant: whoever chose the phase without a script could
// not see them change.
func (c *call) formUpdate(words string, form url.Values) incident.Action {
	a := incident.Publish{
		By: c.who.actor(), Audience: incident.Audience(form.Get("audience")), Phase: incident.Phase(form.Get("phase")), Text: words,
	}
	if was := form.Get("usual"); was != "" && words == strings.TrimSpace(was) && form.Get("usual-phase") != form.Get("phase") {
		a.Text = "" // the engine writes those of the phase
	}
	return a
}
