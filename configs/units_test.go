package configs

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/oncall"
)

func TestParseDuration(t *testing.T) {
	for s, want := range map[string]time.Duration{"0": 0, "30s": 30 * time.Second, "1d": 24 * time.Hour, "1h30m": 90 * time.Minute, "2w": 336 * time.Hour, "500ms": 500 * time.Millisecond} {
		if got, err := parseDuration(s); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "5", "1.5h", "-5m", "5 m", "1m1h", "99999999y", "forever"} {
		if got, err := parseDuration(s); err == nil {
			t.Errorf("%q: got %v, want an error", s, got)
		}
	}
}

func TestParseWeekdays(t *testing.T) {
	for s, want := range map[string][7]bool{
		"Mon":         {1: true},
		"monday":      {1: true},
		"Mon-Wed":     {1: true, 2: true, 3: true},
		"Sat-Mon":     {0: true, 1: true, 6: true},
		"Mon,Wed-Fri": {1: true, 3: true, 4: true, 5: true},
		"daily":       {true, true, true, true, true, true, true},
		"Mon-Sun":     {true, true, true, true, true, true, true},
	} {
		if got, err := parseWeekdays(s); err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "Mon-", "Mon,", "Lundi", "Mon-Tue-Wed"} {
		if _, err := parseWeekdays(s); err == nil {
			t.Errorf("%q: got no error", s)
		}
	}
}

func TestParseHours(t *testing.T) {
	got, err := parseHours("Mon-Sun 18:00-06:00")
	if want := (oncall.WeeklyHours{Days: [7]bool{true, true, true, true, true, true, true}, From: 1080, To: 360}); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err = parseHours("Sat 00:00-24:00"); err != nil || got.From != 0 || got.To != 1440 {
		t.Errorf("a whole day: got %v, %v", got, err)
	}
}

func TestParseHandoff(t *testing.T) {
	for _, tt := range []struct {
		text string
		unit oncall.Unit
		want oncall.Handoff
	}{
		{"Mon 09:00", oncall.Weekly, oncall.Handoff{Weekday: time.Monday, HasDay: true, Minute: 540}},
		{"09:00", oncall.Weekly, oncall.Handoff{Minute: 540}},
		{"31 00:30", oncall.Monthly, oncall.Handoff{Day: 31, Minute: 30}},
		{"23:59", oncall.Daily, oncall.Handoff{Minute: 1439}},
		{"09:00", oncall.Every, oncall.Handoff{Minute: 540}},
	} {
		if got, err := parseHandoff(tt.text, tt.unit); err != nil || got != tt.want {
			t.Errorf("%s %s: got %v, %v, want %v", tt.unit, tt.text, got, err, tt.want)
		}
	}
}

func TestParseMoment(t *testing.T) {
	for s, want := range map[string]Moment{
		"Wed 10:00":     {[]time.Weekday{3}, 600},
		"Sat,Sun 02:30": {[]time.Weekday{0, 6}, 150},
		"02:00":         {[]time.Weekday{0, 1, 2, 3, 4, 5, 6}, 120},
	} {
		if got, err := parseMoment(s); err != nil || got.Minute != want.Minute || !slices.Equal(got.Weekdays, want.Weekdays) {
			t.Errorf("%s: got %v, %v, want %v", s, got, err, want)
		}
	}
}

// A wall time in a gap is moved later by the gap; a repeated one means the first.
func TestWall(t *testing.T) {
	for _, tt := range []struct{ zone, shown, want string }{
		{"Europe/Madrid", "2026-03-29 02:30", "2026-03-29T01:30:00Z"},       // skipped: 03:30 summer time
		{"Europe/Madrid", "2026-10-25 02:30", "2026-10-25T00:30:00Z"},       // twice: the first
		{"America/New_York", "2026-03-08 02:30", "2026-03-08T07:30:00Z"},    // skipped: 03:30 summer time
		{"America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00Z"},    // twice: the first
		{"Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00Z"}, // half an hour twice
		{"Asia/Kolkata", "2026-07-01 12:00", "2026-07-01T06:30:00Z"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseInstant(tt.shown, zone)
		if err != nil || got.Format(time.RFC3339) != tt.want {
			t.Errorf("%s in %s: got %s, %v, want %s", tt.shown, tt.zone, got.Format(time.RFC3339), err, tt.want)
		}
	}
	got, err := parseInstant("2026-12-24T06:00:00+01:00", time.UTC)
	if err != nil || !got.Equal(time.Date(2026, 12, 24, 5, 0, 0, 0, time.UTC)) {
		t.Errorf("RFC 3339: got %v, %v", got, err)
	}
}

func TestWallIsTheFirstThatShowsIt(t *testing.T) {
	zones := []string{"Europe/Madrid", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tehran", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		u := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 366*96).Draw(t, "quarter")) * 15 * time.Minute)
		got := wall(u, zone)
		const form = "2006-01-02 15:04"
		for at := u.Add(-15 * time.Hour); at.Before(u.Add(15 * time.Hour)); at = at.Add(15 * time.Minute) {
			if at.In(zone).Format(form) == u.Format(form) {
				if !at.Equal(got) {
					t.Fatalf("%s in %s: got %s, want %s", u.Format(form), zone, got, at)
				}
				return
			}
		}
		if before := got.Add(-3 * time.Hour); got.In(zone).Format(form) <= u.Format(form) || before.In(zone).Format(form) > u.Format(form) {
			t.Fatalf("%s in %s is skipped: got %s, want a little later", u.Format(form), zone, got.In(zone))
		}
	})
}

func TestSuggest(t *testing.T) {
	for _, tt := range []struct{ word, want string }{
		{"lisen", `did you mean "listen"?`}, {"Listen", `did you mean "listen"?`}, {"tsl", `did you mean "tls"?`}, {"x", "no"}, {"colour", "no"},
	} {
		if got := suggest(tt.word, []string{"listen", "tls", "store"}, "no"); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.word, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringN(0, 12, -1).Draw(t, "a"), rapid.StringN(0, 12, -1).Draw(t, "b")
		d := distance(a, b)
		if d != distance(b, a) || (d == 0) != (a == b) || d > max(len([]rune(a)), len([]rune(b))) {
			t.Fatalf("distance(%q, %q) is %d", a, b, d)
		}
	})
}

func TestPhones(t *testing.T) {
	for _, number := range []string{"+34600000001", "+46700000002", "+12025550103", "+15550100001"} {
		yaml := complete("users:\n  ana: {phone: \""+number+"\"}\n  bo: {phone: "+"\"+4670000000"+"3\"}\n", "")
		if c, problems := Load("rouse.yaml", []byte(yaml), testOptions()); c == nil {
			t.Errorf("%s is refused:\n%v", number, problems)
		}
	}
	yaml := complete("users:\n  ana: {phone: +34600000001}\n  bo: {phone: \"+46700000003\"}\n", "") // without quotes YAML reads a number
	c := load(t, "rouse.yaml", []byte(yaml), testOptions())
	if u, _ := c.Roster().User("ana"); u.Phone != "+34600000001" {
		t.Errorf("got %q, want the number as it is written", u.Phone)
	}
}
