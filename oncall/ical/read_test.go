package ical_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/oncall/ical"
)

// calendar makes a calendar of events, each a list of lines.
func calendar(events ...string) []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n")
	for i, e := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\n%s\r\n", strings.ReplaceAll(e, "\n", "\r\n"))
		if !strings.Contains(e, "UID:") {
			fmt.Fprintf(&b, "UID:e%d\r\n", i)
		}
		b.WriteString("DTSTAMP:20260101T000000Z\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return []byte(b.String())
}

// spans writes times as they are on a clock.
func spans(list []ical.Away, where *time.Location) string {
	var all []string
	for _, a := range list {
		all = append(all, a.From.In(where).Format("Jan 2 15:04")+" - "+a.To.In(where).Format("Jan 2 15:04"))
	}
	return strings.Join(all, ", ")
}

func TestRead(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	o := ical.Options{Zone: madrid, From: time.Date(2026, 1, 1, 0, 0, 0, 0, madrid), To: time.Date(2027, 1, 1, 0, 0, 0, 0, madrid)}
	tests := []struct {
		name   string
		events []string
		want   string // on the clock of Madrid
	}{
		{"no events", nil, ""},
		{"a whole day is the person's", []string{"DTSTART;VALUE=DATE:20261224"}, "Dec 24 00:00 - Dec 25 00:00"},
		{"the last day is not in it", []string{"DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261026"}, "Oct 24 00:00 - Oct 26 00:00"},
		{"a whole day that ends on itself", []string{"DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261224"}, "Dec 24 00:00 - Dec 25 00:00"},
		{"UTC", []string{"DTSTART:20261224T110000Z\nDTEND:20261224T120000Z"}, "Dec 24 12:00 - Dec 24 13:00"},
		{"floating times are the person's", []string{"DTSTART:20261224T110000\nDURATION:PT90M"}, "Dec 24 11:00 - Dec 24 12:30"},
		{"another zone", []string{"DTSTART;TZID=America/New_York:20261224T060000\nDTEND;TZID=America/New_York:20261224T070000"}, "Dec 24 12:00 - Dec 24 13:00"},
		{"a zone of Outlook's", []string{"DTSTART;TZID=\"W. Europe Standard Time\":20260601T090000\nDURATION:P1D"}, "Jun 1 09:00 - Jun 2 09:00"},
		{"an end on another clock", []string{"DTSTART;TZID=Europe/Madrid:20261224T100000\nDTEND:20261224T110000Z"}, "Dec 24 10:00 - Dec 24 12:00"},
		{"cancelled", []string{"DTSTART;VALUE=DATE:20261224\nSTATUS:CANCELLED"}, ""},
		{"cancelled in small letters", []string{"DTSTART;VALUE=DATE:20261224\nSTATUS:Cancelled"}, ""},
		{"no length", []string{"DTSTART:20261224T110000Z"}, ""},
		{"long ago", []string{"DTSTART;VALUE=DATE:20201224"}, ""},
		{"every Friday, over the change of the clocks", []string{"DTSTART;TZID=Europe/Madrid:20261016T090000\nDTEND;TZID=Europe/Madrid:20261016T170000\nRRULE:FREQ=WEEKLY;COUNT=3"},
			"Oct 16 09:00 - Oct 16 17:00, Oct 23 09:00 - Oct 23 17:00, Oct 30 09:00 - Oct 30 17:00"},
		{"an occurrence that the clocks skip is no time at all", []string{"DTSTART;TZID=Europe/Madrid:20260328T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2"}, "Mar 28 02:30 - Mar 28 03:30"},
		{"without one, and one more", []string{"DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;UNTIL=20260107\nEXDATE;VALUE=DATE:20260106\nRDATE;VALUE=DATE:20260201"},
			"Jan 5 00:00 - Jan 6 00:00, Jan 7 00:00 - Jan 8 00:00, Feb 1 00:00 - Feb 2 00:00"},
		{"without one, of which only the day is written", []string{"DTSTART;TZID=Europe/Madrid:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260106"},
			"Jan 5 09:00 - Jan 5 10:00, Jan 7 09:00 - Jan 7 10:00"},
		{"one occurrence moved", []string{"UID:m\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=2", "UID:m\nRECURRENCE-ID;VALUE=DATE:20260106\nDTSTART;VALUE=DATE:20260110"},
			"Jan 5 00:00 - Jan 6 00:00, Jan 10 00:00 - Jan 11 00:00"},
		{"one occurrence cancelled", []string{"UID:m\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=2", "UID:m\nRECURRENCE-ID;VALUE=DATE:20260105\nDTSTART;VALUE=DATE:20260105\nSTATUS:CANCELLED"},
			"Jan 6 00:00 - Jan 7 00:00"},
		{"one occurrence moved to another clock", []string{"UID:m\nDTSTART;TZID=Europe/Madrid:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "UID:m\nRECURRENCE-ID;TZID=Europe/Madrid:20260106T090000\nDTSTART;TZID=America/New_York:20260106T060000\nDURATION:PT1H"},
			"Jan 5 09:00 - Jan 5 10:00, Jan 6 12:00 - Jan 6 13:00"},
		{"one occurrence cancelled in UTC", []string{"UID:m\nDTSTART;TZID=Europe/Madrid:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=2", "UID:m\nRECURRENCE-ID:20260105T080000Z\nDTSTART:20260105T080000Z\nSTATUS:CANCELLED"},
			"Jan 6 09:00 - Jan 6 10:00"},
		{"one day of several became an hour", []string{"UID:m\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=DAILY;COUNT=2", "UID:m\nRECURRENCE-ID;VALUE=DATE:20260106\nDTSTART:20260106T110000Z\nDURATION:PT1H"},
			"Jan 5 00:00 - Jan 6 00:00, Jan 6 12:00 - Jan 6 13:00"},
		{"an end of the rule in UTC", []string{"DTSTART;TZID=America/New_York:20260105T200000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260107T010000Z"}, "Jan 6 02:00 - Jan 6 03:00, Jan 7 02:00 - Jan 7 03:00"},
		{"an end of the rule that is a day", []string{"DTSTART;TZID=Europe/Madrid:20260105T200000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260106"}, "Jan 5 20:00 - Jan 5 21:00, Jan 6 20:00 - Jan 6 21:00"},
		{"for ever, cut at the end of what is asked for", []string{"DTSTART;VALUE=DATE:19990601\nRRULE:FREQ=YEARLY"}, "Jun 1 00:00 - Jun 2 00:00"},
	}
	for _, tt := range tests {
		got, err := ical.Read(calendar(tt.events...), o)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if s := spans(got, madrid); !strings.HasPrefix(s, tt.want) || tt.want == "" && s != "" {
			t.Errorf("%s: got %s, want %s", tt.name, s, tt.want)
		}
	}
	got, err := ical.Read(calendar("DTSTART;VALUE=DATE:20261224\nSUMMARY:Annual Leave", "DTSTART;VALUE=DATE:20261225\nSUMMARY:Dentist"), ical.Options{Only: "leave"})
	if err != nil || spans(got, time.UTC) != "Dec 24 00:00 - Dec 25 00:00" {
		t.Errorf("only leave: got %s, %v", spans(got, time.UTC), err)
	}
	cancel := bytes.Replace(calendar("DTSTART;VALUE=DATE:20261224"), []byte("BEGIN:VEVENT"), []byte("METHOD:Cancel\r\nBEGIN:VEVENT"), 1)
	if got, err := ical.Read(cancel, o); err != nil || got == nil || len(got) != 0 {
		t.Errorf("a calendar that takes its events back: %v, %v, want no time", got, err)
	}
	text := append([]byte("\ufeff"), bytes.ReplaceAll(calendar("DTSTART;VALUE=DATE:20261224"), []byte("\r\n"), []byte("\n"))...)
	if got, err := ical.Read(text, o); err != nil || len(got) != 1 {
		t.Errorf("with a byte order mark and bare ends of lines: %v, %v", got, err)
	}
}

func TestReadRefuses(t *testing.T) {
	many := make([]string, 5001)
	for i := range many {
		many[i] = "DTSTART;VALUE=DATE:20261224"
	}
	for _, tt := range []struct {
		name string
		text []byte
		line int
		want string
	}{
		{"nothing", nil, 1, "this is no calendar"},
		{"a page", []byte("<!doctype html>"), 1, "this is no calendar"},
		{"cut off", calendar("DTSTART;VALUE=DATE:20261224")[:120], 1, "this is no calendar"},
		{"no UTF-8", []byte("BEGIN:VCALENDAR\xff"), 1, "not UTF-8"},
		{"huge", bytes.Repeat([]byte("x"), 2<<20), 1, "more than 1024 KiB"},
		{"too many", calendar(many...), 1, "5001 events"},
		{"no start", calendar("DTSTART;VALUE=DATE:20261224", "SUMMARY:x"), 9, "no DTSTART"},
		{"no time", calendar("DTSTART:tomorrow"), 4, `DTSTART "tomorrow" is no time`},
		{"far away", calendar("DTSTART:00010101T000000Z"), 4, "too far away"},
		{"ends first", calendar("DTSTART:20261224T000000Z\nDTEND:20261223T000000Z"), 4, "ends before it begins"},
		{"no zone", calendar("DTSTART;TZID=Mars/Base:20261224T000000"), 4, `time zone "Mars/Base" is not known; export`},
		{"this machine's zone", calendar("DTSTART;TZID=Local:20261224T000000"), 4, `"Local" is not known`},
		{"by the minute", calendar("DTSTART:20261224T000000Z\nDURATION:PT1M\nRRULE:FREQ=MINUTELY"), 4, "within a day"},
		{"by hours of the day", calendar("DTSTART:20261224T000000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY;BYHOUR=1,2,3"), 4, "within a day"},
		{"without a step", calendar("DTSTART:20261224T000000Z\nDURATION:PT1M\nRRULE:FREQ=DAILY;INTERVAL=0"), 4, "never ends"},
		{"no rule", calendar("DTSTART:20261224T000000Z\nRRULE:FREQ=SOMETIMES"), 4, "not understood"},
		{"too often", calendar("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY"), 4, "more than 400 times; give the rule an end"},
		{"two rules", calendar("DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=DAILY;COUNT=1\nRRULE:FREQ=YEARLY;COUNT=1"), 4, "2 recurrence rules"},
		{"periods", calendar("DTSTART:20261224T000000Z\nRDATE;VALUE=PERIOD:20261224T000000Z/PT1H"), 4, "periods"},
		{"this and all that follow", calendar("UID:m\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;COUNT=9", "UID:m\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260112\nDTSTART;VALUE=DATE:20260114"), 10, "(RANGE)"},
		{"rules against", calendar("DTSTART:20261224T000000Z\nEXRULE:FREQ=DAILY"), 4, "EXRULE"},
		{"no length", calendar("DTSTART:20261224T000000Z\nDURATION:-PT1H"), 4, "no length of time"},
	} {
		_, err := ical.Read(tt.text, ical.Options{})
		var e *ical.LineError
		if !errors.As(err, &e) || e.Line != tt.line || !strings.Contains(e.Error(), tt.want) || e.Do == "" {
			t.Errorf("%s: got %v, want line %d and %q", tt.name, err, tt.line, tt.want)
		}
	}
}

// A feed of rouse's own can be read back: what was written is when somebody is away.
func TestReadAFeed(t *testing.T) {
	s, _ := weekly(t).Schedule("payments")
	from, to := time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	f, _ := ical.OfSchedule(weekly(t), s.ID, from, to, from, "")
	got, err := ical.Read(write(t, f), ical.Options{})
	if err != nil || len(got) != len(f.Shifts) {
		t.Fatalf("%d of %d, %v", len(got), len(f.Shifts), err)
	}
	for i, a := range got {
		if e := f.Shifts[i]; !a.From.Equal(e.From) || !a.To.Equal(e.To) || a.UID != e.UID {
			t.Errorf("got %v, want %v", a, e)
		}
	}
}

// A rule that never fits leaves the event's own day, and does not look for ever.
func TestRulesThatNeverFit(t *testing.T) {
	for _, rule := range []string{"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYYEARDAY=366;BYDAY=MO;BYMONTH=1", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2"} {
		got, err := ical.Read(calendar("DTSTART;VALUE=DATE:20260101\nRRULE:"+rule), ical.Options{})
		if err != nil || spans(got, time.UTC) != "Jan 1 00:00 - Jan 2 00:00" {
			t.Errorf("%s: got %s, %v", rule, spans(got, time.UTC), err)
		}
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = "DTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;COUNT=2"
	}
	if _, err := ical.Read(calendar(many...), ical.Options{}); err == nil || !strings.Contains(err.Error(), "101 events that recur") {
		t.Errorf("a hundred rules and one: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"DTSTART;VALUE=DATE:20261224\nRRULE:FREQ=DAILY;COUNT=3", "DTSTART;TZID=Europe/Madrid:20260328T023000\nDURATION:P1DT2H\nEXDATE:20260329T003000Z",
		"UID:m\nRECURRENCE-ID:20260105T000000Z\nDTSTART:20260105T000000Z\nDTEND:20260106T000000Z\nSTATUS:CANCELLED", "DTSTART;X=\"a;b\":19000101\nSUMMARY:a\\,b\n c",
	} {
		f.Add(calendar(s), "x")
	}
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VTODO\nBEGIN:VEVENT\nEND:VCALENDAR"), "")
	madrid := zone(f, "Europe/Madrid")
	o := ical.Options{Zone: madrid, From: time.Date(2026, 1, 1, 0, 0, 0, 0, madrid), To: time.Date(2027, 6, 1, 0, 0, 0, 0, madrid)}
	f.Fuzz(func(t *testing.T, text []byte, only string) {
		o.Only = only
		list, err := ical.Read(text, o)
		if err != nil {
			var e *ical.LineError
			if !errors.As(err, &e) || e.Line < 1 || e.What == "" || e.Do == "" || strings.ContainsAny(e.Error(), "\x00\x1b") {
				t.Fatalf("the error %q says not where it is and what to do", err)
			}
			return
		}
		for _, a := range list {
			if !a.From.Before(a.To) || !a.To.After(o.From) || !a.From.Before(o.To) {
				t.Fatalf("%v is outside of what was asked for", a)
			}
		}
	})
}
