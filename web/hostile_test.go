package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// hostile is what a source or a person may write.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `</title><script>alert(1)</script>`,
	`<svg/onload=alert(1)>`, `javascript:alert(1)`, `{{.Title}}{{printf "%s" "x"}}`, `</textarea><script>alert(1)</script>`, `<!--`, `]]>`,
	`<a href="javascript:alert(1)">x</a>`, "<iframe src=//evil.example>", `&lt;script&gt;alert(1)&lt;/script&gt;`, "\u202e\u2066gnp.exe", "a\x00b", "<style>*{display:none}</style>",
	`<base href=//evil.example/>`, `<meta http-equiv=refresh content=0;url=//evil.example>`, `<form action=//evil.example>`,
}

// badLinks are addresses that must never become a link.
var badLinks = []string{
	"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>",
	"vbscript:x", "file:///etc/passwd", "//evil.example/x", "/logout", "http:///x", "http:evil", "ftp://x.example", "https://rouse.test@evil.example/", "", "x",
	"http://[::1", "mailto:x@example.com", "blob:https://x",
}

func TestHostileText(t *testing.T) {
	for k, bad := range hostile {
		w := newWorld(t)
		n := w.fire("checkout", bad, alert.Alert{Key: "k", Title: bad, Description: bad, Labels: alert.Labels{"evil": bad, bad: "x"}, Annotations: alert.Labels{"note": bad, bad: "y"}, Links: []alert.Link{{Href: "https://example.com/" + bad, Text: bad}}})
		do := func(a incident.Action) {
			t.Helper()
			_, err := w.engine.Do(t.Context(), n, a)
			must(t, err)
		}
		by := incident.Actor{Kind: incident.ByToken, Name: bad, Channel: bad}
		do(incident.Note{By: by, Text: bad})
		do(incident.Ack{By: by})
		do(incident.Hold{By: by, Reason: bad})
		_, err := w.engine.PutOverride(t.Context(), oncall.Override{Schedule: "office", User: "bo", From: night, To: night.AddDate(0, 0, 1), Reason: bad}, by)
		must(t, err)
		b := w.browse("manager")
		pages := map[string]answer{"list": b.get("/"), "all": b.get("/?show=all"), "incident": b.get(fmt.Sprintf("/i/%d", n)), "link": w.get(w.link(n, "ana", 1)), "oncall": b.get("/oncall")}
		do(incident.Resolve{By: by, Note: bad})
		pages["resolved"] = b.get(fmt.Sprintf("/i/%d", n))
		for name, p := range pages {
			if p.status != http.StatusOK {
				t.Fatalf("%q: the %s page: got %d", bad, name, p.status)
			}
			clean(t, fmt.Sprintf("%d %s", k, name), p.body)
		}
		for _, q := range []string{"/login?next=", "/?before=", "/i/", "/i/1/", "/i/1?did=", "/i/1?not=", "/?show=", "/assets/"} {
			clean(t, q, b.get(q+url.QueryEscape(bad)).body)
			clean(t, q, w.get(q+url.PathEscape(bad)).body)
		}
	}
}

// clean fails when a page holds markup that is not of its templates.
func clean(t *testing.T, what, body string) {
	t.Helper()
	low := strings.ToLower(body)
	for _, evil := range []string{
		"<script>", "<img", "onerror=alert(1)>", "<svg/", "<iframe", "<base", "<form action=//", "<!--", `href="javascript`, `href="data:`, "<style", "' onmouseover", "<meta http-equiv=refresh",
	} {
		if at := strings.Index(low, evil); at >= 0 {
			t.Errorf("%s: %q is in the page: …%s…", what, evil, body[max(0, at-60):min(len(body), at+60)])
		}
	}
	for _, part := range strings.Split(low, "<script")[1:] {
		if !strings.HasPrefix(part, ` src="/assets/`) {
			t.Errorf("%s: a script that is not ours: %.60s", what, part)
		}
	}
	for _, attribute := range []string{" style=", " onclick=", " onload="} {
		for _, tag := range strings.Split(low, "<")[1:] {
			head, _, _ := strings.Cut(tag, ">")
			if strings.Contains(head, attribute) && !strings.Contains(head, "&") {
				t.Errorf("%s: the attribute %s: %.80s", what, attribute, head)
			}
		}
	}
}

func TestBadLinksAreDropped(t *testing.T) {
	for _, bad := range badLinks {
		if got := web.WebLink(bad); got != "" {
			t.Errorf("%q became the link %q", bad, got)
		}
		w := newWorld(t)
		n := w.fire("database", "SlowQueries", alert.Alert{Key: "k", Title: "second", Source: bad, Links: []alert.Link{{Href: bad, Text: "here"}, {Href: "https://example.com/ok", Text: "good"}}, Annotations: alert.Labels{"dashboard": bad}})
		body := w.get(w.link(n, "ana", 1)).body
		for _, part := range strings.Split(body, `href="`)[1:] {
			href, _, _ := strings.Cut(part, `"`)
			if !strings.HasPrefix(href, "/assets/") && href != "/" && href != "#main" && href != fmt.Sprintf("/i/%d", n) && href != "https://example.com/ok" {
				t.Errorf("%q: the page links to %q", bad, href)
			}
		}
		d, err := w.api("viewer").Incident(t.Context(), n, 0)
		must(t, err)
		for _, a := range d.Alerts {
			for _, l := range a.Links {
				if l.Href != "https://example.com/ok" {
					t.Errorf("%q: the API hands out %q", bad, l.Href)
				}
			}
		}
	}
	for _, good := range []string{"https://example.com/a?b=c#d", "http://10.0.0.1:9090/graph", " https://example.com "} {
		if web.WebLink(good) != strings.TrimSpace(good) {
			t.Errorf("%q was dropped", good)
		}
	}
}

// spy counts what is done through an Engine and a Store, but for the line that the audit log gets of a backup.
type spy struct {
	web.Engine
	store.Store
	acts *int
}

func (s spy) Do(ctx context.Context, n int64, a incident.Action) (incident.Incident, error) {
	*s.acts++
	return s.Engine.Do(ctx, n, a)
}

func (s spy) Open(ctx context.Context, o incident.Open) (incident.Incident, error) {
	*s.acts++
	return s.Engine.Open(ctx, o)
}

func (s spy) Merge(ctx context.Context, source, target int64, by incident.Actor) (a, b incident.Incident, err error) {
	*s.acts++
	return s.Engine.Merge(ctx, source, target, by)
}

func (s spy) Relate(ctx context.Context, n int64, r incident.Relate) (incident.Incident, error) {
	*s.acts++
	return s.Engine.Relate(ctx, n, r)
}

func (s spy) DraftReview(ctx context.Context, n int64, by incident.Actor) (review.Review, error) {
	*s.acts++
	return s.Engine.DraftReview(ctx, n, by)
}

func (s spy) DoReview(ctx context.Context, n int64, a review.Action, by incident.Actor) (review.Review, error) {
	*s.acts++
	return s.Engine.DoReview(ctx, n, a, by)
}

func (s spy) OpenProblem(ctx context.Context, o problem.Open) (problem.Problem, error) {
	*s.acts++
	return s.Engine.OpenProblem(ctx, o)
}

func (s spy) DoProblem(ctx context.Context, n int64, a problem.Action, by incident.Actor) (problem.Problem, error) {
	*s.acts++
	return s.Engine.DoProblem(ctx, n, a, by)
}

func (s spy) Subscribe(ctx context.Context, x store.Subscriber, by incident.Actor) (store.Subscriber, error) {
	*s.acts++
	return s.Engine.Subscribe(ctx, x, by)
}

func (s spy) Unsubscribe(ctx context.Context, id string, by incident.Actor) error {
	*s.acts++
	return s.Engine.Unsubscribe(ctx, id, by)
}

func (s spy) PutOverride(ctx context.Context, o oncall.Override, by incident.Actor) (oncall.Override, error) {
	*s.acts++
	return s.Engine.PutOverride(ctx, o, by)
}

func (s spy) DeleteOverride(ctx context.Context, id string, by incident.Actor) error {
	*s.acts++
	return s.Engine.DeleteOverride(ctx, id, by)
}

func (s spy) PutLeave(ctx context.Context, u oncall.UserID, list []oncall.Leave, calendar string, by incident.Actor) ([]oncall.Leave, error) {
	*s.acts++
	return s.Engine.PutLeave(ctx, u, list, calendar, by)
}

func (s spy) DeleteLeave(ctx context.Context, id string, by incident.Actor) error {
	*s.acts++
	return s.Engine.DeleteLeave(ctx, id, by)
}

func (s spy) PutSilence(ctx context.Context, x router.Silence, by incident.Actor) (router.Silence, error) {
	*s.acts++
	return s.Engine.PutSilence(ctx, x, by)
}

func (s spy) ExpireSilence(ctx context.Context, id string, by incident.Actor) error {
	*s.acts++
	return s.Engine.ExpireSilence(ctx, id, by)
}

func (s spy) SendTest(ctx context.Context, u oncall.UserID, v oncall.Method, text string, by incident.Actor) (string, error) {
	*s.acts++
	return s.Engine.SendTest(ctx, u, v, text, by)
}

func (s spy) Update(ctx context.Context, fn func(store.Tx) error) error {
	*s.acts++
	return s.Store.Update(ctx, fn)
}

// TestAGetChangesNothing fetches every address there is, as the scanners of mail and chat do, with each method that is safe and
// with what a form would send in the query.
func TestAGetChangesNothing(t *testing.T) {
	acts, reloads := 0, 0
	w := newWorld(t, func(d *web.Deps) {
		s := spy{d.Engine, d.Store, &acts}
		d.Engine, d.Store = s, s
		d.Reload = func(context.Context) error { reloads++; return nil }
	})
	n := w.fire("checkout", "HighErrorRate")
	before := w.incident(n)
	link := w.link(n, "ana", 1)
	b := w.browse("admin")
	form := "?do=ack&for=2h&text=x&to=bo&code=fixed&user=bo&via=sms&schedule=office&until=morning&token=secret-admin"
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
		paths := []string{link, link + "/act", link + "/ack", "/i/1/act", "/i/1/ack"}
		for _, rt := range web.Routes() {
			paths = append(paths, fill(rt.Path))
		}
		for _, path := range paths {
			for _, q := range []string{"", form} {
				r := w.request(method, path+q, "")
				r.Header.Set("Authorization", "Bearer secret-admin")
				r.AddCookie(&http.Cookie{Name: b.cookie.Name, Value: b.cookie.Value})
				if got := w.ask(r); got.status >= 500 {
					t.Errorf("%s %s: got %d", method, path, got.status)
				}
			}
		}
	}
	if acts != 0 || reloads != 0 {
		t.Errorf("%d acts and %d reloads were done by safe methods", acts, reloads)
	}
	after := w.incident(n)
	if after.State != incident.Triggered || after.UpdatedAt.Before(before.UpdatedAt) || after.AckedBy != "" {
		t.Errorf("the incident is %s, acknowledged by %q", after.State, after.AckedBy)
	}
}

// TestCrossSite: a form that another site made the browser send does nothing, whatever the browser carries along.
func TestCrossSite(t *testing.T) {
	tests := []struct {
		name         string
		site, origin string
		want         bool
	}{
		{"our own page", "same-origin", "http://rouse.test", true},
		{"typed by hand", "none", "", true},
		{"another site", "cross-site", "https://evil.example", false},
		{"a sister of the same site", "same-site", "http://other.rouse.test", false},
		{"an old browser, our page", "", "http://rouse.test", true},
		{"an old browser, another site", "", "https://evil.example", false},
		{"an old browser in a sandbox", "", "null", false},
		{"no browser", "", "", true},
		{"a site that claims to be ours", "cross-site", "http://rouse.test.evil.example", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			n := w.fire("checkout", "HighErrorRate")
			b := w.browse("responder")
			post := func(path, form string) answer {
				r := w.request(http.MethodPost, path, form)
				r.AddCookie(&http.Cookie{Name: b.cookie.Name, Value: b.cookie.Value})
				if tt.site != "" {
					r.Header.Set("Sec-Fetch-Site", tt.site)
				}
				if tt.origin != "" {
					r.Header.Set("Origin", tt.origin)
				}
				return w.ask(r)
			}
			for _, p := range []struct{ path, form string }{
				{fmt.Sprintf("/i/%d/act", n), "do=note&text=hello"}, {w.link(n, "ana", 1) + "/act", "do=note&text=hello"},
				{"/login", "token=secret-viewer"}, {"/logout", "x=y"},
			} {
				got := post(p.path, p.form)
				if (got.status == http.StatusSeeOther) != tt.want || !tt.want && got.status != http.StatusForbidden {
					t.Errorf("%s: got %d, want done %t", p.path, got.status, tt.want)
				}
			}
			want := 0
			if tt.want {
				want = 2
			}
			if got := strings.Count(w.notes(n), "hello"); got != want {
				t.Errorf("got %d notes, want %d", got, want)
			}
		})
	}
}

// notes are the words of an incident's timeline.
func (w *world) notes(n int64) string {
	var out strings.Builder
	must(w.t, w.store.View(w.t.Context(), func(tx store.Tx) error {
		all, err := tx.Timeline(n)
		for _, e := range all {
			fmt.Fprintf(&out, "%s %s: %s\n", e.Kind, e.By, e.What)
		}
		return err
	}))
	return out.String()
}

// TestNoNumberIsShown: no phone number or address in full, in any answer.
func TestNoNumberIsShown(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	_, err := w.api("manager").Send(t.Context(), client.TestPage{User: "ana", Via: "email"})
	must(t, err)
	b := w.browse("admin")
	all := b.get("/").body + b.get("/oncall").body + b.get(fmt.Sprintf("/i/%d", n)).body + w.get(w.link(n, "ana", 1)).body
	for _, rt := range web.Routes() {
		if rt.API && rt.Method == http.MethodGet && rt.Path != "/api/v1/backup" { // a backup is everything, for admins alone
			r := w.request(rt.Method, fill(rt.Path), "")
			r.Header.Set("Authorization", "Bearer secret-admin")
			all += w.ask(r).body
		}
	}
	for _, secret := range []string{"+34600000001", "34600000001", "+46700000002", "+12025550103", "ana@example.com", "bo@example.com", "secret-"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if !strings.Contains(all, "+34…0001") {
		t.Error("not even the masked number is shown")
	}
}
