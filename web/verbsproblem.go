package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// problemDeed does one thing to a problem that the caller may see, and returns it as it is then.
type problemDeed func(n int64) (prb.Problem, error)

// problemVerb reads and checks what an action on a problem needs to know.
type problemVerb func(c *call, in read) (problemDeed, error)

// onProblem is the route of a problemVerb.
func onProblem(v problemVerb) func(*call) error {
	return func(c *call) error {
		n, err := c.problemNumber()
		if err != nil {
			return err
		}
		p, err := c.actOnProblem(n, v, c.decode)
		if err != nil {
			return err
		}
		return c.answerProblem(http.StatusOK, &p)
	}
}

// actOnProblem does to a problem what a verb does. A problem that is not there, or is not the caller's to see, answers the same
// whatever is asked of it.
func (c *call) actOnProblem(n int64, v problemVerb, in read) (prb.Problem, error) {
	if err := c.mustSeeProblem(n); err != nil {
		return prb.Problem{}, err
	}
	do, err := v(c, in)
	if err != nil {
		return prb.Problem{}, err
	}
	return do(n)
}

// doesProblem is the deed of an action that needs to know nothing of its problem.
func (c *call) doesProblem(a prb.Action) problemDeed {
	return func(n int64) (prb.Problem, error) {
		p, err := c.s.Engine.DoProblem(c.r.Context(), n, a, c.who.actor())
		if isNotFound(err) {
			err = prb.ErrNoProblem
		}
		return p, err
	}
}

// checkProblem checks the fields of a problem that the configuration has words for. A nil or an empty one is not given.
func (c *call) checkProblem(service, team, kind *string) error {
	book := c.s.Engine.Book()
	if service != nil {
		if err := knownService(book, *service); err != nil {
			return err
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

func editProblem(c *call, in read) (problemDeed, error) {
	var pe client.ProblemEdit
	if err := in(&pe); err != nil {
		return nil, err
	}
	e := &editing{c: c}
	a := prb.Edit{
		By: c.who.actor(), Title: e.line("title", pe.Title), Service: pe.Service, Team: pe.Team, Type: pe.Type, Owner: e.user(pe.Owner),
		Cause: e.text("cause", pe.Cause), Workaround: e.text("workaround", pe.Workaround),
	}
	e.keep(c.checkProblem(pe.Service, pe.Team, pe.Type))
	return c.doesProblem(a), e.err
}

func analyseProblem(c *call, in read) (problemDeed, error) {
	var an client.Analysis
	if err := in(&an); err != nil {
		return nil, err
	}
	cause, err := text("cause", an.Cause, longestText)
	help, err2 := text("workaround", an.Workaround, longestText)
	return c.doesProblem(prb.Analyse{By: c.who.actor(), Cause: cause, Workaround: help}), first([]error{err, err2})
}

func fixProblem(c *call, in read) (problemDeed, error) {
	note, err := comment(in)
	return c.doesProblem(prb.StartFix{By: c.who.actor(), Note: note}), err
}

// resolveProblem ends a problem. The one that it duplicates has to be the caller's to see.
func resolveProblem(c *call, in read) (problemDeed, error) {
	var r client.ProblemResolution
	if err := in(&r); err != nil {
		return nil, err
	}
	note, err := text("note", r.Note, longestText)
	if err == nil && r.DuplicateOf != 0 {
		err = c.mustSeeProblem(r.DuplicateOf)
	}
	return c.doesProblem(prb.Resolve{By: c.who.actor(), Code: prb.Code(strings.ToLower(r.Code)), Note: note, DuplicateOf: r.DuplicateOf}), err
}

func reopenProblem(c *call, in read) (problemDeed, error) {
	why, err := reason(in)
	return c.doesProblem(prb.Reopen{By: c.who.actor(), Reason: why}), err
}

func closeProblem(c *call, in read) (problemDeed, error) {
	note, err := comment(in)
	return c.doesProblem(prb.Close{By: c.who.actor(), Note: note}), err
}

func noteProblem(c *call, in read) (problemDeed, error) {
	what, err := remark(in)
	return c.doesProblem(prb.Note{By: c.who.actor(), Text: what}), err
}

func linkProblem(c *call, in read) (problemDeed, error) {
	n, err := c.linkedIncident(in)
	return func(to int64) (prb.Problem, error) { return c.link(to, n) }, err
}

func unlinkProblem(c *call, in read) (problemDeed, error) {
	n, err := c.linkedIncident(in)
	return func(from int64) (prb.Problem, error) { return c.unlink(from, n) }, err
}

// linkedIncident reads which incident is meant. It has to be the caller's to see.
func (c *call) linkedIncident(in read) (int64, error) {
	var l client.IncidentLink
	if err := in(&l); err != nil {
		return 0, err
	}
	if l.Incident < 1 {
		return 0, prb.ErrNoIncident
	}
	return l.Incident, c.mustSee(l.Incident)
}

// link links an incident to a problem, from both sides. A closed incident changes no more, so that one is linked from the
// problem's side alone: most causes are found after their incidents.
func (c *call) link(to, n int64) (prb.Problem, error) {
	r := incident.Relate{By: c.who.actor(), Kind: incident.ToProblem, To: to}
	return c.relateProblem(n, r, prb.LinkIncident{By: r.By, Incident: n})
}

// unlink takes the link away again, from the side or the sides that have it.
func (c *call) unlink(from, n int64) (prb.Problem, error) {
	r := incident.Relate{By: c.who.actor(), Kind: incident.ToProblem, To: from, Undo: true}
	return c.relateProblem(n, r, prb.UnlinkIncident{By: r.By, Incident: n})
}

// relateProblem changes a link from both sides; where the incident's cannot or need not change, from the problem's alone.
func (c *call) relateProblem(n int64, r incident.Relate, alone prb.Action) (p prb.Problem, err error) {
	_, err = c.s.Engine.Relate(c.r.Context(), n, r)
	switch {
	case errors.Is(err, incident.ErrFinal), errors.Is(err, incident.ErrNothing):
		return c.doesProblem(alone)(r.To)
	case err != nil:
		return p, err
	}
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		p, err = tx.Problem(r.To)
		return err
	})
	return p, err
}
