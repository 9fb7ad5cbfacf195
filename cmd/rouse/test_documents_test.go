package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The paging tests that README and docs/paging-tests.md show hold for the configuration that README shows.
func TestDocumentedPagingTests(t *testing.T) {
	blocks := func(file string) []string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, b := range strings.Split(string(text), "```yaml\n")[1:] {
			b, _, _ = strings.Cut(b, "```")
			all = append(all, b)
		}
		return all
	}
	dir, stories := t.TempDir(), 0
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	readme := blocks("../../README.md")
	for _, b := range append(readme, blocks("../../docs/paging-tests.md")...) {
		switch {
		case strings.HasPrefix(b, "server:"):
			write("rouse.yaml", b)
		case strings.HasPrefix(b, "tests:"):
			write("readme.test.yaml", b)
			stories++
		case strings.HasPrefix(b, "# paging.test.yaml"):
			write("manual.test.yaml", b)
			stories++
		}
	}
	var out bytes.Buffer
	code := run(context.Background(), env{args: []string{"test", dir}, stdout: &out, stderr: &out, getenv: func(string) string { return "" }})
	if code != 0 || stories != 2 || !strings.Contains(out.String(), "2 paging tests in 2 files: all hold") {
		t.Errorf("status %d, %d stories: %s", code, stories, out.String())
	}
}
