package badger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// sweep mends what holds nothing of ours and over which Badger would stumble, once it is known that nothing else is wrong:
//
//   - a log without length: a kill between its making and the moment it gets its size leaves one;
//   - the head of a log, which names the key that it is encrypted with, and the file of those keys: nothing here is encrypted;
//   - a value log with a damaged head: values never enter one.
func (s *Store) sweep(data string) error {
	err := s.sweepKeys(filepath.Join(data, badger.KeyRegistryFileName))
	for _, kind := range []string{".mem", ".vlog"} {
		names, errFiles := filesIn(data, kind)
		err = errors.Join(err, errFiles)
		for _, name := range names {
			err = errors.Join(err, s.sweepLog(name))
		}
	}
	if err != nil {
		return fmt.Errorf("clear the store of what it does not need: %w", err)
	}
	return nil
}

// sweepLog removes a log that never held anything, and mends the head of one that does.
func (s *Store) sweepLog(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close() // synced when it was written
	head := make([]byte, 8)
	n, err := f.ReadAt(head, 0)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return os.Remove(name)
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case bytes.Equal(head, make([]byte, 8)):
		return nil
	}
	s.log.Warn("store: the head of a log was damaged and is mended; nothing is lost", "file", name)
	if filepath.Ext(name) == ".vlog" {
		return os.Remove(name)
	}
	_, err = f.WriteAt(make([]byte, n), 0)
	return errors.Join(err, f.Sync())
}

// keysText is what Badger's file of keys says after 16 random bytes when it has no key.
const keysText = "Hello Badger"

func (s *Store) sweepKeys(name string) error {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(b) == 16+len(keysText) && string(b[16:]) == keysText {
		return nil
	}
	if err != nil {
		return err
	}
	s.log.Warn("store: a file that is not needed was damaged and is made anew; nothing is lost", "file", name)
	return os.Remove(name)
}

// putAside copies tables, logs and the list of them, before Badger removes what it does not understand, to where somebody
// may look at them.
func putAside(dir string) error {
	to := filepath.Join(dir, damagedDir)
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(dir, dataDir))
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if name != badger.ManifestFilename && !strings.HasSuffix(name, ".mem") && !strings.HasSuffix(name, ".sst") {
			continue
		}
		if err := copyFile(filepath.Join(to, name), filepath.Join(dir, dataDir, name)); err != nil {
			return err
		}
	}
	return syncDir(to)
}

// copyFile copies a file; the zeros at its end take no space.
func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = dst.Write(b[:written(b)])
	return errors.Join(err, dst.Truncate(int64(len(b))), dst.Sync(), dst.Close())
}
