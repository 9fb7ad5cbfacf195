package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Builder counts. It is fed one incident at a time, so that a store can stream all of them past it, and keeps no more of
// each than the durations that percentiles need. It belongs to one goroutine.
type Builder struct {
	q    Query
	zone *time.Location
	now  time.Time

	total  tally
	groups map[string]*group
	weeks  map[int]*week // by 100*year + ISO week
	key    []byte        // of the incident at hand; kept for its room

	causes  map[causeKey]*Cause
	noise   map[string]*noise
	people  *people
	gravest []Listed
	broken  []Listed
	overdue []Listed
}

type group struct {
	key []string
	tally
}

type week struct {
	byPriority map[string]int
	tally
}

// New begins a report. The roster says who is on call and in which zone they live; nil is nobody. now decides what is overdue
// or breached, and ends the on-call hours of a period that is not over.
func New(q Query, roster *oncall.Roster, now time.Time) *Builder {
	if roster == nil {
		roster = &oncall.Roster{}
	}
	q.By = slices.Clone(q.By)
	b := &Builder{
		q: q, zone: q.zone(), now: now,
		groups: map[string]*group{}, weeks: map[int]*week{},
		causes: map[causeKey]*Cause{}, noise: map[string]*noise{},
	}
	b.people = newPeople(roster, q, now)
	return b
}

// Add counts one incident, once. Facts of any time may be fed: those created outside the period count only for the pages
// that it sent and the acknowledgements that it got within the period, so feed all that were touched in it.
//
// A drill counts in no number.
//
// What the reader of the report may not see must not be fed: the Builder counts whatever it is given. An incident that is
// confidential counts in every number; its title, service, rule and people are kept out of every list. f is not kept.
func (b *Builder) Add(f *incident.Facts) {
	if f.Type == incident.TypeDrill {
		return
	}
	b.people.add(f)
	if f.CreatedAt.Before(b.q.From) || !f.CreatedAt.Before(b.q.To) {
		return
	}
	local := f.CreatedAt.In(b.zone)
	b.total.add(f, b.now)
	w := b.week(local)
	w.add(f, b.now)
	if len(b.q.By) > 0 {
		b.group(f, local).add(f, b.now)
	}
	if duplicate(f) {
		return
	}
	w.byPriority[string(f.Priority)]++
	b.rank(f)
	b.list(f)
}

// duplicate reports whether an incident is the same disturbance as another one.
func duplicate(f *incident.Facts) bool { return f.DuplicateOf != 0 || f.Code == incident.Duplicate }

func confidential(f *incident.Facts) bool { return f.Type == incident.TypeSecurity }

// settled reports whether an incident is over for now, with a time at which it was resolved.
func settled(f *incident.Facts) bool { return !f.State.Open() && !f.ResolvedAt.IsZero() }

func (b *Builder) week(local time.Time) *week {
	year, number := local.ISOWeek()
	w := b.weeks[100*year+number]
	if w == nil {
		w = &week{byPriority: map[string]int{}}
		b.weeks[100*year+number] = w
	}
	return w
}

// group finds the row of an incident. The length before each value keeps apart what runs together otherwise.
func (b *Builder) group(f *incident.Facts, local time.Time) *group {
	b.key = b.key[:0]
	for _, d := range b.q.By {
		v := value(d, f, local)
		b.key = strconv.AppendInt(b.key, int64(len(v)), 10)
		b.key = append(append(b.key, ':'), v...)
	}
	g := b.groups[string(b.key)]
	if g == nil {
		g = &group{}
		for _, d := range b.q.By {
			g.key = append(g.key, value(d, f, local))
		}
		b.groups[string(b.key)] = g
	}
	return g
}

func value(d Dimension, f *incident.Facts, local time.Time) string {
	switch d {
	case ByService:
		return f.Service
	case ByTeam:
		return f.Team
	case ByPriority:
		return string(f.Priority)
	case ByType:
		return f.Type
	case ByCategory:
		return f.Category
	case BySource:
		return f.Source
	case ByAssignee:
		return string(f.Assignee)
	case ByWeek:
		return weekKey(local)
	case ByMonth:
		return local.Format("2006-01")
	}
	return ""
}

// Report returns the numbers of what was added so far. More may be added afterwards.
func (b *Builder) Report() Report {
	return Report{
		From: b.q.From.UTC(), To: b.q.To.UTC(), At: b.now.UTC(), Over: !b.now.Before(b.q.To),
		Zone: b.zone.String(), Location: b.zone, Title: b.q.Title(), By: append([]Dimension{}, b.q.By...),
		Total: b.total.numbers(), Groups: b.groupRows(), Weeks: b.weekRows(),
		Causes: b.causeRows(), Noise: b.noiseRows(), People: b.people.rows(),
		Gravest: append([]Listed{}, b.gravest...), OpenBreached: oldest(b.broken), ReviewsOverdue: oldest(b.overdue),
	}
}

func (b *Builder) groupRows() []Group {
	rows := make([]Group, 0, len(b.groups))
	for _, g := range b.groups {
		rows = append(rows, Group{Key: slices.Clone(g.key), Numbers: g.numbers()})
	}
	slices.SortFunc(rows, func(x, y Group) int { return slices.Compare(x.Key, y.Key) })
	return rows
}

// weekRows walks the calendar, so that a week without incidents is a row too.
func (b *Builder) weekRows() []Week {
	rows := []Week{}
	from := oncall.DateOf(b.q.To.Add(-1).In(b.zone))
	from = from.AddDays(-(int(from.Weekday()) + 6) % 7) // its Monday
	for ; len(rows) < weeksMost; from = from.AddDays(-7) {
		start, end := oncall.Wall(b.zone, from, 0), oncall.Wall(b.zone, from.AddDays(7), 0)
		if !end.After(b.q.From) {
			break
		}
		rows = append(rows, b.weekRow(start, end))
	}
	slices.Reverse(rows)
	return rows
}

func (b *Builder) weekRow(start, end time.Time) Week {
	year, number := start.ISOWeek()
	row := Week{
		Week: weekKey(start), From: start.UTC(), ByPriority: map[string]int{},
		Partial: start.Before(b.q.From) || end.After(b.q.To) || end.After(b.now),
	}
	if w := b.weeks[100*year+number]; w != nil {
		row.ByPriority, row.Numbers = maps.Clone(w.byPriority), w.numbers()
	}
	return row
}

// oldest sorts what is owed, the longest first; what has no known time comes last.
func oldest(all []Listed) []Listed {
	rows := append([]Listed{}, all...)
	slices.SortFunc(rows, func(x, y Listed) int {
		if x.DueAt.IsZero() != y.DueAt.IsZero() {
			if x.DueAt.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(x.DueAt.Compare(y.DueAt), cmp.Compare(x.Number, y.Number))
	})
	return rows[:min(len(rows), rankMost)]
}
