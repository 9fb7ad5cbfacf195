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
	"github.com/rouse/rouse/web"
)

// TestLinkAcknowledges is the phone at four in the morning: open, tap, read that it is yours.
func TestLinkAcknowledges(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	link := w.link(n, "ana", 1)
	page := w.get(link)
	for _, want := range []string{"HighErrorRate", "INC-1", "P1", "Triggered", "Nobody has it yet", "Paging you.", ">Acknowledge<", "For 2 hours", "Until 07:00", "Escalate now", "answer the text with <b>1r</b>"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, no := range []string{`value="resolve"`, `value="give"`, `value="hold"`, "Log out"} {
		if strings.Contains(page.body, no) {
			t.Errorf("the page of a link offers %q", no)
		}
	}
	got := w.post(link+"/act", "do=ack")
	if got.status != http.StatusSeeOther || got.header.Get("Location") != link+"?did=ack" {
		t.Fatalf("got %d to %q: %s", got.status, got.header.Get("Location"), got.body)
	}
	i := w.incident(n)
	if i.State != incident.Acknowledged || i.AckedBy != "ana" || i.Assignee != "ana" || !i.AckUntil.IsZero() {
		t.Errorf("got %s by %q", i.State, i.AckedBy)
	}
	if page := w.get(got.header.Get("Location")); !strings.Contains(page.body, "You have it") || !strings.Contains(page.body, "Paging has stopped") || strings.Contains(page.body, ">Acknowledge<") {
		t.Errorf("the confirmation: %s", page.body)
	}
}

// TestLinkFormLeadsBack: a form that was refused leaves the browser at the address of the act; a phone that wakes asks for it anew.
func TestLinkFormLeadsBack(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	link := w.link(n, "ana", 1)
	if got := w.post(link+"/act", "do=resolve"); got.status != http.StatusForbidden {
		t.Fatalf("resolving by a link: got %d", got.status)
	}
	if got := w.get(link + "/act"); got.status != http.StatusSeeOther || got.header.Get("Location") != link {
		t.Errorf("got %d to %q, want 303 to the link", got.status, got.header.Get("Location"))
	}
	if i := w.incident(n); i.State != incident.Triggered {
		t.Errorf("looking made it %s", i.State)
	}
	if got := w.get(link + "x/act"); got.status != http.StatusForbidden {
		t.Errorf("a link that was changed: got %d", got.status)
	}
}

func TestLinkLeases(t *testing.T) {
	for form, want := range map[string]time.Time{
		"do=ack&for=2h":        night.Add(2 * time.Hour),
		"do=ack&until=morning": time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), // 07:00 in Madrid, the end of ana's quiet hours
	} {
		w := newWorld(t)
		n := w.fire("checkout", "HighErrorRate")
		if got := w.post(w.link(n, "ana", 1)+"/act", form); got.status != http.StatusSeeOther {
			t.Errorf("%s: got %d", form, got.status)
		}
		if got := w.incident(n).AckUntil; !got.Equal(want) {
			t.Errorf("%s: got %s, want %s", form, got, want)
		}
		// It may be made longer by who has it.
		w.clock.Add(time.Hour)
		w.post(w.link(n, "ana", 1)+"/act", "do=ack&for=12h")
		if got := w.incident(n).AckUntil; !got.Equal(night.Add(13 * time.Hour)) {
			t.Errorf("%s, renewed: got %s", form, got)
		}
	}
}

func TestLinkSaysWhoWasFirst(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	w.post(w.link(n, "bo", 1)+"/act", "do=ack")
	w.clock.Add(4 * time.Minute)
	got := w.post(w.link(n, "ana", 1)+"/act", "do=ack")
	page := w.get(got.header.Get("Location"))
	if !strings.Contains(page.body, "Bo Lind was first, at 04:12") || !strings.Contains(page.body, "go back to sleep") {
		t.Errorf("got %d: %s", got.status, page.body)
	}
	if i := w.incident(n); i.AckedBy != "bo" {
		t.Errorf("acknowledged by %q, want bo", i.AckedBy)
	}
}

func TestLinkEscalatesAndNotes(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	link := w.link(n, "ana", 1)
	got := w.post(link+"/act", "do=escalate")
	if i := w.incident(n); i.Cursor.Level != 1 {
		t.Errorf("got level %d", i.Cursor.Level)
	}
	if page := w.get(got.header.Get("Location")); !strings.Contains(page.body, "Escalated") || !strings.Contains(page.body, "Paging Cy Okafor") {
		t.Errorf("the confirmation: %s", page.body)
	}
	got = w.post(link+"/act", "do=note&text=It+is+the+proxy")
	if page := w.get(got.header.Get("Location")); !strings.Contains(page.body, "Noted") || !strings.Contains(page.body, "It is the proxy") {
		t.Errorf("the note: %s", page.body)
	}
	got = w.post(link+"/act", "do=note&text=+")
	if page := w.get(got.header.Get("Location")); !strings.Contains(page.body, "Nothing was done") || !strings.Contains(page.body, "Write some text first") {
		t.Errorf("an empty note: %s", page.body)
	}
}

func TestLinkDoesNoMore(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	before := w.incident(n)
	for _, form := range []string{"do=resolve&text=x", "do=give&to=bo", "do=hold&text=x", "do=close", "do=", "", "do=delete", "do=Ack", "do=ack%00"} {
		if got := w.post(w.link(n, "ana", 1)+"/act", form); got.status != http.StatusForbidden || !strings.Contains(got.body, "takes a login") {
			t.Errorf("%q: got %d", form, got.status)
		}
	}
	if after := w.incident(n); after.State != before.State || after.Entries < before.Entries {
		t.Errorf("the incident is %s", after.State)
	}
}

// TestBrokenLinks: forged, changed, expired, for something else, of somebody who left. Each is a page that says what to do.
func TestBrokenLinks(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	other, err := notify.NewSigner([]byte("a key that is not ours at all"))
	must(t, err)
	until := night.Add(time.Hour)
	good := w.links.Sign("page", n, "ana", 1, until)
	tests := []struct {
		name, token string
		number      int64
		status      int
		says        string
	}{
		{"another key", other.Sign("page", n, "ana", 1, until), n, 403, "does not work"},
		{"cut off", good[:len(good)-2], n, 403, "does not work"},
		{"another incident", good, n + 1, 403, "does not work"},
		{"another purpose", w.links.Sign("ack", n, "ana", 1, until), n, 403, "does not work"},
		{"expired", w.links.Sign("page", n, "ana", 1, night), n, 410, "has expired"},
		{"expired, of another incident", w.links.Sign("page", n+1, "ana", 1, night), n, 403, "does not work"},
		{"somebody who left", w.links.Sign("page", n, "eve", 1, until), n, 403, "does not work"},
		{"nobody", w.links.Sign("page", n, "", 1, until), n, 403, "does not work"},
		{"rubbish", "x", n, 403, "does not work"},
		{"an incident that is not there", w.links.Sign("page", 99, "ana", 1, until), 99, 404, "Not found"},
	}
	for k := range len(good) {
		flipped := good[:k] + string(good[k]^1) + good[k+1:]
		if strings.ContainsAny(flipped, "/?#%.\"<>\\^`{|} ") {
			continue
		}
		tests = append(tests, struct {
			name, token string
			number      int64
			status      int
			says        string
		}{fmt.Sprintf("byte %d", k), flipped, n, 403, "does not work"})
	}
	for _, tt := range tests {
		path := fmt.Sprintf("/i/%d/%s", tt.number, tt.token)
		for _, got := range []answer{w.get(path), w.post(path+"/act", "do=ack")} {
			if got.status != tt.status || !strings.Contains(got.body, tt.says) {
				t.Errorf("%s: got %d: %.300s", tt.name, got.status, got.body)
			}
			if tt.status != 404 && !strings.Contains(got.body, fmt.Sprintf("Answer the text with <b>%d</b>", tt.number)) {
				t.Errorf("%s: the page does not say what to do", tt.name)
			}
			if strings.Contains(got.body, "HighErrorRate") {
				t.Errorf("%s: the page shows the incident", tt.name)
			}
		}
	}
	if i := w.incident(n); i.State != incident.Triggered {
		t.Errorf("the incident is %s", i.State)
	}
}

func TestLinkLastsADay(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	link := w.link(n, "ana", 1)
	w.clock.Add(24*time.Hour - time.Second)
	if got := w.get(link); got.status != http.StatusOK {
		t.Errorf("a second before: got %d", got.status)
	}
	w.clock.Add(time.Second)
	if got := w.get(link); got.status != http.StatusGone {
		t.Errorf("at the end: got %d", got.status)
	}
}

// TestLinkOfAnEarlierEpoch shows, says so, and does nothing.
func TestLinkOfAnEarlierEpoch(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	old := w.link(n, "ana", 1)
	_, err := w.engine.Do(t.Context(), n, incident.Reassign{By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, To: "bo"})
	must(t, err)
	page := w.get(old)
	if page.status != http.StatusOK || !strings.Contains(page.body, "This link is an old one") || !strings.Contains(page.body, "HighErrorRate") || strings.Contains(page.body, "/act") {
		t.Errorf("got %d: %s", page.status, page.body)
	}
	if got := w.post(old+"/act", "do=ack"); got.status != http.StatusConflict || !strings.Contains(got.body, "old one") {
		t.Errorf("the act: got %d", got.status)
	}
	if i := w.incident(n); i.State != incident.Triggered {
		t.Errorf("the incident is %s", i.State)
	}
	if got := w.post(w.link(n, "bo", w.incident(n).Epoch)+"/act", "do=ack"); got.status != http.StatusSeeOther {
		t.Errorf("the link of this epoch: got %d", got.status)
	}
}

func TestNoLinksWithoutAKey(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	w.change(func(c *web.Config) { c.Links = nil })
	if got := w.get(w.link(n, "ana", 1)); got.status != http.StatusForbidden {
		t.Errorf("got %d", got.status)
	}
}

// TestSecurityIncidents: there for the team, its manager and admins; for anybody else they do not exist.
func TestSecurityIncidents(t *testing.T) {
	w := newWorld(t)
	open := w.fire("checkout", "HighErrorRate")
	n := w.fire("vault", "UnexpectedRootLogin")
	if got := w.incident(n).Type; got != "security" {
		t.Fatalf("the incident is of type %q", got)
	}
	var page string
	must(t, w.store.View(t.Context(), viewPages(n, &page)))
	for token, may := range map[string]bool{"viewer": false, "outsider": false, "bot": false, "responder": true, "manager": true, "admin": true} {
		list, err := w.api(token).Incidents(t.Context(), filterOpen)
		must(t, err)
		if got := len(list.Incidents); (got == 2) != may || list.Incidents[got-1].Number != open {
			t.Errorf("%s: the list has %d incidents", token, got)
		}
		_, err = w.api(token).Incident(t.Context(), n, 0)
		if (err == nil) != may || err != nil && codeOf(t, err) != "not_found" {
			t.Errorf("%s: read: %v", token, err)
		}
		_, err = w.api(token).Page(t.Context(), page)
		if (err == nil) != may {
			t.Errorf("%s: read a page: %v", token, err)
		}
		b := w.browse(token)
		if got := b.get(fmt.Sprintf("/i/%d", n)); (got.status == 200) != may || !may && got.status != 404 {
			t.Errorf("%s: its page: got %d", token, got.status)
		}
		for _, path := range []string{"/", "/?show=all"} {
			if got := b.get(path); strings.Contains(got.body, "UnexpectedRootLogin") != may {
				t.Errorf("%s: %s: shown is %t", token, path, !may)
			}
		}
	}
	acts := []string{"ack", "resolve", "escalate", "reassign", "hold", "note", "close"}
	for _, verb := range acts {
		r := w.request("POST", fmt.Sprintf("/api/v1/incidents/%d/%s", n, verb), `{}`)
		r.Header.Set("Authorization", "Bearer secret-outsider")
		if got := w.ask(r); got.status != 404 {
			t.Errorf("%s by an outsider: got %d %s", verb, got.status, got.body)
		}
	}
	if got := w.browse("outsider").post(fmt.Sprintf("/i/%d/act", n), "do=ack"); got.status != 404 {
		t.Errorf("a form of an outsider: got %d", got.status)
	}
	if i := w.incident(n); i.State != incident.Triggered {
		t.Errorf("the incident is %s", i.State)
	}
	// The answers for what is hidden and what is not there are the same, but for the number and the correlation.
	hidden, missing := w.browse("outsider").get(fmt.Sprintf("/i/%d", n)), w.browse("outsider").get("/i/99")
	if strings.ReplaceAll(hidden.body, fmt.Sprint(n), "N") != strings.ReplaceAll(missing.body, "99", "N") && hidden.status != missing.status {
		t.Error("hidden and missing differ")
	}
}

// TestSecurityByLink: a link went over the same air as its text, so it shows no more than that, and acknowledges all the same.
func TestSecurityByLink(t *testing.T) {
	w := newWorld(t)
	n := w.fire("vault", "UnexpectedRootLogin")
	for _, user := range []string{"ana", "dee"} {
		link := w.link(n, user, 1)
		page := w.get(link)
		if page.status != 200 || !strings.Contains(page.body, "Security incident") || !strings.Contains(page.body, ">Acknowledge<") {
			t.Errorf("%s: got %d: %s", user, page.status, page.body)
		}
		for _, secret := range []string{"UnexpectedRootLogin", "vault", "database", "breach", "payments", "requests fail", "Timeline"} {
			if strings.Contains(page.body, secret) {
				t.Errorf("%s: the page tells of %q", user, secret)
			}
		}
	}
	w.post(w.link(n, "ana", 1)+"/act", "do=ack")
	if i := w.incident(n); i.State != incident.Acknowledged {
		t.Errorf("the incident is %s", i.State)
	}
	_, err := w.engine.Do(t.Context(), n, incident.Hold{By: incident.Actor{Name: "ana"}, Reason: "the vault is sealed"})
	must(t, err)
	if page := w.get(w.link(n, "ana", 1)); strings.Contains(page.body, "sealed") {
		t.Error("the reason of the hold is told")
	}
}

// TestPagingThroughHiddenIncidents: pages of a list are full, and their order holds, however many are left out.
func TestPagingThroughHiddenIncidents(t *testing.T) {
	w := newWorld(t)
	var want []int64
	for k := range 30 {
		if k%3 == 0 {
			want = append([]int64{w.fire("checkout", fmt.Sprintf("open-%d", k))}, want...)
			continue
		}
		w.fire("vault", fmt.Sprintf("secret-%d", k))
	}
	var got []int64
	f := filterOpen
	f.Limit = 4
	for pages := 0; ; pages++ {
		list, err := w.api("outsider").Incidents(t.Context(), f)
		must(t, err)
		for _, i := range list.Incidents {
			got = append(got, i.Number)
		}
		if list.Next == 0 {
			break
		}
		if len(list.Incidents) != 4 || pages > 9 {
			t.Fatalf("a page has %d incidents", len(list.Incidents))
		}
		f.Before = list.Next
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMorning(t *testing.T) {
	madrid := zone("Europe/Madrid")
	quiet := oncall.User{Zone: madrid, Quiet: &oncall.QuietHours{From: 22 * 60, To: 7 * 60}}
	tests := []struct {
		name string
		user oncall.User
		now  time.Time
		want time.Time
	}{
		{"at night", quiet, time.Date(2026, 11, 23, 3, 0, 0, 0, madrid), time.Date(2026, 11, 23, 7, 0, 0, 0, madrid)},
		{"in the evening", quiet, time.Date(2026, 11, 23, 23, 0, 0, 0, madrid), time.Date(2026, 11, 24, 7, 0, 0, 0, madrid)},
		{"at that very minute", quiet, time.Date(2026, 11, 23, 7, 0, 0, 0, madrid), time.Date(2026, 11, 24, 7, 0, 0, 0, madrid)},
		{"without quiet hours", oncall.User{Zone: madrid}, time.Date(2026, 11, 23, 3, 0, 0, 0, madrid), time.Date(2026, 11, 23, 8, 0, 0, 0, madrid)},
		{"the night that the clocks go back", quiet, time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), time.Date(2026, 10, 25, 6, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		if got := web.Morning(tt.user, tt.now); !got.Equal(tt.want) {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}
