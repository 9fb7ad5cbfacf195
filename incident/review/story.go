package review

import (
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
)

// people says who was interrupted, when first, and how often.
func (d *document) people() {
	var rows [][]string
	for _, p := range d.r.Facts.People {
		rows = append(rows, []string{d.name(p.User), d.when(p.At), fmt.Sprint(p.Times)})
	}
	if len(rows) > 0 {
		d.section("Who was paged", d.table([]string{"Person", "First", "Times"}, rows))
	}
}

// timeline writes a table for each day, so that a time of day is never read on the wrong one.
func (d *document) timeline() {
	d.printf("## Timeline\n\n")
	lines, hidden := d.visibleLines()
	if len(lines) == 0 {
		d.printf("%s\n\n", nothing)
	} else {
		d.printf("Times are of the zone %s.\n\n", inline(d.zone.String()))
	}
	clock := "15:04:05"
	if d.moves(lines) {
		clock += " MST" // the clocks change in it: the same hour may come twice
	}
	for len(lines) > 0 {
		today := d.day(lines[0].At)
		var rows [][]string
		for len(lines) > 0 && d.day(lines[0].At) == today {
			l := lines[0]
			rows = append(rows, []string{l.At.In(d.zone).Format(clock), inline(l.Who), inline(l.What)})
			lines = lines[1:]
		}
		d.printf("### %s\n\n%s\n\n", today, d.table([]string{"Time", "Who", "What"}, rows))
	}
	if hidden > 0 {
		d.printf("_Lines left out: %d. The timeline of %s has everything._\n\n", hidden, d.r.Ref())
	}
}

func (d *document) visibleLines() (lines []Line, hidden int) {
	for _, l := range d.r.Timeline {
		if l.Hidden {
			hidden++
			continue
		}
		lines = append(lines, l)
	}
	return lines, hidden
}

// moves reports whether the zone's clocks change between the first line and the last.
func (d *document) moves(lines []Line) bool {
	offset := func(t time.Time) int {
		_, s := t.In(d.zone).Zone()
		return s
	}
	for k := range lines {
		if offset(lines[k].At) != offset(lines[0].At) {
			return true
		}
	}
	return false
}

func (d *document) approvals() string {
	var out []string
	for _, a := range d.r.Approvals {
		line := "- " + d.name(oncall.UserID(a.By)) + ", " + d.when(a.At)
		if a.Note != "" {
			line += ": " + inline(a.Note)
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
