package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
)

var priorityNames = []string{"P1", "P2", "P3", "P4", "P5"}

// defaultTypes are the incident types of a file without categories.
var defaultTypes = []struct {
	name       string
	categories []string
}{
	{"technical", []string{"availability", "latency", "data", "deploy", "capacity"}},
	{"security", []string{"breach", "abuse", "vulnerability"}},
	{"request", []string{"access", "question"}},
}

func defaultMatrix() map[incident.Grade]map[incident.Grade]incident.Priority {
	matrix := map[incident.Grade]map[incident.Grade]incident.Priority{}
	for i, impact := range grades {
		row := map[incident.Grade]incident.Priority{}
		for j, urgency := range grades {
			row[incident.Grade(urgency)] = incident.Priority(priorityNames[i+j])
		}
		matrix[incident.Grade(impact)] = row
	}
	return matrix
}

func (v value) priority() (incident.Priority, bool) {
	s, ok := v.word(priorityNames...)
	return incident.Priority(s), ok
}

func (v value) prioritiesList() []incident.Priority {
	var all []incident.Priority
	for _, item := range v.list() {
		if p, ok := item.priority(); ok && !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all
}

func (l *loader) priorities(v value) {
	o := v.object("matrix", "page")
	matrix := defaultMatrix()
	rows := o.get("matrix").object(grades...)
	rows.each(func(impact string, row value) {
		row.object(grades...).each(func(urgency string, cell value) {
			if p, ok := cell.priority(); ok {
				matrix[incident.Grade(impact)][incident.Grade(urgency)] = p
			}
		})
	})
	page := []incident.Priority{"P1", "P2", "P3"}
	if list := o.get("page"); list.given() {
		page = list.prioritiesList()
		if len(page) == 0 {
			list.warn("page-nothing", "is empty, so nobody is ever woken", "list the priorities that wake people, such as [P1, P2, P3]")
		}
	}
	l.draft.matrix, l.draft.page = matrix, map[incident.Priority]bool{}
	for _, p := range page {
		l.draft.page[p] = true
	}
}

func (l *loader) categories(v value) {
	l.draft.types = map[string][]string{}
	if !v.given() {
		for _, t := range defaultTypes {
			l.draft.types[t.name] = t.categories
		}
		return
	}
	o := v.object()
	if len(o.names) == 0 {
		v.fail("is empty, but an incident must have a type", "write at least one type, such as technical: [availability]")
	}
	o.each(func(name string, v value) {
		if name == incident.TypeDrill {
			v.here().fail("is the type that drills have", "choose another word; drills are written under drills")
		}
		l.draft.types[name] = v.texts()
	})
}

func (v value) byPriority(what string) map[incident.Priority]time.Duration {
	targets := map[incident.Priority]time.Duration{}
	v.object(priorityNames...).each(func(p string, v value) {
		if !v.given() {
			v.fail("is empty", "write "+what+" such as 30m")
		}
		if d, ok := v.duration(time.Second); ok {
			targets[incident.Priority(p)] = d
		}
	})
	return targets
}

// holdProblem is the hold reason that problem records use, so a file cannot do without it.
const holdProblem = "problem"

var reasonForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]*$`)

// holdReasons reads the words that a hold's reason may begin with.
func (l *loader) holdReasons(v value) {
	if !v.given() {
		l.draft.holds = []string{"customer", "vendor", holdProblem, "change"}
		return
	}
	var all []string
	for _, item := range v.list() {
		s, ok := item.text()
		switch {
		case !ok:
		case len(s) > 64 || !reasonForm.MatchString(s):
			item.fail(fmt.Sprintf("%q is not one word", clip(s)), "write one word such as vendor; what follows it is said when an incident is held")
		case s != strings.ToLower(s):
			item.fail(fmt.Sprintf("%q is not in lower case", clip(s)), "write "+strings.ToLower(s))
		case slices.Contains(all, s):
			item.fail(fmt.Sprintf("%q is in the list twice", clip(s)), "keep one of them")
		default:
			all = append(all, s)
		}
	}
	if !slices.Contains(all, holdProblem) {
		all = append(all, holdProblem)
	}
	l.draft.holds = all
}

func (l *loader) closing(v value) {
	o := v.object("after", "note")
	l.draft.closeIn, l.draft.noteFor = incident.DefaultCloseIn, map[incident.Priority]bool{"P1": true, "P2": true}
	if after, ok := o.get("after").duration(time.Minute); ok {
		l.draft.closeIn = after
	}
	if note := o.get("note"); note.given() {
		l.draft.noteFor = setOf(note.prioritiesList())
	}
}

func (l *loader) reviews(v value) {
	o := v.object("required", "due")
	l.draft.reviews = incident.Reviews{Required: setOf(o.get("required").prioritiesList()), Due: 5 * 24 * time.Hour}
	if due, ok := o.get("due").duration(0); ok {
		l.draft.reviews.Due = due
	}
}

func setOf(all []incident.Priority) map[incident.Priority]bool {
	set := map[incident.Priority]bool{}
	for _, p := range all {
		set[p] = true
	}
	return set
}

func (l *loader) statusPage(v value) {
	o := v.object("title", "services", "public")
	l.c.StatusPage = StatusPage{Title: "Status", Services: o.get("services").refs(aService), Public: o.get("public").boolean()}
	if title, ok := o.get("title").text(); ok {
		l.c.StatusPage.Title = title
	}
}

// retention reads how long what is over is kept; 0 is for ever. It is read after closing, which it may not overtake.
func (l *loader) retention(v value) {
	o := v.object("incidents", "pages", "alerts", "changes")
	const day = 24 * time.Hour
	r := Retention{Pages: 90 * day, Alerts: 30 * day, Changes: 90 * day}
	for _, f := range []struct {
		name string
		to   *time.Duration
	}{{"incidents", &r.Incidents}, {"pages", &r.Pages}, {"alerts", &r.Alerts}, {"changes", &r.Changes}} {
		kept := o.get(f.name)
		d, ok := kept.duration(0)
		switch {
		case !ok:
		case d > 0 && d < time.Hour:
			kept.fail(fmt.Sprintf("%s is too short to be of use", short(d)), "write 1h or more, or 0 to keep everything")
		default:
			*f.to = d
		}
	}
	if r.Incidents > 0 && r.Incidents < l.draft.closeIn {
		o.get("incidents").fail(fmt.Sprintf("forgets incidents after %s, before they close by themselves after %s", short(r.Incidents), short(l.draft.closeIn)),
			fmt.Sprintf("write %s or more, or 0 to keep them for ever", short(l.draft.closeIn)))
	}
	l.c.Retention = r
}
