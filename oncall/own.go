package oncall

import (
	"errors"
	"slices"
	"time"
)

// Errors about shifts that change hands.
var (
	ErrNoShift = errors.New("this person is not on call there within the next 60 days")
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

// OwnShift returns the shift that somebody has at an instant, from its beginning, or else the next one. Both of its ends are found
// within 60 days of the instant; ErrNoShift when there is none.
func (s *Schedule) OwnShift(u UserID, at time.Time) (Shift, error) {
	next := s.Own(u, at, at.Add(OwnAhead))
	if len(next) == 0 {
		return Shift{}, ErrNoShift
	}
	if next[0].From.Equal(at) {
		before := s.Own(u, at.Add(-OwnAhead), next[0].To)
		return before[len(before)-1], nil
	}
	return next[0], nil
}

// SwapShifts is two shifts that change hands: User's and With's, each the one that they have at an instant, or else the next
// one after it. Zero instants are now; an empty WithSchedule is Schedule.
type SwapShifts struct {
	Schedule, WithSchedule ScheduleID
	User, With             UserID
	At, WithAt             time.Time
	Reason                 string
}
