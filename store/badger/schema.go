package badger

import (
	"encoding/binary"
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// schemaVersion is the layout that this rouse writes: keys.go and the heads of rows. A change that older code would misread
// takes the next number and adds a step below, with a golden store of the old layout in testdata.
const schemaVersion = 2

// schema is a layout and the way to it. steps[n] turns layout n into n+1; it may take several commits and must bear being
// run again after a crash.
type schema struct {
	version uint32
	steps   map[uint32]func(*Store) error
}

func currentSchema() schema {
	return schema{version: schemaVersion, steps: map[uint32]func(*Store) error{1: toLayout2}}
}

// migrate brings the store to sc, or refuses one that is newer.
func (s *Store) migrate(sc schema) error {
	have, empty, err := s.readSchema()
	if err != nil {
		return err
	}
	if empty {
		return s.writeSchema(sc.version)
	}
	if have > sc.version {
		return fmt.Errorf("the store in %s has layout %d and this rouse knows layouts up to %d: "+
			"start the newer rouse again, or restore a backup that was made before the upgrade", s.dir, have, sc.version)
	}
	for ; have < sc.version; have++ {
		step := sc.steps[have]
		if step == nil {
			return fmt.Errorf("the store in %s has layout %d, which this rouse can no longer bring to %d: go through an older release first", s.dir, have, sc.version)
		}
		s.log.Info("store migrated", "from", have, "to", have+1)
		if err := step(s); err != nil {
			return fmt.Errorf("bring the store in %s from layout %d to %d: %w", s.dir, have, have+1, err)
		}
		if err := s.writeSchema(have + 1); err != nil {
			return err
		}
	}
	return nil
}

// readSchema reads the layout; 0 for a store without one, empty for one without anything.
func (s *Store) readSchema() (version uint32, empty bool, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{})
		defer it.Close()
		if it.Rewind(); !it.Valid() {
			empty = true
			return nil
		}
		if it.Seek(keySchema()); !it.ValidForPrefix(keySchema()) {
			return nil
		}
		return it.Item().Value(func(val []byte) error {
			if len(val) != 4 {
				return errRow
			}
			version = binary.BigEndian.Uint32(val)
			return nil
		})
	})
	if err != nil {
		err = fmt.Errorf("read the layout of the store in %s: %w", s.dir, err)
	}
	return version, empty, err
}

func (s *Store) writeSchema(version uint32) error {
	return s.write(func(t *tx) error { return t.set(keySchema(), binary.BigEndian.AppendUint32(nil, version)) })
}
