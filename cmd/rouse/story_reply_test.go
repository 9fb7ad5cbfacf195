package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/store"
)

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
		{"ack", incident.Acknowledged, "INC-1 acknowledged: Down"},
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
		{"list", incident.Triggered, "P1 INC-1 checkout: Down"},
		{"who", incident.Triggered, "primary: ana (Ana Ruiz)"},
		{"who checkout", incident.Triggered, "checkout: ana (Ana Ruiz), then bo (Bo Lind)"},
		{"?", incident.Triggered, "ack"},
		{"99", incident.Triggered, "There is no INC-99. Nothing was done. Reply list for yours."},
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
