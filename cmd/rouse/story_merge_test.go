package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
)

// An operator merges the parent into its child.
func TestProcessMergeParentIntoChild(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=A", "severity=critical")
		w.fire("alertname=B", "severity=critical")
		w.after(time.Second)
		if _, err := w.d.engine.Relate(ctx, 2, incident.Relate{By: at("ana"), Kind: incident.ToParent, To: 1}); err != nil {
			t.Fatal(err)
		}
		_, _, err := w.d.engine.Merge(ctx, 1, 2, at("ana"))
		w.after(time.Second)
		a, b := w.inc(1), w.inc(2)
		if err != nil && (a.DuplicateOf != 0 || a.State != incident.Triggered) {
			t.Errorf("the merge was refused (%v), and yet INC-1 is %s, a duplicate of %d", err, a.State, a.DuplicateOf)
		}
		if !b.State.Open() {
			t.Errorf("two critical alerts fire and the target is %s", b.State)
		}
		if a.Firing+b.Firing != 2 {
			t.Errorf("%d+%d firing", a.Firing, b.Firing)
		}
	})
}

// An incident with children is merged: they must go to the target and stay as they are.
func TestProcessMergeWithChildren(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.asks("cy", "report checkout network is down", "INC-1")
		w.asks("cy", "report checkout network is gone", "INC-2")
		w.asks("cy", "report checkout the till is dead", "INC-3")
		if _, err := w.d.engine.Relate(ctx, 3, incident.Relate{By: at("ana"), Kind: incident.ToParent, To: 2}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("ana")); err != nil {
			t.Fatal(err)
		}
		w.after(time.Second)
		i := w.inc(3)
		if !i.State.Open() || i.Parent != 1 {
			t.Errorf("INC-3 is %s (%s), parent %d", i.State, i.Code, i.Parent)
		}
		w.after(time.Hour)
	})
}

// Alerts that are kept alive by repeats are moved by a merge.
func TestProcessMergeExpires(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		beat := func() {
			ends := time.Now().UTC().Add(4 * time.Minute).Format(time.RFC3339)
			w.post("/ingest/prom/api/v2/alerts", "p", "application/json", `[{"labels":{"alertname":"A","severity":"critical"},"annotations":{},"endsAt":"`+ends+`"},{"labels":{"alertname":"B","severity":"critical"},"annotations":{},"endsAt":"`+ends+`"}]`)
		}
		beat()
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("ana"), User: "ana"})
		w.do(2, incident.Ack{By: at("ana"), User: "ana"})
		for range 30 {
			w.after(time.Minute)
			beat()
		}
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("ana")); err != nil {
			t.Fatal(err)
		}
		w.after(time.Second)
		if i := w.inc(1); i.Firing != 2 {
			t.Errorf("%d firing after the merge, want 2\n%s", i.Firing, w.timeline(1))
		}
	})
}

// A critical incident is merged into a mild one that somebody has.
func TestProcessMergeWorse(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=Mild", "severity=info")
		w.after(time.Second)
		w.do(1, incident.Ack{By: at("cy"), User: "cy"})
		w.fire("alertname=Bad", "severity=critical")
		w.after(time.Second)
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("bo")); err != nil {
			t.Fatal(err)
		}
		w.after(time.Minute)
		i := w.inc(1)
		if i.Priority != "P1" {
			t.Errorf("a critical alert fires in it and it is %s", i.Priority)
		}
		w.fire("alertname=Bad", "severity=critical", "instance=b")
		w.after(time.Minute)
		i = w.inc(1)
		if i.Priority != "P1" {
			t.Errorf("another critical alert joined and it is still %s and %s", i.Priority, i.State)
		}
	})
}

// Merging what has recovered into what has just recovered.
func TestProcessMergeStopsRecovery(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=A", "severity=critical", "service=flappy")
		w.fire("alertname=B", "severity=critical", "service=flappy")
		w.after(time.Second)
		w.clear("alertname=A", "severity=critical", "service=flappy")
		w.clear("alertname=B", "severity=critical", "service=flappy")
		w.after(time.Minute)
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("ana")); err != nil {
			t.Fatal(err)
		}
		w.after(2 * time.Hour)
		if i := w.inc(1); i.State == incident.Triggered {
			t.Errorf("everything recovered two hours ago and it still pages (firing %d, epoch %d): ana got %d texts, %d calls", i.Firing, i.Epoch, w.texts("ana"), len(w.people["ana"].Calls()))
		}
	})
}

const vaultRoute = "    - {matchers: ['service=\"lease\"'], service: lease}"

func secret() string {
	config := strings.Replace(processConfig, vaultRoute, "    - {matchers: ['service=\"vault\"'], service: vault, type: security}\n"+vaultRoute, 1)
	config = strings.Replace(config, "  lease: {team: shop", "  vault: {team: sec, escalation: cyonly, impact: high}\n  lease: {team: shop", 1)
	return strings.Replace(config, "teams:\n", "teams:\n  sec: {members: [cy]}\n", 1)
}

// A security incident is merged into a public one.
func TestProcessMergeSecret(t *testing.T) {
	hostile(t, secret(), func(w *town) {
		ctx := context.Background()
		w.fire("alertname=Intruder-in-vault", "service=vault", "severity=critical")
		w.after(time.Second)
		w.asks("bo", "report checkout odd things", "INC-2")
		_, _, err := w.d.engine.Merge(ctx, 1, 2, at("cy"))
		w.after(6 * time.Minute)
		if err == nil {
			t.Error("a security incident was merged into one that everybody may read")
		}
		for _, who := range []string{"ana", "bo"} {
			for _, x := range w.got(who) {
				if strings.Contains(x, "Intruder") {
					t.Errorf("%s was texted %q", who, x)
				}
			}
		}
		if strings.Contains(w.timeline(2), "Intruder") {
			t.Error("the timeline of INC-2, which everybody may read, tells the title of a security incident")
		}
	})
}

// A confidential problem is linked to a public incident; the next one of the group opens.
func TestProcessSecretWorkaround(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		l := []string{"alertname=Down", "severity=critical"}
		w.fire(l...)
		w.after(time.Second)
		if _, err := w.d.engine.OpenProblem(ctx, problem.Open{By: at("cy"), Title: "breach", Service: "checkout", Type: incident.TypeSecurity, Cause: "c", Workaround: "rotate the stolen root key", Incidents: []int64{1}}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(w.timeline(1), "stolen") {
			t.Error("at linking")
		}
		w.clear(l...)
		w.after(11 * minute)
		w.fire(l...)
		w.after(time.Second)
		if strings.Contains(w.timeline(2), "stolen") {
			t.Errorf("the workaround of a confidential problem is in a public timeline:\n%s", w.timeline(2))
		}
	})
}

// Somebody answers the text of an incident that was merged meanwhile: what they say is about the one in which its alerts fire now.
func TestProcessMergeAnswered(t *testing.T) {
	hostile(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=A", "severity=critical")
		w.fire("alertname=B", "severity=critical")
		w.after(time.Second)
		if _, _, err := w.d.engine.Merge(ctx, 2, 1, at("cy")); err != nil {
			t.Fatal(err)
		}
		w.after(time.Second)
		w.asks("ana", "2?", "INC-2 is part of INC-1 now.", "2 alerts firing")
		w.asks("ana", "2", "INC-2 is part of INC-1 now.", "INC-1 acknowledged")
		if i := w.inc(1); i.State != incident.Acknowledged || i.AckedBy != "ana" {
			t.Errorf("INC-1 is %s by %q", i.State, i.AckedBy)
		}
	})
}

// What nobody has taken is merged into what somebody has: they hear of it, and are paged for what is worse.
func TestProcessMergeUnheard(t *testing.T) {
	for _, tt := range []struct {
		severity string
		want     incident.State
		says     string
	}{{"warning", incident.Acknowledged, "1 more alert"}, {"critical", incident.Triggered, "P1 INC-1 checkout: B (2 alerts"}} {
		hostile(t, processConfig, func(w *town) {
			w.fire("alertname=A", "severity=warning")
			w.after(time.Second)
			w.do(1, incident.Ack{By: at("ana"), User: "ana"})
			w.fire("alertname=B", "severity="+tt.severity)
			w.after(time.Second)
			if _, _, err := w.d.engine.Merge(context.Background(), 2, 1, at("cy")); err != nil {
				t.Fatal(err)
			}
			w.after(time.Minute)
			i := w.inc(1)
			if i.State != tt.want || i.State == incident.Acknowledged && (i.Joined != 0 || !i.TellAt.IsZero()) {
				t.Errorf("%s merged into an acknowledged warning: INC-1 is %s, %d still to tell", tt.severity, i.State, i.Joined)
			}
			w.heard("ana", tt.says)
		})
	}
}

// What was merged into an incident that is confidential since says nothing of that to whom it is none of.
func TestProcessMergeThenConfidential(t *testing.T) {
	config := strings.Replace(processConfig, "members: [ana, bo, cy], manager: cy", "members: [ana, bo], manager: bo", 1)
	hostile(t, config, func(w *town) {
		w.fire("alertname=A", "severity=critical")
		w.fire("alertname=B", "severity=critical")
		w.after(time.Second)
		if _, _, err := w.d.engine.Merge(context.Background(), 2, 1, at("ana")); err != nil {
			t.Fatal(err)
		}
		w.do(1, incident.Amend{By: at("ana"), Type: incident.TypeSecurity, Reason: "an attack"})
		w.asks("cy", "1?", "There is no INC-1")
		if said := w.says("cy", "2?"); strings.Contains(said, "INC-1") {
			t.Errorf("cy, whose business INC-1 is not, was answered %q", said)
		}
	})
}
