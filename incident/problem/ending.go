package problem

import (
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
)

func (c *change) startFix(a StartFix) error {
	switch {
	case c.p.State == StateFixInProgress:
		return ErrUnderWay
	case !c.p.State.Live():
		return ErrResolved
	}
	c.p.State = StateFixInProgress
	what := "A fix is in progress"
	if n := strings.TrimSpace(a.Note); n != "" {
		what += ": " + n
	}
	c.tell(incident.DidChange, a.By, nil, "%s", what)
	return nil
}

func (c *change) resolve(a Resolve) error {
	note := strings.TrimSpace(a.Note)
	switch {
	case !c.p.State.Live():
		return ErrResolved
	case !slices.Contains(Codes(), a.Code):
		return ErrCode
	case note == "":
		return ErrNeedsNote
	case a.Code == Duplicate && (a.DuplicateOf <= 0 || a.DuplicateOf == c.p.Number):
		return ErrNeedsOther
	}
	c.p.State, c.p.Code, c.p.Note, c.p.ResolvedAt = StateResolved, a.Code, note, c.now
	if a.Code == Duplicate {
		c.p.DuplicateOf = a.DuplicateOf
		c.tell(incident.DidResolve, a.By, nil, "Resolved as a duplicate of %s: %s", Ref(a.DuplicateOf), note)
	} else {
		c.tell(incident.DidResolve, a.By, nil, "Resolved (%s): %s", a.Code, note)
	}
	c.release(a, note)
	return nil
}

// release says what the end of the problem means for its incidents, so that none waits for what will not come.
func (c *change) release(a Resolve, note string) {
	switch a.Code {
	case FixApplied:
		c.effect(ToHeld, incident.Resolve{By: a.By, Code: incident.ByProblem, Note: c.words("was fixed", note)})
	case RiskAccepted:
		c.backToWork(a.By, c.words("will not be fixed, the risk is accepted", note))
	case Canceled:
		c.backToWork(a.By, c.words("was canceled", note))
	case Duplicate:
		c.effect(ToAll, incident.Relate{By: a.By, Kind: incident.ToProblem, To: a.DuplicateOf})
	}
}

// backToWork ends the hold of incidents. The note comes first, for afterwards nothing says that they were held.
func (c *change) backToWork(by incident.Actor, why string) {
	c.effect(ToHeld, incident.Note{By: by, Text: why})
	c.effect(ToHeld, incident.Resume{By: by})
}

// effect adds what is to happen to linked incidents; nothing when there are none.
func (c *change) effect(to Whom, a incident.Action) {
	if len(c.p.Incidents) > 0 {
		c.effects = append(c.effects, Effect{To: to, Action: a})
	}
}

// words is what an incident is told of the problem. Its timeline may be read by people who may not know of a confidential
// problem more than its number.
func (c *change) words(what, detail string) string {
	if c.p.Confidential() {
		return c.p.Ref() + " " + what
	}
	return c.p.Ref() + " " + what + ": " + detail
}

// tellWorkaround tells the workaround to linked incidents that are open, or to one of them. A problem that is over tells
// nothing any more.
func (c *change) tellWorkaround(by incident.Actor, to int64) {
	if c.p.Workaround == "" || len(c.p.Incidents) == 0 || !c.p.State.Live() {
		return
	}
	text := c.p.Workaround
	if c.p.Confidential() {
		text = "There is a workaround: see " + c.p.Ref()
	}
	c.effects = append(c.effects, Effect{
		Incident: to, To: ToOpen, Action: incident.Diagnose{By: by, Kind: incident.WorkaroundFound, Text: text},
	})
}

func (c *change) reopen(a Reopen) error {
	reason := strings.TrimSpace(a.Reason)
	switch {
	case c.p.State.Live():
		return ErrNotResolved
	case reason == "":
		return ErrNeedsReason
	}
	c.p.State, c.p.Code, c.p.Note, c.p.DuplicateOf, c.p.ResolvedAt = StateOpen, "", "", 0, time.Time{}
	c.tell(incident.DidReopen, a.By, nil, "Opened again: %s", reason)
	c.understand(a.By)
	return nil
}

func (c *change) close(a Close) error {
	if c.p.State != StateResolved {
		return ErrNotResolved
	}
	c.p.State, c.p.ClosedAt = StateClosed, c.now
	what := "Closed"
	if n := strings.TrimSpace(a.Note); n != "" {
		what += ": " + n
	}
	c.tell(incident.DidClose, a.By, nil, "%s", what)
	return nil
}
