package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Section is a part of the report with rows of one shape: one CSV file.
type Section string

// The sections.
const (
	SectionGroups    Section = "groups" // a row per group, or the totals as one row where the query has no dimension
	SectionWeeks     Section = "weeks"
	SectionCauses    Section = "causes"
	SectionNoise     Section = "noise"
	SectionPeople    Section = "people"
	SectionIncidents Section = "incidents" // those on a list, with the name of the list
)

// Sections returns all of them.
func Sections() []Section {
	return []Section{SectionGroups, SectionWeeks, SectionCauses, SectionNoise, SectionPeople, SectionIncidents}
}

// ErrSection is asked for a section that there is not.
var ErrSection = errors.New("no such section")

// CSV writes one section: a line of names, then rows, by RFC 4180 with a line feed. Every row begins with the period, from
// and to, so that files can be put one under the other. Durations are seconds, shares between 0 and 1, times RFC 3339 in UTC;
// a cell is empty where nothing was measured. Text that a spreadsheet would take for a formula begins with an apostrophe.
func CSV(r *Report, s Section) ([]byte, error) {
	head, rows, err := r.records(s)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	period := []string{instant(r.From), instant(r.To)}
	records := [][]string{append([]string{"from", "to"}, head...)}
	for _, row := range rows {
		record := append(period[:2:2], row...)
		for i, cell := range record {
			record[i] = harmless(cell)
		}
		records = append(records, record)
	}
	if err := w.WriteAll(records); err != nil {
		return nil, fmt.Errorf("write the report as CSV: %w", err)
	}
	return b.Bytes(), nil
}

// harmless keeps a spreadsheet from running a cell, as OWASP advises under "CSV injection". No number here is negative.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func (r *Report) records(s Section) (head []string, rows [][]string, err error) {
	switch s {
	case SectionGroups:
		head, rows = r.groupRecords()
	case SectionWeeks:
		head, rows = r.weekRecords()
	case SectionCauses:
		head, rows = r.causeRecords()
	case SectionNoise:
		head, rows = r.noiseRecords()
	case SectionPeople:
		head, rows = r.peopleRecords()
	case SectionIncidents:
		head, rows = r.incidentRecords()
	default:
		return nil, nil, fmt.Errorf("section %q: %w; there are %s", string(s), ErrSection, listed(Sections()))
	}
	return head, rows, nil
}

func (r *Report) groupRecords() (head []string, rows [][]string) {
	for _, d := range r.By {
		head = append(head, string(d))
	}
	head = append(head, numberNames()...)
	if len(r.By) == 0 {
		return head, [][]string{numberCells(&r.Total)}
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		rows = append(rows, append(g.Key[:len(g.Key):len(g.Key)], numberCells(&g.Numbers)...))
	}
	return head, rows
}

func (r *Report) weekRecords() (head []string, rows [][]string) {
	priorities := r.priorities()
	head = []string{"week", "monday", "partial"}
	for _, p := range priorities {
		head = append(head, "incidents_"+p)
	}
	head = append(head, numberNames()...)
	for i := range r.Weeks {
		w := &r.Weeks[i]
		row := []string{w.Week, instant(w.From), strconv.FormatBool(w.Partial)}
		for _, p := range priorities {
			row = append(row, strconv.Itoa(w.ByPriority[p]))
		}
		rows = append(rows, append(row, numberCells(&w.Numbers)...))
	}
	return head, rows
}

func (r *Report) causeRecords() (head []string, rows [][]string) {
	head = []string{"service", "rule", "group_key", "count", "last_seen", "last_incident", "with_problem", "with_workaround"}
	for _, c := range r.Causes {
		rows = append(rows, []string{
			c.Service, c.Rule, c.GroupKey, strconv.Itoa(c.Count), instant(c.LastSeen), strconv.FormatInt(c.Last, 10),
			strconv.Itoa(c.Problem.Count), strconv.Itoa(c.Workaround.Count),
		})
	}
	return head, rows
}

func (r *Report) noiseRecords() (head []string, rows [][]string) {
	head = []string{"rule", "fired", "not_acted_on", "auto_resolved", "median_life_seconds", "last_seen", "suggestion"}
	for _, n := range r.Noise {
		life := ""
		if n.Life.Count > 0 {
			life = number(*seconds(n.Life.P50))
		}
		rows = append(rows, []string{
			n.Rule, strconv.Itoa(n.Fired), strconv.Itoa(n.NotActedOn), strconv.Itoa(n.AutoResolved), life, instant(n.LastSeen), n.Suggestion,
		})
	}
	return head, rows
}

func (r *Report) peopleRecords() (head []string, rows [][]string) {
	head = []string{
		"user", "name", "zone", "interruptions", "business", "off", "sleep", "incidents", "acks",
		"oncall_seconds", "oncall_sleep_seconds", "oncall_weekend_seconds",
	}
	for _, l := range r.People {
		i := l.Interruptions
		row := []string{l.User, l.Name, l.Zone}
		for _, n := range []int{i.Total(), i.Business, i.Off, i.Sleep, l.Incidents, l.Acks, int(l.OnCallSeconds), int(l.SleepSeconds), int(l.WeekendSeconds)} {
			row = append(row, strconv.Itoa(n))
		}
		rows = append(rows, row)
	}
	return head, rows
}

func (r *Report) incidentRecords() (head []string, rows [][]string) {
	head = []string{"list", "number", "title", "state", "service", "priority", "assignee", "created_at", "ack_seconds", "resolve_seconds", "owed", "due_at"}
	for _, list := range []struct {
		name string
		all  []Listed
	}{{"gravest", r.Gravest}, {"open_breached", r.OpenBreached}, {"reviews_overdue", r.ReviewsOverdue}} {
		for _, l := range list.all {
			rows = append(rows, []string{
				list.name, strconv.FormatInt(l.Number, 10), l.Title, l.State, l.Service, l.Priority, l.Assignee,
				instant(l.CreatedAt), optional(l.Ack), optional(l.Resolve), l.Owed, instant(l.DueAt),
			})
		}
	}
	return head, rows
}

func numberNames() []string {
	var names []string
	for _, m := range measures() {
		names = append(names, m.field)
	}
	return names
}

func numberCells(n *Numbers) []string {
	var cells []string
	for _, m := range measures() {
		cell := ""
		if v, ok := m.value(n); ok {
			cell = number(v)
		}
		cells = append(cells, cell)
	}
	return cells
}

// number writes a value with at most four places, and without those that are not needed.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 4, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func optional(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
