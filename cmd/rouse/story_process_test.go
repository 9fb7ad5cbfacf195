package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

// processConfig is the town with a whole incident process: one section for each step.
const processConfig = townConfig + `
hold_reasons: [customer, vendor, problem]
closing: {after: 72h, note: [P1, P2]}
slas:
  - name: standard
    match: {service: [checkout]}
    response: {P1: 15m, P2: 30m}
    resolution: {P1: 4h, P2: 8h}
    pause_on_hold: [vendor]
    warn_at: [50, 100]
    on_breach: [tell, escalate]
updates:
  cadence: {P1: 30m}
  templates: {investigating: "We look into {{ .Title }}."}
reviews: {required: [P1], due: 5d}
retention: {incidents: 100d}
`

// with changes the process town's configuration.
func processWith(t *testing.T, old, new string) string {
	t.Helper()
	if !strings.Contains(processConfig, old) {
		t.Fatalf("the configuration has no %q", old)
	}
	return strings.Replace(processConfig, old, new, 1)
}

// shortly is the process town where closed incidents are kept for four days alone.
func shortly(t *testing.T) string {
	t.Helper()
	return processWith(t, "retention: {incidents: 100d}", "retention: {incidents: 4d}")
}

// at is somebody at a desk.
func at(user string) incident.Actor {
	return incident.Actor{Kind: incident.ByUser, Name: user, Channel: "api"}
}

// do lets somebody act at a desk; it must succeed.
func (w *town) do(n int64, a incident.Action) incident.Incident {
	w.t.Helper()
	i, err := w.d.engine.Do(context.Background(), n, a)
	if err != nil {
		w.t.Fatalf("%T on %s: %v\n%s", a, incident.Ref(n), err, w.timeline(n))
	}
	return i
}

// refuses fails unless an act is refused with a word of explanation.
func (w *town) refuses(n int64, a incident.Action, word string) {
	w.t.Helper()
	if _, err := w.d.engine.Do(context.Background(), n, a); err == nil || !strings.Contains(err.Error(), word) {
		w.t.Errorf("%T on %s: %v, want a refusal with %q", a, incident.Ref(n), err, word)
	}
}

// texts is how many texts a phone got.
func (w *town) texts(who string) int { return len(w.people[who].Texts()) }

// heard fails unless the last text of a phone holds the words.
func (w *town) heard(who string, words ...string) {
	w.t.Helper()
	w.expect(who, w.texts(who), len(w.people[who].Calls()), words...)
}

// Step 1, identification: whoever sees that something is broken texts it, and whoever is on call is paged.
func TestProcessReportByText(t *testing.T) {
	story(t, processConfig, func(w *town) {
		w.asks("cy", "report it is broken", "Which service", "checkout")
		w.asks("cy", "report", "Report what?")
		w.asks("cy", "report Checkout: cannot pay by card", "INC-1 opened as P1 for checkout", "paging ana")
		w.expect("ana", 1, 0, "P1 INC-1 checkout: cannot pay by card")
		i := w.inc(1)
		if i.Reporter != "cy" || i.Source != "sms" || i.Rule == "" {
			t.Errorf("reporter %q, source %q, rule %q", i.Reporter, i.Source, i.Rule)
		}
		w.asks("ana", "1", "INC-1 acknowledged")
	})
}

// Step 2, logging: numbers rise and are never given twice, not even after retention has dropped the incident that had one.
func TestProcessNumbersAreNeverReused(t *testing.T) {
	story(t, shortly(t), func(w *town) {
		w.fire("alertname=A", "service=quiet", "severity=info")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		w.do(1, incident.Attach{By: at("ana"), Href: "https://wiki.example.com/a", Text: "the dashboard"})
		w.clear("alertname=A", "service=quiet", "severity=info")
		w.is(1, incident.Resolved)
		w.after(73 * time.Hour)
		w.is(1, incident.Closed)
		w.refuses(1, incident.Note{By: at("ana")}, "note")
		w.after(5 * 24 * time.Hour)
		if n := w.count(); n != 0 {
			t.Errorf("%d incidents are kept after their time", n)
		}
		w.fire("alertname=A", "service=quiet", "severity=info")
		w.after(time.Second)
		w.is(2, incident.Triggered)
	})
}

// Steps 3 and 4, categorisation and prioritisation: people correct what the route said, with a reason; the priority follows the
// matrix, SLAs start from the incident's start, and who is paged is decided anew.
func TestProcessPriority(t *testing.T) {
	story(t, processConfig, func(w *town) {
		w.fire("alertname=Slow", "severity=warning")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.after(2*time.Hour + 10*minute)
		if i := w.inc(1); i.Priority != "P2" || len(i.Clocks) != 2 {
			t.Fatalf("%s with %d clocks", i.Priority, len(i.Clocks))
		}
		w.refuses(1, incident.Amend{By: at("bo"), Category: "latency"}, "reason")
		w.refuses(1, incident.Amend{By: at("bo"), Category: "gravity", Reason: "x"}, "latency")
		w.do(1, incident.Amend{By: at("bo"), Category: "latency", Reason: "p99 is ten seconds"})
		before := w.texts("ana")
		w.do(1, incident.Amend{By: at("bo"), Urgency: incident.GradeHigh, Reason: "all shops"})
		w.after(time.Second)
		w.is(1, incident.Acknowledged)
		if i := w.inc(1); i.Priority != "P1" || i.Clocks[1].Target != 4*time.Hour || i.Clocks[1].Told != 50 {
			t.Errorf("%s, clock %+v", i.Priority, i.Clocks[1])
		}
		if w.texts("ana") == before {
			t.Error("ana did not hear that half of the new target is used")
		}
		w.do(1, incident.Amend{By: at("bo"), Priority: "P4", Reason: "a drill"})
		w.tells(1, "priority P1 to P4: a drill")
	})
}

// Step 5, diagnosis: whoever is woken by the same again reads at once what helped last time; a known error's workaround too.
func TestProcessRecurrence(t *testing.T) {
	story(t, processConfig, func(w *town) {
		l := []string{"alertname=Down", "severity=critical"}
		w.fire(l...)
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.do(1, incident.Diagnose{By: at("ana"), Kind: incident.Factor, Text: "no index on orders"})
		w.do(1, incident.Diagnose{By: at("ana"), Kind: incident.WorkaroundFound, Text: "restart pod 3"})
		w.clear(l...)
		w.after(11 * minute)
		w.fire(l...)
		w.after(time.Second)
		w.is(2, incident.Triggered)
		w.tells(2, "Repeats INC-1: resolved 11m ago .recovered")
		w.tells(2, "Workaround: restart pod 3")
		p, err := w.d.engine.OpenProblem(context.Background(), problem.Open{By: at("bo"), Title: "orders without an index", Service: "checkout", Cause: "no index", Workaround: "kill the query", Incidents: []int64{2}})
		if err != nil {
			t.Fatal(err)
		}
		w.asks("ana", "2", "acknowledged")
		w.asks("ana", "hold 2 problem PRB-1", "on hold")
		if i := w.inc(2); i.Problem != p.Number || i.HeldClass != "problem" || i.Workaround != "kill the query" {
			t.Errorf("problem %d, held for %q, workaround %q", i.Problem, i.HeldClass, i.Workaround)
		}
		if _, err := w.d.engine.DoProblem(context.Background(), 1, problem.Resolve{By: at("bo"), Code: problem.FixApplied, Note: "index built"}, at("bo")); err != nil {
			t.Fatal(err)
		}
		w.is(2, incident.Resolved)
		if i := w.inc(2); i.Code != incident.ByProblem {
			t.Errorf("resolved with %q", i.Code)
		}
	})
}

// Step 6, resolution: at a desk a P1 is not resolved without a note; a phone at night may, and is asked for it.
func TestProcessResolutionNote(t *testing.T) {
	story(t, processConfig, func(w *town) {
		w.asks("cy", "report checkout cannot pay", "INC-1")
		w.refuses(1, incident.Resolve{By: at("ana")}, "what was done")
		w.refuses(1, incident.Resolve{By: at("ana"), Code: "magic", Note: "x"}, "false_alarm")
		w.asks("ana", "1r", "INC-1 resolved", "What was done?", "n 1")
		w.refuses(1, incident.Close{By: at("ana")}, "note")
		w.asks("ana", "n 1 rolled back the deploy", "noted")
		if i := w.inc(1); i.Note != "rolled back the deploy" || i.Code != incident.Fixed {
			t.Errorf("%q %q", i.Code, i.Note)
		}
	})
}

// Step 7, closure: never while a required review is missing; by the reporter's word; by itself after a time; and closed is final.
func TestProcessClosure(t *testing.T) {
	story(t, processConfig, func(w *town) {
		w.asks("cy", "report checkout cannot pay", "INC-1")
		w.asks("ana", "1r rolled back", "INC-1 resolved")
		w.after(5*24*time.Hour - time.Hour)
		w.is(1, incident.Resolved)
		before := w.texts("ana")
		w.after(2 * time.Hour)
		w.is(1, incident.Resolved)
		if w.texts("ana") != before+1 {
			t.Errorf("ana was not reminded of the review: %q", w.got("ana"))
		}
		w.heard("ana", "INC-1", "review is required")
		w.publishReview(1)
		w.after(time.Second)
		w.is(1, incident.Closed)
		w.refuses(1, incident.Reopen{By: at("cy"), Reason: "again"}, "final")

		w.asks("cy", "report quiet a question", "INC-2")
		w.do(2, incident.Resolve{By: at("bo"), Note: "answered"})
		w.do(2, incident.Reopen{By: at("cy"), Reason: "not for me"})
		w.do(2, incident.Resolve{By: at("bo"), Note: "answered better"})
		w.do(2, incident.Confirm{By: at("cy"), Satisfied: 4})
		w.is(2, incident.Closed)
	})
}

// publishReview drafts, fills and publishes the review of an incident.
func (w *town) publishReview(n int64) review.Review {
	w.t.Helper()
	ctx := context.Background()
	if _, err := w.d.engine.DraftReview(ctx, n, at("ana")); err != nil {
		w.t.Fatal(err)
	}
	summary, factors := "Card payments failed for 20 minutes.", []string{"the canary ran too short"}
	var r review.Review
	for _, a := range []review.Action{
		review.Edit{By: at("ana"), Summary: &summary, Factors: &factors},
		review.AddItem{By: at("ana"), Text: "canary of an hour", Type: review.Prevent, Owner: "bo", Due: time.Now().Add(48 * time.Hour)},
		review.Submit{By: at("ana")}, review.Approve{By: at("bo")}, review.Publish{By: at("ana")},
	} {
		var err error
		if r, err = w.d.engine.DoReview(ctx, n, a, at("ana")); err != nil {
			w.t.Fatalf("%T: %v", a, err)
		}
	}
	return r
}

// Step 8, communication: updates to subscribers and responders, a reminder when one is owed, and silence about a security incident.
func TestProcessUpdates(t *testing.T) {
	story(t, processConfig, func(w *town) {
		ctx := context.Background()
		if _, err := w.d.engine.Subscribe(ctx, store.Subscriber{Service: "checkout", Recipient: incident.Recipient{User: "cy"}}, at("cy")); err != nil {
			t.Fatal(err)
		}
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.do(1, incident.Assign{By: at("ana"), Role: incident.Communications, To: "bo"})
		w.after(minute)
		w.heard("bo", "INC-1", "communications")
		w.after(30 * minute)
		w.heard("bo", "a status update is due")
		w.asks("bo", "u 1 Payments fail, we roll back.", "update sent to stakeholders")
		w.heard("cy", "INC-1", "Payments fail, we roll back.")
		w.heard("ana", "Payments fail, we roll back.")
		i := w.do(1, incident.Publish{By: at("bo"), Audience: incident.ForPublic, Phase: incident.Investigating})
		if i.PublicStatus == nil || !strings.HasPrefix(i.PublicStatus.Text, "We look into Down") {
			t.Errorf("public status %+v", i.PublicStatus)
		}
		w.do(1, incident.Amend{By: at("bo"), Type: incident.TypeSecurity, Reason: "it is an attack"})
		w.refuses(1, incident.Publish{By: at("bo"), Audience: incident.ForPublic, Phase: incident.Identified, Text: "x"}, "security")
		if w.inc(1).PublicStatus != nil {
			t.Error("what the public was told about a security incident still stands")
		}
	})
}

// Step 9, review: published, and its action items are reminded until they are done.
func TestProcessReviewItems(t *testing.T) {
	story(t, processConfig, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.asks("ana", "1r rolled back", "resolved")
		w.clear("alertname=Down", "severity=critical")
		r := w.publishReview(1)
		if r.State != review.StatePublished || len(r.Timeline) < 3 || r.Facts.TimeToAck == 0 {
			t.Errorf("review %s with %d lines, facts %+v", r.State, len(r.Timeline), r.Facts)
		}
		before := w.texts("bo")
		w.after(49 * time.Hour)
		if w.texts("bo") != before+1 {
			t.Errorf("bo was not reminded of an overdue action item: %q", w.got("bo"))
		}
		if _, err := w.d.engine.DoReview(context.Background(), 1, review.DoItem{By: at("bo"), ID: 1, State: review.ItemDone}, at("bo")); err != nil {
			t.Fatal(err)
		}
		before = w.texts("bo")
		w.after(72 * time.Hour)
		if w.texts("bo") != before {
			t.Errorf("bo is reminded of what is done: %q", w.got("bo"))
		}
		w.is(1, incident.Closed)
	})
}

func TestProcessSLABreachEscalates(t *testing.T) {
	story(t, processConfig, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.after(time.Hour)
		w.asks("ana", "hold 1 vendor: case 4711", "on hold")
		w.after(10 * time.Hour)
		w.do(1, incident.Resume{By: at("ana")})
		before := w.texts("cy")
		w.after(3*time.Hour + minute)
		w.tells(1, "SLA BREACHED: the resolution time of standard, 4h, is over")
		if w.texts("cy") != before+1 { // the team's manager
			t.Errorf("the manager was not told: %q", w.got("cy"))
		}
		if len(w.got("bo")) == 0 {
			t.Error("the next level was not told")
		}
	})
}

func TestProcessMergeAndParent(t *testing.T) {
	story(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=A", "severity=critical")
		w.fire("alertname=B", "severity=warning")
		w.fire("alertname=C", "severity=warning")
		w.after(time.Second)
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("ana")); err != nil {
			t.Fatal(err)
		}
		w.is(2, incident.Resolved)
		if i := w.inc(1); i.Firing != 2 || i.Merged[0] != 2 {
			t.Errorf("%d firing, merged %v", i.Firing, i.Merged)
		}
		w.clear("alertname=B", "severity=warning")
		if i := w.inc(1); i.Firing != 1 {
			t.Errorf("%d firing after the recovery of a merged alert", i.Firing)
		}
		w.fire("alertname=B", "severity=warning")
		w.after(time.Second)
		if i := w.inc(1); i.Firing != 2 || w.count() != 3 {
			t.Errorf("%d firing, %d incidents: a merged group did not stay where it went", i.Firing, w.count())
		}
		if _, err := w.d.engine.Relate(ctx, 3, incident.Relate{By: at("ana"), Kind: incident.ToParent, To: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.d.engine.Relate(ctx, 1, incident.Relate{By: at("ana"), Kind: incident.ToParent, To: 3}); err == nil {
			t.Error("a circle of parents was taken")
		}
		w.do(1, incident.Resolve{By: at("ana"), Note: "network mended"})
		w.is(3, incident.Resolved)
		w.tells(3, "with its parent INC-1")
		w.do(1, incident.Reopen{By: at("ana"), Reason: "it is not"})
		w.is(3, incident.Triggered)
	})
}

// A security incident: its number and nothing else to who was paged; nothing at all to who has nothing to do with it.
func TestProcessSecurityByText(t *testing.T) {
	config := strings.Replace(processConfig, "    - {matchers: ['service=\"lease\"'], service: lease}", "    - {matchers: ['service=\"vault\"'], service: vault, type: security}\n    - {matchers: ['service=\"lease\"'], service: lease}", 1)
	config = strings.Replace(config, "  lease: {team: shop", "  vault: {team: sec, escalation: cyonly, impact: high}\n  lease: {team: shop", 1)
	config = strings.Replace(config, "teams:\n", "teams:\n  sec: {members: [cy]}\n", 1)
	story(t, config, func(w *town) {
		w.fire("alertname=Intruder", "service=vault", "severity=critical")
		w.after(time.Second)
		w.expect("cy", 1, 0, "INC-1")
		if text := w.got("cy")[0]; strings.Contains(text, "Intruder") || strings.Contains(text, "vault") {
			t.Errorf("a text tells what a security incident is about: %q", text)
		}
		for _, text := range []string{"1", "1?", "1r x", "1e", "n 1 x", "give 1 bo", "hold 1 x", "u 1 x"} {
			w.asks("bo", text, "There is no INC-1.")
		}
		w.is(1, incident.Triggered)
		w.asks("cy", "1", "INC-1 acknowledged")
	})
}

// Rules do what they say, once, and what they do wakes no rules.
func TestProcessAutomations(t *testing.T) {
	config := processConfig + `
automations:
  - name: dba
    on: [opened]
    match: ['service="checkout"', 'severity="critical"']
    do:
      - set: {category: data, reason: "critical alerts are about data"}
      - add_responders: [user/cy]
      - note: "Look at the slow query log of {{ .Incident.Service }}."
      - update_clock: 10m
`
	story(t, config, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.fire("alertname=Mild", "severity=warning")
		w.after(time.Second)
		i := w.inc(1)
		if i.Category != "data" || i.UpdateEvery != 10*minute {
			t.Errorf("category %q, update clock %s\n%s", i.Category, i.UpdateEvery, w.timeline(1))
		}
		w.tells(1, "slow query log of checkout")
		w.expect("cy", 1, 0, "INC-1")
		if w.inc(2).Category != "" {
			t.Error("the rule ran on an incident that it does not match")
		}
	})
}
