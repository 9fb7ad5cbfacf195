package ical_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf8"

	reader "github.com/emersion/go-ical"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/ical"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// read reads a calendar with another library than the one that wrote it.
func read(t fataler, text []byte) (*reader.Calendar, []reader.Event) {
	t.Helper()
	c, err := reader.NewDecoder(bytes.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return c, c.Events()
}

func write(t fataler, f ical.Feed) []byte {
	t.Helper()
	text, err := f.Write(time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// valid demands what RFC 5545 demands of every line: CRLF, at most 75 octets, whole characters, no control characters.
func valid(t fataler, text []byte) {
	t.Helper()
	if !bytes.HasSuffix(text, []byte("\r\n")) {
		t.Fatalf("the calendar ends with %q", text[max(0, len(text)-20):])
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("the line %q has %d octets", line, len(line))
		}
	}
}

// The same shifts come out of the feed as went in, read by another parser: for random schedules around changes of the clocks in zones
// of all kinds, instants are equal, who is on call is, and no shift is missing or new.
func TestFeedsHaveTheShifts(t *testing.T) {
	names := []string{"UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca", "Asia/Gaza", "Antarctica/Troll", "Pacific/Chatham"}
	users := []oncall.User{{ID: "ana", Name: "Ana Ruiz, née Ω; \"x\""}, {ID: "bo", Name: "Bo\\Lind"}, {ID: "cy"}}
	rapid.Check(t, func(t *rapid.T) {
		where, err := time.LoadLocation(rapid.SampledFrom(names).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		near := time.Date(rapid.IntRange(2020, 2037).Draw(t, "year"), time.Month(rapid.SampledFrom([]int{3, 4, 9, 10, 11}).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, where)
		s := &oncall.Schedule{ID: "payments", Team: "shop", Zone: where}
		for range rapid.IntRange(1, 3).Draw(t, "layers") {
			l := oncall.Layer{
				Users:    rapid.SliceOfN(rapid.SampledFrom([]oncall.UserID{"ana", "bo", "cy"}), 1, 3).Draw(t, "users"),
				Rotation: oncall.Rotation{Unit: rapid.SampledFrom([]oncall.Unit{oncall.Hourly, oncall.Daily, oncall.Weekly, oncall.Monthly, oncall.Every}).Draw(t, "unit"), Every: 5 * time.Hour},
				Start:    oncall.DateOf(near).AddDays(-20), Handoff: oncall.Handoff{Minute: rapid.IntRange(0, 240).Draw(t, "handoff")},
			}
			if rapid.Bool().Draw(t, "hours") {
				l.Hours = []oncall.WeeklyHours{{Days: [7]bool{true, true, false, true, true, true, true}, From: rapid.IntRange(0, 1439).Draw(t, "from"), To: rapid.IntRange(0, 1440).Draw(t, "to")}}
			}
			s.Layers = append(s.Layers, l)
		}
		if rapid.Bool().Draw(t, "override") {
			from := near.Add(time.Duration(rapid.Int64Range(0, 1e14).Draw(t, "at")))
			s.Overrides = []oncall.Override{{ID: "ov-1", Schedule: s.ID, User: "bo", From: from, To: from.Add(7*time.Hour + 123), Reason: rapid.String().Draw(t, "reason")}}
		}
		r := oncall.NewRoster(users, nil, []*oncall.Schedule{s}, nil, "")
		from, to := near, near.Add(12*24*time.Hour)
		f, _ := ical.OfSchedule(r, s.ID, from, to, from, "https://rouse.example.com/oncall/payments")
		text := write(t, f)
		valid(t, text)
		_, events := read(t, text)
		seen := map[string]bool{}
		for _, sh := range s.Shifts(from, to) {
			a, b := sh.From.Truncate(time.Second), sh.To.Truncate(time.Second)
			if len(sh.Users) == 0 || !a.Before(b) {
				continue
			}
			if len(events) == 0 {
				t.Fatalf("the shift %v is not in the feed", sh)
			}
			checkEvent(t, r, events[0], a, b, sh.Users[0], seen)
			events = events[1:]
		}
		if len(events) > 0 {
			t.Fatalf("the feed has %d events that are no shifts", len(events))
		}
	})
}

func checkEvent(t fataler, r *oncall.Roster, e reader.Event, from, to time.Time, user oncall.UserID, seen map[string]bool) {
	t.Helper()
	gotFrom, err1 := e.DateTimeStart(time.UTC)
	gotTo, err2 := e.DateTimeEnd(time.UTC)
	summary, err3 := e.Props.Text("SUMMARY")
	id, err4 := e.Props.Text("UID")
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		t.Fatal(err1, err2, err3, err4)
	}
	u, _ := r.User(user)
	if !gotFrom.Equal(from) || !gotTo.Equal(to) || !strings.HasPrefix(summary, u.Name) || !strings.HasSuffix(summary, "(payments)") {
		t.Fatalf("got %v to %v %q, want %v to %v %q", gotFrom, gotTo, summary, from, to, u.Name)
	}
	if seen[id] {
		t.Fatalf("two shifts have the UID %s", id)
	}
	seen[id] = true
	for _, must := range []string{"DTSTAMP", "LAST-MODIFIED", "TRANSP"} {
		if e.Props.Get(must) == nil {
			t.Fatalf("an event has no %s", must)
		}
	}
}

// weekly is a schedule with a handoff on each Monday at 09:00 in Madrid.
func weekly(t testing.TB, more ...oncall.Override) *oncall.Roster {
	madrid := zone(t, "Europe/Madrid")
	s := &oncall.Schedule{ID: "payments", Team: "shop", Zone: madrid, Layers: []oncall.Layer{{
		Users: []oncall.UserID{"ana", "bo"}, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: oncall.Date{Year: 2026, Month: 1, Day: 5}, Handoff: oncall.Handoff{Minute: 540}}}}
	users := []oncall.User{{ID: "ana", Name: "Ana Ruiz", Phone: "+34600000001", Email: "ana@example.com", Zone: madrid}, {ID: "bo", Name: "Bo Lind", Phone: "+46700000002"}}
	return oncall.NewRoster(users, nil, []*oncall.Schedule{s}, nil, "").WithOverrides(more)
}

// A feed is a calendar as calendar programs want it, and tells nothing but names and times.
func TestFeedText(t *testing.T) {
	r := weekly(t)
	f, ok := ical.OfUser(r, "ana", time.Date(2026, 10, 12, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC), time.Time{}, "https://rouse.example.com/oncall/")
	if !ok {
		t.Fatal("there is no ana")
	}
	text := string(write(t, f))
	for _, want := range []string{
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "PRODID:-//rouse//on call//EN\r\n", "X-WR-CALNAME:On call: Ana Ruiz\r\n", "REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n",
		"METHOD:PUBLISH\r\n", "DTSTART:20261012T070000Z\r\n", "DTEND:20261019T070000Z\r\n", // 09:00 in summer
		"DTSTART:20261026T080000Z\r\n", // and in winter
		"SUMMARY:On call: payments\r\n", "URL:https://rouse.example.com/oncall/payments\r\n", "DTSTAMP:20261001T120000Z\r\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the feed has no %q:\n%s", want, text)
		}
	}
	for _, secret := range []string{"+34", "+46", "example.com\\,", "ana@"} {
		if strings.Contains(text, secret) {
			t.Errorf("the feed tells %q", secret)
		}
	}
	if n := strings.Count(text, "BEGIN:VEVENT"); n != 2 {
		t.Errorf("%d shifts are ana's, want 2:\n%s", n, text)
	}
}

// The UIDs of shifts stay as time passes and when other shifts change.
func TestUIDsStay(t *testing.T) {
	now := time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC)
	uids := func(r *oncall.Roster, now time.Time) map[string]ical.Event {
		s, _ := r.Schedule("payments")
		from, to := ical.Window(s.Zone, now)
		f, _ := ical.OfSchedule(r, "payments", from, to, from, "")
		m := map[string]ical.Event{}
		for _, e := range f.Shifts {
			m[e.UID] = e
		}
		return m
	}
	first := uids(weekly(t), now)
	for _, later := range []time.Duration{time.Minute, 12 * time.Hour, 19 * 24 * time.Hour} {
		if got := uids(weekly(t), now.Add(later)); len(got) != len(first) {
			t.Errorf("%v later there are %d shifts, not %d", later, len(got), len(first))
		} else {
			for id := range first {
				if _, kept := got[id]; !kept {
					t.Errorf("%v later the shift %v has another UID", later, first[id])
				}
			}
		}
	}
	at := time.Date(2026, 12, 2, 6, 0, 0, 0, time.UTC)
	changed := uids(weekly(t, oncall.Override{ID: "ov-1", Schedule: "payments", User: "ana", From: at, To: at.Add(12 * time.Hour)}), now)
	kept := 0
	for id := range first {
		if _, ok := changed[id]; ok {
			kept++
		}
	}
	if kept != len(first) || len(changed) != len(first)+2 {
		t.Errorf("of %d shifts %d are kept beside an override, of now %d", len(first), kept, len(changed))
	}
}

func TestWindow(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	for now, want := range map[string][2]string{
		"2026-01-15T00:00:00Z": {"2025-11-01", "2027-02-01"}, "2026-11-30T23:30:00Z": {"2026-10-01", "2028-01-01"}, "2026-03-31T00:00:00Z": {"2026-01-01", "2027-04-01"},
	} {
		at, _ := time.Parse(time.RFC3339, now)
		from, to := ical.Window(madrid, at)
		if got := [2]string{from.Format("2006-01-02"), to.Format("2006-01-02")}; got != want || from.Hour() != 0 || from.Location() != madrid {
			t.Errorf("at %s: from %v to %v, want %v", now, from, to, want)
		}
	}
}

func TestFeedsAreBoundedAndNamed(t *testing.T) {
	s := &oncall.Schedule{ID: "x", Layers: []oncall.Layer{{Users: []oncall.UserID{"ana", "ghost"}, Rotation: oncall.Rotation{Unit: oncall.Hourly}, Start: oncall.Date{Year: 2026, Month: 1, Day: 1}}}}
	r := oncall.NewRoster([]oncall.User{{ID: "ana"}}, nil, []*oncall.Schedule{s}, nil, "")
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f, _ := ical.OfSchedule(r, "x", from, from.AddDate(2, 0, 0), from, "")
	if len(f.Shifts) != 5000 || f.Shifts[0].Summary != "ana (x)" || f.Shifts[1].Summary != "ghost (x)" {
		t.Errorf("%d shifts, %v", len(f.Shifts), f.Shifts[:2])
	}
	later := from.AddDate(1, 0, 0)
	late, _ := ical.OfSchedule(r, "x", from, from.AddDate(2, 0, 0), later, "")
	if len(late.Shifts) != 5000 || late.Shifts[0].To.Before(later) || late.Shifts[0].From.After(later) {
		t.Errorf("%d shifts from %v on: it should begin with the one of %v, and leave out what is over", len(late.Shifts), late.Shifts[0].From, later)
	}
	if _, ok := ical.OfSchedule(r, "y", from, from, from, ""); ok {
		t.Error("a schedule that is not there has a feed")
	}
	if _, ok := ical.OfUser(r, "bo", from, from, from, ""); ok {
		t.Error("a user who is not there has a feed")
	}
	again, _ := ical.OfSchedule(r, "x", from, from.AddDate(2, 0, 0), from, "")
	again.Shifts = slices.Clone(again.Shifts)
	if f.Sum() != again.Sum() {
		t.Error("one feed has two sums")
	}
	if again.Shifts[7].To = again.Shifts[7].To.Add(time.Second); f.Sum() == again.Sum() {
		t.Error("two feeds have one sum")
	}
}
