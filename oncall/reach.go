package oncall

import "slices"

// Means returns those whom a target can mean at some time, by the names in it, each once; nobody for a receiver.
func (r *Roster) Means(t Target) []UserID {
	switch t.Kind {
	case ToUser:
		return r.known([]UserID{UserID(t.Name)})
	case ToTeam:
		return r.known(r.teams[TeamID(t.Name)].Members)
	case ToSchedule:
		if s, ok := r.Schedule(ScheduleID(t.Name)); ok {
			return r.known(s.people())
		}
	}
	return nil
}

// people are all whom a schedule names.
func (s *Schedule) people() []UserID {
	var all []UserID
	for _, l := range s.Layers {
		all = append(all, l.Users...)
	}
	for _, o := range s.Overrides {
		all = append(all, o.User)
	}
	return all
}

// Paged returns those whom some level of some policy can mean at some time, by id.
func (r *Roster) Paged() []UserID {
	var all []UserID
	for _, p := range r.policies {
		for _, l := range p.Levels {
			for _, t := range l.Targets {
				all = append(all, r.Means(t)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Reached reports whether some step of the user's notification rules for an urgency has a number or an address.
func (u User) Reached(urgency Urgency) bool {
	return slices.ContainsFunc(u.Rules(urgency), func(r Rule) bool { return u.Address(r.Via) != "" })
}
