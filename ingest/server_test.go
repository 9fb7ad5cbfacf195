package ingest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const oneFiring = `{"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}`

// TestStatusCodes: each way of getting an answer, and that a refusal says what to do and stores nothing.
// TestRefusedIsSeen: what a sender was refused is in the log and counted, whoever refused it, and nobody makes up names to count.
func TestRefusedIsSeen(t *testing.T) {
	b := newBench(t)
	for _, x := range []struct{ path, body, token string }{
		{"/ingest/gen", `{"title":"x","status":"degraded"}`, "gen-token"},
		{"/ingest/am", oneFiring, "wrong"},
		{"/ingest/am", `[]`, "am-token"},
		{"/ingest/am", `{"alerts":[{}]}`, "am-token"},
		{"/ingest/nobody", oneFiring, "am-token"},
		{"/api/v2/alerts", `[{}]`, "prom-token"},
		{"/v2/enqueue", `{"routing_key":"nobody's","event_action":"trigger"}`, ""},
		{"/ingest/am", oneFiring, "am-token"},
	} {
		b.post(x.path, x.body, x.token)
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(b.server.Refused)
	families, err := reg.Gather()
	if err != nil || len(families) != 1 {
		t.Fatal(families, err)
	}
	got := map[string]float64{}
	for _, m := range families[0].GetMetric() {
		if m.GetCounter().GetValue() == 0 {
			continue // counted from nothing
		}
		got[m.GetLabel()[0].GetValue()+" "+m.GetLabel()[1].GetValue()] = m.GetCounter().GetValue()
	}
	if want := map[string]float64{"gen 400": 1, "am 401": 1, "am 400": 2, "prom 400": 1}; !maps.Equal(got, want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestStatusCodes(t *testing.T) {
	const js, auth, ct, ce = "application/json", "Authorization", "Content-Type", "Content-Encoding"
	deep := `{"alerts":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + "}"
	many := "[" + strings.Repeat("{},", maxObjects) + "{}]"
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		says                     string // in the answer
		stored                   int
	}{
		{"accepted", "POST", "/ingest/am", oneFiring, []string{auth, "Bearer am-token", ct, js}, 202, `"alerts":1`, 1},
		{"rotated token", "POST", "/ingest/am", oneFiring, []string{auth, "bearer old", ct, js}, 202, `"status":"accepted"`, 1},
		{"X-Rouse-Token", "POST", "/ingest/am", oneFiring, []string{"X-Rouse-Token", "am-token"}, 202, "", 1},
		{"?token=", "POST", "/ingest/am?token=am-token", oneFiring, nil, 202, "", 1},
		{"trailing slash", "POST", "/ingest/am/", oneFiring, []string{auth, "Bearer am-token"}, 202, "", 1},
		{"basic password", "POST", "/ingest/am", oneFiring, []string{auth, "Basic YW55b25lOmFtLXRva2Vu"}, 202, "", 1},
		{"basic user", "POST", "/ingest/am", oneFiring, []string{auth, "Basic YW0tdG9rZW46"}, 202, "", 1},
		{"insecure", "POST", "/ingest/open", `{"title":"x"}`, nil, 202, `"keys":["title-`, 1},
		{"charset", "POST", "/ingest/am", oneFiring, []string{auth, "Bearer am-token", ct, "application/json; charset=utf-8"}, 202, "", 1},
		{"half a parameter", "POST", "/ingest/am", oneFiring, []string{auth, "Bearer am-token", ct, "application/json; charset"}, 202, "", 1},
		{"gzip", "POST", "/ingest/am", packed(t, oneFiring), []string{auth, "Bearer am-token", ct, js, ce, "gzip"}, 202, "", 1},
		{"no alerts", "POST", "/ingest/am", `{"status":"firing","alerts":[]}`, []string{auth, "Bearer am-token"}, 202, `"alerts":0`, 0},
		{"unknown integration", "POST", "/ingest/nobody", oneFiring, []string{auth, "Bearer am-token"}, 404, "10 are known", 0},
		{"path below", "POST", "/ingest/am/api/v2/alerts", "[]", []string{auth, "Bearer am-token"}, 404, "no such path", 0},
		{"no token", "POST", "/ingest/am", oneFiring, nil, 401, "Authorization: Bearer TOKEN", 0},
		{"wrong token", "POST", "/ingest/am", oneFiring, []string{auth, "Bearer am-toke"}, 401, "missing or wrong", 0},
		{"another's token", "POST", "/ingest/am", oneFiring, []string{auth, "Bearer gr-token"}, 401, "", 0},
		{"empty token opens nothing", "POST", "/ingest/closed", `{"title":"x"}`, []string{auth, "Bearer "}, 401, "", 0},
		{"GET", "GET", "/ingest/am", "", []string{auth, "Bearer am-token"}, 405, "Use POST", 0},
		{"PUT", "PUT", "/ingest/gr", oneFiring, []string{auth, "Bearer gr-token"}, 202, "", 1}, // grafana.com/docs, webhook notifier: "POST or PUT"
		{"in the address, by POST", "POST", "/ingest/gen?token=gen-token&monitorID=7&monitorFriendlyName=A&alertType=1&alertTypeFriendlyName=Down", "", nil, 202, `"keys":["7"]`, 1},
		{"in the address, by GET", "GET", "/ingest/gen?token=gen-token&title=Disk+full", "", nil, 202, `"alerts":1`, 1},
		{"in the address, nothing", "GET", "/ingest/gen?token=gen-token", "", nil, 405, "Use POST", 0},
		{"in the address, no title", "GET", "/ingest/gen?token=gen-token&a=b", "", nil, 202, "", 1},
		{"in the address, to another type", "GET", "/ingest/am?token=am-token&title=x", "", nil, 405, "Use POST", 0},
		{"PagerDuty's event", "POST", "/ingest/gen", `{"routing_key":"x","event_action":"trigger","dedup_key":"pdg","payload":{"summary":"PDGEN","source":"h","severity":"critical"}}`, []string{auth, "Bearer gen-token", ct, js}, 202, `"keys":["pdg"]`, 1},
		{"PATCH", "PATCH", "/ingest/gen", "{}", []string{auth, "Bearer gen-token"}, 405, "PATCH is not possible", 0},
		{"XML", "POST", "/ingest/am", "<a/>", []string{auth, "Bearer am-token", ct, "application/xml"}, 415, "Send application/json", 0},
		{"multipart", "POST", "/ingest/gen", "--x", []string{auth, "Bearer gen-token", ct, "multipart/form-data; boundary=x"}, 400, "no field of the form", 0},
		{"form to alertmanager", "POST", "/ingest/am", "a=b", []string{auth, "Bearer am-token", ct, "application/x-www-form-urlencoded"}, 415, "", 0},
		{"brotli", "POST", "/ingest/am", "x", []string{auth, "Bearer am-token", ce, "br"}, 415, "gzip", 0},
		{"gzip twice", "POST", "/ingest/am", "x", []string{auth, "Bearer am-token", ce, "gzip, gzip"}, 415, "once with gzip", 0},
		{"no gzip at all", "POST", "/ingest/am", oneFiring, []string{auth, "Bearer am-token", ce, "gzip"}, 400, "not valid gzip", 0},
		{"cut gzip", "POST", "/ingest/am", packed(t, oneFiring)[:20], []string{auth, "Bearer am-token", ce, "gzip"}, 400, "not valid gzip", 0},
		{"too long", "POST", "/ingest/am", strings.Repeat(" ", DefaultMaxBody+1), []string{auth, "Bearer am-token"}, 413, "longer than 4194304 bytes", 0},
		{"bomb", "POST", "/ingest/am", packed(t, strings.Repeat(" ", 1<<20)), []string{auth, "Bearer am-token", ce, "gzip"}, 413, "100 times", 0},
		{"many members", "POST", "/ingest/am", "{" + strings.Repeat(`"a":1,`, maxMembers) + `"a":1}`, []string{auth, "Bearer am-token"}, 400, "more than 100000 members", 0},
		{"empty body", "POST", "/ingest/am", "", []string{auth, "Bearer am-token"}, 400, "the body is empty", 0},
		{"not JSON", "POST", "/ingest/am", "{\"alerts\":\n [}", []string{auth, "Bearer am-token"}, 400, "line 2, column 3 (offset 13)", 0},
		{"deep", "POST", "/ingest/am", deep, []string{auth, "Bearer am-token"}, 400, "deeper than 64", 0},
		{"many", "POST", "/ingest/prom", many, []string{auth, "Bearer prom-token"}, 400, "more than 50000", 0},
		{"array to alertmanager", "POST", "/ingest/am", "[]", []string{auth, "Bearer am-token"}, 400, "belongs to an integration of type prometheus", 0},
		{"webhook to prometheus", "POST", "/ingest/prom", oneFiring, []string{auth, "Bearer prom-token"}, 400, "type alertmanager", 0},
		{"nobody's heartbeat", "GET", "/heartbeat/x", "", nil, 404, "2 are known", 0},
		{"heartbeat DELETE", "DELETE", "/heartbeat/backup", "", nil, 405, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			w := b.do(c.method, c.path, c.body, c.header...)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
				t.Errorf("got %d %s, want %d with %q", w.Code, w.Body, c.status, c.says)
			}
			if len(b.alerts) != c.stored {
				t.Errorf("%d alerts were stored, want %d", len(b.alerts), c.stored)
			}
			if c.status >= 400 {
				refusalIsHelpful(t, w.Code, w.Header(), w.Body.Bytes())
			}
		})
	}
}

func refusalIsHelpful(t *testing.T, status int, h http.Header, body []byte) {
	t.Helper()
	var f failed
	if err := json.Unmarshal(body, &f); err != nil || f.Error == "" || f.Hint == "" {
		t.Errorf("the answer has no error and hint: %s", body)
	}
	if status == 401 && len(h.Values("WWW-Authenticate")) != 2 {
		t.Error("401 without WWW-Authenticate")
	}
	if status == 405 && h.Get("Allow") == "" {
		t.Error("405 without Allow")
	}
}

// TestPartlyBad: the good part is stored, the bad part is named.
func TestPartlyBad(t *testing.T) {
	b := newBench(t)
	w := b.post("/ingest/am", `{"status":"firing","alerts":[
		{"status":"firing","labels":{"alertname":"A"}}, {"status":"invalid","labels":{"alertname":"B"}}, 7, {"status":"resolved","labels":{}},
		{"status":"resolved","labels":{"alertname":"C"}}]}`, "am-token")
	var f failed
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if w.Code != 400 || f.Accepted == nil || *f.Accepted != 2 || len(f.Errors) != 3 || len(b.alerts) != 2 {
		t.Fatalf("got %d %s and %d stored", w.Code, w.Body, len(b.alerts))
	}
	for i, want := range []string{"alerts[1]: status \"invalid\"", "alerts[2]: not an object", "alerts[3]: the alert has no key"} {
		if !strings.HasPrefix(f.Errors[i], want) {
			t.Errorf("error %d is %q, want %q", i, f.Errors[i], want)
		}
	}
	if b.alerts[0].Integration != "am" || b.alerts[1].State != "resolved" {
		t.Errorf("stored %+v", b.alerts)
	}
}

// TestSinkErrors: whatever the Sink's error, every endpoint answers 503 with Retry-After, and nothing in 4xx.
func TestSinkErrors(t *testing.T) {
	for _, err := range []error{ErrOverloaded, ErrUnavailable, fmt.Errorf("commit: %w", ErrOverloaded), errors.New("disk on fire")} {
		for _, c := range []struct{ method, path, body, token string }{
			{"POST", "/ingest/am", oneFiring, "am-token"},
			{"POST", "/ingest/gr", oneFiring, "gr-token"},
			{"POST", "/ingest/prom", `[{"labels":{"a":"b"}}]`, "prom-token"},
			{"POST", "/ingest/prom/api/v2/alerts", `[{"labels":{"a":"b"}}]`, "prom-token"},
			{"POST", "/api/v2/alerts", `[{"labels":{"a":"b"}}]`, "prom-token"},
			{"POST", "/api/v1/alerts", `[{"labels":{"a":"b"}}]`, "prom-token"},
			{"GET", "/api/v2/alerts", "", "prom-token"},
			{"GET", "/api/v2/alerts/groups", "", "prom-token"},
			{"GET", "/api/v2/silences", "", "prom-token"},
			{"DELETE", "/api/v2/silence/x", "", "prom-token"},
			{"POST", "/v2/enqueue", `{"routing_key":"pd-token","event_action":"resolve","dedup_key":"k"}`, ""},
			{"POST", "/v2/enqueue", `{"routing_key":"pd-token","event_action":"acknowledge","dedup_key":"k"}`, ""},
			{"POST", "/v2/change/enqueue", `{"routing_key":"pd-token","payload":{"summary":"s"}}`, ""},
			{"POST", "/ingest/gen", `{"title":"x"}`, "gen-token"},
			{"POST", "/ingest/gen", `{"key":"x","status":"ack"}`, "gen-token"},
			{"GET", "/heartbeat/backup", "", ""},
		} {
			b := newBench(t)
			b.err = err
			w := b.do(c.method, c.path, c.body, "Authorization", "Bearer "+c.token)
			if w.Code != 503 || w.Header().Get("Retry-After") != "5" {
				t.Errorf("%s %s with %v: got %d, Retry-After %q", c.method, c.path, err, w.Code, w.Header().Get("Retry-After"))
			}
			if strings.Contains(w.Body.String(), "disk on fire") {
				t.Errorf("%s tells the world our inner errors: %s", c.path, w.Body)
			}
		}
	}
}

func TestHeartbeat(t *testing.T) {
	b := newBench(t)
	for _, m := range []string{"GET", "POST", "HEAD"} {
		if w := b.do(m, "/heartbeat/backup", ""); w.Code != 200 || !strings.HasPrefix(w.Body.String(), "ok") {
			t.Errorf("%s: got %d %q", m, w.Code, w.Body)
		}
	}
	if w := b.do("POST", "/heartbeat/cron", "", "X-Rouse-Token", "beat-token"); w.Code != 200 {
		t.Errorf("with token: got %d", w.Code)
	}
	if got := strings.Join(b.beats, " "); got != "backup backup backup cron" {
		t.Errorf("heard %q", got)
	}
}

// TestReload: the configuration is asked on each request.
func TestReload(t *testing.T) {
	b := newBench(t)
	b.cfg = &Config{Sources: []Source{{Name: "new", Type: TypeGeneric, Tokens: []string{"t"}}}, MaxBody: 20}
	if w := b.post("/ingest/am", oneFiring, "am-token"); w.Code != 404 || !strings.Contains(w.Body.String(), "1 is known") {
		t.Errorf("old integration: got %d %s", w.Code, w.Body)
	}
	if w := b.post("/ingest/new", `{"title":"x"}`, "t"); w.Code != 202 {
		t.Errorf("new integration: got %d", w.Code)
	}
	if w := b.post("/ingest/new", `{"title":"longer than 20"}`, "t"); w.Code != 413 {
		t.Errorf("new limit: got %d", w.Code)
	}
}

func sign(secret, stamp, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	if stamp != "" {
		stamp += ":"
	}
	mac.Write([]byte(stamp + body))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestSignature(t *testing.T) {
	at := func(d time.Duration) string { return strconv.FormatInt(clock.Add(d).Unix(), 10) }
	for _, c := range []struct {
		name, path, signature, stamp, token string
		status                              int
	}{
		{"with timestamp", "/ingest/signed", sign("secret", at(0), oneFiring), at(0), "", 202},
		{"upper case", "/ingest/signed", strings.ToUpper(sign("secret", at(0), oneFiring)), at(0), "", 202},
		{"without timestamp", "/ingest/signed", sign("secret", "", oneFiring), "", "", 202},
		{"clock a little off", "/ingest/signed", sign("secret", at(-4*time.Minute), oneFiring), at(-4 * time.Minute), "", 202},
		{"missing", "/ingest/signed", "", "", "", 401},
		{"no hexadecimal", "/ingest/signed", "zz", "", "", 401},
		{"wrong secret", "/ingest/signed", sign("other", at(0), oneFiring), at(0), "", 401},
		{"another body", "/ingest/signed", sign("secret", at(0), "{}"), at(0), "", 401},
		{"replayed later", "/ingest/signed", sign("secret", at(-time.Hour), oneFiring), at(-time.Hour), "", 401},
		{"another timestamp", "/ingest/signed", sign("secret", at(-time.Hour), oneFiring), at(0), "", 401},
		{"timestamp dropped", "/ingest/signed", sign("secret", at(-time.Hour), oneFiring), "", "", 401},
		{"token and signature", "/ingest/both", sign("secret", "", oneFiring), "", "both-token", 202},
		{"token alone", "/ingest/both", "", "", "both-token", 401},
		{"signature alone", "/ingest/both", sign("secret", "", oneFiring), "", "", 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			w := b.do("POST", c.path, oneFiring, "X-Grafana-Alerting-Signature", c.signature, "X-Grafana-Alerting-Timestamp", c.stamp, "X-Rouse-Token", c.token)
			if w.Code != c.status || (len(b.alerts) == 1) != (c.status == 202) {
				t.Errorf("got %d %s, want %d", w.Code, w.Body, c.status)
			}
		})
	}
}

// TestSignaturesOfTools: tools whose webhooks cannot be changed sign in headers of their own, and without a timestamp.
func TestSignaturesOfTools(t *testing.T) {
	good, bad := sign("secret", "", oneFiring), sign("other", "", oneFiring)
	stamp := strconv.FormatInt(clock.Unix(), 10)
	for _, c := range []struct {
		name   string
		header []string
		status int
	}{
		{"GitHub", []string{"X-Hub-Signature-256", "sha256=" + good}, 202},
		{"GitHub beside SHA-1", []string{"X-Hub-Signature", "sha1=00", "X-Hub-Signature-256", "sha256=" + good}, 202},
		{"Jira", []string{"X-Hub-Signature", "sha256=" + good}, 202},
		{"Sentry", []string{"Sentry-Hook-Signature", good}, 202},
		{"PagerDuty while its secret is changed", []string{"X-PagerDuty-Signature", "v1=" + bad + ", v1=" + good}, 202},
		{"a wrong one", []string{"X-Hub-Signature-256", "sha256=" + bad}, 401},
		{"two in a header that bears one", []string{"X-Rouse-Signature", bad + "," + good}, 401},
		{"with a timestamp", []string{"X-Hub-Signature-256", "sha256=" + sign("secret", stamp, oneFiring), "X-Rouse-Timestamp", stamp}, 401},
	} {
		b := newBench(t)
		if w := b.do("POST", "/ingest/signed", oneFiring, c.header...); w.Code != c.status {
			t.Errorf("%s: got %d %s, want %d", c.name, w.Code, w.Body, c.status)
		}
	}
	b := newBench(t)
	b.cfg = &Config{Sources: []Source{{Name: "gitlab", Type: TypeGeneric, Tokens: []string{"t"}}}}
	if w := b.do("POST", "/ingest/gitlab", `{"title":"x"}`, "X-Gitlab-Token", "t"); w.Code != 202 {
		t.Errorf("GitLab's token: got %d", w.Code)
	}
}

// TestSignedDeliveryIsStoredOnce: what somebody recorded and plays again changes nothing; what was refused may come again.
func TestSignedDeliveryIsStoredOnce(t *testing.T) {
	b := newBench(t)
	stamp := strconv.FormatInt(clock.Unix(), 10)
	send := func(stamp string) int {
		return b.do("POST", "/ingest/signed", oneFiring, "X-Grafana-Alerting-Signature", sign("secret", stamp, oneFiring), "X-Grafana-Alerting-Timestamp", stamp).Code
	}
	b.err = ErrUnavailable
	if got := send(stamp); got != http.StatusServiceUnavailable {
		t.Fatalf("a store that cannot commit: %d", got)
	}
	b.err = nil
	for k := range 3 {
		if got := send(stamp); got != http.StatusAccepted || len(b.alerts) != 1 {
			t.Errorf("delivery %d: %d, %d alerts stored, want 1", k+1, got, len(b.alerts))
		}
	}
	if got := send(strconv.FormatInt(clock.Unix()+1, 10)); got != http.StatusAccepted || len(b.alerts) != 2 {
		t.Errorf("the same body a second later: %d, %d alerts stored, want 2", got, len(b.alerts))
	}
	var p replays
	for k := range 3 * replayMost {
		p.stored([32]byte{byte(k), byte(k >> 8), byte(k >> 16)}, clock)
	}
	if n := len(p.now) + len(p.last); n > 2*replayMost {
		t.Errorf("%d deliveries are remembered", n)
	}
}

// TestSecretOpensNothingElse: a secret without tokens must not open paths on which no signature is checked.
func TestSecretOpensNothingElse(t *testing.T) {
	b := newBench(t)
	b.cfg = &Config{Sources: []Source{{Name: "p", Type: TypePrometheus, HMACSecret: "s"}, {Name: "d", Type: TypePagerDuty, HMACSecret: "s"}}}
	for _, path := range []string{"/ingest/p/api/v2/alerts", "/api/v2/alerts", "/ingest/d/v2/enqueue", "/v2/enqueue", "/ingest/d", "/ingest/p"} {
		w := b.do("POST", path, `{"event_action":"resolve","dedup_key":"k"}`)
		if w.Code != 401 && w.Code != 400 || len(b.alerts) > 0 {
			t.Errorf("%s: got %d", path, w.Code)
		}
	}
}

// TestRoutes: every pattern that Routes names is answered by Handler.
func TestRoutes(t *testing.T) {
	b := newBench(t)
	for _, p := range Routes() {
		if w := b.do("PATCH", strings.TrimSuffix(p, "/")+map[bool]string{true: "/x", false: ""}[strings.HasSuffix(p, "/")], ""); w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: got %d %s", p, w.Code, w.Body)
		}
	}
}

// TestCurl are the lines of the manual, one each to trigger, acknowledge and resolve.
func TestCurl(t *testing.T) {
	b := newBench(t)
	form := []string{"Authorization", "Bearer gen-token", "Content-Type", "application/x-www-form-urlencoded"}
	for _, body := range []string{`{"key": "db1-disk", "title": "Disk of db1 is full", "severity": "critical"}`,
		`{"key": "db1-disk", "status": "acknowledged"}`, `{"key": "db1-disk", "status": "resolved"}`} {
		if w := b.do("POST", "/ingest/gen", body, form...); w.Code != 202 {
			t.Fatalf("%s: got %d %s", body, w.Code, w.Body)
		}
	}
	if len(b.alerts) != 2 || len(b.acks) != 1 || b.acks[0] != b.alerts[1].ID() || !b.alerts[0].Event || b.alerts[1].Event {
		t.Fatalf("got %+v, acks %v", b.alerts, b.acks)
	}
	b.alerts, b.acks = nil, nil
	for _, body := range []string{"key=d1&title=Disk full&severity=critical", "key=d1&status=ack", "key=d1&status=resolved"} {
		if w := b.do("POST", "/ingest/gen", body, form...); w.Code != 202 {
			t.Fatalf("%s: got %d %s", body, w.Code, w.Body)
		}
	}
	if len(b.alerts) != 2 || len(b.acks) != 1 || b.acks[0] != b.alerts[0].ID() || b.alerts[0].ID() != b.alerts[1].ID() || b.by[0] != "gen" {
		t.Errorf("got %+v, acks %v by %v", b.alerts, b.acks, b.by)
	}
}
