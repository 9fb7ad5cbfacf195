package review_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
)

func actions() *rapid.Generator[review.Action] {
	word := rapid.SampledFrom([]string{"", " ", "pool", "restart it"})
	date := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.IntRange(0, 5).Draw(t, "none") == 0 {
			return time.Time{}
		}
		return ten.Add(time.Duration(rapid.IntRange(-200, 200).Draw(t, "hours")) * time.Hour)
	})
	id := rapid.IntRange(0, 4)
	return rapid.Custom(func(t *rapid.T) review.Action {
		text, due, n := word.Draw(t, "text"), date.Draw(t, "date"), id.Draw(t, "id")
		owner := oncall.UserID(word.Draw(t, "owner"))
		switch rapid.IntRange(0, 12).Draw(t, "verb") {
		case 0:
			return review.Edit{By: ana, Summary: &text, Factors: &[]string{text}}
		case 1:
			return review.Edit{By: ana, DueAt: &due, Owner: &owner, Participants: &[]oncall.UserID{owner, owner}}
		case 2:
			return review.AddItem{By: ana, Text: text, Owner: owner, Due: due}
		case 3:
			return review.EditItem{By: ana, ID: n, Text: &text}
		case 4:
			return review.EditItem{By: ana, ID: n, Owner: &owner, Due: &due}
		case 5:
			state := rapid.SampledFrom([]review.ItemState{review.ItemOpen, review.ItemDone, review.ItemDropped, "x"}).Draw(t, "state")
			return review.DoItem{By: ana, ID: n, State: state, Note: text}
		case 6:
			return review.AddLine{By: ana, At: due, What: text}
		case 7:
			return review.HideLine{By: ana, ID: n, Show: text == ""}
		case 8:
			return review.Submit{By: ana}
		case 9:
			return review.Approve{By: ana}
		case 10:
			return review.Return{By: ana, Reason: text}
		case 11:
			return review.Publish{By: ana}
		}
		return review.Wake{}
	})
}

func printed(t *rapid.T, r review.Review) string {
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAnyLife leads a review through random lives.
func TestAnyLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := at(130 * time.Minute)
		src := source()
		src.Timeline = src.Timeline[:4]
		r := review.Draft(src)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "wait")) * time.Hour)
			a := actions().Draw(t, "action")
			before := printed(t, r)
			c, err := review.Decide(r, a, now)
			after := printed(t, c.Next)
			_, _ = review.Decide(r, review.AddLine{By: ana, At: at(-time.Hour), What: "meanwhile"}, now)
			_, _ = review.Decide(r, review.AddItem{By: ana, Text: "meanwhile"}, now)
			if printed(t, r) != before || printed(t, c.Next) != after {
				t.Fatalf("%T changed a record that it was handed:\n%s\n%s", a, before, printed(t, r))
			}
			if err != nil {
				continue
			}
			checkJournal(t, r, c.Next)
			checkTimer(t, a, c, now)
			checkFinal(t, r, c.Next)
			r = c.Next
		}
	})
}

// checkJournal: it only grows, and what changes nothing leaves no entry.
func checkJournal(t *rapid.T, was, is review.Review) {
	if len(is.Journal) < len(was.Journal) {
		t.Fatalf("the journal had %d entries and has %d", len(was.Journal), len(is.Journal))
	}
	for k, e := range is.Journal {
		if e.Seq != k+1 || (k < len(was.Journal) && (e.What != was.Journal[k].What || !e.At.Equal(was.Journal[k].At))) {
			t.Fatalf("entry %d of the journal is %+v", k, e)
		}
	}
	if len(is.Journal) == len(was.Journal) && !is.UpdatedAt.Equal(was.UpdatedAt) {
		t.Fatal("it was updated, and the journal does not say how")
	}
}

// checkTimer: after a wake nothing is due any more, nobody is reminded twice in a day, and nothing owed means no timer.
func checkTimer(t *rapid.T, a review.Action, c review.Change, now time.Time) {
	r := c.Next
	if _, ok := a.(review.Wake); ok && !r.WakeAt.IsZero() && !r.WakeAt.After(now) {
		t.Fatalf("at %v it wants to be woken at %v", now, r.WakeAt)
	}
	again, err := review.Decide(r, review.Wake{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := a.(review.Wake); ok && len(again.Reminders) > 0 {
		t.Fatalf("reminded twice at %v: %+v", now, again.Reminders)
	}
	owed := r.State != review.StatePublished && !r.DueAt.IsZero()
	for _, i := range r.Items {
		owed = owed || (i.State == review.ItemOpen && !i.Due.IsZero())
	}
	if owed == r.WakeAt.IsZero() {
		t.Fatalf("owed: %v, wakes %v", owed, r.WakeAt)
	}
}

// checkFinal: the text of a published review never changes, and its open items have an owner and a date.
func checkFinal(t *rapid.T, was, is review.Review) {
	if is.State != review.StatePublished {
		return
	}
	for _, i := range is.Items {
		if i.State == review.ItemOpen && (i.Due.IsZero() || i.Owner == "") {
			t.Fatalf("nobody has to do %+v", i)
		}
	}
	if was.State != review.StatePublished {
		return
	}
	if is.Summary != was.Summary || !slices.Equal(is.Factors, was.Factors) || len(is.Items) != len(was.Items) || !slices.Equal(is.Timeline, was.Timeline) {
		t.Fatalf("the text of a published review has changed:\n%+v\n%+v", was, is)
	}
}
