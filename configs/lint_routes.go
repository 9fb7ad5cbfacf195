package configs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// lintRoutes doubts routes that no alert can reach. The tree that it asks has the keys of the routes for their places, since
// two routes may stand on one line.
func (l *loader) lintRoutes() {
	at := map[string]value{}
	pos := map[string]string{}
	var copied func(r *router.Route) *router.Route
	copied = func(r *router.Route) *router.Route {
		c := *r
		v := l.draft.routeAt[r]
		c.Pos, c.Routes = v.key, nil
		at[v.key], pos[v.key] = v, r.Pos
		for _, kid := range r.Routes {
			c.Routes = append(c.Routes, copied(kid))
		}
		return &c
	}
	for _, d := range router.NewTree(copied(l.draft.route)).Dead() {
		var by []string
		for _, key := range d.By {
			by = append(by, pos[key])
		}
		switch v := at[d.Route]; len(by) {
		case 0:
			v.warn("impossible-route", "matches no alert: its matchers and those of the routes above it exclude each other", "correct the matchers, or move the route out")
		case 1:
			v.warn("shadowed-route", "is never reached: the route at "+by[0]+" takes all that it matches", "move it up, or write `continue: true` there")
		default:
			v.warn("shadowed-route", "is never reached: between them the routes at "+strings.Join(by, " and ")+" take all that it matches", "move it up, or write `continue: true` there")
		}
	}
}

// effective is what a route says with what it inherits.
type effective struct {
	route                            *router.Route
	service, policy, urgency, impact string
}

// eachRoute calls fn for every route, from the root.
func (l *loader) eachRoute(fn func(effective)) {
	var walk func(r *router.Route, e effective)
	walk = func(r *router.Route, e effective) {
		e.route = r
		for _, own := range []struct {
			to    *string
			value string
		}{{&e.service, r.Service}, {&e.policy, r.Policy}, {&e.urgency, r.Urgency}, {&e.impact, r.Impact}} {
			if own.value != "" {
				*own.to = own.value
			}
		}
		fn(e)
		for _, kid := range r.Routes {
			walk(kid, e)
		}
	}
	walk(l.draft.route, effective{})
}

// lintLowUrgency doubts routes that take something for little and wake people for it all the same, since their service's impact is high.
func (l *loader) lintLowUrgency(e effective) {
	service := l.c.rulebook.Services[e.service]
	if e.route.Urgency != string(incident.GradeLow) || e.impact != "" {
		return
	}
	if p := l.c.rulebook.Prioritise(service.Impact, incident.GradeLow); l.c.rulebook.NotifyUrgency(p) == oncall.High {
		l.draft.routeAt[e.route].warn("low-urgency-wakes", fmt.Sprintf("has low urgency, but with the %s impact of service %s that is %s, which is in priorities.page: it wakes people",
			service.Impact, e.service, p), "add `impact: low` to the route, or take "+string(p)+" out of priorities.page")
	}
}

// lintUrgency doubts routes that call what they take urgent and then let it wait: by an interval that mutes them, or because
// the priority that comes of it is one that quiet hours hold back.
func (l *loader) lintUrgency() {
	l.eachRoute(func(e effective) {
		l.lintLowUrgency(e)
		if e.urgency != string(incident.GradeHigh) {
			return
		}
		v := l.draft.routeAt[e.route]
		if len(e.route.MuteTimeIntervals) > 0 {
			v.warn("muted-high-urgency", "has high urgency, yet wakes nobody during "+strings.Join(e.route.MuteTimeIntervals, ", ")+": people hear of it when that ends", "remove mute_time_intervals here, or lower the urgency")
		}
		if len(e.route.ActiveTimeIntervals) > 0 {
			v.warn("muted-high-urgency", "has high urgency, yet wakes nobody outside "+strings.Join(e.route.ActiveTimeIntervals, ", ")+": people hear of it when that begins", "remove active_time_intervals here, or lower the urgency")
		}
		service := l.c.rulebook.Services[e.service]
		impact := service.Impact
		if e.impact != "" {
			impact = incident.Grade(e.impact)
		}
		p := l.c.rulebook.Prioritise(impact, incident.GradeHigh)
		if quiet := l.quiet(e, service); l.c.rulebook.NotifyUrgency(p) == oncall.Low && len(quiet) > 0 {
			v.warn("high-urgency-waits", fmt.Sprintf("has high urgency, but with %s impact (service %s) that is %s, which is not in priorities.page: quiet hours of %s hold it back",
				impact, e.service, p, strings.Join(quiet, ", ")), fmt.Sprintf("add %s to priorities.page, or raise the impact", p))
		}
	})
}

// quiet are those with quiet hours whom a route's policy can page.
func (l *loader) quiet(e effective, service incident.Service) []string {
	id := service.Policy
	if e.policy != "" {
		id = oncall.PolicyID(e.policy)
	}
	p, _ := l.c.roster.Policy(id)
	var names []string
	for _, level := range p.Levels {
		for _, t := range level.Targets {
			for _, u := range l.c.roster.Means(t) {
				if who, _ := l.c.roster.User(u); who.Quiet != nil && !slices.Contains(names, string(u)) {
					names = append(names, string(u))
				}
			}
		}
	}
	return names
}

// lintLoops doubts policies that hand over to each other for ever, without the fallback.
func (l *loader) lintLoops() {
	said := map[oncall.PolicyID]bool{}
	for _, p := range l.draft.policies {
		path := []oncall.PolicyID{p.ID}
		for at := p; at.Repeat > 0 && at.Then != "" && !said[p.ID]; {
			at, _ = l.c.roster.Policy(at.Then)
			if k := slices.Index(path, at.ID); k >= 0 {
				if k == 0 && !slices.Contains(path, l.draft.fallback) {
					l.sayLoop(path)
					for _, id := range path {
						said[id] = true
					}
				}
				break
			}
			path = append(path, at.ID)
		}
	}
}

func (l *loader) sayLoop(path []oncall.PolicyID) {
	words := make([]string, 0, len(path)+1)
	for _, id := range append(path, path[0]) {
		words = append(words, string(id))
	}
	v := l.draft.root.get("escalations").object().get(string(path[0])).object().get("then")
	v.warn("policy-loop", "goes round in a circle ("+strings.Join(words, " -> ")+"), so the fallback never gets its turn", "let one of them end without `then`, or name the fallback")
}

// lintPromises doubts promises about priorities that none of their services' incidents gets by itself: such a clock starts only
// if somebody changes impact, urgency or priority by hand.
func (l *loader) lintPromises() {
	var raised []incident.Grade // impacts that routes give
	l.eachRoute(func(e effective) {
		if e.route.Impact != "" {
			raised = append(raised, incident.Grade(e.route.Impact))
		}
	})
	slas := l.draft.root.get("slas").list()
	for k, d := range l.draft.slas {
		want, given := map[string]bool{}, map[string]bool{}
		for _, p := range priorityNames {
			want[p] = (d.Response[p] > 0 || d.Resolution[p] > 0) && (len(d.Match.Priority) == 0 || slices.Contains(d.Match.Priority, p))
		}
		for _, s := range l.draft.services {
			if (len(d.Match.Service) > 0 && !slices.Contains(d.Match.Service, s.Name)) || (len(d.Match.Team) > 0 && !slices.Contains(d.Match.Team, string(s.Team))) {
				continue
			}
			for _, impact := range append([]incident.Grade{s.Impact}, raised...) {
				for _, urgency := range grades {
					given[string(l.c.rulebook.Prioritise(impact, incident.Grade(urgency)))] = true
				}
			}
		}
		if !slices.ContainsFunc(priorityNames, func(p string) bool { return want[p] && given[p] }) && k < len(slas) {
			slas[k].warn("sla-never-starts", "promises something for priorities that no incident of its services gets by itself: their impact is too low or too high for them",
				"correct match, the impact of the services, or priorities.matrix")
		}
	}
}
