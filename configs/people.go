package configs

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/oncall"
)

func userID(s string) oncall.UserID { return oncall.UserID(s) }

func (l *loader) users(v value) {
	o := v.object()
	if o.empty() && len(l.register(aUser).order) == 0 {
		v.fail("is empty", "name at least one person who can be paged")
	}
	phones := map[string]string{}
	o.each(func(id string, v value) {
		v.named(id)
		u := l.user(id, v)
		if first, again := phones[u.Phone]; again && u.Phone != "" {
			v.object().get("phone").fail(fmt.Sprintf("is the phone of %s as well", first), "give each person their own, since a text is answered by its number")
		}
		phones[u.Phone] = id
		l.draft.users = append(l.draft.users, u)
	})
}

func (l *loader) user(id string, v value) oncall.User {
	o := v.object("name", "timezone", "phone", "email", "notify", "quiet_hours", "leave")
	u := oncall.User{ID: userID(id), Name: id, Zone: time.UTC, Phone: o.get("phone").phone()}
	if name, ok := o.get("name").text(); ok {
		u.Name = name
	}
	if zone, ok := parsed(o.get("timezone"), parseZone, zoneAdvice); ok {
		u.Zone = zone
	}
	if email := o.get("email"); email.given() {
		if s, ok := email.text(); ok {
			u.Email = email.mailAddress(s)
		}
	}
	notify := o.get("notify").object(string(oncall.High), string(oncall.Low))
	for _, urgency := range []oncall.Urgency{oncall.High, oncall.Low} {
		if rules := notify.get(string(urgency)); rules.given() {
			if u.Notify == nil {
				u.Notify = map[oncall.Urgency][]oncall.Rule{}
			}
			u.Notify[urgency] = rules.rules(u, o)
		}
	}
	if quiet := o.get("quiet_hours"); quiet.given() {
		u.Quiet = quiet.quiet()
		if !o.get("timezone").given() {
			o.get("timezone").fail("is missing, so quiet hours have no meaning", zoneAdvice)
		}
	}
	u.Leave = o.get("leave").leave(u)
	return u
}

// rules reads a person's notification rules; o is the person, whose number or address may be there and wrong, which is told there.
func (v value) rules(u oncall.User, person object) []oncall.Rule {
	var rules []oncall.Rule
	for _, item := range v.list() {
		o := item.object("via", "after")
		via := o.need("via", "write one of sms, call, email")
		word, ok := via.word(string(oncall.SMS), string(oncall.Call), string(oncall.Email))
		after, _ := o.get("after").duration(0)
		if !ok {
			continue
		}
		m := oncall.Method(word)
		if m == oncall.Email && !person.get("email").given() {
			via.warn("email-without-address", "the user has no email address, so this step reaches nobody", "add `email`, or remove the step")
		}
		if m != oncall.Email && !person.get("phone").given() {
			via.warn("phone-without-number", "the user has no phone number, so this step reaches nobody", "add `phone`, or remove the step")
		}
		rules = append(rules, oncall.Rule{Via: m, After: after})
	}
	if v.emptyList() {
		v.fail("is empty, so nobody would be told", "write at least one step such as {via: sms}, or remove the key for the default")
	}
	return rules
}

func (v value) quiet() *oncall.QuietHours {
	o := v.object("from", "to")
	const advice = `write a time of day in quotes, such as "22:00"`
	from, ok1 := parsed(o.need("from", advice), parseClock, advice)
	to, ok2 := parsed(o.need("to", advice), parseClock, advice)
	if ok1 && ok2 && from == to {
		v.fail("start and end at the same time", "write two times, such as from 22:00 to 07:00")
	}
	return &oncall.QuietHours{From: from, To: to}
}

func (l *loader) teams(v value) {
	v.object().each(func(id string, v value) {
		v.named(id)
		o := v.object("members", "manager")
		if !o.given() {
			v.fail("is empty", "write {members: [ana, bo]}")
			return
		}
		t := oncall.Team{ID: oncall.TeamID(id)}
		members := o.need("members", "list the users of the team")
		for _, name := range members.refs(aUser) {
			t.Members = append(t.Members, userID(name))
		}
		if members.emptyList() {
			members.fail("is empty", "name at least one user")
		}
		manager, _ := o.get("manager").ref(aUser)
		t.Manager = userID(manager)
		l.draft.teams = append(l.draft.teams, t)
	})
}
