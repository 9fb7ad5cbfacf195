package incident

import (
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
)

// amend changes fields by hand, says which, and re-decides who is paged where that changed.
func (d *draft) amend(a Amend) error {
	if d.i.State == Closed {
		return ErrFinal
	}
	if err := d.checkAmend(a); err != nil {
		return err
	}
	was := d.i
	d.amendWords(a)
	d.amendPriority(a)
	changed := d.amended(&was)
	if len(changed) == 0 {
		return ErrNothing
	}
	d.tell(DidChange, a.By, a.Reason, "Changed %s%s", strings.Join(changed, ", "), colon(a.Reason))
	d.reroute(&was)
	return nil
}

func (d *draft) checkAmend(a Amend) error {
	if a.StartedAt.After(d.now) {
		return &FieldError{"started_at", stamp(a.StartedAt), "a time that has passed"}
	}
	weighty := a.Priority != "" || a.Impact != "" || a.Urgency != "" || a.Type != "" || a.Category != "" || a.Matrix || !a.StartedAt.IsZero()
	if weighty && strings.TrimSpace(a.Reason) == "" {
		return ErrWhy
	}
	if _, ok := d.book.Services[a.Service]; a.Service != "" && !ok {
		return &UnknownServiceError{Name: a.Service}
	}
	for field, g := range map[string]Grade{"impact": a.Impact, "urgency": a.Urgency} {
		if g != "" && g != GradeHigh && g != GradeMedium && g != GradeLow {
			return &FieldError{field, string(g), "high, medium or low"}
		}
	}
	if p := a.Priority; p != "" && (len(p) != 2 || p[0] != 'P' || p[1] < '1' || p[1] > '5') {
		return &FieldError{"priority", string(p), "P1 to P5"}
	}
	if a.Type == "" && (a.Category == "" || a.Category == "-") {
		return nil // a type that the configuration has lost keeps nobody from changing the rest
	}
	kind, category := d.i.Type, a.Category
	if a.Type != "" {
		kind = a.Type
	}
	if category == "-" {
		category = ""
	}
	return d.book.checkType(kind, category)
}

// checkType refuses a type or category that the configuration does not have.
func (b *Rulebook) checkType(kind, category string) error {
	if kind == TypeDrill {
		return ErrDrill
	}
	if len(b.Types) == 0 {
		return nil
	}
	categories, ok := b.Types[kind]
	if !ok {
		names := make([]string, 0, len(b.Types))
		for name := range b.Types {
			names = append(names, name)
		}
		sort.Strings(names)
		return &FieldError{"type", kind, "one of " + strings.Join(names, ", ")}
	}
	if category != "" && !slices.Contains(categories, category) {
		return &FieldError{"category", category, "one of " + strings.Join(categories, ", ") + ", which are those of " + kind}
	}
	return nil
}

// stamp writes an instant for a timeline; empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func (d *draft) amendWords(a Amend) {
	i := &d.i
	if t := strings.TrimSpace(a.Title); t != "" {
		i.Title, i.Lead = t, "" // a title that somebody wrote stays until a worse alert comes
	}
	if a.Service != "" && a.Service != i.Service {
		svc := d.book.Services[a.Service]
		i.Service, i.Team = a.Service, string(svc.Team)
		i.Policy = svc.Policy
		if i.Policy == "" {
			i.Policy = d.book.Roster.Fallback()
		}
	}
	if a.Type != "" && a.Type != i.Type {
		i.Type = a.Type
		if !slices.Contains(d.book.Types[i.Type], i.Category) {
			i.Category = ""
		}
	}
	switch a.Category {
	case "":
	case "-":
		i.Category = ""
	default:
		i.Category = a.Category
	}
	if !a.StartedAt.IsZero() {
		i.StartedAt = a.StartedAt.UTC()
	}
	if a.UpdateEvery > 0 {
		i.UpdateEvery = a.UpdateEvery
	}
	if i.Confidential() {
		i.PublicStatus = nil // what the public was told is taken down
	}
}

// amendPriority works out the priority: an override stands until impact or urgency change, or until it is taken back.
func (d *draft) amendPriority(a Amend) {
	i := &d.i
	if a.Impact != "" {
		i.Impact = a.Impact
	}
	if a.Urgency != "" {
		i.Urgency, i.UrgencyBy = a.Urgency, "person"
	}
	switch {
	case a.Priority != "":
		i.Priority, i.PriorityBy, i.PriorityWhy = a.Priority, a.By.Name, a.Reason
	case a.Impact != "" || a.Urgency != "" || a.Matrix:
		i.Priority = d.book.Prioritise(i.Impact, i.Urgency)
		i.PriorityBy, i.PriorityWhy = "", ""
	}
}

// amended lists what differs, each as "priority P2 to P1".
func (d *draft) amended(was *Incident) []string {
	i := &d.i
	var out []string
	for _, f := range []struct{ name, old, now string }{
		{"title", was.Title, i.Title}, {"service", was.Service, i.Service}, {"type", was.Type, i.Type},
		{"category", was.Category, i.Category}, {"impact", string(was.Impact), string(i.Impact)},
		{"urgency", string(was.Urgency), string(i.Urgency)}, {"priority", string(was.Priority), string(i.Priority)},
		{"start", stamp(was.StartedAt), stamp(i.StartedAt)}, {"update clock", lapse.Exact(was.UpdateEvery), lapse.Exact(i.UpdateEvery)},
	} {
		if f.old != f.now {
			out = append(out, f.name+" "+nameOr(f.old, "none")+" to "+nameOr(f.now, "none"))
		}
	}
	if was.PriorityBy != i.PriorityBy && was.Priority == i.Priority {
		out = append(out, "who decides the priority")
	}
	return out
}

// reroute pages anew where the change means other people, or the same more or less urgently.
func (d *draft) reroute(was *Incident) {
	i := &d.i
	before, after := d.book.NotifyUrgency(was.Priority), d.book.NotifyUrgency(i.Priority)
	moved := was.Policy != i.Policy
	if !moved && before == after {
		return
	}
	paging := i.State == Triggered && i.Suppressed == nil && i.ClearedAt.IsZero()
	if moved && !paging { // once somebody is paged again it is the new service's people
		d.void = d.void || i.State == Triggered
		i.Cursor = Cursor{Policy: d.policyOr(i.Policy), Round: i.Cursor.nextRound()}
		if i.State == Triggered && i.Suppressed == nil {
			i.Cursor.EndsAt = i.ClearedAt // should its alerts fire again: at once
		}
	}
	switch {
	case paging:
		round, told := i.Cursor.nextRound(), i.Cursor.People
		d.stop()
		d.start(round)
		if !moved { // who was added beside the level is not lost with the pages that were taken back
			d.bring(usersOf(told))
		}
	case i.State == Acknowledged && after == oncall.High && before != after:
		d.news(d.owners(), newsPriority, "it is "+string(i.Priority)+" now, was "+string(was.Priority))
	}
}

func usersOf(people []Notice) []oncall.UserID {
	all := make([]oncall.UserID, len(people))
	for k, n := range people {
		all[k] = n.User
	}
	return all
}
