package sla

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/internal/lapse"
)

// marksOf reads marks written as "09:00 opened P2, 10:30 held vendor", all on Monday 2 March 2026 in UTC unless a day is given as
// in "3 09:00 resolved".
func marksOf(t testing.TB, s string) []Mark {
	t.Helper()
	var list []Mark
	for part := range strings.SplitSeq(s, ", ") {
		f := strings.Fields(part)
		if !strings.Contains(f[0], ":") {
			f = append([]string{f[0] + " " + f[1]}, f[2:]...)
		}
		m := Mark{At: clock(t, f[0]), Kind: MarkKind(f[1])}
		if len(f) > 2 {
			m.Value = f[2]
		}
		list = append(list, m)
	}
	return list
}

// clock reads "09:00" or "3 09:00".
func clock(t testing.TB, s string) time.Time {
	t.Helper()
	day, hour, found := strings.Cut(s, " ")
	if !found {
		day, hour = "2", s
	}
	return at(t, fmt.Sprintf("2026-03-%02s %s", day, hour))
}

// gold promises P1 in 15m and 4h, P2 in 1h and 8h.
func gold(c *Calendar) *Definition {
	d := &Definition{
		Name: "gold", Calendar: c,
		Response:    map[string]time.Duration{"P1": 15 * time.Minute, "P2": time.Hour},
		Resolution:  map[string]time.Duration{"P1": 4 * time.Hour, "P2": 8 * time.Hour},
		PauseOnHold: []string{"vendor", "caller"},
		WarnAt:      []int{50, 75},
	}
	if c != nil {
		d.CalendarName = "office"
	}
	return d
}

// brief writes what a table wants to know of a reading.
func brief(c Reading) string {
	s := fmt.Sprintf("%s %s %s", c.Priority, c.Stage, lapse.Exact(c.Elapsed))
	if c.PausedWall > 0 {
		s += fmt.Sprintf(" paused %s/%s", lapse.Exact(c.PausedFor), lapse.Exact(c.PausedWall))
	}
	if c.PausedBy != "" {
		s += " by " + c.PausedBy
	}
	if c.Breached {
		s += " breached"
	}
	if c.Over > 0 {
		s += fmt.Sprintf(" over %d", c.Over)
	}
	if !c.BreachAt.IsZero() {
		s += " due " + c.BreachAt.Format("2 15:04")
	}
	if !c.NextAt.IsZero() {
		s += " next " + c.NextAt.Format("2 15:04")
	}
	return s
}

func TestReadAroundTheClock(t *testing.T) {
	tests := []struct {
		name, marks, now, priority string
		response, resolution       string // empty: no such clock
	}{
		{"before it began", "09:00 opened P2", "08:59", "P2", "", ""},
		{"without a beginning", "09:00 acknowledged, 10:00 resolved", "11:00", "P2", "", ""},
		{"it begins", "09:00 opened P2", "09:00", "P2",
			"P2 running 0s due 2 10:00 next 2 09:30", "P2 running 0s due 2 17:00 next 2 13:00"},
		{"a warning", "09:00 opened P2", "09:45", "P2",
			"P2 running 45m over 75 due 2 10:00 next 2 10:00", "P2 running 45m due 2 17:00 next 2 13:00"},
		{"a breached clock goes on", "09:00 opened P2", "11:00", "P2",
			"P2 running 2h breached over 100 due 2 10:00", "P2 running 2h due 2 17:00 next 2 13:00"},
		{"acknowledged in the last minute", "09:00 opened P2, 09:59 acknowledged", "12:00", "P2",
			"P2 done 59m over 75 due 2 10:00", "P2 running 3h due 2 17:00 next 2 13:00"},
		{"acknowledged at the breach is too late", "09:00 opened P2, 10:00 acknowledged, 10:30 acknowledged", "12:00", "P2",
			"P2 done 1h breached over 100 due 2 10:00", "P2 running 3h due 2 17:00 next 2 13:00"},
		{"resolved without an acknowledgement ends both", "09:00 opened P2, 09:20 resolved", "12:00", "P2",
			"P2 done 20m due 2 10:00", "P2 done 20m due 2 17:00"},
		{"a response stays done when it is reopened", "09:00 opened P2, 09:20 resolved, 10:20 reopened", "11:20", "P2",
			"P2 done 20m due 2 10:00", "P2 running 1h20m paused 1h/1h due 2 18:00 next 2 14:00"},
		{"paused", "09:00 opened P2, 09:10 acknowledged, 10:00 held vendor", "20:00", "P2",
			"P2 done 10m due 2 10:00", "P2 paused 1h paused 10h/10h by vendor"},
		{"a hold of another reason does not pause", "09:00 opened P2, 09:10 acknowledged, 10:00 held problem", "12:00", "P2",
			"P2 done 10m due 2 10:00", "P2 running 3h due 2 17:00 next 2 13:00"},
		{"resumed, the breach moves out", "09:00 opened P2, 09:10 acknowledged, 10:00 held vendor, 12:00 resumed", "12:30", "P2",
			"P2 done 10m due 2 10:00", "P2 running 1h30m paused 2h/2h due 2 19:00 next 2 15:00"},
		{"from a hold that pauses into one that does not", "09:00 opened P2, 10:00 held vendor, 11:00 held problem", "11:30", "P2",
			"P2 running 2h30m breached over 100 due 2 10:00", "P2 running 1h30m paused 1h/1h due 2 18:00 next 2 14:00"},
		{"from one pause into another", "09:00 opened P2, 10:00 held vendor, 11:00 held caller", "11:30", "P2",
			"P2 running 2h30m breached over 100 due 2 10:00", "P2 paused 1h paused 1h30m/1h30m by caller"},
		{"resolved while held", "09:00 opened P2, 10:00 held vendor, 11:00 resolved", "20:00", "P2",
			"P2 done 2h breached over 100 due 2 10:00", "P2 done 1h paused 1h/1h due 2 18:00"},
		{"a hold does not come back with the incident", "09:00 opened P2, 10:00 held vendor, 11:00 resolved, 12:00 reopened", "12:30", "P2",
			"P2 done 2h breached over 100 due 2 10:00", "P2 running 1h30m paused 2h/2h due 2 19:00 next 2 15:00"},
		{"all at one instant", "09:00 opened P2, 09:00 acknowledged, 09:00 held vendor, 09:00 resumed, 09:00 resolved", "09:00", "P2",
			"P2 done 0s due 2 10:00", "P2 done 0s due 2 17:00"},
		{"what comes later has not happened", "09:00 opened P2, 09:10 acknowledged, 10:00 resolved", "09:30", "P2",
			"P2 done 10m due 2 10:00", "P2 running 30m due 2 17:00 next 2 13:00"},
		{"raised: the target counts from the start", "09:00 opened P2, 12:30 priority P1", "12:30", "P1",
			"P1 running 3h30m breached over 100 due 2 09:15", "P1 running 3h30m over 75 due 2 13:00 next 2 13:00"},
		{"raised: a breach at once, in the past", "09:00 opened P2, 10:00 held vendor, 11:00 resumed, 15:00 priority P1", "15:00", "P1",
			"P1 running 6h breached over 100 due 2 09:15", "P1 running 5h paused 1h/1h breached over 100 due 2 14:00"},
		{"raised after it was done: what was kept stays kept", "09:00 opened P2, 09:30 acknowledged, 10:00 priority P1", "10:00", "P1",
			"P2 done 30m over 50 due 2 10:00", "P1 running 1h due 2 13:00 next 2 11:00"},
		{"and a reopened clock has the priority of now", "09:00 opened P2, 10:00 resolved, 10:10 priority P1, 11:00 reopened", "11:30", "P1",
			"P2 done 1h breached over 100 due 2 10:00", "P1 running 1h30m paused 1h/1h due 2 14:00 next 2 12:00"},
		{"nothing is promised for it", "09:00 opened P5", "12:00", "P5", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := map[Kind]string{}
			for _, c := range gold(nil).Read(Subject{Priority: tt.priority}, marksOf(t, tt.marks), clock(t, tt.now)) {
				got[c.Kind] = brief(c)
				if c.Calendar != "always" || c.SLA != "gold" {
					t.Errorf("it is of %q and %q", c.SLA, c.Calendar)
				}
			}
			if got[Response] != tt.response {
				t.Errorf("response\n got %s\nwant %s", got[Response], tt.response)
			}
			if got[Resolution] != tt.resolution {
				t.Errorf("resolution\n got %s\nwant %s", got[Resolution], tt.resolution)
			}
		})
	}
}

func TestReadInOfficeHours(t *testing.T) {
	tests := []struct {
		name, marks, now string
		resolution       string
		original         string
	}{
		{"opened in the evening", "20:00 opened P1", "21:00", "P1 closed 0s due 3 13:00 next 3 11:00", "3 13:00"},
		{"over night", "15:00 opened P1", "3 10:00", "P1 running 3h over 75 due 3 11:00 next 3 11:00", "3 11:00"},
		{"paused outside the hours: paused, and no time of the calendar", "15:00 opened P1, 16:00 held vendor", "20:00",
			"P1 paused 1h paused 1h/4h by vendor", "3 11:00"},
		{"a pause over night", "15:00 opened P1, 16:00 held vendor, 3 10:00 resumed", "3 10:00",
			"P1 running 1h paused 2h/18h due 3 13:00 next 3 11:00", "3 11:00"},
		{"done in the night", "15:00 opened P1, 23:00 resolved", "4 12:00", "P1 done 2h over 50 due 3 11:00", "3 11:00"},
		{"over the weekend", "6 16:00 opened P1", "8 12:00", "P1 closed 1h due 9 12:00 next 9 10:00", "9 12:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			list := gold(office(t, "UTC")).Read(Subject{Priority: "P1"}, marksOf(t, tt.marks), clock(t, tt.now))
			if len(list) != 2 || list[1].Kind != Resolution || list[1].Calendar != "office" {
				t.Fatalf("got %+v", list)
			}
			if got := brief(list[1]); got != tt.resolution {
				t.Errorf("\n got %s\nwant %s", got, tt.resolution)
			}
			if got := list[1].OriginalBreachAt.Format("2 15:04"); got != tt.original {
				t.Errorf("without a pause it would breach at %s, want %s", got, tt.original)
			}
		})
	}
}

// A calendar that never opens again leaves a clock that never breaches, and says so by the zero time.
func TestReadOnACalendarThatNeverOpens(t *testing.T) {
	list := gold(&Calendar{}).Read(Subject{Priority: "P1"}, marksOf(t, "09:00 opened P1"), clock(t, "20 09:00"))
	if len(list) != 2 {
		t.Fatalf("got %d clocks", len(list))
	}
	for _, c := range list {
		if c.Stage != Closed || !c.BreachAt.IsZero() || !c.NextAt.IsZero() || !c.OriginalBreachAt.IsZero() || c.Breached {
			t.Errorf("got %+v", c)
		}
	}
}

func TestMatches(t *testing.T) {
	s := Subject{Priority: "P1", Service: "shop", Team: "web", Type: "technical"}
	tests := []struct {
		name  string
		match Match
		want  bool
	}{
		{"empty lists match all", Match{}, true},
		{"all of it", Match{Priority: []string{"P2", "P1"}, Service: []string{"shop"}, Team: []string{"web"}, Type: []string{"technical"}}, true},
		{"another priority", Match{Priority: []string{"P2"}, Service: []string{"shop"}}, false},
		{"another service", Match{Service: []string{"till"}}, false},
		{"another team", Match{Team: []string{"Web"}}, false},
		{"another type", Match{Type: []string{"security"}}, false},
	}
	for _, tt := range tests {
		d := gold(nil)
		d.Match = tt.match
		if got := d.Matches(s); got != tt.want {
			t.Errorf("%s: got %t, want %t", tt.name, got, tt.want)
		}
		if got := d.Read(s, marksOf(t, "09:00 opened P1"), clock(t, "10:00")); (len(got) == 2) != tt.want {
			t.Errorf("%s: read %d clocks, want %t", tt.name, len(got), tt.want)
		}
	}
}

func TestPercentNeverOverflows(t *testing.T) {
	tests := []struct {
		elapsed, target time.Duration
		want            int
	}{
		{0, time.Hour, 0}, {59 * time.Minute, time.Hour, 98}, {time.Hour - 1, time.Hour, 99}, {time.Hour, time.Hour, 100},
		{1<<63 - 1, 1<<62 - 1, 200}, {1<<63 - 1, 1, 1<<31 - 1},
	}
	for _, tt := range tests {
		if got := percent(tt.elapsed, tt.target); got != tt.want {
			t.Errorf("%d of %d: got %d %%, want %d", tt.elapsed, tt.target, got, tt.want)
		}
	}
	if got := share(1<<62, 300); got != 1<<63-1 {
		t.Errorf("three times too much is %d, want the most there is", got)
	}
	if got := share(1001, 50); got != 501 {
		t.Errorf("half of 1001 is %d, want 501: 500 are not half", got)
	}
}

func BenchmarkReadOverOneYear(b *testing.B) {
	d := gold(office(b, "Europe/Madrid", spanishHolidays()...))
	d.Resolution["P1"] = 1800 * time.Hour
	marks := marksOf(b, "09:00 opened P1, 09:10 acknowledged, 12:00 held vendor, 3 12:00 resumed, 9 12:00 resolved, 11 09:00 reopened")
	now := at(b, "2027-03-02")
	for b.Loop() {
		d.Read(Subject{Priority: "P1"}, marks, now)
	}
}
