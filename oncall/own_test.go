package oncall

import (
	"errors"
	"testing"
	"time"
)

func TestOwnShift(t *testing.T) {
	s := &Schedule{ID: "primary", Zone: time.UTC, Layers: []Layer{{
		Users: []UserID{"ana", "bo"}, Rotation: Rotation{Unit: Daily}, Start: Date{2026, 1, 1}, Handoff: Handoff{Minute: 9 * 60},
	}}}
	s.Overrides = []Override{
		{ID: "ov-1", User: "cy", From: at(t, "2026-01-03T12:00:00Z"), To: at(t, "2026-01-03T14:00:00Z")},
		{ID: "ov-2", User: "ana", From: at(t, "2026-01-03T20:00:00Z"), To: at(t, "2026-01-04T12:00:00Z")},
	}
	tests := []struct {
		user     UserID
		at       string
		from, to string
	}{
		{"ana", "2026-01-01T10:00:00Z", "2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z"},
		{"bo", "2026-01-01T10:00:00Z", "2026-01-02T09:00:00Z", "2026-01-03T09:00:00Z"},  // the next
		{"ana", "2026-01-03T13:00:00Z", "2026-01-03T14:00:00Z", "2026-01-04T12:00:00Z"}, // between somebody else's hours, as one
		{"ana", "2026-01-04T10:00:00Z", "2026-01-03T14:00:00Z", "2026-01-04T12:00:00Z"},
		{"bo", "2026-01-04T10:00:00Z", "2026-01-04T12:00:00Z", "2026-01-05T09:00:00Z"},
		{"cy", "2026-01-02T00:00:00Z", "2026-01-03T12:00:00Z", "2026-01-03T14:00:00Z"},
	}
	for _, tt := range tests {
		got, err := s.OwnShift(tt.user, at(t, tt.at))
		if err != nil || !got.From.Equal(at(t, tt.from)) || !got.To.Equal(at(t, tt.to)) {
			t.Errorf("%s at %s: %v to %v, %v; want %s to %s", tt.user, tt.at, got.From, got.To, err, tt.from, tt.to)
		}
	}
	if _, err := s.OwnShift("zoe", at(t, "2026-01-01T10:00:00Z")); !errors.Is(err, ErrNoShift) {
		t.Errorf("nobody's shift: %v", err)
	}
}

// Somebody who never goes off call has no shift that could be swapped: two months of it would be a surprise.
func TestEndlessShift(t *testing.T) {
	s := &Schedule{ID: "primary", Zone: time.UTC, Layers: []Layer{{Users: []UserID{"ana"}, Rotation: Rotation{Unit: Weekly}, Start: Date{2026, 1, 1}}}}
	if got, err := s.OwnShift("ana", at(t, "2026-02-01T10:00:00Z")); !errors.Is(err, ErrEndless) {
		t.Errorf("%v, %v", got, err)
	}
	s.Overrides = []Override{{ID: "ov-1", User: "bo", From: at(t, "2026-08-01T00:00:00Z"), To: at(t, "2026-08-02T00:00:00Z")}}
	if got, err := s.OwnShift("ana", at(t, "2026-02-01T10:00:00Z")); err != nil || !got.To.Equal(at(t, "2026-08-01T00:00:00Z")) {
		t.Errorf("until somebody stands in: %v, %v", got, err)
	}
}

// Of overrides that one commit made the later number decides, with more digits too.
func TestOverridesOfOneCommit(t *testing.T) {
	made := at(t, "2026-01-01T00:00:00Z")
	from, to := at(t, "2026-02-01T00:00:00Z"), at(t, "2026-02-02T00:00:00Z")
	s := &Schedule{ID: "primary", Zone: time.UTC, Overrides: []Override{
		{ID: "ov-10", User: "bo", From: from, To: to, At: made}, {ID: "ov-9", User: "ana", From: from, To: to, At: made},
	}}
	if who := s.At(from); len(who) != 1 || who[0] != "bo" {
		t.Errorf("on call: %v, want bo", who)
	}
}

func TestWhatTheFileSaysBeside(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 1, d, 9, 0, 0, 0, time.UTC) }
	s := &Schedule{ID: "primary", Zone: time.UTC, Layers: []Layer{{Users: []UserID{"ana"}, Rotation: Rotation{Unit: Weekly}, Start: Date{2026, 1, 1}}},
		Overrides: []Override{{Schedule: "primary", User: "bo", From: day(5), To: day(6), Reason: "holiday"}}}
	made := []Override{
		{ID: "ov-1", Schedule: "primary", User: "bo", From: day(2), To: day(3), By: "ana"},
		{ID: "ov-2", Schedule: "primary", User: "bo", From: day(5), To: day(6), By: "ana"}, // the file has it by now
		{ID: "ov-3", Schedule: "primary", User: "zoe", From: day(2), To: day(9)},           // has left
		{ID: "ov-4", Schedule: "gone", User: "bo", From: day(2), To: day(9)},
	}
	r := NewRoster([]User{{ID: "ana"}, {ID: "bo"}}, nil, []*Schedule{s}, nil, "").WithOverrides(made)
	now, _ := r.Schedule("primary")
	file, _ := r.Filed("primary")
	at := day(2).Add(time.Hour)
	if got := now.At(at); len(got) != 1 || got[0] != "bo" {
		t.Errorf("on call: %v", got)
	}
	if got := file.At(at); len(got) != 1 || got[0] != "ana" {
		t.Errorf("the file says %v", got)
	}
	if o, until, ok := now.Deciding(at); !ok || o.ID != "ov-1" || !until.Equal(day(3)) {
		t.Errorf("deciding: %+v until %v, %v", o, until, ok)
	}
	if _, _, ok := now.Deciding(day(4)); ok {
		t.Error("an override decides where there is none")
	}
	for k, want := range []struct {
		inFile bool
		void   string
	}{{}, {inFile: true}, {void: "the configuration has no user zoe"}, {void: "the configuration has no schedule gone"}} {
		if got := r.InFile(&made[k]); got != want.inFile {
			t.Errorf("%s in the file: %t", made[k].ID, got)
		}
		if got := r.Void(&made[k]); got != want.void {
			t.Errorf("%s void: %q", made[k].ID, got)
		}
	}
	for d := range 10 {
		at := day(1 + d)
		users, until := now.Steady(at)
		if got := now.At(at); len(got) != len(users) || until.IsZero() == until.After(at) {
			t.Errorf("steady at %v: %v until %v, at: %v", at, users, until, got)
		}
	}
}
