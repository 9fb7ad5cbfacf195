package engine

import (
	"context"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
)

// An alert that fires all along is repeated while its incident is resolved, and again after somebody has closed that: it is a
// new incident, and no repeat that costs nothing.
func TestWhatStillFiresAfterItsIncidentWasClosedIsANewOne(t *testing.T) {
	start, _, st, now := steppedAt(t)
	s, ctx := start(), context.Background()
	by := incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "web"}
	fire := func() {
		t.Helper()
		*now = now.Add(time.Minute)
		if err := s.Accept(ctx, []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
	}
	fire()
	if _, err := s.Do(ctx, 1, incident.Resolve{By: by, Note: "done"}); err != nil {
		t.Fatal(err)
	}
	fire()
	if _, err := s.Do(ctx, 1, incident.Close{By: by}); err != nil {
		t.Fatal(err)
	}
	fire()
	if got := open(t, st); len(got) != 1 || got[0] != 2 {
		t.Errorf("open incidents %v, want INC-2 for what still fires", got)
	}
}
