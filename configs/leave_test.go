package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const anaOnLeave = `users:
  ana:
    timezone: Europe/Madrid
    phone: "+34600000001"
    leave:
      - {from: 2026-12-24, to: 2026-12-26, reason: family}
      - {from: "2027-01-04 12:00", to: "2027-01-04 18:00"}
      - {from: 2027-01-06}
      - {ical: ana.ics, only: leave}
  bo: {timezone: Europe/Stockholm, phone: "+46700000002"}
`

const anaCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270201\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\nSUMMARY:Annual leave\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20270301\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// Leave is read from the file and from calendars beside it, days are the person's own with the last one included, and nobody is off
// call because of it: each shift is told, with the command that has somebody stand in.
func TestLeave(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "rouse.yaml")
	for name, text := range map[string]string{"rouse.yaml": complete(anaOnLeave, ""), "ana.ics": anaCalendar} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := testOptions()
	o.ReadFile, o.Stat = os.ReadFile, nil
	c, problems := LoadFile(file, o)
	if c == nil {
		t.Fatal(problems)
	}
	madrid, _ := time.LoadLocation("Europe/Madrid")
	const form = "2006-01-02 15:04"
	var got []string
	for _, l := range c.Roster().Leave("ana") {
		got = append(got, l.From.In(madrid).Format(form)+" "+l.To.In(madrid).Format(form)+" "+l.Reason+l.Calendar)
	}
	want := "2026-12-24 00:00 2026-12-27 00:00 family, 2027-01-04 12:00 2027-01-04 18:00 , 2027-01-06 00:00 2027-01-07 00:00 , " +
		"2027-02-01 00:00 2027-02-02 00:00 ana.ics, 2027-02-08 00:00 2027-02-09 00:00 ana.ics"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	s, _ := c.Roster().Schedule("primary")
	clash := c.Roster().Clashes("primary", now, now.AddDate(0, 0, 90))
	for _, x := range clash {
		if who := s.At(x.From); len(who) != 1 || who[0] != "ana" {
			t.Errorf("ana is on leave at %v, and %v is on call", x.From, who)
		}
	}
	if len(clash) == 0 || len(problems) != min(len(clash), leaveMost) {
		t.Fatalf("%d shifts of ana's are in her leave, told:\n%v", len(clash), problems)
	}
	first := problems[0].String()
	for _, part := range []string{"users.ana: is on leave, and on call on primary from", "rouse override add --schedule primary --user bo --from", "[on-leave]"} {
		if !strings.Contains(first, part) {
			t.Errorf("%q lacks %q", first, part)
		}
	}
}

// A calendar that is damaged or gone is a warning with its place, for rouse must start without it.
func TestLeaveCalendarIsNoReasonNotToStart(t *testing.T) {
	o := testOptions()
	o.ReadFile = func(path string) ([]byte, error) {
		if path == "ana.ics" {
			return []byte(strings.ReplaceAll(anaCalendar, "FREQ=WEEKLY", "FREQ=MINUTELY")), nil
		}
		return nil, os.ErrNotExist
	}
	c, problems := Load("rouse.yaml", []byte(complete(strings.ReplaceAll(anaOnLeave, ", only: leave", ""), "")), o)
	if c == nil {
		t.Fatal(problems)
	}
	found := false
	for _, p := range problems {
		found = found || p.Rule == "leave-calendar" && p.Line == 9 && strings.Contains(p.What, `ana.ics:3: the recurrence rule "FREQ=MINUTELY;COUNT=2" repeats within a day`)
	}
	if !found {
		t.Errorf("got:\n%v", problems)
	}
}
