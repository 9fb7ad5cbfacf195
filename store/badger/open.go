package badger

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/rouse/rouse/store"
)

// The names inside a store's directory.
const (
	dataDir    = "data"
	restoreDir = "restoring"
	damagedDir = "damaged"
)

// Open opens the store in dir, which is made when missing. It fails with a *HeldError when another process has it, a
// *LossError when commits are missing (see Options.AcceptLoss), store.ErrFull when there is no space to open it, and other
// errors that say what to do. A failed Open has changed nothing that a later one would miss.
func Open(dir string, o Options) (*Store, error) { return open(dir, o, currentSchema()) }

func open(dir string, o Options, sc schema) (*Store, error) {
	s := &Store{log: o.Log, now: o.Now, schema: sc.version, fronts: newFronts(), catalogue: newCatalogue(), stuck: make(chan struct{})}
	s.idle.L = &s.life
	s.commit = (*badger.Txn).Commit
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if o.InMemory {
		s.db, err = badger.Open(tuned("", o, words{log: s.log}))
	} else {
		err = s.openDir(dir, o)
	}
	if err != nil {
		return nil, err
	}
	if err := s.ready(o, sc); err != nil {
		return nil, errors.Join(err, s.abandon())
	}
	return s, nil
}

// memTable is the size of a table in memory; a transaction may take 15 % of it. Badger writes tables out of slabs that double in
// size, keeps up to eight sets of them, and lets one go every two idle seconds. A table of this size fits slabs of 30 MiB; one of
// 16 MiB would take 62, and a storm leave twice as much behind for the time being.
const memTable = 14<<20 + 256<<10

// tuned is Badger for a small daemon. Its memory is bounded by a few small tables in memory and two caches; many small tables
// are merged at a time, so that keys without order cost no more than with large ones.
func tuned(data string, o Options, log words) badger.Options {
	b := badger.DefaultOptions(data).WithLogger(log)
	b.InMemory, b.SyncWrites = o.InMemory, !o.NoSync && !o.InMemory
	b.MemTableSize, b.NumMemtables, b.BaseTableSize = memTable, 2, 1<<20
	b.BlockCacheSize, b.IndexCacheSize = 16<<20, 8<<20
	b.ValueLogFileSize, b.ValueThreshold = 64<<20, maxRecord+1
	b.BaseLevelSize = 256 << 20 // a level more would rewrite every row several times more, for keys of alerts have no order
	b.BlockSize = 16 << 10      // a dozen alerts of one kind, which compress to half of what three do
	b.BloomFalsePositive = 1e-3 // of sixteen tables, for each new alert; with one in a hundred every sixth would read a block in vain
	b.NumVersionsToKeep, b.DetectConflicts = 1, true
	b.NumCompactors, b.NumLevelZeroTables, b.NumLevelZeroTablesStall = 2, 16, 40
	b.NumGoroutines = 1
	b.MetricsEnabled = false
	b.ChecksumVerificationMode = options.OnBlockRead // all were verified before Open: see checkTables
	if o.Compactors != nil {
		b.NumCompactors = *o.Compactors
	}
	if b.NumCompactors == 0 {
		b.NumLevelZeroTablesStall = 1 << 20 // nothing would ever end the stall
	}
	return b
}

// openDir takes the lock, looks for what Badger would pass over in silence, and opens Badger.
func (s *Store) openDir(dir string, o Options) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	s.dir = dir
	if s.home, err = hold(dir, o.Now); err != nil {
		return err
	}
	defer func() {
		if err != nil && s.broken.Load() == nil {
			err = errors.Join(err, s.home.release())
		}
	}()
	if err := s.prepare(); err != nil {
		return err
	}
	s.disk = newDisk(dir, o.FloorBytes, s.log)
	if err := s.disk.start(); err != nil {
		return err
	}
	b := tuned(filepath.Join(dir, dataDir), o, words{s.log, s.fail})
	if err := s.inspect(b, o.AcceptLoss); err != nil {
		return err
	}
	err = s.unlessStuck(func() (err error) { s.db, err = badger.Open(b); return err })
	if err != nil {
		return fmt.Errorf("open the store in %s: %w", dir, err)
	}
	return nil
}

// unlessStuck runs something of Badger's that may wait for ever, and returns its error or why the store has failed meanwhile.
// After that Badger may still be at work: nobody may use the directory until the process ends.
func (s *Store) unlessStuck(do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-s.stuck:
		return *s.broken.Load()
	}
}

// prepare makes the data directory, unless a restore was cut short.
func (s *Store) prepare() error {
	data := filepath.Join(s.dir, dataDir)
	_, err := os.Stat(filepath.Join(s.dir, restoreDir))
	if err == nil {
		if _, err := os.Stat(data); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("a restore into %s was cut short: run rouse restore again", s.dir)
		}
	}
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("make the directory of the store: %w", err)
	}
	return private(s.dir)
}

// inspect compares what is on disk with what the mark says, before Badger repairs anything.
func (s *Store) inspect(b badger.Options, accept bool) error {
	tables, err := checkTables(b.Dir, b)
	if err != nil {
		return err
	}
	logs, err := readLogs(b.Dir)
	if err != nil {
		return fmt.Errorf("read the logs of the store in %s: %w", s.dir, err)
	}
	s.marked, err = readMark(s.dir)
	if errors.Is(err, errMark) && accept {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("%w: restore a backup, or go on without its word: rouse serve --accept-data-loss", err)
	}
	s.loss = judge(s.dir, tables, logs, s.marked)
	if s.loss != nil {
		if err := checkManifest(b.Dir, b, s.loss.Have); err != nil {
			return err
		}
		if !accept {
			return s.loss
		}
		if err := putAside(s.dir); err != nil {
			return fmt.Errorf("put aside what is damaged: %w", err)
		}
	}
	return s.sweep(b.Dir)
}

// ready compares Badger's last commit with the mark, migrates, reads the catalogue, and starts the mark and the timers.
func (s *Store) ready(o Options, sc schema) error {
	seq, err := s.sequence()
	if err != nil {
		return err
	}
	if s.loss == nil && seq < s.marked {
		s.loss = &LossError{Dir: s.dir, Have: seq, Want: s.marked, Mark: true}
	}
	if s.loss != nil && !o.AcceptLoss {
		return s.loss
	}
	if err := s.migrate(sc); err != nil {
		return err
	}
	if err := s.loadCatalogue(); err != nil {
		return fmt.Errorf("read the incidents of the store in %s: %w", s.dir, err)
	}
	if s.loss != nil {
		if err := s.noteLoss(seq); err != nil {
			return err
		}
	}
	if s.dir == "" {
		return nil
	}
	if o.Compactors == nil || *o.Compactors > 0 {
		s.startScrub()
	}
	return s.startMark(o.NoSync)
}

// noteLoss writes down that the store was opened although commits are missing.
func (s *Store) noteLoss(seq uint64) error {
	text := fmt.Sprintf("opened at commit %d although commit %d had been durable; the loss was accepted", seq, s.loss.Want)
	if s.now != nil {
		text += " at " + s.now().UTC().Format(time.RFC3339)
	}
	s.log.Warn("store opened with lost commits", "have", seq, "want", s.loss.Want, "dir", s.dir)
	return s.write(func(t *tx) error { return t.PutNote(store.NoteLoss, text) })
}

func (s *Store) startMark(noSync bool) (err error) {
	seq, err := s.sequence()
	if err != nil {
		return err
	}
	if s.mark, err = newMark(s.dir, seq); err != nil {
		return fmt.Errorf("write the mark of the store in %s: %w", s.dir, err)
	}
	if !noSync { // without sync a commit is durable after Close only
		s.markTimer = time.AfterFunc(time.Hour, s.moveMark)
		s.markTimer.Stop()
	}
	return private(s.dir)
}

// abandon closes what a failed Open had opened; nothing when it was the disk that failed: see Close.
func (s *Store) abandon() error {
	s.stopTimers()
	if s.broken.Load() != nil {
		return nil
	}
	err := errors.Join(s.unlessStuck(s.db.Close), s.mark.close())
	if s.home != nil && s.broken.Load() == nil {
		err = errors.Join(err, s.home.release())
	}
	return err
}
