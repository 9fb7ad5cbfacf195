package review_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
)

// complete is a review that people have worked on.
func complete(t *testing.T) review.Review {
	r := review.Draft(source())
	now := at(24 * time.Hour)
	for _, a := range []review.Action{
		review.Edit{
			By: ana, Facilitator: ptr[oncall.UserID]("meg"), MeetingAt: ptr(at(25 * time.Hour)),
			Summary: ptr("Nobody could pay for two hours.\nThe pool was dry.\n\nIt came back once, after a restart."), What: ptr("No payments"),
			Users: ptr("about 1,200"), Contacts: ptr("37"), Money: ptr("9,000 € of sales, late"),
			Factors: &[]string{"The pool was sized for last year's traffic", "The batch job shares the pool"},
			Well:    &[]string{"The second level answered in a minute"}, Wrong: &[]string{"The first phone was on silent"},
			Lucky: &[]string{"It was not Black Friday"}, Surprises: &[]string{"A restart helped for 5 minutes only"},
		},
		review.AddItem{By: ana, Text: "Give the batch job a pool of its own", Type: review.Prevent, Owner: "bo", Due: at(14 * 24 * time.Hour), Priority: "P2", Ticket: "https://tickets.example.com/browse/SHOP_17"},
		review.AddItem{By: ana, Text: "Alert at 80 % of the pool", Type: review.Detect, Owner: "cy", Due: at(7 * 24 * time.Hour)},
		review.AddItem{By: ana, Text: "Buy a bigger database", Type: review.Mitigate},
		review.DoItem{By: ana, ID: 3, State: review.ItemDropped, Note: "It would hide the next one"},
		review.AddLine{By: ana, At: at(-3 * time.Minute), Who: "support", What: "The first customer calls"},
		review.HideLine{By: ana, ID: 5},
		review.Submit{By: ana},
		review.Approve{By: incident.Actor{Kind: incident.ByUser, Name: "meg"}, Note: "Well told"},
		review.Publish{By: ana},
		review.DoItem{By: ana, ID: 2, State: review.ItemDone},
	} {
		c, err := review.Decide(r, a, now)
		if err != nil {
			t.Fatalf("%T: %v", a, err)
		}
		r, now = c.Next, now.Add(time.Hour)
	}
	return r
}

func TestMarkdownOfAPublishedReview(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "published.md", review.Markdown(complete(t), roster(), madrid))
}

// TestMarkdownOfAHostileReview writes into every field what would do harm if it were Markdown or HTML.
func TestMarkdownOfAHostileReview(t *testing.T) {
	const evil = "# <script>alert(1)</script> | a *b* _c_ `d` [e](javascript:f) &lt; my_service ~~g~~ \\"
	src := source()
	src.Incident.Title, src.Incident.Service, src.Incident.Team, src.Incident.Type = evil, evil, evil, incident.TypeSecurity
	src.Incident.Factors, src.Incident.Note, src.Incident.Rule = []string{evil, "1. one\n2. two"}, "---\n=== \n\n\n> quote\n    code\n\x1b[31m\u202ered", evil
	src.Timeline[0].What, src.Timeline[0].By.Name = evil, evil
	r := review.Draft(src)
	c, err := review.Decide(r, review.AddItem{By: ana, Text: evil, Type: review.Process, Owner: "<b>", Ticket: "https://x.example/_a_?b=<i>."}, ten)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "hostile.md", review.Markdown(c.Next, nil, nil))
}

// TestMarkdownIsHarmless feeds any text at all: no HTML begins, no table gets a column more, no line becomes a heading.
func TestMarkdownIsHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"|", "\\", "\n", "<", "# ", "- ", "```", "https://x.example/", "\r\n\r\n", "&#60;", "](x)"}))
		text := strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "text"), "")
		r := review.Review{
			Incident: 1, Title: text, Summary: text, Factors: []string{text}, Wrong: []string{text}, External: text,
			Items:    []review.Item{{ID: 1, Text: text, Owner: "x", Ticket: text, Note: text, State: review.ItemOpen}},
			Timeline: []review.Line{{ID: 1, At: ten, Who: text, What: text}},
		}
		md := review.Markdown(r, nil, nil)
		plain := r
		plain.Title, plain.Summary, plain.Factors, plain.Wrong, plain.External = "x", "x", []string{"x"}, []string{"x"}, "x"
		plain.Items = []review.Item{{ID: 1, Text: "x", Owner: "x", Ticket: "x", Note: "x", State: review.ItemOpen}}
		plain.Timeline = []review.Line{{ID: 1, At: ten, Who: "x", What: "x"}}
		if strings.Contains(md, "<") {
			t.Fatalf("there is HTML in it:\n%s", md)
		}
		for _, what := range []struct {
			name string
			of   func(string) int
		}{{"cells", cells}, {"headings", headings}, {"fences", func(s string) int { return strings.Count(s, "\n```") }}} {
			if got, want := what.of(md), what.of(review.Markdown(plain, nil, nil)); text != "" && strings.TrimSpace(text) != "" && got > want {
				t.Fatalf("%d %s, want %d:\n%s", got, what.name, want, md)
			}
		}
	})
}

// cells counts the bars that part cells.
func cells(md string) int {
	n, escaped := 0, false
	for _, c := range md {
		if c == '|' && !escaped {
			n++
		}
		escaped = c == '\\' && !escaped
	}
	return n
}

func headings(md string) int {
	n := 0
	for line := range strings.Lines(md) {
		if strings.HasPrefix(strings.TrimLeft(line, "> "), "#") {
			n++
		}
	}
	return n
}

// TestTimesSayWhichOfTwoHours covers a night in which the clocks go back.
func TestTimesSayWhichOfTwoHours(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	r := review.Review{Incident: 1, Title: "x", Timeline: []review.Line{{ID: 1, At: night, What: "first"}, {ID: 2, At: night.Add(time.Hour), What: "second"}}}
	md := review.Markdown(r, nil, madrid)
	for _, want := range []string{"| 02:30:00 CEST |  | first |", "| 02:30:00 CET |  | second |"} {
		if !strings.Contains(md, want) {
			t.Errorf("%q is missing in\n%s", want, md)
		}
	}
}
