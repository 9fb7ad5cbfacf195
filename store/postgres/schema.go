package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
)

// The schema is made by steps, each a file that never changes once it was released.
//
//go:embed schema/*.sql
var steps embed.FS

// latest is the version that this rouse reads and writes: the number of the last step.
const latest = 1

// NewerError is of a database that a newer rouse has worked on.
type NewerError struct{ Database, Known int }

func (e *NewerError) Error() string {
	return fmt.Sprintf("the database has schema %d and this rouse knows up to %d: a newer rouse has worked on it. Start that one, or restore a copy from before", e.Database, e.Known)
}

// version is that of the database; 0: it is empty.
func (s *Store) version(ctx context.Context) (int, error) {
	var there bool
	var v int
	err := s.lock.QueryRow(ctx, "SELECT to_regclass(quote_ident(current_schema()) || '.rouse_schema') IS NOT NULL").Scan(&there)
	if err == nil && there {
		err = s.lock.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM rouse_schema").Scan(&v)
	}
	if err != nil {
		return 0, s.words("read the version of the schema", err)
	}
	if v > latest {
		return 0, fmt.Errorf("PostgreSQL at %s: %w", s.where(), &NewerError{Database: v, Known: latest})
	}
	return v, nil
}

// migrate brings the schema from a version to the latest, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context, version int) error {
	for n := version + 1; n <= latest; n++ {
		step, err := steps.ReadFile(fmt.Sprintf("schema/%04d.sql", n))
		if err != nil {
			return err
		}
		sql := "BEGIN;\n"
		if n == 1 {
			sql += "CREATE TABLE rouse_schema (version int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());\n"
		}
		sql += fmt.Sprintf("%s;\nINSERT INTO rouse_schema (version) VALUES (%d);\nCOMMIT;", step, n)
		if _, err := s.lock.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
			_, rollback := s.lock.PgConn().Exec(ctx, "ROLLBACK").ReadAll()
			return errors.Join(s.words(fmt.Sprintf("bring its schema from version %d to %d", n-1, n), err), rollback)
		}
		s.log.Info("the schema of the database is new", "version", n)
	}
	return nil
}
