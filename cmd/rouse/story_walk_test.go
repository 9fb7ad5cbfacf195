package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/incident"
)

var updateWalk = flag.Bool("update-walk", false, "write examples/process/review.md anew")

// api calls the HTTP API with a person's token; the answer must be a good one. It returns the body.
func (w *town) api(token, method, path, body string) string {
	w.t.Helper()
	rec := w.call(token, method, path, body)
	if rec.Code/100 != 2 {
		w.t.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
	}
	synctest.Wait()
	return rec.Body.String()
}

func (w *town) call(token, method, path, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "https://rouse.test"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	return rec
}

// walkConfig is the example's configuration with fake phones and with secrets that are none.
func walkConfig(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../../examples/process/rouse.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(
		"https://rouse.example.com", "https://rouse.test", "name: twilio\n", "name: phones\n", "env:TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000000",
		"env:TWILIO_AUTH_TOKEN", "phones", "env:TWILIO_FROM", "\"+15550100001\"", "# base_url: http://127.0.0.1:8421", "base_url: \"http://phones.test\"",
		"env:ROUSE_TOKEN_BO", "bo-token", "env:ROUSE_TOKEN_CY", "cy-token", "env:ROUSE_TOKEN", "ana-token", "env:ROUSE_SCRIPTS", "s",
		"store: badger:./data", "store: \"memory:\"",
	).Replace(string(raw))
}

// TestFromTextToReview walks one P1 with the example's configuration through all nine steps: a manager texts what customers
// complain of at 03:12 in Madrid, and six days later there is a published review, which is examples/process/review.md.
func TestFromTextToReview(t *testing.T) {
	night := time.Date(2026, 11, 23, 2, 12, 0, 0, time.UTC)
	for _, restarts := range []bool{false, true} {
		t.Run(fmt.Sprintf("restarts=%t", restarts), func(t *testing.T) {
			tellFrom(t, night, walkConfig(t), restarts, func(w *town) { walk(w) })
		})
	}
}

func walk(w *town) {
	// 1, 2: identification and logging.
	w.asks("cy", "report checkout: customers cannot pay by card", "INC-1 opened as P1 for checkout", "paging bo")
	w.expect("bo", 1, 0, "P1 INC-1 checkout: customers cannot pay by card", "Reply 1 to ack")
	w.tells(1, "P1: name a commander")
	w.after(90 * time.Second)
	w.asks("bo", "1", "INC-1 acknowledged")
	// 3, 4: categorisation and prioritisation, corrected by somebody who knows more.
	w.api("bo-token", http.MethodPatch, "/api/v1/incidents/1", `{"category":"deploy","reason":"the gateway was deployed at 03:05"}`)
	w.api("bo-token", http.MethodPost, "/api/v1/incidents/1/roles", `{"role":"commander","to":"bo"}`)
	w.api("bo-token", http.MethodPost, "/api/v1/incidents/1/roles", `{"role":"communications","to":"ana"}`)
	// 8: communication.
	w.after(20 * minute)
	w.api("ana-token", http.MethodPost, "/api/v1/incidents/1/updates", `{"audience":"public","phase":"investigating","text":"Card payments fail. We are looking into it."}`)
	w.after(time.Second)
	w.heard("cy", "INC-1", "Card payments fail.")
	// 5: diagnosis.
	w.after(5 * minute)
	w.api("bo-token", http.MethodPost, "/api/v1/incidents/1/diagnosis", `{"kind":"hypothesis","text":"the new gateway refuses the old certificate"}`)
	w.after(8 * minute)
	w.api("bo-token", http.MethodPost, "/api/v1/incidents/1/diagnosis", `{"kind":"finding","text":"handshakes fail since 03:05, all with the old certificate"}`)
	w.api("bo-token", http.MethodPost, "/api/v1/incidents/1/diagnosis", `{"kind":"factor","text":"the canary ran for one minute and saw no card payment"}`)
	w.api("bo-token", http.MethodPost, "/api/v1/incidents/1/links", `{"href":"https://dashboards.example.com/d/gateway","text":"gateway handshakes"}`)
	w.asks("bo", "hold 1 30m vendor: waiting for the bank to clear its cache", "on hold")
	w.after(12 * minute)
	w.asks("bo", "resume 1", "work goes on")
	// 6: resolution, with its note; the update that ends it.
	w.after(3 * minute)
	if rec := w.call("bo-token", http.MethodPost, "/api/v1/incidents/1/resolve", `{"code":"by_change"}`); rec.Code != http.StatusUnprocessableEntity {
		w.t.Errorf("a P1 was resolved without a note: %d %s", rec.Code, rec.Body)
	}
	w.api("bo-token", http.MethodPost, "/api/v1/incidents/1/resolve", `{"code":"by_change","note":"rolled the gateway back to 4.1"}`)
	w.api("ana-token", http.MethodPost, "/api/v1/incidents/1/updates", `{"audience":"public","phase":"resolved"}`)
	w.after(time.Second)
	w.heard("cy", "customers cannot pay by card is resolved")
	w.is(1, incident.Resolved)
	w.api("cy-token", http.MethodPost, "/api/v1/incidents/1/confirm", `{"satisfied":4,"note":"shops confirm"}`)
	w.is(1, incident.Resolved) // its review is missing
	// 9: review.
	w.after(4 * 24 * time.Hour)
	writeReview(w)
	w.after(time.Second)
	// 7: closure, which waited for it.
	w.is(1, incident.Closed)
	closing(w)
}

func writeReview(w *town) {
	const base = "/api/v1/incidents/1/review"
	w.api("bo-token", http.MethodPost, base, "")
	w.api("bo-token", http.MethodPatch, base, `{
		"summary": "For 50 minutes no card payment went through, because a new version of the gateway refused the certificate that shops still use.",
		"impact": "Card payments failed in all shops; other means worked.", "users": "about 1,100 customers", "contacts": "37 calls to support",
		"detection": "A customer called, and the manager on duty texted rouse.", "detectionGap": "No alert watches the share of refused handshakes.",
		"trigger": "Deployment of gateway 4.2 at 03:05.",
		"factors": ["The canary ran for one minute, in which nobody paid by card.", "The list of certificates in use was two years old."],
		"mitigation": "None was possible before the roll-back.", "resolution": "Gateway rolled back to 4.1.",
		"well": ["Acknowledged within two minutes.", "Stakeholders heard within half an hour."], "wrong": ["We learnt of it from a customer."],
		"lucky": ["It was night: by day it would have been twenty times as many."]}`)
	w.api("bo-token", http.MethodPost, base+"/items", `{"text":"Alert on refused handshakes","type":"detect","owner":"bo","due":"2026-12-04T17:00:00Z"}`)
	w.api("bo-token", http.MethodPost, base+"/items", `{"text":"Canary for an hour and at least fifty card payments","type":"prevent","owner":"ana","due":"2026-12-11T17:00:00Z"}`)
	w.api("bo-token", http.MethodPost, base+"/submit", "")
	w.api("ana-token", http.MethodPost, base+"/approve", `{"note":"clear and kind"}`)
	w.api("bo-token", http.MethodPost, base+"/publish", "")
}

// closing compares what the walk left with the example, and looks at it as those would who were not there.
func closing(w *town) {
	got := w.api("cy-token", http.MethodGet, "/api/v1/incidents/1/review?format=markdown&zone=Europe/Madrid", "")
	const file = "../../examples/process/review.md"
	if *updateWalk {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		w.t.Fatal(err)
	}
	if got != string(want) {
		w.t.Errorf("%s is not what the walk leaves (-update-walk writes it):\n%s", file, got)
	}
	var list struct {
		Incidents []struct{ Ref string }
	}
	if err := json.Unmarshal([]byte(w.api("cy-token", http.MethodGet, "/api/v1/incidents?q=handshakes+GATEWAY", "")), &list); err != nil || len(list.Incidents) != 1 {
		w.t.Errorf("a search for its words finds %+v, %v", list, err)
	}
	report := w.api("cy-token", http.MethodGet, "/api/v1/report?month=2026-11&zone=Europe/Madrid&format=table", "")
	if !strings.Contains(report, "1") {
		w.t.Errorf("the month's report says\n%s", report)
	}
	before := w.texts("bo")
	w.after(9 * 24 * time.Hour) // past the due date of bo's item
	if w.texts("bo") == before {
		w.t.Error("bo is not reminded of an overdue action item")
	}
}
