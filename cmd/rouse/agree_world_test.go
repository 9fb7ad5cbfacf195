package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// drawn is a random configuration with a random night on it.
type drawn struct {
	*rand.Rand
	config string
	start  time.Time
	alerts []string // names
	users  []string
}

func pick[T any](d *drawn, of ...T) T { return of[d.IntN(len(of))] }

func (d *drawn) maybe(p float64, s string) string {
	if d.Float64() < p {
		return s
	}
	return ""
}

// zones and days of nights in which clocks change, and of ordinary ones.
var (
	drawnZones = []string{"Europe/Madrid", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"}
	drawnDays  = []time.Time{
		time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 0, 20, 0, 0, time.UTC), time.Date(2026, 3, 8, 6, 40, 0, 0, time.UTC),
		time.Date(2026, 11, 1, 5, 30, 0, 0, time.UTC), time.Date(2026, 6, 10, 9, 0, 0, 0, time.UTC), time.Date(2026, 12, 24, 22, 50, 0, 0, time.UTC),
	}
)

// draw makes the world of a seed.
func draw(seed uint64) *drawn {
	d := &drawn{Rand: rand.New(rand.NewPCG(seed, 9)), users: []string{"ana", "bo", "cy"}, alerts: []string{"Down", "Slow", "Full", "Net"}}
	d.start = pick(d, drawnDays...).Add(time.Duration(d.IntN(3600)) * time.Second)
	var b strings.Builder
	b.WriteString(`
server: {listen: ":0", public_url: "https://rouse.test", store: "memory:"}
access: {tokens: [{name: root, user: ana, role: admin, token: root}]}
providers:
  - name: phones
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: phones, from: "+15550100001", base_url: "http://phones.test"}
`)
	b.WriteString(d.maybe(0.3, "limits: {sms: {per_number: \"6 in 15m\"}, call: {per_number: \"4 in 15m\"}}\n"))
	b.WriteString("users:\n")
	for k, u := range d.users {
		fmt.Fprintf(&b, "  %s: {timezone: %s, phone: %q%s%s}\n", u, pick(d, drawnZones...), numbers[k], d.rules(),
			d.maybe(0.4, fmt.Sprintf(", quiet_hours: {from: \"%02d:00\", to: \"%02d:30\"}", 20+d.IntN(4), d.IntN(9))))
	}
	b.WriteString("teams: {all: {members: [ana, bo, cy], manager: cy}}\nschedules:\n")
	for _, s := range []string{"first", "second"} {
		d.schedule(&b, s)
	}
	d.policies(&b)
	d.routes(&b)
	d.config = b.String()
	return d
}

var numbers = []string{"+34600000001", "+46700000002", "+12025550103"}

func (d *drawn) rules() string {
	if d.Float64() < 0.4 {
		return ""
	}
	rule := func(n int) string {
		var all []string
		for range n {
			all = append(all, fmt.Sprintf("{via: %s, after: %ds}", pick(d, "sms", "call", "call"), 20*d.IntN(12)))
		}
		return strings.Join(all, ", ")
	}
	// a text is in each list: news goes by the mildest method, and of two calls of one instant either may find the phone busy
	return fmt.Sprintf(", notify: {high: [{via: %s}, {via: sms, after: 1m}%s], low: [{via: sms, after: 10s}, %s]}", pick(d, "sms", "call"),
		d.maybe(0.7, ", "+rule(1+d.IntN(2))), rule(1+d.IntN(2)))
}

func (d *drawn) schedule(b *strings.Builder, name string) {
	users := slices.Clone(d.users)
	d.Shuffle(len(users), func(i, j int) { users[i], users[j] = users[j], users[i] })
	fmt.Fprintf(b, "  %s:\n    timezone: %s\n    layers:\n", name, pick(d, drawnZones...))
	for range 1 + d.IntN(2) {
		hours := d.maybe(0.4, fmt.Sprintf(", hours: [\"daily %02d:00-%02d:30\"]", d.IntN(24), d.IntN(24)))
		rotation := pick(d, fmt.Sprintf("daily, handoff: \"%02d:%02d\"", d.IntN(4), 15*d.IntN(4)), "hourly", "{every: 7h}", `weekly, handoff: "Sun 02:30"`)
		fmt.Fprintf(b, "      - {users: [%s], rotation: %s, start: 2026-01-05%s}\n", strings.Join(users[:1+d.IntN(3)], ", "), rotation, hours)
	}
}

func (d *drawn) policies(b *strings.Builder) {
	b.WriteString("escalations:\n")
	for _, p := range []string{"front", "back"} {
		fmt.Fprintf(b, "  %s:\n    levels:\n", p)
		for range 1 + d.IntN(3) {
			to := pick(d, "schedule/first", "schedule/second", "user/ana", "user/bo", "team/all", "schedule/first, user/cy")
			fmt.Fprintf(b, "      - {notify: [%s], wait: %s%s}\n", to, pick(d, "1m", "2m", "3m30s", "5m", "7m"), d.maybe(0.2, ", round_robin: true"))
		}
		b.WriteString(pick(d, "    repeat: forever\n", "    repeat: 2\n    then: everyone\n", ""))
	}
	b.WriteString("  everyone: {levels: [{notify: [team/all], wait: 5m}]}\nfallback: everyone\n")
}

func (d *drawn) routes(b *strings.Builder) {
	fmt.Fprintf(b, "services:\n  shop: {escalation: front, impact: %s%s}\n  jobs: {escalation: back, impact: %s, team: all}\n",
		pick(d, "high", "high", "low"), d.maybe(0.4, ", ack_timeout: 15m"), pick(d, "high", "medium", "low"))
	fmt.Fprintf(b, "route:\n  service: shop\n  group_by: [%s]\n", pick(d, "alertname", "cluster", "alertname, cluster"))
	b.WriteString(d.maybe(0.4, "  resolve_delay: 2m\n") + d.maybe(0.4, "  reopen_window: 20m\n"))
	fmt.Fprintf(b, "  routes:\n    - {matchers: ['alertname=\"Slow\"'], service: jobs%s%s}\n", d.maybe(0.4, ", urgency: low"), d.maybe(0.2, ", continue: true"))
	b.WriteString("    - {matchers: ['alertname=~\"Slow|Full\"'], service: shop, mute_time_intervals: [hush]}\n")
	from := d.start.Add(time.Duration(d.IntN(30)) * time.Minute).UTC()
	fmt.Fprintf(b, "time_intervals:\n  - name: hush\n    time_intervals: [{times: [{start_time: \"%s\", end_time: \"24:00\"}], weekdays: [%s]}]\n", from.Format("15:04"),
		pick(d, "saturday", strings.ToLower(from.Weekday().String())))
	b.WriteString("inhibit_rules:\n  - {source_matchers: ['alertname=\"Net\"'], target_matchers: ['alertname=\"Slow\"'], equal: [cluster]}\n")
	fmt.Fprintf(b, "maintenance:\n  - {name: backup, matchers: ['cluster=\"b\"', 'alertname=\"Full\"'], every: \"%s %s\", for: 25m, timezone: UTC}\n",
		from.Weekday().String()[:3], from.Format("15:04"))
	b.WriteString("integrations: {am: {type: alertmanager, token: t}}\n")
	b.WriteString(d.maybe(0.3, "slas: [{name: gold, response: {P1: 5m, P2: 10m, P3: 10m}, warn_at: [50, 100], on_breach: [tell, escalate]}]\n"))
}
