package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// Mark says what a row of a Diff is.
type Mark string

// The marks.
const (
	Same    Mark = " " // it happened, and nothing is wrong with it
	Missing Mark = "-" // it was expected, and did not happen
	Instead Mark = "+" // it happened, and is what a failure is about
	Cut     Mark = "…" // rows are left out here
)

// Row is one line of a timeline that is compared with what was expected.
type Row struct {
	Mark  Mark
	At    time.Time // in the story's zone
	Wall  string    // At, as a clock there shows it; with the day or the zone where they change
	After string    // since the start: 5m
	What  string
	More  string
}

// rowsMost bounds a diff: a reader looks at what is around the failures.
const rowsMost = 40

// Diff is the timeline of a test that failed, with what was expected and did not happen between its lines, up to a little after the
// last failure.
func (r *Result) Diff() []Row {
	var rows []Row
	last := time.Time{}
	for k := range r.Line.Moments {
		m := &r.Line.Moments[k]
		near := r.judge.near[k]
		if !near && !worth(m) {
			continue
		}
		what, more := m.Words()
		row := r.row(Same, m.At, what, more)
		if near {
			row.Mark = Instead
			last = later(last, m.At)
		}
		rows = append(rows, row)
	}
	for _, f := range r.Failures {
		l := &r.Test.lines[f.line]
		if l.want == nil {
			continue
		}
		at := l.from
		if l.end {
			at = r.Line.End
		}
		last = later(last, at)
		rows = append(rows, r.row(Missing, at, l.Says.Text, ""))
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return a.At.Compare(b.At) })
	rows = slices.DeleteFunc(rows, func(x Row) bool { return x.Mark == Same && x.At.After(last) })
	return shorten(aligned(rows))
}

// aligned makes the clocks of all rows equally wide.
func aligned(rows []Row) []Row {
	wide := 0
	for k := range rows {
		wide = max(wide, len(rows[k].Wall))
	}
	for k := range rows {
		rows[k].Wall += strings.Repeat(" ", wide-len(rows[k].Wall))
	}
	return rows
}

// worth are the moments that a diff shows although nothing is wrong with them.
func worth(m *rehearsal.Moment) bool {
	switch m.Kind {
	case rehearsal.Arrived, rehearsal.Stopped, rehearsal.Acted, rehearsal.Kind(incident.DidPage), rehearsal.Kind(incident.DidReport):
		return false
	}
	return true
}

func (r *Result) row(mark Mark, at time.Time, what, more string) Row {
	local := at.In(r.Test.zone)
	return Row{Mark: mark, At: local, Wall: local.Format(r.form()), After: lapse.Exact(at.Sub(r.Line.Start).Truncate(time.Second)), What: what, More: more}
}

// form is how the clock is written in a story: with the day in one that goes past midnight, with the zone in one that changes clocks.
func (r *Result) form() string {
	from, to := r.Line.Start.In(r.Test.zone), r.Line.End.In(r.Test.zone)
	form := "15:04:05"
	changes := r.Test.other
	if from.YearDay() != to.YearDay() {
		form = "Mon " + form
	}
	if _, a := from.Zone(); a != second(to.Zone()) {
		changes = true
	}
	if changes {
		form += " MST"
	}
	return form
}

func second(_ string, offset int) int { return offset }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// shorten leaves out rows that are far from any that matters.
func shorten(rows []Row) (out []Row) {
	if len(rows) <= rowsMost {
		return rows
	}
	keep := func(k int) bool {
		if k < 6 {
			return true
		}
		for n := max(0, k-4); n <= min(len(rows)-1, k+2); n++ {
			if rows[n].Mark != Same {
				return true
			}
		}
		return false
	}
	for k := range rows {
		switch {
		case keep(k):
			out = append(out, rows[k])
		case len(out) > 0 && out[len(out)-1].Mark != Cut:
			out = append(out, Row{Mark: Cut, At: rows[k].At})
		}
	}
	return out[:min(len(out), 3*rowsMost)]
}

// String writes what failed for a person, without colour.
func (r *Result) String() string {
	var b strings.Builder
	for k, f := range r.Failures {
		if k > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "  %s\n    expected  %s: %s\n    happened  %s\n", f.Place, f.When, f.Says, f.Got)
		for n, why := range f.Because {
			fmt.Fprintf(&b, "    %-8s  %s\n", [2]string{"because", ""}[min(n, 1)], why)
		}
	}
	b.WriteByte('\n')
	for _, row := range r.Diff() {
		b.WriteString("  " + row.String() + "\n")
	}
	return b.String()
}

// String writes a row.
func (r Row) String() string {
	if r.Mark == Cut {
		return "    …"
	}
	s := fmt.Sprintf("%s %s  %-8s %s", r.Mark, r.Wall, r.After, r.What)
	if r.More != "" {
		s += "  (" + cmp.Or(clip(r.More), r.More) + ")"
	}
	return s
}

// clip keeps what is said beside a row short.
func clip(s string) string {
	if n := []rune(s); len(n) > 90 {
		return string(n[:89]) + "…"
	}
	return s
}
