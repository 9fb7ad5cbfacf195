package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/store"
)

// hostile is a story told once, straight through.
func hostile(t *testing.T, config string, f func(*town)) {
	t.Helper()
	tell(t, config, false, f)
}

// Priorities move under a clock.
func TestProcessSLADowngrade(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		w.after(4*time.Hour + minute)
		w.do(1, incident.Amend{By: at("bo"), Priority: "P2", Reason: "half the shops are back"})
		before := w.texts("ana")
		w.after(5 * time.Hour)
		c := w.inc(1).Clocks[1]
		if !c.Breached {
			t.Fatalf("%+v", c)
		}
		if w.texts("ana") == before || !strings.Contains(w.timeline(1), "standard, 8h, is over") {
			t.Errorf("the 8 h of P2 are over and nobody heard of it, not even the timeline: told %d\n%s", c.Told, grep(w.timeline(1), "SLA", "Changed"))
		}
	})
}

func TestProcessSLAFlap(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		w.after(4*time.Hour + minute)
		for range 3 {
			w.do(1, incident.Amend{By: at("bo"), Priority: "P4", Reason: "x"})
			w.after(minute)
			w.do(1, incident.Amend{By: at("bo"), Priority: "P1", Reason: "y"})
			w.after(minute)
		}
		if n := strings.Count(w.timeline(1), "SLA BREACHED: the resolution"); n != 1 {
			t.Errorf("one breach was told %d times; escalations %d\n%s", n, w.inc(1).Escalations, grep(w.timeline(1), "SLA"))
		}
	})
}

func TestProcessSLAReload(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		w.after(4*time.Hour + minute)
		w.reload("name: standard", "name: other")
		w.do(1, incident.Amend{By: at("bo"), Priority: "P2", Reason: "x"})
		w.reload("service: [checkout]", "service: [lease]")
		w.do(1, incident.Amend{By: at("bo"), Priority: "P1", Reason: "x"})
		w.reload("service: [lease]", "service: [checkout]")
		w.after(10 * minute)
		w.do(1, incident.Amend{By: at("bo"), Priority: "P2", Reason: "x"})
		w.do(1, incident.Amend{By: at("bo"), Priority: "P1", Reason: "x"})
	})
}

func TestProcessSLAAppears(t *testing.T) {
	config := strings.Replace(processConfig, "service: [checkout]", "service: [lease]", 1)
	hostile(t, config, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		w.reload("match: {service: [lease]}", "match: {service: [checkout]}")
		w.after(9 * time.Hour)
		if len(w.inc(1).Clocks) == 0 || !strings.Contains(w.timeline(1), "BREACHED") {
			t.Errorf("an SLA that a reload brought is never looked at: %d clocks", len(w.inc(1).Clocks))
		}
	})
}

// Acknowledged under a silence that has ended since.
func TestProcessSLASilence(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		w.post("/api/v2/silences", "p", "application/json", `{"matchers":[{"name":"alertname","value":"Down","isRegex":false,"isEqual":true}],"startsAt":"2000-01-01T00:00:00Z","endsAt":"2000-01-01T00:30:00Z","createdBy":"ana","comment":"deploy"}`)
		w.fire("alertname=Down", "severity=critical")
		w.after(minute)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		before := w.texts("ana")
		w.after(5 * time.Hour)
		heard := strings.Join(w.got("ana")[before:], "|")
		if !strings.Contains(heard, "SLA BREACHED") {
			t.Errorf("the silence ended hours ago and ana, who has it, did not hear of the breach: %q; suppressed %+v", heard, w.inc(1).Suppressed)
		}
	})
}

// A rule that adds responders, during a silence.
func TestProcessAutomationInSilence(t *testing.T) {
	config := processConfig + `
automations:
  - name: dba
    on: [opened]
    do:
      - add_responders: [user/cy]
`
	hostile(t, config, func(w *town) {
		w.post("/api/v2/silences", "p", "application/json", `{"matchers":[{"name":"job","value":"x","isRegex":false,"isEqual":true}],"startsAt":"2000-01-01T00:00:00Z","endsAt":"2000-01-01T09:00:00Z","createdBy":"ana","comment":"deploy"}`)
		for k := range 30 {
			w.fire(fmt.Sprintf("alertname=Down%d", k), "severity=critical", "job=x")
		}
		w.after(30 * minute)
		w.noPages()
	})
}

// What is left of somebody who was erased.
func TestProcessErase(t *testing.T) {
	config := strings.Replace(processConfig, "users:\n", "users:\n  dee: {name: Dee Dee, timezone: UTC, phone: \"+46700000009\"}\n", 1)
	hostile(t, config, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		if _, err := w.d.engine.Subscribe(ctx, store.Subscriber{Recipient: incident.Recipient{User: "bo"}}, at("bo")); err != nil {
			t.Fatal(err)
		}
		if _, err := w.d.engine.Subscribe(ctx, store.Subscriber{Recipient: incident.Recipient{Address: "bo.lind@home.example"}}, at("bo")); err != nil {
			t.Fatal(err)
		}
		w.asks("bo", "give 1 cy", "given to cy")
		w.after(minute)
		w.asks("cy", "1", "acknowledged")
		w.asks("ana", "1?", "by cy")
		w.asks("bo", "1?", "by cy")
		w.do(1, incident.Publish{By: at("bo"), Audience: incident.ForResponders, Phase: incident.Investigating, Text: "Bo Lind looks"})
		w.after(minute)
		w.do(1, incident.Resolve{By: at("bo"), Note: "done"})
		w.after(minute)
		w.leaves()
		if _, err := w.d.engine.Erase(ctx, enginePerson("bo", "Bo Lind", "+46700000002"), at("ana")); err != nil {
			t.Fatal(err)
		}
		var left []string
		_ = w.st.View(ctx, func(tx store.Tx) error {
			subs, _ := tx.Subscribers()
			for _, s := range subs {
				if s.User == "bo" || s.By == "bo" {
					left = append(left, "subscriber "+asJSON(s))
				}
			}
			pages, _ := tx.PagesOf(1)
			more, _ := tx.PagesOf(0)
			for _, p := range append(pages, more...) {
				if j := asJSON(p); strings.Contains(j, "Bo Lind") || strings.Contains(j, "\"bo\"") || strings.Contains(j, "+46700000002") {
					left = append(left, "page "+j)
				}
			}
			contacts, _ := tx.Contacts()
			for _, c := range contacts {
				if strings.Contains(c.Address, "+46700000002") {
					left = append(left, "contact "+asJSON(c))
				}
			}
			return nil
		})
		for _, x := range left {
			t.Errorf("left: %.300s", x)
		}
	})
}

// An act that is refused must change nothing.
func TestProcessRefusedLinkUnlinks(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=A", "service=quiet", "severity=info")
		w.after(time.Second)
		for _, title := range []string{"one", "two"} {
			if _, err := w.d.engine.OpenProblem(ctx, problem.Open{By: at("bo"), Title: title}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.d.engine.Relate(ctx, 1, incident.Relate{By: at("bo"), Kind: incident.ToProblem, To: 1}); err != nil {
			t.Fatal(err)
		}
		w.clear("alertname=A", "service=quiet", "severity=info")
		w.do(1, incident.Close{By: at("bo")})
		_, err := w.d.engine.Relate(ctx, 1, incident.Relate{By: at("bo"), Kind: incident.ToProblem, To: 2})
		if err == nil {
			t.Fatal("closed is final")
		}
		_ = w.st.View(ctx, func(tx store.Tx) error {
			p, _ := tx.Problem(1)
			i, _ := tx.Incident(1)
			if !p.Linked(1) || i.Problem != 1 {
				t.Errorf("refused (%v), but PRB-1 has lost INC-1, which still says PRB-%d", err, i.Problem)
			}
			return nil
		})
	})
}

// 17, 18: news uses up what pages need.
func TestProcessNewsEatsLimit(t *testing.T) {
	config := strings.Replace(processConfig, "users:\n", "limits:\n  sms: {per_number: 6 in 15m}\nusers:\n", 1)
	hostile(t, config, func(w *town) {
		w.fire("alertname=A", "severity=critical")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		for k := range 5 {
			w.do(1, incident.Publish{By: at("bo"), Audience: incident.ForResponders, Phase: incident.Investigating, Text: fmt.Sprint("step ", k)})
			w.after(50 * time.Second)
		}
		before := w.texts("ana")
		w.fire("alertname=New", "severity=critical")
		w.after(5 * time.Second)
		if w.texts("ana") == before {
			t.Errorf("the first page of a P1 is held back because of status updates: %s", grep(w.timeline(2), "held", "Paging"))
		}
	})
}

func TestProcessNewsEatsCap(t *testing.T) {
	config := strings.Replace(processConfig, "users:\n", "limits:\n  daily_spend: {messages: 10, calls: 50}\nusers:\n", 1)
	hostile(t, config, func(w *town) {
		w.fire("alertname=A", "severity=critical")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		for k := range 12 {
			w.do(1, incident.Publish{By: at("bo"), Audience: incident.ForResponders, Phase: incident.Investigating, Text: fmt.Sprint("step ", k)})
			w.after(50 * time.Second)
		}
		before := w.texts("ana")
		w.fire("alertname=New", "severity=critical")
		w.after(5 * time.Second)
		if w.texts("ana") == before {
			t.Errorf("no text for a P1: status updates have used up the day's cap: %s", grep(w.timeline(2), "cap", "Paging"))
		}
	})
}

// Types go by reload.
func TestProcessTypeGone(t *testing.T) {
	config := processConfig + "\ncategories:\n  technical: [latency]\n  legacy: [x]\n  security: [breach]\n"
	config = strings.Replace(config, "route:\n  service: checkout\n", "route:\n  service: checkout\n  type: legacy\n", 1)
	hostile(t, config, func(w *town) {
		w.fire("alertname=A", "severity=warning")
		w.after(time.Second)
		w.config = strings.Replace(w.config, "  type: legacy\n", "", 1)
		w.reload("  legacy: [x]\n", "")
		if _, err := w.d.engine.Do(context.Background(), 1, incident.Amend{By: at("ana"), Priority: "P1", Reason: "it is bad"}); err != nil {
			t.Errorf("its priority cannot be raised any more: %v", err)
		}
	})
}

// Depth.
func TestProcessDeepFamily(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		for k := 1; k <= 8; k++ {
			w.asks("cy", fmt.Sprintf("report quiet thing %d", k), "INC-")
			if k > 1 {
				if _, err := w.d.engine.Relate(ctx, int64(k), incident.Relate{By: at("ana"), Kind: incident.ToParent, To: int64(k - 1)}); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.do(1, incident.Resolve{By: at("ana"), Note: "done"})
		for k := int64(1); k <= 8; k++ {
			if s := w.inc(k).State; s != incident.Resolved {
				t.Errorf("INC-%d is %s", k, s)
			}
		}
	})
}

// Customer.
func TestProcessCustomer(t *testing.T) {
	config := strings.Replace(processConfig, "service: [checkout]", "service: [lease]", 1)
	hostile(t, config, func(w *town) {
		w.asks("cy", "report lease cannot pay", "INC-1")
		w.asks("ana", "1", "acknowledged")
		w.asks("ana", "hold 1 customer which card?", "on hold")
		before := w.texts("ana")
		w.asks("cy", "n 1 a visa", "noted")
		w.after(minute)
		i := w.inc(1)
		if w.texts("ana") == before {
			t.Error("the customer has answered, the clock runs, and ana who waits for it was not told")
		}
		if i.State != incident.Acknowledged || i.AckUntil.IsZero() {
			t.Errorf("%s until %v: the service's ack_timeout is lost", i.State, i.AckUntil)
		}
	})
}

// A parent reopens while its child's alert is silenced.
func TestProcessChildReopensInSilence(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=P", "severity=critical")
		w.fire("alertname=C", "severity=critical")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("bo"), User: "bo"})
		w.do(2, incident.Ack{By: at("bo"), User: "bo"})
		if _, err := w.d.engine.Relate(ctx, 2, incident.Relate{By: at("bo"), Kind: incident.ToParent, To: 1}); err != nil {
			t.Fatal(err)
		}
		w.do(1, incident.Resolve{By: at("bo"), Note: "x"})
		w.post("/api/v2/silences", "p", "application/json", `{"matchers":[{"name":"severity","value":"critical","isRegex":false,"isEqual":true}],"startsAt":"2000-01-01T00:00:00Z","endsAt":"2000-01-01T09:00:00Z","createdBy":"ana","comment":"deploy"}`)
		before := w.texts("ana")
		w.after(30 * minute) // its alerts still fire: the parent reopens, silenced
		if n := w.texts("ana") - before; n > 0 {
			t.Errorf("ana was woken %d times in a silence: %q", n, w.got("ana")[before:])
		}
	})
}

func grep(text string, words ...string) string {
	var out []string
	for l := range strings.Lines(text) {
		for _, x := range words {
			if strings.Contains(l, x) {
				out = append(out, strings.TrimSpace(l))
				break
			}
		}
	}
	return strings.Join(out, "\n")
}
