package engine

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// callsAlone has ana alone be paged, by calls.
func (s *stage) callsAlone() {
	s.t.Helper()
	settings := everything(s.t, s.line)
	rules := map[oncall.Urgency][]oncall.Rule{oncall.High: {{Via: oncall.Call}}, oncall.Low: {{Via: oncall.Call}}}
	settings.Book.Roster = oncall.NewRoster([]oncall.User{{ID: "ana", Name: "Ana", Zone: time.UTC, Phone: anasPhone, Notify: rules}}, nil, nil,
		[]oncall.Policy{{ID: "p", Levels: []oncall.Level{{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "ana"}}, Wait: time.Hour}}}}, "p")
	s.ok(s.Reload(context.Background(), settings))
}

// TestAKeyIsAnArrival: whoever presses a key in a call has a phone that works, whatever was known of it.
func TestAKeyIsAnArrival(t *testing.T) {
	s := newStage(t, nil)
	ctx := context.Background()
	s.callsAlone()
	s.line.err = &notify.Error{Class: notify.Dead, Code: 13224, Err: errBroken}
	s.fires("Down")
	s.play()
	contact := func() (c store.Contact) {
		s.ok(s.rows.View(ctx, func(tx store.Tx) (err error) {
			c, err = tx.Contact(anasPhone)
			return err
		}))
		return c
	}
	if c := contact(); !slices.Contains(c.Dead, oncall.Call) {
		t.Fatalf("the number is not known to be dead: %+v", c)
	}
	firing := s.incident(2).Firing // of its methods, one each
	s.line.err = nil
	s.tests(s.SendTest(ctx, "ana", oncall.Call, "x", ana))
	s.play()
	if say, done, err := s.Key(ctx, "line", s.callOf(), "", "1"); err != nil || !done {
		t.Fatal(say, done, err)
	}
	s.play()
	if c := contact(); slices.Contains(c.Dead, oncall.Call) || c.Fails != 0 || !c.LastOK.Equal(s.now) {
		t.Errorf("after a key the number is %+v", c)
	}
	if i := s.incident(2); i.Firing != firing-1 {
		t.Errorf("the trouble goes on: %d of %d", i.Firing, firing)
	}
}

// TestCallsThatWaitAreOne: what would call somebody while a call to them is under way is told in one call after it, whenever it came.
func TestCallsThatWaitAreOne(t *testing.T) {
	s := newStage(t, nil)
	s.callsAlone()
	calls := func() (all []notify.Message) {
		for _, m := range s.line.sent {
			if m.Via == oncall.Call {
				all = append(all, m)
			}
		}
		return all
	}
	s.fires("First")
	s.play()
	for _, name := range []string{"Second", "Third", "Fourth"} {
		s.later(230 * time.Millisecond)
		s.fires(name)
		s.play()
	}
	if n := len(calls()); n != 1 {
		t.Fatalf("%d calls while one was under way", n)
	}
	first := s.callOf()
	s.ok(s.Status(context.Background(), notify.Status{Provider: "line", ProviderID: s.providerID(first), MessageID: first, Outcome: notify.Completed}))
	for range 40 { // as a clock that wakes for each of them
		s.later(100 * time.Millisecond)
		s.play()
	}
	all := calls()
	if len(all) != 2 || all[1].Speech.Bundle != 3 {
		t.Errorf("%d calls, the last of them about %d incidents", len(all), all[len(all)-1].Speech.Bundle)
	}
}
