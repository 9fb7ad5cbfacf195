package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/rouse/rouse/store"
)

var (
	errReadOnly = errors.New("a View cannot write")
	errEnded    = errors.New("the transaction has ended: a Tx must not leave its function")
	errNoID     = errors.New("an empty ID cannot be kept")
)

// tx is one transaction.
type tx struct {
	s      *Store
	conn   *pgx.Conn
	ctx    context.Context // of the queries of a View
	writes bool
	begun  bool
	ended  bool
	wrote  bool
	err    error // of the first query that failed: the commit must fail too

	alarm *time.Timer // see patience

	rows rows             // that wait to be sent
	nums map[string]int64 // numbers as this transaction has them
}

// table is a set of tables, a bit each.
type table uint32

// The tables that writes may wait for.
const (
	tabAlerts table = 1 << iota
	tabMembers
	tabIncidents
	tabEntries
	tabPages
	tabReviews
	tabProblems
	tabOverrides
	tabLeaves
	tabSilences
	tabContacts
	tabSubscribers
	tabBeats
	tabMarks
	tabChanges
	tabNotes
	tabActs
)

func (t *tx) readable() error {
	if t.ended {
		return errEnded
	}
	return t.err
}

func (t *tx) writable() error {
	switch {
	case t.ended:
		return errEnded
	case !t.writes:
		return errReadOnly
	}
	return t.err
}

// failed remembers the first failure, in the store's words: PostgreSQL takes nothing more in a transaction after it.
func (t *tx) failed(err error) error {
	if t.err != nil {
		return t.err
	}
	err = t.s.words("run a query", err)
	var e *pgconn.PgError
	switch {
	case !t.writes:
	case errors.As(err, &e) && e.Code == codeFenced:
		err = t.s.fail(err)
	case errors.As(err, &e) && passing(e.Code), t.conn.IsClosed() && !late(err):
		err = fmt.Errorf("%w: %w", errAgain, err)
	}
	t.err = err
	return err
}

// prelude begins the transaction, once, and looks whether this process may still write.
func (t *tx) prelude(b *pgx.Batch) {
	if t.begun {
		return
	}
	t.begun = true
	b.Queue("BEGIN")
	b.Queue("SELECT fence($1)", t.s.epoch)
}

func (t *tx) rollback() {
	if !t.begun || t.conn.IsClosed() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), t.s.o.answer)
	defer cancel()
	_, _ = t.conn.Exec(ctx, "ROLLBACK") // else the connection is closed, which does the same
}

// read runs a query on tables, after what waits to be written into them, in one round trip. row is called for each row, and must
// not use t.
func (t *tx) read(from table, sql string, args []any, row func(pgx.Rows) error) error {
	return t.ask(t.rows.waiting&from != 0, sql, args, row)
}

// point is read for who has looked among the rows that wait already.
func (t *tx) point(from table, sql string, args []any, row func(pgx.Rows) error) error {
	return t.ask(t.rows.queued&from != 0, sql, args, row)
}

// patience bounds the wait for an answer. In an Update an alarm cuts the wait short, for a context would cost a goroutine each time.
func (t *tx) patience() (context.Context, context.CancelFunc) {
	if !t.writes {
		return context.WithTimeout(t.ctx, t.s.o.answer)
	}
	if t.alarm == nil {
		c := t.conn.PgConn().Conn()
		t.alarm = time.AfterFunc(t.s.o.answer, func() { _ = c.SetDeadline(time.Unix(1, 0)) }) // or it is closed already
	} else {
		t.alarm.Reset(t.s.o.answer)
	}
	return context.Background(), func() { t.alarm.Stop() }
}

// late reports whether an error is that there was no answer in time.
func late(err error) bool {
	var e net.Error
	return pgconn.Timeout(err) || errors.As(err, &e) && e.Timeout()
}

func (t *tx) ask(flush bool, sql string, args []any, row func(pgx.Rows) error) error {
	if err := t.readable(); err != nil {
		return err
	}
	ctx, cancel := t.patience()
	defer cancel()
	if t.begun && !flush {
		found, err := t.conn.Query(ctx, sql, args...)
		if err != nil {
			return t.failed(err)
		}
		return t.each(found, row)
	}
	b := &pgx.Batch{}
	t.prelude(b)
	if flush {
		t.rows.into(b)
	}
	n := b.Len()
	b.Queue(sql, args...)
	res := t.conn.SendBatch(ctx, b)
	defer func() { _ = res.Close() }() // its error is that of the statement that failed
	for range n {
		if _, err := res.Exec(); err != nil {
			return t.failed(err)
		}
	}
	found, err := res.Query()
	if err != nil {
		return t.failed(err)
	}
	return t.each(found, row)
}

// each calls row for the rows of an answer, and returns its error as it is.
func (t *tx) each(found pgx.Rows, row func(pgx.Rows) error) error {
	defer found.Close()
	for found.Next() {
		if err := row(found); err != nil {
			return err
		}
	}
	found.Close()
	if err := found.Err(); err != nil {
		return t.failed(err)
	}
	return nil
}

// flush sends what waits now.
func (t *tx) flush() error {
	if t.rows.empty() {
		return nil
	}
	return t.ask(true, "SELECT 1", nil, func(pgx.Rows) error { return nil })
}

// write lets a statement wait that writes into a table.
func (t *tx) write(into table, sql string, args ...any) error {
	if err := t.writable(); err != nil {
		return err
	}
	t.wrote = true
	t.rows.queue(into, sql, args)
	return t.full()
}

// full sends what waits before it is too much to hold.
func (t *tx) full() error {
	if t.rows.size < maxWaiting {
		return nil
	}
	return t.flush()
}

// change sends a statement at once, after all that waits, and returns how many rows it changed.
func (t *tx) change(sql string, args ...any) (n int, err error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	t.wrote = true
	err = t.ask(true, "WITH gone AS ("+sql+" RETURNING 1) SELECT count(*) FROM gone", args, func(r pgx.Rows) error { return r.Scan(&n) })
	return n, err
}

// needed turns a count of no rows into store.ErrNotFound.
func needed(n int, err error) error {
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

// values are the values of the only column of the rows that a query finds.
func values[T any](t *tx, from table, sql string, args ...any) (all []T, err error) {
	err = t.read(from, sql, args, func(r pgx.Rows) error {
		var v T
		err := r.Scan(&v)
		all = append(all, v)
		return err
	})
	return all, err
}

// bodies are the records of which a query finds the bodies.
func bodies[T any](t *tx, from table, sql string, args ...any) (all []T, err error) {
	err = t.read(from, sql, args, func(r pgx.Rows) error {
		v, err := scan[T](r)
		all = append(all, v)
		return err
	})
	return all, err
}

// body is the record of which a query finds the body, or store.ErrNotFound.
func body[T any](t *tx, from table, sql string, args ...any) (v T, err error) {
	all, err := bodies[T](t, from, sql, args...)
	if err == nil && len(all) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return v, err
	}
	return all[0], nil
}

// scan decodes the body that a row has as its last column; the columns before it go to others.
func scan[T any](r pgx.Rows, others ...any) (v T, err error) {
	var body pgtype.DriverBytes
	if err := r.Scan(append(others, &body)...); err != nil {
		return v, err
	}
	return v, decode(body, &v)
}
