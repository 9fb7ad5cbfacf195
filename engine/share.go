package engine

import (
	"sync"

	"github.com/rouse/rouse/ingest"
)

// integrationWeight is how many alerts of one integration may wait for a commit: a source that floods leaves the others a fifth
// of the room.
const integrationWeight = queueWeight - queueWeight/5

// shares counts the alerts of each integration that wait.
type shares struct {
	mu sync.Mutex
	of map[string]int
}

// take takes room for n alerts of an integration; ingest.ErrOverloaded when it has too many waiting.
func (s *shares) take(integration string, n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[integration]+n > integrationWeight && s.of[integration] > 0 {
		return ingest.ErrOverloaded
	}
	s.of[integration] += n
	return nil
}

func (s *shares) give(integration string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[integration] -= n; s.of[integration] <= 0 {
		delete(s.of, integration)
	}
}
