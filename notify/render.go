package notify

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rouse/rouse/internal/lapse"
)

// View is what rendering needs to know of one incident.
type View struct {
	Number      int64
	Title       string
	Service     string
	Team        string
	Priority    string // P1 (worst) to P5
	State       string
	Severity    string // of the worst alert
	Firing      int    // alerts that fire now
	Total       int    // alerts that ever joined
	Age         time.Duration
	Runbook     string
	Description string
	URL         string // its public page; may be signed
	Neutral     bool   // a security incident: messages carry its number and a neutral title only
	AckedBy     string
	Assignee    string
	Test        bool // nothing is broken: a drill or a test
}

// neutralTitle stands for the title of an incident whose title is nobody else's business.
const neutralTitle = "security incident"

// maxSegments is what a page may cost. The text is cut to fit, its title first.
const maxSegments = 2

// AlertText renders the SMS that wakes somebody:
//
//	P1 INC-42 checkout: HighErrorRate eu-1 (3 alerts, 2m)
//	Reply 42 to ack, 42r resolve, 42e escalate
//	https://rouse.example.com/i/42
//
// It takes one or two segments. Only the title is cut, only as far as needed; for a text in UCS-2 that would leave less
// than 24 characters of it, the hint is shortened to its first command, then the service, and at last the address goes.
// The priority and the number, which is also the code to reply with, are the first words. Typographic quotes, dashes and
// ellipses become plain when that alone makes the text GSM-7; else emoji go and Latin letters lose their accents, where the text is
// GSM-7 without; else every character is kept and sent as Unicode.
func AlertText(v View) string {
	return draft{
		head: label(v), service: shownService(v), title: shownTitle(v), tail: circumstances(v),
		hints: hints(v.Number), url: v.URL,
	}.fit()
}

// UpdateText renders the SMS that tells the assignee that joined more alerts are in the incident.
func UpdateText(v View, joined int) string {
	news := plural(joined, "more alert")
	if v.Firing > 0 {
		news += fmt.Sprintf(", %d firing", v.Firing)
	}
	if v.Neutral {
		news = ""
	}
	n := strconv.FormatInt(v.Number, 10)
	return draft{
		head: label(v), service: shownService(v), lead: news, title: shownTitle(v),
		hints: []string{"Reply " + n + "? for its status, " + n + "r resolve", "Reply " + n + "? for its status"}, url: v.URL,
	}.fit()
}

// UpdatesText renders the SMS that tells an assignee of growth in several incidents at once.
func UpdatesText(vs []View) string {
	refs := make([]string, 0, 6)
	for _, v := range vs[:min(len(vs), 6)] {
		refs = append(refs, ref(v.Number))
	}
	more := ""
	if len(vs) > len(refs) {
		more = " and " + strconv.Itoa(len(vs)-len(refs)) + " more"
	}
	return "More alerts in " + strconv.Itoa(len(vs)) + " incidents of yours: " + strings.Join(refs, ", ") + more + "\nReply list for them"
}

// ReassignText renders the SMS to somebody who is handed the incident. by is who did it, or empty.
func ReassignText(v View, by string) string {
	given := "yours now"
	if by = cut(oneLine(by), 16, "…"); by != "" {
		given += ", from " + by
	}
	return draft{
		head: label(v), service: shownService(v), lead: given, title: shownTitle(v), tail: circumstances(v),
		hints: hints(v.Number), url: v.URL,
	}.fit()
}

// TestText renders the SMS of a test page that belongs to no incident. note is what its sender wanted to say, or empty.
func TestText(note string) string {
	return draft{
		head: "TEST page from rouse, nothing is broken", title: oneLine(note),
		hints: []string{"Reply ? for what you can say here"},
	}.fit()
}

// SafeText renders the SMS that stands in for one whose own words were refused: plain, in one segment, with nothing in it that a
// source has chosen. number is the incident that it pages for, 0 for none; bundle the code for all of them, if there are several.
func SafeText(number int64, bundle string) string {
	switch {
	case bundle != "":
		return "rouse pages you for several incidents. Reply " + bundle + " to ack all, list to read them."
	case number != 0:
		n := strconv.FormatInt(number, 10)
		return "rouse pages you for INC-" + n + ". Reply " + n + " to ack, " + n + "? to read it."
	}
	return "rouse has a message for you that cannot go as a text. Please sign in to read it."
}

// draft is a text before it is cut to size: "head service: lead: title (tail)", a hint, an address.
type draft struct {
	head    string
	service string
	lead    string
	title   string
	tail    string
	hints   []string // the full one, then shorter ones
	url     string
}

// steps is how a draft gives way: what stays of the service and the hint, whether the address stays, how much of the
// title must remain for the step to do, and whether the count and age stay.
var steps = []struct {
	service, hint int
	url           bool
	title         int
	tail          bool
}{
	{40, 0, true, 24, true}, {40, 1, true, 24, true}, {16, 1, true, 24, true},
	{40, 0, false, 24, true}, {40, 1, false, 24, true}, {16, 1, false, 16, true}, {8, 1, false, 0, false},
}

// fit returns the draft as a text of at most maxSegments. A title whose first letters alone would travel as GSM-7, while the whole
// of it has room without the address, keeps its letters: what is behind the first of them may be what matters.
func (d draft) fit() string {
	d.title = cut(d.title, 400, "…")
	r := d.reduced()
	all := max(utf8.RuneCountInString(d.title), utf8.RuneCountInString(r.title))
	text, short := "", ""
	for _, s := range steps {
		if !s.tail {
			d.tail, r.tail = "", ""
		}
		at := func(n int) string {
			return plainer(d.with(n, s.service, s.hint, s.url), r.with(n, s.service, s.hint, s.url))
		}
		n, beheaded := longest(all, at)
		text = at(max(n, 0))
		switch {
		case n < min(all, s.title):
		case !beheaded && (short == "" || n == all):
			return text
		case short == "":
			short = text
		}
	}
	if short != "" {
		return short
	}
	return text
}

// longest is the most of all characters with which a text fits, -1 for none. beheaded says that it was not for want of room but since
// the next character has no place in GSM-7, which leaves less than half.
func longest(all int, at func(n int) string) (n int, beheaded bool) {
	wide := sort.Search(all+1, func(n int) bool { return !plain(at(n)) }) // the first that travels as UCS-2
	n = wide + sort.Search(all+1-wide, func(k int) bool { return !fits(at(wide + k)) }) - 1
	if n >= wide {
		return n, false
	}
	n = sort.Search(wide, func(n int) bool { return !fits(at(n)) }) - 1
	return n, wide <= all && n == wide-1
}

// reduced is the draft with what others wrote in it reduced.
func (d draft) reduced() draft {
	d.service, d.lead, d.title = reduce(d.service), reduce(d.lead), reduce(d.title)
	return d
}

func fits(text string) bool {
	_, _, n := Segments(text)
	return n <= maxSegments
}

// with lays the draft out with n characters of title.
func (d draft) with(n, service, hint int, url bool) string {
	parts := []string{strings.TrimSpace(d.head + " " + cut(d.service, service, "…"))}
	for _, p := range []string{d.lead, cut(d.title, n, "…")} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	first := strings.Join(parts, ": ")
	if d.tail != "" {
		first += " (" + d.tail + ")"
	}
	out := []string{first, d.hints[min(hint, len(d.hints)-1)]}
	if url && d.url != "" {
		out = append(out, oneLine(d.url))
	}
	return strings.Join(out, "\n")
}

// label is how a page begins: "P1 INC-42", with TEST in front of a test. A neutral one carries the number alone.
func label(v View) string {
	var words []string
	if v.Test {
		words = append(words, "TEST")
	}
	if p := cut(oneLine(v.Priority), 4, "…"); p != "" && !v.Neutral {
		words = append(words, p)
	}
	return strings.Join(append(words, ref(v.Number)), " ")
}

func ref(n int64) string { return "INC-" + strconv.FormatInt(n, 10) }

func hints(number int64) []string {
	n := strconv.FormatInt(number, 10)
	return []string{"Reply " + n + " to ack, " + n + "r resolve, " + n + "e escalate", "Reply " + n + " to ack"}
}

func shownTitle(v View) string {
	if v.Neutral {
		return neutralTitle
	}
	if t := oneLine(v.Title); t != "" {
		return t
	}
	return "no title"
}

func shownService(v View) string {
	if v.Neutral {
		return ""
	}
	return oneLine(v.Service)
}

// circumstances says how much and how long: "3 alerts, 2m".
func circumstances(v View) string {
	if v.Neutral {
		return ""
	}
	var out []string
	switch {
	case v.Firing > 0 && v.Firing < v.Total:
		out = append(out, fmt.Sprintf("%d of %d alerts", v.Firing, v.Total))
	case max(v.Firing, v.Total) > 0:
		out = append(out, plural(max(v.Firing, v.Total), "alert"))
	}
	if v.Age >= time.Second {
		out = append(out, lapse.Largest(v.Age))
	}
	return strings.Join(out, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
