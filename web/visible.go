package web

import (
	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

// maySee reports whether somebody may know of a record of this type, team and service. It is the one rule for incidents,
// problems and reviews alike.
func (i identity) maySee(book *incident.Rulebook, kind, team, service string) bool {
	return i.role == Admin || book.MaySee(&incident.Facts{Type: kind, Team: team, Service: service}, i.user)
}

// sees reports whether somebody may know of an incident.
func (i identity) sees(in *incident.Incident, book *incident.Rulebook) bool {
	return i.maySee(book, in.Type, in.Team, in.Service)
}

// seesProblem reports whether somebody may know of a problem.
func (i identity) seesProblem(p *prb.Problem, book *incident.Rulebook) bool {
	return i.maySee(book, p.Type, p.Team, p.Service)
}

// may is what a store asks of each incident that it would hand out; nil for who may see everything.
func (c *call) may() func(*incident.Facts) bool {
	if c.who.role == Admin {
		return nil
	}
	book, who := c.s.Engine.Book(), c.who.user
	return func(f *incident.Facts) bool { return book.MaySee(f, who) }
}

// incident reads an incident that the caller may see. Any other is incident.ErrNoIncident, as one that does not exist.
func (c *call) incident(tx store.Tx, n int64) (incident.Incident, error) {
	i, err := tx.Incident(n)
	if isNotFound(err) || (err == nil && !c.who.sees(&i, c.s.Engine.Book())) {
		return incident.Incident{}, incident.ErrNoIncident
	}
	return i, err
}

// problem reads a problem that the caller may see. Any other is problem.ErrNoProblem, as one that does not exist.
func (c *call) problem(tx store.Tx, n int64) (prb.Problem, error) {
	p, err := tx.Problem(n)
	if isNotFound(err) || (err == nil && !c.who.seesProblem(&p, c.s.Engine.Book())) {
		return prb.Problem{}, prb.ErrNoProblem
	}
	return p, err
}

// review reads the review of an incident that the caller may see. The review keeps the type that the incident had when it was
// last read, so both have to be the caller's to see; what is not is review.ErrNoReview, as one that does not exist.
func (c *call) review(tx store.Tx, n int64) (review.Review, error) {
	if _, err := c.incident(tx, n); err != nil {
		return review.Review{}, err
	}
	r, err := tx.Review(n)
	if isNotFound(err) || (err == nil && !c.who.maySee(c.s.Engine.Book(), r.Type, r.Team, r.Service)) {
		return review.Review{}, review.ErrNoReview
	}
	return r, err
}

// seen is incident in a View of its own.
func (c *call) seen(n int64) (i incident.Incident, err error) {
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		i, err = c.incident(tx, n)
		return err
	})
	return i, err
}

// mustSee refuses what is about incidents that the caller may not see.
func (c *call) mustSee(numbers ...int64) error {
	return c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		for _, n := range numbers {
			if _, err := c.incident(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// mustSeeProblem refuses what is about a problem that the caller may not see.
func (c *call) mustSeeProblem(n int64) error {
	return c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		_, err := c.problem(tx, n)
		return err
	})
}

// mustSeeReview refuses what is about a review that the caller may not see.
func (c *call) mustSeeReview(n int64) error {
	return c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		_, err := c.review(tx, n)
		return err
	})
}

// list reads incidents that the caller may see, newest first, and says from where to go on; 0 when that was all.
func (c *call) list(tx store.Tx, f store.Filter) (got []incident.Incident, next int64, err error) {
	limit := f.Limit
	f.Limit, f.May = limit+1, c.may()
	got, err = tx.List(f)
	if err != nil || len(got) <= limit {
		return got, 0, err
	}
	return got[:limit], got[limit-1].Number, nil
}
