package web_test

import (
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/web/client"
)

// request is one request of the test below, with the route that it is for.
type request struct{ method, path, route, body string }

// TestRealAnswersFit sends a request to every route, good ones and bad ones, and checks the answers against the description.
func TestRealAnswersFit(t *testing.T) {
	w := newProcessWorld(t)
	doc := describe(t, w)
	seen := map[string]bool{}
	for _, rq := range requests(t, w) {
		r := w.request(rq.method, rq.path, rq.body)
		r.Header.Set("Authorization", "Bearer secret-admin")
		got := w.ask(r)
		op := doc.Paths.Value(rq.route).GetOperation(rq.method)
		fits(t, rq.method+" "+rq.path, op, got)
		if in := op.RequestBody; in != nil && rq.body != "" && got.status < 300 {
			validate(t, rq.path, in.Value.Content.Get("application/json").Schema, rq.body)
		}
		seen[rq.method+" "+rq.route] = seen[rq.method+" "+rq.route] || got.status < 300
		if got.status >= 500 {
			t.Errorf("%s %s: got %d %s", rq.method, rq.path, got.status, got.body)
		}
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
	for _, path := range []string{"/api/v1/incidents", "/api/v1/acts", "/api/v1/status"} { // without a token
		fits(t, path, doc.Paths.Value(path).Get, w.get(path))
	}
}

func requests(t *testing.T, w *world) []request {
	n := w.fire("checkout", "HighErrorRate", alert.Alert{Key: "k", Title: "second", Source: "http://prometheus.example.com/graph", Links: []alert.Link{{Href: "https://example.com", Text: "x"}}, Annotations: alert.Labels{"a": "b"}})
	_, err := w.api("admin").AddSilence(t.Context(), client.NewSilence{Matchers: []string{"alertname=Muted"}, For: "1d"})
	must(t, err)
	muted := w.fire("mail", "Muted")
	held := w.fire("mail", "Held")
	by := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "sms"}
	_, err = w.engine.Do(t.Context(), held, incident.Note{By: incident.Actor{Kind: incident.ByUser, Name: "zed"}, Text: "zed was here"})
	must(t, err)
	for _, a := range []incident.Action{incident.Ack{By: by, User: "bo"}, incident.Hold{By: by, Reason: "vendor", Until: night.Add(time.Hour)}} {
		_, err := w.engine.Do(t.Context(), held, a)
		must(t, err)
	}
	own := w.report("admin", client.Report{Service: "mail", Title: "No mail", Impact: "low", Urgency: "low"})
	w.record(alert.Change{Integration: "ci", Summary: "deploy checkout 7", At: night, Details: map[string]string{"cluster": "eu-1"}, Links: []alert.Link{{Href: "https://ci.example.com/7"}}})
	o, err := w.api("admin").AddOverride(t.Context(), client.NewOverride{Schedule: "office", User: "bo", To: "2026-11-24 09:00"})
	must(t, err)
	s, err := w.api("admin").AddSilence(t.Context(), client.NewSilence{Matchers: []string{"a=b"}, For: "1d"})
	must(t, err)
	var page string
	must(t, w.store.View(t.Context(), viewPages(n, &page)))
	all := incidentRequests(n, muted, held, own)
	all = append(all, reviewRequests(n)...)
	all = append(all, problemRequests(n)...)
	return append(all, otherRequests(page, o.ID, s.ID)...)
}

func incidentRequests(n, muted, held, own int64) []request {
	const one = "/api/v1/incidents/{n}"
	act := func(k int64, verb, body string) request {
		return request{"POST", "/api/v1/incidents/" + incident.Ref(k) + "/" + verb, one + "/" + verb, body}
	}
	read := func(k int64, rest string) request {
		return request{"GET", "/api/v1/incidents/" + incident.Ref(k) + rest, one + rest, ""}
	}
	return []request{
		{"GET", "/api/v1/incidents", "/api/v1/incidents", ""},
		{"GET", "/api/v1/incidents?limit=1", "/api/v1/incidents", ""},
		{"GET", "/api/v1/incidents?format=csv", "/api/v1/incidents", ""},
		{"GET", "/api/v1/incidents?state=nonsense", "/api/v1/incidents", ""},
		{"POST", "/api/v1/incidents", "/api/v1/incidents", `{"service":"mail","title":"x","text":"y","impact":"low","urgency":"low","type":"request","startedAt":"2026-11-23T03:00:00Z"}`},
		{"POST", "/api/v1/incidents", "/api/v1/incidents", `{"service":"none","title":"x"}`},
		read(n, ""), read(muted, ""), read(held, ""), read(99, ""),
		act(n, "escalate", ""),
		act(n, "ack", `{"for":"2h"}`),
		act(n, "note", `{"text":"x"}`),
		{"PATCH", "/api/v1/incidents/1", one, `{"priority":"P2","reason":"x","updateEvery":"1h"}`},
		{"PATCH", "/api/v1/incidents/1", one, `{"priority":"P2"}`},
		act(n, "diagnosis", `{"kind":"finding","text":"x"}`),
		act(n, "diagnosis", `{"kind":"workaround","text":"restart it"}`),
		act(n, "diagnosis", `{"kind":"guess","text":"x"}`),
		act(n, "links", `{"href":"https://wiki.example.com/x","text":"x"}`),
		act(n, "roles", `{"role":"commander","to":"bo"}`),
		act(n, "updates", `{"audience":"public","phase":"investigating","text":"We look.","next":"1h"}`),
		read(n, "/updates"), read(n, "/similar"), read(n, "/changes"), read(n, "/sla"), read(n, "/explanation"),
		act(n, "responders", `{"users":["cy","team/payments"],"why":"x"}`),
		act(n, "responders", `{"users":["receiver/room"]}`),
		act(n, "relations", `{"kind":"child","to":3}`),
		act(n, "hold", `{"reason":"x","until":"morning"}`),
		act(n, "resume", ""),
		act(n, "reassign", `{"to":"bo"}`),
		act(muted, "merge", `{"into":1}`),
		{"POST", "/api/v1/bulk", "/api/v1/bulk", `{"numbers":[1,3,99],"action":"note","with":{"text":"x"}}`},
		act(n, "resolve", `{"code":"fixed","note":"x"}`),
		act(n, "reopen", `{"reason":"x"}`),
		act(n, "review/require", ``),
		act(n, "resolve", `{"code":"fixed","note":"x"}`),
		act(n, "ack", ``),
		act(own, "resolve", `{"note":"x"}`),
		act(own, "confirm", `{"note":"x","satisfied":5}`),
		read(n, ""), read(own, ""),
	}
}

func reviewRequests(n int64) []request {
	const one = "/api/v1/incidents/{n}/review"
	at := ref(n) + "/review"
	do := func(rest, body string) request { return request{"POST", at + rest, one + rest, body} }
	return []request{
		{"GET", at, one, ""},
		do("", ""), do("", ""),
		{"GET", at, one, ""},
		{"GET", at + "?format=markdown&zone=Europe/Madrid", one, ""},
		{"PATCH", at, one, `{"summary":"x","factors":["y"],"owner":"bo","participants":["ana"],"durationSeconds":60,"meetingAt":"2026-11-30T09:00:00Z","problem":0}`},
		{"PATCH", at, one, `{"owner":"nobody"}`},
		do("/items", `{"text":"x","type":"prevent","owner":"bo","due":"2026-12-01T09:00:00Z"}`),
		{"PATCH", at + "/items/1", one + "/items/{id}", `{"ticket":"T-1"}`},
		{"POST", at + "/items/1/done", one + "/items/{id}/done", ""},
		{"POST", at + "/items/1/reopen", one + "/items/{id}/reopen", ""},
		{"POST", at + "/items/1/drop", one + "/items/{id}/drop", `{"note":"x"}`},
		{"POST", at + "/items/9/drop", one + "/items/{id}/drop", `{"note":"x"}`},
		do("/lines", `{"at":"2026-11-23T03:00:00Z","who":"bo","what":"x"}`),
		{"PATCH", at + "/lines/1", one + "/lines/{id}", `{"hidden":true}`},
		do("/submit", ""), do("/approve", `{"note":"x"}`), do("/return", `{"reason":"x"}`), do("/publish", ""),
		{"GET", "/api/v1/reviews?state=draft,published", "/api/v1/reviews", ""},
		{"POST", ref(n) + "/close", "/api/v1/incidents/{n}/close", `{"note":"x","confirmed":"the shops"}`},
	}
}

func problemRequests(n int64) []request {
	const all, one = "/api/v1/problems", "/api/v1/problems/{n}"
	do := func(verb, body string) request {
		return request{"POST", "/api/v1/problems/PRB-1/" + verb, one + "/" + verb, body}
	}
	return []request{
		{"POST", all, all, `{"title":"x","service":"checkout","owner":"bo","cause":"y","incidents":[1]}`},
		{"POST", all, all, `{"title":"x","team":"none"}`},
		{"GET", all + "?state=live&q=x", all, ""},
		{"GET", all + "/1", one, ""}, {"GET", all + "/9", one, ""},
		{"PATCH", all + "/1", one, `{"title":"z"}`},
		do("analyse", `{"workaround":"restart it"}`), do("fix", ``), do("note", `{"text":"x"}`),
		do("link", `{"incident":3}`), do("unlink", `{"incident":3}`),
		do("resolve", `{"code":"fix_applied","note":"x"}`), do("reopen", `{"reason":"x"}`), do("resolve", `{"code":"canceled","note":"x"}`), do("close", ``),
		do("close", ``),
	}
}

func otherRequests(page, override, silence string) []request {
	return []request{
		{"GET", "/api/v1/oncall", "/api/v1/oncall", ""},
		{"GET", "/api/v1/users", "/api/v1/users", ""},
		{"GET", "/api/v1/schedules", "/api/v1/schedules", ""},
		{"GET", "/api/v1/schedules/office/shifts", "/api/v1/schedules/{id}/shifts", ""},
		{"POST", "/api/v1/leave", "/api/v1/leave", `{"user":"ana","leave":[{"from":"2026-11-26","to":"2026-12-02","reason":"family"}]}`},
		{"POST", "/api/v1/leave", "/api/v1/leave", `{"user":"bo","calendar":"bo.ics","leave":[{"from":"2026-12-24T00:00:00Z","to":"2026-12-25T00:00:00Z"}]}`},
		{"POST", "/api/v1/leave", "/api/v1/leave", `{"user":"zed","leave":[{"from":"2026-11-26","to":"2026-12-02"}]}`},
		{"GET", "/api/v1/fairness?schedule=office&schedule=payments-primary&from=2026-11-01&to=2026-12-01", "/api/v1/fairness", ""},
		{"GET", "/api/v1/fairness?schedule=none", "/api/v1/fairness", ""},
		{"GET", "/api/v1/leave?user=ana", "/api/v1/leave", ""},
		{"DELETE", "/api/v1/leave/lv-2", "/api/v1/leave/{id}", ""},
		{"GET", "/api/v1/schedules/office/ical", "/api/v1/schedules/{id}/ical", ""},
		{"DELETE", "/api/v1/schedules/office/ical", "/api/v1/schedules/{id}/ical", ""},
		{"GET", "/api/v1/users/ana/ical", "/api/v1/users/{id}/ical", ""},
		{"DELETE", "/api/v1/users/ana/ical", "/api/v1/users/{id}/ical", ""},
		{"GET", "/api/v1/schedules/payments-primary/rota?to=2027-04-01", "/api/v1/schedules/{id}/rota", ""},
		{"GET", "/api/v1/overrides?all=true", "/api/v1/overrides", ""},
		{"POST", "/api/v1/overrides", "/api/v1/overrides", `{"schedule":"office","user":"bo","to":"2026-12-24 09:00","reason":"x"}`},
		{"POST", "/api/v1/overrides/swap", "/api/v1/overrides/swap", `{"schedule":"payments-secondary","user":"cy","with":"ana","reason":"x"}`},
		{"DELETE", "/api/v1/overrides/" + override, "/api/v1/overrides/{id}", ""},
		{"GET", "/api/v1/silences?all=true", "/api/v1/silences", ""},
		{"POST", "/api/v1/silences", "/api/v1/silences", `{"matchers":["a=b"],"for":"2h","comment":"x"}`},
		{"DELETE", "/api/v1/silences/" + silence, "/api/v1/silences/{id}", ""},
		{"POST", "/api/v1/send", "/api/v1/send", `{"user":"bo","via":"call","text":"x"}`},
		{"GET", "/api/v1/pages/" + page, "/api/v1/pages/{id}", ""},
		{"GET", "/api/v1/contacts", "/api/v1/contacts", ""},
		{"GET", "/api/v1/lines", "/api/v1/lines", ""},
		{"GET", "/api/v1/heartbeats", "/api/v1/heartbeats", ""},
		{"POST", "/api/v1/subscribers", "/api/v1/subscribers", `{"service":"checkout","address":"shop@example.com"}`},
		{"POST", "/api/v1/subscribers", "/api/v1/subscribers", `{"receiver":"none"}`},
		{"GET", "/api/v1/subscribers", "/api/v1/subscribers", ""},
		{"DELETE", "/api/v1/subscribers/sub-1", "/api/v1/subscribers/{id}", ""},
		{"GET", "/api/v1/changes", "/api/v1/changes", ""},
		{"GET", "/api/v1/report", "/api/v1/report", ""},
		{"GET", "/api/v1/report?month=2026-11&by=service,priority&format=html&zone=Europe/Madrid", "/api/v1/report", ""},
		{"GET", "/api/v1/report?format=csv&section=people", "/api/v1/report", ""},
		{"GET", "/api/v1/report?format=markdown&compare=true", "/api/v1/report", ""},
		{"GET", "/api/v1/report?format=table&from=2026-11-01&to=2026-12-01", "/api/v1/report", ""},
		{"GET", "/api/v1/report?by=colour", "/api/v1/report", ""},
		{"GET", "/api/v1/status", "/api/v1/status", ""},
		{"POST", "/api/v1/erase", "/api/v1/erase", `{"user":"zed","also":["Zed Long"]}`},
		{"POST", "/api/v1/erase", "/api/v1/erase", `{"user":"bo"}`},
		{"POST", "/api/v1/drills/weekly", "/api/v1/drills/{name}", ""},
		{"POST", "/api/v1/drills/nosuch", "/api/v1/drills/{name}", ""},
		{"GET", "/api/v1/drills", "/api/v1/drills", ""},
		{"GET", "/api/v1/acts", "/api/v1/acts", ""},
		{"GET", "/api/v1/audit/verify", "/api/v1/audit/verify", ""},
		{"POST", "/-/reload", "/-/reload", ""},
		{"GET", "/-/healthy", "/-/healthy", ""},
		{"GET", "/-/ready", "/-/ready", ""},
		{"GET", "/metrics", "/metrics", ""},
		{"GET", "/api/v1/openapi.yaml", "/api/v1/openapi.yaml", ""},
		{"GET", "/api/v1/openapi.json", "/api/v1/openapi.json", ""},
	}
}
