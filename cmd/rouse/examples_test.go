package main

import (
	"context"
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
