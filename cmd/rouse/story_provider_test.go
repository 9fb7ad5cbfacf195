package main

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify/phonetest"
)

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
