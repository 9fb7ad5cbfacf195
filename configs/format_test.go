package configs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

func TestFormat(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"sections in order, comments with them": {
			"# The file.\n\n# who\nusers:\n    ana: {phone: \"+34600000001\"}   # she\n\n\n# where it listens\nserver:\n    listen: ':8420'\n",
			"# The file.\n\n# where it listens\nserver:\n  listen: ':8420'\n\n# who\nusers:\n  ana: {phone: \"+34600000001\"}   # she\n",
		},
		"lists below their key": {
			"route:\n  service: a\n  routes:\n  - matchers:\n    - a=\"b\"\n    -   c=\"d\"\n    service: b\n    # the last\n  -\n    service: c\n",
			"route:\n  service: a\n  routes:\n    - matchers:\n        - a=\"b\"\n        - c=\"d\"\n      service: b\n      # the last\n    -\n      service: c\n",
		},
		"brackets, quotes and blocks stay": {
			"updates:\n    templates:\n        resolved: |\n            It is\n              over.  \n\n            Really.\n        identified: \"a\n            b\"\nusers: {ana: {},\n    bo: {}}\n",
			"users: {ana: {},\n    bo: {}}\n\nupdates:\n  templates:\n    resolved: |\n        It is\n          over.  \n\n        Really.\n    identified: \"a\n        b\"\n",
		},
		"what belongs to the end stays there": {
			"users: {}\nserver: {}\n\n# providers:\n#   - name: x\n",
			"server: {}\n\nusers: {}\n\n# providers:\n#   - name: x\n",
		},
		"an anchor stays before its alias": {
			"users:\n   ana: &a {timezone: UTC}\nserver: *a\n",
			"users:\n  ana: &a {timezone: UTC}\nserver: *a\n",
		},
		"anchors go with what they stand before": {"users: {}\nx-all: 1\nserver: {}\nother: 2\n", "x-all: 1\nserver: {}\n\nusers: {}\n\nother: 2\n"},
		"lines end plainly":                      {"\ufeffserver: {}  \r\n\r\n\r\nusers: {}", "server: {}\n\nusers: {}\n"},
		"no root to sort":                        {"[a,   b]\n", "[a,   b]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, problems := Format("x.yaml", []byte(c.in))
			if problems != nil {
				t.Fatal(problems)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, problems := Format("x.yaml", []byte("users: [\n")); problems.Err() == nil {
		t.Error("what is no YAML was formatted")
	}
}

// everyConfiguration are the configurations that the project has, good and broken.
func everyConfiguration(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"default.yaml": Default()}
	for _, pattern := range []string{"*.yaml", "testdata/*.yaml", "testdata/broken/*.txtar", "../examples/*/rouse.yaml", "../cmd/rouse/testdata/*.yaml", "../migrate/testdata/golden/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(name, ".txtar") {
				all[name] = data
				continue
			}
			for _, f := range txtar.Parse(data).Files {
				if strings.HasSuffix(f.Name, ".yaml") {
					all[name+"/"+f.Name] = f.Data
				}
			}
		}
	}
	return all
}

func TestFormatKeepsWhatAFileMeans(t *testing.T) {
	n := 0
	for name, data := range everyConfiguration(t) {
		if _, problems := Format(name, data); problems != nil {
			continue // no YAML
		}
		n++
		keeps(t, name, data)
	}
	t.Logf("%d files", n)
}

// keeps formats twice, and has the loader judge both.
func keeps(t *testing.T, name string, data []byte) {
	t.Helper()
	once, problems := Format(name, data)
	if problems != nil {
		return
	}
	if twice, _ := Format(name, once); !bytes.Equal(once, twice) {
		t.Fatalf("%s: formatting twice is not formatting once (-once +twice):\n%s", name, cmp.Diff(string(once), string(twice)))
	}
	o := Options{SkipSecrets: true, Literal: true}
	a, before := Load(name, data, o)
	b, after := Load(name, once, o)
	if (a == nil) != (b == nil) || len(before) != len(after) {
		t.Fatalf("%s: %d problems before, %d after:\n%s\n%s", name, len(before), len(after), before, after)
	}
	if a != nil && !bytes.Equal(a.Redacted(), b.Redacted()) {
		t.Fatalf("%s: the routes changed: %s", name, cmp.Diff(string(a.Redacted()), string(b.Redacted())))
	}
	if x, y := remarks(data), remarks(once); x != y {
		t.Fatalf("%s: %d lines of comment before, %d after", name, x, y)
	}
}

func remarks(text []byte) int {
	n := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			n++
		}
	}
	return n
}

// TestCanonical: what the project itself shows is in the form that it asks for.
func TestCanonical(t *testing.T) {
	for name, data := range everyConfiguration(t) {
		if strings.Contains(name, "broken") || strings.Contains(name, "testdata/process.yaml") {
			continue
		}
		got, problems := Format(name, data)
		if problems != nil {
			t.Fatal(problems)
		}
		if diff := cmp.Diff(string(data), string(got)); diff != "" {
			t.Errorf("%s is not as rouse fmt writes it (-file +fmt):\n%s", name, diff)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, data := range everyConfiguration(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { keeps(t, "x.yaml", data) })
}
