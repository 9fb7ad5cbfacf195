package storetest

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

var reviewTests = []test{
	{name: "put and get", run: reviewPutGet},
	{name: "by state, newest first", run: reviewsListed},
	{name: "due in order", run: reviewsDue},
	{name: "wake follows the row", run: reviewWakeFollows},
	{name: "deleted", run: reviewDeleted},
	{name: "an incident deleted keeps its review", run: reviewStays},
	{name: "problems", run: problemsKept},
	{name: "numbers of problems", run: problemNumbers},
}

func draft(n int64, wake time.Time) review.Review {
	return review.Review{Incident: n, State: review.StateDraft, Title: fmt.Sprint("review ", n), CreatedAt: at(0), UpdatedAt: at(1), WakeAt: wake}
}

func getReview(h *harness, n int64) review.Review {
	h.Helper()
	return read(h, func(tx store.Tx) (review.Review, error) { return tx.Review(n) })
}

func reviewPutGet(h *harness) {
	want := draft(7, at(10))
	h.update(func(tx store.Tx) error { return tx.PutReview(want) })
	same(h, "review", getReview(h, 7), want)
	want.State, want.Summary, want.WakeAt = review.StatePublished, "what happened", time.Time{}
	h.update(func(tx store.Tx) error { return tx.PutReview(want) })
	same(h, "replaced", getReview(h, 7), want)
	h.view(func(tx store.Tx) error {
		_, err := tx.Review(8)
		absent(h, "another", err)
		return nil
	})
}

func reviewsListed(h *harness) {
	h.update(func(tx store.Tx) error {
		for n, state := range map[int64]review.State{2: review.StateDraft, 300: review.StatePublished, 11: review.StateInReview, 12: review.StateDraft} {
			r := draft(n, time.Time{})
			r.State = state
			if err := tx.PutReview(r); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		name   string
		states []review.State
		limit  int
		want   []int64
	}{
		{"all", nil, 0, []int64{300, 12, 11, 2}}, {"two of all", nil, 2, []int64{300, 12}}, {"drafts", []review.State{review.StateDraft}, 0, []int64{12, 2}},
		{"one draft", []review.State{review.StateDraft}, 1, []int64{12}},
		{"unpublished", []review.State{review.StateInReview, review.StateDraft}, 0, []int64{12, 11, 2}}, {"no such", []review.State{"x"}, 0, nil},
	} {
		var got []int64
		for _, r := range read(h, func(tx store.Tx) ([]review.Review, error) { return tx.Reviews(c.states, c.limit) }) {
			got = append(got, r.Incident)
		}
		same(h, c.name, got, c.want)
	}
}

func dueReviews(h *harness, t time.Time, limit int) []int64 {
	h.Helper()
	return read(h, func(tx store.Tx) ([]int64, error) { return tx.DueReviews(t, limit) })
}

func reviewsDue(h *harness) {
	same(h, "next of nothing", read(h, store.Tx.NextReview), time.Time{})
	h.update(func(tx store.Tx) error {
		i := opened(9, "web", "g")
		i.WakeAt = at(1) // incidents wake by themselves
		return all(tx.PutIncident(i), tx.PutReview(draft(1, at(30))), tx.PutReview(draft(300, at(20))), tx.PutReview(draft(2, at(10))), tx.PutReview(draft(4, time.Time{})))
	})
	same(h, "before all", dueReviews(h, at(9), 0), []int64{})
	same(h, "not after, inclusive", dueReviews(h, at(20), 0), []int64{2, 300})
	same(h, "all", dueReviews(h, at(99), 0), []int64{2, 300, 1})
	same(h, "limit", dueReviews(h, at(99), 1), []int64{2})
	same(h, "next", read(h, store.Tx.NextReview), at(10))
	same(h, "next of incidents", read(h, store.Tx.NextWake), at(1))
}

func reviewWakeFollows(h *harness) {
	for _, wake := range []time.Time{at(20), at(5), {}, at(-600), at(10)} {
		h.update(func(tx store.Tx) error { return tx.PutReview(draft(1, wake)) })
		same(h, "next", read(h, store.Tx.NextReview), wake)
		want := []int64{1}
		if wake.IsZero() || wake.After(at(10)) {
			want = nil
		}
		same(h, "due", dueReviews(h, at(10), 0), want)
	}
}

func reviewDeleted(h *harness) {
	h.update(func(tx store.Tx) error { return all(tx.PutReview(draft(1, at(5))), tx.PutReview(draft(2, at(6)))) })
	h.update(func(tx store.Tx) error { return all(tx.DeleteReview(1), tx.DeleteReview(99)) })
	h.view(func(tx store.Tx) error {
		_, err := tx.Review(1)
		absent(h, "deleted", err)
		return nil
	})
	same(h, "due", dueReviews(h, at(9), 0), []int64{2})
	same(h, "next", read(h, store.Tx.NextReview), at(6))
}

func reviewStays(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutIncident(opened(1, "web", "g")), tx.PutReview(draft(1, at(5))))
	})
	h.update(deletion(1))
	same(h, "review", getReview(h, 1), draft(1, at(5)))
}

func problemsKept(h *harness) {
	p := func(n int64) problem.Problem {
		return problem.Problem{Number: n, State: problem.StateOpen, Title: fmt.Sprint("problem ", n), Incidents: []int64{n, 7}, CreatedAt: at(0), UpdatedAt: at(1)}
	}
	h.update(func(tx store.Tx) error { return all(tx.PutProblem(p(2)), tx.PutProblem(p(300)), tx.PutProblem(p(11))) })
	changed := p(11)
	changed.State, changed.Workaround = problem.StateKnownError, "restart it"
	h.update(func(tx store.Tx) error { return tx.PutProblem(changed) })
	same(h, "one", read(h, func(tx store.Tx) (problem.Problem, error) { return tx.Problem(2) }), p(2))
	same(h, "newest first", read(h, store.Tx.Problems), []problem.Problem{p(300), changed, p(2)})
	h.view(func(tx store.Tx) error {
		_, err := tx.Problem(3)
		absent(h, "another", err)
		return nil
	})
}

func problemNumbers(h *harness) {
	next := func() (n int64) {
		h.update(func(tx store.Tx) (err error) { n, err = tx.NextProblem(); return err })
		return n
	}
	same(h, "first", next(), int64(1))
	_ = h.s.Update(h.Context(), func(tx store.Tx) error { _, err := tx.NextProblem(); return all(err, errWanted) })
	h.update(func(tx store.Tx) error { _, err := tx.NextNumber(); return err }) // incidents have their own
	same(h, "discarded and taken again", next(), int64(2))
}
