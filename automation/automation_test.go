package automation_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func matcher(t *testing.T, s string) *labels.Matcher {
	t.Helper()
	m, err := labels.ParseMatcher(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func disk() *incident.Incident {
	return &incident.Incident{
		Number: 42, State: incident.Triggered, Title: "Disk is full", Service: "database", Team: "dba", Type: "technical",
		Impact: incident.GradeHigh, Urgency: incident.GradeHigh, Priority: "P1", Severity: "critical",
		GroupLabels: map[string]string{"cluster": "eu", "team": "a label, not the team"}, Source: "prometheus", CreatedAt: noon,
	}
}

func TestWants(t *testing.T) {
	tests := []struct {
		name  string
		on    []automation.Event
		match []string
		ev    automation.Event
		want  bool
	}{
		{"any incident", []automation.Event{automation.Opened}, nil, automation.Opened, true},
		{"another event", []automation.Event{automation.Opened}, nil, automation.Closed, false},
		{"one of several events", []automation.Event{automation.Opened, automation.Closed}, nil, automation.Closed, true},
		{"no event at all", nil, nil, automation.Opened, false},
		{"a field", []automation.Event{automation.Opened}, []string{`priority=~"P1|P2"`}, automation.Opened, true},
		{"a field that differs", []automation.Event{automation.Opened}, []string{`priority="P3"`}, automation.Opened, false},
		{"all must match", []automation.Event{automation.Opened}, []string{`priority="P1"`, `service="web"`}, automation.Opened, false},
		{"a group label", []automation.Event{automation.Opened}, []string{`cluster="eu"`}, automation.Opened, true},
		{"the record wins over a label", []automation.Event{automation.Opened}, []string{`team="dba"`}, automation.Opened, true},
		{"missing is empty", []automation.Event{automation.Opened}, []string{`region=""`}, automation.Opened, true},
		{"missing is not x", []automation.Event{automation.Opened}, []string{`region!="x"`}, automation.Opened, true},
		{"missing is not something", []automation.Event{automation.Opened}, []string{`region!=""`}, automation.Opened, false},
		{"missing does not match x.*", []automation.Event{automation.Opened}, []string{`region!~"x.*"`}, automation.Opened, true},
		{"an empty field", []automation.Event{automation.Opened}, []string{`category=""`}, automation.Opened, true},
		{"the reference", []automation.Event{automation.Opened}, []string{`ref="INC-42"`}, automation.Opened, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := automation.Rule{Name: "r", On: tt.on}
			for _, m := range tt.match {
				r.Match = append(r.Match, matcher(t, m))
			}
			if got := r.Wants(tt.ev, automation.Fields(disk())); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDueNamesEachRunOnce(t *testing.T) {
	before, after := disk(), disk()
	after.Priority, after.Type, after.Escalations = "P2", incident.TypeSecurity, 1
	rules := []automation.Rule{
		{Name: "vendor", On: []automation.Event{automation.PriorityChanged, automation.Escalated}, Match: []*labels.Matcher{matcher(t, `priority="P2"`)}},
		{Name: "audit", On: []automation.Event{automation.TypeChanged, automation.Noted}},
	}
	entries := []incident.Entry{
		{Seq: 7, Kind: incident.DidChange, By: incident.Actor{Kind: incident.ByUser, Name: "ana"}},
		{Seq: 8, Kind: incident.DidChange, By: incident.Actor{Kind: incident.ByUser, Name: "ana"}},
		{Seq: 9, Kind: incident.DidEscalate, By: incident.Actor{Kind: incident.BySystem}},
		{Seq: 10, Kind: incident.DidEscalate, By: incident.Actor{Kind: incident.BySystem}},
		{Seq: 11, Kind: incident.DidNote, By: incident.Actor{Kind: incident.ByUser, Name: "ana"}},
		{Seq: 12, Kind: incident.DidNote, By: incident.Actor{Kind: incident.ByUser, Name: "ana"}},
	}
	var got []string
	for _, r := range automation.Due(rules, before, after, entries) {
		got = append(got, r.StepID(0))
	}
	want := []string{
		"INC-42/7/priority_changed/vendor/0", "INC-42/7/type_changed/audit/0", "INC-42/9/escalated/vendor/0",
		"INC-42/11/note/audit/0", "INC-42/12/note/audit/0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWhatAnAutomationDidSetsNothingOff(t *testing.T) {
	before, after := disk(), disk()
	after.Priority, after.State = "P4", incident.Resolved
	by := incident.Actor{Kind: incident.ByAutomation, Name: "demote"}
	var entries []incident.Entry
	for _, k := range []incident.EntryKind{incident.DidChange, incident.DidResolve, incident.DidNote, incident.DidAutomate, incident.DidEscalate} {
		entries = append(entries, incident.Entry{Seq: len(entries) + 1, Kind: k, By: by})
	}
	rules := []automation.Rule{{Name: "all", On: automation.AllEvents()}}
	if runs := automation.Due(rules, before, after, entries); len(runs) != 0 {
		t.Errorf("%d rules run because of an automation, want none", len(runs))
	}
}

func TestStepsNameThemselvesWithoutSecrets(t *testing.T) {
	tests := []struct {
		step     automation.Step
		kind     string
		says     string
		external bool
	}{
		{automation.Step{Webhook: &automation.Webhook{URL: "https://hooks.example.com/T0/token", Secrets: []string{"hush"}}}, "webhook", "webhook to hooks.example.com", true},
		{automation.Step{Command: &automation.Command{Argv: []string{"/opt/bin/tell-vendor", "hush"}}}, "command", "command tell-vendor", true},
		{automation.Step{AddResponders: &automation.AddResponders{}}, "add_responders", "add responders", false},
		{automation.Step{Set: &automation.Set{}}, "set", "set", false},
		{automation.Step{Room: &automation.Room{Receiver: "ops"}}, "room", "room ops", false},
		{automation.Step{UpdateClock: &automation.UpdateClock{}}, "update_clock", "update clock", false},
		{automation.Step{Note: &automation.Note{}}, "note", "note", false},
		{automation.Step{}, "", "", false},
	}
	for _, tt := range tests {
		if k, s, e := tt.step.Kind(), tt.step.String(), tt.step.External(); k != tt.kind || s != tt.says || e != tt.external {
			t.Errorf("got %q, %q, %v; want %q, %q, %v", k, s, e, tt.kind, tt.says, tt.external)
		}
	}
}

func TestOrdersFindTheirStepAgain(t *testing.T) {
	rule := automation.Rule{Name: "vendor", Steps: []automation.Step{
		{Note: &automation.Note{Text: "x"}},
		{Webhook: &automation.Webhook{URL: "https://x.example.com", Secrets: []string{"not-in-an-order"}}},
		{Command: &automation.Command{Argv: []string{"/bin/true"}}},
	}}
	run := automation.Run{ID: "INC-42/1/opened/vendor", Rule: rule, Event: automation.Opened, Entry: incident.Entry{Seq: 1, At: noon}}
	orders := run.Orders(func(n int) automation.Payload { return automation.NewPayload(run, n, disk(), "") })
	if len(orders) != 2 {
		t.Fatalf("got %d orders, want one for each external step, 2", len(orders))
	}
	for k, o := range orders {
		text, err := o.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "not-in-an-order") {
			t.Error("the order holds the secret")
		}
		back, err := automation.ParseOrder(text)
		if err != nil {
			t.Fatal(err)
		}
		if want := run.StepID(k + 1); back.Payload.ID != want || back.Payload.Incident.Labels["cluster"] != "eu" {
			t.Errorf("got payload %+v, want id %s", back.Payload, want)
		}
		s, err := back.Find([]automation.Rule{{Name: "other"}, rule})
		if err != nil || s.Kind() != o.Kind {
			t.Errorf("found %v, %v; want the %s", s, err, o.Kind)
		}
	}
	moved := automation.Rule{Name: "vendor", Steps: []automation.Step{rule.Steps[0], rule.Steps[2]}}
	for _, rules := range [][]automation.Rule{nil, {moved}} {
		if _, err := orders[0].Find(rules); err == nil || !strings.Contains(err.Error(), "no longer in the configuration") {
			t.Errorf("got %v, want that it is gone", err)
		}
	}
}

func TestPayloadOfAConfidentialIncidentSaysSo(t *testing.T) {
	i := disk()
	i.Type = incident.TypeSecurity
	run := automation.Run{ID: "x", Entry: incident.Entry{At: noon, What: strings.Repeat("ä", 9000), By: incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "sms"}}}
	p := automation.NewPayload(run, 0, i, "https://rouse.example.com/incidents/42")
	if !p.Confidential || p.Incident.Title != "Disk is full" {
		t.Errorf("got confidential %v and title %q, want both", p.Confidential, p.Incident.Title)
	}
	if n := len(p.Entry.What); n > 8192 || !strings.HasSuffix(p.Entry.What, "ä…") {
		t.Errorf("the entry's text has %d bytes and ends in %q, want it cut between two letters", n, p.Entry.What[n-4:])
	}
	if p.Entry.By != "ana (sms)" {
		t.Errorf("by %q, want ana (sms)", p.Entry.By)
	}
}

// The names in this text are a promise to those who receive it: a change of it is a change of PayloadVersion.
func TestThePayloadInJSON(t *testing.T) {
	b, err := json.Marshal(payload())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"id":"INC-42/17/opened/vendor/0","event":"opened","rule":"vendor","at":"2026-03-01T12:00:00Z","confidential":false,` +
		`"incident":{"number":42,"ref":"INC-42","state":"triggered","title":"Disk is full","service":"database","team":"dba",` +
		`"type":"technical","category":"","impact":"high","urgency":"high","priority":"P1","severity":"critical","source":"prometheus",` +
		`"reporter":"","rule":"","assignee":"","code":"","labels":{"cluster":"eu","team":"a label, not the team"},"firing":0,` +
		`"created_at":"2026-03-01T12:00:00Z","url":"https://rouse.example.com/incidents/42"},` +
		`"entry":{"what":"Opened as P1","why":"route","by":"prometheus"}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

func TestFlaws(t *testing.T) {
	note := automation.Step{Note: &automation.Note{Text: "{{.Incident.Title}}"}}
	rule := func(steps ...automation.Step) automation.Rule {
		return automation.Rule{Name: "r", Pos: "rouse.yaml:7", On: []automation.Event{automation.Opened}, Steps: steps}
	}
	hook := func(w automation.Webhook) automation.Rule { return rule(automation.Step{Webhook: &w}) }
	run := func(c automation.Command) automation.Rule { return rule(automation.Step{Command: &c}) }
	set := func(s automation.Set) automation.Rule { return rule(automation.Step{Set: &s}) }
	const good = "https://hooks.example.com/x"
	tests := []struct {
		name string
		rule automation.Rule
		want []string // what each flaw says, in order
	}{
		{"nothing wrong", rule(note, automation.Step{Webhook: &automation.Webhook{URL: good, Secrets: []string{"0123456789abcdef"}, Header: map[string]string{"Authorization": "Bearer x"}}},
			automation.Step{Command: &automation.Command{Argv: []string{"/bin/echo", "-n", "{{.Incident.Ref}}", ""}, Timeout: time.Minute}},
			automation.Step{Set: &automation.Set{Priority: "P1"}}, automation.Step{UpdateClock: &automation.UpdateClock{}}), nil},
		{"a name for a path", automation.Rule{Name: "a/b", On: []automation.Event{"opened"}, Steps: []automation.Step{note}}, []string{"its name must be"}},
		{"no event, no step", automation.Rule{Name: "r", Pos: "rouse.yaml:7"}, []string{`rouse.yaml:7: automation "r": it never runs`, "it does nothing"}},
		{"an unknown event", automation.Rule{Name: "r", On: []automation.Event{"explodes"}, Steps: []automation.Step{note}}, []string{`no event "explodes": write one of opened,`}},
		{"an empty step", rule(automation.Step{}), []string{"step 1: a step does one thing, this one 0"}},
		{"two in one", rule(automation.Step{Note: note.Note, Set: &automation.Set{Type: "x"}}), []string{"this one 2"}},
		{"a field that is not there", rule(automation.Step{Note: &automation.Note{Text: "{{.Incident.Titel}}"}}), []string{"note: template: "}},
		{"a template that does not parse", rule(automation.Step{Room: &automation.Room{Receiver: "ops", Text: "{{.Incident"}}), []string{"room: template: "}},
		{"a room without name or text", rule(automation.Step{Room: &automation.Room{}}), []string{"which receiver", "its text is empty"}},
		{"no address", hook(automation.Webhook{URL: "hooks.example.com"}), []string{"must be a whole address"}},
		{"another scheme", hook(automation.Webhook{URL: "file:///etc/passwd"}), []string{"must be a whole address"}},
		{"a password in the address", hook(automation.Webhook{URL: "https://u:p@x.example.com"}), []string{"in a header instead"}},
		{"a template in the address", hook(automation.Webhook{URL: "https://x.example.com/{{.Incident.Title}}"}), []string{"must be plain"}},
		{"a short secret", hook(automation.Webhook{URL: good, Secrets: []string{"hush"}}), []string{"can be guessed"}},
		{"our headers", hook(automation.Webhook{URL: good, Header: map[string]string{"Host": "x", "X-Rouse-Event": "x", "a b": "x", "Fine": "a\r\nB: c"}}),
			[]string{`"Fine" has a value with`, `"Host" is not for you`, `"X-Rouse-Event" is not for you`, `"a b" is no name`}},
		{"too long and too short", hook(automation.Webhook{URL: good, Timeout: 10 * time.Minute}), []string{"timeout must be from 1s to 5m, not 10m0s"}},
		{"no program", run(automation.Command{}), []string{"write the program"}},
		{"a program by name", run(automation.Command{Argv: []string{"sh", "-c", "x"}}), []string{"absolute path"}},
		{"a program by template", run(automation.Command{Argv: []string{"/opt/{{.Incident.Title}}"}}), []string{"absolute path"}},
		{"a bad argument, dir, variable and timeout", run(automation.Command{Argv: []string{"/bin/echo", "{{.X}}"}, Dir: "tmp", Timeout: time.Millisecond,
			Env: map[string]string{"ROUSE_REF": "x", "A-B": "x"}}),
			[]string{"argument 1: template", `"A-B" is no name`, "ROUSE_REF", "absolute path", "timeout must be"}},
		{"nobody", rule(automation.Step{AddResponders: &automation.AddResponders{}}), []string{"write whom"}},
		{"a room for a person", rule(automation.Step{AddResponders: &automation.AddResponders{Targets: []oncall.Target{{Kind: oncall.ToReceiver, Name: "ops"}}}}), []string{"receiver/ops is nobody who can be paged"}},
		{"nothing set", set(automation.Set{Reason: "because"}), []string{"it sets nothing"}},
		{"no such grade or priority", set(automation.Set{Impact: "huge", Priority: "P9"}), []string{"impact must be", "priority must be"}},
		{"a clock too fast", rule(automation.Step{UpdateClock: &automation.UpdateClock{Every: time.Second}}), []string{"every must be from 1m to 7d"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := automation.Flaws([]automation.Rule{tt.rule})
			if len(got) != len(tt.want) {
				t.Fatalf("got %d flaws:\n%s\nwant %d", len(got), strings.Join(got, "\n"), len(tt.want))
			}
			for k := range got {
				if !strings.Contains(got[k], tt.want[k]) {
					t.Errorf("got %q, want %q", got[k], tt.want[k])
				}
			}
		})
	}
	twice := automation.Flaws([]automation.Rule{rule(note), rule(note)})
	if len(twice) != 1 || !strings.Contains(twice[0], "at rouse.yaml:7 already") {
		t.Errorf("got %q for two rules of one name", twice)
	}
}
