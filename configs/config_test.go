package configs

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// sharedOptions resolve every reference of testdata/rouse.yaml, the contract, to a canary.
func sharedOptions() Options {
	o := testOptions()
	o.Getenv = func(name string) string {
		if name == "ROUSE_DEAD_MAN_URL" {
			return "https://ping.example.com/canary-url"
		}
		return "canary-" + strings.ToLower(name)
	}
	o.ReadFile = func(path string) ([]byte, error) { return []byte("canary-" + path), nil }
	o.Stat = nil
	return o
}

func load(t testing.TB, name string, data []byte, o Options) *Config {
	t.Helper()
	c, problems := Load(name, data, o)
	if c == nil {
		t.Fatalf("%s is refused:\n%v", name, problems)
	}
	return c
}

func shared(t testing.TB) *Config {
	t.Helper()
	data, err := os.ReadFile("testdata/rouse.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return load(t, "rouse.yaml", data, sharedOptions())
}

func TestSharedLoadsWithoutAWord(t *testing.T) {
	for _, o := range []Options{sharedOptions(), {SkipSecrets: true, Now: now}} {
		c, problems := LoadFile("testdata/rouse.yaml", o)
		if c == nil || len(problems) > 0 {
			t.Errorf("got:\n%v\nwant nothing to say", problems)
		}
	}
}

func TestSharedMeans(t *testing.T) {
	c := shared(t)
	type row = struct {
		name      string
		got, want any
	}
	server, twilio, smtp := c.Server, c.Providers[0].Twilio, c.Providers[1].SMTP
	for _, r := range []row{
		{"listen", server.Listen, ":8420"},
		{"public_url", server.PublicURL, "https://rouse.example.com"},
		{"store", [2]string{string(server.Store.Kind), server.Store.Path}, [2]string{"badger", "./data"}},
		{"log", server.Log, Log{"info", "text"}},
		{"tls", [2]string{server.TLS.Cert.Ref(), server.TLS.Key.Reveal()}, [2]string{"file:/etc/rouse/tls.crt", "canary-/etc/rouse/tls.key"}},
		{"dead man", server.DeadMan.URL.Reveal(), "https://ping.example.com/canary-url"},
		{"dead man every", server.DeadMan.Every, time.Minute},
		{"token", []any{c.Access.Tokens[0].Name, c.Access.Tokens[0].User, c.Access.Tokens[0].Role}, []any{"cli-ana", oncall.UserID("ana"), Responder}},
		{"token value", c.Access.Tokens[0].Token[0].Reveal(), "canary-rouse_token_ana"},
		{"oidc", c.Access.OIDC.Roles, map[string]Role{"sre": Manager, "everyone": Viewer}},
		{"twilio", [3]string{twilio.AccountSID.Reveal(), twilio.From, twilio.BaseURL}, [3]string{"canary-twilio_account_sid", "+15550100001", "https://api.twilio.com"}},
		{"smtp", [4]string{smtp.Address, smtp.From, smtp.Username, smtp.TLS}, [4]string{"smtp.example.com:587", "rouse@example.com", "rouse", "auto"}},
		{"carries", []bool{c.Providers[0].Carries(oncall.Call), c.Providers[0].Carries(oncall.Email), c.Providers[1].Carries(oncall.Email)}, []bool{true, false, true}},
		{"limits", c.Limits, Limits{SMS: Rate{6, 15 * time.Minute}, Call: Rate{4, 15 * time.Minute}, DailyMessages: 500, DailyCalls: 200, Incidents: 2000}},
		{"heartbeats", c.Heartbeats, []Heartbeat{{"prometheus-watchdog", 5 * time.Minute, time.Minute, "database"}}},
		{"drill", []any{c.Drills[0].At, c.Drills[0].Zone.String(), c.Drills[0].Policy}, []any{Moment{[]time.Weekday{time.Wednesday}, 600}, "Europe/Madrid", oncall.PolicyID("payments")}},
		{"receivers", c.Receivers, []Receiver{{"payments-room", 123, 11}}},
		{"status page", c.StatusPage, StatusPage{"Example status", []string{"checkout"}, true}},
		{"retention", c.Retention, Retention{Pages: 90 * day, Alerts: 30 * day, Changes: 90 * day}},
		{"integrations", names(c.Integrations), []string{"prometheus", "alertmanager", "grafana", "scripts"}},
		{"inhibition", []any{len(c.InhibitRules()), c.InhibitRules()[0].Equal}, []any{1, []string{"cluster"}}},
		{"maintenance", []any{c.Maintenance()[0].Name, c.Maintenance()[0].For, c.Maintenance()[0].Weekdays, c.Maintenance()[0].Minute}, []any{"backup", 2 * time.Hour, []time.Weekday{time.Sunday}, 120}},
	} {
		if diff := cmp.Diff(r.want, r.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", r.name, diff)
		}
	}
}

const day = 24 * time.Hour

func names(all []Integration) []string {
	var out []string
	for _, i := range all {
		out = append(out, i.Name)
	}
	return out
}

func TestWhoIsOnCall(t *testing.T) {
	r := shared(t).Roster()
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at, target string
		want       []oncall.UserID
	}{
		{"2026-01-05 10:00", "schedule/payments-primary", []oncall.UserID{"ana"}},
		{"2026-01-05 20:00", "schedule/payments-primary", []oncall.UserID{"cy"}},
		{"2026-01-12 10:00", "schedule/payments-primary", []oncall.UserID{"bo"}},
		{"2026-01-12 08:59", "schedule/payments-primary", []oncall.UserID{"ana"}},
		{"2026-01-12 10:00", "schedule/payments-secondary", []oncall.UserID{"cy"}},
		{"2026-12-24 10:00", "schedule/payments-primary", []oncall.UserID{"cy"}}, // the override
		{"2026-01-05 10:00", "team/payments", []oncall.UserID{"ana", "bo", "cy"}},
		{"2026-01-05 10:00", "receiver/payments-room", nil},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, madrid)
		if err != nil {
			t.Fatal(err)
		}
		target, err := oncall.ParseTarget(tt.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Resolve(target, at); !slices.Equal(got, tt.want) {
			t.Errorf("%s at %s: got %v, want %v", tt.target, tt.at, got, tt.want)
		}
	}
	if got := r.Fallback(); got != "everyone" {
		t.Errorf("fallback: got %q, want everyone", got)
	}
	p, _ := r.Policy("payments")
	want := []oncall.Target{{Kind: oncall.ToSchedule, Name: "payments-secondary"}, {Kind: oncall.ToReceiver, Name: "payments-room"}}
	if len(p.Levels) != 3 || p.Repeat != 0 || !slices.Equal(p.Levels[1].Targets, want) {
		t.Errorf("policy payments: got %+v", p)
	}
	ana, _ := r.User("ana")
	if ana.Quiet == nil || *ana.Quiet != (oncall.QuietHours{From: 1320, To: 420}) || ana.Rules(oncall.High)[1].After != time.Minute {
		t.Errorf("ana: got %+v", ana)
	}
}

func TestWhereAlertsGo(t *testing.T) {
	c := shared(t)
	for _, tt := range []struct {
		labels  alert.Labels
		service string
		urgency string
		route   string
		mute    []string
	}{
		{alert.Labels{"service": "checkout", "alertname": "X"}, "checkout", "high", "rouse.yaml:107", nil},
		{alert.Labels{"severity": "info"}, "housekeeping", "low", "rouse.yaml:110", []string{"nights"}},
		{alert.Labels{"alertname": "Other"}, "housekeeping", "", "rouse.yaml:101", nil},
	} {
		got := c.Tree().Route(alert.Alert{Labels: tt.labels})
		if len(got) != 1 || got[0].Service != tt.service || got[0].Urgency != tt.urgency || got[0].Route != tt.route || !slices.Equal(got[0].MuteIntervals, tt.mute) {
			t.Errorf("%v: got %+v, want %s %s by %s", tt.labels, got, tt.service, tt.urgency, tt.route)
		}
	}
	d := c.Tree().Route(alert.Alert{Labels: alert.Labels{"service": "checkout", "job": "db"}})[0]
	sunday := time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC) // 02:30 in Madrid
	s := c.Gate().Check(&alert.Alert{State: alert.Firing, Labels: alert.Labels{"job": "db"}}, &d, c.Gate().NewInhibitor(), sunday)
	if s == nil || s.Kind != router.ByMaintenance || s.Rule != "backup" {
		t.Errorf("in the maintenance window: got %+v, want backup", s)
	}
}

func TestRulebook(t *testing.T) {
	c := shared(t)
	b := c.Rulebook()
	if got := b.Prioritise("medium", "low"); got != "P4" {
		t.Errorf("medium and low: got %s, want P4", got)
	}
	if got := [2]oncall.Urgency{b.NotifyUrgency("P3"), b.NotifyUrgency("P4")}; got != [2]oncall.Urgency{oncall.High, oncall.Low} {
		t.Errorf("P3 and P4: got %v", got)
	}
	want := incident.Service{Name: "checkout", Team: "payments", Policy: "payments", Impact: "high", DependsOn: []string{"database"}, Runbook: "https://wiki.example.com/checkout", AckTimeout: 4 * time.Hour}
	if diff := cmp.Diff(want, b.Services["checkout"]); diff != "" {
		t.Errorf("checkout (-want +got):\n%s", diff)
	}
	if b.Roster != c.Roster() || b.Version != c.Version() || len(c.Version()) != 12 || !slices.Contains(b.Types["security"], "breach") {
		t.Errorf("got %+v", b)
	}
}

func TestVersionFollowsTheBytes(t *testing.T) {
	one := load(t, "a", []byte(complete("", "")), testOptions())
	two := load(t, "b", []byte(complete("", "")), testOptions())
	three := load(t, "a", []byte(complete("# changed\n", "")), testOptions())
	if one.Version() != two.Version() || one.Version() == three.Version() {
		t.Errorf("got %s, %s and %s, want equal, equal, other", one.Version(), two.Version(), three.Version())
	}
}

func TestReceiversYAML(t *testing.T) {
	c := load(t, "rouse.yaml", []byte(complete(`
global: {slack_api_url_file: /etc/rouse/slack}
templates: [/etc/rouse/*.tmpl]
x-slack: &slack {channel: "#room", send_resolved: true}
receivers:
  - name: room
    slack_configs: [*slack]
    unknown_configs: [{anything: 1}]
`, "")), testOptions())
	var got map[string]any
	if err := yaml.Unmarshal(c.ReceiversYAML, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"global":    map[string]any{"slack_api_url_file": "/etc/rouse/slack"},
		"templates": []any{"/etc/rouse/*.tmpl"},
		"receivers": []any{map[string]any{"name": "room", "slack_configs": []any{map[string]any{"channel": "#room", "send_resolved": true}}, "unknown_configs": []any{map[string]any{"anything": 1}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.Equal(c.Templates, []string{"/etc/rouse/*.tmpl"}) {
		t.Errorf("templates: got %v", c.Templates)
	}
}

func TestShippedConfigurations(t *testing.T) {
	env := testOptions()
	env.Getenv = func(name string) string {
		if name == "TWILIO_FROM" {
			return "+15550100001"
		}
		return "canary-" + name
	}
	demo := Demo("http://127.0.0.1:9999/phones", "http://127.0.0.1:8420")
	for _, tt := range []struct {
		name string
		data []byte
		o    Options
	}{
		{"default.yaml", Default(), env},
		{"demo.yaml", demo, Options{Literal: true, Now: now}},
	} {
		c, problems := Load(tt.name, tt.data, tt.o)
		if c == nil || len(problems) > 0 {
			t.Errorf("%s: got:\n%v\nwant nothing to say", tt.name, problems)
		}
	}
	c := load(t, "demo.yaml", demo, Options{Literal: true})
	p := c.Providers[0]
	if p.Name != "phones" || p.Twilio.BaseURL != "http://127.0.0.1:9999/phones" || c.Server.PublicURL != "http://127.0.0.1:8420" {
		t.Errorf("demo: got %+v and %s", p, c.Server.PublicURL)
	}
	if i, ok := c.Integration("prometheus"); !ok || i.Token[0].Reveal() != "demo" {
		t.Errorf("demo: got %+v, want the token demo", i)
	}
	if bytes.Contains(demo, []byte("invalid")) {
		t.Errorf("demo: a placeholder is left")
	}
	if _, problems := Load("demo.yaml", demo, Options{}); problems.Err() == nil {
		t.Errorf("demo without Literal: got no error, want its secrets refused")
	}
	for _, level := range c.Roster().Policies()[1].Levels {
		if level.Wait != 45*time.Second {
			t.Errorf("demo: got a wait of %s, want 45s", level.Wait)
		}
	}
}
