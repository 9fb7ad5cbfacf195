// Package store remembers. It is the interface that both stores fulfil, in the words of the trade: the open incident of a
// group, due wakes, pages to claim. Rules live elsewhere; a store refuses nothing but what it cannot keep.
//
// Its law: an Update is one commit, durable before it returns nil, and either all of it or none of it is there afterwards.
// Every method and every error is described here and tested in store/storetest before a backend has it.
package store

import (
	"context"
	"errors"
	"io"
)

// Errors that callers decide on.
var (
	ErrNotFound = errors.New("not found")
	ErrClosed   = errors.New("the store is closed")
	ErrTooBig   = errors.New("too much for one commit")                       // nothing was written: split and try again
	ErrFull     = errors.New("the disk is nearly full")                       // nothing was written
	ErrRecord   = errors.New("a record is too large to be kept")              // nothing was written, and splitting does not help
	ErrFailed   = errors.New("the store has failed and must be opened again") // a commit's outcome is unknown; nothing works any more
	ErrNoBackup = errors.New("this store makes no backup")                    // nothing was written; what wraps it says what does
)

// Notes that a store writes about itself.
const (
	NoteRestored = "store.restored" // from which backup it was restored; what was under way then may be told again
	NoteLoss     = "store.loss"     // it was opened although commits were known to be missing
)

// Store keeps everything that must survive.
type Store interface {
	// View runs fn on a consistent snapshot. Writing through its Tx is an error.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn and commits what it wrote, durably, as one. fn may run again after a conflict, so it must be pure but
	// for its Tx. An error from fn discards everything and is returned. fn sees its own writes. The commit itself is not
	// cut short by ctx.
	Update(ctx context.Context, fn func(Tx) error) error
	// Backup writes a consistent copy while the store is in use, or refuses with ErrNoBackup before it has written anything.
	Backup(ctx context.Context, w io.Writer) error
	// Close waits for what is under way and releases the store. Later calls return ErrClosed, a second Close too.
	Close() error
}

// Tx is one transaction. Times are stored to the microsecond, in UTC. Lists come in the order given with each method.
type Tx interface {
	Alerts
	Incidents
	Outbox
	Reviews
	Problems
	Rota
	Subscribers
	Signals
	Audit
}
