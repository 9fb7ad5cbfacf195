package problem_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
)

func actions() *rapid.Generator[problem.Action] {
	by := incident.Actor{Kind: incident.ByUser, Name: "ana"}
	word := rapid.SampledFrom([]string{"", " ", "restart it", "pool too small", "security"})
	number := rapid.Int64Range(-1, 5)
	return rapid.Custom(func(t *rapid.T) problem.Action {
		text := word.Draw(t, "text")
		n := number.Draw(t, "number")
		switch rapid.IntRange(0, 9).Draw(t, "verb") {
		case 0:
			return problem.Edit{By: by, Title: &text}
		case 1:
			return problem.Edit{By: by, Workaround: &text, Type: &text}
		case 2:
			return problem.LinkIncident{By: by, Incident: n}
		case 3:
			return problem.UnlinkIncident{By: by, Incident: n}
		case 4:
			return problem.Analyse{By: by, Cause: text, Workaround: word.Draw(t, "workaround")}
		case 5:
			return problem.StartFix{By: by, Note: text}
		case 6:
			code := rapid.SampledFrom(append(problem.Codes(), "other")).Draw(t, "code")
			return problem.Resolve{By: by, Code: code, Note: text, DuplicateOf: n}
		case 7:
			return problem.Reopen{By: by, Reason: text}
		case 8:
			return problem.Close{By: by}
		}
		return problem.Note{By: by, Text: text}
	})
}

func printed(t *rapid.T, p problem.Problem) string {
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAnyLife leads a problem through random lives: no decision changes what was handed in, the log only grows, incidents are
// linked once, and the end of a problem leaves no incident on hold for it.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
		c, err := problem.Decide(problem.Problem{}, problem.Open{Number: 4, Title: "x", Incidents: []int64{1, 2, 1}}, now)
		if err != nil {
			t.Fatal(err)
		}
		p := c.Next
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Minute)
			before := printed(t, p)
			next, err := problem.Decide(p, actions().Draw(t, "action"), now)
			other, otherErr := problem.Decide(p, problem.Note{Text: "meanwhile"}, now) // shares no memory with next
			if printed(t, p) != before {
				t.Fatalf("the record that was handed in has changed:\n%s\n%s", before, printed(t, p))
			}
			if otherErr != nil || other.Next.Log[len(other.Next.Log)-1].What != "meanwhile" {
				t.Fatalf("a note is not in the log: %v", otherErr)
			}
			if err != nil {
				continue
			}
			check(t, p, next)
			p = next.Next
		}
	})
}

func check(t *rapid.T, was problem.Problem, c problem.Change) {
	p := c.Next
	for k, e := range p.Log {
		if e.Seq != k+1 || e.What == "" || e.What == "meanwhile" {
			t.Fatalf("entry %d of the log is %+v", k, e)
		}
		if k < len(was.Log) && e.What != was.Log[k].What {
			t.Fatalf("entry %d of the log was %q and is %q", k, was.Log[k].What, e.What)
		}
	}
	if len(p.Log) < len(was.Log) {
		t.Fatalf("the log had %d entries and has %d", len(was.Log), len(p.Log))
	}
	linked := slices.Clone(p.Incidents)
	slices.Sort(linked)
	if len(slices.Compact(linked)) != len(p.Incidents) {
		t.Fatalf("an incident is linked twice: %v", p.Incidents)
	}
	if p.State.Live() != p.ResolvedAt.IsZero() || (p.State == problem.StateClosed) == p.ClosedAt.IsZero() {
		t.Fatalf("%s, but resolved at %v and closed at %v", p.State, p.ResolvedAt, p.ClosedAt)
	}
	if p.State == problem.StateKnownError && (p.Cause == "" || p.Workaround == "") {
		t.Fatalf("a known error with cause %q and workaround %q", p.Cause, p.Workaround)
	}
	if was.State.Live() && !p.State.Live() && len(p.Incidents) > 0 && len(c.Effects) == 0 {
		t.Fatalf("it ended with %s and its incidents wait on", p.Code)
	}
}
