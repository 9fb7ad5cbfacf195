package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExamplesHold runs the paging tests of all examples, as `rouse test examples` does.
func TestExamplesHold(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.test.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no paging tests in the examples", err)
	}
	var out, errs strings.Builder
	code := run(context.Background(), env{args: append([]string{"test", "--verbose"}, files...), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }})
	if code != 0 {
		t.Errorf("exit status %d\n%s%s", code, out.String(), errs.String())
	}
}

var updateBroken = flag.Bool("update-broken", false, "write the diffs of broken examples anew")

// TestBrokenExamples breaks a configuration as a hasty change does, and shows what its paging tests say: each diff names the cause.
func TestBrokenExamples(t *testing.T) {
	for _, c := range []struct{ name, example, old, new, names string }{
		{"a-moved-handoff", "prometheus", `handoff: "Mon 09:00"`, `handoff: "Mon 12:00"`, "schedule primary: bo has not the turn"},
		{"a-deleted-level", "team", "      - {notify: [schedule/primary, schedule/secondary], wait: 5m}\n", "", "level 2 of shop: ana"},
		{"a-swapped-user", "team", `users: [ana, bo], rotation: weekly`, `users: [bo, ana], rotation: weekly`, "schedule primary: ana has not the turn of layer europe"},
		{"a-shadowed-route", "prometheus", `- matchers: ['alertname="Watchdog"']`, `- matchers: ['alertname="Watchdogs"']`, "by the route at rouse.yaml:37"},
		{"a-zone", "nights", "timezone: Europe/Madrid\n    layers", "timezone: UTC\n    layers", "schedule madrid: bo has not the turn"},
		{"a-lost-promise", "process", "response: {P1: 15m, P2: 30m}", "response: {P1: 45m, P2: 30m}", "15m of 45m used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			here, err := os.Getwd()
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			files, err := filepath.Glob(filepath.Join("../../examples", c.example, "*.*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				name := filepath.Base(file)
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				broken := string(text)
				if name == "rouse.yaml" {
					broken = strings.Replace(broken, c.old, c.new, 1)
					if broken == string(text) {
						t.Fatalf("%s has no %q", c.example, c.old)
					}
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(broken), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			var out, errs strings.Builder
			code := run(context.Background(), env{args: []string{"test", "paging.test.yaml"}, stdout: &out, stderr: &errs, getenv: func(string) string { return "" }})
			if code != 1 || errs.Len() > 0 {
				t.Errorf("exit status %d, want 1; %s", code, errs.String())
			}
			if !strings.Contains(out.String(), c.names) {
				t.Errorf("it does not name the cause, %q", c.names)
			}
			golden := filepath.Join(here, "testdata", "broken", c.name+".txt")
			if *updateBroken {
				if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if out.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", out.String(), want)
			}
		})
	}
}
