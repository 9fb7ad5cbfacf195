package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/store"
)

var update = flag.Bool("update", false, "write the tables in docs that tests compare with")

// failing is one way for a page not to get through.
type failing struct {
	class string
	what  string // as the table names it
	code  int    // beside others of the same row; 0 for none
	on    phonetest.Channel
	now   phonetest.Behaviour
	then  func(*town)   // what else happens, a second later
	until time.Duration // how long the page is watched
}

// failings are all that docs/operations.md has a row for: every code of every class, as the API's answer where it comes so, and as a
// later report where it comes so.
func failings() (all []failing) {
	answer := func(class string, status int, codes ...int) {
		for _, c := range codes {
			all = append(all, failing{class: class, what: "answer", code: c, on: phonetest.SMS, now: phonetest.Refuse(status, c)})
		}
	}
	report := func(class string, codes ...int) {
		for _, c := range codes {
			all = append(all, failing{class: class, what: "report", code: c, on: phonetest.SMS, now: phonetest.Undelivered(c)})
		}
	}
	call := func(class, what string, b phonetest.Behaviour) {
		all = append(all, failing{class: class, what: what, on: phonetest.Voice, now: b, until: 70 * time.Second})
	}
	text := func(class, what string, b phonetest.Behaviour) {
		all = append(all, failing{class: class, what: what, on: phonetest.SMS, now: b, until: 70 * time.Second})
	}
	text("throttle", "429 once, Retry-After 3 s", phonetest.Throttle429(3*time.Second))
	text("throttle", "429 once, Retry-After 30 s", phonetest.Throttle429(30*time.Second))
	answer("queue", 429, 21611)
	report("queue", 30001, 30036)
	text("transient", "500, nothing was sent", phonetest.ServerError(500))
	text("transient", "500, but it was sent", phonetest.CreateThen500())
	text("transient", "no answer, nothing was sent", phonetest.Hang())
	text("transient", "no answer, but it was sent", phonetest.CreateThenHang())
	text("transient", "an answer that cannot be read, but it was sent", phonetest.BadJSON())
	report("transient", 30008, 30410)
	report("handset", 30003)
	call("handset", "call: busy", phonetest.Busy())
	call("handset", "call: no answer", phonetest.NoAnswer())
	call("handset", "call: answering machine", phonetest.Machine())
	call("handset", "call: answered, no key", phonetest.AnswerAndSilence())
	call("handset", "call: canceled at the carrier", phonetest.NoAnswer())
	all[len(all)-1].then = (*town).cancelAtCarrier
	call("dead", "call: answer 21211, 21214, 13223, 13224", phonetest.Refuse(400, 21211))
	call("transient", "call: failed", phonetest.Failed(0))
	answer("dead", 400, 21211, 21214, 21604, 21614, 21635)
	report("dead", 30005, 30006)
	answer("consent", 400, 21610)
	report("consent", 21610)
	answer("filtered", 400, 30034)
	answer("filtered", 400, 21612)
	report("filtered", 30004, 30007, 30032, 30034, 30450)
	answer("account", 401, 20003)
	answer("account", 403, 20005)
	answer("account", 400, 21601, 21606, 21603, 21659, 21660, 21703)
	answer("account", 400, 21408, 21608)
	report("account", 30002)
	call("account", "call: answer 21210", phonetest.Refuse(400, 21210))
	call("account", "call: answer 21215, 21216", phonetest.Refuse(400, 21215))
	answer("content", 400, 21602, 21617, 21605)
	report("content", 30019)
	answer("unlisted", 400, 29999)
	report("unlisted", 39999)
	text("none", "no report ever", phonetest.LoseCallbacks())
	call("none", "call: no report ever", phonetest.LoseCallbacks())
	text("none", "delivered, but late", phonetest.DeliverAfter(20*time.Second))
	return all
}

// TestEveryClass walks through the table of docs/operations.md: what is sent next after each failure, and how soon.
func TestEveryClass(t *testing.T) {
	var rows []*row
	for _, f := range failings() {
		got := &row{class: f.class, way: f.what}
		for k, config := range []string{classesConfig(1, f.on), classesConfig(2, f.on)} {
			t.Run(fmt.Sprintf("%s %s %d with %d accounts", f.class, f.what, f.code, k+1), func(t *testing.T) {
				tell(t, config, false, func(w *town) { got.then[k], got.known = w.watch(f, k == 0, got.known) })
			})
		}
		if f.code != 0 {
			got.codes = []string{fmt.Sprint(f.code)}
		}
		if at := slices.IndexFunc(rows, got.like); at >= 0 && f.code != 0 {
			rows[at].codes = append(rows[at].codes, got.codes...)
		} else {
			rows = append(rows, got)
		}
	}
	compareDoc(t, "../../docs/operations.md", "what follows", classTable(rows))
}

// row is one line of the table.
type row struct {
	class, way string
	codes      []string
	then       [2]string // with one account, with two
	known      string
}

func (r *row) like(o *row) bool {
	return r.class == o.class && r.way == o.way && r.then == o.then && r.known == o.known
}

func classTable(rows []*row) string {
	var b strings.Builder
	b.WriteString("| class | what happens to the first message | then, with one account | with a second account | remembered |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		way := r.way
		if len(r.codes) > 0 {
			way += " " + strings.Join(r.codes, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", strings.TrimPrefix(r.class, "none"), way, r.then[0], r.then[1], r.known)
	}
	return b.String()
}

// classesConfig is the town with one account or two, and a person whose first method is the one that fails.
func classesConfig(accounts int, on phonetest.Channel) string {
	config := townConfig
	if on == phonetest.Voice {
		config = strings.Replace(config, `phone: "+34600000001"}`, `phone: "+34600000001", notify: {high: [{via: call}, {via: sms, after: 2m}], low: [{via: sms}]}}`, 1)
	}
	own := "    - {matchers: ['alertname=~\"Rouse.*\"'], service: quiet}\n" // rouse's own trouble is another's
	config = strings.Replace(config, "  routes:\n", "  routes:\n"+own, 1)
	if accounts == 2 {
		config = strings.Replace(config, "users:\n", `  - name: second
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: phones, from: "+15550100002", base_url: "http://phones.test"}
users:
`, 1)
	}
	return config
}

// watch lets one page fail, and tells what was sent next, how soon after the failure was known, and what is remembered of it.
func (w *town) watch(f failing, alone bool, before string) (then, known string) {
	b := f.now.Only(f.on).Limit(1)
	if b.Kind == phonetest.KindLoseCallbacks {
		b.Times = 0 // every one of them
	}
	w.people["ana"].Behave(b)
	w.fire("alertname=Down", "severity=critical")
	until := cmp.Or(f.until, 10*time.Second)
	if f.then != nil {
		time.Sleep(time.Second)
		f.then(w)
	}
	known = before
	if alone {
		soon := min(until, 20*time.Second)
		if f.on == phonetest.Voice {
			soon = 30 * time.Second
		}
		time.Sleep(soon)
		known, until = w.remembered(), until-soon
	}
	time.Sleep(until)
	return w.sentNext(), known
}

// cancelAtCarrier has somebody at the carrier end the call that rings.
func (w *town) cancelAtCarrier() {
	c := w.people["ana"].Calls()[0]
	req := httptest.NewRequest(http.MethodPost, "http://phones.test/2010-04-01/Accounts/"+w.street.AccountSID()+"/Calls/"+c.SID+".json", strings.NewReader("Status=canceled"))
	req.SetBasicAuth(w.street.AccountSID(), "phones")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res, err := w.street.RoundTripper().RoundTrip(req); err != nil || res.StatusCode != http.StatusOK {
		w.t.Errorf("the carrier did not cancel the call: %v", err)
	}
}

// sentNext tells what was sent after the first message failed. What follows from a call that rings unanswered is left out.
func (w *town) sentNext() string {
	var failed time.Time
	var out []string
	var when []time.Duration
	first := true
	for _, e := range reportsFirst(w.street.Log()) {
		sending := e.Kind == phonetest.Requested && e.Detail == http.MethodPost && strings.HasSuffix(e.URL, "s.json")
		word := ""
		switch {
		case sending && first:
			first, failed = false, e.At
		case e.Kind == phonetest.Answered && len(out) == 0 && e.Code >= 400,
			e.Kind == phonetest.Called && len(out) == 0 && slices.Contains([]string{"undelivered", "failed", "busy", "no-answer", "completed", "canceled"}, e.Status):
			failed = e.At
		case sending && strings.HasPrefix(e.Params.Get("Body"), "rouse can"):
			word = "a notice to the owner"
		case sending && strings.Contains(e.URL, "Messages"):
			word = "text"
		case sending:
			word = "call"
		}
		if word == "" || e.Phone == w.people["cy"].Number() || (word == "call" && strings.Contains(strings.Join(out, " "), "call")) {
			continue
		}
		if e.Phone != w.people["ana"].Number() {
			word += " to the next person"
		}
		if e.Params.Get("From") == "+15550100002" {
			word += " by the second"
		}
		after := e.At.Sub(failed).Round(time.Second)
		soon := "at once"
		if after > 0 {
			soon = fmt.Sprintf("after %ds", after/time.Second)
		}
		out, when = append(out, word+" "+soon), append(when, after)
		if k := len(out) - 1; k > 0 && when[k-1] == after && out[k] < out[k-1] { // of two that go together either may be first
			out[k], out[k-1] = out[k-1], out[k]
		}
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

// reportsFirst puts reports before what follows from them in the same instant: the street notes a report when it has been answered,
// and by then rouse may have sent the next message.
func reportsFirst(log []phonetest.Event) []phonetest.Event {
	rank := func(e phonetest.Event) int {
		if e.Kind == phonetest.Called {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(log, func(x, y phonetest.Event) int { return cmp.Or(x.At.Compare(y.At), rank(x)-rank(y)) })
	return log
}

// remembered tells what rouse knows of the number and of the line afterwards.
func (w *town) remembered() string {
	var out []string
	for _, l := range w.d.engine.Lines() {
		if !l.Since.IsZero() {
			out = append(out, fmt.Sprintf("line out of use for %ds", l.Until.Sub(l.Since)/time.Second))
		}
	}
	_ = w.st.View(context.Background(), func(tx store.Tx) error {
		c, err := tx.Contact(w.people["ana"].Number())
		switch {
		case len(c.Dead) > 0:
			out = append(out, "number out of use for this method")
		case c.OptedOut:
			out = append(out, "no texts until START")
		case c.Fails > 0:
			out = append(out, "failing")
		}
		all, err2 := tx.List(store.Filter{})
		if len(all) > 1 {
			out = append(out, "incident of rouse's own")
		}
		return cmp.Or(err, err2)
	})
	return strings.Join(out, ", ")
}

// compareDoc compares a part of a document, between two comments, with what a test found.
func compareDoc(t *testing.T, path, name, want string) {
	t.Helper()
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := []byte("<!-- "+name+" -->\n"), []byte("<!-- end of "+name+" -->")
	head, rest, ok1 := bytes.Cut(doc, begin)
	got, tail, ok2 := bytes.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has no part %q", path, name)
	}
	if *update {
		out := slices.Concat(head, begin, []byte(want), end, tail)
		if err := os.WriteFile(path, out, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(got) != want {
		t.Errorf("%s says otherwise (go test ./cmd/rouse -run TestEveryClass -update writes it); this is what happens:\n%s", path, want)
	}
}
