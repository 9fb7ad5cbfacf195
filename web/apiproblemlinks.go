package web

import (
	"context"
	"errors"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

func linkProblem(c *call) (problemDeed, error) {
	n, err := c.linkedIncident()
	return func(ctx context.Context, to int64) (prb.Problem, error) {
		if err := c.mustSee(ctx, n); err != nil {
			return prb.Problem{}, err
		}
		return c.link(ctx, to, n)
	}, err
}

func unlinkProblem(c *call) (problemDeed, error) {
	n, err := c.linkedIncident()
	return func(ctx context.Context, from int64) (prb.Problem, error) {
		if err := c.mustSee(ctx, n); err != nil {
			return prb.Problem{}, err
		}
		return c.unlink(ctx, from, n)
	}, err
}

func (c *call) linkedIncident() (int64, error) {
	var in client.IncidentLink
	if err := c.decode(&in); err != nil {
		return 0, err
	}
	if in.Incident < 1 {
		return 0, prb.ErrNoIncident
	}
	return in.Incident, nil
}

// link links an incident to a problem, from both sides. A closed incident changes no more, so that one is linked from the
// problem's side alone: most causes are found after their incidents.
func (c *call) link(ctx context.Context, to, n int64) (prb.Problem, error) {
	_, err := c.s.Engine.Relate(ctx, n, incident.Relate{By: c.who.actor(), Kind: incident.ToProblem, To: to})
	switch {
	case errors.Is(err, incident.ErrFinal), errors.Is(err, incident.ErrNothing):
		return c.doProblem(ctx, to, prb.LinkIncident{By: c.who.actor(), Incident: n})
	case err != nil:
		return prb.Problem{}, err
	}
	return c.problemAgain(ctx, to)
}

// unlink takes the link away again, from the side or the sides that have it.
func (c *call) unlink(ctx context.Context, from, n int64) (prb.Problem, error) {
	_, err := c.s.Engine.Relate(ctx, n, incident.Relate{By: c.who.actor(), Kind: incident.ToProblem, To: from, Undo: true})
	switch {
	case errors.Is(err, incident.ErrFinal), errors.Is(err, incident.ErrNothing):
		return c.doProblem(ctx, from, prb.UnlinkIncident{By: c.who.actor(), Incident: n})
	case err != nil:
		return prb.Problem{}, err
	}
	return c.problemAgain(ctx, from)
}

// problemAgain reads a problem that was just acted on.
func (c *call) problemAgain(ctx context.Context, n int64) (p prb.Problem, err error) {
	err = c.s.Store.View(ctx, func(tx store.Tx) (err error) {
		p, err = tx.Problem(n)
		return err
	})
	return p, err
}

// wireProblem is a problem as the API says it. Of one that was just handed to people whose own it is, whoever did that learns
// its number.
func (v *veil) wireProblem(p *prb.Problem) client.Problem {
	out := client.Problem{
		Number: p.Number, Ref: p.Ref(), State: string(p.State), Title: "Security problem", Type: p.Type, Incidents: []int64{},
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if !v.c.who.seesProblem(p, v.c.s.Engine.Book()) {
		return out
	}
	out.Title, out.Service, out.Team, out.Owner = v.text(p.Title), p.Service, p.Team, string(p.Owner)
	out.Cause, out.Workaround, out.Incidents = v.text(p.Cause), v.text(p.Workaround), v.numbers(p.Incidents)
	out.Code, out.Note, out.DuplicateOf = string(p.Code), v.text(p.Note), v.problemNumber(p.DuplicateOf)
	out.ResolvedAt, out.ClosedAt, out.Log = p.ResolvedAt, p.ClosedAt, []client.Entry{}
	for k := range p.Log {
		out.Log = append(out.Log, v.wireEntry(&p.Log[k]))
	}
	return out
}
