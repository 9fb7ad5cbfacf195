package engine

import (
	"context"
	"testing"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// TestSubscribedOnce: who asks again to be told is in the list once, and gets the same subscription.
func TestSubscribedOnce(t *testing.T) {
	s := newStage(t, nil)
	ask := func(service string) string {
		t.Helper()
		got, err := s.Subscribe(context.Background(), store.Subscriber{Service: service, Recipient: incident.Recipient{User: "bo"}}, ana)
		s.ok(err)
		return got.ID
	}
	first, other := ask("s"), ask("")
	if again := ask("s"); again != first || first == other {
		t.Errorf("asked twice of one service, and once of all: %s, %s, %s", first, again, other)
	}
}
