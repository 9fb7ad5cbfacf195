package ingest

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/PagerDuty/go-pagerduty"
	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/alert"
)

// TestGoPagerDuty lets PagerDuty's own client trigger, acknowledge, resolve and record a change.
func TestGoPagerDuty(t *testing.T) {
	b := newBench(t)
	srv := httptest.NewServer(b.handler)
	defer srv.Close()
	for _, base := range []string{srv.URL, srv.URL + "/ingest/pd"} {
		b.memory.alerts, b.memory.acks, b.memory.changes = nil, nil, nil
		client := pagerduty.NewClient("", pagerduty.WithV2EventsAPIEndpoint(base))
		ev := &pagerduty.V2Event{RoutingKey: "pd-token", Action: "trigger", Client: "watch", ClientURL: "https://watch.example.com",
			Payload: &pagerduty.V2Payload{Summary: "Disk full", Source: "db1", Severity: "critical", Details: map[string]any{"free": 2}},
			Links:   []any{pagerduty.ChangeEventLink{Href: "https://wiki.example.com", Text: "Wiki"}}}
		got, err := client.ManageEventWithContext(t.Context(), ev)
		if err != nil || got.Status != "success" || got.Message != "Event processed" || got.DedupKey == "" {
			t.Fatalf("trigger: got %+v, %v", got, err)
		}
		for _, action := range []string{"acknowledge", "resolve"} {
			again, err := client.ManageEventWithContext(t.Context(), &pagerduty.V2Event{RoutingKey: "pd-token", Action: action, DedupKey: got.DedupKey})
			if err != nil || again.DedupKey != got.DedupKey {
				t.Fatalf("%s: got %+v, %v", action, again, err)
			}
		}
		_, err = client.CreateChangeEventWithContext(t.Context(), pagerduty.ChangeEvent{RoutingKey: "pd-token",
			Payload: pagerduty.ChangeEventPayload{Summary: "Deployed", Source: "ci", Timestamp: "2026-01-31T10:00:00.000+0000"}})
		if err != nil {
			t.Fatalf("change: %v", err)
		}
		if len(b.alerts) != 2 || b.alerts[0].ID() != b.alerts[1].ID() || len(b.acks) != 1 || b.acks[0] != b.alerts[0].ID() {
			t.Errorf("got %+v, acks %v", b.alerts, b.acks)
		}
		a := b.alerts[0]
		if a.Title != "Disk full" || a.Severity != alert.Critical || a.Integration != "pd" || a.Labels["source"] != "db1" || a.Annotations["free"] != "2" || len(a.Links) != 2 {
			t.Errorf("got %+v", a)
		}
		if len(b.changes) != 1 || !b.changes[0].At.Equal(time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)) || b.changes[0].Integration != "pd" {
			t.Errorf("got changes %+v", b.changes)
		}
	}
}

// TestGoPagerDutyErrors: a refusal is a typed error for PagerDuty's client: bad requests with their list, 503 as temporary.
func TestGoPagerDutyErrors(t *testing.T) {
	b := newBench(t)
	srv := httptest.NewServer(b.handler)
	defer srv.Close()
	client := pagerduty.NewClient("", pagerduty.WithV2EventsAPIEndpoint(srv.URL))
	_, err := client.ManageEventWithContext(t.Context(), &pagerduty.V2Event{RoutingKey: "pd-token", Action: "trigger", Payload: &pagerduty.V2Payload{Severity: "bad"}})
	var typed pagerduty.APIError
	if !errors.As(err, &typed) || typed.StatusCode != 400 || typed.Temporary() {
		t.Errorf("bad event: got %v", err)
	}
	b.memory.err = ErrOverloaded
	_, err = client.ManageEventWithContext(t.Context(), &pagerduty.V2Event{RoutingKey: "pd-token", Action: "resolve", DedupKey: "k"})
	if !errors.As(err, &typed) || typed.StatusCode != 503 || !typed.Temporary() {
		t.Errorf("overload: got %v", err)
	}
	// The client's package function decodes errors into EventsAPIV2Error; its address is fixed, so the answer is decoded here.
	b.memory.err = nil
	w := b.do("POST", "/v2/enqueue", `{"routing_key":"pd-token","event_action":"trigger","payload":{"summary":"s"}}`)
	events := pagerduty.EventsAPIV2Error{StatusCode: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &events); err != nil || !events.BadRequest() || !events.APIError.Valid || len(events.APIError.ErrorObject.Errors) != 2 {
		t.Errorf("got %+v, %v from %s", events, err, w.Body)
	}
}

func TestPagerDutyFaults(t *testing.T) {
	const payload = `"payload":{"summary":"s","source":"h","severity":"info"}`
	for _, c := range []struct {
		body string
		want []string
	}{
		{`{}`, []string{"'event_action' is missing or blank"}},
		{`{"event_action":"explode"}`, []string{"'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"}},
		{`{"event_action":"resolve"}`, []string{"'dedup_key' is missing or blank: it says which alert to resolve"}},
		{`{"event_action":"trigger"}`, []string{"'payload' is missing or blank"}},
		{`{"event_action":"trigger","payload":{}}`, []string{"'payload.summary' is missing or blank", "'payload.source' is missing or blank", "'payload.severity' is missing or blank"}},
		{`{"event_action":"trigger","payload":{"summary":"s","source":"h","severity":"worst"}}`,
			[]string{"'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')"}},
		{`{"event_action":"trigger","dedup_key":"` + strings.Repeat("ü", 256) + `",` + payload + `}`, []string{"'dedup_key' is 256 characters long (the maximum is 255)"}},
		{`{"event_action":"trigger","dedup_key":"` + strings.Repeat("ü", 255) + `",` + payload + `}`, nil},
		{`{"service_key":"k","event_type":"trigger"}`, []string{"'description' is missing or blank"}},
		{`{"service_key":"k","event_type":"acknowledge"}`, []string{"'incident_key' is missing or blank: it says which alert to acknowledge"}},
		{`{"service_key":"k"}`, []string{"'event_type' is missing or blank"}},
	} {
		b, _ := decodePagerDuty([]byte(c.body), func() string { return "minted" })
		var got []string
		for _, p := range b.problems {
			got = append(got, p.Error())
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%.60s: got %q, want %q", c.body, got, c.want)
		}
	}
}

// TestPagerDutyAnswers compares answers byte for byte where PagerDuty's format is fixed.
func TestPagerDutyAnswers(t *testing.T) {
	big := strings.Repeat("x", maxEvent)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		says                     string
	}{
		{"v2", "POST", "/v2/enqueue", `{"routing_key":"pd-token","event_action":"resolve","dedup_key":"srv01/HTTP"}`,
			202, `{"dedup_key":"srv01/HTTP","message":"Event processed","status":"success"}`},
		{"change", "POST", "/v2/change/enqueue", `{"routing_key":"pd-token","payload":{"summary":"Deployed"}}`,
			202, `{"message":"Change event processed","status":"success"}`},
		{"change below", "POST", "/ingest/pd/v2/change/enqueue", `{"routing_key":"pd-token","payload":{"summary":"Deployed"}}`, 202, "success"},
		{"v1", "POST", "/generic/2010-04-15/create_event.json", `{"service_key":"pd-token","event_type":"resolve","incident_key":"srv01/HTTP"}`,
			200, `{"incident_key":"srv01/HTTP","message":"Event processed","status":"success"}`},
		{"v1 at the integration", "POST", "/ingest/pd", `{"service_key":"pd-token","event_type":"trigger","description":"x"}`, 200, `"incident_key":"`},
		{"v2 at the integration", "POST", "/ingest/pd?token=pd-token", `{"event_action":"resolve","dedup_key":"k"}`, 202, "success"},
		{"wrong key", "POST", "/v2/enqueue", `{"routing_key":"nope","event_action":"resolve","dedup_key":"k"}`,
			400, `{"status":"invalid event","message":"Event object is invalid","errors":["Invalid routing key.`},
		{"another type's key", "POST", "/v2/enqueue", `{"routing_key":"am-token","event_action":"resolve","dedup_key":"k"}`, 400, "Invalid routing key"},
		{"no key at the integration", "POST", "/ingest/pd", `{"event_action":"resolve","dedup_key":"k"}`, 401, `"status":"invalid event"`},
		{"not JSON", "POST", "/v2/enqueue", `{`, 400, "JSON parse error: not valid JSON at line 1"},
		{"change without summary", "POST", "/v2/change/enqueue", `{"routing_key":"pd-token","payload":{}}`, 400, "'payload.summary' is missing or blank"},
		{"change without payload", "POST", "/v2/change/enqueue", `{"routing_key":"pd-token"}`, 400, "'payload' is missing or blank"},
		{"GET", "GET", "/v2/enqueue", "", 405, "Use POST"},
		{"over 512 KB", "POST", "/v2/enqueue", `{"routing_key":"pd-token","x":"` + big + `"}`, 413, "longer than 524288 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newBench(t).do(c.method, c.path, c.body)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("got %d %s, want %d with %s", w.Code, w.Body, c.status, c.says)
			}
		})
	}
}

// TestPagerDutyLongSummary: 1024 characters are the limit; what is longer pages all the same and is kept whole below.
func TestPagerDutyLongSummary(t *testing.T) {
	long := strings.Repeat("s", 1500)
	b, key := decodePagerDuty([]byte(`{"routing_key":"k","event_action":"trigger","payload":{"summary":"`+long+`","source":"h","severity":"Critical"}}`), func() string { return "minted" })
	if len(b.alerts) != 1 || key != "minted" || len([]rune(b.alerts[0].Title)) != 1024 || b.alerts[0].Description != long || b.alerts[0].Severity != alert.Critical {
		t.Errorf("got %+v", b)
	}
}

func TestPagerDutyOnlyOneInsecure(t *testing.T) {
	b := newBench(t)
	b.cfg = &Config{Sources: []Source{{Name: "a", Type: TypePagerDuty, Insecure: true}}}
	body := `{"routing_key":"anything","event_action":"resolve","dedup_key":"k"}`
	if w := b.do("POST", "/v2/enqueue", body); w.Code != 202 || b.alerts[0].Integration != "a" {
		t.Errorf("the only one: got %d %s", w.Code, w.Body)
	}
	b.cfg = &Config{Sources: []Source{{Name: "a", Type: TypePagerDuty, Insecure: true}, {Name: "b", Type: TypePagerDuty, Tokens: []string{"t"}}}}
	if w := b.do("POST", "/v2/enqueue", body); w.Code != 400 {
		t.Errorf("one of two: got %d %s", w.Code, w.Body)
	}
}

func TestPagerDutyV1Details(t *testing.T) {
	for body, want := range map[string]alert.Labels{
		`{"service":"pay","free":2,"x":{"y":[1, 2]}}`: {"service": "pay", "free": "2", "x": `{"y":[1,2]}`},
		`"just words"`: nil,
	} {
		b, _ := decodePagerDuty([]byte(`{"service_key":"k","event_type":"trigger","description":"d\nmore","incident_key":"i","details":`+body+`}`), nil)
		a := b.alerts[0]
		if diff := cmp.Diff(want, a.Annotations); diff != "" || a.Title != "d" || a.Description != "d\nmore" || a.Labels["service"] != want["service"] {
			t.Errorf("%s: %+v %s", body, a, diff)
		}
	}
}
