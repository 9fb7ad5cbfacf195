package main

import (
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify/phonetest"
)

const minute = time.Minute

func TestFirstTextAndAck(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=HighErrorRate", "instance=eu-1", "severity=critical")
		w.after(time.Second)
		w.expect("ana", 1, 0, "P1 INC-1 checkout", "HighErrorRate eu-1", "Reply 1 to ack")
		w.asks("ana", "1", "INC-1 acknowledged")
		w.is(1, incident.Acknowledged)
		w.after(24 * time.Hour)
		w.expect("ana", 2, 0)
		w.expect("bo", 0, 0)
		w.clear("alertname=HighErrorRate", "instance=eu-1", "severity=critical")
		w.is(1, incident.Resolved)
	})
}

func TestNobodyAnswers(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(59 * time.Second)
		w.expect("ana", 1, 0)
		w.after(2 * time.Second)
		w.expect("ana", 1, 1)
		// The call rings 25 s and nobody answers: the next method at once, not at three minutes.
		w.after(40 * time.Second)
		w.expect("ana", 1, 2)
		// Both calls unanswered: the next level at once, not at five minutes.
		w.after(40 * time.Second)
		w.expect("bo", 1, 0, "INC-1")
		w.asks("bo", "ack 1", "INC-1 acknowledged")
		w.after(time.Hour)
		w.expect("ana", 1, 2)
		w.expect("cy", 0, 0)
	})
}

func TestEverybodyAndRoundAgain(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(30 * minute)
		if n := len(w.people["bo"].Texts()); n < 2 {
			w.t.Errorf("bo got %d texts in half an hour, want one in each round\n%s", n, w.timeline(1))
		}
		w.is(1, incident.Triggered)
	})
}

func TestCallIsAcknowledgedByKey(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(65 * time.Second)
		call, ok := w.people["ana"].Ringing()
		if !ok {
			t.Fatal("ana's phone does not ring")
		}
		if err := w.people["ana"].Answer(call.SID); err != nil {
			t.Fatal(err)
		}
		w.after(15 * time.Second)
		if err := w.people["ana"].Press("1"); err != nil {
			t.Fatal(err)
		}
		w.after(20 * time.Second)
		w.is(1, incident.Acknowledged)
		calls := w.people["ana"].Calls()
		said := calls[0].Words()
		for _, word := range []string{"checkout", "Down", "acknowledged"} {
			if !strings.Contains(said, word) {
				t.Errorf("the call said %q, which lacks %q", said, word)
			}
		}
		w.after(time.Hour)
		w.expect("ana", 1, 1)
		w.expect("bo", 0, 0)
	})
}

func TestCallKeysEscalateAndResolve(t *testing.T) {
	for _, c := range []struct {
		key  string
		want incident.State
	}{{"2", incident.Triggered}, {"3", incident.Resolved}} {
		t.Run(c.key, func(t *testing.T) {
			story(t, "", func(w *town) {
				w.people["ana"].Behave(phonetest.AutoPress(c.key))
				w.fire("alertname=Down", "severity=critical")
				w.after(110 * time.Second)
				w.is(1, c.want)
				if c.key == "2" {
					w.expect("bo", 1, 0)
				}
			})
		})
	}
}

func TestNobodyOnCallGoesToTheFallback(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "service=empty", "severity=critical")
		w.after(time.Second)
		for _, who := range []string{"ana", "bo", "cy"} {
			w.expect(who, 1, 0, "INC-1")
		}
		w.tells(1, "Nobody to page at level 1 of nobody")
	})
}

func TestRoundRobin(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=A", "service=turns", "severity=critical")
		w.fire("alertname=B", "service=turns", "severity=critical")
		w.after(time.Second)
		w.expect("ana", 1, 0, "INC-1")
		w.expect("bo", 1, 0, "INC-2")
	})
}

func TestLeaseLapses(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "service=lease", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.after(59 * minute)
		w.expect("ana", 2, 0)
		w.after(2 * minute)
		if len(w.people["ana"].Texts()) != 3 {
			t.Errorf("not paged again when the acknowledgement lapsed: %q", w.got("ana"))
		}
	})
}

func TestGrowthTellsTheAssigneeOnce(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "instance=a", "severity=warning")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.fire("alertname=Down", "instance=b", "severity=warning")
		w.fire("alertname=Down", "instance=c", "severity=warning")
		w.after(minute)
		w.expect("ana", 3, 0, "INC-1", "2")
		w.is(1, incident.Acknowledged)
		w.fire("alertname=Down", "instance=d", "severity=critical")
		w.after(time.Second)
		w.is(1, incident.Triggered)
		w.expect("ana", 4, 0, "P1 INC-1")
	})
}

func TestFlappingCostsNoPages(t *testing.T) {
	story(t, "", func(w *town) {
		l := []string{"alertname=Flap", "service=flappy", "severity=critical"}
		for range 10 {
			w.fire(l...)
			w.after(5 * time.Second)
			w.clear(l...)
			w.after(2 * minute)
		}
		w.expect("ana", 1, 0)
		w.after(5 * minute)
		w.is(1, incident.Resolved)
		if n := w.count(); n != 1 {
			t.Errorf("%d incidents, want 1", n)
		}
	})
}

func TestReopenWindow(t *testing.T) {
	story(t, "", func(w *town) {
		l := []string{"alertname=Down", "severity=critical"}
		w.fire(l...)
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.clear(l...)
		w.after(5 * minute)
		w.fire(l...)
		w.after(time.Second)
		w.is(1, incident.Triggered)
		w.expect("ana", 3, 0, "INC-1")
		w.clear(l...)
		w.after(11 * minute)
		w.fire(l...)
		w.after(time.Second)
		w.expect("ana", 4, 0, "INC-2")
		w.is(1, incident.Resolved)
	})
}

func TestRepeatsAreFree(t *testing.T) {
	story(t, "", func(w *town) {
		for range 50 {
			w.fire("alertname=Down", "severity=critical")
			w.after(30 * time.Second)
			if len(w.people["ana"].Texts()) == 1 && w.inc(1).State == incident.Triggered {
				_ = w.says("ana", "1")
			}
		}
		if n := w.count(); n != 1 || w.inc(1).Total != 1 {
			t.Errorf("%d incidents, %d alerts, want one of each", n, w.inc(1).Total)
		}
	})
}

func TestPagerDutyEventAfterAManualResolve(t *testing.T) {
	story(t, "", func(w *town) {
		event := func(action string) {
			w.post("/v2/enqueue", "", "application/json", `{"routing_key":"r0000000000000000000000000000000","event_action":"`+action+`","dedup_key":"k","payload":{"summary":"disk full","source":"db1","severity":"critical"}}`)
			w.after(time.Second)
		}
		event("trigger")
		w.expect("ana", 1, 0, "disk full")
		event("acknowledge")
		w.is(1, incident.Acknowledged)
		w.asks("ana", "1r", "resolved")
		event("trigger") // an event of its own: it reopens and pages at once
		w.is(1, incident.Triggered)
		w.expect("ana", 3, 0, "disk full")
		event("resolve")
		w.is(1, incident.Resolved)
	})
}

func TestGenericAlertsWithoutLabelsAreNotOneIncident(t *testing.T) {
	story(t, "", func(w *town) {
		w.post("/ingest/scripts", "s", "application/json", `{"key":"a","title":"disk full"}`)
		w.post("/ingest/scripts", "s", "application/json", `{"key":"b","title":"door open"}`)
		if n := w.count(); n != 2 {
			t.Errorf("%d incidents, want 2", n)
		}
	})
}
