package incident_test

import (
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

// grown is an incident that somebody acknowledged, of a service whose only level is cy, and that has grown by an alert since.
func grown(t *testing.T, at time.Time, severity string, ack incident.Ack) incident.Change {
	t.Helper()
	s := &stage{t: t, now: at, book: cast()}
	cy, _ := s.book.Roster.User("cy")
	cy.Email = ""
	s.book.Roster = oncall.NewRoster([]oncall.User{cy}, nil, nil, []oncall.Policy{{ID: "zone", Levels: []oncall.Level{
		{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "cy"}}, Wait: 5 * time.Minute}}}}, "zone")
	fire := func(key string) incident.Fire {
		return s.fire(key, map[string]string{"severity": severity, "service": "low"}, false, false)
	}
	s.do(fire("a"))
	s.do(ack)
	s.do(fire("b"))
	s.now = s.now.Add(time.Minute)
	ch, err := incident.Decide(s.i, incident.Wake{}, s.book, s.now)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// News of growth reaches whoever answers for it, however it was acknowledged, and of what is not urgent not at night.
func TestGrowthOfWhatNobodyIsAssigned(t *testing.T) {
	night, day := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) // 05:00 and 10:00 in New York
	for _, c := range []struct {
		name, severity string
		at             time.Time
		ack            incident.Ack
		held           bool
	}{
		{"by an integration, at night", "info", night, incident.Ack{By: incident.Actor{Kind: incident.ByIntegration, Name: "pd"}}, true},
		{"by an integration, by day", "info", day, incident.Ack{By: incident.Actor{Kind: incident.ByIntegration, Name: "pd"}}, false},
		{"by an integration, urgent", "critical", night, incident.Ack{By: incident.Actor{Kind: incident.ByIntegration, Name: "pd"}}, false},
		{"by somebody whom the configuration has lost", "critical", day, incident.Ack{By: incident.Actor{Kind: incident.ByUser, Name: "gone"}, User: "gone"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ch := grown(t, c.at, c.severity, c.ack)
			if len(ch.Pages) != 1 || ch.Pages[0].User != oncall.UserID("cy") || ch.Pages[0].Kind != incident.PageUpdate {
				t.Fatalf("pages %+v, entries %+v", ch.Pages, ch.Entries)
			}
			if p := ch.Pages[0]; p.After.IsZero() == c.held {
				t.Errorf("by %s after %v, want held %v", p.Via, p.After, c.held)
			}
		})
	}
}

// An incident that flaps for weeks keeps the marks that its clocks need, and no more, whatever flaps with it.
func TestMarksOfWhatFlaps(t *testing.T) {
	for name, step := range map[string]func(s *stage, k int) []incident.Action{
		"priority and state": func(s *stage, k int) []incident.Action {
			f := s.fire("a", map[string]string{"service": "main"}, k > 0, false)
			f.Alert.Severity = []alert.Severity{alert.Warning, alert.Critical}[k%2]
			return []incident.Action{f, incident.Clear{Alert: f.Alert}}
		},
		"priority": func(s *stage, k int) []incident.Action {
			f := s.fire("a", map[string]string{"service": "main"}, k > 0, k > 0)
			return []incident.Action{f, incident.Amend{By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, Priority: []incident.Priority{"P1", "P3"}[k%2], Reason: "x"}}
		},
		"holds": func(s *stage, k int) []incident.Action {
			f := s.fire("a", map[string]string{"service": "main"}, k > 0, k > 0)
			ana := incident.Actor{Kind: incident.ByUser, Name: "ana"}
			return []incident.Action{f, incident.Ack{By: ana, User: "ana"}, incident.Hold{By: ana, Reason: "vendor"}, incident.Resume{By: ana}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stage{t: t, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), book: cast()}
			for k := range 1500 {
				for _, a := range step(s, k) {
					ch, err := incident.Decide(s.i, a, s.book, s.now)
					if err == nil {
						s.i = ch.Next
					}
					s.now = s.now.Add(time.Minute)
				}
			}
			if n := len(s.i.Marks); n < 900 || n > 2000 || s.i.Marks[0].Kind != sla.Opened {
				t.Errorf("%d marks, the first is %+v", n, s.i.Marks[0])
			}
			if last := s.i.Marks[len(s.i.Marks)-1].At; s.now.Sub(last) > 10*time.Minute {
				t.Errorf("the last mark is of %v, it is %v", last, s.now)
			}
		})
	}
}
