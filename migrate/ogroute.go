package migrate

import (
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
	"gopkg.in/yaml.v3"
)

// routes makes a service of each team: its default rule is the service's escalation, the others are routes below it.
func (p *opsgenie) routes() error {
	for _, t := range p.teams {
		s := service{id: p.products.give("team:"+t.id, t.id, "service"), team: t.id}
		rules := p.rules[t.id]
		slices.SortStableFunc(rules, func(a, b ogRule) int { return a.Order - b.Order })
		kids, lost := list(), notes{}
		for _, r := range rules {
			chain, n := p.notified(r)
			if r.Default {
				s.policy, s.notes = chain, append(s.notes, n...)
				continue
			}
			if chain == "" {
				lost = append(lost, n...)
				continue
			}
			if r.Restriction != nil {
				n.add("the rule %q held at some times of the week alone; here it holds always.", r.Name)
			}
			kids.Content = append(kids.Content, p.rule(r, chain, &n)...)
			lost = append(lost, n...)
		}
		if s.policy == "" {
			s.policy = everyone
			s.notes.add("the export has no default routing rule of this team that tells anybody, so the fallback stands here.")
		}
		p.services = append(p.services, s)
		lost.add("Opsgenie gave an alert to the team that its integration or its responders named. rouse chooses by labels: have the sender add team=%q, or match what it has.", t.id)
		at := p.routeTo("route: "+s.id, lost, s.id, `team="`+t.id+`"`)
		if len(kids.Content) > 0 {
			set(at, "routes", kids)
		}
	}
	return nil
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
	case "none":
		n.add("the rule %q told nobody; rouse tells the policy of the service. A route can be muted by mute_time_intervals.", r.Name)
		return "", n
	}
	n.add("the rule %q told %s %s, which is not in the export.", r.Name, orElse(r.Notify.Type, "something"), orElse(r.Notify.Name, r.Notify.ID))
	return "", n
}

// rule writes a routing rule as routes: one where all conditions have to hold, one for each where any is enough. A condition that
// looks at what is no label has no equal, and neither then has the rule.
func (p *opsgenie) rule(r ogRule, chain string, n *notes) []*yaml.Node {
	var all []string
	for _, c := range r.Criteria.Conditions {
		m, ok := c.matcher()
		if !ok {
			n.add("the rule %q (%s) is left out: %s %s %s %q has no equal, for rouse routes by labels alone.", r.Name, orElse(r.Notify.Name, r.Notify.Type), orElse(c.Field, "a condition"), c.Key, c.word(), c.Value)
			return nil
		}
		all = append(all, m)
	}
	if len(all) == 0 {
		n.add("the rule %q is left out: it has no conditions.", r.Name)
		return nil
	}
	groups := [][]string{all}
	if r.Criteria.Type == "match-any-condition" {
		groups = nil
		for _, m := range all {
			groups = append(groups, []string{m})
		}
	}
	var out []*yaml.Node
	for k, g := range groups {
		node := block()
		ms := words()
		for _, m := range g {
			ms.Content = append(ms.Content, single(m))
		}
		set(node, "matchers", ms)
		set(node, "escalation", text(chain))
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
