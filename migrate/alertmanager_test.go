package migrate_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/migrate"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with testdata/golden/NAME.yaml.
func golden(t *testing.T, name string, r *migrate.Result) {
	t.Helper()
	var lost strings.Builder
	for _, l := range r.Lost {
		lost.WriteString(l.String() + "\n")
	}
	for file, got := range map[string]string{name + ".yaml": string(r.YAML), name + ".lost": lost.String()} {
		path := filepath.Join("testdata", "golden", file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got; go test ./migrate -update writes it anew):\n%s", file, diff)
		}
	}
}

func load(r *migrate.Result) (*configs.Config, configs.Problems) {
	return configs.Load("rouse.yaml", r.YAML, configs.Options{})
}

// good loads an import, which has no errors.
func good(t *testing.T, r *migrate.Result) *configs.Config {
	t.Helper()
	c, problems := load(r)
	if c == nil {
		t.Fatalf("the import is no good configuration:\n%s\n%s", problems.Errors(), r.YAML)
	}
	return c
}

func TestAlertmanager(t *testing.T) {
	files, err := filepath.Glob("testdata/alertmanager/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, err := migrate.Alertmanager(filepath.Base(file), data)
			if err != nil {
				t.Fatal(err)
			}
			good(t, r)
			golden(t, "alertmanager-"+strings.TrimSuffix(filepath.Base(file), ".yml"), r)
		})
	}
}

func TestAlertmanagerRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":       {"", "am.yml:1: is not a configuration of Alertmanager: it has no keys such as route and receivers"},
		"no YAML":       {"route: [", "am.yml:1: is no valid YAML: did not find expected node content"},
		"no receivers":  {"route: {receiver: a}", "am.yml:1: has no list of receivers, which every configuration of Alertmanager has"},
		"no route":      {"receivers: [{name: a}]", "am.yml:1: has no route, which every configuration of Alertmanager has"},
		"no root":       {"receivers: [{name: a}]\nroute:\n  group_by: [x]", "am.yml:3: the root route names no receiver"},
		"unknown":       {"receivers: [{name: a}]\nroute:\n  receiver: b", `am.yml:3: the route names the receiver "b", which there is not`},
		"twice":         {"receivers:\n- name: a\n- name: a\nroute: {receiver: a}", `am.yml:3: there are two receivers "a"`},
		"nameless":      {"receivers:\n- slack_configs: []\nroute: {receiver: a}", "am.yml:2: a receiver has no name"},
		"no expression": {"receivers: [{name: a}]\nroute:\n  receiver: a\n  routes:\n  - match_re: {x: '('}", `am.yml:5: match_re of "x" is not a regular expression`},
		"no mapping":    {"receivers: [{name: a}]\nroute:\n  receiver: a\n  routes: [x]", "am.yml:4: a route is not a mapping"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := migrate.Alertmanager("am.yml", []byte(c.text))
			if err == nil || err.Error() != c.want || !errors.As(err, new(*migrate.ReadError)) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func FuzzAlertmanager(f *testing.F) {
	files, err := filepath.Glob("testdata/alertmanager/*.yml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := migrate.Alertmanager("am.yml", data)
		if err != nil {
			if !errors.As(err, new(*migrate.ReadError)) {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		readable(t, r)
	})
}

// readable makes sure that an import of whatever input is YAML that the loader can judge.
func readable(t *testing.T, r *migrate.Result) {
	t.Helper()
	_, problems := load(r)
	for _, p := range problems.Errors() {
		if strings.Contains(p.What, "not valid YAML") {
			t.Fatalf("the import is no YAML: %s\n%s", p, r.YAML)
		}
	}
}
