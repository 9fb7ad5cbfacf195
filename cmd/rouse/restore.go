package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/store/badger"
)

func newRestore(e env) *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "restore FILE --data DIR",
		Short: "Make a store from a backup, in a new directory",
		Long: "Make a store from a backup, in a directory that is empty or does not exist yet. With - the backup is read from standard\n" +
			"input. Nothing is started, and the directory holds a store only if the whole backup was sound.\n\n" +
			"Incidents that were open then are open again: once the daemon runs on the store, people may be paged for them.",
		Example: "  rouse restore /var/backups/rouse.bak --data /var/lib/rouse-restored\n  rouse serve --config /etc/rouse/rouse.yaml --data /var/lib/rouse-restored",
		Args:    wants(1, 1, "the backup to read, or -, such as: rouse restore rouse.bak --data DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return errors.New("rouse restore: --data is missing: name a new directory for the store")
			}
			return restore(cmd.Context(), e, args[0], dir)
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	cmd.Flags().StringVar(&dir, "data", "", "directory for the store, empty or not there yet")
	_ = cmd.MarkFlagDirname("data") // the flag exists
	return cmd
}

func restore(ctx context.Context, e env, name, dir string) error {
	in := e.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("the backup cannot be read: %w", err)
		}
		defer f.Close() // only read
		in = newInterruptible(ctx, f)
	}
	head := bufio.NewReader(in)
	first, err := head.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) { // what is missing ReadHeader says
		return fmt.Errorf("the backup cannot be read: %w", err)
	}
	h, err := badger.ReadHeader(bytes.NewReader(first))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	m := newMeter(e.stderr)
	err = badger.Restore(dir, io.TeeReader(head, m))
	m.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s: %s, %s, restored\nStart rouse on it with: rouse serve --data %s\n", dir, h, size(m.n), dir)
	return nil
}

// headBytes is as much of a backup as its header can take.
const headBytes = 512
