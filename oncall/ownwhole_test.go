package oncall

import (
	"math/rand"
	"testing"
	"time"
)

// TestOwnShiftIsWhole: who swaps or covers a shift means all of it, however long a turn is.
func TestOwnShiftIsWhole(t *testing.T) {
	zone := mustZone(t, "Europe/Madrid")
	users := []UserID{"ana", "bo", "cy"}
	r := rand.New(rand.NewSource(1))
	for n := range 3000 {
		l := Layer{Users: users[:2+r.Intn(2)], Start: Date{2026, 1, 5}, Rotation: Rotation{Unit: Monthly}}
		if r.Intn(3) > 0 {
			l.Rotation = Rotation{Unit: Every, Every: time.Duration(1+r.Intn(24*150)) * time.Hour}
		}
		s := &Schedule{Zone: zone, Layers: []Layer{l}}
		at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.Intn(400*24*60)) * time.Minute)
		u := users[r.Intn(2)]
		got, err := s.OwnShift(u, at)
		if err != nil {
			continue
		}
		mid := got.From
		if at.After(mid) {
			mid = at
		}
		if who := s.At(mid); len(who) != 1 || who[0] != u {
			t.Fatalf("%d: %s is not on call in %v", n, u, got)
		}
		k := newTurns(zone, &l)
		_, end := k.at(mid.Unix())
		i, _ := k.at(mid.Unix())
		if begin := k.begin(i); got.From.Unix() != begin || got.To.Unix() != end {
			t.Fatalf("%d: at %v %s has %v to %v, want %v to %v (%v)", n, at, u, got.From, got.To, time.Unix(begin, 0).In(zone), time.Unix(end, 0).In(zone), l.Rotation)
		}
	}
}
