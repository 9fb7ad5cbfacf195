package configs

import (
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

var grades = []string{string(incident.GradeHigh), string(incident.GradeMedium), string(incident.GradeLow)}

func (l *loader) services(v value) {
	o := v.object()
	if o.given() && len(o.names) == 0 && len(l.register(aService).order) == 0 {
		v.fail("is empty", "name at least one service")
	}
	o.each(func(name string, v value) {
		v.named(name)
		l.draft.services = append(l.draft.services, l.service(name, v))
	})
}

func (l *loader) service(name string, v value) incident.Service {
	o := v.object("team", "escalation", "impact", "depends_on", "runbook", "ack_timeout")
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
	return s
}
