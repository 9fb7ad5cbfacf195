package incident_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// TestPhonesThatAreOffAreLeftInPeace has every page fail at once, under policies of any shape: what nobody hears of must be tried
// again, and no phone may be tried without pause.
func TestPhonesThatAreOffAreLeftInPeace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		book := cast()
		ids := []oncall.PolicyID{"p0", "p1", "p2"}
		targets := []oncall.Target{
			{Kind: oncall.ToUser, Name: "ana"}, {Kind: oncall.ToUser, Name: "bo"}, {Kind: oncall.ToUser, Name: "dee"}, {Kind: oncall.ToSchedule, Name: "gap"},
		}
		var policies []oncall.Policy
		for _, id := range ids {
			p := oncall.Policy{ID: id, Repeat: rapid.IntRange(0, 2).Draw(t, "repeat")}
			if then := rapid.IntRange(0, len(ids)).Draw(t, "then"); p.Repeat > 0 && then < len(ids) {
				p.Then = ids[then]
			}
			for range rapid.IntRange(1, 3).Draw(t, "levels") {
				p.Levels = append(p.Levels, oncall.Level{Wait: 10 * time.Minute, Targets: []oncall.Target{rapid.SampledFrom(targets).Draw(t, "target")}})
			}
			policies = append(policies, p)
		}
		users := []oncall.User{{ID: "ana", Zone: time.UTC, Phone: "+34600000001"}, {ID: "bo", Zone: time.UTC, Phone: "+46700000002"}, {ID: "dee", Zone: time.UTC}}
		book.Roster = oncall.NewRoster(users, nil, []*oncall.Schedule{{ID: "gap", Zone: time.UTC}}, policies, rapid.SampledFrom(ids).Draw(t, "fallback"))
		s := book.Services["main"]
		s.Policy = ids[0]
		book.Services["main"] = s
		refused := rapid.Bool().Draw(t, "no provider takes anything")

		now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		end := now.Add(3 * time.Hour)
		fire := incident.Fire{Number: 1, Alert: alert.Alert{Integration: "am", Key: "a", Title: "a", Severity: alert.Critical}, Where: router.Decision{Service: "main"}}
		paged, last, atOnce := 0, now, 0
		var i incident.Incident
		act := func(a incident.Action) []incident.Page {
			ch, err := incident.Decide(i, a, book, now)
			if err != nil {
				t.Fatalf("%T: %v", a, err)
			}
			i = ch.Next
			return ch.Pages
		}
		waiting := act(fire)
		for {
			for len(waiting) > 0 {
				p := waiting[0]
				if paged++; !now.Equal(last) {
					last, atOnce = now, 0
				}
				if atOnce++; atOnce > 60 {
					t.Fatalf("%d pages at one instant", atOnce)
				}
				more := act(incident.Report{Page: p.ID, Outcome: incident.StepMissed, Detail: "off", Refused: refused})
				waiting = append(waiting[1:], more...)
			}
			if !i.WakeAt.After(now) {
				t.Fatalf("at %v it has no timer that is to come: %v", now, i.WakeAt)
			}
			if now = i.WakeAt; now.After(end) {
				break
			}
			waiting = act(incident.Wake{})
		}
		found := false
		for _, p := range policies {
			for _, l := range p.Levels {
				found = found || l.Targets[0].Kind == oncall.ToUser && l.Targets[0].Name != "dee" && (p.ID == ids[0] || p.ID == book.Roster.Fallback())
			}
		}
		if found && now.Sub(last) > 2*time.Hour {
			t.Fatalf("%d pages, and none for %s", paged, now.Sub(last))
		}
		if most := map[bool]int{false: 2000, true: 6000}[refused]; paged > most { // what no provider takes disturbs nobody
			t.Fatalf("%d pages in three hours", paged)
		}
	})
}
