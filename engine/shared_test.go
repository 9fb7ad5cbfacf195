package engine

import (
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
)

// event is a trigger whose end nobody but its source, or who resolves its incident, will say.
func event(name string) []alert.Alert {
	all := alerts(alert.Firing, name)
	all[0].Event = true
	return all
}

func (s *stage) is(n int64, state incident.State, firing int) {
	s.t.Helper()
	if i := s.incident(n); i.State != state || i.Firing != firing {
		s.t.Errorf("%s is %s with %d firing, want %s with %d", i.Ref(), i.State, i.Firing, state, firing)
	}
}

// An event of two services: who resolves the incident of one says nothing about the other's.
func TestEventOfTwoIncidents(t *testing.T) {
	fixed := incident.Resolve{By: ana, Note: "fixed"}
	for _, c := range []struct {
		name string
		then func(s *stage)
	}{
		{"its source ends it", func(s *stage) {
			s.ok(s.Accept(t.Context(), alerts(alert.Resolved, "Both")))
			s.play()
			s.is(2, incident.Resolved, 0)
			s.is(1, incident.Resolved, 0)
		}},
		{"the other's people end it", func(s *stage) {
			s.does(2, fixed)
			for range 3 {
				s.later(11 * time.Minute)
				s.play()
				s.is(1, incident.Resolved, 0)
				s.is(2, incident.Resolved, 0)
			}
		}},
		{"it comes again", func(s *stage) {
			s.later(time.Minute)
			s.ok(s.Accept(t.Context(), event("Both")))
			s.is(1, incident.Triggered, 1)
			s.is(2, incident.Triggered, 1)
			s.ok(s.Accept(t.Context(), alerts(alert.Resolved, "Both")))
			s.is(1, incident.Resolved, 0)
			s.is(2, incident.Resolved, 0)
		}},
		{"it comes again after a restart", func(s *stage) {
			s.open()
			s.ok(s.Accept(t.Context(), event("Both")))
			s.is(1, incident.Triggered, 1)
			s.is(2, incident.Triggered, 1)
		}},
		{"it comes again where somebody opened it once more", func(s *stage) {
			s.does(1, incident.Reopen{By: ana, Reason: "look again"})
			s.is(1, incident.Triggered, 0)
			s.ok(s.Accept(t.Context(), event("Both")))
			s.is(1, incident.Triggered, 1)
			s.is(2, incident.Triggered, 1)
		}},
		{"its incident is merged into the one that goes on", func(s *stage) {
			s.does(1, incident.Reopen{By: ana, Reason: "look again"})
			_, _, err := s.Merge(t.Context(), 1, 2, ana)
			s.ok(err)
			s.is(2, incident.Triggered, 1)
			s.does(2, fixed)
			s.is(2, incident.Resolved, 0)
		}},
		{"the one that goes on is merged into its incident", func(s *stage) {
			s.does(1, incident.Reopen{By: ana, Reason: "look again"})
			_, _, err := s.Merge(t.Context(), 2, 1, ana)
			s.ok(err)
			s.is(1, incident.Triggered, 1)
			s.does(1, fixed)
			s.is(1, incident.Resolved, 0)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, nil)
			s.ok(s.Accept(t.Context(), event("Both")))
			s.does(1, fixed)
			s.is(1, incident.Resolved, 0)
			s.is(2, incident.Triggered, 1)
			c.then(s)
		})
	}
}

// An event that came again as a new incident is none of the old one's business, whatever is done there.
func TestEventGoesOnInNewerIncident(t *testing.T) {
	s := newStage(t, nil)
	s.ok(s.Accept(t.Context(), event("Ev")))
	s.does(1, incident.Resolve{By: ana, Note: "x"})
	s.later(20 * time.Minute)
	s.play()
	s.ok(s.Accept(t.Context(), event("Ev")))
	s.is(2, incident.Triggered, 1)
	s.does(1, incident.Reopen{By: ana, Reason: "look again"})
	s.does(1, incident.Resolve{By: ana, Note: "x"})
	s.is(2, incident.Triggered, 1)
	s.ok(s.Accept(t.Context(), alerts(alert.Resolved, "Ev")))
	s.is(2, incident.Resolved, 0)
}

// An incident that was given to another service keeps its group: its people have it, and who gave it away is not paged for more of it.
func TestGroupFollowsItsIncident(t *testing.T) {
	s := newStage(t, nil)
	disk := func(name string) []alert.Alert {
		a := alerts(alert.Firing, "A")
		a[0].Labels["disk"] = name
		a[0].Key = a[0].Labels.Fingerprint()
		return a
	}
	s.fires("A")
	s.does(1, incident.Amend{By: ana, Service: "t", Reason: "theirs"})
	s.ok(s.Accept(t.Context(), disk("b")))
	s.is(1, incident.Triggered, 2)
	s.open() // also after a restart
	s.ok(s.Accept(t.Context(), disk("c")))
	s.is(1, incident.Triggered, 3)
	if numbers := open(t, s.rows); len(numbers) != 1 {
		t.Errorf("open are %v", numbers)
	}
	s.does(1, incident.Resolve{By: ana, Note: "x"})
	s.does(1, incident.Close{By: ana})
	s.ok(s.Accept(t.Context(), disk("d")))
	if i := s.incident(2); i.Service != "s" {
		t.Errorf("a new one is of %s", i.Service)
	}
}

// Two ways that lead to one incident count an alert once.
func TestTwoWaysIntoOneIncident(t *testing.T) {
	s := newStage(t, nil)
	s.fires("Both")
	_, _, err := s.Merge(t.Context(), 2, 1, ana)
	s.ok(err)
	s.is(1, incident.Triggered, 1)
	s.ok(s.Accept(t.Context(), alerts(alert.Resolved, "Both")))
	s.is(1, incident.Resolved, 0)
	s.fires("Both") // within the window in which it opens again
	s.is(1, incident.Triggered, 1)
	s.ok(s.Accept(t.Context(), alerts(alert.Resolved, "Both")))
	s.is(1, incident.Resolved, 0)
}
