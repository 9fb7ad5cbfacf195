package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
)

// genie sends what an Opsgenie client does, and has a second pass.
func (w *town) genie(method, path, body string) {
	w.t.Helper()
	req := httptest.NewRequest(method, "https://rouse.test/v2/"+path, strings.NewReader(body))
	req.Header.Set("Authorization", "GenieKey genie-0000-0000")
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	if rec.Code != http.StatusAccepted {
		w.t.Errorf("%s %s: %d %s", method, path, rec.Code, rec.Body)
	}
	w.after(time.Second)
}

// TestOpsgenieAlert: an alert of an Opsgenie client pages, changes its words, is acknowledged, noted and closed by it; nothing but a
// create opens an incident; and after a resolution by hand a create is an alert of its own.
func TestOpsgenieAlert(t *testing.T) {
	config := strings.Replace(townConfig, "integrations:\n", "integrations:\n  og: {type: opsgenie, token: genie-0000-0000}\n", 1)
	story(t, config, func(w *town) {
		for _, x := range []struct{ method, path, body string }{
			{"POST", "alerts/k/close", `{}`}, {"POST", "alerts/k/acknowledge", `{}`}, {"PUT", "alerts/k/message", `{"message":"x"}`}, {"POST", "alerts/k/notes", `{"note":"x"}`},
		} {
			w.genie(x.method, x.path, x.body)
		}
		if n := w.count(); n != 0 {
			t.Fatalf("%d incidents of an alert that nobody created", n)
		}
		const create = `{"message":"disk full","alias":"k","priority":"P1","description":"of db1"}`
		w.genie("POST", "alerts", create)
		w.expect("ana", 1, 0, "disk full")
		w.genie("PUT", "alerts/k/message?identifierType=alias", `{"message":"disk of db1 full"}`)
		w.genie("PUT", "alerts/k/description?identifierType=alias", `{"description":"98%"}`)
		w.genie("POST", "alerts/k/notes", `{"note":"swapping it","user":"watch"}`)
		w.tells(1, "swapping it")
		if got := w.inc(1).Title; got != "disk of db1 full" {
			t.Errorf("the title is %q", got)
		}
		w.genie("POST", "alerts/k/acknowledge", `{"user":"ana@example.com"}`)
		w.is(1, incident.Acknowledged)
		w.genie("POST", "alerts", create) // again while it is open: nothing new
		w.genie("POST", "alerts/k/close", `{"note":"swapped"}`)
		w.is(1, incident.Resolved)
		w.tells(1, "swapped")
		w.genie("PUT", "alerts/k/message", `{"message":"late"}`)
		w.is(1, incident.Resolved)
		w.genie("POST", "alerts", create)
		w.is(1, incident.Triggered)
		w.asks("ana", "1r", "resolved")
		w.genie("PUT", "alerts/k/message", `{"message":"late"}`)
		w.is(1, incident.Resolved)
		w.genie("POST", "alerts", create) // an event of its own, after a person resolved the last
		w.is(1, incident.Triggered)
		if n := w.count(); n != 1 {
			t.Errorf("%d incidents, want one that came back", n)
		}
	})
}
