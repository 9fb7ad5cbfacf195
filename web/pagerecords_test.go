package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

// TestReviewPages writes a review from its draft to its end, by the forms.
func TestReviewPages(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	path := fmt.Sprintf("/i/%d/review", g.drafted)
	has(t, "the draft", b.get(path), "Draft", "Before it can be published", "a contributing factor", "an owner for action item 1", "Watch the age of the queue", "Missed", "7 min of 5 min")
	b.refuses(path, form("do", "publish"), "cannot be published yet", `id="d-publish" open`)
	version := regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(b.get(path + "/edit").body)[1]
	save := form("do", "save", "version", version, "title", "Payments stuck", "summary", "Payments stood still <b>for an hour</b>.", "factors", "The consumer has no limits\r\n\r\nNobody looks at it",
		"duration", "1h5m", "owner", "bo", "due", "2026-11-30", "participants", "bo", "participants", "ana")
	has(t, "saved", b.sent(path, save), "Payments stuck", "Payments stood still &lt;b&gt;for an hour", "<li>The consumer has no limits</li><li>Nobody looks at it</li>", "Mon 30 Nov", "Ana Ruiz")
	stale := b.refuses(path, save, "Somebody has changed the review while you wrote", "Payments stood still &lt;b&gt;for an hour")
	has(t, "what was typed", stale, "The consumer has no limits")
	b.refuses(path, form("do", "save", "title", "x", "duration", "soon"), "is no duration")
	b.refuses(path, form("do", "drop", "id", "1", "text", ""), "A reason is needed")
	has(t, "an item", b.sent(path, form("do", "item", "id", "1", "text", "Watch the age", "type", "detect", "owner", "bo", "due", "2026-12-10")), "Watch the age", "due Thu 10 Dec")
	has(t, "added", b.sent(path, form("do", "add", "text", "Limit it", "type", "prevent", "owner", "ana", "due", "2026-12-01", "ticket", "https://tracker.example.com/7")), "Limit it", "tracker.example.com")
	has(t, "a line", b.sent(path, form("do", "line", "at", "2026-11-13T05:30", "who", "Support", "text", "Called the bank")), "Called the bank", "Support")
	has(t, "left out", b.sent(path, form("do", "hide", "id", "2")), "left out of the document", "Put back")
	has(t, "submitted", b.sent(path, form("do", "submit")), "In review", "Approve")
	has(t, "returned", b.sent(path, form("do", "return", "text", "Say more")), "Returned to draft: Say more", "Submit for review")
	b.sent(path, form("do", "submit"))
	has(t, "approved", b.sent(path, form("do", "approve", "text", "Good")), "Approved", "Good")
	page := b.sent(path, form("do", "publish"))
	has(t, "published", page, "Published", "Markdown")
	hasNot(t, "published", page, "Edit the text", "Leave out", "Nothing noted yet")
	b.refuses(path, form("do", "save", "title", "Other"), "is published")
	has(t, "done", b.sent(path, form("do", "done", "id", "2", "text", "In 2.16")), "Done", "In 2.16")
	md := b.get(fmt.Sprintf("/i/%d/review.md", g.drafted))
	if got := md.header.Get("Content-Disposition"); !strings.Contains(got, fmt.Sprintf("review-INC-%d.md", g.drafted)) || !strings.HasPrefix(md.body, "# ") {
		t.Errorf("got %q and %.40q", got, md.body)
	}
	var r review.Review
	must(t, g.store.View(t.Context(), func(tx store.Tx) (err error) { r, err = tx.Review(g.drafted); return err }))
	if r.State != review.StatePublished || r.Impact.Duration != 65*time.Minute || r.Items[1].State != review.ItemDone {
		t.Errorf("got %s %s %s", r.State, r.Impact.Duration, r.Items[1].State)
	}
}

func TestReviewsPage(t *testing.T) {
	g := newGallery(t)
	page := g.browse("viewer").get("/reviews")
	has(t, "the list", page, "Overdue actions", "Drain connections before a pod stops", "overdue since Thu 12 Nov", "PaymentsStuck", "Draft", "Open actions", "Alert on a pool")
	has(t, "all", g.browse("viewer").get("/reviews?show=all"), "Published")
	g.do(g.late, incident.Resolve{By: person("bo"), Note: "x"})
	has(t, "what is owed", g.browse("viewer").get("/reviews"), "Owed and not begun", "SlowQueries", "due Sat 28 Nov")
	has(t, "no review", g.browse("responder").get(fmt.Sprintf("/i/%d/review", g.late)), "There is no review yet", "Draft the review")
	has(t, "drafted", g.browse("responder").sent(fmt.Sprintf("/i/%d/review", g.late), form("do", "draft")), "Draft", "Edit the text")
	hasNot(t, "for a viewer", g.browse("viewer").get(fmt.Sprintf("/i/%d/review", g.held)), "Draft the review")
}

func TestProblemPages(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	has(t, "the list", b.get("/problems"), "Connection pool runs dry", "Known error", "2 incidents", "workaround known")
	has(t, "from an incident", b.get(fmt.Sprintf("/problems?incident=%d", g.late)), fmt.Sprintf(`value="INC-%d"`, g.late), `id="d-open" open`)
	b.refuses("/problems", form("title", "", "cause", "Kept"), "A problem needs a title", "Kept</textarea>")
	b.refuses("/problems", form("title", "x", "incidents", "INC-999"), "no INC-999 that you may see")
	page := b.sent("/problems", form("title", "Queries are <slow>", "service", "database", "owner", "ana", "incidents", fmt.Sprintf("INC-%d, %d", g.late, g.held)))
	has(t, "opened", page, "Queries are &lt;slow&gt;", "SlowQueries", "ReplicaBehind", "Not known yet", "None is known")
	if i := g.incident(g.late); i.Problem != 2 {
		t.Errorf("the incident's problem is %d, want 2", i.Problem)
	}
	has(t, "analysed", b.sent("/problems/2", form("do", "analyse", "cause", "No index", "workaround", "Kill the query")), "Known error", "No index", "Kill the query")
	has(t, "told to its incidents", b.get(fmt.Sprintf("/i/%d", g.late)), "Kill the query", "What helped last time")
	b.refuses("/problems/2", form("do", "link", "incident", "soon"), "is no reference number")
	has(t, "unlinked", b.sent("/problems/2", form("do", "unlink", "incident", fmt.Sprint(g.held))), "is no longer linked")
	has(t, "being mended", b.sent("/problems/PRB-2", form("do", "fix", "text", "An index")), "Fix in progress", "An index")
	b.refuses("/problems/2", form("do", "resolve", "code", "fix_applied", "text", ""), "A note with some text is needed")
	b.refuses("/problems/2", form("do", "resolve", "code", "duplicate", "text", "x", "other", "PRB-77"), "no such problem")
	has(t, "resolved", b.sent("/problems/2", form("do", "resolve", "code", "fix_applied", "text", "There is an index")), "Resolved", "There is an index", "Fixed for good")
	has(t, "reopened", b.sent("/problems/2", form("do", "reopen", "text", "Not all of them")), "Opened again")
	b.sent("/problems/2", form("do", "resolve", "code", "risk_accepted", "text", "Rare enough"))
	page = b.sent("/problems/2", form("do", "close"))
	has(t, "closed", page, "Closed")
	hasNot(t, "closed", page, "Analyse", "Unlink")
	has(t, "a note after the end", b.sent("/problems/2", form("do", "note", "text", "It stays rare")), "It stays rare")
	if got := b.get("/problems/99"); got.status != http.StatusNotFound {
		t.Errorf("one that is not there: got %d", got.status)
	}
}

// TestAClosedIncidentIsLinkedToItsCause: most causes are found after their incidents.
func TestAClosedIncidentIsLinkedToItsCause(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	g.do(g.reported, incident.Close{By: person("bo")})
	b.sent("/problems", form("title", "Mail stands still"))
	has(t, "linked", b.sent("/problems/2", form("do", "link", "incident", fmt.Sprint(g.reported))), "Receipts are not sent")
	hasNot(t, "unlinked", b.sent("/problems/2", form("do", "unlink", "incident", fmt.Sprint(g.reported))), "Receipts are not sent</span>")
}

func TestReportsPage(t *testing.T) {
	g := newGallery(t)
	b := g.browse("viewer")
	page := b.get("/reports?month=2026-11&by=service&by=priority")
	has(t, "the page", page, "November 2026", "Not over yet", "Compared with all of October 2026", "By week", "checkout · P1", "The gravest", "What it cost people", "What came back", `title="2026-W48">23–29 Nov<`, `href="/reports/html?month=2026-11&amp;by=service&amp;by=priority"`, `href="/reports/csv?`)
	full := b.get("/reports/html?month=2026-11")
	has(t, "the full report", full, "November 2026", "How the numbers are worked out")
	if got := full.header.Get("Content-Security-Policy"); !strings.Contains(got, "style-src 'sha256-") {
		t.Errorf("the policy of the full report: %q", got)
	}
	for path, kind := range map[string]string{"/reports/csv": "text/csv", "/reports/json": "application/json", "/reports/markdown": "text/markdown", "/reports/table": "text/plain"} {
		if got := b.get(path + "?month=2026-11"); got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), kind) {
			t.Errorf("%s: got %d %s", path, got.status, got.header.Get("Content-Type"))
		}
	}
	for _, bad := range []string{"month=soon", "from=2026-11-07", "from=2026-11-07&to=2026-11-01", "from=1999-01-01&to=2026-11-01", "by=colour"} {
		if got := b.get("/reports?" + bad); got.status != 422 || !strings.Contains(got.body, `class="fault"`) {
			t.Errorf("%s: got %d", bad, got.status)
		}
		if got := b.get("/reports/csv?" + bad); got.status != 422 {
			t.Errorf("csv of %s: got %d", bad, got.status)
		}
	}
	if got := b.get("/reports/pdf"); got.status != http.StatusNotFound {
		t.Errorf("a format that there is not: got %d", got.status)
	}
}
