package migrate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
	"gopkg.in/yaml.v3"
)

// routes makes a service of each team: its default rule is the service's escalation, the others are routes below it. What told
// nobody is muted, unless that could swallow what a rule told somebody of that rouse has no equal for.
func (p *opsgenie) routes() error {
	muted := false
	for _, t := range p.teams {
		s := service{id: p.products.give("team:"+t.id, t.id, "service"), team: t.id}
		rules := p.rules[t.id]
		slices.SortStableFunc(rules, func(a, b ogRule) int { return a.Order - b.Order })
		var below ogRoutes
		silent := false
		for _, r := range rules {
			switch {
			case !r.Default:
				p.below(&below, r)
			case r.Notify.Type == "none":
				silent = true
			default:
				chain, n := p.notified(r)
				s.policy, s.notes = chain, append(s.notes, n...)
			}
		}
		mutes := silent && s.policy == "" && !below.missed
		s.byDefault(silent, mutes)
		p.services = append(p.services, s)
		below.lost.add("Opsgenie gave an alert to the team that its integration or its responders named. rouse chooses by labels: an integration of type opsgenie makes a label team of the first team among the responders; else have the sender add team=%q, or match what it has.", t.id)
		at := p.routeTo("route: "+s.id, below.lost, s.id, `team="`+t.id+`"`)
		if mutes {
			mute(at)
		}
		if len(below.nodes) > 0 {
			kids := list()
			kids.Content = below.nodes
			set(at, "routes", kids)
		}
		muted = muted || mutes || below.muted
	}
	if muted {
		intervals := list()
		intervals.Content = append(intervals.Content, alwaysInterval(always, "Not Opsgenie's: it mutes the routes of rules that told nobody."))
		p.more = append(p.more, section{key: "time_intervals", value: intervals})
	}
	return nil
}

// byDefault gives a team's service the fallback where no default rule tells anybody, and says why.
func (s *service) byDefault(silent, mutes bool) {
	if s.policy != "" {
		return
	}
	s.policy = everyone
	switch {
	case mutes:
		s.notes.add("its default routing rule told nobody: rouse keeps the incident, and its route is muted by the time interval %s.", always)
	case silent:
		s.notes.add("its default routing rule told nobody. It is not muted, for rules that are left out told somebody of what now comes here: the fallback stands here until you have written them.")
	default:
		s.notes.add("the export has no default routing rule of this team that tells anybody, so the fallback stands here.")
	}
}

// always is the name of a time interval that mutes.
const always = "always"

// mute mutes a route at all times.
func mute(route *yaml.Node) { set(route, "mute_time_intervals", words(always)) }

// ogRoutes are the routes below a team's, in the order of its rules.
type ogRoutes struct {
	nodes  []*yaml.Node
	lost   notes
	missed bool // a rule that told somebody is left out, so that what it told of meets the rules after it
	muted  bool // some are muted
}

// below writes a rule that is not its team's default as routes, or says why it is left out.
func (p *opsgenie) below(to *ogRoutes, r ogRule) {
	groups, why := r.matchers()
	silent := r.Notify.Type == "none"
	switch {
	case why != "":
		to.lost.add("%s", why)
		to.missed = to.missed || !silent
		return
	case silent && r.Restriction != nil:
		to.lost.add("the rule %q told nobody at some times of the week and is left out, for it would mute at all times here. A route can be muted by mute_time_intervals.", r.Name)
		return
	case silent && to.missed:
		to.lost.add("the rule %q told nobody and is left out, for it would mute what a rule before it, which is left out too, told somebody of.", r.Name)
		return
	case silent:
		to.nodes = append(to.nodes, r.routes(groups, mute)...)
		to.muted = true
		return
	}
	chain, n := p.notified(r)
	to.lost = append(to.lost, n...)
	if chain == "" {
		to.missed = true
		return
	}
	if r.Restriction != nil {
		to.lost.add("the rule %q held at some times of the week alone; here it holds always.", r.Name)
	}
	to.nodes = append(to.nodes, r.routes(groups, func(n *yaml.Node) { set(n, "escalation", text(chain)) })...)
}

// notified is the policy that a rule leads to; a schedule gets a policy of its own. "" is none.
func (p *opsgenie) notified(r ogRule) (string, notes) {
	var n notes
	switch r.Notify.Type {
	case "escalation":
		if id := orElse(p.chains.of[r.Notify.ID], p.chains.of["name:"+r.Notify.Name]); p.has(id) {
			return id, n
		}
	case "schedule":
		name := orElse(p.rotas.of[r.Notify.ID], p.rotas.of["name:"+r.Notify.Name])
		if id := p.chains.of["schedule:"+name]; id != "" {
			return id, n
		}
		l := level{wait: "5m"}
		l.schedules(p.parts[name])
		if len(l.notify) > 0 {
			x := policy{id: p.chains.give("schedule:"+name, name, "policy"), levels: []level{l}}
			p.policies = append(p.policies, x)
			return x.id, n
		}
	}
	n.add("the rule %q told %s %s, which is not in the export.", r.Name, orElse(r.Notify.Type, "something"), orElse(r.Notify.Name, r.Notify.ID))
	return "", n
}

// matchers are the conditions of a rule: one group where all have to hold, one for each where any is enough. A condition that looks
// at what is no label has no equal, and neither then has the rule: why says so.
func (r ogRule) matchers() (groups [][]string, why string) {
	var all []string
	for _, c := range r.Criteria.Conditions {
		m, ok := c.matcher()
		if !ok {
			return nil, fmt.Sprintf("the rule %q (%s) is left out: %s %s %s %q has no equal, for rouse routes by labels alone.", r.Name, orElse(r.Notify.Name, strings.Replace(r.Notify.Type, "none", "nobody", 1)), orElse(c.Field, "a condition"), c.Key, c.word(), c.Value)
		}
		all = append(all, m)
	}
	switch {
	case len(all) == 0:
		return nil, fmt.Sprintf("the rule %q is left out: it has no conditions.", r.Name)
	case r.Criteria.Type != "match-any-condition":
		return [][]string{all}, ""
	}
	for _, m := range all {
		groups = append(groups, []string{m})
	}
	return groups, ""
}

// routes writes a rule as a route for each group of matchers; fill says what becomes of what matches.
func (r ogRule) routes(groups [][]string, fill func(*yaml.Node)) (out []*yaml.Node) {
	for k, g := range groups {
		node := block()
		ms := words()
		for _, m := range g {
			ms.Content = append(ms.Content, single(m))
		}
		set(node, "matchers", ms)
		fill(node)
		if k == 0 && r.Name != "" {
			comment(node, notes{oneLine(r.Name)})
		}
		out = append(out, node)
	}
	return out
}

func (c ogCondition) word() string {
	if c.Not {
		return "not " + c.Operation
	}
	return c.Operation
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// matcher writes a condition about a detail of the alert, which is a label in rouse, or about its priority.
func (c ogCondition) matcher() (string, bool) {
	name := c.Key
	switch c.Field {
	case "extra-properties", "details":
	case "priority", "entity", "source":
		name = c.Field
	default:
		return "", false
	}
	how, value := labels.MatchRegexp, regexp.QuoteMeta(c.Value)
	switch c.Operation {
	case "equals", "equals-ignore-whitespace":
		how, value = labels.MatchEqual, strings.TrimSpace(c.Value)
	case "matches":
		value = c.Value
	case "contains", "contains-value":
		value = ".*" + value + ".*"
	case "starts-with":
		value += ".*"
	case "ends-with":
		value = ".*" + value
	case "is-empty":
		how, value = labels.MatchEqual, ""
	default:
		return "", false
	}
	if c.Not {
		how = map[labels.MatchType]labels.MatchType{labels.MatchEqual: labels.MatchNotEqual, labels.MatchRegexp: labels.MatchNotRegexp}[how]
	}
	m, err := labels.NewMatcher(how, name, value)
	if err != nil || !labelName.MatchString(name) {
		return "", false
	}
	return m.String(), true
}
