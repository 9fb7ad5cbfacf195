package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

func TestHeartbeatThatStops(t *testing.T) {
	// Without restarts: after one a source has its grace once more, for it may have called while rouse was away.
	tell(t, townConfig+"heartbeats: [{name: watchdog, every: 5m, grace: 1m, service: checkout}]\n", false, func(w *town) {
		for range 3 {
			w.post("/heartbeat/watchdog", "", "text/plain", "")
			w.after(5 * minute)
		}
		w.noPages()
		w.after(minute + time.Second)
		w.expect("ana", 1, 0, "INC-1", "watchdog")
		w.post("/heartbeat/watchdog", "", "text/plain", "")
		w.after(time.Second)
		w.is(1, incident.Resolved)
	})
}

func TestExpiryOfASilentSource(t *testing.T) {
	// Without restarts: after one an alert has its full time again, for repeats are not written down.
	tell(t, "", false, func(w *town) {
		push := func() {
			ends := time.Now().Add(4 * minute).UTC().Format(time.RFC3339)
			w.post("/ingest/prom/api/v2/alerts", "p", "application/json", `[{"labels":{"alertname":"Down","severity":"critical"},"annotations":{},"endsAt":"`+ends+`"}]`)
		}
		for range 10 {
			push()
			w.after(minute)
		}
		w.is(1, incident.Triggered)
		w.after(3*minute + time.Second)
		w.is(1, incident.Resolved)
		w.tells(1, "expired without a repeat")
	})
}

func TestHeartbeatOverARestart(t *testing.T) {
	tell(t, townConfig+"heartbeats: [{name: watchdog, every: 5m, grace: 1m, service: checkout}]\n", false, func(w *town) {
		w.post("/heartbeat/watchdog", "", "text/plain", "")
		w.after(20 * minute / 4)
		w.restart()
		w.after(minute - time.Second)
		w.noPages()
		w.after(2 * time.Second)
		w.expect("ana", 1, 0, "watchdog")
	})
}

func TestRestartInTheMiddle(t *testing.T) {
	// A restart at any moment of the night forgets nothing: the same pages go out, by the same minute.
	quiet := func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(65 * time.Second)
		w.after(40 * time.Second)
		w.after(40 * time.Second)
		w.after(2 * minute)
	}
	for _, at := range []time.Duration{0, 30 * time.Second, 61 * time.Second, 70 * time.Second, 100 * time.Second, 130 * time.Second} {
		t.Run(at.String(), func(t *testing.T) {
			story(t, "", func(w *town) {
				w.fire("alertname=Down", "severity=critical")
				w.after(at)
				w.restart()
				w.after(265*time.Second - at)
				w.is(1, incident.Triggered)
				if len(w.people["ana"].Texts()) != 1 || len(w.people["ana"].Calls()) != 2 || len(w.people["bo"].Texts()) != 1 {
					t.Errorf("ana %d texts %d calls, bo %d texts; want 1, 2, 1\n%s", len(w.people["ana"].Texts()), len(w.people["ana"].Calls()), len(w.people["bo"].Texts()), w.timeline(1))
				}
				w.asks("bo", "1", "acknowledged")
			})
		})
	}
	story(t, "", quiet)
}

func TestRestartKeepsRecoveryOpener(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.reload("- {matchers: ['service=\"lease\"'], service: lease}", "- {matchers: ['alertname=\"Down\"'], service: turns}")
		w.restart()
		w.clear("alertname=Down", "severity=critical")
		w.is(1, incident.Resolved)
		if n := w.count(); n != 1 {
			t.Errorf("%d incidents, want 1: a recovery finds its opener whatever the routes say by now", n)
		}
	})
}

func TestOverrideMadeAtNight(t *testing.T) {
	story(t, "", func(w *town) {
		_, err := w.d.engine.PutOverride(context.Background(), oncall.Override{Schedule: "primary", User: "cy", From: time.Now(), To: time.Now().Add(time.Hour)}, incident.Actor{Kind: incident.ByUser, Name: "ana"})
		if err != nil {
			t.Fatal(err)
		}
		w.restart()
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.expect("cy", 2, 0, "INC-1") // after the word that she is on call now
		w.expect("ana", 0, 0)
		w.asks("cy", "who", "primary: cy")
		w.after(61 * minute)
		w.asks("cy", "who", "primary: ana")
	})
}

func TestReloadWithErrorsChangesNothing(t *testing.T) {
	story(t, "", func(w *town) {
		good := w.config
		w.config = strings.Replace(good, "fallback: everyone", "fallback: noone", 1)
		err := w.d.reload(context.Background())
		if err == nil || !strings.Contains(err.Error(), "noone") {
			t.Errorf("reload of a broken file: %v", err)
		}
		w.config = good
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.expect("ana", 1, 0)
	})
}
