package oncall_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/oncall"
)

func spanOf(t *testing.T, zone *time.Location, from, to string) oncall.Span {
	t.Helper()
	const form = "2006-01-02 15:04"
	a, err := time.ParseInLocation(form, from, zone)
	if err != nil {
		t.Fatal(err)
	}
	b, err := time.ParseInLocation(form, to, zone)
	if err != nil {
		t.Fatal(err)
	}
	return oncall.Span{From: a, To: b}
}

func TestDescribe(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	var nights, workdays []oncall.Span
	for d := 19; d < 31; d++ { // over the night of the 25th, in which the clocks go back
		day := time.Date(2026, 10, d, 18, 0, 0, 0, madrid)
		nights = append(nights, oncall.Span{From: day, To: time.Date(2026, 10, d+1, 9, 0, 0, 0, madrid)})
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			workdays = append(workdays, oncall.Span{From: day, To: day.Add(30 * time.Minute)})
		}
	}
	odd := []oncall.Span{
		spanOf(t, madrid, "2026-12-05 18:00", "2026-12-06 09:00"), spanOf(t, madrid, "2026-12-07 12:00", "2026-12-07 13:00"),
		spanOf(t, madrid, "2026-12-08 10:00", "2026-12-08 13:00"), spanOf(t, madrid, "2026-10-25 01:00", "2026-10-25 04:00"),
	}
	tests := []struct {
		spans []oncall.Span
		most  int
		want  string
	}{
		{nights, 3, "every day 18:00 to 09:00 the next day (12 times from 2026-10-19)"},
		{workdays, 3, "Mon-Fri 18:00 to 18:30 (10 times from 2026-10-19)"},
		{odd, 9, "Sat 2026-12-05 18:00 to Sun 2026-12-06 09:00; Mon 2026-12-07 12:00 to 13:00; Tue 2026-12-08 10:00 to 13:00; Sun 2026-10-25 01:00 CEST to 04:00 CET"},
		{odd, 2, "Sat 2026-12-05 18:00 to Sun 2026-12-06 09:00; Mon 2026-12-07 12:00 to 13:00; and 2 more"},
		{append(append([]oncall.Span(nil), odd...), nights...), 1, "every day 18:00 to 09:00 the next day (13 times from 2026-12-05); and 3 more"},
		{nil, 3, ""},
	}
	for _, tt := range tests {
		if got := strings.Join(oncall.Describe(tt.spans, madrid, tt.most), "; "); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestUnionAndCommon(t *testing.T) {
	at := func(from, to string) oncall.Span { return spanOf(t, time.UTC, "2026-01-01 "+from, "2026-01-01 "+to) }
	a := []oncall.Span{at("01:00", "03:00"), at("05:00", "08:00")}
	b := []oncall.Span{at("02:00", "06:00"), at("07:00", "07:30")}
	if diff := cmp.Diff([]oncall.Span{at("02:00", "03:00"), at("05:00", "06:00"), at("07:00", "07:30")}, oncall.Common(a, b)); diff != "" {
		t.Error("common: -want +got\n" + diff)
	}
	all := oncall.Union(append(append([]oncall.Span{at("08:00", "08:00")}, b...), a...)...)
	if diff := cmp.Diff([]oncall.Span{at("01:00", "08:00")}, all); diff != "" {
		t.Error("union: -want +got\n" + diff)
	}
	if got := oncall.Total(all); got != 7*time.Hour {
		t.Errorf("total: got %s", got)
	}
}

// TestGapsAgreeWithShifts compares the gaps with the empty shifts of random schedules, over changes of the clocks.
func TestGapsAgreeWithShifts(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	units := []oncall.Unit{oncall.Hourly, oncall.Daily, oncall.Weekly, oncall.Monthly, oncall.Every, ""}
	for n := range 300 {
		z, err := time.LoadLocation([]string{"UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe"}[n%4])
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, time.Month(1+r.IntN(12)), 1+r.IntN(28), r.IntN(24), 0, 0, 0, z)
		s := &oncall.Schedule{ID: "s", Zone: z}
		for range 1 + r.IntN(3) {
			l := oncall.Layer{Users: []oncall.UserID{"ana", "bo", "", "cy"}[:1+r.IntN(4)], Rotation: oncall.Rotation{Unit: units[r.IntN(6)], Every: time.Duration(1+r.IntN(99)) * 11 * time.Minute},
				Start: oncall.DateOf(from.AddDate(0, 0, r.IntN(40)-20)), Handoff: oncall.Handoff{Minute: r.IntN(1440), HasDay: r.IntN(2) == 0, Weekday: time.Weekday(r.IntN(7)), Day: r.IntN(32)}}
			if r.IntN(3) > 0 {
				h := oncall.WeeklyHours{From: r.IntN(1440), To: r.IntN(1441)}
				for d := range h.Days {
					h.Days[d] = r.IntN(3) > 0
				}
				l.Hours = []oncall.WeeklyHours{h}
			}
			s.Layers = append(s.Layers, l)
		}
		if r.IntN(2) == 0 {
			s.Overrides = []oncall.Override{{User: "di", From: from.Add(40 * time.Hour), To: from.Add(70 * time.Hour)}}
		}
		var want []oncall.Span
		to := from.AddDate(0, 0, 30)
		for _, shift := range s.Shifts(from, to) {
			if len(shift.Users) == 0 {
				want = append(want, oncall.Span{From: shift.From, To: shift.To})
			}
		}
		if diff := cmp.Diff(want, s.Gaps(from, to)); diff != "" {
			t.Fatalf("%d: %+v\n-want +got\n%s", n, s.Layers, diff)
		}
	}
}
