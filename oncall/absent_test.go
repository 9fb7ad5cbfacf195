package oncall

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// rota has a day layer in turns of ana and bo, a night layer of cy above it on weekends, and an override by dee.
func absentRota(t *testing.T) *Schedule {
	t.Helper()
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	every := [7]bool{true, true, true, true, true, true, true}
	return &Schedule{
		ID: "primary", Zone: madrid,
		Layers: []Layer{
			{Name: "day", Users: []UserID{"ana", "bo"}, Rotation: Rotation{Unit: Weekly}, Start: Date{2026, 1, 5}, Handoff: Handoff{Minute: 9 * 60}, Hours: []WeeklyHours{{every, 8 * 60, 20 * 60}}},
			{Users: []UserID{"cy"}, Rotation: Rotation{Unit: Weekly}, Start: Date{2026, 1, 5}, Hours: []WeeklyHours{{[7]bool{time.Saturday: true}, 10 * 60, 14 * 60}}},
		},
		Overrides: []Override{{User: "dee", From: time.Date(2026, 1, 7, 12, 0, 0, 0, madrid), To: time.Date(2026, 1, 7, 13, 0, 0, 0, madrid), Reason: "dentist"}},
	}
}

func TestAbsent(t *testing.T) {
	s := absentRota(t)
	when := func(day, hour int) time.Time { return time.Date(2026, 1, day, hour, 0, 0, 0, s.Zone) }
	tests := []struct {
		name string
		user UserID
		at   time.Time
		want Absence
	}{
		{"another's turn", "bo", when(6, 12), Absence{Cause: OffTurn, Layer: "day", Instead: "ana", Back: when(12, 9)}},
		{"own turn, other hours", "ana", when(6, 22), Absence{Cause: OffHours, Layer: "day", Back: when(7, 8)}},
		{"hidden by a later layer", "ana", when(10, 11), Absence{Cause: Hidden, Layer: "day", Instead: "cy", By: "layer 2", Back: when(10, 14)}},
		{"overridden", "ana", when(7, 12), Absence{Cause: Overridden, Layer: "day", Instead: "dee", By: "dentist", Back: when(7, 13)}},
		{"an override to come", "dee", when(6, 12), Absence{Cause: OffTurn, Instead: "ana", Back: when(7, 12)}},
		{"an override that is over", "dee", when(8, 12), Absence{Cause: OffRota, Instead: "ana"}},
		{"not on the rota", "eve", when(8, 12), Absence{Cause: OffRota, Instead: "ana"}},
		{"before the first turn", "ana", when(1, 12), Absence{Cause: OffTurn, Layer: "day", Back: when(5, 9)}},
	}
	for _, tt := range tests {
		got, absent := s.Absent(tt.user, tt.at)
		if !absent {
			t.Errorf("%s: on call", tt.name)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s, -want +got:\n%s", tt.name, diff)
		}
	}
	if _, absent := s.Absent("ana", when(6, 12)); absent {
		t.Error("ana is on call")
	}
	for at, want := range map[time.Time]string{when(6, 12): "layer day", when(10, 11): "layer 2", when(7, 12): "override dentist", when(6, 23): ""} {
		if got := s.Ground(at); got != want {
			t.Errorf("at %s the ground is %q, want %q", at, got, want)
		}
	}
}

// TestAbsentAgreesWithAt: whoever is absent is not on call, is until Back, and is from then on.
func TestAbsentAgreesWithAt(t *testing.T) {
	s := absentRota(t)
	rapid.Check(t, func(r *rapid.T) {
		at := s.Overrides[0].From.Add(time.Duration(rapid.IntRange(-20_000, 500_000).Draw(r, "minutes")) * time.Minute)
		u := rapid.SampledFrom([]UserID{"ana", "bo", "cy", "dee", "eve"}).Draw(r, "user")
		a, absent := s.Absent(u, at)
		if absent == slices.Contains(s.At(at), u) {
			r.Fatalf("%s at %s: absent %t, on call %v", u, at, absent, s.At(at))
		}
		if a.Back.IsZero() {
			return
		}
		for _, x := range s.Shifts(at, a.Back) {
			if slices.Contains(x.Users, u) {
				r.Fatalf("%s is on call at %s, before %s", u, x.From, a.Back)
			}
		}
		if !slices.Contains(s.At(a.Back), u) {
			r.Fatalf("%s is not on call at %s", u, a.Back)
		}
	})
}
