package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/store"
)

// gated lets one Update through for each token.
type gated struct {
	store.Store
	open    chan struct{}
	updates int
}

func (g *gated) Update(ctx context.Context, fn func(store.Tx) error) error {
	<-g.open
	g.updates++
	return g.Store.Update(ctx, fn)
}

// TestAcknowledgementWaitsForNoStorm: with as many alerts waiting as may wait, whoever answers the phone is heard in the next
// commit, while sources are asked to come back.
func TestAcknowledgementWaitsForNoStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gated{open: make(chan struct{})}
		free := make(chan struct{})
		go func() {
			for {
				select {
				case g.open <- struct{}{}:
				case <-free:
					return
				}
			}
		}()
		e, _, _ := start(t, func(st store.Store) store.Store { g.Store = st; return g })
		if err := e.Accept(t.Context(), []alert.Alert{firing(0)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		close(free)
		synctest.Wait()
		storm := make(chan error, 60)
		for k := range 60 {
			var batch []alert.Alert
			for n := range 1000 {
				a := firing(1) // all of one incident
				a.Key = fmt.Sprint(k, " ", n)
				batch = append(batch, a)
			}
			go func() { storm <- e.Accept(context.Background(), batch) }()
		}
		synctest.Wait()
		if err := e.Accept(t.Context(), []alert.Alert{firing(100_000)}); !errors.Is(err, ingest.ErrOverloaded) {
			t.Fatalf("a source is answered %v in the middle of it", err)
		}
		other := firing(100_001)
		other.Integration = "other"
		went := make(chan error, 1)
		go func() { went <- e.Accept(context.Background(), []alert.Alert{other}) }()
		synctest.Wait()
		if len(went) > 0 {
			t.Errorf("a source that floods leaves no room for another: %v", <-went)
		}
		acked := make(chan error, 1)
		go func() {
			_, err := e.Do(context.Background(), 1, incident.Ack{By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, User: "ana"})
			acked <- err
		}()
		synctest.Wait()
		before := g.updates
		for done := false; !done; {
			g.open <- struct{}{}
			synctest.Wait()
			select {
			case err := <-acked:
				if done = true; err != nil {
					t.Errorf("the acknowledgement: %v", err)
				}
			default:
			}
		}
		if n := g.updates - before; n > 2 { // the commit under way, and the next
			t.Errorf("it waited for %d commits", n)
		}
		close(g.open)
		if err := <-went; err != nil {
			t.Errorf("the other source: %v", err)
		}
		for range 60 {
			if err := <-storm; err != nil && !errors.Is(err, ingest.ErrOverloaded) {
				t.Errorf("the storm: %v", err)
			}
		}
	})
}
