package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rouse/rouse/store"
)

// Codes of PostgreSQL (appendix A of its manual), and RF001 of schema.
const (
	codeFenced        = "RF001"
	codeSerialization = "40001"
	codeDeadlock      = "40P01"
	codeDiskFull      = "53100"
	codeTooMany       = "53300"
	codeReadOnly      = "25006"
	codeStarting      = "57P03"
	codeNoTable       = "42P01"
	codeNoDatabase    = "3D000"
	codePassword      = "28P01"
	codeNotAllowed    = "28000"
	codeNoPrivilege   = "42501"
	codeLockTimeout   = "55P03"
)

func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// passing reports whether an error is of a kind that goes away when the transaction is run again.
func passing(code string) bool { return code == codeSerialization || code == codeDeadlock }

// advice is what to do about an error of the server.
var advice = map[string]string{
	codeTooMany:     "all its connections are taken: raise max_connections, rouse needs up to twenty",
	codeReadOnly:    "the database is read-only: name the primary in the connection string, or several hosts with target_session_attrs=read-write",
	codeStarting:    "it is starting or stopping: try again in a moment",
	codeNoDatabase:  "make the database first: createdb --encoding UTF8 --template template0 --owner ROLE NAME",
	codePassword:    "look at the user and the password in the connection string",
	codeNotAllowed:  "pg_hba.conf does not let this user in, or the role does not exist",
	codeNoPrivilege: "let the role own the database: ALTER DATABASE name OWNER TO role",
}

// words says what was tried, where, and what to do. What it returns has no password in it.
func (s *Store) words(what string, err error) error {
	if err == nil {
		return nil
	}
	c := code(err)
	if c == codeDiskFull {
		return fmt.Errorf("%w (PostgreSQL: %w)", store.ErrFull, err)
	}
	text := fmt.Sprintf("PostgreSQL at %s: %s", s.where(), what)
	if a := advice[c]; a != "" {
		text += ": " + a
	}
	return &saidError{text: text + ": " + s.hide(err.Error()), err: err}
}

// saidError is an error in words of our own.
type saidError struct {
	text string
	err  error
}

func (e *saidError) Error() string { return e.text }
func (e *saidError) Unwrap() error { return e.err }

// hide takes the password out of a text.
func (s *Store) hide(text string) string {
	if s.config == nil || s.config.Password == "" {
		return text
	}
	return strings.ReplaceAll(text, s.config.Password, "***")
}

// where names the database: host, port and name.
func (s *Store) where() string {
	c := s.config
	return fmt.Sprintf("%s:%d/%s", c.Host, c.Port, c.Database)
}
