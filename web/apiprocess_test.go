package web_test

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/web/client"
)

// TestTheProcess takes an incident from the word of a viewer to its end, by the client.
func TestTheProcess(t *testing.T) {
	w := newProcessWorld(t)
	ctx, dee, bo := t.Context(), w.api("viewer"), w.api("responder")
	i, err := dee.Report(ctx, client.Report{Service: "checkout", Title: "Nobody can pay", Text: "Three shops called.", StartedAt: night.Add(-10 * time.Minute)})
	must(t, err)
	if i.Priority != "P1" || i.Reporter != "dee" || !i.StartedAt.Equal(night.Add(-10*time.Minute)) || i.UpdateDueAt.IsZero() || i.BreachAt.IsZero() {
		t.Errorf("reported: got %+v", i)
	}
	n := i.Number
	_, err = bo.Ack(ctx, n, client.Lease{})
	must(t, err)
	if _, err := bo.Amend(ctx, n, client.Amendment{Priority: "P2"}); codeOf(t, err) != "needs_reason" {
		t.Errorf("a priority without a reason: got %v", err)
	}
	i, err = bo.Amend(ctx, n, client.Amendment{Priority: "p2", Reason: "one shop only", UpdateEvery: "2h"})
	must(t, err)
	if i.Priority != "P2" || i.PriorityBy != "bo" || i.PriorityWhy != "one shop only" {
		t.Errorf("amended: got %+v", i)
	}
	i, err = bo.Amend(ctx, n, client.Amendment{Matrix: true, Reason: "all of them after all"})
	must(t, err)
	if i.Priority != "P1" || i.PriorityBy != "" {
		t.Errorf("the matrix again: got %s by %q", i.Priority, i.PriorityBy)
	}
	_, err = bo.Diagnose(ctx, n, client.Diagnosis{Kind: "factor", Text: "no limit on retries"})
	must(t, err)
	_, err = bo.Diagnose(ctx, n, client.Diagnosis{Kind: "workaround", Text: "restart the till"})
	must(t, err)
	_, err = bo.Attach(ctx, n, client.Attachment{Href: "https://wiki.example.com/tills", Text: "Tills"})
	must(t, err)
	if _, err := bo.Attach(ctx, n, client.Attachment{Href: "javascript:alert(1)"}); codeOf(t, err) != "invalid" {
		t.Errorf("a link that is none: got %v", err)
	}
	i, err = bo.Appoint(ctx, n, client.Appointment{Role: "commander", To: "Ana"})
	must(t, err)
	if i.Roles["commander"] != "ana" || i.Workaround != "restart the till" {
		t.Errorf("appointed: got %+v", i)
	}
	_, err = bo.AddResponders(ctx, n, client.Help{Users: []string{"cy"}, Why: "knows the bank"})
	must(t, err)
	i, err = bo.Publish(ctx, n, client.Publication{})
	must(t, err)
	if i.Status == nil || i.Status.Text != "We look into Nobody can pay." || i.Status.Audience != "stakeholders" || i.Status.Phase != "investigating" {
		t.Errorf("an update from the template: got %+v", i.Status)
	}
	_, err = bo.Hold(ctx, n, client.Holding{Reason: "vendor: the bank"})
	must(t, err)
	w.clock.Add(time.Hour)
	i, err = bo.Resume(ctx, n)
	must(t, err)
	if _, err := bo.Resolve(ctx, n, client.Resolution{}); codeOf(t, err) != "needs_note" {
		t.Errorf("resolved without a note: got %v", err)
	}
	_, err = bo.Resolve(ctx, n, client.Resolution{Code: "fixed", Note: "limited the retries"})
	must(t, err)
	_, err = bo.Reopen(ctx, n, "it is back")
	must(t, err)
	_, err = bo.Resolve(ctx, n, client.Resolution{Code: "fixed", Note: "limited all retries"})
	must(t, err)
	if _, err := bo.Close(ctx, n, client.Closure{}); codeOf(t, err) != "review_first" {
		t.Errorf("closed before its review: got %v", err)
	}
	if _, err := w.api("outsider").Confirm(ctx, n, client.Confirmation{Satisfied: 9}); codeOf(t, err) != "invalid" {
		t.Errorf("nine stars: got %v", err)
	}
	i, err = dee.Confirm(ctx, n, client.Confirmation{Note: "thanks", Satisfied: 5})
	must(t, err)
	if i.State != "resolved" {
		t.Errorf("confirmed while a review is owed: got %s", i.State)
	}
	d, err := dee.Incident(ctx, n, 0)
	must(t, err)
	if d.Description != "Three shops called." || len(d.Links) != 1 || !slices.Equal(d.Factors, []string{"no limit on retries"}) || d.Confirmed != "dee" || d.Satisfied != 5 ||
		d.Counters.Reopens != 1 || d.Counters.Updates != 1 || len(d.Clocks) != 2 || d.FirstAckBy != "bo" || d.UpdateEvery != "2h" || d.Review == nil || !d.Review.Required {
		t.Errorf("the detail: got %+v", d)
	}
	told, err := dee.Updates(ctx, n)
	must(t, err)
	if len(told) != 1 || told[0] != *i.Status {
		t.Errorf("updates: got %+v", told)
	}
	s, err := dee.SLA(ctx, n)
	must(t, err)
	if len(s.Clocks) != 2 || s.Clocks[0].Kind != "response" || s.Clocks[0].Stage != "done" || s.Clocks[1].PausedSeconds != 3600 || len(s.Clocks[1].Story) < 4 ||
		!strings.Contains(s.Clocks[1].Story[0].What, "opened as P1") || s.Clocks[1].TargetSeconds != 4*3600 {
		t.Errorf("the clocks: got %+v", s)
	}
}

// TestConfirmingIsTheReporters: a viewer confirms what they reported themselves, and nothing else.
func TestConfirmingIsTheReporters(t *testing.T) {
	w := newProcessWorld(t)
	n := w.report("responder", client.Report{Service: "mail", Title: "No mail"})
	_, err := w.api("responder").Resolve(t.Context(), n, client.Resolution{})
	must(t, err)
	if _, err := w.api("viewer").Confirm(t.Context(), n, client.Confirmation{}); codeOf(t, err) != "forbidden" {
		t.Errorf("by another viewer: got %v", err)
	}
	if i, err := w.api("bot").Confirm(t.Context(), n, client.Confirmation{}); err != nil || i.State != "closed" {
		t.Errorf("by a responder: got %s %v", i.State, err)
	}
}

// TestReportingASecret: whoever reports what they may not see learns its number, and what they said themselves.
func TestReportingASecret(t *testing.T) {
	w := newProcessWorld(t)
	got, err := w.api("viewer").Report(t.Context(), client.Report{Service: "checkout", Title: "Somebody sells our cards", Type: "security"})
	must(t, err)
	if got.Number == 0 || got.State != "triggered" || got.Title != "Security incident" || got.Paging != nil || got.URL != "" {
		t.Errorf("got %+v", got)
	}
	if _, err := w.api("viewer").Incident(t.Context(), got.Number, 0); codeOf(t, err) != "not_found" {
		t.Errorf("read afterwards: %v", err)
	}
	if i, err := w.api("responder").Incident(t.Context(), got.Number, 0); err != nil || i.Title != "Somebody sells our cards" {
		t.Errorf("read by the team: %q %v", i.Title, err)
	}
}

func TestFurtherFilters(t *testing.T) {
	w := newProcessWorld(t)
	a := w.fire("checkout", "HighErrorRate")
	w.clock.Add(time.Minute)
	b := w.fire("mail", "QueueFull")
	w.clock.Add(time.Minute)
	c := w.report("responder", client.Report{Service: "search", Title: "No results", Text: "since the new index", Category: "data"})
	_, err := w.api("responder").Relate(t.Context(), b, client.Relation{Kind: "parent", To: a})
	must(t, err)
	w.clock.Add(30 * time.Minute)
	for _, n := range []int64{a, b, c} {
		_, err := w.engine.Do(t.Context(), n, incident.Note{By: incident.Actor{Kind: incident.ByUser, Name: "bo"}, Text: "looked at it"}) // reads the clocks
		must(t, err)
	}
	_, err = w.api("responder").Ack(t.Context(), b, client.Lease{})
	must(t, err)
	tests := []struct {
		name string
		f    client.Filter
		want []int64
	}{
		{"words of the description", client.Filter{Query: "index NEW"}, []int64{c}},
		{"words that do not all fit", client.Filter{Query: "index old"}, nil},
		{"a reference", client.Filter{Query: "inc-2"}, []int64{b}},
		{"priorities", client.Filter{Priorities: []string{"p1"}}, []int64{c, a}},
		{"a category", client.Filter{Categories: []string{"data"}}, []int64{c}},
		{"types", client.Filter{Types: []string{"technical", "request"}}, []int64{c, b, a}},
		{"two services", client.Filter{Service: "search,mail"}, []int64{c, b}},
		{"two teams", client.Filter{Team: "search,none"}, []int64{c}},
		{"a source", client.Filter{Sources: []string{"prometheus"}}, []int64{b, a}},
		{"a reporter", client.Filter{Reporter: "bo"}, []int64{c}},
		{"an assignee", client.Filter{Assignee: "bo"}, []int64{b}},
		{"a rule", client.Filter{Rule: "QueueFull"}, []int64{b}},
		{"labels", client.Filter{Labels: map[string]string{"cluster": "eu-1", "alertname": "QueueFull"}}, []int64{b}},
		{"children", client.Filter{Parent: a}, []int64{b}},
		{"children of what is not there", client.Filter{Parent: 99}, nil},
		{"breached", client.Filter{Breached: true}, []int64{c, a}},
		{"updated since", client.Filter{UpdatedSince: night.Add(time.Hour)}, nil},
	}
	for _, tt := range tests {
		got, err := w.api("viewer").Incidents(t.Context(), tt.f)
		must(t, err)
		var numbers []int64
		for _, i := range got.Incidents {
			numbers = append(numbers, i.Number)
		}
		if !slices.Equal(numbers, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, numbers, tt.want)
		}
	}
}

// TestListAsCSV: one row for each, and no cell that a spreadsheet would run.
func TestListAsCSV(t *testing.T) {
	w := newProcessWorld(t)
	evil := `=HYPERLINK("http://evil.example","x")`
	w.fire("checkout", evil)
	w.fire("mail", "QueueFull")
	got, err := w.api("viewer").IncidentsCSV(t.Context(), client.Filter{})
	must(t, err)
	rows, err := csv.NewReader(strings.NewReader(string(got))).ReadAll()
	must(t, err)
	if len(rows) != 3 || rows[0][0] != "number" || rows[1][4] != "QueueFull" || rows[2][4] != "'"+evil || rows[2][0] != "1" {
		t.Errorf("got %q", rows)
	}
	r := w.request("GET", "/api/v1/incidents?format=csv&limit=1", "")
	r.Header.Set("Authorization", "Bearer secret-viewer")
	if a := w.ask(r); a.header.Get("X-Rouse-Next") != "2" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") {
		t.Errorf("a page of it: got %v", a.header)
	}
}

func TestSimilarIncidents(t *testing.T) {
	w := newProcessWorld(t)
	old := w.report("responder", client.Report{Service: "checkout", Title: "HighErrorRate"})
	bo := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
	for _, a := range []incident.Action{
		incident.Diagnose{By: bo, Kind: incident.WorkaroundFound, Text: "restart the till"}, incident.Resolve{By: bo, Code: "fixed", Note: "a bad deploy"}, incident.Close{By: bo},
	} {
		if _, err := w.engine.Do(t.Context(), old, a); err != nil && !errors.Is(err, incident.ErrReviewFirst) {
			t.Fatal(err)
		}
	}
	w.fire("mail", "QueueFull")
	w.clock.Add(24 * time.Hour)
	n := w.report("responder", client.Report{Service: "checkout", Title: "HighErrorRate"})
	got, err := w.api("viewer").Similar(t.Context(), n, 0)
	must(t, err)
	if len(got) != 1 || got[0].Incident != old || got[0].Code != "fixed" || got[0].Note != "a bad deploy" || got[0].Workaround != "restart the till" ||
		!slices.Contains(got[0].Why, "the same rule HighErrorRate") {
		t.Errorf("got %+v", got)
	}
}

func TestChangesAroundTheStart(t *testing.T) {
	w := newProcessWorld(t)
	for _, c := range []alert.Change{
		{Integration: "ci", Summary: "deploy search 3", At: night.Add(-30 * time.Minute)},
		{Integration: "ci", Summary: "Deploy checkout: 7", At: night.Add(-time.Hour)},
		{Integration: "ci", Summary: "new nodes", At: night.Add(-90 * time.Minute), Details: map[string]string{"cluster": "eu-1"}},
		{Integration: "ci", Summary: "long ago", At: night.Add(-5 * time.Hour)},
		{Integration: "ci", Summary: "later", At: night.Add(5 * time.Hour), Links: []alert.Link{{Href: "javascript:alert(1)"}}},
	} {
		w.record(c)
	}
	n := w.fire("checkout", "HighErrorRate")
	over := alert.Alert{Integration: "prometheus", State: alert.Resolved, Labels: alert.Labels{"alertname": "HighErrorRate", "service": "checkout", "cluster": "eu-1"}}
	must(t, over.Identify())
	must(t, w.engine.Accept(t.Context(), []alert.Alert{over})) // resolved by hand it would reopen, for its alert fires on, and end later
	w.clock.Add(10 * time.Hour)
	got, err := w.api("viewer").RelatedChanges(t.Context(), n)
	must(t, err)
	var said []string
	for _, c := range got {
		said = append(said, c.Summary+" "+strings.Join(c.Related, "+"))
	}
	if want := []string{"Deploy checkout: 7 service checkout", "new nodes cluster=eu-1", "deploy search 3 "}; !slices.Equal(said, want) {
		t.Errorf("got %q, want %q", said, want)
	}
	all, err := w.api("viewer").Changes(t.Context(), night, time.Time{}, 0)
	must(t, err)
	if len(all) != 1 || all[0].Summary != "later" || len(all[0].Links) != 0 {
		t.Errorf("all: got %+v", all)
	}
}

// TestBulk: each incident by itself, each once, in the order in which they were named.
func TestBulk(t *testing.T) {
	w := newProcessWorld(t)
	a, b := w.fire("mail", "A"), w.fire("mail", "B")
	_, err := w.api("responder").Resolve(t.Context(), b, client.Resolution{})
	must(t, err)
	got, err := w.api("responder").Bulk(t.Context(), client.Bulk{Numbers: []int64{b, a, 99, a}, Action: "resolve", With: client.Resolution{Code: "false_alarm"}})
	must(t, err)
	if len(got.Results) != 3 || got.Results[0].OK || got.Results[0].Error.Code != "already" || !got.Results[1].OK || got.Results[1].Incident.Code != "false_alarm" ||
		got.Results[2].Error.Code != "not_found" {
		t.Errorf("got %+v", got.Results)
	}
	for _, tt := range []struct {
		in   client.Bulk
		says string
	}{
		{client.Bulk{Numbers: []int64{a}, Action: "delete"}, "Write one of ack"},
		{client.Bulk{Action: "ack"}, "there are none"},
		{client.Bulk{Numbers: make([]int64, 201), Action: "ack"}, "at most 200"},
		{client.Bulk{Numbers: []int64{a}, Action: "note", With: map[string]string{"txt": "x"}}, "no such field"},
	} {
		if _, err := w.api("responder").Bulk(t.Context(), tt.in); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v", tt.in.Action, err)
		}
	}
}

func TestMerging(t *testing.T) {
	w := newProcessWorld(t)
	a, b, secret := w.fire("checkout", "A"), w.fire("mail", "B"), w.fire("vault", "C")
	got, err := w.api("responder").Merge(t.Context(), b, a)
	must(t, err)
	if got.Number != a || got.Firing != 2 {
		t.Errorf("merged: got %+v", got)
	}
	d, err := w.api("viewer").Incident(t.Context(), b, 0)
	must(t, err)
	if d.DuplicateOf != a || d.Code != "duplicate" || d.State != "resolved" {
		t.Errorf("the duplicate: got %+v", d.Incident)
	}
	if _, err := w.api("responder").Merge(t.Context(), secret, a); codeOf(t, err) != "confidential" {
		t.Errorf("a secret into an ordinary one: got %v", err)
	}
	if _, err := w.api("responder").Merge(t.Context(), a, a); codeOf(t, err) != "itself" {
		t.Errorf("into itself: got %v", err)
	}
}
