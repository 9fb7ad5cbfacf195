package configs

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

var stepKinds = []string{"webhook", "command", "add_responders", "set", "room", "update_clock", "note"}

// step reads one step, of exactly one kind. match is what the automation asks of an incident.
func (v value) step(match labels.Matchers) automation.Step {
	var s automation.Step
	before := len(v.l.problems)
	o := v.object(stepKinds...)
	if len(o.names) != 1 && len(v.l.problems) == before {
		v.fail("needs exactly one kind of step", "write one of "+strings.Join(stepKinds, ", ")+", and a further item for each further step")
	}
	o.each(func(kind string, v value) {
		if !v.given() {
			v.fail("is empty", "write what the step does, or remove it")
			return
		}
		switch kind {
		case "webhook":
			s.Webhook = v.webhook()
		case "command":
			s.Command = v.command()
		case "add_responders":
			s.AddResponders = &automation.AddResponders{Targets: v.responders()}
		case "set":
			s.Set = v.set(match)
		case "room":
			s.Room = v.room()
		case "update_clock":
			s.UpdateClock = v.updateClock()
		case "note":
			s.Note = &automation.Note{Text: v.payloadText()}
		}
	})
	if len(v.l.problems) > before || v.l.o.SkipSecrets {
		return s
	}
	for _, f := range flaws(s) { // what the room refuses and nothing above has a place for
		v.fail("cannot be carried out: "+f, "change it as that says")
	}
	return s
}

func (v value) webhook() *automation.Webhook {
	o := v.object("url", "secret", "headers", "timeout")
	w := &automation.Webhook{Timeout: o.get("timeout").stepTimeout()}
	address := o.need("url", "write the address to post to, or env:NAME")
	w.URL = address.concealed()
	switch what, plain := badHook(w.URL); {
	case what != "":
		address.fail(what, "write an address such as https://hooks.example.com/rouse")
	case plain:
		address.warn("plain-http", "is not encrypted, so what it is told of incidents can be read on the way", "use https")
	}
	secret := o.get("secret")
	for _, s := range secret.secrets() {
		if n := len(s.Reveal()); n > 0 && n < 16 {
			secret.fail("is shorter than 16 bytes, so it can be guessed", "take a longer one, such as the output of `openssl rand -hex 32`")
		}
		w.Secrets = append(w.Secrets, s.Reveal())
	}
	o.get("headers").object().each(func(name string, v value) {
		s := v.concealed()
		header := map[string]string{name: s}
		if f := flaws(automation.Step{Webhook: &automation.Webhook{URL: "https://hooks.example.com", Header: header}}); len(f) > 0 {
			v.here().fail(fmt.Sprintf("%q is no header that a webhook can be given: %s", clip(name), f[0][strings.LastIndex(f[0], `" `)+2:]),
				"write one such as Authorization, on one line")
			return
		}
		if w.Header == nil {
			w.Header = map[string]string{}
		}
		w.Header[name] = s
	})
	return w
}

// badHook says what is wrong with the address of a webhook without repeating it, and whether the way there is open to others.
func badHook(address string) (what string, plain bool) {
	if address == "" {
		return "", false
	}
	if what = badURL(address); what != "" {
		return what, false
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "is not a web address", false
	case u.User != nil:
		return "holds a name or a password, which belong into headers", false
	case strings.Contains(address, "{{"):
		return "is a template, but nothing that a source wrote may choose where rouse posts to", false
	}
	return "", u.Scheme == "http" && !loopback(u.Hostname())
}

// flaws is what package automation has against a step.
func flaws(s automation.Step) []string {
	r := automation.Rule{Name: "x", On: []automation.Event{automation.Opened}, Steps: []automation.Step{s}}
	all := automation.Flaws([]automation.Rule{r})
	for i, f := range all {
		_, all[i], _ = strings.Cut(f, "step 1: ")
	}
	return all
}

// concealed reads a value that may be a secret, written here or referred to; it is not shown again if it is written here.
func (v value) concealed() string {
	s, ok := v.open()
	if v.given() && (!ok || s.Ref() == "") {
		v.l.hide[v.n] = hidden
	}
	return s.Reveal()
}

// stepTimeout reads how long a step may take; 0, when it does not say, is the default of its kind.
func (v value) stepTimeout() time.Duration {
	d, ok := v.duration(automation.LeastTimeout)
	if ok && d > automation.MostTimeout {
		v.fail(fmt.Sprintf("%s is too long", short(d)), "write "+short(automation.MostTimeout)+" or less, and let what takes longer run on by itself")
		return 0
	}
	return d
}

func (v value) command() *automation.Command {
	const advice = "write the program and its arguments, such as [/usr/local/bin/tell-vendor, \"{{ .Incident.Ref }}\"]"
	o := v.object("run", "env", "dir", "timeout")
	c := &automation.Command{Timeout: o.get("timeout").stepTimeout()}
	run := o.need("run", advice)
	for i, item := range run.list() {
		if i == 0 {
			c.Argv = append(c.Argv, item.program())
			continue
		}
		arg := item.payloadText()
		if name, is := strings.CutPrefix(arg, "env:"); is && envForm.MatchString(name) {
			item.fail("is passed on as it is written, not looked up", "write it under env of the command, from where the program can take it")
		}
		c.Argv = append(c.Argv, arg)
	}
	if run.given() && run.n.Kind == yaml.SequenceNode && len(run.n.Content) == 0 {
		run.fail("is empty", advice)
	}
	o.get("env").object().each(func(name string, v value) {
		switch {
		case !envForm.MatchString(name):
			v.here().fail(fmt.Sprintf("%q is no name of an environment variable", clip(name)), "use letters, digits and _")
			return
		case strings.HasPrefix(name, "ROUSE_"):
			v.here().fail(fmt.Sprintf("%q is taken: variables that begin with ROUSE_ say what happened", clip(name)), "choose another name")
			return
		case c.Env == nil:
			c.Env = map[string]string{}
		}
		c.Env[name] = v.concealed()
	})
	if dir, ok := o.get("dir").text(); ok {
		c.Dir = dir
		if !path.IsAbs(dir) {
			o.get("dir").fail(fmt.Sprintf("%q is not absolute", clip(dir)), "write it from the root on, such as /var/lib/rouse")
		}
	}
	return c
}

// program reads the path of what is run. It is never a template, so that nothing a source wrote becomes a program.
func (v value) program() string {
	s, ok := v.text()
	switch {
	case !ok:
	case strings.Contains(s, "{{"):
		v.fail("is a template, but what is run must not depend on what happened", "write the path of one program, and templates as its arguments")
	case !path.IsAbs(s):
		v.fail(fmt.Sprintf("%q is no absolute path", clip(s)), "write the program's whole path, such as /usr/local/bin/tell-vendor; for a pipe or $NAME write a script and run that, since there is no shell")
	}
	return s
}

// responders reads whom a step pages: people, not rooms.
func (v value) responders() []oncall.Target {
	var all []oncall.Target
	for _, item := range v.oneOrMore() {
		t, ok := item.target()
		switch {
		case !ok:
		case t.Kind == oncall.ToReceiver:
			item.fail("is a room, which cannot respond", "write user/NAME, schedule/NAME or team/NAME; a room is told with {room: {receiver, text}}")
		case slices.Contains(all, t):
			item.fail(fmt.Sprintf("%s/%s is in the list twice", t.Kind, t.Name), "keep one of them")
		default:
			all = append(all, t)
		}
	}
	if v.n.Kind == yaml.SequenceNode && len(v.n.Content) == 0 {
		v.fail("is empty, so nobody would be added", "write user/NAME, schedule/NAME or team/NAME")
	}
	return all
}

func (v value) set(match labels.Matchers) *automation.Set {
	o := v.object("category", "impact", "urgency", "priority", "type", "reason")
	s := &automation.Set{Reason: o.get("reason").str()}
	s.Type, _ = o.get("type").ref(aType)
	if impact, ok := o.get("impact").word(grades...); ok {
		s.Impact = incident.Grade(impact)
	}
	if urgency, ok := o.get("urgency").word(grades...); ok {
		s.Urgency = incident.Grade(urgency)
	}
	s.Priority, _ = o.get("priority").priority()
	if category := o.get("category"); category.given() {
		s.Category = category.setCategory(s.Type, match)
	}
	if s.Priority != "" && (s.Impact != "" || s.Urgency != "") {
		o.get("priority").fail("overrides the matrix, which impact and urgency ask", "set either priority, or impact and urgency")
	}
	if o.n.Kind == yaml.MappingNode && !slices.ContainsFunc(o.names, func(name string) bool { return name != "reason" }) {
		v.fail("sets nothing", "write at least one of category, impact, urgency, priority, type")
	}
	return s
}

// setCategory checks a category against the type that the step sets, or that the automation asks for, or else against all.
func (v value) setCategory(kind string, match labels.Matchers) string {
	s, ok := v.text()
	if !ok || s == "-" {
		return s
	}
	if kind == "" {
		kind = valueOf(match, "type")
	}
	if kind != "" {
		return v.categoryOf(kind, s)
	}
	var known []string
	for _, categories := range v.l.draft.types {
		known = append(known, categories...)
	}
	slices.Sort(known)
	if !slices.Contains(known, s) {
		v.fail(fmt.Sprintf("no type has a category %q", clip(s)), suggest(s, known, "add it under categories, or write \"-\" to take the category away"))
	}
	return s
}

func (v value) room() *automation.Room {
	o := v.object("receiver", "text")
	r := &automation.Room{Text: o.need("text", "write what is said, such as \"{{ .Incident.Ref }} needs you\"").payloadText()}
	r.Receiver, _ = o.need("receiver", "name the room").ref(aRoom)
	return r
}

// updateClock reads after how long the first status update is owed; 0 is by the cadence.
func (v value) updateClock() *automation.UpdateClock {
	d, ok := v.duration(0)
	switch {
	case !ok:
	case d > 0 && d < time.Minute:
		v.fail(short(d)+" is too short", "write 1m or more, or 0 to go by updates.cadence")
	case d > 7*24*time.Hour:
		v.fail(short(d)+" is too long", "write 7d or less")
	case d == 0 && len(v.l.draft.cadence) == 0:
		v.fail("goes by updates.cadence, of which there is none", "write a duration such as 30m, or add updates: {cadence: {P1: 30m}}")
	}
	return &automation.UpdateClock{Every: d}
}

// textPlace is where in a template something is wrong, in the words of package automation.
var textPlace = regexp.MustCompile(`^template: (\d+:(\d+: )?)?\s*(executing "text" at )?`)

// payloadText reads a template over what an automation is told.
func (v value) payloadText() string {
	s, ok := v.text()
	if !ok {
		return ""
	}
	if err := automation.CheckText(s); err != nil {
		what := strings.TrimSuffix(textPlace.ReplaceAllString(err.Error(), ""), " in type automation.Record")
		v.fail("does not work as a template: "+clip(what), "write it over the payload, such as {{ .Incident.Ref }}, {{ .Incident.Title }} or {{ .Entry.What }}")
	}
	return s
}
