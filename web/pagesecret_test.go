package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
)

// login makes a browser of a secret.
func (w *world) login(secret string) *browser {
	w.t.Helper()
	got := w.post("/login", "token="+secret)
	if got.status != http.StatusSeeOther {
		w.t.Fatalf("login with %s: got %d", secret, got.status)
	}
	return &browser{w, cookieOf(w.t, got)}
}

// vaultPages are all pages that could tell a secret, to who may see everything else.
func vaultPages(v *vaultWorld) []string {
	pages := []string{
		"/", "/?show=all", "/?show=all&q=zanzibar", "/?show=all&q=xanadu", "/?q=INC-" + fmt.Sprint(v.secret), "/?show=all&type=security", "/oncall", "/oncall/payments-primary",
		"/report", fmt.Sprintf("/report?sent=%d", v.secret), "/status", "/reviews", "/reviews?show=all", "/problems", "/problems?show=all",
		fmt.Sprintf("/problems?incident=%d", v.secret), "/reports?month=2026-11", "/reports?month=2026-11&by=team&by=type",
		"/reports/html?month=2026-11", "/reports/csv?month=2026-11", "/reports/json?month=2026-11", "/reports/markdown?month=2026-11", "/reports/table?month=2026-11",
		fmt.Sprintf("/problems/%d", v.openProblem), fmt.Sprintf("/problems/%d", v.secretProblem),
	}
	for _, n := range []int64{v.open, v.secret, v.later} {
		for _, path := range []string{"", "?show=people", "?order=oldest", "/review", "/review.md", "/review/edit"} {
			pages = append(pages, fmt.Sprintf("/i/%d%s", n, path))
		}
	}
	return pages
}

// TestPagesKeepSecrets asks for every page as everybody: no word and no number of a secret is on a page for who is outside.
func TestPagesKeepSecrets(t *testing.T) {
	v := newVaultWorld(t)
	for _, a := range askers {
		if len(a.token.Secrets) == 0 {
			continue
		}
		b := v.login(a.token.Secrets[0])
		var all strings.Builder
		for _, path := range vaultPages(v) {
			got := b.get(path)
			if got.status >= 500 {
				t.Errorf("%s as %s: got %d", path, a.name, got.status)
			}
			low := strings.ToLower(got.body)
			if a.inside {
				all.WriteString(low)
				continue
			}
			asked := strings.Contains(path, "q=") || strings.Contains(path, fmt.Sprintf("/i/%d", v.secret)) || strings.Contains(path, fmt.Sprintf("/i/%d", v.later))
			for _, word := range secretWords {
				if strings.Contains(low, word) && !strings.Contains(path, word) {
					t.Errorf("%s tells %s of %q", path, a.name, word)
				}
			}
			for _, ref := range []string{incident.Ref(v.secret) + "<", incident.Ref(v.secret) + " ", incident.Ref(v.later) + "<", fmt.Sprintf(`href="/i/%d"`, v.secret), fmt.Sprintf(`href="/i/%d"`, v.later)} {
				if strings.Contains(got.body, ref) && !asked {
					t.Errorf("%s names %s to %s", path, ref, a.name)
				}
			}
		}
		for _, word := range secretWords {
			if a.inside && !strings.Contains(all.String(), word) {
				t.Errorf("%s finds %q on no page", a.name, word)
			}
		}
	}
}

// TestTitlesAndFiguresNameNoSecret: a title and the fields of a review tell no number of a secret to who is outside, wherever they
// stand, and an edit by who does not see it does not take it away.
func TestTitlesAndFiguresNameNoSecret(t *testing.T) {
	v := newVaultWorld(t)
	bo := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
	said := "like " + incident.Ref(v.secret)
	v.do(t, v.open, incident.Amend{By: bo, Title: said})
	_, err := v.engine.DoReview(t.Context(), v.open, review.Edit{By: bo, Title: &said, Users: &said, Contacts: &said, Money: &said, DetectedBy: &said}, bo)
	must(t, err)
	_, err = v.engine.DoProblem(t.Context(), v.openProblem, prb.Edit{By: bo, Title: &said}, bo)
	must(t, err)
	b := v.login("s-responder")
	at := fmt.Sprintf("/i/%d/review", v.open)
	pages := map[string]answer{"bulk": b.post("/bulk", fmt.Sprintf("do=close&n=%d", v.open))}
	for _, path := range []string{"/", "/report", at, at + ".md", at + "/edit", "/reviews", "/problems", fmt.Sprintf("/problems/%d", v.openProblem), fmt.Sprintf("/i/%d", v.open)} {
		pages[path] = b.get(path)
	}
	pages["the API"] = v.by(askers[2], "GET", ref(v.open)+"/review", "")
	for path, page := range pages {
		if strings.Contains(page.body, said+"<") || strings.Contains(page.body, said+"\n") || strings.Contains(page.body, said+`"`) {
			t.Errorf("%s names a secret", path)
		}
	}
	has(t, "the page", pages[at], "like INC-…")
	form := url.Values{"do": {"save"}}
	for _, m := range regexp.MustCompile(`(?s)<(?:input|textarea)[^>]* name="([^"]+)"[^>]*?(?: value="([^"]*)")?>([^<]*)`).FindAllStringSubmatch(pages[at+"/edit"].body, -1) {
		if m[1] != "do" && m[1] != "participants" {
			form.Set(m[1], strings.TrimSpace(html.UnescapeString(m[2]+m[3])))
		}
	}
	form.Set("summary", "It was very slow.")
	b.sent(at, form)
	var r review.Review
	must(t, v.store.View(t.Context(), func(tx store.Tx) (err error) { r, err = tx.Review(v.open); return err }))
	if r.Summary != "It was very slow." || r.RootCauseProblem != v.secretProblem || r.Title != said || r.Impact.Users != said || !strings.Contains(r.Trigger, incident.Ref(v.secret)) {
		t.Errorf("got %q, the problem %d, %q, %q, %q", r.Summary, r.RootCauseProblem, r.Title, r.Impact.Users, r.Trigger)
	}
}

// TestAProblemOfASecretIsASecret: whichever way it is opened, unless who opens it says otherwise.
func TestAProblemOfASecretIsASecret(t *testing.T) {
	v := newVaultWorld(t)
	bo := askers[7]
	got := v.by(bo, "POST", "/api/v1/problems", fmt.Sprintf(`{"title":"okapi","incidents":[%d]}`, v.secret))
	page := v.login("s-bo").sent("/problems", form("title", "okapi", "incidents", incident.Ref(v.later)))
	if got.status != http.StatusCreated || !strings.Contains(got.body, `"type":"security"`) {
		t.Errorf("got %d %s", got.status, got.body)
	}
	has(t, "the page", page, "okapi", "Security", "checkout")
	hasNot(t, "the list of who is outside", v.login("s-responder").get("/problems"), "okapi")
}

// TestALinkKeepsSecrets: who got a text about one incident learns nothing of another that is hidden from them.
func TestALinkKeepsSecrets(t *testing.T) {
	v := newVaultWorld(t)
	page := v.get(v.link(v.open, "dee", v.incident(v.open).Epoch))
	has(t, "the page", page, "HighErrorRate", "see INC-… and PRB-…")
	hasNot(t, "the page", page, append(secretWords, incident.Ref(v.secret)+" ", "Zanzibar")...)
}

// TestWhoIsOutsideCannotActOnSecrets sends every form about a secret: each answers as for what does not exist.
func TestWhoIsOutsideCannotActOnSecrets(t *testing.T) {
	v := newVaultWorld(t)
	b := v.login("s-responder")
	before := v.incident(v.secret)
	for _, f := range [][2]string{
		{"/i/%d/act", "do=note&text=x"}, {"/i/%d/act", "do=ack"}, {"/i/%d/act", "do=resolve&code=fixed&text=x"}, {"/i/%d/act", "do=merge&into=OPEN"}, {"/i/%d/reporter", "do=note&text=x"},
		{"/i/%d/review", "do=draft"}, {"/i/%d/review", "do=submit"}, {"/i/%d/review", "do=save&title=x"}, {"/i/%d/review", "do=add&text=x"},
	} {
		form := strings.ReplaceAll(f[1], "OPEN", fmt.Sprint(v.open))
		if got := b.post(fmt.Sprintf(f[0], v.secret), form); got.status != http.StatusNotFound {
			t.Errorf("%s %s: got %d, want 404", f[0], form, got.status)
		}
	}
	secret, cause := incident.Ref(v.secret), fmt.Sprintf("PRB-%d", v.secretProblem)
	for path, form := range map[string]string{
		fmt.Sprintf("/i/%d/act", v.open):             "do=merge&into=" + secret,
		fmt.Sprintf("/i/%d/act?", v.open):            "do=relate&kind=child&to=" + secret,
		fmt.Sprintf("/i/%d/act?x", v.open):           "do=relate&kind=problem&to=" + cause,
		fmt.Sprintf("/problems/%d", v.openProblem):   "do=link&incident=" + secret,
		fmt.Sprintf("/problems/%d?", v.openProblem):  "do=resolve&code=duplicate&text=x&other=" + cause,
		fmt.Sprintf("/problems/%d", v.secretProblem): "do=note&text=x",
		"/problems": "title=x&incidents=" + secret,
	} {
		if got := b.post(path, form); got.status < 400 || got.status >= 500 {
			t.Errorf("%s %s: got %d, want a refusal", path, form, got.status)
		}
	}
	got := b.post("/bulk", fmt.Sprintf("do=ack&n=%d&n=%d", v.secret, v.open))
	has(t, "the bulk act", got, "Acknowledged 1 of 2 incidents", "not yours to see")
	hasNot(t, "the bulk act", got, "Zanzibar")
	if after := v.incident(v.secret); after.UpdatedAt != before.UpdatedAt || after.Entries != before.Entries {
		t.Error("something happened to the secret incident")
	}
}

// TestAReporterOfASecretGetsItsNumber: who reports a security incident learns that it is taken, and no more.
func TestAReporterOfASecretGetsItsNumber(t *testing.T) {
	v := newVaultWorld(t)
	b := v.login("s-viewer")
	got := b.post("/report", "title=My+account+was+used&text=at+night&service=database&type=security&impact=high&urgency=high")
	if got.status != http.StatusSeeOther {
		t.Fatalf("got %d: %s", got.status, got.body)
	}
	page := b.get(got.header.Get("Location"))
	has(t, "the answer", page, "Thank you", "It is confidential: only the team sees it", "INC-")
	hasNot(t, "the answer", page, "My account", "Ana Ruiz", `href="/i/`)
	hasNot(t, "another reader", v.login("s-responder").get(got.header.Get("Location")), "It is confidential", "Thank you")
}

// TestStatusPageTellsWhatWasPublished: nothing but public updates is on it, and nothing of what is a secret by now.
func TestStatusPageTellsWhatWasPublished(t *testing.T) {
	v := newVaultWorld(t)
	if got := v.get("/status"); got.status != http.StatusSeeOther || !strings.HasPrefix(got.header.Get("Location"), "/login?next=") {
		t.Errorf("without a login: got %d", got.status)
	}
	page := v.login("s-viewer").get("/status")
	has(t, "the page", page, "How we do", "We know what it is.", "Disruption: cause identified, a fix is under way", "Disruption, cause identified", "database", "Operational", `http-equiv="refresh"`)
	v.change(func(c *web.Config) { c.StatusPage.Public = true })
	page = v.get("/status")
	has(t, "the public page", page, "We know what it is.")
	hasNot(t, "the public page", page, "HighErrorRate", "INC-", "/i/", "Bo Lind", "bo ", "xanadu", "mail", "Log out", "<script", "rouse.test", `href="/"`)
	if got := page.header.Get("Cache-Control"); got != "public, max-age=15" {
		t.Errorf("Cache-Control: got %q", got)
	}
}
