package badger

import (
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// scrubEvery is how often the tables are read whole. Badger takes a block that it cannot read for one without the key, so damage
// that comes while it runs would be less data without a word, and a compaction would make it last.
const scrubEvery = 10 * time.Minute

// startScrub has the tables read now and then, until Close.
func (s *Store) startScrub() {
	s.scrubTimer = time.AfterFunc(scrubEvery, func() {
		if err := s.scrub(); err == nil {
			s.scrubTimer.Reset(scrubEvery)
		}
	})
}

// scrub reads every table once. One that is damaged fails the store, for nobody knows what else it should have answered. It
// returns store.ErrClosed when the store is closed meanwhile.
func (s *Store) scrub() error {
	if err := s.begin(); err != nil {
		return err
	}
	tables := s.db.Tables()
	s.end()
	for _, t := range tables {
		if err := s.scrubTable(t.ID); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond) // nobody waits for this, and others do for the disk
	}
	return nil
}

func (s *Store) scrubTable(id uint64) error {
	if err := s.begin(); err != nil {
		return err
	}
	name := table.NewFilename(id, s.db.Opts().Dir)
	_, err := checkTable(name, id, badger.TableManifest{Compression: s.db.Opts().Compression})
	gone := err != nil && !s.hasTable(id) // by a compaction, meanwhile
	s.end()
	if err == nil || gone {
		return nil
	}
	err = damaged(name, err)
	s.log.Error("a file of the store was damaged while rouse ran", "err", err)
	return s.fail(err)
}

func (s *Store) hasTable(id uint64) bool {
	for _, t := range s.db.Tables() {
		if t.ID == id {
			return true
		}
	}
	return false
}
