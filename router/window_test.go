package router

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/oncall"
)

func TestWindowActive(t *testing.T) {
	madrid, lordHowe, apia := zone(t, "Europe/Madrid"), zone(t, "Australia/Lord_Howe"), zone(t, "Pacific/Apia")
	sunday := Window{Recurring: true, Weekdays: []time.Weekday{time.Sunday}, Minute: 120, For: 2 * time.Hour, Zone: madrid}
	half3 := Window{Recurring: true, Minute: 150, For: time.Hour, Zone: madrid}
	night := Window{Recurring: true, Minute: 23 * 60, For: 8 * time.Hour, Zone: madrid}
	long := Window{Recurring: true, Weekdays: []time.Weekday{time.Monday}, For: 10 * 24 * time.Hour}
	once := Window{From: at(t, "2026-05-01T10:00:00Z"), To: at(t, "2026-05-01T12:00:00Z")}
	half := Window{Recurring: true, Minute: 2*60 + 15, For: time.Minute, Zone: lordHowe}
	skipped := Window{Recurring: true, Minute: 600, For: time.Hour, Zone: apia}
	tests := []struct {
		name  string
		w     Window
		now   string
		until string // empty: closed
	}{
		{"before the start", sunday, "2026-02-01T00:59:59Z", ""},
		{"at the start", sunday, "2026-02-01T01:00:00Z", "2026-02-01T03:00:00Z"},
		{"just before the end", sunday, "2026-02-01T02:59:59Z", "2026-02-01T03:00:00Z"},
		{"at the end", sunday, "2026-02-01T03:00:00Z", ""},
		{"another weekday", sunday, "2026-02-02T01:30:00Z", ""},
		{"summer", sunday, "2026-07-05T00:00:00Z", "2026-07-05T02:00:00Z"},
		{"skipped start: 02:00 becomes 03:00", sunday, "2026-03-29T00:59:59Z", ""},
		{"skipped start, at 03:00 summer time", sunday, "2026-03-29T01:00:00Z", "2026-03-29T03:00:00Z"},
		{"skipped start: 02:30 becomes 03:30", half3, "2026-03-29T01:29:59Z", ""},
		{"skipped start, at 03:30 summer time", half3, "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"},
		{"repeated start: the first", half3, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"repeated start: not the second", half3, "2026-10-25T01:30:00Z", ""},
		{"over midnight and the spring change, elapsed", night, "2026-03-29T05:59:59Z", "2026-03-29T06:00:00Z"},
		{"over midnight and the autumn change, elapsed", night, "2026-10-25T04:59:59Z", "2026-10-25T05:00:00Z"},
		{"over midnight, evening", night, "2026-06-10T21:00:00Z", "2026-06-11T05:00:00Z"},
		{"longer than its period: the latest start counts", long, "2026-06-09T12:00:00Z", "2026-06-18T00:00:00Z"},
		{"a gap of half an hour", half, "2026-10-03T15:45:00Z", "2026-10-03T15:46:00Z"},
		{"a day that does not exist is moved to the next", skipped, "2011-12-30T20:30:00Z", "2011-12-30T21:00:00Z"},
		{"once, before", once, "2026-05-01T09:59:59Z", ""},
		{"once, from", once, "2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z"},
		{"once, to", once, "2026-05-01T12:00:00Z", ""},
		{"no length", Window{Recurring: true}, "2026-05-01T00:00:00Z", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			until, active := tt.w.Active(at(t, tt.now))
			if active != (tt.until != "") {
				t.Fatalf("active %v until %v, want %q", active, until, tt.until)
			}
			if active && !until.Equal(at(t, tt.until)) {
				t.Errorf("until %s, want %s", until.UTC(), tt.until)
			}
		})
	}
}

// TestWall finds every instant by looking at clocks: the first that shows the time, or the one that is the gap later.
func TestWall(t *testing.T) {
	zones := []string{"Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "UTC"}
	rapid.Check(t, func(r *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(r, "zone"))
		year := rapid.IntRange(2008, 2027).Draw(r, "year")
		// Near a change of the clocks if there is one ahead, else anywhere.
		mid := time.Date(year, time.Month(rapid.IntRange(1, 12).Draw(r, "month")), 1, 0, 0, 0, 0, z)
		if _, change := mid.ZoneBounds(); !change.IsZero() {
			mid = change.In(z)
		}
		shown := shows(mid).Add(time.Duration(rapid.IntRange(-26*60, 26*60).Draw(r, "minutes")) * time.Minute).Truncate(time.Minute)
		got := oncall.Wall(z, oncall.DateOf(shown), shown.Hour()*60+shown.Minute())
		before := offset(got.Add(-26 * time.Hour))
		for x := shown.Add(-15 * time.Hour); x.Before(shown.Add(15 * time.Hour)); x = x.Add(time.Minute) {
			if shows(x.In(z)).Equal(shown) {
				if !got.Equal(x) {
					r.Fatalf("%s in %s: got %s, but a clock shows it first at %s", shown, z, got, x.In(z))
				}
				return
			}
		}
		if want := shown.Add(-before); !got.Equal(want) {
			r.Fatalf("%s in %s is skipped: got %s, want %s", shown, z, got, want.In(z))
		}
	})
}

// TestWindowOpens checks the next start against Active, minute by minute.
func TestWindowOpens(t *testing.T) {
	zones := []string{"Europe/Madrid", "America/New_York", "UTC"}
	rapid.Check(t, func(r *rapid.T) {
		w := Window{Recurring: true, Minute: rapid.IntRange(0, 1439).Draw(r, "minute"), Zone: zone(t, rapid.SampledFrom(zones).Draw(r, "zone"))}
		w.Weekdays = rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 6), func(d int) time.Weekday { return time.Weekday(d) }), 0, 3).Draw(r, "days")
		w.For = time.Duration(rapid.IntRange(1, 1300).Draw(r, "for")) * time.Minute
		now := at(t, "2026-03-25T00:00:00Z").Add(time.Duration(rapid.IntRange(0, 10*24*60).Draw(r, "now")) * time.Minute)
		s := w.span(now)
		if _, active := w.Active(now); active != s.in {
			r.Fatalf("span %+v, active %v", s, active)
		}
		for x := now; x.Before(s.until); x = x.Add(time.Minute) {
			if _, active := w.Active(x); active != s.in {
				r.Fatalf("%+v changes at %s, not first at %s", w, x, s.until)
			}
		}
		if _, active := w.Active(s.until); active == s.in {
			r.Fatalf("%+v does not change at %s", w, s.until)
		}
	})
}

// shows is what a clock in t's zone shows at t, read as UTC.
func shows(t time.Time) time.Time { return t.UTC().Add(offset(t)) }

// offset is how far t's zone is ahead of UTC at t.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
