package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// twilio posts what Twilio would, with its signature, and returns the answer's status.
func (w *town) twilio(path string, form url.Values) int {
	w.t.Helper()
	form.Set("AccountSid", w.street.AccountSID())
	req := httptest.NewRequest(http.MethodPost, "https://rouse.test"+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", phonetest.Sign("phones", "https://rouse.test"+path, form))
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	return rec.Code
}

// callPage returns the page by which somebody is called for an incident.
func (w *town) callPage(n int64) store.Page {
	w.t.Helper()
	var found store.Page
	err := w.st.View(context.Background(), func(tx store.Tx) error {
		all, err := tx.PagesOf(n)
		for _, p := range all {
			if p.Via == oncall.Call && p.ProviderID != "" {
				found = p
			}
		}
		return err
	})
	if err != nil || found.ID == "" {
		w.t.Fatalf("nobody is called for %s: %v", incident.Ref(n), err)
	}
	return found
}

// A key counts in the call that rouse placed, and in no other: neither in one that names the page, nor in a call to rouse's number.
func TestKeysOfOtherCallsDoNothing(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(61 * time.Second)
		p := w.callPage(1)
		key := "/twilio/phones/key?page=" + url.QueryEscape(p.ID) + "&round=1"
		other := url.Values{"CallSid": {"CA00000000000000000000000000000bad"}, "Digits": {"1"}, "From": {"+34600000001"}, "To": {"+15550100001"}}
		if code := w.twilio(key, other); code != http.StatusOK {
			t.Errorf("a key of another call: %d", code)
		}
		w.twilio("/twilio/phones/inbound", other)
		w.is(1, incident.Triggered)
		w.twilio(key, url.Values{"CallSid": {p.ProviderID}, "Digits": {"1"}, "From": {"+15550100001"}, "To": {"+34600000001"}})
		w.is(1, incident.Acknowledged)
	})
}

// A recorded day of true requests, played again, changes nothing.
func TestReplayedRequestsChangeNothing(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(61 * time.Second)
		p := w.callPage(1)
		text := url.Values{"MessageSid": {"SM00000000000000000000000000000001"}, "From": {"+34600000001"}, "To": {"+15550100001"}, "Body": {"1 20m"}}
		w.twilio("/twilio/phones/sms", text)
		w.is(1, incident.Acknowledged)
		w.after(21 * minute) // the lease lapses
		w.is(1, incident.Triggered)
		before, texts := w.timeline(1), w.texts("ana")
		for range 50 {
			w.twilio("/twilio/phones/sms", text)
			w.twilio("/twilio/phones/status?page="+url.QueryEscape(p.ID), url.Values{"CallSid": {p.ProviderID}, "CallStatus": {"no-answer"}, "To": {"+34600000001"}})
			w.twilio("/twilio/phones/key?page="+url.QueryEscape(p.ID)+"&round=1", url.Values{"CallSid": {"CA00000000000000000000000000000bad"}, "Digits": {"1"}})
		}
		w.is(1, incident.Triggered)
		if after := w.timeline(1); after != before || w.texts("ana") != texts {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
	})
}

// A key pressed before an acknowledgement lapsed is no answer to what rings now.
func TestReplayedKeyIsOfItsTime(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "severity=critical", "service=lease")
		w.after(61 * time.Second)
		p := w.callPage(1)
		press := func() {
			w.twilio("/twilio/phones/key?page="+url.QueryEscape(p.ID)+"&round=1", url.Values{"CallSid": {p.ProviderID}, "Digits": {"1"}})
		}
		press()
		w.is(1, incident.Acknowledged)
		w.after(61 * minute)
		w.is(1, incident.Triggered)
		press()
		w.is(1, incident.Triggered)
	})
}
