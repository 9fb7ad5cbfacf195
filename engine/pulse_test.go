package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/store"
)

// TestBeatsAreWrittenOnceASecond: whoever beats as fast as they can makes one commit a second.
func TestBeatsAreWrittenOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &bolted{open: make(chan struct{})}
		close(g.open)
		e, c, _ := start(t, func(st store.Store) store.Store { g.Store = st; return g })
		s := settings(c)
		s.Heartbeats = []Heartbeat{{Name: "cron", Every: time.Minute, Grace: time.Second, Service: "s"}}
		if err := e.Reload(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		before := g.updates
		for k := range 3000 {
			if k%1000 == 0 {
				time.Sleep(beatsEvery)
			}
			if err := e.Beat(t.Context(), "cron"); err != nil {
				t.Fatal(err)
			}
		}
		if n := g.updates - before; n > 6 { // the clock may have its own
			t.Errorf("%d commits of 3000 beats in three seconds", n)
		}
		if last, missed := e.Heartbeats(); missed["cron"] || time.Since(last["cron"]) > beatsEvery {
			t.Errorf("last heard %v, missed %v", last, missed)
		}
	})
}

// TestSilenceIsSpelled: a title is read at night, and read aloud.
func TestSilenceIsSpelled(t *testing.T) {
	s := newStage(t, nil)
	s.later(time.Hour + 2*time.Minute)
	s.play()
	s.ok(s.rows.View(t.Context(), func(tx store.Tx) error {
		i, err := tx.Incident(1)
		if want := "Heartbeat cron has stopped: nothing heard for 1 h 1 min"; i.Title != want {
			t.Errorf("got %q, want %q", i.Title, want)
		}
		return err
	}))
}
