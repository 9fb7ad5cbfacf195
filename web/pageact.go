package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/web/client"
)

// incidentForm is a form of an incident's page: by which verb it acts, and how what was filled in is read for it. What a form may
// do, and what is refused, is the verb's to say, so that a page and a program get the same.
type incidentForm struct {
	verb verb
	fill func(url.Values) (read, error)
}

// incidentForms are the forms of an incident's page by what they ask for.
var incidentForms = map[string]incidentForm{
	"ack":      {ackVerb, fills(leaseForm)},
	"escalate": {escalateVerb, fills(nothingForm)},
	"note":     {noteVerb, fills(remarkForm)},
	"resolve": {resolveVerb, fills(func(f url.Values) client.Resolution {
		return client.Resolution{Code: f.Get("code"), Note: f.Get("text")}
	})},
	"hold": {holdVerb, fills(func(f url.Values) client.Holding {
		return client.Holding{Reason: holdReason(f.Get("reason"), strings.TrimSpace(f.Get("text"))), Lease: leaseForm(f)}
	})},
	"resume":  {resumeVerb, fills(nothingForm)},
	"give":    {reassignVerb, fills(func(f url.Values) client.Reassignment { return client.Reassignment{To: f.Get("to")} })},
	"close":   {closeVerb, fills(func(f url.Values) client.Closure { return client.Closure{Note: f.Get("text")} })},
	"reopen":  {reopenVerb, fills(reasonForm)},
	"confirm": {confirmVerb, confirmForm},
	"change":  {amendVerb, fills(changeForm)},
	"diagnose": {diagnoseVerb, fills(func(f url.Values) client.Diagnosis {
		return client.Diagnosis{Kind: f.Get("kind"), Text: f.Get("text")}
	})},
	"attach": {linkVerb, fills(func(f url.Values) client.Attachment {
		return client.Attachment{Href: f.Get("href"), Text: f.Get("name")}
	})},
	"role": {roleVerb, fills(func(f url.Values) client.Appointment {
		return client.Appointment{Role: f.Get("role"), To: f.Get("to")}
	})},
	"inform": {respondersVerb, informForm},
	"update": {updateVerb, fills(updateForm)},
	"merge":  {mergeVerb, mergeForm},
	"relate": {relateVerb, relateForm},
	"review": {requireVerb, fills(nothingForm)},
}

// fills is the fill of a form of which nothing can be wrong before its verb looks at it.
func fills[T any](fill func(url.Values) T) func(url.Values) (read, error) {
	return func(f url.Values) (read, error) { return given(fill(f)), nil }
}

func nothingForm(url.Values) struct{} { return struct{}{} }

func leaseForm(f url.Values) client.Lease {
	return client.Lease{For: f.Get("for"), Until: f.Get("until")}
}

func remarkForm(f url.Values) client.Remark { return client.Remark{Text: f.Get("text")} }

func commentForm(f url.Values) client.Comment { return client.Comment{Note: f.Get("text")} }

func reasonForm(f url.Values) client.Reason { return client.Reason{Reason: f.Get("text")} }

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

func confirmForm(f url.Values) (read, error) {
	in := client.Confirmation{Note: f.Get("text")}
	if s := f.Get("satisfied"); s != "" {
		var err error
		if in.Satisfied, err = strconv.Atoi(s); err != nil {
			return nil, bad("satisfied", "Choose 1 to 5, or nothing.", "%q is no mark", brief(s))
		}
	}
	return given(in), nil
}

// changeForm is a change of fields. A field that was left alone is empty.
func changeForm(f url.Values) client.Amendment {
	in := client.Amendment{
		Reason: f.Get("reason"), Title: f.Get("title"), Service: f.Get("service"), Type: f.Get("type"), Category: f.Get("category"),
		Impact: f.Get("impact"), Urgency: f.Get("urgency"), Priority: f.Get("priority"),
	}
	if in.Priority == "matrix" {
		in.Priority, in.Matrix = "", true
	}
	return in
}

func informForm(f url.Values) (read, error) {
	if len(f["who"]) == 0 {
		return nil, bad("who", "Tick at least one name.", "nobody was chosen")
	}
	return given(client.Help{Users: f["who"], Why: f.Get("text")}), nil
}

// updateForm is a status update. The usual words of another phase are not meant: whoever chose the phase without a script could
// not see them change.
func updateForm(f url.Values) client.Publication {
	in := client.Publication{Audience: f.Get("audience"), Phase: f.Get("phase"), Text: f.Get("text")}
	usual := typed(f.Get("usual"))
	if usual != "" && typed(in.Text) == usual && f.Get("usual-phase") != in.Phase {
		in.Text = "" // the engine writes those of the phase
	}
	return in
}

func mergeForm(f url.Values) (read, error) {
	into, err := reference("into", f.Get("into"), incidentPrefix)
	return given(client.Merging{Into: into}), err
}

func relateForm(f url.Values) (read, error) {
	kind, prefix := f.Get("kind"), incidentPrefix
	if kind == string(incident.ToProblem) {
		prefix = problemPrefix
	}
	to, err := reference("to", f.Get("to"), prefix)
	return given(client.Relation{Kind: kind, To: to, Undo: f.Get("undo") != ""}), err
}

// formDeed is what a form of an incident's page asks for.
func (c *call) formDeed(do string, form url.Values) (deed, error) {
	f, ok := incidentForms[do]
	if !ok {
		return nil, noButton(do)
	}
	in, err := f.fill(form)
	if err != nil {
		return nil, err
	}
	return f.verb(c, in)
}

// formDo does to an incident what a form asks for.
func (c *call) formDo(i *incident.Incident, do string, form url.Values) error {
	deed, err := c.formDeed(do, form)
	if err != nil {
		return err
	}
	_, err = deed(i)
	return err
}

// noButton refuses what no form of a page asks for.
func noButton(do string) error {
	return bad("do", "Go back and use one of the buttons.", "%q is not possible here", brief(do))
}

// incidentAct is POST /i/{n}/act, for who is logged in.
func (c *call) incidentAct() error {
	i, err := c.namedIncident()
	if err != nil {
		return err
	}
	return c.incidentPosted(&i, "")
}

// reporterVerbs are what somebody may do to the incident that they have reported, whatever their role.
var reporterVerbs = []string{"note", "confirm", "reopen"}

// reporterAct is POST /i/{n}/reporter: who reported an incident says that it is over, or is not.
func (c *call) reporterAct() error {
	i, err := c.namedIncident()
	if err != nil {
		return err
	}
	if !c.who.reported(&i) {
		return bad("", "Ask a responder.", "somebody else has reported this incident")
	}
	return c.incidentPosted(&i, mine, reporterVerbs...)
}

// namedIncident reads the incident of the path, which the caller has to see.
func (c *call) namedIncident() (incident.Incident, error) {
	n, err := c.number()
	if err != nil {
		return incident.Incident{}, err
	}
	return c.seen(n)
}

// backToIncident leads from the address of a form to the page that it is on.
func (c *call) backToIncident() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	http.Redirect(c.w, c.r, incidentAddress(n), http.StatusSeeOther)
	return nil
}

// incidentPosted does what a form of an incident's page asks for, if it is among what is allowed; nothing allows everything.
// whose tells the forms of a reporter from those of responders.
func (c *call) incidentPosted(i *incident.Incident, whose string, allowed ...string) error {
	form, err := c.form()
	if err != nil {
		return err
	}
	do := form.Get("do")
	if _, known := incidentForms[do]; !known || len(allowed) > 0 && !slices.Contains(allowed, do) {
		return noButton(do)
	}
	err = c.formDo(i, do, form)
	var already *incident.AlreadyError
	if do == "ack" && errors.As(err, &already) {
		err = nil // who was first is what the page says of an acknowledgement
	}
	to := fmt.Sprintf("%s?did=%s", incidentAddress(i.Number), url.QueryEscape(do))
	return c.posted(err, whose+do, form, to, func(status int, f *fault) error {
		v, err := c.incidentView(i.Number)
		if err != nil {
			return err
		}
		v.Forms.Fault = f
		return c.showIncident(status, v)
	})
}

// posted answers a form: it leads on to a page, or shows again the one that it was on, with why it was refused and what was
// typed. What is no fault of the form is an error page.
func (c *call) posted(err error, do string, form url.Values, to string, again func(status int, f *fault) error) error {
	if err == nil {
		http.Redirect(c.w, c.r, to, http.StatusSeeOther)
		return nil
	}
	p := judge(err)
	if p.status >= 500 {
		return err
	}
	return again(p.status, faultOf(do, form, err))
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
	"confidential": "Choose responders as those who hear of it.", "not_found": "Check the number.",
}
