package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// queued has the stage's engine keep requests until they are committed by hand, as a busy store does, and returns how to.
func (s *stage) queued() (commit func()) {
	e := s.Engine
	e.inline = false
	e.queue, e.ahead = make(chan *op, 100), make(chan *op, 100)
	return func() { e.commitAll(e.gather(<-e.queue)) }
}

// TestBeatThatWaitsForItsCommit: it came in time, and its heartbeat was found overdue before it was written down.
func TestBeatThatWaitsForItsCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, nil)
		commit := s.queued()
		s.later(time.Hour + 30*time.Second) // half a minute before it is overdue
		go func() { s.ok(s.Beat(context.Background(), "cron")) }()
		synctest.Wait()
		s.later(time.Minute)
		go func() { _, err := s.missedBeats(s.now); s.ok(err) }()
		synctest.Wait()
		commit()
		synctest.Wait()
		if numbers := open(t, s.rows); len(numbers) > 0 {
			t.Errorf("the beat was in time, and %s is open", incident.Ref(numbers[0]))
		}
		if _, missed := s.Heartbeats(); missed["cron"] {
			t.Error("the heartbeat is missed")
		}
	})
}

// TestRepeatWhileExpiryWaits: a source that is heard again before the expiry of its alert is committed has not fallen silent.
func TestRepeatWhileExpiryWaits(t *testing.T) {
	for name, change := range map[string]func(*alert.Alert){
		"the same":      func(*alert.Alert) {},
		"without end":   func(a *alert.Alert) { a.EndsAt = time.Time{} },
		"less severe":   func(a *alert.Alert) { a.Severity = alert.Warning }, // no free repeat: it waits behind the expiry
		"still expired": func(a *alert.Alert) { a.EndsAt = a.EndsAt.Add(-time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, nil)
				fire := func() []alert.Alert {
					a := alerts(alert.Firing, "Exp")
					a[0].EndsAt = s.now.Add(4 * time.Minute)
					return a
				}
				s.ok(s.Accept(t.Context(), fire()))
				s.later(4*time.Minute + time.Second)
				commit := s.queued()
				go func() { _, err := s.expire(s.now); s.ok(err) }()
				synctest.Wait()
				again := fire()
				change(&again[0])
				go func() { s.ok(s.Accept(context.Background(), again)) }()
				synctest.Wait()
				for len(s.queue) > 0 {
					commit()
					synctest.Wait()
				}
				if name == "still expired" {
					s.is(1, incident.Resolved, 0)
				} else {
					s.is(1, incident.Triggered, 1)
					if i := s.incident(1); i.Reopens > 0 {
						t.Errorf("opened again %d times", i.Reopens)
					}
				}
			})
		})
	}
}

// TestHeartbeatThatIsBackInTheConfiguration has its full time again, and its pages too.
func TestHeartbeatThatIsBackInTheConfiguration(t *testing.T) {
	cron := []Heartbeat{{Name: "cron", Every: time.Hour, Grace: time.Minute}}
	for _, missed := range []bool{false, true} {
		p := newPulse()
		p.configure(cron, monday)
		if missed {
			p.missed["cron"] = true
		}
		p.configure(nil, monday.Add(time.Hour))
		back := monday.Add(3 * time.Hour)
		p.configure(cron, back)
		if gone, next := p.overdue(back); len(gone) > 0 || !next.Equal(back.Add(61*time.Minute)) {
			t.Errorf("missed before: %v: at once %d overdue, the next at %v", missed, len(gone), next)
		}
		if gone, _ := p.overdue(back.Add(61 * time.Minute)); len(gone) != 1 {
			t.Errorf("missed before: %v: silent for good", missed)
		}
	}
}

// TestAskedAfterTheEnd: whoever asks when the engine has stopped is told so, and does not wait.
func TestAskedAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, nil)
		e, err := New(s.deps())
		s.ok(err)
		e.Start()
		e.Stop()
		for range 20 {
			if _, err := e.Do(t.Context(), 1, incident.Note{By: ana, Text: "x"}); !errors.Is(err, store.ErrClosed) {
				t.Fatalf("an act: %v", err)
			}
			if err := e.must(func(*batch) error { return nil }); !errors.Is(err, store.ErrClosed) {
				t.Fatalf("the engine's own: %v", err)
			}
		}
	})
}

// TestTroubleThatIsOverAtOnce: what begins and ends in one commit leaves nothing behind.
func TestTroubleThatIsOverAtOnce(t *testing.T) {
	s := newStage(t, nil)
	l := line{provider: "line", via: oncall.SMS}
	s.ok(s.must(func(b *batch) error {
		if err := b.trip(l, notify.Account, 20003); err != nil {
			return err
		}
		return b.lineUp(l)
	}))
	s.ok(s.rows.View(t.Context(), func(tx store.Tx) error {
		a, err := tx.Alert(lineID(l))
		if err == nil && a.State == alert.Firing {
			t.Errorf("%s fires on", a.Title)
		}
		return err
	}))
}
