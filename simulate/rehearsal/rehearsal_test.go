package rehearsal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate"
	"github.com/rouse/rouse/simulate/rehearsal"
)

const shop = `
server: {public_url: "https://rouse.test", store: "memory:"}
providers:
  - {name: phones, twilio: {account_sid: env:SID, auth_token: env:TOKEN, from: "+15550100001"}}
  - {name: mail, smtp: {address: "mail.test:25", from: rouse@rouse.test}}
users:
  ana: {timezone: Europe/Madrid, phone: "+34600000001", email: ana@rouse.test}
  bo: {timezone: Europe/Stockholm, phone: "+46700000002", notify: {high: [{via: call}]}}
escalations:
  shop: {levels: [{notify: [user/ana], wait: 5m}, {notify: [user/bo], wait: 5m}], repeat: forever}
fallback: shop
services: {checkout: {escalation: shop, impact: high}}
route: {service: checkout, group_by: [alertname]}
integrations: {am: {type: alertmanager, token: env:AM}}
heartbeats: [{name: cron, every: 5m, grace: 1m, service: checkout}]
`

func stageOf(t testing.TB, text string) *rehearsal.Stage {
	t.Helper()
	c, problems := configs.Load("rouse.yaml", []byte(text), configs.Options{SkipSecrets: true})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	s := engine.Settings{
		Book: c.Rulebook(), Tree: c.Tree(), Gate: c.Gate(), Inhibit: c.InhibitRules(), PublicURL: c.Server.PublicURL, Integrations: []string{"am"},
		Heartbeats: []engine.Heartbeat{{Name: "cron", Every: 5 * time.Minute, Grace: time.Minute, Service: "checkout"}},
	}
	return rehearsal.NewStage(s, []rehearsal.Carrier{
		{Name: "phones", Methods: []oncall.Method{oncall.SMS, oncall.Call}}, {Name: "mail", Methods: []oncall.Method{oncall.Email}},
	})
}

var night = time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC)

func fire(name string) rehearsal.Receive {
	return rehearsal.Receive{Alerts: []alert.Alert{{
		Integration: "am", State: alert.Firing, Severity: alert.Critical, Title: name, Labels: alert.Labels{"alertname": name},
	}}}
}

func clear(name string) rehearsal.Receive {
	r := fire(name)
	r.Alerts[0].State = alert.Resolved
	return r
}

// pages writes who was woken, by what and when.
func pages(line *rehearsal.Timeline) string {
	var out []string
	for _, m := range line.Woken() {
		out = append(out, fmt.Sprintf("%s %s %s", m.At.Sub(line.Start), m.User, m.Via))
	}
	return strings.Join(out, ", ")
}

func state(t testing.TB, line *rehearsal.Timeline) incident.State {
	t.Helper()
	i, ok := line.Last(1)
	if !ok {
		t.Fatal("no incident was opened")
	}
	return i.State
}

func TestPlay(t *testing.T) {
	by := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
	ev := func(at time.Duration, do rehearsal.Act) rehearsal.Event { return rehearsal.Event{At: at, Do: do} }
	for _, c := range []struct {
		name   string
		length time.Duration
		events []rehearsal.Event
		pages  string
		state  incident.State
	}{
		{"nobody answers", 6 * time.Minute, []rehearsal.Event{ev(0, fire("Down"))}, "0s ana sms, 1m0s ana call, 1m25s ana call, 1m50s bo call", incident.Triggered},
		{"a text acknowledges", time.Hour, []rehearsal.Event{ev(0, fire("Down")), ev(30*time.Second, rehearsal.Text{User: "ana", Words: "ack"})}, "0s ana sms", incident.Acknowledged},
		{"a key in the call", time.Hour, []rehearsal.Event{ev(0, fire("Down")), ev(70*time.Second, rehearsal.Press{User: "ana", Key: "1"})}, "0s ana sms, 1m0s ana call", incident.Acknowledged},
		{"the next call is taken", time.Hour, []rehearsal.Event{ev(0, fire("Down")), ev(2*time.Minute, rehearsal.Press{User: "bo", Key: "1"})},
			"0s ana sms, 1m0s ana call, 1m25s ana call, 1m50s bo call", incident.Acknowledged},
		{"resolved in the browser, and still firing", 11 * time.Minute, []rehearsal.Event{ev(0, fire("Down")), ev(time.Minute, rehearsal.Do{Action: incident.Resolve{By: by, Note: "restarted"}})}, "0s ana sms, 1m0s ana call, 11m0s ana sms", incident.Triggered},
		{"it recovers", 5 * time.Minute, []rehearsal.Event{ev(0, fire("Down")), ev(30*time.Second, clear("Down"))}, "0s ana sms", incident.Resolved},
		{"texts fail", 50 * time.Second, []rehearsal.Event{ev(0, rehearsal.Break{Fault: rehearsal.Fault{Via: oncall.SMS}}), ev(0, fire("Down"))}, "0s ana sms, 0s ana call, 25s ana call, 50s bo call", incident.Triggered},
		{"ana's phone is no more", 30 * time.Second, []rehearsal.Event{ev(0, rehearsal.Break{Fault: rehearsal.Fault{User: "ana", Phone: simulate.Dead}}), ev(0, fire("Down"))},
			"0s ana email, 0s bo call", incident.Triggered},
		{"silence", time.Hour, []rehearsal.Event{
			ev(0, rehearsal.Silence{Silence: router.Silence{Matchers: []router.Matcher{{Name: "alertname", Value: "Down", IsEqual: true}}, EndsAt: night.Add(10 * time.Minute), CreatedBy: "ana"}}),
			ev(time.Minute, fire("Down")), ev(10*time.Minute+30*time.Second, rehearsal.Text{User: "ana", Words: "ack"})}, "10m0s ana sms", incident.Acknowledged},
		{"a heart stops", 8 * time.Minute, []rehearsal.Event{ev(0, rehearsal.Quieten{Heartbeat: "cron"})}, "6m0s ana sms, 7m0s ana call, 7m25s ana call, 7m50s bo call", incident.Triggered},
	} {
		t.Run(c.name, func(t *testing.T) {
			line, err := stageOf(t, shop).Play(rehearsal.Script{Start: night, Events: c.events, Length: c.length})
			if err != nil {
				t.Fatal(err)
			}
			if got := pages(line); got != c.pages {
				t.Errorf("pages\n got %s\nwant %s", got, c.pages)
			}
			if got := state(t, line); got != c.state {
				t.Errorf("it is %s, want %s", got, c.state)
			}
			for _, m := range line.Moments {
				if m.Kind == rehearsal.Refused {
					t.Errorf("refused: %s", m.Why)
				}
			}
			if !slices.IsSortedFunc(line.Moments, func(a, b rehearsal.Moment) int { return a.At.Compare(b.At) }) {
				t.Error("moments are out of order")
			}
			if t.Failed() {
				for _, m := range line.Moments {
					t.Logf("%8s %-12s %s %s %s %s %s", m.At.Sub(line.Start), m.Kind, m.User, m.Via, m.What, m.Outcome, m.Why)
				}
			}
		})
	}
}

// TestSame: the same script is the same timeline.
func TestSame(t *testing.T) {
	s := stageOf(t, shop)
	play := func() string {
		line, err := s.Play(rehearsal.Script{Start: night, Events: []rehearsal.Event{{Do: fire("Down")}, {At: time.Minute, Do: fire("Slow")}}})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(line.Moments)
	}
	if a, b := play(), play(); a != b {
		t.Errorf("two plays differ:\n%s\n%s", a, b)
	}
}

// BenchmarkPlay is a night of ten minutes that somebody ends, as most paging tests are.
func BenchmarkPlay(b *testing.B) {
	s := stageOf(b, shop)
	script := rehearsal.Script{Start: night, Length: 10 * time.Minute, Events: []rehearsal.Event{{Do: fire("Down")}, {At: 6 * time.Minute, Do: rehearsal.Text{User: "bo", Words: "ack"}}}}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Play(script); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
