package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rouse/rouse/store"
)

// tries are the runs of an Update that loses to something, or its connection, without having written.
const tries = 5

// errAgain says that nothing was written and fn may run again.
var errAgain = errors.New("to be run again")

// Update runs fn and commits what it wrote; Updates take turns. fn runs again if the server ended the transaction for somebody
// else's sake, or the connection was lost before the COMMIT. ctx is asked before each run and not afterwards. fn must not call
// the store itself.
func (s *Store) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := s.begin(); err != nil {
		return err
	}
	defer s.end()
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for try := 1; ; try++ {
		err := s.attempt(fn)
		if !errors.Is(err, errAgain) {
			return err
		}
		if try == tries {
			return fmt.Errorf("after %d runs: %w", try, err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// attempt is one run of fn and its commit.
func (s *Store) attempt(fn func(store.Tx) error) error {
	if err := s.broken.Load(); err != nil {
		return *err // while it waited for its turn
	}
	if err := s.dialWriter(); err != nil {
		return err
	}
	t := &tx{s: s, conn: s.writer, ctx: context.Background(), writes: true, nums: map[string]int64{}}
	t.rows.clear()
	defer func() {
		t.ended = true
		t.rollback()
	}()
	err := fn(t)
	if t.err != nil { // whatever fn made of it
		return t.err
	}
	if err != nil {
		return err
	}
	return t.commit()
}

func (s *Store) dialWriter() error {
	if s.writer != nil && !s.writer.IsClosed() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.o.answer)
	defer cancel()
	c, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		return s.words("connect", err)
	}
	s.writer = c
	return nil
}

// commit sends what is still waiting, and the COMMIT with it.
func (t *tx) commit() error {
	t.ended = true
	if !t.wrote {
		return nil
	}
	if t.conn.IsClosed() {
		return fmt.Errorf("%w: the connection to PostgreSQL was lost before the commit", errAgain)
	}
	b := &pgx.Batch{}
	t.prelude(b)
	t.counted(b)
	t.rows.into(b)
	b.Queue("COMMIT")
	ctx, cancel := t.patience()
	defer cancel()
	if err := t.sent(ctx, b); err != nil {
		return err
	}
	t.begun = false
	maps.Copy(t.s.numbers, t.nums)
	return nil
}

// sent sends a batch that ends with COMMIT. Of an error that is not store.ErrFailed it is sure that nothing was written.
func (t *tx) sent(ctx context.Context, b *pgx.Batch) error {
	res := t.conn.SendBatch(ctx, b)
	defer func() { _ = res.Close() }() // its error is that of the statement that failed
	for k := range b.Len() {
		tag, err := res.Exec()
		last := k == b.Len()-1
		switch {
		case err != nil && (refused(err) && !(last && fatal(err)) || pgconn.SafeToRetry(err)):
			return t.failed(err)
		case err != nil:
			return t.s.fail(fmt.Errorf("no answer to a commit: %w", t.s.words("commit", err)))
		case last && tag.String() != "COMMIT":
			return t.failed(fmt.Errorf("PostgreSQL answered COMMIT with %q", tag))
		}
	}
	return nil
}

// refused reports whether the server answered with an error. The statements after it in a batch are then not run.
func refused(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e)
}

// fatal reports whether the server ended the session.
func fatal(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.SeverityUnlocalized != "ERROR"
}
