package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// crowd makes the world's policy page twelve people at once, the one who is logged in as responder among them.
func (w *world) crowd() {
	w.t.Helper()
	s := w.engine.Settings()
	book := *s.Book
	var users []oncall.User
	var team oncall.Team
	team.ID = "payments"
	for k := range 12 {
		id := oncall.UserID(fmt.Sprintf("u%02d", k))
		if k == 6 {
			id = "bo"
		}
		users = append(users, oncall.User{ID: id, Name: "Person " + string(id), Zone: time.UTC, Phone: fmt.Sprintf("+346000001%02d", k)})
		team.Members = append(team.Members, id)
	}
	everybody, err := oncall.ParseTarget("team/payments")
	must(w.t, err)
	level := oncall.Level{Targets: []oncall.Target{everybody}, Wait: 5 * time.Minute}
	book.Roster = oncall.NewRoster(users, []oncall.Team{team}, nil, []oncall.Policy{{ID: "payments", Levels: []oncall.Level{level, level}}}, "payments")
	s.Book = &book
	must(w.t, w.engine.Reload(w.t.Context(), s))
}

// TestManyPeopleArePaged: a line names a few, who looks first, and counts the others; and it does not name them all again.
func TestManyPeopleArePaged(t *testing.T) {
	w := newWorld(t)
	w.crowd()
	n := w.fire("checkout", "HighErrorRate")
	b := w.browse("responder")
	page := b.get(fmt.Sprintf("/i/%d", n))
	has(t, "the page", page, "Paging you, Person u00 and 10 others.", "The same people again, at 03:17.")
	hasNot(t, "the page", page, "are next")
	has(t, "the list", b.get("/"), "paging you, Person u00 and 10 others")
	has(t, "by a link", w.get(w.link(n, "u03", 1)), "Paging you, Person u00 and 10 others.")
}

// TestWhatBecameOfACall: that nobody picks up is no fault, and is not shown as one.
func TestWhatBecameOfACall(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	must(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		for k, o := range []notify.Outcome{notify.NoAnswer, notify.Busy, notify.Failed} {
			p := store.Page{To: "+34600000001", State: store.Failed, Outcome: o, UpdatedAt: night}
			p.ID, p.Kind, p.Incident, p.User, p.Via, p.At = fmt.Sprintf("p%d", k), incident.PageAlert, n, "ana", oncall.Call, night
			if err := tx.PutPage(p); err != nil {
				return err
			}
		}
		return nil
	}))
	page := w.browse("viewer").get(fmt.Sprintf("/i/%d", n))
	has(t, "the page", page, "text to &#43;34…0001", "call to &#43;34…0001", `<span class="tone wait">not answered</span>`, `<span class="tone wait">line busy</span>`, `<span class="tone bad">failed</span>`)
	hasNot(t, "the page", page, "no-answer")
}

// TestANumberThatWasSleptThrough is no number that fails, until it happens again and again.
func TestANumberThatWasSleptThrough(t *testing.T) {
	w := newWorld(t)
	b := w.browse("responder")
	for _, tt := range []struct {
		fails     int
		class     notify.Class
		want, not string
	}{
		{1, notify.Handset, "<td>not reached last time</td>", "failing"},
		{2, notify.Handset, "<td>not reached 2 times in a row</td>", "failing"},
		{3, notify.Handset, `<td>failing <span class="hint">3 in a row; the last: `, "not reached"},
		{1, notify.Transient, `<td>failing <span class="hint">1 in a row; the last: `, "not reached"},
	} {
		must(t, w.store.Update(t.Context(), func(tx store.Tx) error {
			return tx.PutContact(store.Contact{Address: "+34600000001", Fails: tt.fails, LastClass: tt.class, LastFail: night})
		}))
		page := b.get("/oncall")
		has(t, tt.want, page, tt.want)
		hasNot(t, tt.want, page, tt.not)
	}
}

// TestHalfAnHourIsDrawn: what is shorter than an hour is in the drawing of the week, and in the repeated hour times name their zone.
func TestHalfAnHourIsDrawn(t *testing.T) {
	w := newWorld(t)
	w.clock.Add(time.Date(2027, time.October, 28, 12, 0, 0, 0, time.UTC).Sub(w.clock.Now()))
	s := w.engine.Settings()
	book := *s.Book
	madrid := zone("Europe/Madrid")
	layer := oncall.Layer{Name: "day", Users: []oncall.UserID{"ana"}, Rotation: oncall.Rotation{Unit: oncall.Daily}, Start: oncall.Date{Year: 2026, Month: time.January, Day: 5}}
	var all [7]bool
	for k := range all {
		all[k] = true
	}
	layer.Hours = []oncall.WeeklyHours{{Days: all, From: 0, To: 12 * 60}, {Days: all, From: 12*60 + 30, To: 24 * 60}}
	again := time.Date(2027, time.October, 31, 0, 0, 0, 0, time.UTC) // 02:00 in summer time; an hour later it is 02:00 once more
	primary := &oncall.Schedule{ID: "primary", Zone: madrid, Layers: []oncall.Layer{layer}, Overrides: []oncall.Override{{Schedule: "primary", User: "bo", From: again, To: again.Add(time.Hour)}}}
	users := []oncall.User{{ID: "ana", Name: "Ana Ruiz", Zone: madrid, Phone: "+34600000001"}, {ID: "bo", Name: "Bo Lind", Zone: madrid, Phone: "+34600000002"}}
	book.Roster = oncall.NewRoster(users, nil, []*oncall.Schedule{primary}, []oncall.Policy{{ID: "payments", Levels: []oncall.Level{{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "ana"}}, Wait: time.Minute}}}}, "payments")
	s.Book = &book
	must(t, w.engine.Reload(t.Context(), s))
	page := w.browse("viewer").get("/oncall")
	has(t, "the page", page, `class="shift f13 n1 t gap" title="nobody, Thu 28 Oct 12:00 to Thu 28 Oct 12:30"`, `class="shift f14 n`,
		`class="shift f75 n1 t`, `title="Bo Lind, Sun 31 Oct 02:00 CEST to Sun 31 Oct 02:00 CET`, "<td>Sun 31 Oct 02:00 CEST</td><td>Sun 31 Oct 02:00 CET</td>")
}

// shown is an answer of which the page counts and not the status.
func shown(a answer) answer {
	a.status = http.StatusOK
	return a
}

// TestALostSessionLosesNoWords: what was typed comes back with the way to the login, but nothing that another site sends.
func TestALostSessionLosesNoWords(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	act := fmt.Sprintf("/i/%d/act", n)
	words := form("do", "note", "text", "Drained <two> pods").Encode()
	got := w.post(act, words)
	if got.status != http.StatusUnauthorized {
		t.Errorf("got %d", got.status)
	}
	has(t, "a note", shown(got), "What you wrote<textarea readonly", "Drained &lt;two&gt; pods</textarea>", "Copy it, log in, and send it again.", `href="`+act+`">Log in</a>`, fmt.Sprintf("Answer the text with <b>%d</b>", n))
	hasNot(t, "a note", got, "<p>Log in.</p>")
	has(t, "a report", shown(w.post("/report", form("title", "It is white", "text", "All of it", "service", "checkout").Encode())), "It is white\n\nAll of it</textarea>", `href="/report">Log in</a>`)
	has(t, "a review", shown(w.post(fmt.Sprintf("/i/%d/review", n), form("do", "save", "summary", "It stood still").Encode())), "It stood still</textarea>")
	got = w.post("/problems/7", form("do", "note", "text", "Rare").Encode())
	has(t, "a problem", shown(got), "Rare</textarea>", `href="/problems/7">Log in</a>`, "All problems")
	hasNot(t, "a problem", got, "Answer the text")
	hasNot(t, "nothing typed", w.post(act, "do=ack"), "What you wrote")
	hasNot(t, "too much", w.post(act, "do=note&text="+strings.Repeat("x", 70<<10)), "What you wrote")
	r := w.request(http.MethodPost, act, words)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	hasNot(t, "another site", w.ask(r), "Drained")
}

// TestErrorPagesLeadOn: an error page says what is not there, leads to its list, and leaves who is logged in their menu.
func TestErrorPagesLeadOn(t *testing.T) {
	w := newWorld(t)
	b := w.browse("viewer")
	for path, want := range map[string]string{
		"/oncall/nope": `There is no schedule nope.</p>|href="/oncall">On call</a>`,
		"/problems/77": `There is no such problem, or it is not yours to see.</p>|href="/problems">All problems</a>`,
		"/nowhere":     `There is nothing at this address.</p>|href="/">All incidents</a>`,
		"/i/99":        `There is no such incident, or it is not yours to see.</p>|href="/">All incidents</a>`,
	} {
		got := b.get(path)
		if got.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, got.status)
		}
		has(t, path, shown(got), append(strings.Split(want, "|"), "Dee Novak", `action="/logout"`)...)
		hasNot(t, path, got, "Go to the list", "<p>Not found.</p>")
	}
	hasNot(t, "a stranger", w.get("/nowhere"), "Log out")
}

// TestALongTitleIsSetSmaller, so that a phone shows more than the heading.
func TestALongTitleIsSetSmaller(t *testing.T) {
	w := newWorld(t)
	b := w.browse("viewer")
	has(t, "a long one", b.get(fmt.Sprintf("/i/%d", w.fire("checkout", strings.Repeat("é", 121)))), `<h1 class="long">`)
	has(t, "one that fits", b.get(fmt.Sprintf("/i/%d", w.fire("checkout", strings.Repeat("é", 120)))), "<h1>")
}

// TestTheListSaysWhatItDidNotFind and names who is missing.
func TestTheListSaysWhatItDidNotFind(t *testing.T) {
	w := newWorld(t)
	b := w.browse("viewer")
	page := b.get("/?q=no+%3Csuch%3E+thing")
	has(t, "words", page, "Nothing found for “no &lt;such&gt; thing”", "Look in every state", `<b class="late">nobody</b>`) // the office is empty at night
	has(t, "a service", b.get("/?service=mail&show=closed"), "No incident is like that")
}

// TestTheStatusPagePointsUp: a day on which something began that is still going on is not told as a quiet one.
func TestTheStatusPagePointsUp(t *testing.T) {
	g := newGallery(t)
	page := g.get("/status")
	has(t, "the page", page, "Disruption: cause identified, a fix is under way", "Today back to Yesterday</h3><p class=\"hint\">See above: it is not over yet.", "Operational")
	days := page.body[strings.Index(page.body, "The last 14 days"):]
	if got := strings.Count(days, "Nothing to tell"); got != 2 {
		t.Errorf("got %d quiet stretches, want those before and after the incident that is over", got)
	}
	g.do(g.told, incident.Resolve{By: person("bo"), Code: incident.Fixed, Note: "A fix is out"})
	g.do(g.told, incident.Publish{By: person("bo"), Audience: incident.ForPublic, Phase: incident.PhaseResolved, Text: "Payments are as quick as ever."})
	g.clock.Add(time.Minute) // the page is read anew
	page = g.get("/status")
	has(t, "over", page, "All systems operational", "Payments are as quick as ever.")
	hasNot(t, "over", page, "See above")
}

// TestWhoSleepsOn: of an incident that wakes nobody, the pages and the interface say when its people are told, and not that they are.
func TestWhoSleepsOn(t *testing.T) {
	w := newWorld(t)
	s := w.engine.Settings()
	book := *s.Book
	book.Page = nil // every priority is of low urgency
	s.Book = &book
	must(t, w.engine.Reload(t.Context(), s))
	n := w.fire("checkout", "HighErrorRate")
	b := w.browse("responder")
	path := fmt.Sprintf("/i/%d", n)
	has(t, "given", b.sent(path+"/act", form("do", "give", "to", "ana")), "Given to Ana Ruiz", "Ana Ruiz is paged at 07:00.")
	has(t, "the list", b.get("/"), "Ana Ruiz is paged at 07:00")
	hasNot(t, "the list", b.get("/"), "paging Ana Ruiz")
	got, err := w.api("viewer").Incident(t.Context(), n, 0)
	must(t, err)
	if want := (client.Held{User: "ana", At: time.Date(2026, time.November, 23, 6, 0, 0, 0, time.UTC)}); len(got.Paging) > 0 || len(got.Held) != 1 || got.Held[0] != want {
		t.Errorf("the interface says that %v are paged and %v are held, want %v", got.Paging, got.Held, want)
	}
}
