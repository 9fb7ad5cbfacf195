package torture

import (
	"context"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/simulate"
)

var (
	names    = []string{"Down", "Slow", "Net"}
	services = []string{"checkout", "db", "batch"}
)

// source is one alert of one monitoring tool, which sends again until it is answered with 2xx, as senders do.
type source struct {
	t       *run
	a       alert.Alert
	every   time.Duration // of repeats; 0: none
	expires bool          // it says until when it holds
	on      bool
	turn    int // of the state: what is on the agenda for an earlier one is void

	known  bool          // that it fires was answered with 2xx, once at least
	said   alert.State   // the last that was answered with 2xx
	saidAt time.Duration // when
	ends   time.Time     // until when it then held
	holds  time.Duration // how long that was then
	passed bool          // by some clock, or by the stopwatch, that end has passed since
}

func newSource(t *run, k int) *source {
	l := alert.Labels{"alertname": names[k%3], "service": services[k/3], "zone": simulate.Pick(t.w, "a", "b"), "instance": simulate.Pick(t.w, "h1", "h2", "h3")}
	event := false
	if t.wild {
		if t.w.Chance(0.4) {
			l["both"] = "yes"
		}
		event = t.w.Chance(0.3)
	}
	s := &source{t: t, a: alert.Alert{Event: event, Integration: "am", Key: l.Fingerprint(), Labels: l, Title: l["alertname"] + " of " + l["service"], StartsAt: t.w.Now()}}
	s.every = simulate.Pick(t.w, 0, 7*time.Minute, 15*time.Minute)
	s.expires = s.every > 0 && t.w.Chance(0.7) && !event
	return s
}

// fire begins to fire, and ends after a while.
func (s *source) fire() {
	if s.t.quiet {
		return
	}
	w := s.t.w
	s.on = true
	s.turn++
	s.a.Severity = simulate.Pick(w, alert.Critical, alert.Critical, alert.Warning, alert.Info)
	if s.a.Labels["service"] == "batch" {
		s.a.Severity = simulate.Pick(w, alert.Info, alert.Info, alert.Warning)
	}
	s.send(s.turn)
	lasts := simulate.Pick(w, w.Between(time.Second, 2*time.Minute), w.Between(5*time.Minute, 40*time.Minute), w.Between(5*time.Minute, 40*time.Minute), w.Between(time.Hour, 5*time.Hour))
	mine := s.turn
	w.After(lasts, func() { s.stop(mine) })
}

// stop recovers, falls silent, or turns worse.
func (s *source) stop(turn int) {
	w := s.t.w
	if turn != s.turn || s.t.quiet {
		return
	}
	s.on = false
	s.turn++
	if s.expires && w.Chance(0.3) {
		w.Note("source", "%s falls silent", s.a.Title)
	} else {
		s.send(s.turn)
	}
	w.After(simulate.Pick(w, w.Between(time.Second, 5*time.Minute), w.Between(2*time.Hour, 9*time.Hour), w.Between(2*time.Hour, 9*time.Hour)), s.fire)
}

// send says what is so now until somebody has answered well, and again after a while.
func (s *source) send(turn int) {
	if turn != s.turn {
		return
	}
	w, a := s.t.w, s.a
	a.State = alert.Resolved
	if s.on {
		a.State = alert.Firing
		if s.expires {
			a.EndsAt = w.Now().Add(4 * s.every)
		}
	} else {
		a.EndsAt = w.Now()
	}
	if s.on && s.t.w.Chance(0.1) {
		a.Description = simulate.Pick(w, "one", "two")
	}
	err := s.t.use(func(e *engine.Stepped) error { return e.Accept(context.Background(), []alert.Alert{a}) })
	if s.said != a.State || err != nil {
		w.Note("source", "%s (%s) is %s: %v", a.Title, a.Severity, a.State, err)
	}
	if err != nil {
		w.After(w.Between(5*time.Second, 30*time.Second), func() { s.send(turn) })
		return
	}
	s.t.result.Alerts++
	s.said, s.saidAt, s.ends, s.passed = a.State, w.Elapsed(), a.EndsAt, false
	s.known = s.known || s.on
	s.holds = a.EndsAt.Sub(w.Now())
	s.t.stay.accepted(s)
	if s.on && s.every > 0 {
		w.After(s.every, func() { s.send(turn) })
	}
}
