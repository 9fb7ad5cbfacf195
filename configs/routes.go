package configs

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/router"
)

var routeKeys = []string{
	"matchers", "match", "match_re", "continue", "group_by", "service", "escalation", "urgency", "impact", "type", "category",
	"receiver", "reopen_window", "resolve_delay", "mute_time_intervals", "active_time_intervals", "routes",
	"group_wait", "group_interval", "repeat_interval", "labels",
}

// pos writes a place as routes and rules carry it.
func (l *loader) pos(v value) string {
	at := v.at
	if at == nil || at == v.n || at.Line == 0 {
		at = v.place()
	}
	return fmt.Sprintf("%s:%d", l.file, at.Line)
}

func (l *loader) routes(v value) {
	if !v.given() {
		return
	}
	o := v.object(routeKeys...)
	for _, key := range []string{"matchers", "match", "match_re", "continue", "mute_time_intervals", "active_time_intervals"} {
		if f := o.get(key); f.given() {
			f.here().fail("cannot stand in the root route, which takes every alert", "move it into a route under routes:")
		}
	}
	o.need("service", "name the service of alerts that no other route takes")
	l.draft.routeAt = map[*router.Route]value{}
	r := l.route(v, "")
	if r.Service == "" { // reported already; the tree is not built
		return
	}
	l.draft.route = r
}

// route reads one route and those below it. kind is the incident type that it inherits.
func (l *loader) route(v value, kind string) *router.Route {
	o := v.object(routeKeys...)
	r := &router.Route{Matchers: o.matchers("matchers", "match", "match_re"), Continue: o.get("continue").boolean(), Pos: l.pos(v)}
	r.GroupBy, r.GroupByAll = o.get("group_by").groupBy()
	r.Service, _ = o.get("service").ref(aService)
	r.Policy, _ = o.get("escalation").ref(aPolicy)
	r.Receiver, _ = o.get("receiver").ref(aRoom)
	r.Urgency, _ = o.get("urgency").word(grades...)
	r.Impact, _ = o.get("impact").word(grades...)
	r.Type, _ = o.get("type").ref(aType)
	if r.Type != "" {
		kind = r.Type
	}
	r.Category = o.get("category").category(kind)
	if d, ok := o.get("reopen_window").duration(0); ok {
		r.ReopenWindow = &d
	}
	if d, ok := o.get("resolve_delay").duration(0); ok {
		r.ResolveDelay = &d
	}
	r.MuteTimeIntervals = o.get("mute_time_intervals").refs(interval)
	r.ActiveTimeIntervals = o.get("active_time_intervals").refs(interval)
	for _, key := range []string{"group_wait", "group_interval", "repeat_interval"} {
		if timer := o.get(key); timer.given() {
			timer.duration(0)
			timer.warn("group-timers", "is not used: rouse pages at once and repeats by escalation", "remove it")
		}
	}
	if extra := o.get("labels"); extra.given() {
		extra.warn("route-labels", "is not used by rouse", "remove it")
	}
	for _, item := range o.get("routes").list() {
		r.Routes = append(r.Routes, l.route(item, kind))
	}
	l.draft.routeAt[r] = v
	return r
}

// category reads a category of an incident type.
func (v value) category(kind string) string {
	s, ok := v.text()
	if !ok {
		return ""
	}
	if kind == "" {
		v.fail("needs a type, since categories belong to types", "add `type` to this route or to one above it")
		return ""
	}
	return v.categoryOf(kind, s)
}

// categoryOf checks that a type has a category.
func (v value) categoryOf(kind, s string) string {
	if known := v.l.draft.types[kind]; !slices.Contains(known, s) {
		v.fail(fmt.Sprintf("there is no category %q of type %s", clip(s), kind), suggest(s, known, "add it under categories."+kind))
		return ""
	}
	return s
}

// matchers reads the current form, a list or one text, and the two forms that Alertmanager calls deprecated.
func (o object) matchers(current, match, matchRE string) labels.Matchers {
	all := o.get(current).matcherList()
	all = append(all, o.get(match).pairs(labels.MatchEqual)...)
	return append(all, o.get(matchRE).pairs(labels.MatchRegexp)...)
}

// matcherList reads one matcher or a list of them.
func (v value) matcherList() labels.Matchers {
	var all labels.Matchers
	for _, item := range v.oneOrMore() {
		all = append(all, item.matcher()...)
	}
	return all
}

// matcher reads one text, in which several matchers may stand.
func (v value) matcher() labels.Matchers {
	s, ok := v.text()
	if !ok {
		return nil
	}
	ms, err := router.ParseMatchers([]string{s})
	if err == nil {
		return ms
	}
	inner, _, _ := strings.Cut(err.Error(), "; write")
	if w := errors.Unwrap(err); w != nil {
		inner = w.Error()
	}
	v.fail(fmt.Sprintf("%#q cannot be read as a matcher: %s", clip(s), clip(inner)), `write name="value", or with !=, =~ or !~`)
	return nil
}

// pairs reads match: {name: value}.
func (v value) pairs(how labels.MatchType) labels.Matchers {
	if !v.given() {
		return nil
	}
	v.warn("deprecated-match", "is the old form of matchers", "write matchers: ['name=\"value\"']")
	var all labels.Matchers
	v.object().each(func(name string, v value) {
		if !v.given() {
			v.fail("is empty", `write a value, or "" for a label that must be absent`)
			return
		}
		m, err := labels.NewMatcher(how, name, v.n.Value)
		if err != nil {
			v.fail(fmt.Sprintf("%#q is not a regular expression", clip(v.n.Value)), "correct it; the syntax is RE2")
			return
		}
		all = append(all, m)
	})
	return all
}

// groupBy reads label names; '...' alone means all of them. An empty list is one group for everything.
func (v value) groupBy() (names []string, all bool) {
	if !v.given() {
		return nil, false
	}
	names = []string{}
	items := v.oneOrMore()
	for _, item := range items {
		s, ok := item.text()
		switch {
		case !ok:
		case s == "..." && len(items) == 1:
			return nil, true
		case s == "...":
			item.fail("'...' means all labels, so no other can stand beside it", "keep ['...'] or the names")
		case !model.UTF8Validation.IsValidLabelName(s):
			item.fail(fmt.Sprintf("%q is not a label name", clip(s)), "write the name of a label, such as alertname")
		case slices.Contains(names, s):
			item.fail(fmt.Sprintf("%q is in the list twice", clip(s)), "keep one of them")
		default:
			names = append(names, s)
		}
	}
	return names, false
}

func (l *loader) inhibit(v value) {
	for _, item := range v.list() {
		o := item.object("name", "source_matchers", "source_match", "source_match_re", "target_matchers", "target_match", "target_match_re", "equal")
		r := router.InhibitRule{Name: o.get("name").str(), Pos: l.pos(item)}
		r.Sources = o.matchers("source_matchers", "source_match", "source_match_re")
		r.Targets = o.matchers("target_matchers", "target_match", "target_match_re")
		if given := o.get("source_matchers").given() || o.get("source_match").given() || o.get("source_match_re").given(); !given {
			o.get("source_matchers").fail("is missing", "say which alerts inhibit others")
		}
		if given := o.get("target_matchers").given() || o.get("target_match").given() || o.get("target_match_re").given(); !given {
			o.get("target_matchers").fail("is missing", "say which alerts are inhibited")
		}
		r.Equal, _ = o.get("equal").groupBy()
		l.c.inhibits = append(l.c.inhibits, r)
	}
}
