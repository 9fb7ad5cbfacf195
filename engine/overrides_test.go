package engine

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// TestChangesAreWhatChanges compares what people are told with who is on call at every half hour, before and after.
func TestChangesAreWhatChanges(t *testing.T) {
	start := time.Date(2026, 3, 27, 0, 0, 0, 0, time.UTC) // the clocks change on the 29th
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	people := []oncall.UserID{"ana", "bo", "cy"}
	users := []oncall.User{{ID: "ana"}, {ID: "bo"}, {ID: "cy"}}
	rota := &oncall.Schedule{ID: "primary", Zone: madrid, Layers: []oncall.Layer{{
		Users: people, Rotation: oncall.Rotation{Unit: oncall.Daily}, Start: oncall.Date{Year: 2026, Month: 3, Day: 20}, Handoff: oncall.Handoff{Minute: 150},
		Hours: []oncall.WeeklyHours{{Days: [7]bool{1: true, 2: true, 5: true, 6: true}, From: 0, To: 22 * 60}},
	}}}
	file := oncall.NewRoster(users, nil, []*oncall.Schedule{rota}, nil, "")
	rapid.Check(t, func(t *rapid.T) {
		at := func(name string) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, name)) * 30 * time.Minute)
		}
		var made []oncall.Override
		for k := range rapid.IntRange(0, 4).Draw(t, "overrides") {
			made = append(made, oncall.Override{ID: string(rune('a' + k)), Schedule: "primary", User: rapid.SampledFrom(people).Draw(t, "user"), From: at("from"), To: at("to"), At: start.Add(time.Duration(k))})
		}
		o := oncall.Override{ID: "z", Schedule: "primary", User: rapid.SampledFrom(people).Draw(t, "who"), From: at("begin"), To: at("end"), At: start.Add(time.Hour)}
		before := file.WithOverrides(made)
		after := file.WithOverrides(append(made, o))
		changes := changesIn(before, after, piece{"primary", o.From, o.To}, start)
		old, _ := before.Schedule("primary")
		next, _ := after.Schedule("primary")
		for k := range 330 {
			i := start.Add(time.Duration(k) * 30 * time.Minute)
			was, is := first(old.At(i)), first(next.At(i))
			n := 0
			for _, c := range changes {
				if !i.Before(c.from) && i.Before(c.to) {
					n++
					if c.was != was || c.is != is {
						t.Fatalf("at %v it says %q instead of %q, and it is %q instead of %q", i, c.is, c.was, is, was)
					}
				}
			}
			if want := map[bool]int{true: 1}[was != is]; n != want {
				t.Fatalf("at %v %q is on call instead of %q, and %d changes say so", i, is, was, n)
			}
		}
	})
}

// TestChangesFarAhead: who is asked in June to stand in at Christmas is told, and until when.
func TestChangesFarAhead(t *testing.T) {
	june := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	rota := &oncall.Schedule{ID: "primary", Layers: []oncall.Layer{{Users: []oncall.UserID{"ana"}, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: oncall.Date{Year: 2026, Month: 1, Day: 5}}}}
	file := oncall.NewRoster([]oncall.User{{ID: "ana"}, {ID: "bo"}}, nil, []*oncall.Schedule{rota}, nil, "")
	o := oncall.Override{ID: "ov-1", Schedule: "primary", User: "bo", From: june.AddDate(0, 6, 23), To: june.AddDate(0, 8, 0), At: june}
	changes := changesIn(file, file.WithOverrides([]oncall.Override{o}), piece{"primary", o.From, o.To}, june)
	if len(changes) != 1 || changes[0].is != "bo" || !changes[0].from.Equal(o.From) || !changes[0].to.Equal(o.To) {
		t.Errorf("changes %v", changes)
	}
}

// TestOverridesAreAllOrNone makes no half of a swap, and leaves what is over alone.
func TestOverridesAreAllOrNone(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{Off: true})
	ctx, by := context.Background(), incident.Actor{Kind: incident.ByUser, Name: "ana"}
	made := func() (all []oncall.Override) {
		if err := w.st.View(ctx, func(tx store.Tx) (err error) { all, err = tx.Overrides(); return err }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, tt := range []struct {
		x    oncall.SwapShifts
		want error
	}{
		{oncall.SwapShifts{Schedule: "primary", User: "ana", With: "zoe"}, ErrNoUser},
		{oncall.SwapShifts{Schedule: "primary", WithSchedule: "none", User: "ana", With: "bo"}, ErrNoSchedule},
		{oncall.SwapShifts{Schedule: "primary", User: "ana", With: "ana"}, oncall.ErrOverlap},
	} {
		if _, err := w.e.Swap(ctx, tt.x, by); !errors.Is(err, tt.want) || len(made()) != 0 {
			t.Errorf("%+v: %v, and %d overrides", tt.x, err, len(made()))
		}
	}
	got, err := w.e.Swap(ctx, oncall.SwapShifts{Schedule: "primary", User: "ana", With: "bo"}, by)
	if err != nil || len(got) != 2 || len(made()) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	w.at(1, 18, 0)
	if err := w.e.DeleteOverride(ctx, got[1].ID, by); err != nil {
		t.Fatal(err)
	}
	if all := made(); len(all) != 1 || !all[0].To.Equal(w.now) || all[0].ID != got[0].ID {
		t.Errorf("what has begun ends now, and the rest is gone: %+v", all)
	}
	if err := w.e.DeleteOverride(ctx, got[0].ID, by); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("one that is over was ended: %v", err)
	}
}
