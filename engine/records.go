package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// DraftReview drafts the review of an incident from its record and timeline, or reads those again into the review that there
// is. It returns the review as it is then.
func (e *Engine) DraftReview(ctx context.Context, n int64, by incident.Actor) (review.Review, error) {
	return committed(ctx, e, func(b *batch) (r review.Review, err error) {
		i, err := b.incident(n)
		if err != nil {
			return r, err
		}
		lines, err := b.timeline(n)
		if err != nil {
			return r, err
		}
		src := review.Source{Incident: *i, Timeline: lines, Roster: b.live.book.Roster, Due: b.live.book.Reviews.Due, Now: b.now}
		cur, err := b.tx.Review(n)
		switch {
		case errors.Is(err, store.ErrNotFound):
			r = review.Draft(src)
			if err := b.tx.PutReview(r); err != nil {
				return r, b.fail(err)
			}
			b.wake = true
		case err != nil:
			return r, b.fail(err)
		default:
			if r, err = b.reviewAct(cur, review.Refresh{By: by, Source: src}); err != nil {
				return r, err
			}
		}
		return r, b.reviewMoved(n, r, by, "draft")
	})
}

// timeline is an incident's timeline as this batch sees it: with the entries that are not written yet.
func (b *batch) timeline(n int64) ([]incident.Entry, error) {
	lines, err := b.tx.Timeline(n)
	if err != nil {
		return nil, b.fail(err)
	}
	if c, ok := b.cases[n]; ok {
		lines = append(lines, c.entries...)
	}
	return lines, nil
}

// DoReview lets somebody act on a review; store.ErrNotFound when there is none.
func (e *Engine) DoReview(ctx context.Context, n int64, a review.Action, by incident.Actor) (review.Review, error) {
	return committed(ctx, e, func(b *batch) (r review.Review, err error) {
		cur, err := b.tx.Review(n)
		if errors.Is(err, store.ErrNotFound) {
			return r, err
		}
		if err != nil {
			return r, b.fail(err)
		}
		if r, err = b.reviewAct(cur, a); err != nil {
			return r, err
		}
		return r, b.reviewMoved(n, r, by, review.Verb(a))
	})
}

func (b *batch) reviewAct(cur review.Review, a review.Action) (review.Review, error) {
	ch, err := review.Decide(cur, a, b.now)
	if err != nil {
		return review.Review{}, err
	}
	if err := b.tx.PutReview(ch.Next); err != nil {
		return review.Review{}, b.fail(err)
	}
	b.wake = b.wake || !ch.Next.WakeAt.IsZero()
	for k, m := range ch.Reminders {
		if err := b.remindOne(cur.Incident, k, m.To, m.Text); err != nil {
			return review.Review{}, err
		}
	}
	return ch.Next, nil
}

// remindOne tells a person what they owe, by the mildest of their methods; a low one, for no review is worth a night's sleep.
func (b *batch) remindOne(n int64, k int, to oncall.UserID, text string) error {
	u, ok := b.live.book.Roster.User(to)
	if !ok {
		if u, ok = b.managerOf(n); !ok {
			return nil
		}
	}
	via := oncall.Email
	if u.Email == "" {
		via = oncall.SMS
	}
	if u.Address(via) == "" {
		return nil
	}
	after := time.Time{}
	if end, quiet := u.QuietUntil(b.now); quiet {
		after = end.UTC()
	}
	id := fmt.Sprintf("%s/review/%d-%d/%s", incident.Ref(n), b.now.UnixMicro(), k, u.ID)
	return b.enqueue(incident.Page{ID: id, Kind: incident.PageNews, Incident: n, User: u.ID, Via: via, Urgency: oncall.Low, Text: text, At: b.now, After: after})
}

// managerOf is the manager of the team that answers for an incident, for what nobody owns.
func (b *batch) managerOf(n int64) (oncall.User, bool) {
	i, err := b.incident(n)
	if err != nil {
		return oncall.User{}, false
	}
	t, _ := b.live.book.Roster.Team(oncall.TeamID(i.Team))
	return b.live.book.Roster.User(t.Manager)
}

// reviewMoved tells the incident where its review stands, unless it is closed, which is final; and the audit log.
func (b *batch) reviewMoved(n int64, r review.Review, by incident.Actor, verb string) error {
	i, err := b.incident(n)
	if err == nil && i.State != incident.Closed && i.Review.State != string(r.State) {
		if _, err := b.act(n, incident.Reviewed{By: by, State: string(r.State)}); err != nil && b.failed != nil {
			return err
		}
	}
	if !by.Person() {
		return nil
	}
	_, err = b.tx.PutAct(store.Act{At: b.now, By: by, Verb: "review." + verb, What: "review of " + incident.Ref(n), Incident: n})
	return b.fail(err)
}

// wakeReviews does what is due on reviews: reminders.
func (e *Engine) wakeReviews(now time.Time) (next time.Time, err error) {
	var due []int64
	err = e.store.View(context.Background(), func(tx store.Tx) (err error) {
		if due, err = tx.DueReviews(now, wakeChunk); err != nil {
			return err
		}
		next, err = tx.NextReview()
		return err
	})
	if err != nil || len(due) == 0 {
		return next, err
	}
	return now, e.must(func(b *batch) error {
		for _, n := range due {
			cur, err := b.tx.Review(n)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return b.fail(err)
			}
			if cur.WakeAt.IsZero() || cur.WakeAt.After(b.now) {
				continue
			}
			if _, err := b.reviewAct(cur, review.Wake{}); err != nil {
				return err
			}
		}
		return nil
	})
}

// OpenProblem opens a problem record.
func (e *Engine) OpenProblem(ctx context.Context, asked problem.Open) (problem.Problem, error) {
	return committed(ctx, e, func(b *batch) (p problem.Problem, err error) {
		o := asked // this may run again
		o.Number = 1
		if _, err := problem.Decide(problem.Problem{}, o, b.now); err != nil {
			return p, err // before a number is taken
		}
		if svc, ok := b.live.book.Services[o.Service]; ok && o.Team == "" {
			o.Team = string(svc.Team)
		}
		for _, i := range o.Incidents {
			if c, err := b.incident(i); err == nil && !discreet(c, o.Type, o.Team) {
				return p, incident.ErrMixed
			}
		}
		n, err := b.tx.NextProblem()
		if err != nil {
			return p, b.fail(err)
		}
		o.Number = n
		if p, err = b.problemAct(problem.Problem{}, o); err != nil {
			return p, err
		}
		for _, i := range o.Incidents {
			if err := b.tryAct(i, incident.Relate{By: o.By, Kind: incident.ToProblem, To: n}); err != nil {
				return p, err
			}
		}
		return p, b.audit(o.By, "problem.open", p.Ref())
	})
}

// DoProblem lets somebody act on a problem record; store.ErrNotFound when there is none. What follows for its incidents is done
// in the same commit.
func (e *Engine) DoProblem(ctx context.Context, n int64, a problem.Action, by incident.Actor) (problem.Problem, error) {
	return committed(ctx, e, func(b *batch) (p problem.Problem, err error) {
		cur, err := b.problem(n)
		if err != nil {
			return p, err
		}
		if l, ok := a.(problem.LinkIncident); ok {
			if i, err := b.incident(l.Incident); err == nil && !discreet(i, cur.Type, cur.Team) {
				return p, incident.ErrMixed
			}
		}
		if p, err = b.problemAct(cur, a); err != nil {
			return p, err
		}
		return p, b.audit(by, "problem."+problem.Verb(a), p.Ref())
	})
}

func (b *batch) problem(n int64) (problem.Problem, error) {
	p, err := b.tx.Problem(n)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return p, b.fail(err)
	}
	return p, err
}

func (b *batch) problemAct(cur problem.Problem, a problem.Action) (problem.Problem, error) {
	ch, err := problem.Decide(cur, a, b.now)
	if err != nil {
		return problem.Problem{}, err
	}
	if err := b.tx.PutProblem(ch.Next); err != nil {
		return problem.Problem{}, b.fail(err)
	}
	for _, e := range ch.Effects {
		if err := b.effect(&ch.Next, e); err != nil {
			return problem.Problem{}, err
		}
	}
	return ch.Next, nil
}

// effect does to a problem's incidents what follows from it.
func (b *batch) effect(p *problem.Problem, e problem.Effect) error {
	numbers := p.Incidents
	if e.Incident != 0 {
		numbers = []int64{e.Incident}
	}
	for _, n := range numbers {
		i, err := b.incident(n)
		if err != nil || !e.Applies(i) {
			if b.failed != nil {
				return b.failed
			}
			continue
		}
		if r, ok := e.Action.(incident.Relate); ok { // to the problem that has its incidents from now on
			err = b.relateProblem(n, r)
		} else {
			_, err = b.act(n, e.Action)
		}
		if err != nil && b.failed != nil {
			return err
		}
	}
	return nil
}

// relateProblem links an incident with a problem record, on both sides.
func (b *batch) relateProblem(n int64, r incident.Relate) error {
	p, err := b.problem(r.To)
	if err != nil {
		return err
	}
	i, err := b.incident(n)
	if err != nil {
		return err
	}
	if !r.Undo && !discreet(i, p.Type, p.Team) {
		return incident.ErrMixed
	}
	old := i.Problem
	if _, err := b.act(n, r); err != nil { // first, for what it refuses must change nothing
		return err
	}
	if old != 0 && old != r.To && !r.Undo {
		if was, err := b.problem(old); err == nil {
			if _, err := b.problemAct(was, problem.UnlinkIncident{By: r.By, Incident: n}); err != nil && b.failed != nil {
				return err
			}
		}
	}
	var other problem.Action = problem.LinkIncident{By: r.By, Incident: n}
	if r.Undo {
		other = problem.UnlinkIncident{By: r.By, Incident: n}
	}
	if _, err := b.problemAct(p, other); err != nil && b.failed != nil {
		return err
	}
	return nil
}

// joinsMost is how many incidents join a problem record by themselves. Each of them names the problem all the same.
const joinsMost = 2000

// joinProblem adds an incident that opened with a known error to the problem record.
func (b *batch) joinProblem(problemNumber, n int64) error {
	p, err := b.problem(problemNumber)
	if err != nil {
		return b.failed // one that is gone is no reason to fail
	}
	if i, err := b.incident(n); err != nil || !discreet(i, p.Type, p.Team) {
		return b.failed // the incident names the known error; the other way round it would tell of the incident
	}
	if len(p.Incidents) >= joinsMost {
		return nil // its record must not outgrow what the store keeps, or no alert of its group would be taken any more
	}
	if _, err := b.problemAct(p, problem.LinkIncident{By: system, Incident: n}); err != nil && b.failed != nil {
		return err
	}
	return nil
}

// hideProblem has the problem of an incident that becomes a security incident hidden with it, where it is about that one alone. One
// that is about others too stays as it is, and the link to it is taken away.
func (b *batch) hideProblem(a incident.Action, i *incident.Incident) error {
	p, err := b.problem(i.Problem)
	if err != nil {
		return b.failed
	}
	by, kind, team, service := byOf(a), incident.TypeSecurity, i.Team, i.Service
	switch {
	case discreet(i, p.Type, p.Team):
		return nil
	case len(p.Incidents) == 1 && p.Incidents[0] == i.Number:
		_, err = b.problemAct(p, problem.Edit{By: by, Type: &kind, Team: &team, Service: &service})
	default:
		err = b.relateProblem(i.Number, incident.Relate{By: by, Kind: incident.ToProblem, To: p.Number, Undo: true})
	}
	if err != nil && b.failed != nil {
		return err
	}
	return nil
}
