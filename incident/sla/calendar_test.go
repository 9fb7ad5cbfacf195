package sla

import (
	"testing"
	"time"

	"github.com/rouse/rouse/oncall"
	"pgregory.net/rapid"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// at reads an instant, such as 2026-03-02T09:00:00+01:00; a shorter one is UTC.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04", "2006-01-02"} {
		if v, err := time.Parse(layout, s); err == nil {
			return v
		}
	}
	t.Fatalf("%q is no instant", s)
	return time.Time{}
}

// on makes hours of some weekdays, Sunday being 0.
func on(from, to int, days ...time.Weekday) oncall.WeeklyHours {
	h := oncall.WeeklyHours{From: from, To: to}
	for _, d := range days {
		h.Days[d] = true
	}
	return h
}

var workdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}

// office is open from 09:00 to 17:00 on working days.
func office(t testing.TB, zone string, holidays ...oncall.Date) *Calendar {
	return &Calendar{Zone: mustZone(t, zone), Hours: []oncall.WeeklyHours{on(540, 1020, workdays...)}, Holidays: holidays}
}

// nights is open from 22:00 to 06:00 every night.
func nights(t testing.TB, zone string, holidays ...oncall.Date) *Calendar {
	all := append([]time.Weekday{time.Sunday, time.Saturday}, workdays...)
	return &Calendar{Zone: mustZone(t, zone), Hours: []oncall.WeeklyHours{on(1320, 360, all...)}, Holidays: holidays}
}

func TestBetween(t *testing.T) {
	hour, tuesday := time.Hour, oncall.Date{Year: 2026, Month: 3, Day: 3}
	twice := office(t, "UTC")
	twice.Hours = append(twice.Hours, on(600, 1080, workdays...)) // to 18:00
	tests := []struct {
		name     string
		c        *Calendar
		from, to string
		want     time.Duration
	}{
		{"nil is always open", nil, "2026-03-01", "2026-03-02", 24 * hour},
		{"no hours are never open", &Calendar{}, "2026-03-01", "2026-04-01", 0},
		{"a nil zone is UTC", &Calendar{Hours: office(t, "UTC").Hours}, "2026-03-02", "2026-03-03", 8 * hour},
		{"a week", office(t, "Europe/Madrid"), "2026-03-02", "2026-03-09", 40 * hour},
		{"backwards", office(t, "Europe/Madrid"), "2026-03-09", "2026-03-02", 0},
		{"its own zone", office(t, "America/New_York"), "2026-03-02 13:00", "2026-03-02 15:00", hour},
		{"a holiday", office(t, "Europe/Madrid", tuesday), "2026-03-02", "2026-03-09", 32 * hour},
		{"a holiday named twice", office(t, "Europe/Madrid", tuesday, tuesday), "2026-03-02", "2026-03-09", 32 * hour},
		{"overlapping hours count once", twice, "2026-03-02", "2026-03-03", 9 * hour},
		{"a night the clocks go forward", nights(t, "Europe/Madrid"), "2026-03-28 12:00", "2026-03-29 12:00", 7 * hour},
		{"a night the clocks go back", nights(t, "Europe/Madrid"), "2026-10-24 12:00", "2026-10-25 12:00", 9 * hour},
		{"a night on a leap day", nights(t, "Europe/Madrid"), "2028-02-29 12:00", "2028-03-01 12:00", 8 * hour},
		{"a holiday takes the end of the night before", nights(t, "UTC", tuesday), "2026-03-02 12:00", "2026-03-03 12:00", 2 * hour},
		{"and the beginning of its own", nights(t, "UTC", tuesday), "2026-03-03 12:00", "2026-03-04 12:00", 6 * hour},
		{"a lost day is no day", nights(t, "Pacific/Apia"), "2011-12-30 00:00", "2011-12-31 00:00", 8 * hour},
		{"a day whose midnight is skipped", &Calendar{Zone: mustZone(t, "America/Toronto"), Hours: []oncall.WeeklyHours{on(35, 95, time.Monday)}},
			"1919-03-31 03:00", "1919-03-31 12:00", hour},
	}
	for _, tt := range tests {
		if got := tt.c.Between(at(t, tt.from), at(t, tt.to)); got != tt.want {
			t.Errorf("%s: between %s and %s %v are open, want %v", tt.name, tt.from, tt.to, got, tt.want)
		}
	}
}

func TestAdd(t *testing.T) {
	monday := oncall.Date{Year: 2026, Month: 3, Day: 2}
	madrid := office(t, "Europe/Madrid", monday)
	tests := []struct {
		name  string
		c     *Calendar
		from  string
		d     time.Duration
		want  string // empty: never
		opens string // what NextChange says
	}{
		{"always", nil, "2026-03-01 10:00", time.Hour, "2026-03-01 11:00", ""},
		{"never", &Calendar{}, "2026-03-01 10:00", time.Hour, "", ""},
		{"nothing", madrid, "2026-03-01 10:00", 0, "2026-03-01 10:00", "2026-03-03 08:00"},
		{"over the weekend and a holiday", madrid, "2026-02-27 15:00", 2 * time.Hour, "2026-03-03 09:00", "2026-02-27 16:00"},
		{"over at the end of the day, not at the next", madrid, "2026-02-27 15:00", time.Hour, "2026-02-27 16:00", "2026-02-27 16:00"},
		{"from outside the hours", madrid, "2026-02-27 20:00", time.Minute, "2026-03-03 08:01", "2026-03-03 08:00"},
		{"after the clocks are changed", madrid, "2026-03-28 12:00", time.Hour, "2026-03-30 08:00", "2026-03-30 07:00"},
	}
	for _, tt := range tests {
		got, ok := tt.c.Add(at(t, tt.from), tt.d)
		if ok != (tt.want != "") || ok && !got.Equal(at(t, tt.want)) {
			t.Errorf("%s: %s and %v give %v %t, want %q", tt.name, tt.from, tt.d, got, ok, tt.want)
		}
		next, ok := tt.c.NextChange(at(t, tt.from))
		if ok != (tt.opens != "") || ok && !next.Equal(at(t, tt.opens)) {
			t.Errorf("%s: after %s the next change is %v %t, want %q", tt.name, tt.from, next, ok, tt.opens)
		}
	}
}

// A calendar of nothing but holidays says so, and one that is open all day and all week never changes.
func TestNeverAndAlways(t *testing.T) {
	from := at(t, "2026-01-01")
	c := office(t, "Europe/Madrid")
	for d, i := oncall.DateOf(from), 0; i < 4000; i++ {
		c.Holidays = append(c.Holidays, d.AddDays(i))
	}
	if got, ok := c.Add(from, time.Nanosecond); ok {
		t.Errorf("Add = %v, want never", got)
	}
	if got, ok := c.NextChange(from); ok {
		t.Errorf("NextChange = %v, want never", got)
	}
	all := &Calendar{Zone: mustZone(t, "America/New_York"), Hours: []oncall.WeeklyHours{on(0, 1440, append(workdays, time.Saturday, time.Sunday)...)}}
	if got, ok := all.NextChange(from); ok {
		t.Errorf("NextChange = %v, want never", got)
	}
	if got := all.Between(from, from.AddDate(3, 0, 0)); got != from.AddDate(3, 0, 0).Sub(from) {
		t.Errorf("of three years %v are open", got)
	}
}

// The answers hold together, to the nanosecond and over years.
func TestCalendarLaws(t *testing.T) {
	where := places(t)
	rapid.Check(t, func(t *rapid.T) {
		p := where[rapid.IntRange(0, len(where)-1).Draw(t, "place")]
		w := p.watched[rapid.IntRange(0, len(p.watched)-1).Draw(t, "weeks")]
		c := randomCalendar(newRand(rapid.Uint64().Draw(t, "calendar")), w)
		begin := w.instant(0).UnixNano()
		instant := func(name string) time.Time {
			return time.Unix(0, begin+rapid.Int64Range(0, rapid.SampledFrom([]int64{1e10, 1e14, 1e16, 1e17}).Draw(t, "scale")).Draw(t, name)).UTC()
		}
		a, b := instant("a"), instant("b")
		if b.Before(a) {
			a, b = b, a
		}
		m := a.Add(time.Duration(rapid.Int64Range(0, int64(b.Sub(a))).Draw(t, "m")))
		whole := c.Between(a, b)
		if parts := c.Between(a, m) + c.Between(m, b); parts != whole {
			t.Fatalf("from %v to %v are %v, in parts %v", a, b, whole, parts)
		}
		var days time.Duration
		for s := a; s.Before(b); s = s.Add(37 * time.Hour) {
			e := s.Add(37 * time.Hour)
			if b.Before(e) {
				e = b
			}
			days += c.Between(s, e)
		}
		if days != whole {
			t.Fatalf("from %v to %v are %v, in small parts %v", a, b, whole, days)
		}
		if open := c.Between(a, a.Add(1)) == 1; open != c.Open(a) {
			t.Fatalf("at %v Open is %t", a, c.Open(a))
		}
		checkAdd(t, c, a, time.Duration(rapid.Int64Range(1, 1e15).Draw(t, "d")))
		checkChange(t, c, a)
	})
}

func checkAdd(t *rapid.T, c *Calendar, from time.Time, d time.Duration) {
	got, ok := c.Add(from, d)
	if !ok {
		if n := c.Between(from, from.Add(farthest)); n >= d {
			t.Fatalf("%v after %v never come, but %v are open in ten years", d, from, n)
		}
		return
	}
	if n := c.Between(from, got); n != d {
		t.Fatalf("%v after %v come at %v, when %v were open", d, from, got, n)
	}
	if n := c.Between(from, got.Add(-1)); n != d-1 {
		t.Fatalf("%v after %v come at %v, and a nanosecond before it is %v", d, from, got, n)
	}
}

func checkChange(t *rapid.T, c *Calendar, from time.Time) {
	open := c.Open(from)
	next, ok := c.NextChange(from)
	if !ok {
		next = from.Add(farthest - time.Second)
	} else if !next.After(from) || c.Open(next) == open {
		t.Fatalf("after %v (open %t) the next change is %v", from, open, next)
	}
	want := time.Duration(0)
	if open {
		want = next.Sub(from)
	}
	if n := c.Between(from, next); n != want {
		t.Fatalf("from %v (open %t) to the next change at %v are %v", from, open, next, n)
	}
}

func TestHoursPerDay(t *testing.T) {
	friday := office(t, "UTC")
	friday.Hours = []oncall.WeeklyHours{on(540, 780, workdays...), on(840, 1080, workdays[:4]...), on(720, 780, workdays...)}
	tie := &Calendar{Hours: []oncall.WeeklyHours{on(540, 780, time.Monday), on(540, 1020, time.Tuesday)}}
	tests := []struct {
		name string
		c    *Calendar
		want time.Duration
	}{
		{"always", nil, 24 * time.Hour},
		{"never", &Calendar{}, 0},
		{"on no day", &Calendar{Hours: []oncall.WeeklyHours{{From: 1, To: 2}}}, 0},
		{"office", office(t, "UTC"), 8 * time.Hour},
		{"nights", nights(t, "UTC"), 8 * time.Hour},
		{"a lunch break, and a short Friday", friday, 8 * time.Hour},
		{"as many of each", tie, 8 * time.Hour},
	}
	for _, tt := range tests {
		if got, ok := HoursPerDay(tt.c); got != tt.want || ok != (tt.want > 0) {
			t.Errorf("%s: got %v %t, want %v", tt.name, got, ok, tt.want)
		}
	}
}

func BenchmarkBetweenThreeYears(b *testing.B) {
	c := office(b, "Europe/Madrid", spanishHolidays()...)
	from := at(b, "2026-01-01")
	for b.Loop() {
		c.Between(from, from.AddDate(3, 0, 0))
	}
}

func spanishHolidays() []oncall.Date {
	var list []oncall.Date
	for year := 2026; year < 2029; year++ {
		for _, d := range [][2]int{{1, 1}, {1, 6}, {5, 1}, {8, 15}, {10, 12}, {11, 1}, {12, 6}, {12, 8}, {12, 25}} {
			list = append(list, oncall.Date{Year: year, Month: time.Month(d[0]), Day: d[1]})
		}
	}
	return list
}
