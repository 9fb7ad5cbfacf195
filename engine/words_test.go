package engine

import (
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
)

// TestNewWordsAreTakenOver: a source that repeats nothing (PagerDuty's, Alertmanager's webhook for four hours) has said its last words
// for now. One that gives its alert an end says them again before that, and is written down once a minute.
func TestNewWordsAreTakenOver(t *testing.T) {
	for name, lasts := range map[string]time.Duration{"without end": 0, "with an end": 4 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, nil)
			say := func(title string) {
				a := alerts(alert.Firing, "Disk")
				a[0].Title = title
				if lasts > 0 {
					a[0].EndsAt = s.now.Add(lasts)
				}
				s.ok(s.Accept(t.Context(), a))
			}
			titled := func(want string) {
				t.Helper()
				if got := s.incident(1).Title; got != want {
					t.Errorf("got the title %q, want %q", got, want)
				}
			}
			say("[FIRING:1] Disk")
			s.later(2 * time.Second)
			say("[FIRING:40] Disk")
			if lasts == 0 {
				titled("[FIRING:40] Disk")
			} else {
				titled("[FIRING:1] Disk")
			}
			s.later(time.Minute)
			say("[FIRING:41] Disk")
			titled("[FIRING:41] Disk")
		})
	}
}
