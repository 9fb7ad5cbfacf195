package postgres

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockClass and the number of a schema are the advisory lock: several schemas may share a database.
const lockClass = 0x726f7573

func lockNumber(schema string) int32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(schema)) // never fails
	return int32(h.Sum32() & 0x7fffffff)
}

// await returns once this process has the lock. A database that goes away meanwhile is waited for.
func (s *Store) await(ctx context.Context) error {
	var told Holder
	for {
		got, err := s.try(ctx)
		if err == nil && !got {
			err = s.mind(ctx, &told)
		}
		switch {
		case got:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("PostgreSQL at %s: while it waited for its turn: %w", s.where(), ctx.Err())
		case err == nil:
			continue
		}
		s.log.Warn("standing by: the database does not answer", "err", err)
		s.hangUp(s.lock)
		for s.dialLock(ctx) != nil {
			select {
			case <-time.After(s.o.tick):
			case <-ctx.Done():
				return fmt.Errorf("PostgreSQL at %s: while it waited for its turn: %w", s.where(), ctx.Err())
			}
		}
	}
}

// try waits for the lock for a tick. No query waits longer, for that would keep the server from cleaning up behind it.
func (s *Store) try(ctx context.Context) (bool, error) {
	sql := fmt.Sprintf("SET lock_timeout = %d; SELECT pg_advisory_lock(%d, %d); SET lock_timeout = 0", s.o.tick.Milliseconds(), lockClass, s.number)
	_, err := s.lock.PgConn().Exec(ctx, sql).ReadAll()
	if code(err) == codeLockTimeout {
		return false, nil
	}
	return err == nil, s.words("wait for the lock", err)
}

// findHolder is the session that has the lock, and for how many seconds it has been left alone.
const findHolder = `SELECT a.pid, coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)::float8
	FROM pg_locks l JOIN pg_stat_activity a USING (pid)
	WHERE l.locktype = 'advisory' AND l.classid::bigint = $1 AND l.objid::bigint = $2 AND l.objsubid = 2 AND l.granted
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// mind tells of who has the lock, if that is news, and has its session ended when it hangs.
func (s *Store) mind(ctx context.Context, told *Holder) error {
	var pid int32
	var alone float64
	err := s.lock.QueryRow(ctx, findHolder, int64(lockClass), int64(s.number)).Scan(&pid, &alone)
	if err == pgx.ErrNoRows {
		return nil // it went meanwhile
	}
	if err != nil {
		return s.words("look who works", err)
	}
	var h Holder
	err = s.lock.QueryRow(ctx, "SELECT name, since FROM holder WHERE epoch > 0").Scan(&h.Name, &h.Since)
	if err != nil && err != pgx.ErrNoRows && code(err) != codeNoTable { // it is only just making the tables
		return s.words("look who works", err)
	}
	h.Since = h.Since.UTC()
	if h != *told || h.Name == "" {
		*told = h
		s.log.Info("standing by: another rouse works", "name", h.Name, "since", h.Since)
		if s.o.Waiting != nil {
			s.o.Waiting(h)
		}
	}
	if alone < s.o.Patience.Seconds() {
		return nil
	}
	s.log.Warn("the rouse that works does not move: its sessions are ended", "name", h.Name, "seconds", alone)
	if _, err := s.lock.Exec(ctx, "SELECT pg_terminate_backend($1)", pid); err != nil {
		s.log.Error("it cannot be ended: let both connect as the same role", "err", s.words("end a session", err))
	}
	return nil
}

// takeOver makes this process the holder: whatever an earlier one still does cannot be committed from then on.
func (s *Store) takeOver(ctx context.Context) error {
	version, err := s.version(ctx)
	if err != nil {
		return err
	}
	if version == 0 {
		if err := s.migrate(ctx, 0); err != nil {
			return err
		}
		version = latest
	}
	if err := s.depose(ctx); err != nil {
		return err
	}
	err = s.lock.QueryRow(ctx, "UPDATE holder SET epoch = epoch + 1, name = $1, session = $2, since = clock_timestamp() RETURNING epoch", searched(s.o.Name), s.session).Scan(&s.epoch)
	if err != nil {
		return s.words("take over", err)
	}
	return s.migrate(ctx, version)
}

// depose ends what is left of the sessions of earlier holders, which may be in the middle of a transaction.
func (s *Store) depose(ctx context.Context) error {
	_, err := s.lock.Exec(ctx, `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a, holder h
		WHERE a.datname = current_database() AND a.application_name = h.session AND h.epoch > 0 AND a.pid <> pg_backend_pid()`)
	if code(err) == codeNoPrivilege {
		s.log.Warn("sessions of the rouse that worked before cannot be ended: let all connect as the same role", "err", err)
		return nil
	}
	return s.words("end the sessions of the rouse that worked before", err)
}

// hold touches the connection that has the lock, so that others see that this process lives, and this process whether it has it.
func (s *Store) hold() {
	tick := time.NewTicker(s.o.tick)
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-s.stuck:
			return
		case <-tick.C:
		}
		if err := s.touch(); err != nil {
			s.log.Error("the lock on the database is lost", "err", err)
			_ = s.fail(err) // who asks next gets it, and Failed tells the others
			return
		}
	}
}

func (s *Store) touch() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.o.Patience)
	defer cancel()
	var pid uint32
	if err := s.lock.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		return s.words("hold the lock", err)
	}
	if pid != s.lock.PgConn().PID() {
		return fmt.Errorf("PostgreSQL at %s: a pooler has handed the session to somebody else: name PostgreSQL itself", s.where())
	}
	return nil
}
