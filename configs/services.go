package configs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

var grades = []string{string(incident.GradeHigh), string(incident.GradeMedium), string(incident.GradeLow)}

func (l *loader) services(v value) {
	o := v.object()
	if o.empty() && len(l.register(aService).order) == 0 {
		v.fail("is empty", "name at least one service")
	}
	o.each(func(name string, v value) {
		v.named(name)
		l.draft.services = append(l.draft.services, l.service(name, v))
	})
}

func (l *loader) service(name string, v value) incident.Service {
	o := v.object("team", "escalation", "impact", "depends_on", "runbook", "ack_timeout", "subscribers")
	s := incident.Service{Name: name, Impact: incident.GradeMedium, Policy: l.draft.fallback}
	team, _ := o.get("team").ref(aTeam)
	s.Team = oncall.TeamID(team)
	if policy := o.get("escalation"); policy.given() {
		id, _ := policy.ref(aPolicy)
		s.Policy = oncall.PolicyID(id)
	} else {
		o.here().warn("service-without-escalation", "names no escalation policy, so the fallback is used", "add `escalation: POLICY`")
	}
	if impact, ok := o.get("impact").word(grades...); ok {
		s.Impact = incident.Grade(impact)
	}
	depends := o.get("depends_on")
	s.DependsOn = depends.refs(aService)
	for _, item := range depends.list() {
		if item.n.Value == name {
			item.fail("depends on itself", "remove it")
		}
	}
	if runbook, ok := o.get("runbook").webURL(); ok {
		s.Runbook = runbook
	}
	s.AckTimeout, _ = o.get("ack_timeout").duration(0)
	s.Subscribers = o.get("subscribers").subscribers()
	return s
}

const subscriberAdvice = "write user/NAME, receiver/NAME or a mail address"

// subscribers reads who is told of a service's status updates.
func (v value) subscribers() []incident.Recipient {
	var all []incident.Recipient
	for _, item := range v.list() {
		r, ok := item.subscriber()
		if !ok {
			continue
		}
		if slices.Contains(all, r) {
			item.fail(fmt.Sprintf("%q is in the list twice", clip(item.n.Value)), "keep one of them")
			continue
		}
		all = append(all, r)
	}
	return all
}

// subscriber reads "user/ana", "receiver/room", "mail:ana@example.com" or the bare address.
func (v value) subscriber() (incident.Recipient, bool) {
	s, ok := v.text()
	if !ok {
		return incident.Recipient{}, false
	}
	kind, name, cut := strings.Cut(s, "/")
	address, mail := strings.CutPrefix(s, "mail:")
	switch {
	case mail || strings.Contains(s, "@"):
		address = v.mailAddress(address)
		return incident.Recipient{Address: address}, address != ""
	case !cut || name == "":
		v.fail(fmt.Sprintf("%q does not say who it is", clip(s)), subscriberAdvice)
	case kind == string(oncall.ToUser):
		if v.known(aUser, name) {
			v.lintSubscriber(name)
			return incident.Recipient{User: userID(name)}, true
		}
	case kind == string(oncall.ToReceiver):
		return incident.Recipient{Receiver: name}, v.known(aRoom, name)
	default:
		v.fail(fmt.Sprintf("%q cannot subscribe", clip(kind)), suggest(kind, []string{"user", "receiver"}, subscriberAdvice))
	}
	return incident.Recipient{}, false
}

// lintSubscriber doubts a person who cannot be told anything.
func (v value) lintSubscriber(name string) {
	for _, u := range v.l.draft.users {
		if u.ID == userID(name) && u.Email == "" && u.Phone == "" {
			v.warn("unreachable-subscriber", "cannot be told of updates: the user has neither a mail address nor a phone number", "add email or phone to the user, or remove it here")
		}
	}
}
