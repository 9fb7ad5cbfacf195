package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rouse/rouse/internal/archtest"
)

// root is the folder of go.mod, above the one that the test runs in.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = up
	}
}

func TestTheHouseKeepsItsLaw(t *testing.T) {
	module, files, err := archtest.Read(os.DirFS(root(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("read %d files of %s, which cannot be all", len(files), module)
	}
	for _, broken := range archtest.Check(module, files) {
		t.Error(broken)
	}
}

// plant makes a module of the files given.
func plant(files map[string]string) fstest.MapFS {
	tree := fstest.MapFS{"go.mod": {Data: []byte("module example.com/house\n\ngo 1.26\n")}}
	for name, source := range files {
		tree[name] = &fstest.MapFile{Data: []byte(source)}
	}
	return tree
}

func check(t *testing.T, files map[string]string) []string {
	t.Helper()
	module, read, err := archtest.Read(plant(files))
	if err != nil {
		t.Fatal(err)
	}
	return archtest.Check(module, read)
}

// imports is a file of one package that imports others.
func imports(pkg string, paths ...string) string {
	var b strings.Builder
	b.WriteString("package " + pkg + "\n")
	for _, p := range paths {
		b.WriteString("import _ \"" + p + "\"\n")
	}
	return b.String()
}

const house = "example.com/house/"

func TestPlantedViolationsAreFound(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		want  []string // one for each failure, in order; what it must say
	}{
		{"up one floor", map[string]string{"alert/a.go": imports("alert", house+"incident"), "incident/i.go": "package incident"},
			[]string{"alert/a.go:2: alert (floor 1) imports incident (floor 2), but no arrow runs up, because the ground"}},
		{"up from below a room", map[string]string{"incident/sla/s.go": imports("sla", house+"store"), "store/s.go": "package store"},
			[]string{"incident/sla (floor 2) imports store (floor 3)"}},
		{"everybody may not know cmd", map[string]string{"web/w.go": imports("web", house+"cmd/rouse"), "cmd/rouse/m.go": "package main"},
			[]string{"because the wiring page knows everybody"}},
		{"a circle of rooms", map[string]string{
			"store/s.go": imports("store", house+"notify"), "notify/n.go": "package notify", "notify/x/x.go": imports("x", house+"store")},
			[]string{"rooms in a circle: notify -> store -> notify"}},
		{"a room without a floor", map[string]string{"billing/b.go": imports("billing", "fmt")},
			[]string{"package billing has no floor"}},
		{"a product that leans on internal", map[string]string{
			"engine/e.go": imports("engine", house+"internal/street"), "internal/street/s.go": imports("street", house+"alert"), "alert/a.go": "package alert"},
			[]string{"engine imports internal/street, which imports rooms"}},
		{"Alertmanager elsewhere", map[string]string{"router/r.go": imports("router", "github.com/prometheus/alertmanager/dispatch")},
			[]string{"notify/receivers alone meets them"}},
		{"Alertmanager below notify, in a test", map[string]string{"router/r_test.go": imports("router_test", "github.com/prometheus/alertmanager/notify/webhook")},
			[]string{"router imports github.com/prometheus/alertmanager/notify/webhook"}},
		{"twilio elsewhere", map[string]string{"notify/n.go": imports("notify", "github.com/twilio/twilio-go/client")},
			[]string{"notify/twilio is built around that"}},
		{"badger elsewhere", map[string]string{"engine/e.go": imports("engine", "github.com/dgraph-io/badger/v4")},
			[]string{"key-value verbs stay inside store/badger"}},
		{"SQL elsewhere", map[string]string{"web/w.go": imports("web", "github.com/jackc/pgx/v5/pgxpool")},
			[]string{"SQL stays inside store/postgres"}},
		{"YAML in cmd", map[string]string{"cmd/rouse/m.go": imports("main", "gopkg.in/yaml.v3")},
			[]string{"replaced in one place, configs"}},
		{"flags below cmd", map[string]string{"engine/e.go": imports("engine", "flag", "github.com/spf13/cobra")},
			[]string{"below cmd nobody reads a flag", "below cmd nobody reads a flag"}},
		{"configs by the engine", map[string]string{"engine/e.go": imports("engine", house+"configs"), "configs/c.go": "package configs"},
			[]string{"only those who start the house read its file"}},
		{"engine by web", map[string]string{"web/w.go": imports("web", house+"engine"), "engine/e.go": "package engine"},
			[]string{"web and ingest declare the one to three methods"}},
		{"engine by ingest", map[string]string{"ingest/i.go": imports("ingest", house+"engine"), "engine/e.go": "package engine"},
			[]string{"no arrow runs up", "web and ingest declare"}},
		{"a concrete store", map[string]string{"simulate/s.go": imports("simulate", house+"store/badger"), "store/badger/b.go": "package badger"},
			[]string{"everybody else has store.Store"}},
		{"the suite in the product", map[string]string{"engine/e.go": imports("engine", house+"store/storetest"), "store/storetest/s.go": "package storetest"},
			[]string{"the suite is for tests"}},
		{"a concrete provider", map[string]string{"engine/e.go": imports("engine", house+"notify/smtp"), "notify/smtp/s.go": "package smtp"},
			[]string{"only the wiring page knows which providers"}},
		{"fake phones in the engine", map[string]string{"engine/e.go": imports("engine", house+"notify/phonetest"), "notify/phonetest/p.go": "package phonetest"},
			[]string{"the street of fake phones"}},
		{"test libraries in the product", map[string]string{"engine/e.go": imports("engine", "testing")},
			[]string{"it is for tests"}},
		{"the clock", map[string]string{"incident/i.go": "package incident\nimport clock \"time\"\nvar now = clock.Now\nfunc f() { _ = clock.Since(clock.Time{}) }"},
			[]string{"incident/i.go:3: incident calls time.Now", "incident/i.go:4: incident calls time.Since"}},
		{"the clock in a provider", map[string]string{"notify/twilio/t.go": "package twilio\nimport \"time\"\nvar _ = time.Until(time.Time{})"},
			[]string{"notify/twilio calls time.Until"}},
		{"the end of an offset", map[string]string{"router/r.go": "package router\nfunc f(t interface{ ZoneBounds() }) { t.ZoneBounds() }", "oncall/o.go": "package oncall\nfunc f(t interface{ ZoneBounds() }) { t.ZoneBounds() }"},
			[]string{"router/r.go:2: router calls ZoneBounds"}},
		{"init", map[string]string{"web/w.go": "package web\n\nfunc init() {}\ntype t struct{}\nfunc (t) init() {}"},
			[]string{"web/w.go:3: web has an init function"}},
		{"a name that says nothing", map[string]string{"store/util/u.go": "package util", "alert/a.go": "package types"},
			[]string{"alert is a package named types", "store/util is a package named util"}},
		{"effects in a pure room", map[string]string{"oncall/o.go": "package oncall\nimport _ \"os\"\nimport _ \"log/slog\"\nimport _ \"net/url\"\nfunc f() { go f() }"},
			[]string{"oncall/o.go:2: oncall imports os", "oncall/o.go:3: oncall imports log/slog", "oncall/o.go:5: oncall starts a goroutine"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := check(t, tt.files)
			if len(got) != len(tt.want) {
				t.Fatalf("found %d:\n%s\nwant %d: %q", len(got), strings.Join(got, "\n"), len(tt.want), tt.want)
			}
			for i := range got {
				if !strings.Contains(got[i], tt.want[i]) {
					t.Errorf("found %q, want %q", got[i], tt.want[i])
				}
				if !strings.Contains(got[i], "because") {
					t.Errorf("%q gives no reason", got[i])
				}
			}
		})
	}
}

func TestWhatIsAllowed(t *testing.T) {
	got := check(t, map[string]string{
		"alert/a.go":                   imports("alert", "errors", "github.com/prometheus/common/model"),
		"incident/i.go":                imports("incident", house+"alert", house+"oncall", house+"router"),
		"incident/i_test.go":           imports("incident_test", house+"store/storetest", "os", "flag", "pgregory.net/rapid"),
		"oncall/o.go":                  imports("oncall", "net/url"),
		"router/r.go":                  imports("router", "github.com/prometheus/alertmanager/pkg/labels", "log/slog"),
		"store/s.go":                   imports("store", house+"notify", house+"incident"),
		"store/badger/b.go":            imports("badger", house+"store", "github.com/dgraph-io/badger/v4"),
		"store/badger/b_test.go":       imports("badger_test", house+"store/storetest", "testing"),
		"store/storetest/s.go":         imports("storetest", house+"store", "testing"),
		"notify/n.go":                  imports("notify", house+"oncall"),
		"notify/receivers/r.go":        imports("receivers", house+"notify", house+"notify/smtp", "github.com/prometheus/alertmanager/config/receiver"),
		"notify/smtp/s.go":             imports("smtp", house+"notify", "github.com/wneessen/go-mail/smtp"),
		"engine/e.go":                  "package engine\nimport \"time\"\nvar Now = time.Now\nfunc f() { go f() }",
		"web/w.go":                     imports("web", house+"store", house+"incident"),
		"simulate/s.go":                imports("simulate", house+"engine", house+"configs", house+"notify/phonetest"),
		"configs/c.go":                 imports("configs", "gopkg.in/yaml.v3", house+"oncall", house+"router"),
		"cmd/rouse/m.go":               imports("main", house+"engine", house+"store/badger", house+"notify/receivers", "github.com/spf13/cobra"),
		"notify/phonetest/p.go":        "package phonetest\nimport \"time\"\nvar start = time.Now()",
		"internal/amoracle/o_test.go":  imports("amoracle", "github.com/prometheus/alertmanager/inhibit", house+"router"),
		"incident/sla/s.go":            "package sla\nimport \"time\"\ntype when struct{ Now time.Time }\nfunc f(w when) time.Time { return w.Now }",
		"notify/smtp/testdata/x/x.go":  "package util\nfunc init() {}",
		"internal/amoracle/go.mod":     "module example.com/other",
		"internal/amoracle/util/u.go":  "package util",
		"tools/go.mod":                 "module example.com/tools",
		"tools/gen.go":                 "package main\nfunc init() {}",
		"cmd/rouse/generate.go":        "// Made by hand.\n\n//go:build ignore\n\npackage util\nfunc init() {}",
		"examples/first/first_test.go": imports("first_test", house+"cmd/rouse"),
	})
	if len(got) > 0 {
		t.Errorf("found\n%s\nwant nothing", strings.Join(got, "\n"))
	}
}

func TestReadRefuses(t *testing.T) {
	if _, _, err := archtest.Read(fstest.MapFS{}); err == nil {
		t.Error("no go.mod, and no error")
	}
	if _, _, err := archtest.Read(fstest.MapFS{"go.mod": {Data: []byte("go 1.26\n")}}); err == nil {
		t.Error("a go.mod without a module, and no error")
	}
	if _, _, err := archtest.Read(plant(map[string]string{"alert/a.go": "package"})); err == nil || !strings.Contains(err.Error(), "alert/a.go") {
		t.Errorf("a file that does not parse: %v, want its name", err)
	}
}
