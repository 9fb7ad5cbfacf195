package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/oncall"
)

// policies writes each policy, and which one is the fallback.
func policies(r *oncall.Roster) map[string]string {
	out := map[string]string{}
	for _, p := range r.Policies() {
		out[string(p.ID)] = policy(p)
		if p.ID == r.Fallback() {
			out[string(p.ID)] += ", the fallback"
		}
	}
	return out
}

// policy writes a policy in one line: schedule/primary (5m), user/cy (10m), for ever.
func policy(p oncall.Policy) string {
	parts := make([]string, 0, len(p.Levels)+1)
	for _, l := range p.Levels {
		var targets []string
		for _, t := range l.Targets {
			targets = append(targets, t.String())
		}
		words := strings.Join(targets, " + ")
		if l.RoundRobin {
			words += " in turn"
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", words, short(l.Wait)))
	}
	end := "for ever"
	if p.Repeat > 0 {
		end = map[bool]string{true: "once", false: fmt.Sprintf("%d times", p.Repeat)}[p.Repeat == 1]
		if p.Then != "" {
			end += ", then " + string(p.Then)
		}
	}
	return strings.Join(append(parts, end), ", ")
}

// short writes a duration as the configuration does.
func short(d time.Duration) string { return model.Duration(d).String() }

// Unreachable is somebody who is paged and whom nothing reaches, though that was not so before.
type Unreachable struct {
	User oncall.UserID `json:"user"`
	Why  string        `json:"why"`
}

func unreachable(before, after *oncall.Roster) []Unreachable {
	was := map[oncall.UserID]bool{}
	for _, id := range paged(before) {
		u, _ := before.User(id)
		was[id] = Deaf(u) != ""
	}
	all := []Unreachable{}
	for _, id := range paged(after) {
		u, _ := after.User(id)
		if why := Deaf(u); why != "" && !was[id] {
			all = append(all, Unreachable{id, why})
		}
	}
	return all
}

// paged are the users that some level of some policy can mean at some time, by id.
func paged(r *oncall.Roster) []oncall.UserID {
	on := map[oncall.UserID]bool{}
	for _, p := range r.Policies() {
		for _, l := range p.Levels {
			for _, t := range l.Targets {
				for _, id := range means(r, t) {
					on[id] = true
				}
			}
		}
	}
	var all []oncall.UserID
	for _, u := range r.Users() {
		if on[u.ID] {
			all = append(all, u.ID)
		}
	}
	return all
}

// means are those whom a target can mean at some time.
func means(r *oncall.Roster, t oncall.Target) []oncall.UserID {
	if t.Kind != oncall.ToSchedule {
		return r.Resolve(t, time.Time{}) // users and teams do not depend on the time
	}
	s, ok := r.Schedule(oncall.ScheduleID(t.Name))
	if !ok {
		return nil
	}
	var all []oncall.UserID
	for _, l := range s.Layers {
		all = append(all, l.Users...)
	}
	for _, o := range s.Overrides {
		all = append(all, o.User)
	}
	return all
}

// Deaf says why no notification rule of somebody reaches them; empty: some does, for either urgency.
func Deaf(u oncall.User) string {
	if u.Phone == "" && u.Email == "" {
		return "neither a phone number nor a mail address"
	}
	for _, urgency := range []oncall.Urgency{oncall.High, oncall.Low} {
		ok := false
		for _, r := range u.Rules(urgency) {
			ok = ok || u.Address(r.Via) != ""
		}
		if !ok {
			return fmt.Sprintf("no number or address for any step of %s urgency", urgency)
		}
	}
	return ""
}
