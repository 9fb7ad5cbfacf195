package configs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func FuzzLoad(f *testing.F) {
	paths, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(ar.Files[0].Data))
		f.Add(complete(string(ar.Files[0].Data), ""))
	}
	whole, err := os.ReadFile("testdata/rouse.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(whole), demoYAML, defaultYAML, canaries, "a: &a [*a]", "<<: 1", "? {}\n: 1", "&a a: *a", "{}", "[]", "!!null x", "users: !!int x", "users: {? : 1}", "a: \"\\", "- - - -", "%YAML 9\n---\na", "\xef\xbb\xbfa: b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, yaml string) {
		for _, o := range []Options{testOptions(), {SkipSecrets: true, Now: now}} {
			c, problems := Load("rouse.yaml", []byte(yaml), o)
			checkForm(t, yaml, problems)
			if (c == nil) == (problems.Err() == nil) {
				t.Fatalf("got config %v with error %v", c != nil, problems.Err())
			}
			if c != nil && strings.Contains(string(c.Redacted())+string(c.RedactedFile()), "canary-") && !strings.Contains(yaml, "canary-") {
				t.Fatalf("a secret is shown")
			}
		}
	})
}

// FuzzComplete keeps the rest of the file good, so that the fuzzer reaches what is built of it.
func FuzzComplete(f *testing.F) {
	f.Add("status_page: {title: Status, public: true}\n")
	f.Add("route:\n  service: web\n  routes: [{matchers: ['a=~\".*\"'], group_by: [...]}]\n")
	f.Add("schedules:\n  primary:\n    timezone: UTC\n    layers: [{users: [ana], rotation: {every: 1m}, start: 0001-01-01}]\n")
	f.Add("schedules:\n  primary:\n    timezone: Pacific/Apia\n    layers: [{users: [ana], rotation: monthly, start: 9999-12-31, handoff: \"31 23:59\", hours: [\"Sun 23:59-00:00\"]}]\n")
	f.Add("calendars: {c: {timezone: Africa/Cairo, hours: [\"Sun 23:59-00:00\"], holidays: [9999-12-31]}}\nslas: [{name: s, calendar: c, response: {P1: 99y}, warn_at: [1]}]\n")
	f.Add("updates: {templates: {resolved: \"{{ with $x := .Next }}{{ and $x (len .Title) }}{{ end }}\"}}\nretention: {incidents: 99y}\n")
	f.Add("automations: [{name: a, on: [opened], match: ['{a=\"b\"}'], do: [{note: \"{{ range .Incident.Labels }}{{ printf \\\"%99d\\\" 1 }}{{ end }}\"}, {command: {run: [/a, \"{{ .Event }}\"]}}]}]\n")
	f.Fuzz(func(t *testing.T, yaml string) {
		whole := complete(yaml, "")
		c, problems := Load("rouse.yaml", []byte(whole), testOptions())
		checkForm(t, whole, problems)
		if (c == nil) == (problems.Err() == nil) {
			t.Fatalf("got config %v with error %v", c != nil, problems.Err())
		}
	})
}
