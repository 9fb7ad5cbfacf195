//go:build unix

package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ErrMissing is what New answers where PostgreSQL is not installed. It says what to install.
var ErrMissing = errors.New("PostgreSQL is not installed here: install its server, such as the package postgresql, so that initdb and postgres are on PATH or in /usr/lib/postgresql/*/bin")

// User is the superuser, who needs no password, and Database is there.
const (
	User     = "postgres"
	Database = "postgres"
)

// Cluster is a PostgreSQL.
type Cluster struct {
	dir  string // holds data and the socket
	bin  string
	more []string // settings
	cred *syscall.SysProcAttr

	run  *exec.Cmd
	stop io.Closer // standard input of run: when it closes, PostgreSQL ends
	log  bytes.Buffer
}

// Start starts a cluster that ends with the test; where PostgreSQL is not installed it skips the test and says so. Settings are
// such as "max_connections=20". Nothing is synced to disk unless a setting says so.
func Start(t testing.TB, settings ...string) *Cluster {
	t.Helper()
	c, err := New(settings...)
	if errors.Is(err, ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("PostgreSQL said:\n%s", c.Log())
		}
		if err := c.Close(); err != nil {
			t.Errorf("end PostgreSQL: %v", err)
		}
	})
	return c
}

// New starts a cluster that ends with Close.
func New(settings ...string) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "rouse-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, bin: bin, more: settings}
	if err := c.create(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

// binaries is the directory of initdb and postgres, the newest that there is.
func binaries() (string, error) {
	candidates, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is right
	slices.Sort(candidates)
	slices.Reverse(candidates)
	if path, err := exec.LookPath("initdb"); err == nil {
		candidates = append([]string{path}, candidates...)
	}
	for _, path := range candidates {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real // beside which are the other programs
		}
		dir := filepath.Dir(path)
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
			return dir, nil
		}
	}
	return "", ErrMissing
}

func (c *Cluster) create() error {
	if os.Getuid() == 0 { // as whom initdb refuses to run
		cred, err := unprivileged()
		if err != nil {
			return err
		}
		c.cred = &syscall.SysProcAttr{Credential: cred}
		if err := os.Chown(c.dir, int(cred.Uid), int(cred.Gid)); err != nil {
			return err
		}
	}
	init := c.command("initdb", "-D", c.data(), "-U", User, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return c.Up()
}

// Tool is a program of PostgreSQL, such as pg_dump, that finds the cluster by itself.
func (c *Cluster) Tool(name string, args ...string) *exec.Cmd {
	cmd := c.command(name, args...)
	cmd.Env = append(cmd.Env, "PGHOST="+c.dir, "PGPORT=5432", "PGUSER="+User)
	return cmd
}

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = c.dir, c.cred
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	return cmd
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Up starts PostgreSQL and returns when it answers.
func (c *Cluster) Up() error {
	settings := append([]string{"listen_addresses=", "unix_socket_directories=" + c.dir, "fsync=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60", "timezone=Asia/Kathmandu"}, c.more...)
	args := []string{filepath.Join(c.bin, "postgres"), "-D", c.data()}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	// The shell waits for the end of its input, which comes when this process ends, however it does.
	run := exec.Command("/bin/sh", append([]string{"-c", `"$@" </dev/null & p=$!; cat >/dev/null; kill -INT $p; wait $p`, "sh"}, args...)...)
	run.Dir, run.SysProcAttr, run.Env = c.dir, c.cred, append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	run.Stdout, run.Stderr = &c.log, &c.log
	stop, err := run.StdinPipe()
	if err != nil {
		return err
	}
	if err := run.Start(); err != nil {
		return err
	}
	c.run, c.stop = run, stop
	return c.answers()
}

func (c *Cluster) answers() error {
	for range 1000 {
		status, err := os.ReadFile(filepath.Join(c.data(), "postmaster.pid"))
		if lines := strings.Split(string(status), "\n"); err == nil && len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready" {
			return nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return errors.Join(errors.New("PostgreSQL did not answer within ten seconds"), c.Down())
}

// Down ends PostgreSQL, with all its sessions; what was committed is kept.
func (c *Cluster) Down() error {
	if c.run == nil {
		return nil
	}
	err := errors.Join(c.stop.Close(), c.run.Wait())
	c.run = nil
	return err
}

// Close ends PostgreSQL and drops its data.
func (c *Cluster) Close() error { return errors.Join(c.Down(), os.RemoveAll(c.dir)) }

// Log is what PostgreSQL has said; to be read when it is down, or a test has failed.
func (c *Cluster) Log() string { return c.log.String() }

// Connection is a connection string for the superuser, with more keywords, such as "search_path=x".
func (c *Cluster) Connection(more ...string) string {
	return strings.Join(append([]string{"host=" + c.dir, "port=5432", "user=" + User, "dbname=" + Database}, more...), " ")
}
