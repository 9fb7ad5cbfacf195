package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
)

func TestQuietHours(t *testing.T) {
	// It begins on 1 January 2000 00:00 UTC: 19:00 in New York. Quiet is 22:00 to 07:00.
	story(t, "", func(w *town) {
		w.after(4 * time.Hour)
		w.fire("alertname=Disk", "service=quiet", "severity=info")
		w.after(7 * time.Hour)
		w.noPages()
		w.tells(1, "Held for cy until 07:00 EST")
		w.after(2 * time.Hour)
		if len(w.people["cy"].Texts()) == 0 {
			w.t.Errorf("cy was not told in the morning\n%s", w.timeline(1))
		}
		w.fire("alertname=Fire", "service=empty", "severity=critical") // high breaks through
	})
}

func TestHighUrgencyBreaksThroughQuietHours(t *testing.T) {
	story(t, strings.Replace(townConfig, `service: quiet, urgency: low}`, `service: quiet, urgency: high}`, 1), func(w *town) {
		w.after(4 * time.Hour)
		w.fire("alertname=Disk", "service=quiet", "severity=info")
		w.after(time.Second)
		w.expect("cy", 1, 0, "P3 INC-1")
	})
}

func TestSilenceThatEndsWhileFiring(t *testing.T) {
	story(t, "", func(w *town) {
		w.post("/api/v2/silences", "p", "application/json", `{"matchers":[{"name":"alertname","value":"Down","isRegex":false,"isEqual":true}],"startsAt":"2000-01-01T00:00:00Z","endsAt":"2000-01-01T01:00:00Z","createdBy":"ana","comment":"deploy"}`)
		w.fire("alertname=Down", "severity=critical")
		w.after(59 * minute)
		w.noPages()
		w.tells(1, "Nobody is paged: silence")
		w.after(minute + time.Second)
		w.expect("ana", 1, 0, "INC-1")
	})
}

func TestSilenceMutesWhatAlreadyPages(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.post("/api/v2/silences", "p", "application/json", `{"matchers":[{"name":"alertname","value":"Down","isRegex":false,"isEqual":true}],"startsAt":"2000-01-01T00:00:00Z","endsAt":"2000-01-01T01:00:00Z","createdBy":"ana","comment":"deploy"}`)
		w.after(30 * minute)
		w.expect("ana", 1, 0)
		w.clear("alertname=Down", "severity=critical")
		w.is(1, incident.Resolved) // silence mutes people, not facts
	})
}

func TestMaintenance(t *testing.T) {
	story(t, "", func(w *town) {
		w.after(2*time.Hour + minute)
		w.fire("alertname=Slow", "job=db", "severity=critical")
		w.after(time.Hour)
		w.noPages()
		w.tells(1, "maintenance backup")
		w.after(59*minute + time.Second)
		w.expect("ana", 1, 0, "INC-1")
	})
}

func TestMuteTimeInterval(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Report", "service=nightly", "severity=critical") // 01:00 in Madrid
		w.after(5 * time.Hour)
		w.noPages()
		w.after(time.Hour + 2*minute)
		if len(w.people["ana"].Texts()) == 0 {
			t.Errorf("not paged when the mute interval ended\n%s", w.timeline(1))
		}
	})
}

func TestInhibition(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=ClusterDown", "cluster=eu", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.fire("alertname=Pod", "cluster=eu", "severity=warning")
		w.fire("alertname=Pod2", "cluster=us", "severity=warning")
		w.after(minute / 2)
		w.expect("ana", 3, 0, "INC-3")
		w.asks("ana", "3", "acknowledged")
		w.clear("alertname=ClusterDown", "cluster=eu", "severity=critical")
		w.after(2 * time.Second)
		w.expect("ana", 5, 0, "INC-2")
	})
}

func TestUnknownSenderGetsSilence(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		stranger := w.street.Phone("+15559999999")
		w.people["zoe"] = stranger
		if err := stranger.ReplyTo(context.Background(), "+15550100001", "1"); err != nil {
			t.Fatal(err)
		}
		w.after(10 * time.Second)
		w.is(1, incident.Triggered)
		if len(stranger.Texts()) != 0 {
			t.Errorf("a stranger was answered: %q", w.got("zoe"))
		}
	})
}

func TestRestartWhileAcknowledgedSilencedAndHeld(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "service=lease", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "ack 1 2h", "acknowledged")
		w.restart()
		w.after(119 * minute)
		w.is(1, incident.Acknowledged)
		w.restart()
		w.after(2 * minute)
		w.is(1, incident.Triggered)
		w.asks("ana", "hold 1 1h vendor", "on hold")
		w.restart()
		w.after(61 * minute)
		w.is(1, incident.Triggered)
	})
}

func TestGrafanaTestButtonPagesNobody(t *testing.T) {
	config := strings.Replace(townConfig, "integrations:\n", "integrations:\n  gf: {type: grafana, token: g}\n", 1)
	story(t, config, func(w *town) {
		w.post("/ingest/gf", "g", "application/json", `{"receiver":"","status":"firing","version":"1","orgId":1,"alerts":[{"status":"firing","labels":{"alertname":"TestAlert","instance":"Grafana"},"annotations":{"summary":"Notification test"},"fingerprint":"57c6d9296de2ad39"}]}`)
		w.after(10 * minute)
		w.noPages()
		if w.count() != 0 {
			t.Error("a test alert opened an incident")
		}
	})
}
