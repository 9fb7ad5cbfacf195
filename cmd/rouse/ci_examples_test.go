package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// TestCIExamples reads the pipelines of examples/ci as YAML, wants the keys without which nothing would run, and lets the program
// read every command of rouse in them.
func TestCIExamples(t *testing.T) {
	for name, keys := range map[string][]string{"github.yml": {"name", "on", "permissions", "jobs"}, "gitlab-ci.yml": {"stages", "check", "paging tests", "plan"}} {
		text, err := os.ReadFile(filepath.Join("../../examples/ci", name))
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, k := range keys {
			if doc[k] == nil {
				t.Errorf("%s has no %s", name, k)
			}
		}
		asked := map[string]bool{}
		for _, line := range scriptLines(doc) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " || ")
			words := strings.Fields(line)
			if len(words) > 1 && words[0] == "rouse" {
				asked[words[1]] = true
				example(t, name, line)
			}
		}
		for _, verb := range []string{"check", "test", "plan"} {
			if !asked[verb] {
				t.Errorf("%s does not run rouse %s", name, verb)
			}
		}
	}
}

// scriptLines are the lines of everything under run: and script:.
func scriptLines(v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if text, ok := inner.(string); ok && k == "run" {
				all = append(all, strings.Split(text, "\n")...)
			}
			if list, ok := inner.([]any); ok && k == "script" {
				for _, item := range list {
					if text, ok := item.(string); ok {
						all = append(all, strings.Split(text, "\n")...)
					} else {
						all = append(all, "a script line is no text")
					}
				}
			}
			all = append(all, scriptLines(inner)...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, scriptLines(inner)...)
		}
	}
	return all
}
