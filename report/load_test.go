package report

import (
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

func TestHoursOfALife(t *testing.T) {
	for _, c := range []struct {
		zone, at string
		want     hours
	}{
		{"Europe/Madrid", "2026-10-21T05:59:59Z", sleep},    // Wednesday 07:59:59
		{"Europe/Madrid", "2026-10-21T06:00:00Z", business}, // 08:00
		{"Europe/Madrid", "2026-10-21T15:59:59Z", business}, // 17:59:59
		{"Europe/Madrid", "2026-10-21T16:00:00Z", off},      // 18:00
		{"Europe/Madrid", "2026-10-21T19:59:59Z", off},      // 21:59:59
		{"Europe/Madrid", "2026-10-21T20:00:00Z", sleep},    // 22:00
		{"Europe/Madrid", "2026-10-24T08:00:00Z", off},      // Saturday 10:00
		{"Europe/Madrid", "2026-10-24T20:00:00Z", sleep},    // Saturday 22:00: sleep wins
		{"Europe/Madrid", "2026-10-25T00:30:00Z", sleep},    // Sunday 02:30, the first time
		{"Europe/Madrid", "2026-10-25T01:30:00Z", sleep},    // Sunday 02:30, the second time
		{"Europe/Madrid", "2026-10-25T06:30:00Z", sleep},    // Sunday 07:30, winter time; it would have been 08:30
		{"Europe/Madrid", "2026-10-25T07:00:00Z", off},      // Sunday 08:00
		{"Europe/Madrid", "2026-10-26T06:30:00Z", sleep},    // Monday 07:30
		{"Europe/Madrid", "2026-10-26T07:00:00Z", business}, // Monday 08:00
		{"America/New_York", "2026-10-21T06:00:00Z", sleep}, // 02:00 there
		{"Asia/Kathmandu", "2026-10-21T02:14:00Z", sleep},   // 07:59, an offset of quarters
		{"Asia/Kathmandu", "2026-10-21T02:15:00Z", business},
	} {
		if got := hoursOf(at(t, c.at), zone(t, c.zone)); got != c.want {
			t.Errorf("%s in %s: got %d want %d", c.at, c.zone, got, c.want)
		}
	}
}

// always is a schedule that one person is on for ever.
func always(id oncall.ScheduleID, user oncall.UserID) *oncall.Schedule {
	return &oncall.Schedule{ID: id, Layers: []oncall.Layer{{Users: []oncall.UserID{user}, Start: oncall.Date{Year: 2020, Month: time.January, Day: 1}}}}
}

func TestOnCallHoursFollowTheClocks(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	day := func(d int) oncall.Date { return oncall.Date{Year: 2026, Month: time.October, Day: d} }
	for _, c := range []struct {
		name                  string
		from, to              time.Time
		total, sleep, weekend int64 // hours
	}{
		{"the night the clocks go back", oncall.Wall(madrid, day(24), sleeps), oncall.Wall(madrid, day(25), wakes), 11, 11, 11},
		{"the night before", oncall.Wall(madrid, day(23), sleeps), oncall.Wall(madrid, day(24), wakes), 10, 10, 8},
		{"that Sunday", oncall.Wall(madrid, day(25), 0), oncall.Wall(madrid, day(26), 0), 25, 11, 25},
		{"that week", oncall.Wall(madrid, day(19), 0), oncall.Wall(madrid, day(26), 0), 169, 71, 49},
		{"three hours of a working day", oncall.Wall(madrid, day(21), 7*60), oncall.Wall(madrid, day(21), 10*60), 3, 1, 0},
	} {
		roster := oncall.NewRoster([]oncall.User{{ID: "ana", Zone: madrid}}, nil,
			[]*oncall.Schedule{always("one", "ana"), always("two", "ana")}, nil, "")
		r := build(Query{From: c.from, To: c.to, Zone: madrid}, roster, c.to, nil)
		if len(r.People) != 1 {
			t.Fatalf("%s: %+v", c.name, r.People)
		}
		if l := r.People[0]; l.OnCallSeconds != c.total*3600 || l.SleepSeconds != c.sleep*3600 || l.WeekendSeconds != c.weekend*3600 {
			t.Errorf("%s: got %s, %s, %s, want %dh, %dh, %dh", c.name, inHours(l.OnCallSeconds), inHours(l.SleepSeconds), inHours(l.WeekendSeconds),
				c.total, c.sleep, c.weekend)
		}
	}
}

func TestOnCallHoursEndNow(t *testing.T) {
	q := Month(2026, time.October, nil)
	roster := oncall.NewRoster([]oncall.User{{ID: "ana"}}, nil, []*oncall.Schedule{always("one", "ana"), always("two", "gone")}, nil, "")
	for now, want := range map[time.Time]int64{q.From.Add(90 * time.Minute): 5400, q.From.Add(-time.Hour): 0, q.To.Add(time.Hour): 31 * 24 * 3600} {
		r := build(q, roster, now, nil)
		var got int64
		for _, l := range r.People {
			got += l.OnCallSeconds
		}
		if got != want {
			t.Errorf("at %s: got %d want %d", now, got, want)
		}
	}
}

func TestLoadOfPeople(t *testing.T) {
	q := Month(2026, time.October, nil)
	early := q.From.Add(-time.Hour)
	ping := func(u oncall.UserID, when string) incident.Ping { return incident.Ping{User: u, At: at(t, when)} }
	all := []incident.Facts{
		{Number: 1, State: incident.Triggered, CreatedAt: early, FirstAckAt: at(t, "2026-10-01T00:10:00Z"), FirstAckBy: "ana", Pings: []incident.Ping{
			{User: "ana", At: early}, // before the period
			ping("ana", "2026-10-01T09:00:00Z"), ping("ana", "2026-10-01T09:05:00Z"), ping("left", "2026-10-03T23:00:00Z"),
		}},
		{Number: 2, State: incident.Resolved, Code: incident.Duplicate, CreatedAt: at(t, "2026-10-02T01:00:00Z"), FirstAckBy: "a-robot",
			FirstAckAt: at(t, "2026-10-02T01:00:01Z"), Pings: []incident.Ping{ping("ana", "2026-10-02T01:00:00Z"), ping("cy", "2026-10-02T01:00:00Z")}},
	}
	roster := oncall.NewRoster([]oncall.User{
		{ID: "ana", Name: "Ana", Zone: zone(t, "Europe/Madrid")}, {ID: "cy", Zone: zone(t, "America/New_York")}, {ID: "idle"},
	}, nil, nil, nil, "")
	r := build(q, roster, q.To, all)
	want := []Load{
		{User: "ana", Name: "Ana", Zone: "Europe/Madrid", Interruptions: Interruptions{Business: 2, Sleep: 1}, Incidents: 2, Acks: 1},
		{User: "cy", Zone: "America/New_York", Interruptions: Interruptions{Off: 1}, Incidents: 1}, // 21:00 there
		{User: "left", Zone: "UTC", Interruptions: Interruptions{Sleep: 1}, Incidents: 1},
	}
	if len(r.People) != len(want) {
		t.Fatalf("got %+v", r.People)
	}
	for i := range want {
		if r.People[i] != want[i] {
			t.Errorf("got %+v\nwant %+v", r.People[i], want[i])
		}
	}
	if r.Total.Incidents != 0 || r.Total.Duplicates != 1 {
		t.Errorf("total: %+v", r.Total)
	}
}
