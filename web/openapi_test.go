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

	"github.com/getkin/kin-openapi/openapi3"

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
			if (rt.API || rt.Status) && !strings.Contains(op.Description, string(rt.Needs)) {
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
		client.User{}, client.Contact{}, client.TestPage{}, client.Sent{}, client.Heartbeat{}, client.Act{}, client.Drill{}, client.DrillResult{},
		client.Update{}, client.ReviewStub{}, client.Clock{}, client.Counters{}, client.Closure{}, client.Confirmation{}, client.Amendment{}, client.Diagnosis{},
		client.Attachment{}, client.Appointment{}, client.Publication{}, client.Reason{}, client.Help{}, client.Merging{}, client.Relation{}, client.Bulk{},
		client.BulkResult{}, client.Done{}, client.Similar{}, client.Change{}, client.SLA{}, client.ClockStory{}, client.ClockLine{}, client.ReviewSummary{},
		client.Review{}, client.ReviewFacts{}, client.ReviewPerson{}, client.ReviewPromise{}, client.ReviewItem{}, client.ReviewLine{}, client.Approval{},
		client.ReviewEdit{}, client.NewItem{}, client.ItemEdit{}, client.Comment{}, client.NewLine{}, client.LineEdit{}, client.Problem{}, client.NewProblem{},
		client.ProblemEdit{}, client.Analysis{}, client.ProblemResolution{}, client.IncidentLink{}, client.Subscriber{}, client.NewSubscriber{},
		client.StatusPage{}, client.ServiceStatus{}, client.Notice{}, client.Verdict{}, client.Erasure{}, client.Erased{}, client.Explanation{}, client.Ground{},
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
