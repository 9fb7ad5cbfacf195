// Package automation is what happens by itself when something happens to an incident: a webhook, a command, a field that is
// set, a line in a room.
//
// It has two halves that do not know each other. The rules are pure: from the lines that a decision wrote to a timeline they
// say which rules run. The Runner carries out the steps that touch the world, one at a time and once for each call, and says
// in one line what came of it. The package keeps nothing, queues nothing, retries nothing and starts no timer of its own;
// others remember that a step is due and call again.
//
// Its law: a run that fails, hangs or floods costs one line of a timeline and never a page. What an automation did is no
// event, so no rule can set off another or itself. Nothing that a source wrote becomes a program, an address or an option.
package automation

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Timeouts of the steps that touch the world.
const (
	DefaultWebhookTimeout = 10 * time.Second
	DefaultCommandTimeout = 30 * time.Second
	LeastTimeout          = time.Second
	MostTimeout           = 5 * time.Minute
)

// Rule is one automation: when one of On happens to an incident whose Fields fulfil all of Match, its Steps are done in order.
type Rule struct {
	Name  string            // letters, digits, dots, dashes and underscores: it becomes part of identifiers
	On    []Event           // any of them
	Match []*labels.Matcher // all of them, over Fields; none: every incident
	Steps []Step
	Pos   string // file:line, for messages
}

// Step is one thing that a rule does. Exactly one of its fields is set.
type Step struct {
	Webhook       *Webhook
	Command       *Command
	AddResponders *AddResponders
	Set           *Set
	Room          *Room
	UpdateClock   *UpdateClock
	Note          *Note
}

// Webhook posts the Payload as JSON to an address.
type Webhook struct {
	URL string // http or https, as it is: no template, so that nothing a source wrote chooses the address
	// Secrets sign the body, in the clear. With several, while one is rotated, there is one signature for each; without any
	// the body is not signed.
	Secrets []string
	Header  map[string]string // further headers, such as Authorization
	Timeout time.Duration     // of everything, from the look-up of the name to the answer; 0: DefaultWebhookTimeout
}

// Command runs a program of this machine, never a shell, with the Payload as JSON on its standard input.
type Command struct {
	// Argv is the program, by its absolute path and as it is, and its arguments: each its own text/template over Payload, and
	// each one argument whatever it contains. One that would become an option only by what a source wrote stops the run,
	// unless a plain "--" stands before it.
	Argv []string
	// Env is the environment beside PATH, LANG, HOME and the ROUSE_ variables; the program gets nothing of rouse's own.
	Env     map[string]string
	Dir     string        // absolute; it must exist. Empty: /
	Timeout time.Duration // then it is killed, with all that it started; 0: DefaultCommandTimeout
}

// AddResponders pages people beside the escalation: users, whoever is on call in schedules, teams. No receivers.
type AddResponders struct{ Targets []oncall.Target }

// Set changes fields of the record. Empty fields stay as they are; a Category of "-" takes it away.
type Set struct {
	Category string
	Impact   incident.Grade
	Urgency  incident.Grade
	Priority incident.Priority
	Type     string
	Reason   string // for the timeline; empty: the rule's name says it
}

// Room posts a text to a receiver. Text is a text/template over Payload.
type Room struct{ Receiver, Text string }

// UpdateClock has the incident owe its stakeholders a status update: the first after Every.
type UpdateClock struct{ Every time.Duration } // 0: by the cadence of its priority

// Note adds a line to the timeline. Text is a text/template over Payload.
type Note struct{ Text string }

// Kind names what the step does: webhook, command, add_responders, set, room, update_clock or note; empty for no step.
func (s Step) Kind() string {
	switch {
	case s.Webhook != nil:
		return "webhook"
	case s.Command != nil:
		return "command"
	case s.AddResponders != nil:
		return "add_responders"
	case s.Set != nil:
		return "set"
	case s.Room != nil:
		return "room"
	case s.UpdateClock != nil:
		return "update_clock"
	case s.Note != nil:
		return "note"
	}
	return ""
}

// External reports whether the step is for the Runner: a webhook or a command. A room hears of things by the road of all rooms.
func (s Step) External() bool { return s.Webhook != nil || s.Command != nil }

// String names the step for a timeline, without anything secret: "webhook to hooks.example.com", "command tell-vendor".
func (s Step) String() string {
	switch {
	case s.Webhook != nil:
		return "webhook to " + hostOf(s.Webhook.URL)
	case s.Command != nil && len(s.Command.Argv) > 0:
		return "command " + path.Base(s.Command.Argv[0])
	case s.AddResponders != nil:
		return "add responders"
	case s.Room != nil:
		return "room " + s.Room.Receiver
	case s.UpdateClock != nil:
		return "update clock"
	}
	return s.Kind()
}

// GoString is String, so that no secret is printed by %#v either.
func (s Step) GoString() string { return s.String() }

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "an address that cannot be read"
	}
	return u.Host
}

// Fields returns what matchers may ask of an incident, by name: its group labels, and over them ref, state, title, service,
// team, type, category, impact, urgency, priority, severity, source, reporter, rule, assignee and code. What it does not have
// is empty, as is a name that is not there.
func Fields(i *incident.Incident) map[string]string {
	f := make(map[string]string, len(i.GroupLabels)+16)
	for k, v := range i.GroupLabels {
		f[k] = v
	}
	for k, v := range map[string]string{
		"ref": i.Ref(), "state": string(i.State), "title": i.Title, "service": i.Service, "team": i.Team, "type": i.Type,
		"category": i.Category, "impact": string(i.Impact), "urgency": string(i.Urgency), "priority": string(i.Priority),
		"severity": string(i.Severity), "source": i.Source, "reporter": i.Reporter, "rule": i.Rule,
		"assignee": string(i.Assignee), "code": i.Code,
	} {
		f[k] = v
	}
	return f
}

// Wants reports whether the rule runs when ev happens to an incident with these Fields. A field that is missing is empty to
// every matcher, negative ones too, as labels are to Alertmanager's.
func (r Rule) Wants(ev Event, f map[string]string) bool {
	if !slices.Contains(r.On, ev) {
		return false
	}
	for _, m := range r.Match {
		if !m.Matches(f[m.Name]) {
			return false
		}
	}
	return true
}

// Run is one rule at work because of one line of a timeline.
type Run struct {
	ID    string // the same whenever the same decision is looked at: INC-42/17/opened/page-vendor
	Rule  Rule
	Event Event
	Entry incident.Entry
}

// StepID is the identifier of the run's n-th step, from 0. It is derived, so looking twice cannot do it twice.
func (r Run) StepID(n int) string { return r.ID + "/" + strconv.Itoa(n) }

// Due says which rules run because of one decision: in the order of its entries, then of the rules. before is the record as it
// was, nil or the zero Incident for one that was opened; after is the record now, against which matchers are asked. What a
// decision did once it did once, however many entries it wrote of it. Do not ask it of decisions that rules brought about.
func Due(rules []Rule, before, after *incident.Incident, entries []incident.Entry) []Run {
	if len(rules) == 0 {
		return nil
	}
	var runs []Run
	var fields map[string]string
	seen := map[Event]bool{}
	for _, e := range entries {
		for _, ev := range Events(e, before, after) {
			if seen[ev] && !ev.repeats() {
				continue
			}
			seen[ev] = true
			if fields == nil {
				fields = Fields(after)
			}
			for _, r := range rules {
				if r.Wants(ev, fields) {
					id := fmt.Sprintf("%s/%d/%s/%s", after.Ref(), e.Seq, ev, r.Name)
					runs = append(runs, Run{ID: id, Rule: r, Event: ev, Entry: e})
				}
			}
		}
	}
	return runs
}
