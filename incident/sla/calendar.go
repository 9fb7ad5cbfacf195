package sla

import (
	"time"

	"github.com/rouse/rouse/oncall"
)

// Calendar says when time counts: hours of the week in one zone, less holidays. It is immutable and safe for concurrent use.
//
// Hours are wall-clock times and become instants as oncall.Wall says. Hours that run over midnight belong to the day on which
// they begin. Hours that overlap count once. A holiday closes the whole local day, from its midnight to the next: of hours that
// run over midnight it cuts the part that lies in that day, and no more. So a holiday on a Tuesday ends Monday's night shift at
// midnight, and Tuesday's own night shift begins at the midnight after.
//
// A nil Calendar is always open. One without Hours never is.
type Calendar struct {
	Zone     *time.Location // nil: UTC
	Hours    []oncall.WeeklyHours
	Holidays []oncall.Date // in any order
}

// farthest is how far a calendar looks for open time before it says never: ten years.
const farthest = 3653 * 24 * time.Hour

// Open reports whether time counts at t.
func (c *Calendar) Open(t time.Time) bool { return c.grid().open(t) }

// Between returns how much of the time from one instant to another is open; nothing when to is not after from. It is exact to
// the nanosecond, so the parts of a stretch add up to the whole.
func (c *Calendar) Between(from, to time.Time) time.Duration { return c.grid().between(from, to) }

// Add returns the first instant at which d of open time has passed since from, in UTC. It is false when that does not come within
// ten years. The end of a working day comes before the beginning of the next: what is used up at 17:00 is over at 17:00. A d
// that is not above zero gives from.
func (c *Calendar) Add(from time.Time, d time.Duration) (time.Time, bool) {
	return c.grid().reach(from, d, from.Add(farthest))
}

// NextChange returns the first instant after t at which the calendar opens or closes, in UTC. It is false when that does not
// come within ten years.
func (c *Calendar) NextChange(t time.Time) (time.Time, bool) { return c.grid().nextChange(t) }

// HoursPerDay returns how long a calendar is usually open on a day on which it opens: the commonest length, and of equally
// common ones the longest. Hours that run over midnight are counted on the day on which they begin. A nil calendar has 24 hours.
// It is false when the calendar has no hours.
//
// It is for the messages that warn of "1d" in a target, which is 24 hours of open time and thus several days of work.
func HoursPerDay(c *Calendar) (time.Duration, bool) {
	if c == nil {
		return 24 * time.Hour, true
	}
	days := map[int64]int{}
	for day := range 7 {
		var list []span
		for _, h := range c.Hours {
			if h.Days[day] {
				from, to := minutes(h)
				list = append(list, span{from, to})
			}
		}
		if n := length(merge(list)); n > 0 {
			days[n]++
		}
	}
	var usual int64
	for n, times := range days {
		if times > days[usual] || times == days[usual] && n > usual {
			usual = n
		}
	}
	return time.Duration(usual) * time.Minute, usual > 0
}
