package oncall

import "time"

// Unit is the unit of a rotation.
type Unit string

// The units of rotation. Hourly and Every count elapsed time; the others count wall-clock days, weeks and months.
const (
	Hourly  Unit = "hourly"
	Daily   Unit = "daily"
	Weekly  Unit = "weekly"
	Monthly Unit = "monthly"
	Every   Unit = "every"
)

// Rotation says how long a turn lasts.
type Rotation struct {
	Unit  Unit
	Every time.Duration // with Unit Every
}

// Handoff is the wall-clock moment at which turns change: HH:MM, with a weekday for weekly and a day of the month for monthly
// rotations. For hourly and every it is the moment of the first turn.
type Handoff struct {
	Weekday time.Weekday
	HasDay  bool // a weekday was written
	Day     int  // of the month, 1-31 (clipped to the month's last); 0: the start's day
	Minute  int  // since midnight
}

// turns is the arithmetic of one layer's turns, in days since 1970 and in seconds (UTC) since then. It answers each question
// in constant time, however long ago the first turn was.
type turns struct {
	zone   *time.Location
	unit   Unit  // empty: the first turn has no end
	start  int64 // day of the first turn
	minute int   // of the handoff
	first  int64 // of the second turn: its day (weekly) or its month (monthly, counted from year 0)
	dom    int   // monthly: day of the month, before clipping
	origin int64 // hourly, every: second at which the first turn begins
	length int64 // hourly, every: seconds
}

func newTurns(zone *time.Location, l *Layer) turns {
	date := l.Start
	if date.IsZero() {
		date = Date{1970, time.January, 1}
	}
	k := turns{zone: zone, unit: l.Rotation.Unit, start: date.number(), minute: clampMinute(l.Handoff.Minute)}
	if alike(l.Users) {
		k.unit = ""
	}
	switch k.unit {
	case Daily:
	case Weekly:
		k.firstWeekly(l.Handoff)
	case Monthly:
		k.firstMonthly(l.Handoff)
	case Hourly:
		k.length = int64(time.Hour / time.Second)
	case Every:
		k.length = int64(l.Rotation.Every / time.Second)
	default:
		k.unit = ""
	}
	if k.unit == Every && k.length < 60 {
		k.unit = ""
	}
	if k.length > 0 {
		k.origin = wall(zone, k.start, k.minute)
	}
	return k
}

// firstWeekly finds the first handoff on a later day than the start.
func (k *turns) firstWeekly(h Handoff) {
	k.first = k.start + 7
	if ahead := (int64(h.Weekday) - int64(weekday(k.start))) % 7; h.HasDay && ahead != 0 {
		k.first = k.start + (ahead+7)%7
	}
}

// firstMonthly finds the month of the first handoff on a later day than the start.
func (k *turns) firstMonthly(h Handoff) {
	date := dateOf(k.start)
	k.dom = h.Day
	if k.dom < 1 {
		k.dom = date.Day
	}
	k.first = monthNumber(date)
	if dayInMonth(k.first, k.dom) <= k.start {
		k.first++
	}
}

// at returns the number of the turn at the second t, from 0, and the second at which it ends. Before the first turn it returns
// -1 and the second at which that begins.
func (k *turns) at(t int64) (n, end int64) {
	n = max(k.guess(t), 0)
	for n > 0 && k.begin(n) > t {
		n--
	}
	if n == 0 {
		if begin := k.begin(0); begin > t {
			return -1, begin
		}
	}
	for end = k.begin(n + 1); end <= t; end = k.begin(n + 1) {
		n++
	}
	return n, end
}

// guess returns the number of the turn by the calendar alone; it can be off by one or two near a handoff.
func (k *turns) guess(t int64) int64 {
	switch k.unit {
	case Daily:
		return localDay(k.zone, t) - k.start
	case Weekly:
		return floorDiv(localDay(k.zone, t)-k.first, 7) + 1
	case Monthly:
		return monthNumber(dateOf(localDay(k.zone, t))) - k.first + 1
	case Hourly, Every:
		return floorDiv(t-k.origin, k.length)
	}
	return 0
}

// begin returns the second at which turn n begins. It never falls as n rises.
func (k *turns) begin(n int64) int64 {
	switch {
	case k.length > 0 && k.unit != "":
		return k.origin + n*k.length
	case n == 0:
		return wall(k.zone, k.start, k.minute)
	case k.unit == Daily:
		return wall(k.zone, k.start+n, k.minute)
	case k.unit == Weekly:
		return wall(k.zone, k.first+7*(n-1), k.minute)
	case k.unit == Monthly:
		return wall(k.zone, dayInMonth(k.first+n-1, k.dom), k.minute)
	}
	return never
}

// monthNumber counts months from January of year 0.
func monthNumber(d Date) int64 { return int64(d.Year)*12 + int64(d.Month) - 1 }

// dayInMonth returns the number of a month's day, or of the month's last day when it is shorter.
func dayInMonth(month int64, day int) int64 {
	first := Date{Year: int(floorDiv(month, 12)), Month: time.Month(month-12*floorDiv(month, 12)) + 1, Day: 1}
	next := first
	next.Month++
	return min(first.number()+int64(day)-1, next.number()-1)
}

// alike reports whether all turns are one person's.
func alike(users []UserID) bool {
	for _, u := range users {
		if u != users[0] {
			return false
		}
	}
	return true
}
