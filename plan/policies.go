package plan

import (
	"fmt"
	"slices"
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

func unreachable(before, after Side) []Unreachable {
	was := map[oncall.UserID]bool{}
	for _, id := range before.Roster.Paged() {
		u, _ := before.Roster.User(id)
		was[id] = before.deaf(u) != ""
	}
	all := []Unreachable{}
	for _, id := range after.Roster.Paged() {
		u, _ := after.Roster.User(id)
		if why := after.deaf(u); why != "" && !was[id] {
			all = append(all, Unreachable{id, why})
		}
	}
	return all
}

// deaf says why no notification rule of somebody reaches them; empty: some does, for either urgency.
func (s Side) deaf(u oncall.User) string {
	if u.Phone == "" && u.Email == "" {
		return "neither a phone number nor a mail address"
	}
	for _, urgency := range []oncall.Urgency{oncall.High, oncall.Low} {
		if !u.Reached(urgency) {
			return fmt.Sprintf("no number or address for any step of %s urgency", urgency)
		}
		if s.Carried != nil && !slices.ContainsFunc(u.Rules(urgency), func(r oncall.Rule) bool { return u.Address(r.Via) != "" && slices.Contains(s.Carried, r.Via) }) {
			return fmt.Sprintf("no provider carries any step of %s urgency", urgency)
		}
	}
	return ""
}
