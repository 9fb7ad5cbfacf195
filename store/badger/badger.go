// Package badger keeps everything in one directory, with no other process: the store of a single rouse.
//
// It refuses what would make its word worthless: a second process on the same directory, a store written by a newer rouse, a
// disk that is nearly full, and above all a store that has silently lost commits. Badger cuts its log at the first damaged
// byte and says nothing; so this package reads the log before Badger does, numbers every commit, and keeps beside the store a
// mark of the last commit known durable. Its law: what Update answered is there at the next Open, or Open says that it is not.
//
// # The directory
//
//	data/     Badger's own files; they look large (sparse), Info tells what they take
//	mark      the number of a commit that is surely durable; behind by 100 ms at most
//	holder    who has the store open; locked as long as it is
//	damaged/  copies of logs, tables and their list from when a loss was accepted
//
// # Sequence
//
// Every commit rewrites one key, so the version that Badger gave that key is the number of the last commit. Numbers have no
// gaps, survive compaction, and go on rising after a restore.
//
// # Lists
//
// The facts of every incident are in memory as well, a few hundred bytes each, so that lists and reports over years take
// milliseconds (see catalogue). Open reads them from the rows: a second for some 200,000 incidents.
//
// # Deletes
//
// Values never enter Badger's value log (a larger record is refused), so the log needs no collection. Deleting writes a
// tombstone; its space comes back when the levels beneath are compacted, by itself, so a store that forgets a lot grows a
// little first. Queues are the hard case, for what is done leaves tombstones at the front: the store remembers in memory
// where the front of each queue is and does not walk over them (see fronts).
package badger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/store"
)

// DefaultFloor is the free disk space below which a store with default Options takes no more alerts.
const DefaultFloor = 256 << 20

// Options say how a store is kept. The zero value is right for a daemon.
type Options struct {
	Log      *slog.Logger     // Badger's own words at debug and warn; nil: discarded
	Now      func() time.Time // stamps holder, backups and accepted losses; nil: they carry no time
	InMemory bool             // nothing touches the disk and the directory is ignored
	NoSync   bool             // commits do not wait for the disk: for measuring alone, a power cut loses them

	// Compactors is how many goroutines compact; nil: 2, never 1. With 0 nothing is ever compacted, and the store has no
	// timers of that kind: for testing/synctest.
	Compactors *int

	// FloorBytes is the free space of the file system below which commits are refused with store.ErrFull: below it those that
	// bring alerts, below half of it all of them, and below a quarter Open refuses too. 0: DefaultFloor; negative: no floor.
	// Badger maps its files into memory, so a full disk would end the process with SIGBUS, again at every start.
	FloorBytes int64

	// AcceptLoss opens a store that has lost commits all the same, keeps the damaged logs aside, and says so in the note
	// store.NoteLoss.
	AcceptLoss bool
}

// Store is a store.Store in one directory. Its methods may be called from several goroutines.
type Store struct {
	db     *badger.DB
	log    *slog.Logger
	now    func() time.Time
	dir    string // empty: in memory
	schema uint32
	home   *holder
	mark   *mark      // nil: in memory
	marked uint64     // what the mark said when the store was opened
	loss   *LossError // what was found missing then
	disk   *disk      // nil: no floor
	fronts *fronts
	commit func(*badger.Txn) error // replaced in tests

	catalogue *catalogue // replaced once, by Open

	gate   sync.RWMutex // held shared around a commit, whole by an Update that has lost to others too often
	broken atomic.Pointer[error]
	stuck  chan struct{} // closed when broken is set

	life   sync.Mutex
	idle   sync.Cond // on life: users is 0
	users  int
	closed bool

	markDue   atomic.Bool
	markTimer *time.Timer // nil: in memory, or NoSync

	scrubTimer *time.Timer // nil: in memory, or nothing is compacted
}

var _ store.Store = (*Store)(nil)

// begin counts a user in, so that Close waits for it.
func (s *Store) begin() error {
	s.life.Lock()
	defer s.life.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if err := s.broken.Load(); err != nil {
		return *err
	}
	s.users++
	return nil
}

func (s *Store) end() {
	s.life.Lock()
	defer s.life.Unlock()
	if s.users--; s.users == 0 {
		s.idle.Broadcast()
	}
}

// fail makes the store refuse everything from now on: after a failed write memory and disk may differ.
func (s *Store) fail(err error) error {
	err = fmt.Errorf("%w: %w", store.ErrFailed, err)
	if s.broken.CompareAndSwap(nil, &err) {
		close(s.stuck)
	}
	s.life.Lock()
	defer s.life.Unlock()
	s.idle.Broadcast()
	return err
}

// Failed is closed when a write has failed: nothing works any more, and the process has to end.
func (s *Store) Failed() <-chan struct{} { return s.stuck }

// Close waits for what is under way, writes out and releases the directory. A second Close returns store.ErrClosed.
//
// A store that has failed, and one whose disk is full, is left as it is: all commits are in its logs, Badger would write what
// nobody may trust or has room for, and it tries for ever. The directory is then held until the process ends.
func (s *Store) Close() error {
	s.life.Lock()
	if s.closed {
		s.life.Unlock()
		return store.ErrClosed
	}
	s.closed = true
	for s.users > 0 && s.broken.Load() == nil {
		s.idle.Wait()
	}
	s.life.Unlock()
	s.stopTimers()
	if s.dir != "" && (s.broken.Load() != nil || s.disk.tight()) {
		s.log.Warn("the store was left as it is: the next start reads its logs", "dir", s.dir)
		return nil
	}
	seq, err := s.sequence()
	err = errors.Join(err, s.unlessStuck(s.db.Close))
	if err == nil {
		err = s.mark.advance(seq)
	}
	err = errors.Join(err, s.mark.close())
	if s.home != nil && s.broken.Load() == nil {
		err = errors.Join(err, private(s.dir), s.home.release())
	}
	if err != nil {
		return fmt.Errorf("close the store in %s: %w", s.dir, err)
	}
	return nil
}

func (s *Store) stopTimers() {
	if s.markTimer != nil {
		s.markTimer.Stop()
	}
	if s.scrubTimer != nil {
		s.scrubTimer.Stop()
	}
	if s.disk != nil {
		s.disk.timer.Stop()
	}
}

// View runs fn on a consistent snapshot.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	t := s.newTx(false)
	t.stopped = ctx.Err
	defer t.discard()
	if err := fn(t); err != nil {
		return err
	}
	t.raise()
	return nil
}

// Info is what a store knows of itself.
type Info struct {
	Dir      string // empty: in memory
	Bytes    int64  // that its files really take on disk
	Free     int64  // left for it on the file system; -1 where that is not known
	Sequence uint64 // number of the last commit
	Durable  uint64 // number of the commit that the mark names; 0 without a mark
	Schema   uint32 // version of the layout
}

// Info tells the size and the position of the store.
func (s *Store) Info() (Info, error) {
	if err := s.begin(); err != nil {
		return Info{}, err
	}
	defer s.end()
	seq, err := s.sequence()
	if err != nil {
		return Info{}, err
	}
	i := Info{Dir: s.dir, Sequence: seq, Durable: s.mark.sequence(), Schema: s.schema, Free: -1}
	if s.dir == "" {
		return i, nil
	}
	if i.Bytes, err = diskUse(s.dir); err != nil {
		return Info{}, fmt.Errorf("measure %s: %w", s.dir, err)
	}
	if free, err := freeBytes(s.dir); err == nil {
		i.Free = free
	}
	return i, nil
}

// sequence is the number of the last commit; all commits up to it are durable when it returns.
func (s *Store) sequence() (uint64, error) {
	var seq uint64
	err := s.db.View(func(txn *badger.Txn) (err error) {
		seq, err = lastCommit(txn)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the number of the last commit: %w", err)
	}
	return seq, nil
}

// lastCommit is the number of the last commit that txn sees; 0 in an empty store.
func lastCommit(txn *badger.Txn) (uint64, error) {
	item, err := txn.Get(keySequence())
	if errors.Is(err, badger.ErrKeyNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return item.Version(), nil
}

// Backup writes a consistent copy while the store is in use; Restore reads it. It checks ctx now and then.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	seq, err := lastCommit(txn)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	h := Header{Schema: s.schema, Sequence: seq}
	if s.now != nil {
		h.At = s.now().UTC().Truncate(time.Microsecond)
	}
	if err := writeBackup(ctx, w, h, txn); err != nil {
		return fmt.Errorf("backup at commit %d: %w", seq, err)
	}
	return nil
}
