package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/report"
	"github.com/rouse/rouse/web"
)

// secretWords stand in the secret records and nowhere else: in a title, a note, a label, a cause, a review.
var secretWords = []string{"zanzibar", "xanadu", "quokka", "wombat", "okapi"}

// asker is somebody who asks the API.
type asker struct {
	name   string
	token  web.Token // without a secret: nobody
	inside bool      // of the team, or its manager, or an admin
}

// askers are every role, inside and outside of the team whose the secrets are; those outside ask first.
var askers = []asker{
	{"nobody", web.Token{}, false},
	{"viewer outside", web.Token{User: "dee", Role: web.Viewer, Secrets: []string{"s-viewer"}}, false},
	{"responder outside", web.Token{User: "eve", Role: web.Responder, Secrets: []string{"s-responder"}}, false},
	{"manager outside", web.Token{User: "fay", Role: web.Manager, Secrets: []string{"s-manager"}}, false},
	{"viewer without a user", web.Token{Role: web.Viewer, Secrets: []string{"s-bot1"}}, false},
	{"manager without a user", web.Token{Role: web.Manager, Secrets: []string{"s-bot2"}}, false},
	{"viewer of the team", web.Token{User: "ana", Role: web.Viewer, Secrets: []string{"s-ana"}}, true},
	{"responder of the team", web.Token{User: "bo", Role: web.Responder, Secrets: []string{"s-bo"}}, true},
	{"manager of the team", web.Token{User: "cy", Role: web.Manager, Secrets: []string{"s-cy"}}, true},
	{"admin", web.Token{User: "dee", Role: web.Admin, Secrets: []string{"s-admin"}}, true},
}

// probe is a request. Of one about a secret, twin is the same request about what does not exist: whoever is outside must not be
// able to tell the two apart.
type probe struct{ path, body, twinPath, twinBody string }

// bodies are what is sent to each route that acts, by its pattern; OPEN is the number of the ordinary incident. A route that is not here fails the test.
var bodies = map[string]string{
	"PATCH /api/v1/incidents/{n}":           `{"title":"Checkout","reason":"x"}`,
	"POST /api/v1/incidents/{n}/ack":        ``,
	"POST /api/v1/incidents/{n}/resolve":    `{"note":"x"}`,
	"POST /api/v1/incidents/{n}/escalate":   ``,
	"POST /api/v1/incidents/{n}/reassign":   `{"to":"bo"}`,
	"POST /api/v1/incidents/{n}/hold":       `{"reason":"vendor"}`,
	"POST /api/v1/incidents/{n}/resume":     ``,
	"POST /api/v1/incidents/{n}/note":       `{"text":"x"}`,
	"POST /api/v1/incidents/{n}/close":      `{}`,
	"POST /api/v1/incidents/{n}/confirm":    `{}`,
	"POST /api/v1/incidents/{n}/reopen":     `{"reason":"x"}`,
	"POST /api/v1/incidents/{n}/diagnosis":  `{"kind":"finding","text":"x"}`,
	"POST /api/v1/incidents/{n}/links":      `{"href":"https://example.com/x"}`,
	"POST /api/v1/incidents/{n}/roles":      `{"role":"commander","to":"bo"}`,
	"POST /api/v1/incidents/{n}/updates":    `{"audience":"responders","text":"x"}`,
	"POST /api/v1/incidents/{n}/responders": `{"users":["bo"]}`,
	"POST /api/v1/incidents/{n}/merge":      `{"into":OPEN}`,
	"POST /api/v1/incidents/{n}/relations":  `{"kind":"parent","to":OPEN}`,

	"POST /api/v1/incidents/{n}/review":                   ``,
	"PATCH /api/v1/incidents/{n}/review":                  `{"lucky":["x"]}`,
	"POST /api/v1/incidents/{n}/review/require":           ``,
	"POST /api/v1/incidents/{n}/review/submit":            ``,
	"POST /api/v1/incidents/{n}/review/approve":           ``,
	"POST /api/v1/incidents/{n}/review/return":            `{"reason":"x"}`,
	"POST /api/v1/incidents/{n}/review/publish":           ``,
	"POST /api/v1/incidents/{n}/review/items":             `{"text":"x"}`,
	"PATCH /api/v1/incidents/{n}/review/items/{id}":       `{"ticket":"x"}`,
	"POST /api/v1/incidents/{n}/review/items/{id}/done":   ``,
	"POST /api/v1/incidents/{n}/review/items/{id}/drop":   `{"note":"x"}`,
	"POST /api/v1/incidents/{n}/review/items/{id}/reopen": ``,
	"POST /api/v1/incidents/{n}/review/lines":             `{"at":"2026-11-23T03:00:00Z","what":"x"}`,
	"PATCH /api/v1/incidents/{n}/review/lines/{id}":       `{"hidden":true}`,

	"PATCH /api/v1/problems/{n}":        `{"title":"x"}`,
	"POST /api/v1/problems/{n}/analyse": `{"cause":"x"}`,
	"POST /api/v1/problems/{n}/fix":     ``,
	"POST /api/v1/problems/{n}/resolve": `{"code":"canceled","note":"x"}`,
	"POST /api/v1/problems/{n}/reopen":  `{"reason":"x"}`,
	"POST /api/v1/problems/{n}/close":   ``,
	"POST /api/v1/problems/{n}/note":    `{"text":"x"}`,
	"POST /api/v1/problems/{n}/link":    `{"incident":OPEN}`,
	"POST /api/v1/problems/{n}/unlink":  `{"incident":OPEN}`,

	"POST /api/v1/incidents":             `{"service":"search","title":"No results"}`,
	"POST /api/v1/bulk":                  `{"numbers":[OPEN],"action":"note","with":{"text":"x"}}`,
	"POST /api/v1/problems":              `{"title":"x"}`,
	"POST /api/v1/subscribers":           `{}`,
	"DELETE /api/v1/subscribers/{id}":    ``,
	"DELETE /api/v1/schedules/{id}/ical": ``,
	"DELETE /api/v1/users/{id}/ical":     ``,

	"POST /api/v1/overrides":        `{"schedule":"office","user":"bo","to":"2026-12-24 09:00"}`,
	"POST /api/v1/overrides/swap":   `{"schedule":"payments-secondary","user":"cy","with":"ana"}`,
	"DELETE /api/v1/overrides/{id}": ``,
	"POST /api/v1/leave":            `{"user":"ana","leave":[{"from":"2026-12-24","to":"2026-12-25"}]}`,
	"DELETE /api/v1/leave/{id}":     ``,
	"POST /api/v1/silences":         `{"matchers":["a=b"],"for":"2h"}`,
	"DELETE /api/v1/silences/{id}":  ``,
	"POST /api/v1/send":             `{"user":"bo"}`,
	"POST /api/v1/drills/{name}":    ``,
	"POST /api/v1/erase":            `{"user":"zed"}`,
	"POST /-/reload":                ``,
}

// lists are the routes that read and name no record in their path, each with the queries that could find a secret.
func (v *vaultWorld) lists() map[string][]string {
	return map[string][]string{
		"GET /api/v1/incidents": {
			"", "?q=zanzibar", "?q=xanadu", "?format=csv", "?format=csv&q=zanzibar", "?label=alertname%3DZanzibar+login", "?type=security", "?category=breach",
			"?rule=Zanzibar+login", "?service=database", "?assignee=bo", "?limit=1", "?state=open", "?breached=true",
		},
		"GET /api/v1/reviews":  {"", "?state=draft"},
		"GET /api/v1/problems": {"", "?q=zanzibar", "?q=okapi", "?service=database"},
		"GET /api/v1/report": {
			"", "?format=html", "?format=markdown&compare=true", "?format=table&by=service,type", "?format=csv&by=category", "?format=csv&section=noise",
			"?format=csv&section=causes", "?format=csv&section=incidents", "?month=2026-11",
		},
		"GET /api/v1/status": {""}, "GET /api/v1/acts": {"", "?limit=1000"}, "GET /api/v1/audit/verify": {""},
		"GET /api/v1/changes": {""}, "GET /api/v1/subscribers": {""}, "GET /api/v1/oncall": {""}, "GET /api/v1/users": {""}, "GET /api/v1/schedules": {""},
		"GET /api/v1/schedules/{id}/shifts": {""}, "GET /api/v1/schedules/{id}/rota": {"", "?format=svg"}, "GET /api/v1/schedules/{id}/ical": {""}, "GET /api/v1/users/{id}/ical": {""}, "GET /api/v1/overrides": {""}, "GET /api/v1/silences": {""}, "GET /api/v1/contacts": {""}, "GET /api/v1/lines": {""},
		"GET /api/v1/leave": {"", "?all=true"}, "GET /api/v1/fairness": {""}, "GET /api/v1/heartbeats": {""}, "GET /api/v1/backup": {""},
		"GET /api/v1/drills": {""},
	}
}

// further are requests that name a secret in their body, with their twins.
func (v *vaultWorld) further() map[string][]probe {
	about := func(path, format string, secret int64) probe {
		return probe{path: path, body: fmt.Sprintf(format, secret), twinPath: path, twinBody: fmt.Sprintf(format, gone)}
	}
	inc, prb := ref(v.open), fmt.Sprintf("/api/v1/problems/%d", v.openProblem)
	query := func(format string, secret int64) probe {
		return probe{path: "/api/v1/incidents" + fmt.Sprintf(format, secret), twinPath: "/api/v1/incidents" + fmt.Sprintf(format, gone)}
	}
	return map[string][]probe{
		"GET /api/v1/incidents":            {query("?parent=%d", v.secret), query("?problem=%d", v.secretProblem), query("?format=csv&parent=%d", v.secret)},
		"POST /api/v1/incidents/{n}/merge": {about(inc+"/merge", `{"into":%d}`, v.secret)},
		"POST /api/v1/incidents/{n}/relations": {
			about(inc+"/relations", `{"kind":"parent","to":%d}`, v.secret), about(inc+"/relations", `{"kind":"child","to":%d,"undo":true}`, v.later),
			about(inc+"/relations", `{"kind":"problem","to":%d,"undo":true}`, v.secretProblem),
		},
		"PATCH /api/v1/incidents/{n}/review": {about(inc+"/review", `{"problem":%d}`, v.secretProblem)},
		"POST /api/v1/problems":              {about("/api/v1/problems", `{"title":"x","incidents":[%d]}`, v.secret)},
		"POST /api/v1/problems/{n}/link":     {about(prb+"/link", `{"incident":%d}`, v.secret)},
		"POST /api/v1/problems/{n}/unlink":   {about(prb+"/unlink", `{"incident":%d}`, v.secret)},
		"POST /api/v1/problems/{n}/resolve":  {about(prb+"/resolve", `{"code":"duplicate","note":"x","duplicateOf":%d}`, v.secretProblem)},
		"POST /api/v1/bulk": {
			about("/api/v1/bulk", `{"numbers":[%d],"action":"note","with":{"text":"x"}}`, v.secret), about("/api/v1/bulk", `{"numbers":[%d],"action":"amend","with":{"title":"x"}}`, v.later),
			about("/api/v1/bulk", fmt.Sprintf(`{"numbers":[%d],"action":"merge","with":{"into":%%d}}`, v.open), v.secret),
		},
	}
}

// probes are the requests for one route; ok is false when the tests know none.
func (v *vaultWorld) probes(rt web.Route) (all []probe, ok bool) {
	body, acts := bodies[rt.Pattern]
	body = strings.ReplaceAll(body, "OPEN", fmt.Sprint(v.open))
	at := func(n int64) string {
		return strings.NewReplacer("{n}", fmt.Sprint(n), "{id...}", v.openPage, "/shifts", "/shifts", "schedules/{id}", "schedules/office", "users/{id}", "users/ana", "subscribers/{id}", "subscribers/"+v.subID, "{id}", "1").Replace(rt.Path)
	}
	switch {
	case strings.Contains(rt.Path, "/pages/"):
		return []probe{{path: at(0)}, {path: "/api/v1/pages/" + v.secretPage, twinPath: "/api/v1/pages/TEST-99/x"}}, true
	case strings.Contains(rt.Path, "/incidents/{n}"):
		all = []probe{{path: at(v.open), body: body}, {path: at(v.secret), body: body, twinPath: at(gone), twinBody: body}, {path: at(v.later), body: body, twinPath: at(gone), twinBody: body}}
	case strings.Contains(rt.Path, "/problems/{n}"):
		all = []probe{{path: at(v.openProblem), body: body}, {path: at(v.secretProblem), body: body, twinPath: at(gone), twinBody: body}}
	case acts:
		all = []probe{{path: at(0), body: body}}
	}
	for _, q := range v.lists()[rt.Pattern] {
		all = append(all, probe{path: at(0) + q})
	}
	all = append(all, v.further()[rt.Pattern]...)
	return all, len(all) > 0 && (acts || rt.Method == http.MethodGet)
}

// TestSecretsByRoleRouteAndObject is generated: every route of the table, every role inside and outside of the team, each object
// that the route can be about. Nobody outside learns a secret word or number, or can tell a secret from what does not exist.
func TestSecretsByRoleRouteAndObject(t *testing.T) {
	asked := 0
	for _, rt := range web.Routes() {
		if !rt.API && !rt.Status {
			continue
		}
		t.Run(rt.Pattern, func(t *testing.T) {
			v := newVaultWorld(t)
			all, ok := v.probes(rt)
			if !ok {
				t.Fatal("the tests know no request for this route: add one")
			}
			for _, a := range askers {
				for _, p := range all {
					asked++
					v.check(t, rt, a, p)
				}
			}
		})
	}
	if asked < 1000 {
		t.Errorf("%d requests are too few", asked)
	}
}

func (v *vaultWorld) check(t *testing.T, rt web.Route, a asker, p probe) {
	t.Helper()
	got := v.by(a, rt.Method, p.path, p.body)
	what := fmt.Sprintf("%s: %s %s %s", a.name, rt.Method, p.path, p.body)
	rank := map[web.Role]int{web.Viewer: 1, web.Responder: 2, web.Manager: 3, web.Admin: 4}
	secret := p.twinPath != ""
	switch {
	case a.name == "nobody":
		if got.status != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", what, got.status)
		}
	case rank[a.token.Role] < rank[rt.Needs]:
		if got.status != http.StatusForbidden {
			t.Errorf("%s: got %d, want 403", what, got.status)
		}
	case secret && !a.inside:
		twin := v.by(a, rt.Method, p.twinPath, p.twinBody)
		if got.status != twin.status || same(got.body) != same(twin.body) {
			t.Errorf("%s: got %d %s, of what does not exist %d %s", what, got.status, got.body, twin.status, twin.body)
		}
	case got.status == http.StatusUnauthorized || got.status == http.StatusForbidden && !mayRefuse(rt, a) || got.status >= 500:
		t.Errorf("%s: got %d %s", what, got.status, got.body)
	case rt.Method == http.MethodGet && !secret && got.status != http.StatusOK:
		t.Errorf("%s: got %d %s", what, got.status, got.body)
	case got.status == http.StatusNotFound && secret:
		t.Errorf("%s: hidden from who may see it: %s", what, got.body)
	}
	if !a.inside {
		v.quiet(t, what, got, strings.Contains(rt.Path, "/bulk"))
	}
}

// TestWhoBelongsToItSeesTheSecrets: what the test above looks for is there to be found.
func TestWhoBelongsToItSeesTheSecrets(t *testing.T) {
	v := newVaultWorld(t)
	for _, a := range askers {
		if !a.inside {
			continue
		}
		var all strings.Builder
		for _, path := range []string{
			ref(v.secret), ref(v.secret) + "/review", ref(v.open), "/api/v1/incidents?q=xanadu", "/api/v1/reviews", "/api/v1/problems", ref(v.open) + "/review",
			fmt.Sprintf("/api/v1/problems/%d", v.openProblem), "/api/v1/incidents?format=csv",
		} {
			all.WriteString(strings.ToLower(v.by(a, "GET", path, "").body))
		}
		for _, w := range append(secretWords, fmt.Sprintf("inc-%d", v.secret), fmt.Sprintf("prb-%d", v.secretProblem), fmt.Sprintf(`"parent":%d`, v.secret)) {
			if !strings.Contains(all.String(), w) {
				t.Errorf("%s does not find %q", a.name, w)
			}
		}
	}
	v.clock.Add(time.Minute) // a report is of the time before now
	for _, a := range askers[1:] {
		var r report.Report
		must(t, json.Unmarshal([]byte(v.by(a, "GET", "/api/v1/report?by=category", "").body), &r))
		if want := map[bool]int{true: 3, false: 1}[a.inside]; r.Total.Incidents != want {
			t.Errorf("%s: the report counts %d incidents, want %d", a.name, r.Total.Incidents, want)
		}
	}
	acts := v.by(askers[len(askers)-1], "GET", "/api/v1/acts?limit=1000", "").body
	if !strings.Contains(acts, "xanadu") {
		t.Errorf("an admin finds no words in the audit log: %s", acts)
	}
}

// mayRefuse are routes that a role is enough for only where one acts for oneself.
func mayRefuse(rt web.Route, a asker) bool {
	own := []string{"POST /api/v1/incidents/{n}/confirm", "POST /api/v1/subscribers", "DELETE /api/v1/subscribers/{id}"}
	return a.token.Role == web.Viewer && slices.Contains(own, rt.Pattern) || rt.Pattern == "POST /api/v1/send" || rt.Pattern == "DELETE /api/v1/users/{id}/ical" || rt.Pattern == "POST /api/v1/leave"
}

func (v *vaultWorld) by(a asker, method, path, body string) answer {
	v.t.Helper()
	r := v.request(method, path, body)
	if len(a.token.Secrets) > 0 {
		r.Header.Set("Authorization", "Bearer "+a.token.Secrets[0])
	}
	return v.ask(r)
}

var correlation = regexp.MustCompile(`"correlationId":"[0-9a-f]+"`)

// same is a body without what differs between any two requests, such as the number that was asked for.
func same(body string) string {
	return regexp.MustCompile(`"number":\d+`).ReplaceAllString(correlation.ReplaceAllString(body, ""), "")
}

// quiet fails when an answer tells of a secret. echo: the numbers that were asked for stand in the answer.
func (v *vaultWorld) quiet(t *testing.T, what string, got answer, echo bool) {
	t.Helper()
	all := strings.ToLower(got.body + fmt.Sprint(got.header))
	for _, w := range secretWords {
		if at := strings.Index(all, w); at >= 0 {
			t.Errorf("%s: the answer tells %q: …%s…", what, w, all[max(0, at-80):min(len(all), at+40)])
		}
	}
	refs := regexp.MustCompile(fmt.Sprintf(`(?i)INC-(%d|%d)\b|PRB-%d\b`, v.secret, v.later, v.secretProblem))
	if at := refs.FindStringIndex(got.body); at != nil {
		t.Errorf("%s: the answer names a secret: …%s…", what, got.body[max(0, at[0]-80):min(len(got.body), at[1]+20)])
	}
	var body any
	if !echo && json.Unmarshal([]byte(got.body), &body) == nil {
		v.quietNumbers(t, what, "", body)
	}
}

// quietNumbers looks for the numbers of secrets in fields that hold numbers of records.
func (v *vaultWorld) quietNumbers(t *testing.T, what, field string, body any) {
	t.Helper()
	switch b := body.(type) {
	case map[string]any:
		for k, x := range b {
			v.quietNumbers(t, what, k, x)
		}
	case []any:
		for _, x := range b {
			v.quietNumbers(t, what, field, x)
		}
	case float64:
		n := int64(b)
		incidents := []string{"number", "incident", "parent", "duplicateOf", "previous", "children", "merged", "incidents", "last_incident", "next"}
		if slices.Contains(incidents, field) && (n == v.secret || n == v.later) && !strings.Contains(what, "/problems") && !strings.Contains(what, "/report") {
			t.Errorf("%s: %s is the number of a secret incident", what, field)
		}
		if field == "problem" && n == v.secretProblem {
			t.Errorf("%s: the number of a secret problem", what)
		}
	}
}
