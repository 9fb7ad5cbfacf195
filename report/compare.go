package report

import (
	"fmt"
	"math"
	"time"
)

// Comparison is a report beside the one of the period before.
type Comparison struct {
	Title  string    `json:"title"` // of the period before
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Deltas []Delta   `json:"deltas"` // the key numbers, in their order
}

// Delta is one number of the totals, then and now. Before or Now is null where nothing was measured.
type Delta struct {
	Field  string   `json:"field"` // as the column of the CSV
	Title  string   `json:"title"`
	Unit   Unit     `json:"unit"`
	Better Better   `json:"better,omitempty"`
	Before *float64 `json:"before"`
	Now    *float64 `json:"now"`
}

// Monthly returns this report with what it says compared with the period before, for any two periods: see Query.Previous.
// Counts of periods of different length are compared as they are.
func Monthly(this, previous Report) Report {
	c := &Comparison{Title: previous.Title, From: previous.From, To: previous.To}
	for _, m := range measures() {
		if m.title == "" {
			continue
		}
		d := Delta{Field: m.field, Title: m.title, Unit: m.unit, Better: m.better}
		d.Before, d.Now = m.pointer(&previous.Total), m.pointer(&this.Total)
		c.Deltas = append(c.Deltas, d)
	}
	this.Before = c
	return this
}

func (m *measure) pointer(n *Numbers) *float64 {
	v, ok := m.value(n)
	if !ok {
		return nil
	}
	return &v
}

// Change is the difference in words: "+3 (+25%)", "-4m (-12%)", "+1.2 points", "+0.3", "same", or "-" where there is nothing to compare.
func (d Delta) Change() string {
	if d.Before == nil || d.Now == nil {
		return none
	}
	diff := *d.Now - *d.Before
	if d.Unit == Part {
		points := math.Round(diff*1000) / 10
		if points == 0 {
			return "same"
		}
		return sign(diff) + Ratio.write(math.Abs(points)) + " points"
	}
	moved := d.Unit.write(math.Abs(diff))
	if moved == d.Unit.write(0) {
		return "same"
	}
	moved = sign(diff) + moved
	percents := math.Round(math.Abs(diff / *d.Before) * 100)
	if *d.Before == 0 || percents == 0 || d.Unit == Stars { // a scale that begins at 1 has no percents
		return moved
	}
	return fmt.Sprintf("%s (%s%.0f%%)", moved, sign(diff), percents)
}

func sign(v float64) string {
	if v < 0 {
		return "-"
	}
	return "+"
}

// Mood is "good", "bad", or "" where no way is better or the number hardly moved: by less than a twentieth, or by less than a
// point of a share. Colour is for what is worth a question.
func (d Delta) Mood() string {
	if d.Before == nil || d.Now == nil || d.Better == Neither {
		return ""
	}
	diff, least := math.Abs(*d.Now-*d.Before), *d.Before/20
	if d.Unit == Part {
		least = 0.01
	}
	switch {
	case diff == 0 || diff < least:
		return ""
	case (*d.Now < *d.Before) == (d.Better == Lower):
		return "good"
	}
	return "bad"
}
