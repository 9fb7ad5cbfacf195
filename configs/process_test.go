package configs

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

func TestSharedProcess(t *testing.T) {
	b := shared(t).Rulebook()
	d := b.SLAs[0]
	for _, r := range []struct {
		name      string
		got, want any
	}{
		{"one promise", len(b.SLAs), 1},
		{"sla", *d, sla.Definition{
			Name: "standard", CalendarName: "always", Match: sla.Match{Priority: []string{"P1", "P2"}},
			Response:    map[string]time.Duration{"P1": 15 * time.Minute, "P2": 30 * time.Minute},
			Resolution:  map[string]time.Duration{"P1": 4 * time.Hour, "P2": 8 * time.Hour},
			PauseOnHold: []string{"customer", "vendor"}, WarnAt: []int{50, 75, 100},
		}},
		{"hold reasons", b.HoldReasons, []string{"customer", "vendor", "problem", "change"}},
		{"closing", b.CloseIn, 3 * day},
		{"note", b.NoteFor, map[incident.Priority]bool{"P1": true, "P2": true}},
		{"cadence", b.Cadence, map[incident.Priority]time.Duration{"P1": 30 * time.Minute, "P2": time.Hour}},
		{"template of the file", b.Templates["resolved"], "{{ .Title }} is resolved."},
		{"template by default", b.Templates["identified"], defaultTemplates()["identified"]},
		{"phases", len(b.Templates), 4},
		{"reviews", b.Reviews, incident.Reviews{Required: map[incident.Priority]bool{"P1": true, "P2": true}, Due: 5 * day}},
		{"types", slices.Sorted(maps.Keys(b.Types)), []string{"request", "security", "technical"}},
	} {
		if diff := cmp.Diff(r.want, r.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.name, diff)
		}
	}
}

// TestProcessByDefault is what a file that says nothing of the process means.
func TestProcessByDefault(t *testing.T) {
	c := load(t, "rouse.yaml", []byte(complete("", "")), testOptions())
	b := c.Rulebook()
	if len(b.SLAs) != 0 || len(b.Reviews.Required) != 0 || len(b.Cadence) != 0 || len(c.Automations) != 0 {
		t.Errorf("got %d promises, reviews of %v, updates every %v, %d automations, want none of any", len(b.SLAs), b.Reviews.Required, b.Cadence, len(c.Automations))
	}
	if b.CloseIn != 72*time.Hour || !b.NoteFor["P2"] || b.NoteFor["P3"] || !slices.Contains(b.HoldReasons, "problem") || len(b.Templates) != 4 {
		t.Errorf("got closing after %s, notes for %v, holds for %v, %d templates", b.CloseIn, b.NoteFor, b.HoldReasons, len(b.Templates))
	}
}

// TestProcess has every key of the process that the contract leaves out.
func TestProcess(t *testing.T) {
	c := load(t, "rouse.yaml", []byte(complete(`
hold_reasons: [parts]
closing: {after: 5d, note: [P1]}
categories: {technical: [latency]}
calendars:
  office: {timezone: Europe/Madrid, hours: ["Mon-Fri 09:00-18:00", "Sat 10:00-14:00"], holidays: [2026-12-25]}
slas:
  - {name: office, calendar: office, response: {P1: 1h}, resolution: {P1: 9h}, pause_on_hold: [parts, problem], warn_at: [90, 60], on_breach: [tell, escalate]}
retention: {incidents: 1y, pages: 0}
receivers: [{name: room}]
services:
  web: {team: shop, escalation: everyone, subscribers: [user/bo, receiver/room, "mail:desk@example.com", "Boss <boss@example.com>"], depends_on: [db]}
  db: {escalation: everyone}
`, "")), testOptions())
	b := c.Rulebook()
	d := b.SLAs[0]
	for _, r := range []struct {
		name      string
		got, want any
	}{
		{"hold reasons", b.HoldReasons, []string{"parts", "problem"}},
		{"closing", []any{b.CloseIn, b.NoteFor}, []any{5 * day, map[incident.Priority]bool{"P1": true}}},
		{"types", b.Types, map[string][]string{"technical": {"latency"}}},
		{"calendar", []any{d.CalendarName, d.Calendar.Zone.String(), len(d.Calendar.Hours), d.Calendar.Holidays}, []any{"office", "Europe/Madrid", 2, []oncall.Date{{Year: 2026, Month: 12, Day: 25}}}},
		{"targets", []any{d.Response["P1"], d.Resolution["P1"], d.WarnAt, d.PauseOnHold, d.Escalate}, []any{time.Hour, 9 * time.Hour, []int{60, 90}, []string{"parts", "problem"}, true}},
		{"retention", c.Retention, Retention{Incidents: 365 * day, Alerts: 30 * day, Changes: 90 * day}},
		{"subscribers", b.Services["web"].Subscribers, []incident.Recipient{{User: "bo"}, {Receiver: "room"}, {Address: "desk@example.com"}, {Address: "boss@example.com"}}},
	} {
		if diff := cmp.Diff(r.want, r.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.name, diff)
		}
	}
}

// majorYAML has a step of every kind.
const majorYAML = `
receivers: [{name: room}]
updates: {cadence: {P1: 30m}}
automations:
  - name: major
    on: [opened, priority_changed]
    match: ['priority="P1"', 'service=~"w.*"', 'cluster!="test"']
    do:
      - webhook: {url: env:URL, secret: [env:HOOK], headers: {X-Token: env:TOKEN}, timeout: 5s}
      - command: {run: [/usr/local/bin/tell-vendor, --, "{{ .Incident.Title }}"], env: {TOKEN: env:TOKEN2}, dir: /tmp}
      - add_responders: [user/bo, schedule/primary, team/shop]
      - set: {category: latency, impact: high, urgency: low, type: technical, reason: "as {{ .Rule }} says"}
      - room: {receiver: room, text: "{{ .Incident.Ref }}: {{ .Incident.Title }}"}
      - update_clock: 0
      - note: "told {{ .Entry.By }}"
  - {name: short, on: resolved, do: [{update_clock: 30m}, {set: {priority: P2}}]}
`

func TestAutomations(t *testing.T) {
	c := load(t, "rouse.yaml", []byte(complete(majorYAML, "")), testOptions())
	want := []automation.Step{
		{Webhook: &automation.Webhook{
			URL: "https://ping.example.com/canary-url", Secrets: []string{"canary-hook-of-some-length"}, Header: map[string]string{"X-Token": "canary-token"}, Timeout: 5 * time.Second,
		}},
		{Command: &automation.Command{
			Argv: []string{"/usr/local/bin/tell-vendor", "--", "{{ .Incident.Title }}"}, Env: map[string]string{"TOKEN": "canary-token2"}, Dir: "/tmp",
		}},
		{AddResponders: &automation.AddResponders{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "bo"}, {Kind: oncall.ToSchedule, Name: "primary"}, {Kind: oncall.ToTeam, Name: "shop"}}}},
		{Set: &automation.Set{Category: "latency", Impact: "high", Urgency: "low", Type: "technical", Reason: "as {{ .Rule }} says"}},
		{Room: &automation.Room{Receiver: "room", Text: "{{ .Incident.Ref }}: {{ .Incident.Title }}"}},
		{UpdateClock: &automation.UpdateClock{}},
		{Note: &automation.Note{Text: "told {{ .Entry.By }}"}},
	}
	r := c.Automations[0]
	if diff := cmp.Diff(want, r.Steps); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if r.Name != "major" || r.Pos != "rouse.yaml:5" || !slices.Equal(r.On, []automation.Event{automation.Opened, automation.PriorityChanged}) {
		t.Errorf("got %s at %s on %v", r.Name, r.Pos, r.On)
	}
	for _, tt := range []struct {
		labels map[string]string
		want   bool
	}{
		{map[string]string{"priority": "P1", "service": "web"}, true},
		{map[string]string{"priority": "P1", "service": "db"}, false},
		{map[string]string{"priority": "P1", "service": "web", "cluster": "test"}, false},
	} {
		if got := r.Wants(automation.Opened, tt.labels); got != tt.want {
			t.Errorf("wants %v: got %v, want %v", tt.labels, got, tt.want)
		}
	}
	if two := c.Automations[1]; two.Steps[0].UpdateClock.Every != 30*time.Minute || two.Steps[1].Set.Priority != "P2" || len(automation.Flaws(c.Automations)) > 0 {
		t.Errorf("got %v, flaws %v", two, automation.Flaws(c.Automations))
	}
}
