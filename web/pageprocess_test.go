package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
)

// sent posts a form, and returns the page to which the answer leads.
func (b *browser) sent(path string, form url.Values) answer {
	b.w.t.Helper()
	got := b.post(path, form.Encode())
	if got.status != http.StatusSeeOther {
		b.w.t.Fatalf("%s %v: got %d: %s", path, form, got.status, faultIn(got.body))
	}
	return b.get(got.header.Get("Location"))
}

// refuses posts a form that is refused, and returns the page that says why.
func (b *browser) refuses(path string, form url.Values, want ...string) answer {
	b.w.t.Helper()
	got := b.post(path, form.Encode())
	if got.status < 400 || got.status >= 500 {
		b.w.t.Errorf("%s %v: got %d, want a refusal", path, form, got.status)
	}
	got.status = http.StatusOK
	has(b.w.t, path+" "+form.Encode(), got, want...)
	return got
}

var faultForm = regexp.MustCompile(`(?s)class="fault".*?</p>`)

func faultIn(body string) string { return faultForm.FindString(body) }

// form makes a form of names and values in turn.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for k := 0; k < len(pairs); k += 2 {
		v.Add(pairs[k], pairs[k+1])
	}
	return v
}

func (g *gallery) paths() []string {
	i := func(n int64) string { return fmt.Sprintf("/i/%d", n) }
	return []string{
		"/", "/?show=all", "/?show=on_hold&service=database&priority=P1&type=technical&assignee=ana&breached=1", "/?q=receipts&show=all", "/oncall", "/oncall/payments-primary", "/report", "/status",
		i(g.fresh), i(g.fresh) + "?show=notes", i(g.held), i(g.told), i(g.late), i(g.reported), i(g.old), i(g.drafted), i(g.old) + "/review", i(g.drafted) + "/review", i(g.fresh) + "/review",
		"/reviews", "/reviews?show=all", "/problems", "/problems?show=all", fmt.Sprintf("/problems/%d", g.problem), "/reports?month=2026-11", "/reports?from=2026-11-01&to=2026-11-07&by=priority",
	}
}

// TestEveryPageForEveryRole: each page renders for each role, well formed for everybody, and offers nothing that the role forbids.
func TestEveryPageForEveryRole(t *testing.T) {
	g := newGallery(t)
	for _, role := range []string{"viewer", "responder", "manager", "admin"} {
		b := g.browse(role)
		paths := g.paths()
		if role != "viewer" {
			paths = append(paths, fmt.Sprintf("/i/%d/review/edit", g.drafted), fmt.Sprintf("/i/%d", g.secret))
		}
		for _, path := range paths {
			if role == "manager" && path == fmt.Sprintf("/i/%d", g.secret) {
				continue // cy is the team's manager; seen by the others of the list
			}
			got := b.get(path)
			has(t, role+" "+path, got)
			wellFormed(t, role+" "+path, got.body)
			if role == "viewer" && path != "/report" && path != fmt.Sprintf("/i/%d", g.reported) {
				hasNot(t, role+" "+path, got, "<textarea", `/act"`, `method="post" action="/bulk"`, `method="post" action="/problems`, `/review"><input`)
			}
		}
	}
}

// wellFormed: each field has a label, each page a language, a title, one heading of the first rank, and no identifier twice.
func wellFormed(t *testing.T, what, body string) {
	t.Helper()
	if strings.Count(body, "<h1") != 1 || !strings.Contains(body, `<html lang="en">`) || !strings.Contains(body, "<title>") || !strings.Contains(body, `class="skip"`) {
		t.Errorf("%s lacks a language, a title, a way past the menu or its one heading", what)
	}
	for _, field := range regexp.MustCompile(`<(?:input|textarea|select)[^>]*>`).FindAllStringIndex(body, -1) {
		if strings.Contains(body[field[0]:field[1]], `type="hidden"`) {
			continue
		}
		if strings.LastIndex(body[:field[0]], "<label") <= strings.LastIndex(body[:field[0]], "</label") {
			t.Errorf("%s: %s has no label", what, body[field[0]:field[1]])
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if ids[m[1]] {
			t.Errorf("%s has the identifier %s twice", what, m[1])
		}
		ids[m[1]] = true
	}
	if at := strings.Index(body, "<no value>"); at >= 0 {
		t.Errorf("%s has a hole: %s", what, body[max(0, at-80):at])
	}
}

// TestWhatHelpedLastTime: who is paged again reads at once what is known, from the incident's page.
func TestWhatHelpedLastTime(t *testing.T) {
	g := newGallery(t)
	page := g.browse("responder").get(fmt.Sprintf("/i/%d", g.fresh))
	has(t, "the page", page, "What helped last time", "Restart two checkout pods at a time", "PRB-1", "It happened before", fmt.Sprintf("INC-%d", g.old), "Pool of database connections ran dry",
		"the same group of alerts", "Changes around its beginning", "checkout 2.15 to production", "45 min before it began", "service checkout", "Known error", "Repeats", "Dashboard",
		"Response", "2 min left, by 04:14", "60 % used", "P1 = high impact × high urgency", "Scribe", "The next update is due at 04:39")
	hasNot(t, "the page", page, "search 1.9 to production</p><p class=\"sub\"><b>It caused")
	has(t, "one on hold", g.browse("responder").get(fmt.Sprintf("/i/%d", g.held)), "Paused", "waiting for vendor", "Go on")
	has(t, "one that is late", g.browse("responder").get(fmt.Sprintf("/i/%d", g.late)), "Breached", "2 h 40 min over")
}

// TestProcessForms goes through what the process adds to an incident, by its forms.
func TestProcessForms(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	path := fmt.Sprintf("/i/%d", g.fresh)
	act := path + "/act"
	b.refuses(act, form("do", "resolve", "code", "fixed", "text", " "), "not resolved without a note", "Write it below", `id="d-resolve" open`)
	b.refuses(act, form("do", "change", "priority", "P4", "title", "Kept <title>"), "A reason is needed", `value="Kept &lt;title&gt;"`, `<option value="P4" selected>`, `id="d-more" class="rest" open`)
	page := b.sent(act, form("do", "change", "priority", "P2", "reason", "it is the weekend"))
	has(t, "changed", page, "P2, set by you: it is the weekend. High impact × high urgency would be P1.")
	has(t, "back to the matrix", b.sent(act, form("do", "change", "priority", "matrix", "reason", "no")), "P1 = high impact × high urgency")
	has(t, "diagnosed", b.sent(act, form("do", "diagnose", "kind", "factor", "text", "No limit on the pool")), "Contributing factors", "No limit on the pool")
	has(t, "a workaround", b.sent(act, form("do", "diagnose", "kind", "workaround", "text", "Turn it off and on")), "What helps", "Turn it off and on")
	has(t, "attached", b.sent(act, form("do", "attach", "href", "https://example.com/graph", "name", "The graph")), `href="https://example.com/graph"`, "The graph")
	b.refuses(act, form("do", "attach", "href", "javascript:alert(1)"), "is not possible here", "Write an address such as", `id="d-attach" open`)
	has(t, "a role", b.sent(act, form("do", "role", "role", "commander", "to", "ana")), "Commander", "ana is commander")
	b.refuses(act, form("do", "inform", "text", "x"), "Nobody was chosen", "Tick at least one name", `id="d-inform" open`)
	has(t, "people added", b.sent(act, form("do", "inform", "who", "cy", "who", "dee", "text", "you know it")), "cy, dee added as responders")
	b.sent(act, form("do", "ack"))
	has(t, "on hold", b.sent(act, form("do", "hold", "reason", "vendor", "text", "ticket 4711", "for", "2h")), "On hold until 06:12", "vendor: ticket 4711", "Paused")
	b.refuses(act, form("do", "hold", "reason", "", "text", ""), "A reason is needed to put an incident on hold", `id="d-hold" open`)
	has(t, "resumed", b.sent(act, form("do", "resume")), "Work goes on")
	b.refuses(act, form("do", "merge", "into", "INC-999"), "no such incident", `value="INC-999"`)
	b.refuses(act, form("do", "merge", "into", "the other"), "is no reference number", `value="the other"`)
	has(t, "a child", b.sent(act, form("do", "relate", "kind", "child", "to", fmt.Sprintf("inc-%d", g.told))), "Child", "PaymentsSlow")
	b.refuses(act, form("do", "relate", "kind", "problem", "to", "PRB-9"), "no such problem")
	b.refuses(act, form("do", "nonsense"), "is not possible here")
	has(t, "resolved", b.sent(act, form("do", "resolve", "code", "by_change", "text", "Rolled it back")), "Resolved. Thank you", "Rolled it back", "by change")
	b.refuses(act, form("do", "close", "text", "x"), "Its review is required and not published yet")
	has(t, "reopened", b.sent(act, form("do", "reopen", "text", "It is back")), "Open again", "It is back")
	has(t, "merged", b.sent(fmt.Sprintf("/i/%d/act", g.fresh), form("do", "merge", "into", fmt.Sprintf("INC-%d", g.late))), "Merged", "Duplicate of", "SlowQueries")
}

// TestStatusUpdateForm: the words of a phase are there to be sent, changed, or left to the phase that was chosen.
func TestStatusUpdateForm(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	path := fmt.Sprintf("/i/%d", g.fresh)
	usual := "We are looking into trouble with checkout. More by 03:42 UTC."
	has(t, "the form", b.get(path), usual+"</textarea>", `data-words="We know what is wrong with checkout and are mending it."`, "Stakeholders and subscribers", "Everybody: and the status page")
	send := func(phase, text string) string {
		b.sent(path+"/act", form("do", "update", "audience", "public", "phase", phase, "usual", usual, "usual-phase", "investigating", "text", text))
		return g.incident(g.fresh).PublicStatus.Text
	}
	for _, tt := range []struct{ what, phase, text, want string }{
		{"as it is", "investigating", usual, usual},
		{"another phase, the words left alone", "identified", usual, "We know what is wrong with checkout and are mending it."},
		{"own words", "identified", "It is the pool.", "It is the pool."},
		{"none", "monitoring", "", "checkout is mended and we are watching it."},
	} {
		if got := send(tt.phase, tt.text); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.what, got, tt.want)
		}
	}
	has(t, "the page", b.get(path), "What they were told", "checkout is mended and we are watching it.", "Monitoring · to everybody")
	b.refuses(path+"/act", form("do", "update", "audience", "public", "phase", "resolved", "text", "x"), "not resolved yet")
	page := b.get(fmt.Sprintf("/i/%d", g.secret))
	has(t, "a secret", page, "told to its responders alone")
	hasNot(t, "a secret", page, "Everybody: and the status page")
}

// TestReporter: who reported an incident says that it is over, or is not, whatever their role.
func TestReporter(t *testing.T) {
	g := newGallery(t)
	b := g.browse("viewer")
	path := fmt.Sprintf("/i/%d", g.reported)
	page := b.get(path)
	has(t, "the page", page, "You reported this", "Yes, it is over", "No, it is still broken", "I paid twenty minutes ago")
	hasNot(t, "the page", page, "/act\"")
	b.refuses(path+"/reporter", form("do", "reopen", "text", ""), "A reason is needed", `id="d-still" open`)
	b.refuses(path+"/reporter", form("do", "resolve"), "is not possible here")
	has(t, "still broken", b.sent(path+"/reporter", form("do", "reopen", "text", "Still no mail")), "Open again", "Still no mail", "Tell us more")
	has(t, "more", b.sent(path+"/reporter", form("do", "note", "text", "Neither today")), "Noted", "Neither today")
	_, err := g.engine.Do(t.Context(), g.reported, incident.Resolve{By: person("bo"), Note: "Sent again"})
	must(t, err)
	has(t, "over", b.sent(path+"/reporter", form("do", "confirm", "satisfied", "4")), "Closed", "Confirmed by", "4 of 5")
	if got := b.post(fmt.Sprintf("/i/%d/reporter", g.told), "do=note&text=x"); got.status != 422 {
		t.Errorf("of somebody else's: got %d, want 422", got.status)
	}
}

// TestFollow: whoever looks may be told of a service's updates, and no longer.
func TestFollow(t *testing.T) {
	g := newGallery(t)
	b := g.browse("viewer")
	path := fmt.Sprintf("/i/%d", g.told)
	has(t, "before", b.get(path), "Updates of checkout", "Tell me of every update")
	has(t, "followed", b.sent(path+"/follow", form("do", "start")), "You are told of every update", "Stop telling me")
	has(t, "followed twice", b.sent(path+"/follow", form("do", "start")), "Stop telling me")
	must(t, g.store.View(t.Context(), func(tx store.Tx) error {
		all, err := tx.Subscribers()
		if len(all) != 1 || all[0].User != "dee" || all[0].Service != "checkout" {
			t.Errorf("got %+v", all)
		}
		return err
	}))
	has(t, "no longer", b.sent(path+"/follow", form("do", "stop")), "Tell me of every update")
	bot := g.browse("bot")
	hasNot(t, "nobody's login", bot.get(path), "Updates of checkout")
	if got := bot.post(path+"/follow", "do=start"); got.status != 422 {
		t.Errorf("nobody's login: got %d, want 422", got.status)
	}
}

// TestReportForm: what was typed stays when something is missing, and the answer says who is woken.
func TestReportForm(t *testing.T) {
	g := newGallery(t)
	b := g.browse("viewer")
	has(t, "the form", b.get("/report"), "Known already", "PaymentsSlow", "What do you see?")
	b.refuses("/report", form("title", "", "text", "<b>white</b>", "service", "checkout", "impact", "high", "since", "2026-11-23T03:00"), "Say in one line what is broken", "&lt;b&gt;white", `value="high" checked`, `value="2026-11-23T03:00"`)
	b.refuses("/report", form("title", "It is white"), "Say which service it is", `value="It is white"`)
	b.refuses("/report", form("title", "x", "service", "nothing"), "no service nothing", "Choose a service from the list")
	b.refuses("/report", form("title", "x", "service", "checkout", "since", "2027-01-01T00:00"), "It cannot have begun in the future")
	page := b.sent("/report", form("title", "The shop is white", "text", "All of it", "service", "checkout", "impact", "high", "urgency", "high", "since", "2026-11-23T04:02"))
	has(t, "sent", page, "Thank you", "The shop is white", "Ana Ruiz is being paged", "See INC-")
	n := g.newest(t)
	i := g.incident(n)
	if i.Reporter != "dee" || i.Priority != "P1" || !i.StartedAt.Equal(time.Date(2026, time.November, 23, 3, 2, 0, 0, time.UTC)) || i.Description != "All of it" {
		t.Errorf("got %s %s %s %q", i.Reporter, i.Priority, i.StartedAt, i.Description)
	}
	hasNot(t, "of somebody else's", b.get(fmt.Sprintf("/report?sent=%d", g.fresh)), "Thank you")
}

// TestReportFormTwice: a hurried thumb reports once; who goes back and changes the words reports another.
func TestReportFormTwice(t *testing.T) {
	g := newGallery(t)
	b := g.browse("viewer")
	has(t, "the form", b.get("/report"), `name="once" value="`)
	said := []string{"once", "KEY", "title", "The shop is white", "service", "checkout", "impact", "high", "urgency", "high"}
	b.sent("/report", form(said...))
	n := g.newest(t)
	has(t, "sent again", b.sent("/report", form(said...)), "Thank you", incident.Ref(n))
	if m := g.newest(t); m != n {
		t.Errorf("sent twice, it opened %s and %s", incident.Ref(n), incident.Ref(m))
	}
	said[3] = "The shop is black"
	b.sent("/report", form(said...))
	if m := g.newest(t); m != n+1 {
		t.Errorf("another report with the same form opened %s, want %s", incident.Ref(m), incident.Ref(n+1))
	}
	b.refuses("/report", form("once", "KEY2", "title", ""), "Say in one line", `name="once" value="KEY2"`)
}

func (g *gallery) newest(t *testing.T) (n int64) {
	t.Helper()
	must(t, g.store.View(t.Context(), func(tx store.Tx) error {
		all, err := tx.List(store.Filter{Limit: 1})
		if err == nil {
			n = all[0].Number
		}
		return err
	}))
	return n
}

func TestListPageFilters(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	for _, tt := range []struct{ query, want, not string }{
		{"?q=receipts&show=all", "Receipts are not sent", "SlowQueries"},
		{"?q=queued&show=all", "Receipts are not sent", "SlowQueries"}, // a word of its note
		{"?q=receipts", "Look in every state", "Receipts are not sent</span>"},
		{"?service=database", "SlowQueries", "PaymentsSlow"},
		{"?priority=P3&show=all", "QueueGrows-1", "SlowQueries"},
		{"?assignee=ana", "ReplicaBehind", "SlowQueries"},
		{"?breached=1", "SlowQueries", "ReplicaBehind"},
		{"?type=security", "Somebody reads the vault", "SlowQueries"},
		{"?show=on_hold", "ReplicaBehind", "SlowQueries"},
		{"?show=nonsense", "SlowQueries", "Receipts are not sent"},
	} {
		page := b.get("/" + tt.query)
		has(t, tt.query, page, tt.want)
		hasNot(t, tt.query, page, tt.not)
	}
	if got := b.get(fmt.Sprintf("/?q=inc-%d", g.old)); got.header.Get("Location") != fmt.Sprintf("/i/%d", g.old) {
		t.Errorf("a number leads to %q", got.header.Get("Location"))
	}
	has(t, "the list", b.get("/"), "Resolution breached", "2 h 40 min over", "Resolution paused", "Response on time")
}

func TestBulkForm(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	got := b.post("/bulk", fmt.Sprintf("do=ack&n=%d&n=%d&n=999", g.fresh, g.held))
	has(t, "acknowledged", got, "Acknowledged 2 of 3 incidents", "HighErrorRate", "There is no such incident")
	got = b.post("/bulk", fmt.Sprintf("do=resolve&code=fixed&n=%d&n=%d", g.fresh, g.late))
	has(t, "resolved without a note", got, "Resolved 0 of 2 incidents", "not resolved without a note", "The others once more",
		fmt.Sprintf(`<input type="hidden" name="n" value="%d"><input type="hidden" name="n" value="%d">`, g.fresh, g.late), `<option value="fixed" selected>`, "Resolve 2 incidents")
	got = b.post("/bulk", fmt.Sprintf("do=resolve&code=fixed&text=All+over&n=%d&n=%d", g.fresh, g.late))
	has(t, "resolved", got, "Resolved 2 incidents")
	if i := g.incident(g.late); i.State != incident.Resolved || i.Note != "All over" {
		t.Errorf("got %s %q", i.State, i.Note)
	}
	for _, bad := range []string{"do=ack", "do=ack&n=x", "do=reopen&n=1", "n=1"} {
		if got := b.post("/bulk", bad); got.status != 422 {
			t.Errorf("%s: got %d, want 422", bad, got.status)
		}
	}
}

// TestTimelineChapters: a timeline is narrowed and turned by links, without a script.
func TestTimelineChapters(t *testing.T) {
	g := newGallery(t)
	b := g.browse("viewer")
	path := fmt.Sprintf("/i/%d", g.told)
	page := b.get(path + "?show=updates")
	story := page.body[strings.Index(page.body, `id="timeline"`):]
	if !strings.Contains(story, "Payments are slower than usual") || strings.Contains(story, "Acknowledged by bo") {
		t.Errorf("updates alone: %s", story)
	}
	page = b.get(path + "?order=oldest")
	has(t, "turned", page, "Newest first")
	if strings.Index(page.body, "Opened as P1") > strings.Index(page.body, "Acknowledged by bo") {
		t.Error("the oldest does not come first")
	}
}

// TestHostileProcess writes markup wherever the process lets people write.
func TestHostileProcess(t *testing.T) {
	for k, bad := range hostile {
		if strings.Contains(bad, "\x00") || strings.TrimSpace(bad) == "" {
			continue
		}
		g := newGallery(t)
		b := g.browse("responder")
		act := fmt.Sprintf("/i/%d/act", g.fresh)
		for _, f := range []url.Values{
			form("do", "change", "title", bad, "reason", bad, "priority", "P2"), form("do", "diagnose", "kind", "workaround", "text", bad), form("do", "diagnose", "kind", "factor", "text", bad),
			form("do", "attach", "href", "https://example.com/x", "name", bad), form("do", "update", "audience", "public", "phase", "identified", "text", bad), form("do", "ack"), form("do", "hold", "reason", "vendor", "text", bad),
		} {
			b.sent(act, f)
		}
		b.sent("/problems", form("title", bad, "cause", bad, "workaround", bad, "incidents", fmt.Sprint(g.fresh)))
		reviewAt := fmt.Sprintf("/i/%d/review", g.drafted)
		b.sent(reviewAt, form("do", "save", "title", bad, "summary", bad, "factors", bad, "trigger", bad, "external", bad))
		b.sent(reviewAt, form("do", "add", "text", bad, "ticket", bad))
		b.sent(reviewAt, form("do", "line", "at", "2026-11-13T05:30", "who", bad, "text", bad))
		b.sent("/report", form("title", bad, "text", bad, "service", "mail"))
		pages := append(g.paths(), "/problems/2", reviewAt+"/edit", "/?show=all&q="+url.QueryEscape(bad), "/?service="+url.QueryEscape(bad), "/reports?by="+url.QueryEscape(bad), "/reports?month="+url.QueryEscape(bad),
			fmt.Sprintf("/report?sent=%d", g.newest(t)), "/reviews?show="+url.QueryEscape(bad))
		for _, path := range pages {
			got := b.get(path)
			if got.status >= 500 {
				t.Errorf("%q at %s: got %d", bad, path, got.status)
			}
			clean(t, fmt.Sprintf("%d %s", k, path), got.body)
		}
		for _, f := range []url.Values{form("do", "merge", "into", bad), form("do", "resolve", "code", bad, "text", bad), form("do", bad), form("do", "hold", "for", bad, "text", bad)} {
			clean(t, fmt.Sprintf("%d refused %v", k, f), b.post(act, f.Encode()).body)
		}
		clean(t, "a bulk form", b.post("/bulk", form("do", bad, "n", bad).Encode()).body)
		clean(t, "a report", b.post("/report", form("title", bad, "text", bad, "service", bad, "impact", bad, "since", bad).Encode()).body)
		g.change(func(c *web.Config) { c.StatusPage.Title = bad })
		clean(t, "the status page", g.get("/status").body)
	}
}
