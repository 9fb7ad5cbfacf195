package badger

import (
	"path/filepath"
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

// suspect has the tables read at once.
func (s *Store) suspect() {
	if s.scrubTimer != nil {
		s.scrubTimer.Reset(0)
	}
}

// scrub reads every table once. One that is damaged fails the store, for nobody knows what else it should have answered. It
// returns store.ErrClosed when the store is closed meanwhile.
func (s *Store) scrub() error {
	m, err := s.named()
	if err != nil {
		return s.spoilt(err)
	}
	for id := range m.Tables {
		if err := s.scrubTable(id); err != nil {
			return err
		}
		time.Sleep(10 * time.Millisecond) // nobody waits for this, and others do for the disk
	}
	return nil
}

// named reads which tables there are. Badger's own list reads the tables for it, and trusts them. The manifest may be half
// written just now, so it is damaged only if it stays so.
func (s *Store) named() (m badger.Manifest, err error) {
	for try := range 3 {
		if m, err = readManifest(filepath.Join(s.dir, dataDir), s.db.Opts()); err == nil {
			break
		}
		time.Sleep(time.Duration(try+1) * 100 * time.Millisecond)
	}
	return m, err
}

func (s *Store) scrubTable(id uint64) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	name := table.NewFilename(id, filepath.Join(s.dir, dataDir))
	_, err := checkTable(name, id, badger.TableManifest{Compression: s.db.Opts().Compression})
	if err == nil {
		return nil
	}
	m, errNamed := s.named()
	if _, named := m.Tables[id]; errNamed == nil && !named {
		return nil // a compaction has removed it meanwhile
	}
	return s.spoilt(damaged(name, err))
}

func (s *Store) spoilt(err error) error {
	s.log.Error("a file of the store was damaged while rouse ran", "err", err)
	return s.fail(err)
}
