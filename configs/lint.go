package configs

import (
	"fmt"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/oncall"
)

// lintAll doubts what is valid but surely not meant. It runs on a file without errors; lint that concerns one place alone
// stands beside the reading of that place.
func (l *loader) lintAll() {
	l.lintReach()
	l.lintCalls()
	l.lintProviders()
	l.lintFallback()
	l.lintDrills()
	l.lintLoops()
	l.lintRoutes()
	l.lintUrgency()
	l.lintPromises()
	l.lintRota()
	l.lintLeave()
	l.lintUnused()
	l.lintSecrets()
	if len(l.c.Integrations) == 0 {
		l.doubt(l.top(), "integrations", "no-integration", "is missing, so no monitoring tool can send alerts", "add one, such as integrations: {prometheus: {type: prometheus, token: env:NAME}}")
	}
}

func (l *loader) doubt(at *yaml.Node, key, rule, what, do string) { l.lint(at, key, rule, what, do) }

// lintCalls finds levels that end before somebody whom they page would be called.
func (l *loader) lintCalls() {
	for _, p := range l.c.roster.Policies() {
		for k, level := range p.Levels {
			for _, t := range level.Targets {
				if who, after := l.calledAfter(t, level.Wait); who != "" {
					at, key := l.levelAt(p, k)
					l.doubt(at, key, "call-after-level", fmt.Sprintf("ends after %s, and %s is called %s after it begins: never", short(level.Wait), who, short(after)),
						"let it wait longer than that, or have the notification rules call sooner")
					break
				}
			}
		}
	}
}

// calledAfter is somebody of a target whose first call of high urgency comes later than wait.
func (l *loader) calledAfter(t oncall.Target, wait time.Duration) (oncall.UserID, time.Duration) {
	for _, id := range l.c.roster.Means(t) {
		u, ok := l.c.roster.User(id)
		if !ok || u.Phone == "" {
			continue
		}
		rules := u.Rules(oncall.High)
		if first := slices.IndexFunc(rules, func(r oncall.Rule) bool { return r.Via == oncall.Call }); first >= 0 && rules[first].After > wait {
			return id, rules[first].After
		}
	}
	return "", 0
}

// top is where the file begins, below its first comments.
func (l *loader) top() *yaml.Node { return l.draft.root.place() }

// lintReach finds people on a level whom nothing can reach.
func (l *loader) lintReach() {
	paged := l.c.roster.Paged()
	for _, u := range l.draft.users {
		at, key := l.register(aUser).at[string(u.ID)], join("users", string(u.ID))
		if !slices.Contains(paged, u.ID) {
			continue
		}
		if u.Phone == "" && u.Email == "" {
			l.doubt(at, key, "unreachable-user", "cannot be reached: there is neither a phone number nor an email address, yet an escalation level pages this user", "add phone or email")
			continue
		}
		for _, urgency := range []oncall.Urgency{oncall.High, oncall.Low} {
			if !u.Reached(urgency) {
				l.doubt(at, key, "unreachable-user", fmt.Sprintf("cannot be reached for %s urgency: no step of its notification rules has a number or address", urgency), "add phone or email, or change notify."+string(urgency))
			}
		}
	}
}

// lintProviders finds methods that people are paged by and that no provider carries.
func (l *loader) lintProviders() {
	paged, wanted := l.c.roster.Paged(), map[oncall.Method]bool{}
	for _, u := range l.draft.users {
		for _, urgency := range []oncall.Urgency{oncall.High, oncall.Low} {
			for _, r := range u.Rules(urgency) {
				wanted[r.Via] = wanted[r.Via] || (slices.Contains(paged, u.ID) && u.Address(r.Via) != "")
			}
		}
	}
	at := l.draft.root.get("providers").place()
	for _, m := range []oncall.Method{oncall.SMS, oncall.Call, oncall.Email} {
		if carried := slices.ContainsFunc(l.c.Providers, func(p Provider) bool { return p.Carries(m) }); wanted[m] && !carried {
			l.doubt(at, "providers", "no-provider", fmt.Sprintf("no provider carries %s, though people are to be paged by it", m), map[bool]string{true: "add an smtp provider", false: "add a twilio provider"}[m == oncall.Email])
		}
	}
}

// lintFallback makes sure that the last resort is a person.
func (l *loader) lintFallback() {
	p, _ := l.c.roster.Policy(l.draft.fallback)
	for _, level := range p.Levels {
		for _, t := range level.Targets {
			if t.Kind != oncall.ToReceiver && (t.Kind != oncall.ToSchedule || len(l.c.roster.Means(t)) > 0) {
				return
			}
		}
	}
	l.doubt(l.draft.root.get("fallback").place(), "fallback", "fallback-without-people", "pages nobody but rooms", "name a policy with a user, team or schedule")
}

// lintDrills finds drills that nobody could answer.
func (l *loader) lintDrills() {
	for k, d := range l.c.Drills {
		p, _ := l.c.roster.Policy(d.Policy)
		if !slices.ContainsFunc(p.Levels, func(v oncall.Level) bool {
			return slices.ContainsFunc(v.Targets, func(t oncall.Target) bool { return len(l.c.roster.Means(t)) > 0 })
		}) {
			l.doubt(d.at, fmt.Sprintf("drills[%d]", k), "drill-without-people", "tries a policy that pages nobody but rooms, so nobody can answer", "name a policy with a user, team or schedule")
		}
	}
}

// lintUnused finds what is defined and never named.
func (l *loader) lintUnused() {
	for _, u := range []struct {
		class class
		rule  string
		do    string
	}{
		{aUser, "unused-user", "put the user on a team, schedule or level, or remove it"},
		{aTeam, "unused-team", "name it as a service's or schedule's team or in a level as team/NAME, or remove it"},
		{aSchedule, "unused-schedule", "name it in an escalation level as schedule/NAME, or remove it"},
		{aPolicy, "unused-policy", "name it as a service's escalation, or remove it"},
		{interval, "unused-interval", "name it in a route's mute_time_intervals, or remove it"},
		{aRoom, "unused-receiver", "name it in an escalation level as receiver/NAME or in a route, or remove it"},
		{aService, "unrouted-service", "add a route that leads to it, or remove it"},
	} {
		r := l.register(u.class)
		for _, name := range r.order {
			if !r.used[name] {
				l.doubt(r.at[name], join(u.class.section(), name), u.rule, "is never used", u.do)
			}
		}
	}
}
