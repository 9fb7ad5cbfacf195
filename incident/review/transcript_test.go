package review_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
)

// TestTranscripts runs every story in testdata: commands behind "> ", and below each what the journal says, who is reminded,
// and where the review stands. Time moves with `wait`, which wakes the review whenever it asked to be.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			script, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Base(f), play(t, string(script)))
		})
	}
}

// stage is the world of a transcript: the review of the outage, and a clock.
type stage struct {
	t   *testing.T
	out strings.Builder
	now time.Time
	r   review.Review
}

func play(t *testing.T, script string) string {
	src := source()
	src.Timeline = src.Timeline[:3]
	src.Incident.Factors = nil
	if strings.Contains(script, "# type security") {
		src.Incident.Type = incident.TypeSecurity
	}
	s := &stage{t: t, now: src.Now, r: review.Draft(src)}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
			s.out.WriteString(line + "\n")
		case strings.HasPrefix(line, "> "):
			s.out.WriteString("\n" + line + "\n")
			s.command(line[2:])
		}
	}
	return s.out.String()
}

var argument = regexp.MustCompile(`(\w+)=("[^"]*"|\S+)`)

type arguments map[string]string

func (a arguments) text(k string) *string {
	if v, ok := a[k]; ok {
		return &v
	}
	return nil
}

func (a arguments) list(k string) *[]string {
	if v, ok := a[k]; ok {
		l := strings.Split(v, ";")
		return &l
	}
	return nil
}

func (a arguments) user(k string) *oncall.UserID { return (*oncall.UserID)(a.text(k)) }

func (a arguments) id() int {
	n, _ := strconv.Atoi(a["n"])
	return n
}

// date reads "5d", counted from the day of the incident, and "never".
func (a arguments) date(t *testing.T, k string) *time.Time {
	v, ok := a[k]
	if !ok || v == "never" {
		return map[bool]*time.Time{true: {}}[ok]
	}
	n, err := strconv.Atoi(strings.TrimSuffix(v, "d"))
	if err != nil {
		t.Fatal(err)
	}
	return ptr(ten.AddDate(0, 0, n))
}

func (s *stage) command(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	if verb == "wait" {
		s.wait(rest)
		return
	}
	args := arguments{}
	for _, m := range argument.FindAllStringSubmatch(rest, -1) {
		args[m[1]] = strings.Trim(m[2], `"`)
	}
	s.do(s.action(verb, args))
}

func (s *stage) do(a review.Action) {
	before := len(s.r.Journal)
	c, err := review.Decide(s.r, a, s.now)
	if err != nil {
		fmt.Fprintf(&s.out, "      refused: %v\n", err)
		return
	}
	s.r = c.Next
	for _, e := range s.r.Journal[before:] {
		fmt.Fprintf(&s.out, "%s %d %s %s: %s", e.At.Format("02 15:04"), e.Seq, e.By, e.Kind, e.What)
		if len(e.Data) > 0 {
			fmt.Fprintf(&s.out, " %v", e.Data)
		}
		s.out.WriteString("\n")
	}
	for _, m := range c.Reminders {
		fmt.Fprintf(&s.out, "%s reminds %q: %s\n", s.now.Format("02 15:04"), m.To, m.Text)
	}
	wakes := "never"
	if !s.r.WakeAt.IsZero() {
		wakes = s.r.WakeAt.Format("02 15:04")
	}
	fmt.Fprintf(&s.out, "      = %s, %d approvals, wakes %s\n", s.r.State, len(s.r.Approvals), wakes)
}

func (s *stage) wait(text string) {
	d, err := time.ParseDuration(text)
	if err != nil {
		s.t.Fatal(err)
	}
	end := s.now.Add(d)
	for n := 0; !s.r.WakeAt.IsZero() && !s.r.WakeAt.After(end); n++ {
		if n > 100 {
			s.t.Fatal("it wakes without end")
		}
		s.now = s.r.WakeAt
		s.do(review.Wake{})
	}
	s.now = end
}

func (s *stage) action(verb string, a arguments) review.Action {
	by := ana
	if a["by"] != "" {
		by = incident.Actor{Kind: incident.ByUser, Name: a["by"]}
	}
	switch verb {
	case "edit":
		return review.Edit{
			By: by, Title: a.text("title"), Owner: a.user("owner"), DueAt: a.date(s.t, "due"), Summary: a.text("summary"), Factors: a.list("factors"),
			Well: a.list("well"), MeetingAt: a.date(s.t, "meeting"),
		}
	case "item":
		i := review.AddItem{By: by, Text: a["text"], Type: review.ItemType(a["type"]), Owner: oncall.UserID(a["owner"])}
		if d := a.date(s.t, "due"); d != nil {
			i.Due = *d
		}
		return i
	case "change":
		return review.EditItem{By: by, ID: a.id(), Text: a.text("text"), Type: (*review.ItemType)(a.text("type")), Owner: a.user("owner"), Due: a.date(s.t, "due"), Ticket: a.text("ticket")}
	case "do":
		return review.DoItem{By: by, ID: a.id(), State: review.ItemState(a["state"]), Note: a["note"]}
	case "line":
		l := review.AddLine{By: by, What: a["what"]}
		if d := a.date(s.t, "at"); d != nil {
			l.At = *d
		}
		return l
	case "hide", "show":
		return review.HideLine{By: by, ID: a.id(), Show: verb == "show"}
	case "submit":
		return review.Submit{By: by}
	case "approve":
		return review.Approve{By: by, Note: a["note"]}
	case "return":
		return review.Return{By: by, Reason: a["reason"]}
	case "publish":
		return review.Publish{By: by}
	case "wake":
		return review.Wake{}
	}
	s.t.Fatalf("unknown command %q", verb)
	return nil
}
