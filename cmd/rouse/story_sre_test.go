package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
)

func TestContinueRoutePagesEachServiceAgain(t *testing.T) {
	config := strings.Replace(townConfig, "  routes:\n", "  routes:\n    - {matchers: ['both=\"yes\"'], service: turns, group_by: [], continue: true}\n    - {matchers: ['both=\"yes\"'], service: lease}\n", 1)
	story(t, config, func(w *town) {
		w.fire("alertname=Y", "both=yes", "severity=critical") // holds the incident of turns open
		w.fire("alertname=X", "both=yes", "severity=critical")
		w.after(time.Second)
		if w.count() != 3 {
			t.Fatalf("%d incidents, want 3", w.count())
		}
		w.clear("alertname=X", "both=yes", "severity=critical")
		w.is(3, incident.Resolved)
		w.after(15 * minute)
		w.fire("alertname=X", "both=yes", "severity=critical")
		if w.count() != 4 || w.inc(4).Service != "lease" {
			t.Errorf("%d incidents: the people of lease did not hear that X is back", w.count())
		}
	})
}

func TestClosedWhileFiringIsANewIncident(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1r", "Alerts that still fire: 1")
		if _, err := w.d.engine.Do(context.Background(), 1, incident.Close{By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, Note: "no more a fault"}); err != nil {
			t.Fatal(err)
		}
		w.after(2 * minute)
		w.fire("alertname=Down", "severity=critical") // a repeat by its source
		w.after(time.Second)
		w.is(2, incident.Triggered)
		w.is(1, incident.Closed)
	})
}

func TestSeverityThatRisesAfterAResolvePagesAtOnce(t *testing.T) {
	story(t, "", func(w *town) {
		push := func(severity string) {
			w.post("/ingest/scripts", "s", "application/json", `{"key":"a","title":"disk","severity":"`+severity+`"}`)
			w.after(time.Second)
		}
		push("warning")
		w.asks("ana", "1r", "resolved")
		push("critical")
		w.is(1, incident.Triggered)
	})
}

func TestEventsEndWhenSomebodyResolves(t *testing.T) {
	story(t, "", func(w *town) {
		w.post("/ingest/scripts", "s", "text/plain", "Backup failed: no space")
		w.after(time.Second)
		w.asks("ana", "1r made room", "INC-1 resolved.")
		w.after(time.Hour)
		w.is(1, incident.Resolved)
		w.post("/ingest/scripts", "s", "text/plain", "Backup failed: no space")
		w.after(time.Second)
		w.is(2, incident.Triggered)
	})
}

func TestAlertsOfARemovedSourceEnd(t *testing.T) {
	tell(t, "", false, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.reload("  am: {type: alertmanager, token: t}\n", "")
		w.is(1, incident.Resolved)
		w.tells(1, "its source is no longer in the configuration")
	})
}

func TestGrowthIsToldWithoutAnAssignee(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "instance=a", "severity=critical")
		w.after(time.Second)
		by := incident.Actor{Kind: incident.ByToken, Name: "bot", Channel: "api"}
		if _, err := w.d.engine.Do(context.Background(), 1, incident.Ack{By: by}); err != nil {
			t.Fatal(err)
		}
		w.fire("alertname=Down", "instance=b", "severity=critical")
		w.after(minute)
		w.expect("ana", 2, 0, "INC-1")
		w.is(1, incident.Acknowledged)
	})
}

// TestTakenOver: who takes an incident from somebody is not woken by it, and the other knows.
func TestTakenOver(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "INC-1")
		before := len(w.got("bo"))
		w.asks("bo", "give 1 bo", "is yours now")
		w.after(10 * minute)
		w.is(1, incident.Acknowledged)
		if got := len(w.got("bo")) - before; got != 1 { // the answer
			t.Errorf("bo was sent %d messages: %q", got, w.got("bo"))
		}
		if got := strings.Join(w.got("ana"), "\n"); !strings.Contains(got, "bo has it now") {
			t.Errorf("ana does not hear of it: %s", got)
		}
	})
}

// TestWordsAfterAResolution: who is asked what was done, and answers with r again, is understood.
func TestWordsAfterAResolution(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1r", "INC-1 resolved")
		w.asks("ana", "1r restarted pg on db-1", "already resolved", "What you wrote is noted.")
		w.tells(1, "restarted pg on db-1")
	})
}
