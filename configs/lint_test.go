package configs

import (
	"slices"
	"testing"
)

// lintCases has one small file per rule, and the line at which the rule must speak.
var lintCases = []struct {
	rule string
	line int
	yaml string
}{
	{"no-public-url", 1, "server: {listen: \":8420\"}\n"},
	{"plain-http", 1, "server: {public_url: \"http://rouse.example.com\"}\n"},
	{"memory-store", 1, "server: {public_url: https://rouse.example.com, store: \"memory:\"}\n"},
	{"postgres-store", 1, "server: {public_url: https://rouse.example.com, store: \"postgres:env:SID\"}\n"},
	{"no-integration", 1, "integrations: {}\n"},
	{"insecure-integration", 2, "integrations:\n  open: {type: generic, insecure: true}\n"},
	{"short-token", 2, "integrations:\n  open: {type: generic, token: env:SID}\n"},
	{"no-provider", 1, "providers: []\n"},
	{"no-voice", 2, "providers:\n  - {name: t, twilio: {account_sid: env:SID, auth_token: env:AUTH, messaging_service_sid: MG1}}\n"},
	{"plain-smtp", 3, "providers:\n  - {name: t, twilio: {account_sid: env:SID, auth_token: env:AUTH, from: \"+15550100001\"}}\n  - {name: m, smtp: {address: \"a:25\", from: a@example.com, username: a, password: env:PASSWORD, tls: none}}\n"},
	{"phone-number", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+15550100009\"}\n  bo: {timezone: Europe/Madrid, phone: \"+46700000002\"}\n"},
	{"email-without-address", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\", notify: {low: [{via: email}, {via: sms}]}}\n  bo: {phone: \"+46700000002\"}\n"},
	{"unreachable-user", 2, "users:\n  ana: {timezone: Europe/Madrid}\n  bo: {phone: \"+46700000002\"}\n"},
	{"unused-user", 4, "users:\n  ana: {phone: \"+34600000001\"}\n  bo: {phone: \"+46700000002\"}\n  cy: {phone: \"+12025550103\"}\n"},
	{"start-not-handoff", 4, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05, handoff: \"Tue 09:00\"}]\n"},
	{"schedule-gap", 2, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05, hours: [\"Mon-Fri 09:00-18:00\"]}]\n"},
	{"past-override", 5, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]\n    overrides: [{user: bo, from: \"2026-02-01 00:00\", to: \"2026-02-02 00:00\"}]\n"},
	{"unused-schedule", 3, "schedules:\n  primary: {timezone: Europe/Madrid, layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]}\n  other: {timezone: Europe/Madrid, layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]}\n"},
	{"unused-policy", 3, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}]}\n  other: {levels: [{notify: [user/ana], wait: 5m}]}\n"},
	{"drill-without-people", 5, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}]}\n  rooms: {levels: [{notify: [receiver/room], wait: 5m}]}\nreceivers: [{name: room}]\ndrills: [{name: w, every: \"Wed 10:00\", timezone: UTC, escalation: rooms}]\n"},
	{"finite-repeat", 2, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}], repeat: 3}\n"},
	{"then-never-reached", 2, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}], then: everyone}\n"},
	{"service-without-escalation", 2, "services:\n  web: {depends_on: [db]}\n  db: {escalation: everyone}\n"},
	{"unrouted-service", 3, "services:\n  web: {escalation: everyone}\n  db: {escalation: everyone}\n"},
	{"group-timers", 3, "route:\n  service: web\n  group_wait: 30s\n"},
	{"route-labels", 3, "route:\n  service: web\n  labels: {a: b}\n"},
	{"deprecated-match", 4, "route:\n  service: web\n  routes:\n    - match: {severity: page}\n"},
	{"shadowed-route", 5, "route:\n  service: web\n  routes:\n    - matchers: ['a=\"1\"']\n    - matchers: ['a=\"1\"', 'b=\"2\"']\n"},
	{"unused-interval", 2, "time_intervals:\n  - name: nights\n    time_intervals: [{times: [{start_time: \"00:00\", end_time: \"07:00\"}]}]\n"},
	{"unused-receiver", 2, "receivers:\n  - name: room\n"},
	{"fallback-without-people", 5, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}]}\n  rooms: {levels: [{notify: [receiver/room], wait: 5m}]}\nreceivers: [{name: room}]\nfallback: rooms\n"},
	{"past-maintenance", 2, "maintenance:\n  - {name: m, matchers: ['a=\"b\"'], from: \"2026-02-01 00:00\", to: \"2026-02-02 00:00\", timezone: UTC}\n"},
	{"sla-target", 2, "slas:\n  - {name: s, match: {priority: [P1, P2]}, response: {P1: 15m}}\n"},
	{"unreachable-subscriber", 6, "users:\n  cy: {}\n  ana: {phone: \"+34600000001\"}\n  bo: {phone: \"+46700000002\"}\nservices:\n  web: {escalation: everyone, depends_on: [db], subscribers: [user/bo, user/cy]}\n  db: {escalation: everyone}\n"},
	{"plain-http", 4, "automations:\n  - name: hook\n    on: opened\n    do: [{webhook: {url: \"http://hooks.example.com\"}}, {webhook: {url: \"http://localhost:1\"}}]\n"},
	{"event-never", 3, "automations:\n  - name: late\n    on: [opened, sla_breached]\n    do: [{note: late}]\n"},
	{"sla-late-warning", 2, "slas:\n  - {name: s, response: {P1: 15m}, warn_at: [100]}\n"},
	{"sla-odd-order", 4, "slas:\n  - name: s\n    resolution:\n      P1: 9h\n      P2: 8h\n"},
	{"sla-long-target", 3, "calendars: {office: {timezone: Europe/Madrid, hours: [\"Mon-Fri 09:00-18:00\"]}}\nslas:\n  - {name: s, calendar: office, resolution: {P1: 9000h}}\n"},
	{"page-nothing", 1, "priorities: {page: []}\n"},
}

// TestLint wants each rule on its own file, and nothing else there.
func TestLint(t *testing.T) {
	for _, tt := range lintCases {
		c, problems := Load("rouse.yaml", []byte(complete(tt.yaml, "")), testOptions())
		checkForm(t, complete(tt.yaml, ""), problems)
		at := slices.IndexFunc(problems, func(p Problem) bool { return p.Rule == tt.rule })
		switch {
		case c == nil:
			t.Errorf("%s: refused:\n%v", tt.rule, problems)
		case at < 0 || problems[at].Line != tt.line:
			t.Errorf("%s: got:\n%v\nwant it on line %d", tt.rule, problems, tt.line)
		case slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule != tt.rule }):
			t.Errorf("%s: got more than the rule:\n%v", tt.rule, problems)
		}
	}
}

func TestLintIsSilentOnTheBase(t *testing.T) {
	if c, problems := Load("rouse.yaml", []byte(complete("", "")), testOptions()); c == nil || len(problems) > 0 {
		t.Errorf("got:\n%v\nwant nothing", problems)
	}
}

func TestLintWithoutNow(t *testing.T) {
	o := testOptions()
	o.Now = now.AddDate(-10, 0, 0) // long before the schedule starts: one gap
	if _, problems := Load("rouse.yaml", []byte(complete("", "")), o); len(problems) != 1 || problems[0].Rule != "schedule-gap" {
		t.Errorf("before the start: got:\n%v\nwant a gap", problems)
	}
	o = Options{Getenv: o.Getenv, ReadFile: o.ReadFile}
	if _, problems := Load("rouse.yaml", []byte(complete("", "")), o); len(problems) > 0 {
		t.Errorf("without a now: got:\n%v\nwant nothing", problems)
	}
}
