package engine

import (
	"testing"
	"time"
)

// TestUntilSaysWhichClock: a time in an answer says its zone, and its day where a weekday alone would be ambiguous.
func TestUntilSaysWhichClock(t *testing.T) {
	s := newStage(t, nil)
	for after, want := range map[time.Duration]string{0: " until Mon 02:00 UTC", 47 * time.Hour: " until Wed 01:00 UTC", 7 * 24 * time.Hour: " until Mon 9 Mar 02:00 UTC"} {
		s.ok(s.commit(t.Context(), func(b *batch) error {
			if got := b.untilText(s.now.Add(after), "ana"); got != want {
				t.Errorf("in %s: got %q, want %q", after, got, want)
			}
			return nil
		}))
	}
}

func TestSpell(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0 s", 45 * time.Second: "45 s", 6 * time.Minute: "6 min", 90 * time.Minute: "1 h 30 min", 49 * time.Hour: "2 d 1 h"} {
		if got := spell(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}
