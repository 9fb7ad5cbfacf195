package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// isRevision reports whether a name is written as REVISION:FILE, as git has it.
func isRevision(name string) bool {
	revision, file, two := strings.Cut(name, ":")
	return two && revision != "" && file != "" && !strings.HasPrefix(name, "-")
}

// atHead is what HEAD has of a file.
func atHead(file string) string {
	if filepath.IsAbs(file) {
		return "HEAD:" + file
	}
	return "HEAD:./" + filepath.ToSlash(file)
}

// gitBlob reads a file of a revision: REVISION:FILE with FILE from the root of the repository, or with ./ from here; an absolute
// FILE is asked of the repository that it lies in.
func gitBlob(ctx context.Context, name string) ([]byte, error) {
	revision, file, _ := strings.Cut(name, ":")
	args := []string{"cat-file", "blob", revision + ":" + file}
	if filepath.IsAbs(file) {
		args = []string{"-C", filepath.Dir(file), "cat-file", "blob", revision + ":./" + filepath.Base(file)}
	}
	cmd := exec.CommandContext(ctx, "git", args...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fmt.Errorf("%s is a git revision, but there is no git on this machine: install it, or write two files", plain(name))
	case err != nil:
		return nil, fmt.Errorf("git cannot read %s: %s; write REVISION:FILE with FILE from the root of the repository, or REVISION:./FILE from here",
			plain(name), plain(strings.TrimPrefix(strings.TrimSpace(said.String()), "fatal: ")))
	}
	return out.Bytes(), nil
}
