package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// Everything that people did is in the log, the chain holds, and a person can be forgotten without breaking it.
func TestProcessAuditAndErase(t *testing.T) {
	story(t, processConfig, func(w *town) {
		ctx := context.Background()
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("bo", "1", "acknowledged")
		w.asks("bo", "n 1 Bo Lind looks at it", "noted")
		w.do(1, incident.Resolve{By: at("bo"), Note: "bo has restarted it"})
		w.verify()
		if _, err := w.d.engine.Erase(ctx, enginePerson("bo", "Bo Lind", "+46700000002"), at("ana")); err == nil {
			t.Error("somebody who is still in the configuration was erased")
		}
		w.leaves()
		out, err := w.d.engine.Erase(ctx, enginePerson("bo", "Bo Lind", "+46700000002"), at("ana"))
		if err != nil || out.Incidents == 0 || out.Acts == 0 {
			t.Fatalf("%+v, %v", out, err)
		}
		w.verify()
		all := w.timeline(1) + w.dump(1)
		for _, word := range []string{"Bo Lind", `"bo"`, "bo has", "by bo", "+46700000002"} {
			if strings.Contains(all, word) {
				t.Errorf("%q is still there:\n%s", word, all)
			}
		}
		if !strings.Contains(all, "erased-1") || w.inc(1).Note != "erased-1 has restarted it" {
			t.Errorf("note %q", w.inc(1).Note)
		}
	})
}

// leaves takes bo out of the configuration.
func (w *town) leaves() {
	w.t.Helper()
	for old, new := range map[string]string{
		"  bo: {name: Bo Lind, timezone: Europe/Stockholm, phone: \"+46700000002\"}\n": "",
		"members: [ana, bo, cy]":                 "members: [ana, cy]",
		"- {notify: [user/bo], wait: 5m}":        "- {notify: [user/cy], wait: 5m}",
		"notify: [user/ana, user/bo], wait: 5m,": "notify: [user/ana, user/cy], wait: 5m,",
	} {
		w.config = strings.Replace(w.config, old, new, 1)
	}
	w.reload("timezone: Europe/Madrid, phone", "timezone: Europe/Madrid, phone")
}

// verify checks the chain of the audit log.
func (w *town) verify() {
	w.t.Helper()
	var acts []store.Act
	err := w.st.View(context.Background(), func(tx store.Tx) (err error) {
		acts, err = tx.Acts(0, 0)
		return err
	})
	if err != nil || len(acts) == 0 {
		w.t.Fatalf("%d acts, %v", len(acts), err)
	}
	k := 0
	v, err := store.VerifyActs(func() (store.Act, bool, error) {
		if k == len(acts) {
			return store.Act{}, false, nil
		}
		k++
		return acts[k-1], true, nil
	})
	if err != nil || !v.Whole() {
		w.t.Errorf("the chain of the audit log is broken: %+v, %v", v, err)
	}
}

// dump writes what is kept of an incident and of acts, as it is kept.
func (w *town) dump(n int64) string {
	var b strings.Builder
	_ = w.st.View(context.Background(), func(tx store.Tx) error {
		i, _ := tx.Incident(n)
		acts, _ := tx.Acts(0, 0)
		pages, _ := tx.PagesOf(n)
		b.WriteString(asJSON(i) + asJSON(acts) + asJSON(pages))
		return nil
	})
	return b.String()
}

func enginePerson(user, name, phone string) engine.Person {
	return engine.Person{User: oncall.UserID(user), Also: []string{name, phone}}
}

func asJSON(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// What is known of a security incident or its problem never reaches an ordinary incident, whatever links them.
func TestProcessSecretsDoNotTravel(t *testing.T) {
	story(t, processConfig, func(w *town) {
		ctx := context.Background()
		l := []string{"alertname=Down", "severity=critical"}
		w.fire(l...)
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		if _, err := w.d.engine.OpenProblem(ctx, problem.Open{By: at("ana"), Title: "stolen key", Service: "checkout", Type: incident.TypeSecurity, Cause: "stolen key", Workaround: "rotate the stolen key", Incidents: []int64{1}}); err != nil {
			t.Fatal(err)
		}
		w.clear(l...)
		w.after(11 * minute)
		w.fire(l...)
		w.after(time.Second)
		for n := int64(1); n <= 2; n++ {
			if strings.Contains(w.timeline(n)+w.dump(n), "stolen") {
				t.Errorf("%s tells of a security problem:\n%s", incident.Ref(n), w.timeline(n))
			}
		}
		w.fire("alertname=Other", "severity=critical")
		w.after(time.Second)
		w.do(3, incident.Amend{By: at("ana"), Type: incident.TypeSecurity, Reason: "an attack"})
		if _, _, err := w.d.engine.Merge(ctx, 3, 2, at("ana")); err == nil {
			t.Error("a security incident was merged into an ordinary one")
		}
	})
}

// News of low urgency wakes nobody: it waits for the end of quiet hours, and what is over by then is not told.
func TestProcessNewsRespectsQuietHours(t *testing.T) {
	story(t, processConfig, func(w *town) {
		w.fire("alertname=Slow", "service=quiet", "severity=info")
		w.fire("alertname=Slower", "service=quiet", "severity=info")
		w.after(time.Second)
		w.asks("cy", "1", "acknowledged")
		w.asks("cy", "2", "acknowledged")
		w.after(4 * time.Hour) // 23:00 in New York
		before := w.texts("cy")
		w.do(1, incident.Assign{By: at("ana"), Role: incident.Scribe, To: "cy"})
		w.do(2, incident.Assign{By: at("ana"), Role: incident.Scribe, To: "cy"})
		w.after(7 * time.Hour)
		if w.texts("cy") != before {
			t.Errorf("cy was woken for a role: %q", w.got("cy"))
		}
		w.clear("alertname=Slower", "service=quiet", "severity=info")
		w.is(2, incident.Resolved)
		w.after(2 * time.Hour)
		w.expect("cy", before+1, len(w.people["cy"].Calls()), "INC-1", "scribe")
		if text := w.people["cy"].LastText().Body; strings.Contains(text, "INC-2") {
			t.Errorf("cy is urged on about what is over: %q", text)
		}
	})
}
