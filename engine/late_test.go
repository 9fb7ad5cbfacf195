package engine

import (
	"context"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
)

// TestLateRecovery: what a sender repeats of an earlier time ends nothing that began since; whatever else it says does.
func TestLateRecovery(t *testing.T) {
	at := func(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }
	for name, c := range map[string]struct {
		fires, began, ended time.Time // as the sender says of the alert that fires, and of the one that is over
		ends                bool
	}{
		"its own":                     {at(-5), at(-5), at(0), true},
		"of an earlier time":          {at(-5), at(-50), at(-40), false},
		"began earlier, ended since":  {at(-5), at(-50), at(-1), true}, // of a replica that saw it first
		"whose beginning is not said": {at(-5), time.Time{}, at(-40), true},
		"whose end is not said":       {at(-5), at(-50), time.Time{}, true},
		"of an alert without a time":  {time.Time{}, at(-50), at(-40), true},
	} {
		s := newStage(t, nil)
		fires, over := alerts(alert.Firing, "Core"), alerts(alert.Resolved, "Core")
		fires[0].StartsAt, over[0].StartsAt, over[0].EndsAt = c.fires, c.began, c.ended
		s.ok(s.Accept(context.Background(), fires))
		s.ok(s.Accept(context.Background(), over))
		s.play()
		if i := s.incident(1); (i.State == incident.Resolved) != c.ends {
			t.Errorf("%s: the incident is %s", name, i.State)
		}
		s.ok(s.Accept(context.Background(), alerts(alert.Firing, "Leaf"))) // Core inhibits it
		s.play()
		if i := s.incident(2); (i.Suppressed == nil) != c.ends {
			t.Errorf("%s: what it inhibits is suppressed by %v", name, i.Suppressed)
		}
	}
}
