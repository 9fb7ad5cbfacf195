package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// class is a kind of thing that has a name others refer to.
type class string

const (
	aUser     class = "user"
	aTeam     class = "team"
	aSchedule class = "schedule"
	aPolicy   class = "escalation policy"
	aService  class = "service"
	aRoom     class = "receiver"
	interval  class = "time interval"
	calendar  class = "calendar"
	aType     class = "incident type"
)

// section is where things of the class are defined.
func (c class) section() string {
	switch c {
	case aPolicy:
		return "escalations"
	case interval:
		return "time_intervals"
	case aType:
		return "categories"
	}
	return string(c) + "s"
}

// register is all names of one class: where each is written and whether anything refers to it.
type register struct {
	order []string
	at    map[string]*yaml.Node
	used  map[string]bool
}

func (l *loader) register(c class) *register {
	r := l.names[c]
	if r == nil {
		r = &register{at: map[string]*yaml.Node{}, used: map[string]bool{}}
		l.names[c] = r
	}
	return r
}

func (r *register) add(name string, at *yaml.Node) {
	if r.at[name] == nil {
		r.order = append(r.order, name)
		r.at[name] = at
	}
}

// collect notes every name of the file without judging anything.
func (l *loader) collect(root object) {
	for _, c := range []class{aUser, aTeam, aSchedule, aPolicy, aService, calendar, aType} {
		v := root.get(c.section())
		for i := 0; v.given() && v.n.Kind == yaml.MappingNode && i+1 < len(v.n.Content); i += 2 {
			l.register(c).add(v.n.Content[i].Value, v.n.Content[i])
		}
	}
	if !root.has("categories") {
		for _, t := range defaultTypes {
			l.register(aType).add(t.name, root.at)
		}
	}
	l.collectList(aRoom, root.get("receivers"))
	l.collectList(interval, root.get("time_intervals"))
	l.collectList(interval, root.get("mute_time_intervals"))
}

func (l *loader) collectList(c class, v value) {
	if !v.given() || v.n.Kind != yaml.SequenceNode {
		return
	}
	for _, item := range v.n.Content {
		for i := 0; item.Kind == yaml.MappingNode && i+1 < len(item.Content); i += 2 {
			if item.Content[i].Value == "name" && item.Content[i+1].Kind == yaml.ScalarNode {
				l.register(c).add(item.Content[i+1].Value, item.Content[i+1])
			}
		}
	}
}

// ref reads the name of something that has to be defined elsewhere in the file.
func (v value) ref(c class) (string, bool) {
	s, ok := v.text()
	if !ok || !v.known(c, s) {
		return "", false
	}
	return s, true
}

// known reports a name that is not defined, and notes that one is used.
func (v value) known(c class, name string) bool {
	r := v.l.register(c)
	if r.at[name] != nil {
		r.used[name] = true
		return true
	}
	otherwise := "define it under " + c.section()
	if n := len(r.order); n > 0 && n <= 8 {
		otherwise += ", or name one of " + strings.Join(r.order, ", ")
	}
	v.fail(fmt.Sprintf("there is no %s %q", c, clip(name)), suggest(name, r.order, otherwise))
	return false
}

// refs reads a list of names, each of which may stand in it once.
func (v value) refs(c class) []string {
	var all []string
	for _, item := range v.list() {
		name, ok := item.ref(c)
		if !ok {
			continue
		}
		if slices.Contains(all, name) {
			item.fail(fmt.Sprintf("%q is in the list twice", clip(name)), "keep one of them")
			continue
		}
		all = append(all, name)
	}
	return all
}

var (
	nameForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._-]*$`)
	pathForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	allDigit = regexp.MustCompile(`^[0-9]+$`)
)

// named checks the name of a user, team, schedule, policy or service: they are written in texts, targets and addresses.
func (v value) named(name string) {
	switch {
	case len(name) > 64:
		v.here().fail("the name is longer than 64 bytes", "shorten it")
	case !nameForm.MatchString(name):
		v.here().fail(fmt.Sprintf("%q is no name", clip(name)), "use letters, digits, `.`, `_` and `-`, starting with a letter or digit")
	case allDigit.MatchString(name):
		v.here().fail(fmt.Sprintf("%q is all digits, which a reply by text reads as an incident's number", clip(name)), "put a letter into it")
	}
}

// here is the value's key as a place.
func (v value) here() value { return value{l: v.l, at: v.at, key: v.key} }

// uniqueName reads the name of a list item and refuses a second of the same name.
func (o object) uniqueName(seen map[string]int) (string, bool) {
	v := o.need("name", "give it a name")
	name, ok := v.text()
	if !ok {
		return "", false
	}
	if line := seen[name]; line > 0 {
		v.fail(fmt.Sprintf("the name %q is already used on line %d", clip(name), line), "choose another name")
		return "", false
	}
	seen[name] = v.line()
	return name, true
}
