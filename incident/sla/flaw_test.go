package sla

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/oncall"
)

func TestFlaws(t *testing.T) {
	now := at(t, "2026-01-01")
	closed := office(t, "UTC")
	for i := range 402 {
		closed.Holidays = append(closed.Holidays, oncall.DateOf(now).AddDays(i))
	}
	hours := func(p string, n time.Duration) map[string]time.Duration {
		return map[string]time.Duration{p: n * time.Hour}
	}
	tests := []struct {
		name string
		with func(d *Definition)
		want string // rules and keys, fatal ones marked
	}{
		{"none", func(*Definition) {}, ""},
		{"office hours", func(d *Definition) { d.Calendar = office(t, "UTC") }, ""},
		{"a reason that no hold can have", func(d *Definition) { d.PauseOnHold = []string{"vendor", "vacation"} }, "sla-never-pauses pause_on_hold!"},
		{"pauses without a resolution", func(d *Definition) { d.Resolution = nil }, "sla-never-pauses pause_on_hold!"},
		{"a reason twice", func(d *Definition) { d.PauseOnHold = []string{"vendor", "vendor"} }, "sla-said-twice pause_on_hold"},
		{"no hours", func(d *Definition) { d.Calendar = &Calendar{} }, "sla-never-opens calendar!"},
		{"holidays all year", func(d *Definition) { d.Calendar = closed }, "sla-never-opens calendar!"},
		{"a priority that is never given", func(d *Definition) { d.Match.Priority, d.Response, d.Resolution = []string{"P7"}, nil, hours("P7", 1) },
			"sla-never-starts match.priority!, sla-never-starts resolution.P7!"},
		{"one of them", func(d *Definition) { d.Match.Priority = []string{"P1", "P2", "P7"} }, "sla-unknown-name match.priority"},
		{"a target that match leaves out", func(d *Definition) { d.Match.Priority = []string{"P1"} },
			"sla-never-starts response.P2!, sla-never-starts resolution.P2!"},
		{"a target of a priority that is never given", func(d *Definition) { d.Response["P9"] = time.Hour }, "sla-never-starts response.P9!"},
		{"no targets", func(d *Definition) { d.Response, d.Resolution, d.PauseOnHold = nil, nil, nil }, "sla-never-starts response!"},
		{"a target of nothing", func(d *Definition) { d.Response["P1"] = 0 }, "sla-never-starts response.P1!"},
		{"a response longer than the resolution", func(d *Definition) { d.Response = hours("P1", 5) }, "sla-never-kept response.P1!"},
		{"the urgent one is slower", func(d *Definition) { d.Resolution["P1"] = 9 * time.Hour }, "sla-odd-order resolution.P1"},
		{"over a year", func(d *Definition) { d.Resolution["P2"] = 9000 * time.Hour }, "sla-long-target resolution.P2"},
		{"over a year of office hours", func(d *Definition) { d.Calendar, d.Resolution["P2"] = office(t, "UTC"), 2200*time.Hour }, "sla-long-target resolution.P2"},
		{"warnings after the breach alone", func(d *Definition) { d.WarnAt = []int{100, 150} }, "sla-late-warning warn_at"},
		{"a warning that is never told", func(d *Definition) { d.WarnAt = []int{0, 50} }, "sla-late-warning warn_at!"},
		{"no warnings", func(d *Definition) { d.WarnAt = nil }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := gold(nil)
			d.CalendarName = "office"
			tt.with(d)
			var got []string
			for _, f := range d.Flaws(Known{Reasons: []string{"vendor", "caller", "problem"}, Priorities: []string{"P1", "P2", "P3"}, Now: now}) {
				mark := ""
				if f.Fatal {
					mark = "!"
				}
				got = append(got, fmt.Sprintf("%s %s%s", f.Rule, f.Key, mark))
				if f.What == "" || f.Do == "" || strings.HasSuffix(f.What, ".") || strings.Contains(f.What+f.Do, "%!") {
					t.Errorf("it says %q and %q", f.What, f.Do)
				}
			}
			if got := strings.Join(got, ", "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A fatal flaw is true: such a clock is never read, or never pauses, or never moves.
func TestFatalFlawsAreTrue(t *testing.T) {
	d := gold(&Calendar{Hours: []oncall.WeeklyHours{{From: 540, To: 1020}}})
	fatal := 0
	for _, f := range d.Flaws(Known{Reasons: []string{"vendor", "caller"}, Priorities: []string{"P1", "P2"}}) {
		if f.Rule == NeverOpens && f.Fatal {
			fatal++
		}
	}
	if fatal != 1 {
		t.Fatalf("hours on no day are %d flaws, want 1", fatal)
	}
	for _, c := range d.Read(Subject{Priority: "P1"}, marksOf(t, "09:00 opened P1"), at(t, "2028-01-01")) {
		if c.Elapsed != 0 || c.Breached {
			t.Errorf("the clock moved: %+v", c)
		}
	}
}
