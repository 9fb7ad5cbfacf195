package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/store/storetest"
)

// townConfig is the world of the stories. A story replaces what it is about.
const townConfig = `
server: {listen: ":0", public_url: "https://rouse.test", store: "memory:"}
access:
  tokens: [{name: root, user: ana, role: admin, token: root}]
providers:
  - name: phones
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: phones, from: "+15550100001", base_url: "http://phones.test"}
users:
  ana: {name: Ana Ruiz, timezone: Europe/Madrid, phone: "+34600000001"}
  bo: {name: Bo Lind, timezone: Europe/Stockholm, phone: "+46700000002"}
  cy:
    name: Cy Okafor
    timezone: America/New_York
    phone: "+12025550103"
    notify: {high: [{via: sms}, {via: call, after: 1m}], low: [{via: sms}]}
    quiet_hours: {from: "22:00", to: "07:00"}
teams:
  shop: {members: [ana, bo, cy], manager: cy}
schedules:
  primary:
    timezone: Europe/Madrid
    layers: [{users: [ana], rotation: weekly, start: 1999-01-04, handoff: "Mon 09:00"}]
  empty:
    timezone: Europe/Madrid
    layers: [{users: [ana], rotation: weekly, start: 2090-01-02, handoff: "Mon 09:00"}]
escalations:
  shop:
    levels:
      - {notify: [schedule/primary], wait: 5m}
      - {notify: [user/bo], wait: 5m}
    repeat: forever
  nobody: {levels: [{notify: [schedule/empty], wait: 5m}], repeat: forever}
  turns: {levels: [{notify: [user/ana, user/bo], wait: 5m, round_robin: true}], repeat: forever}
  cyonly: {levels: [{notify: [user/cy], wait: 10m}], repeat: forever}
  everyone: {levels: [{notify: [team/shop], wait: 5m}], repeat: forever}
fallback: everyone
services:
  checkout: {team: shop, escalation: shop, impact: high}
  lease: {team: shop, escalation: shop, impact: high, ack_timeout: 1h}
  empty: {team: shop, escalation: nobody, impact: high}
  turns: {team: shop, escalation: turns, impact: high}
  quiet: {team: shop, escalation: cyonly, impact: low}
  flappy: {team: shop, escalation: shop, impact: high}
route:
  service: checkout
  group_by: [alertname]
  routes:
    - {matchers: ['service="lease"'], service: lease}
    - {matchers: ['service="empty"'], service: empty}
    - {matchers: ['service="turns"'], service: turns}
    - {matchers: ['service="quiet"'], service: quiet, urgency: low}
    - {matchers: ['service="flappy"'], service: flappy, resolve_delay: 5m}
    - {matchers: ['service="nightly"'], mute_time_intervals: [nights]}
time_intervals:
  - name: nights
    time_intervals: [{times: [{start_time: "00:00", end_time: "07:00"}], location: Europe/Madrid}]
inhibit_rules:
  - source_matchers: ['alertname="ClusterDown"']
    target_matchers: ['severity="warning"']
    equal: [cluster]
maintenance:
  - {name: backup, matchers: ['job="db"'], every: "Sat 02:00", for: 2h, timezone: UTC}
integrations:
  am: {type: alertmanager, token: t}
  prom: {type: prometheus, token: p}
  scripts: {type: generic, token: s}
  pd: {type: pagerduty, token: r0000000000000000000000000000000}
`

// town is the whole product in a bubble of virtual time: daemon, store, street of phones, no sockets.
type town struct {
	t        *testing.T
	restarts bool
	street   *phonetest.Street
	st       store.Store
	d        *daemon
	failing  *storetest.FailingStore
	config   string
	door     atomic.Pointer[http.Handler]
	people   map[string]*phonetest.Phone
	cut      atomic.Pointer[func(*http.Request) bool] // requests to the carrier that are never answered; nil: none
}

// RoundTrip is the way to the carrier.
func (w *town) RoundTrip(r *http.Request) (*http.Response, error) {
	if cut := w.cut.Load(); cut != nil && (*cut)(r) {
		<-r.Context().Done()
		return nil, context.Cause(r.Context())
	}
	return w.street.RoundTripper().RoundTrip(r)
}

// story runs f in a town, twice: once straight through, and once with a restart of the daemon in the middle of every wait
// of a second or more. Time in it begins on Saturday 1 January 2000, 00:00 UTC, and moves only while f waits.
func story(t *testing.T, config string, f func(*town)) {
	t.Helper()
	t.Run("straight", func(t *testing.T) { tell(t, config, false, f) })
	t.Run("restarted", func(t *testing.T) { tell(t, config, true, f) })
}

func tell(t *testing.T, config string, restarts bool, f func(*town)) {
	t.Helper()
	tellFrom(t, time.Time{}, config, restarts, f)
}

// tellFrom is tell with time beginning at another instant, to come.
func tellFrom(t *testing.T, from time.Time, config string, restarts bool, f func(*town)) {
	t.Helper()
	if config == "" {
		config = townConfig
	}
	synctest.Test(t, func(t *testing.T) {
		if !from.IsZero() {
			time.Sleep(time.Until(from)) // nothing runs yet, so years cost nothing
		}
		compactors := 0
		st, err := badger.Open("", badger.Options{InMemory: true, Compactors: &compactors})
		if err != nil {
			t.Fatal(err)
		}
		failing := storetest.Failing(storetest.Rerun(st)) // an impure decision shows
		w := &town{t: t, restarts: restarts, st: failing, failing: failing, config: config, people: map[string]*phonetest.Phone{}}
		w.street = phonetest.New(phonetest.Options{AuthToken: "phones", InboundURL: "https://rouse.test/twilio/phones/sms", Callbacks: phonetest.InMemory(w), Seed: 1})
		for name, number := range map[string]string{"ana": "+34600000001", "bo": "+46700000002", "cy": "+12025550103"} {
			w.people[name] = w.street.Phone(number)
		}
		t.Cleanup(func() {
			w.street.Close()
			if w.d != nil {
				w.d.engine.Stop()
			}
			if t.Failed() {
				w.postMortem()
			}
			if err := st.Close(); err != nil {
				t.Error(err)
			}
		})
		w.start()
		f(w)
	})
}

// ServeHTTP is the daemon's door, whichever daemon runs at the moment.
func (w *town) ServeHTTP(rw http.ResponseWriter, r *http.Request) { (*w.door.Load()).ServeHTTP(rw, r) }

func (w *town) options() serveOptions {
	return serveOptions{
		carrier: w,
		load: func() (*configs.Config, configs.Problems) {
			return configs.Load("town.yaml", []byte(w.config), configs.Options{Literal: true})
		},
	}
}

// start starts a daemon on the town's store, as after a crash or on the first day.
func (w *town) start() {
	w.t.Helper()
	o := w.options()
	c, problems := o.load()
	if err := problems.Err(); err != nil {
		w.t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(w.t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	d, err := newDaemon(w.st, c, o, log)
	if err != nil {
		w.t.Fatal(err)
	}
	d.engine.Start()
	door := d.handler(prometheus.NewRegistry(), make([]byte, 32))
	w.d = d
	w.door.Store(&door)
	synctest.Wait()
}

// restart ends the daemon and starts another on the same store.
func (w *town) restart() {
	w.t.Helper()
	w.d.engine.Stop()
	w.start()
}

// reload changes the configuration and has the daemon read it.
func (w *town) reload(old, new string) {
	w.t.Helper()
	if !strings.Contains(w.config, old) {
		w.t.Fatalf("the configuration has no %q", old)
	}
	w.config = strings.Replace(w.config, old, new, 1)
	if err := w.d.reload(context.Background()); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

// after lets time pass.
func (w *town) after(d time.Duration) {
	if w.restarts && d >= time.Second {
		time.Sleep(d / 2)
		synctest.Wait()
		w.restart()
		d -= d / 2
	}
	time.Sleep(d)
	synctest.Wait()
}

func (w *town) post(path, token, contentType, body string) *httptest.ResponseRecorder {
	w.t.Helper()
	req := httptest.NewRequest(http.MethodPost, "https://rouse.test"+path, bytes.NewBufferString(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", contentType)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	if rec.Code/100 != 2 {
		w.t.Errorf("POST %s: %d %s", path, rec.Code, rec.Body)
	}
	return rec
}

// am sends alerts as Alertmanager's webhook does. Each is "firing" or "resolved" and labels a=b.
func (w *town) am(status string, labels ...string) {
	w.t.Helper()
	l := map[string]string{}
	for _, x := range labels {
		k, v, _ := strings.Cut(x, "=")
		l[k] = v
	}
	body, _ := json.Marshal(map[string]any{
		"version": "4", "groupKey": "{}", "status": status, "receiver": "rouse",
		"alerts": []any{map[string]any{"status": status, "labels": l, "annotations": map[string]string{"summary": l["alertname"] + " " + l["instance"]}, "startsAt": time.Now().UTC().Format(time.RFC3339)}},
	})
	w.post("/ingest/am", "t", "application/json", string(body))
	synctest.Wait()
}

func (w *town) fire(labels ...string)  { w.t.Helper(); w.am("firing", labels...) }
func (w *town) clear(labels ...string) { w.t.Helper(); w.am("resolved", labels...) }

// got returns what a person's phone shows: texts.
func (w *town) got(who string) []string {
	var out []string
	for _, x := range w.people[who].Texts() {
		out = append(out, x.Body)
	}
	return out
}

// expect fails unless a phone has had n texts and c calls so far, and the last text holds all the words.
func (w *town) expect(who string, texts, calls int, words ...string) {
	w.t.Helper()
	p := w.people[who]
	if got := len(p.Texts()); got != texts {
		w.t.Errorf("%s got %d texts, want %d: %q", who, got, texts, w.got(who))
	}
	if got := len(p.Calls()); got != calls {
		w.t.Errorf("%s got %d calls, want %d", who, got, calls)
	}
	last := p.LastText().Body
	for _, x := range words {
		if !strings.Contains(last, x) {
			w.t.Errorf("%s's last text %q lacks %q", who, last, x)
		}
	}
}

// says texts from somebody's phone and returns the answer; "" when none came within ten seconds.
func (w *town) says(who, text string) string {
	w.t.Helper()
	before := len(w.people[who].Texts())
	if err := w.people[who].ReplyTo(context.Background(), "+15550100001", text); err != nil {
		w.t.Fatalf("%s texts %q: %v", who, text, err)
	}
	w.after(10 * time.Second)
	all := w.people[who].Texts()
	if len(all) <= before {
		return ""
	}
	return all[len(all)-1].Body
}

// asks is says with words that the answer must hold.
func (w *town) asks(who, text string, words ...string) {
	w.t.Helper()
	answer := w.says(who, text)
	for _, x := range words {
		if !strings.Contains(answer, x) {
			w.t.Errorf("%s said %q and was answered %q, which lacks %q", who, text, answer, x)
		}
	}
}

// inc reads an incident.
func (w *town) inc(n int64) incident.Incident {
	w.t.Helper()
	var i incident.Incident
	err := w.st.View(context.Background(), func(tx store.Tx) (err error) {
		i, err = tx.Incident(n)
		return err
	})
	if err != nil {
		w.t.Fatalf("%s: %v", incident.Ref(n), err)
	}
	return i
}

// is fails unless an incident is in a state.
func (w *town) is(n int64, want incident.State) {
	w.t.Helper()
	if got := w.inc(n).State; got != want {
		w.t.Errorf("%s is %s, want %s\n%s", incident.Ref(n), got, want, w.timeline(n))
	}
}

// timeline writes an incident's story.
func (w *town) timeline(n int64) string {
	var b strings.Builder
	_ = w.st.View(context.Background(), func(tx store.Tx) error {
		all, err := tx.Timeline(n)
		for _, e := range all {
			fmt.Fprintf(&b, "%s %s: %s\n", e.At.Format("15:04:05"), e.By, e.What)
		}
		return err
	})
	return b.String()
}

// tells fails unless some line of an incident's timeline matches.
func (w *town) tells(n int64, pattern string) {
	w.t.Helper()
	if !regexp.MustCompile(pattern).MatchString(w.timeline(n)) {
		w.t.Errorf("the timeline of %s has no line like %q:\n%s", incident.Ref(n), pattern, w.timeline(n))
	}
}

// count returns how many incidents there are.
func (w *town) count() int {
	var n int
	_ = w.st.View(context.Background(), func(tx store.Tx) error {
		all, err := tx.List(store.Filter{})
		n = len(all)
		return err
	})
	return n
}

// noPages fails if any phone was disturbed.
func (w *town) noPages() {
	w.t.Helper()
	for _, who := range []string{"ana", "bo", "cy"} {
		if n := len(w.people[who].Texts()) + len(w.people[who].Calls()); n > 0 {
			w.t.Errorf("%s was disturbed %d times: %q", who, n, w.got(who))
		}
	}
}

// try posts and returns whatever comes back.
func (w *town) try(path, token, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, "https://rouse.test"+path, strings.NewReader(body))
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
	} else {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	return rec
}

// breakStore makes every commit fail, mendStore heals.
func (w *town) breakStore(err error) { w.failing.Fail(err) }
func (w *town) mendStore()           { w.failing.Fail(nil) }

// postMortem writes what happened, for a story that failed.
func (w *town) postMortem() {
	for n := int64(1); n <= int64(min(w.count(), 4)); n++ {
		w.t.Logf("%s\n%s", incident.Ref(n), w.timeline(n))
	}
	for k, e := range w.street.Log() {
		if k > 60 {
			break
		}
		w.t.Log(e.String())
	}
	_ = w.st.View(context.Background(), func(tx store.Tx) error {
		pages, err := tx.PagesOf(1)
		for _, p := range pages {
			w.t.Logf("page %s %s %s", p.ID, p.State, p.Detail)
		}
		return err
	})
}
