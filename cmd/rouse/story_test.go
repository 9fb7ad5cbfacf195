package main

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
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

func TestAnsweringMachineIsNoAck(t *testing.T) {
	story(t, "", func(w *town) {
		w.people["ana"].Behave(phonetest.Machine())
		w.fire("alertname=Down", "severity=critical")
		w.after(4 * minute)
		w.is(1, incident.Triggered)
		if len(w.people["bo"].Texts()) == 0 {
			w.t.Errorf("bo was not paged although a machine took ana's calls\n%s", w.timeline(1))
		}
	})
}

func TestAnsweredWithoutAKeyIsNoAck(t *testing.T) {
	story(t, "", func(w *town) {
		w.people["ana"].Behave(phonetest.AnswerAndSilence())
		w.fire("alertname=Down", "severity=critical")
		w.after(4*minute + 50*time.Second)
		w.is(1, incident.Triggered)
		w.tells(1, "did not get through")
	})
}

func TestUndeliveredTextHurriesTheCall(t *testing.T) {
	for _, code := range []int{30003, 30005, 30006, 30007} {
		story(t, "", func(w *town) {
			w.people["ana"].Behave(phonetest.Undelivered(code))
			w.fire("alertname=Down", "severity=critical")
			w.after(6 * time.Second)
			w.expect("ana", 0, 1)
		})
	}
}

func TestOptedOutIsCalled(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=First", "severity=critical")
		w.after(time.Second)
		if answer := w.says("ana", "STOP"); answer != w.got("ana")[0] && answer != "" {
			t.Errorf("STOP was answered: %q", answer)
		}
		w.asks("bo", "1", "acknowledged")
		w.fire("alertname=Second", "severity=critical")
		w.after(2 * time.Second)
		w.expect("ana", 1, 1) // no text any more, a call at once
		w.asks("ana", "START", "get texts")
	})
}

func TestProviderHangs(t *testing.T) {
	story(t, "", func(w *town) {
		w.street.Behave(phonetest.Hang().Only(phonetest.SMS).Limit(1))
		w.fire("alertname=Down", "severity=critical")
		w.after(16 * time.Second)
		if calls := len(w.people["ana"].Calls()); calls != 1 {
			t.Errorf("%d calls after 16 s of a hanging provider, want 1\n%s", calls, w.timeline(1))
		}
		w.after(30 * time.Second)
		if texts := len(w.people["ana"].Texts()); texts != 1 {
			t.Errorf("%d texts in the end, want 1\n%s", texts, w.timeline(1))
		}
	})
}

func TestProviderLosesItsAnswer(t *testing.T) {
	story(t, "", func(w *town) {
		w.street.Behave(phonetest.CreateThen500().Only(phonetest.SMS).Limit(1))
		w.fire("alertname=Down", "severity=critical")
		w.after(40 * time.Second)
		if texts := len(w.people["ana"].Texts()); texts < 1 || texts > 2 {
			t.Errorf("%d texts, want one, at most one duplicate\n%s", texts, w.timeline(1))
		}
	})
}

func TestThrottledTextIsSentLater(t *testing.T) {
	story(t, "", func(w *town) {
		w.street.Behave(phonetest.Throttle429(3 * time.Second).Limit(2))
		w.fire("alertname=Down", "severity=critical")
		w.after(20 * time.Second)
		w.expect("ana", 1, 0)
	})
}

func TestLostCallbacksArePolled(t *testing.T) {
	story(t, "", func(w *town) {
		w.street.Behave(phonetest.LoseCallbacks())
		w.fire("alertname=Down", "severity=critical")
		w.after(2 * minute)
		w.tells(1, "SMS to ana .* delivered")
	})
}

func TestSecondProviderTakesOver(t *testing.T) {
	config := strings.Replace(townConfig, "providers:\n", `providers:
  - name: broken
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: wrong, from: "+15550100009", base_url: "http://phones.test"}
`, 1)
	story(t, config, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(2 * time.Second)
		w.expect("ana", 1, 0)
		w.tells(1, "the next provider takes over")
	})
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
		w.expect("ana", 1, 0, "INC-2")
		w.expect("bo", 1, 0, "INC-1")
	})
}

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

func TestAckUntilMorning(t *testing.T) {
	// 00:00 UTC is 01:00 in Madrid; morning is 08:00 there.
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "ack 1 morning", "INC-1 acknowledged", "until Sat 08:00")
		w.after(6*time.Hour + 50*minute)
		w.expect("ana", 2, 0)
		w.after(10 * minute)
		w.is(1, incident.Triggered)
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

func TestResolveIsRemembered(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1r restarted the pod", "INC-1 resolved")
		if i := w.inc(1); i.Note != "restarted the pod" {
			t.Errorf("note %q", i.Note)
		}
		w.asks("bo", "1", "already resolved by ana")
		// It still fires: when the reopen window ends it pages again.
		w.after(9 * minute)
		w.is(1, incident.Resolved)
		w.after(2 * minute)
		w.is(1, incident.Triggered)
	})
}

func TestReplyGrammar(t *testing.T) {
	rows := []struct {
		text string
		want incident.State
		says string
	}{
		{"1", incident.Acknowledged, "INC-1 acknowledged"},
		{" Ack 1. ", incident.Acknowledged, "INC-1 acknowledged"},
		{"a 1", incident.Acknowledged, "INC-1 acknowledged"},
		{"1a", incident.Acknowledged, "INC-1 acknowledged"},
		{"ack", incident.Acknowledged, "INC-1 acknowledged"},
		{"ACK ALL", incident.Acknowledged, "acknowledged"},
		{"ack 1 2h", incident.Acknowledged, "until"},
		{"ack 1 morning", incident.Acknowledged, "until"},
		{"1r", incident.Resolved, "INC-1 resolved"},
		{"r 1 restarted pod", incident.Resolved, "INC-1 resolved"},
		{"1e", incident.Triggered, "now paging bo"},
		{"e 1", incident.Triggered, "now paging bo"},
		{"give 1 bo", incident.Triggered, "given to bo"},
		{"give 1 zoe", incident.Triggered, "nobody called"},
		{"n 1 looking at it", incident.Triggered, "noted"},
		{"hold 1 2h vendor", incident.OnHold, "on hold until"},
		{"1?", incident.Triggered, "INC-1 checkout: Down"},
		{"list", incident.Triggered, "1 P1 checkout: Down"},
		{"who", incident.Triggered, "primary: ana"},
		{"who checkout", incident.Triggered, "checkout: ana, then bo"},
		{"?", incident.Triggered, "ack"},
		{"99", incident.Triggered, "There is no INC-99"},
		{"I am on it", incident.Triggered, "nothing was done"},
	}
	for _, r := range rows {
		t.Run(r.text, func(t *testing.T) {
			story(t, "", func(w *town) {
				w.fire("alertname=Down", "severity=critical")
				w.after(time.Second)
				w.asks("ana", r.text, r.says)
				w.is(1, r.want)
			})
		})
	}
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

func TestTwoMachinesDoNotTalkForEver(t *testing.T) {
	story(t, "", func(w *town) {
		w.people["ana"].Behave(phonetest.AutoReply("I am out of the office"))
		w.fire("alertname=Down", "severity=critical")
		w.after(4 * minute)
		if n := len(w.people["ana"].Texts()); n > 8 {
			t.Errorf("%d texts to a machine that answers everything", n)
		}
	})
}

func TestStormIsBundled(t *testing.T) {
	config := strings.Replace(townConfig, "users:\n", "limits:\n  sms: {per_number: 6 in 15m}\n  call: {per_number: 4 in 15m}\nusers:\n", 1)
	story(t, config, func(w *town) {
		for k := range 200 {
			w.fire("alertname=Down"+string(rune('A'+k%26))+string(rune('A'+k/26)), "severity=critical")
		}
		w.after(time.Second)
		if len(w.people["ana"].Texts()) == 0 {
			t.Fatal("no page within a second")
		}
		w.after(14 * minute)
		for who, p := range w.people {
			if n := len(p.Texts()); n > 6 {
				t.Errorf("%s got %d texts in 15 minutes, want at most 6", who, n)
			}
			if n := len(p.Calls()); n > 4 {
				t.Errorf("%s got %d calls in 15 minutes, want at most 4", who, n)
			}
		}
		w.asks("ana", "ack all", "acknowledged")
		for n := int64(1); n <= 200; n++ {
			if s := w.inc(n).State; s != incident.Acknowledged {
				t.Fatalf("%s is %s after ack all", incident.Ref(n), s)
			}
		}
	})
}

func TestBundleHasOneCode(t *testing.T) {
	story(t, "", func(w *town) {
		w.street.Behave(phonetest.Throttle429(3 * time.Second).Limit(1))
		w.fire("alertname=One", "severity=critical")
		w.fire("alertname=Two", "severity=warning")
		w.after(minute / 2)
		w.asks("ana", "ack all", "acknowledged")
		w.is(1, incident.Acknowledged)
		w.is(2, incident.Acknowledged)
	})
}

func TestDailyCapMovesOnToVoice(t *testing.T) {
	config := strings.Replace(townConfig, "users:\n", "limits:\n  daily_spend: {messages: 1, calls: 50}\nusers:\n", 1)
	story(t, config, func(w *town) {
		w.fire("alertname=One", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.fire("alertname=Two", "severity=critical")
		w.after(2 * time.Second)
		w.expect("ana", 2, 1) // the text, the answer, and then a call instead of a text
	})
}

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
		w.expect("cy", 1, 0, "INC-1")
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

func TestStoreThatCannotCommitAnswers503(t *testing.T) {
	story(t, "", func(w *town) {
		w.breakStore(errors.New("no space left on device"))
		if rec := w.try("/ingest/am", "t", `{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"Down"}}]}`); rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
			t.Errorf("%d %q, want 503 with Retry-After", rec.Code, rec.Header())
		}
		w.mendStore()
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.expect("ana", 1, 0, "INC-1")
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

func TestAckHangsUpTheRingingCall(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(65 * time.Second)
		if _, ok := w.people["ana"].Ringing(); !ok {
			t.Fatal("the phone does not ring")
		}
		_ = w.says("bo", "1")
		if _, ok := w.people["ana"].Ringing(); ok {
			t.Errorf("it still rings after the acknowledgement\n%s", w.timeline(1))
		}
	})
}

func TestForgedTextsDoNothing(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		rec := w.try("/twilio/phones/sms", "", "From=%2B34600000001&To=%2B15550100001&Body=1&MessageSid=SM1&AccountSid=AC00000000000000000000000000000000")
		if rec.Code != http.StatusForbidden {
			t.Errorf("a forged text: %d, want 403", rec.Code)
		}
		w.is(1, incident.Triggered)
	})
}

func TestOnePersonsRefusalStopsNobodyElse(t *testing.T) {
	story(t, "", func(w *town) {
		w.people["ana"].Behave(phonetest.Refuse(400, 21408)) // no permission for texts to her country
		w.fire("alertname=Down", "severity=critical")
		w.after(2 * time.Second)
		w.fire("alertname=Other", "service=turns", "severity=critical") // INC-2 is ana's turn, INC-3 is bo's
		w.fire("alertname=Third", "service=turns", "severity=critical")
		w.after(2 * time.Second)
		found := false
		for _, text := range w.got("bo") {
			found = found || strings.Contains(text, "INC-3")
		}
		if !found {
			t.Errorf("bo was not texted about INC-3 at once: %q", w.got("bo"))
		}
	})
}

func TestAccountRefusalTripsTheProvider(t *testing.T) {
	story(t, "", func(w *town) {
		w.street.Behave(phonetest.Refuse(401, 20003).Only(phonetest.SMS))
		w.fire("alertname=Down", "severity=critical")
		w.after(2 * time.Second)
		w.expect("ana", 0, 1) // texts are refused to everybody: a call at once
		w.tells(1, "did not get through")
	})
}

func TestHangingUpIsNoFailure(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(65 * time.Second)
		_ = w.says("bo", "1")
		w.after(minute)
		if strings.Contains(w.timeline(1), "did not get through") {
			t.Errorf("our own hanging up is told as a failure\n%s", w.timeline(1))
		}
		err := w.st.View(context.Background(), func(tx store.Tx) error {
			c, err := tx.Contact("+34600000001")
			if c.Fails > 0 {
				t.Errorf("the number is blamed for it: %+v", c)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
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
