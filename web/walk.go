package web

import (
	"context"
	"runtime"
	"time"

	"github.com/rouse/rouse/store"
)

// walkPatience is how long a request waits for its turn to walk.
const walkPatience = 10 * time.Second

// walks bounds how many requests read through all incidents at a time. Each of them keeps a processor busy, and paging needs
// one too: whoever wants to look at numbers waits for whoever is to be woken.
type walks chan struct{}

// newWalks gives reading half of the processors.
func newWalks() walks { return make(walks, max(1, runtime.GOMAXPROCS(0)/2)) }

// enter waits for a turn, which leave ends. It is errBusy when none has come in time.
func (w walks) enter(ctx context.Context) (leave func(), err error) {
	patience := time.NewTimer(walkPatience)
	defer patience.Stop()
	select {
	case w <- struct{}{}:
		return func() { <-w }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-patience.C:
		return nil, errBusy
	}
}

// walk is view for what may read through all incidents: it waits for its turn before the snapshot is taken.
func (c *call) walk(fn func(tx store.Tx, v *veil) error) error {
	leave, err := c.s.walks.enter(c.r.Context())
	if err != nil {
		return err
	}
	defer leave()
	return c.view(fn)
}
