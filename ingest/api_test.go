package ingest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/models"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
)

// open is what the Desk holds in these tests: active, silenced, inhibited, in maintenance.
func open() []Held {
	one := func(key, name string, s ...router.Suppression) Held {
		return Held{
			Alert:      alert.Alert{Integration: "prom", Key: key, State: alert.Firing, Labels: alert.Labels{"alertname": name, "cluster": "eu"}, StartsAt: clock.Add(-time.Hour)},
			UpdatedAt:  clock.Add(-time.Minute),
			Suppressed: s,
			Receivers:  []string{"default", "room"},
			GroupKeys:  []Group{{Service: "shop", Labels: map[string]string{"alertname": name}, Incident: 7}},
		}
	}
	return []Held{
		one("00000000000000d4", "Muted", router.Suppression{Kind: router.ByMaintenance, Rule: "night work"}),
		one("00000000000000a1", "Active"),
		one("not a fingerprint", "Inhibited", router.Suppression{Kind: router.ByInhibition, Rule: "ClusterDown"}),
		one("00000000000000b2", "Silenced", router.Suppression{Kind: router.BySilence, Rule: "sil-1"}),
	}
}

func get[T any](t *testing.T, b *bench, path string, into *T) {
	t.Helper()
	w := b.do("GET", path, "", "Authorization", "Bearer prom-token")
	if w.Code != 200 {
		t.Fatalf("GET %s: got %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatalf("GET %s: %v in %s", path, err, w.Body)
	}
	if v, ok := any(into).(interface{ Validate(strfmt.Registry) error }); ok {
		if err := v.Validate(strfmt.Default); err != nil {
			t.Errorf("GET %s does not fit Alertmanager's model: %v", path, err)
		}
	}
}

func TestAPIAlerts(t *testing.T) {
	b := newBench(t)
	b.held = open()
	for query, want := range map[string]string{
		"":                "Active Silenced Inhibited Muted",
		"?active=false":   "Silenced Inhibited Muted",
		"?silenced=false": "Active Inhibited Muted",
		"?inhibited=0":    "Active Silenced Muted",
		"?muted=false":    "Active Silenced Inhibited",
		"?active=true&inhibited=false&silenced=false&unprocessed=false":            "Active Muted", // amtool alert query
		"?filter=" + url.QueryEscape(`alertname=~"Act.*|Muted"`):                   "Active Muted",
		"?filter=" + url.QueryEscape(`alertname=Active`):                           "Active",
		"?filter=" + url.QueryEscape(`cluster="eu"`) + "&filter=alertname%3DMuted": "Muted",
		"?filter=" + url.QueryEscape(`absent=""`):                                  "Active Silenced Inhibited Muted",
		"?receiver=roo.":   "Active Silenced Inhibited Muted",
		"?receiver=roo":    "",
		"?receiver=nobody": "",
		"?receiver_matchers=" + url.QueryEscape(`owner="x"`): "",
	} {
		var list models.GettableAlerts
		get(t, b, "/api/v2/alerts"+query, &list)
		var got []string
		for _, a := range list {
			got = append(got, a.Labels["alertname"])
		}
		slices.Sort(got)
		wanted := strings.Fields(want)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s: got %v, want %v", query, got, wanted)
		}
	}
}

func TestAPIAlertShape(t *testing.T) {
	b := newBench(t)
	b.held = open()
	var list models.GettableAlerts
	get(t, b, "/ingest/prom/api/v2/alerts", &list)
	if !slices.IsSortedFunc(list, func(x, y *models.GettableAlert) int { return strings.Compare(*x.Fingerprint, *y.Fingerprint) }) {
		t.Error("alerts are not in the order of their fingerprints")
	}
	for _, a := range list {
		wantState := map[bool]string{true: "active", false: "suppressed"}[a.Labels["alertname"] == "Active"]
		if *a.Status.State != wantState || len(*a.Fingerprint) != 16 || !time.Time(*a.EndsAt).After(clock) || len(a.Receivers) != 2 {
			t.Errorf("got %+v, state %s", a, *a.Status.State)
		}
		switch a.Labels["alertname"] {
		case "Silenced":
			if len(a.Status.SilencedBy) != 1 || a.Status.SilencedBy[0] != "sil-1" {
				t.Errorf("silencedBy %v", a.Status.SilencedBy)
			}
		case "Muted":
			if len(a.Status.MutedBy) != 1 || a.Status.MutedBy[0] != "night work" {
				t.Errorf("mutedBy %v", a.Status.MutedBy)
			}
		}
	}
}

// TestAPINothingOpenHasEnded: a repeat moves an alert's end in memory alone, so what the store holds may be past. Alertmanager lists
// no alert whose end is past (api/v2/api.go, alertFilter), so its clients read such an end as a recovery.
func TestAPINothingOpenHasEnded(t *testing.T) {
	b := newBench(t)
	b.held = open()
	for i, ends := range []time.Duration{-time.Hour, -time.Second, 0, time.Hour} {
		b.held[i].Alert.EndsAt = clock.Add(ends)
	}
	check := func(path string, list models.GettableAlerts) {
		for _, a := range list {
			if !time.Time(*a.EndsAt).After(clock) {
				t.Errorf("%s: %s is open and ends at %v, and now is %v", path, a.Labels["alertname"], a.EndsAt, clock)
			}
			if a.Labels["alertname"] == "Silenced" && !time.Time(*a.EndsAt).Equal(clock.Add(time.Hour)) {
				t.Errorf("%s: an end to come became %v", path, a.EndsAt)
			}
		}
	}
	var list models.GettableAlerts
	get(t, b, "/api/v2/alerts", &list)
	check("alerts", list)
	var groups models.AlertGroups
	get(t, b, "/api/v2/alerts/groups", &groups)
	for _, g := range groups {
		check("groups", g.Alerts)
	}
}

func TestAPIGroups(t *testing.T) {
	b := newBench(t)
	b.held = open()
	for query, want := range map[string]int{"": 8, "?receiver=room": 4, "?muted=false": 2, "?silenced=false&receiver=default": 3, "?filter=alertname%3DActive": 2} {
		var groups models.AlertGroups
		get(t, b, "/api/v2/alerts/groups"+query, &groups)
		if len(groups) != want {
			t.Errorf("%q: got %d groups, want %d", query, len(groups), want)
		}
		for _, g := range groups {
			if len(g.Alerts) == 0 || g.Labels["alertname"] == "" || *g.Receiver.Name == "" {
				t.Errorf("%q: got %+v", query, g)
			}
		}
	}
}

// TestAPIRead: what amtool, karma and Grafana's data source ask for before anything else.
func TestAPIRead(t *testing.T) {
	b := newBench(t)
	var status models.AlertmanagerStatus
	get(t, b, "/api/v2/status", &status)
	if *status.VersionInfo.Version != "1.2.3" || !strings.Contains(*status.Config.Original, "route:") || *status.Cluster.Status != "disabled" {
		t.Errorf("got %+v", status)
	}
	var receivers []*models.Receiver
	get(t, b, "/ingest/prom/api/v2/receivers", &receivers)
	if len(receivers) != 2 || *receivers[0].Name != "default" {
		t.Errorf("got %v", receivers)
	}
	for _, path := range []string{"/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/silences"} {
		w := b.do("GET", path, "", "X-Rouse-Token", "prom-token")
		if w.Code != 200 || strings.TrimSpace(w.Body.String()) != "[]" {
			t.Errorf("%s of nothing: got %d %s", path, w.Code, w.Body)
		}
	}
}

// TestAPIStatusCodes: Alertmanager's errors are JSON strings.
func TestAPIStatusCodes(t *testing.T) {
	for _, c := range []struct {
		method, path, body, token string
		status                    int
		says                      string
	}{
		{"POST", "/api/v2/alerts", `[{"labels":{"alertname":"A"}}]`, "prom-token", 200, ""},
		{"POST", "/ingest/prom/api/v1/alerts", `[{"labels":{"alertname":"A"}}]`, "prom-token", 200, `{"status":"success"}`},
		{"POST", "/api/v2/alerts", `[]`, "prom-token", 200, ""},
		{"POST", "/api/v2/alerts", `{}`, "prom-token", 400, `"an array of alerts is expected`},
		{"POST", "/api/v2/alerts", `[{"labels":{}}]`, "prom-token", 400, `"alerts[0]: at least one label pair required"`},
		{"POST", "/api/v1/alerts", `[{"labels":{}}]`, "prom-token", 400, `"status":"error"`},
		{"GET", "/api/v1/alerts", ``, "prom-token", 405, `"errorType":"bad_data"`},
		{"PUT", "/api/v2/alerts", ``, "prom-token", 405, `"PUT is not possible here`},
		{"GET", "/api/v2/nothing", ``, "prom-token", 404, `"no such path in Alertmanager's API v2`},
		{"GET", "/api/v2/silence/a/b", ``, "prom-token", 404, ``},
		{"GET", "/api/v2/alerts", ``, "am-token", 401, `"the token is missing or wrong`},
		{"GET", "/ingest/prom/api/v2/status", ``, "wrong", 401, ``},
		{"GET", "/api/v2/alerts?active=perhaps", ``, "prom-token", 400, `"active=\"perhaps\" is no boolean`},
		{"GET", "/api/v2/alerts?filter=%7B%7B", ``, "prom-token", 400, `"bad matcher`},
		{"GET", "/api/v2/alerts?receiver=(", ``, "prom-token", 400, `"failed to parse receiver param`},
		{"GET", "/api/v2/silence/none", ``, "prom-token", 404, `"silence \"none\" not found`},
		{"DELETE", "/api/v2/silence/none", ``, "prom-token", 404, `not found`},
		{"POST", "/api/v2/silences", `{`, "prom-token", 400, `"bad silence`},
	} {
		b := newBench(t)
		w := b.do(c.method, c.path, c.body, "Authorization", "Bearer "+c.token, "Content-Type", "application/json")
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %s %s: got %d %s, want %d with %s", c.method, c.path, c.body, w.Code, w.Body, c.status, c.says)
		}
	}
}

// TestAPIWhichIntegration: at the root the token decides; one insecure integration alone needs none.
func TestAPIWhichIntegration(t *testing.T) {
	two := []Source{{Name: "a", Type: TypePrometheus, Tokens: []string{"ta"}}, {Name: "b", Type: TypePrometheus, Tokens: []string{"tb"}, Insecure: true}}
	for _, c := range []struct {
		sources []Source
		token   string
		status  int
		goesTo  string
	}{
		{two, "ta", 200, "a"},
		{two, "tb", 200, "b"},
		{two, "", 401, ""},
		{two[:1], "", 401, ""},
		{two[1:], "", 200, "b"},
		{two[1:], "whatever", 200, "b"},
		{nil, "ta", 404, ""},
	} {
		b := newBench(t)
		b.cfg = &Config{Sources: append([]Source{{Name: "x", Type: TypeGeneric, Insecure: true}}, c.sources...)}
		w := b.do("POST", "/api/v2/alerts", `[{"labels":{"a":"b"}}]`, "Authorization", "Bearer "+c.token)
		if w.Code != c.status || c.goesTo != "" && b.alerts[0].Integration != c.goesTo {
			t.Errorf("%v with %q: got %d %s", c.sources, c.token, w.Code, w.Body)
		}
	}
}

// TestAPIPartlyBad: valid alerts are stored, then 400 with all errors as one JSON string.
func TestAPIPartlyBad(t *testing.T) {
	b := newBench(t)
	w := b.post("/api/v2/alerts", `[{"labels":{"a":""}},{"labels":{"a":"b","c":""}},"x"]`, "prom-token")
	var said string
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != 400 || strings.Count(said, "\n") != 1 {
		t.Errorf("got %d %s, %v", w.Code, w.Body, err)
	}
	if len(b.alerts) != 1 || len(b.alerts[0].Labels) != 1 || b.alerts[0].Key != (alert.Labels{"a": "b"}).Fingerprint() {
		t.Errorf("stored %+v", b.alerts)
	}
}
