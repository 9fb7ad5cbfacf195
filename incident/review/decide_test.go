package review_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
)

func TestDecideRefuses(t *testing.T) {
	draft := review.Draft(source())
	for _, tc := range []struct {
		name string
		cur  review.Review
		a    review.Action
		want error
	}{
		{"a review that is not there", review.Review{}, review.Submit{}, review.ErrNoReview},
		{"a due date in another age", draft, review.Edit{DueAt: ptr(time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC))}, review.ErrDate},
		{"an item due in another age", draft, review.AddItem{Text: "x", Due: time.Date(1926, 1, 1, 0, 0, 0, 0, time.UTC)}, review.ErrDate},
		{"a line without a time", draft, review.AddLine{What: "x"}, review.ErrDate},
		{"a line without text", draft, review.AddLine{At: ten, What: " "}, review.ErrNeedsText},
		{"a negative duration", draft, review.Edit{Duration: ptr(-time.Second)}, review.ErrDuration},
	} {
		if _, err := review.Decide(tc.cur, tc.a, ten); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
		}
	}
}

// TestADroppedItemNeedsAnOwnerToOpenAgain keeps every open item of a published review with somebody.
func TestADroppedItemNeedsAnOwnerToOpenAgain(t *testing.T) {
	r := complete(t) // whose item 3 was dropped before anybody took it
	open := review.DoItem{By: ana, ID: 3, State: review.ItemOpen}
	if _, err := review.Decide(r, open, ten); !errors.Is(err, review.ErrNeedsOwner) {
		t.Fatalf("got %v", err)
	}
	c, err := review.Decide(r, review.EditItem{By: ana, ID: 3, Owner: ptr[oncall.UserID]("cy"), Due: ptr(at(time.Hour))}, ten)
	if err == nil {
		c, err = review.Decide(c.Next, open, ten)
	}
	if err != nil || c.Next.Items[2].State != review.ItemOpen || !c.Next.WakeAt.Equal(at(time.Hour)) {
		t.Errorf("%v: %+v, wakes %v", err, c.Next.Items[2], c.Next.WakeAt)
	}
}

func TestOverdue(t *testing.T) {
	for _, tc := range []struct {
		name string
		item review.Item
		want bool
	}{
		{"before", review.Item{State: review.ItemOpen, Due: at(time.Second)}, false},
		{"on the second", review.Item{State: review.ItemOpen, Due: ten}, true},
		{"done", review.Item{State: review.ItemDone, Due: at(-time.Hour)}, false},
		{"no date", review.Item{State: review.ItemOpen}, false},
	} {
		if got := tc.item.Overdue(ten); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestTheJournalKeepsWhatWasReplaced lets a reader see the earlier text, at a length that a journal can bear.
func TestTheJournalKeepsWhatWasReplaced(t *testing.T) {
	r := review.Draft(source())
	long := ""
	for range 3000 {
		long += "ö"
	}
	for _, s := range []string{long, "short"} {
		c, err := review.Decide(r, review.Edit{By: ana, Summary: &s}, ten)
		if err != nil {
			t.Fatal(err)
		}
		r = c.Next
	}
	was := r.Journal[len(r.Journal)-1].Data["summary"]
	if got, want := len([]rune(was)), 1001; got != want {
		t.Errorf("%d characters of the old text are kept, want %d", got, want)
	}
	if was := r.Journal[len(r.Journal)-2].Data["summary"]; was != review.Draft(source()).Summary {
		t.Errorf("the draft's summary was %q", was)
	}
}

func TestDoubts(t *testing.T) {
	const names, stops = "names a person as a cause", "stops at"
	for _, tc := range []struct {
		name, factor, trigger string
		want                  []string
	}{
		{"a cause", "The pool was too small", "A deploy", nil},
		{"by id", "ana forgot the flag", "", []string{`contributing factor 1 ` + names + ` (Ana García): say what made it possible, whoever it had been`}},
		{"by first name", "It was Ana's change", "", []string{`contributing factor 1 ` + names + ` (Ana García): say what made it possible, whoever it had been`}},
		{"by last name, in the trigger", "x", "Young deployed", []string{`the trigger ` + names + ` (Cy Young): say what made it possible, whoever it had been`}},
		{"a word that is a name", "The young cache was cold, and an analysis followed", "", nil},
		{"two letters are often a word", "Bo", "", nil},
		{"a human error", "A Human error.", "", []string{`contributing factor 1 ` + stops + ` "human error": say what made the error easy to make and hard to notice`}},
	} {
		got := review.Doubts(review.Review{Factors: []string{tc.factor}, Trigger: tc.trigger}, roster())
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
	if got := review.Doubts(review.Review{Factors: []string{"ana"}}, nil); got != nil {
		t.Errorf("without a roster: %q", got)
	}
}

func TestConfidential(t *testing.T) {
	src := source()
	if r := review.Draft(src); r.Confidential() {
		t.Error("a technical incident's review is confidential")
	}
	src.Incident.Type = incident.TypeSecurity
	if r := review.Draft(src); !r.Confidential() {
		t.Error("a security incident's review is not confidential")
	}
}
