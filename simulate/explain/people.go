package explain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
)

// Person is somebody of the configuration: paged, or why not.
type Person struct {
	User  oncall.UserID `json:"user"`
	Name  string        `json:"name,omitempty"`
	Paged bool          `json:"paged"`
	Why   []Reason      `json:"why"` // of who is not paged; else what of their rules cannot be used
}

// Reason is one reason why somebody is not paged, or not so.
type Reason struct {
	Text  string    `json:"text"`
	Until time.Time `json:"until,omitzero"` // when it ends; zero: not, or not known
	Place string    `json:"place,omitempty"`
}

// called is a level of a policy: fired at an instant, or not at all in the time that is looked at.
type called struct {
	policy oncall.Policy
	level  int // from 0
	at     time.Time
	fired  bool
}

// people says of everybody in the configuration whether they are paged, and why not.
func (a *asking) people(i *Incident) []Person {
	levels := a.called(i)
	var out []Person
	for _, u := range a.roster.Users() {
		p := Person{User: u.ID, Why: []Reason{}}
		if u.Name != string(u.ID) {
			p.Name = u.Name
		}
		p.Paged = slices.ContainsFunc(i.Steps, func(s Step) bool { return s.Kind == "page" && s.User == u.ID })
		switch {
		case p.Paged:
			p.Why = append(p.Why, a.unusable(&u, i.Notify)...)
		default:
			p.Why = a.unpaged(&u, i, levels)
		}
		out = append(out, p)
	}
	return out
}

// called are the levels of the policies that the incident used, in the order in which they fired, then the others, then those of
// the policies that would follow.
func (a *asking) called(i *Incident) []called {
	var all []called
	has := func(p oncall.PolicyID, level int) bool {
		return slices.ContainsFunc(all, func(c called) bool { return c.policy.ID == p && c.level == level })
	}
	for _, s := range i.Steps {
		if p, ok := a.roster.Policy(s.Policy); ok && s.Kind == "level" && s.Level >= 1 && s.Level <= len(p.Levels) && !has(p.ID, s.Level-1) {
			all = append(all, called{p, s.Level - 1, s.At, true})
		}
	}
	chain := []oncall.PolicyID{i.record.Policy}
	for k := 0; k < len(chain); k++ {
		p, ok := a.roster.Policy(chain[k])
		if !ok {
			continue
		}
		for l := range p.Levels {
			if !has(p.ID, l) {
				all = append(all, called{policy: p, level: l, at: a.At})
			}
		}
		for _, next := range []oncall.PolicyID{p.Then, a.roster.Fallback()} {
			if next != "" && !slices.Contains(chain, next) {
				chain = append(chain, next)
			}
		}
	}
	return all
}

// unpaged are the reasons why somebody is not paged; never none.
func (a *asking) unpaged(u *oncall.User, i *Incident, levels []called) []Reason {
	var all []Reason
	add := func(r Reason) {
		if !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	for _, l := range levels {
		for _, t := range l.policy.Levels[l.level].Targets {
			if r, ok := a.atLevel(u, i, &l, t); ok {
				add(r)
			}
		}
	}
	if len(all) == 0 {
		add(Reason{Text: fmt.Sprintf("no level of %s names them", i.policies(levels)), Place: a.Where("escalations", i.Policy.Value)})
		if u.Phone == "" && u.Email == "" {
			add(Reason{Text: "and they have neither a phone number nor a mail address", Place: a.Where("users", string(u.ID))})
		}
	}
	return all
}

// policies are the policies of some levels, in words.
func (i *Incident) policies(levels []called) string {
	words := ""
	var ids []oncall.PolicyID
	for _, l := range levels {
		if !slices.Contains(ids, l.policy.ID) {
			ids = append(ids, l.policy.ID)
		}
	}
	for k, id := range ids {
		switch {
		case k == 0:
		case k == len(ids)-1:
			words += " or "
		default:
			words += ", "
		}
		words += string(id)
	}
	return words
}

// atLevel is why somebody is not paged by one target of a level; false: it is not about them.
func (a *asking) atLevel(u *oncall.User, i *Incident, l *called, t oncall.Target) (Reason, bool) {
	name := fmt.Sprintf("level %d of %s", l.level+1, l.policy.ID)
	place := a.levelAt(l.policy.ID, l.level+1)
	means := slices.Contains(a.roster.Resolve(t, l.at), u.ID)
	if t.Kind == oncall.ToSchedule && !means {
		return a.offCall(u, l, t)
	}
	if !means {
		return Reason{}, false
	}
	by := fmt.Sprintf("%s (%s)", t, name)
	switch {
	case !l.fired:
		return a.later(i, l, by, place), true
	case u.Phone == "" && u.Email == "":
		return Reason{Text: by + " means them, but they have neither a phone number nor a mail address", Place: a.Where("users", string(u.ID))}, true
	case l.policy.Levels[l.level].RoundRobin:
		return Reason{Text: by + " takes turns, and it is another's", Place: place}, true
	}
	if i.Notify == oncall.Low {
		if end, quiet := u.QuietUntil(l.at); quiet {
			return Reason{Text: by + " means them: held for their quiet hours, for urgency is low", Until: end.UTC(), Place: a.Where("users", string(u.ID), "quiet_hours")}, true
		}
	}
	if none := a.uncarried(u, i.Notify); none != "" {
		return Reason{Text: fmt.Sprintf("%s means them, but the configuration has no provider for %s", by, none), Place: a.Where("providers")}, true
	}
	return Reason{Text: fmt.Sprintf("%s means them, but none of their notification rules for %s urgency can be used by then", by, i.Notify), Place: a.Where("users", string(u.ID))}, true
}

// uncarried are the methods by which somebody could be told, in words, where no provider carries a single one of them.
func (a *asking) uncarried(u *oncall.User, urgency oncall.Urgency) string {
	var none []string
	for _, r := range u.Rules(urgency) {
		word := map[oncall.Method]string{oncall.SMS: "text messages", oncall.Call: "calls", oncall.Email: "mail"}[r.Via]
		switch {
		case u.Address(r.Via) == "" || slices.Contains(none, word):
		case a.Stage.Carries(r.Via):
			return ""
		default:
			none = append(none, word)
		}
	}
	return strings.Join(none, " or ")
}

// later is why a level that would page somebody has not fired.
func (a *asking) later(i *Incident, l *called, by, place string) Reason {
	switch {
	case i.Suppressed != nil && len(i.Steps) > 0 && !slices.ContainsFunc(i.Steps, func(s Step) bool { return s.Kind == "level" }):
		return Reason{Text: fmt.Sprintf("%s would page them, but %s %s mutes everybody", by, i.Suppressed.Kind, i.Suppressed.Rule), Until: i.Suppressed.Until, Place: i.SuppressedAt}
	case l.policy.ID == a.roster.Fallback() && l.policy.ID != i.record.Policy:
		return Reason{Text: by + " comes only where nobody before can be reached, for it is of the fallback", Place: place}
	case l.policy.ID != i.record.Policy:
		return Reason{Text: by + " comes only when the policy before it has ended", Place: place}
	}
	return Reason{Text: by + " comes later than was looked", Place: place}
}

// offCall is why a schedule that names somebody does not put them on call when the level fires.
func (a *asking) offCall(u *oncall.User, l *called, t oncall.Target) (Reason, bool) {
	s, ok := a.roster.Schedule(oncall.ScheduleID(t.Name))
	if !ok {
		return Reason{}, false
	}
	x, absent := s.Absent(u.ID, l.at)
	if !absent || x.Cause == oncall.OffRota {
		return Reason{}, false
	}
	who := "nobody"
	if x.Instead != "" {
		who = string(x.Instead)
	}
	r := Reason{Until: x.Back.UTC(), Place: a.Where("schedules", t.Name)}
	if x.Back.IsZero() {
		r.Until = time.Time{}
	}
	switch x.Cause {
	case oncall.OffTurn:
		r.Text = fmt.Sprintf("off call on %s: %s has the turn", t, who)
		if x.By != "" {
			r.Text = fmt.Sprintf("off call on %s: it is not their turn, and %s stands in (override %s)", t, who, x.By)
		}
	case oncall.OffHours:
		r.Text = fmt.Sprintf("off call on %s: layer %s covers other hours, %s has these", t, x.Layer, who)
	case oncall.Hidden:
		r.Text = fmt.Sprintf("off call on %s: %s stands above their layer %s, by %s", t, who, x.Layer, x.By)
	case oncall.Overridden:
		r.Text = fmt.Sprintf("off call on %s: %s stands in (override %s)", t, who, x.By)
	}
	return r, true
}

// unusable are the notification rules of somebody that have no number or address.
func (a *asking) unusable(u *oncall.User, urgency oncall.Urgency) (all []Reason) {
	all = []Reason{}
	for k, r := range u.Rules(urgency) {
		if u.Address(r.Via) == "" {
			all = append(all, Reason{Text: fmt.Sprintf("rule %d (%s) is passed over: there is no %s", k+1, r.Via, missing(r.Via)), Place: a.ruleAt(u.ID, urgency, k+1)})
		}
	}
	return all
}

func missing(via oncall.Method) string {
	if via == oncall.Email {
		return "mail address"
	}
	return "phone number"
}
