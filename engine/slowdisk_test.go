package engine

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

// TestSlowDisk has each commit take half a second while 400 sources send at once: whoever comes shares the next commit, so all are
// answered within three, nobody is refused, everybody is told, and an acknowledgement waits no longer than they do.
func TestSlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const commit, sources = 500 * time.Millisecond, 400
		e, c, st := start(t, func(s store.Store) store.Store { return storetest.Slow(s, commit) })
		begin := time.Now()
		var wg sync.WaitGroup
		for k := range sources {
			wg.Go(func() {
				if err := e.Accept(context.Background(), []alert.Alert{firing(k)}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if took := time.Since(begin); took > 3*commit {
			t.Errorf("400 alerts were answered after %s, want three commits at most", took)
		}
		if n := len(open(t, st)); n != sources {
			t.Errorf("%d incidents, want %d", n, sources)
		}
		begin = time.Now()
		if _, err := e.Do(context.Background(), 1, incident.Ack{By: incident.Actor{Kind: incident.ByUser, Name: "ana"}}); err != nil {
			t.Error(err)
		}
		if took := time.Since(begin); took > 4*commit {
			t.Errorf("an acknowledgement took %s", took)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if c.count() == 0 {
			t.Error("nobody was told")
		}
	})
}
