package fairness_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/fairness"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func date(y int, m time.Month, d int) oncall.Date { return oncall.Date{Year: y, Month: m, Day: d} }

// sun is a rota of two continents: ana by day and cy by night, on Madrid's clock, with a second line that ana shares with bo.
func sun(t testing.TB) *oncall.Roster {
	madrid := zone(t, "Europe/Madrid")
	everyday := [7]bool{true, true, true, true, true, true, true}
	at := func(d oncall.Date, m int) time.Time { return oncall.Wall(madrid, d, m) }
	primary := &oncall.Schedule{ID: "primary", Zone: madrid, Layers: []oncall.Layer{
		{Users: []oncall.UserID{"ana"}, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: date(2026, 1, 5), Hours: []oncall.WeeklyHours{{Days: everyday, From: 480, To: 1200}}},
		{Users: []oncall.UserID{"cy"}, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: date(2026, 1, 5), Hours: []oncall.WeeklyHours{{Days: everyday, From: 1200, To: 480}}},
	}}
	second := &oncall.Schedule{ID: "second", Zone: madrid, Layers: []oncall.Layer{
		{Users: []oncall.UserID{"ana", "bo"}, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: date(2026, 1, 5)},
	}}
	users := []oncall.User{
		{ID: "ana", Name: "Ana Ruiz", Zone: madrid, Leave: []oncall.Leave{{User: "ana", From: at(date(2026, 12, 8), 0), To: at(date(2026, 12, 9), 0)}}},
		{ID: "bo", Name: "=Bo", Zone: zone(t, "Europe/Stockholm")}, {ID: "cy", Name: "Cy Okafor", Zone: zone(t, "America/Los_Angeles")}, {ID: "dee", Name: "Dee"},
	}
	return oncall.NewRoster(users, nil, []*oncall.Schedule{primary, second}, nil, "")
}

// calendars have the feast of 8 December in Madrid, and Thanksgiving in Los Angeles.
func calendars(t testing.TB) []fairness.Calendar {
	return []fairness.Calendar{
		{Name: "es", Zone: zone(t, "Europe/Madrid"), Holidays: []oncall.Date{date(2026, 12, 8), date(2026, 12, 25)}},
		{Name: "us", Zone: zone(t, "America/Los_Angeles"), Holidays: []oncall.Date{date(2026, 12, 9)}},
	}
}

func TestOf(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	o := fairness.Options{
		Schedules: []oncall.ScheduleID{"primary"}, From: oncall.Wall(madrid, date(2026, 12, 7), 0), To: oncall.Wall(madrid, date(2026, 12, 14), 0), Calendars: calendars(t),
	}
	rep, err := fairness.Of(sun(t), o)
	if err != nil {
		t.Fatal(err)
	}
	// A week from Monday: each has 7 x 12 hours. Ana has none of the night and both days of the weekend. Cy's hours are from 11:00 to 23:00 in Los Angeles,
	// where the week begins and ends on Sunday at 15:00: an hour of each night, eight hours of one weekend and sixteen of the next, and
	// not Madrid's feast but his own.
	want := []fairness.Load{
		{User: "ana", Name: "Ana Ruiz", Zone: "Europe/Madrid", Shifts: 7, Minutes: 84 * 60, Share: .5, Weekends: 1, WeekendMinutes: 24 * 60, Holidays: 1, HolidayMinutes: 12 * 60, AwayMinutes: 12 * 60},
		{User: "cy", Name: "Cy Okafor", Zone: "America/Los_Angeles", Shifts: 8, Minutes: 84 * 60, Share: .5, Nights: 7, NightMinutes: 7 * 60, Weekends: 2, WeekendMinutes: (8 + 12 + 4) * 60, Holidays: 1, HolidayMinutes: 12 * 60},
	}
	if len(rep.People) != len(want) {
		t.Fatalf("got %+v", rep.People)
	}
	for i, w := range want {
		if rep.People[i] != w {
			t.Errorf("got  %+v\nwant %+v", rep.People[i], w)
		}
	}
}

// Two schedules at once are one time, and who has no turn in the time is there with nothing.
func TestSeveralSchedules(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	o := fairness.Options{From: oncall.Wall(madrid, date(2026, 1, 5), 0), To: oncall.Wall(madrid, date(2026, 1, 12), 0), Calendars: calendars(t), Calendar: "us"}
	rep, err := fairness.Of(sun(t), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.People) != 3 || rep.People[0].User != "ana" || rep.People[0].Minutes != 168*60 || rep.People[0].Nights != 8 || rep.People[2].User != "bo" || rep.People[2].Minutes != 0 {
		t.Errorf("got %+v", rep.People)
	}
	if m := rep.Mean(func(l fairness.Load) int { return l.Minutes }); m != (168+84)*60/3 {
		t.Errorf("the mean is %v", m)
	}
	var b strings.Builder
	if err := rep.CSV(&b); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(b.String(), "\n"); !strings.HasPrefix(lines[1], "ana,Ana Ruiz,Europe/Madrid,8,168.00,0.6667,8,") || !strings.HasPrefix(lines[3], "bo,'=Bo,") {
		t.Errorf("got %s", b.String())
	}
	for _, bad := range []fairness.Options{{Schedules: []oncall.ScheduleID{"x"}}, {Calendar: "x"}} {
		if _, err := fairness.Of(sun(t), bad); err == nil {
			t.Errorf("%+v was counted", bad)
		}
	}
	if rep, err := fairness.Of(oncall.NewRoster(nil, nil, nil, nil, ""), fairness.Options{}); err != nil || rep.Mean(func(l fairness.Load) int { return l.Minutes }) != 0 {
		t.Error("nobody carries something", err)
	}
}

// The counts are those of whoever goes through the time minute by minute with a clock in hand, over changes of the clocks too.
func TestMinuteByMinute(t *testing.T) {
	places := []string{"Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns"}
	rapid.Check(t, func(rt *rapid.T) {
		where := zone(t, rapid.SampledFrom(places).Draw(rt, "zone"))
		home := zone(t, rapid.SampledFrom(places).Draw(rt, "home"))
		from := time.Date(2026, rapid.SampledFrom([]time.Month{3, 10, 11}).Draw(rt, "month"), rapid.IntRange(1, 28).Draw(rt, "day"), rapid.IntRange(0, 23).Draw(rt, "hour"), 0, 0, 0, where)
		to := from.Add(time.Duration(rapid.IntRange(1, 15*24).Draw(rt, "for")) * time.Hour)
		h := oncall.WeeklyHours{From: rapid.IntRange(0, 1439).Draw(rt, "from"), To: rapid.IntRange(0, 1440).Draw(rt, "to")}
		for i := range h.Days {
			h.Days[i] = rapid.Bool().Draw(rt, "on")
		}
		s := &oncall.Schedule{ID: "s", Zone: where, Layers: []oncall.Layer{{Users: []oncall.UserID{"ana"}, Rotation: oncall.Rotation{Unit: oncall.Daily}, Start: date(2026, 1, 1), Hours: []oncall.WeeklyHours{h}}}}
		r := oncall.NewRoster([]oncall.User{{ID: "ana", Zone: home}}, nil, []*oncall.Schedule{s}, nil, "")
		free := oncall.DateOf(from.In(home)).AddDays(1)
		rep, err := fairness.Of(r, fairness.Options{From: from, To: to, Calendars: []fairness.Calendar{{Zone: home, Holidays: []oncall.Date{free}}}})
		if err != nil {
			rt.Fatal(err)
		}
		var all, night, weekend, holiday int
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			if len(s.At(at)) == 0 {
				continue
			}
			local := at.In(home)
			all++
			if local.Hour() >= 22 || local.Hour() < 6 {
				night++
			}
			if w := local.Weekday(); w == time.Saturday || w == time.Sunday {
				weekend++
			}
			if oncall.DateOf(local) == free {
				holiday++
			}
		}
		if got := rep.People[0]; got.Minutes != all || got.NightMinutes != night || got.WeekendMinutes != weekend || got.HolidayMinutes != holiday {
			rt.Fatalf("got %+v, by the minute %d, night %d, weekend %d, holiday %d", got, all, night, weekend, holiday)
		}
	})
}
