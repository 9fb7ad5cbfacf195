package ingest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/alert"
)

// genie sends a request as Opsgenie's clients do.
func (b *bench) genie(method, path, body string) *httptest.ResponseRecorder {
	return b.do(method, path, body, "Authorization", "GenieKey og-key", "Content-Type", "application/json; charset=utf-8")
}

// TestOpsgenieLabels: what becomes a label, for routes to match, and what stays words.
func TestOpsgenieLabels(t *testing.T) {
	const p3 = `"priority":"P3","severity":"warning"`
	for name, c := range map[string]struct{ body, labels, annotations string }{
		"nothing but a message": {`"message":"m"`, p3, ``},
		"priority":              {`"message":"m","priority":"p1"`, `"priority":"P1","severity":"critical"`, ``},
		"a word as priority":    {`"message":"m","priority":"High"`, `"priority":"P3","severity":"error"`, ``},
		"a priority unknown":    {`"message":"m","priority":"P9"`, p3, ``},
		"severity of a detail":  {`"message":"m","details":{"severity":"page"}`, `"priority":"P3","severity":"critical"`, `"severity":"page"`},
		"severity of a tag":     {`"message":"m","tags":["severity:info"]`, `"priority":"P3","severity":"info"`, `"tags":"severity:info"`},
		"priority before tags":  {`"message":"m","priority":"P5","tags":["severity:critical"]`, `"priority":"P5","severity":"info"`, `"tags":"severity:critical"`},
		"details": {`"message":"m","details":{"env":"live","free space":"1%","url":"https://x.example.com","n":3,"none":null}`, p3 + `,"env":"live","n":"3"`,
			`"env":"live","free space":"1%","url":"https://x.example.com","n":"3"`},
		"a long routing detail": {`"message":"m","details":{"service":"` + strings.Repeat("s", 300) + `","other":"` + strings.Repeat("o", 300) + `"}`,
			p3 + `,"service":"` + strings.Repeat("s", 300) + `"`, `"service":"` + strings.Repeat("s", 300) + `","other":"` + strings.Repeat("o", 300) + `"`},
		"tags":                    {`"message":"m","tags":["a:b:c","plain","http://x","12:30",":","","x: y "]`, p3 + `,"a":"b:c","x":"y"`, `"tags":"a:b:c, plain, http://x, 12:30, :, x: y"`},
		"tags in one text":        {`"message":"m","tags":"a:b, c"`, p3 + `,"a":"b"`, `"tags":"a:b, c"`},
		"details before tags":     {`"message":"m","details":{"env":"live"},"tags":["env:test","priority:P1"]`, `"priority":"P3","severity":"critical","env":"live"`, `"env":"live","tags":"env:test, priority:P1"`},
		"the first team":          {`"message":"m","responders":[{"type":"user","username":"ana"},null,{"name":"shop","type":"team"},{"id":"9","type":"team"}]`, p3 + `,"team":"shop"`, `"responders":"user ana, team shop, team 9"`},
		"teams of older clients":  {`"message":"m","teams":[{"name":"shop"}]`, p3 + `,"team":"shop"`, `"responders":"shop"`},
		"a team that is a detail": {`"message":"m","responders":[{"type":"team","name":"shop"}],"details":{"team":"db"}`, p3 + `,"team":"db"`, `"team":"db","responders":"team shop"`},
		"entity and source":       {`"message":"m","entity":"e","source":"s"`, p3 + `,"entity":"e","source":"s"`, ``},
		"a note and a user":       {`"message":"m","note":"n","user":"u","actions":["x","y"]`, p3, `"note":"n","user":"u","actions":"x, y"`},
		"a detail is kept":        {`"message":"m","note":"n","details":{"note":"mine"}`, p3 + `,"note":"mine"`, `"note":"mine"`},
	} {
		var labels, annotations alert.Labels
		for text, to := range map[string]*alert.Labels{c.labels: &labels, c.annotations: &annotations} {
			if err := json.Unmarshal([]byte("{"+text+"}"), to); err != nil {
				t.Fatal(name, err)
			}
		}
		labels["alertname"] = "m"
		b, alias := decodeOpsgenie([]byte("{"+c.body+"}"), func() string { return "minted" })
		if len(b.alerts) != 1 || alias != "minted" {
			t.Fatalf("%s: got %+v", name, b)
		}
		a := b.alerts[0]
		if a.Annotations == nil {
			a.Annotations = alert.Labels{}
		}
		if d := cmp.Diff(labels, a.Labels) + cmp.Diff(annotations, a.Annotations); d != "" || string(a.Severity) != a.Labels["severity"] || !a.Event {
			t.Errorf("%s: severity %q, -want +got:\n%s", name, a.Severity, d)
		}
	}
}

// TestOpsgenieWords: nothing is refused for its length, and what is no title is kept below it.
func TestOpsgenieWords(t *testing.T) {
	long := strings.Repeat("m", 1500)
	for name, c := range map[string]struct{ message, description, details, title, says string }{
		"short":             {"m", "d", `{}`, "m", "d"},
		"131 characters":    {long[:131], "", `{}`, long[:131], ""},
		"longer than ours":  {long, "d", `{}`, long[:1023] + "…", long + "\n\nd"},
		"two lines":         {"a\nb", "", `{}`, "a", "a\nb"},
		"details are words": {"m", "", `"it burns"`, "m", "it burns"},
		"a detail says it":  {"m", "", `{"description":"it burns"}`, "m", "it burns"},
	} {
		body, err := json.Marshal(map[string]any{"message": c.message, "description": c.description, "details": json.RawMessage(c.details)})
		if err != nil {
			t.Fatal(err)
		}
		b, _ := decodeOpsgenie(body, mintUUID)
		if a := b.alerts[0]; a.Title != c.title || a.Description != c.says {
			t.Errorf("%s: got title %q, description %q", name, a.Title, a.Description)
		}
	}
}

// TestOpsgenieAnswers: status and words of each answer, at the root and below the integration.
func TestOpsgenieAnswers(t *testing.T) {
	const done, alias = `{"requestId":"`, "?identifierType=alias"
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"create", "POST", "/v2/alerts", `{"message":"m"}`, 202, `"result":"Request will be processed","took":0`},
		{"create below", "POST", "/ingest/og/v2/alerts", `{"message":"m"}`, 202, done + "Create."},
		{"create at the integration", "POST", "/ingest/og", `{"message":"m"}`, 202, done + "Create."},
		{"create at Jira's path", "POST", "/jsm/ops/integration/v2/alerts", `{"message":"m"}`, 202, done + "Create."},
		{"close of what is unknown", "POST", "/v2/alerts/x/close" + alias, `{}`, 202, done + "Close."},
		{"close without a body", "POST", "/v2/alerts/x/close", ``, 202, done + "Close."},
		{"close below", "POST", "/ingest/og/v2/alerts/x/close", `{}`, 202, done + "Close."},
		{"close at the integration", "POST", "/ingest/og/x/close" + alias, `{}`, 202, done + "Close."},
		{"close at Jira's path", "POST", "/jsm/ops/integration/v2/alerts/x/close", `{}`, 202, done + "Close."},
		{"acknowledge of what is unknown", "POST", "/v2/alerts/x/acknowledge", `{}`, 202, done + "Acknowledge."},
		{"delete", "DELETE", "/v2/alerts/x?user=ana", ``, 202, done + "Delete."},
		{"new words of what is unknown", "PUT", "/v2/alerts/x/message" + alias, `{"message":"m"}`, 202, done + "UpdateMessage."},
		{"a heartbeat", "GET", "/v2/heartbeats/backup/ping", ``, 202, "PONG - Heartbeat received"},
		{"a heartbeat posted below", "POST", "/ingest/og/v2/heartbeats/backup/ping", ``, 202, "PONG - Heartbeat received"},
		{"a heartbeat at Jira's path", "POST", "/jsm/ops/api/cloud/v1/teams/team/heartbeats/ping?name=backup", ``, 202, "PONG"},

		{"no message", "POST", "/v2/alerts", `{"alias":"x"}`, 422, `"errors":{"message":"'message' is missing or blank"}`},
		{"no JSON", "POST", "/v2/alerts", `{`, 400, "JSON parse error: not valid JSON at line 1"},
		{"no body", "POST", "/v2/alerts", ``, 400, "the body is empty"},
		{"no JSON to close", "POST", "/v2/alerts/x/close", `x`, 400, "JSON parse error"},
		{"a tiny identifier", "POST", "/v2/alerts/12/close?identifierType=tiny", `{}`, 422, "no tiny identifiers. Use the alias"},
		{"snooze", "POST", "/v2/alerts/x/snooze", `{}`, 422, "(snooze); nothing was changed. Acknowledge the incident in rouse"},
		{"unacknowledge", "POST", "/v2/alerts/x/unacknowledge", `{}`, 422, "rouse incidents escalate"},
		{"responders", "POST", "/v2/alerts/x/responders", `{}`, 422, "Routes and escalation policies"},
		{"a custom action", "POST", "/v2/alerts/x/actions/restart", `{}`, 422, "automations"},
		{"a note without words", "POST", "/v2/alerts/x/notes", `{"note":" "}`, 422, `"errors":{"note"`},
		{"a priority that is none", "PUT", "/v2/alerts/x/priority", `{"priority":"high"}`, 422, "one of P1, P2"},
		{"tags to remove that are not said", "DELETE", "/v2/alerts/x/tags", ``, 422, "'tags' is missing"},
		{"close by GET", "GET", "/v2/alerts/x/close", ``, 404, "Alert does not exist"},
		{"close by PUT", "PUT", "/v2/alerts/x/close", `{}`, 405, "Use POST."},
		{"what is unknown", "POST", "/v2/alerts/x/explode", `{}`, 404, "Offered on an alert are close"},
		{"DELETE of all", "DELETE", "/v2/alerts", ``, 405, "Use GET, POST."},
		{"logs", "GET", "/v2/alerts/x/logs", ``, 422, "/api/v1/openapi.yaml"},
		{"another API", "GET", "/jsm/ops/integration/v2/schedules", ``, 404, "Offered are alerts and heartbeats"},
		{"nobody's heartbeat", "GET", "/v2/heartbeats/x/ping", ``, 404, "No heartbeat has this name"},
		{"a heartbeat's settings", "PATCH", "/v2/heartbeats/backup", `{}`, 404, "made in the configuration"},
		{"DELETE of a beat", "DELETE", "/v2/heartbeats/backup/ping", ``, 405, "Use GET, HEAD, PATCH"},
		{"too long", "POST", "/v2/alerts", strings.Repeat(" ", DefaultMaxBody+1), 413, "longer than 4194304 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			w := b.genie(c.method, c.path, c.body)
			var said map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || said["requestId"] == "" || said["took"] == nil || w.Header().Get("X-Request-Id") != said["requestId"] {
				t.Errorf("not Opsgenie's envelope: %s", w.Body)
			}
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("got %d %s, want %d with %s", w.Code, w.Body, c.status, c.says)
			}
			if w.Code/100 == 4 && len(b.alerts)+len(b.acks)+len(b.beats)+len(b.remarks) > 0 {
				t.Errorf("refused, and yet stored: %+v", b.memory)
			}
			if slices.ContainsFunc(b.alerts, func(a alert.Alert) bool { return a.State == alert.Firing }) && !strings.HasPrefix(c.name, "create") {
				t.Errorf("it opens an incident: %+v", b.alerts)
			}
		})
	}
}

// TestOpsgenieKeys: who is let in, and as whom.
func TestOpsgenieKeys(t *testing.T) {
	b := newBench(t)
	b.cfg.Sources = append(b.cfg.Sources, Source{Name: "og2", Type: TypeOpsgenie, Tokens: []string{"og2-key"}})
	for _, c := range []struct {
		path, key string
		status    int
		as        string
	}{
		{"/v2/alerts", "GenieKey og-key", 202, "og"},
		{"/v2/alerts", "geniekey  og2-key", 202, "og2"},
		{"/v2/alerts", "Bearer og2-key", 202, "og2"},
		{"/ingest/og2/v2/alerts", "GenieKey og2-key", 202, "og2"},
		{"/ingest/og2/v2/alerts", "GenieKey og-key", 401, ""},
		{"/ingest/og2", "GenieKey og-key", 401, ""},
		{"/v2/alerts", "GenieKey pd-token", 401, ""},
		{"/v2/alerts", "", 401, ""},
		{"/v2/heartbeats/backup/ping", "GenieKey x", 401, ""},
		{"/jsm/ops/api/c/v1/teams/t/heartbeats/ping?name=backup", "", 401, ""},
	} {
		b.alerts = nil
		w := b.do("POST", c.path, `{"message":"m"}`, "Authorization", c.key)
		if w.Code != c.status || c.status == 401 && !strings.Contains(w.Body.String(), `"message":"Could not authenticate. Send a token`) {
			t.Errorf("%s with %q: got %d %s", c.path, c.key, w.Code, w.Body)
		}
		if len(b.alerts) == 1 != (c.as != "") || c.as != "" && b.alerts[0].Integration != c.as || len(b.beats) > 0 {
			t.Errorf("%s with %q: stored %+v", c.path, c.key, b.alerts)
		}
	}
	b.cfg = &Config{}
	if w := b.genie("POST", "/v2/alerts", `{"message":"m"}`); w.Code != 404 || !strings.Contains(w.Body.String(), "integration of type opsgenie") {
		t.Errorf("without such an integration: %d %s", w.Code, w.Body)
	}
}

// TestOpsgenieIdentifiers: whatever stands in an alias, what closes the alert names the one that was created.
func TestOpsgenieIdentifiers(t *testing.T) {
	for _, alias := range []string{"db1", "db1/disk", "a b", "100%", "%2F", "a+b", "http://x.example.com/?a=b&c#d", "close", "x/close", "ÄÖ/磁盘", "a;b", "count", "requests/1",
		strings.Repeat("k", 600), "tab\there"} {
		for _, base := range []string{"/v2/alerts/", "/ingest/og/v2/alerts/", "/ingest/og/"} {
			b := newBench(t)
			body, err := json.Marshal(map[string]string{"message": "m", "alias": alias})
			if err != nil {
				t.Fatal(err)
			}
			b.genie("POST", "/v2/alerts", string(body))
			for _, verb := range []string{"close", "acknowledge"} {
				if w := b.genie("POST", base+url.PathEscape(alias)+"/"+verb+"?identifierType=alias", "{}"); w.Code != 202 {
					t.Fatalf("%q: %d %s", alias, w.Code, w.Body)
				}
			}
			if len(b.alerts) != 2 || b.alerts[1].ID() != b.alerts[0].ID() || b.alerts[1].State != alert.Resolved || len(b.acks) != 1 || b.acks[0] != b.alerts[0].ID() {
				t.Errorf("%s%q: got %+v, acks %v", base, alias, b.alerts, b.acks)
			}
		}
	}
	// A slash that is not escaped, as Opsgenie's Go client sends it, and an address that was cleaned on the way here.
	b := newBench(t)
	b.genie("POST", "/v2/alerts/db1/disk/close", "")
	r := httptest.NewRequest(http.MethodPost, "/v2/alerts/http:/x/close", nil)
	r.RequestURI = "/pager/v2/alerts/http:%2F%2Fx/close?identifierType=alias"
	r.Header.Set("Authorization", "GenieKey og-key")
	b.handler.ServeHTTP(httptest.NewRecorder(), r)
	if len(b.alerts) != 2 || b.alerts[0].Key != "db1/disk" || b.alerts[1].Key != "http://x" {
		t.Errorf("got %+v", b.alerts)
	}
}

// TestOpsgenieChanges: words change while the alert fires; notes, also of other acts, are kept with who wrote them.
func TestOpsgenieChanges(t *testing.T) {
	b := newBench(t)
	b.genie("POST", "/v2/alerts", `{"message":"m","alias":"k","description":"d","tags":["a","b"],"details":{"x":"1","y":"2"}}`)
	for _, c := range []struct{ method, what, body string }{
		{"PUT", "message", `{"message":"m2"}`},
		{"PUT", "description", `{"description":"d2"}`},
		{"PUT", "priority", `{"priority":"P1"}`},
		{"POST", "tags", `{"tags":["b","c"],"user":"ana","note":"tagged"}`},
		{"DELETE", "tags?tags=a,z", ``},
		{"POST", "details", `{"details":{"x":"3","z":4}}`},
		{"DELETE", "details?keys=y", ``},
		{"POST", "notes", `{"note":"looking","source":"watch"}`},
		{"POST", "acknowledge", `{"user":"ana@example.com","note":"mine"}`},
	} {
		if w := b.genie(c.method, "/v2/alerts/k/"+c.what, c.body); w.Code != 202 {
			t.Errorf("%s %s: %d %s", c.method, c.what, w.Code, w.Body)
		}
	}
	a := only(t, b)
	want := alert.Labels{"x": "3", "z": "4", "tags": "b, c"}
	if d := cmp.Diff(want, a.Annotations); d != "" || a.Title != "m2" || a.Description != "d2" || a.Severity != alert.Critical || a.Labels["priority"] != "P1" || a.Labels["alertname"] != "m" {
		t.Errorf("got %+v\n%s", a, d)
	}
	b.genie("POST", "/v2/alerts/k/close", `{"note":"swapped","user":"bo"}`)
	b.genie("PUT", "/v2/alerts/k/message", `{"message":"late"}`)
	if got := b.alerts[1]; len(b.alerts) != 2 || got.State != alert.Resolved || got.Title != "" {
		t.Errorf("got %+v", b.alerts)
	}
	notes := []string{"og/k ana: tagged", "og/k watch: looking", "og/k ana@example.com: mine", "og/k bo: swapped"}
	if d := cmp.Diff(notes, b.remarks) + cmp.Diff([]string{"ana@example.com"}, b.by); d != "" {
		t.Error(d)
	}
}

// TestOpsgenieRequests: what became of a request can be asked for, and nothing is kept for that.
func TestOpsgenieRequests(t *testing.T) {
	b := newBench(t)
	var said struct{ RequestID string }
	if err := json.Unmarshal(b.genie("POST", "/v2/alerts", `{"message":"m","alias":"a/b c"}`).Body.Bytes(), &said); err != nil {
		t.Fatal(err)
	}
	w := newBench(t).genie("GET", "/v2/alerts/requests/"+said.RequestID, "")
	want := `"data":{"action":"Create","alertId":"a/b c","alias":"a/b c","integrationId":"og","isSuccess":true,"processedAt":"2026-02-01T12:00:00Z","status":"Created alert","success":true}`
	if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	for _, id := range []string{"x", "Explode.1.00.YQ", "Create.x.00.YQ", "Create.1.00.!", "Create.99999999999999999.00.YQ", "Create.1.00"} {
		if w := b.genie("GET", "/v2/alerts/requests/"+url.PathEscape(id), ""); w.Code != 404 {
			t.Errorf("%s: got %d %s", id, w.Code, w.Body)
		}
	}
}

// TestOpsgenieReads: what fires can be listed, counted and looked at, of this integration alone.
func TestOpsgenieReads(t *testing.T) {
	b := newBench(t)
	for k := range 30 {
		b.genie("POST", "/v2/alerts", fmt.Sprintf(`{"message":"m","alias":"k%02d","tags":["x"],"priority":"P2"}`, k))
	}
	for _, a := range append(b.alerts, alert.Alert{Integration: "gen", Key: "k01", Title: "other"}) {
		b.held = append(b.held, Held{Alert: a, UpdatedAt: clock})
	}
	for path, want := range map[string]string{
		"/v2/alerts/k01?identifierType=alias":                                      `"alias":"k01"`,
		"/v2/alerts/count":                                                         `"count":30`,
		"/v2/alerts/count?query=" + url.QueryEscape("status: open"):                `"count":30`,
		"/v2/alerts/count?query=" + url.QueryEscape(`alias:"k02" AND status=open`): `"count":1`,
		"/v2/alerts/count?query=" + url.QueryEscape("status:closed"):               `"count":0`,
		"/ingest/og/v2/alerts?limit=1&offset=29":                                   `"data":[{"alias":"k29","description":"","details":{},"entity":"","id":"k29","integration":{"id":"og","name":"og","type":"API"},"message":"m","priority":"P2","responders":[],"source":"","status":"open","tags":["x"],"updatedAt":"2026-02-01T12:00:00Z"}]`,
		"/v2/alerts?offset=99":                                                     `"data":[]`,
	} {
		if w := b.genie("GET", path, ""); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: got %d %s, want %s", path, w.Code, w.Body, want)
		}
	}
	if n := strings.Count(b.genie("GET", "/v2/alerts", "").Body.String(), `"alias"`); n != 20 {
		t.Errorf("a page has %d alerts, want 20", n)
	}
	for path, status := range map[string]int{"/v2/alerts/nobody": 404, "/v2/alerts?query=tag%3Ax": 422, "/v2/alerts?searchIdentifier=x": 422, "/v2/alerts/saved-searches": 422} {
		if w := b.genie("GET", path, ""); w.Code != status {
			t.Errorf("%s: got %d %s, want %d", path, w.Code, w.Body, status)
		}
	}
}

// TestOpsgenieOverload: whatever is asked for, overload is 503 with Retry-After in Opsgenie's envelope.
func TestOpsgenieOverload(t *testing.T) {
	b := newBench(t)
	b.err = ErrOverloaded
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/v2/alerts", `{"message":"m"}`}, {"POST", "/v2/alerts/k/close", ``}, {"POST", "/v2/alerts/k/acknowledge", ``}, {"POST", "/v2/alerts/k/notes", `{"note":"n"}`},
		{"PUT", "/v2/alerts/k/message", `{"message":"m"}`}, {"GET", "/v2/heartbeats/backup/ping", ``}, {"GET", "/v2/alerts", ``}, {"GET", "/v2/alerts/k", ``}, {"GET", "/v2/alerts/count", ``},
	} {
		w := b.genie(c.method, c.path, c.body)
		if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"message":"too many alerts are waiting`) {
			t.Errorf("%s %s: got %d %s", c.method, c.path, w.Code, w.Body)
		}
	}
}

// TestOpsgenieOfOthers holds what other senders' Opsgenie receivers do.
func TestOpsgenieOfOthers(t *testing.T) {
	b := newBench(t)
	key := strings.Repeat("ab12", 16)
	// Alertmanager with update_alerts: its details are the common labels, and each update follows the create.
	b.genie("POST", "/v2/alerts", `{"alias":"`+key+`","message":"[FIRING:1] DiskFull","description":"x","details":{"alertname":"DiskFull","cluster":"eu-1","severity":"critical"},"source":"http://am.example.com"}`)
	b.genie("PUT", "/v2/alerts/"+key+"/message?identifierType=alias", `{"message":"[FIRING:2] DiskFull"}`)
	b.genie("PUT", "/v2/alerts/"+key+"/description?identifierType=alias", `{}`)
	a := only(t, b)
	if a.Key != key || a.Title != "[FIRING:2] DiskFull" || a.Description != "" || a.Severity != alert.Critical || a.Labels["alertname"] != "DiskFull" || a.Labels["cluster"] != "eu-1" || a.Source != "http://am.example.com" {
		t.Errorf("got %+v", a)
	}
	b.alerts = nil
	b.genie("POST", "/ingest/og/v2/alerts", `{"alias":"t","message":"[FIRING:1] TestAlert Grafana","source":"Grafana","tags":["alertname:TestAlert","instance:Grafana"],"details":{"url":"https://g.example.com"}}`)
	if a := only(t, b); !a.Test || a.Source != "https://g.example.com" || len(a.Links) != 1 {
		t.Errorf("Grafana's test button: got %+v", a)
	}
}
