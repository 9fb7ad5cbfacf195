package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/pgtest"
	"github.com/rouse/rouse/store"
)

// refusal demands that a place is refused in certain words, and never with the password.
func refusal(t *testing.T, at string, words ...string) error {
	t.Helper()
	s, err := Open(t.Context(), at, Options{})
	if err == nil {
		_ = s.Close()
		t.Errorf("Open: got no error, want one that says %q", words)
		return nil
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("Open: the error does not say %q: %v", w, err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("Open: the error has the password: %v", err)
	}
	return err
}

func TestConnectionsThatAreRefused(t *testing.T) {
	c := shared(t)
	for _, broken := range []string{"postgres://rouse:hunter2@[db/x", "host=x password='hunter2", "postgres://rouse:hunter2@h:port/x", "hunter2", "host=h user=x password=hunter2 sslmode=perhaps"} {
		if err := refusal(t, broken, "cannot be read", "postgres://USER:PASSWORD@HOST"); err != nil && !errors.Is(err, errString) {
			t.Errorf("%s: %v", broken, err)
		}
	}
	refusal(t, c.Connection("dbname=nowhere", "password=hunter2"), "nowhere", "createdb")
	refusal(t, "host=/nowhere user=x password=hunter2", "/nowhere", "connect")
	cluster.mu.Lock()
	admin(t, "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
	admin(t, "CREATE DATABASE still; ")
	admin(t, "ALTER DATABASE still SET default_transaction_read_only = on")
	admin(t, "CREATE ROLE guest LOGIN; CREATE SCHEMA closed")
	cluster.mu.Unlock()
	refusal(t, c.Connection("dbname=latin"), "LATIN1", "--encoding UTF8")
	refusal(t, c.Connection("dbname=still"), "read-only", "target_session_attrs=read-write")
	refusal(t, c.Connection("search_path=missing"), "search_path")
	refusal(t, c.Connection("user=guest", "search_path=closed"), "search_path") // which it may not look into
}

func TestWrongPassword(t *testing.T) {
	c := pgtest.Start(t)
	query(t, c.Connection(), "CREATE ROLE checked LOGIN PASSWORD 'right'")
	query(t, c.Connection(), `DO $$ BEGIN EXECUTE format('COPY (VALUES (''local all checked scram-sha-256''), (''local all all trust'')) TO %L', current_setting('hba_file')); END $$;
		SELECT pg_reload_conf()`)
	for end := time.Now().Add(soon); ; time.Sleep(20 * time.Millisecond) { // until the server has read it
		s, err := Open(t.Context(), c.Connection("user=checked", "password=hunter2"), Options{})
		if err == nil {
			_ = s.Close()
		}
		if code(err) == codePassword || time.Now().After(end) {
			break
		}
	}
	refusal(t, c.Connection("user=checked", "password=hunter2"), "the password in the connection string")
	refusal(t, c.Connection("user=checked", "password=right"), "OWNER TO") // it may not make tables in public
}

func TestNewerSchemaIsRefused(t *testing.T) {
	at := fresh(t)
	s := open1(t, at, Options{})
	must(t, put(s, "n", "x"))
	query(t, at, "INSERT INTO rouse_schema (version) VALUES (7)")
	var newer *NewerError
	if err := refusal(t, at, "schema 7", "up to 1", "newer rouse"); !errors.As(err, &newer) { // at once, not when its turn comes
		t.Errorf("got %v, want a *NewerError", err)
	}
	must(t, s.Close())
}

// TestDatabaseRestarted ends PostgreSQL under a store that works and one that stands by, and starts it again.
func TestDatabaseRestarted(t *testing.T) {
	c := pgtest.Start(t, "fsync=on", "full_page_writes=on")
	first := open1(t, c.Connection(), Options{tick: 20 * time.Millisecond})
	defer first.Close()
	must(t, put(first, "n", "x"))
	second := openLater(t, c.Connection(), Options{tick: 20 * time.Millisecond})
	must(t, c.Down())
	hasFailed(t, first)
	refusal(t, c.Connection(), "connect")
	must(t, c.Up())
	s := second()
	defer s.Close()
	if got := note(t, s); got != "x" {
		t.Errorf("the second reads %q", got)
	}
}

// TestDatabaseTurnsReadOnly: what cannot be written is refused, and the store goes on when it can.
func TestDatabaseTurnsReadOnly(t *testing.T) {
	s := open1(t, place(t), Options{})
	defer s.Close()
	must(t, put(s, "n", "x"))
	set := func(value string) {
		if _, err := s.writer.Exec(t.Context(), "SET default_transaction_read_only = "+value); err != nil {
			t.Fatal(err)
		}
	}
	set("on")
	err := put(s, "n", "y")
	if code(err) != codeReadOnly || errors.Is(err, store.ErrFailed) || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("Update: got %v, want that the database is read-only", err)
	}
	set("off")
	must(t, put(s, "n", "z"))
}

func TestCommitsAreSynchronous(t *testing.T) {
	at := place(t)
	for given, want := range map[string]string{"off": "on", "local": "on", "remote_apply": "remote_apply"} {
		s := open1(t, at+" synchronous_commit="+given, Options{})
		must(t, put(s, "n", "x"))
		var got string
		must(t, s.writer.QueryRow(t.Context(), "SHOW synchronous_commit").Scan(&got))
		if got != want {
			t.Errorf("synchronous_commit is %s where it was %s, want %s", got, given, want)
		}
		must(t, s.Close())
	}
}

func TestFullDiskIsTold(t *testing.T) {
	s := &Store{}
	err := s.words("commit", &pgconn.PgError{Severity: "ERROR", Code: codeDiskFull, Message: "could not extend file"})
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v, want store.ErrFull", err)
	}
}

// TestLongKeys keeps what is longer than an index of PostgreSQL takes.
func TestLongKeys(t *testing.T) {
	s := open1(t, place(t), Options{})
	defer s.Close()
	long := func(end string) string { return strings.Repeat("long ", 1000) + end }
	err := s.Update(context.Background(), func(tx store.Tx) error {
		for _, end := range []string{"a", "b"} {
			a := store.Alert{Alert: alert.Alert{Integration: long("i"), Key: long(end), State: alert.Firing}, Incidents: []int64{1}}
			p := store.Page{State: store.Queued, Provider: long("p"), ProviderID: long(end)}
			p.ID = long(end)
			i := incident.Incident{Number: int64(end[0]), Service: long("s"), GroupKey: long(end)}
			if err := errors.Join(tx.PutAlert(a), tx.PutPage(p), tx.PutIncident(i), tx.MarkSeen(long(end), time.Unix(9, 0)), tx.PutNote(long(end), end)); err != nil {
				return err
			}
		}
		return nil
	})
	must(t, err)
	err = s.View(t.Context(), func(tx store.Tx) error {
		for _, end := range []string{"a", "b"} {
			n, err1 := tx.LatestOf(long("s"), long(end))
			text, err2 := tx.Note(long(end))
			p, err3 := tx.PageByProvider(long("p"), long(end))
			a, err4 := tx.Alert(alert.ID{Integration: long("i"), Key: long(end)})
			if n != int64(end[0]) || text != end || p.ID != long(end) || a.Key != long(end) {
				t.Errorf("%s: incident %d, note %q, page ...%s, alert ...%s", end, n, text, p.ID[max(0, len(p.ID)-1):], a.Key[len(a.Key)-1:])
			}
			if err := errors.Join(err1, err2, err3, err4); err != nil {
				return err
			}
		}
		members, err := tx.AlertsOf(1, alert.ID{}, 0)
		services, err1 := tx.List(store.Filter{Service: long("s"), GroupKey: long("b")})
		if len(members) != 2 || members[0].Key == members[1].Key || len(services) != 1 {
			t.Errorf("%d members, %d incidents", len(members), len(services))
		}
		brief := 0
		err2 := tx.EachBrief(func(b *store.Brief) error {
			if brief++; b.Integration != long("i") || len(b.Key) != len(long("a")) {
				t.Errorf("a brief of ...%s", b.Key[len(b.Key)-1:])
			}
			return nil
		})
		return errors.Join(err, err1, err2)
	})
	must(t, err)
}

// TestDumpAndRestore does what docs/operations.md says for a backup.
func TestDumpAndRestore(t *testing.T) {
	c := shared(t)
	tool := func(name string, args ...string) {
		t.Helper()
		if out, err := c.Tool(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	tool("createdb", "--encoding", "UTF8", "--template", "template0", "original")
	s := open1(t, c.Connection("dbname=original"), Options{})
	defer s.Close()
	act := func(tx store.Tx) error {
		n, err := tx.NextNumber()
		return errors.Join(err, tx.PutIncident(incident.Incident{Number: n, State: incident.Triggered, Title: "\x00 caf\xe9 日本"}), tx.PutNote("n", "a\x00b"))
	}
	must(t, s.Update(t.Context(), act))
	tool("pg_dump", "--format=custom", "--file=rouse.dump", "original") // while it is in use
	tool("createdb", "--encoding", "UTF8", "--template", "template0", "restored")
	tool("pg_restore", "--no-owner", "--exit-on-error", "--dbname=restored", "rouse.dump")
	r := open1(t, c.Connection("dbname=restored"), Options{})
	defer r.Close()
	if got := note(t, r); got != "a\x00b" {
		t.Errorf("the note is %q", got)
	}
	must(t, r.Update(t.Context(), act))
	if n := openNumbers(t, r); len(n) != 2 || n[1] != 2 {
		t.Errorf("open are %v, want 1 and 2", n)
	}
}

func openNumbers(t *testing.T, s store.Store) (n []int64) {
	t.Helper()
	must(t, s.View(t.Context(), func(tx store.Tx) (err error) { n, err = tx.OpenNumbers(); return err }))
	return n
}

// TestStepsAreNumbered: latest is the number of the last step.
func TestStepsAreNumbered(t *testing.T) {
	files, err := steps.ReadDir("schema")
	if err != nil || len(files) != latest || files[len(files)-1].Name() != fmt.Sprintf("%04d.sql", latest) {
		t.Errorf("%d steps, %v; want %d", len(files), err, latest)
	}
}
