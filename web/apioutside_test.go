package web_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/report"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// TestStatusPage: what the public is told, of the services that are named.
func TestStatusPage(t *testing.T) {
	w := newProcessWorld(t)
	a, b := w.fire("checkout", "HighErrorRate"), w.fire("mail", "QueueFull")
	publish := func(n int64, audience, phase, text string) {
		t.Helper()
		_, err := w.api("responder").Publish(t.Context(), n, client.Publication{Audience: audience, Phase: phase, Text: text})
		must(t, err)
		w.clock.Add(time.Minute)
	}
	publish(a, "stakeholders", "investigating", "not for everybody")
	publish(a, "public", "investigating", "We look.")
	publish(a, "public", "monitoring", "It is better.")
	publish(b, "public", "identified", "of a service that is not shown")
	got, err := w.api("viewer").Status(t.Context())
	must(t, err)
	if got.Title != "How we do" || len(got.Services) != 2 || got.Services[0] != (client.ServiceStatus{Service: "checkout", State: "monitoring"}) || got.Services[1].State != "operational" {
		t.Errorf("services: got %+v", got)
	}
	if len(got.Current) != 1 || got.Current[0].Text != "It is better." || len(got.Past) != 2 || got.Past[1].Text != "We look." {
		t.Errorf("told: got %+v", got)
	}
	if a := w.get("/api/v1/status"); a.status != 401 {
		t.Errorf("without a token: got %d", a.status)
	}
	w.change(func(c *web.Config) { c.StatusPage.Public = true })
	if a := w.get("/api/v1/status"); a.status != 200 || strings.Contains(a.body, "not for everybody") || strings.Contains(a.body, "HighErrorRate") || strings.Contains(a.body, "not shown") {
		t.Errorf("public: got %d %s", a.status, a.body)
	}
	_, err = w.api("responder").Amend(t.Context(), a, client.Amendment{Type: "security", Reason: "it was a break-in"})
	must(t, err)
	w.clock.Add(3 * time.Second) // what was read serves everybody for two seconds
	if a := w.get("/api/v1/status"); strings.Contains(a.body, "We look") || strings.Contains(a.body, "It is better") {
		t.Errorf("of what is a secret now: %s", a.body)
	}
}

// TestStatusPageEndsWhatIsOver: an incident that is over although nobody has said so to the public is told to be, once.
func TestStatusPageEndsWhatIsOver(t *testing.T) {
	w := newProcessWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	_, err := w.api("responder").Publish(t.Context(), n, client.Publication{Audience: "public", Phase: "investigating", Text: "We look."})
	must(t, err)
	w.clock.Add(time.Hour)
	_, err = w.api("responder").Resolve(t.Context(), n, client.Resolution{Note: "restarted"})
	must(t, err)
	over := w.clock.Now()
	w.clock.Add(time.Minute)
	got, err := w.api("viewer").Status(t.Context())
	must(t, err)
	if len(got.Current) != 0 || len(got.Past) != 2 || got.Past[0].Phase != "resolved" || got.Past[0].Text != "" || !got.Past[0].At.Equal(over) {
		t.Errorf("got %+v", got)
	}
	_, err = w.api("responder").Publish(t.Context(), n, client.Publication{Audience: "public", Phase: "resolved", Text: "All is well."})
	must(t, err)
	w.clock.Add(time.Minute)
	if got, err = w.api("viewer").Status(t.Context()); err != nil || len(got.Past) != 2 || got.Past[0].Text != "All is well." {
		t.Errorf("after the last word: got %+v, %v", got, err)
	}
}

func TestSubscribers(t *testing.T) {
	w := newProcessWorld(t)
	ctx, dee, bo := t.Context(), w.api("viewer"), w.api("responder")
	own, err := dee.Subscribe(ctx, client.NewSubscriber{Service: "checkout"})
	must(t, err)
	if own.User != "dee" || own.Service != "checkout" {
		t.Errorf("oneself: got %+v", own)
	}
	shop, err := bo.Subscribe(ctx, client.NewSubscriber{Address: "shop@example.com"})
	must(t, err)
	room, err := bo.Subscribe(ctx, client.NewSubscriber{Receiver: "ops-room"})
	must(t, err)
	for _, tt := range []struct {
		who  *client.Client
		in   client.NewSubscriber
		code string
	}{
		{dee, client.NewSubscriber{User: "bo"}, "forbidden"},
		{dee, client.NewSubscriber{Address: "me@example.com"}, "forbidden"},
		{bo, client.NewSubscriber{Receiver: "nowhere"}, "unknown_receiver"},
		{bo, client.NewSubscriber{Service: "nothing"}, "unknown_service"},
		{bo, client.NewSubscriber{User: "nobody"}, "unknown_user"},
		{bo, client.NewSubscriber{Address: "Shop <shop@example.com>"}, "invalid"},
		{bo, client.NewSubscriber{Address: "a@example.com\nBcc: b@example.com"}, "invalid"},
		{bo, client.NewSubscriber{User: "bo", Receiver: "ops-room"}, "invalid"},
		{w.api("bot"), client.NewSubscriber{}, "invalid"},
	} {
		if _, err := tt.who.Subscribe(ctx, tt.in); codeOf(t, err) != tt.code {
			t.Errorf("%+v: got %v, want %s", tt.in, err, tt.code)
		}
	}
	list, err := dee.Subscribers(ctx)
	must(t, err)
	if len(list) != 3 || strings.Contains(list[1].Address, "shop@") || list[1].Address == "" {
		t.Errorf("the list: got %+v", list)
	}
	if err := dee.Unsubscribe(ctx, shop.ID); codeOf(t, err) != "forbidden" {
		t.Errorf("somebody else: got %v", err)
	}
	must(t, dee.Unsubscribe(ctx, own.ID))
	must(t, bo.Unsubscribe(ctx, room.ID))
	if err := bo.Unsubscribe(ctx, room.ID); codeOf(t, err) != "not_found" {
		t.Errorf("twice: got %v", err)
	}
}

func TestNumbersReport(t *testing.T) {
	w := newProcessWorld(t)
	w.fire("checkout", "A")
	w.clock.Add(time.Hour)
	w.fire("mail", "B")
	w.clock.Add(time.Hour)
	text, err := w.api("viewer").NumbersReport(t.Context(), client.ReportQuery{By: "service", From: "2026-11-23", To: "2026-11-24", Zone: "UTC", Compare: true})
	must(t, err)
	var r report.Report
	must(t, json.Unmarshal(text, &r))
	if r.Total.Incidents != 2 || len(r.Groups) != 2 || r.Groups[0].Key[0] != "checkout" || r.Before == nil || r.Zone != "UTC" {
		t.Errorf("got %+v", r)
	}
	month, err := w.api("viewer").NumbersReport(t.Context(), client.ReportQuery{Month: "2026-11", Format: "markdown"})
	must(t, err)
	if !strings.Contains(string(month), "November 2026") {
		t.Errorf("got %.200s", month)
	}
	r2 := w.request("GET", "/api/v1/report?format=html", "")
	r2.Header.Set("Authorization", "Bearer secret-viewer")
	if a := w.ask(r2); !strings.Contains(a.header.Get("Content-Security-Policy"), "style-src 'sha256-") || a.status != 200 {
		t.Errorf("the page: got %d %q", a.status, a.header.Get("Content-Security-Policy"))
	}
	for _, q := range []client.ReportQuery{{By: "colour"}, {From: "2026-11-24", To: "2026-11-23"}, {Month: "November"}, {Zone: "Nowhere/City"}, {Format: "pdf"}, {Section: "all", Format: "csv"}} {
		if _, err := w.api("viewer").NumbersReport(t.Context(), q); codeOf(t, err) != "invalid" {
			t.Errorf("%+v: got %v", q, err)
		}
	}
}

// TestWhatIsDoneToRouseIsWrittenDown: reload, backup and erasure stand in the audit log, and the log holds.
func TestWhatIsDoneToRouseIsWrittenDown(t *testing.T) {
	w := newProcessWorld(t)
	n := w.fire("checkout", "A")
	_, err := w.engine.Do(t.Context(), n, incident.Note{By: incident.Actor{Kind: incident.ByUser, Name: "zed", Channel: "web"}, Text: "Zed Long was here"})
	must(t, err)
	must(t, w.api("admin").Reload(t.Context()))
	copied, err := w.api("admin").Backup(t.Context())
	must(t, err)
	must(t, copied.Close())
	got, err := w.api("admin").Erase(t.Context(), client.Erasure{User: "zed", Also: []string{"Zed Long"}})
	must(t, err)
	if got.Alias == "" || got.Entries != 1 || got.Acts != 1 {
		t.Errorf("erased: got %+v", got)
	}
	for _, verb := range []string{"reload", "backup", "erase", "incident.note"} {
		if !slices.Contains(w.acts(), verb) {
			t.Errorf("the audit log lacks %s: %q", verb, w.acts())
		}
	}
	v, err := w.api("manager").VerifyAudit(t.Context())
	must(t, err)
	if !v.Whole || v.Acts != int64(len(w.acts())) || v.Erased != 1 || v.LastHash == "" {
		t.Errorf("the verdict: got %+v", v)
	}
	d, err := w.api("viewer").Incident(t.Context(), n, 0)
	must(t, err)
	if text, _ := json.Marshal(d); strings.Contains(string(text), "zed") || strings.Contains(string(text), "Zed") {
		t.Errorf("zed is still there: %s", text)
	}
}
