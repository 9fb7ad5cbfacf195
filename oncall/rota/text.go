package rota

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Look is how a drawing in text looks.
type Look struct {
	Width  int  // columns of the terminal; below 40 counts as 40
	Colour bool // ANSI colours (ECMA-48, SGR)
}

// The signs of a drawing in text: a shift that goes on, and time in which nobody is on call.
const (
	runs    = '─'
	missing = '░'
)

// ink are the colours of people in a terminal, from its 256, each readable under black.
var ink = [Palette]int{110, 180, 108, 176, 174, 116, 147, 150}

// Text draws the rota: a block for each week, a line for each lane, and the days as columns of the same width. A column shows who has
// most of it; but a gap is shown in every column that it touches.
func (v *Rota) Text(look Look) string {
	p := &pen{v: v, look: look, label: v.labelWidth(look.Width)}
	p.column = min(24, max(3, (max(look.Width, 40)-p.label-1)/7))
	for k, w := range v.weeks() {
		if k > 0 {
			p.b.WriteByte('\n')
		}
		p.head(w)
		for _, l := range v.within(w) {
			p.lane(w, l)
		}
	}
	return p.b.String()
}

// Legend names the people of a drawing in one line, each in the colour that the drawing has for them.
func (v *Rota) Legend(look Look) string {
	words := make([]string, len(v.People))
	for k, p := range v.People {
		words[k] = p.ID
		if p.Name != p.ID {
			words[k] += " " + p.Name
		}
		if look.Colour {
			words[k] = fmt.Sprintf("\x1b[48;5;%d;38;5;16m %s \x1b[0m", ink[p.Colour], words[k])
		}
	}
	return strings.Join(words, map[bool]string{true: " ", false: " · "}[look.Colour])
}

// labelWidth is the room for the names of lanes.
func (v *Rota) labelWidth(width int) int {
	n := 0
	for _, l := range v.Lanes {
		n = max(n, utf8.RuneCountInString(l.Name))
	}
	return min(n, max(8, width/5))
}

// pen draws into a text.
type pen struct {
	v      *Rota
	look   Look
	label  int // columns of the lanes' names
	column int // columns of one day
	b      strings.Builder
}

// head writes the days of a week.
func (p *pen) head(w week) {
	p.b.WriteString(strings.Repeat(" ", p.label+1))
	for _, d := range w.days {
		name := d.date.Weekday().String()[:3]
		for _, text := range []string{
			fmt.Sprintf("%s %d %s", name, d.date.Day, d.date.Month.String()[:3]), fmt.Sprintf("%s %d", name, d.date.Day), fmt.Sprintf("%s%d", name[:2], d.date.Day), fmt.Sprint(d.date.Day),
		} {
			if len(d.changes) > 0 {
				text += "*"
			}
			if len(text) < p.column || len(text) <= 3 {
				code := ""
				switch {
				case d.today:
					code = "1;33"
				case d.free():
					code = "2"
				}
				p.paint(code, "╷"+text+strings.Repeat(" ", max(0, p.column-1-len(text))))
				break
			}
		}
	}
	p.end()
}

// end ends a line without space behind its words.
func (p *pen) end() {
	s := strings.TrimRight(p.b.String(), " ")
	p.b.Reset()
	p.b.WriteString(s + "\n")
}

// paint writes a text in a colour, where that is wanted.
func (p *pen) paint(code, s string) {
	if code == "" || !p.look.Colour {
		p.b.WriteString(s)
		return
	}
	p.b.WriteString("\x1b[" + code + "m" + s + "\x1b[0m")
}

// cell is one column of a lane: the bar that it shows, or a gap, or nothing.
type cell struct {
	bar *Bar
	gap bool
}

// lane draws one lane of a week.
func (p *pen) lane(w week, l *Lane) {
	name := fit(l.Name, p.label)
	code := "2"
	if l.Kind == Final {
		code = "1"
	}
	p.paint(code, name+strings.Repeat(" ", p.label-utf8.RuneCountInString(name)+1))
	cells := p.cells(w, l)
	for i := 0; i < len(cells); {
		n := i + 1
		for n < len(cells) && cells[n] == cells[i] {
			n++
		}
		p.stretch(cells[i], n-i)
		i = n
	}
	p.end()
}

// stretch draws equal columns.
func (p *pen) stretch(c cell, n int) {
	switch {
	case c.gap:
		text := strings.Repeat(string(missing), n)
		if word := " nobody "; n >= len(word)+2 {
			text = string(missing) + word + strings.Repeat(string(missing), n-1-len(word))
		}
		p.paint("1;31", text)
	case c.bar == nil:
		p.b.WriteString(strings.Repeat(" ", n))
	default:
		p.bar(c.bar, n)
	}
}

// bar draws a shift of n columns: a mark at its beginning, the person, and a line to its end.
func (p *pen) bar(b *Bar, n int) {
	person := p.v.person(b.User)
	name := person.ID
	switch {
	case b.Away:
		name += "!"
	case b.Why != "":
		name += "*"
	}
	mark, rest := "├", string(runs)
	if p.look.Colour {
		mark, rest = " ", " "
	}
	text := mark + name
	switch room := utf8.RuneCountInString(text); {
	case n == 1:
		text = string([]rune(name)[:1])
	case room > n && n < 5: // what is left of a name is told apart better without a sign that it was cut
		text = string([]rune(text)[:n])
	default:
		text = fit(text, n)
	}
	text += strings.Repeat(rest, n-utf8.RuneCountInString(text))
	if p.look.Colour {
		text = fmt.Sprintf("\x1b[48;5;%d;38;5;16m%s\x1b[0m", ink[person.Colour], text)
	}
	p.b.WriteString(text)
}

// cells says what each column of a week shows in a lane.
func (p *pen) cells(w week, l *Lane) []cell {
	var cells []cell
	for _, d := range w.days {
		length := d.to.Sub(d.from)
		for k := range p.column {
			from := d.from.Add(length * time.Duration(k) / time.Duration(p.column))
			to := d.from.Add(length * time.Duration(k+1) / time.Duration(p.column))
			cells = append(cells, p.v.cell(l, from, to))
		}
	}
	return cells
}

// cell says what a stretch of time shows in a lane: who has most of it; of who is on call, every gap in it.
func (v *Rota) cell(l *Lane, from, to time.Time) cell {
	if l.Kind == Final {
		for _, g := range v.Gaps {
			if overlap(g.From, g.To, from, to) > 0 {
				return cell{gap: true}
			}
		}
	}
	best, nobody := time.Duration(0), to.Sub(from)
	var found cell
	for i := range l.Bars {
		b := &l.Bars[i]
		n := overlap(b.From, b.To, from, to)
		nobody -= n
		middle := b.From.Add(b.To.Sub(b.From) / 2)
		short := !middle.Before(from) && middle.Before(to) // without its middle's column it might have none at all
		if short && b.To.Sub(b.From) < to.Sub(from) {
			return cell{bar: b}
		}
		if n > best {
			best, found = n, cell{bar: b}
		}
	}
	if nobody > best {
		return cell{}
	}
	return found
}

// fit cuts a text to a number of columns.
func fit(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	if n < 2 {
		return string(r[:max(n, 0)])
	}
	return string(r[:n-1]) + "…"
}
