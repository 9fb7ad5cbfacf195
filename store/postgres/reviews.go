package postgres

import (
	"time"

	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
)

// Review returns the review of an incident, or store.ErrNotFound.
func (t *tx) Review(n int64) (review.Review, error) {
	return body[review.Review](t, tabReviews, "SELECT body FROM reviews WHERE incident = $1", n)
}

// PutReview creates or replaces a review.
func (t *tx) PutReview(r review.Review) error {
	return t.record(tabReviews, r, `INSERT INTO reviews (incident, state, wake_at, body) VALUES ($1, $2, $3, $4)
		ON CONFLICT (incident) DO UPDATE SET state = excluded.state, wake_at = excluded.wake_at, body = excluded.body`,
		r.Incident, key(r.State), moment(r.WakeAt))
}

// record lets a statement wait whose last argument is the body of a record.
func (t *tx) record(into table, v any, sql string, args ...any) error {
	if err := t.writable(); err != nil {
		return err
	}
	body, err := encode(v)
	if err != nil {
		return t.failed(err)
	}
	return t.write(into, sql, append(args, body)...)
}

// DeleteReview forgets a review.
func (t *tx) DeleteReview(n int64) error {
	return t.write(tabReviews, "DELETE FROM reviews WHERE incident = $1", n)
}

// Reviews returns reviews in some states, that of the newest incident first.
func (t *tx) Reviews(states []review.State, limit int) ([]review.Review, error) {
	return bodies[review.Review](t, tabReviews, `SELECT body FROM reviews WHERE NOT $1 OR state = ANY ($2)
		ORDER BY incident DESC LIMIT $3`, len(states) > 0, keys(states), limited(limit))
}

// DueReviews returns reviews that are to wake by a time, earliest first.
func (t *tx) DueReviews(until time.Time, limit int) ([]int64, error) {
	return values[int64](t, tabReviews, `SELECT incident FROM reviews WHERE wake_at <= $1 ORDER BY wake_at, incident LIMIT $2`,
		instant(until), limited(limit))
}

// NextReview returns the earliest WakeAt of a review.
func (t *tx) NextReview() (time.Time, error) {
	return t.first(tabReviews, "SELECT wake_at FROM reviews WHERE wake_at IS NOT NULL ORDER BY wake_at, incident LIMIT 1")
}

// NextProblem takes the next reference number of a problem.
func (t *tx) NextProblem() (int64, error) { return t.next(numberProblem) }

// Problem returns one problem, or store.ErrNotFound.
func (t *tx) Problem(n int64) (problem.Problem, error) {
	return body[problem.Problem](t, tabProblems, "SELECT body FROM problems WHERE number = $1", n)
}

// PutProblem creates or replaces a problem.
func (t *tx) PutProblem(p problem.Problem) error {
	return t.record(tabProblems, p, `INSERT INTO problems (number, body) VALUES ($1, $2)
		ON CONFLICT (number) DO UPDATE SET body = excluded.body`, p.Number)
}

// Problems returns all problems, newest first.
func (t *tx) Problems() ([]problem.Problem, error) {
	return bodies[problem.Problem](t, tabProblems, "SELECT body FROM problems ORDER BY number DESC")
}
