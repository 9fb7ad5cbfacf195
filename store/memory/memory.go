// Package memory is a store that lives as long as its process: for simulations and tests of a configuration, which open
// thousands of them and want none to cost a disk or a millisecond. It keeps every promise of package store but the one that
// it is named after, and makes no backup.
//
// All rows are one sorted tree that never changes: a write makes a new one that shares all it can with the old. A View looks at
// the tree of its moment; Updates take turns, so none has to run again. Its law: what was put and what was read share no memory.
package memory

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/rouse/rouse/store"
)

// Store is a store in memory. Make one with New.
type Store struct {
	update sync.Mutex // held by the Update under way
	mu     sync.Mutex
	root   *node
	closed bool
}

// New makes an empty store.
func New() *Store { return &Store{} }

func (s *Store) snapshot() (*node, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	return s.root, nil
}

// View runs fn on the rows as they are now.
func (s *Store) View(ctx context.Context, fn func(store.Tx) error) error {
	root, err := s.snapshot()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{root: root}
	defer func() { t.ended = true }()
	return fn(t)
}

// Update runs fn once, alone, and keeps what it wrote unless it fails.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.update.Lock()
	defer s.update.Unlock()
	root, err := s.snapshot()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{root: root, writes: true}
	defer func() { t.ended = true }()
	if err := fn(t); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.root = t.root
	return nil
}

// Backup is refused.
func (s *Store) Backup(context.Context, io.Writer) error {
	if _, err := s.snapshot(); err != nil {
		return err
	}
	return fmt.Errorf("%w: it keeps everything in memory", store.ErrNoBackup)
}

// Dump writes every row, sorted by key, a line each: two stores that hold the same write the same. It is for tests, and for eyes.
func (s *Store) Dump(w io.Writer) error {
	root, err := s.snapshot()
	if err != nil {
		return err
	}
	root.up("", func(key string, row any) bool {
		var text []byte
		if text, err = json.Marshal(row); err == nil {
			_, err = fmt.Fprintf(w, "%q %s\n", key, text)
		}
		return err == nil
	})
	return err
}

// Close forgets everything.
func (s *Store) Close() error {
	s.update.Lock()
	defer s.update.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	s.closed, s.root = true, nil
	return nil
}
