package oncall

import (
	"slices"
	"time"
)

// Schedule says who is on call over time: layers, of which a later one wins where it has somebody, and overrides above them.
type Schedule struct {
	ID        ScheduleID
	Team      TeamID
	Zone      *time.Location // nil: UTC
	Layers    []Layer
	Overrides []Override // of the file, then those of run time, the latest made winning
	Notice    Notice     // who is told of a handoff, and when

	line *overrideLine // of Overrides; worked out by the Roster, absent in a Schedule that nobody prepared
}

// Notice says how people are told that they go on call, and come off.
type Notice struct {
	Off    bool          // not at all
	Before time.Duration // beside the word at the handoff, one so long before to who goes on; 0: none
}

// Shift is a stretch of time in which the same people are on call. From is inclusive, To exclusive; Users is empty in a gap.
type Shift struct {
	From, To time.Time
	Users    []UserID
	Override string // the override's reason or id where one decides, else empty
}

// horizon is how far Current and Next look for a change of people.
const horizon = 2 * 366 * 24 * time.Hour

// At says who is on call at t: nobody, or the users of the winning layer or override.
func (s *Schedule) At(t time.Time) []UserID {
	return s.look(s.overrideLine(), t).users
}

// Deciding returns the override that decides at t, and until when it does; false when the layers decide.
func (s *Schedule) Deciding(t time.Time) (o Override, until time.Time, ok bool) {
	over, until := s.overrideLine().at(t)
	if over == nil {
		return Override{}, until, false
	}
	return *over, until, true
}

// Steady returns who is on call at t, and an instant after it up to which nothing can change that: look again then. It is the
// zero time when nothing ever does. It costs much less than Current, which finds the next change itself.
func (s *Schedule) Steady(t time.Time) (users []UserID, until time.Time) {
	v := s.look(s.overrideLine(), t)
	return v.users, v.until
}

// Shifts cuts [from, to) into stretches with the same people, gaps included (with no Users), in order and without overlap.
// They cover it to the last nanosecond. A stretch also ends where an override begins or ceases to decide, so Override is
// true of all of it; two neighbours differ in Users or in Override. Times are in the schedule's zone.
func (s *Schedule) Shifts(from, to time.Time) []Shift {
	zone, line := orUTC(s.Zone), s.overrideLine()
	to = to.Round(0).In(zone)
	var shifts []Shift
	for t := from.Round(0).In(zone); t.Before(to); {
		now := s.look(line, t)
		end := to
		if !now.until.IsZero() && now.until.Before(to) {
			end = now.until.In(zone)
		}
		shift := Shift{From: t, To: end, Users: now.users, Override: now.override}
		if n := len(shifts); n > 0 && shifts[n-1].Override == shift.Override && slices.Equal(shifts[n-1].Users, shift.Users) {
			shifts[n-1].To = end
		} else {
			shifts = append(shifts, shift)
		}
		t = end
	}
	return shifts
}

// Current returns who is on call at t and until when: From is t, To the instant at which other people are (or nobody is) on
// call, whatever makes the change; the zero time when none comes within two years. Override is that of t.
func (s *Schedule) Current(t time.Time) Shift {
	return s.run(s.overrideLine(), t)
}

// Next returns the stretch that follows the one of t: the first after it with other people on call, or with nobody. Its To
// is found as that of Current. It is false when no change comes within two years.
func (s *Schedule) Next(t time.Time) (Shift, bool) {
	line := s.overrideLine()
	now := s.run(line, t)
	if now.To.IsZero() {
		return Shift{}, false
	}
	return s.run(line, now.To), true
}

// run follows the people of t until they change.
func (s *Schedule) run(line *overrideLine, t time.Time) Shift {
	zone := orUTC(s.Zone)
	t = t.Round(0).In(zone)
	now := s.look(line, t)
	shift := Shift{From: t, Users: now.users, Override: now.override}
	for limit := t.Add(horizon); !now.until.IsZero() && now.until.Before(limit); {
		then := now.until
		now = s.look(line, then)
		if !slices.Equal(now.users, shift.Users) {
			shift.To = then.In(zone)
			return shift
		}
	}
	return shift
}

// view is what a schedule says at one instant.
type view struct {
	users    []UserID
	override string
	layer    int       // that decides, where no override does and somebody is on call
	until    time.Time // nothing changes before; always after the instant, the zero time for ever
}

func (s *Schedule) look(line *overrideLine, t time.Time) view {
	over, until := line.at(t)
	if over != nil {
		return view{users: []UserID{over.User}, override: over.label(), until: until}
	}
	zone, second, next := orUTC(s.Zone), t.Unix(), never
	for i := len(s.Layers) - 1; i >= 0; i-- {
		user, change := s.Layers[i].at(zone, second)
		next = min(next, change)
		if user != "" { // what lies beneath is hidden and cannot change anything before
			return view{users: []UserID{user}, layer: i, until: earlier(until, next)}
		}
	}
	return view{until: earlier(until, next)}
}

// earlier returns the earlier of an instant, zero for never, and a second, never for never.
func earlier(t time.Time, second int64) time.Time {
	if second == never {
		return t
	}
	if at := time.Unix(second, 0); t.IsZero() || at.Before(t) {
		return at
	}
	return t
}

// overrideLine returns the overrides worked out, from the Roster's preparation where it is of this very list.
func (s *Schedule) overrideLine() *overrideLine {
	if s.line.is(s.Overrides) {
		return s.line
	}
	return newOverrideLine(s.Overrides)
}

// with returns a copy whose overrides are the given ones on top of its own, worked out for quick answers.
func (s *Schedule) with(more []Override) *Schedule {
	next := *s
	next.Zone = orUTC(s.Zone)
	next.Overrides = slices.Concat(s.Overrides, more)
	next.line = newOverrideLine(next.Overrides)
	return &next
}
