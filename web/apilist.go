package web

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	listUnset, listMost = 50, 500
	csvMost             = 10000
	longestQuery        = 200
)

// states are the words for states that the API takes.
var states = map[string][]incident.State{
	"open":         {incident.Triggered, incident.Acknowledged, incident.OnHold},
	"triggered":    {incident.Triggered},
	"acknowledged": {incident.Acknowledged},
	"on_hold":      {incident.OnHold},
	"resolved":     {incident.Resolved},
	"closed":       {incident.Closed},
}

// listIncidents is GET /api/v1/incidents.
func (c *call) listIncidents() error {
	format := c.r.URL.Query().Get("format")
	if err := among("format", format, "json", "csv"); err != nil {
		return err
	}
	f, err := c.filter(format == "csv")
	if err != nil {
		return err
	}
	if format == "csv" {
		return c.csvIncidents(f)
	}
	out := client.IncidentList{Incidents: []client.Incident{}}
	err = c.viewList(&f, func(tx store.Tx, v *veil) error {
		if v.nothing(&f) {
			return nil
		}
		got, next, err := c.list(tx, f)
		out.Next = next
		for k := range got {
			out.Incidents = append(out.Incidents, v.wireIncident(&got[k]))
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// viewList is view for a list. The newest incidents and those that are open are at hand; what any other filter chooses has to be
// looked for among all.
func (c *call) viewList(f *store.Filter, fn func(store.Tx, *veil) error) error {
	newest := store.Filter{States: f.States, Below: f.Below, Limit: f.Limit}
	if reflect.DeepEqual(*f, newest) && !slices.ContainsFunc(f.States, func(s incident.State) bool { return !s.Open() }) {
		return c.view(fn)
	}
	return c.walk(fn)
}

// nothing reports whether a filter asks for what belongs to a record that the caller may not see: its answer must not tell.
func (v *veil) nothing(f *store.Filter) bool {
	return f.Parent != 0 && v.number(f.Parent) == 0 || f.Problem != 0 && v.problemNumber(f.Problem) == 0
}

// filter reads the query of a list.
func (c *call) filter(asCSV bool) (f store.Filter, err error) {
	for _, word := range c.words("state") {
		which, ok := states[word]
		if !ok {
			return f, bad("state", "Write open, triggered, acknowledged, on_hold, resolved or closed.", "%q is no state", brief(word))
		}
		f.States = append(f.States, which...)
	}
	for _, word := range c.words("priority") {
		p := strings.ToUpper(word)
		if !slices.Contains(priorities, p) {
			return f, bad("priority", "Write P1 to P5.", "%q is no priority", brief(word))
		}
		f.Priorities = append(f.Priorities, incident.Priority(p))
	}
	q := c.r.URL.Query()
	f.Services, f.Teams, f.Types, f.Categories = c.words("service"), c.words("team"), c.words("type"), c.words("category")
	f.Codes, f.Sources, f.Rule, f.Reporter, f.Assignee = c.words("code"), c.words("source"), q.Get("rule"), q.Get("reporter"), oncall.UserID(q.Get("assignee"))
	unset, most := listUnset, listMost
	if asCSV {
		unset, most = csvMost, csvMost
	}
	var errs [10]error
	f.Since, errs[0] = c.instant("since")
	f.Until, errs[1] = c.instant("until")
	f.UpdatedSince, errs[2] = c.instant("updated_since")
	f.Limit, errs[3] = c.count("limit", unset, most)
	f.Below, errs[4] = c.sequence("before")
	f.Parent, errs[5] = c.sequence("parent")
	f.Problem, errs[6] = c.sequence("problem")
	f.Breached, errs[7] = c.flag("breached")
	f.Text, errs[8] = text("q", q.Get("q"), longestQuery)
	f.Labels, errs[9] = labelsOf(q["label"])
	return f, first(errs[:])
}

// labelsOf reads labels as name=value.
func labelsOf(list []string) (map[string]string, error) {
	var out map[string]string
	for _, s := range list {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, bad("label", "Write it as name=value, once for each.", "%q is no label", brief(s))
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = value
	}
	return out, nil
}

// first returns the first error that there is.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// csvHead are the columns of the list as CSV.
var csvHead = []string{
	"number", "ref", "state", "priority", "title", "service", "team", "type", "category", "impact", "urgency", "severity", "source", "rule",
	"reporter", "assignee", "first_ack_by", "code", "started_at", "created_at", "first_ack_at", "resolved_at", "closed_at", "updated_at",
	"alerts", "acts", "reopens", "lapses", "escalations", "escalations_by_hand", "reassigns", "updates", "breached",
	"parent", "duplicate_of", "previous", "problem", "review",
}

// csvIncidents answers with the list as CSV. It reads facts alone, so that ten thousand rows cost little.
func (c *call) csvIncidents(f store.Filter) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	limit, rows, last, more := f.Limit, 0, int64(0), false
	f.Limit, f.May = limit+1, c.may()
	err := c.walk(func(tx store.Tx, v *veil) error {
		if err := w.Write(csvHead); err != nil || v.nothing(&f) {
			return err
		}
		return tx.EachFacts(f, func(f *incident.Facts) error {
			if rows == limit {
				more = true
				return nil
			}
			rows, last = rows+1, f.Number
			return w.Write(v.csvRow(f))
		})
	})
	if w.Flush(); err != nil || w.Error() != nil {
		return first([]error{err, w.Error()})
	}
	if more {
		c.w.Header().Set("X-Rouse-Next", strconv.FormatInt(last, 10))
	}
	c.w.Header().Set("Content-Disposition", `attachment; filename="incidents.csv"`)
	c.file("text/csv; charset=utf-8; header=present", b.Bytes())
	return nil
}

func (v *veil) csvRow(f *incident.Facts) []string {
	breached := false
	for k := range f.Clocks {
		breached = breached || f.Clocks[k].Breached
	}
	row := []string{
		strconv.FormatInt(f.Number, 10), incident.Ref(f.Number), string(f.State), string(f.Priority), v.text(f.Title), f.Service, f.Team, f.Type, f.Category,
		string(f.Impact), string(f.Urgency), string(f.Severity), f.Source, f.Rule, f.Reporter, string(f.Assignee), f.FirstAckBy, f.Code,
	}
	for _, t := range []time.Time{f.StartedAt, f.CreatedAt, f.FirstAckAt, f.ResolvedAt, f.ClosedAt, f.UpdatedAt} {
		row = append(row, stamp(t))
	}
	for _, n := range []int{f.Alerts, f.Acts, f.Reopens, f.Lapses, f.Escalations, f.ByHand, f.Reassigns, f.Updates} {
		row = append(row, strconv.Itoa(n))
	}
	row = append(row, strconv.FormatBool(breached))
	for _, n := range []int64{v.number(f.Parent), v.number(f.DuplicateOf), v.number(f.Previous), v.problemNumber(f.Problem)} {
		row = append(row, unless0(n))
	}
	row = append(row, f.Review.State)
	for k := range row {
		row[k] = harmless(row[k])
	}
	return row
}

func unless0(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// stamp is a time for a file; empty where there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// harmless keeps a spreadsheet from running a cell, as OWASP advises under "CSV injection".
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n|", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// file answers with something that is no JSON.
func (c *call) file(kind string, body []byte) {
	c.w.Header().Set("Content-Type", kind)
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(body) // whoever asked is gone; nothing is left to do
}
