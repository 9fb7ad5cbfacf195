package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/report"
)

const rankShown = 10 // of each ranking; the whole report has more

// numbers words a report. What it leaves out is in the files.
func (t teller) numbers(v *numbersView, r *report.Report) {
	v.Title, v.Over = r.Title, r.Over
	if r.Before != nil {
		v.Against = r.Before.Title
	}
	v.Tiles = tiles(r)
	v.fillGroups(r)
	v.fillWeeks(r)
	for _, c := range r.Causes[:min(len(r.Causes), rankShown)] {
		v.Causes = append(v.Causes, causeNumbers{c, incidentAddress(c.Last), t.date(c.LastSeen)})
	}
	v.Noise = r.Noise[:min(len(r.Noise), rankShown)]
	for _, l := range r.People {
		v.People = append(v.People, loadView{
			upper(t.name(l.User)), l.Interruptions.Business, l.Interruptions.Off, l.Interruptions.Sleep, l.Incidents, age(time.Duration(l.OnCallSeconds) * time.Second),
		})
	}
	for _, l := range r.Gravest {
		word := "still open"
		if l.Resolve != nil {
			word = "over after " + age(time.Duration(*l.Resolve)*time.Second)
		}
		v.Gravest = append(v.Gravest, t.listed(&l, word))
	}
	for _, l := range r.OpenBreached {
		v.Breached = append(v.Breached, t.listed(&l, l.Owed+onlyIf(!l.DueAt.IsZero(), " was owed "+t.short(l.DueAt))))
	}
	for _, l := range r.ReviewsOverdue {
		v.Reviews = append(v.Reviews, t.listed(&l, "due "+t.date(l.DueAt)))
	}
	v.files()
}

func (t teller) listed(l *report.Listed, word string) listedView {
	return listedView{incident.Ref(l.Number), incidentAddress(l.Number), l.Title, strings.ToLower(l.Priority), l.Priority, word}
}

// files are the addresses of the report in its formats, for the same period.
func (v *numbersView) files() {
	q := "?"
	if v.Asked.From != "" {
		q += "from=" + v.Asked.From + "&to=" + v.Asked.To
	} else {
		q += "month=" + v.Asked.Month
	}
	for _, d := range v.Asked.picked {
		q += "&by=" + string(d)
	}
	v.Page = "/reports/html" + q
	for _, f := range []option{{"csv", "CSV"}, {"json", "JSON"}, {"markdown", "Markdown"}, {"table", "Plain text"}} {
		v.Files = append(v.Files, option{"/reports/" + f.Value + q, f.Word})
	}
}

// tiles are the numbers that people look at first, each with how it moved.
func tiles(r *report.Report) []tileView {
	n := &r.Total
	all := []struct{ field, name, value string }{
		{"incidents", "Incidents", fmt.Sprint(n.Incidents)},
		{"mtta_p50_seconds", "Median to acknowledge", spread(n.MTTA)},
		{"mttr_p50_seconds", "Median to resolve", spread(n.MTTR)},
		{"sla_response_share", "Response SLA kept", dash(n.Response.Share())},
		{"sla_resolution_share", "Resolution SLA kept", dash(n.Resolution.Share())},
		{"reopened_share", "Reopened", dash(n.Reopened)},
		{"auto_resolved_share", "Recovered by itself", dash(n.AutoResolved)},
		{"not_acted_on_share", "Nobody acted on", dash(n.NotActedOn)},
	}
	var out []tileView
	for _, f := range all {
		v := tileView{Name: f.name, Value: f.value}
		if r.Before != nil {
			at := slices.IndexFunc(r.Before.Deltas, func(d report.Delta) bool { return d.Field == f.field })
			if at >= 0 {
				v.Change, v.Mood = r.Before.Deltas[at].Change(), r.Before.Deltas[at].Mood()
			}
		}
		if v.Change == "-" {
			v.Change = ""
		}
		out = append(out, v)
	}
	return out
}

// unmeasured is what stands where there is nothing yet to measure.
const unmeasured = "–"

func spread(s report.Spread) string {
	if s.Count == 0 {
		return unmeasured
	}
	return age(s.P50)
}

func dash(s report.Share) string {
	if s.Of == 0 {
		return unmeasured
	}
	return s.String()
}

// weekName is a week by its days: 23–29 Nov, or 30 Nov–6 Dec.
func weekName(monday time.Time) string {
	sunday := monday.AddDate(0, 0, 6)
	if monday.Month() == sunday.Month() {
		return fmt.Sprintf("%d–%s", monday.Day(), sunday.Format("2 Jan"))
	}
	return monday.Format("2 Jan") + "–" + sunday.Format("2 Jan")
}

// fillGroups makes rows of text: the key, then the numbers.
func (v *numbersView) fillGroups(r *report.Report) {
	var names []string
	for _, d := range r.By {
		names = append(names, string(d))
	}
	v.By = upper(strings.Join(names, ", "))
	groups := slices.Clone(r.Groups)
	slices.SortStableFunc(groups, func(a, b report.Group) int { return cmp.Compare(b.Numbers.Incidents, a.Numbers.Incidents) })
	for _, g := range groups {
		n := &g.Numbers
		key := strings.Join(slices.Clone(g.Key), " · ")
		v.Groups = append(v.Groups, []string{
			cmp.Or(strings.Trim(key, " ·"), "none"), fmt.Sprint(n.Incidents), spread(n.MTTA), spread(n.MTTR), dash(n.Response.Share()), dash(n.Resolution.Share()), dash(n.NotActedOn),
		})
	}
}

func (v *numbersView) fillWeeks(r *report.Report) {
	most := 0
	for _, w := range r.Weeks {
		most = max(most, w.Numbers.Incidents)
	}
	weeks := r.Weeks[max(0, len(r.Weeks)-26):]
	for _, w := range weeks {
		n := weekNumbers{Name: weekName(w.From.In(r.Location)), Week: w.Week, Count: w.Numbers.Incidents}
		if most > 0 {
			n.Part = n.Count * 100 / most
		}
		var parts []string
		for _, p := range priorities {
			if c := w.ByPriority[p]; c > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", c, p))
			}
		}
		n.Parts = strings.Join(parts, ", ")
		v.Weeks = append(v.Weeks, n)
	}
}
