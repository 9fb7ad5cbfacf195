package engine

import (
	"context"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
)

// phonesAfter lets time pass in steps of ten seconds, and returns how many messages went out in it.
func phonesAfter(s *Stepped, c *carrier, pass func(time.Duration), d time.Duration) int {
	before := c.count()
	for range int(d / (10 * time.Second)) {
		calls, _ := s.Step()
		for _, k := range calls {
			k.Make()
			k.Settle()
		}
		pass(10 * time.Second)
	}
	return c.count() - before
}

func TestEscalationGoesOnWhenTheClockIsSetBack(t *testing.T) {
	for _, by := range []time.Duration{time.Hour, 24 * time.Hour, 3 * 365 * 24 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			start, c, _, now := steppedAt(t)
			s := start()
			elapsed := time.Duration(0)
			s.wall.elapsed = func() time.Duration { return elapsed }
			pass := func(d time.Duration) { *now, elapsed = now.Add(d), elapsed+d }
			if err := s.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
				t.Fatal(err)
			}
			phonesAfter(s, c, pass, 30*time.Second)
			*now = now.Add(-by)
			if n := phonesAfter(s, c, pass, time.Minute); n != 1 {
				t.Errorf("%d messages within a minute and a half of the first, want the call that is due after one", n)
			}
			if n := phonesAfter(s, c, pass, 5*time.Minute); n < 2 {
				t.Errorf("%d messages in the next five minutes, want a second round", n)
			}
		})
	}
}

func TestEscalationGoesOnWhenTheClockIsSetBackBetweenTwoStarts(t *testing.T) {
	start, c, _, now := steppedAt(t)
	s := start()
	if err := s.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
		t.Fatal(err)
	}
	elapsed := time.Duration(0)
	s.wall.elapsed = func() time.Duration { return elapsed }
	pass := func(d time.Duration) { *now, elapsed = now.Add(d), elapsed+d }
	if _, err := s.Audit(*now); err != nil { // it remembers the time
		t.Fatal(err)
	}
	phonesAfter(s, c, pass, 30*time.Second)
	*now = now.Add(-24 * time.Hour)
	s = start()
	s.wall.elapsed = func() time.Duration { return elapsed }
	if n := phonesAfter(s, c, pass, 6*time.Minute); n < 3 {
		t.Errorf("%d messages in six minutes after the start, want two calls and a second round", n)
	}
}

// A clock that runs away takes what is decided meanwhile with it. When the process ends before any auditor has come, and the clock
// is set right before the next start, that start still knows how far it was away.
func TestEscalationGoesOnWhenARunawayClockIsSetRightBetweenTwoStarts(t *testing.T) {
	start, c, _, now := steppedAt(t)
	s := start()
	elapsed := time.Duration(0)
	s.wall.elapsed = func() time.Duration { return elapsed }
	pass := func(d time.Duration) { *now, elapsed = now.Add(d), elapsed+d }
	if err := s.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
		t.Fatal(err)
	}
	phonesAfter(s, c, pass, 30*time.Second)
	const away = 3 * 365 * 24 * time.Hour
	*now = now.Add(away)
	phonesAfter(s, c, pass, 20*time.Second)
	*now = now.Add(-away)
	s = start()
	s.wall.elapsed = func() time.Duration { return elapsed }
	if n := phonesAfter(s, c, pass, 10*time.Minute); n < 4 {
		t.Errorf("%d messages in ten minutes after the start, want two rounds", n)
	}
}

func TestLimitDoesNotHoldPagesBackForATimeThatWasNot(t *testing.T) {
	start, c, _, now := steppedAt(t)
	s := start()
	elapsed := time.Duration(0)
	s.wall.elapsed = func() time.Duration { return elapsed }
	pass := func(d time.Duration) { *now, elapsed = now.Add(d), elapsed+d }
	set := s.Settings()
	set.Limits = Limits{SMS: Rate{N: 2, Per: 15 * time.Minute}, Call: Rate{N: 2, Per: 15 * time.Minute}}
	if err := s.Reload(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	if err := s.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
		t.Fatal(err)
	}
	phonesAfter(s, c, pass, 10*time.Minute) // the limit is used up
	*now = now.Add(-24 * time.Hour)
	if n := phonesAfter(s, c, pass, 16*time.Minute); n == 0 {
		t.Error("nobody was told anything in sixteen minutes")
	}
}
