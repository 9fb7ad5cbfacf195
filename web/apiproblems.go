package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/oncall"
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
		p, err := c.seenProblem(tx, n)
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

// openProblem is POST /api/v1/problems. The incidents are linked afterwards, each from both sides.
func (c *call) openProblem() error {
	var in client.NewProblem
	if err := c.decode(&in); err != nil {
		return err
	}
	o, err := c.opensProblem(&in)
	if err != nil {
		return err
	}
	err = c.view(func(tx store.Tx, _ *veil) error {
		for _, n := range in.Incidents {
			if _, err := c.incident(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p, err := c.s.Engine.OpenProblem(c.r.Context(), o)
	if err != nil {
		return err
	}
	for _, n := range in.Incidents {
		if p, err = c.link(c.r.Context(), p.Number, n); err != nil && !errors.Is(err, prb.ErrLinked) {
			return err
		}
	}
	c.w.Header().Set("Location", "/api/v1/problems/"+strconv.FormatInt(p.Number, 10))
	return c.answerProblem(http.StatusCreated, &p)
}

// opensProblem checks a new problem against the rulebook. Nobody opens what they could not see themselves.
func (c *call) opensProblem(in *client.NewProblem) (prb.Open, error) {
	o := prb.Open{By: c.who.actor(), Service: in.Service, Team: in.Team, Type: in.Type}
	if len(in.Incidents) > bulkMost {
		return o, bad("incidents", "Link the others afterwards.", "there are %d, at most %d are possible", len(in.Incidents), bulkMost)
	}
	e := &editing{c: c}
	o.Title, o.Cause, o.Workaround = *e.text("title", &in.Title), *e.text("cause", &in.Cause), *e.text("workaround", &in.Workaround)
	o.Owner = *e.user(&in.Owner)
	e.keep(c.checkProblem(&in.Service, &in.Team, &in.Type))
	if e.err == nil && !c.who.maySee(c.s.Engine.Book(), in.Type, in.Team, in.Service) {
		e.keep(errForbidden(Admin))
	}
	return o, e.err
}

// checkProblem checks the fields of a problem that the configuration has words for. A nil or an empty one is not given.
func (c *call) checkProblem(service, team, kind *string) error {
	book := c.s.Engine.Book()
	if service != nil && *service != "" {
		if _, ok := book.Services[*service]; !ok {
			return &incident.UnknownServiceError{Name: *service}
		}
	}
	if team != nil && *team != "" {
		if _, ok := book.Roster.Team(oncall.TeamID(*team)); !ok {
			return bad("team", "Name one of the teams of the configuration.", "there is no team %q", brief(*team))
		}
	}
	if kind == nil {
		return nil
	}
	err, _ := checkType(book, *kind, "")
	return err
}

// problemVerb reads what somebody does to a problem, and returns what does it.
type problemVerb func(c *call) (problemDeed, error)

// problemDeed does one thing to a problem that the caller may see, and returns it as it is then.
type problemDeed func(ctx context.Context, n int64) (prb.Problem, error)

// onProblem is the route of a problemVerb.
func onProblem(v problemVerb) func(*call) error {
	return func(c *call) error {
		n, err := c.problemNumber()
		if err != nil {
			return err
		}
		err = c.view(func(tx store.Tx, _ *veil) error {
			_, err := c.seenProblem(tx, n)
			return err
		})
		if err != nil {
			return err
		}
		do, err := v(c)
		if err != nil {
			return err
		}
		p, err := do(c.r.Context(), n)
		if err != nil {
			return err
		}
		return c.answerProblem(http.StatusOK, &p)
	}
}

func (c *call) doesProblem(a prb.Action) problemDeed {
	return func(ctx context.Context, n int64) (prb.Problem, error) { return c.doProblem(ctx, n, a) }
}

func (c *call) doProblem(ctx context.Context, n int64, a prb.Action) (prb.Problem, error) {
	p, err := c.s.Engine.DoProblem(ctx, n, a, c.who.actor())
	if isNotFound(err) {
		err = prb.ErrNoProblem
	}
	return p, err
}

func editProblem(c *call) (problemDeed, error) {
	var in client.ProblemEdit
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	e := &editing{c: c}
	a := prb.Edit{
		By: c.who.actor(), Title: e.text("title", in.Title), Service: in.Service, Team: in.Team, Type: in.Type, Owner: e.user(in.Owner),
		Cause: e.text("cause", in.Cause), Workaround: e.text("workaround", in.Workaround),
	}
	e.keep(c.checkProblem(in.Service, in.Team, in.Type))
	return c.doesProblem(a), e.err
}

func analyseProblem(c *call) (problemDeed, error) {
	var in client.Analysis
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	cause, err := text("cause", in.Cause, longestText)
	help, err2 := text("workaround", in.Workaround, longestText)
	return c.doesProblem(prb.Analyse{By: c.who.actor(), Cause: cause, Workaround: help}), first([]error{err, err2})
}

func fixProblem(c *call) (problemDeed, error) {
	note, err := c.comment()
	return c.doesProblem(prb.StartFix{By: c.who.actor(), Note: note}), err
}

// resolveProblem ends a problem. The one that it duplicates has to be the caller's to see.
func resolveProblem(c *call) (problemDeed, error) {
	var in client.ProblemResolution
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	note, err := text("note", in.Note, longestText)
	if err == nil {
		err = c.mayNameProblem(in.DuplicateOf)
	}
	return c.doesProblem(prb.Resolve{By: c.who.actor(), Code: prb.Code(strings.ToLower(in.Code)), Note: note, DuplicateOf: in.DuplicateOf}), err
}

func reopenProblem(c *call) (problemDeed, error) {
	why, err := c.reason()
	return c.doesProblem(prb.Reopen{By: c.who.actor(), Reason: why}), err
}

func closeProblem(c *call) (problemDeed, error) {
	note, err := c.comment()
	return c.doesProblem(prb.Close{By: c.who.actor(), Note: note}), err
}

func noteProblem(c *call) (problemDeed, error) {
	var in client.Remark
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	what, err := text("text", in.Text, longestText)
	return c.doesProblem(prb.Note{By: c.who.actor(), Text: what}), err
}
