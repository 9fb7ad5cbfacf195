//go:build unix && !solaris && !aix

package badger

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the lock of an open file without waiting. The system gives it back when the process ends, however it ends.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errHeld
	}
	return err
}
