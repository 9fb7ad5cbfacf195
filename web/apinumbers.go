package web

import (
	"errors"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/report"
	"github.com/rouse/rouse/store"
)

// reportDays is how far back a report looks that is asked for no time.
const reportDays = 30

// numbersReport is GET /api/v1/report: the numbers of the process over a period, of what the caller may see.
func (c *call) numbersReport() error {
	q, compare, err := c.reportQuery()
	if err != nil {
		return err
	}
	words := c.r.URL.Query()
	format := report.Format(words.Get("format"))
	if format == "" {
		format = report.FormatJSON
	}
	section := report.Section(words.Get("section"))
	if section == "" {
		section = report.SectionGroups
	}
	if err := among("section", string(section), sections()...); err != nil {
		return err
	}
	if err := among("format", string(format), formats()...); err != nil {
		return err
	}
	r, err := c.countUp(q, compare)
	if err != nil {
		return err
	}
	return c.sendReport(&r, format, section)
}

func formats() (out []string) {
	for _, f := range report.Formats() {
		out = append(out, string(f))
	}
	return out
}

func sections() (out []string) {
	for _, s := range report.Sections() {
		out = append(out, string(s))
	}
	return out
}

func (c *call) sendReport(r *report.Report, f report.Format, s report.Section) (err error) {
	var body []byte
	if f == report.FormatCSV {
		body, err = report.CSV(r, s)
		c.w.Header().Set("Content-Disposition", `attachment; filename="report-`+string(s)+`.csv"`)
	} else {
		body, err = report.Render(f, r)
	}
	if err != nil {
		c.w.Header().Del("Content-Disposition")
		return err
	}
	if f == report.FormatHTML {
		c.w.Header().Set("Content-Security-Policy", report.ContentSecurityPolicy()+"; frame-ancestors 'none'")
	}
	c.file(f.ContentType(), body)
	return nil
}

// reportQuery reads what a report is to be about: a month, or a time from and to, in a zone. A month is compared with the one
// before it.
func (c *call) reportQuery() (q report.Query, compare bool, err error) {
	words := c.r.URL.Query()
	if q.Zone, err = c.zone(); err != nil {
		return q, false, err
	}
	if compare, err = c.flag("compare"); err != nil {
		return q, false, err
	}
	by, err := report.ParseDimensions(words.Get("by"))
	if err != nil {
		return q, false, bad("by", "Write some of service, team, priority, type, category, source, assignee, week and month, with commas between.", "%v", err)
	}
	if s := words.Get("month"); s != "" {
		t, err := month(s)
		if err != nil {
			return q, false, err
		}
		q = report.Month(t.Year(), t.Month(), q.Zone)
		if words.Has("by") {
			q.By = by
		}
		return q, true, nil
	}
	q.By = by
	if err := c.reportPeriod(&q); err != nil {
		return q, false, err
	}
	if err := q.Check(); err != nil {
		if errors.Is(err, report.ErrPeriod) {
			return q, false, bad("to", "Name a time after from.", "the period ends before it begins")
		}
		return q, false, err
	}
	return q, compare, nil
}

// reportPeriod reads from and to. Without from it is so many whole days before to.
func (c *call) reportPeriod(q *report.Query) (err error) {
	words := c.r.URL.Query()
	q.To = c.now
	if s := words.Get("to"); s != "" {
		if q.To, err = when("to", s, q.Zone); err != nil {
			return err
		}
	}
	if s := words.Get("from"); s != "" {
		q.From, err = when("from", s, q.Zone)
		return err
	}
	q.From = oncall.Wall(q.Zone, oncall.DateOf(q.To.In(q.Zone)).AddDays(-reportDays), 0)
	return nil
}

// countUp streams the facts of every incident that matters past the builders, in one pass: with a comparison those of the
// period before too. Facts of incidents that were not touched since the beginning cannot matter.
func (c *call) countUp(q report.Query, compare bool) (report.Report, error) {
	roster := c.s.Engine.Book().Roster
	this := report.New(q, roster, c.now)
	builders, from := []*report.Builder{this}, q.From
	var before *report.Builder
	if compare {
		p := q.Previous()
		before = report.New(p, roster, c.now)
		builders, from = append(builders, before), p.From
	}
	f := store.Filter{UpdatedSince: from, Until: q.To, May: c.may()}
	err := c.walk(func(tx store.Tx, _ *veil) error {
		return tx.EachFacts(f, func(f *incident.Facts) error {
			for _, b := range builders {
				b.Add(f)
			}
			return nil
		})
	})
	if err != nil {
		return report.Report{}, err
	}
	out := this.Report()
	if before != nil {
		out = report.Monthly(out, before.Report())
	}
	return out, nil
}
