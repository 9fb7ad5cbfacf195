package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// record is what the process knows of an incident, as its page shows it.
type record struct {
	incident incident.Incident

	Clocks     []clockView
	Workaround string
	Helped     string // what the workaround is called: of last time, or of this
	HelpedFrom *kin   // where it is from; nil: from this incident
	Words      string // what the reporter wrote
	Details    []fact // labels of the record: type, priority and why, dates, people
	Roles      []roleView
	Kin        []kin
	MoreKin    int
	Links      []client.Link
	Factors    []string
	Status     *statusView
	Owes       string // when the next update is due; empty: none is owed
	OwesLate   bool
	Review     *reviewStub
	Follow     *followView // nil for a login that is nobody's
}

// roleView is a role with its holder.
type roleView struct{ ID, Word, Who string }

// kin is another record that an incident is linked with.
type kin struct {
	Word, Ref, Href string
	Title, State    string
	StateWord       string
}

// statusView is a status update.
type statusView struct {
	Phase, Audience, Text, By string
	At                        moment
}

// reviewStub is where an incident's review stands.
type reviewStub struct {
	Word, Href string
	Late       bool
}

// dossier is what a page needs to know of other records, as far as who looks may see them.
type dossier struct {
	kin     map[int64]incident.Incident
	problem *prb.Problem
	past    []alike
	changes []nearChange
	follow  *followView
	around  neighbours
}

const (
	kinShown = 25
	kinMost  = 200 // read at most
)

// dossier reads what belongs beside a story, and takes out of the story what is about records that the caller may not see.
func (c *call) dossier(tx store.Tx, st *story) (d dossier, err error) {
	i := &st.incident
	h := c.veil(tx)
	st.timeline = h.lines(st.timeline)
	h.hushIncident(i)
	if err := d.readKin(h, i); err != nil {
		return d, err
	}
	if u := c.who.user; u != "" {
		s, err := following(tx, u, i.Service)
		if err != nil {
			return d, err
		}
		d.follow = &followView{Service: i.Service, On: s.ID != "", All: s.ID != "" && s.Service == ""}
	}
	if d.past, err = h.alikes(i, pastFilter, pastShown); err != nil {
		return d, err
	}
	if d.around, err = c.around(h, i); err != nil {
		return d, err
	}
	if d.changes, err = changesNear(tx, i, changesFrom, i.CreatedAt.Add(changesAfter)); err != nil {
		return d, err
	}
	return d, h.err
}

// readKin reads the records that an incident is linked with, as far as the caller may see them.
func (d *dossier) readKin(h *veil, i *incident.Incident) error {
	d.kin = map[int64]incident.Incident{}
	for _, n := range append([]int64{i.Parent, i.DuplicateOf, i.Previous}, slices.Concat(tail(i.Children, kinMost), tail(i.Merged, kinMost))...) {
		if n == 0 {
			continue
		}
		switch other, err := h.shown(n); {
		case err == nil:
			d.kin[n] = other
		case !errors.Is(err, incident.ErrNoIncident):
			return err
		}
	}
	if i.Problem == 0 {
		return nil
	}
	switch p, err := h.shownProblem(i.Problem); {
	case err == nil:
		d.problem = &p
	case !errors.Is(err, prb.ErrNoProblem):
		return err
	}
	return nil
}

func tail(list []int64, most int) []int64 { return list[max(0, len(list)-most):] }

// fillRecord words what the process knows of an incident.
func (t teller) fillRecord(v *incidentView, i *incident.Incident, d *dossier) {
	r := &v.record
	r.Words = i.Description
	r.Details = t.details(i)
	for _, role := range incident.Roles() {
		w := roleView{ID: string(role), Word: upper(string(role))}
		if u := i.Roles[role]; u != "" {
			w.Who = t.name(string(u))
		}
		r.Roles = append(r.Roles, w)
	}
	t.fillKin(r, i, d)
	for _, l := range i.Links {
		if href := webLink(l.Href); href != "" {
			r.Links = append(r.Links, client.Link{Href: href, Text: orWord(l.Text, hostOf(href))})
		}
	}
	r.Factors, r.Follow = i.Factors, d.follow
	r.Helped = "What helps"
	if d.problem != nil && d.problem.Workaround == i.Workaround {
		r.Helped, r.HelpedFrom = "What helped last time", t.problemKin(d.problem)
	} else if before, ok := d.kin[i.Previous]; ok && before.Workaround == i.Workaround {
		r.Helped, r.HelpedFrom = "What helped last time", t.kinOf("", &before)
	}
	t.fillStatus(r, i)
	v.Similar = t.pasts(d.past)
	v.Changes = t.changes(d.changes, i)
	v.Upstream, v.Downstream = t.neighbours(d.around.up), t.neighbours(d.around.down)
}

// details are the labels of the record, in the order in which people ask for them.
func (t teller) details(i *incident.Incident) []fact {
	kind := upper(i.Type)
	if i.Category != "" {
		kind += " · " + i.Category
	}
	out := []fact{{"Type", kind}, {"Priority", t.why(i)}}
	add := func(name, value string) {
		if value != "" {
			out = append(out, fact{name, value})
		}
	}
	add("Team", i.Team)
	if i.Assignee != "" {
		add("Assignee", upper(t.name(string(i.Assignee))))
	}
	add("Reported by", onlyIf(i.Reporter != "", upper(t.name(i.Reporter))))
	add("Source", i.Source)
	if !i.StartedAt.IsZero() && !i.StartedAt.Equal(i.CreatedAt) {
		add("Began", t.short(i.StartedAt)+beforeDetection(i))
	}
	add("Detected", t.short(i.CreatedAt))
	if !i.FirstAckAt.IsZero() {
		add("First acknowledged", t.short(i.FirstAckAt)+", after "+age(i.FirstAckAt.Sub(i.CreatedAt)))
	}
	if !i.ResolvedAt.IsZero() {
		add("Resolved", t.short(i.ResolvedAt)+", after "+age(i.ResolvedAt.Sub(i.CreatedAt))+onlyIf(i.Code != "", " ("+codeWord(i.Code)+")"))
	}
	add("Note", i.Note)
	add("Closure", i.Closure)
	add("Confirmed by", onlyIf(i.Confirmed != "", upper(t.name(i.Confirmed))+stars(i.Satisfied)))
	add("Reopened", onlyIf(i.Reopens > 0, plural(i.Reopens, "time")))
	return out
}

func beforeDetection(i *incident.Incident) string {
	if d := i.CreatedAt.Sub(i.StartedAt); d >= time.Minute {
		return ", " + age(d) + " before it was detected"
	}
	return ""
}

func stars(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of 5", n)
}

// why says where a priority comes from.
func (t teller) why(i *incident.Incident) string {
	grades := string(i.Impact) + " impact × " + string(i.Urgency) + " urgency"
	by := t.book.Prioritise(i.Impact, i.Urgency)
	if i.PriorityBy == "" {
		return string(i.Priority) + " = " + grades
	}
	s := string(i.Priority) + ", set by " + t.name(i.PriorityBy)
	if i.PriorityWhy != "" {
		s += ": " + i.PriorityWhy
	}
	return s + ". " + upper(grades) + " would be " + string(by) + "."
}

func (t teller) fillKin(r *record, i *incident.Incident, d *dossier) {
	add := func(word string, numbers ...int64) {
		for _, n := range numbers {
			other, ok := d.kin[n]
			switch {
			case !ok:
			case len(r.Kin) >= kinShown:
				r.MoreKin++
			default:
				r.Kin = append(r.Kin, *t.kinOf(word, &other))
			}
		}
	}
	add("Duplicate of", i.DuplicateOf)
	add("Parent", i.Parent)
	if d.problem != nil {
		r.Kin = append(r.Kin, *t.problemKin(d.problem))
	}
	add("Repeats", i.Previous)
	add("Child", i.Children...)
	add("Merged into this", i.Merged...)
}

func (t teller) kinOf(word string, i *incident.Incident) *kin {
	return &kin{Word: word, Ref: i.Ref(), Href: incidentAddress(i.Number), Title: i.Title, State: string(i.State), StateWord: stateWords[i.State]}
}

func (t teller) problemKin(p *prb.Problem) *kin {
	return &kin{Word: "Problem", Ref: p.Ref(), Href: problemAddress(p.Number), Title: p.Title, State: "p-" + string(p.State), StateWord: problemWords[p.State]}
}

func (t teller) fillStatus(r *record, i *incident.Incident) {
	if s := i.Status; s != nil {
		r.Status = &statusView{Phase: upper(string(s.Phase)), Audience: audienceWords[s.Audience], Text: s.Text, By: upper(t.name(s.By)), At: t.moment(s.At)}
	}
	if !i.OwesAt.IsZero() && i.State.Open() {
		r.OwesLate = !i.OwesAt.After(t.now)
		r.Owes = "The next update is due at " + t.short(i.OwesAt) + "."
		if r.OwesLate {
			r.Owes = "An update is overdue since " + t.short(i.OwesAt) + "."
		}
	}
	switch s := i.Review; {
	case s.Required || s.State != "":
		r.Review = t.reviewStub(i)
	case i.State.Open() && !i.Drill() && t.book.Reviews.Required[i.Priority]:
		r.Review = &reviewStub{Href: reviewAddress(i.Number), Word: "Required once it is resolved"}
	}
}

func (t teller) reviewStub(i *incident.Incident) *reviewStub {
	v := &reviewStub{Href: reviewAddress(i.Number)}
	switch i.Review.State {
	case incident.ReviewPublished:
		v.Word = "Published"
		return v
	case "":
		v.Word = "Required, not begun"
	default:
		v.Word = upper(strings.ReplaceAll(i.Review.State, "_", " "))
	}
	if at := i.Review.DueAt; !at.IsZero() {
		v.Late = !at.After(t.now)
		v.Word += onlyIf(v.Late, ", was") + onlyIf(!v.Late, ",") + " due " + t.date(at)
	}
	return v
}

// people are everybody of the configuration, for choosing somebody.
func (t teller) people() []client.Person {
	var out []client.Person
	for _, u := range t.book.Roster.Users() {
		out = append(out, person(t.book.Roster, oncall.UserID(u.ID)))
	}
	return out
}
