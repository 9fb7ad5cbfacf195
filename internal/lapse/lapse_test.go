package lapse_test

import (
	"testing"
	"time"

	"github.com/rouse/rouse/internal/lapse"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		d              time.Duration
		exact, largest string
	}{
		{0, "0s", "0s"},
		{-90 * time.Second, "-1m30s", "0s"},
		{400 * time.Millisecond, "0s", "0s"},
		{59600 * time.Millisecond, "1m", "59s"},
		{85 * time.Second, "1m25s", "1m"},
		{10 * time.Minute, "10m", "10m"},
		{2 * time.Hour, "2h", "2h"},
		{2*time.Hour + 30*time.Minute, "2h30m", "2h"},
		{time.Hour + 5*time.Second, "1h0m5s", "1h"},
		{47*time.Hour + 59*time.Minute, "47h59m", "47h"},
		{50 * time.Hour, "50h", "2d"},
	} {
		if e, l := lapse.Exact(tt.d), lapse.Largest(tt.d); e != tt.exact || l != tt.largest {
			t.Errorf("%v: %s, %s, want %s, %s", tt.d, e, l, tt.exact, tt.largest)
		}
	}
}
