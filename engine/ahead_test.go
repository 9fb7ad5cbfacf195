package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/store"
)

// bolted lets one Update through for each token.
type bolted struct {
	store.Store
	open    chan struct{}
	updates int
}

func (g *bolted) Update(ctx context.Context, fn func(store.Tx) error) error {
	<-g.open
	g.updates++
	return g.Store.Update(ctx, fn)
}

// TestAcknowledgementWaitsForNoStorm: with as many alerts waiting as may wait, whoever answers the phone is heard in the next
// commit, while sources are asked to come back.
func TestAcknowledgementWaitsForNoStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &bolted{open: make(chan struct{})}
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
		nothing := func(*batch) error { return nil }
		if _, err := e.ask(1, nothing, nil); err != nil { // it waits in the commit under way
			t.Fatal(err)
		}
		synctest.Wait()
		storm, err := e.ask(queueWeight+1, nothing, nil) // as if so many alerts waited
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Accept(t.Context(), []alert.Alert{firing(1)}); !errors.Is(err, ingest.ErrOverloaded) {
			t.Fatalf("a source is answered %v in the middle of it", err)
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
		<-storm.done
	})
}

// TestAFloodOfOneSourceLeavesRoom: one that floods has four fifths of what may wait; what it has given back it may take again.
func TestAFloodOfOneSourceLeavesRoom(t *testing.T) {
	s := shares{of: map[string]int{}}
	for s.take("flood", 100) == nil {
	}
	if n := s.of["flood"]; n != integrationWeight {
		t.Errorf("one source has %d waiting, want %d", n, integrationWeight)
	}
	if err := s.take("other", queueWeight-integrationWeight); err != nil {
		t.Errorf("another source: %v", err)
	}
	s.give("flood", 100)
	if err := s.take("flood", 100); err != nil {
		t.Errorf("after some of it was stored: %v", err)
	}
	s.give("flood", integrationWeight)
	s.give("other", queueWeight-integrationWeight)
	if len(s.of) != 0 {
		t.Errorf("%v is remembered of sources that have nothing waiting", s.of)
	}
}
