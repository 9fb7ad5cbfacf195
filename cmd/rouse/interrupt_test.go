package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInterrupt ends commands that wait for an input which does not come.
func TestInterrupt(t *testing.T) {
	for _, line := range []string{"check -", "fmt -", "explain --config ../../configs/default.yaml -", "import grafana-oncall -",
		"init --out new.yaml", "restore - --data new"} {
		t.Run(line, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			in, silent, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer silent.Close()
			args := strings.Fields(strings.Replace(line, "new", filepath.Join(t.TempDir(), "new"), 1))
			var told strings.Builder
			status := make(chan int)
			go func() {
				status <- run(ctx, env{args: args, stdin: newInterruptible(ctx, in), stdout: &told, stderr: &told, getenv: func(string) string { return "" }})
			}()
			cancel()
			if got := <-status; got == 0 || !strings.Contains(told.String(), "interrupted") {
				t.Errorf("status %d and %q, want a failure that says interrupted", got, told.String())
			}
		})
	}
}

func TestInterruptible(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in := newInterruptible(ctx, from)
	if _, err := io.WriteString(to, "routes:"); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 16)
	if n, err := in.Read(b); string(b[:n]) != "routes:" || err != nil {
		t.Errorf("the first read is %q, %v", b[:n], err)
	}
	cancel()
	if n, err := in.Read(b); n != 0 || !errors.Is(err, errInterrupted) {
		t.Errorf("a read after the signal is %d bytes and %v, want %v", n, err, errInterrupted)
	}
	to.Close()
	ended := newInterruptible(t.Context(), from)
	if b, err := io.ReadAll(ended); len(b) != 0 || err != nil {
		t.Errorf("the end of the input is %q, %v", b, err)
	}
}
