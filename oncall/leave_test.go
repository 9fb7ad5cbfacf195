package oncall

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// leaveRoster has ana, bo and cy in weekly turns from Monday at 09:00 in Madrid, and ana away for some days.
func leaveRoster(t fataler, away ...Leave) *Roster {
	madrid := mustZone(t, "Europe/Madrid")
	s := &Schedule{ID: "s", Zone: madrid, Layers: []Layer{{Users: []UserID{"ana", "bo", "cy", "ghost"}, Rotation: Rotation{Unit: Weekly}, Start: Date{2026, 1, 5}, Handoff: Handoff{Minute: 540}}}}
	return NewRoster([]User{{ID: "ana", Zone: madrid, Leave: away}, {ID: "bo"}, {ID: "cy"}}, nil, []*Schedule{s}, nil, "")
}

func TestClashes(t *testing.T) {
	day := func(d int) time.Time { return Wall(mustZone(t, "Europe/Madrid"), Date{2026, time.January, d}, 0) }
	file := Leave{User: "ana", From: day(7), To: day(9), Reason: "family"}
	r := leaveRoster(t, file, Leave{User: "ana", From: day(9), To: day(9)}) // the second is no time at all
	r2 := r.WithLeave([]Leave{
		{ID: "lv-1", User: "ana", From: day(8), To: day(20)}, {ID: "lv-2", User: "bo", From: day(1), To: day(31)}, {ID: "lv-3", User: "zoe", From: day(1), To: day(31)},
	})
	got := r2.Clashes("s", day(1), day(31))
	want := []struct {
		user     UserID
		from, to time.Time
		cover    UserID
		id       string
	}{
		{"ana", day(7), day(9), "cy", ""}, {"ana", day(9), day(12).Add(9 * time.Hour), "cy", "lv-1"}, {"bo", day(12).Add(9 * time.Hour), day(19).Add(9 * time.Hour), "cy", "lv-2"},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		g := got[i]
		if g.User != w.user || !g.From.Equal(w.from) || !g.To.Equal(w.to) || g.Cover != w.cover || g.Leave.ID != w.id || g.From.Location().String() != "Europe/Madrid" {
			t.Errorf("got %+v, want %+v", g, w)
		}
	}
	if len(r.Clashes("s", day(1), day(31))) != 1 || len(r.Leave("ana")) != 1 || len(r2.Leave("ana")) != 2 {
		t.Error("a roster with more leave changed the one that it was made of")
	}
	if again := r2.WithLeave(nil); len(again.Leave("ana")) != 1 {
		t.Error("leave of run time stays when it is replaced by none")
	}
	if r2.Clashes("none", day(1), day(31)) != nil {
		t.Error("a schedule that is not there has clashes")
	}
	if _, away := r2.Away("ana", day(20), day(21)); away {
		t.Error("ana is away when her leave is over")
	}
}

// Leave takes nobody off call, whatever it is, and clashes are exactly the instants at which somebody on call is away.
func TestLeaveTakesNobodyOffCall(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := func(label string) time.Time {
			return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(rt, label)) * time.Minute)
		}
		bare := leaveRoster(rt)
		var list []Leave
		for range rapid.IntRange(0, 5).Draw(rt, "leaves") {
			list = append(list, Leave{ID: "x", User: rapid.SampledFrom([]UserID{"ana", "bo"}).Draw(rt, "user"), From: at("from"), To: at("to")})
		}
		r := bare.WithLeave(list)
		from, to := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 30, 0, 0, 0, 0, time.UTC)
		clashes := r.Clashes("s", from, to)
		s, _ := r.Schedule("s")
		for range 50 {
			now := at("now")
			if target := (Target{ToSchedule, "s"}); !slices.Equal(r.Resolve(target, now), bare.Resolve(target, now)) {
				rt.Fatalf("at %v leave changes who is paged", now)
			}
			away := false
			for _, l := range list {
				away = away || slices.Contains(s.At(now), l.User) && !now.Before(l.From) && now.Before(l.To)
			}
			n := 0
			for _, c := range clashes {
				if !now.Before(c.From) && now.Before(c.To) {
					n++
				}
			}
			if away != (n == 1) || n > 1 {
				rt.Fatalf("at %v somebody on call is away: %t, clashes: %d of %+v", now, away, n, clashes)
			}
		}
	})
}
