package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// settled refuses acts on what is over. What is already so is an AlreadyError.
func (d *draft) settled() error {
	switch d.i.State {
	case Resolved:
		return &AlreadyError{State: Resolved, By: d.lastActor(), At: d.i.ResolvedAt}
	case Closed:
		return ErrFinal
	}
	return nil
}

func (d *draft) lastActor() string {
	if d.i.Code == Recovered {
		return "itself"
	}
	return nameOr(d.i.ResolvedBy, d.i.AckedBy)
}

func (d *draft) ack(a Ack) error {
	if err := d.settled(); err != nil {
		return err
	}
	if d.i.State == Acknowledged && !d.renews(a) {
		return &AlreadyError{State: Acknowledged, By: d.i.AckedBy, At: d.i.AcknowledgedAt}
	}
	renewed := d.i.State == Acknowledged
	d.i.State = Acknowledged
	if d.i.FirstAckAt.IsZero() {
		d.i.FirstAckAt, d.i.FirstAckBy = d.now, a.By.Name
	}
	d.i.AckUntil = a.Until
	if t := d.book.Services[d.i.Service].AckTimeout; a.Until.IsZero() && t > 0 {
		d.i.AckUntil = d.now.Add(t)
	}
	d.i.HoldReason, d.i.HoldUntil = "", time.Time{}
	if a.User != "" {
		d.i.Assignee = a.User
	}
	d.i.AckedBy = a.By.Name
	d.stop()
	d.i.Cursor.Reached = true // by whoever it was
	d.i.Waiting = nil
	d.i.Suppressed, d.i.Loud = nil, false // what kept people from being paged says nothing about whoever has it now
	if renewed {
		d.tell(DidAck, a.By, "", "Acknowledgement renewed%s", until(d.i.AckUntil))
		return nil
	}
	d.i.AcknowledgedAt = d.now
	if d.i.Drill() {
		d.tell(DidAck, a.By, "", "Acknowledged by %s", a.By.Name)
		d.answered(a.By)
		return nil
	}
	d.tell(DidAck, a.By, "", "Acknowledged by %s%s", a.By.Name, until(d.i.AckUntil))
	d.rooms("acknowledged")
	return nil
}

// renews reports whether an acknowledgement of an acknowledged incident is its owner's, with a new lease.
func (d *draft) renews(a Ack) bool {
	return !a.Until.IsZero() && a.By.Name == d.i.AckedBy
}

func until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + t.Format("2006-01-02 15:04 MST")
}

// stop ends all paging of this epoch: unsent pages are void, ringing calls are hung up.
func (d *draft) stop() {
	d.void = true
	d.i.Cursor.Reached = d.i.Cursor.Reached || d.i.Cursor.perhaps()
	d.i.Cursor.People = nil
	d.i.Cursor.EndsAt = time.Time{}
	d.i.TellAt, d.i.Joined, d.i.Hushed = time.Time{}, 0, Hush{}
}

// helpAgain is within what time a second escalation by the same person is the first one.
const helpAgain = 5 * time.Second

func (d *draft) escalate(a Escalate) error {
	if err := d.settled(); err != nil {
		return err
	}
	if d.i.State == Triggered && a.By.Name == d.i.HelpBy && a.By.Person() && d.now.Sub(d.i.HelpAt) < helpAgain && !d.now.Before(d.i.HelpAt) {
		return nil // a button that was tapped twice, a text that was sent twice: whom the first has called is not passed over
	}
	d.i.HelpAt, d.i.HelpBy = d.now, a.By.Name
	d.stop()
	d.i.ByHand++
	ends := ""
	if d.i.State != Triggered {
		ends = map[State]string{Acknowledged: ", no longer acknowledged by " + nameOr(d.i.AckedBy, "somebody"), OnHold: ", no longer on hold"}[d.i.State]
		d.i.State, d.i.TriggeredAt = Triggered, d.now
		d.i.AckUntil, d.i.HoldUntil, d.i.HoldReason, d.i.AckedBy, d.i.Assignee = time.Time{}, time.Time{}, "", "", ""
	}
	d.i.Suppressed, d.i.Loud = nil, true // somebody asks for help: that is louder than a silence
	d.tell(DidEscalate, a.By, "", "Escalated by %s%s", a.By.Name, ends)
	d.next()
	return nil
}

func (d *draft) resolveBy(r Resolve) error {
	if err := d.settled(); err != nil {
		return err
	}
	if d.i.Drill() {
		d.answered(r.By)
		return nil
	}
	code := r.Code
	if code == "" {
		code = Fixed
	}
	if !slices.Contains(Codes(), code) {
		return &FieldError{"code", code, "one of " + strings.Join(Codes(), ", ")}
	}
	if d.book.NoteFor[d.i.Priority] && strings.TrimSpace(r.Note) == "" && !r.Parent && atDesk(r.By) {
		return ErrNoteFirst
	}
	d.i.Firing = max(0, d.i.Firing-r.Ending)
	d.resolve(r.By, code, r.Note)
	d.i.WithParent = r.Parent
	if d.noteOwed() {
		d.tell(DidNote, self, "closing.note", "A note about what was done is owed before it can be closed")
	}
	if d.i.Firing > 0 {
		d.tell(DidNote, self, "", "Alerts that still fire: %d. Unless they recover, it opens again and pages in %s", d.i.Firing, lapse.Exact(max(d.i.ReopenWindow, leastGrace)))
	}
	return nil
}

// atDesk reports whether somebody has a keyboard. On a phone at night a resolution without a note is taken, and the note is owed.
func atDesk(by Actor) bool {
	return by.Person() && by.Channel != "sms" && by.Channel != "call"
}

// noteOwed reports whether somebody resolved the incident without the note that its priority needs.
func (d *draft) noteOwed() bool {
	i := &d.i
	return i.State == Resolved && !i.Drill() && d.book.NoteFor[i.Priority] && strings.TrimSpace(i.Note) == "" && i.Code != Recovered && i.Code != Duplicate
}

func (d *draft) resolve(by Actor, code, note string) {
	d.i.State = Resolved
	d.i.WithParent = false
	d.i.OwesAt, d.i.OwesTold = time.Time{}, time.Time{}
	d.dueReview(code)
	d.i.ResolvedAt = d.now
	d.i.ClearedAt, d.i.AckUntil, d.i.HoldUntil = time.Time{}, time.Time{}, time.Time{}
	d.i.Code, d.i.Note = code, note
	d.i.Suppressed, d.i.Loud = nil, false
	d.stop()
	switch {
	case code == Answered:
		d.tell(DidResolve, by, "", "Drill answered by %s, %s", by.Name, note)
	case code == Unanswered:
		d.tell(DidResolve, by, "", "DRILL FAILED: %s", note)
	case code == Recovered && !by.Person() && note == "":
		d.tell(DidResolve, by, "", "Resolved: every alert recovered")
	case note != "":
		d.tell(DidResolve, by, "", "Resolved by %s (%s): %s", by.Name, code, note)
	default:
		d.tell(DidResolve, by, "", "Resolved by %s (%s)", by.Name, code)
	}
	d.i.ResolvedBy = nameOr(by.Name, string(by.Kind))
	if by.Kind != BySystem {
		d.i.AckedBy = by.Name
	}
	d.roomsHear("resolved")
	d.tellReporter(by, note)
}

// tellReporter tells whoever reported it that it is over, so that they can confirm it or say that it is not.
func (d *draft) tellReporter(by Actor, note string) {
	r := oncall.UserID(d.i.Reporter)
	if _, ok := d.book.Roster.User(r); !ok || d.i.Reporter == by.Name || d.i.DuplicateOf != 0 {
		return
	}
	pings := len(d.i.Pings) // good news interrupts nobody's count
	d.news([]oncall.UserID{r}, newsResolved, "what you reported is resolved"+colon(note))
	d.i.Pings = d.i.Pings[:pings]
}

func (d *draft) reassign(r Reassign) error {
	if err := d.settled(); err != nil {
		return err
	}
	u, ok := d.book.Roster.User(r.To)
	if !ok {
		return ErrNobody
	}
	if r.By.Kind == ByUser && r.By.Name == string(u.ID) {
		return d.take(r.By, u.ID)
	}
	d.stop()
	d.i.Reassigns++
	d.retrigger("")
	d.i.Assignee = u.ID
	d.i.Suppressed, d.i.Loud = nil, true
	d.tell(DidAssign, r.By, "", "Given to %s by %s", u.ID, r.By.Name)
	d.fireAssignee(u, r.By.Name)
	return nil
}

// take makes who gives an incident to themselves its assignee. They know of it, so nobody is paged; whoever had it is told.
func (d *draft) take(by Actor, u oncall.UserID) error {
	switch {
	case d.i.State == Triggered:
		return d.ack(Ack{By: by, User: u})
	case d.i.Assignee == u:
		return &AlreadyError{State: d.i.State, By: d.i.AckedBy, At: d.i.AcknowledgedAt}
	}
	d.i.Reassigns++
	was := d.i.Assignee
	d.i.Assignee, d.i.AckedBy, d.i.AckUntil = u, by.Name, time.Time{}
	if t := d.book.Services[d.i.Service].AckTimeout; t > 0 && d.i.State == Acknowledged {
		d.i.AckUntil = d.now.Add(t)
	}
	d.tell(DidAssign, by, "", "Taken over by %s%s", by.Name, until(d.i.AckUntil))
	d.news([]oncall.UserID{was}, newsTaken, by.Name+" has it now")
	return nil
}

func (d *draft) hold(h Hold) error {
	if err := d.settled(); err != nil {
		return err
	}
	if strings.TrimSpace(h.Reason) == "" {
		return ErrNeedsReason
	}
	if d.i.State == Triggered {
		return ErrNotAcked
	}
	d.i.State = OnHold
	d.i.HoldReason, d.i.HoldUntil = h.Reason, h.Until
	d.i.HeldAt, d.i.HeldClass = d.now, d.book.HoldClass(h.Reason)
	d.i.AckUntil = time.Time{}
	d.stop()
	d.tell(DidHold, h.By, "", "On hold%s: %s", until(h.Until), h.Reason)
	return nil
}

func (d *draft) note(n Note) error {
	if strings.TrimSpace(n.Text) == "" {
		return ErrNeedsNote
	}
	if d.noteOwed() && n.By.Kind == ByUser {
		d.i.Note = n.Text
	}
	d.tell(DidNote, n.By, "", "%s", n.Text)
	d.said(n.Text)
	if d.i.State == OnHold && d.i.HeldClass == heldForCustomer && d.i.Reporter != "" && n.By.Name == d.i.Reporter {
		d.goOn()
		d.tell(DidResume, self, "hold for the customer", "Work goes on: %s, who reported it, has answered", n.By.Name)
		d.news(d.owners(), newsAnswered, n.By.Name+", who reported it, has answered: "+n.Text)
	}
	return nil
}

// heldForCustomer is the hold that ends when the reporter answers.
const heldForCustomer = "customer"

func (d *draft) close(c Close) error {
	switch {
	case d.i.State == Closed:
		return &AlreadyError{State: Closed, At: d.i.ClosedAt}
	case d.i.State != Resolved:
		return ErrNotResolved
	}
	if c.Note != "" && d.noteOwed() {
		d.i.Note = c.Note
	}
	switch {
	case d.noteOwed():
		return ErrNoteOwed
	case d.reviewMissing():
		return ErrReviewFirst
	}
	d.i.State = Closed
	d.i.ClosedAt = d.now
	d.i.ClosedBy, d.i.Closure = c.By.Name, c.Note
	if c.Confirmed != "" {
		d.i.Confirmed = c.Confirmed
		d.tell(DidConfirm, c.By, "", "Confirmed by %s", c.Confirmed)
	}
	d.tell(DidClose, c.By, "", "Closed%s", colon(c.Note))
	return nil
}

// colon puts text behind a word, where there is any.
func colon(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

// retrigger puts an incident back to triggered in a new epoch; start or fireAssignee must follow.
func (d *draft) retrigger(why string) {
	d.i.State = Triggered
	d.i.Epoch++
	d.i.TriggeredAt = d.now
	d.i.AckedBy, d.i.AckUntil, d.i.Assignee = "", time.Time{}, ""
	d.i.HoldReason, d.i.HoldUntil = "", time.Time{}
	d.i.Cursor = Cursor{}
	d.i.TellAt, d.i.Joined, d.i.Hushed = time.Time{}, 0, Hush{}
	if why != "" {
		d.tell(DidTrigger, self, "", "Triggered again: %s", why)
	}
}

// reopen turns a resolved incident into a triggered one.
func (d *draft) reopen(why string, s *router.Suppression) {
	d.i.Reopens++
	d.i.Review.DueAt, d.i.Review.RemindAt = time.Time{}, time.Time{}
	d.i.Confirmed, d.i.Satisfied = "", 0
	d.i.Code, d.i.Note, d.i.ResolvedAt = "", "", time.Time{}
	d.retrigger("")
	d.tell(DidReopen, self, "reopen_window "+lapse.Exact(d.i.ReopenWindow), "Reopened: %s", why)
	d.startUnless(s)
}
