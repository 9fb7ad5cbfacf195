package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkPagingTests runs the day of examples/team, an hour with an alert, texts, calls and an answer, over and over, as
// rouse test does: with all processors.
func BenchmarkPagingTests(b *testing.B) {
	text, err := os.ReadFile("../../examples/team/paging.test.yaml")
	if err != nil {
		b.Fatal(err)
	}
	config, err := filepath.Abs("../../examples/team/rouse.yaml")
	if err != nil {
		b.Fatal(err)
	}
	_, first, _ := strings.Cut(string(text), "tests:\n")
	first, _, _ = strings.Cut(first, "\n  - name:")
	dir := b.TempDir()
	for file := 0; file*500 < b.N; file++ {
		var all strings.Builder
		fmt.Fprintf(&all, "config: %s\nzone: Europe/Madrid\ntests:\n", config)
		for n := file * 500; n < min(b.N, file*500+500); n++ {
			all.WriteString(strings.Replace(first, "name:", fmt.Sprintf("name: %d", n), 1) + "\n")
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.test.yaml", file)), []byte(all.String()), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	var out bytes.Buffer
	b.ResetTimer()
	if code := run(context.Background(), env{args: []string{"test", dir}, stdout: &out, stderr: &out, getenv: os.Getenv}); code != 0 {
		b.Fatalf("status %d: %s", code, out.String())
	}
}
