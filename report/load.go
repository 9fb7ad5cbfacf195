package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// The hours of a person's day, in minutes since midnight on their own clock. Sleep is every night and wins over all;
// business is Monday to Friday; whatever is neither is off.
const (
	wakes  = 8 * 60
	leaves = 18 * 60
	sleeps = 22 * 60
)

// hours is a kind of hour in somebody's life.
type hours int

const (
	business hours = iota
	off
	sleep
)

// hoursOf says in which hours of a zone an instant lies, by what a clock on the wall shows there.
func hoursOf(t time.Time, zone *time.Location) hours {
	local := t.In(zone)
	minute := local.Hour()*60 + local.Minute()
	switch {
	case minute < wakes || minute >= sleeps:
		return sleep
	case weekend(local.Weekday()) || minute >= leaves:
		return off
	}
	return business
}

func weekend(d time.Weekday) bool { return d == time.Saturday || d == time.Sunday }

// people counts what the period cost each person.
type people struct {
	q      Query
	roster *oncall.Roster
	until  time.Time // on-call hours are counted to here: the end of the period, or now
	loads  map[oncall.UserID]*load
}

type load struct {
	Load
	zone  *time.Location
	known bool
	last  int64 // the incident that interrupted last
}

func newPeople(roster *oncall.Roster, q Query, now time.Time) *people {
	until := q.To
	if now.Before(until) {
		until = now
	}
	return &people{q: q, roster: roster, until: until, loads: map[oncall.UserID]*load{}}
}

func (p *people) of(id oncall.UserID) *load {
	if l := p.loads[id]; l != nil {
		return l
	}
	l := &load{Load: Load{User: string(id)}, zone: p.q.zone()}
	if u, ok := p.roster.User(id); ok {
		l.Name, l.zone, l.known = u.Name, u.Zone, true
	}
	l.Zone = l.zone.String()
	p.loads[id] = l
	return l
}

func (p *people) within(t time.Time) bool { return !t.Before(p.q.From) && t.Before(p.q.To) }

// add counts pages and first acknowledgements by when they happened, of duplicates too: the phone rang all the same.
func (p *people) add(f *incident.Facts) {
	for _, ping := range f.Pings {
		if ping.User != "" && p.within(ping.At) {
			p.of(ping.User).ring(ping.At, f.Number)
		}
	}
	if f.FirstAckBy != "" && p.within(f.FirstAckAt) {
		p.of(oncall.UserID(f.FirstAckBy)).Acks++
	}
}

func (l *load) ring(at time.Time, number int64) {
	switch hoursOf(at, l.zone) {
	case business:
		l.Interruptions.Business++
	case off:
		l.Interruptions.Off++
	case sleep:
		l.Interruptions.Sleep++
	}
	if l.Incidents == 0 || l.last != number {
		l.Incidents++
		l.last = number
	}
}

// rows adds the hours on call and returns everybody with something to show. A name that only acknowledged and is no user,
// such as an integration, is no person.
func (p *people) rows() []Load {
	turns := p.turns()
	for id := range turns {
		p.of(id)
	}
	rows := []Load{}
	for _, id := range slices.Sorted(maps.Keys(p.loads)) {
		l := *p.loads[id]
		for _, t := range turns[id] {
			l.serve(t)
		}
		if l.known && l.any() || l.Interruptions.Total() > 0 {
			rows = append(rows, l.Load)
		}
	}
	return rows
}

func (l *load) any() bool {
	return l.Interruptions.Total() > 0 || l.Acks > 0 || l.OnCallSeconds > 0
}

// turn is a stretch of time on call.
type turn struct{ from, to time.Time }

// turns returns for each known user when they were on call, in order. Somebody on two schedules at once is on call once.
func (p *people) turns() map[oncall.UserID][]turn {
	turns := map[oncall.UserID][]turn{}
	for _, s := range p.roster.Schedules() {
		for _, shift := range s.Shifts(p.q.From, p.until) {
			for _, id := range shift.Users {
				if _, ok := p.roster.User(id); ok {
					turns[id] = append(turns[id], turn{shift.From, shift.To})
				}
			}
		}
	}
	for id, all := range turns {
		turns[id] = union(all)
	}
	return turns
}

// union joins what overlaps or touches.
func union(all []turn) []turn {
	slices.SortFunc(all, func(x, y turn) int { return cmp.Or(x.from.Compare(y.from), x.to.Compare(y.to)) })
	var joined []turn
	for _, t := range all {
		n := len(joined)
		switch {
		case n == 0 || t.from.After(joined[n-1].to):
			joined = append(joined, t)
		case t.to.After(joined[n-1].to):
			joined[n-1].to = t.to
		}
	}
	return joined
}

// serve adds a turn. Its nights and weekends are cut at the wall times of the person's zone, so that the night in which the
// clocks go back is eleven hours long.
func (l *load) serve(t turn) {
	l.OnCallSeconds += int64(t.to.Sub(t.from) / time.Second)
	last := oncall.DateOf(t.to.In(l.zone))
	day := oncall.DateOf(t.from.In(l.zone)).AddDays(-1) // its night reaches into the turn
	for ; !after(day, last); day = day.AddDays(1) {
		next := day.AddDays(1)
		l.SleepSeconds += overlap(t, oncall.Wall(l.zone, day, sleeps), oncall.Wall(l.zone, next, wakes))
		if weekend(day.Weekday()) {
			l.WeekendSeconds += overlap(t, oncall.Wall(l.zone, day, 0), oncall.Wall(l.zone, next, 0))
		}
	}
}

func after(x, y oncall.Date) bool {
	return cmp.Or(cmp.Compare(x.Year, y.Year), cmp.Compare(x.Month, y.Month), cmp.Compare(x.Day, y.Day)) > 0
}

// overlap is how many seconds of a turn lie in [from, to).
func overlap(t turn, from, to time.Time) int64 {
	if from.Before(t.from) {
		from = t.from
	}
	if to.After(t.to) {
		to = t.to
	}
	return max(int64(to.Sub(from)/time.Second), 0)
}
