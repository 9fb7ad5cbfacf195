package badger

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/store"
)

// Restore makes a store in dir, which must be empty or missing, from a backup. The directory holds a store only once the
// checksum has fitted; until then, also after a crash, it is one that Open refuses. The restored store goes on with the
// backup's numbering and carries the note store.NoteRestored.
func Restore(dir string, r io.Reader) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := vacant(dir); err != nil {
		return err
	}
	home, err := hold(dir, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // what is left must not look like the beginning of a store
			_ = os.Remove(filepath.Join(dir, holderFile))
		}
	}()
	defer func() { err = errors.Join(err, home.release()) }()
	tmp := filepath.Join(dir, restoreDir)
	if err := os.RemoveAll(tmp); err != nil {
		return fmt.Errorf("restore into %s: %w", dir, err)
	}
	h, err := load(tmp, r)
	if err != nil {
		return errors.Join(fmt.Errorf("restore into %s: %w", dir, err), os.RemoveAll(tmp))
	}
	m, err := newMark(dir, h.Sequence)
	if err != nil {
		return fmt.Errorf("restore into %s: write the mark: %w", dir, err)
	}
	err = errors.Join(m.close(), private(dir), os.Rename(tmp, filepath.Join(dir, dataDir)), syncDir(dir))
	if err != nil {
		return fmt.Errorf("restore into %s: %w", dir, err)
	}
	return nil
}

// vacant refuses a directory with anything in it but what a restore that was cut short has left.
func vacant(dir string) error {
	names, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("restore into %s: %w", dir, err)
	}
	for _, e := range names {
		switch e.Name() {
		case restoreDir, holderFile:
		case markFile:
			if _, err := os.Stat(filepath.Join(dir, restoreDir)); err == nil {
				continue
			}
			fallthrough
		default:
			return fmt.Errorf("restore into %s: it is not empty (%s): name another directory, or move this one away", dir, e.Name())
		}
	}
	return nil
}

// load writes the records of a backup into a new store at tmp, all with the number of the backup's commit.
func load(tmp string, r io.Reader) (Header, error) {
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return Header{}, err
	}
	o := tuned(tmp, Options{NoSync: true}, words{log: slog.New(slog.DiscardHandler)})
	o.DetectConflicts = false
	db, err := badger.OpenManaged(o)
	if err != nil {
		return Header{}, err
	}
	l := &loader{db: db, txn: db.NewTransactionAt(math.MaxUint64, true)}
	h, err := readBackup(r, l.begin, l.set)
	if err == nil {
		err = l.finish()
	}
	l.txn.Discard()
	return h, errors.Join(err, db.Close())
}

type loader struct {
	db  *badger.DB
	txn *badger.Txn
	h   Header
}

func (l *loader) begin(h Header) error {
	if h.Schema > schemaVersion {
		return fmt.Errorf("the backup has layout %d and this rouse knows layouts up to %d: restore it with the newer rouse", h.Schema, schemaVersion)
	}
	if h.Sequence == 0 {
		return fmt.Errorf("%w: it has no commit", ErrBackup)
	}
	l.h = h
	return nil
}

func (l *loader) set(key, val []byte, meta byte) error {
	e := badger.NewEntry(key, val).WithMeta(meta)
	err := l.txn.SetEntry(e)
	if !errors.Is(err, badger.ErrTxnTooBig) {
		return err
	}
	if err := l.txn.CommitAt(l.h.Sequence, nil); err != nil {
		return err
	}
	l.txn = l.db.NewTransactionAt(math.MaxUint64, true)
	return l.txn.SetEntry(e)
}

func (l *loader) finish() error {
	if err := l.set(keyText(tabNote, store.NoteRestored), noteValue("from "+l.h.String()), 0); err != nil {
		return err
	}
	if err := l.set(keySequence(), []byte{1}, 0); err != nil {
		return err
	}
	if err := l.txn.CommitAt(l.h.Sequence, nil); err != nil {
		return err
	}
	return l.db.Sync()
}
