package oncall

import (
	"errors"
	"slices"
	"time"
)

// Errors about shifts that change hands.
var (
	ErrNoShift = errors.New("this person is not on call there within the next 60 days")
	ErrEndless = errors.New("this person's shift there has no end, or none within two years: say from when until when somebody else has it")
	ErrOverlap = errors.New("the two shifts overlap on one schedule, where only one person is on call")
)

// OwnAhead is how far OwnShift looks.
const OwnAhead = 60 * 24 * time.Hour

// Own returns the stretches of [from, to) in which somebody is on call, whatever makes it so, in order and in the schedule's zone.
func (s *Schedule) Own(u UserID, from, to time.Time) (all []Shift) {
	for _, sh := range s.Shifts(from, to) {
		if !slices.Contains(sh.Users, u) {
			continue
		}
		if n := len(all); n > 0 && all[n-1].To.Equal(sh.From) { // parted where an override began or ended
			all[n-1].To = sh.To
			continue
		}
		all = append(all, Shift{From: sh.From, To: sh.To, Users: sh.Users})
	}
	return all
}

// OwnShift returns the shift that somebody has at an instant, from its beginning, or else the next one; ErrNoShift when none begins
// within 60 days, ErrEndless when it ends more than two years after it began. It is whole, however long a turn is; of one that
// began more than two years ago the last 60 days.
func (s *Schedule) OwnShift(u UserID, at time.Time) (Shift, error) {
	next := s.Own(u, at, at.Add(OwnAhead))
	if len(next) == 0 {
		return Shift{}, ErrNoShift
	}
	own := next[0]
	for limit := own.From.Add(horizon); ; {
		c := s.Current(own.To)
		if !slices.Contains(c.Users, u) {
			break
		}
		if c.To.IsZero() || c.To.After(limit) {
			return Shift{}, ErrEndless
		}
		own.To = c.To
	}
	if !own.From.Equal(at) {
		return own, nil
	}
	for back := OwnAhead; back < horizon; back *= 2 {
		before := s.Own(u, at.Add(-back), own.To)
		if from := before[len(before)-1].From; from.After(at.Add(-back)) {
			own.From = from
			return own, nil
		}
	}
	own.From = at.Add(-OwnAhead).In(orUTC(s.Zone))
	return own, nil
}

// SwapShifts is two shifts that change hands: User's and With's, each the one that they have at an instant, or else the next
// one after it. Zero instants are now; an empty WithSchedule is Schedule.
type SwapShifts struct {
	Schedule, WithSchedule ScheduleID
	User, With             UserID
	At, WithAt             time.Time
	Reason                 string
}
