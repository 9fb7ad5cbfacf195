package oncall

import (
	"testing"
	"time"
)

// A steady stretch has one offset throughout, ends after it begins, and following them comes to every change of the clocks.
func TestSteadyUntil(t *testing.T) {
	for _, name := range zoneNames {
		zone := mustZone(t, name)
		at := time.Date(2019, 12, 1, 0, 0, 0, 0, time.UTC)
		met := map[int64]bool{}
		for last := at.AddDate(20, 0, 0); at.Before(last); {
			end, ok := SteadyUntil(zone, at)
			if !ok {
				break
			}
			if !end.After(at) {
				t.Fatalf("%s: steady from %v until %v", name, at, end)
			}
			_, first := at.In(zone).Zone()
			if _, then := end.Add(-time.Second).In(zone).Zone(); then != first {
				t.Fatalf("%s: from %v to %v the offset moves from %d to %d", name, at, end, first, then)
			}
			met[end.Unix()] = true
			at = end
		}
		for _, change := range transitions(zone, 2020, 2038) {
			if !met[change.Unix()] {
				t.Errorf("%s: the change at %v was not met", name, change)
			}
		}
	}
	if end, ok := SteadyUntil(nil, time.Unix(0, 0)); ok {
		t.Errorf("UTC is steady until %v, want for ever", end)
	}
}
