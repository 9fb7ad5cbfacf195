package web_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// fill puts what exists in a world into a route's path.
func fill(path string) string {
	return strings.NewReplacer("{n}", "1", "{id...}", "TEST-1/bo/sms", "{id}", "payments-primary", "{name}", "app.css", "{token}", "x", "{$}", "").Replace(path)
}

// TestRolesByRoute is generated from the table of routes: each role, no token and wrong tokens at each route.
func TestRolesByRoute(t *testing.T) {
	ranks := map[string]int{"viewer": 1, "responder": 2, "manager": 3, "admin": 4}
	for _, rt := range web.Routes() {
		if !rt.API {
			continue
		}
		t.Run(rt.Pattern, func(t *testing.T) {
			w := newProcessWorld(t)
			w.report("viewer", client.Report{Service: "checkout", Title: "Nobody can pay"}) // who may confirm it
			for _, name := range []string{"viewer", "responder", "manager", "admin"} {
				r := w.request(rt.Method, fill(rt.Path), "")
				r.Header.Set("Authorization", "Bearer secret-"+name)
				got := w.ask(r)
				may := ranks[name] >= ranks[string(rt.Needs)]
				if refused := got.status == http.StatusForbidden; refused == may {
					t.Errorf("%s: got %d, may is %t: %s", name, got.status, may, got.body)
				}
				if got.status == http.StatusUnauthorized || got.status >= 500 {
					t.Errorf("%s: got %d: %s", name, got.status, got.body)
				}
			}
			for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Bearer secret-admi", "Bearer secret-admin2", "Basic c2VjcmV0LWFkbWlu", "secret-admin", "Bearer \x00"} {
				r := w.request(rt.Method, fill(rt.Path), "")
				if header != "" {
					r.Header["Authorization"] = []string{strings.ReplaceAll(header, "\x00", "")}
				}
				if got := w.ask(r); got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") == "" {
					t.Errorf("Authorization %q: got %d %s", header, got.status, got.body)
				}
			}
		})
	}
}

// TestEveryRouteIsShutOrMeantToBeOpen fails when a route is added without a role, unless it stands here.
func TestEveryRouteIsShutOrMeantToBeOpen(t *testing.T) {
	open := []string{
		"GET /api/v1/openapi.yaml", "GET /api/v1/openapi.json", "GET /-/healthy", "GET /-/ready", "GET /metrics",
		"GET /status", "GET /login", "POST /login", "POST /logout", "GET /assets/{name}", "GET /i/{n}/{token}", "POST /i/{n}/{token}/act", "GET /i/{n}/{token}/act", "GET /ical/{file}",
	}
	for _, rt := range web.Routes() {
		if (rt.API || rt.Page || rt.Status) != (rt.Needs != "") {
			t.Errorf("%s needs the role %q", rt.Pattern, rt.Needs)
		}
		if !rt.API && !rt.Page && !rt.Status && !slices.Contains(open, rt.Pattern) {
			t.Errorf("%s is open and not listed as such", rt.Pattern)
		}
	}
}

// TestPagesByRole has each role and nobody at each page of a browser.
func TestPagesByRole(t *testing.T) {
	w := newWorld(t)
	w.fire("checkout", "HighErrorRate")
	for _, rt := range web.Routes() {
		if !rt.Page {
			continue
		}
		got := w.ask(w.request(rt.Method, fill(rt.Path), ""))
		switch {
		case rt.Method == http.MethodGet && (got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/login?next=")):
			t.Errorf("%s without a session: got %d to %q", rt.Pattern, got.status, got.header.Get("Location"))
		case rt.Method == http.MethodPost && got.status != http.StatusUnauthorized:
			t.Errorf("%s without a session: got %d", rt.Pattern, got.status)
		}
		for _, name := range []string{"viewer", "responder", "manager", "admin"} {
			got := w.browse(name).ask(rt.Method, fill(rt.Path), "do=note&text=hello")
			may := name != "viewer" || rt.Needs == web.Viewer
			if refused := got.status == http.StatusForbidden; refused == may || got.status == http.StatusUnauthorized {
				t.Errorf("%s as %s: got %d, may is %t", rt.Pattern, name, got.status, may)
			}
		}
	}
}

// TestPagesTakeNoBearerAndTheAPINoCookie keeps the two doors apart, so that a foreign page can never use the API.
func TestPagesTakeNoBearerAndTheAPINoCookie(t *testing.T) {
	w := newWorld(t)
	if got := w.browse("admin").get("/api/v1/incidents"); got.status != http.StatusUnauthorized {
		t.Errorf("the API took a cookie: %d", got.status)
	}
	r := w.request(http.MethodGet, "/", "")
	r.Header.Set("Authorization", "Bearer secret-admin")
	if got := w.ask(r); got.status != http.StatusSeeOther {
		t.Errorf("a page took a bearer token: %d", got.status)
	}
}

func TestAnEmptySecretOpensNothing(t *testing.T) {
	w := newWorld(t)
	if got := w.post("/login", "token="); got.status != http.StatusUnauthorized {
		t.Errorf("got %d, want 401", got.status)
	}
}

func TestRotatedSecret(t *testing.T) {
	w := newWorld(t)
	for _, secret := range []string{"secret-responder", "secret-responder-new"} {
		if _, err := client.New(w.url, secret, nil).Users(t.Context()); err != nil {
			t.Errorf("%s: %v", secret, err)
		}
	}
}

func TestReloadedTokens(t *testing.T) {
	w := newWorld(t)
	w.change(func(c *web.Config) {
		c.Tokens = []web.Token{{Name: "new", Role: web.Viewer, Secrets: []string{"secret-new"}}}
	})
	if _, err := w.api("new").Users(t.Context()); err != nil {
		t.Errorf("the new token: %v", err)
	}
	if _, err := w.api("admin").Users(t.Context()); codeOf(t, err) != "unknown_token" {
		t.Errorf("the old token: %v", err)
	}
}

func TestMetricsToken(t *testing.T) {
	w := newWorld(t)
	if got := w.get("/metrics"); got.status != http.StatusOK || got.body != "rouse_up 1\n" {
		t.Errorf("open: got %d %q", got.status, got.body)
	}
	w.change(func(c *web.Config) { c.MetricsTokens = []string{"scrape", ""} })
	for header, want := range map[string]int{"": 401, "Bearer ": 401, "Bearer secret-admin": 401, "Bearer scrape": 200} {
		r := w.request(http.MethodGet, "/metrics", "")
		r.Header.Set("Authorization", header)
		if got := w.ask(r); got.status != want {
			t.Errorf("%q: got %d, want %d", header, got.status, want)
		}
	}
}

func TestMetricsAbsent(t *testing.T) {
	w := newWorld(t, func(d *web.Deps) { d.Metrics = nil })
	if got := w.get("/metrics"); got.status != http.StatusNotFound {
		t.Errorf("got %d, want 404", got.status)
	}
}

// TestATestPageToOthersIsAManagers: one may page oneself, but not wake others for a test.
func TestATestPageToOthersIsAManagers(t *testing.T) {
	w := newWorld(t)
	send := func(token, user string) error {
		_, err := w.api(token).Send(t.Context(), client.TestPage{User: user, Via: "sms"})
		return err
	}
	if err := send("responder", "bo"); err != nil {
		t.Errorf("to oneself: %v", err)
	}
	if err := send("responder", "ana"); codeOf(t, err) != "forbidden" {
		t.Errorf("to somebody else: %v", err)
	}
	if err := send("manager", "Ana Ruiz"); err != nil {
		t.Errorf("a manager: %v", err)
	}
	if err := send("bot", "ana"); codeOf(t, err) != "forbidden" {
		t.Errorf("a token without a user: %v", err)
	}
}

// TestActors: a token with a user acts as that user, one without as itself; a browser and a link say so.
func TestActors(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	_, err := w.api("responder").Note(t.Context(), n, "one")
	must(t, err)
	_, err = w.api("bot").Note(t.Context(), n, "two")
	must(t, err)
	w.browse("manager").post("/i/1/act", "do=note&text=three")
	w.post(w.link(n, "ana", 1)+"/act", "do=note&text=four")
	d, err := w.api("viewer").Incident(t.Context(), n, 0)
	must(t, err)
	want := map[string]client.Actor{
		"one": {Kind: "user", Name: "bo", Channel: "api"}, "two": {Kind: "token", Name: "bot", Channel: "api"},
		"three": {Kind: "user", Name: "cy", Channel: "web"}, "four": {Kind: "user", Name: "ana", Channel: "link"},
	}
	for _, e := range d.Timeline {
		if e.Kind == "note" {
			if e.By != want[e.What] {
				t.Errorf("%s: got %+v, want %+v", e.What, e.By, want[e.What])
			}
			delete(want, e.What)
		}
	}
	if len(want) > 0 {
		t.Errorf("not in the timeline: %v", want)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/login", "/api/v1/incidents", "/nowhere", "/i/1/x", "/-/healthy", "/assets/app.css"} {
		h := w.get(path).header
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", path, name, h.Get(name), want)
			}
		}
		csp := h.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: the policy lacks %s", path, part)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is weak: %s", path, csp)
		}
		if h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s may be read by other sites", path)
		}
		if len(h.Get("X-Correlation-Id")) != 16 {
			t.Errorf("%s has no correlation id", path)
		}
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	w := newWorld(t)
	tests := []struct {
		method, path string
		want         int
		kind, code   string
		allow        string
	}{
		{"GET", "/api/v1/nothing", 404, "application/json", "no_such_address", ""},
		{"PUT", "/api/v1/incidents", 405, "application/json", "method_not_allowed", "GET, POST"},
		{"GET", "/api/v1/incidents/1/ack", 405, "application/json", "method_not_allowed", "POST"},
		{"DELETE", "/-/reload", 405, "application/json", "method_not_allowed", "POST"},
		{"GET", "/nothing", 404, "text/html; charset=utf-8", "", ""},
		{"POST", "/oncall", 405, "text/html; charset=utf-8", "", "GET"},
		{"GET", "/assets/secret.txt", 404, "application/json", "no_such_address", ""},
	}
	for _, tt := range tests {
		got := w.ask(w.request(tt.method, tt.path, ""))
		if got.status != tt.want || got.header.Get("Content-Type") != tt.kind || got.header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: got %d %q allow %q", tt.method, tt.path, got.status, got.header.Get("Content-Type"), got.header.Get("Allow"))
		}
		var e client.Error
		if tt.code != "" && (json.Unmarshal([]byte(got.body), &e) != nil || e.Code != tt.code) {
			t.Errorf("%s %s: got %s", tt.method, tt.path, got.body)
		}
	}
}

// codeOf is the code of a client's error.
func codeOf(t testing.TB, err error) string {
	t.Helper()
	e, ok := err.(*client.Error)
	if !ok {
		t.Fatalf("got %v (%T), want an answer of rouse", err, err)
	}
	return e.Code
}
