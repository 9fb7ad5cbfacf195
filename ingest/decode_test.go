package ingest

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/alert"
)

var update = flag.Bool("update", false, "write the goldens anew")

// clock is the time of every test here: 1 February 2026, noon UTC.
var clock = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

type sample struct {
	File, Type, ContentType string
	Expected                []struct {
		State      string
		DedupField string `json:"dedup_field"`
		DedupValue string `json:"dedup_value"`
		Severity   string
		Title      string
	}
}

// decodeSample runs the decoder of a type as the server does.
func decodeSample(t testing.TB, kind, contentType string, body []byte) batch {
	t.Helper()
	minted := func() string { return "minted" }
	switch kind {
	case TypePagerDuty:
		b, _ := decodePagerDuty(body, minted)
		return b
	case TypeOpsgenie:
		b, _ := decodeOpsgenie(body, minted)
		return b
	}
	b, err := decodeFor(&Source{Type: kind}, contentType, body, clock)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func samples(t testing.TB) []sample {
	t.Helper()
	var out []sample
	if err := json.Unmarshal(file(t, "testdata/index.json"), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func file(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPayloads decodes what real tools send and compares it with what testdata/index.json expects, then with the golden.
func TestPayloads(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.File, func(t *testing.T) {
			b := decodeSample(t, s.Type, s.ContentType, file(t, "testdata/payloads/"+s.File))
			for _, p := range b.problems {
				t.Errorf("problem: %v", p)
			}
			want := s.Expected
			if len(want) == 1 && strings.HasPrefix(want[0].State, "none") {
				want = nil
			}
			if len(b.alerts) != len(want) {
				t.Fatalf("got %d alerts, want %d", len(b.alerts), len(want))
			}
			for i, w := range want {
				got := b.alerts[i]
				if string(got.State) != w.State {
					t.Errorf("alert %d: state %q, want %q", i, got.State, w.State)
				}
				if k := wantKey(w.DedupField, w.DedupValue); got.Key == "" || k != "" && got.Key != k {
					t.Errorf("alert %d: key %q, want %q", i, got.Key, k)
				}
				if sev := alert.ParseSeverity(w.Severity); got.Severity != sev {
					t.Errorf("alert %d: severity %q, want %q", i, got.Severity, sev)
				}
				if !strings.HasPrefix(got.Title, w.Title) {
					t.Errorf("alert %d: title %q, want %q first", i, got.Title, w.Title)
				}
				fit(t, got)
			}
			golden(t, s.File, b)
		})
	}
}

// wantKey turns "a=b,c=d" into the fingerprint of these labels where the sample has no fingerprint of its own.
func wantKey(field, value string) string {
	if !strings.HasPrefix(field, "canonical hash") && !strings.Contains(value, "alertname=") {
		return value
	}
	set := alert.Labels{}
	for part := range strings.SplitSeq(value, ",") {
		n, v, _ := strings.Cut(part, "=")
		set[n] = v
	}
	return set.Fingerprint()
}

func golden(t *testing.T, name string, b batch) {
	t.Helper()
	got, err := json.MarshalIndent(b.alerts, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.FromSlash("testdata/golden/" + strings.ReplaceAll(name, "/", "-") + ".golden")
	if *update {
		if err := os.MkdirAll("testdata/golden", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(file(t, path)), string(got)); diff != "" {
		t.Errorf("golden (-want +got):\n%s", diff)
	}
}

// TestPairs: what fires and what resolves it have one identity, although words and addresses differ.
func TestPairs(t *testing.T) {
	for _, p := range []struct{ kind, fire, resolve string }{
		{TypeAlertmanager, "alertmanager/08-firing-endsat-in-future.json", "alertmanager/09-resolved-pair-of-08.json"},
		{TypeGrafana, "own/grafana-firing.json", "own/grafana-resolved.json"},
		{TypeGrafana, "grafana/20-legacy-alerting.json", "grafana/21-legacy-ok.json"},
		{TypeGeneric, "own-mail/from-alias.eml", "own-mail/recovery-reply.eml"},
		{TypeGeneric, "own-mail/ses-base64.json", "own-mail/ses-no-content.json"},
		{TypePagerDuty, "pagerduty-events-v2/03-trigger-key-order.json", "pagerduty-events-v2/02-resolve-minimal.json"},
	} {
		pair(t, p.kind, p.fire, p.resolve)
	}
	for tool, words := range map[string]string{
		"alerta": "open closed", "argocd": "degraded healthy", "aws-health": "open closed", "azure-devops": "rejected succeeded", "azure-log-v2": "fired resolved",
		"azure-resource-health": "active resolved", "azure-service-health": "active resolved", "betterstack": "started resolved", "bugsnag": "first fixed", "checkly": "failure recovery", "checkmk-notify": "problem recovery",
		"cloudflare": "start end", "cloudwatch-composite": "alarm ok", "cronitor": "alert recovery", "datadog-default": "triggered recovered", "eventbridge-build": "failed succeeded", "github-secret": "created resolved",
		"github-workflow-job": "failure success", "gitlab-incident": "open close", "gitlab-pipeline": "failed success", "guardduty": "finding archived", "hetrixtools": "offline online", "honeybadger": "occurred resolved",
		"honeycomb": "triggered ok", "icinga-webhook": "crit ok", "instana": "open closed", "jira": "reopened done", "kibana": "active recovered", "librenms": "alert recovered", "nagios-macros": "problem recovery",
		"netdata": "critical clear", "newrelic-legacy": "open closed", "newrelic-workflow": "created closed", "ohdear": "failed recovered", "openstatus": "error recovered", "opsgenie-webhook": "create close", "pagerduty-webhook": "reopened resolved",
		"rollbar": "new-item resolved-item", "sensu": "critical ok", "sentry-metric": "critical resolved", "servicenow": "in-words resolved", "signalfx": "anomalous ok", "site24x7": "down up", "squadcast": "triggered resolved",
		"statuspage-component": "outage operational", "sumologic": "critical resolved", "thousandeyes": "trigger clear", "updown": "down up", "zabbix": "problem recovery", "zendesk-event": "created solved", "alerts-in-generic": "firing resolved",
	} {
		fire, resolve, _ := strings.Cut(words, " ")
		pair(t, TypeGeneric, "own/"+tool+"-"+fire+".json", "own/"+tool+"-"+resolve+".json")
	}
	pair(t, TypeGeneric, "own/gcp-uptime-open.json", "own/gcp-pubsub-closed.json")
	pair(t, TypeGeneric, "own/sentry-event-alert.json", "own/sentry-issue-resolved.json")
	pair(t, TypeGeneric, "own/netdata-unreachable.json", "own/netdata-reachable.json")
	pair(t, TypeGeneric, "own/zabbix-problem.json", "own/zabbix-stream-recovery.json")
	pair(t, TypeGeneric, "own/eventbridge-alarm.json", "own/cloudwatch-composite-ok.json")
	pair(t, TypeGeneric, "own/honeybadger-down.json", "own/honeybadger-up.json")
	pair(t, TypeGeneric, "own/statuscake-down.form", "own/statuscake-up.form")
}

// pair also wants one alertname of both: groups are made of it.
func pair(t *testing.T, kind, fireFile, resolveFile string) {
	t.Helper()
	read := func(name string) alert.Alert {
		content := map[string]string{".form": "application/x-www-form-urlencoded", ".eml": "message/rfc822"}[filepath.Ext(name)]
		return decodeSample(t, kind, content, file(t, "testdata/payloads/"+name)).alerts[0]
	}
	fire, resolve := read(fireFile), read(resolveFile)
	if fire.Key != resolve.Key || fire.State != alert.Firing || resolve.State != alert.Resolved {
		t.Errorf("%s and %s are no pair: %q, %q", fireFile, resolveFile, fire.Key, resolve.Key)
	}
	name := resolve.Labels["alertname"]
	if kind == TypeGeneric && name != "" && name != fire.Labels["alertname"] {
		t.Errorf("%s is of the rule %q, %s of %q", fireFile, fire.Labels["alertname"], resolveFile, name)
	}
}

func TestGeneric(t *testing.T) {
	const form, text, js = "application/x-www-form-urlencoded", "text/plain", "application/json"
	type want struct {
		state      alert.State // "" for an acknowledgement
		key, title string
		severity   alert.Severity
		labels     alert.Labels
	}
	derived := func(title string, l alert.Labels) string { return derivedKey(title, l) }
	for _, c := range []struct {
		name, contentType, body string
		want                    want
	}{
		{"trigger", js, `{"title":"Disk full","key":"d1","severity":"critical","service":"shop"}`,
			want{alert.Firing, "d1", "Disk full", alert.Critical, alert.Labels{"service": "shop", "severity": "critical"}}},
		{"acknowledge", js, `{"key":"d1","status":"acknowledged"}`, want{key: "d1"}},
		{"resolve", js, `{"dedup_key":"d1","status":"resolved"}`, want{state: alert.Resolved, key: "d1", title: "d1"}},
		{"camel case", js, `{"dedupKey":"d2","state":"OK"}`, want{state: alert.Resolved, key: "d2", title: "d2"}},
		{"empty key is derived", js, `{"title":"x","key":""}`, want{alert.Firing, derived("x", nil), "x", "", nil}},
		{"derived without severity", js, `{"title":"x","labels":{"a":"b","severity":"info"}}`,
			want{alert.Firing, derived("x", alert.Labels{"a": "b"}), "x", alert.Info, alert.Labels{"a": "b", "severity": "info"}}},
		{"label service passes", js, `{"title":"x","key":"k","labels":{"service":"pay"}}`, want{alert.Firing, "k", "x", "", alert.Labels{"service": "pay"}}},
		{"an odd action beside a known status", js, `{"title":"x","key":"k","action":"restart it","status":"firing"}`, want{alert.Firing, "k", "x", "", nil}},
		{"numbers and null", js, `{"title":42,"key":7,"level":null,"labels":{"port":8080,"up":false}}`,
			want{alert.Firing, "7", "42", "", alert.Labels{"port": "8080", "up": "false"}}},
		{"form", form, "summary=hello&details=woot&dedup=k1&severity=warn", want{alert.Firing, "k1", "hello", alert.Warning, alert.Labels{"severity": "warning"}}},
		{"form closes", form, "summary=hello&action=close", want{state: alert.Resolved, key: derived("hello", nil), title: "hello"}},
		{"form labels", form, "title=x&key=k&label.service=pay", want{alert.Firing, "k", "x", "", alert.Labels{"service": "pay"}}},
		{"curl -d of words", form, "Disk is 99% full on db=1", want{alert.Firing, derived("Disk is 99% full on db=1", nil), "Disk is 99% full on db=1", "", nil}},
		{"curl -d of JSON", form, ` {"title":"x","key":"k"}`, want{alert.Firing, "k", "x", "", nil}},
		{"text", text, "\nThe door is open\nsince noon", want{alert.Firing, derived("The door is open", nil), "The door is open", "", nil}},
		{"text with brackets", text, "[FIRING] door", want{alert.Firing, derived("[FIRING] door", nil), "[FIRING] door", "", nil}},
		{"curl -d of a percentage", form, "key=d1&title=Disk is 95% full&severity=critical&label.host=db1",
			want{alert.Firing, "d1", "Disk is 95% full", alert.Critical, alert.Labels{"host": "db1", "severity": "critical"}}},
		{"curl -d of a percentage resolves", form, "key=d1&status=resolved&message=back to 80% of disk", want{state: alert.Resolved, key: "d1", title: "back to 80% of disk"}},
		{"a semicolon in a form", form, "key=d1&title=up; down", want{alert.Firing, "d1", "up; down", "", nil}},
		{"escapes in a form", form, "key=d%201&title=100%25+%e2%9c%93+%zz", want{alert.Firing, "d 1", "100% ✓ %zz", "", nil}},
		{"words with a percentage and an ampersand", form, "50% & more", want{alert.Firing, derived("50% & more", nil), "50% & more", "", nil}},
		{"tags in a list leave labels alone", js, `{"title":"x","key":"k","labels":{"team":"pay"},"tags":["env:prod"]}`, want{alert.Firing, "k", "x", "", alert.Labels{"team": "pay"}}},
		{"tags that are null", js, `{"title":"x","key":"k","labels":{"team":"pay"},"tags":null}`, want{alert.Firing, "k", "x", "", alert.Labels{"team": "pay"}}},
		{"tags beside labels", js, `{"tags":{"env":"prod","team":"db"},"title":"x","key":"k","labels":{"team":"pay"}}`,
			want{alert.Firing, "k", "x", "", alert.Labels{"team": "pay", "env": "prod"}}},
		{"failure in Python", form, "failure=False&title=x", want{state: alert.Resolved, key: derived("x", nil), title: "x"}},
		{"failure as a number", js, `{"failure":1,"title":"x"}`, want{alert.Firing, derived("x", nil), "x", "", nil}},
		{"a later null", js, `{"dedup_key":"k","dedupKey":null,"title":"x","Title":""}`, want{alert.Firing, "k", "x", "", nil}},
		{"subject before message", js, `{"Subject":"High CPU on web1","Message":"Problem started at 10:23:11"}`,
			want{alert.Firing, derived("High CPU on web1", nil), "High CPU on web1", "", nil}},
		{"no title but a description", js, `{"description":"CPU at 99%\nsince noon","host":"web1"}`,
			want{alert.Firing, derived(`{host="web1"}`, alert.Labels{"host": "web1"}), "CPU at 99%", "", alert.Labels{"host": "web1"}}},
		{"nothing but a description", js, `{"description":"CPU at 99%"}`, want{alert.Firing, derived("CPU at 99%", nil), "CPU at 99%", "", nil}},
		{"output of a check", js, `{"host":"localhost","service":"Load","state":"CRITICAL","output":"load average: 15.2"}`,
			want{alert.Firing, derived(`{host="localhost", service="Load"}`, alert.Labels{"host": "localhost", "service": "Load"}), "load average: 15.2", "",
				alert.Labels{"host": "localhost", "service": "Load"}}},
		{"an empty list of alerts beside a title", js, `{"title":"x","key":"k","alerts":[]}`, want{alert.Firing, "k", "x", "", nil}},
		{"name twice", js, `{"title":"a","title":"b","key":"k"}`, want{alert.Firing, "k", "b", "", nil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := decodeSample(t, TypeGeneric, c.contentType, []byte(c.body))
			if len(b.problems) > 0 {
				t.Fatalf("problems: %v", b.problems)
			}
			if c.want.state == "" {
				if len(b.acks) != 1 || b.acks[0].key != c.want.key {
					t.Fatalf("got acks %v, want key %q", b.acks, c.want.key)
				}
				return
			}
			a := b.alerts[0]
			if a.State == alert.Firing && a.Labels["alertname"] == "" {
				t.Error("a firing alert without the label alertname: it would share one incident with all others like it")
			}
			if _, sent := c.want.labels["alertname"]; !sent && a.Labels["alertname"] == a.Title { // given by rouse
				delete(a.Labels, "alertname")
			}
			if len(a.Labels) == 0 {
				a.Labels = c.want.labels
			}
			if diff := cmp.Diff(c.want, want{a.State, a.Key, a.Title, a.Severity, a.Labels}, cmp.AllowUnexported(want{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestGenericRefuses(t *testing.T) {
	for body, want := range map[string]string{
		`{}`:                               "there is no title",
		`{"status":"resolved"}`:            "neither a key nor a title",
		`{"title":"x","status":"sort of"}`: `status "sort of" is not known`,
		`["x"]`:                            "alerts[0]: not an object",
		`"x"`:                              "unexpected JSON string at line 1",
		``:                                 "the body is empty",
		"{\n \"title\": \"x\",\n}":         "not valid JSON at line 2, column 14",
	} {
		b := decodeGeneric([]byte(body), clock)
		if len(b.alerts)+len(b.acks) > 0 || len(b.problems) != 1 || !strings.Contains(b.problems[0].Error(), want) {
			t.Errorf("%s: got %v, want a problem with %q", body, b, want)
		}
	}
	if b := decodeGenericForm([]byte("action=close")); len(b.alerts) > 0 || len(b.problems) != 1 {
		t.Errorf("a form that closes nothing: got %v", b)
	}
}

func TestParseTime(t *testing.T) {
	ten := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for in, want := range map[string]time.Time{
		"2026-03-01T10:00:00.000+0000":           ten,
		"2026-03-01T12:00:00+02:00":              ten,
		"2026-03-01T10:00:00":                    ten,
		"2026-03-01 10:00:00 +0000 UTC":          ten,
		"1772359200":                             ten,
		"1772359200000":                          ten,
		"0001-01-01T00:00:00Z":                   {},
		"0001-01-01T00:00:00.000Z":               {},
		"1970-01-01T00:00:00Z":                   {},
		"tomorrow":                               {},
		"":                                       {},
		"NaN":                                    {},
		"9999-12-31T23:59:59-14:00":              {},
		"99999999999999999999999999999999999999": {},
	} {
		if got := parseTime(in); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("parseTime(%q) = %v, want %v", in, got, want)
		}
	}
}
