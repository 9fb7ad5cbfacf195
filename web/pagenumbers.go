package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/report"
)

// numbersView is the page of the numbers of a period.
type numbersView struct {
	Asked    period
	Title    string
	Over     bool
	Against  string // the period before
	Tiles    []tileView
	By       string
	Groups   [][]string
	Weeks    []weekNumbers
	Causes   []causeNumbers
	Noise    []report.Noise
	People   []loadView
	Gravest  []listedView
	Breached []listedView
	Reviews  []listedView
	Files    []option // formats, with their addresses
	Page     string
	Wrong    *fault
}

// period is what is asked for, as the form shows it again.
type period struct {
	Month, From, To string
	By              []option
	picked          []report.Dimension
	Earlier, Later  string // addresses of the months beside it
}

// Picked reports whether incidents are grouped by a dimension.
func (p period) Picked(d string) bool { return slices.Contains(p.picked, report.Dimension(d)) }

type tileView struct{ Name, Value, Change, Mood string }

type weekNumbers struct {
	Name  string // its days
	Week  string // its number
	Count int
	Part  int // percent of the busiest week
	Parts string
}

type causeNumbers struct {
	report.Cause
	Href string
	Seen string
}

type loadView struct {
	Who                             string
	Business, Off, Sleep, Incidents int
	OnCall                          string
}

type listedView struct {
	Ref, Href, Title, Tone, Priority, Word string
}

// reportsPage is GET /reports.
func (c *call) reportsPage() error {
	q, asked, err := c.period()
	v := numbersView{Asked: asked}
	status := http.StatusOK
	if err != nil {
		p := judge(err)
		if status = p.status; status >= 500 {
			return err
		}
		v.Wrong = faultOf("period", nil, err)
	} else {
		r, err := c.countUp(q, true)
		if err != nil {
			return err
		}
		c.teller().numbers(&v, &r)
	}
	return c.show(status, "reports", frame{Title: "Reports", Here: "reports", Zone: c.user().Zone.String(), Body: v})
}

// reportFile is GET /reports/{format}: the whole report, to keep or to send on.
func (c *call) reportFile() error {
	format := report.Format(c.r.PathValue("format"))
	if !slices.Contains(report.Formats(), format) {
		return errNoRoute
	}
	q, _, err := c.period()
	if err != nil {
		return err
	}
	r, err := c.countUp(q, true)
	if err != nil {
		return err
	}
	return c.sendReport(&r, format, report.SectionGroups)
}

// period reads which time is meant: two days, else a month, else this month. Days and months are of the reader's own zone.
func (c *call) period() (q report.Query, p period, err error) {
	zone := c.user().Zone
	form := c.r.URL.Query()
	today := oncall.DateOf(c.now.In(zone))
	p = period{Month: form.Get("month"), From: form.Get("from"), To: form.Get("to")}
	p.By = options(report.Dimensions(), func(d report.Dimension) string { return upper(string(d)) })
	p.picked = []report.Dimension{report.ByService}
	if form.Has("by") {
		if p.picked, err = report.ParseDimensions(strings.Join(form["by"], ",")); err != nil {
			return q, p, bad("by", "Choose from the list.", "there is no such grouping")
		}
	}
	if p.From != "" || p.To != "" {
		q, err = between(p.From, p.To, zone)
		q.By = p.picked
		return q, p, err
	}
	of := time.Date(today.Year, today.Month, 1, 0, 0, 0, 0, time.UTC)
	if p.Month != "" {
		if of, err = month(p.Month); err != nil {
			return q, p, err
		}
	}
	p.Month = of.Format("2006-01")
	p.Earlier, p.Later = "/reports?"+p.query(of.AddDate(0, -1, 0)), "/reports?"+p.query(of.AddDate(0, 1, 0))
	q = report.Month(of.Year(), of.Month(), zone)
	q.By = p.picked
	return q, p, nil
}

// between is the query of two days and all between them.
func between(from, to string, zone *time.Location) (q report.Query, err error) {
	var days [2]time.Time
	for k, s := range []string{from, to} {
		if days[k], err = time.Parse(dayForm, s); err != nil || !sane(days[k]) {
			return q, bad([]string{"from", "to"}[k], "Choose both days.", "%q is no day", brief(s))
		}
	}
	q = report.Query{From: oncall.Wall(zone, oncall.DateOf(days[0]), 0), To: oncall.Wall(zone, oncall.DateOf(days[1]).AddDays(1), 0), Zone: zone}
	if q.Check() != nil || q.To.Sub(q.From) > 3*366*24*time.Hour {
		return q, bad("to", "Choose at most three years, the earlier day first.", "that is no period")
	}
	return q, nil
}

func (p period) query(month time.Time) string {
	q := url.Values{"month": {month.Format("2006-01")}}
	for _, d := range p.picked {
		q.Add("by", string(d))
	}
	return q.Encode()
}
