package oncall

import "time"

// Layer is one rotation of a schedule.
type Layer struct {
	Name     string
	Users    []UserID
	Rotation Rotation
	Start    Date          // local day of the first turn
	Handoff  Handoff       // when turns change
	Hours    []WeeklyHours // restriction; empty: always. Turns do not shift because of it
}

// WeeklyHours restricts a layer to hours on some weekdays. A stretch whose To is not after From ends the next day; the
// weekday is that on which it begins.
type WeeklyHours struct {
	Days     [7]bool // by time.Weekday
	From, To int     // minutes since midnight; To may be 1440
}

// at returns the layer's person at the second t, empty for nobody, and the next second at which that may change.
func (l *Layer) at(zone *time.Location, t int64) (user UserID, until int64) {
	if len(l.Users) == 0 {
		return "", never
	}
	k := newTurns(zone, l)
	n, until := k.at(t)
	if n < 0 {
		return "", until
	}
	if len(l.Hours) > 0 {
		open, change := hoursAt(zone, l.Hours, t)
		if !open {
			return "", change
		}
		until = min(until, change)
	}
	return l.Users[n%int64(len(l.Users))], until
}

// ahead is how many days hoursAt looks forward for the next opening; every weekday is among them.
const ahead = 9

// hoursAt reports whether the second t lies in one of the stretches, and the next second at which that may change.
func hoursAt(zone *time.Location, hours []WeeklyHours, t int64) (open bool, change int64) {
	today := localDay(zone, t)
	change = wall(zone, today+ahead, 0) // nothing opens before: look again
	end := int64(0)
	for day := today - 2; day < today+ahead; day++ {
		for _, h := range hours {
			if !h.Days[weekday(day)] {
				continue
			}
			from, to := h.on(zone, day)
			if from <= t && t < to {
				open, end = true, max(end, to)
			}
			if from > t && from < to {
				change = min(change, from)
			}
		}
		if day > today && (open || change < wall(zone, day, 0)) {
			break
		}
	}
	if open {
		return true, end
	}
	return false, change
}

// on returns the seconds at which the stretch of a day begins and ends. Where the clocks skip its beginning it may end
// before it begins, and is empty.
func (h WeeklyHours) on(zone *time.Location, day int64) (from, to int64) {
	a, b := clampMinute(h.From), clampMinute(h.To)
	if b <= a {
		b += dayMinutes
	}
	return wall(zone, day, a), wall(zone, day, b)
}
