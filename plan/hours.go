package plan

import (
	"slices"
	"time"

	"github.com/rouse/rouse/oncall"
)

// Schedule is what changes in one schedule.
type Schedule struct {
	ID         oncall.ScheduleID `json:"schedule"`
	Zone       string            `json:"zone"`
	State      string            `json:"state"`   // changed | new | gone
	Changes    []string          `json:"changes"` // what is written differently, in words
	People     []Shifted         `json:"people"`  // who gains or loses hours
	NewGaps    []oncall.Span     `json:"newGaps,omitempty"`
	ClosedGaps []oncall.Span     `json:"closedGaps,omitempty"`
}

// Shifted is somebody who gains or loses hours on a schedule. Times are in the schedule's zone.
type Shifted struct {
	User oncall.UserID `json:"user"`
	Hours
	Gains  []oncall.Span `json:"gains,omitempty"`
	Losses []oncall.Span `json:"losses,omitempty"`
}

// Hours are how long somebody is on call.
type Hours struct {
	Before float64 `json:"hoursBefore"`
	After  float64 `json:"hoursAfter"`
}

// Person is somebody whose hours differ. Hours on two schedules at once count once.
type Person struct {
	User oncall.UserID `json:"user"`
	Hours
}

func schedules(before, after *oncall.Roster, o Options) []Schedule {
	var ids []oncall.ScheduleID
	for _, r := range []*oncall.Roster{before, after} {
		for _, s := range r.Schedules() {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	out := []Schedule{}
	for _, id := range slices.Compact(ids) {
		a, was := before.Schedule(id)
		b, is := after.Schedule(id)
		s := Schedule{ID: id, State: "changed", Changes: []string{}, People: []Shifted{}}
		switch {
		case !was:
			a, s.State = &oncall.Schedule{Zone: b.Zone}, "new"
		case !is:
			b, s.State = &oncall.Schedule{Zone: a.Zone}, "gone"
		default:
			s.Changes = append(s.Changes, changes(a, b, o)...)
		}
		s.Zone = b.Zone.String()
		s.compare(a, b, o, was, is)
		if s.State != "changed" || len(s.Changes) > 0 || len(s.People) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// compare fills in who gains and loses what, and the gaps.
func (s *Schedule) compare(a, b *oncall.Schedule, o Options, was, is bool) {
	old, now := bySchedule(a, o), bySchedule(b, o)
	for _, u := range eitherOf(old, now) {
		p := Shifted{User: u, Hours: hours(old[u], now[u]), Gains: minus(now[u], old[u], o, b.Zone), Losses: minus(old[u], now[u], o, b.Zone)}
		if len(p.Gains)+len(p.Losses) > 0 {
			s.People = append(s.People, p)
		}
	}
	var before, after []oncall.Span
	if was {
		before = a.Gaps(o.From, o.To)
	}
	if is {
		after = b.Gaps(o.From, o.To)
	}
	if is {
		s.NewGaps = minus(after, before, o, b.Zone)
	}
	if is && was {
		s.ClosedGaps = minus(before, after, o, b.Zone)
	}
}

// bySchedule is when each person is on call.
func bySchedule(s *oncall.Schedule, o Options) map[oncall.UserID][]oncall.Span {
	all := map[oncall.UserID][]oncall.Span{}
	for _, shift := range s.Shifts(o.From, o.To) {
		for _, u := range shift.Users {
			all[u] = append(all[u], oncall.Span{From: shift.From, To: shift.To})
		}
	}
	for u := range all {
		all[u] = oncall.Union(all[u]...)
	}
	return all
}

// eitherOf are those of either, by id.
func eitherOf(a, b map[oncall.UserID][]oncall.Span) []oncall.UserID {
	var all []oncall.UserID
	for u := range a {
		all = append(all, u)
	}
	for u := range b {
		all = append(all, u)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func hours(a, b []oncall.Span) Hours {
	return Hours{Before: oncall.Total(a).Hours(), After: oncall.Total(b).Hours()}
}

// minus is what is in a and not in b, in a zone.
func minus(a, b []oncall.Span, o Options, zone *time.Location) []oncall.Span {
	var rest []oncall.Span // all but b
	from := o.From
	for _, s := range b {
		rest = append(rest, oncall.Span{From: from, To: s.From})
		from = s.To
	}
	rest = append(rest, oncall.Span{From: from, To: o.To})
	out := oncall.Common(a, rest)
	for i := range out {
		out[i].From, out[i].To = out[i].From.In(zone), out[i].To.In(zone)
	}
	return out
}

// people are those whose hours differ, over all schedules.
func people(before, after *oncall.Roster, o Options) []Person {
	old, now := byRoster(before, o), byRoster(after, o)
	out := []Person{}
	for _, u := range eitherOf(old, now) {
		if h := hours(old[u], now[u]); h.Before != h.After {
			out = append(out, Person{u, h})
		}
	}
	return out
}

func byRoster(r *oncall.Roster, o Options) map[oncall.UserID][]oncall.Span {
	all := map[oncall.UserID][]oncall.Span{}
	for _, s := range r.Schedules() {
		for u, spans := range bySchedule(s, o) {
			all[u] = append(all[u], spans...)
		}
	}
	for u := range all {
		all[u] = oncall.Union(all[u]...)
	}
	return all
}
