// Command rouse wakes the right person when something breaks.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // zones do not depend on what the machine has
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the program at once, whatever it waits for
	os.Exit(run(ctx, env{args: os.Args[1:], stdin: newInterruptible(ctx, os.Stdin), stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}))
}

// env is what a command may know of the process it runs in.
type env struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
}

// exitError ends the program with a status of its own; its text, if any, was printed already.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// run runs one command and returns the process's exit status.
func run(ctx context.Context, e env) int {
	root := newRoot(e)
	root.SetArgs(e.args)
	err := root.ExecuteContext(ctx)
	var exit exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.code
	}
	said := err.Error()
	if !strings.HasPrefix(said, "rouse ") { // those that name the command need no name before it
		said = "rouse: " + said
	}
	fmt.Fprintln(e.stderr, said)
	return 1
}
