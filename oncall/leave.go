package oncall

import (
	"cmp"
	"slices"
	"time"
)

// Leave is a time in which somebody is away: From inclusive, To exclusive. It is advice for people. It takes nobody off call:
// whom a schedule names is paged, on leave or not, until an override puts somebody else there.
type Leave struct {
	ID       string    `json:"id"` // empty for one written in the configuration file, or read from a calendar that it names
	User     UserID    `json:"user"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Reason   string    `json:"reason,omitempty"`
	Calendar string    `json:"calendar,omitempty"` // the file of a calendar that it was read from
	By       string    `json:"by,omitempty"`       // who entered it
	At       time.Time `json:"at,omitzero"`        // when it was entered
}

// Clash is a shift, or a part of one, of somebody who is on leave then.
type Clash struct {
	Schedule ScheduleID
	User     UserID
	From, To time.Time // in the schedule's zone: what has to be covered
	Shift    Shift     // the whole shift, as far as it was looked at
	Leave    Leave
	Cover    UserID // somebody of the same schedule who is not away then; empty when there is nobody
}

// WithLeave returns a Roster that knows of leave entered at run time beside that of the file. It replaces that of an earlier
// call. Of a user whom the Roster does not know it is left out. Who is on call does not change by it.
func (r *Roster) WithLeave(all []Leave) *Roster {
	next := *r
	next.leave = leaveOf(r.byID, all)
	return &next
}

// leaveOf collects leave by user, in order.
func leaveOf(users []User, more []Leave) map[UserID][]Leave {
	by := map[UserID][]Leave{}
	known := map[UserID]bool{}
	for _, u := range users {
		known[u.ID] = true
		by[u.ID] = append(by[u.ID], u.Leave...)
	}
	for _, l := range more {
		if known[l.User] {
			by[l.User] = append(by[l.User], l)
		}
	}
	for id, list := range by {
		list = slices.DeleteFunc(list, func(l Leave) bool { return !l.From.Before(l.To) })
		slices.SortStableFunc(list, func(a, b Leave) int {
			return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.ID, b.ID))
		})
		by[id] = list
	}
	return by
}

// Leave returns when a user is away, by beginning.
func (r *Roster) Leave(id UserID) []Leave { return slices.Clone(r.leave[id]) }

// Away reports whether a user is on leave at any time in [from, to), and returns the first such leave.
func (r *Roster) Away(id UserID, from, to time.Time) (Leave, bool) {
	for _, l := range r.leave[id] {
		if l.From.Before(to) && from.Before(l.To) {
			return l, true
		}
	}
	return Leave{}, false
}

// Clashes returns where people who are on leave are on call on a schedule in [from, to), by time; nothing for a schedule that the
// Roster does not know. Leave that overlaps other leave of the same person is told once, as the part that the other leaves.
func (r *Roster) Clashes(id ScheduleID, from, to time.Time) []Clash {
	s, ok := r.Schedule(id)
	if !ok || len(r.leave) == 0 {
		return nil
	}
	var all []Clash
	for _, sh := range s.Shifts(from, to) {
		for _, u := range sh.Users {
			told := sh.From
			for _, l := range r.leave[u] {
				a, b := later(told, l.From), sooner(sh.To, l.To)
				if !a.Before(b) {
					continue
				}
				told = b
				zone := orUTC(s.Zone)
				all = append(all, Clash{Schedule: id, User: u, From: a.In(zone), To: b.In(zone), Shift: sh, Leave: l, Cover: r.cover(s, u, a, b)})
			}
		}
	}
	return all
}

// cover finds somebody of a schedule who could stand in: the first in the order of its layers who is not away.
func (r *Roster) cover(s *Schedule, away UserID, from, to time.Time) UserID {
	for _, l := range s.Layers {
		for _, u := range l.Users {
			if _, known := r.users[u]; !known || u == away {
				continue
			}
			if _, gone := r.Away(u, from, to); !gone {
				return u
			}
		}
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
