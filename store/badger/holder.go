package badger

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const holderFile = "holder"

// errHeld is what lockFile returns when another process has the lock.
var errHeld = errors.New("another process has the lock")

// holder is the locked file that says who has the store. The lock counts, not what the file says, so a crash needs no repair.
type holder struct{ f *os.File }

// hold makes dir with mode 0700 and takes its lock, or names who has it.
func hold(dir string, now func() time.Time) (*holder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the store: %w", err)
	}
	name := filepath.Join(dir, holderFile)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the store's directory %s must be writable for the user that runs rouse: %w", dir, err)
	}
	if err := lockFile(f); err != nil {
		who, readErr := io.ReadAll(io.LimitReader(f, 1<<10))
		err = errors.Join(err, readErr, f.Close())
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("lock %s: %w", name, err)
		}
		return nil, heldBy(dir, string(who))
	}
	h := &holder{f}
	if err := h.sign(now); err != nil {
		return nil, errors.Join(fmt.Errorf("write %s: %w", name, err), f.Close())
	}
	return h, nil
}

// HeldError says that another process has the store open.
type HeldError struct {
	Dir string
	Who string // process, host and time, as it said itself; may be empty
}

// Error names the holder and says what to do.
func (e *HeldError) Error() string {
	who := e.Who
	if who == "" {
		who = "another process"
	}
	return fmt.Sprintf("the store in %s is in use by %s: stop that one first, or give this one another directory", e.Dir, who)
}

func heldBy(dir, who string) error { return &HeldError{Dir: dir, Who: strings.TrimSpace(who)} }

// sign writes who holds the store.
func (h *holder) sign(now func() time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "an unnamed host"
	}
	who := fmt.Sprintf("process %d on %s", os.Getpid(), host)
	if now != nil {
		who += " since " + now().UTC().Format(time.RFC3339)
	}
	if err := h.f.Truncate(0); err != nil {
		return err
	}
	_, err = h.f.WriteAt([]byte(who+"\n"), 0)
	return err
}

// release gives the lock back. What the file says counts for nothing, so a disk that fails now changes nothing.
func (h *holder) release() error {
	_ = h.f.Truncate(0)
	return h.f.Close()
}
