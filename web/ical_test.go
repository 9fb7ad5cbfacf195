package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	reader "github.com/emersion/go-ical"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// path is an address of the public URL as the tests reach it.
func path(t testing.TB, address string) string {
	t.Helper()
	p, ok := strings.CutPrefix(address, "http://rouse.test")
	if !ok {
		t.Fatalf("%q is not at the public address", address)
	}
	return p
}

// events reads a calendar.
func events(t testing.TB, a answer) []reader.Event {
	t.Helper()
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatalf("got %d %s: %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	c, err := reader.NewDecoder(strings.NewReader(a.body)).Decode()
	must(t, err)
	return c.Events()
}

// The calendar of a schedule has what its shifts are, overrides made at run time included, and nothing that is nobody's business.
func TestScheduleFeed(t *testing.T) {
	w := newWorld(t)
	_, err := w.engine.PutOverride(t.Context(), oncall.Override{Schedule: "payments-primary", User: "dee", From: night.Add(5 * time.Hour), To: night.Add(9 * time.Hour), Reason: "swap"}, person("bo"))
	must(t, err)
	feed, err := w.api("viewer").ScheduleFeed(t.Context(), "payments-primary")
	must(t, err)
	got := w.get(path(t, feed.URL))
	list := events(t, got)
	s, _ := w.engine.Book().Roster.Schedule("payments-primary")
	from, to := time.Date(2026, 9, 1, 0, 0, 0, 0, s.Zone), time.Date(2027, 12, 1, 0, 0, 0, 0, s.Zone)
	for _, sh := range s.Shifts(from, to) {
		if len(list) == 0 {
			t.Fatalf("the shift %v is not in the calendar", sh)
		}
		a, err := list[0].DateTimeStart(time.UTC)
		must(t, err)
		b, err := list[0].DateTimeEnd(time.UTC)
		must(t, err)
		if !a.Equal(sh.From) || !b.Equal(sh.To) {
			t.Fatalf("got %v to %v, want %v", a, b, sh)
		}
		list = list[1:]
	}
	if len(list) != 0 {
		t.Errorf("%d events are no shifts", len(list))
	}
	if !strings.Contains(got.body, "Override: swap") {
		t.Error("the override is not in the calendar")
	}
	for _, secret := range []string{"+34", "+46", "+12025550103", "ana@"} {
		if strings.Contains(got.body, secret) {
			t.Errorf("the calendar tells %q", secret)
		}
	}
}

// A calendar program that asks again is told that nothing changed, and notices when something did.
func TestFeedIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	feed, err := w.api("viewer").UserFeed(t.Context(), "ana")
	must(t, err)
	first := w.get(path(t, feed.URL))
	if len(events(t, first)) == 0 {
		t.Fatal("ana has no shifts")
	}
	again := func(tag string) answer {
		r := w.request(http.MethodGet, path(t, feed.URL), "")
		r.Header.Set("If-None-Match", tag)
		return w.ask(r)
	}
	w.clock.Add(20 * time.Minute)
	if got := again(first.header.Get("ETag")); got.status != http.StatusNotModified || got.body != "" {
		t.Errorf("asked again: got %d %q", got.status, got.body)
	}
	if got := w.get(path(t, feed.URL)); got.body != first.body {
		t.Error("an unchanged calendar is another after twenty minutes")
	}
	_, err = w.engine.PutOverride(t.Context(), oncall.Override{Schedule: "office", User: "ana", From: night, To: night.Add(time.Hour)}, person("bo"))
	must(t, err)
	got := again(first.header.Get("ETag"))
	if len(events(t, got)) != len(events(t, first))+1 || got.header.Get("Last-Modified") == first.header.Get("Last-Modified") {
		t.Errorf("after a change: got %d events, changed %s", len(events(t, got)), got.header.Get("Last-Modified"))
	}
}

// What is no good token of a feed opens nothing, and nobody is told why. Tokens do not come into the log.
func TestFeedTokens(t *testing.T) {
	w := newWorld(t)
	api := w.api("viewer")
	feed, err := api.UserFeed(t.Context(), "dee")
	must(t, err)
	good := strings.TrimSuffix(strings.TrimPrefix(path(t, feed.URL), "/ical/"), ".ics")
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	other, err := notify.NewSigner([]byte("a key that is somebody else's"))
	must(t, err)
	bad := map[string]string{
		"cut":                      good[:len(good)-1],
		"longer":                   good + "A",
		"of another purpose":       w.links.Sign("page", 0, "ana", 0, far),
		"of nobody":                w.links.Sign("ical-user", 0, "zoe", 0, far),
		"of no schedule":           w.links.Sign("ical-schedule", 0, "zoe", 0, far),
		"of a later revocation":    w.links.Sign("ical-user", 0, "dee", 1, far),
		"signed by somebody else":  other.Sign("ical-user", 0, "dee", 0, far),
		"expired":                  w.links.Sign("ical-user", 0, "dee", 0, night),
		"a user's for a schedule":  w.links.Sign("ical-schedule", 0, "dee", 0, far),
		"a page's link of a night": w.links.Sign("page", 1, "ana", 1, far),
	}
	for what, token := range bad {
		if got := w.get("/ical/" + token + ".ics"); got.status != http.StatusForbidden || strings.Contains(got.body, "BEGIN") {
			t.Errorf("a token %s: got %d %s", what, got.status, got.body)
		}
	}
	if got := w.get("/ical/" + good); got.status != http.StatusNotFound {
		t.Errorf("without .ics: got %d", got.status)
	}
	must(t, api.RevokeUserFeed(t.Context(), "dee")) // her own: the token viewer is hers
	if got := w.get("/ical/" + good + ".ics"); got.status != http.StatusForbidden {
		t.Errorf("after a revocation: got %d", got.status)
	}
	next, err := api.UserFeed(t.Context(), "dee")
	must(t, err)
	if next.URL == feed.URL || w.get(path(t, next.URL)).status != http.StatusOK {
		t.Error("after a revocation there is no new address")
	}
	if err := api.RevokeUserFeed(t.Context(), "ana"); err == nil {
		t.Error("a viewer ended the calendar of somebody else")
	}
	if err := api.RevokeScheduleFeed(t.Context(), "office"); err == nil {
		t.Error("a viewer ended the calendar of a schedule")
	}
	must(t, w.api("responder").RevokeScheduleFeed(t.Context(), "office"))
	for _, text := range []string{w.log.String()} {
		if strings.Contains(text, good) || strings.Contains(text, "/ical/") {
			t.Errorf("the log has the token: %s", text)
		}
	}
	for _, name := range []string{"none"} {
		if _, err := api.UserFeed(t.Context(), name); err == nil {
			t.Errorf("%s has a calendar", name)
		}
		if _, err := api.ScheduleFeed(t.Context(), name); err == nil {
			t.Errorf("%s has a calendar", name)
		}
	}
	w.change(func(c *web.Config) { c.Links = nil })
	if _, err := api.UserFeed(t.Context(), "ana"); err == nil {
		t.Error("without a key there is a calendar")
	}
	if got := w.get(path(t, next.URL)); got.status != http.StatusForbidden {
		t.Errorf("without a key: got %d", got.status)
	}
}

func TestSchedulePage(t *testing.T) {
	w := newWorld(t)
	by := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
	_, err := w.engine.PutOverride(t.Context(), oncall.Override{Schedule: "payments-primary", User: "dee", From: night.Add(5 * time.Hour), To: night.Add(9 * time.Hour), Reason: "<b>swap</b>"}, by)
	must(t, err)
	b := w.browse("responder")
	page := b.get("/oncall/payments-primary")
	has(t, "the page of a schedule", page, `<svg xmlns`, "Who is on call on payments-primary", "Europe/Madrid", "Ana Ruiz", "&lt;b&gt;swap&lt;/b&gt;", ", by Bo Lind", "holiday", "/ical/", "Your own shifts", "rota.css", "later")
	hasNot(t, "the page of a schedule", page, "<b>swap", "<style", "style=")
	has(t, "other weeks", b.get("/oncall/office?from=2026-10-19&weeks=2"), "The clocks go back by 1h", "Nobody", "Sat 24 Oct")
	for _, p := range []string{"/oncall/none", "/oncall/office/x"} {
		if got := b.get(p); got.status != http.StatusNotFound {
			t.Errorf("%s: got %d", p, got.status)
		}
	}
	if got := b.get("/oncall/office?from=x"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong day: got %d", got.status)
	}
	has(t, "on call", b.get("/oncall"), `href="/oncall/office"`)
	viewer := w.browse("viewer")
	hasNot(t, "the page for a viewer", viewer.get("/oncall/office"), "New address for office")
	feed, err := w.api("viewer").ScheduleFeed(t.Context(), "office")
	must(t, err)
	for _, tt := range []struct {
		who    *browser
		do     string
		status int
		feed   int
	}{{viewer, "revoke", 403, 200}, {viewer, "revoke-mine", 303, 200}, {b, "zap", 422, 200}, {b, "revoke", 303, 403}} {
		if got := tt.who.post("/oncall/office/ical", "do="+tt.do); got.status != tt.status {
			t.Errorf("%s: got %d, want %d", tt.do, got.status, tt.status)
		}
		if got := w.get(path(t, feed.URL)); got.status != tt.feed {
			t.Errorf("after %s the calendar answers %d, want %d", tt.do, got.status, tt.feed)
		}
	}
}

// Leave entered at run time is listed with what has to be covered, a calendar replaces what was read before, and each person enters
// their own; nobody is off call by it.
func TestLeave(t *testing.T) {
	w := newWorld(t)
	by := w.api("viewer") // dee
	day := func(n int) string { return night.AddDate(0, 0, n).Format("2006-01-02") }
	in := client.NewLeave{User: "dee", Leave: []client.LeaveTime{{From: day(0), To: day(4), Reason: "family"}}}
	made, err := by.AddLeave(t.Context(), in)
	must(t, err)
	if len(made) != 1 || made[0].ID == "" || len(made[0].Clashes) == 0 || made[0].Clashes[0].Schedule != "office" || made[0].Clashes[0].Cover != "ana" {
		t.Fatalf("got %+v", made)
	}
	at := made[0].Clashes[0].From
	if s, _ := w.engine.Book().Roster.Schedule("office"); len(s.At(at)) != 1 || s.At(at)[0] != "dee" {
		t.Errorf("dee is on leave at %v, and %v is on call", at, s.At(at))
	}
	has(t, "the page of the schedule", w.browse("viewer").get("/oncall/office"), "On leave", "rouse override add --schedule office --user ana", "family")
	in.User = "ana"
	if _, err := by.AddLeave(t.Context(), in); err == nil {
		t.Error("a viewer entered leave of somebody else")
	}
	resp := w.api("responder")
	for range 2 {
		_, err = resp.AddLeave(t.Context(), client.NewLeave{User: "Ana Ruiz", Calendar: "ana.ics", Leave: []client.LeaveTime{{From: day(20), To: day(21)}, {From: day(30), To: day(31)}}})
		must(t, err)
	}
	list, err := resp.Leave(t.Context(), "ana", false)
	must(t, err)
	if len(list) != 2 || list[0].Calendar != "ana.ics" || list[0].By != "bo" {
		t.Errorf("after reading a calendar twice: %+v", list)
	}
	if err := by.RemoveLeave(t.Context(), list[0].ID); err == nil {
		t.Error("a viewer removed leave of somebody else")
	}
	must(t, resp.RemoveLeave(t.Context(), list[0].ID))
	must(t, by.RemoveLeave(t.Context(), made[0].ID))
	for _, bad := range []client.NewLeave{
		{User: "zoe", Leave: in.Leave}, {User: "ana"}, {User: "ana", Leave: []client.LeaveTime{{From: day(2), To: day(1)}}}, {User: "ana", Leave: []client.LeaveTime{{From: "x", To: day(1)}}},
		{User: "ana", Leave: []client.LeaveTime{{From: day(-9), To: day(-8)}}}, {User: "ana", Leave: make([]client.LeaveTime, 501)}, {User: "ana", Leave: []client.LeaveTime{{From: day(1), To: day(9999)}}},
	} {
		if _, err := resp.AddLeave(t.Context(), bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	all, err := resp.Leave(t.Context(), "", true)
	must(t, err)
	if len(all) != 1 {
		t.Errorf("at the end there is %+v", all)
	}
}
