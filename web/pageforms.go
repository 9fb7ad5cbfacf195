package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/web/client"
)

// formState is which forms a page has, and what became of the last one.
type formState struct {
	may   map[string]bool // by verb
	Fault *fault
}

// fault is why a form was refused, and what was typed in it.
type fault struct {
	Do, What, Hint string
	kept           url.Values
}

// May reports whether there is a form for a verb.
func (f formState) May(verb string) bool { return f.may[verb] }

// Any reports whether there is a form for one of the verbs.
func (f formState) Any(verbs ...string) bool { return slices.ContainsFunc(verbs, f.May) }

// Bad returns why the form of a verb was refused; nil when it was not.
func (f formState) Bad(verb string) *fault {
	if f.Fault != nil && f.Fault.Do == verb && f.may[verb] {
		return f.Fault
	}
	return nil
}

// Lost is a fault of a form that is no longer on the page.
func (f formState) Lost() *fault {
	if f.Fault == nil || f.may[f.Fault.Do] {
		return nil
	}
	return f.Fault
}

// Was returns what was typed into a field of a form that was refused.
func (f formState) Was(verb, field string) string {
	if b := f.Bad(verb); b != nil {
		return b.kept.Get(field)
	}
	return ""
}

// Or is as Was, for a field that holds something already: now, unless the form was refused.
func (f formState) Or(verb, field, now string) string {
	if f.Bad(verb) == nil {
		return now
	}
	return f.Was(verb, field)
}

// Picked reports whether a value was chosen among several.
func (f formState) Picked(verb, field, value string) bool {
	b := f.Bad(verb)
	return b != nil && slices.Contains(b.kept[field], value)
}

// forms are the forms of an incident's page, and what they offer.
type forms struct {
	formState

	Morning  string // when "until morning" is
	NextUp   string // who is woken by escalating
	NeedNote bool
	Codes    []option
	Reasons  []option // of a hold
	People   []client.Person
	Roles    []option
	Services []string
	Types    []option
	Kinds    []option // categories, each of its type
	Phases   []phase
	Phase    string // the one that is meant by default
	Audience []option
	Secure   bool
	Me       string
}

// phase is a phase of a status update with its usual words.
type phase struct{ Value, Word, Words string }

// mine marks the forms of who reported an incident, which stand beside those of responders.
const mine = "mine-"

// Actions reports whether there is anything to do for a responder.
func (f forms) Actions() bool {
	for verb, may := range f.may {
		if may && !strings.HasPrefix(verb, mine) {
			return true
		}
	}
	return false
}

// Priorities are those that there are.
func (f forms) Priorities() []string { return priorities }

// offerMine says what who reported an incident may do, whatever their role.
func (f *forms) offerMine(i *incident.Incident) {
	if f.may == nil {
		f.may = map[string]bool{}
	}
	over := i.State == incident.Resolved
	f.may[mine+"note"], f.may[mine+"confirm"], f.may[mine+"reopen"] = i.State.Open(), over, over && i.DuplicateOf == 0
}

// Further are the verbs that are shown when somebody asks for more.
func (f forms) Further() bool { return f.Any(further...) }

// FurtherOpen reports whether one of those was refused, so that it must be seen.
func (f forms) FurtherOpen() bool {
	return slices.ContainsFunc(further, func(v string) bool { return f.Bad(v) != nil })
}

var further = []string{"change", "diagnose", "role", "inform", "attach", "merge", "relate", "review"}

// offer says what somebody with a login may do with an incident that stands as it does.
func (t teller) offer(v *incidentView, i *incident.Incident) {
	open, over := i.State.Open(), i.State == incident.Resolved
	alive := i.State != incident.Closed
	f := &v.Forms
	f.may = map[string]bool{
		"ack":      i.State == incident.Triggered || i.State == incident.OnHold,
		"renew":    i.State == incident.Acknowledged && t.me != "" && i.AckedBy == string(t.me),
		"escalate": open, "resolve": open, "give": open, "inform": open,
		"hold":   i.State == incident.Acknowledged || i.State == incident.OnHold,
		"resume": i.State == incident.OnHold,
		"reopen": over && i.DuplicateOf == 0, "confirm": over, "close": over,
		"note": true, "update": alive, "change": alive, "diagnose": alive, "role": alive, "attach": alive, "relate": alive,
		"merge":  open || over && i.DuplicateOf == 0,
		"review": alive && !i.Review.Required && i.Review.State == "",
	}
	f.NeedNote = t.book.NoteFor[i.Priority]
	f.Codes = codeOptions()
	f.Reasons = options(t.book.HoldReasons, func(r string) string { return upper(strings.ReplaceAll(r, "_", " ")) + t.pausing(i, r) })
	f.Roles = options(incident.Roles(), func(r incident.Role) string { return upper(string(r)) })
	f.People, f.Me = t.people(), string(t.me)
	f.Services, f.Types = t.services(), options(t.types(), upper)
	for _, kind := range t.types() {
		f.Kinds = append(f.Kinds, options(t.book.Types[kind], func(category string) string { return kind + " · " + category })...)
	}
	t.offerUpdate(f, i)
	t.when(v, i)
}

// pausing says that a hold for this reason stops the clock.
func (t teller) pausing(i *incident.Incident, reason string) string {
	for _, def := range t.book.SLAs {
		if def.Matches(i.Subject()) && def.Resolution[string(i.Priority)] > 0 && slices.Contains(def.PauseOnHold, reason) {
			return " (pauses the " + string(sla.Resolution) + " clock)"
		}
	}
	return ""
}

// offerUpdate prepares a status update: the phase that comes next, and the usual words of each.
func (t teller) offerUpdate(f *forms, i *incident.Incident) {
	f.Secure = i.Confidential()
	f.Phase = string(usualPhase(i))
	for _, p := range incident.Phases() {
		if p == incident.PhaseResolved && i.State.Open() {
			continue
		}
		words, _ := t.book.UpdateText(i, p, t.nextUpdate(i))
		f.Phases = append(f.Phases, phase{string(p), upper(string(p)), words})
	}
	for _, a := range incident.Audiences() {
		if a == incident.ForResponders || !f.Secure {
			f.Audience = append(f.Audience, option{string(a), audienceLong[a]})
		}
	}
}

// nextUpdate is when the update after this one is owed; zero when none is.
func (t teller) nextUpdate(i *incident.Incident) (at time.Time) {
	every := t.book.Cadence[i.Priority]
	if i.UpdateEvery > 0 {
		every = i.UpdateEvery
	}
	if every == 0 || !i.State.Open() {
		return at
	}
	return t.now.Add(every)
}

// Usual are the words of the phase that is meant by default.
func (f forms) Usual() string {
	for _, p := range f.Phases {
		if p.Value == f.Phase {
			return p.Words
		}
	}
	return ""
}

// offerLink says what a link allows.
func (t teller) offerLink(v *incidentView, i *incident.Incident) {
	v.Forms.may = map[string]bool{
		"ack":      i.State == incident.Triggered || i.State == incident.OnHold,
		"renew":    i.State == incident.Acknowledged && i.AckedBy == string(t.me),
		"escalate": i.State.Open(), "note": true,
	}
	t.when(v, i)
}

// when fills in the times and names that the buttons mention.
func (t teller) when(v *incidentView, i *incident.Incident) {
	u, _ := t.book.Roster.User(t.me)
	u.Zone = t.zone
	v.Forms.Morning = morning(u, t.now).In(t.zone).Format("15:04")
	v.Forms.NextUp = t.few(nextUp(t.book, i, t.now))
	if i.State != incident.Triggered || i.Cursor.FiredAt.IsZero() {
		v.Forms.NextUp = ""
	}
}
