package web

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// problemStates are the words for states of problems that the API takes.
var problemStates = map[string][]prb.State{
	"live":            {prb.StateOpen, prb.StateKnownError, prb.StateFixInProgress},
	"open":            {prb.StateOpen},
	"known_error":     {prb.StateKnownError},
	"fix_in_progress": {prb.StateFixInProgress},
	"resolved":        {prb.StateResolved},
	"closed":          {prb.StateClosed},
}

// listProblems is GET /api/v1/problems.
func (c *call) listProblems() error {
	want := map[prb.State]bool{}
	for _, w := range c.words("state") {
		which, ok := problemStates[w]
		if !ok {
			return bad("state", "Write live, open, known_error, fix_in_progress, resolved or closed.", "%q is no state", brief(w))
		}
		for _, s := range which {
			want[s] = true
		}
	}
	query, err := text("q", c.r.URL.Query().Get("q"), longestQuery)
	if err != nil {
		return err
	}
	services, book := c.words("service"), c.s.Engine.Book()
	out := []client.Problem{}
	err = c.view(func(tx store.Tx, v *veil) error {
		all, err := tx.Problems()
		for k := range all {
			p := &all[k]
			if !c.who.seesProblem(p, book) || len(want) > 0 && !want[p.State] || len(services) > 0 && among("", p.Service, services...) != nil {
				continue
			}
			said := incident.Facts{Text: incident.Fold(p.Ref() + " " + p.Title + " " + p.Cause + " " + p.Workaround)}
			if said.Matches(incident.Fold(query)) {
				w := v.wireProblem(p)
				w.Log = nil
				out = append(out, w)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// getProblem is GET /api/v1/problems/{n}.
func (c *call) getProblem() error {
	n, err := c.problemNumber()
	if err != nil {
		return err
	}
	var out client.Problem
	err = c.view(func(tx store.Tx, v *veil) error {
		p, err := c.problem(tx, n)
		out = v.wireProblem(&p)
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

func (c *call) answerProblem(status int, p *prb.Problem) error {
	var out client.Problem
	err := c.view(func(_ store.Tx, v *veil) error {
		out = v.wireProblem(p)
		return nil
	})
	if err != nil {
		return err
	}
	c.write(status, out)
	return nil
}

// openProblem is POST /api/v1/problems.
func (c *call) openProblem() error {
	var in client.NewProblem
	if err := c.decode(&in); err != nil {
		return err
	}
	p, err := c.opensProblem(&in)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/api/v1/problems/"+strconv.FormatInt(p.Number, 10))
	return c.answerProblem(http.StatusCreated, &p)
}

// opensProblem opens a problem and links its incidents afterwards, each from both sides. An incident that the caller may not see
// opens nothing.
func (c *call) opensProblem(in *client.NewProblem) (p prb.Problem, err error) {
	if len(in.Incidents) > bulkMost {
		return p, bad("incidents", "Link the others afterwards.", "there are %d, at most %d are possible", len(in.Incidents), bulkMost)
	}
	for _, n := range in.Incidents {
		i, err := c.seen(n)
		if err != nil {
			return p, err
		}
		if i.Confidential() && in.Type == "" { // what is known of a hidden incident stays hidden
			in.Type, in.Service = incident.TypeSecurity, cmp.Or(in.Service, i.Service)
		}
	}
	o, err := c.newProblem(in)
	if err != nil {
		return p, err
	}
	if p, err = c.s.Engine.OpenProblem(c.r.Context(), o); err != nil {
		return p, err
	}
	for _, n := range in.Incidents {
		after, err := c.link(p.Number, n)
		switch {
		case err == nil:
			p = after
		case !errors.Is(err, prb.ErrLinked):
			return p, err
		}
	}
	return p, nil
}

// newProblem checks a new problem against the rulebook. Nobody opens what they could not see themselves.
func (c *call) newProblem(in *client.NewProblem) (prb.Open, error) {
	o := prb.Open{By: c.who.actor(), Service: in.Service, Team: in.Team, Type: in.Type}
	e := &editing{c: c}
	o.Title, o.Cause, o.Workaround = *e.line("title", &in.Title), *e.text("cause", &in.Cause), *e.text("workaround", &in.Workaround)
	o.Owner = *e.user(&in.Owner)
	e.keep(c.checkProblem(&in.Service, &in.Team, &in.Type))
	if e.err == nil && !c.who.maySee(c.s.Engine.Book(), in.Type, in.Team, in.Service) {
		e.keep(errForbidden(Admin))
	}
	return o, e.err
}

// wireProblem is a problem as the API says it. Of one that was just handed to people whose own it is, whoever did that learns
// its number.
func (v *veil) wireProblem(raw *prb.Problem) client.Problem {
	p := *raw
	out := client.Problem{
		Number: p.Number, Ref: p.Ref(), State: string(p.State), Title: "Security problem", Type: p.Type, Incidents: []int64{},
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if !v.c.who.seesProblem(&p, v.c.s.Engine.Book()) {
		return out
	}
	v.hushProblem(&p)
	out.Title, out.Service, out.Team, out.Owner = p.Title, p.Service, p.Team, string(p.Owner)
	out.Cause, out.Workaround, out.Incidents = p.Cause, p.Workaround, p.Incidents
	out.Code, out.Note, out.DuplicateOf = string(p.Code), p.Note, p.DuplicateOf
	out.ResolvedAt, out.ClosedAt, out.Log = p.ResolvedAt, p.ClosedAt, []client.Entry{}
	for k := range p.Log {
		out.Log = append(out.Log, wireEntry(&p.Log[k]))
	}
	return out
}
