package main

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestParseWhen(t *testing.T) {
	madrid := zoneOf(t, "Europe/Madrid")
	base := time.Date(2026, 11, 23, 10, 30, 0, 0, madrid) // a Monday
	for _, tt := range []struct{ in, want string }{
		{"now", "2026-11-23T10:30:00+01:00"},
		{"2026-12-24T06:00:00Z", "2026-12-24T06:00:00Z"},
		{"2026-12-24T06:00:00-05:00", "2026-12-24T06:00:00-05:00"},
		{"2026-12-24 06:00", "2026-12-24T06:00:00+01:00"},
		{"2026-07-24T06:00", "2026-07-24T06:00:00+02:00"},
		{"2026-12-24", "2026-12-24T00:00:00+01:00"},
		{"+3d", "2026-11-26T10:30:00+01:00"},
		{"+1h30m", "2026-11-23T12:00:00+01:00"},
		{"-2h", "2026-11-23T08:30:00+01:00"},
		{"11:00", "2026-11-23T11:00:00+01:00"},
		{"10:30", "2026-11-24T10:30:00+01:00"}, // the next, not this very minute
		{"06:00", "2026-11-24T06:00:00+01:00"},
		{"Mon 09:00", "2026-11-30T09:00:00+01:00"},
		{"monday 11:00", "2026-11-23T11:00:00+01:00"},
		{"Tue 09:00", "2026-11-24T09:00:00+01:00"},
		{" 11:00 ", "2026-11-23T11:00:00+01:00"},
		{"2027-03-28 02:30", "2027-03-28T03:30:00+02:00"}, // skipped by the change of the clocks
	} {
		got, err := parseWhen(tt.in, base, madrid)
		if err != nil {
			t.Errorf("parseWhen(%q): %v", tt.in, err)
			continue
		}
		want, err := time.Parse(time.RFC3339, tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Equal(want) {
			t.Errorf("parseWhen(%q) = %s, want %s", tt.in, got.In(madrid), want.In(madrid))
		}
	}
}

func TestParseWhenRefuses(t *testing.T) {
	for _, in := range []string{"", "tomorrow", "25:00", "2026-13-01", "2026-02-30 06:00", "3d", "+", "+0s", "-x", "Moon 09:00", "Mon", "06:00 Mon", "2026-12-24 06:00 CET"} {
		if got, err := parseWhen(in, time.Unix(0, 0), time.UTC); err == nil {
			t.Errorf("parseWhen(%q) = %s, want an error", in, got)
		} else if !strings.Contains(err.Error(), "write") {
			t.Errorf("parseWhen(%q): %q does not say what to write", in, err)
		}
	}
}

func TestParseSince(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)
	for _, tt := range []struct {
		in   string
		want time.Time
	}{
		{"24h", now.Add(-24 * time.Hour)},
		{"7d", now.AddDate(0, 0, -7)},
		{"-7d", now.AddDate(0, 0, -7)},
		{"06:00", time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)},
		{"11:00", time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)}, // the last one, not the next
		{"2026-11-01", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if got, err := parseSince(tt.in, now, time.UTC); err != nil || !got.Equal(tt.want) {
			t.Errorf("parseSince(%q) = %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for in, want := range map[string]int64{"42": 42, "INC-42": 42, "inc-7": 7, "#42": 42, "0042": 42} {
		if got, err := parseNumber(in); err != nil || got != want {
			t.Errorf("parseNumber(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "0", "-1", "+1", "INC-", "INC-x", "INC42", "4.2", "#", "#-1", "INC-+1", "99999999999999999999", "\x1b[2J"} {
		if got, err := parseNumber(in); err == nil {
			t.Errorf("parseNumber(%q) = %d, want an error", in, got)
		} else if strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("parseNumber(%q) repeats a control character", in)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 59 * time.Second: "59s", time.Minute: "1m", 59*time.Minute + 59*time.Second: "59m", time.Hour: "1h",
		3*time.Hour + 20*time.Minute: "3h20m", 24 * time.Hour: "1d", 52 * time.Hour: "2d4h", -5 * time.Minute: "5m",
	} {
		if got := span(d); got != want {
			t.Errorf("span(%s) = %q, want %q", d, got, want)
		}
	}
}

// The next time of day is after its base, no more than a day (a week for a weekday) and a change of the clocks away.
func TestNextClockIsNext(t *testing.T) {
	zones := []*time.Location{time.UTC, zoneOf(t, "Europe/Madrid"), zoneOf(t, "America/New_York"), zoneOf(t, "Asia/Kathmandu")}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		base := time.Unix(rapid.Int64Range(1.6e9, 2.2e9).Draw(t, "base"), 0)
		day := rapid.SampledFrom([]string{"", "Mon ", "thursday ", "Sun "}).Draw(t, "day")
		clock := time.Unix(60*rapid.Int64Range(0, 1439).Draw(t, "minute"), 0).UTC().Format("15:04")
		got, err := parseWhen(day+clock, base, zone)
		if err != nil {
			t.Fatal(err)
		}
		most := 26 * time.Hour
		if day != "" {
			most += 6 * 24 * time.Hour
		}
		if ahead := got.Sub(base); ahead <= 0 || ahead > most {
			t.Errorf("%q after %s is %s, %s ahead", day+clock, base.In(zone), got.In(zone), ahead)
		}
	})
}

func FuzzParseWhen(f *testing.F) {
	for _, s := range []string{"now", "+3d", "-1h", "06:00", "Mon 09:00", "2026-12-24", "2026-12-24 06:00", "2026-12-24T06:00:00Z", "+9999999h", "0000-01-01", " "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := parseWhen(s, time.Unix(1.8e9, 0), time.UTC)
		if (err == nil) == at.IsZero() && err != nil {
			t.Errorf("parseWhen(%q) = %s and %v", s, at, err)
		}
		if err != nil && plain(err.Error()) != err.Error() {
			t.Errorf("the error for %q is not fit for a terminal: %q", s, err)
		}
	})
}
