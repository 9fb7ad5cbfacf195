package sla

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/internal/lapse"
)

// told writes lines as "2 09:00 | elapsed | left | what", in UTC.
func told(lines []Line, kind Kind) string {
	var b strings.Builder
	for _, l := range lines {
		if l.Kind == kind {
			fmt.Fprintf(&b, "%s | %s | %s | %s\n", l.At.Format("2 15:04"), lapse.Exact(l.Elapsed), lapse.Exact(l.Left), l.What)
		}
	}
	return b.String()
}

func TestExplain(t *testing.T) {
	office := office(t, "UTC")
	tests := []struct {
		name       string
		c          *Calendar
		marks, now string
		priority   string
		response   string
		resolution string
	}{
		{"the whole of it", office, "08:00 opened P2, 09:30 acknowledged, 10:00 held vendor, 3 10:00 resumed, 3 15:00 priority P1, 3 16:00 resolved", "4 10:00", "P1", `
2 08:00 | 0s | 1h | opened as P2: target 1h of the hours of office; office is closed, so it waits
2 09:00 | 0s | 1h | office opened
2 09:30 | 30m | 30m | warning: 50 % of the target
2 09:30 | 30m | 30m | acknowledged: done in time
3 15:00 | 30m | 30m | priority changed to P1: it is done and keeps its target
`, `
2 08:00 | 0s | 8h | opened as P2: target 8h of the hours of office; office is closed, so it waits
2 09:00 | 0s | 8h | office opened
2 10:00 | 1h | 7h | paused by vendor
3 10:00 | 1h | 7h | resumed
3 13:00 | 4h | 4h | warning: 50 % of the target
3 15:00 | 6h | 2h | warning: 75 % of the target
3 15:00 | 6h | -2h | priority changed to P1: target 8h -> 4h, counted from the start
3 15:00 | 6h | -2h | at once: breached
3 16:00 | 7h | -3h | resolved: done, 3h over the target
`},
		{"it came back", nil, "09:00 opened P1, 09:10 resolved, 10:10 reopened, 10:20 held problem", "14:30", "P1", `
2 09:00 | 0s | 15m | opened as P1: target 15m, around the clock
2 09:07 | 7m30s | 7m30s | warning: 50 % of the target
2 09:10 | 10m | 5m | resolved: done in time
`, `
2 09:00 | 0s | 4h | opened as P1: target 4h, around the clock
2 09:10 | 10m | 3h50m | resolved: done in time
2 10:10 | 10m | 3h50m | reopened: runs on, the 1h since it was resolved do not count
2 10:20 | 20m | 3h40m | held problem: this hold does not pause it
2 12:00 | 2h | 2h | warning: 50 % of the target
2 13:00 | 3h | 1h | warning: 75 % of the target
2 14:00 | 4h | 0s | breached
2 14:30 | 4h30m | -30m | now running, breached
`},
		{"first nothing was promised", nil, "09:00 opened P5, 10:00 priority P2, 10:30 priority P5", "11:00", "P5", `
2 09:00 | 0s | 0s | opened as P5: nothing is promised for it
2 10:00 | 1h | 0s | priority changed to P2: target 1h, around the clock, counted from the start
2 10:00 | 1h | 0s | at once: breached
2 10:30 | 1h30m | 0s | priority changed to P5: nothing is promised for it
2 11:00 | 2h | 0s | now running: nothing is promised for P5
`, `
2 09:00 | 0s | 0s | opened as P5: nothing is promised for it
2 10:00 | 1h | 7h | priority changed to P2: target 8h, around the clock, counted from the start
2 10:30 | 1h30m | 0s | priority changed to P5: nothing is promised for it
2 11:00 | 2h | 0s | now running: nothing is promised for P5
`},
		{"nothing was ever promised", nil, "09:00 opened P5", "11:00", "P5", "\n", "\n"},
		{"held now", office, "16:00 opened P2, 16:10 acknowledged, 16:30 held caller", "20:00", "P2", `
2 16:00 | 0s | 1h | opened as P2: target 1h of the hours of office
2 16:10 | 10m | 50m | acknowledged: done in time
`, `
2 16:00 | 0s | 8h | opened as P2: target 8h of the hours of office
2 16:30 | 30m | 7h30m | paused by caller
2 20:00 | 30m | 7h30m | now paused by caller
`},
		{"closed now", office, "16:00 opened P2, 16:10 acknowledged", "20:00", "P2", `
2 16:00 | 0s | 1h | opened as P2: target 1h of the hours of office
2 16:10 | 10m | 50m | acknowledged: done in time
`, `
2 16:00 | 0s | 8h | opened as P2: target 8h of the hours of office
2 17:00 | 1h | 7h | office closed
2 20:00 | 1h | 7h | now closed until 2026-03-03 09:00:00 UTC, breaches at 2026-03-03 16:00:00 UTC
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines := Explain(gold(tt.c), Subject{Priority: tt.priority}, marksOf(t, tt.marks), clock(t, tt.now), nil)
			if got := "\n" + told(lines, Response); got != tt.response {
				t.Errorf("response: got%swant%s", got, tt.response)
			}
			if got := "\n" + told(lines, Resolution); got != tt.resolution {
				t.Errorf("resolution: got%swant%s", got, tt.resolution)
			}
		})
	}
}

// Months of openings and closings are a few lines.
func TestExplainCollapsesTheCalendar(t *testing.T) {
	d := gold(office(t, "UTC"))
	d.Resolution["P2"], d.WarnAt = 800*time.Hour, nil
	lines := Explain(d, Subject{Priority: "P2"}, marksOf(t, "09:00 opened P2, 09:10 acknowledged"), at(t, "2026-06-01 12:00"), nil)
	want := `
2 09:00 | 0s | 800h | opened as P2: target 800h of the hours of office
2 17:00 | 8h | 792h | office closed
3 09:00 | 8h | 792h | office opened
3 17:00 | 16h | 784h | office closed
4 09:00 | 16h | 784h | office closed and opened: 124 more changes
29 09:00 | 512h | 288h | office opened
29 17:00 | 520h | 280h | office closed
1 09:00 | 520h | 280h | office opened
1 12:00 | 523h | 277h | now running, breaches at 2026-07-17 17:00:00 UTC
`
	if got := "\n" + told(lines, Resolution); got != want {
		t.Errorf("got%swant%s", got, want)
	}
}

// What is explained is what is read: lines are in order, each is the reading of its instant, and warnings and breaches are told
// when and only when the readings have them.
func TestExplainTellsWhatReadReads(t *testing.T) {
	where := places(t)
	for n := range 800 {
		r := newRand(uint64(n))
		p := where[r.IntN(len(where))]
		w := p.watched[r.IntN(len(p.watched))]
		d := randomDefinition(r, randomCalendar(r, w))
		h := randomHistory(r)
		for i := range h.marks {
			h.marks[i].At = w.instant(h.at[i])
		}
		s, now := Subject{Priority: latestPriority(h)}, w.instant(h.now)
		lines := Explain(d, s, h.marks, now, p.zone)
		for _, c := range d.Read(s, h.marks, now) {
			if problem := explains(lines, c, now); problem != "" {
				t.Fatalf("history %d: %s\n%s%+v\n%s", n, problem, told(lines, c.Kind), c, fmt.Sprint(h.marks))
			}
		}
	}
}

// explains says what is wrong with the lines about a clock.
func explains(lines []Line, c Reading, now time.Time) string {
	lines = slices.DeleteFunc(slices.Clone(lines), func(l Line) bool { return l.Kind != c.Kind })
	switch {
	case len(lines) == 0:
		return "there is no line"
	case !slices.IsSortedFunc(lines, func(a, b Line) int { return a.At.Compare(b.At) }):
		return "the lines are not in order"
	case lines[len(lines)-1].At.After(now) || !lines[0].At.Equal(c.StartAt):
		return "the lines begin or end at another time than the clock"
	}
	if last := lines[len(lines)-1]; last.Elapsed != c.Elapsed || last.Left != c.Target-c.Elapsed {
		return "the last line is not the reading"
	}
	breached := slices.ContainsFunc(lines, func(l Line) bool {
		return strings.HasSuffix(l.What, "breached") || strings.HasPrefix(l.What, "at once")
	})
	if c.Breached && c.Stage != Paused && !breached {
		return "the breach is not told"
	}
	return ""
}
