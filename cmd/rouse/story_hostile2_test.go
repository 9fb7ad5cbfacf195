package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

// A review is drafted, and there is no due date.
func TestProcessReviewForgotten(t *testing.T) {
	config := strings.Replace(processConfig, "reviews: {required: [P1], due: 5d}", "reviews: {required: [P1]}", 1)
	hostile(t, config, func(w *town) {
		w.asks("cy", "report checkout cannot pay", "INC-1")
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		w.do(1, incident.Resolve{By: at("ana"), Note: "x"})
		if _, err := w.d.engine.DraftReview(context.Background(), 1, at("ana")); err != nil {
			t.Fatal(err)
		}
		before := w.texts("ana") + w.texts("cy")
		w.after(30 * 24 * time.Hour)
		if w.texts("ana")+w.texts("cy") == before && w.inc(1).State == incident.Resolved {
			t.Errorf("a month later it waits for its review, and nobody was ever reminded; wakes %v", w.inc(1).WakeAt)
		}
	})
}

// Ways around a required review.
func TestProcessReviewDodged(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		w.asks("cy", "report checkout cannot pay", "INC-1")
		w.do(1, incident.Reviewed{By: at("bo")})
		w.do(1, incident.Resolve{By: at("ana"), Code: incident.Duplicate, Note: "of nothing"})
		if i := w.inc(1); !i.Review.Required && i.DuplicateOf == 0 {
			t.Errorf("a P1 whose review bo demanded is resolved as the duplicate of nothing: its review is not required any more")
		}
		w.after(time.Minute) // cy hears of the end first
		w.asks("cy", "report checkout cannot pay again", "INC-2")
		w.do(2, incident.Resolve{By: at("ana"), Code: incident.Recovered, Note: "I say so"})
		if strings.Contains(grep(w.timeline(2), "Resolved"), "every alert recovered") {
			t.Errorf("a person's note is dropped from the timeline: %s", grep(w.timeline(2), "Resolved"))
		}
	})
}

// A published review's open items go with their incident.
func TestProcessRetentionDropsItems(t *testing.T) {
	hostile(t, shortly(t), func(w *town) {
		w.asks("cy", "report checkout cannot pay", "INC-1")
		w.do(1, incident.Resolve{By: at("ana"), Note: "x"})
		w.publishReview(1)
		w.do(1, incident.Close{By: at("ana")})
		w.after(10 * 24 * time.Hour)
		var err error
		var r review.Review
		_ = w.st.View(context.Background(), func(tx store.Tx) error { r, err = tx.Review(1); return nil })
		if err != nil {
			t.Errorf("the review and its open, overdue action item are gone: %v %v", err, len(r.Items))
		}
	})
}

// Many breaches at once for one person.
func TestProcessThousandBreaches(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		for k := range 300 {
			w.fire(fmt.Sprintf("alertname=A%d", k), "severity=critical")
		}
		w.after(time.Second)
		for k := range 300 {
			w.do(int64(k+1), incident.Ack{By: at("ana"), User: "ana"})
		}
		before := w.texts("ana")
		w.after(4*time.Hour + 5*minute)
		for _, x := range w.people["ana"].Texts()[before:] {
			if len(x.Body) > 306 {
				t.Errorf("%d characters: %q", len(x.Body), x.Body)
			}
		}
	})
}

// The audit chain over failed commits and restarts.
func TestProcessAuditChain(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=A", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.breakStore(errors.New("disk full"))
		_, err := w.d.engine.Do(ctx, 1, incident.Note{By: at("ana"), Text: "lost"})
		if err == nil {
			t.Error("no error")
		}
		w.mendStore()
		w.asks("ana", "n 1 kept", "noted")
		w.restart()
		w.do(1, incident.Note{By: at("bo"), Text: "after"})
		w.restart()
		w.asks("ana", "STOP")
		w.verify()
		_ = w.st.View(ctx, func(tx store.Tx) error {
			acts, _ := tx.Acts(0, 0)
			for _, a := range acts {
				t.Log(a.Seq, a.By, a.Verb, a.What)
			}
			return nil
		})
	})
}

// Security by bundle, list, links.
func TestProcessSecretBundles(t *testing.T) {
	hostile(t, secret(), func(w *town) {
		w.fire("alertname=Mild1", "service=quiet", "severity=info")
		w.after(time.Second)
		for k := range 6 {
			w.fire(fmt.Sprintf("alertname=Intruder%d", k), "service=vault", "severity=critical")
		}
		w.after(10 * time.Minute)
		for _, x := range []string{"list", "B1?", "2?", "who", "who vault", "ack all", "list"} {
			a := w.says("cy", x)
			if strings.Contains(a, "Intruder") {
				t.Errorf("%q tells %q", x, a)
			}
		}
		for _, who := range []string{"ana", "bo", "cy"} {
			for _, x := range w.got(who) {
				if strings.Contains(x, "Intruder") || strings.Contains(x, "P1 INC-2 vault:") {
					t.Errorf("%s: %q", who, x)
				}
			}
		}
	})
}

// An incident becomes confidential while messages about it wait.
func TestProcessSecretWaiting(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=Intruder", "service=quiet", "severity=info")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("bo"), User: "bo"})
		if _, err := w.d.engine.Subscribe(ctx, store.Subscriber{Recipient: incident.Recipient{User: "cy"}}, at("cy")); err != nil {
			t.Fatal(err)
		}
		w.after(5 * time.Hour) // cy is asleep: news of low urgency waits
		w.do(1, incident.Publish{By: at("bo"), Audience: incident.ForStakeholders, Phase: incident.Investigating, Text: "Intruder seen"})
		w.do(1, incident.Amend{By: at("bo"), Type: incident.TypeSecurity, Reason: "attack"})
		before := w.texts("cy")
		w.after(10 * time.Hour)
		told := w.got("cy")[before:]
		if len(told) == 0 {
			t.Error("told nothing in the morning")
		}
		for _, x := range told {
			if strings.Contains(x, "Intruder") {
				t.Errorf("told %q", x)
			}
		}
	})
}

// Chains of merges; alerts fire again after it all ended.
func TestProcessMergeChain(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		for _, x := range []string{"A", "B", "C"} {
			w.fire("alertname="+x, "severity=critical")
		}
		w.after(time.Second)
		for _, m := range [][2]int64{{1, 2}, {2, 3}} {
			if _, _, err := w.d.engine.Merge(ctx, m[0], m[1], at("ana")); err != nil {
				t.Fatal(err)
			}
		}
		if i := w.inc(3); i.Firing != 3 {
			t.Errorf("%d firing", i.Firing)
		}
		if _, _, err := w.d.engine.Merge(ctx, 3, 1, at("ana")); err == nil {
			t.Error("a circle of merges")
		}
		for _, x := range []string{"A", "B", "C"} {
			w.clear("alertname="+x, "severity=critical")
		}
		w.is(3, incident.Resolved)
		w.fire("alertname=A", "severity=critical")
		w.after(time.Second)
		w.is(3, incident.Triggered)
		w.clear("alertname=A", "severity=critical")
		w.publishReview(3)
		w.after(80 * time.Hour)
		w.is(3, incident.Closed)
		before := w.texts("ana")
		w.fire("alertname=A", "severity=critical")
		w.after(time.Second)
		if w.count() != 4 || w.texts("ana") == before {
			t.Errorf("%d incidents", w.count())
		}
	})
}

// Merge a resolved incident; the target resolves by hand while alerts fire.
func TestProcessMergeResolvedTarget(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=A", "severity=critical")
		w.fire("alertname=B", "severity=critical")
		w.after(time.Second)
		w.do(2, incident.Resolve{By: at("ana"), Note: "x"}) // B still fires
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("ana")); err != nil {
			t.Fatal(err)
		}
		a, b := w.inc(1), w.inc(2)
		if a.Firing != 2 || b.Firing != 0 {
			t.Errorf("firing %d and %d", a.Firing, b.Firing)
		}
		w.do(1, incident.Resolve{By: at("ana"), Note: "x"})
		w.after(11 * minute)
		w.is(1, incident.Triggered)
		w.is(2, incident.Resolved)
		w.clear("alertname=A", "severity=critical")
		w.clear("alertname=B", "severity=critical")
		w.is(1, incident.Resolved)
	})
}

// A reported incident that takes over a silenced alert must go on paging, and must not end with the alert.
func TestProcessReportAbsorbs(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.post("/api/v2/silences", "p", "application/json", `{"matchers":[{"name":"alertname","value":"Down","isRegex":false,"isEqual":true}],"startsAt":"2000-01-01T00:00:00Z","endsAt":"2000-01-01T05:30:00Z","createdBy":"ana","comment":"deploy"}`)
		w.asks("cy", "report checkout cannot pay", "INC-1")
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("bo")); err != nil {
			t.Fatal(err)
		}
		w.after(10 * minute)
		if i := w.inc(1); i.Suppressed != nil {
			t.Errorf("what cy reported is silenced since it took over a silenced alert: %s", grep(w.timeline(1), "Nobody is paged"))
		}
		w.clear("alertname=Down", "severity=critical")
		w.after(time.Second)
		if i := w.inc(1); i.State == incident.Resolved {
			t.Errorf("what cy reported, and nobody looked at, is resolved as %s", i.Code)
		}
	})
}

// Reload takes away the reviewer, the reporter, the service, the team.
func TestProcessReloadTakesAll(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("bo", "1", "acknowledged")
		w.do(1, incident.Assign{By: at("ana"), Role: incident.Commander, To: "bo"})
		w.leaves()
		before := w.texts("ana") + w.texts("cy")
		w.after(5 * time.Hour)
		if w.texts("ana")+w.texts("cy") == before {
			t.Error("whoever had it is gone, and nobody hears of reminders and breaches")
		}
		w.do(1, incident.Resolve{By: at("ana"), Note: "x"})
		w.after(20 * minute)
		w.is(1, incident.Triggered) // it still fires
	})
}

// Rules in a storm.
func TestProcessRuleStorm(t *testing.T) {
	config := processConfig + `
automations:
  - name: noter
    on: [opened]
    do:
      - note: "look at {{ .Incident.Title }}"
      - set: {category: data, reason: "x"}
`
	hostile(t, config, func(w *town) {
		for k := range 1000 {
			w.fire(fmt.Sprintf("alertname=A%d", k), "severity=critical")
		}
		w.after(time.Second)
		if n := w.texts("ana"); n == 0 {
			t.Errorf("ana got %d texts of a thousand incidents", n)
		}
		i := w.inc(1000)
		if i.Category != "data" || !strings.Contains(w.timeline(1000), "look at") {
			t.Errorf("%s", w.timeline(1000))
		}
	})
}

// Responders who were added are voided by a later set of the same rule.
func TestProcessRuleVoidsResponders(t *testing.T) {
	config := processConfig + `
automations:
  - name: dba
    on: [opened]
    match: ['severity="warning"']
    do:
      - add_responders: [user/bo]
      - set: {priority: P5, reason: "x"}
`
	hostile(t, config, func(w *town) {
		w.fire("alertname=Slow", "severity=warning")
		w.after(minute)
		if w.texts("bo") == 0 {
			t.Errorf("bo was added as a responder and never told: %s", grep(w.timeline(1), "bo", "P5"))
		}
	})
}
