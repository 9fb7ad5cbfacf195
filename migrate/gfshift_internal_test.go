package migrate

import (
	"strings"
	"testing"
	"time"
)

// TestShiftsByDay has shifts of some weekdays that cross midnight, on clocks of another zone, or are still to come.
func TestShiftsByDay(t *testing.T) {
	all := []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	for _, tt := range []struct {
		name                  string
		zone                  string
		in                    gfShift
		start, handoff, hours string
	}{
		{"nights do not change hands at midnight", "Europe/Madrid", gfShift{Start: "2026-01-05T20:00:00", Duration: 43200, ByDay: all, WeekStart: "MO"}, "2026-01-05", "Mon 20:00", "Mon-Sun 20:00-08:00"},
		{"Monday morning in Tokyo is Sunday night in UTC", "UTC", gfShift{Start: "2026-01-05T08:00:00", TimeZone: "Asia/Tokyo", Duration: 7200, ByDay: []string{"MO"}, WeekStart: "MO"}, "2026-01-04", "Sun 23:00", "Sun 23:00-01:00"},
		{"one that is to come", "UTC", gfShift{Start: "2026-12-10T09:00:00", Duration: 7200, ByDay: all[:5], WeekStart: "MO"}, "2026-12-07", "Mon 09:00", "Mon-Fri 09:00-11:00"},
	} {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		tt.in.Frequency, tt.in.Type = "weekly", "recurrent_event"
		start, err := localTime(tt.in.Start, orZone(t, tt.in.TimeZone, zone))
		if err != nil {
			t.Fatal(err)
		}
		x := shift{layer: layer{users: []string{"ana", "bo"}}}
		x.recur(tt.in, zone, start, time.Duration(tt.in.Duration)*time.Second)
		got := strings.Join(hours(x.spans), ", ")
		if x.start != tt.start || x.handoff != tt.handoff || got != tt.hours {
			t.Errorf("%s: from %s, %s, %s, want %s, %s, %s", tt.name, x.start, x.handoff, got, tt.start, tt.handoff, tt.hours)
		}
	}
}

func orZone(t *testing.T, name string, other *time.Location) *time.Location {
	if name == "" {
		return other
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestTogetherByLevel: whom a higher level hides is not on call in any part of a schedule.
func TestTogetherByLevel(t *testing.T) {
	p := newPager("a test", &export{}, Options{})
	night := everyDay(22*60, 8*60)
	names := p.together(schedule{id: "shop"}, []shift{
		{layer: layer{users: []string{"ana"}}, level: 1}, {layer: layer{users: []string{"bo"}}, level: 1},
		{layer: layer{users: []string{"cy"}}, spans: night, level: 2},
	})
	if len(names) != 2 {
		t.Fatalf("parts %q, want two", names)
	}
	for k, first := range []string{"ana", "bo"} {
		var on []string
		for _, l := range p.schedules[k].layers {
			on = append(on, l.users...)
		}
		if got := strings.Join(on, ", "); got != first+", cy" {
			t.Errorf("part %d has %s, want %s, cy", k+1, got, first)
		}
	}
}
