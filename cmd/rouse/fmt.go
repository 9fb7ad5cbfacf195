package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
)

func newFmt(e env) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt [FILE...]",
		Short: "Write configuration files in their canonical form",
		Long: "Write configuration files (rouse.yaml unless others are named, - from standard input to standard output) in their canonical form:\n" +
			"sections in the order of the documentation, two spaces for each level, one blank line at most. Comments stay and go with what\n" +
			"they stand above; what a file means never changes.\n\n" +
			"The exit status is 0 when all went well, and 2 when a file is no YAML or, with --check, not in that form.",
		Example: "  rouse fmt\n  rouse fmt --check rouse.yaml      # in CI",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = []string{"rouse.yaml"}
			}
			good := true
			for _, name := range args {
				ok, err := e.format(name, check)
				if err != nil {
					return err
				}
				good = good && ok
			}
			if !good {
				return exitError{2}
			}
			return nil
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; say which files are not in that form")
	return cmd
}

// format formats one file and reports whether all is well with it.
func (e env) format(name string, check bool) (bool, error) {
	p := newPrinter(e.stdout, e.getenv)
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(io.LimitReader(e.stdin, mostExport))
	} else {
		data, err = readBounded(name, mostExport)
	}
	if err != nil {
		return false, err
	}
	out, problems := configs.Format(name, data)
	switch {
	case problems.Err() != nil:
		for _, x := range problems {
			newPrinter(e.stderr, e.getenv).line("%s", p.problem(x))
		}
		return false, nil
	case check && bytes.Equal(data, out):
		return true, nil
	case check:
		p.line("%s is not formatted: run rouse fmt %s", name, name)
		return false, nil
	case name == "-":
		return true, p.bytes(out)
	case bytes.Equal(data, out):
		return true, nil
	}
	if err := replace(name, out); err != nil {
		return false, err
	}
	p.line("%s", name)
	return true, nil
}

// replace writes a file anew beside the old one and puts it in its place, so that nobody ever reads half of it.
func replace(name string, data []byte) error {
	name, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	for _, next := range []func() error{func() error { return f.Chmod(info.Mode().Perm()) }, f.Sync, f.Close} {
		if e := next(); err == nil {
			err = e
		}
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // what went wrong before counts
		return fmt.Errorf("%s is left as it was: %w", name, err)
	}
	return nil
}
