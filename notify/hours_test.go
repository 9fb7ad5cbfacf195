package notify

import (
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine that has none of its own
)

func TestParseCover(t *testing.T) {
	clocked := func(day string, from, to int) Hours {
		return Hours{Day: day, From: from * 60, To: to * 60, Clock: true}
	}
	sat := clocked("sat", 9, 18)
	tests := []struct {
		in   string
		want Command
	}{
		{"cover sat 09:00-18:00 bo", Command{Verb: Cover, Hours: sat, Text: "bo"}},
		{"Cover SAT 9-18 Bo", Command{Verb: Cover, Hours: sat, Text: "Bo"}},
		{"cover sat 9am-6pm bo", Command{Verb: Cover, Hours: sat, Text: "bo"}},
		{"cover sat 09:00 – 18:00 bo", Command{Verb: Cover, Hours: sat, Text: "bo"}},
		{"cover sat 9 to 18 by bo", Command{Verb: Cover, Hours: sat, Text: "bo"}},
		{"cover sat from 09.00 until 18.00 bo please", Command{Verb: Cover, Hours: sat, Text: "bo"}},
		{"cover on sat 09:00-18:00 bo", Command{Verb: Cover, Hours: sat, Text: "bo"}},
		{"cover 09:00-18:00 sat bo", Command{Verb: Cover, Hours: sat, Text: "bo"}},
		{"cover saturday 9-18 Bo Lind on primary: dentist", Command{Verb: Cover, Hours: clocked("saturday", 9, 18), Text: "Bo Lind on primary: dentist"}},
		{"cover tomorrow bo", Command{Verb: Cover, Hours: Hours{Day: "tomorrow"}, Text: "bo"}},
		{"cover tonight bo", Command{Verb: Cover, Hours: Hours{Day: "tonight"}, Text: "bo"}},
		{"cover tonight 22:00-06:00 bo", Command{Verb: Cover, Hours: clocked("", 22, 6), Text: "bo"}},
		{"cover me 2h bo", Command{Verb: Cover, Hours: Hours{Length: 2 * time.Hour}, Text: "bo"}},
		{"cover me for 2 hours bo", Command{Verb: Cover, Hours: Hours{Length: 2 * time.Hour}, Text: "bo"}},
		{"cover me 2h", Command{Verb: Cover, Hours: Hours{Length: 2 * time.Hour}}},
		{"cover until 18:00 bo", Command{Verb: Cover, Hours: Hours{Now: true, To: 18 * 60}, Text: "bo"}},
		{"cover now until midnight bo", Command{Verb: Cover, Hours: Hours{Now: true, To: 24 * 60}, Text: "bo"}},
		{"cover sat-sun bo", Command{Verb: Cover, Hours: Hours{Day: "sat", End: "sun"}, Text: "bo"}},
		{"cover sat - sun bo", Command{Verb: Cover, Hours: Hours{Day: "sat", End: "sun"}, Text: "bo"}},
		{"cover sat 09:00 - sun 10:00 bo", Command{Verb: Cover, Hours: Hours{Day: "sat", End: "sun", From: 540, To: 600, Clock: true}, Text: "bo"}},
		{"cover 24 dec 9-18 bo", Command{Verb: Cover, Hours: clocked("12-24", 9, 18), Text: "bo"}},
		{"cover dec 24th bo", Command{Verb: Cover, Hours: Hours{Day: "12-24"}, Text: "bo"}},
		{"cover 2026-12-24 bo", Command{Verb: Cover, Hours: Hours{Day: "2026-12-24"}, Text: "bo"}},
		{"cover my shift bo", Command{Verb: Cover, Hours: Hours{Day: "shift"}, Text: "bo"}},
		{"cover weekend bo", Command{Verb: Cover, Hours: Hours{Day: "weekend"}, Text: "bo"}},
		{"swap with bo", Command{Verb: Swap, Hours: Hours{Day: "shift"}, Theirs: Hours{Day: "shift"}, User: "bo"}},
		{"swap sat bo sun", Command{Verb: Swap, Hours: Hours{Day: "sat"}, Theirs: Hours{Day: "sun"}, User: "bo"}},
		{"swap sat 9-18 with Bo Lind for sun 9-18", Command{Verb: Swap, Hours: sat, Theirs: clocked("sun", 9, 18), User: "Bo Lind"}},
		{"swap my shift with bo 24 dec", Command{Verb: Swap, Hours: Hours{Day: "shift"}, Theirs: Hours{Day: "12-24"}, User: "bo"}},
		{"decline", Command{Verb: Decline, Newest: true}}, {"decline 7", Command{Verb: Decline, Number: 7}},
		{"Decline OV-7 thanks", Command{Verb: Decline, Number: 7}}, {"no ov-7", Command{Verb: Decline, Number: 7}},
	}
	for _, tt := range tests {
		if got, err := ParseReply(tt.in); err != nil || got != tt.want {
			t.Errorf("ParseReply(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
		}
	}
	for in, want := range map[string]Hint{
		"cover": hintCover, "cover bo": hintCover, "cover bo sat": hintCover, "cover me": hintCover, "cover sat 09:00 bo": hintUntilWhen,
		"cover sat bo?": hintQuestion, "cover 0h bo": hintTime, "cover 31d bo": hintTime, "cover sat bo 👎": hintNo, "cover 42": hintCover,
		"swap": hintSwap, "swap bo": hintSwap, "swap sat bo": hintSwap, "swap sat sun": hintSwap, "swap sat bo sun?": hintQuestion,
		"decline 0": hintDecline, "decline it": hintDecline, "decline 7 8": hintDecline, "decline?": hintQuestion, "no 42": hintUnknown, "no ov-0": hintDecline,
	} {
		if got, err := ParseReply(in); err != want {
			t.Errorf("ParseReply(%q) = %+v, %v; want %q", in, got, err, want)
		}
	}
}

func TestHoursBetween(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		now, in, want string // a Wednesday, unless said otherwise
	}{
		{"2026-11-25 10:00", "sat 09:00-18:00", "Sat 28 Nov 09:00-18:00 CET"},
		{"2026-11-25 10:00", "wed 09:00-18:00", "Wed 25 Nov 10:00-18:00 CET"}, // what is left of today's
		{"2026-11-25 18:00", "wed 09:00-18:00", "Wed 2 Dec 09:00-18:00 CET"},
		{"2026-11-25 10:00", "sat", "Sat 28 Nov 00:00-24:00 CET"},
		{"2026-11-25 10:00", "sat-sun", "Sat 28 Nov 00:00-Mon 00:00 CET"},
		{"2026-11-25 10:00", "weekend", "Sat 28 Nov 00:00-Mon 00:00 CET"},
		{"2026-11-29 10:00", "weekend", "Sun 29 Nov 10:00-24:00 CET"},
		{"2026-11-25 10:00", "today", "Wed 25 Nov 10:00-24:00 CET"},
		{"2026-11-25 10:00", "tomorrow", "Thu 26 Nov 00:00-24:00 CET"},
		{"2026-11-25 10:00", "tomorrow 22:00-06:00", "Thu 26 Nov 22:00-Fri 06:00 CET"},
		{"2026-11-25 10:00", "tonight", "Wed 25 Nov 18:00-Thu 08:00 CET"},
		{"2026-11-25 23:00", "tonight", "Wed 25 Nov 23:00-Thu 08:00 CET"},
		{"2026-11-25 03:00", "tonight", "Wed 25 Nov 03:00-08:00 CET"}, // it is night still
		{"2026-11-25 03:00", "tonight 22:00-06:00", "Wed 25 Nov 03:00-06:00 CET"},
		{"2026-11-25 10:00", "22:00-06:00", "Wed 25 Nov 22:00-Thu 06:00 CET"},
		{"2026-11-25 10:00", "08:00-09:00", "Thu 26 Nov 08:00-09:00 CET"},
		{"2026-11-25 10:00", "until 18:00", "Wed 25 Nov 10:00-18:00 CET"},
		{"2026-11-25 10:00", "until 09:00", "Wed 25 Nov 10:00-Thu 09:00 CET"},
		{"2026-11-25 10:00", "2h", "Wed 25 Nov 10:00-12:00 CET"},
		{"2026-11-25 10:00", "sat 09:00 - sun 09:00", "Sat 28 Nov 09:00-Sun 09:00 CET"},
		{"2026-11-25 10:00", "mon 09:00 - mon 09:00", "Mon 30 Nov 09:00-Mon 7 Dec 09:00 CET"},
		{"2026-11-25 10:00", "24 dec", "Thu 24 Dec 00:00-24:00 CET"},
		{"2026-11-25 10:00", "24 nov 09:00-18:00", "Wed 24 Nov 09:00-18:00 CET"}, // next year's
		{"2026-11-25 10:00", "2026-12-24 06:00-18:00", "Thu 24 Dec 06:00-18:00 CET"},
		// The night of 25 October has 02:30 twice, that of 29 March never: the first, and as much later as was skipped.
		{"2026-10-24 10:00", "sun 02:30-09:00", "Sun 25 Oct 02:30 CEST-09:00 CET"},
		{"2026-03-28 10:00", "sun 02:30-09:00", "Sun 29 Mar 03:30-09:00 CEST"},
		{"2026-10-24 10:00", "tonight", "Sat 24 Oct 18:00 CEST-Sun 08:00 CET"},
	}
	for _, tt := range tests {
		now, err := time.ParseInLocation("2006-01-02 15:04", tt.now, madrid)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseReply("cover " + tt.in + " bo")
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		from, to := c.Hours.Between(now, madrid)
		if got := Span(from, to, madrid); got != tt.want || !to.After(now) {
			t.Errorf("at %s %q is %s, want %s", tt.now, tt.in, got, tt.want)
		}
	}
	for _, in := range []string{"2026-11-20", "2026-11-20 09:00-18:00", "29 feb", "sat 09:00 - 2026-01-01 10:00", "shift"} { // over, or not within a year
		c, err := ParseReply("cover " + in + " bo")
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if from, to := c.Hours.Between(time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC), madrid); !from.IsZero() || !to.IsZero() {
			t.Errorf("%s is from %v to %v", in, from, to)
		}
	}
}

func TestSpans(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	from := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	for want, z := range map[string]string{
		"Sat 28 Nov 09:00-18:00 CET":                                         "Europe/Stockholm",
		"Sat 28 Nov 09:00-18:00 CET (bo: 03:00-12:00 EST)":                   "America/New_York",
		"Sat 28 Nov 09:00-18:00 CET (bo: 19:00-Sun 04:00 AEDT)":              "Australia/Melbourne",
		"Sat 28 Nov 09:00-18:00 CET (bo: 12:00-21:00 UTC+04)":                "Asia/Dubai",
		"Sat 28 Nov 09:00-18:00 CET (bo: 21:00-Sun 06:00 NZDT)":              "Pacific/Auckland",
		"Sat 28 Nov 09:00-18:00 CET (bo: Fri 27 Nov 21:00-Sat 06:00 UTC-11)": "Pacific/Niue",
	} {
		if got := Spans(from, from.Add(9*time.Hour), zone("Europe/Madrid"), zone(z), "bo"); got != want {
			t.Errorf("%s: %s, want %s", z, got, want)
		}
	}
}
