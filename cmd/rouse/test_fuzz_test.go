package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/simulate/cases"
)

// Whatever stands in a file of paging tests: it is understood, or every problem has a place; and nothing outside is read for it.
func FuzzPagingTests(f *testing.F) {
	c, problems := configs.LoadFile("../../examples/team/rouse.yaml", configs.Options{SkipSecrets: true})
	if c == nil {
		f.Fatal(problems)
	}
	bench := newBench(c)
	bench.Read = func(string) ([]byte, error) { return []byte(`{"title": "Disk", "status": "firing"}`), nil }
	files, err := filepath.Glob("../../examples/*/*.test.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal(err, len(files))
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("zone: Mars/Olympus\ntests: [{name: x, start: never, story: [{-5m: ana gets}, and: \"\\\"\"]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		file, problems := configs.LoadTests("paging.test.yaml", text)
		if file == nil {
			if problems.Err() == nil {
				t.Fatal("neither tests nor a problem")
			}
			return
		}
		tests, more := cases.Compile(file, bench)
		if tests == nil && len(file.Tests) > 0 && more.Err() == nil {
			t.Fatal("neither understood nor refused")
		}
		for _, p := range append(problems, more...) {
			if p.Line < 1 || p.Column < 1 {
				t.Fatalf("a problem without a place: %v", p)
			}
		}
	})
}
