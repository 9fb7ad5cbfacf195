package migrate

import (
	"testing"
	"time"
)

// TestRailsZones: each of the names is that of a zone, so that none is told as unknown after all.
func TestRailsZones(t *testing.T) {
	for name, called := range railsZones {
		if _, err := time.LoadLocation(called); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var n notes
		if _, got := zoneOf(name, &n); len(n) > 0 || (got != called && got != name) {
			t.Errorf("%s: %s, want %s: %v", name, got, called, n)
		}
	}
}
