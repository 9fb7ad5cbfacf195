package oncall

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Roster is an immutable snapshot of everybody who can be paged and when. Copies made by WithOverrides share what is equal.
// It may be used by any number of goroutines; what it returns must not be changed. The zero Roster has nobody in it.
type Roster struct {
	users     map[UserID]User
	byID      []User // sorted, as are the other lists
	phones    map[string]UserID
	teams     map[TeamID]Team
	policies  map[PolicyID]Policy
	fallback  PolicyID
	file      []*Schedule // as in the file, without run-time overrides
	schedules []*Schedule
	leave     map[UserID][]Leave // of the file, then of run time, by beginning
}

// NewRoster builds a snapshot. Dangling names are the caller's to refuse beforehand; here they resolve to nobody. Of two of
// the same id the first is kept. The arguments are copied, but not what they point to: leave that alone from then on.
func NewRoster(users []User, teams []Team, schedules []*Schedule, policies []Policy, fallback PolicyID) *Roster {
	r := &Roster{
		users:    make(map[UserID]User, len(users)),
		phones:   make(map[string]UserID, len(users)),
		teams:    make(map[TeamID]Team, len(teams)),
		policies: make(map[PolicyID]Policy, len(policies)),
		fallback: fallback,
	}
	for _, u := range users {
		u.Zone = orUTC(u.Zone)
		keepFirst(r.users, u.ID, u)
	}
	r.byID = sortedByKey(r.users)
	for _, u := range r.byID {
		if u.Phone != "" {
			keepFirst(r.phones, u.Phone, u.ID)
		}
	}
	for _, t := range teams {
		keepFirst(r.teams, t.ID, t)
	}
	for _, p := range policies {
		keepFirst(r.policies, p.ID, p)
	}
	rotas := make(map[ScheduleID]*Schedule, len(schedules))
	for _, s := range schedules {
		if s != nil {
			keepFirst(rotas, s.ID, s.with(nil))
		}
	}
	r.file = sortedByKey(rotas)
	r.schedules = r.file
	r.leave = leaveOf(r.byID, nil)
	return r
}

// WithOverrides returns a Roster in which the given run-time overrides win over the layers and over the file's overrides.
// They replace those of an earlier call. r itself is unchanged. An override for a schedule or of a user that the Roster does
// not know is left out, so that one made for somebody who has since left does not leave the schedule empty.
func (r *Roster) WithOverrides(all []Override) *Roster {
	mine := make(map[ScheduleID][]Override)
	for _, o := range all {
		if _, known := r.users[o.User]; known {
			mine[o.Schedule] = append(mine[o.Schedule], o)
		}
	}
	next := *r
	next.schedules = make([]*Schedule, len(r.file))
	for i, s := range r.file {
		next.schedules[i] = s
		if more := mine[s.ID]; len(more) > 0 {
			slices.SortStableFunc(more, compareOverrides)
			next.schedules[i] = s.with(more)
		}
	}
	return &next
}

// Filed returns a schedule by id as the file says, without what people changed at run time.
func (r *Roster) Filed(id ScheduleID) (*Schedule, bool) {
	return byID(r.file, id)
}

// InFile reports whether the file says the same as an override made at run time.
func (r *Roster) InFile(o *Override) bool {
	s, ok := r.Filed(o.Schedule)
	return ok && slices.ContainsFunc(s.Overrides, func(f Override) bool { return f.Same(o) })
}

// Void says why an override made at run time decides nothing: what it names is not in the file, perhaps not any more. It is
// empty for one that counts.
func (r *Roster) Void(o *Override) string {
	if _, ok := r.Filed(o.Schedule); !ok {
		return "the configuration has no schedule " + string(o.Schedule)
	}
	if _, ok := r.users[o.User]; !ok {
		return "the configuration has no user " + string(o.User)
	}
	return ""
}

// User returns a user by id.
func (r *Roster) User(id UserID) (User, bool) {
	u, ok := r.users[id]
	return u, ok
}

// Users returns all users, by id.
func (r *Roster) Users() []User { return slices.Clone(r.byID) }

// UserByPhone finds the user whose phone is this E.164 number, to the letter; of several who share it the first by id.
func (r *Roster) UserByPhone(number string) (User, bool) {
	id, ok := r.phones[number]
	if !ok {
		return User{}, false
	}
	return r.User(id)
}

// UserByName finds a user by id or, when no id fits, by a name that only one user has: the full name, or else one word of it.
// Case and surplus space are ignored.
func (r *Roster) UserByName(name string) (User, bool) {
	want := strings.Join(strings.Fields(name), " ")
	if want == "" {
		return User{}, false
	}
	if u, ok := r.users[UserID(want)]; ok {
		return u, true
	}
	fits := []func(User) bool{
		func(u User) bool { return strings.EqualFold(string(u.ID), want) },
		func(u User) bool { return strings.EqualFold(strings.Join(strings.Fields(u.Name), " "), want) },
		func(u User) bool {
			return slices.ContainsFunc(strings.Fields(u.Name), func(word string) bool { return strings.EqualFold(word, want) })
		},
	}
	for _, fit := range fits {
		if u, n := r.only(fit); n > 0 {
			return u, n == 1
		}
	}
	return User{}, false
}

// only returns the user who fits, or how many do when it is not one.
func (r *Roster) only(fit func(User) bool) (User, int) {
	var found User
	n := 0
	for _, u := range r.byID {
		if fit(u) {
			found, n = u, n+1
		}
	}
	if n != 1 {
		return User{}, n
	}
	return found, 1
}

// Team returns a team by id.
func (r *Roster) Team(id TeamID) (Team, bool) {
	t, ok := r.teams[id]
	return t, ok
}

// Teams returns all teams, by id.
func (r *Roster) Teams() []Team { return sortedByKey(r.teams) }

// Policy returns an escalation policy by id.
func (r *Roster) Policy(id PolicyID) (Policy, bool) {
	p, ok := r.policies[id]
	return p, ok
}

// Policies returns all policies, by id.
func (r *Roster) Policies() []Policy { return sortedByKey(r.policies) }

// Fallback is the policy that is used when another ends or finds nobody.
func (r *Roster) Fallback() PolicyID { return r.fallback }

// Schedule returns a schedule by id, overrides included.
func (r *Roster) Schedule(id ScheduleID) (*Schedule, bool) {
	return byID(r.schedules, id)
}

// byID finds a schedule in a sorted list.
func byID(list []*Schedule, id ScheduleID) (*Schedule, bool) {
	i, ok := slices.BinarySearchFunc(list, id, func(s *Schedule, id ScheduleID) int { return cmp.Compare(s.ID, id) })
	if !ok {
		return nil, false
	}
	return list[i], true
}

// Schedules returns all schedules, by id.
func (r *Roster) Schedules() []*Schedule { return slices.Clone(r.schedules) }

// Resolve says whom a target means at t, each once, in order; nobody for a receiver, a gap, or an unknown name.
func (r *Roster) Resolve(target Target, t time.Time) []UserID {
	switch target.Kind {
	case ToUser:
		return r.known([]UserID{UserID(target.Name)})
	case ToTeam:
		return r.known(r.teams[TeamID(target.Name)].Members)
	case ToSchedule:
		if s, ok := r.Schedule(ScheduleID(target.Name)); ok {
			return r.known(s.At(t))
		}
	}
	return nil
}

// known keeps those whom the Roster knows, each once.
func (r *Roster) known(ids []UserID) []UserID {
	var kept []UserID
	for _, id := range ids {
		if _, ok := r.users[id]; ok && !slices.Contains(kept, id) {
			kept = append(kept, id)
		}
	}
	return kept
}

// Duty is who answers for a schedule, and who follows.
type Duty struct {
	Schedule ScheduleID
	Team     TeamID
	Now      Shift // from the instant asked about; To is zero when no change comes within two years
	Next     Shift // after the change; the zero Shift when none comes
}

// OnCallNow says of every schedule, by id, who is on call at t, until when, and who is next. Times are in the schedule's zone.
func (r *Roster) OnCallNow(t time.Time) []Duty {
	duties := make([]Duty, 0, len(r.schedules))
	for _, s := range r.schedules {
		d := Duty{Schedule: s.ID, Team: s.Team, Now: s.Current(t)}
		if !d.Now.To.IsZero() {
			d.Next = s.Current(d.Now.To)
		}
		duties = append(duties, d)
	}
	return duties
}

func keepFirst[K comparable, V any](m map[K]V, key K, value V) {
	if _, taken := m[key]; !taken {
		m[key] = value
	}
}

func sortedByKey[K cmp.Ordered, V any](m map[K]V) []V {
	list := make([]V, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[key])
	}
	return list
}
