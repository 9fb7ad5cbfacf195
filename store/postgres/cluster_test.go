package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/rouse/rouse/internal/pgtest"
	"github.com/rouse/rouse/store"
)

// cluster is the one PostgreSQL of these tests, started by who needs it first. Each store has a schema of its own in it.
var cluster struct {
	once sync.Once
	*pgtest.Cluster
	err error

	mu    sync.Mutex
	admin *pgx.Conn
	made  int
	free  []string // schemas that were used and are empty again
}

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		fmt.Fprintln(os.Stderr, commitForever(os.Getenv(child)))
		os.Exit(1)
	}
	status := m.Run()
	if cluster.Cluster != nil {
		_ = cluster.admin.Close(context.Background()) // the cluster ends anyway
		if err := cluster.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(status)
}

// shared is the cluster; where there is no PostgreSQL the test is skipped.
func shared(t testing.TB) *pgtest.Cluster {
	t.Helper()
	cluster.once.Do(func() {
		if cluster.Cluster, cluster.err = pgtest.New(); cluster.err == nil {
			cluster.admin = connect(t, cluster.Connection())
		}
	})
	if errors.Is(cluster.err, pgtest.ErrMissing) {
		t.Skip(cluster.err)
	}
	if cluster.err != nil {
		t.Fatal(cluster.err)
	}
	return cluster.Cluster
}

// place is a connection string to an empty schema. The next test may have that schema, emptied, when this one has ended.
func place(t testing.TB) string {
	t.Helper()
	c := shared(t)
	cluster.mu.Lock()
	defer cluster.mu.Unlock()
	var schema string
	if n := len(cluster.free); n > 0 {
		schema, cluster.free = cluster.free[n-1], cluster.free[:n-1]
	} else {
		schema = newSchema(t)
	}
	t.Cleanup(func() {
		cluster.mu.Lock()
		defer cluster.mu.Unlock()
		empty(t, schema)
		cluster.free = append(cluster.free, schema)
	})
	return c.Connection("search_path=" + schema)
}

// fresh is place for a test that changes more of its schema than its rows.
func fresh(t testing.TB) string {
	t.Helper()
	c := shared(t)
	cluster.mu.Lock()
	defer cluster.mu.Unlock()
	return c.Connection("search_path=" + newSchema(t))
}

func newSchema(t testing.TB) string {
	cluster.made++
	schema := fmt.Sprint("s", cluster.made)
	admin(t, "CREATE SCHEMA "+schema)
	return schema
}

// admin runs statements on the connection that all tests share.
func admin(t testing.TB, sql string) {
	t.Helper()
	if _, err := cluster.admin.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// empty deletes every row but the version of the schema and the holder.
func empty(t testing.TB, schema string) {
	t.Helper()
	rows, err := cluster.admin.Query(context.Background(), "SELECT relname::text FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'", schema)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	var sql strings.Builder
	for _, table := range tables {
		if table != "holder" && table != "rouse_schema" {
			fmt.Fprintf(&sql, "DELETE FROM %s.%s;", schema, table)
		}
	}
	admin(t, sql.String())
}

func connect(t testing.TB, at string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func hangUp(t testing.TB, c *pgx.Conn) {
	t.Helper()
	if err := c.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// query runs statements beside any store.
func query(t testing.TB, at, sql string) {
	t.Helper()
	c := connect(t, at)
	defer hangUp(t, c)
	if _, err := c.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// open1 opens the store in a place.
func open1(t testing.TB, at string, o Options) *Store {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	s, err := Open(context.Background(), at, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return s
}

func put(s store.Store, name, text string) error {
	return s.Update(context.Background(), func(tx store.Tx) error { return tx.PutNote(name, text) })
}
