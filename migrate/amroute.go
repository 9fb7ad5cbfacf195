package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
	"gopkg.in/yaml.v3"
)

// inherited is what a route takes from those above it.
type inherited struct{ receiver, repeat string }

// usualRepeat is Alertmanager's own repeat_interval.
const usualRepeat = "4h"

// deepest is how deep routes may lie in each other.
const deepest = 60

// route turns one route and those below it into rouse's. Its children keep their order, on which everything depends.
func (a *alertmanager) route(n *yaml.Node, up inherited, place string) (*yaml.Node, error) {
	if n.Kind != yaml.MappingNode {
		return nil, a.fail(n, "a route is not a mapping")
	}
	if strings.Count(place, "routes") > deepest {
		return nil, a.fail(n, "routes lie deeper in each other than %d", deepest)
	}
	out := block()
	out.HeadComment = n.HeadComment
	matchers, err := a.matchers(n, "matchers", "match", "match_re")
	if err != nil {
		return nil, err
	}
	if place != "route" && (matchers != nil || hasKey(n, "matchers", "match", "match_re")) {
		set(out, "matchers", orEmpty(matchers))
	}
	own := up
	if err := a.receiverOf(n, &own, out); err != nil {
		return nil, err
	}
	for _, key := range []string{"group_by", "continue"} {
		if k, v := get(n, key); v != nil && (place != "route" || key != "continue") {
			carry(out, k, v)
		}
	}
	a.mutes(n, a.receivers[own.receiver], out, place == "route")
	lost := dropped(n)
	if place == "route" {
		top := &yaml.Node{HeadComment: a.head("route")} // the library writes no comment at the value of a key
		comment(top, lost)
		a.house.routeHead = top.HeadComment
	} else {
		comment(out, lost)
	}
	for _, s := range lost {
		a.house.lost = append(a.house.lost, Lost{place, s})
	}
	if err := a.below(n, own, out, place); err != nil {
		return nil, err
	}
	return out, nil
}

// receiverOf sets the service that a route leads to.
func (a *alertmanager) receiverOf(n *yaml.Node, own *inherited, out *yaml.Node) error {
	if s := str(n, "repeat_interval"); s != "" {
		own.repeat = s
	}
	k, v := get(n, "receiver")
	if v != nil && v.Value != "" {
		own.receiver = v.Value
	}
	if own.receiver == "" {
		return a.fail(n, "the root route names no receiver")
	}
	r := a.receivers[own.receiver]
	if r == nil {
		return a.fail(v, "the route names the receiver %q, which there is not", own.receiver)
	}
	if !r.used {
		r.used, r.repeat = true, orElse(own.repeat, usualRepeat)
	}
	if v != nil && v.Value != "" {
		carry(out, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "service", HeadComment: k.HeadComment}, text(r.service))
	}
	return nil
}

// mutes carries the time intervals over, and mutes what Alertmanager drops.
func (a *alertmanager) mutes(n *yaml.Node, r *receiver, out *yaml.Node, root bool) {
	_, muted := get(n, "mute_time_intervals")
	switch {
	case r.drops && root:
		r.notes.add("rouse's root route cannot be muted: what no other route takes pages the fallback, at low urgency. Add a route for what you want to be told of.")
		set(out, "urgency", text("low"))
	case r.drops:
		if a.always == "" {
			a.always = a.freeInterval(always)
		}
		all := words()
		if muted != nil {
			all.Content = append(all.Content, muted.Content...)
		}
		all.Content = append(all.Content, text(a.always))
		set(out, "mute_time_intervals", all)
	case muted != nil && !root:
		carry(out, text("mute_time_intervals"), muted)
	}
	if _, v := get(n, "active_time_intervals"); v != nil && !root {
		carry(out, text("active_time_intervals"), v)
	}
}

// dropped says what of a route rouse does not do.
func dropped(n *yaml.Node) notes {
	var all notes
	var timers []string
	for _, key := range []string{"group_wait", "group_interval", "repeat_interval"} {
		if v := str(n, key); v != "" {
			timers = append(timers, key+": "+v)
		}
	}
	if len(timers) > 0 {
		all.add("%s: rouse pages at once, and repeats by escalation.", strings.Join(timers, ", "))
	}
	if strings.Contains(matcherText(n), "Watchdog") {
		all.add("a Watchdog that always fires is a heartbeat in rouse: see heartbeats in docs/configuration.md.")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := n.Content[i].Value; !slices.Contains(routeKeys, key) {
			all.add("%s has no equal in rouse and is left out.", key)
		}
	}
	return all
}

var routeKeys = []string{
	"receiver", "group_by", "continue", "matchers", "match", "match_re", "mute_time_intervals", "active_time_intervals",
	"group_wait", "group_interval", "repeat_interval", "routes",
}

func matcherText(n *yaml.Node) string {
	var b strings.Builder
	for _, key := range []string{"matchers", "match", "match_re"} {
		if _, v := get(n, key); v != nil {
			for _, c := range v.Content {
				b.WriteString(c.Value + " ")
			}
		}
	}
	return b.String()
}

func (a *alertmanager) below(n *yaml.Node, own inherited, out *yaml.Node, place string) error {
	k, routes := get(n, "routes")
	if routes == nil {
		return nil
	}
	if routes.Kind != yaml.SequenceNode {
		return a.fail(routes, "routes is no list")
	}
	kids := list()
	for i, item := range routes.Content {
		kid, err := a.route(item, own, fmt.Sprintf("%s.routes[%d]", place, i))
		if err != nil {
			return err
		}
		kids.Content = append(kids.Content, kid)
	}
	if len(kids.Content) > 0 {
		carry(out, k, kids)
	}
	return nil
}

// matchers gathers the old and the new forms in one list of texts. nil: there are none.
func (a *alertmanager) matchers(n *yaml.Node, list, equal, regex string) (*yaml.Node, error) {
	out := words()
	if _, v := get(n, list); v != nil {
		items := []*yaml.Node{v}
		if v.Kind != yaml.ScalarNode {
			items = v.Content
		}
		for _, item := range items {
			if item.Kind != yaml.ScalarNode {
				return nil, a.fail(item, "a matcher is not a text such as severity=\"critical\"")
			}
			if strings.TrimSpace(item.Value) != "" && item.Tag != "!!null" {
				out.Content = append(out.Content, single(item.Value))
			}
		}
	}
	for _, old := range []struct {
		key string
		how labels.MatchType
	}{{equal, labels.MatchEqual}, {regex, labels.MatchRegexp}} {
		_, v := get(n, old.key)
		for i := 0; v != nil && i+1 < len(v.Content); i += 2 {
			m, err := labels.NewMatcher(old.how, v.Content[i].Value, v.Content[i+1].Value)
			if err != nil {
				return nil, a.fail(v.Content[i+1], "%s of %q is not a regular expression", old.key, v.Content[i].Value)
			}
			out.Content = append(out.Content, single(m.String()))
		}
	}
	if len(out.Content) == 0 {
		return nil, nil
	}
	return out, nil
}

// single is a text in single quotes, as matchers are written, for they have double ones of their own.
func single(s string) *yaml.Node {
	n := text(s)
	n.Style = yaml.SingleQuotedStyle
	return n
}

func orEmpty(n *yaml.Node) *yaml.Node {
	if n == nil {
		return words()
	}
	return n
}

// carry takes a key over with the comments that stand at it.
func carry(out, k, v *yaml.Node) { out.Content = append(out.Content, k, v) }

func hasKey(n *yaml.Node, keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { k, _ := get(n, key); return k != nil })
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// intervals gathers Alertmanager's two lists of time intervals in one.
func (a *alertmanager) intervals() (*yaml.Node, error) {
	all := list()
	for _, key := range []string{"time_intervals", "mute_time_intervals"} {
		_, v := get(a.root, key)
		if v == nil {
			continue
		}
		if v.Kind != yaml.SequenceNode {
			return nil, a.fail(v, "%s is no list", key)
		}
		all.Content = append(all.Content, v.Content...)
	}
	return all, nil
}

// freeInterval is a name that no time interval has yet.
func (a *alertmanager) freeInterval(name string) string {
	for _, key := range []string{"time_intervals", "mute_time_intervals"} {
		_, v := get(a.root, key)
		for i := 0; v != nil && i < len(v.Content); i++ {
			if str(v.Content[i], "name") == name {
				return a.freeInterval(name + "-muted")
			}
		}
	}
	return name
}

// withAlways adds the interval that is always, where something needs it.
func (a *alertmanager) withAlways(all *yaml.Node) *yaml.Node {
	if a.always == "" {
		return all
	}
	all.Content = append(all.Content, alwaysInterval(a.always, "Not Alertmanager's: it mutes the routes whose receiver told nobody."))
	return all
}

// alwaysInterval is a time interval that is always, with a comment on whom it stands for.
func alwaysInterval(name, why string) *yaml.Node {
	span := flow()
	set(span, "weekdays", words("sunday:saturday"))
	n := block()
	set(n, "name", text(name))
	set(n, "time_intervals", &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle, Content: []*yaml.Node{span}})
	comment(n, notes{why})
	return n
}

// inhibit turns the inhibition rules into the newer form.
func (a *alertmanager) inhibit() (section, error) {
	out := section{"inhibit_rules", list(), a.head("inhibit_rules")}
	_, rules := get(a.root, "inhibit_rules")
	if rules == nil {
		return out, nil
	}
	for i, item := range rules.Content {
		n := block()
		n.HeadComment = item.HeadComment
		if s := str(item, "name"); s != "" {
			set(n, "name", text(s))
		}
		for _, side := range []string{"source", "target"} {
			ms, err := a.matchers(item, side+"_matchers", side+"_match", side+"_match_re")
			if err != nil {
				return out, err
			}
			if ms == nil {
				ms = words()
				ms.Content = append(ms.Content, single(`alertname=~".*"`))
			}
			set(n, side+"_matchers", ms)
		}
		if k, v := get(item, "equal"); v != nil {
			carry(n, k, v)
		}
		var lost notes
		for k := 0; k+1 < len(item.Content); k += 2 {
			if key := item.Content[k].Value; key == "sources" {
				lost.add("sources has no equal in rouse and is left out: this rule inhibits less than it did.")
			}
		}
		comment(n, lost)
		for _, s := range lost {
			a.house.lost = append(a.house.lost, Lost{fmt.Sprintf("inhibit_rules[%d]", i), s})
		}
		out.value.Content = append(out.value.Content, n)
	}
	return out, nil
}
