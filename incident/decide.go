package incident

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/router"
)

// Errors of Decide. Nothing changes when it returns one.
var (
	ErrNoIncident  = errors.New("there is no such incident")
	ErrFinal       = errors.New("the incident is closed, which is final: a recurrence is a new incident")
	ErrNeedsReason = errors.New("a reason is needed to put an incident on hold")
	ErrNeedsNote   = errors.New("a note with some text is needed")
	ErrNobody      = errors.New("there is no such user in the configuration")
	ErrNotAcked    = errors.New("acknowledge the incident before you put it on hold")

	ErrNoteFirst    = errors.New("say what was done: an incident of this priority is not resolved without a note")
	ErrNoteOwed     = errors.New("it is resolved without a note about what was done: add one before it is closed")
	ErrReviewFirst  = errors.New("its review is required and not published yet, so it cannot be closed")
	ErrNotResolved  = errors.New("it is not resolved yet")
	ErrNotHeld      = errors.New("it is not on hold")
	ErrMerged       = errors.New("it was merged into another incident: act on that one")
	ErrItself       = errors.New("an incident cannot be linked with itself")
	ErrConfidential = errors.New("a security incident is told to responders alone")
	ErrMixed        = errors.New("a security incident is merged and linked only with security incidents and problems of the same team, for the others would tell of it")
	ErrWhy          = errors.New("a reason is needed")
	ErrNothing      = errors.New("nothing was said that would change it")
)

// FieldError says that a field of an action cannot be what it is. Want is what could stand there.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("%s cannot be %q: write %s", e.Field, e.Value, e.Want)
}

// AlreadyError says that what was asked for is so already, and who did it first.
type AlreadyError struct {
	State State
	By    string
	At    time.Time
}

func (e *AlreadyError) Error() string {
	who := ""
	if e.By != "" {
		who = " by " + e.By
	}
	return fmt.Sprintf("already %s%s", e.State, who)
}

// Decide holds every rule of an incident's life. cur is the record as it stands (the zero Incident for Fire and Open, which
// open one), now is the time at which a happens. It returns what is to be remembered and told; an error changes nothing.
func Decide(cur Incident, a Action, book *Rulebook, now time.Time) (Change, error) {
	d := newDraft(cur, book, now)
	if err := d.apply(a); err != nil {
		return Change{}, err
	}
	if by, verb := Signed(a); verb != "" && by.Person() {
		d.i.Acts++
	}
	d.keepClocks(&cur)
	d.i.UpdatedAt = d.now
	d.i.WakeAt = d.wakeAt()
	return Change{Next: d.i, Entries: d.entries, Pages: d.pages, Void: d.void}, nil
}

// Reopens reports whether an alert that comes back at now reopens the incident rather than making a new one.
func Reopens(i *Incident, now time.Time) bool {
	return i.State == Resolved && i.DuplicateOf == 0 && now.Before(i.ResolvedAt.Add(i.ReopenWindow))
}

// draft is a Change in the making.
type draft struct {
	i       Incident
	book    *Rulebook
	now     time.Time
	entries []Entry
	pages   []Page
	void    bool
}

func newDraft(cur Incident, book *Rulebook, now time.Time) *draft {
	d := &draft{i: cur, book: book, now: now.UTC()}
	d.i.Cursor.People = clonePeople(cur.Cursor.People) // the caller's record stays as it was
	d.i.Receivers = append([]string(nil), cur.Receivers...)
	d.i.Process = cur.Process.clone()
	return d
}

func clonePeople(in []Notice) []Notice {
	out := make([]Notice, len(in))
	for k, n := range in {
		out[k] = Notice{User: n.User, Why: n.Why, Steps: append([]Step(nil), n.Steps...)}
	}
	return out
}

func (d *draft) apply(a Action) error {
	switch a := a.(type) {
	case Fire:
		return d.fire(a)
	case Open:
		return d.open(a)
	case Drill:
		return d.drill(a)
	}
	if d.i.Number == 0 {
		return ErrNoIncident
	}
	if err := d.ofDrill(a); err != nil {
		return err
	}
	switch a := a.(type) {
	case Clear:
		return d.clear(a)
	case Wake:
		return d.wake(a)
	case Report:
		return d.report(a)
	case Ack:
		return d.ack(a)
	case Escalate:
		return d.escalate(a)
	case Resolve:
		return d.resolveBy(a)
	case Reassign:
		return d.reassign(a)
	case Hold:
		return d.hold(a)
	case Note:
		return d.note(a)
	case Close:
		return d.close(a)
	case Redrive:
		return d.redrive(a)
	case SetBack:
		return d.setBack(a)
	}
	return d.process(a)
}

// process does what the ITIL process adds to paging.
func (d *draft) process(a Action) error {
	switch a := a.(type) {
	case Amend:
		return d.amend(a)
	case Diagnose:
		return d.diagnose(a)
	case Attach:
		return d.attach(a)
	case Assign:
		return d.assign(a)
	case Publish:
		return d.publish(a)
	case Resume:
		return d.resume(a)
	case Reopen:
		return d.reopenBy(a)
	case Confirm:
		return d.confirm(a)
	case Relate:
		return d.relate(a)
	case MergeInto:
		return d.mergeInto(a)
	case Absorb:
		return d.absorb(a)
	case Reviewed:
		return d.reviewed(a)
	case Automated:
		return d.automated(a)
	case Inform:
		return d.inform(a)
	}
	return fmt.Errorf("incident: unknown action %T", a)
}

// tell adds a line to the timeline.
func (d *draft) tell(kind EntryKind, by Actor, why, format string, args ...any) {
	d.i.Entries++
	d.entries = append(d.entries, Entry{Seq: d.i.Entries, At: d.now, Kind: kind, By: by, What: fmt.Sprintf(format, args...), Why: why})
}

// self is rouse as an actor.
var self = Actor{Kind: BySystem}

// rooms tells every room that already knows of the incident what happened now. No room is told of a confidential one.
func (d *draft) rooms(what string) {
	if d.i.Confidential() {
		return
	}
	for _, r := range d.i.Receivers {
		d.room(r, what)
	}
}

// roomsHear tells every room that was told of the incident, whatever suppresses it now: silence mutes people, not facts.
func (d *draft) roomsHear(what string) {
	if d.i.Confidential() {
		return
	}
	for _, r := range d.i.Heard {
		d.room(r, what)
	}
}

func (d *draft) room(receiver, what string) {
	if what == "triggered" && !slices.Contains(d.i.Heard, receiver) {
		d.i.Heard = append(d.i.Heard, receiver)
	}
	d.pages = append(d.pages, Page{
		ID:   fmt.Sprintf("%s/e%d/%d/room/%s/%s", d.i.Ref(), d.i.Epoch, d.i.Entries, receiver, what),
		Kind: PageRoom, Incident: d.i.Number, Epoch: d.i.Epoch, Receiver: receiver, Text: what, At: d.now,
	})
}

// wakeAt is the earliest moment at which something is due by itself.
func (d *draft) wakeAt() time.Time {
	var at time.Time
	add := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	i := &d.i
	switch i.State {
	case Resolved:
		if i.Firing > 0 && i.DuplicateOf == 0 {
			add(i.stillFiringAt())
		}
		add(d.endAt())
		return at
	case Closed:
		return at
	}
	if !i.ClearedAt.IsZero() {
		add(i.ClearedAt.Add(i.ResolveDelay))
	}
	add(d.clockAt())
	switch i.State {
	case Acknowledged, OnHold:
		add(i.TellAt)
		add(i.Hushed.LookAt)
		add(d.owesAt())
		if i.ClearedAt.IsZero() { // else it is about to resolve, and nothing lapses meanwhile
			add(i.AckUntil)
			add(i.HoldUntil)
		}
	case Triggered:
		if !i.ClearedAt.IsZero() {
			break // it is about to resolve, and nobody is paged meanwhile
		}
		if i.Suppressed != nil {
			add(lookAgain(i.Suppressed, d.now))
		} else {
			add(i.Cursor.EndsAt)
			for _, s := range i.Cursor.pending() {
				add(s)
			}
		}
	}
	return at
}

// leastGrace is how long an incident that was resolved by hand rests although its alerts still fire.
const leastGrace = 10 * time.Minute

// stillFiringAt is when an incident that was resolved by hand comes back, unless its alerts recover.
func (i *Incident) stillFiringAt() time.Time {
	return i.ResolvedAt.Add(max(i.ReopenWindow, leastGrace))
}

// recheckSuppression bounds how long a suppression whose end is unknown, or was moved, goes unquestioned.
const recheckSuppression = 5 * time.Minute

// lookAgain is when it is asked again whether something still keeps people from being told.
func lookAgain(s *router.Suppression, now time.Time) time.Time {
	again := now.Add(recheckSuppression)
	if u := s.Until; !u.IsZero() && u.Before(again) {
		return u
	}
	return again
}

func (d *draft) closeIn() time.Duration {
	if d.book.CloseIn > 0 {
		return max(d.book.CloseIn, d.i.ReopenWindow)
	}
	return max(DefaultCloseIn, d.i.ReopenWindow)
}

// pending returns when steps that are not in the outbox yet are due.
func (c *Cursor) pending() []time.Time {
	var due []time.Time
	for _, n := range c.People {
		for _, s := range n.Steps {
			if s.Page == "" && s.Outcome == "" {
				due = append(due, s.Due)
			}
		}
	}
	return due
}
