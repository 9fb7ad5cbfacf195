// Package fairness counts what being on call costs each person: hours, nights, weekends and holidays.
//
// It is pure: schedules, time and holidays are handed in. Night, weekend and holiday are those of the person's own clock, wherever the
// schedule is: who is woken at three where they live has a night, whatever the clock of the schedule shows. Its law: time on several
// schedules at once is one time, and every minute is counted once in each kind.
package fairness

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/rouse/rouse/oncall"
)

// A night is from 22:00 to 06:00. A night, weekend or holiday counts as one when somebody is on call for at least an hour of it.
const (
	nightFrom = 22 * 60
	nightTo   = 6 * 60
	counts    = time.Hour
)

// Calendar is a list of holidays.
type Calendar struct {
	Name     string
	Zone     *time.Location
	Holidays []oncall.Date
}

// Options say what is counted.
type Options struct {
	Schedules []oncall.ScheduleID // in any order; empty: all
	From, To  time.Time
	Calendars []Calendar
	Calendar  string // its holidays are everybody's; empty: each person has those of the calendars in their own zone
}

// Report is who carries how much. Durations are in minutes, times in UTC.
type Report struct {
	Schedules []string  `json:"schedules"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`
	People    []Load    `json:"people"` // who carries most first
}

// Load is what one person carries.
type Load struct {
	User           string  `json:"user"`
	Name           string  `json:"name"`
	Zone           string  `json:"zone"`
	Shifts         int     `json:"shifts"`
	Minutes        int     `json:"minutes"`
	Share          float64 `json:"share"` // of all that is carried, 0 to 1
	Nights         int     `json:"nights"`
	NightMinutes   int     `json:"nightMinutes"`
	Weekends       int     `json:"weekends"`
	WeekendMinutes int     `json:"weekendMinutes"`
	Holidays       int     `json:"holidays"`
	HolidayMinutes int     `json:"holidayMinutes"`
	AwayMinutes    int     `json:"awayMinutes"` // on call while on leave
}

// Of counts. It is an error when a schedule or the calendar is not there.
func Of(r *oncall.Roster, o Options) (Report, error) {
	rep := Report{Schedules: []string{}, From: o.From.UTC(), To: o.To.UTC(), People: []Load{}}
	schedules, err := o.chosen(r)
	if err != nil {
		return rep, err
	}
	on := map[oncall.UserID][]span{}
	shifts := map[oncall.UserID]int{}
	for _, s := range schedules {
		rep.Schedules = append(rep.Schedules, string(s.ID))
		for _, l := range s.Layers {
			for _, u := range l.Users { // who takes turns and has none in this time carries nothing, which is to be seen
				on[u] = append(on[u], span{})
			}
		}
		for _, sh := range s.Shifts(o.From, o.To) {
			for _, u := range sh.Users {
				on[u] = append(on[u], span{sh.From, sh.To})
				shifts[u]++
			}
		}
	}
	all := 0
	for id, list := range on {
		u, known := r.User(id)
		if !known {
			continue
		}
		l := o.load(u, merge(list), r.Leave(id))
		l.Shifts = shifts[id]
		all += l.Minutes
		rep.People = append(rep.People, l)
	}
	for i := range rep.People {
		if all > 0 {
			rep.People[i].Share = float64(rep.People[i].Minutes) / float64(all)
		}
	}
	slices.SortFunc(rep.People, func(a, b Load) int { return cmp.Or(b.Minutes-a.Minutes, cmp.Compare(a.User, b.User)) })
	return rep, nil
}

// chosen are the schedules to count, by id.
func (o *Options) chosen(r *oncall.Roster) ([]*oncall.Schedule, error) {
	if o.Calendar != "" && !slices.ContainsFunc(o.Calendars, func(c Calendar) bool { return c.Name == o.Calendar }) {
		return nil, fmt.Errorf("there is no calendar %q in the configuration", o.Calendar)
	}
	if len(o.Schedules) == 0 {
		return r.Schedules(), nil
	}
	var list []*oncall.Schedule
	for _, id := range slices.Compact(slices.Sorted(slices.Values(o.Schedules))) {
		s, ok := r.Schedule(id)
		if !ok {
			return nil, fmt.Errorf("there is no schedule %q in the configuration", id)
		}
		list = append(list, s)
	}
	return list, nil
}

// span is a stretch of time.
type span struct{ from, to time.Time }

// merge puts stretches in order and makes one of those that touch; empty ones are left out.
func merge(list []span) []span {
	slices.SortFunc(list, func(a, b span) int { return a.from.Compare(b.from) })
	var out []span
	for _, s := range list {
		if !s.from.Before(s.to) {
			continue
		}
		if n := len(out); n > 0 && !s.from.After(out[n-1].to) {
			if s.to.After(out[n-1].to) {
				out[n-1].to = s.to
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// within is how long stretches in order lie in one of them.
func within(list []span, from, to time.Time) (d time.Duration) {
	if !from.Before(to) { // a night whose beginning the clocks skip, with the whole day
		return 0
	}
	i, _ := slices.BinarySearchFunc(list, from, func(s span, t time.Time) int {
		if s.to.After(t) {
			return 1
		}
		return -1
	})
	for ; i < len(list) && list[i].from.Before(to); i++ {
		a, b := list[i].from, list[i].to
		if a.Before(from) {
			a = from
		}
		if b.After(to) {
			b = to
		}
		d += b.Sub(a)
	}
	return d
}

// tally adds up one kind of time.
type tally struct {
	time time.Duration
	n    int
}

func (t *tally) add(d time.Duration) {
	t.time += d
	if d >= counts {
		t.n++
	}
}

// load counts the time of one person, day by day on their own clock.
func (o *Options) load(u oncall.User, on []span, away []oncall.Leave) Load {
	var nights, weekends, holidays tally
	var weekend, all, gone time.Duration
	free := o.holidays(u.Zone)
	first := oncall.DateOf(o.From.In(u.Zone)).AddDays(-1) // whose night may reach into the time
	days := int(o.To.Sub(o.From)/(24*time.Hour)) + 9      // and to the Sunday after it
	for i := range days {
		d := first.AddDays(i)
		nights.add(within(on, oncall.Wall(u.Zone, d, nightFrom), oncall.Wall(u.Zone, d, 24*60+nightTo)))
		day := within(on, oncall.Wall(u.Zone, d, 0), oncall.Wall(u.Zone, d, 24*60))
		switch d.Weekday() {
		case time.Saturday:
			weekend = day
		case time.Sunday:
			weekends.add(weekend + day)
			weekend = 0
		}
		if free[d] {
			holidays.add(day)
		}
	}
	for _, s := range on {
		all += s.to.Sub(s.from)
	}
	var leave []span
	for _, l := range away {
		leave = append(leave, span{l.From, l.To})
	}
	for _, l := range merge(leave) {
		gone += within(on, l.from, l.to)
	}
	return Load{
		User: string(u.ID), Name: u.Name, Zone: u.Zone.String(), Minutes: minutes(all), Nights: nights.n, NightMinutes: minutes(nights.time),
		Weekends: weekends.n, WeekendMinutes: minutes(weekends.time), Holidays: holidays.n, HolidayMinutes: minutes(holidays.time), AwayMinutes: minutes(gone),
	}
}

func minutes(d time.Duration) int { return int(d.Round(time.Minute) / time.Minute) }

// holidays are the days that are holidays for somebody in a zone.
func (o *Options) holidays(zone *time.Location) map[oncall.Date]bool {
	days := map[oncall.Date]bool{}
	for _, c := range o.Calendars {
		if c.Name != o.Calendar && (o.Calendar != "" || c.Zone == nil || c.Zone.String() != zone.String()) {
			continue
		}
		for _, d := range c.Holidays {
			days[d] = true
		}
	}
	return days
}

// CSV writes the report as a table of comma-separated values, one person a line, times in hours.
func (r *Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"user", "name", "zone", "shifts", "hours", "share", "nights", "night_hours", "weekends", "weekend_hours", "holidays", "holiday_hours", "hours_on_leave"}}
	hours := func(minutes int) string { return strconv.FormatFloat(float64(minutes)/60, 'f', 2, 64) }
	for _, p := range r.People {
		rows = append(rows, []string{
			formula(p.User), formula(p.Name), p.Zone, strconv.Itoa(p.Shifts), hours(p.Minutes), strconv.FormatFloat(p.Share, 'f', 4, 64), strconv.Itoa(p.Nights), hours(p.NightMinutes),
			strconv.Itoa(p.Weekends), hours(p.WeekendMinutes), strconv.Itoa(p.Holidays), hours(p.HolidayMinutes), hours(p.AwayMinutes),
		})
	}
	return out.WriteAll(rows)
}

// formula keeps a text from being one in a spreadsheet.
func formula(s string) string {
	if s != "" && slices.Contains([]byte("=+-@\t\r"), s[0]) {
		return "'" + s
	}
	return s
}

// Mean is the mean of what people carry of one kind; 0 for nobody.
func (r *Report) Mean(of func(Load) int) float64 {
	if len(r.People) == 0 {
		return 0
	}
	sum := 0
	for _, p := range r.People {
		sum += of(p)
	}
	return float64(sum) / float64(len(r.People))
}
