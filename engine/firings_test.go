package engine

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// TestFirings compares the index with a map, also when sums collide, and packed now and then.
func TestFirings(t *testing.T) {
	ids := rapid.Custom(func(t *rapid.T) alert.ID {
		return alert.ID{
			Integration: rapid.SampledFrom([]string{"", "am", "grafana"}).Draw(t, "integration"),
			Key:         strings.Repeat(fmt.Sprint(rapid.IntRange(0, 20).Draw(t, "key")), rapid.SampledFrom([]int{0, 1, 10, 11, 40}).Draw(t, "times")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		var f firings
		f.ready()
		f.bits = rapid.SampledFrom([]uint64{0, 3, ^uint64(0)}).Draw(t, "bits")
		model := map[alert.ID]moment{}
		for n := range rapid.IntRange(0, 200).Draw(t, "steps") {
			id := ids.Draw(t, "id")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				f = f.packed()
			case 1, 2, 3:
				f.remove(id)
				delete(model, id)
			default:
				f.at(f.put(id)).seen = moment(n)
				model[id] = moment(n)
			}
		}
		got := map[alert.ID]moment{}
		for p := range f.places() {
			got[f.id(p)] = f.at(p).seen
		}
		if !maps.Equal(got, model) || f.count != len(model) {
			t.Fatalf("has %v (%d), want %v", got, f.count, model)
		}
		for id, seen := range model {
			if w := f.get(id); w == nil || w.seen != seen {
				t.Fatalf("%v: %+v, want seen %d", id, w, seen)
			}
		}
		if id := ids.Draw(t, "another"); model[id] == 0 && f.get(id) != nil && f.get(id).seen != 0 {
			t.Fatalf("%v is not there, and is found", id)
		}
	})
}

// TestStormIsForgotten has a storm end but for a few alerts: they keep their ends, and the memory of the others goes.
func TestStormIsForgotten(t *testing.T) {
	h := newHot(nil)
	begin := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	storm := make([]store.Alert, 40*slabSize)
	for k := range storm {
		storm[k].Integration, storm[k].Key = "am", fmt.Sprint(k)
		h.put(&storm[k], begin.Add(time.Duration(k)*time.Second))
	}
	const left = 3
	for k := left; k < len(storm); k++ {
		h.drop(storm[k].ID())
	}
	if h.len() != left || len(h.firing.slabs) > 6 || len(h.ends) > 6*slabSize {
		t.Fatalf("%d alerts in %d slabs with %d ends, want %d in few", h.len(), len(h.firing.slabs), len(h.ends), left)
	}
	out, next := h.expired(begin.Add(time.Second), 10)
	if len(out) != 2 || out[0] != storm[0].ID() || out[1] != storm[1].ID() || !next.Equal(begin.Add(2*time.Second)) {
		t.Fatalf("expired %v, next %v", out, next)
	}
}
