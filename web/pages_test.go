package web_test

import (
	"bytes"
	"fmt"
	"math"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// has fails when a page lacks something that its reader needs.
func has(t testing.TB, what string, a answer, want ...string) {
	t.Helper()
	if a.status != http.StatusOK {
		t.Errorf("%s: got %d", what, a.status)
	}
	for _, s := range want {
		if !strings.Contains(a.body, s) {
			t.Errorf("%s lacks %q", what, s)
		}
	}
}

func hasNot(t testing.TB, what string, a answer, no ...string) {
	t.Helper()
	for _, s := range no {
		if strings.Contains(a.body, s) {
			t.Errorf("%s has %q", what, s)
		}
	}
}

func TestListPage(t *testing.T) {
	w := newWorld(t)
	b := w.browse("responder")
	has(t, "an empty list", b.get("/"), "Nothing is open", "payments-primary", "Ana Ruiz", "until 09:00")
	open, over := w.fire("checkout", "HighErrorRate"), w.fire("mail", "QueueGrows")
	_, err := w.api("responder").Resolve(t.Context(), over, client.Resolution{})
	must(t, err)
	w.clock.Add(3 * time.Minute)
	page := b.get("/")
	has(t, "the list", page, "(1) Incidents", "HighErrorRate", fmt.Sprintf(`href="/i/%d"`, open), "P1", "Triggered", "paging Ana Ruiz", "3 min", "Bo Lind", `aria-current="page">Open`)
	hasNot(t, "the list of what is open", page, "QueueGrows")
	has(t, "all", b.get("/?show=all"), "HighErrorRate", "QueueGrows", "Resolved", `aria-current="page">All`)
}

func TestListPageGoesOn(t *testing.T) {
	w := newWorld(t)
	w.fire("checkout", "Grave") // stands for alert-0 among 55
	for k := 1; k < 55; k++ {
		w.fire("mail", fmt.Sprintf("alert-%d", k))
	}
	b := w.browse("viewer")
	page := b.get("/")
	has(t, "the first page", page, "(55) Incidents", "alert-54", "alert-5<", `href="/?before=6"`, `Further down: <a href="/?priority=P1"><b>1 P1</b></a>`)
	hasNot(t, "the first page", page, "alert-4<")
	hasNot(t, "a filtered page", b.get("/?service=mail"), "Further down")
	page = b.get("/?before=6")
	has(t, "the second page", page, "alert-4<", "Grave<")
	hasNot(t, "the second page", page, "Older", "Nothing is open")
}

// TestIncidentPage goes through an incident's life by the forms of its page.
func TestIncidentPage(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	b := w.browse("responder")
	path := fmt.Sprintf("/i/%d", n)
	act := func(form string) answer {
		t.Helper()
		got := b.post(path+"/act", form)
		if got.status != http.StatusSeeOther {
			t.Fatalf("%s: got %d: %s", form, got.status, got.body)
		}
		return b.get(got.header.Get("Location"))
	}
	has(t, "the page", b.get(path), "HighErrorRate", "Paging Ana Ruiz.", "Cy Okafor is next, at 04:17.", ">Acknowledge<", "Until 08:00", "This wakes <b>Cy Okafor</b>",
		"Runbook of checkout", `href="https://wiki.example.com/checkout"`, "cluster", "eu-1", "Who was told", "text to &#43;34…0001", "Opened as P1", `<textarea name="text" rows="3" maxlength="8000" required>`, "P1 = high impact × high urgency")
	page := act("do=ack")
	has(t, "acknowledged", page, "You have it", "Paging has stopped", "Keep it", "Hold")
	hasNot(t, "acknowledged", page, ">Acknowledge<", ">Close it<")
	has(t, "kept", act("do=ack&for=2h"), "Acknowledged until 06:12", "You have it", "At 06:12 it pages again")
	has(t, "noted", act("do=note&text=It+is+%3Cthe%3E+proxy"), "Noted", "It is &lt;the&gt; proxy")
	has(t, "on hold", act("do=hold&text=the+bank&for=1d"), "On hold until Tue 04:12", "the bank", ">Acknowledge<")
	has(t, "given", act("do=give&to=ana"), "Given to Ana Ruiz", "Paging Ana Ruiz")
	b.refuses(path+"/act", form("do", "give", "to", "eve"), `data-from="`+path+`"`, "There is no such user", "Choose somebody from the list", `id="d-give" open`)
	has(t, "escalated", act("do=escalate"), "Escalated", "Paging ")
	b.refuses(path+"/act", form("do", "hold", "text", "x"), "Acknowledge the incident before you put it on hold.")
	page = act("do=resolve&code=false_alarm&text=A+test+in+production")
	has(t, "resolved", page, "Resolved. Thank you", "By you at 04:12 (false alarm)", "A test in production", ">Close it<", "still firing: it opens again")
	hasNot(t, "resolved", page, ">Acknowledge<", "Escalate now")
	has(t, "acknowledged too late", act("do=ack"), "It is resolved already")
	b.refuses(path+"/act", form("do", "resolve", "text", "x"), "Already resolved by bo.")
	has(t, "closed", act("do=close"), "Closed", "It is final")
	b.refuses(path+"/act", form("do", "ack"), "The incident is closed, which is final")
	if i := w.incident(n); i.State != incident.Closed || i.Code != "false_alarm" {
		t.Errorf("got %s %s", i.State, i.Code)
	}
	if got := b.post(path+"/act", "do=ack&until=x"); got.status != 422 {
		t.Errorf("a time that is none: got %d", got.status)
	}
}

func TestViewersAreOfferedNothing(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	page := w.browse("viewer").get(fmt.Sprintf("/i/%d", n))
	has(t, "the page", page, "HighErrorRate", "Dee Novak")
	hasNot(t, "the page", page, "/act", "<textarea")
}

// TestNobodyCanMakeThePageSayWhatIsNotSo: what a page says after an act comes from the incident, not from the address.
func TestNobodyCanMakeThePageSayWhatIsNotSo(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	for _, q := range []string{"?did=ack", "?did=resolve", "?did=close", "?did=hold", "?did=give", "?did=hacked", "?not=hacked"} {
		hasNot(t, q, w.get(w.link(n, "ana", 1)+q), "You have it", "Acknowledged", "Thank you", "Given to", "hacked", "Paging has stopped")
	}
}

func TestSilencedOnPages(t *testing.T) {
	w := newWorld(t)
	_, err := w.api("responder").AddSilence(t.Context(), client.NewSilence{Matchers: []string{"alertname=HighErrorRate"}, For: "2h"})
	must(t, err)
	n := w.fire("checkout", "HighErrorRate")
	b := w.browse("responder")
	has(t, "the list", b.get("/"), "Silenced", "nobody is paged")
	has(t, "the page", b.get(fmt.Sprintf("/i/%d", n)), "Nobody is paged: silenced", "Until 06:12.")
}

func TestOnCallPage(t *testing.T) {
	w := newWorld(t)
	page := w.browse("viewer").get("/oncall")
	has(t, "the page", page, "payments-primary", "Europe/Madrid", "Nobody is on call", "Ana Ruiz", "until <time", "then Bo Lind", "override: holiday", "Who answers for what", "checkout", "/assets/grid.css",
		`<span class="day today"><b>Mon</b> 23</span>`, `<span class="day free"><b>Sat</b> 28</span>`,
		`class="shift f1 n9 s c0" title="Ana Ruiz, Mon 23 Nov 00:00 to Mon 23 Nov 09:00"`, `class="shift f10 n`)
	if got := strings.Count(page.body, `class="week"`); got != 6 {
		t.Errorf("got %d weeks, want two for each schedule", got)
	}
	grid := w.get("/assets/grid.css")
	for _, class := range regexp.MustCompile(`class="(?:shift )?(f\d+) (n\d+)`).FindAllStringSubmatch(page.body, -1) {
		for _, c := range class[1:] {
			if !strings.Contains(grid.body, "."+c+"{") {
				t.Errorf("the grid has no class %s", c)
			}
		}
	}
}

func TestAssets(t *testing.T) {
	w := newWorld(t)
	page := w.get("/login")
	for _, path := range regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`).FindAllStringSubmatch(page.body, -1) {
		got := w.get(path[1])
		if got.status != 200 || got.header.Get("Content-Type") == "" || !strings.Contains(got.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got %d %v", path[1], got.status, got.header)
		}
	}
	if got := w.get("/assets/app.css"); got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("without its mark: got %q", got.header.Get("Cache-Control"))
	}
}

// TestNothingComesFromElsewhere: no page and no asset names another host, and no template needs what the policy forbids.
func TestNothingComesFromElsewhere(t *testing.T) {
	for _, dir := range []string{"templates", "assets"} {
		list, err := os.ReadDir(dir)
		must(t, err)
		for _, f := range list {
			b, err := os.ReadFile(dir + "/" + f.Name())
			must(t, err)
			b = bytes.ReplaceAll(b, []byte("http://www.w3.org/2000/svg"), nil)
			for _, no := range []string{"http://", "https://", "//cdn", " style=", "<style", " onclick", " onload", "javascript:", "eval(", "innerHTML ="} {
				if bytes.Contains(b, []byte(no)) {
					t.Errorf("%s/%s has %q", dir, f.Name(), no)
				}
			}
		}
	}
}

// TestContrast computes the contrast of text on its ground in both schemes: at least 4.5 to 1 (WCAG 2.2, 1.4.3, level AA).
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("assets/app.css")
	must(t, err)
	roots := regexp.MustCompile(`(?s):root \{(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	if len(roots) != 2 {
		t.Fatalf("got %d schemes, want 2", len(roots))
	}
	for scheme, root := range roots {
		c := map[string]string{"white": "#ffffff"}
		for _, m := range regexp.MustCompile(`--([\w-]+): (#[0-9a-f]+)`).FindAllStringSubmatch(root[1], -1) {
			c[m[1]] = m[2]
		}
		pairs := [][2]string{{"main-text", "main"}, {"green", "green-bg"}, {"red", "red-bg"}, {"amber", "amber-bg"}, {"text", "blue-bg"}, {"bg", "red"}, {"text", "green-bg"}, {"soft", "green-bg"}, {"link", "green-bg"}}
		for _, ground := range []string{"bg", "card", "lift"} {
			for _, ink := range []string{"text", "soft", "link", "red", "amber", "green"} {
				pairs = append(pairs, [2]string{ink, ground})
			}
		}
		for _, p := range pairs {
			if got := contrast(t, c[p[0]], c[p[1]]); got < 4.5 {
				t.Errorf("scheme %d: %s on %s is %.2f to 1", scheme, p[0], p[1], got)
			}
		}
	}
	for _, m := range regexp.MustCompile(`\.c\d \{ background-color: (#[0-9a-f]+)`).FindAllStringSubmatch(string(css), -1) {
		if got := contrast(t, "#ffffff", m[1]); got < 4.5 {
			t.Errorf("white on %s is %.2f to 1", m[1], got)
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatalf("colour %q: %v", hex, err)
	}
	part := func(shift uint) float64 {
		v := float64(n>>shift&255) / 255
		if v <= .04045 {
			return v / 12.92
		}
		return math.Pow((v+.055)/1.055, 2.4)
	}
	return .2126*part(16) + .7152*part(8) + .0722*part(0)
}

// TestPagesForEverybody: each field has a label, each page a language, a title and one heading of the first rank.
func TestPagesForEverybody(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	b := w.browse("responder")
	for _, path := range []string{"/", "/oncall", fmt.Sprintf("/i/%d", n), w.link(n, "ana", 1), "/i/1/x", "/i/99"} {
		body := b.get(path).body
		if strings.Count(body, "<h1") != 1 || !strings.Contains(body, `<html lang="en">`) || !strings.Contains(body, "<title>") || !strings.Contains(body, `class="skip"`) {
			t.Errorf("%s lacks a language, a title, a way past the menu or its one heading", path)
		}
		for _, field := range regexp.MustCompile(`<(?:input|textarea|select)[^>]*>`).FindAllStringIndex(body, -1) {
			if strings.Contains(body[field[0]:field[1]], `type="hidden"`) {
				continue
			}
			if strings.LastIndex(body[:field[0]], "<label") <= strings.LastIndex(body[:field[0]], "</label") {
				t.Errorf("%s: %s has no label", path, body[field[0]:field[1]])
			}
		}
	}
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 42 * time.Second: "42 s", 61 * time.Second: "1 min", time.Hour: "1 h", 125 * time.Minute: "2 h 5 min", 24 * time.Hour: "1 day", 75 * time.Hour: "3 days",
	} {
		if got := web.Age(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}

// TestLongTimeline: a page shows the newest, and says what it leaves out.
func TestLongTimeline(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	for k := range 400 {
		_, err := w.engine.Do(t.Context(), n, incident.Note{By: incident.Actor{Kind: incident.ByUser, Name: "bo"}, Text: fmt.Sprintf("note-%d-", k)})
		must(t, err)
	}
	page := w.get(w.link(n, "ana", 1))
	has(t, "the page", page, "note-399-", "note-100-", "Earlier", "before; the API has them all")
	hasNot(t, "the page", page, "note-0-")
}
