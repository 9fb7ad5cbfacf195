package review

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// remindEvery is how long an item or a draft that is overdue rests between two reminders.
const remindEvery = 24 * time.Hour

func (e *editor) addItem(a AddItem) error {
	text := strings.TrimSpace(a.Text)
	if text == "" {
		return ErrNeedsText
	}
	if a.Type == "" {
		a.Type = Prevent
	}
	if !slices.Contains(ItemTypes(), a.Type) {
		return ErrItemType
	}
	due, err := dated(a.Due)
	if err != nil {
		return err
	}
	it := Item{
		ID: 1, Text: text, Type: a.Type, Owner: a.Owner, Due: due, RemindAt: due, State: ItemOpen,
		Priority: strings.TrimSpace(a.Priority), Ticket: strings.TrimSpace(a.Ticket),
	}
	for _, other := range e.r.Items { // items are never removed, so a number is never used twice
		it.ID = max(it.ID, other.ID+1)
	}
	e.r.Items = append(e.r.Items, it)
	e.tell(incident.DidChange, a.By, "", nil, "Added action item %d: %s", it.ID, text)
	return nil
}

func (e *editor) item(id int) *Item {
	for k := range e.r.Items {
		if e.r.Items[k].ID == id {
			return &e.r.Items[k]
		}
	}
	return nil
}

func (e *editor) editItem(a EditItem) error {
	it := e.item(a.ID)
	if it == nil {
		return ErrNoItem
	}
	if err := a.check(it, e.r.State); err != nil {
		return err
	}
	s := &edits{}
	s.prose("text", &it.Text, a.Text)
	if a.Type != nil && *a.Type != it.Type {
		s.note("type", string(it.Type))
		it.Type = *a.Type
	}
	s.person("owner", &it.Owner, a.Owner)
	was := it.Due
	s.date("due date", &it.Due, a.Due)
	s.prose("priority", &it.Priority, a.Priority)
	s.prose("ticket", &it.Ticket, a.Ticket)
	if s.err != nil {
		return s.err
	}
	if len(s.names) == 0 {
		return nil
	}
	if !it.Due.Equal(was) && it.State == ItemOpen {
		it.RemindAt, it.Reminded = it.Due, 0
	}
	e.tell(incident.DidChange, a.By, "", s.was, "Changed %s of action item %d", and(s.names), a.ID)
	return nil
}

// check refuses what an item may not become.
func (a EditItem) check(it *Item, in State) error {
	switch {
	case a.Type != nil && !slices.Contains(ItemTypes(), *a.Type):
		return ErrItemType
	case a.Text != nil && strings.TrimSpace(*a.Text) == "":
		return ErrNeedsText
	case in != StatePublished:
		return nil
	case a.Text != nil && strings.TrimSpace(*a.Text) != it.Text, a.Type != nil && *a.Type != it.Type:
		return ErrPublished
	case a.Owner != nil && *a.Owner == "", a.Due != nil && a.Due.IsZero():
		return ErrNeedsOwner
	}
	return nil
}

func (e *editor) doItem(a DoItem) error {
	it := e.item(a.ID)
	if it == nil {
		return ErrNoItem
	}
	note := strings.TrimSpace(a.Note)
	switch a.State {
	case ItemOpen, ItemDone:
	case ItemDropped:
		if note == "" {
			return ErrNeedsReason
		}
	default:
		return ErrItemState
	}
	if it.State == a.State {
		return nil
	}
	it.State, it.Note = a.State, note
	if a.State == ItemOpen {
		if e.r.State == StatePublished && (it.Owner == "" || it.Due.IsZero()) {
			return ErrNeedsOwner // it was dropped before anybody had to take it
		}
		it.DoneAt, it.DoneBy = time.Time{}, ""
		it.RemindAt, it.Reminded = it.Due, 0
		e.tell(incident.DidChange, a.By, note, nil, "Opened action item %d again", a.ID)
		return nil
	}
	it.DoneAt, it.DoneBy, it.RemindAt = e.now, a.By.Name, time.Time{}
	e.tell(incident.DidChange, a.By, note, nil, "Action item %d is %s", a.ID, a.State)
	return nil
}

// wake reminds of what is overdue, each at most once a day.
func (e *editor) wake() {
	r := &e.r
	if r.State != StatePublished && due(r.RemindAt, e.now) {
		r.RemindAt = after(r.RemindAt, e.now)
		e.remind(r.Owner, 0, fmt.Sprintf("the review was due on %s and is not published", day(r.DueAt)))
	}
	for k := range r.Items {
		it := &r.Items[k]
		if it.State != ItemOpen || !due(it.RemindAt, e.now) {
			continue
		}
		it.RemindAt = after(it.RemindAt, e.now)
		it.Reminded++
		text := fmt.Sprintf("action item %d was due on %s", it.ID, day(it.Due))
		if !r.Confidential() {
			text += ": " + strings.Join(strings.Fields(it.Text), " ")
		}
		to := it.Owner
		if to == "" {
			to = r.Owner
		}
		e.remind(to, it.ID, text)
	}
}

func (e *editor) remind(to oncall.UserID, item int, text string) {
	e.reminders = append(e.reminders, Reminder{To: to, Item: item, Text: e.r.Ref() + ": " + text})
}

func day(t time.Time) string { return t.Format("2 January 2006") }

func due(at, now time.Time) bool { return !at.IsZero() && !at.After(now) }

// after is the next moment after now that lies a whole number of days after at.
func after(at, now time.Time) time.Time {
	next := at.Add((now.Sub(at)/remindEvery + 1) * remindEvery)
	if !next.After(now) { // at lies so far back that the difference is no duration
		return now.Add(remindEvery)
	}
	return next
}

// wakeAt is when the next reminder is due, zero when nothing is owed.
func (r *Review) wakeAt() time.Time {
	var at time.Time
	add := func(t time.Time) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	if r.State != StatePublished {
		add(r.RemindAt)
	}
	for _, it := range r.Items {
		if it.State == ItemOpen {
			add(it.RemindAt)
		}
	}
	return at
}
