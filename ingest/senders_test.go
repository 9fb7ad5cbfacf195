package ingest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
)

// TestSenders holds what real senders were measured to do, one subtest for each fact.
func TestSenders(t *testing.T) {
	for name, fact := range map[string]func(*testing.T, *bench){
		"overload is 503 on webhooks, never 4xx or 429":                      overloadIs503,
		"v1 alerts from Grafana 9 with unknown UpdatedAt and Timeout":        v1FromGrafana,
		"zero endsAt and zero startsAt of Grafana and amtool mean open":      zeroTimes,
		"Prometheus: future endsAt fires and expires, past endsAt resolves":  prometheusEndsAt,
		"Grafana's Alertmanager contact point without endsAt never expires":  noEndNeverExpires,
		"vmalert 1.79 sends a JSON key twice and still pages":                duplicateKey,
		"identity comes from labels only":                                    identityOfLabels,
		"one evaluation over several POSTs":                                  severalPosts,
		"path_prefix and an empty User-Agent version":                        pathPrefix,
		"a firing group with resolved alerts resolves them":                  partialResolve,
		"Alertmanager's PagerDuty sender":                                    alertmanagerPagerDuty,
		"an event of 500 alerts (129 kB) and the limit of 512 kB":            bigEvent,
		"a webhook of 500 alerts (128 kB) and of 1000 (450 kB)":              bigWebhook,
		"Grafana webhook version 1 with everything it adds":                  grafanaWebhook,
		"Grafana values null, DatasourceNoData and rulename":                 grafanaNoData,
		"Grafana's test button is a test by every road":                      grafanaTestButton,
		"Grafana's private labels are kept and never cost the alert":         grafanaPrivateLabels,
		"Events v2 timestamps without colon, generated key, images and link": eventsV2Oddities,
		"change events are answered 202 and never page":                      changeNeverPages,
		"what is not offered is a clean 404":                                 cleanNotFound,
		"an HA pair and two replicas are one alert":                          replicasAreOne,
	} {
		t.Run(name, func(t *testing.T) { fact(t, newBench(t)) })
	}
}

// only returns the single stored alert.
func only(t *testing.T, b *bench) alert.Alert {
	t.Helper()
	if len(b.alerts) != 1 {
		t.Fatalf("%d alerts were stored, want 1", len(b.alerts))
	}
	fit(t, b.alerts[0])
	return b.alerts[0]
}

func ok(t *testing.T, b *bench, path, body, token string, status int) {
	t.Helper()
	if w := b.post(path, body, token); w.Code != status {
		t.Fatalf("%s: got %d %s, want %d", path, w.Code, w.Body, status)
	}
}

func overloadIs503(t *testing.T, b *bench) {
	b.err = ErrOverloaded
	for path, token := range map[string]string{"/ingest/am": "am-token", "/ingest/gr": "gr-token"} {
		if w := b.post(path, oneFiring, token); w.Code != 503 || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: got %d", path, w.Code)
		}
	}
}

func v1FromGrafana(t *testing.T, b *bench) {
	ok(t, b, "/ingest/prom/api/v1/alerts", `[{"annotations":{"summary":"s"},"startsAt":"2026-02-01T11:00:00Z","endsAt":"0001-01-01T00:00:00Z",
		"generatorURL":"https://g.example.com","labels":{"alertname":"A"},"UpdatedAt":"2026-02-01T11:00:00Z","Timeout":false}]`, "prom-token", 200)
	if a := only(t, b); a.State != alert.Firing || !a.EndsAt.IsZero() || a.Title != "s" {
		t.Errorf("got %+v", a)
	}
}

func zeroTimes(t *testing.T, b *bench) {
	for _, zero := range []string{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"} {
		b.alerts = nil
		ok(t, b, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":"A"},"startsAt":%q,"endsAt":%q}]`, zero, zero), "prom-token", 200)
		if a := only(t, b); a.State != alert.Firing || !a.EndsAt.IsZero() || !a.StartsAt.IsZero() {
			t.Errorf("got %+v", a)
		}
	}
}

func prometheusEndsAt(t *testing.T, b *bench) {
	at := func(d time.Duration) string { return clock.Add(d).Format(time.RFC3339Nano) }
	ok(t, b, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":"A"},"endsAt":%q},{"labels":{"alertname":"A"},"endsAt":%q},{"labels":{"alertname":"A"},"endsAt":%q}]`,
		at(4*time.Minute), at(-time.Second), at(0)), "prom-token", 200)
	if f := b.alerts[0]; f.State != alert.Firing || !f.EndsAt.Equal(clock.Add(4*time.Minute)) {
		t.Errorf("future: got %+v", f)
	}
	for _, a := range b.alerts[1:] {
		if a.State != alert.Resolved || a.Key != b.alerts[0].Key || a.EndsAt.IsZero() {
			t.Errorf("past: got %+v", a)
		}
	}
}

func noEndNeverExpires(t *testing.T, b *bench) {
	ok(t, b, "/api/v2/alerts", `[{"labels":{"alertname":"A"}}]`, "prom-token", 200)
	if a := only(t, b); !a.EndsAt.IsZero() {
		t.Errorf("expires at %v", a.EndsAt)
	}
}

func duplicateKey(t *testing.T, b *bench) {
	ok(t, b, "/api/v2/alerts", `[{"labels":{"alertname":"first","alertname":"A","severity":"critical"},"labels":{"alertname":"A"},"annotations":{}}]`, "prom-token", 200)
	if a := only(t, b); a.Key != (alert.Labels{"alertname": "A"}).Fingerprint() {
		t.Errorf("got %+v", a)
	}
	b.alerts = nil
	ok(t, b, "/api/v2/alerts", `[{"labels":{"alertname":"A","x":"1","alertname":""}}]`, "prom-token", 200)
	if a := only(t, b); len(a.Labels) != 1 {
		t.Errorf("the last of two, which is empty, must win: got %+v", a)
	}
}

func identityOfLabels(t *testing.T, b *bench) {
	ok(t, b, "/api/v2/alerts", `[{"labels":{"b":"2","alertname":"A"},"annotations":{"summary":"1"},"generatorURL":"http://p/1"}]`, "prom-token", 200)
	ok(t, b, "/api/v2/alerts", `[{"labels":{"alertname":"A","b":"2"},"annotations":{"summary":"2"},"generatorURL":"http://p/2","endsAt":"2026-02-01T11:00:00Z"}]`, "prom-token", 200)
	if b.alerts[0].ID() != b.alerts[1].ID() || b.alerts[1].State != alert.Resolved {
		t.Errorf("got %+v", b.alerts)
	}
}

func severalPosts(t *testing.T, b *bench) {
	for i := range 3 {
		ok(t, b, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":"A%d"}}]`, i), "prom-token", 200)
	}
	if len(b.alerts) != 3 {
		t.Errorf("got %d", len(b.alerts))
	}
}

func pathPrefix(t *testing.T, b *bench) {
	w := b.do(http.MethodPost, "/ingest/prom/api/v2/alerts", `[{"labels":{"alertname":"A"}}]`, "Authorization", "Bearer prom-token", "User-Agent", "Prometheus/", "Content-Type", "application/json")
	if w.Code != 200 || w.Body.Len() != 0 || only(t, b).Integration != "prom" {
		t.Errorf("got %d %q", w.Code, w.Body)
	}
}

func partialResolve(t *testing.T, b *bench) {
	ok(t, b, "/ingest/am", `{"version":"4","groupKey":"{}:{}","truncatedAlerts":3,"status":"firing","alerts":[
		{"status":"resolved","labels":{"alertname":"A","i":"1"},"endsAt":"2026-02-01T11:59:00Z","fingerprint":"00000000000000a1"},
		{"status":"firing","labels":{"alertname":"A","i":"2"},"endsAt":"2020-01-01T00:00:00Z"},
		{"labels":{"alertname":"A","i":"3"},"endsAt":"2036-01-01T00:00:00Z"}]}`, "am-token", 202)
	a := b.alerts
	if a[0].State != alert.Resolved || a[1].State != alert.Firing || a[2].State != alert.Firing {
		t.Errorf("states %s %s %s", a[0].State, a[1].State, a[2].State)
	}
	if a[0].EndsAt.IsZero() || !a[1].EndsAt.IsZero() || !a[2].EndsAt.IsZero() || a[1].Truncated != 3 || a[0].Key != "00000000000000a1" {
		t.Errorf("got %+v", a)
	}
}

func alertmanagerPagerDuty(t *testing.T, b *bench) {
	key := strings.Repeat("ab12", 16)
	event := func(action string, firing int) string {
		return fmt.Sprintf(`{"routing_key":"pd-token","dedup_key":%q,"event_action":%q,"payload":{"summary":"[FIRING:%d] A","source":"Alertmanager","severity":"error",
			"custom_details":{"firing":"x","num_firing":"%d","num_resolved":"1","resolved":""}},"client":"Alertmanager","client_url":"http://am:9093"}`, key, action, firing, firing)
	}
	for _, body := range []string{event("trigger", 2), event("trigger", 1), event("resolve", 0)} {
		ok(t, b, "/v2/enqueue", body, "", 202)
	}
	a := b.alerts
	if a[0].Key != key || a[1].ID() != a[0].ID() || a[1].State != alert.Firing || a[2].State != alert.Resolved || a[2].ID() != a[0].ID() || a[0].Annotations["num_firing"] != "2" {
		t.Errorf("got %+v", a)
	}
}

func bigEvent(t *testing.T, b *bench) {
	for _, size := range []int{129_000, 512_000 - 300} {
		b.alerts = nil
		ok(t, b, "/v2/enqueue", `{"routing_key":"pd-token","event_action":"trigger","dedup_key":"k","payload":{"summary":"s","source":"h","severity":"error",
			"custom_details":{"firing":"`+strings.Repeat("x", size)+`"}}}`, "", 202)
		only(t, b)
	}
}

func bigWebhook(t *testing.T, b *bench) {
	for _, n := range []int{500, 1000} {
		b.alerts = nil
		body := webhook(n)
		ok(t, b, "/ingest/am", body, "am-token", 202)
		w := b.do("POST", "/ingest/am", packed(t, body), "Authorization", "Bearer am-token", "Content-Encoding", "gzip")
		if len(b.alerts) != 2*n || w.Code != 202 {
			t.Errorf("%d alerts in %d bytes: %d stored, gzip answered %d %s", n, len(body), len(b.alerts), w.Code, w.Body)
		}
	}
}

// webhook is a body of n alerts as Alertmanager sends it.
func webhook(n int) string {
	var alerts []map[string]any
	for i := range n {
		labels := map[string]string{"alertname": "InstanceDown", "job": "node", "severity": "critical", "cluster": "eu-1",
			"instance": fmt.Sprintf("node-%04d.example.com:9100", i)}
		alerts = append(alerts, map[string]any{
			"status": "firing", "labels": labels, "startsAt": "2026-02-01T11:00:00.123456789Z", "endsAt": "0001-01-01T00:00:00Z",
			"annotations":  map[string]string{"summary": fmt.Sprintf("Instance node-%04d is down", i), "description": "It did not answer for five minutes.", "runbook_url": "https://wiki.example.com/InstanceDown"},
			"generatorURL": "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1", "fingerprint": alert.Labels(labels).Fingerprint(),
		})
	}
	body, _ := json.Marshal(map[string]any{
		"version": "4", "groupKey": "{}:{alertname=\"InstanceDown\"}", "status": "firing", "receiver": "rouse", "truncatedAlerts": 0, "alerts": alerts,
		"commonLabels": map[string]string{"alertname": "InstanceDown", "severity": "critical"}, "externalURL": "http://am.example.com:9093",
	})
	return string(body)
}

func grafanaWebhook(t *testing.T, b *bench) {
	ok(t, b, "/ingest/gr", `{"receiver":"r","status":"firing","version":"1","orgId":1,"state":"alerting","title":"[FIRING:1]","message":"m","alerts":[{
		"status":"firing","labels":{"alertname":"CPU high","severity":"warning"},"annotations":{"summary":"CPU is at 95%"},"fingerprint":"f1","ruleUID":"u","orgId":1,
		"silenceURL":"https://g.example.com/silence","dashboardURL":"https://g.example.com/d/1","panelURL":"https://g.example.com/d/1?viewPanel=2",
		"generatorURL":"?orgId=1","imageURL":"javascript:alert(1)","values":{"B":2,"A":95.5},"valueString":"[ var='A' ]","enrichments":[{"x":[1]}]}]}`, "gr-token", 202)
	a := only(t, b)
	var links []string
	for _, l := range a.Links {
		links = append(links, l.Text)
	}
	if a.Annotations["values"] != "A=95.5, B=2" || strings.Join(links, " ") != "Panel Dashboard Silence" || a.Source != "" || a.Key != "f1" || a.Severity != alert.Warning {
		t.Errorf("got %+v", a)
	}
}

func grafanaNoData(t *testing.T, b *bench) {
	ok(t, b, "/ingest/gr", `{"status":"firing","alerts":[{"status":"firing","labels":{"alertname":"DatasourceNoData","rulename":"CPU high","ref_id":"A"},
		"annotations":{},"values":null,"valueString":"","dashboardURL":"","panelURL":""},
		{"status":"firing","labels":{"alertname":"DatasourceError","rulename":"RAM high"},"annotations":{"Error":"timeout"},"values":null}]}`, "gr-token", 202)
	if b.alerts[0].Labels["rulename"] != "CPU high" || b.alerts[0].Title != "DatasourceNoData CPU high" || b.alerts[1].Title != "DatasourceError RAM high" || b.alerts[0].Test {
		t.Errorf("got %+v", b.alerts)
	}
}

func grafanaTestButton(t *testing.T, b *bench) {
	const one = `{"labels":{"alertname":"TestAlert","instance":"Grafana"},"annotations":{"summary":"Notification test"},"values":null}`
	ok(t, b, "/ingest/gr", `{"receiver":"","status":"firing","alerts":[`+one+`]}`, "gr-token", 202)
	ok(t, b, "/api/v2/alerts", `[`+one+`]`, "prom-token", 200)
	ok(t, b, "/api/v1/alerts", `[`+one+`]`, "prom-token", 200)
	ok(t, b, "/ingest/gr", `{"ruleId":0,"ruleName":"Test notification","state":"alerting","title":"[Alerting] Test notification","evalMatches":[]}`, "gr-token", 202)
	for _, a := range b.alerts {
		if !a.Test || a.State != alert.Firing {
			t.Errorf("got %+v", a)
		}
	}
	ok(t, b, "/ingest/am", `{"alerts":[{"labels":{"alertname":"TestAlert","instance":"node"}}]}`, "am-token", 202)
	if len(b.alerts) != 5 || b.alerts[4].Test {
		t.Errorf("a rule that is only named so must page: %+v", b.alerts)
	}
}

func grafanaPrivateLabels(t *testing.T, b *bench) {
	ok(t, b, "/api/v2/alerts", `[{"labels":{"__alert_rule_uid__":"u","__alert_rule_namespace_uid__":"n","alertname":"A"}}]`, "prom-token", 200)
	if a := only(t, b); a.Labels["__alert_rule_uid__"] != "u" || a.Title != "A" {
		t.Errorf("got %+v", a)
	}
}

func eventsV2Oddities(t *testing.T, b *bench) {
	w := b.post("/v2/enqueue", `{"routing_key":"pd-token","event_action":"trigger","links":[{"href":"https://l.example.com","text":"L"}],
		"images":[{"src":"https://i.example.com/1.png","href":"https://i.example.com","alt":"I"}],
		"payload":{"summary":"s","source":"h","severity":"warning","timestamp":"2026-03-01T10:00:00.000+0000"}}`, "")
	var out map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 202 || out["dedup_key"] == "" || out["status"] != "success" || out["message"] == "" {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	a := only(t, b)
	if a.Key != out["dedup_key"] || !a.StartsAt.Equal(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)) || len(a.Links) != 3 {
		t.Errorf("got %+v", a)
	}
}

func changeNeverPages(t *testing.T, b *bench) {
	ok(t, b, "/v2/change/enqueue", `{"routing_key":"pd-token","payload":{"summary":"Deployed","custom_details":{"build":7}},"links":[{"href":"https://ci.example.com"}]}`, "", 202)
	if len(b.alerts) != 0 || len(b.changes) != 1 || b.changes[0].Details["build"] != "7" || !b.changes[0].At.Equal(clock) || len(b.changes[0].Links) != 1 {
		t.Errorf("got %+v and %+v", b.alerts, b.changes)
	}
}

func cleanNotFound(t *testing.T, b *bench) {
	b.cfg = &Config{}
	for _, path := range []string{"/api/v2/status", "/api/v2/alerts/groups", "/api/v2/alerts"} {
		w := b.do("GET", path, "")
		var said string
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != 404 || !strings.Contains(said, "type prometheus") {
			t.Errorf("%s: got %d %s", path, w.Code, w.Body)
		}
	}
}

func replicasAreOne(t *testing.T, b *bench) {
	for range 2 {
		ok(t, b, "/ingest/am", webhook(1), "am-token", 202)
		ok(t, b, "/api/v2/alerts", `[{"labels":{"alertname":"A"}}]`, "prom-token", 200)
	}
	if b.alerts[0].ID() != b.alerts[2].ID() || b.alerts[1].ID() != b.alerts[3].ID() {
		t.Errorf("got %+v", b.alerts)
	}
}
