package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/postgres"
	"github.com/rouse/rouse/web/client"
)

// standby is a rouse whose turn has not come: another one works on the same database. It answers on the address that the daemon
// will have, so that a load balancer, Prometheus or Alertmanager that knows both addresses goes to the other.
type standby struct {
	log    *slog.Logger
	ln     net.Listener
	server *http.Server
	holder atomic.Pointer[postgres.Holder]
	began  sync.Once
	stop   context.CancelFunc
	ctx    context.Context // ends with the wait
	wg     sync.WaitGroup
}

// openPostgres opens a store in PostgreSQL once its turn has come, and returns the listener that was answered on meanwhile.
func openPostgres(ctx context.Context, c *configs.Config, o serveOptions, log *slog.Logger) (store.Store, net.Listener, error) {
	if o.acceptLoss {
		return nil, nil, errors.New("--accept-data-loss is for a store in a directory: leave it out, or name the directory with --data")
	}
	ln, err := listen(o.address(c))
	if err != nil {
		return nil, nil, err
	}
	b, err := newStandby(ctx, ln, c.Server.TLS, log)
	if err != nil {
		return nil, nil, errors.Join(err, ln.Close())
	}
	host, _ := os.Hostname() // else the address alone tells them apart
	st, err := postgres.Open(ctx, c.Server.Store.DSN.Reveal(), postgres.Options{Log: log, Name: host + " " + ln.Addr().String(), Waiting: b.tell})
	b.end()
	if err != nil {
		return nil, nil, errors.Join(err, ln.Close())
	}
	return st, ln, nil
}

// address is where the daemon listens.
func (o *serveOptions) address(c *configs.Config) string {
	if o.listen != "" {
		return o.listen
	}
	return c.Server.Listen
}

func listen(address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w (is another rouse running? server.listen says where)", err)
	}
	return ln, nil
}

func newStandby(ctx context.Context, ln net.Listener, t *configs.TLS, log *slog.Logger) (*standby, error) {
	b := &standby{log: log, ln: ln}
	b.ctx, b.stop = context.WithCancel(ctx)
	b.server = &http.Server{
		Handler: b, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	b.server.SetKeepAlivesEnabled(false) // who asks again comes to the daemon, should it be its turn by then
	if t != nil {
		cert, err := tls.X509KeyPair([]byte(t.Cert.Reveal()), []byte(t.Key.Reveal()))
		if err != nil {
			return nil, fmt.Errorf("server.tls: %w", err)
		}
		b.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{cert}}
	}
	return b, nil
}

// tell says who works. The first time the standby begins to answer.
func (b *standby) tell(h postgres.Holder) {
	b.holder.Store(&h)
	b.began.Do(func() {
		_, _ = tellSystemd(systemd.SdNotifyReady)
		b.wg.Go(b.serve)
		b.wg.Go(b.watch)
	})
	_, _ = tellSystemd("STATUS=" + b.words())
}

// words say for whom it stands by.
func (b *standby) words() string {
	h := b.holder.Load()
	if h.Name == "" {
		return "stands by: another rouse is about to start"
	}
	return fmt.Sprintf("stands by: %s is active since %s", h.Name, h.Since.Format(time.RFC3339))
}

func (b *standby) serve() {
	ln := net.Listener(&lent{Listener: b.ln})
	if b.server.TLSConfig != nil {
		ln = tls.NewListener(ln, b.server.TLSConfig)
	}
	if err := b.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		b.log.Error("the standby does not answer", "err", err)
	}
}

// watch pings systemd, and takes the signal that would end a process which does not.
func (b *standby) watch() {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	every, err := systemd.SdWatchdogEnabled(false)
	if err != nil || every == 0 {
		every = time.Hour
	}
	tick := time.NewTicker(every / 3)
	defer tick.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-hup:
			b.log.Info("standing by: the configuration is read when its turn comes")
		case <-tick.C:
			_, _ = tellSystemd(systemd.SdNotifyWatchdog)
		}
	}
}

// end stops answering, and leaves the listener to the daemon.
func (b *standby) end() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	b.stop()
	_ = b.server.Shutdown(ctx) // who is still there comes again
	b.wg.Wait()
	if ln, ok := b.ln.(*net.TCPListener); ok {
		_ = ln.SetDeadline(time.Time{}) // an error would be that of the next Accept
	}
	_, _ = tellSystemd("STATUS=")
}

// ServeHTTP answers that it is alive, and to all else that the other one is to be asked.
func (b *standby) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if strings.HasSuffix(r.URL.Path, "/-/healthy") {
		_ = json.NewEncoder(w).Encode(map[string]string{"status": "healthy", "standby": b.words()}) // or the client has gone
		return
	}
	w.Header().Set("Retry-After", "2")
	w.WriteHeader(http.StatusServiceUnavailable)
	said := client.Error{Code: "standby", Message: "this rouse " + b.words(), Hint: "Ask that one; should it die, this one takes over within seconds."}
	_ = json.NewEncoder(w).Encode(&said) // or the client has gone
}

// lent is a listener whose Close ends Accept and leaves the socket open, so that nobody is refused while it changes hands.
type lent struct{ net.Listener }

func (l *lent) Close() error {
	if ln, ok := l.Listener.(*net.TCPListener); ok {
		return ln.SetDeadline(time.Unix(1, 0))
	}
	return l.Listener.Close()
}
