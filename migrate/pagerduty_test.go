package migrate_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PagerDuty/go-pagerduty"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/migrate"
	"github.com/rouse/rouse/oncall"
)

// now is when the exports of the fixtures were made.
var now = time.Date(2026, time.October, 1, 12, 0, 0, 0, time.UTC)

// folder reads an export as the command does.
func folder(t testing.TB, dir string) []migrate.File {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("testdata", dir, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatalf("testdata/%s: %v", dir, err)
	}
	slices.Sort(names)
	var files []migrate.File
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, migrate.File{Name: filepath.Base(name), Data: data})
	}
	return files
}

func TestPagerDuty(t *testing.T) {
	files := folder(t, "pagerduty")
	r, err := migrate.PagerDuty(files, migrate.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "pagerduty", r)
	roster := good(t, r).Roster()
	for name, id := range map[string]oncall.ScheduleID{"schedule-PSCHED1.json": "payments-primary", "schedule-PSCHED2.json": "platform"} {
		s, ok := roster.Schedule(id)
		if !ok {
			t.Fatalf("no schedule %s", id)
		}
		agrees(t, s, finalOf(t, files, name))
	}
}

// finalOf reads what PagerDuty itself says, through its own client's types, in stretches.
func finalOf(t *testing.T, files []migrate.File, name string) []pagerduty.RenderedScheduleEntry {
	t.Helper()
	for _, f := range files {
		var answer struct{ Schedule pagerduty.Schedule }
		if f.Name == name {
			if err := json.Unmarshal(f.Data, &answer); err != nil {
				t.Fatal(err)
			}
			return answer.Schedule.FinalSchedule.RenderedScheduleEntries
		}
	}
	t.Fatalf("no file %s", name)
	return nil
}

// agrees compares a schedule with rendered entries, at every quarter of an hour between the first and the last.
func agrees(t *testing.T, s *oncall.Schedule, entries []pagerduty.RenderedScheduleEntry) {
	t.Helper()
	if len(entries) < 5 {
		t.Fatalf("only %d entries", len(entries))
	}
	parse := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	k, instants := 0, 0
	for at := parse(entries[0].Start); at.Before(parse(entries[len(entries)-1].End)); at = at.Add(15 * time.Minute) {
		for !at.Before(parse(entries[k].End)) {
			k++
		}
		want := ""
		if !at.Before(parse(entries[k].Start)) {
			first, _, _ := strings.Cut(entries[k].User.Summary, " ")
			want = strings.ToLower(first)
		}
		got := fmt.Sprint(s.At(at))
		if got != "["+want+"]" {
			t.Fatalf("%s at %s: %s, want [%s]", s.ID, at.In(s.Zone), got, want)
		}
		instants++
	}
	t.Logf("%s: %d instants, %d entries", s.ID, instants, len(entries))
}

// TestPagerDutyTurns draws layers of whole days and weeks, and asks at random instants who is on call by PagerDuty's own rule, on
// the wall clock: turn n lasts from n to n+1 lengths after the virtual start, and restrictions are stretches of local time.
func TestPagerDutyTurns(t *testing.T) {
	zones := []string{"Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "America/Santiago"}
	users := []string{"ana", "bo", "cy", "dee"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Date(2026, 1, rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(4, 23).Draw(t, "hour"), 0, 0, 0, zone)
		days := rapid.SampledFrom([]int{1, 2, 3, 7, 14}).Draw(t, "days")
		n := rapid.IntRange(1, 4).Draw(t, "users")
		var restrictions []pagerduty.Restriction
		for range rapid.IntRange(0, 2).Draw(t, "restrictions") {
			r := pagerduty.Restriction{Type: "daily_restriction", StartTimeOfDay: fmt.Sprintf("%02d:00:00", rapid.IntRange(4, 23).Draw(t, "from")), DurationSeconds: uint(3600 * rapid.IntRange(1, 20).Draw(t, "for"))}
			if rapid.Bool().Draw(t, "weekly") {
				r.Type, r.StartDayOfWeek, r.DurationSeconds = "weekly_restriction", uint(rapid.IntRange(1, 7).Draw(t, "weekday")), uint(3600*rapid.IntRange(1, 100).Draw(t, "hours"))
			}
			restrictions = append(restrictions, r)
		}
		s := importLayer(t, zone, start, days, users[:n], restrictions)
		for range 20 {
			at := start.Add(time.Duration(rapid.IntRange(0, 500*24*60).Draw(t, "minute")) * time.Minute)
			if near(zone, at) {
				continue // what a wall time is while the clocks change is each program's own rule
			}
			want := "[]"
			if allowed(restrictions, clockOf(at, zone)) {
				turn := int(clockOf(at, zone).Sub(clockOf(start, zone)).Hours()) / (24 * days)
				want = "[" + users[turn%n] + "]"
			}
			if got := fmt.Sprint(s.At(at)); got != want {
				t.Fatalf("%s: %s, want %s", at.In(zone), got, want)
			}
		}
	})
}

// clockOf is what the clocks of a zone show, as if they were those of UTC.
func clockOf(at time.Time, zone *time.Location) time.Time {
	l := at.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
}

// near reports whether the clocks are changed within three hours.
func near(zone *time.Location, at time.Time) bool {
	_, before := at.Add(-3 * time.Hour).In(zone).Zone()
	_, after := at.Add(3 * time.Hour).In(zone).Zone()
	return before != after
}

func allowed(all []pagerduty.Restriction, clock time.Time) bool {
	for _, r := range all {
		from, _ := time.Parse("15:04:05", r.StartTimeOfDay)
		for back := range 9 {
			day := time.Date(clock.Year(), clock.Month(), clock.Day()-back, from.Hour(), 0, 0, 0, time.UTC)
			if r.Type == "weekly_restriction" && int(day.Weekday()) != int(r.StartDayOfWeek)%7 {
				continue
			}
			if !clock.Before(day) && clock.Before(day.Add(time.Duration(r.DurationSeconds)*time.Second)) {
				return true
			}
		}
	}
	return len(all) == 0
}

func importLayer(t *rapid.T, zone *time.Location, start time.Time, days int, users []string, restrictions []pagerduty.Restriction) *oncall.Schedule {
	layer := pagerduty.ScheduleLayer{Start: start.UTC().Format(time.RFC3339), RotationVirtualStart: start.UTC().Format(time.RFC3339), RotationTurnLengthSeconds: uint(days * 86400), Restrictions: restrictions}
	var people []pagerduty.User
	for _, u := range users {
		people = append(people, pagerduty.User{APIObject: pagerduty.APIObject{ID: "P" + u}, Name: u})
		layer.Users = append(layer.Users, pagerduty.UserReference{User: pagerduty.APIObject{ID: "P" + u}})
	}
	data, err := json.Marshal(map[string]any{"users": people, "schedules": []pagerduty.Schedule{{Name: "rota", TimeZone: zone.String(), ScheduleLayers: []pagerduty.ScheduleLayer{layer}}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := migrate.PagerDuty([]migrate.File{{Name: "all.json", Data: data}}, migrate.Options{Now: start})
	if err != nil {
		t.Fatal(err)
	}
	c, problems := load(r)
	if c == nil {
		t.Fatalf("%s\n%s", problems, r.YAML)
	}
	s, _ := c.Roster().Schedule("rota")
	return s
}

// urgencyExport has one service of each constant rule of urgency.
const urgencyExport = `{"users": [{"id": "P1", "name": "Ana"}],
 "escalation_policies": [{"id": "E1", "name": "ops", "escalation_rules": [{"escalation_delay_in_minutes": 5, "targets": [{"id": "P1", "type": "user_reference"}]}]}],
 "services": [
  {"id": "S1", "name": "quiet", "escalation_policy": {"id": "E1"}, "incident_urgency_rule": {"type": "constant", "urgency": "low"}},
  {"id": "S2", "name": "loud", "escalation_policy": {"id": "E1"}, "incident_urgency_rule": {"type": "constant", "urgency": "high"}},
  {"id": "S3", "name": "mixed", "escalation_policy": {"id": "E1"}, "incident_urgency_rule": {"type": "constant", "urgency": "severity_based"}}]}`

// TestPagerDutyUrgency: who was told quietly there is told quietly here, whatever the severity.
func TestPagerDutyUrgency(t *testing.T) {
	r, err := migrate.PagerDuty([]migrate.File{{Name: "all.json", Data: []byte(urgencyExport)}}, migrate.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	c := good(t, r)
	book := c.Rulebook()
	bySeverity := map[string]incident.Grade{"critical": "high", "error": "high", "warning": "medium", "info": "low"}
	for service, want := range map[string]string{"quiet": "", "loud": "critical error warning info", "mixed": "critical error"} {
		var loud []string
		for _, severity := range []string{"critical", "error", "warning", "info"} {
			d := c.Tree().Route(alert.Alert{Labels: alert.Labels{"service": service, "severity": severity}})[0]
			urgency := cmp.Or(incident.Grade(d.Urgency), bySeverity[severity])
			if book.NotifyUrgency(book.Prioritise(book.Services[d.Service].Impact, urgency)) == oncall.High {
				loud = append(loud, severity)
			}
		}
		if got := strings.Join(loud, " "); got != want {
			t.Errorf("%s: loud are %q, want %q", service, got, want)
		}
	}
	if !slices.ContainsFunc(r.Lost, func(l migrate.Lost) bool { return l.Where == "services.mixed" }) {
		t.Errorf("nothing says what became of urgency by severity: %v", r.Lost)
	}
}

func TestExportRefuses(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"empty":     {"users.json", "", "users.json: is empty"},
		"no JSON":   {"users.json", `{"users": [}`, "users.json: at /users/0: is no valid JSON (byte 11)"},
		"a number":  {"users.json", "3", "users.json: holds none of users, teams, schedules, escalation_policies, services: name the file after what it holds, such as users.json, or leave it out"},
		"a text":    {"users.json", `{"users": [{"id": "P1", "name": 3}]}`, "users.json: at /users/0/name: is a number where a text is wanted"},
		"no object": {"users.json", `{"users": [7]}`, "users.json: at /users/0: is no object"},
		"a time":    {"x.json", `{"schedules": [{"schedule_layers": [{"start": "soon"}]}]}`, "x.json: at /schedules/0/schedule_layers/0/start: is no time such as 2026-01-05T09:00:00Z"},
		"a list":    {"x.json", `{"services": [{"teams": {}}]}`, "x.json: at /services/0/teams: is an object where a list is wanted"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := migrate.PagerDuty([]migrate.File{{Name: c.file, Data: []byte(c.text)}}, migrate.Options{Now: now})
			if err == nil || err.Error() != c.want || !errors.As(err, new(*migrate.ReadError)) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

// fuzz seeds a target with the files of an export and makes sure that whatever is read becomes a configuration or a ReadError.
func fuzz(f *testing.F, dir string, read func([]migrate.File, migrate.Options) (*migrate.Result, error)) {
	for _, file := range folder(f, dir) {
		f.Add(file.Name, file.Data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		r, err := read([]migrate.File{{Name: name, Data: data}}, migrate.Options{Now: now})
		if err != nil {
			if !errors.As(err, new(*migrate.ReadError)) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		if c, problems := load(r); c == nil {
			t.Fatalf("the import is no good configuration:\n%s\n%s", problems.Errors(), r.YAML)
		}
	})
}

func FuzzPagerDuty(f *testing.F) { fuzz(f, "pagerduty", migrate.PagerDuty) }
