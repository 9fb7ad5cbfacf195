package oncall

import (
	"slices"
	"sort"
	"time"
)

// The oracle answers the questions of this package the slow way. It walks through the minutes one by one and watches what the
// clock on the wall shows; from days, weeks and turns it knows only what a calendar tells about one day. It shares no
// arithmetic with the package and does not call time.Date with a zone.

// fataler is what tests and properties have in common.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// wallClock is what the clocks of a zone showed in each minute of some weeks.
type wallClock struct {
	zone    *time.Location
	label   int64   // the first wall minute known, in minutes since 1970 as if the zone were UTC
	instant []int64 // of that wall minute and the following ones: the second at which it is taken to be
}

// watch walks from one instant to another, by what the standard library says of a zone.
func watch(t fataler, zone *time.Location, from, to time.Time) *wallClock {
	t.Helper()
	return watchBy(t, zone, func(second int64) int {
		_, offset := time.Unix(second, 0).In(zone).Zone()
		return offset
	}, from, to)
}

// watchBy walks from one instant to another; offset says how far the clocks are ahead of UTC, in seconds.
func watchBy(t fataler, zone *time.Location, offset func(second int64) int, from, to time.Time) *wallClock {
	t.Helper()
	c := &wallClock{zone: zone, instant: make([]int64, 0, (to.Unix()-from.Unix())/60+2*24*60)}
	next := int64(0) // the wall minute that the clock would show next if nobody touched it
	for m := from.Unix() / 60; m < to.Unix()/60; m++ {
		offset := offset(m * 60)
		if offset%60 != 0 {
			t.Fatalf("%s: offset %ds is not of whole minutes, which the oracle cannot watch", zone, offset)
		}
		shown := m + int64(offset)/60
		if len(c.instant) == 0 {
			c.label, next = shown, shown
		}
		for skipped := int64(0); next < shown; skipped++ { // a gap: what it swallowed comes as many minutes after it
			c.instant = append(c.instant, (m+skipped)*60)
			next++
		}
		if next == shown { // a minute shown again is left out: the first time counted
			c.instant = append(c.instant, m*60)
			next++
		}
	}
	return c
}

// at returns the second at which a wall minute is.
func (c *wallClock) at(t fataler, label int64) int64 {
	i := label - c.label
	if i < 0 || i >= int64(len(c.instant)) {
		t.Fatalf("%s: the oracle did not watch wall minute %d", c.zone, label)
	}
	return c.instant[i]
}

func (c *wallClock) on(t fataler, day time.Time, minute int) int64 {
	return c.at(t, day.Unix()/60+int64(minute))
}

// slow is a schedule as the oracle sees it, good for [from, to).
type slow struct {
	s      *Schedule
	layers []slowLayer
}

type slowLayer struct {
	users    []UserID
	handoffs []int64    // seconds, the first turn's beginning first
	always   bool       // no restriction
	open     [][2]int64 // seconds
}

func newSlow(t fataler, s *Schedule, c *wallClock, from, to time.Time) *slow {
	o := &slow{s: s}
	for _, l := range s.Layers {
		sl := slowLayer{users: l.Users, handoffs: slowHandoffs(t, l, c, to.Unix()), always: len(l.Hours) == 0}
		for day := midnight(from).AddDate(0, 0, -4); day.Before(to.AddDate(0, 0, 2)); day = day.AddDate(0, 0, 1) {
			for _, h := range l.Hours {
				if !h.Days[day.Weekday()] {
					continue
				}
				end := day
				if h.To <= h.From {
					end = day.AddDate(0, 0, 1)
				}
				sl.open = append(sl.open, [2]int64{c.on(t, day, h.From), c.on(t, end, h.To)})
			}
		}
		o.layers = append(o.layers, sl)
	}
	return o
}

func midnight(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// slowHandoffs turns the leaves of a calendar from the first day on and notes each handoff, to a day after a second.
func slowHandoffs(t fataler, l Layer, c *wallClock, until int64) []int64 {
	start := time.Date(l.Start.Year, l.Start.Month, l.Start.Day, 0, 0, 0, 0, time.UTC)
	first := c.on(t, start, l.Handoff.Minute)
	list := []int64{first}
	step := int64(0)
	switch l.Rotation.Unit {
	case Hourly:
		step = 3600
	case Every:
		if l.Rotation.Every >= time.Minute {
			step = int64(l.Rotation.Every.Seconds())
		}
	case Daily, Weekly, Monthly:
		for day := start.AddDate(0, 0, 1); day.Unix() <= until+86400; day = day.AddDate(0, 0, 1) {
			if slowHandoffDay(l, start, day) {
				list = append(list, c.on(t, day, l.Handoff.Minute))
			}
		}
	}
	for at := first + step; step > 0 && at <= until; at += step {
		list = append(list, at)
	}
	return list
}

func slowHandoffDay(l Layer, start, day time.Time) bool {
	switch l.Rotation.Unit {
	case Weekly:
		if l.Handoff.HasDay {
			return day.Weekday() == l.Handoff.Weekday
		}
		return day.Weekday() == start.Weekday()
	case Monthly:
		want := l.Handoff.Day
		if want == 0 {
			want = start.Day()
		}
		lastOfMonth := day.AddDate(0, 0, 1).Day() == 1
		return day.Day() == want || lastOfMonth && day.Day() < want
	}
	return true
}

// who returns the person at t and the override that decides, both empty for nobody and none.
func (o *slow) who(t time.Time) (UserID, string) {
	var over *Override
	for i := range o.s.Overrides {
		v := &o.s.Overrides[i]
		if v.User == "" || t.Before(v.From) || !t.Before(v.To) {
			continue
		}
		if over == nil || !slowLess(v, over) {
			over = v
		}
	}
	if over != nil {
		for _, label := range []string{over.Reason, over.ID} {
			if label != "" {
				return over.User, label
			}
		}
		return over.User, "override"
	}
	user := UserID("")
	for _, l := range o.layers {
		if u := l.who(t.Unix()); u != "" {
			user = u
		}
	}
	return user, ""
}

// slowLess says that override a yields to b wherever they stand in the list.
func slowLess(a, b *Override) bool {
	if (a.ID == "") != (b.ID == "") {
		return a.ID == ""
	}
	if !a.At.Equal(b.At) {
		return a.At.Before(b.At)
	}
	return a.ID < b.ID
}

func (l *slowLayer) who(t int64) UserID {
	turn := sort.Search(len(l.handoffs), func(i int) bool { return l.handoffs[i] > t }) - 1
	if turn < 0 || len(l.users) == 0 {
		return ""
	}
	if !l.always && !slices.ContainsFunc(l.open, func(w [2]int64) bool { return w[0] <= t && t < w[1] }) {
		return ""
	}
	return l.users[turn%len(l.users)]
}

// mustZone loads a zone.
func mustZone(t fataler, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// transitions returns the instants between two years at which a zone changes its clocks.
func transitions(zone *time.Location, fromYear, toYear int) []time.Time {
	var list []time.Time
	t := time.Date(fromYear, 1, 1, 0, 0, 0, 0, time.UTC).In(zone)
	for t.Year() < toYear {
		_, end := t.ZoneBounds()
		if end.IsZero() {
			break
		}
		if !end.After(t) { // the fault described at periodEnd
			t = t.Add(24 * time.Hour)
			continue
		}
		_, before := end.Add(-time.Second).Zone()
		if _, after := end.Zone(); before != after && end.Year() < toYear {
			list = append(list, end)
		}
		t = end
	}
	return list
}
