package configs

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type lintCase struct {
	rule string
	line int
	yaml string
}

// lintCases has one small file per rule, and the line at which the rule must speak.
var lintCases = []lintCase{
	{"no-public-url", 1, "server: {listen: \":8420\"}\n"},
	{"plain-http", 1, "server: {public_url: \"http://rouse.example.com\"}\n"},
	{"memory-store", 1, "server: {public_url: https://rouse.example.com, store: \"memory:\"}\n"},
	{"no-integration", 1, "integrations: {}\n"},
	{"insecure-integration", 2, "integrations:\n  open: {type: generic, insecure: true}\n"},
	{"short-token", 2, "integrations:\n  open: {type: generic, token: env:SID}\n"},
	{"secret-in-file", 2, "receivers:\n  - {name: room, slack_configs: [{api_url: \"https://hooks.slack.com/services/T0/B0/x\", channel: \"#x\"}]}\nroute: {service: web, receiver: room}\n"},
	{"no-provider", 1, "providers: []\n"},
	{"no-voice", 2, "providers:\n  - {name: t, twilio: {account_sid: env:SID, auth_token: env:AUTH, messaging_service_sid: MG00000000000000000000000000000001}}\n"},
	{"plain-smtp", 3, "providers:\n  - {name: t, twilio: {account_sid: env:SID, auth_token: env:AUTH, from: \"+15550100001\"}}\n  - {name: m, smtp: {address: \"a:25\", from: a@example.com, username: a, password: env:PASSWORD, tls: none}}\n"},
	{"phone-number", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+15550100009\"}\n  bo: {timezone: Europe/Madrid, phone: \"+46700000002\"}\n"},
	{"email-without-address", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\", notify: {low: [{via: email}, {via: sms}]}}\n  bo: {phone: \"+46700000002\"}\n"},
	{"unreachable-user", 2, "users:\n  ana: {timezone: Europe/Madrid}\n  bo: {phone: \"+46700000002\"}\n"},
	{"unused-user", 4, "users:\n  ana: {phone: \"+34600000001\"}\n  bo: {phone: \"+46700000002\"}\n  cy: {phone: \"+12025550103\"}\n"},
	{"start-not-handoff", 4, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05, handoff: \"Tue 09:00\"}]\n"},
	{"start-not-handoff", 4, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [ana, bo], rotation: monthly, start: 2026-01-05, handoff: \"1 09:00\"}]\n"},
	{"schedule-gap", 2, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05, hours: [\"Mon-Fri 09:00-18:00\"]}]\n"},
	{"covered-layer", 4, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [bo], rotation: weekly, start: 2026-01-05, hours: [\"Mon-Fri 09:00-18:00\"]}, {users: [ana, bo], rotation: weekly, start: 2026-01-05}]\n"},
	{"past-override", 5, "schedules:\n  primary:\n    timezone: Europe/Madrid\n    layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]\n    overrides: [{user: bo, from: \"2026-02-01 00:00\", to: \"2026-02-02 00:00\"}]\n"},
	{"unused-schedule", 3, "schedules:\n  primary: {timezone: Europe/Madrid, layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]}\n  other: {timezone: Europe/Madrid, layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]}\n"},
	{"unused-policy", 3, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}]}\n  other: {levels: [{notify: [user/ana], wait: 5m}]}\n"},
	{"drill-without-people", 5, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}]}\n  rooms: {levels: [{notify: [receiver/room], wait: 5m}]}\nreceivers: [{name: room}]\ndrills: [{name: w, every: \"Wed 10:00\", timezone: UTC, escalation: rooms}]\n"},
	{"finite-repeat", 2, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}], repeat: 3}\n"},
	{"call-after-level", 2, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 50s}]}\n"},
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
	{"empty-level", 6, "schedules:\n  primary: {timezone: Europe/Madrid, layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]}\n  days: {timezone: Europe/Madrid, layers: [{users: [ana], rotation: weekly, start: 2026-01-05, hours: [\"Mon-Fri 09:00-18:00\"]}]} # rouse:ignore schedule-gap wanted\n  eve: {timezone: Europe/Madrid, layers: [{users: [bo], rotation: weekly, start: 2026-01-05, hours: [\"Mon-Fri 18:00-22:00\"]}]} # rouse:ignore schedule-gap wanted\nescalations:\n  everyone: {levels: [{notify: [schedule/days, schedule/eve], wait: 5m}, {notify: [schedule/primary], wait: 5m}]}\n"},
	{"nobody-at-all", 4, "schedules:\n  primary: {timezone: Europe/Madrid, layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05, hours: [\"Mon-Fri 09:00-18:00\"]}]} # rouse:ignore schedule-gap wanted\nescalations: {everyone: {levels: [{notify: [schedule/primary], wait: 5m}]}}\nfallback: everyone\n"},
	{"on-call-share", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\"}\n  bo: {timezone: Europe/Stockholm, phone: \"+46700000002\"}\nschedules: {primary: {timezone: Europe/Madrid, layers: [{users: [ana, ana, bo], rotation: weekly, start: 2026-01-05}]}}\nlint: {max_share: 60%}\n"},
	{"policy-loop", 3, "escalations:\n  everyone: {levels: [{notify: [schedule/primary], wait: 5m}]}\n  one: {levels: [{notify: [user/ana], wait: 5m}], repeat: 2, then: two}\n  two: {levels: [{notify: [user/bo], wait: 5m}], repeat: 2, then: one}\nservices: {web: {team: shop, escalation: one, depends_on: [db]}, db: {escalation: everyone}}\n"},
	{"impossible-route", 5, "route:\n  service: web\n  routes:\n    - matchers: ['a=\"1\"']\n      routes: [{matchers: ['a=~\"2|3\"']}]\n"},
	{"shadowed-route", 6, "route:\n  service: web\n  routes:\n    - matchers: ['a=\"1\"']\n    - matchers: ['a=\"2\"']\n    - matchers: ['a=~\"1|2\"', 'b=\"2\"']\n"},
	{"muted-high-urgency", 3, "time_intervals: [{name: nights, time_intervals: [{times: [{start_time: \"00:00\", end_time: \"07:00\"}]}]}]\nroute: {service: web, routes: [\n    {matchers: ['a=\"1\"'], urgency: high, mute_time_intervals: [nights]}]}\n"},
	{"low-urgency-wakes", 4, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\"}\n  bo: {timezone: Europe/Stockholm, phone: \"+46700000002\"}\nroute: {service: web, urgency: low}\nservices: {web: {escalation: everyone, impact: high}}\n"},
	{"high-urgency-waits", 4, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\", quiet_hours: {from: \"22:00\", to: \"07:00\"}}\n  bo: {timezone: Europe/Stockholm, phone: \"+46700000002\"}\nroute: {service: web, urgency: high, impact: low}\npriorities: {page: [P1, P2]}\n"},
	{"sla-never-starts", 2, "slas:\n  - {name: s, match: {service: [db]}, response: {P1: 15m}}\n"},
	{"unused-team", 2, "teams:\n  spare: {members: [ana, bo]}\n  shop: {members: [ana, bo]}\n"},
	{"phone-without-number", 2, "users:\n  ana: {timezone: Europe/Madrid, email: ana@example.com, notify: {high: [{via: email}, {via: sms}], low: [{via: email}]}}\n  bo: {phone: \"+46700000002\"}\nproviders: [{name: m, smtp: {address: \"a:465\", from: a@example.com}}, {name: twilio, twilio: {account_sid: env:SID, auth_token: env:AUTH, from: \"+15550100001\"}}]\n"},
	{"silence-without-reason", 1, "fallback: everyone # rouse:ignore unused-user\n"},
	{"silence-of-unknown", 1, "fallback: everyone # rouse:ignore unused-usr he comes back\n"},
	{"silence-of-nothing", 1, "fallback: everyone # rouse:ignore unused-user he comes back\n"},
	{"on-leave", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\", leave: [{from: 2026-12-24, to: 2027-01-06}]}\n  bo: {phone: \"+46700000002\"}\n"},
	{"past-leave", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\", leave: [{from: 2026-11-01}]}\n  bo: {phone: \"+46700000002\"}\n"},
	{"leave-calendar", 2, "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\", leave: [{ical: none.ics}]}\n  bo: {phone: \"+46700000002\"}\n"},
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

// TestEveryRuleIsTried wants each rule that the file alone decides in lintCases, and nothing else there.
func TestEveryRuleIsTried(t *testing.T) {
	for _, r := range Rules() {
		if tried := slices.ContainsFunc(lintCases, func(c lintCase) bool { return c.rule == r.Name }); tried == (r.Needs == NeedsDaemon) {
			t.Errorf("%s: is a case of it there? %v", r.Name, tried)
		}
	}
	for _, c := range lintCases {
		if _, known := RuleNamed(c.rule); !known {
			t.Errorf("%s is not among the rules", c.rule)
		}
	}
}

// TestRulesAreDocumented wants docs/lint.md to have the rules of the code, in their order, with their words.
func TestRulesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/lint.md")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	for _, r := range Rules() {
		needs := map[Need]string{NeedsDaemon: " (asks the daemon)"}[r.Needs]
		want = append(want, fmt.Sprintf("| `%s` | %s%s | %s |", r.Name, r.Why, needs, r.Mend))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-code +docs/lint.md\n%s", diff)
	}
}

func TestSilences(t *testing.T) {
	file := complete("users:\n  # rouse:ignore unused-user back in May\n\n  # another remark\n  cy: {phone: \"+12025550103\"}\n"+
		"  di: {phone: \"+12025550104\"}   # rouse:ignore unused-user,phone-number on the list of the fair\n"+
		"  ana: {phone: \"+34600000001\"}\n  bo: {phone: \"+46700000002\"}\nroute: {service: web} # rouse:ignore label-never-seen not yet sent\n", "")
	c, problems := Load("rouse.yaml", []byte(file), testOptions())
	if c == nil {
		t.Fatal(problems)
	}
	if len(problems) != 1 || problems[0].Rule != "silence-of-nothing" || problems[0].Line != 6 || problems[0].Column != 33 {
		t.Errorf("got:\n%v\nwant the silence of phone-number to be found idle, and the daemon's rule left alone", problems)
	}
	var got []string
	for _, s := range c.Silenced() {
		got = append(got, fmt.Sprintf("%d %s: %s", s.Line, s.Rule, s.Reason))
	}
	if diff := cmp.Diff([]string{"5 unused-user: back in May", "6 unused-user: on the list of the fair"}, got); diff != "" {
		t.Error("silenced: -want +got\n" + diff)
	}
	here := Problem{File: "rouse.yaml", Line: 9, Severity: Warning, Rule: "label-never-seen"}
	if left := c.Doubt(Problems{here}); len(left) > 0 {
		t.Errorf("what is silenced is told: %v", left)
	}
	c, _ = Load("rouse.yaml", []byte(file), testOptions())
	here.Line = 8
	if left := c.Doubt(Problems{here}); len(left) != 2 || left[0] != here || left[1].Rule != "silence-of-nothing" {
		t.Errorf("got %v\nwant the finding of another line, and the idle silence", left)
	}
}
