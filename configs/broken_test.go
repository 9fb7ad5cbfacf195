package configs

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the want sections in testdata")

// base is what a small configuration needs; a case overrides whole sections of it.
var base = []struct{ section, text string }{
	{"server", "server: {public_url: https://rouse.example.com}\n"},
	{"providers", "providers: [{name: twilio, twilio: {account_sid: env:SID, auth_token: env:AUTH, from: \"+15550100001\"}}]\n"},
	{"users", "users:\n  ana: {timezone: Europe/Madrid, phone: \"+34600000001\"}\n  bo: {timezone: Europe/Stockholm, phone: \"+46700000002\"}\n"},
	{"teams", "teams: {shop: {members: [ana, bo]}}\n"},
	{"schedules", "schedules: {primary: {timezone: Europe/Madrid, layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]}}\n"},
	{"escalations", "escalations: {everyone: {levels: [{notify: [schedule/primary], wait: 5m}, {notify: [team/shop], wait: 5m}]}}\n"},
	{"fallback", "fallback: everyone\n"},
	{"services", "services: {web: {team: shop, impact: high, escalation: everyone, depends_on: [db]}, db: {escalation: everyone}}\n"},
	{"route", "route: {service: web}\n"},
	{"integrations", "integrations: {scripts: {type: generic, token: env:TOKEN}}\n"},
}

// complete appends the sections that a case does not have, so that the lines of the case keep their numbers.
func complete(yaml, omit string) string {
	if omit == "all" {
		return yaml
	}
	if omit == "after" {
		yaml += "---\n"
	}
	for _, b := range base {
		if b.section != omit && !regexp.MustCompile(`(?m)^`+b.section+`:`).MatchString(yaml) {
			yaml += b.text
		}
	}
	return yaml
}

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// testOptions give each known variable a canary of its own, so that a leak is found by its text.
func testOptions() Options {
	env := map[string]string{}
	for _, name := range []string{"SID", "AUTH", "TOKEN", "TOKEN2", "TOKEN3", "PASSWORD", "DSN", "URL"} {
		env[name] = "canary-" + strings.ToLower(name)
	}
	env["URL"] = "https://ping.example.com/canary-url"
	env["HOOK"] = "canary-hook-of-some-length"
	files := fstest.MapFS{
		"secrets/good":  {Data: []byte("canary-file\n"), Mode: 0o600},
		"secrets/long":  {Data: []byte("canary-file-of-some-length\n"), Mode: 0o600},
		"secrets/open":  {Data: []byte("canary-file\n"), Mode: 0o644},
		"secrets/empty": {Data: []byte("\n"), Mode: 0o600},
	}
	return Options{
		Getenv:   func(name string) string { return env[name] },
		ReadFile: func(path string) ([]byte, error) { return files.ReadFile(strings.TrimPrefix(path, "/")) },
		Stat:     func(path string) (fs.FileInfo, error) { return files.Stat(strings.TrimPrefix(path, "/")) },
		Now:      now,
	}
}

func TestBroken(t *testing.T) {
	paths, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(paths) < 50 {
		t.Fatalf("got %d broken configurations, want at least 50 (%v)", len(paths), err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { checkBroken(t, path) })
	}
}

func checkBroken(t *testing.T, path string) {
	ar, err := txtar.ParseFile(path)
	if err != nil || len(ar.Files) != 2 {
		t.Fatalf("%s: got %v, want the files rouse.yaml and want", path, err)
	}
	omit := strings.TrimSpace(strings.TrimPrefix(string(ar.Comment), "omit:"))
	yaml := complete(string(ar.Files[0].Data), omit)
	c, problems := Load("rouse.yaml", []byte(yaml), testOptions())
	if c != nil || problems.Err() == nil {
		t.Errorf("got a configuration, want it refused")
	}
	checkForm(t, yaml, problems)
	got := problems.Errors().String() + "\n"
	if strings.Contains(got, "hunter2") || strings.Contains(got, "hunter 2") || strings.Contains(got, "canary") {
		t.Errorf("a secret is echoed:\n%s", got)
	}
	if *update {
		ar.Files[1].Data = []byte(got)
		if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := string(ar.Files[1].Data); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// breaks are the ends of lines as YAML knows them.
var breaks = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

// checkForm holds what is true of every problem: a place inside the file, in order, something to do, a rule for lint alone.
func checkForm(t *testing.T, yaml string, problems Problems) {
	t.Helper()
	lines := len(breaks.FindAllString(yaml, -1)) + 1
	last := Problem{}
	for _, p := range problems {
		if p.File == "" || p.Line < 1 || p.Line > lines || p.Column < 1 || p.What == "" || p.Do == "" {
			t.Errorf("got a problem without a place, a fault or advice: %+v", p)
		}
		if p.Line < last.Line || (p.Line == last.Line && p.Column < last.Column) {
			t.Errorf("got %v after %v, want the order of the file", p, last)
		}
		if (p.Rule != "") != (p.Severity == Warning) {
			t.Errorf("got rule %q with severity %s: %v", p.Rule, p.Severity, p)
		}
		last = p
	}
	if refused := problems.Err() != nil; refused != slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == Error }) {
		t.Errorf("Err() does not agree with the problems")
	}
}

func TestLoadFileThatIsNotThere(t *testing.T) {
	c, problems := LoadFile("testdata/missing.yaml", Options{})
	if c != nil || len(problems) != 1 || !strings.Contains(problems[0].What, "no such file") {
		t.Errorf("got %v, want one problem that says why", problems)
	}
	if err := problems.Err(); err == nil || errors.Unwrap(err) != nil {
		t.Errorf("got %v, want an error", err)
	}
}

func TestTooLarge(t *testing.T) {
	big := complete("", "") + "# " + strings.Repeat("x", maxBytes) + "\n"
	_, problems := Load("rouse.yaml", []byte(big), testOptions())
	if len(problems) != 1 || !strings.Contains(problems[0].What, "1 MiB") {
		t.Errorf("got %v, want one problem about the size", problems)
	}
}

func TestBadBytes(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		line, col  int
	}{
		{"latin-1", "server:\n  listen: \xe9\n", 2, 11},
		{"nul", "server: \x00\n", 1, 9},
		{"escape", "a: b\n\nc: \x1b[31m\n", 3, 4},
	} {
		_, problems := Load("rouse.yaml", []byte(tt.data), testOptions())
		if len(problems) != 1 || problems[0].Line != tt.line || problems[0].Column != tt.col {
			t.Errorf("%s: got %v, want one problem at %d:%d", tt.name, problems, tt.line, tt.col)
		}
	}
}
