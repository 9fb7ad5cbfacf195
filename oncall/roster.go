package oncall

import "time"

// Roster is an immutable snapshot of everybody who can be paged and when. Copies made by WithOverrides share what is equal.
type Roster struct {
}

// NewRoster builds a snapshot. Dangling names are the caller's to refuse beforehand; here they resolve to nobody.
func NewRoster(users []User, teams []Team, schedules []*Schedule, policies []Policy, fallback PolicyID) *Roster {
	panic("stub")
}

// WithOverrides returns a Roster in which the given run-time overrides win over the layers and over the file's overrides.
// They replace those of an earlier call. r itself is unchanged.
func (r *Roster) WithOverrides(all []Override) *Roster { panic("stub") }

// User returns a user by id.
func (r *Roster) User(id UserID) (User, bool) { panic("stub") }

// Users returns all users, by id.
func (r *Roster) Users() []User { panic("stub") }

// UserByPhone finds the user whose phone is this E.164 number.
func (r *Roster) UserByPhone(number string) (User, bool) { panic("stub") }

// UserByName finds a user by id or, when no id fits, by a name that only one user has; case is ignored.
func (r *Roster) UserByName(name string) (User, bool) { panic("stub") }

// Team returns a team by id.
func (r *Roster) Team(id TeamID) (Team, bool) { panic("stub") }

// Policy returns an escalation policy by id.
func (r *Roster) Policy(id PolicyID) (Policy, bool) { panic("stub") }

// Policies returns all policies, by id.
func (r *Roster) Policies() []Policy { panic("stub") }

// Fallback is the policy that is used when another ends or finds nobody.
func (r *Roster) Fallback() PolicyID { panic("stub") }

// Schedule returns a schedule by id, overrides included.
func (r *Roster) Schedule(id ScheduleID) (*Schedule, bool) { panic("stub") }

// Schedules returns all schedules, by id.
func (r *Roster) Schedules() []*Schedule { panic("stub") }

// Resolve says whom a target means at t, each once, in order; nobody for a receiver, a gap, or an unknown name.
func (r *Roster) Resolve(target Target, t time.Time) []UserID { panic("stub") }

// Rules returns the notification rules for an urgency; the defaults where the user has none
// (high: sms, call after 1m, call after 3m; low: email, sms after 15m).
func (u User) Rules(urgency Urgency) []Rule { panic("stub") }

// Address returns where a method reaches the user: a number, a mail address, or "" when it cannot.
func (u User) Address(via Method) string { panic("stub") }

// QuietUntil reports whether t lies in the user's quiet hours and when those end.
func (u User) QuietUntil(t time.Time) (time.Time, bool) { panic("stub") }

// ParseTarget reads "user/ana", "schedule/x", "team/x" or "receiver/x".
func ParseTarget(s string) (Target, error) { panic("stub") }

// String writes the target as the configuration does.
func (t Target) String() string { panic("stub") }
