package migrate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/migrate"
)

// TestPagerDutyZones: a schedule by one of Rails's names is one by its own name; of an unknown zone handoffs and hours stay together.
func TestPagerDutyZones(t *testing.T) {
	const export = `{"users": [{"id": "P1", "name": "Ana"}, {"id": "P2", "name": "Bo"}], "schedules": [{"name": "rota", "time_zone": %q, "schedule_layers": [
 {"start": "2026-01-05T20:00:00-05:00", "rotation_virtual_start": "2026-01-05T20:00:00-05:00", "rotation_turn_length_seconds": 86400,
  "users": [{"user": {"id": "P1"}}, {"user": {"id": "P2"}}], "restrictions": [{"type": "daily_restriction", "start_time_of_day": "20:00:00", "duration_seconds": 43200}]}]}]}`
	for zone, want := range map[string]string{"Eastern Time (US & Canada)": "America/New_York", "America/New_York": "America/New_York", "Eastern Time": "UTC"} {
		r, err := migrate.PagerDuty([]migrate.File{{Name: "all.json", Data: fmt.Appendf(nil, export, zone)}}, migrate.Options{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := good(t, r).Roster().Schedule("rota")
		if s.Zone.String() != want {
			t.Errorf("%s: %s, want %s", zone, s.Zone, want)
		}
		if said := slices.ContainsFunc(r.Lost, func(l migrate.Lost) bool { return l.Where == "schedules.rota" }); said != (want == "UTC") {
			t.Errorf("%s: %v", zone, r.Lost)
		}
		for clock, who := range map[string]string{"2026-07-06 19:59": "[]", "2026-07-06 20:00": "[ana]", "2026-07-07 07:59": "[ana]", "2026-07-07 20:00": "[bo]"} {
			at, err := time.ParseInLocation("2006-01-02 15:04", clock, s.Zone)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(s.At(at)); got != who {
				t.Errorf("%s at %s: %s, want %s", zone, clock, got, who)
			}
		}
	}
}

// TestHandoffOfUnknownZone: Opsgenie writes starts in UTC, so without the zone the handoff cannot be in step with the hours.
func TestHandoffOfUnknownZone(t *testing.T) {
	const users = `{"data": [{"id": "u1", "fullName": "Ana", "username": "ana@example.com"}]}`
	const schedules = `{"data": [{"id": "s1", "name": "rota", "timezone": "Atlantis/Deep", "rotations": [{"startDate": "2026-01-05T08:00:00Z", "type": "weekly", "length": 1, "participants": [{"type": "user", "id": "u1"}]}]}]}`
	r, err := migrate.Opsgenie([]migrate.File{{Name: "users.json", Data: []byte(users)}, {Name: "schedules.json", Data: []byte(schedules)}}, migrate.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(r.Lost, func(l migrate.Lost) bool {
		return l.Where == "schedules.rota.layers[0]" && strings.Contains(l.What, "the handoff is in UTC")
	}) {
		t.Errorf("nothing says in which zone the handoff is: %v", r.Lost)
	}
}
