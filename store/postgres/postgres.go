// Package postgres keeps everything in a PostgreSQL database: the store of several rouse processes, of which one works and the
// others stand by.
//
// It is relational in the words of package store: a table for each kind of record, with the columns that are searched or
// ordered by, and the rest of the record as JSON (see schema). It refuses what would make its word worthless: a database that
// was written by a newer rouse, that is read-only, that cannot hold every text, or that is reached through a pooler which
// hands sessions around. Its law is that of every store: what Update answered is there, on the disk of PostgreSQL, whoever
// reads next.
//
// # One writer
//
// The process that holds an advisory lock, on a connection of its own, is the one that works. Open waits for that lock, and so
// stands by. The server drops the lock with the connection, so that a process that is killed is followed at once; one that
// hangs, or whose machine is gone, stops touching its connection, and who waits has the server drop it then (see Options.Patience).
//
// A process may have lost the lock and not know it. Therefore each holder takes a number, the epoch, that is one more than the
// last, and the first thing that each transaction of an Update does is to look, under a lock, whether the epoch is still its
// own. If it is not, nothing is written, Update returns store.ErrFailed, and the process has to end.
//
// # Round trips
//
// They are what a commit costs. Rows wait in the transaction until something reads their table, or for the end; then they travel
// together, many rows in one statement, and the COMMIT with them. Counters and the numbers of incidents are kept in memory,
// for nobody else writes them.
//
// # What fails
//
// An error that the server answered, or that came before the COMMIT was sent, is a plain error: nothing was written. Of a COMMIT
// that got no answer nobody knows, so that is store.ErrFailed, and so is the loss of the lock.
package postgres

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/rouse/rouse/store"
)

// Holder is the process that works.
type Holder struct {
	Name  string    // as its Options.Name
	Since time.Time // when it began, by the clock of the database, UTC
}

// Options say how a store is kept. The zero value is right for a daemon.
type Options struct {
	Log  *slog.Logger // takeovers and what is doubtful about the database; nil: discarded
	Name string       // of this process, for those who wait for it and for people, such as host:pid; empty: made of those two

	// Waiting is called when Open has found that another process works, and again when that is a third one. It must not block.
	Waiting func(Holder)

	// Patience is how long the holder may leave its connection alone, which it touches every second, before who waits has the
	// server drop it. It is also how long this process waits for an answer to that. 0: ten seconds.
	Patience time.Duration

	tick   time.Duration // between two touches; 0: a second
	answer time.Duration // for one answer of the server; 0: half a minute
}

// Store is a store.Store in one database. Its methods may be called from several goroutines.
type Store struct {
	log     *slog.Logger
	o       Options
	config  *pgx.ConnConfig
	session string // application_name of all its connections
	number  int32  // of its lock
	epoch   int64

	lock  *pgx.Conn // holds the advisory lock; used by Open, then by hold alone
	views *pgxpool.Pool

	turn    chan struct{}    // full while an Update is under way; what is below belongs to it
	writer  *pgx.Conn        // nil: to be dialled
	numbers map[string]int64 // counters and running numbers, as committed

	broken atomic.Pointer[error]
	stuck  chan struct{} // closed when broken is set
	quit   chan struct{} // closed by Close
	held   sync.WaitGroup

	life   sync.Mutex
	idle   sync.Cond // on life: users is 0
	users  int
	closed bool
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

// fail makes the store refuse everything from now on: what it knows of the database may be wrong.
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

// Failed is closed when the store has failed: nothing works any more, and the process has to end.
func (s *Store) Failed() <-chan struct{} { return s.stuck }

// Close waits for what is under way, unless the store has failed, and lets the next process in. A second Close returns
// store.ErrClosed.
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
	close(s.quit)
	s.held.Wait()
	if s.broken.Load() != nil { // who is under way may wait for an answer that never comes; the end of the process ends that
		go s.views.Close()
		s.hangUp(s.lock)
		return nil
	}
	s.views.Close()
	s.hangUp(s.writer)
	s.hangUp(s.lock) // last: now others may write
	return nil
}

// hangUp ends a connection. What the server does not hear of this way it sees when the socket is closed.
func (s *Store) hangUp(c *pgx.Conn) {
	if c == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := c.Close(ctx); err != nil {
		s.log.Debug("a connection to PostgreSQL did not end in good order", "err", err)
	}
}

// beginView also takes the snapshot, which PostgreSQL would not do before the first query.
const beginView = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1"

// View runs fn on a consistent snapshot. ctx ends its queries.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := s.views.Acquire(ctx)
	if err != nil {
		return s.words("look", err)
	}
	defer c.Release()
	if _, err := c.Conn().PgConn().Exec(ctx, beginView).ReadAll(); err != nil {
		return s.words("look", err)
	}
	t := &tx{s: s, conn: c.Conn(), ctx: ctx, begun: true}
	defer func() {
		t.ended = true
		t.rollback() // or the connection is broken, and the pool sees that
	}()
	return fn(t)
}

// errBackup says what to do instead.
var errBackup = fmt.Errorf("%w: PostgreSQL has tools of its own, use pg_dump or the archive of its log (see docs/operations.md)", store.ErrNoBackup)

// Backup is refused with store.ErrNoBackup: pg_dump makes a consistent copy while the store is in use.
func (s *Store) Backup(context.Context, io.Writer) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	return errBackup
}
