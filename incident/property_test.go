package incident_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

func books() []*incident.Rulebook {
	var out []*incident.Rulebook
	cal := &sla.Calendar{Zone: time.UTC, Hours: []oncall.WeeklyHours{{Days: [7]bool{false, true, true, true, true, true, false}, From: 9 * 60, To: 17 * 60}}}
	for k := range 4 {
		b := cast()
		b.HoldReasons = []string{"customer", "vendor", "problem"}
		b.Version = fmt.Sprint("v", k)
		b.NoteFor = map[incident.Priority]bool{"P1": true, "P2": true}
		b.Reviews = incident.Reviews{Required: map[incident.Priority]bool{"P1": true}, Due: 48 * time.Hour}
		b.Cadence = map[incident.Priority]time.Duration{"P1": 30 * time.Minute, "P3": time.Hour}
		b.SLAs = []*sla.Definition{
			{Name: "standard", CalendarName: "always", WarnAt: []int{50, 75, 100, 150}, PauseOnHold: []string{"vendor"}, Escalate: true,
				Response: map[string]time.Duration{"P1": 15 * time.Minute, "P2": 30 * time.Minute}, Resolution: map[string]time.Duration{"P1": 4 * time.Hour, "P2": 8 * time.Hour}},
			{Name: "office", CalendarName: "office", Calendar: cal, WarnAt: []int{80, 100}, Resolution: map[string]time.Duration{"P1": 3 * time.Hour, "P3": 9 * time.Hour}},
		}
		switch k {
		case 1:
			b.SLAs, b.Reviews.Due, b.Cadence = nil, 0, nil
		case 2:
			b.SLAs = b.SLAs[1:]
			b.Types = map[string][]string{"technical": {"x"}, "security": nil}
			delete(b.Services, "main")
		case 3:
			b.Roster = oncall.NewRoster(nil, nil, nil, []oncall.Policy{{ID: "everyone", Levels: []oncall.Level{{Wait: time.Minute}}}}, "everyone")
		}
		out = append(out, b)
	}
	return out
}

func dumpJSON(v any) string { b, _ := json.Marshal(v); return string(b) }

func anyAction(t *rapid.T, i *incident.Incident, now time.Time) incident.Action {
	users := []string{"ana", "bo", "cy", "dee", "ghost", ""}
	who := rapid.SampledFrom(users)
	by := incident.Actor{Kind: rapid.SampledFrom([]incident.ActorKind{incident.ByUser, incident.ByToken, incident.ByAutomation}).Draw(t, "kind"), Name: who.Draw(t, "by"), Channel: rapid.SampledFrom([]string{"sms", "api", "call"}).Draw(t, "ch")}
	when := func(n string) time.Time {
		d := rapid.SampledFrom([]time.Duration{-time.Hour, 0, time.Second, time.Minute, time.Hour, 50 * time.Hour, -1}).Draw(t, n)
		if d == -1 {
			return time.Time{}
		}
		return now.Add(d)
	}
	text := rapid.SampledFrom([]string{"", " ", "words", "TITLE main low"}).Draw(t, "text")
	mute := func() *router.Suppression {
		if rapid.Bool().Draw(t, "muted") {
			return nil
		}
		return &router.Suppression{Kind: router.BySilence, Rule: rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "rule"), Until: now.Add(rapid.SampledFrom([]time.Duration{time.Minute, time.Hour, 1000 * time.Hour}).Draw(t, "muteFor"))}
	}
	heard := func() *incident.Heard {
		if rapid.Bool().Draw(t, "nobody looked") {
			return nil
		}
		return &incident.Heard{Free: rapid.Bool().Draw(t, "free"), Muted: mute()}
	}
	grade := rapid.SampledFrom([]incident.Grade{"", "high", "medium", "low"})
	sev := rapid.SampledFrom([]alert.Severity{alert.Critical, alert.Warning, alert.Info, alert.Unknown})
	al := func() alert.Alert {
		k := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
		return alert.Alert{Integration: "prom", Key: k, Title: "TITLE " + k, Severity: sev.Draw(t, "sev")}
	}
	n := rapid.Int64Range(1, 4).Draw(t, "n")
	switch rapid.IntRange(0, 27).Draw(t, "action") {
	case 0, 1:
		if i.DuplicateOf != 0 { // the engine sends alerts on to the target
			return incident.Wake{}
		}
		return incident.Fire{Alert: al(), Where: router.Decision{Service: i.Service, Route: "r"}, Suppressed: mute(), Muted: mute(), Again: rapid.Bool().Draw(t, "again"), Known: i.Firing > 0 && rapid.Bool().Draw(t, "known")}
	case 2, 3:
		c := incident.Clear{Alert: al()}
		if rapid.Bool().Draw(t, "lead") {
			l := al()
			c.Lead = &l
		}
		return c
	case 4, 5, 6, 7:
		if i.Firing == 0 {
			return incident.Wake{}
		}
		if rapid.IntRange(0, 9).Draw(t, "redrive") == 0 {
			return incident.Redrive{Why: "a test", Suppressed: mute(), Heard: heard()}
		}
		if rapid.IntRange(0, 9).Draw(t, "set back") == 0 {
			return incident.SetBack{By: time.Hour}
		}
		return incident.Wake{Suppressed: mute(), Heard: heard()}
	case 8:
		page := ""
		for _, p := range i.Cursor.People {
			for _, s := range p.Steps {
				if s.Page != "" {
					page = s.Page
				}
			}
		}
		return incident.Report{Page: page, Outcome: rapid.SampledFrom([]incident.StepOutcome{"", incident.StepMissed, incident.StepHeld, incident.StepDelivered, incident.StepSent}).Draw(t, "out"), Detail: "d"}
	case 9:
		return incident.Ack{By: by, User: oncall.UserID(by.Name), Until: when("until")}
	case 10:
		return incident.Escalate{By: by}
	case 11:
		return incident.Resolve{By: by, Code: rapid.SampledFrom(append(incident.Codes(), "", "junk")).Draw(t, "code"), Note: text, Ending: rapid.IntRange(0, 2).Draw(t, "ending"), Parent: rapid.Bool().Draw(t, "parent")}
	case 12:
		return incident.Reassign{By: by, To: oncall.UserID(who.Draw(t, "to"))}
	case 13:
		return incident.Hold{By: by, Reason: rapid.SampledFrom([]string{"", "vendor: x", "customer", "lunch"}).Draw(t, "why"), Until: when("until")}
	case 14:
		return incident.Note{By: by, Text: text}
	case 15:
		return incident.Close{By: by, Note: text}
	case 16:
		return incident.Amend{By: by, Reason: text, Title: rapid.SampledFrom([]string{"", "TITLE x"}).Draw(t, "t"), Service: rapid.SampledFrom([]string{"", "main", "low", "lease"}).Draw(t, "s"),
			Type: rapid.SampledFrom([]string{"", "technical", "security"}).Draw(t, "ty"), Impact: grade.Draw(t, "im"), Urgency: grade.Draw(t, "ur"), Priority: rapid.SampledFrom([]incident.Priority{"", "P1", "P3", "P5"}).Draw(t, "pr"),
			Matrix: rapid.Bool().Draw(t, "m"), UpdateEvery: rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour}).Draw(t, "ue")}
	case 17:
		return incident.Diagnose{By: by, Kind: incident.WorkaroundFound, Text: text}
	case 18:
		return incident.Assign{By: by, Role: incident.Communications, To: oncall.UserID(who.Draw(t, "to"))}
	case 19:
		return incident.Publish{By: by, Audience: rapid.SampledFrom(incident.Audiences()).Draw(t, "au"), Phase: rapid.SampledFrom(incident.Phases()).Draw(t, "ph"), Text: text, Next: when("next"), To: []incident.Recipient{{User: "cy"}, {Receiver: "room"}, {Address: "x@example.com"}}}
	case 20:
		return incident.Resume{By: by}
	case 21:
		return incident.Reopen{By: by, Reason: text, Parent: rapid.Bool().Draw(t, "parent")}
	case 22:
		return incident.Confirm{By: by, Note: text, Satisfied: rapid.IntRange(-1, 6).Draw(t, "sat")}
	case 23:
		return incident.Relate{By: by, Kind: rapid.SampledFrom([]incident.Relation{incident.ToChild, incident.ToParent, incident.ToProblem, incident.ToPrevious}).Draw(t, "rel"), To: n, Undo: rapid.Bool().Draw(t, "undo")}
	case 24:
		return incident.MergeInto{By: by, Target: n, Moved: i.Firing}
	case 25:
		l := al()
		return incident.Absorb{By: by, Source: n, Title: "TITLE z", Firing: rapid.IntRange(0, 2).Draw(t, "f"), Total: 2, Severity: l.Severity, Lead: &l}
	case 26:
		return incident.Reviewed{By: by, State: rapid.SampledFrom([]string{"", incident.ReviewDraft, incident.ReviewInReview, incident.ReviewPublished}).Draw(t, "rs")}
	}
	return incident.Inform{By: by, Who: []oncall.UserID{oncall.UserID(who.Draw(t, "to"))}, Why: "help"}
}

func TestEveryActionKeepsTheLaw(t *testing.T) {
	books := books()
	rapid.Check(t, func(t *rapid.T) {
		book := books[0]
		now := time.Date(2026, 11, 20, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC)
		svc := rapid.SampledFrom([]string{"main", "low", "lease", "turns", "zone", "empty"}).Draw(t, "service")
		var i incident.Incident
		pages := map[string]string{}
		seq := 0
		var history []string
		step := func(a incident.Action) {
			before := dumpJSON(i)
			was := i
			ch, err := incident.Decide(i, a, book, now)
			history = append(history, fmt.Sprintf("%s %T %s err=%v", now.Format("02T15:04:05"), a, dumpJSON(a), err))
			fail := func(format string, args ...any) {
				t.Fatalf("%s\n%s\nwas %s\nnow %s", fmt.Sprintf(format, args...), strings.Join(history, "\n"), before, dumpJSON(ch.Next))
			}
			if dumpJSON(was) != before {
				fail("Decide changed its input")
			}
			if err != nil {
				if dumpJSON(ch) != dumpJSON(incident.Change{}) {
					fail("an error with a change")
				}
				return
			}
			n := ch.Next
			for _, e := range ch.Entries {
				seq++
				if e.Seq != seq {
					fail("entry %d, want %d", e.Seq, seq)
				}
			}
			if n.Entries != seq {
				fail("entries %d", n.Entries)
			}
			if n.State == incident.Triggered && n.WakeAt.IsZero() {
				fail("THE LAW: an open, unacknowledged incident without a timer")
			}
			if why := incident.Stuck(&n, now, 1e6*time.Hour); why != "" {
				fail("it would be found stuck: %s", why)
			}
			if _, wake := a.(incident.Wake); wake && !n.WakeAt.IsZero() && !n.WakeAt.After(now) {
				fail("spins: wake at %s", n.WakeAt)
			}
			if n.Firing < 0 || n.Total < 0 {
				fail("negative")
			}
			for k := 1; k < len(n.Marks); k++ {
				if n.Marks[k].At.Before(n.Marks[k-1].At) {
					fail("marks out of order")
				}
			}
			if !was.FirstAckAt.IsZero() && !n.FirstAckAt.Equal(was.FirstAckAt) {
				fail("FirstAckAt moved")
			}
			if was.State == incident.Closed && (n.State != incident.Closed || !n.ClosedAt.Equal(was.ClosedAt) || n.Code != was.Code || n.Note != was.Note || n.Priority != was.Priority) {
				fail("closed changed")
			}
			if (n.State == incident.Resolved || n.State == incident.Closed) && !slices.Contains(incident.Codes(), n.Code) {
				fail("resolved with code %q", n.Code)
			}
			if n.State.Open() && n.Code != "" {
				fail("open with a code")
			}
			if n.State == incident.Closed && was.State != incident.Closed {
				if n.Review.Required && n.Review.State != incident.ReviewPublished {
					fail("closed without its review")
				}
				if book.NoteFor[n.Priority] && strings.TrimSpace(n.Note) == "" && n.Code != incident.Recovered && n.Code != incident.Duplicate {
					fail("closed without its note")
				}
			}
			if n.DuplicateOf != 0 && n.State.Open() {
				fail("a merged incident is open")
			}
			if by, verb := incident.Signed(a); verb != "" && by.Person() && n.Acts != was.Acts+1 {
				fail("acts")
			}
			if n.State == incident.Triggered && n.Reporter == "" && n.Firing == 0 && was.Firing > 0 && n.ClearedAt.IsZero() {
				if _, ok := a.(incident.Reopen); !ok {
					fail("triggered, nothing fires, and it is not on its way to resolve")
				}
			}
			for _, p := range ch.Pages {
				if old, ok := pages[p.ID]; ok {
					fail("page %s twice: %s and %s", p.ID, old, dumpJSON(p))
				}
				pages[p.ID] = dumpJSON(p)
				if n.Confidential() && p.Kind == incident.PageRoom {
					fail("a room is told of a security incident: %s", p.ID)
				}
				if n.Confidential() && (p.Kind == incident.PageAlert || p.Kind == incident.PageUpdate) && strings.Contains(p.Text, "TITLE") {
					fail("title in %s", dumpJSON(p))
				}
			}
			if n.State.Open() {
				for _, c := range n.Clocks {
					if c.Stage != sla.Done && c.Breached && c.Told < 100 {
						fail("a breach untold: %+v", c)
					}
				}
			}
			i = n
		}
		first := incident.Fire{Number: 7, Alert: alert.Alert{Integration: "prom", Key: "a", Title: "TITLE a", Severity: alert.Critical}, Where: router.Decision{Service: svc, Route: "r", GroupKey: "g", ReopenWindow: 10 * time.Minute, ResolveDelay: rapid.SampledFrom([]time.Duration{0, 5 * time.Minute}).Draw(t, "rd"), Receivers: []string{"room"}, Type: rapid.SampledFrom([]string{"", "security"}).Draw(t, "type")}}
		if rapid.Bool().Draw(t, "muted") {
			first.Suppressed = &router.Suppression{Kind: router.BySilence, Rule: "s1"}
		}
		if rapid.IntRange(0, 3).Draw(t, "reported") == 0 {
			step(incident.Open{Number: 7, By: incident.Actor{Kind: incident.ByUser, Name: "cy", Channel: "sms"}, Title: "TITLE a", Service: svc})
		} else {
			step(first)
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if rapid.IntRange(0, 12).Draw(t, "reload") == 0 {
				book = books[rapid.IntRange(0, len(books)-1).Draw(t, "book")]
			}
			if !i.WakeAt.IsZero() && rapid.IntRange(0, 2).Draw(t, "toWake") == 0 {
				if i.WakeAt.After(now) {
					now = i.WakeAt
				}
				step(incident.Wake{})
				continue
			}
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute, 10 * time.Minute, 3 * time.Hour, 80 * time.Hour}).Draw(t, "dt"))
			step(anyAction(t, &i, now))
		}
	})
}

var _ = errors.Is
