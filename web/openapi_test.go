package web_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

var update = flag.Bool("update", false, "write openapi.json anew from openapi.yaml")

// describe loads the description as rouse serves it, both forms of it.
func describe(t *testing.T, w *world) *openapi3.T {
	t.Helper()
	var docs []*openapi3.T
	for _, path := range []string{"/api/v1/openapi.yaml", "/api/v1/openapi.json"} {
		got := w.get(path)
		doc, err := openapi3.NewLoader().LoadFromData([]byte(got.body))
		must(t, err)
		must(t, doc.Validate(t.Context()))
		docs = append(docs, doc)
	}
	a, err := json.Marshal(docs[0])
	must(t, err)
	b, err := json.Marshal(docs[1])
	must(t, err)
	if *update {
		var out bytes.Buffer
		must(t, json.Indent(&out, a, "", " "))
		must(t, os.WriteFile("openapi.json", append(out.Bytes(), '\n'), 0o644))
	} else if string(a) != string(b) {
		t.Error("the YAML and the JSON differ: go test ./web -update writes the JSON anew")
	}
	return docs[0]
}

// described is the path by which the description knows a route.
func described(path string) string { return strings.ReplaceAll(path, "...}", "}") }

// TestEveryRouteIsDescribed, and everything described is a route, with the role that it needs.
func TestEveryRouteIsDescribed(t *testing.T) {
	doc := describe(t, newWorld(t))
	routes := map[string]bool{}
	for _, rt := range web.Routes() {
		if strings.HasPrefix(rt.Path, "/api/") || strings.HasPrefix(rt.Path, "/-/") || rt.Path == "/metrics" {
			routes[rt.Method+" "+described(rt.Path)] = true
			item := doc.Paths.Value(described(rt.Path))
			if item == nil || item.GetOperation(rt.Method) == nil {
				t.Errorf("%s is not described", rt.Pattern)
				continue
			}
			op := item.GetOperation(rt.Method)
			if rt.API && !strings.Contains(op.Description, string(rt.Needs)) {
				t.Errorf("%s needs the role %s, and its description does not say so: %s", rt.Pattern, rt.Needs, op.Description)
			}
			if op.Summary == "" || op.OperationID == "" || len(op.Tags) != 1 {
				t.Errorf("%s has no summary, id or tag", rt.Pattern)
			}
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !routes[method+" "+path] {
				t.Errorf("%s %s is described, but there is no such route", method, path)
			}
		}
	}
}

// TestTheDescriptionFitsTheTypes compares each schema with the Go type of the same name, field by field.
func TestTheDescriptionFitsTheTypes(t *testing.T) {
	doc := describe(t, newWorld(t))
	for _, v := range []any{
		client.Error{}, client.Suppression{}, client.Incident{}, client.IncidentList{}, client.Actor{}, client.Entry{}, client.Link{}, client.Alert{}, client.Page{},
		client.Report{}, client.Lease{}, client.Resolution{}, client.Reassignment{}, client.Holding{}, client.Remark{}, client.Person{}, client.Shift{}, client.Duty{}, client.Level{},
		client.ServiceDuty{}, client.OnCall{}, client.Schedule{}, client.Shifts{}, client.Override{}, client.NewOverride{}, client.Silence{}, client.NewSilence{}, client.Rule{},
		client.User{}, client.Contact{}, client.TestPage{}, client.Sent{}, client.Heartbeat{}, client.Act{},
	} {
		typ := reflect.TypeOf(v)
		ref := doc.Components.Schemas[typ.Name()]
		if ref == nil {
			t.Errorf("there is no schema %s", typ.Name())
			continue
		}
		want := fields(typ)
		got := make([]string, 0, len(ref.Value.Properties))
		for name := range ref.Value.Properties {
			got = append(got, name)
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: the schema has %q, the type %q", typ.Name(), got, want)
		}
	}
}

func fields(typ reflect.Type) (names []string) {
	for f := range typ.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			names = append(names, fields(f.Type)...)
		case name != "-":
			names = append(names, name)
		}
	}
	return names
}

// TestRealAnswersFit sends a request to every route, good ones and bad ones, and checks the answers against the description.
func TestRealAnswersFit(t *testing.T) {
	w := newWorld(t)
	doc := describe(t, w)
	n := w.fire("checkout", "HighErrorRate", alert.Alert{Key: "k", Title: "second", Source: "http://prometheus.example.com/graph", Links: []alert.Link{{Href: "https://example.com", Text: "x"}}, Annotations: alert.Labels{"a": "b"}})
	_, err := w.api("admin").AddSilence(t.Context(), client.NewSilence{Matchers: []string{"alertname=Muted"}, For: "1d"})
	must(t, err)
	muted := w.fire("mail", "Muted")
	held := w.fire("mail", "Held")
	by := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "sms"}
	for _, a := range []incident.Action{incident.Ack{By: by, User: "bo"}, incident.Hold{By: by, Reason: "vendor", Until: night.Add(time.Hour)}} {
		_, err := w.engine.Do(t.Context(), held, a)
		must(t, err)
	}
	o, err := w.api("admin").AddOverride(t.Context(), client.NewOverride{Schedule: "office", User: "bo", To: "2026-11-24 09:00"})
	must(t, err)
	s, err := w.api("admin").AddSilence(t.Context(), client.NewSilence{Matchers: []string{"a=b"}, For: "1d"})
	must(t, err)
	var page string
	must(t, w.store.View(t.Context(), viewPages(n, &page)))

	inc := func(k int64, rest string) string { return "/api/v1/incidents/" + incident.Ref(k) + rest }
	requests := []struct{ method, path, route, body string }{
		{"GET", "/api/v1/incidents", "/api/v1/incidents", ""},
		{"GET", "/api/v1/incidents?limit=1", "/api/v1/incidents", ""},
		{"GET", "/api/v1/incidents?state=nonsense", "/api/v1/incidents", ""},
		{"POST", "/api/v1/incidents", "/api/v1/incidents", `{"service":"mail","title":"x","text":"y","impact":"low","urgency":"low","type":"request"}`},
		{"POST", "/api/v1/incidents", "/api/v1/incidents", `{"service":"none","title":"x"}`},
		{"GET", inc(n, ""), "/api/v1/incidents/{n}", ""},
		{"GET", inc(muted, ""), "/api/v1/incidents/{n}", ""},
		{"GET", inc(held, ""), "/api/v1/incidents/{n}", ""},
		{"GET", inc(99, ""), "/api/v1/incidents/{n}", ""},
		{"POST", inc(n, "/escalate"), "/api/v1/incidents/{n}/escalate", ""},
		{"POST", inc(n, "/ack"), "/api/v1/incidents/{n}/ack", `{"for":"2h"}`},
		{"POST", inc(n, "/note"), "/api/v1/incidents/{n}/note", `{"text":"x"}`},
		{"POST", inc(n, "/hold"), "/api/v1/incidents/{n}/hold", `{"reason":"x","until":"morning"}`},
		{"POST", inc(n, "/reassign"), "/api/v1/incidents/{n}/reassign", `{"to":"bo"}`},
		{"POST", inc(n, "/resolve"), "/api/v1/incidents/{n}/resolve", `{"code":"fixed","note":"x"}`},
		{"POST", inc(n, "/ack"), "/api/v1/incidents/{n}/ack", ``},
		{"POST", inc(n, "/close"), "/api/v1/incidents/{n}/close", ""},
		{"GET", inc(n, ""), "/api/v1/incidents/{n}", ""},
		{"GET", "/api/v1/oncall", "/api/v1/oncall", ""},
		{"GET", "/api/v1/users", "/api/v1/users", ""},
		{"GET", "/api/v1/schedules", "/api/v1/schedules", ""},
		{"GET", "/api/v1/schedules/office/shifts", "/api/v1/schedules/{id}/shifts", ""},
		{"GET", "/api/v1/overrides?all=true", "/api/v1/overrides", ""},
		{"POST", "/api/v1/overrides", "/api/v1/overrides", `{"schedule":"office","user":"bo","to":"2026-12-24 09:00","reason":"x"}`},
		{"DELETE", "/api/v1/overrides/" + o.ID, "/api/v1/overrides/{id}", ""},
		{"GET", "/api/v1/silences?all=true", "/api/v1/silences", ""},
		{"POST", "/api/v1/silences", "/api/v1/silences", `{"matchers":["a=b"],"for":"2h","comment":"x"}`},
		{"DELETE", "/api/v1/silences/" + s.ID, "/api/v1/silences/{id}", ""},
		{"POST", "/api/v1/send", "/api/v1/send", `{"user":"bo","via":"call","text":"x"}`},
		{"GET", "/api/v1/pages/" + page, "/api/v1/pages/{id}", ""},
		{"GET", "/api/v1/contacts", "/api/v1/contacts", ""},
		{"GET", "/api/v1/heartbeats", "/api/v1/heartbeats", ""},
		{"GET", "/api/v1/acts", "/api/v1/acts", ""},
		{"POST", "/-/reload", "/-/reload", ""},
		{"GET", "/-/healthy", "/-/healthy", ""},
		{"GET", "/-/ready", "/-/ready", ""},
		{"GET", "/metrics", "/metrics", ""},
		{"GET", "/api/v1/openapi.yaml", "/api/v1/openapi.yaml", ""},
		{"GET", "/api/v1/openapi.json", "/api/v1/openapi.json", ""},
	}
	seen := map[string]bool{}
	for _, rq := range requests {
		r := w.request(rq.method, rq.path, rq.body)
		r.Header.Set("Authorization", "Bearer secret-admin")
		got := w.ask(r)
		op := doc.Paths.Value(rq.route).GetOperation(rq.method)
		fits(t, rq.method+" "+rq.path, op, got)
		if in := op.RequestBody; in != nil && rq.body != "" && got.status < 300 {
			validate(t, rq.path, in.Value.Content.Get("application/json").Schema, rq.body)
		}
		seen[rq.method+" "+rq.route] = seen[rq.method+" "+rq.route] || got.status < 300
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if path == "/api/v1/backup" {
				continue // no JSON: TestBackupIsWhole looks at it
			}
			if !seen[method+" "+path] {
				t.Errorf("%s %s has no good answer in this test", method, path)
			}
		}
	}
	for _, path := range []string{"/api/v1/incidents", "/api/v1/acts"} { // without a token
		fits(t, path, doc.Paths.Value(path).Get, w.get(path))
	}
}

// fits checks one answer against its operation.
func fits(t *testing.T, what string, op *openapi3.Operation, got answer) {
	t.Helper()
	resp := op.Responses.Status(got.status)
	if resp == nil && got.status < 400 {
		t.Errorf("%s: the status %d is not described", what, got.status)
		return
	}
	if resp == nil {
		resp = op.Responses.Default()
	}
	if len(resp.Value.Content) == 0 {
		if got.body != "" || got.status != http.StatusNoContent {
			t.Errorf("%s: got %d %s, want nothing", what, got.status, got.body)
		}
		return
	}
	media := resp.Value.Content.Get(got.header.Get("Content-Type"))
	if media == nil {
		t.Errorf("%s: the type %q is not described", what, got.header.Get("Content-Type"))
		return
	}
	if strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
		validate(t, what, media.Schema, got.body)
	}
}

func validate(t *testing.T, what string, schema *openapi3.SchemaRef, body string) {
	t.Helper()
	var v any
	must(t, json.Unmarshal([]byte(body), &v))
	if err := schema.Value.VisitJSON(v, openapi3.EnableFormatValidation()); err != nil {
		t.Errorf("%s: %v in %s", what, err, body)
	}
}

// TestBackupIsWhole: what the route streams is a backup that the store's own check believes, and viewers get none.
func TestBackupIsWhole(t *testing.T) {
	w := newWorld(t)
	w.fire("checkout", "HighErrorRate")
	r := w.request("GET", "/api/v1/backup", "")
	r.Header.Set("Authorization", "Bearer secret-admin")
	got := w.ask(r)
	if got.status != http.StatusOK {
		t.Fatalf("status %d", got.status)
	}
	if _, err := badger.Verify(strings.NewReader(got.body)); err != nil {
		t.Error(err)
	}
}
