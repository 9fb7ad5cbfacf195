package report

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	cellMost = 48 // runes of a cell on a terminal
	barCells = 20
)

// Table writes a report as plain text for a terminal, without colour. Control characters of titles are taken out, so that a
// title cannot move the cursor; long ones are cut.
func Table(r *Report) string {
	var b strings.Builder
	b.WriteString(r.headline() + "\n")
	for _, g := range r.grids() {
		b.WriteString("\n" + strings.ToUpper(g.title) + "\n")
		g.table(&b)
	}
	return b.String()
}

// headline says what was counted, and when.
func (r *Report) headline() string {
	text := "Incidents of " + r.Title
	if !r.Over {
		text += " (not over)"
	}
	return text + ", counted " + clock(r.At, r.zone()) + ", zone " + r.Zone
}

func (g *grid) table(b *strings.Builder) {
	if len(g.rows) == 0 {
		b.WriteString(g.empty + "\n")
		return
	}
	lines := make([][]string, 0, len(g.rows)+1)
	for _, row := range append([][]string{g.head}, g.rows...) {
		line := make([]string, len(row))
		for i, cell := range row {
			line[i] = cut(plain(cell), cellMost)
		}
		lines = append(lines, line)
	}
	widths := make([]int, len(g.head))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	bars := unicodeBars(g.bars)
	for n, line := range lines {
		text := g.line(line, widths)
		if n > 0 && len(bars) > 0 {
			text += "  " + bars[n-1]
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	for _, note := range g.notes {
		b.WriteString(plain(note) + "\n")
	}
}

func (g *grid) line(cells []string, widths []int) string {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if i < g.text {
			b.WriteString(cell + pad)
		} else {
			b.WriteString(pad + cell)
		}
	}
	return b.String()
}

// plain makes one line of printable characters out of any text.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:most-1]), " ") + "…"
}

// unicodeBars draws values as blocks, to an eighth of a cell. What is not nothing is never drawn as nothing.
func unicodeBars(values []float64) []string {
	most := 0.0
	for _, v := range values {
		most = max(most, v)
	}
	bars := make([]string, len(values))
	for i, v := range values {
		if v <= 0 || most <= 0 {
			continue
		}
		eighths := max(int(v/most*barCells*8+0.5), 1)
		bars[i] = strings.Repeat("█", eighths/8)
		if rest := eighths % 8; rest > 0 {
			bars[i] += string(rune('█' + 8 - rest)) // the blocks get narrower by an eighth each
		}
	}
	return bars
}

// clock writes an instant for the foot of a page.
func clock(t time.Time, zone *time.Location) string { return t.In(zone).Format("2006-01-02 15:04 MST") }
