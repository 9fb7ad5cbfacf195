package migrate

import (
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// pagers are the kinds of Alertmanager's configurations whose work rouse does itself, and whose they are.
var pagers = map[string]string{
	"pagerduty_configs": "PagerDuty", "opsgenie_configs": "Opsgenie", "victorops_configs": "VictorOps", "pushover_configs": "Pushover",
}

// nothing are names that people give to receivers which tell nobody.
var nothing = regexp.MustCompile(`(?i)^(null|none|nil|nobody|void|noop|no-?op|dev-?null|black-?hole|drop(ped)?|discard|silence[dr]?|ignored?|/dev/null)$`)

// readReceivers reads the list of receivers.
func (a *alertmanager) readReceivers() error {
	_, all := get(a.root, "receivers")
	if all == nil || all.Kind != yaml.SequenceNode {
		return a.fail(a.root, "has no list of receivers, which every configuration of Alertmanager has")
	}
	for _, item := range all.Content {
		name := str(item, "name")
		switch {
		case item.Kind != yaml.MappingNode || name == "":
			return a.fail(item, "a receiver has no name")
		case a.receivers[name] != nil:
			return a.fail(item, "there are two receivers %q", name)
		}
		a.receivers[name] = a.receiver(name, item)
		a.order = append(a.order, name)
	}
	return nil
}

// receiver parts what wakes people from what tells a room.
func (a *alertmanager) receiver(name string, item *yaml.Node) *receiver {
	r := &receiver{name: name, service: a.names.give(name, name, "receiver")}
	if r.service != name {
		r.notes.add("Alertmanager's receiver %q.", name)
	}
	var drop []string
	for i := 0; i+1 < len(item.Content); i += 2 {
		kind, value := item.Content[i].Value, item.Content[i+1]
		whose, isPager := pagers[kind]
		switch {
		case kind == "name" || len(value.Content) == 0:
			continue
		case isPager:
			r.pagers, drop = append(r.pagers, kind), append(drop, kind)
			r.notes.add("%s paged through %s, which rouse replaces: its escalation says who is woken.", kind, whose)
		case kind == "webhook_configs":
			r.pagers = append(r.pagers, kind)
			r.notes.add("webhook_configs was taken for a pager, so people are paged too; its calls stay in the room. Remove what you do not need.")
		}
	}
	room := without(item, drop...)
	if slices.ContainsFunc(room.Content, func(n *yaml.Node) bool { return n.Kind == yaml.SequenceNode && len(n.Content) > 0 }) {
		r.room = room
	}
	r.drops = len(r.pagers) == 0 && r.room == nil && nothing.MatchString(strings.TrimSpace(name))
	switch {
	case r.drops:
		r.notes.add("Alertmanager tells nobody of what comes here. rouse keeps the incident, and mutes it by the route's time interval.")
	case len(r.pagers) == 0 && r.room == nil:
		r.notes.add("the receiver had nothing in it, so Alertmanager told nobody. The fallback policy is told here.")
	}
	return r
}
