package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// integration is the one that a sentence names, or the first of the configuration.
func (r *reader) integration(in caught) string {
	var names []string
	for _, i := range r.bench.Config.Integrations {
		names = append(names, i.Name)
	}
	if name := r.known(in, "integration", "integration", names); name != "" || len(names) == 0 {
		return cmp.Or(name, "story")
	}
	return names[0]
}

func (r *reader) alert(in caught) {
	a := alert.Alert{Integration: r.integration(in), State: alert.Firing, Labels: alert.Labels{}, Title: in.text("alert")}
	a.Labels["alertname"] = a.Title
	for _, t := range in["labels"] {
		k, v, _ := strings.Cut(t.text, "=")
		switch {
		case k == "" || v == "":
			r.wrong(t, fmt.Sprintf("%q is no label", t.text), `write name=value, or name="more than one word"`)
		case k == "summary":
			a.Title = v
		default:
			a.Labels[k] = v
		}
	}
	a.Severity = alert.ParseSeverity(a.Labels["severity"])
	r.receive([]alert.Alert{a})
}

func (r *reader) receive(batch []alert.Alert) {
	for k := range batch {
		if err := batch[k].Identify(); err != nil {
			r.wrong(token{}, err.Error(), "give it a key or labels")
			return
		}
		r.fired = slices.DeleteFunc(r.fired, func(f alert.Alert) bool { return f.ID() == batch[k].ID() })
		if batch[k].State == alert.Firing {
			r.fired = append(r.fired, batch[k])
		}
	}
	r.event(rehearsal.Receive{Alerts: batch})
}

func (r *reader) payload(in caught) {
	name := in["file"][0]
	body, err := r.bench.Read(r.path(name.text))
	if err != nil {
		r.wrong(name, fmt.Sprintf("the payload cannot be read: %v", err), "write its path from the folder of this file")
		return
	}
	from, kind := r.source(in, body)
	batch, err := r.bench.Decode(kind, body, r.now.from)
	if err != nil {
		r.wrong(name, fmt.Sprintf("the payload is none that %s could send: %v", from, err), "name the integration that sends it: from NAME")
		return
	}
	for k := range batch {
		batch[k].Integration = from
	}
	r.receive(batch)
}

// source is the integration that sends a payload: the one that is named, or the first of the type that the body looks like.
func (r *reader) source(in caught, body []byte) (name, kind string) {
	if len(in["integration"]) > 0 {
		i, _ := r.bench.Config.Integration(r.integration(in))
		return i.Name, i.Type
	}
	kind = r.bench.Guess(body)
	for _, i := range r.bench.Config.Integrations {
		if i.Type == kind {
			return i.Name, kind
		}
	}
	return r.integration(in), kind
}

func (r *reader) allRecover(caught) { r.recover(slices.Clone(r.fired)) }

func (r *reader) recovers(in caught) {
	name := in["alert"][0]
	var some []alert.Alert
	for _, a := range r.fired {
		if (a.Labels["alertname"] == name.text || a.Title == name.text) && hasAll(a.Labels, in["labels"]) {
			some = append(some, a)
		}
	}
	if len(some) == 0 {
		var names []string
		for _, a := range r.fired {
			names = append(names, cmp.Or(a.Labels["alertname"], a.Title))
		}
		r.wrong(name, fmt.Sprintf("no such alert fires at this time: %q", name.text), configs.Suggest(name.text, names, "fire it in a line above: alert "+name.text))
		return
	}
	r.recover(some)
}

func hasAll(l alert.Labels, want []token) bool {
	return !slices.ContainsFunc(want, func(t token) bool {
		k, v, _ := strings.Cut(t.text, "=")
		return l[k] != v
	})
}

func (r *reader) recover(batch []alert.Alert) {
	for k := range batch {
		batch[k].State, batch[k].EndsAt = alert.Resolved, r.now.from
	}
	r.receive(batch)
}

func (r *reader) reports(in caught) {
	u := r.user(in, "user")
	r.event(rehearsal.Report{Open: incident.Open{By: person(u), Title: in.text("title"), Service: r.service(in)}})
}

func (r *reader) service(in caught) string {
	return r.known(in, "service", "service", r.services())
}

func (r *reader) services() (names []string) {
	for name := range r.bench.Config.Rulebook().Services {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func person(u oncall.UserID) incident.Actor {
	return incident.Actor{Kind: incident.ByUser, Name: string(u), Channel: "web"}
}

func (r *reader) silences(in caught) {
	s := router.Silence{CreatedBy: string(r.user(in, "user")), Comment: "a story", EndsAt: r.now.from.Add(r.duration(in, "for"))}
	for _, t := range in["labels"] {
		list, err := router.ParseMatchers([]string{quoted(t.text)})
		if err != nil || len(list) != 1 {
			r.wrong(t, fmt.Sprintf("%q is no matcher", t.text), `write name=value, name!=value, name=~regex or name!~regex`)
			return
		}
		op := list[0].Type.String()
		s.Matchers = append(s.Matchers, router.Matcher{Name: list[0].Name, Value: list[0].Value, IsRegex: op[1:] == "~", IsEqual: op[0] == '='})
	}
	r.event(rehearsal.Silence{Silence: s})
}

func (r *reader) unsilence(caught) { r.event(rehearsal.Unsilence{By: "story"}) }

func (r *reader) schedule(in caught) oncall.ScheduleID {
	var names []string
	for _, s := range r.bench.Config.Roster().Schedules() {
		names = append(names, string(s.ID))
	}
	return oncall.ScheduleID(r.known(in, "schedule", "schedule", names))
}

func (r *reader) covers(in caught) {
	u := r.user(in, "user")
	r.event(rehearsal.Cover{By: person(u), Override: oncall.Override{Schedule: r.schedule(in), User: u, From: r.now.from, To: r.now.from.Add(r.duration(in, "for")), Reason: "cover"}})
}

func (r *reader) heartbeat(in caught) string {
	var names []string
	for _, h := range r.bench.Config.Heartbeats {
		names = append(names, h.Name)
	}
	return r.known(in, "heartbeat", "heartbeat", names)
}

func (r *reader) heartStops(in caught) { r.event(rehearsal.Quieten{Heartbeat: r.heartbeat(in)}) }
func (r *reader) heartBeats(in caught) { r.event(rehearsal.Beat{Heartbeat: r.heartbeat(in)}) }

func (r *reader) presses(in caught) {
	r.event(rehearsal.Press{User: r.user(in, "user"), Key: in.text("key")})
}
func (r *reader) texts(in caught) {
	r.event(rehearsal.Text{User: r.user(in, "user"), Words: in.text("words")})
}

// act adds something that a person does to an incident.
func (r *reader) act(in caught, make func(by incident.Actor, u oncall.UserID) incident.Action) {
	u := r.user(in, "user")
	r.event(rehearsal.Do{Number: r.number(in), Action: make(person(u), u)})
}

// number is the incident that an act names: INC-n, or 0 for the newest.
func (r *reader) number(in caught) (n int64) {
	t := in["ref"]
	if len(t) == 0 || strings.EqualFold(t[0].text, "it") {
		return 0
	}
	if _, err := fmt.Sscanf(strings.ToUpper(t[0].text), "INC-%d", &n); err != nil || n < 1 {
		r.wrong(t[0], fmt.Sprintf("%q is no incident", t[0].text), "write INC-1, it, or leave it out for the newest that is open")
	}
	return n
}

func (r *reader) acknowledges(in caught) {
	var until time.Time
	if d := r.duration(in, "for"); d > 0 {
		until = r.now.from.Add(d)
	}
	r.act(in, func(by incident.Actor, u oncall.UserID) incident.Action {
		return incident.Ack{By: by, User: u, Until: until}
	})
}

func (r *reader) escalates(in caught) {
	r.act(in, func(by incident.Actor, _ oncall.UserID) incident.Action { return incident.Escalate{By: by} })
}

func (r *reader) resolves(in caught) {
	r.act(in, func(by incident.Actor, _ oncall.UserID) incident.Action {
		return incident.Resolve{By: by, Note: in.text("words")}
	})
}

func (r *reader) holds(in caught) {
	var until time.Time
	if d := r.duration(in, "for"); d > 0 {
		until = r.now.from.Add(d)
	}
	r.act(in, func(by incident.Actor, _ oncall.UserID) incident.Action {
		return incident.Hold{By: by, Reason: in.text("words"), Until: until}
	})
}

func (r *reader) gives(in caught) {
	to := r.user(in, "other")
	r.act(in, func(by incident.Actor, _ oncall.UserID) incident.Action { return incident.Reassign{By: by, To: to} })
}

func (r *reader) closes(in caught) {
	r.act(in, func(by incident.Actor, _ oncall.UserID) incident.Action {
		return incident.Close{By: by, Note: in.text("words")}
	})
}

// methods are the words for methods of reaching people.
var methods = map[string]oncall.Method{
	"text": oncall.SMS, "texts": oncall.SMS, "sms": oncall.SMS, "call": oncall.Call, "calls": oncall.Call, "mail": oncall.Email, "email": oncall.Email,
}

func (r *reader) provider(in caught) string {
	var names []string
	for _, p := range r.bench.Config.Providers {
		names = append(names, p.Name)
	}
	return r.known(in, "provider", "provider", names)
}

func (r *reader) fault(in caught) rehearsal.Fault {
	return rehearsal.Fault{Provider: r.provider(in), User: r.user(in, "user"), Via: methods[strings.ToLower(in.text("traffic"))]}
}

func (r *reader) fails(in caught)    { r.event(rehearsal.Break{Fault: r.fault(in)}) }
func (r *reader) works(in caught)    { r.event(rehearsal.Mend{Fault: r.fault(in)}) }
func (r *reader) provided(in caught) { r.event(rehearsal.Mend{Fault: r.fault(in)}) }

func (r *reader) owner(in caught) rehearsal.Fault {
	t := in["whose"][0]
	t.text = strings.TrimSuffix(t.text, "'s")
	in["user"] = []token{t}
	return rehearsal.Fault{User: r.user(in, "user")}
}

var phones = map[string]simulate.PhoneState{"off": simulate.Off, "busy": simulate.Busy, "dead": simulate.Dead, "voicemail": simulate.Voice}

func (r *reader) phone(in caught) {
	f := r.owner(in)
	f.Phone = phones[strings.ToLower(in.text("phone"))]
	r.event(rehearsal.Break{Fault: f})
}

func (r *reader) phoneWorks(in caught) { r.event(rehearsal.Mend{Fault: r.owner(in)}) }

var moods = map[string]simulate.Mood{"down": simulate.Down, "silent": simulate.Silent, "locked": simulate.Locked, "throttling": simulate.Storm}

func (r *reader) outage(in caught) {
	f := r.fault(in)
	f.Mood = moods[strings.ToLower(in.text("mood"))]
	r.event(rehearsal.Break{Fault: f})
}

// quoted puts a matcher's value in quotes, which the sentence's own have left.
func quoted(s string) string {
	for _, op := range []string{"!~", "=~", "!=", "="} {
		if k, v, ok := strings.Cut(s, op); ok {
			return k + op + fmt.Sprintf("%q", v)
		}
	}
	return s
}
