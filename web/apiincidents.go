package web

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	alertsUnset, alertsMost = 100, 1000
	timelineMost            = 1000
)

// grades and codes are words that the API takes.
var (
	grades = []string{string(incident.GradeHigh), string(incident.GradeMedium), string(incident.GradeLow)}
	codes  = incident.Codes()
)

// getIncident is GET /api/v1/incidents/{n}.
func (c *call) getIncident() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	limit, err := c.count("alerts", alertsUnset, alertsMost)
	if err != nil {
		return err
	}
	var out client.IncidentDetail
	err = c.view(func(tx store.Tx, v *veil) (err error) {
		var st story
		if st.incident, err = c.incident(tx, n); err != nil {
			return err
		}
		if err = st.fill(tx, limit); err != nil {
			return err
		}
		if st.around, err = c.around(v, &st.incident); err == nil {
			out = v.wireDetail(&st)
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// story is everything about one incident, as one snapshot.
type story struct {
	incident incident.Incident
	timeline []incident.Entry
	alerts   []store.Alert
	more     bool // there are more alerts
	pages    []store.Page
	around   neighbours // not of every story
}

// fill reads what belongs to the story's incident.
func (st *story) fill(tx store.Tx, limit int) (err error) {
	n := st.incident.Number
	if st.timeline, err = tx.Timeline(n); err != nil {
		return err
	}
	if st.alerts, err = tx.AlertsOf(n, alert.ID{}, limit+1); err != nil {
		return err
	}
	if st.more = len(st.alerts) > limit; st.more {
		st.alerts = st.alerts[:limit]
	}
	if st.pages, err = tx.PagesOf(n); err != nil {
		return err
	}
	for k := range st.pages {
		if err := carried(tx, &st.pages[k]); err != nil {
			return err
		}
	}
	return nil
}

// carried gives a page that another one told what became of that.
func carried(tx store.Tx, p *store.Page) error {
	if p.State != store.Bundled || p.Parent == "" {
		return nil
	}
	by, err := tx.Page(p.Parent)
	if errors.Is(err, store.ErrNotFound) {
		return nil // forgotten, as its incident
	}
	p.Outcome, p.SentAt, p.Provider, p.BundleCode = cmp.Or(by.Outcome, notify.Outcome(by.State)), by.SentAt, by.Provider, by.BundleCode
	return err
}

// report is POST /api/v1/incidents: a person says that something is broken.
func (c *call) report() error {
	var in client.Report
	if err := c.decode(&in); err != nil {
		return err
	}
	o, err := c.opening(in)
	if err != nil {
		return err
	}
	i, err := c.openOnce(c.r.Header.Get("Idempotency-Key"), o)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/api/v1/incidents/"+i.Ref()[len("INC-"):])
	return c.answer(http.StatusCreated, &i)
}

// opening checks a report against the rulebook.
func (c *call) opening(in client.Report) (incident.Open, error) {
	book := c.s.Engine.Book()
	o := incident.Open{
		By: c.who.actor(), Service: in.Service, Impact: incident.Grade(in.Impact), Urgency: incident.Grade(in.Urgency),
		Type: in.Type, Category: in.Category, StartedAt: utc(in.StartedAt),
	}
	var errs [6]error
	o.Title, errs[0] = line("title", in.Title)
	o.Text, errs[1] = text("text", in.Text, longestText)
	errs[2] = among("impact", in.Impact, grades...)
	errs[3] = among("urgency", in.Urgency, grades...)
	errs[4], errs[5] = checkType(book, in.Type, in.Category)
	switch {
	case first(errs[:]) != nil:
		return o, first(errs[:])
	case o.Title == "":
		return o, bad("title", "A few words are enough, such as: Payment page stays white.", "say in one line what is broken")
	case in.Service == "":
		return o, bad("service", "Choose the nearest one of the configuration; the people on call sort it out.", "say which service it is")
	case o.StartedAt.After(c.now):
		return o, bad("startedAt", "Leave it out if it began just now.", "it cannot have begun in the future")
	case !o.StartedAt.IsZero() && !sane(o.StartedAt):
		return o, bad("startedAt", "Name a time that has passed, or leave it out.", "it cannot have begun then")
	}
	return o, knownService(book, in.Service)
}

// checkType checks a type and category against those of the configuration, where it has any.
func checkType(book *incident.Rulebook, kind, category string) (badType, badCategory error) {
	if len(book.Types) == 0 || kind == "" && category == "" {
		return nil, nil
	}
	if kind == "" {
		kind = "technical"
	}
	return among("type", kind, slices.Sorted(maps.Keys(book.Types))...), among("category", category, book.Types[kind]...)
}
