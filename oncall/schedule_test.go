package oncall

import (
	"slices"
	"testing"
	"time"
)

// layer is a layer of the given people that hands off at 09:00.
func layer(unit Unit, start Date, users ...UserID) Layer {
	return Layer{Users: users, Rotation: Rotation{Unit: unit}, Start: start, Handoff: Handoff{Minute: 9 * 60}}
}

func days(on ...time.Weekday) (d [7]bool) {
	for _, w := range on {
		d[w] = true
	}
	return d
}

var everyDay = [7]bool{true, true, true, true, true, true, true}

// want is who is on call at an instant; nobody is "".
type want struct {
	at   string
	user UserID
}

func checkAt(t *testing.T, s *Schedule, wants []want) {
	t.Helper()
	for _, w := range wants {
		got := append(s.At(at(t, w.at)), "")[0]
		if got != w.user {
			t.Errorf("at %s: got %q, want %q", w.at, got, w.user)
		}
	}
}

// layerCase is a layer and whom it puts on call, in Madrid.
type layerCase struct {
	name  string
	layer Layer
	wants []want
}

func checkLayers(t *testing.T, tests []layerCase) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkAt(t, &Schedule{Zone: mustZone(t, "Europe/Madrid"), Layers: []Layer{tt.layer}}, tt.wants)
		})
	}
}

func TestAtByDaysWeeksAndMonths(t *testing.T) {
	start := Date{2026, time.January, 7} // a Wednesday
	weekly := func(d time.Weekday) Layer {
		l := layer(Weekly, start, "ana", "bo", "cy")
		l.Handoff.HasDay, l.Handoff.Weekday = true, d
		return l
	}
	monthly := func(start Date, day int) Layer {
		l := layer(Monthly, start, "ana", "bo", "cy")
		l.Handoff.Day = day
		return l
	}
	tests := []layerCase{
		{"nobody before the start", layer(Daily, start, "ana"), []want{
			{"2025-12-01T12:00:00Z", ""}, {"2026-01-07T07:59:59Z", ""}, {"2026-01-07T08:00:00Z", "ana"}, {"2036-01-07T08:00:00Z", "ana"}}},
		{"daily changes at 09:00 local, summer and winter", layer(Daily, start, "ana", "bo", "cy"), []want{
			{"2026-01-08T07:59:59Z", "ana"}, {"2026-01-08T08:00:00Z", "bo"}, {"2026-01-09T08:00:00Z", "cy"}, {"2026-01-10T08:00:00Z", "ana"},
			{"2026-03-29T06:59:59Z", "cy"}, {"2026-03-29T07:00:00Z", "ana"}, {"2026-10-25T07:59:59Z", "cy"}, {"2026-10-25T08:00:00Z", "ana"}}},
		{"weekly on the start's own weekday", layer(Weekly, start, "ana", "bo", "cy"), []want{
			{"2026-01-14T07:59:59Z", "ana"}, {"2026-01-14T08:00:00Z", "bo"}, {"2026-01-28T08:00:00Z", "ana"}, {"2026-07-01T06:59:59Z", "ana"}, {"2026-07-01T07:00:00Z", "bo"}}},
		{"weekly on the same weekday, written", weekly(time.Wednesday), []want{{"2026-01-14T07:59:59Z", "ana"}, {"2026-01-14T08:00:00Z", "bo"}}},
		{"weekly on another weekday has a short first turn", weekly(time.Monday), []want{
			{"2026-01-07T08:00:00Z", "ana"}, {"2026-01-12T07:59:59Z", "ana"}, {"2026-01-12T08:00:00Z", "bo"}, {"2026-01-19T07:59:59Z", "bo"}, {"2026-01-19T08:00:00Z", "cy"}}},
		{"weekly on the day after the start", weekly(time.Thursday), []want{{"2026-01-08T07:59:59Z", "ana"}, {"2026-01-08T08:00:00Z", "bo"}, {"2026-01-15T08:00:00Z", "cy"}}},
		{"monthly on the start's day", monthly(start, 0), []want{{"2026-02-07T07:59:59Z", "ana"}, {"2026-02-07T08:00:00Z", "bo"}, {"2027-01-07T08:00:00Z", "ana"}}},
		{"monthly on the 31st is clipped", monthly(Date{2026, 1, 31}, 0), []want{
			{"2026-02-28T07:59:59Z", "ana"}, {"2026-02-28T08:00:00Z", "bo"}, {"2026-03-31T06:59:59Z", "bo"}, {"2026-03-31T07:00:00Z", "cy"},
			{"2026-04-30T07:00:00Z", "ana"}, {"2028-02-29T07:59:59Z", "ana"}, {"2028-02-29T08:00:00Z", "bo"}}},
		{"monthly on a later day of the start's month", monthly(start, 15), []want{{"2026-01-15T07:59:59Z", "ana"}, {"2026-01-15T08:00:00Z", "bo"}, {"2026-02-15T08:00:00Z", "cy"}}},
		{"monthly on an earlier day waits for the next month", monthly(start, 1), []want{{"2026-01-31T12:00:00Z", "ana"}, {"2026-02-01T07:59:59Z", "ana"}, {"2026-02-01T08:00:00Z", "bo"}}},
	}
	checkLayers(t, tests)
}

func TestAtByElapsedTimeAndOddRotations(t *testing.T) {
	start := Date{2026, time.January, 7}
	every := func(d time.Duration) Layer {
		l := layer(Every, start, "ana", "bo", "cy")
		l.Rotation.Every = d
		return l
	}
	tests := []layerCase{
		{"hourly counts elapsed time", layer(Hourly, start, "ana", "bo", "cy"), []want{
			{"2026-01-07T08:59:59Z", "ana"}, {"2026-01-07T09:00:00Z", "bo"}, {"2026-01-07T11:00:00Z", "ana"},
			{"2026-10-25T00:30:00Z", "bo"}, {"2026-10-25T01:30:00Z", "cy"}, {"2026-10-25T02:30:00Z", "ana"}}},
		{"every 12h moves with the clocks", every(12 * time.Hour), []want{
			{"2026-01-07T19:59:59Z", "ana"}, {"2026-01-07T20:00:00Z", "bo"}, {"2026-07-01T07:59:59Z", "bo"}, {"2026-07-01T08:00:00Z", "cy"}}},
		{"every 1m", every(time.Minute), []want{{"2026-01-07T08:00:59Z", "ana"}, {"2026-01-07T08:01:00Z", "bo"}, {"2036-01-07T08:02:00Z", "cy"}}},
		{"every 59s is too short to mean it", every(59 * time.Second), []want{{"2026-01-07T08:00:59Z", "ana"}, {"2026-01-07T20:01:00Z", "ana"}}},
		{"every 0s never ends", every(0), []want{{"2026-01-07T08:00:00Z", "ana"}, {"2066-01-07T20:00:00Z", "ana"}}},
		{"an unknown unit never ends", layer("yearly", start, "ana", "bo"), []want{{"2026-01-07T07:00:00Z", ""}, {"2066-01-07T20:00:00Z", "ana"}}},
		{"no users", layer(Daily, start), []want{{"2026-01-07T08:00:00Z", ""}}},
		{"no start counts from 1970", layer(Daily, Date{}, "ana", "bo"), []want{{"1970-01-01T07:59:59Z", ""}, {"1970-01-01T08:00:00Z", "ana"}, {"1970-01-02T08:00:00Z", "bo"}}},
	}
	checkLayers(t, tests)
}

func TestHandoffInAChangeOfTheClocks(t *testing.T) {
	tests := []struct {
		name, zone string
		start      Date
		minute     int
		wants      []want // one second before and at the handoff
	}{
		{"skipped 02:30 in Madrid is 03:30", "Europe/Madrid", Date{2026, 3, 28}, 150, []want{{"2026-03-29T03:29:59+02:00", "ana"}, {"2026-03-29T03:30:00+02:00", "bo"}}},
		{"skipped 02:30 in New York is 03:30", "America/New_York", Date{2026, 3, 7}, 150, []want{{"2026-03-08T01:30:00-05:00", "ana"}, {"2026-03-08T03:29:59-04:00", "ana"}, {"2026-03-08T03:30:00-04:00", "bo"}}},
		{"skipped midnight in Santiago is 01:00", "America/Santiago", Date{2026, 9, 5}, 0, []want{{"2026-09-05T23:59:59-04:00", "ana"}, {"2026-09-06T01:00:00-03:00", "bo"}}},
		{"repeated 02:30 in Berlin is the first", "Europe/Berlin", Date{2026, 10, 24}, 150, []want{{"2026-10-25T02:29:59+02:00", "ana"}, {"2026-10-25T02:30:00+02:00", "bo"}, {"2026-10-25T02:15:00+01:00", "bo"}, {"2026-10-25T02:30:00+01:00", "bo"}}},
		{"repeated 01:30 in Dublin is the first", "Europe/Dublin", Date{2026, 10, 24}, 90, []want{{"2026-10-25T01:29:59+01:00", "ana"}, {"2026-10-25T01:30:00+01:00", "bo"}, {"2026-10-25T01:00:00+00:00", "bo"}}},
		{"repeated 01:45 at Lord Howe is the first", "Australia/Lord_Howe", Date{2026, 4, 4}, 105, []want{{"2026-04-05T01:44:59+11:00", "ana"}, {"2026-04-05T01:45:00+11:00", "bo"}, {"2026-04-05T01:40:00+10:30", "bo"}}},
		{"midnight in the hour that Newfoundland repeats is the first", "America/St_Johns", Date{2010, 11, 6}, 0, []want{{"2010-11-06T23:59:59-02:30", "ana"}, {"2010-11-07T00:00:00-02:30", "bo"}, {"2010-11-06T23:30:00-03:30", "bo"}, {"2010-11-07T00:00:00-03:30", "bo"}, {"2010-11-08T00:00:00-03:30", "cy"}}},
		{"the day that Samoa skipped has an empty turn", "Pacific/Apia", Date{2011, 12, 28}, 540, []want{{"2011-12-29T09:00:00-10:00", "bo"}, {"2011-12-31T08:59:59+14:00", "bo"}, {"2011-12-31T09:00:00+14:00", "di"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := layer(Daily, tt.start, "ana", "bo", "cy", "di")
			l.Handoff.Minute = tt.minute
			checkAt(t, &Schedule{Zone: mustZone(t, tt.zone), Layers: []Layer{l}}, tt.wants)
		})
	}
}

// followTheSun is payments-primary of the example configuration.
func followTheSun(t *testing.T) *Schedule {
	monday := Date{2026, 1, 5}
	east := layer(Weekly, monday, "ana", "bo")
	east.Handoff = Handoff{HasDay: true, Weekday: time.Monday, Minute: 9 * 60}
	east.Hours = []WeeklyHours{{Days: everyDay, From: 6 * 60, To: 18 * 60}}
	west := layer(Weekly, monday, "cy")
	west.Handoff = Handoff{HasDay: true, Weekday: time.Monday, Minute: 18 * 60}
	west.Hours = []WeeklyHours{{Days: everyDay, From: 18 * 60, To: 6 * 60}}
	return &Schedule{ID: "payments-primary", Team: "payments", Zone: mustZone(t, "Europe/Madrid"), Layers: []Layer{east, west},
		Overrides: []Override{{Schedule: "payments-primary", User: "cy", From: at(t, "2026-12-24T06:00:00+01:00"), To: at(t, "2026-12-25T06:00:00+01:00"), Reason: "holiday"}}}
}

func TestAtWithRestrictionsAndOverride(t *testing.T) {
	checkAt(t, followTheSun(t), []want{
		{"2026-01-05T08:59:59+01:00", ""},    // before the first turn
		{"2026-01-05T09:00:00+01:00", "ana"}, //
		{"2026-01-05T18:00:00+01:00", "cy"},  //
		{"2026-01-06T05:59:59+01:00", "cy"},  // a stretch over midnight
		{"2026-01-06T06:00:00+01:00", "ana"}, //
		{"2026-01-12T08:59:59+01:00", "ana"}, // the turn does not shift because of the restriction
		{"2026-01-12T09:00:00+01:00", "bo"},  //
		{"2026-12-24T05:59:59+01:00", "cy"},  //
		{"2026-12-24T12:00:00+01:00", "cy"},  // the override
		{"2026-12-25T06:00:00+01:00", "ana"}, // the 51st turn
	})
}

func TestALaterLayerWinsWhereItHasSomebody(t *testing.T) {
	base := layer(Daily, Date{2026, 1, 1}, "ana")
	weekend := layer(Daily, Date{2026, 1, 1}, "bo")
	weekend.Hours = []WeeklyHours{{Days: days(time.Saturday, time.Sunday), From: 0, To: 1440}, {Days: days(time.Friday), From: 20 * 60, To: 0}}
	empty := layer(Daily, Date{2026, 1, 1})
	late := layer(Daily, Date{2027, 1, 1}, "cy")
	closed := layer(Daily, Date{2026, 1, 1}, "di")
	closed.Hours = []WeeklyHours{{From: 0, To: 1440}} // on no day
	checkAt(t, &Schedule{Layers: []Layer{base, weekend, empty, late, closed}}, []want{
		{"2026-06-05T19:59:59Z", "ana"}, // Friday
		{"2026-06-05T20:00:00Z", "bo"},
		{"2026-06-06T00:00:00Z", "bo"},
		{"2026-06-07T23:59:59Z", "bo"},
		{"2026-06-08T00:00:00Z", "ana"},
		{"2027-06-08T00:00:00Z", "cy"},
	})
}

// Where one layer's hours end and another's begin at a wall time that is skipped or repeated, nobody is missing.
func TestComplementaryHoursLeaveNoGap(t *testing.T) {
	for i, name := range zoneNames {
		zone := mustZone(t, name)
		for _, change := range someOf(changes(zone), i) {
			for _, minute := range []int{0, 15, 30, 60, 90, 120, 150, 165, 180, 1380, 1410} {
				day, night := layer(Daily, Date{2010, 1, 1}, "ana"), layer(Daily, Date{2010, 1, 1}, "bo")
				day.Hours = []WeeklyHours{{Days: everyDay, From: minute, To: 720}}
				night.Hours = []WeeklyHours{{Days: everyDay, From: 720, To: minute}}
				s := &Schedule{Zone: zone, Layers: []Layer{day, night}}
				for _, sh := range s.Shifts(change.AddDate(0, 0, -3), change.AddDate(0, 0, 3)) {
					if len(sh.Users) != 1 {
						t.Fatalf("%s, hours change at minute %d: nobody from %v to %v", name, minute, sh.From, sh.To)
					}
				}
			}
		}
	}
}

func TestShifts(t *testing.T) {
	s := followTheSun(t)
	got := s.Shifts(at(t, "2026-12-23T12:00:00Z"), at(t, "2026-12-25T12:00:00.5Z"))
	wants := []struct{ from, override, user string }{
		{"2026-12-23T13:00:00+01:00", "", "ana"},
		{"2026-12-23T18:00:00+01:00", "", "cy"},
		{"2026-12-24T06:00:00+01:00", "holiday", "cy"},
		{"2026-12-25T06:00:00+01:00", "", "ana"},
	}
	if len(got) != len(wants) {
		t.Fatalf("got %v", got)
	}
	for i, w := range wants {
		if !got[i].From.Equal(at(t, w.from)) || !slices.Equal(got[i].Users, []UserID{UserID(w.user)}) || got[i].Override != w.override {
			t.Errorf("shift %d: got %v, want %v", i, got[i], w)
		}
		if got[i].From.Location() != s.Zone || got[i].To.Location() != s.Zone {
			t.Errorf("shift %d is not in the schedule's zone: %v", i, got[i])
		}
	}
	if last := got[len(got)-1].To; !last.Equal(at(t, "2026-12-25T12:00:00.5Z")) {
		t.Errorf("the last shift ends at %v", last)
	}
}

func TestShiftsOfNothing(t *testing.T) {
	now := at(t, "2026-06-01T00:00:00Z")
	if got := followTheSun(t).Shifts(now, now); got != nil {
		t.Errorf("of an empty stretch: %v", got)
	}
	if got := followTheSun(t).Shifts(now, now.Add(-time.Hour)); got != nil {
		t.Errorf("of a stretch that ends before it begins: %v", got)
	}
	got := (&Schedule{}).Shifts(now, now.AddDate(10, 0, 0))
	if len(got) != 1 || len(got[0].Users) != 0 || !got[0].From.Equal(now) || !got[0].To.Equal(now.AddDate(10, 0, 0)) {
		t.Errorf("of an empty schedule: %v", got)
	}
}

func TestOverrides(t *testing.T) {
	h := func(n int) time.Time { return time.Date(2026, 6, 1, n, 0, 0, 0, time.UTC) }
	tests := []struct {
		name string
		list []Override
		want string // users from 0 to 6 o'clock, one letter an hour; the layer's is l
	}{
		{"none", nil, "llllll"},
		{"one", []Override{{User: "a", From: h(1), To: h(3)}}, "laalll"},
		{"later in the file wins", []Override{{User: "a", From: h(1), To: h(4)}, {User: "b", From: h(2), To: h(3)}}, "laball"},
		{"run time wins over the file wherever it stands", []Override{{ID: "1", User: "a", From: h(2), To: h(3), At: h(0)}, {User: "b", From: h(1), To: h(4)}}, "lbabll"},
		{"even over one of the file with a later date", []Override{{ID: "1", User: "a", From: h(2), To: h(3), At: h(0)}, {User: "b", From: h(1), To: h(4), At: h(1)}}, "lbabll"},
		{"the latest made wins", []Override{{ID: "2", User: "a", From: h(0), To: h(3), At: h(-1)}, {ID: "1", User: "b", From: h(0), To: h(6), At: h(-2)}}, "aaabbb"},
		{"made at once: by id", []Override{{ID: "2", User: "a", From: h(0), To: h(3)}, {ID: "1", User: "b", From: h(0), To: h(6)}}, "aaabbb"},
		{"empty, inverted, nameless", []Override{{User: "a", From: h(2), To: h(2)}, {User: "b", From: h(4), To: h(1)}, {From: h(0), To: h(6)}, {User: "c"}}, "llllll"},
		{"three deep", []Override{{User: "a", From: h(0), To: h(6)}, {User: "b", From: h(1), To: h(5)}, {User: "c", From: h(2), To: h(4)}}, "abccba"},
		{"one after the other", []Override{{User: "a", From: h(0), To: h(2)}, {User: "b", From: h(2), To: h(4)}}, "aabbll"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &Schedule{Layers: []Layer{layer(Daily, Date{2020, 1, 1}, "l")}, Overrides: tt.list}
			for _, s := range []*Schedule{s, s.with(nil)} {
				got := ""
				for hour := range 6 {
					got += string(s.At(h(hour).Add(30 * time.Minute))[0])
					if before, after := s.At(h(hour).Add(time.Hour-1)), s.At(h(hour)); !slices.Equal(before, after) {
						t.Errorf("hour %d is not one: %v, %v", hour, before, after)
					}
				}
				if got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			}
		})
	}
}

// A copy of a prepared schedule with other overrides must not answer from the old ones.
func TestACopyWithOtherOverridesAnswersFromThose(t *testing.T) {
	now := at(t, "2026-06-01T12:00:00Z")
	old := (&Schedule{Overrides: []Override{{User: "ana", From: now, To: now.Add(time.Hour)}}}).with(nil)
	next := *old
	next.Overrides = []Override{{User: "bo", From: now, To: now.Add(time.Hour)}}
	checkAt(t, &next, []want{{"2026-06-01T12:00:00Z", "bo"}})
	checkAt(t, old, []want{{"2026-06-01T12:00:00Z", "ana"}})
}

func TestShiftLabels(t *testing.T) {
	now := at(t, "2026-06-01T12:00:00Z")
	for _, o := range []struct {
		Override
		want string
	}{
		{Override{ID: "o1", Reason: "leave"}, "leave"},
		{Override{ID: "o1"}, "o1"},
		{Override{}, "override"},
	} {
		o.User, o.From, o.To = "ana", now, now.Add(time.Hour)
		s := &Schedule{Overrides: []Override{o.Override}}
		if got := s.Shifts(now, now.Add(time.Minute))[0].Override; got != o.want {
			t.Errorf("got %q, want %q", got, o.want)
		}
	}
}

func TestCurrentAndNext(t *testing.T) {
	s := followTheSun(t)
	now := s.Current(at(t, "2026-12-23T20:00:00+01:00"))
	if !now.To.Equal(at(t, "2026-12-25T06:00:00+01:00")) || !slices.Equal(now.Users, []UserID{"cy"}) {
		t.Errorf("an override of the same person is no change of people: %v", now)
	}
	next, ok := s.Next(now.From)
	if !ok || !next.From.Equal(now.To) || !next.To.Equal(at(t, "2026-12-25T18:00:00+01:00")) || !slices.Equal(next.Users, []UserID{"ana"}) {
		t.Errorf("next: %v %t", next, ok)
	}
	alone := &Schedule{Layers: []Layer{layer(Hourly, Date{2026, 1, 1}, "ana", "ana")}}
	if now := alone.Current(now.From); !now.To.IsZero() || len(now.Users) != 1 {
		t.Errorf("one person for ever: %v", now)
	}
	if next, ok := alone.Next(now.From); ok {
		t.Errorf("one person for ever is followed by %v", next)
	}
	if next, ok := alone.Next(at(t, "2025-12-31T00:00:00Z")); !ok || !next.From.Equal(at(t, "2026-01-01T09:00:00Z")) {
		t.Errorf("the first turn: %v %t", next, ok)
	}
}

func BenchmarkAt(b *testing.B) {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		b.Fatal(err)
	}
	l := layer(Weekly, Date{2006, 1, 2}, "ana", "bo", "cy")
	l.Hours = []WeeklyHours{{Days: everyDay, From: 360, To: 1080}}
	s := (&Schedule{Zone: zone, Layers: []Layer{l}}).with(nil)
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	b.Run("one instant", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.At(now)
		}
	})
	b.Run("shifts of a year", func(b *testing.B) {
		for b.Loop() {
			s.Shifts(now, now.AddDate(1, 0, 0))
		}
	})
}
