package automation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident"
)

// Event is something that happens to an incident, as the configuration and payloads write it.
type Event string

// The events.
const (
	Opened          Event = "opened"           // by an alert or by a report
	Triggered       Event = "triggered"        // pages again: an acknowledgement lapsed, a hold ran out, the severity rose
	Escalated       Event = "escalated"        // by hand, or past the first level by itself
	Acknowledged    Event = "acknowledged"     // not by a renewal
	Held            Event = "held"             //
	Resumed         Event = "resumed"          //
	Assigned        Event = "assigned"         // given to somebody
	RespondersAdded Event = "responders_added" // beside the escalation
	RoleChanged     Event = "role_changed"     //
	AlertJoined     Event = "alert_joined"     // another alert, or one of its own that fires again
	AlertRecovered  Event = "alert_recovered"  // or expired
	SeverityRaised  Event = "severity_raised"  // by an alert worse than all before
	Suppressed      Event = "suppressed"       // nobody is paged
	Unsuppressed    Event = "unsuppressed"     //
	PriorityChanged Event = "priority_changed" //
	TypeChanged     Event = "type_changed"     //
	CategoryChanged Event = "category_changed" //
	ServiceChanged  Event = "service_changed"  //
	Noted           Event = "note"             // by somebody, not by rouse
	Diagnosed       Event = "diagnosed"        //
	Linked          Event = "linked"           // an attachment, another incident, a problem, a change
	Merged          Event = "merged"           // into another, or another into it
	UpdatePublished Event = "update_published" // a status update
	UpdateOverdue   Event = "update_overdue"   //
	SLAWarning      Event = "sla_warning"      // a percentage of an SLA was reached, but not its end
	SLABreached     Event = "sla_breached"     //
	Resolved        Event = "resolved"         //
	Reopened        Event = "reopened"         //
	Confirmed       Event = "confirmed"        // by its reporter, or for them
	Closed          Event = "closed"           //
	ReviewRequired  Event = "review_required"  //
	ReviewOverdue   Event = "review_overdue"   //
	ReviewPublished Event = "review_published" //
)

// AllEvents returns every event, in the order of an incident's life.
func AllEvents() []Event {
	return []Event{
		Opened, Triggered, Escalated, Acknowledged, Held, Resumed, Assigned, RespondersAdded, RoleChanged, AlertJoined, AlertRecovered,
		SeverityRaised, Suppressed, Unsuppressed, PriorityChanged, TypeChanged, CategoryChanged, ServiceChanged, Noted, Diagnosed,
		Linked, Merged, UpdatePublished, UpdateOverdue, SLAWarning, SLABreached, Resolved, Reopened, Confirmed, Closed, ReviewRequired, ReviewOverdue,
		ReviewPublished,
	}
}

// ParseEvent reads an event as the configuration writes it, without regard to case or the space around it. Its error lists
// the events.
func ParseEvent(s string) (Event, error) {
	ev := Event(strings.ToLower(strings.TrimSpace(s)))
	if slices.Contains(AllEvents(), ev) {
		return ev, nil
	}
	return "", fmt.Errorf("there is no event %q: write one of %s", s, eventNames())
}

func eventNames() string {
	var names []string
	for _, ev := range AllEvents() {
		names = append(names, string(ev))
	}
	return strings.Join(names, ", ")
}

// repeats reports whether each entry of such an event is news of its own, even within one decision.
func (ev Event) repeats() bool {
	switch ev {
	case Noted, Diagnosed, Linked, SLAWarning, SLABreached:
		return true
	}
	return false
}

// plain are the entries that say by their kind alone what happened.
var plain = map[incident.EntryKind]Event{
	incident.DidOpen: Opened, incident.DidReopen: Reopened, incident.DidTrigger: Triggered, incident.DidHold: Held,
	incident.DidResume: Resumed, incident.DidRole: RoleChanged, incident.DidClear: AlertRecovered,
	incident.DidResolve: Resolved, incident.DidClose: Closed, incident.DidDiagnose: Diagnosed, incident.DidLink: Linked,
	incident.DidMerge: Merged, incident.DidUpdate: UpdatePublished, incident.DidConfirm: Confirmed,
	incident.DidUnsuppress: Unsuppressed,
}

// Events says what one line of a timeline means, in no more words than a rule can ask for; nothing for most lines, and never
// anything for what an automation did. before and after are the record around the decision that wrote the line; before is nil
// or the zero Incident when the decision opened it.
func Events(e incident.Entry, before, after *incident.Incident) []Event {
	if e.By.Kind == incident.ByAutomation {
		return nil
	}
	fresh := before == nil || before.Number == 0
	if fresh {
		before = &incident.Incident{}
	}
	t := turn{e: e, before: before, after: after, fresh: fresh}
	events := t.story()
	if t.needsReview() {
		events = append(events, ReviewRequired)
	}
	return events
}

// turn is one line of a timeline and the record on both sides of it.
type turn struct {
	e             incident.Entry
	before, after *incident.Incident
	fresh         bool // the decision opened the incident, so nothing of it has changed
}

// story reads the line's kind, with the record where that alone does not say it.
func (t turn) story() []Event {
	if ev, ok := plain[t.e.Kind]; ok {
		return []Event{ev}
	}
	switch t.e.Kind {
	case incident.DidAck:
		return only(t.before.State != incident.Acknowledged, Acknowledged)
	case incident.DidAssign:
		if t.after.Epoch == t.before.Epoch { // else it was handed over, and its paging begins anew
			return []Event{RespondersAdded}
		}
		return []Event{Assigned}
	case incident.DidNote:
		return only(t.e.By.Kind != incident.BySystem, Noted)
	case incident.DidEscalate:
		return only(t.escalated(), Escalated)
	case incident.DidSuppress: // quiet hours of one person write such a line too
		return only(t.before.Suppressed == nil && t.after.Suppressed != nil, Suppressed)
	case incident.DidJoin:
		return t.joined()
	case incident.DidChange:
		return t.changed()
	case incident.DidRemind:
		return t.reminded()
	case incident.DidWarn:
		return t.warned()
	case incident.DidReview:
		return only(t.after.Review.State == incident.ReviewPublished && t.before.Review.State != incident.ReviewPublished, ReviewPublished)
	}
	return nil
}

func only(is bool, ev Event) []Event {
	if is {
		return []Event{ev}
	}
	return nil
}

// escalated tells a step of the escalation from its beginning: the first level of an incident that opens is none.
func (t turn) escalated() bool {
	return t.e.By.Kind != incident.BySystem || t.after.ByHand > t.before.ByHand || t.after.Escalations > t.before.Escalations
}

func (t turn) joined() []Event {
	if t.fresh {
		return nil
	}
	events := only(t.after.Firing > t.before.Firing || t.after.Total > t.before.Total, AlertJoined) // else its facts changed
	return append(events, only(t.after.Severity.Rank() > t.before.Severity.Rank(), SeverityRaised)...)
}

func (t turn) changed() []Event {
	if t.fresh {
		return nil
	}
	b, a := t.before, t.after
	events := only(b.Priority != a.Priority, PriorityChanged)
	events = append(events, only(b.Type != a.Type, TypeChanged)...)
	events = append(events, only(b.Category != a.Category, CategoryChanged)...)
	return append(events, only(b.Service != a.Service, ServiceChanged)...)
}

func (t turn) reminded() []Event {
	r := t.after.Review
	owed := r.Required && r.State != incident.ReviewPublished && !r.RemindAt.Equal(t.before.Review.RemindAt)
	return append(only(!t.after.OwesTold.Equal(t.before.OwesTold), UpdateOverdue), only(owed, ReviewOverdue)...)
}

// warned tells the end of an SLA's time, once, from its other percentages.
func (t turn) warned() []Event {
	percent, err := strconv.Atoi(t.e.Data["percent"])
	if err != nil {
		return nil
	}
	told := 0
	for _, c := range t.before.Clocks {
		if c.SLA == t.e.Data["sla"] && string(c.Kind) == t.e.Data["kind"] {
			told = c.Told
		}
	}
	if percent >= 100 && told < 100 {
		return []Event{SLABreached}
	}
	return []Event{SLAWarning}
}

// needsReview is asked of the two lines that can come with it: a resolution and a word about the review itself.
func (t turn) needsReview() bool {
	if t.e.Kind != incident.DidResolve && t.e.Kind != incident.DidReview {
		return false
	}
	return t.after.Review.Required && !t.before.Review.Required
}
