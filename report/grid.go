package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rouse/rouse/incident"
)

// grid is one table of the report in words, the same for the terminal, Markdown and the page, which each escape what is in it.
type grid struct {
	id    string
	title string
	head  []string
	text  int // so many columns are text and stand left; the others are numbers and stand right
	rows  [][]string
	bars  []float64 // one for each row, where the row has a bar: the pages draw it, the others write it
	notes []string
	empty string // what is said instead when there are no rows
}

// rankShown is how many rows of a ranking people are shown. The data formats have rankMost.
const rankShown = 10

// grids returns the tables of a report, in the order in which they are read.
func (r *Report) grids() []grid {
	zone := r.zone()
	all := []grid{r.keyGrid(), r.speedGrid(), r.promiseGrid(), r.weekGrid()}
	if len(r.By) > 0 {
		all = append(all, r.groupGrid())
	}
	return append(all, r.peopleGrid(), r.noiseGrid(), r.causeGrid(zone), r.gravestGrid(zone),
		r.owedGrid(zone, "open-breached", "Open and past the target", "breached", r.OpenBreached, "No open incident is past a target."),
		r.owedGrid(zone, "reviews-overdue", "Reviews overdue", "due", r.ReviewsOverdue, "No review is overdue."))
}

func (r *Report) zone() *time.Location {
	if r.Location == nil {
		return time.UTC
	}
	return r.Location
}

func (r *Report) keyGrid() grid {
	g := grid{id: "key", title: "Key numbers", head: []string{"", r.Title}, text: 1}
	if r.Before != nil {
		g.head = []string{"", r.Title, r.Before.Title, "change"}
		for _, d := range r.Before.Deltas {
			g.rows = append(g.rows, []string{d.Title, d.Unit.pointed(d.Now), d.Unit.pointed(d.Before), d.Change()})
		}
		return g
	}
	for _, m := range measures() {
		if m.title != "" {
			g.rows = append(g.rows, []string{m.title, m.unit.pointed(m.pointer(&r.Total))})
		}
	}
	return g
}

func (u Unit) pointed(v *float64) string {
	if v == nil {
		return none
	}
	return u.write(*v)
}

func (r *Report) speedGrid() grid {
	g := grid{id: "speed", title: "How fast", head: []string{"", "measured", "mean", "p50", "p75", "p90", "p95"}, text: 1}
	n := &r.Total
	for _, line := range []struct {
		name string
		s    Spread
	}{{"MTTD", n.MTTD}, {"MTTA", n.MTTA}, {"MTTM", n.MTTM}, {"MTTR", n.MTTR}, {"MTTR by people", n.MTTRByPeople}} {
		s := line.s
		g.rows = append(g.rows, []string{line.name, strconv.Itoa(s.Count), s.write(s.Mean), s.write(s.P50), s.write(s.P75), s.write(s.P90), s.write(s.P95)})
	}
	return g
}

func (s Spread) write(d time.Duration) string {
	if s.Count == 0 {
		return none
	}
	return human(d)
}

func (r *Report) promiseGrid() grid {
	g := grid{id: "promises", title: "Promises kept", head: []string{"SLA", "clocks", "kept", "running", "breached", "of these open", "share"}, text: 1}
	for _, line := range []struct {
		name string
		a    Adherence
	}{{"response", r.Total.Response}, {"resolution", r.Total.Resolution}} {
		a := line.a
		g.rows = append(g.rows, append(append([]string{line.name}, ints(a.Clocks(), a.Kept, a.Running, a.Breached, a.OpenBreached)...), a.Share().String()))
	}
	return g
}

func ints(all ...int) []string {
	var cells []string
	for _, n := range all {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}

func (r *Report) groupGrid() grid {
	g := grid{id: "groups", title: "By " + words(r.By), text: len(r.By), empty: "No incidents."}
	for _, d := range r.By {
		g.head = append(g.head, string(d))
	}
	g.head = append(g.head, "incidents", "open", "MTTA p50", "MTTA p90", "MTTR p50", "MTTR p90", "SLA resp.", "SLA resol.", "reopened", "escalated", "not acted on")
	for i := range r.Groups {
		n := &r.Groups[i].Numbers
		var row []string
		for _, k := range r.Groups[i].Key {
			row = append(row, orNone(k))
		}
		row = append(row, ints(n.Incidents, n.Open)...)
		row = append(row, n.MTTA.write(n.MTTA.P50), n.MTTA.write(n.MTTA.P90), n.MTTR.write(n.MTTR.P50), n.MTTR.write(n.MTTR.P90))
		row = append(row, n.Response.Share().String(), n.Resolution.Share().String(), n.Reopened.String())
		g.rows = append(g.rows, append(row, strconv.Itoa(n.Escalations+n.ByHand), n.NotActedOn.String()))
	}
	return g
}

func words(by []Dimension) string {
	text := ""
	for i, d := range by {
		switch {
		case i > 0 && i == len(by)-1:
			text += " and "
		case i > 0:
			text += ", "
		}
		text += string(d)
	}
	return text
}

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

func (r *Report) weekGrid() grid {
	g := grid{id: "weeks", title: "Week by week", head: []string{"week"}, text: 1, empty: "No weeks."}
	priorities := r.priorities()
	for _, p := range priorities {
		g.head = append(g.head, orNone(p))
	}
	g.head = append(g.head, "incidents", "MTTA p50", "MTTR p50")
	partial := false
	for i := range r.Weeks {
		w := &r.Weeks[i]
		row := []string{w.Week}
		if w.Partial {
			row[0] += "*"
			partial = true
		}
		for _, p := range priorities {
			row = append(row, strconv.Itoa(w.ByPriority[p]))
		}
		n := &w.Numbers
		g.rows = append(g.rows, append(row, strconv.Itoa(n.Incidents), n.MTTA.write(n.MTTA.P50), n.MTTR.write(n.MTTR.P50)))
		g.bars = append(g.bars, float64(n.Incidents))
	}
	if partial {
		g.notes = []string{"* not the whole week"}
	}
	return g
}

// priorities are those that occur, the worst first; the empty one last.
func (r *Report) priorities() []string {
	seen := map[string]bool{}
	for i := range r.Weeks {
		for p := range r.Weeks[i].ByPriority {
			seen[p] = true
		}
	}
	all := slices.Sorted(maps.Keys(seen))
	if len(all) > 0 && all[0] == "" {
		all = append(all[1:], "")
	}
	return all
}

func (r *Report) peopleGrid() grid {
	g := grid{
		id: "people", title: "Load of people", text: 1, empty: "Nobody was interrupted and nobody was on call.",
		head: []string{"person", "interruptions", "business", "off", "sleep", "incidents", "acks", "on call", "in sleep hours", "at weekends"},
	}
	for _, l := range r.People {
		i := l.Interruptions
		row := append([]string{l.who()}, ints(i.Total(), i.Business, i.Off, i.Sleep, l.Incidents, l.Acks)...)
		g.rows = append(g.rows, append(row, inHours(l.OnCallSeconds), inHours(l.SleepSeconds), inHours(l.WeekendSeconds)))
		g.bars = append(g.bars, float64(i.Total()))
	}
	return g
}

func (l *Load) who() string {
	if l.Name != "" {
		return l.Name
	}
	return l.User
}

// inHours writes a time on call, which people count in hours.
func inHours(s int64) string { return Ratio.write(float64(s)/3600) + "h" }

func (r *Report) noiseGrid() grid {
	g := grid{
		id: "noise", title: "Noise", text: 1, empty: "Somebody acted on every incident that is over.",
		head: []string{"rule", "fired", "not acted on", "auto-resolved", "median life"},
	}
	for _, n := range r.Noise[:min(len(r.Noise), rankShown)] {
		g.rows = append(g.rows, append(append([]string{n.Rule}, ints(n.Fired, n.NotActedOn, n.AutoResolved)...), n.Life.write(n.Life.P50)))
		g.bars = append(g.bars, float64(n.NotActedOn))
		if n.Suggestion != "" {
			g.notes = append(g.notes, n.Rule+": "+n.Suggestion)
		}
	}
	g.more(len(r.Noise))
	return g
}

// more says how many rows are not shown.
func (g *grid) more(all int) {
	if left := all - len(g.rows); left > 0 {
		g.notes = append(g.notes, fmt.Sprintf("%d more in the CSV and JSON of this report.", left))
	}
}

func (r *Report) causeGrid(zone *time.Location) grid {
	g := grid{
		id: "causes", title: "Recurring causes", text: 3, empty: "Nothing came back.",
		head: []string{"service", "rule", "group", "times", "last seen", "last", "with problem", "with workaround"},
	}
	for _, c := range r.Causes[:min(len(r.Causes), rankShown)] {
		g.rows = append(g.rows, []string{
			orNone(c.Service), orDash(c.Rule), orDash(c.GroupKey), strconv.Itoa(c.Count), day(c.LastSeen, zone), incident.Ref(c.Last), c.Problem.String(), c.Workaround.String(),
		})
	}
	g.more(len(r.Causes))
	return g
}

func day(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return none
	}
	return t.In(zone).Format("2006-01-02")
}

func (r *Report) gravestGrid(zone *time.Location) grid {
	g := grid{
		id: "gravest", title: "Gravest incidents", text: 4, empty: "No incidents.",
		head: []string{"incident", "priority", "title", "service", "created", "acknowledged in", "resolved in"},
	}
	for _, l := range r.Gravest {
		g.rows = append(g.rows, []string{
			incident.Ref(l.Number), orNone(l.Priority), l.Title, orDash(l.Service), day(l.CreatedAt, zone), tookOr(l.Ack, none), tookOr(l.Resolve, "open"),
		})
	}
	return g
}

func tookOr(s *int64, otherwise string) string {
	if s == nil {
		return otherwise
	}
	return human(time.Duration(*s) * time.Second)
}

func orDash(s string) string {
	if s == "" {
		return none
	}
	return s
}

func (r *Report) owedGrid(zone *time.Location, id, title, when string, list []Listed, empty string) grid {
	g := grid{id: id, title: title, text: 6, empty: empty, head: []string{"incident", "priority", "title", "service", "assignee", "owed", when, "for"}}
	for _, l := range list[:min(len(list), rankShown)] {
		late := none
		if !l.DueAt.IsZero() {
			late = human(r.At.Sub(l.DueAt))
		}
		g.rows = append(g.rows, []string{
			incident.Ref(l.Number), orNone(l.Priority), l.Title, orDash(l.Service), orDash(l.Assignee), l.Owed, day(l.DueAt, zone), late,
		})
	}
	g.more(len(list))
	return g
}
