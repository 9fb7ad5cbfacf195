package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// errString is of a connection string that cannot be read. What is wrong with it could repeat its password.
var errString = errors.New("the connection string of PostgreSQL cannot be read (it is not shown, for it may hold a password): " +
	"write postgres://USER:PASSWORD@HOST:5432/DATABASE, or keywords as psql takes them")

// viewsAtOnce is how many Views have a connection at a time; others wait.
const viewsAtOnce = 16

// Open opens the store in the database that a connection string names (a URL or keywords, as libpq has them; the environment and
// ~/.pgpass are looked at as psql does). While another process works it waits, and tells Options.Waiting of it; ctx ends that.
// An error of the first connection is returned; later ones, such as those of a database that is started again, are waited out.
func Open(ctx context.Context, connection string, o Options) (*Store, error) {
	config, err := pgx.ParseConfig(connection)
	if err != nil {
		return nil, errString
	}
	s := newStore(config, o)
	if err := s.dialLock(ctx); err != nil {
		return nil, err
	}
	if err := s.become(ctx); err != nil {
		s.hangUp(s.lock)
		return nil, err
	}
	if err := s.openViews(); err != nil {
		s.hangUp(s.lock)
		return nil, err
	}
	s.held.Go(s.hold)
	return s, nil
}

func newStore(config *pgx.ConnConfig, o Options) *Store {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	if o.tick == 0 {
		o.tick = time.Second
	}
	if o.answer == 0 {
		o.answer = 30 * time.Second
	}
	if o.Name == "" {
		host, _ := os.Hostname() // else it is known by its number alone
		o.Name = fmt.Sprintf("%s:%d", host, os.Getpid())
	}
	s := &Store{
		log: o.Log, o: o, config: config, session: session(o.Name), turn: make(chan struct{}, 1), numbers: map[string]int64{},
		stuck: make(chan struct{}), quit: make(chan struct{}),
	}
	s.idle.L = &s.life
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	for name, value := range map[string]string{
		"application_name": s.session, "timezone": "UTC", "client_encoding": "UTF8", "jit": "off",
		"statement_timeout": "0",                                                 // a commit that waits for a standby would be called done
		"lock_timeout":      "0", "idle_in_transaction_session_timeout": "60000", // ms: nobody's transaction is idle for that long and lives
		"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3", // s: of a machine that is gone
	} {
		config.RuntimeParams[name] = value
	}
	return s
}

// session is an application_name, which PostgreSQL cuts at 63 bytes of ASCII: the name of this process and a number of its own.
func session(name string) string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	plain := strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '?'
		}
		return r
	}, name)
	return "rouse " + hex.EncodeToString(b[:]) + " " + plain[:min(len(plain), 40)]
}

// dialLock connects, and looks at what kind of database that is.
func (s *Store) dialLock(ctx context.Context) error {
	c, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		return s.words("connect", err)
	}
	s.lock = c
	if err := s.examine(ctx); err != nil {
		s.hangUp(c)
		return err
	}
	return nil
}

// server is what a server says of itself.
type server struct {
	version                        int
	encoding, schema               string
	readOnly, standby              bool
	commit, fsync, pages, standbys string
	first, second                  int64 // the process behind the connection, asked twice
}

// examine refuses a database that could not keep what it is given.
func (s *Store) examine(ctx context.Context) error {
	var v server
	row := s.lock.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding'), coalesce(current_schema(), ''),
		current_setting('transaction_read_only')::bool, pg_is_in_recovery(), current_setting('synchronous_commit'), current_setting('fsync'),
		current_setting('full_page_writes'), current_setting('synchronous_standby_names'), pg_backend_pid()`)
	err := row.Scan(&v.version, &v.encoding, &v.schema, &v.readOnly, &v.standby, &v.commit, &v.fsync, &v.pages, &v.standbys, &v.first)
	if err == nil {
		err = s.lock.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&v.second)
	}
	if err != nil {
		return s.words("look at the database", err)
	}
	if err := v.unfit(); err != nil {
		return fmt.Errorf("PostgreSQL at %s: %w", s.where(), err)
	}
	s.number = lockNumber(v.schema)
	if v.commit == "off" || v.commit == "local" {
		s.log.Warn("synchronous_commit is set to on for rouse: an alert that was taken must not be lost", "was", v.commit)
		s.config.RuntimeParams["synchronous_commit"] = "on"
	}
	if v.fsync != "on" || v.pages != "on" {
		s.log.Warn("the database may lose what it has confirmed when its machine fails: set fsync and full_page_writes to on", "fsync", v.fsync, "full_page_writes", v.pages)
	}
	return nil
}

// oldest is the first version of PostgreSQL that has all that is used here.
const oldest = 140000

func (v *server) unfit() error {
	switch {
	case v.version < oldest:
		return fmt.Errorf("it is version %d, and rouse needs %d or newer", v.version/10000, oldest/10000)
	case v.encoding != "UTF8":
		return fmt.Errorf("its encoding is %s, and rouse needs UTF8: createdb --encoding UTF8 --template template0 NAME", v.encoding)
	case v.standby || v.readOnly:
		return errors.New(advice[codeReadOnly])
	case v.schema == "":
		return errors.New("none of the schemas in its search_path is there: make one, or mend the search_path")
	case v.first != v.second:
		return errors.New("a pooler hands each query to another session, so nobody can hold a lock: name PostgreSQL itself, or a pool in session mode")
	}
	return nil
}

// openViews makes the pool of Views. It dials when somebody looks.
func (s *Store) openViews() error {
	config, err := pgxpool.ParseConfig("")
	if err != nil {
		return fmt.Errorf("PostgreSQL: %s", s.hide(err.Error()))
	}
	config.ConnConfig, config.MaxConns, config.MaxConnIdleTime = s.config.Copy(), viewsAtOnce, 5*time.Minute
	s.views, err = pgxpool.NewWithConfig(context.Background(), config)
	return err
}

// become waits until this process is the one that works, and makes the database ready for it.
func (s *Store) become(ctx context.Context) error {
	if _, err := s.version(ctx); err != nil {
		return err // now, not when its turn comes
	}
	if err := s.await(ctx); err != nil {
		return err
	}
	if err := s.takeOver(ctx); err != nil {
		return err
	}
	s.log.Info("this rouse works on the database", "database", s.where(), "name", s.o.Name, "epoch", s.epoch)
	return nil
}
