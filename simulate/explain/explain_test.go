package explain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate/explain"
	"github.com/rouse/rouse/simulate/rehearsal"
)

const shop = `providers:
  - {name: phones, twilio: {account_sid: env:SID, auth_token: env:TOKEN, from: "+15550100001"}}
  - {name: mail, smtp: {address: "mail.test:25", from: rouse@rouse.test}}
users:
  ana: {timezone: Europe/Madrid, phone: "+34600000001", email: ana@rouse.test, quiet_hours: {from: "22:00", to: "07:00"}}
  bo: {timezone: Europe/Stockholm, phone: "+46700000002", notify: {high: [{via: call}], low: [{via: email}, {via: sms}]}}
  cy: {timezone: America/New_York, phone: "+12025550103"}
  dee: {timezone: UTC}
teams: {shop: {members: [ana, bo]}}
schedules:
  day:
    timezone: Europe/Madrid
    layers: [{name: office, users: [ana, bo], rotation: weekly, start: 2026-01-05, handoff: "Mon 09:00", hours: ["Mon-Fri 08:00-18:00"]}]
escalations:
  shop: {levels: [{notify: [schedule/day], wait: 5m}, {notify: [user/bo, user/dee], wait: 5m}], repeat: forever}
  day: {levels: [{notify: [schedule/day], wait: 5m}], repeat: 2}
  all: {levels: [{notify: [team/shop], wait: 5m}], repeat: forever}
fallback: all
services:
  checkout: {team: shop, escalation: shop, impact: high}
  reports: {escalation: day, impact: low}
  other: {impact: medium}
time_intervals:
  - {name: nights, time_intervals: [{times: [{start_time: "00:00", end_time: "06:00"}]}]}
  - {name: weekdays, time_intervals: [{weekdays: ["monday:friday"]}]}
inhibit_rules:
  - {name: down, source_matchers: ['alertname="Down"'], target_matchers: ['severity="warning"'], equal: [cluster]}
maintenance:
  - {name: backup, matchers: ['job="db"'], every: "02:00", for: 1h, timezone: UTC}
route:
  service: other
  group_by: [alertname]
  routes:
    - {matchers: ['service="checkout"'], service: checkout, urgency: high, continue: true}
    - matchers: ['team=~"data|bi"']
      service: reports
      urgency: low
      mute_time_intervals: [nights]
      routes:
        - {matchers: ['env!="prod"'], group_by: [], active_time_intervals: [weekdays], impact: low}
    - {matchers: ['severity="none"'], urgency: low, escalation: day}
integrations: {am: {type: alertmanager, token: env:AM}}
`

func loaded(t interface {
	Helper()
	Fatal(...any)
}, text string) (*configs.Config, *rehearsal.Stage) {
	t.Helper()
	c, problems := configs.Load("rouse.yaml", []byte(text), configs.Options{SkipSecrets: true})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	set := engine.Settings{Book: c.Rulebook(), Tree: c.Tree(), Gate: c.Gate(), Inhibit: c.InhibitRules(), Integrations: []string{"am"}}
	return c, rehearsal.NewStage(set, []rehearsal.Carrier{
		{Name: "phones", Methods: []oncall.Method{oncall.SMS, oncall.Call}}, {Name: "mail", Methods: []oncall.Method{oncall.Email}},
	})
}

func firing(pairs ...string) alert.Alert {
	a := alert.Alert{Integration: "am", State: alert.Firing, Labels: alert.Labels{}}
	for k := 0; k+1 < len(pairs); k += 2 {
		a.Labels[pairs[k]] = pairs[k+1]
	}
	a.Severity = alert.Severity(a.Labels["severity"])
	a.Title = a.Labels["alertname"]
	return a
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// why is what is said of one person.
func why(i *explain.Incident, user string) string {
	for _, p := range i.People {
		if string(p.User) == user {
			var all []string
			for _, r := range p.Why {
				all = append(all, r.Text)
			}
			if p.Paged {
				return strings.TrimSpace("paged " + strings.Join(all, "; "))
			}
			return strings.Join(all, "; ")
		}
	}
	return "left out"
}

func TestAsk(t *testing.T) {
	c, stage := loaded(t, shop)
	ask := func(q explain.Question, alerts ...alert.Alert) *explain.Answer {
		t.Helper()
		q.Stage, q.Where, q.Alerts = stage, c.Where, alerts
		got, err := explain.Ask(q)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	saturday, tuesday := at(t, "2026-01-10T12:00:00Z"), at(t, "2026-01-06T12:00:00Z")

	t.Run("on call", func(t *testing.T) {
		i := ask(explain.Question{At: tuesday}, firing("alertname", "Slow", "service", "checkout")).Incidents[0]
		if i.Policy.Value != "shop" || i.Policy.From != "service checkout" || i.Urgency.From != "route" || i.Urgency.Place != "rouse.yaml:34" || i.ServicePlace != "rouse.yaml:20" {
			t.Errorf("got %+v", i)
		}
		if s := i.Steps[1]; s.User != "ana" || s.Why != "schedule/day, layer office; default rule 1" {
			t.Errorf("first page %+v", s)
		}
		for user, want := range map[string]string{
			"ana": "paged", "bo": "paged", "cy": "no level of shop or all names them",
			"dee": "user/dee (level 2 of shop) means them, but they have neither a phone number nor a mail address",
		} {
			if got := why(&i, user); got != want {
				t.Errorf("%s: %s, want %s", user, got, want)
			}
		}
	})
	t.Run("no provider", func(t *testing.T) {
		q := explain.Question{Stage: rehearsal.NewStage(stage.Settings(), nil), Where: c.Where, At: tuesday, Alerts: []alert.Alert{firing("alertname", "Slow", "service", "checkout")}}
		got, err := explain.Ask(q)
		if err != nil {
			t.Fatal(err)
		}
		if got := why(&got.Incidents[0], "ana"); !strings.Contains(got, "means them, but the configuration has no provider for text messages or calls") {
			t.Errorf("ana: %s", got)
		}
	})
	t.Run("nobody on call, then the fallback", func(t *testing.T) {
		i := ask(explain.Question{At: saturday}, firing("alertname", "Late", "team", "bi", "env", "prod")).Incidents[0]
		var words []string
		for _, s := range i.Steps {
			words = append(words, s.After+" "+s.Kind+" "+s.What+string(s.User)+string(s.Via))
		}
		if got := strings.Join(words, "\n"); !strings.Contains(got, "Nobody to page at level 1 of day") || !strings.Contains(got, "policy all") || !strings.Contains(got, "page anaemail") {
			t.Errorf("got %s", got)
		}
		if got := why(&i, "bo"); !strings.HasPrefix(got, "paged rule 1 (email) is passed over: there is no mail address") {
			t.Errorf("bo: %s", got)
		}
	})
	t.Run("muted until the morning", func(t *testing.T) {
		got := ask(explain.Question{At: at(t, "2026-01-06T03:00:00Z")}, firing("alertname", "Late", "team", "bi", "env", "prod"))
		i := got.Incidents[0]
		if i.Suppressed == nil || i.Suppressed.Kind != router.ByMute || i.SuppressedAt != "rouse.yaml:24" {
			t.Errorf("suppressed %+v at %s", i.Suppressed, i.SuppressedAt)
		}
		if last := i.Steps[len(i.Steps)-1]; last.At.Before(at(t, "2026-01-06T06:00:00Z")) {
			t.Errorf("it ends before people are paged: %+v", i.Steps)
		}
		if r := got.Alerts[0].Ways[0].Rules; r[len(r)-1].Pos != "rouse.yaml:24" || !r[len(r)-1].Holds {
			t.Errorf("rules %+v", r)
		}
	})
	t.Run("inhibited by what comes with it", func(t *testing.T) {
		got := ask(explain.Question{At: tuesday}, firing("alertname", "Slow", "service", "checkout", "severity", "warning", "cluster", "eu"),
			firing("alertname", "Down", "cluster", "eu"))
		slow := got.Incidents[0]
		if slow.Suppressed == nil || slow.Suppressed.Kind != router.ByInhibition || !strings.Contains(slow.Next, "while that lasts") {
			t.Errorf("got %+v, next %s", slow.Suppressed, slow.Next)
		}
		if got := why(&slow, "bo"); !strings.Contains(got, "inhibition down mutes everybody") {
			t.Errorf("bo: %s", got)
		}
	})
	t.Run("a silence, an override and a dead number of run time", func(t *testing.T) {
		q := explain.Question{At: tuesday, Silences: []router.Silence{{ID: "s1", Matchers: []router.Matcher{{Name: "alertname", Value: "Slow", IsEqual: true}},
			StartsAt: tuesday.Add(-time.Hour), EndsAt: tuesday.Add(time.Hour), CreatedBy: "ana"}}}
		a := ask(q, firing("alertname", "Slow", "service", "checkout"))
		if v := a.Alerts[0].Ways[0]; v.Muted == nil || v.Muted.Rule != "s1" || a.Incidents[0].Suppressed == nil {
			t.Errorf("way %+v", v)
		}
		q = explain.Question{At: tuesday, Overrides: []oncall.Override{{ID: "o1", Schedule: "day", User: "cy", From: tuesday.Add(-time.Hour), To: tuesday.Add(time.Hour), Reason: "swap", By: "cy"}},
			Faults: []rehearsal.Fault{{User: "cy", Via: oncall.SMS, Phone: "dead"}}}
		i := ask(q, firing("alertname", "Slow", "service", "checkout")).Incidents[0]
		if s := i.Steps[1]; s.User != "cy" || !strings.Contains(s.Why, "override swap") || s.Fate == "" {
			t.Errorf("first page %+v", s)
		}
		if got := why(&i, "ana"); !strings.Contains(got, "cy stands in (override swap)") {
			t.Errorf("ana: %s", got)
		}
	})
	t.Run("overrides that overlap, in the order of the API", func(t *testing.T) {
		over := func(id string, user oncall.UserID, from, made time.Duration) oncall.Override {
			return oncall.Override{ID: id, Schedule: "day", User: user, From: tuesday.Add(from), To: tuesday.Add(time.Hour), At: tuesday.Add(made), By: "ana"}
		}
		q := explain.Question{At: tuesday, Overrides: []oncall.Override{over("ov-10", "cy", -3*time.Hour, -4*time.Hour), over("ov-9", "bo", -2*time.Hour, -4*time.Hour), over("ov-2", "bo", -time.Hour, -5*time.Hour)}}
		i := ask(q, firing("alertname", "Slow", "service", "checkout")).Incidents[0]
		if s := i.Steps[1]; s.User != "cy" {
			t.Errorf("first page %+v, but cy's override was made last", s)
		}
	})
	t.Run("what nothing follows from", func(t *testing.T) {
		over := firing("alertname", "Slow")
		over.State = alert.Resolved
		test := firing("alertname", "Test")
		test.Test = true
		got := ask(explain.Question{At: tuesday}, over, test)
		if len(got.Incidents) != 0 || got.Alerts[0].Note == "" || got.Alerts[1].Note == "" {
			t.Errorf("got %+v", got)
		}
	})
}

// TestAgreesWithRouterAndRehearsal holds for any configuration, alerts and times: route, service, policy, group and suppression are what the
// router decides, the pages are those of a rehearsal, and nobody is left out or without a reason.
func TestAgreesWithRouterAndRehearsal(t *testing.T) {
	label := func(r *rapid.T, a *alert.Alert, name string, values ...string) {
		if v := rapid.SampledFrom(append(values, "")).Draw(r, name); v != "" {
			a.Labels[name] = v
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		c, stage := loaded(r, drawConfig(r))
		var all []alert.Alert
		for k := range rapid.IntRange(1, 3).Draw(r, "alerts") {
			a := firing("alertname", rapid.SampledFrom([]string{"Slow", "Down", "Late"}).Draw(r, "name"), "n", fmt.Sprint(k))
			label(r, &a, "service", "checkout")
			label(r, &a, "team", "bi", "data")
			label(r, &a, "env", "prod", "test")
			label(r, &a, "job", "db")
			label(r, &a, "cluster", "eu", "us")
			label(r, &a, "severity", "warning", "none", "critical")
			a.Severity = alert.Severity(a.Labels["severity"])
			all = append(all, a)
		}
		when := at(t, "2026-01-05T00:00:00Z").Add(time.Duration(rapid.IntRange(0, 8*24*60).Draw(r, "minute")) * time.Minute)
		got, err := explain.Ask(explain.Question{Stage: stage, Where: c.Where, At: when, Alerts: all, Length: 20 * time.Minute})
		if err != nil {
			r.Fatal(err)
		}
		inh := c.Gate().NewInhibitor()
		for k := range all {
			if err := all[k].Identify(); err != nil {
				r.Fatal(err)
			}
			inh.Set(&all[k])
		}
		for k := range all {
			ways := got.Alerts[k].Ways
			for n, d := range c.Tree().Route(all[k]) {
				w := ways[n]
				if diff := cmp.Diff(c.Gate().Check(&all[k], &d, inh, when), w.Muted); diff != "" || w.Route != d.Route || w.Incident == 0 {
					r.Fatalf("way %+v, want %+v\n%s", w, d, diff)
				}
				i := got.Incidents[w.Incident-1]
				if i.Service != d.Service || i.GroupKey != d.GroupKey || d.Policy != "" && i.Alerts[0] == all[k].Title && len(i.Alerts) == 1 && i.Policy.Value != d.Policy {
					r.Fatalf("incident %+v, want %+v", i, d)
				}
				if len(i.Alerts) == 1 && !cmp.Equal(i.Suppressed, w.Muted) {
					r.Fatalf("suppressed %+v, muted %+v", i.Suppressed, w.Muted)
				}
			}
			if len(ways) != len(c.Tree().Route(all[k])) {
				r.Fatalf("%d ways", len(ways))
			}
		}
		line, err := stage.Play(rehearsal.Script{Start: when, Events: []rehearsal.Event{{Do: rehearsal.Receive{Alerts: all}}}, Length: 20 * time.Minute})
		if err != nil {
			r.Fatal(err)
		}
		var want, pages []string
		for _, m := range line.Woken() {
			for range max(1, len(m.Bundle)) {
				want = append(want, fmt.Sprint(m.At, m.User, m.Via))
			}
		}
		for _, i := range got.Incidents {
			for _, s := range i.Steps {
				if s.Kind == "page" {
					pages = append(pages, fmt.Sprint(s.At, s.User, s.Via))
				}
			}
			if len(i.People) != len(c.Roster().Users()) {
				r.Fatalf("people %+v", i.People)
			}
			for _, p := range i.People {
				if !p.Paged && len(p.Why) == 0 {
					r.Fatalf("%s is not paged, and nobody says why", p.User)
				}
			}
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(pages))); diff != "" {
			r.Fatalf("-rehearsed +explained:\n%s", diff)
		}
	})
}
