package configs

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// canaries is a file in which everything that may be secret holds a canary.
const canaries = `
# a comment with canary-comment
server:
  public_url: https://rouse.example.com
  store: postgres:env:DSN
  dead_man: {url: "https://ping.example.com/canary-literal-url"}
  metrics_token: [env:TOKEN, file:/secrets/good]
  tls: {cert: "file:/secrets/good", key: "file:/secrets/good"}
x-hook: &hook {url: "https://hooks.example.com/canary-anchor", http_config: {authorization: {credentials: canary-bearer}}}
providers:
  - name: twilio
    twilio: {account_sid: env:SID, auth_token: [env:AUTH, env:TOKEN2], from: "+15550100001", base_url: "https://user:canary-userinfo@twilio.example.com"}
  - name: mail
    smtp: {address: "smtp.example.com:587", from: rouse@example.com, username: rouse, password: env:PASSWORD}
global: {slack_api_url: "https://hooks.slack.com/canary-global"}
receivers:
  - name: room
    webhook_configs: [*hook]
    slack_configs: [{channel: "#room", api_url: "https://hooks.slack.com/canary-slack", api_url_file: /etc/rouse/slack}]
    pushover_configs: [{user_key: canary-pushover, token: canary-pushover2}]
route: {service: web, receiver: room}
automations:
  - name: vendor
    on: opened
    do:
      - webhook: {url: "https://hooks.example.com/canary-path", secret: [env:HOOK, file:/secrets/long], headers: {Authorization: canary-header, X-Other: env:TOKEN}}
      - command: {run: [/usr/local/bin/tell-vendor, "{{ .Incident.Ref }}"], env: {VENDOR_TOKEN: canary-environment, OTHER: env:TOKEN}}
`

func TestNothingLeaks(t *testing.T) {
	o := testOptions()
	c := load(t, "rouse.yaml", []byte(complete(canaries, "")), o)
	if got := c.Server.Store.DSN.Reveal(); got != "canary-dsn" {
		t.Fatalf("got %q, want the secret itself from Reveal", got)
	}
	outputs := map[string]string{"Redacted": string(c.Redacted()), "RedactedFile": string(c.RedactedFile())}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		outputs[verb] = fmt.Sprintf(verb, []any{c.Server.Store, c.Server.DeadMan, c.Server.MetricsToken, c.Access, c.Automations, *c.Providers[0].Twilio.AuthToken[0].ptr(), c.Integrations})
	}
	j, err := json.Marshal([]any{c.Server, c.Providers[1].SMTP, c.Integrations})
	if err != nil {
		t.Fatal(err)
	}
	y, err := yaml.Marshal([]any{c.Server, c.Integrations})
	if err != nil {
		t.Fatal(err)
	}
	outputs["json"], outputs["yaml"] = string(j), string(y)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("loaded", "token", c.Server.MetricsToken[0], "store", c.Server.Store)
	outputs["slog"] = log.String()
	for name, out := range outputs {
		if strings.Contains(out, "canary") || strings.Contains(out, fmt.Sprintf("%x", "canary")) || strings.Contains(out, "34600000001") {
			t.Errorf("%s leaks:\n%s", name, out)
		}
	}
	for _, want := range []string{"env:AUTH", "file:/secrets/good", "postgres:env:DSN", "api_url_file: /etc/rouse/slack", "#room", "*0001", "env:HOOK", "/usr/local/bin/tell-vendor", "X-Other: 'env:TOKEN'"} {
		if !strings.Contains(outputs["RedactedFile"], want) {
			t.Errorf("RedactedFile lacks %s:\n%s", want, outputs["RedactedFile"])
		}
	}
}

// ptr lets the test print a Secret through a pointer as well.
func (s Secret) ptr() *Secret { return &s }

// TestRedactedIsAlertmanagers decodes with the keys that amtool knows and no others, as it does itself.
func TestRedactedIsAlertmanagers(t *testing.T) {
	type route struct {
		Receiver string
		GroupBy  []string `yaml:"group_by"`
		Matchers []string
		Continue bool
		Mute     []string `yaml:"mute_time_intervals"`
		Active   []string `yaml:"active_time_intervals"`
		Routes   []*route
	}
	var got struct {
		Route     *route
		Inhibit   []map[string][]string `yaml:"inhibit_rules"`
		Intervals []map[string]any      `yaml:"time_intervals"`
		Receivers []struct{ Name string }
	}
	dec := yaml.NewDecoder(strings.NewReader(string(shared(t).Redacted())))
	dec.KnownFields(true)
	if err := dec.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Route.Receiver != "payments" || len(got.Route.Routes) != 2 || got.Route.Routes[0].Matchers[0] != `service="checkout"` || len(got.Receivers) != 1 {
		t.Errorf("got %+v", got)
	}
	c := load(t, "rouse.yaml", []byte(complete(canaries, "")), testOptions())
	if want := "receiver: everyone + room"; !strings.Contains(string(c.Redacted()), want) {
		t.Errorf("got:\n%swant %q", c.Redacted(), want)
	}
}

func TestSecretZero(t *testing.T) {
	if s := NewSecret(""); !s.IsZero() || s.String() != "<secret>" || s.Reveal() != "" {
		t.Errorf("got %v", s)
	}
	if s := NewSecret("x"); s.IsZero() || s.Ref() != "" {
		t.Errorf("got a zero secret for a value")
	}
}

func TestSecretRotation(t *testing.T) {
	c := load(t, "rouse.yaml", []byte(complete("integrations: {scripts: {type: generic, token: [env:TOKEN, env:TOKEN2], hmac: file:/secrets/good}}\n", "")), testOptions())
	i := c.Integrations[0]
	if len(i.Token) != 2 || i.Token[0].Reveal() != "canary-token" || i.Token[1].Reveal() != "canary-token2" || i.HMAC.Reveal() != "canary-file" {
		t.Errorf("got %d tokens, want both and the key without its newline", len(i.Token))
	}
}

// TestSecretFiles reads real files: the path is relative to the configuration, and the mode matters.
func TestSecretFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, mode os.FileMode, text string) {
		if err := os.WriteFile(dir+"/"+name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir+"/"+name, mode); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Getenv: testOptions().Getenv}
	write("token", 0o600, "canary\r\n")
	write("rouse.yaml", 0o644, complete("integrations: {scripts: {type: generic, token: file:token}}\n", ""))
	c, problems := LoadFile(dir+"/rouse.yaml", o)
	if c == nil || c.Integrations[0].Token[0].Reveal() != "canary" {
		t.Fatalf("got:\n%v", problems)
	}
	write("token", 0o604, "canary")
	if _, problems := LoadFile(dir+"/rouse.yaml", o); !strings.Contains(problems.String(), "chmod 600") {
		t.Errorf("a file that all can read: got:\n%v", problems)
	}
}
