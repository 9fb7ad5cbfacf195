package problem

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
)

// Errors of Decide. Nothing changes when it returns one.
var (
	ErrNoProblem     = errors.New("there is no such problem")
	ErrExists        = errors.New("there is a problem of this number already")
	ErrFinal         = errors.New("the problem is closed, which is final: a recurrence is a new problem")
	ErrResolved      = errors.New("the problem is resolved: reopen it first")
	ErrNotResolved   = errors.New("the problem is not resolved")
	ErrUnderWay      = errors.New("the fix is in progress already")
	ErrNeedsTitle    = errors.New("a problem needs a title")
	ErrNeedsAnalysis = errors.New("a cause or a workaround is needed")
	ErrNeedsNote     = errors.New("a note with some text is needed")
	ErrNeedsReason   = errors.New("a reason is needed to reopen a problem")
	ErrCode          = errors.New("a problem is resolved with one of fix_applied, risk_accepted, duplicate, canceled")
	ErrNeedsOther    = errors.New("a duplicate needs the number of the other problem")
	ErrLinked        = errors.New("the incident is linked already")
	ErrNotLinked     = errors.New("the incident is not linked")
	ErrNoIncident    = errors.New("an incident's number is needed")
)

// Change is what Decide answers: the next record, and what it means for linked incidents.
type Change struct {
	Next    Problem
	Effects []Effect
}

// Decide holds every rule of a problem's life. cur is the record as it stands (the zero Problem for Open) and is never
// changed; now is the time at which a happens. What changes nothing returns cur as it is, without an entry in the log; an
// error changes nothing.
func Decide(cur Problem, a Action, now time.Time) (Change, error) {
	c := &change{p: cur, now: now.UTC()}
	c.p.Log = slices.Clone(cur.Log)
	c.p.Incidents = slices.Clone(cur.Incidents)
	if err := c.apply(a); err != nil {
		return Change{}, err
	}
	return Change{Next: c.p, Effects: c.effects}, nil
}

// change is a Change in the making.
type change struct {
	p       Problem
	now     time.Time
	effects []Effect
}

func (c *change) apply(a Action) error {
	if o, ok := a.(Open); ok {
		return c.open(o)
	}
	if c.p.Number == 0 {
		return ErrNoProblem
	}
	if n, ok := a.(Note); ok { // a closed problem may still be written about
		return c.note(n)
	}
	if c.p.State == StateClosed {
		return ErrFinal
	}
	switch a := a.(type) {
	case Edit:
		return c.edit(a)
	case LinkIncident:
		return c.link(a)
	case UnlinkIncident:
		return c.unlink(a)
	case Analyse:
		return c.analyse(a)
	case StartFix:
		return c.startFix(a)
	case Resolve:
		return c.resolve(a)
	case Reopen:
		return c.reopen(a)
	case Close:
		return c.close(a)
	}
	return fmt.Errorf("problem: unknown action %T", a)
}

// tell adds a line to the log.
func (c *change) tell(kind incident.EntryKind, by incident.Actor, was map[string]string, format string, args ...any) {
	c.p.UpdatedAt = c.now
	c.p.Log = append(c.p.Log, incident.Entry{
		Seq: len(c.p.Log) + 1, At: c.now, Kind: kind, By: by, What: fmt.Sprintf(format, args...), Data: was,
	})
}

func (c *change) open(o Open) error {
	if c.p.Number != 0 {
		return ErrExists
	}
	if o.Number <= 0 {
		return ErrNoProblem
	}
	title := strings.TrimSpace(o.Title)
	if title == "" {
		return ErrNeedsTitle
	}
	c.p = Problem{
		Number: o.Number, State: StateOpen, Title: title, Service: o.Service, Team: o.Team, Type: typeOr(o.Type), Owner: o.Owner,
		Cause: strings.TrimSpace(o.Cause), Workaround: strings.TrimSpace(o.Workaround), CreatedAt: c.now,
	}
	c.tell(incident.DidOpen, o.By, nil, "Opened: %s", title)
	for _, n := range o.Incidents {
		if n <= 0 {
			return ErrNoIncident
		}
		if !c.p.Linked(n) {
			c.p.Incidents = append(c.p.Incidents, n)
			c.tell(incident.DidLink, o.By, nil, "Linked %s", incident.Ref(n))
		}
	}
	c.understand(o.By)
	c.tellWorkaround(o.By, 0)
	return nil
}

func typeOr(t string) string {
	if t = strings.TrimSpace(t); t == "" {
		return "technical"
	}
	return t
}

// understand makes an open problem a known error once its cause and a workaround are known, and takes that back when an edit
// leaves one of them empty.
func (c *change) understand(by incident.Actor) {
	known := c.p.Cause != "" && c.p.Workaround != ""
	switch {
	case c.p.State == StateOpen && known:
		c.p.State = StateKnownError
		c.tell(incident.DidDiagnose, by, nil, "A known error from now on: cause and workaround are known")
	case c.p.State == StateKnownError && !known:
		c.p.State = StateOpen
		c.tell(incident.DidDiagnose, by, nil, "No known error any more: cause or workaround is missing")
	}
}

func (c *change) link(a LinkIncident) error {
	switch {
	case a.Incident <= 0:
		return ErrNoIncident
	case c.p.Linked(a.Incident):
		return ErrLinked
	}
	c.p.Incidents = append(c.p.Incidents, a.Incident)
	c.tell(incident.DidLink, a.By, nil, "Linked %s", incident.Ref(a.Incident))
	c.tellWorkaround(a.By, a.Incident)
	return nil
}

func (c *change) unlink(a UnlinkIncident) error {
	k := slices.Index(c.p.Incidents, a.Incident)
	if k < 0 {
		return ErrNotLinked
	}
	c.p.Incidents = slices.Delete(c.p.Incidents, k, k+1)
	c.tell(incident.DidLink, a.By, nil, "%s is no longer linked", incident.Ref(a.Incident))
	return nil
}

func (c *change) analyse(a Analyse) error {
	cause, help := strings.TrimSpace(a.Cause), strings.TrimSpace(a.Workaround)
	if cause == "" && help == "" {
		return ErrNeedsAnalysis
	}
	if !c.p.State.Live() {
		return ErrResolved
	}
	if cause != "" && cause != c.p.Cause {
		c.p.Cause = cause
		c.tell(incident.DidDiagnose, a.By, nil, "Cause: %s", cause)
	}
	moved := help != "" && help != c.p.Workaround
	if moved {
		c.p.Workaround = help
		c.tell(incident.DidDiagnose, a.By, nil, "Workaround: %s", help)
	}
	c.understand(a.By)
	if moved {
		c.tellWorkaround(a.By, 0)
	}
	return nil
}

func (c *change) note(a Note) error {
	text := strings.TrimSpace(a.Text)
	if text == "" {
		return ErrNeedsNote
	}
	c.tell(incident.DidNote, a.By, nil, "%s", text)
	return nil
}
