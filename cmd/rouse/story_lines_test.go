package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/store"
)

// Numbers that the two accounts of these stories send from.
const (
	firstSender  = "+15550100001"
	secondSender = "+15550100002"
)

// twoAccounts is the town with a second account, and with rouse's own trouble told to cy alone.
func twoAccounts() string {
	return ownToCy(strings.Replace(townConfig, "users:\n", `  - name: second
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: phones, from: "+15550100002", base_url: "http://phones.test"}
users:
`, 1))
}

func ownToCy(config string) string {
	return strings.Replace(config, "  routes:\n", "  routes:\n    - {matchers: ['alertname=~\"Rouse.*\"'], service: quiet}\n", 1)
}

// unheard has the carrier answer no request to send from a number, and counts how many are asked at most at the same time.
func (w *town) unheard(sender, resource string) (most *atomic.Int64) {
	most = &atomic.Int64{}
	var now atomic.Int64
	cut := func(r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, resource+".json") {
			return false
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		if form.Get("From") != sender {
			return false
		}
		most.Store(max(most.Load(), now.Add(1)))
		context.AfterFunc(r.Context(), func() { now.Add(-1) })
		return true
	}
	w.cut.Store(&cut)
	return most
}

// sends lists what was asked of the carrier for one phone since an instant: "text +15550100001 after 3s".
func (w *town) sends(who string, since time.Time) (out []string) {
	for _, e := range w.street.Log() {
		if e.Kind != phonetest.Requested || e.Detail != http.MethodPost || e.Phone != w.people[who].Number() || e.At.Before(since) {
			continue
		}
		what := "text"
		if strings.HasSuffix(e.URL, "Calls.json") {
			what = "call"
		}
		out = append(out, fmt.Sprintf("%s %s after %s", what, e.Params.Get("From"), e.At.Sub(since).Round(time.Second)))
	}
	return out
}

func (w *town) sentFirst(who string, since time.Time, want string) {
	w.t.Helper()
	got := w.sends(who, since)
	if len(got) == 0 || got[0] != want {
		w.t.Errorf("%s: first %q, want %q\n%s", who, got, want, w.timeline(1))
	}
}

// own returns rouse's own incidents that are open, and how many there were ever.
func (w *town) own() (open, ever int) {
	w.t.Helper()
	_ = w.st.View(context.Background(), func(tx store.Tx) error {
		all, err := tx.List(store.Filter{})
		for _, i := range all {
			if strings.Contains(i.Title, "out of use") || strings.Contains(i.Title, " takes no ") {
				ever++
				if i.State.Open() {
					open++
				}
			}
		}
		return err
	})
	return open, ever
}

// After three sends without an answer nobody waits for that account any more: pages go at once over the other, and back once it
// answers.
func TestSecondAccountTakesOverAndGivesBack(t *testing.T) {
	tell(t, twoAccounts(), false, func(w *town) {
		w.unheard(firstSender, "Messages")
		for k := range 3 {
			w.fire(fmt.Sprintf("alertname=Slow%d", k), "service=turns", "severity=critical")
			w.after(11 * time.Second)
		}
		w.after(20 * time.Second)
		w.says("ana", "ack all")
		w.says("bo", "ack all")
		now := time.Now()
		w.fire("alertname=Next", "severity=critical")
		w.after(time.Second)
		w.sentFirst("ana", now, "text "+secondSender+" after 0s")
		if open, ever := w.own(); open != 1 || ever != 1 {
			t.Errorf("%d incidents of rouse's own are open of %d, want one", open, ever)
		}
		w.says("ana", "ack all")
		w.cut.Store(nil)
		w.after(2 * minute)
		now = time.Now()
		w.fire("alertname=Probe", "severity=critical")
		w.after(2 * time.Second)
		if got := w.sends("ana", now); len(got) != 2 || got[0] != "text "+firstSender+" after 0s" && got[1] != "text "+firstSender+" after 0s" {
			t.Errorf("the page that probes: %q, want it over the first account, and a call beside it", got)
		}
		w.says("ana", "ack all")
		now = time.Now()
		w.fire("alertname=Healed", "severity=critical")
		w.after(time.Second)
		w.sentFirst("ana", now, "text "+firstSender+" after 0s")
		if open, _ := w.own(); open != 0 {
			t.Error("rouse's own incident is still open although the line works")
		}
	})
}

// The same of an account that is refused: here the second takes over with the very first page.
func TestRefusedAccountGivesBackAfterAReload(t *testing.T) {
	config := strings.Replace(twoAccounts(), `auth_token: phones, from: "+15550100001"`, `auth_token: revoked, from: "+15550100001"`, 1)
	tell(t, config, false, func(w *town) {
		now := time.Now()
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		if got := w.sends("ana", now); len(got) != 2 || got[1] != "text "+secondSender+" after 0s" {
			t.Errorf("got %q, want the second account at once", got)
		}
		if open, _ := w.own(); open != 1 {
			t.Error("nobody is told that the account is refused")
		}
		w.reload("auth_token: revoked", "auth_token: phones")
		now = time.Now()
		w.fire("alertname=Mended", "severity=critical")
		w.after(time.Second)
		w.sentFirst("ana", now, "text "+firstSender+" after 0s")
		if open, _ := w.own(); open != 0 {
			t.Error("rouse's own incident is still open although the account works")
		}
	})
}

// A line that is silent is probed by one page at a time, and each of these pages has its call beside it.
func TestOnlyOnePageProbes(t *testing.T) {
	tell(t, ownToCy(townConfig), false, func(w *town) {
		w.unheard(firstSender, "Messages")
		for k := range 3 {
			w.fire(fmt.Sprintf("alertname=Slow%d", k), "service=turns", "severity=critical")
			w.after(11 * time.Second)
		}
		w.after(30 * time.Second)
		w.says("ana", "ack all")
		w.says("bo", "ack all")
		most := w.unheard(firstSender, "Messages")
		now := time.Now()
		w.fire("alertname=Next", "severity=critical")
		w.fire("alertname=Turn", "service=turns", "severity=critical")
		w.fire("alertname=Turn2", "service=turns", "severity=critical")
		w.after(3 * time.Second)
		w.sentFirst("ana", now, "call "+firstSender+" after 0s")
		w.sentFirst("bo", now, "call "+firstSender+" after 0s")
		w.after(3 * minute)
		if most.Load() != 1 {
			t.Errorf("%d texts at once tried a line that is silent, want one at a time", most.Load())
		}
		w.cut.Store(nil)
		w.after(12 * minute)
		if len(w.got("ana")) == 0 || len(w.got("bo")) == 0 {
			t.Error("the line works again, and nobody got a text")
		}
		if open, ever := w.own(); open != 0 || ever != 1 {
			t.Errorf("%d incidents of rouse's own are open of %d, want one that ended", open, ever)
		}
	})
}

// Who is reached by texts alone is sent texts over a line that is out of use, too.
func TestLastHopeIsTried(t *testing.T) {
	config := strings.Replace(ownToCy(townConfig), `phone: "+34600000001"}`, `phone: "+34600000001", notify: {high: [{via: sms}]}}`, 1)
	tell(t, config, false, func(w *town) {
		w.people["bo"].Behave(phonetest.Refuse(401, 20003).Only(phonetest.SMS).Limit(1))
		w.fire("alertname=First", "service=turns", "severity=critical")  // ana's turn
		w.fire("alertname=Second", "service=turns", "severity=critical") // bo's
		w.after(time.Second)
		now := time.Now()
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.sentFirst("ana", now, "text "+firstSender+" after 0s")
	})
}

// A sender that carriers filter texts nobody: everybody is called at once, and who looks after rouse hears of it once.
func TestFilteredSenderMeansVoiceForEverybody(t *testing.T) {
	tell(t, ownToCy(townConfig), false, func(w *town) {
		w.people["ana"].Behave(phonetest.Undelivered(30007))
		w.fire("alertname=One", "severity=critical")
		w.after(5 * time.Second)
		w.says("ana", "ack all")
		for k := range 4 {
			now := time.Now()
			w.fire(fmt.Sprintf("alertname=More%d", k), "service=turns", "severity=critical")
			w.after(5 * time.Second)
			if got := append(w.sends("ana", now), w.sends("bo", now)...); len(got) != 1 || got[0] != "call "+firstSender+" after 0s" {
				t.Errorf("page %d: %q, want one call at once", k, got)
			}
			_ = w.people["ana"].ReplyTo(context.Background(), firstSender, "ack all")
			_ = w.people["bo"].ReplyTo(context.Background(), firstSender, "ack all")
			w.after(20 * time.Second)
		}
		if open, ever := w.own(); open != 1 || ever != 1 {
			t.Errorf("%d incidents of rouse's own are open of %d, want one", open, ever)
		}
		w.people["ana"].Calm()
		w.after(6 * minute)
		w.fire("alertname=Later", "severity=critical")
		w.after(5 * time.Second)
		now := time.Now()
		w.fire("alertname=Again", "severity=critical")
		w.after(5 * time.Second)
		w.sentFirst("ana", now, "text "+firstSender+" after 0s")
		if open, _ := w.own(); open != 0 {
			t.Error("rouse's own incident is still open although a text arrived")
		}
	})
}

// Half an hour without the carrier: no page is lost, nothing storms, and when it is back people are told what is still open.
func TestHalfAnHourWithoutTheCarrier(t *testing.T) {
	config := strings.Replace(ownToCy(townConfig), "users:\n", "limits:\n  sms: {per_number: 6 in 15m}\nusers:\n", 1)
	story(t, config, func(w *town) {
		all := func(*http.Request) bool { return true }
		w.cut.Store(&all)
		for k := range 5 {
			w.fire(fmt.Sprintf("alertname=Down%d", k), "severity=critical")
			w.after(6 * minute)
		}
		w.noPages()
		w.cut.Store(nil)
		w.after(6 * minute)
		told := strings.Join(w.got("ana"), "\n") + strings.Join(w.got("bo"), "\n")
		for n := range 5 {
			if !strings.Contains(told, fmt.Sprintf("Down%d", n)) {
				t.Errorf("nobody was told of Down%d: %q", n, told)
			}
		}
		if n := len(w.got("ana")); n > 6 {
			t.Errorf("ana got %d texts when the carrier came back, want at most 6", n)
		}
	})
}

// A dead number is not tried again; who looks after rouse hears of it once, until it is corrected or something arrives there.
func TestDeadNumberIsToldOnceAndComesBack(t *testing.T) {
	story(t, ownToCy(townConfig), func(w *town) {
		w.people["ana"].Behave(phonetest.Undelivered(30005).Limit(1))
		for k := range 3 {
			w.fire(fmt.Sprintf("alertname=Down%d", k), "severity=critical")
			w.after(5 * time.Second)
			w.says("bo", []string{"1", "3", "4"}[k]) // 2 is rouse's own; an answer to ana would arrive and heal
			w.after(30 * time.Second)
		}
		if open, ever := w.own(); open != 1 || ever != 1 {
			t.Errorf("%d incidents of rouse's own are open of %d, want one", open, ever)
		}
		for _, text := range w.got("ana") {
			if strings.Contains(text, "Down") {
				t.Errorf("a dead number was sent %q", text)
			}
		}
		w.post("/api/v1/send", "root", "application/json", `{"user": "ana", "via": "sms"}`)
		w.after(5 * time.Second)
		if open, _ := w.own(); open != 0 {
			t.Error("a text arrived, and rouse's own incident is still open")
		}
		now := time.Now()
		w.fire("alertname=Later", "severity=critical")
		w.after(2 * time.Second)
		w.sentFirst("ana", now, "text "+firstSender+" after 0s")

		w.says("bo", "STOP")
		if open, _ := w.own(); open != 1 {
			t.Error("bo wants no texts any more, and nobody is told")
		}
		w.says("bo", "START")
		if open, _ := w.own(); open != 0 {
			t.Error("bo wants texts again, and rouse's own incident is still open")
		}
		w.says("bo", "STOP")
		w.reload("+46700000002", "+46700000009")
		if open, _ := w.own(); open != 0 {
			t.Error("bo has another number, and rouse's own incident about the old one is still open")
		}
	})
}

// Five minutes of "too many requests": the text is kept, other methods go ahead, answers are still taken, and it goes out soon after.
func TestThrottledForMinutesLosesNothing(t *testing.T) {
	config := strings.Replace(ownToCy(townConfig), `phone: "+34600000001"}`, `phone: "+34600000001", notify: {high: [{via: sms}]}}`, 1)
	config = strings.Replace(config, "{notify: [user/bo], wait: 5m}", "{notify: [user/bo], wait: 20m}", 1) // no second round meanwhile
	story(t, config, func(w *town) {
		w.people["ana"].Behave(phonetest.Throttle429(0).Only(phonetest.SMS))
		w.fire("alertname=Down", "severity=critical")
		w.after(5 * minute)
		if n := len(w.sends("ana", time.Time{})); n < 5 || n > 30 {
			t.Errorf("%d requests in five minutes, want backoff up to half a minute", n)
		}
		if len(w.got("bo")) == 0 {
			t.Error("ana cannot be reached, and nobody else was paged")
		}
		w.people["ana"].Calm()
		w.after(40 * time.Second)
		w.expect("ana", 1, 0, "INC-1")
		if _, ever := w.own(); ever != 0 {
			t.Error("haste is no trouble of the line's")
		}
	})
}
