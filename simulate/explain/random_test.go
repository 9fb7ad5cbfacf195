package explain_test

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// drawConfig draws a configuration that loads: people with and without numbers, rotas with gaps, policies of every shape, a route tree.
func drawConfig(r *rapid.T) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	pick := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(r, name) }
	say(`providers: [{name: p, twilio: {account_sid: env:A, auth_token: env:B, from: "+15550100001"}}, {name: m, smtp: {address: "m.test:25", from: r@r.test}}]`)
	say("users:")
	for k, u := range []string{"ana", "bo", "cy", "dee"} {
		contact := pick("contact", fmt.Sprintf(`phone: "+3460000000%d"`, k), fmt.Sprintf(`phone: "+3460000000%d", email: %s@r.test`, k, u), fmt.Sprintf("email: %s@r.test", u), "name: X")
		own := pick("own", "", ", notify: {high: [{via: call}, {via: sms, after: 90s}], low: [{via: sms}]}", `, quiet_hours: {from: "21:00", to: "08:30"}`)
		say("  %s: {timezone: %s, %s%s}", u, pick("zone", "UTC", "Europe/Madrid", "America/New_York"), contact, own)
	}
	say("teams: {t: {members: [ana, cy]}}\nschedules:")
	for _, name := range []string{"one", "two"} {
		say("  %s:\n    timezone: %s\n    layers:", name, pick("zone", "UTC", "Europe/Madrid"))
		for range rapid.IntRange(1, 2).Draw(r, "layers") {
			hours := pick("hours", "", `, hours: ["Mon-Fri 08:00-18:00"]`, `, hours: ["Mon-Sun 20:00-06:00"]`)
			say("      - {users: [%s], rotation: %s, start: 2026-01-01%s}", pick("users", "ana, bo", "cy", "dee, ana, bo"), pick("rotation", "daily", "weekly"), hours)
		}
		if rapid.Bool().Draw(r, "override") {
			say(`    overrides: [{user: bo, from: "2026-01-07 00:00", to: "2026-01-09 12:00"}]`)
		}
	}
	say("escalations:")
	for _, name := range []string{"p", "q", "last"} {
		say("  %s:\n    levels:", name)
		for range rapid.IntRange(1, 3).Draw(r, "levels") {
			targets := pick("targets", "schedule/one", "schedule/two", "user/dee", "team/t", "schedule/one, user/bo")
			say("      - {notify: [%s], wait: %s, round_robin: %s}", targets, pick("wait", "2m", "5m", "12m"), pick("robin", "false", "false", "true"))
		}
		if n := rapid.IntRange(0, 2).Draw(r, "repeat"); n > 0 {
			say("    repeat: %d\n    then: %s", n, pick("then", "p", "q", "last"))
		}
	}
	say("fallback: last\nservices:")
	for _, s := range []string{"a", "b", "c"} {
		say("  %s: {impact: %s%s}", s, pick("impact", "high", "medium", "low"), pick("policy", "", ", escalation: p", ", escalation: q"))
	}
	say(`time_intervals: [{name: nights, time_intervals: [{times: [{start_time: "00:00", end_time: "06:00"}]}]}, {name: work, time_intervals: [{weekdays: ["monday:friday"]}]}]`)
	say(`inhibit_rules: [{source_matchers: ['alertname="Down"'], target_matchers: ['severity="warning"'], equal: [%s]}]`, pick("equal", "", "cluster"))
	say(`maintenance: [{name: backup, matchers: ['job="db"'], every: "%s", for: 3h, timezone: UTC}]`, pick("every", "02:00", "Sat 22:00"))
	say("route:\n  service: c\n  group_by: [%s]\n  routes:", pick("group", "", "alertname", "alertname, n"))
	drawRoutes(r, &b, "    ", 2)
	say("integrations: {am: {type: alertmanager, token: env:AM}}")
	return b.String()
}

func drawRoutes(r *rapid.T, b *strings.Builder, indent string, deep int) {
	pick := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(r, name) }
	for range rapid.IntRange(1, 3).Draw(r, "routes") {
		fmt.Fprintf(b, "%s- matchers: ['%s']\n", indent, pick("matcher", `service="checkout"`, `team=~"bi|data"`, `env!="prod"`, `severity="warning"`, `job=""`))
		for _, line := range []string{
			pick("service", "", "service: a", "service: b"), pick("escalation", "", "escalation: q"), pick("urgency", "", "urgency: low", "urgency: high"),
			pick("continue", "", "continue: true"), pick("mute", "", "", "mute_time_intervals: [nights]", "active_time_intervals: [work]"), pick("by", "", "", "group_by: [cluster]"),
		} {
			if line != "" {
				fmt.Fprintf(b, "%s  %s\n", indent, line)
			}
		}
		if deep > 1 && rapid.Bool().Draw(r, "below") {
			fmt.Fprintf(b, "%s  routes:\n", indent)
			drawRoutes(r, b, indent+"    ", deep-1)
		}
	}
}
