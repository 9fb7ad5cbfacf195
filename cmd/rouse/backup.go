package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/web/client"
)

// copying is what somebody asks backup for.
type copying struct{ to, config, data string }

func newBackup(e env) *cobra.Command {
	r := &remote{env: e}
	var o copying
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a consistent copy of everything rouse keeps",
		Long: "Write a consistent copy of everything rouse keeps, and check it while it is written. With - it goes to standard output.\n\n" +
			"A daemon that runs is asked for it, which takes a token of the role admin. If none runs on this machine the store is read\n" +
			"from its directory: that of --data, or of the configuration. FILE is replaced only once the copy is whole.",
		Example: "  rouse backup /var/backups/rouse.bak\n  rouse backup - | ssh vault 'cat > rouse.bak'\n  rouse backup rouse.bak --data /var/lib/rouse      # of a daemon that is stopped",
		Args:    wants(1, 1, "the file to write, or -, such as: rouse backup rouse.bak"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.to = args[0]
			return r.backup(cmd.Context(), o)
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.StringVar(&r.url, "url", "", "address of the daemon (default $ROUSE_URL or "+defaultURL+")")
	f.StringVar(&r.token, "token", "", "API token, best as env:NAME or file:PATH (default $ROUSE_TOKEN)")
	f.StringVarP(&o.config, "config", "c", "rouse.yaml", "configuration file that says where the store is, if no daemon runs")
	f.StringVar(&o.data, "data", "", "directory of the store, to read it without a daemon")
	exclusive(cmd, "url", "data")
	r.output = "table"
	return cmd
}

// producer writes a backup.
type producer func(ctx context.Context, w io.Writer) error

func (r *remote) backup(ctx context.Context, o copying) error {
	if o.to == "-" && isTerminal(r.stdout) {
		return errors.New("rouse backup: a backup is not for reading: send it into a file or a pipe")
	}
	if o.data != "" {
		return r.keep(ctx, o, fromDir(o.data), o.data)
	}
	s, err := r.session()
	if err != nil {
		return err
	}
	body, err := s.Backup(ctx)
	switch {
	case err == nil:
		return r.keep(ctx, o, fromBody(body), s.base)
	case !s.absent(err):
		return s.withoutStore(err)
	}
	dir, err := r.storeDir(o.config)
	if err != nil {
		return fmt.Errorf("no rouse answers at %s, and the store's directory is not known either: %w; --url says where the daemon is, or --data where its store is", s.base, err)
	}
	fmt.Fprintf(r.stderr, "No rouse answers at %s: reading the store in %s.\n", s.base, dir)
	return r.keep(ctx, o, fromDir(dir), dir)
}

// absent reports whether nobody answers at an address of this machine. Of another machine, or of one that --url names, it is an error.
func (s *session) absent(err error) bool {
	var network *url.Error
	return s.r.url == "" && s.local() && errors.As(err, &network) && !network.Timeout() && !errors.Is(err, context.Canceled)
}

// local reports whether the daemon's address is one of this machine alone.
func (s *session) local() bool {
	u, err := url.Parse(s.base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// withoutStore explains why there is no backup, and of a daemon that does not answer how to do without.
func (s *session) withoutStore(err error) error {
	var network *url.Error
	if errors.As(err, &network) && !network.Timeout() && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w; of one that is stopped, --data names the store's directory", s.explain(err))
	}
	return s.withoutRoute(err)
}

// withoutRoute explains a refusal, also that of an older daemon, which has no such route.
func (s *session) withoutRoute(err error) error {
	var e *client.Error
	if errors.As(err, &e) && (e.Code == "no_such_address" || e.Code == "method_not_allowed") {
		return fmt.Errorf("the rouse at %s gives no backups while it runs: stop it and name its store with --data", s.base)
	}
	return s.explain(err)
}

// storeDir is where the configuration keeps the store.
func (r *remote) storeDir(file string) (string, error) {
	c, problems := configs.LoadFile(file, configs.Options{Getenv: r.getenv, SkipSecrets: true})
	if c == nil {
		return "", problems.Errors()[:1].Err()
	}
	switch c.Server.Store.Kind {
	case configs.Badger:
		return c.Server.Store.Path, nil
	case configs.Memory:
		return "", fmt.Errorf("%s keeps incidents in memory alone, so only a daemon that runs has them", file)
	}
	return "", fmt.Errorf("%s keeps incidents in PostgreSQL, which has tools of its own: use pg_dump, or the archive of its log (see docs/operations.md)", file)
}

func fromBody(body io.ReadCloser) producer {
	return func(_ context.Context, w io.Writer) error {
		defer func() { _ = body.Close() }() // only read
		_, err := io.Copy(w, body)
		return err
	}
}

// fromDir reads the store of a daemon that does not run. It makes no store where there is none.
func fromDir(dir string) producer {
	return func(ctx context.Context, w io.Writer) error {
		if names, err := os.ReadDir(dir); err != nil || len(names) == 0 {
			return fmt.Errorf("there is no store in %s: --data says where it is", dir)
		}
		st, err := badger.Open(dir, badger.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
		var held *badger.HeldError
		if errors.As(err, &held) {
			return fmt.Errorf("a daemon has the store in %s open (%s): let that one make the backup (rouse backup FILE --url http://HOST:PORT), or stop it first", dir, held.Who)
		}
		if err != nil {
			return err
		}
		return errors.Join(st.Backup(ctx, w), st.Close())
	}
}

// keep writes what a producer produces to its place, once it is whole.
func (r *remote) keep(ctx context.Context, o copying, from producer, source string) error {
	m := newMeter(r.stderr)
	if o.to == "-" {
		h, err := verified(ctx, io.MultiWriter(r.stdout, m), from)
		m.done()
		if err != nil {
			return fmt.Errorf("the backup of %s is not whole, throw away what was written: %w", source, err)
		}
		fmt.Fprintf(r.stderr, "%s of %s, %s, checked\n", h, source, size(m.n))
		return nil
	}
	h, err := replaceFile(o.to, func(w io.Writer) (badger.Header, error) { return verified(ctx, io.MultiWriter(w, m), from) })
	m.done()
	if err != nil {
		return fmt.Errorf("the backup of %s failed, %s is as it was: %w", source, o.to, err)
	}
	fmt.Fprintf(r.stdout, "%s: %s of %s, %s, checked\n", o.to, h, source, size(m.n))
	return nil
}

// verified copies a backup and checks it on the way.
func verified(ctx context.Context, w io.Writer, from producer) (badger.Header, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pr, pw := io.Pipe()
	source := make(chan error, 1)
	go func() { // ends when its reader closes the pipe
		err := from(ctx, pw)
		_ = pw.CloseWithError(err) // always nil
		source <- err
	}()
	h, err := badger.Verify(io.TeeReader(pr, w))
	_ = pr.CloseWithError(err) // always nil
	if cause := <-source; err != nil && cause != nil {
		return h, cause // what broke off says more than where
	}
	return h, err
}

// replaceFile writes a file beside its place and moves it there once it is whole and on disk.
func replaceFile(name string, write func(io.Writer) (badger.Header, error)) (h badger.Header, err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*") // of mode 0600
	if err != nil {
		return h, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	h, err = write(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return h, err
	}
	return h, os.Rename(f.Name(), name)
}

// meter counts bytes, and shows them on a terminal once that has taken two seconds.
type meter struct {
	w     io.Writer // nil: shows nothing
	n     int64
	start time.Time
	last  time.Time
}

func newMeter(w io.Writer) *meter {
	m := &meter{start: time.Now()}
	if isTerminal(w) {
		m.w = w
	}
	return m
}

// Write counts.
func (m *meter) Write(p []byte) (int, error) {
	m.n += int64(len(p))
	if now := time.Now(); m.w != nil && now.Sub(m.start) > 2*time.Second && now.Sub(m.last) > 200*time.Millisecond {
		m.last = now
		fmt.Fprintf(m.w, "\r%s ", size(m.n))
	}
	return len(p), nil
}

// done takes the counter off the terminal.
func (m *meter) done() {
	if !m.last.IsZero() {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
}

// size writes a number of bytes for a person.
func size(n int64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d bytes", n)
	}
	f, k := float64(n)/unit, 0
	for f >= unit && k < 3 {
		f, k = f/unit, k+1
	}
	return fmt.Sprintf("%.1f %s", f, []string{"KiB", "MiB", "GiB", "TiB"}[k])
}
