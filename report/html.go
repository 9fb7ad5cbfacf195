package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
)

// page is what the template is filled with. Everything in it is text and numbers; the template escapes all of it.
type page struct {
	Title, Headline, Policy string
	Style                   template.CSS
	Against                 string // the period before, or empty
	Tiles                   []tile
	Charts                  []chart
	First                   []pageTable // the key numbers
	Beside                  []pageTable // beside them, where there is room
	Tables                  []pageTable
	Formulas                []Formula
}

type tile struct{ Title, Value, Was, Change, Mood string }

type pageTable struct {
	ID, Title, Empty string
	Head             []cell
	Rows             [][]cell
	Notes            []string
}

type cell struct {
	Text string
	Num  bool
	Mood string
}

// HTML writes a report as one page that needs nothing else: its style and its pictures are in it, it has no script, it is light
// or dark as the reader's screen is, and it prints. Where it is served it needs [ContentSecurityPolicy].
//
// It says of a confidential incident no more than its number, dates, priority and a neutral title; see [Builder.Add] for who
// must not be shown even that.
func HTML(r *Report) ([]byte, error) {
	tmpl, err := template.New("report").Parse(pageSource)
	if err != nil {
		return nil, fmt.Errorf("parse the page of the report: %w", err)
	}
	var b bytes.Buffer
	if err := tmpl.Execute(&b, r.page()); err != nil {
		return nil, fmt.Errorf("fill the page of the report: %w", err)
	}
	return b.Bytes(), nil
}

// ContentSecurityPolicy is what the page of HTML needs and no more: its own style, by its hash. The page says so itself as well,
// for when it is opened from a disk.
func ContentSecurityPolicy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

func (r *Report) page() page {
	p := page{
		Title: r.Title, Headline: r.headline(), Policy: ContentSecurityPolicy(), Style: template.CSS(pageStyle), // our own constant
		Tiles: r.tiles(), Formulas: Formulas(),
		Charts: []chart{r.weekChart(), r.trendChart(), r.loadChart(), r.noiseChart()},
	}
	if r.Before != nil {
		p.Against = r.Before.Title
	}
	for _, g := range r.grids() {
		t := r.pageTable(&g)
		switch g.id {
		case "key":
			p.First = append(p.First, t)
		case "speed", "promises", "weeks":
			p.Beside = append(p.Beside, t)
		default:
			p.Tables = append(p.Tables, t)
		}
	}
	return p
}

// tiles are the numbers that a manager looks at first.
func (r *Report) tiles() []tile {
	fields := []string{
		"incidents", "mtta_p50_seconds", "mttr_p50_seconds", "sla_response_share",
		"sla_resolution_share", "reopened_share", "auto_resolved_share", "not_acted_on_share",
	}
	var tiles []tile
	for _, m := range measures() {
		if !slices.Contains(fields, m.field) {
			continue
		}
		t := tile{Title: m.title, Value: m.unit.pointed(m.pointer(&r.Total))}
		if r.Before != nil {
			at := slices.IndexFunc(r.Before.Deltas, func(d Delta) bool { return d.Field == m.field })
			if at >= 0 {
				d := r.Before.Deltas[at]
				t.Was, t.Change, t.Mood = d.Unit.pointed(d.Before), d.Change(), d.Mood()
			}
		}
		tiles = append(tiles, t)
	}
	return tiles
}

func (r *Report) pageTable(g *grid) pageTable {
	t := pageTable{ID: g.id, Title: g.title, Empty: g.empty}
	for _, note := range g.notes {
		t.Notes = append(t.Notes, plain(note))
	}
	for i, text := range g.head {
		t.Head = append(t.Head, cell{Text: text, Num: i >= g.text})
	}
	for n, row := range g.rows {
		var cells []cell
		for i, text := range row {
			cells = append(cells, cell{Text: cut(plain(text), 120), Num: i >= g.text})
		}
		if g.id == "key" && r.Before != nil {
			cells[len(cells)-1].Mood = r.Before.Deltas[n].Mood()
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

// loadChart shows who was interrupted most, and when.
func (r *Report) loadChart() chart {
	people := slices.Clone(r.People)
	slices.SortStableFunc(people, func(x, y Load) int { return cmp.Compare(y.Interruptions.Total(), x.Interruptions.Total()) })
	var rows []barRow
	for _, l := range people[:min(len(people), rankShown)] {
		i := l.Interruptions
		if i.Total() == 0 {
			continue
		}
		rows = append(rows, barRow{
			name: l.who(), value: fmt.Sprintf("%d, %d of them in sleep hours", i.Total(), i.Sleep),
			parts: []part{{"business", "in business hours", i.Business}, {"off", "in off hours", i.Off}, {"sleep", "in sleep hours", i.Sleep}},
		})
	}
	return rowChart(chart{
		Title: "Interruptions per person", Note: "in hours of their own zone", Empty: "Nobody was interrupted.",
		Alt:  "Interruptions per person by business, off and sleep hours; the table “Load of people” has the numbers.",
		Keys: []legend{{"business", "business"}, {"off", "off"}, {"sleep", "sleep"}},
	}, rows)
}

// noiseChart shows the rules that were ignored most.
func (r *Report) noiseChart() chart {
	var rows []barRow
	for _, n := range r.Noise[:min(len(r.Noise), rankShown)] {
		rows = append(rows, barRow{
			name: n.Rule, value: fmt.Sprintf("nobody acted on %d of %d", n.NotActedOn, n.Fired),
			parts: []part{{"ignored", "not acted on", n.NotActedOn}, {"acted", "acted on", n.Fired - n.NotActedOn}},
		})
	}
	return rowChart(chart{
		Title: "Noise", Note: "incidents by rule", Empty: "Somebody acted on every incident that is over.",
		Alt:  "Incidents by rule, and how many nobody acted on; the table “Noise” has the numbers.",
		Keys: []legend{{"ignored", "not acted on"}, {"acted", "acted on"}},
	}, rows)
}
