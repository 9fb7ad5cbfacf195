package migrate_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/migrate"
	"github.com/rouse/rouse/oncall"
)

// watch is who the source has on call at a wall-clock time; several names where several are on call at once.
type watch struct{ at, want string }

// watches asks an import of a folder who is on call on all schedules that one schedule became.
func watches(t *testing.T, c *configs.Config, ids []oncall.ScheduleID, all []watch) {
	t.Helper()
	for _, w := range all {
		var got []string
		for _, id := range ids {
			s, ok := c.Roster().Schedule(id)
			if !ok {
				t.Fatalf("no schedule %s", id)
			}
			at, err := time.ParseInLocation("Mon 2006-01-02 15:04", w.at, s.Zone)
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range s.At(at) {
				got = append(got, string(u))
			}
		}
		slices.Sort(got)
		if g := strings.Join(slices.Compact(got), " "); g != w.want {
			t.Errorf("%s: %q is on call, want %q", w.at, g, w.want)
		}
	}
}

func imported(t *testing.T, dir string, read func([]migrate.File, migrate.Options) (*migrate.Result, error)) *configs.Config {
	t.Helper()
	r, err := read(folder(t, dir), migrate.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, dir, r)
	return good(t, r)
}

// TestOpsgenie: Days are weekly turns of ana and bo from Monday 5 January 09:00, from 08:00 to 20:30; Nights turns of two days of
// cy and bo, from 20:30; Weekend help is on call beside both.
func TestOpsgenie(t *testing.T) {
	c := imported(t, "opsgenie", migrate.Opsgenie)
	watches(t, c, []oncall.ScheduleID{"shop-schedule", "shop-schedule-2"}, []watch{
		{"Tue 2026-10-20 08:30", "bo"},  // 41 weeks after the first Monday
		{"Mon 2026-10-26 08:59", "bo"},  // the last minute of the same turn
		{"Mon 2026-10-26 09:00", "ana"}, // over the change of clocks on the 25th
		{"Tue 2026-10-27 20:29", "ana"},
		{"Tue 2026-10-27 21:00", "bo"}, // 295 days after 5 January: turn 147 of two days
		{"Wed 2026-10-28 21:00", "cy"}, // turn 148
		{"Thu 2026-10-29 07:59", "cy"},
		{"Sat 2026-10-31 12:00", "ana"}, // and whose weekend it is: turn 43 of cy, ana
		{"Sat 2026-11-07 12:00", "bo cy"},
		{"Thu 2026-12-24 12:00", "cy"}, // the override
	})
	p, _ := c.Roster().Policy("shop_escalation")
	if got := fmt.Sprint(p.Levels); !strings.Contains(got, "shop-schedule-2") {
		t.Errorf("levels %s: the second schedule is told by nothing", got)
	}
	if want := []time.Duration{5 * time.Minute, 55 * time.Minute, 20 * time.Minute}; len(p.Levels) != 3 || p.Levels[0].Wait != want[0] || p.Levels[1].Wait != want[1] || p.Levels[2].Wait != want[2] || p.Repeat != 3 {
		t.Errorf("policy %+v, want waits %v and 3 rounds", p, want)
	}
}

// routed imports a team with rules, beside a rule by default that told nobody.
func routed(t *testing.T, rules string) (*migrate.Result, *configs.Config) {
	t.Helper()
	r, err := migrate.Opsgenie([]migrate.File{
		{Name: "users.json", Data: []byte(`{"data": [{"id": "u1", "fullName": "Ana", "username": "ana@example.com"}]}`)},
		{Name: "teams.json", Data: []byte(`{"data": [{"id": "t1", "name": "ops", "members": [{"user": {"id": "u1"}}]}]}`)},
		{Name: "schedules.json", Data: []byte(`{"data": [{"id": "s1", "name": "rota", "timezone": "UTC", "rotations": [{"startDate": "2026-01-05T08:00:00Z", "type": "weekly", "length": 1, "participants": [{"type": "user", "id": "u1"}]}]}]}`)},
		{Name: "routing_rules-ops.json", Data: []byte(`{"data": [` + rules + `{"name": "rest", "isDefault": true, "order": 9, "criteria": {"type": "match-all"}, "notify": {"type": "none"}}]}`)},
	}, migrate.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return r, good(t, r)
}

const (
	devTellsNobody    = `{"name": "dev", "order": 1, "criteria": {"conditions": [{"field": "details", "key": "env", "operation": "equals", "expectedValue": "dev"}]}, "notify": {"type": "none"}},`
	nightsTellNobody  = `{"name": "nights", "order": 2, "criteria": {"conditions": [{"field": "details", "key": "env", "operation": "equals", "expectedValue": "stage"}]}, "timeRestriction": {"type": "time-of-day", "restriction": {"startHour": 18, "endHour": 9}}, "notify": {"type": "none"}},`
	wordsTellSomebody = `{"name": "words", "order": 0, "criteria": {"conditions": [{"field": "message", "operation": "contains", "expectedValue": "disk"}]}, "timeRestriction": {"type": "time-of-day", "restriction": {"startHour": 9, "endHour": 18}}, "notify": {"type": "schedule", "id": "s1", "name": "rota"}},`
)

// TestOpsgenieTellsNobody: what told nobody is muted and keeps its incident, but never what a rule told somebody of that is left out.
// What is left out is told once, and leaves no policy behind.
func TestOpsgenieTellsNobody(t *testing.T) {
	for name, c := range map[string]struct {
		rules string
		muted bool
		told  []string
	}{
		"labels": {devTellsNobody, true, nil},
		"at some times": {nightsTellNobody, true, []string{
			`the rule "nights" told nobody at some times of the week and is left out, for it would mute at all times here. A route can be muted by mute_time_intervals.`,
		}},
		"after one that is left out": {wordsTellSomebody + devTellsNobody, false, []string{
			`the rule "words" (rota) is left out: message contains "disk" has no equal, for rouse routes by labels alone.`,
			`the rule "dev" told nobody and is left out, for it would mute what a rule before it, which is left out too, told somebody of.`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			r, config := routed(t, c.rules)
			if _, ok := config.Roster().Policy("rota"); ok {
				t.Errorf("a policy that no rule leads to:\n%s", r.YAML)
			}
			for _, labels := range []alert.Labels{{"team": "ops"}, {"team": "ops", "env": "dev"}, {"team": "ops", "env": "stage"}} {
				a := alert.Alert{Labels: labels}
				d := config.Tree().Route(a)[0]
				if s := config.Gate().Check(&a, &d, nil, now); (s != nil) != c.muted || d.Service != "ops" {
					t.Errorf("%s: service %s, muted by %v", labels, d.Service, s)
				}
			}
			var told []string
			for _, l := range r.Lost {
				if l.Where == "route: ops" && !strings.Contains(l.What, "team=") {
					told = append(told, l.What)
				}
			}
			if !slices.Equal(told, c.told) {
				t.Errorf("told %q, want %q", told, c.told)
			}
		})
	}
}

// TestGoAlert: on 1 October the third of the weekly rotation is on until Monday the 5th at 09:00, and the first of the monthly one
// until the 15th.
func TestGoAlert(t *testing.T) {
	c := imported(t, "goalert", migrate.GoAlert)
	watches(t, c, []oncall.ScheduleID{"ops", "ops-2"}, []watch{
		{"Thu 2026-10-01 10:00", "cy"},
		{"Mon 2026-10-05 08:59", "cy"}, // the monthly rotation, whose night ends at 09:00
		{"Mon 2026-10-05 09:00", "ana"},
		{"Mon 2026-10-12 10:00", "bo"},
		{"Wed 2026-10-14 20:00", "cy"},
		{"Thu 2026-10-15 20:00", "ana"},
		{"Sat 2026-10-17 12:00", "ana"},
		{"Wed 2026-10-21 12:30", "bo cy"}, // the weekly rotation, and bo by name
		{"Wed 2026-10-21 13:00", "cy"},
		{"Mon 2026-11-02 10:00", "ana"}, // by override; the clocks went back on the 1st
		{"Fri 2026-12-25 12:00", "bo"},  // the temporary schedule
	})
	p, _ := c.Roster().Policy("ops-policy")
	if len(p.Levels) != 2 || p.Levels[0].Wait != 5*time.Minute || p.Levels[1].Wait != 15*time.Minute || p.Repeat != 2 {
		t.Errorf("policy %+v", p)
	}
}

// TestGrafanaOnCall: Weeks begin with the second user; Nights win over them; Pairs, two at once, win over both.
func TestGrafanaOnCall(t *testing.T) {
	c := imported(t, "grafana-oncall", migrate.GrafanaOnCall)
	watches(t, c, []oncall.ScheduleID{"shop"}, []watch{
		{"Mon 2026-01-05 09:00", "bo.lind"},
		{"Mon 2026-01-12 08:59", "bo.lind"},
		{"Mon 2026-01-12 09:00", "cy"},
		{"Tue 2026-10-27 12:30", "bo.lind"}, // 42 weeks later, over two changes of clocks: turn 42 of bo, cy, ana is bo
		{"Mon 2026-01-05 23:00", "dee"},
		{"Tue 2026-01-06 23:00", "bo.lind"},
		{"Wed 2026-01-07 05:59", "bo.lind"},
		{"Tue 2026-01-13 11:00", "ana"},
		{"Tue 2026-01-20 11:00", "cy"},
		{"Thu 2026-12-24 09:00", "cy"}, // the event
	})
	watches(t, c, []oncall.ScheduleID{"shop-2"}, []watch{{"Tue 2026-01-13 11:00", "dee"}, {"Tue 2026-01-20 11:00", "cy"}, {"Wed 2026-01-21 11:00", ""}})
}

// TestGrafanaShiftsThatSkip: what comes less often there than here, or in other turns, is told at its layer.
func TestGrafanaShiftsThatSkip(t *testing.T) {
	const export = `{"users": {"results": [{"id": "U1", "username": "ana"}, {"id": "U2", "username": "bo"}]},
 "schedules": {"results": [{"id": "S", "name": "rota", "time_zone": "Europe/Madrid", "shifts": ["X"]}]},
 "on_call_shifts": {"results": [{"id": "X", "start": "2026-01-05T09:00:00", "duration": 28800, "week_start": "MO", %s}]}}`
	const rolling, one = `"type": "rolling_users", "rolling_users": [["U1"], ["U2"]]`, `"type": "recurrent_event", "users": ["U1"]`
	for name, c := range map[string]struct{ shift, want string }{
		"weeks with days":         {rolling + `, "frequency": "weekly", "interval": 2, "by_day": ["MO", "TU"]`, "came in one week of 2"},
		"an event of weeks":       {one + `, "frequency": "weekly", "interval": 2, "by_day": ["MO", "TU"]`, "came in one week of 2"},
		"weeks without days":      {one + `, "frequency": "weekly", "interval": 2`, "came once in 2 weeks"},
		"every week":              {rolling + `, "frequency": "weekly", "interval": 1, "by_day": ["MO", "TU"]`, ""},
		"turns of days with days": {rolling + `, "frequency": "daily", "interval": 1, "by_day": ["MO", "TU"]`, "turns moved on with the days of by_day alone"},
		"days with days":          {one + `, "frequency": "daily", "interval": 2, "by_day": ["MO", "TU"]`, "came once in 2 days"},
		"one, on working days":    {one + `, "frequency": "daily", "interval": 1, "by_day": ["MO", "TU"]`, ""},
		"months with days":        {one + `, "frequency": "monthly", "interval": 1, "by_day": ["MO"]`, "by_day has no equal"},
		"counted from later":      {rolling + `, "frequency": "weekly", "interval": 1, "rotation_start": "2026-02-02T09:00:00"`, "its turns were counted from 2026-02-02T09:00:00"},
	} {
		t.Run(name, func(t *testing.T) {
			var answers map[string]json.RawMessage
			if err := json.Unmarshal(fmt.Appendf(nil, export, c.shift), &answers); err != nil {
				t.Fatal(err)
			}
			var files []migrate.File
			for kind, data := range answers {
				files = append(files, migrate.File{Name: kind + ".json", Data: data})
			}
			r, err := migrate.GrafanaOnCall(files, migrate.Options{Now: now})
			if err != nil {
				t.Fatal(err)
			}
			good(t, r)
			var told []string
			for _, l := range r.Lost {
				if strings.HasPrefix(l.Where, "schedules.") {
					told = append(told, l.What)
				}
			}
			if got := strings.Join(told, "\n"); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("told %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzOpsgenie(f *testing.F)      { fuzz(f, "opsgenie", migrate.Opsgenie) }
func FuzzGoAlert(f *testing.F)       { fuzz(f, "goalert", migrate.GoAlert) }
func FuzzGrafanaOnCall(f *testing.F) { fuzz(f, "grafana-oncall", migrate.GrafanaOnCall) }
