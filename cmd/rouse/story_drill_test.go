package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
)

// drillConfig is the town with a drill each Saturday at ten in Madrid, which is at nine in UTC in winter.
const drillConfig = townConfig + "drills: [{name: weekly, every: \"Sat 10:00\", timezone: Europe/Madrid, escalation: shop}]\n"

const week = 7 * 24 * time.Hour

func TestDrillIsAnswered(t *testing.T) {
	story(t, drillConfig, func(w *town) {
		w.after(9*time.Hour - time.Second)
		w.noPages()
		w.after(3 * time.Second)
		w.expect("ana", 1, 0, "TEST INC-1", "Drill weekly", "nothing is broken", "Reply 1 to ack")
		w.asks("ana", "1", "INC-1")
		w.is(1, incident.Resolved)
		w.tells(1, "Drill answered by ana")
		w.after(time.Hour)
		w.expect("ana", 2, 0)
		w.expect("bo", 0, 0)
		if n := w.count(); n != 1 {
			t.Errorf("%d incidents, want 1: one drill for one time", n)
		}
		w.after(week - time.Hour)
		if n := w.count(); n != 2 {
			t.Errorf("%d incidents a week later, want 2", n)
		}
	})
}

func TestDrillThatNobodyAnswers(t *testing.T) {
	tell(t, strings.Replace(drillConfig, "manager: cy", "manager: bo", 1), false, func(w *town) {
		w.after(9*time.Hour + time.Second)
		w.after(15 * minute)
		w.is(1, incident.Resolved)
		w.tells(1, "Level 2 of shop: bo")
		w.tells(1, "DRILL FAILED: nobody at any level answered")
		w.expect("cy", 0, 0) // no fallback: they are asleep, and nothing is broken
		if last := w.people["bo"].LastText().Body; !strings.Contains(last, "drill weekly FAILED") {
			t.Errorf("the manager heard %q", last)
		}
		texts, calls := len(w.people["ana"].Texts()), len(w.people["ana"].Calls())
		w.after(10 * time.Hour)
		w.expect("ana", texts, calls)
	})
}

func TestDrillIsAnsweredByKey(t *testing.T) {
	tell(t, drillConfig, false, func(w *town) {
		w.after(9*time.Hour + 65*time.Second)
		call, ok := w.people["ana"].Ringing()
		if !ok {
			t.Fatal("ana's phone does not ring")
		}
		if err := w.people["ana"].Answer(call.SID); err != nil {
			t.Fatal(err)
		}
		w.after(15 * time.Second)
		if err := w.people["ana"].Press("1"); err != nil {
			t.Fatal(err)
		}
		w.after(20 * time.Second)
		w.is(1, incident.Resolved)
		if said := w.people["ana"].Calls()[0].Words(); !strings.Contains(said, "This is a test") {
			t.Errorf("the call said %q", said)
		}
	})
}

// TestDrillThatRouseSleptThrough: at most an hour late it is made up for, later it is skipped, and never are there two.
func TestDrillThatRouseSleptThrough(t *testing.T) {
	for _, c := range []struct {
		down time.Duration
		want int
	}{{50 * minute, 1}, {70 * minute, 0}, {2*week + 50*minute, 1}} {
		tell(t, drillConfig, false, func(w *town) {
			w.after(8*time.Hour + 59*minute)
			w.d.engine.Stop()
			time.Sleep(minute + c.down)
			w.start()
			w.after(time.Second)
			if n := w.count(); n != c.want {
				t.Errorf("down for %s: %d drills, want %d", c.down, n, c.want)
			}
			w.restart()
			w.after(time.Second)
			if n := w.count(); n != c.want {
				t.Errorf("down for %s and restarted: %d drills, want %d", c.down, n, c.want)
			}
		})
	}
}

// TestDrillKeepsItsTimeOfDay over a change of the clocks: on 26 March 2000 they went forward in Madrid.
func TestDrillKeepsItsTimeOfDay(t *testing.T) {
	tellFrom(t, time.Date(2000, 3, 25, 8, 0, 0, 0, time.UTC), strings.Replace(drillConfig, "Sat 10:00", "daily 10:00", 1), false, func(w *town) {
		w.after(72 * time.Hour)
		for n, want := range []string{"2000-03-25 09:00:00", "2000-03-26 08:00:00", "2000-03-27 08:00:00"} {
			if got := w.inc(int64(n + 1)).CreatedAt.UTC().Format(time.DateTime); got != want {
				t.Errorf("drill %d at %s, want %s", n+1, got, want)
			}
		}
	})
}

func TestDrillChangesItsTime(t *testing.T) {
	tell(t, drillConfig, false, func(w *town) {
		w.after(9*time.Hour + 30*minute)
		w.reload("Sat 10:00", "Sat 10:20") // ten minutes ago
		w.after(minute)
		if n := w.count(); n != 1 {
			t.Errorf("%d drills, want 1: a new time is one to come", n)
		}
		w.after(week)
		if n := w.count(); n != 2 {
			t.Errorf("%d drills a week later, want 2", n)
		}
	})
}

func TestDrillByHand(t *testing.T) {
	tell(t, drillConfig, false, func(w *town) {
		by := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "cli"}
		if _, err := w.d.engine.StartDrill(context.Background(), "monthly", by); err == nil {
			t.Error("a drill that there is not was started")
		}
		i, err := w.d.engine.StartDrill(context.Background(), "weekly", by)
		if err != nil || i.Number != 1 {
			t.Fatal(i.Number, err)
		}
		w.after(time.Second)
		w.asks("ana", "1r was in the shower", "INC-1")
		w.is(1, incident.Resolved)
		w.after(9 * time.Hour) // its own time is not used up by it
		if n := w.count(); n != 2 {
			t.Errorf("%d drills, want 2", n)
		}
		plans, err := w.d.engine.Drills(context.Background())
		if err != nil || len(plans) != 1 || plans[0].When() != "Sat 10:00" || plans[0].Last != 2 || time.Until(plans[0].Next) > week {
			t.Errorf("%+v, %v", plans, err)
		}
	})
}
