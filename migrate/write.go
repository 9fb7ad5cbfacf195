package migrate

import (
	"bytes"
	"fmt"
	"strconv"

	"gopkg.in/yaml.v3"
)

// paper is the file while it is written.
type paper struct {
	out  bytes.Buffer
	lost []Lost
	err  error
}

// write renders the house as a file. The order of sections is that of the configuration's own documentation.
func (h *house) write() (*Result, error) {
	p := &paper{}
	p.lost = append(p.lost, h.lost...)
	h.head(p)
	p.section("users", p.people(h.users), "")
	p.section("teams", p.teams(h.teams), "")
	p.section("schedules", p.schedules(h.schedules), "")
	p.section("escalations", p.policies(h.policies), "")
	fmt.Fprintf(&p.out, "fallback: %s    # who is paged when a policy ends or finds nobody\n", h.fallback)
	p.section("services", p.services(h.services), "")
	p.section("route", h.route, h.routeHead)
	for _, s := range h.more {
		p.section(s.key, s.value, s.head)
	}
	p.feed(h.feed)
	if p.err != nil {
		return nil, p.err
	}
	return &Result{YAML: p.out.Bytes(), Lost: p.lost}, nil
}

// head says where the file comes from, and what no place of it could say.
func (h *house) head(p *paper) {
	fmt.Fprintf(&p.out, "# Imported from %s by `rouse import`. Comments say what had no equal.\n", oneLine(h.source))
	p.out.WriteString("# Next: read them, put in the providers at the end, and run `rouse check`.\n")
	for _, l := range h.lost {
		if l.Where != "" {
			continue // said at its place
		}
		for _, line := range wrap(l.What) {
			p.out.WriteString(line + "\n")
		}
	}
}

// feed is what an import cannot know: accounts and tokens. It is commented out, so that the file is good as it is.
func (p *paper) feed(lines []string) {
	p.out.WriteString(`
# What pages go out over, and what alerts come in by. Uncomment once the secrets are in the environment.
# providers:
#   - name: twilio
#     twilio: {account_sid: env:TWILIO_ACCOUNT_SID, auth_token: env:TWILIO_AUTH_TOKEN, from: env:TWILIO_FROM}
#   - name: mail
#     smtp: {address: "smtp.example.com:587", from: rouse@example.com, username: rouse, password: env:SMTP_PASSWORD}
# integrations:
`)
	for _, l := range lines {
		p.out.WriteString("#   " + l + "\n")
	}
}

func (p *paper) section(key string, value *yaml.Node, head string) {
	if p.err != nil || value == nil || (len(value.Content) == 0 && value.Kind != yaml.ScalarNode) {
		return
	}
	text, err := encode(key, value, head)
	if err != nil {
		p.err = fmt.Errorf("%s cannot be written: %w", key, err)
		return
	}
	p.out.WriteByte('\n')
	p.out.Write(text)
}

// noted remembers notes for the summary.
func (p *paper) noted(where string, all notes) {
	for _, s := range all {
		p.lost = append(p.lost, Lost{where, s})
	}
}

// named puts a named thing into a section, with its notes.
func (p *paper) named(section, id string, into, value *yaml.Node, all notes) {
	comment(set(into, id, value), all)
	p.noted(section+"."+id, all)
}

func (p *paper) people(all []user) *yaml.Node {
	out := block()
	for _, u := range all {
		n := flow()
		if len(u.high)+len(u.low) > 0 {
			n = block()
		}
		if u.name != "" && u.name != u.id {
			set(n, "name", text(u.name))
		}
		if u.zone != "" {
			set(n, "timezone", text(u.zone))
		}
		if u.phone != "" {
			set(n, "phone", quoted(u.phone))
		}
		if u.email != "" {
			set(n, "email", text(u.email))
		}
		if len(u.high)+len(u.low) > 0 {
			rules := block()
			steps(rules, "high", u.high)
			steps(rules, "low", u.low)
			set(n, "notify", rules)
		}
		p.named("users", u.id, out, n, u.notes)
	}
	return out
}

func steps(into *yaml.Node, urgency string, all []step) {
	if len(all) == 0 {
		return
	}
	l := list()
	l.Style = yaml.FlowStyle
	for _, s := range all {
		n := flow()
		set(n, "via", text(s.via))
		if s.after > 0 {
			set(n, "after", text(fmt.Sprintf("%dm", s.after)))
		}
		l.Content = append(l.Content, n)
	}
	set(into, urgency, l)
}

func (p *paper) teams(all []team) *yaml.Node {
	out := block()
	for _, t := range all {
		n := flow()
		set(n, "members", words(t.members...))
		if t.manager != "" {
			set(n, "manager", text(t.manager))
		}
		p.named("teams", t.id, out, n, t.notes)
	}
	return out
}

func (p *paper) schedules(all []schedule) *yaml.Node {
	out := block()
	for _, s := range all {
		n := block()
		if s.team != "" {
			set(n, "team", text(s.team))
		}
		set(n, "timezone", text(s.zone))
		layers := list()
		for k, l := range s.layers {
			layers.Content = append(layers.Content, l.node())
			p.noted(fmt.Sprintf("schedules.%s.layers[%d]", s.id, k), l.notes)
		}
		set(n, "layers", layers)
		if len(s.overrides) > 0 {
			overrides := list()
			for _, o := range s.overrides {
				overrides.Content = append(overrides.Content, o.node())
			}
			set(n, "overrides", overrides)
		}
		p.named("schedules", s.id, out, n, s.notes)
	}
	return out
}

func (l layer) node() *yaml.Node {
	n := flow()
	if l.name != "" {
		set(n, "name", text(l.name))
	}
	set(n, "users", words(l.users...))
	switch l.every {
	case "hourly", "daily", "weekly", "monthly":
		set(n, "rotation", text(l.every))
	default:
		every := flow()
		set(every, "every", text(l.every))
		set(n, "rotation", every)
	}
	set(n, "start", bare("!!timestamp", l.start))
	set(n, "handoff", quoted(l.handoff))
	if len(l.hours) > 0 {
		hours := words()
		for _, h := range l.hours {
			hours.Content = append(hours.Content, quoted(h))
		}
		set(n, "hours", hours)
	}
	comment(n, l.notes)
	return n
}

func (o override) node() *yaml.Node {
	n := flow()
	set(n, "user", text(o.user))
	set(n, "from", quoted(o.from))
	set(n, "to", quoted(o.to))
	if o.reason != "" {
		set(n, "reason", text(o.reason))
	}
	return n
}

func (p *paper) policies(all []policy) *yaml.Node {
	out := block()
	for _, x := range all {
		n := block()
		levels := list()
		for k, l := range x.levels {
			m := flow()
			set(m, "notify", words(l.notify...))
			set(m, "wait", text(l.wait))
			if l.turns {
				set(m, "round_robin", bare("!!bool", "true"))
			}
			comment(m, l.notes)
			p.noted(fmt.Sprintf("escalations.%s.levels[%d]", x.id, k), l.notes)
			levels.Content = append(levels.Content, m)
		}
		set(n, "levels", levels)
		if x.repeat == 0 {
			set(n, "repeat", text("forever"))
		} else {
			set(n, "repeat", bare("!!int", strconv.Itoa(x.repeat)))
			set(n, "then", text(x.then))
		}
		p.named("escalations", x.id, out, n, x.notes)
	}
	return out
}

func (p *paper) services(all []service) *yaml.Node {
	out := block()
	for _, s := range all {
		n := flow()
		if s.team != "" {
			set(n, "team", text(s.team))
		}
		set(n, "escalation", text(s.policy))
		if s.impact != "" {
			set(n, "impact", text(s.impact))
		}
		if s.ack != "" {
			set(n, "ack_timeout", text(s.ack))
		}
		p.named("services", s.id, out, n, s.notes)
	}
	return out
}
