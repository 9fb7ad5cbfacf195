package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// reportView is the form with which anybody says that something is broken, and what follows when it was sent.
type reportView struct {
	formState
	Services []string
	Types    []option
	Impacts  []option
	Hurries  []option
	Known    []row  // what is open already
	Zone     string // of the times in the form
	Once     string // a key, so that the form sent twice is one report
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
	v = reportView{Services: t.services(), Impacts: impactWords, Hurries: hurryWords, Zone: t.zone.String(), Once: newKey()}
	v.may = map[string]bool{"report": true}
	v.Types = options(t.types(), func(kind string) string {
		return upper(kind) + onlyIf(kind == incident.TypeSecurity, ": only the team sees it")
	})
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
		if isNotFound(err) || (err == nil && !c.who.reported(&i)) {
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
		s.Href, s.Title, s.Standing = incidentAddress(n), i.Title, t.paged(&i)
		return nil
	})
	return s, err
}

// paged says to who reported an incident whom it wakes.
func (t teller) paged(i *incident.Incident) standing {
	if i.State != incident.Triggered || i.Suppressed != nil {
		return t.standing(i)
	}
	who, held := paging(i)
	if len(who) == 0 && len(held) > 0 {
		return standing{Head: upper(t.held(held)) + ".", More: []string{"Its page says who has it, and when it is over."}}
	}
	if len(who) == 0 {
		return standing{Head: "The people on call are being found.", More: []string{"This page says who, in a moment."}}
	}
	s := standing{Head: upper(t.few(who)) + " " + isAre(len(who), who, t.me) + " being paged."}
	if t.book.NotifyUrgency(i.Priority) != "high" {
		s.Head = upper(t.few(who)) + " " + isAre(len(who), who, t.me) + " told, without being woken."
	}
	s.More = []string{"Its page says who has it, and when it is over."}
	return s
}

// reportAct is POST /report.
func (c *call) reportAct() error {
	form, err := c.form()
	if err != nil {
		return err
	}
	var i incident.Incident
	o, err := c.reportForm(form)
	if err == nil {
		i, err = c.openOnce(formKey(form.Get("once"), o), o)
	}
	return c.posted(err, "report", form, fmt.Sprintf("/report?sent=%d", i.Number), func(status int, f *fault) error {
		v, err := c.reportView()
		if err != nil {
			return err
		}
		v.Fault = f
		return c.showReport(status, v)
	})
}

// reportForm reads a report.
func (c *call) reportForm(f url.Values) (o incident.Open, err error) {
	in := client.Report{
		Title: f.Get("title"), Text: f.Get("text"), Service: f.Get("service"), Type: f.Get("type"), Impact: f.Get("impact"), Urgency: f.Get("urgency"),
	}
	if since := strings.TrimSpace(f.Get("since")); since != "" {
		if in.StartedAt, err = when("since", since, c.user().Zone); err != nil {
			return o, err
		}
	}
	return c.opening(in)
}
