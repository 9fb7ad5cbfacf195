package review

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Errors of Decide. Nothing changes when it returns one.
var (
	ErrNoReview    = errors.New("there is no review of this incident")
	ErrPublished   = errors.New("the review is published, and its text is final: only its action items go on")
	ErrNotDraft    = errors.New("the review was submitted already")
	ErrNotInReview = errors.New("the review is a draft: submit it first")
	ErrApproved    = errors.New("you have approved this review already")
	ErrNoItem      = errors.New("the review has no action item of this number")
	ErrNoLine      = errors.New("the review's timeline has no line of this number")
	ErrNeedsText   = errors.New("some text is needed")
	ErrNeedsReason = errors.New("a reason is needed")
	ErrNeedsOwner  = errors.New("an action item of a published review needs an owner and a due date")
	ErrItemType    = errors.New("an action item is of type prevent, mitigate, detect or process")
	ErrItemState   = errors.New("an action item is open, done or dropped")
	ErrDate        = errors.New("a date must lie between the years 2000 and 2200")
	ErrDuration    = errors.New("a duration cannot be negative")
	ErrOther       = errors.New("this is another incident than the review's")
)

// MissingError says what a review still lacks before it can be published.
type MissingError struct{ What []string }

func (e *MissingError) Error() string {
	return "the review cannot be published yet; it lacks " + strings.Join(e.What, ", ")
}

// Missing returns what the review still lacks before it can be published, each as a noun with its article; nothing when it
// is complete.
func Missing(r Review) []string {
	var out []string
	if strings.TrimSpace(r.Summary) == "" {
		out = append(out, "a summary")
	}
	if len(r.Factors) == 0 {
		out = append(out, "a contributing factor")
	}
	for _, i := range r.Items {
		if i.State == ItemDropped {
			continue
		}
		if i.Owner == "" {
			out = append(out, fmt.Sprintf("an owner for action item %d", i.ID))
		}
		if i.Due.IsZero() {
			out = append(out, fmt.Sprintf("a due date for action item %d", i.ID))
		}
	}
	return out
}

// Reminder is the intent to remind somebody of what is owed. Text is one line; of a confidential review it gives no more
// than numbers.
type Reminder struct {
	To   oncall.UserID // empty: nobody answers for it, and the caller tells whom it tells then, such as the team's manager
	Text string
	Item int // 0: the review itself
}

// Change is what Decide answers: the next record, and whom to remind.
type Change struct {
	Next      Review
	Reminders []Reminder
}

// Decide holds every rule of a review's life after its draft. cur is the record as it stands and is never changed; now is the
// time at which a happens. What changes nothing returns cur as it is, without an entry in the journal; an error changes nothing.
func Decide(cur Review, a Action, now time.Time) (Change, error) {
	if cur.Incident == 0 {
		return Change{}, ErrNoReview
	}
	e := newEditor(cur, now)
	if err := e.apply(a); err != nil {
		return Change{}, err
	}
	e.r.WakeAt = e.r.wakeAt()
	return Change{Next: e.r, Reminders: e.reminders}, nil
}

// editor is a Change in the making.
type editor struct {
	r         Review
	now       time.Time
	reminders []Reminder
}

// newEditor copies what Decide changes in place. Lists of text are replaced whole, so they are shared.
func newEditor(cur Review, now time.Time) *editor {
	e := &editor{r: cur, now: now.UTC()}
	e.r.Items = slices.Clone(cur.Items)
	e.r.Timeline = slices.Clone(cur.Timeline)
	e.r.Journal = slices.Clone(cur.Journal)
	e.r.Approvals = slices.Clone(cur.Approvals)
	return e
}

func (e *editor) apply(a Action) error {
	switch a := a.(type) {
	case Wake:
		e.wake()
		return nil
	case EditItem:
		return e.editItem(a)
	case DoItem:
		return e.doItem(a)
	}
	if e.r.State == StatePublished {
		return ErrPublished
	}
	switch a := a.(type) {
	case Edit:
		return e.edit(a)
	case AddItem:
		return e.addItem(a)
	case AddLine:
		return e.addLine(a)
	case HideLine:
		return e.hideLine(a)
	case Refresh:
		return e.refresh(a)
	case Submit:
		return e.submit(a)
	case Approve:
		return e.approve(a)
	case Return:
		return e.giveBack(a)
	case Publish:
		return e.publish(a)
	}
	return fmt.Errorf("review: unknown action %T", a)
}

// tell adds a line to the journal, with what the fields were before it.
func (e *editor) tell(kind incident.EntryKind, by incident.Actor, why string, was map[string]string, format string, args ...any) {
	e.r.UpdatedAt = e.now
	e.r.Journal = append(e.r.Journal, incident.Entry{
		Seq: len(e.r.Journal) + 1, At: e.now, Kind: kind, By: by, What: fmt.Sprintf(format, args...), Why: why, Data: was,
	})
}

func (e *editor) submit(a Submit) error {
	if e.r.State != StateDraft {
		return ErrNotDraft
	}
	e.r.State = StateInReview
	e.r.Approvals = nil
	e.tell(incident.DidReview, a.By, "", nil, "Submitted for review")
	return nil
}

func (e *editor) approve(a Approve) error {
	if e.r.State != StateInReview {
		return ErrNotInReview
	}
	name := a.By.Name
	if name == "" {
		name = a.By.String()
	}
	if slices.ContainsFunc(e.r.Approvals, func(x Approval) bool { return x.By == name }) {
		return ErrApproved
	}
	note := strings.TrimSpace(a.Note)
	e.r.Approvals = append(e.r.Approvals, Approval{By: name, At: e.now, Note: note})
	e.tell(incident.DidReview, a.By, note, nil, "Approved by %s", name)
	return nil
}

func (e *editor) giveBack(a Return) error {
	if e.r.State != StateInReview {
		return ErrNotInReview
	}
	reason := strings.TrimSpace(a.Reason)
	if reason == "" {
		return ErrNeedsReason
	}
	e.r.State = StateDraft
	e.r.Approvals = nil
	e.tell(incident.DidReview, a.By, reason, nil, "Returned to draft: %s", reason)
	return nil
}

func (e *editor) publish(a Publish) error {
	if lacks := Missing(e.r); len(lacks) > 0 {
		return &MissingError{What: lacks}
	}
	e.r.State = StatePublished
	e.r.PublishedAt, e.r.PublishedBy = e.now, a.By.Name
	e.r.RemindAt = time.Time{}
	e.tell(incident.DidReview, a.By, "", nil, "Published")
	return nil
}

// textChanged takes back approvals: they were given to another text.
func (e *editor) textChanged() {
	if len(e.r.Approvals) == 0 {
		return
	}
	e.r.Approvals = nil
	e.tell(incident.DidReview, self, "", nil, "Approvals are taken back: the text has changed since")
}

// self is rouse as an actor.
var self = incident.Actor{Kind: incident.BySystem}

// dated checks a date that somebody gave; zero stands for none. Years that no review lives in are slips of a hand, and some
// cannot be written down.
func dated(t time.Time) (time.Time, error) {
	t = t.UTC()
	if !t.IsZero() && (t.Year() < 2000 || t.Year() > 2200) {
		return time.Time{}, ErrDate
	}
	return t, nil
}
