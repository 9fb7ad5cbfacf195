package migrate

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// alertmanager is the import of one configuration.
type alertmanager struct {
	file      string
	root      *yaml.Node
	house     *house
	names     *names // of services; a policy has the name of its service
	receivers map[string]*receiver
	order     []string
	always    string // the time interval that mutes what Alertmanager drops; "" until one is needed
}

// receiver is what a receiver of Alertmanager becomes: a service with a policy of its own, and a room of what is left.
type receiver struct {
	name, service string
	pagers        []string   // kinds of its configurations that wake people
	room          *yaml.Node // nil: none is left
	drops         bool       // nothing in it, and a name that says that nobody is to be told
	used          bool
	repeat        string // of the first route to it
	notes         notes
}

// Alertmanager imports a configuration of Alertmanager (prometheus.io/docs/alerting/latest/configuration). Each receiver
// becomes a service of its own, so that every alert opens its incident where Alertmanager would have notified.
func Alertmanager(name string, data []byte) (*Result, error) {
	root, err := readYAML(name, data)
	if err != nil {
		return nil, err
	}
	a := &alertmanager{file: name, root: root, names: newNames(everyone), receivers: map[string]*receiver{},
		house: &house{source: "Alertmanager's " + base(name), fallback: everyone}}
	if err := a.read(); err != nil {
		return nil, err
	}
	a.people()
	a.house.feed = []string{
		"# As an Alertmanager of its own: put it under alerting.alertmanagers of Prometheus.",
		"prometheus: {type: prometheus, token: env:ROUSE_PROMETHEUS}",
	}
	return a.house.write()
}

// limits of a configuration that is read; what is larger is no configuration.
const (
	mostBytes = 1 << 20
	mostNodes = 100_000
)

// readYAML reads one document whose root is a mapping. The library is not trusted not to panic.
func readYAML(name string, data []byte) (root *yaml.Node, err error) {
	defer func() {
		if recover() != nil {
			err = &ReadError{File: name, What: "cannot be read as YAML"}
		}
	}()
	if len(data) > mostBytes {
		return nil, &ReadError{File: name, What: "is larger than 1 MiB, which no configuration of Alertmanager is"}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, yamlError(name, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, &ReadError{File: name, Line: 1, What: "is not a configuration of Alertmanager: it has no keys such as route and receivers"}
	}
	budget := mostNodes
	root = spread(doc.Content[0], &budget, 0)
	if root == nil {
		return nil, &ReadError{File: name, What: "is too large or too deep once its aliases are written out"}
	}
	return root, nil
}

var yamlLine = regexp.MustCompile(`^yaml: (?:unmarshal errors:\s*)?line (\d+): `)

func yamlError(name string, err error) error {
	what, line := err.Error(), 0
	if m := yamlLine.FindStringSubmatch(what); m != nil {
		line, _ = strconv.Atoi(m[1])
		what = what[len(m[0]):]
	}
	return &ReadError{File: name, Line: line, What: "is no valid YAML: " + oneLine(strings.TrimPrefix(what, "yaml: "))}
}

// spread copies a tree with its aliases written out, for an anchor may stand in what is left behind. nil: too much.
func spread(n *yaml.Node, budget *int, depth int) *yaml.Node {
	if *budget--; *budget < 0 || depth > 100 {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return spread(n.Alias, budget, depth+1)
	}
	out := *n
	out.Anchor, out.Content = "", make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		if out.Content[i] = spread(c, budget, depth+1); out.Content[i] == nil {
			return nil
		}
	}
	return &out
}

func base(name string) string { return name[strings.LastIndexAny(name, `/\`)+1:] }

func (a *alertmanager) fail(at *yaml.Node, format string, args ...any) error {
	line := 0
	if at != nil {
		line = at.Line
	}
	return &ReadError{File: a.file, Line: line, What: fmt.Sprintf(format, args...)}
}

func (a *alertmanager) read() error {
	if err := a.readReceivers(); err != nil {
		return err
	}
	_, top := get(a.root, "route")
	if top == nil || top.Kind != yaml.MappingNode {
		return a.fail(a.root, "has no route, which every configuration of Alertmanager has")
	}
	intervals, err := a.intervals()
	if err != nil {
		return err
	}
	if a.house.route, err = a.route(top, inherited{}, "route"); err != nil {
		return err
	}
	inhibit, err := a.inhibit()
	if err != nil {
		return err
	}
	a.house.more = append(a.house.more, section{key: "time_intervals", value: a.withAlways(intervals), head: a.head("time_intervals")}, inhibit)
	a.rest()
	return nil
}

// head is the comment above a key at the top.
func (a *alertmanager) head(key string) string {
	if k, _ := get(a.root, key); k != nil {
		return k.HeadComment
	}
	return ""
}

// handled are the keys at the top that become something else.
var handled = []string{"route", "receivers", "time_intervals", "mute_time_intervals", "inhibit_rules", "global", "templates"}

// rest takes over what rouse reads as Alertmanager does, and says what it does not.
func (a *alertmanager) rest() {
	if k, global := get(a.root, "global"); global != nil && len(global.Content) > 0 {
		a.house.more = append(a.house.more, section{"global", a.global(global), k.HeadComment})
	}
	if k, templates := get(a.root, "templates"); templates != nil {
		a.house.more = append(a.house.more, section{"templates", templates, k.HeadComment})
	}
	rooms := list()
	for _, name := range a.order {
		if r := a.receivers[name]; r.room != nil {
			rooms.Content = append(rooms.Content, r.room)
		}
	}
	a.house.more = append(a.house.more, section{"receivers", rooms, a.head("receivers")})
	for i := 0; i+1 < len(a.root.Content); i += 2 {
		if key := a.root.Content[i].Value; !slices.Contains(handled, key) {
			a.house.lost = append(a.house.lost, Lost{What: fmt.Sprintf("%s of Alertmanager (line %d) has no equal in rouse and is left out.", oneLine(key), a.root.Content[i].Line)})
		}
	}
}

// global keeps what rooms are made of.
func (a *alertmanager) global(g *yaml.Node) *yaml.Node {
	if _, v := get(g, "resolve_timeout"); v != nil {
		a.house.lost = append(a.house.lost, Lost{"global", "resolve_timeout: " + oneLine(v.Value) + " has no equal: an alert expires at the endsAt that its sender writes."})
		g = without(g, "resolve_timeout")
	}
	return g
}

// without is a copy of a mapping that lacks some keys.
func without(m *yaml.Node, keys ...string) *yaml.Node {
	out := *m
	out.Content = nil
	for i := 0; i+1 < len(m.Content); i += 2 {
		if !slices.Contains(keys, m.Content[i].Value) {
			out.Content = append(out.Content, m.Content[i], m.Content[i+1])
		}
	}
	return &out
}

// people writes whom nobody but the reader can know, and the services and policies of the receivers.
func (a *alertmanager) people() {
	h := a.house
	who := user{id: placeholder, name: "On call", zone: "UTC"}
	who.notes.add("Alertmanager does not know who is on call. Put your people here, with phone and email, and a schedule of theirs in place of user/%s below.", placeholder)
	h.users = append(h.users, who)
	for _, name := range a.order {
		r := a.receivers[name]
		if !r.used {
			r.notes.add("no route leads to the receiver %q, so it has no service.", r.name)
			h.lost = append(h.lost, Lost{"receivers", r.notes[len(r.notes)-1]})
			continue
		}
		h.services = append(h.services, service{id: r.service, policy: r.policy(), impact: r.impact(), notes: r.notes})
		if r.policy() != everyone {
			h.policies = append(h.policies, r.levels())
		}
	}
	h.policies = append(h.policies, policy{id: everyone, levels: []level{{notify: []string{"user/" + placeholder}, wait: "5m"}}})
}

// policy is the name of the receiver's escalation policy. What is muted, and what has nothing in it, needs none of its own.
func (r *receiver) policy() string {
	if len(r.pagers) == 0 && r.room == nil {
		return everyone
	}
	return r.service
}

func (r *receiver) impact() string {
	if len(r.pagers) > 0 {
		return "high"
	}
	if r.room != nil || r.drops {
		return "low"
	}
	return ""
}

// levels is whom the receiver told. A room alone hears again as often as Alertmanager repeated.
func (r *receiver) levels() policy {
	p := policy{id: r.service}
	room := "receiver/" + r.name
	switch {
	case len(r.pagers) > 0 && r.room != nil:
		p.levels = []level{{notify: []string{"user/" + placeholder, room}, wait: "5m"}}
	case len(r.pagers) > 0:
		p.levels = []level{{notify: []string{"user/" + placeholder}, wait: "5m"}}
	default:
		p.levels = []level{{notify: []string{room}, wait: r.repeat}}
	}
	return p
}

// Services says which service each receiver of a configuration becomes, by the order of the receivers.
func Services(receivers []string) map[string]string {
	n, out := newNames(everyone), map[string]string{}
	for _, r := range receivers {
		out[r] = n.give(r, r, "receiver")
	}
	return out
}
