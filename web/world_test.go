package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

var _ web.Engine = (*engine.Engine)(nil)

// night is when the tests play: 04:12 on a Monday in Madrid.
var night = time.Date(2026, time.November, 23, 3, 12, 0, 0, time.UTC)

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// tokens are the credentials of the tests by name. dee is in no team; bot has no user.
var tokens = []web.Token{
	{Name: "viewer", User: "dee", Role: web.Viewer, Secrets: []string{"secret-viewer"}},
	{Name: "responder", User: "bo", Role: web.Responder, Secrets: []string{"secret-responder", "secret-responder-new"}},
	{Name: "outsider", User: "dee", Role: web.Manager, Secrets: []string{"secret-outsider"}},
	{Name: "manager", User: "cy", Role: web.Manager, Secrets: []string{"secret-manager"}},
	{Name: "admin", User: "dee", Role: web.Admin, Secrets: []string{"secret-admin"}},
	{Name: "bot", Role: web.Responder, Secrets: []string{"secret-bot"}},
	{Name: "empty", Role: web.Admin, Secrets: []string{""}},
}

// world is a rouse in memory behind a real HTTP server, with its clock in the test's hand.
type world struct {
	t      testing.TB
	clock  *clock
	store  store.Store
	engine *engine.Engine
	links  *notify.Signer
	live   atomic.Pointer[web.Config]
	deps   web.Deps
	url    string
	log    *diary
}

func newWorld(t testing.TB, change ...func(*web.Deps)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: night}, log: &diary{}}
	s, err := badger.Open("", badger.Options{InMemory: true, Now: w.clock.Now})
	must(t, err)
	w.store = s
	t.Cleanup(func() { must(t, s.Close()) })
	w.links, err = notify.NewSigner([]byte("a key of the tests for links"))
	must(t, err)
	w.engine, err = engine.New(engine.Deps{Store: s, Settings: settings(w.links), Now: w.clock.Now})
	must(t, err)
	w.engine.Start()
	t.Cleanup(w.engine.Stop)
	w.live.Store(&web.Config{Tokens: tokens, PublicURL: "http://rouse.test", Links: w.links, Version: "1.0-test"})
	w.deps = web.Deps{
		Engine: w.engine, Store: s, Config: w.live.Load, Now: w.clock.Now,
		Reload:     func(context.Context) error { return nil },
		Metrics:    http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "rouse_up 1\n") }),
		SessionKey: []byte("a key of the tests for sessions"), Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	for _, c := range change {
		c(&w.deps)
	}
	srv := httptest.NewServer(web.New(w.deps).Handler())
	t.Cleanup(srv.Close)
	w.url = srv.URL
	return w
}

// change swaps the configuration, as a reload does.
func (w *world) change(f func(*web.Config)) {
	next := *w.live.Load()
	f(&next)
	w.live.Store(&next)
}

// diary is a log that may be read while it is written.
type diary struct {
	mu sync.Mutex
	b  strings.Builder
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.b.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// carrier takes every message, and says that nothing more will be known.
type carrier struct{}

func (carrier) Name() string               { return "carrier" }
func (carrier) Carries(oncall.Method) bool { return true }
func (carrier) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	return notify.Receipt{ProviderID: "SM" + m.ID, Delivered: true}, nil
}

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func settings(links *notify.Signer) engine.Settings {
	madrid := zone("Europe/Madrid")
	start := oncall.Date{Year: 2026, Month: time.January, Day: 5}
	users := []oncall.User{
		{ID: "ana", Name: "Ana Ruiz", Zone: madrid, Phone: "+34600000001", Email: "ana@example.com", Quiet: &oncall.QuietHours{From: 22 * 60, To: 7 * 60}},
		{ID: "bo", Name: "Bo Lind", Zone: zone("Europe/Stockholm"), Phone: "+46700000002", Email: "bo@example.com"},
		{ID: "cy", Name: "Cy Okafor", Zone: zone("America/New_York"), Phone: "+12025550103"},
		{ID: "dee", Name: "Dee Novak", Zone: zone("Europe/Prague"), Email: "dee@example.com"},
	}
	teams := []oncall.Team{{ID: "payments", Members: []oncall.UserID{"ana", "bo"}, Manager: "cy"}}
	schedules := []*oncall.Schedule{
		{ID: "payments-primary", Team: "payments", Zone: madrid, Layers: []oncall.Layer{
			{Name: "week", Users: []oncall.UserID{"bo", "ana"}, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: start, Handoff: oncall.Handoff{Minute: 9 * 60}},
			{Name: "west", Users: []oncall.UserID{"cy"}, Rotation: oncall.Rotation{Unit: oncall.Daily}, Start: start, Hours: []oncall.WeeklyHours{{Days: [7]bool{time.Friday: true, time.Saturday: true}, From: 18 * 60, To: 6 * 60}}},
		}, Overrides: []oncall.Override{{Schedule: "payments-primary", User: "cy", From: night.Add(60 * time.Hour), To: night.Add(84 * time.Hour), Reason: "holiday"}}},
		{ID: "payments-secondary", Team: "payments", Zone: madrid, Layers: []oncall.Layer{
			{Name: "week", Users: []oncall.UserID{"cy", "ana", "bo"}, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: start, Handoff: oncall.Handoff{Minute: 9 * 60}},
		}},
		{ID: "office", Zone: madrid, Layers: []oncall.Layer{
			{Name: "day", Users: []oncall.UserID{"dee", "ana"}, Rotation: oncall.Rotation{Unit: oncall.Daily}, Start: start, Hours: []oncall.WeeklyHours{{Days: [7]bool{time.Monday: true, time.Tuesday: true, time.Wednesday: true, time.Thursday: true, time.Friday: true}, From: 9 * 60, To: 17 * 60}}},
		}},
	}
	target := func(s string) oncall.Target {
		t, err := oncall.ParseTarget(s)
		if err != nil {
			panic(err)
		}
		return t
	}
	policies := []oncall.Policy{
		{ID: "payments", Levels: []oncall.Level{
			{Targets: []oncall.Target{target("schedule/payments-primary")}, Wait: 5 * time.Minute},
			{Targets: []oncall.Target{target("schedule/payments-secondary")}, Wait: 5 * time.Minute},
			{Targets: []oncall.Target{target("user/cy")}, Wait: 10 * time.Minute},
		}},
		{ID: "everyone", Levels: []oncall.Level{{Targets: []oncall.Target{target("team/payments")}, Wait: 5 * time.Minute}}},
	}
	h, m, l := incident.GradeHigh, incident.GradeMedium, incident.GradeLow
	book := &incident.Rulebook{
		Roster: oncall.NewRoster(users, teams, schedules, policies, "everyone"),
		Services: map[string]incident.Service{
			"checkout": {Name: "checkout", Team: "payments", Policy: "payments", Impact: h, Runbook: "https://wiki.example.com/checkout"},
			"database": {Name: "database", Team: "payments", Policy: "payments", Impact: h, Runbook: "javascript:alert(1)"},
			"mail":     {Name: "mail", Team: "payments", Policy: "payments", Impact: l},
		},
		Matrix: map[incident.Grade]map[incident.Grade]incident.Priority{h: {h: "P1", m: "P2", l: "P3"}, m: {h: "P2", m: "P3", l: "P4"}, l: {h: "P3", m: "P4", l: "P5"}},
		Page:   map[incident.Priority]bool{"P1": true, "P2": true, "P3": true},
		Types:  map[string][]string{"technical": {"availability", "latency", "data"}, "security": {"breach", "abuse"}, "request": nil},
	}
	tree := router.NewTree(&router.Route{Service: "mail", GroupBy: []string{"alertname", "cluster"}, Routes: []*router.Route{
		{Matchers: matchers(`service="checkout"`), Service: "checkout", Category: "availability"},
		{Matchers: matchers(`service="database"`), Service: "database"},
		{Matchers: matchers(`service="vault"`), Service: "database", Type: "security", Category: "breach"},
	}})
	return engine.Settings{
		Book: book, Tree: tree, Gate: router.NewGate(nil, nil, nil), Providers: []notify.Provider{carrier{}}, PublicURL: "http://rouse.test", Links: links,
		Heartbeats: []engine.Heartbeat{{Name: "watchdog", Every: 1000 * time.Hour, Grace: time.Minute, Service: "database"}},
		Drills:     []engine.Drill{{Name: "weekly", Weekdays: []time.Weekday{time.Wednesday}, Minute: 600, Zone: time.UTC, Policy: book.Roster.Fallback()}},
	}
}

func matchers(list ...string) labels.Matchers {
	ms, err := router.ParseMatchers(list)
	if err != nil {
		panic(err)
	}
	return ms
}

// fire makes alerts of one service fire, the title first, and returns the number of the incident that they opened.
func (w *world) fire(service, title string, more ...alert.Alert) int64 {
	w.t.Helper()
	batch := []alert.Alert{{
		Integration: "prometheus", State: alert.Firing, Severity: alert.Critical, Title: title, Description: "More than 5% of requests fail.",
		Labels: alert.Labels{"alertname": title, "service": service, "cluster": "eu-1"}, StartsAt: w.clock.Now().Add(-2 * time.Minute),
	}}
	for _, a := range more {
		if a.Labels == nil {
			a.Labels = alert.Labels{}
		}
		a.Labels["service"], a.Labels["alertname"], a.Labels["cluster"] = service, title, "eu-1"
		a.Integration, a.State = "prometheus", alert.Firing
		batch = append(batch, a)
	}
	for k := range batch {
		must(w.t, batch[k].Identify())
	}
	must(w.t, w.engine.Accept(w.t.Context(), batch))
	var n int64
	must(w.t, w.store.View(w.t.Context(), func(tx store.Tx) error {
		a, err := tx.Alert(batch[0].ID())
		if err != nil || len(a.Incidents) == 0 {
			return errors.Join(err, fmt.Errorf("alert %s has no incident", title))
		}
		n = a.Incidents[0]
		return nil
	}))
	w.told(n)
	return n
}

// told waits until every page of an incident has left the outbox: the engine sends beside its answer.
func (w *world) told(n int64) {
	w.t.Helper()
	for range 5000 {
		waiting := false
		must(w.t, w.store.View(w.t.Context(), func(tx store.Tx) error {
			pages, err := tx.PagesOf(n)
			for _, p := range pages {
				waiting = waiting || p.State == store.Queued || p.State == store.Sending
			}
			return err
		}))
		if !waiting {
			return
		}
		time.Sleep(time.Millisecond)
	}
	w.t.Fatalf("pages of %s are still in the outbox", incident.Ref(n))
}

// fireMore makes one more alert of a group fire.
func (w *world) fireMore(service, name, pod string) {
	w.t.Helper()
	a := alert.Alert{Integration: "prometheus", State: alert.Firing, Severity: alert.Critical, Title: name + " " + pod,
		Labels: alert.Labels{"alertname": name, "service": service, "cluster": "eu-1", "pod": pod}}
	must(w.t, a.Identify())
	must(w.t, w.engine.Accept(w.t.Context(), []alert.Alert{a}))
}

// incident reads an incident from the store, past every rule of who may see it.
func (w *world) incident(n int64) (i incident.Incident) {
	w.t.Helper()
	must(w.t, w.store.View(w.t.Context(), func(tx store.Tx) (err error) {
		i, err = tx.Incident(n)
		return err
	}))
	return i
}

// link is the path of a signed link.
func (w *world) link(n int64, user string, epoch int) string {
	return fmt.Sprintf("/i/%d/%s", n, w.links.Sign(engine.LinkPurpose, n, user, epoch, w.clock.Now().Add(24*time.Hour)))
}

// api is a client with one of the tokens.
func (w *world) api(name string) *client.Client { return client.New(w.url, "secret-"+name, nil) }

// answer is what came back of a request.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request as it is, without following where the answer leads.
func (w *world) ask(r *http.Request) answer {
	w.t.Helper()
	hc := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := hc.Do(r)
	must(w.t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	must(w.t, err)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

// request makes a request. A body that is no JSON is a form.
func (w *world) request(method, path, body string) *http.Request {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(body))
	must(w.t, err)
	if strings.HasPrefix(body, "{") {
		r.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (w *world) get(path string) answer { return w.ask(w.request(http.MethodGet, path, "")) }

func (w *world) post(path, form string) answer { return w.ask(w.request(http.MethodPost, path, form)) }

// browser is somebody who is logged in.
type browser struct {
	w      *world
	cookie *http.Cookie
}

// browse logs in with one of the tokens.
func (w *world) browse(name string) *browser {
	w.t.Helper()
	got := w.post("/login", "token=secret-"+name)
	if got.status != http.StatusSeeOther {
		w.t.Fatalf("login as %s: got %d: %s", name, got.status, got.body)
	}
	return &browser{w, cookieOf(w.t, got)}
}

func cookieOf(t testing.TB, a answer) *http.Cookie {
	t.Helper()
	all := (&http.Response{Header: a.header}).Cookies()
	if len(all) != 1 {
		t.Fatalf("got %d cookies, want 1", len(all))
	}
	return all[0]
}

func (b *browser) ask(method, path, form string) answer {
	b.w.t.Helper()
	r := b.w.request(method, path, form)
	r.AddCookie(&http.Cookie{Name: b.cookie.Name, Value: b.cookie.Value})
	return b.w.ask(r)
}

func (b *browser) get(path string) answer        { return b.ask(http.MethodGet, path, "") }
func (b *browser) post(path, form string) answer { return b.ask(http.MethodPost, path, form) }
