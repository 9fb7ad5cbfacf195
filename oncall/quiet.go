package oncall

import "time"

// QuietHours is a daily stretch in a user's own zone in which low urgency waits. From may be after To (over midnight);
// where both are the same there is none, so that no page can wait for ever.
type QuietHours struct {
	From, To int // minutes since midnight, wall clock
}

// QuietUntil reports whether t lies in the user's quiet hours and when those end, in the user's zone. The ends are wall
// times and follow the rule of Wall.
func (u User) QuietUntil(t time.Time) (time.Time, bool) {
	if u.Quiet == nil {
		return time.Time{}, false
	}
	from, to := clampMinute(u.Quiet.From)%dayMinutes, clampMinute(u.Quiet.To)%dayMinutes
	if from == to {
		return time.Time{}, false
	}
	daily := []WeeklyHours{{Days: [7]bool{true, true, true, true, true, true, true}, From: from, To: to}}
	zone := orUTC(u.Zone)
	quiet, end := hoursAt(zone, daily, t.Unix())
	if !quiet {
		return time.Time{}, false
	}
	return time.Unix(end, 0).In(zone), true
}
