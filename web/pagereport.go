package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// reportView is the form with which anybody says that something is broken, and what follows when it was sent.
type reportView struct {
	formState
	Services []string
	Types    []option
	Impacts  []option
	Hurries  []option
	Known    []row // what is open already
	Sent     *sentView
}

// sentView says what happens now that something was reported.
type sentView struct {
	Ref, Href string // no Href for an incident that only its team sees
	Title     string
	Standing  standing
}

const knownShown = 4

// impactWords and hurryWords ask for impact and urgency in the words of who has the trouble.
var (
	impactWords = []option{
		{string(incident.GradeHigh), "Many people cannot work, or customers are turned away"},
		{string(incident.GradeMedium), "Some people, or a part of it"},
		{string(incident.GradeLow), "One person, or it is merely annoying"},
	}
	hurryWords = []option{
		{string(incident.GradeHigh), "No, it hurts now"},
		{string(incident.GradeMedium), "A few hours"},
		{string(incident.GradeLow), "Until somebody has time"},
	}
)

// reportPage is GET /report.
func (c *call) reportPage() error {
	v, err := c.reportView()
	if err != nil {
		return err
	}
	n, err := c.sequence("sent")
	if err == nil && n > 0 {
		if v.Sent, err = c.sent(n); err != nil {
			return err
		}
	}
	return c.showReport(http.StatusOK, v)
}

func (c *call) showReport(status int, v reportView) error {
	f := frame{Title: "Report a problem", Here: "report", Zone: c.user().Zone.String(), Body: v}
	if v.Sent != nil {
		f.Title, f.Refresh = v.Sent.Ref+" is reported", refreshEvery
	}
	return c.show(status, "report", f)
}

func (c *call) reportView() (v reportView, err error) {
	t := c.teller()
	v = reportView{Services: sorted(slices.Collect(maps.Keys(t.book.Services))), Impacts: impactWords, Hurries: hurryWords}
	v.may = map[string]bool{"report": true}
	for _, kind := range sorted(slices.Collect(maps.Keys(t.book.Types))) {
		word := upper(kind)
		if kind == typeSecurity {
			word += ": only the team sees it"
		}
		v.Types = append(v.Types, option{kind, word})
	}
	err = c.view(func(tx store.Tx, h *veil) error {
		got, _, err := c.list(tx, store.Filter{States: states["open"], Limit: knownShown})
		for k := range got {
			h.hushIncident(&got[k])
			v.Known = append(v.Known, t.row(&got[k]))
		}
		return err
	})
	return v, err
}

// sent says what happens to an incident that the caller has reported; nil for any other. Of one that only its team sees it gives
// the number.
func (c *call) sent(n int64) (s *sentView, err error) {
	t := c.teller()
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		i, err := tx.Incident(n)
		if isNotFound(err) || (err == nil && !c.reported(&i)) {
			return nil
		}
		if err != nil {
			return err
		}
		s = &sentView{Ref: i.Ref()}
		if !c.who.sees(&i, t.book) {
			s.Standing = standing{Head: "Its team is told now.", More: []string{"It is confidential: only the team sees it. They will come to you."}}
			return nil
		}
		s.Href, s.Title, s.Standing = fmt.Sprintf("/i/%d", n), i.Title, t.paged(&i)
		return nil
	})
	return s, err
}

// paged says to who reported an incident whom it wakes.
func (t teller) paged(i *incident.Incident) standing {
	if i.State != incident.Triggered || i.Suppressed != nil {
		return t.standing(i)
	}
	who := paging(i)
	if len(who) == 0 {
		return standing{Head: "The people on call are being found.", More: []string{"This page says who, in a moment."}}
	}
	s := standing{Head: upper(t.names(who)) + " " + isAre(len(who), who, t.me) + " being paged."}
	if t.book.NotifyUrgency(i.Priority) != "high" {
		s.Head = upper(t.names(who)) + " " + isAre(len(who), who, t.me) + " told, without being woken."
	}
	s.More = []string{"Its page says who has it, and when it is over."}
	return s
}

// reportForm is POST /report.
func (c *call) reportForm() error {
	if err := c.r.ParseForm(); err != nil {
		return formError(err)
	}
	form := c.r.PostForm
	o, err := c.reportOf(form)
	var i incident.Incident
	if err == nil {
		i, err = c.s.Engine.Open(c.r.Context(), o)
	}
	if err == nil {
		http.Redirect(c.w, c.r, fmt.Sprintf("/report?sent=%d", i.Number), http.StatusSeeOther)
		return nil
	}
	p := judge(err)
	if p.status >= 500 {
		return err
	}
	v, viewErr := c.reportView()
	if viewErr != nil {
		return viewErr
	}
	v.Fault = faultOf("report", form, err)
	return c.showReport(p.status, v)
}

// reportOf reads a report.
func (c *call) reportOf(form url.Values) (o incident.Open, err error) {
	book := c.s.Engine.Book()
	o = incident.Open{
		By: c.who.actor(), Service: form.Get("service"), Impact: incident.Grade(form.Get("impact")), Urgency: incident.Grade(form.Get("urgency")), Type: form.Get("type"),
	}
	var errs [6]error
	o.Title, errs[0] = line("title", form.Get("title"))
	o.Text, errs[1] = text("text", form.Get("text"), longestText)
	errs[2], errs[3] = among("impact", form.Get("impact"), grades...), among("urgency", form.Get("urgency"), grades...)
	errs[4], errs[5] = checkType(book, o.Type, "")
	if err := first(errs[:]); err != nil {
		return o, err
	}
	if o.Title == "" {
		return o, bad("title", "A few words are enough, such as: Payment page stays white.", "say in one line what is broken")
	}
	if o.Service == "" {
		return o, bad("service", "Choose the nearest one; the people on call sort it out.", "say which service it is")
	}
	if since := strings.TrimSpace(form.Get("since")); since != "" {
		if o.StartedAt, err = when("since", since, c.user().Zone); err != nil {
			return o, err
		}
		if o.StartedAt.After(c.now) {
			return o, bad("since", "Leave it empty if it began just now.", "it cannot have begun in the future")
		}
	}
	return o, nil
}
