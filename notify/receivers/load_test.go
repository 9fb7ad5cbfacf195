package receivers_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/receivers"
)

func TestNames(t *testing.T) {
	rooms := load(t, "- name: b\n- name: a\n", receivers.Options{})
	if got := rooms.Names(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("names = %q, want a, b", got)
	}
	for _, empty := range []string{"", "# nothing", "null", "[]"} {
		if got := load(t, empty, receivers.Options{}).Names(); len(got) != 0 {
			t.Errorf("names of %q = %q, want none", empty, got)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := []struct {
		name, yaml           string
		receiver, field, err string
		line                 int
	}{
		{
			name:     "unknown field",
			yaml:     "- name: ok\n- name: room\n  slack_configs:\n    - api_url: http://x.test/\n      # a comment\n      chanel: '#c'\n",
			receiver: "room", field: "slack_configs[0].chanel", line: 6, err: "unknown field",
		},
		{
			name:     "unknown field deep inside",
			yaml:     "- name: room\n  webhook_configs:\n    - url: http://x.test/\n    - url: http://x.test/\n      http_config:\n        tls_config: {insecure: true}\n",
			receiver: "room", field: "webhook_configs[1].http_config.tls_config.insecure", line: 6, err: "unknown field",
		},
		{
			name: "unknown kind", yaml: "- name: room\n  sms_configs: [{to: x}]\n",
			receiver: "room", field: "sms_configs", line: 2, err: "unknown field",
		},
		{
			name: "missing value", yaml: "- name: room\n  webhook_configs: [{url: http://x.test/}]\n  telegram_configs:\n    - bot_token: 1:x\n",
			receiver: "room", field: "telegram_configs[0]", line: 4, err: "missing chat_id",
		},
		{
			name: "bad address, not repeated", yaml: "- name: room\n  slack_configs:\n    - api_url: hooks.slack.test/CANARY-SECRET\n",
			receiver: "room", field: "slack_configs[0]", line: 3, err: "unsupported scheme",
		},
		{
			name: "no name", yaml: "- webhook_configs: [{url: http://x.test/}]\n",
			receiver: "receivers[0]", line: 1, err: "missing name",
		},
		{
			name: "an entry with nothing in it", yaml: "- name: room\n  slack_configs:\n    -\n",
			receiver: "room", field: "slack_configs[0]", line: 3, err: "nothing in this entry",
		},
		{
			name: "two of a name", yaml: "- name: room\n- name: room\n",
			receiver: "room", field: "name", line: 2, err: "receiver on line 1",
		},
		{
			name: "not a mapping", yaml: "- room\n", receiver: "receivers[0]", line: 1, err: "begins with a name",
		},
		{
			name: "a template that does not parse", yaml: "- name: room\n  slack_configs: [{api_url: http://x.test/, title: '{{ .Status'}]\n",
			receiver: "room", err: "unclosed action",
		},
		{
			name: "a template that does not exist", yaml: "- name: room\n  slack_configs: [{api_url: http://x.test/, title: '{{ template \"nope\" . }}'}]\n",
			receiver: "room", err: "not defined",
		},
		{
			name: "a field that does not exist", yaml: "- name: room\n  slack_configs: [{api_url: http://x.test/, title: '{{ .Stats }}'}]\n",
			receiver: "room", err: "can't evaluate field Stats",
		},
		{
			name: "a file that is not there", yaml: "- name: room\n  webhook_configs: [{url: http://x.test/, http_config: {tls_config: {ca_file: /nowhere/ca.pem}}}]\n",
			receiver: "room", err: "/nowhere/ca.pem",
		},
		{
			name: "mail without a server", yaml: "- name: room\n  email_configs: [{to: a@example.com, from: b@example.com}]\n",
			receiver: "room", field: "email_configs[0]", line: 2, err: "smarthost",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := receivers.Load([]byte(tt.yaml), receivers.Options{})
			var e *receivers.ConfigError
			if !errors.As(err, &e) {
				t.Fatalf("error = %v, want a ConfigError", err)
			}
			if e.Receiver != tt.receiver || e.Field != tt.field || e.Line != tt.line || !strings.Contains(e.Error(), tt.err) {
				t.Errorf("error = %v (%s, line %d)\nwant %s, %s, line %d, %q", err, e.Field, e.Line, tt.receiver, tt.field, tt.line, tt.err)
			}
			discreet(t, err)
		})
	}
}

func TestLoadReportsEverything(t *testing.T) {
	_, err := receivers.Load([]byte(`
- name: one
  slack_configs: [{api_url: "http://x.test/", chanel: a, colour: b}]
- name: two
  webhook_configs: [{uri: x}]
`), receivers.Options{})
	for _, want := range []string{"chanel", "colour", `"two" (line 5`, "uri"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	for bad, want := range map[string]string{
		"name: room": "write a list",
		"- name: [":  "yaml",
		"a: &a [*a]": "", // an alias inside its own anchor
		laughs():     "aliases are written out",
	} {
		if _, err := receivers.Load([]byte(bad), receivers.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%.40q) = %v, want %q", bad, err, want)
		}
	}
}

// laughs is a short list that means a very long one.
func laughs() string {
	s := "- &l0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := '1'; i <= '9'; i++ {
		s += "- &l" + string(i) + " [" + strings.Repeat("*l"+string(i-1)+", ", 9) + "*l" + string(i-1) + "]\n"
	}
	return s
}

func TestAnchorsOfOneReceiverServeAnother(t *testing.T) {
	s := newStreet(t)
	rooms := load(t, `
- name: room
  webhook_configs: [{url: "http://x.test/", http_config: &auth {basic_auth: {username: u, password: p}}}]
- name: other
  webhook_configs: [{url: "http://x.test/", http_config: *auth}]
`, receivers.Options{DialContext: s.dial})
	n := note(receivers.Opened)
	n.Receiver = "other"
	if err := rooms.Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if got := s.take(); len(got) != 1 || got[0].header.Get("Authorization") == "" {
		t.Errorf("requests = %+v, want one with authorization", got)
	}
}

func TestGlobal(t *testing.T) {
	s := newStreet(t)
	rooms := load(t, "- name: room\n  slack_configs: [{channel: c}]\n", receivers.Options{
		DialContext: s.dial, Global: []byte("slack_api_url: http://x.test/global\n"),
	})
	if err := rooms.Send(t.Context(), note(receivers.Opened)); err != nil {
		t.Fatal(err)
	}
	if got := s.take(); len(got) != 1 || got[0].uri != "/global" {
		t.Errorf("requests = %+v, want one to the global address", got)
	}
	_, err := receivers.Load([]byte("- name: room"), receivers.Options{Global: []byte("[1]")})
	if err == nil || !strings.Contains(err.Error(), "global: line 1: write a mapping") {
		t.Errorf("error = %v", err)
	}
}

func TestSplit(t *testing.T) {
	doc, err := receivers.Split([]byte(`
route: {receiver: room}
global: &g {http_config: &auth {basic_auth: {username: u, password: p}}}
templates: [a.tmpl, "b/*.tmpl"]
receivers:
  - name: room
    webhook_configs: [{url: "http://x.test/", http_config: *auth}]
`))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(doc.Templates, []string{"a.tmpl", "b/*.tmpl"}) {
		t.Errorf("templates = %q", doc.Templates)
	}
	s := newStreet(t)
	rooms := load(t, string(doc.Receivers), receivers.Options{DialContext: s.dial, Global: doc.Global})
	if err := rooms.Send(t.Context(), note(receivers.Opened)); err != nil {
		t.Fatal(err)
	}
	if got := s.take(); len(got) != 1 || got[0].header.Get("Authorization") == "" {
		t.Errorf("requests = %+v, want one with the shared authorization", got)
	}
	if doc, err := receivers.Split(nil); err != nil || doc.Receivers != nil || doc.Global != nil || doc.Templates != nil {
		t.Errorf("nothing = %+v, %v", doc, err)
	}
	for _, bad := range []string{"[1]", "templates: {a: b}", "a: ["} {
		if _, err := receivers.Split([]byte(bad)); err == nil {
			t.Errorf("Split(%q) took it", bad)
		}
	}
}

func TestTemplateFilesWin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.tmpl")
	if err := os.WriteFile(file, []byte(`{{ define "__subject" }}mine: {{ .CommonAnnotations.incident }}{{ end }}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStreet(t)
	rooms := load(t, room(kinds["slack"]), receivers.Options{DialContext: s.dial, TemplateFiles: []string{file}})
	if err := rooms.Send(t.Context(), note(receivers.Opened)); err != nil {
		t.Fatal(err)
	}
	if got := write(s.take()); !strings.Contains(got, `"title": "mine: INC-42"`) {
		t.Errorf("requests = %s, want my title", got)
	}
	if err := os.WriteFile(file, []byte(`{{ define "x" }}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := receivers.Load(nil, receivers.Options{TemplateFiles: []string{file}})
	if err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a broken template file: %v, want its name", err)
	}
}

func TestGuard(t *testing.T) {
	s := newStreet(t)
	address := s.plain.Listener.Addr().String()
	yaml := room("webhook_configs: [{url: http://" + address + "/}]")
	err := load(t, yaml, receivers.Options{}).Send(t.Context(), note(receivers.Opened))
	if e := notify.Classify(err); err == nil || e.Class != notify.Account || !strings.Contains(err.Error(), "127.0.0.1: not a public address") {
		t.Errorf("error = %v, want account: loopback is not public", err)
	}
	if got := s.take(); len(got) != 0 {
		t.Errorf("requests = %+v, want none", got)
	}
	if err := load(t, yaml, receivers.Options{DialContext: loopback()}).Send(t.Context(), note(receivers.Opened)); err != nil {
		t.Errorf("allowed, and yet: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	for _, yaml := range kinds {
		f.Add(room(yaml))
	}
	f.Add("- name: room\n  slack_configs: [null]\n")
	f.Add("- name: a\n  webhook_configs: &x [{url: http://x.test/}]\n- name: b\n  webhook_configs: *x\n")
	f.Add("- &a {name: x, <<: *a}")
	f.Add(laughs())
	f.Fuzz(func(t *testing.T, yaml string) {
		if strings.Contains(yaml, "file") || len(yaml) > 4096 { // files are read; a fuzzer must not choose which
			return
		}
		rooms, err := receivers.Load([]byte(yaml), receivers.Options{})
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		rooms.Close()
	})
}
