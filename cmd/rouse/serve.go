package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/twilio"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

func newServe(e env) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the daemon",
		Long: "Run the daemon: take alerts in, open incidents, page people until one acknowledges.\n\n" +
			"SIGHUP or POST /-/reload reads the configuration again; a file with errors changes nothing. SIGTERM ends it in good order, a second one at once.",
		Example: "  rouse serve --config /etc/rouse/rouse.yaml\n  rouse serve --demo      # everything on this machine, with phones in the browser",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch f := cmd.Flags(); {
			case o.demo && f.Changed("config"):
				return errors.New("rouse serve: --demo has a configuration of its own, so --config would be ignored: write one or the other")
			case !o.demo && f.Changed("phones"):
				return errors.New("rouse serve: --phones is of --demo: add it, or see rouse phones for a street of phones of its own")
			}
			if o.demo {
				return runDemo(cmd.Context(), e, o)
			}
			return runServe(cmd.Context(), e, o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.config, "config", "c", "rouse.yaml", "configuration file")
	f.BoolVar(&o.demo, "demo", false, "run with an embedded configuration and fake phones in the browser")
	f.StringVar(&o.listen, "listen", "", "address to listen on, instead of the configuration's server.listen")
	f.StringVar(&o.phones, "phones", "127.0.0.1:8421", "with --demo: address of the street of phones")
	f.StringVar(&o.data, "data", "", "directory of the store, instead of the configuration's server.store")
	f.BoolVar(&o.acceptLoss, "accept-data-loss", false, "start although the store has lost what it once confirmed (see docs/operations.md)")
	return cmd
}

type serveOptions struct {
	config, listen, phones, data string
	demo, acceptLoss             bool
	load                         func() (*configs.Config, configs.Problems) // nil: the file
	ready                        func(base string)                          // called once requests are answered; nil: nothing
	carrier                      http.RoundTripper                          // how Twilio is reached; nil: the network
	outside                      http.RoundTripper                          // how the dead-man address is reached; nil: the network
	exit                         func(status int)                           // ends a process that stands still; nil: os.Exit
}

// runServe is the wiring page: what the daemon is made of, in the order in which it starts.
func runServe(ctx context.Context, e env, o serveOptions) error {
	if o.load == nil {
		o.load = func() (*configs.Config, configs.Problems) {
			return configs.LoadFile(o.config, configs.Options{Getenv: e.getenv, Now: time.Now()})
		}
	}
	tightenUmask() // the store's files are nobody else's business
	config, problems := o.load()
	printProblems(e.stderr, problems)
	if problems.Err() != nil {
		return errors.New("the configuration has errors: nothing was started")
	}
	log := newLogger(e.stderr, config.Server.Log)
	st, ln, err := openStore(ctx, config, o, log)
	if err != nil && ctx.Err() != nil {
		log.Info("rouse is down, its turn did not come")
		return nil
	}
	if err != nil {
		return err
	}
	defer st.Close()
	if ln != nil { // what it was started with may be days old
		config = later(config, o, log)
	}
	d, err := newDaemon(st, config, o, log)
	if err != nil {
		return err
	}
	d.ln = ln
	return d.run(ctx)
}

// later is the configuration as it is now; one with errors changes nothing.
func later(was *configs.Config, o serveOptions, log *slog.Logger) *configs.Config {
	c, problems := o.load()
	if err := problems.Err(); err != nil {
		log.Error("the configuration has errors by now: rouse goes on with the one that it was started with", "err", err)
		return was
	}
	return c
}

func printProblems(w io.Writer, ps configs.Problems) {
	for _, p := range ps {
		fmt.Fprintln(w, p.String())
	}
}

func newLogger(w io.Writer, l configs.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		level = slog.LevelInfo
	}
	h := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(newCalm(slog.NewJSONHandler(w, h)))
	}
	return slog.New(newCalm(slog.NewTextHandler(w, h)))
}

// openStore opens what the configuration names. Of a store that several share it returns when its turn has come, with the
// listener that was answered on meanwhile; else there is none yet.
func openStore(ctx context.Context, c *configs.Config, o serveOptions, log *slog.Logger) (st store.Store, ln net.Listener, err error) {
	path := c.Server.Store.Path
	if o.data != "" {
		path = o.data
	}
	switch kind := c.Server.Store.Kind; {
	case kind == configs.Memory:
		st, err = badger.Open("", badger.Options{InMemory: true, Log: log, Now: time.Now})
	case kind == configs.Postgres && o.data == "":
		return openPostgres(ctx, c, o, log)
	default:
		st, err = badger.Open(path, badger.Options{Log: log, Now: time.Now, AcceptLoss: o.acceptLoss})
	}
	return st, nil, err
}

// resting is how a store gives back memory that it can do without in a calm; nil for one that holds none.
func resting(st store.Store) func() {
	if r, ok := st.(interface{ Rest() }); ok {
		return r.Rest
	}
	return nil
}

// daemon is the running whole.
type daemon struct {
	log     *slog.Logger
	store   store.Store
	engine  *engine.Engine
	links   *notify.Signer
	carrier http.RoundTripper
	parts   atomic.Pointer[parts]
	load    func() (*configs.Config, configs.Problems)
	server  *http.Server
	doors   *connections
	read    readings
	sources *ingest.Server
	began   configs.Server // what it was started with
	deadMan *deadMan
	probe   *probe
	exit    func(status int)
	ready   func(base string)
	listen  string
	ln      net.Listener // on that address; nil: to be made
	mu      sync.Mutex   // one reload at a time
}

func newDaemon(st store.Store, c *configs.Config, o serveOptions, log *slog.Logger) (*daemon, error) {
	key, err := secretKey(st)
	if err != nil {
		return nil, err
	}
	links, err := notify.NewSigner(key)
	if err != nil {
		return nil, err
	}
	p, err := wire(c, links, o.carrier, log)
	if err != nil {
		return nil, err
	}
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo())
	d := &daemon{log: log, store: st, links: links, carrier: o.carrier, began: c.Server, load: o.load, ready: o.ready, listen: o.address(c), probe: newProbe(st), exit: o.exit}
	if d.exit == nil {
		d.exit = os.Exit
	}
	d.engine, err = engine.New(engine.Deps{Store: st, Settings: p.engine, Log: log, Metrics: engine.NewMetrics(reg), Stalled: d.stalled})
	if err != nil {
		return nil, err
	}
	d.deadMan = newDeadMan(func() *configs.DeadMan { return d.parts.Load().config.Server.DeadMan }, d.well, o.outside, log)
	reg.MustRegister(d.engine.Gauges()...)
	d.read = newReadings(time.Now())
	reg.MustRegister(d.deadMan.pings, d.deadMan.last, d.read.ok, d.read.at)
	if size := sizeOf(st); size != nil {
		reg.MustRegister(size)
	}
	d.parts.Store(p)
	d.doors = newConnections(openFiles())
	reg.MustRegister(d.doors.dropped)
	d.server = &http.Server{
		Handler: d.doors.mark(d.handler(reg, key)), ConnContext: d.doors.context, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 60 * time.Second, IdleTimeout: 60 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	return d, nil
}

// buildInfo is the version as karma and dashboards look for it.
func buildInfo() prometheus.Collector {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "alertmanager_build_info", Help: "Version, under the name that clients of Alertmanager's API look for."}, []string{"version"})
	g.WithLabelValues(buildVersion()).Set(1)
	return g
}

// handler puts the doors of the house together.
func (d *daemon) handler(reg *prometheus.Registry, key []byte) http.Handler {
	d.sources = ingest.New(func() *ingest.Config { return d.parts.Load().ingest }, d.engine, d.engine, d.log, time.Now)
	reg.MustRegister(d.sources.Refused)
	in := d.sources.Handler()
	phone := twilio.Handler(func() []*twilio.Provider { return d.parts.Load().twilio }, lineAdapter{d.engine}, d.log)
	pages := web.New(web.Deps{
		Engine: d.engine, Store: d.store, Config: func() *web.Config { return d.parts.Load().web }, Reload: d.reload, Ready: d.canServe,
		Healthy: d.engine.Healthy,
		Metrics: promhttp.HandlerFor(reg, promhttp.HandlerOpts{}), SessionKey: key, Now: time.Now, Log: d.log,
		Erase: d.erase,
	}).Handler()
	mux := http.NewServeMux()
	mux.Handle("/twilio/", phone)
	for _, path := range ingest.Routes() {
		mux.Handle(path, in)
	}
	mux.Handle("/", pages)
	return newGuesses(time.Now).slow(rooted(mux, func() string { return d.parts.Load().below }))
}

// erase forgets a person.
func (d *daemon) erase(ctx context.Context, user oncall.UserID, also []string, by incident.Actor) (client.Erased, error) {
	out, err := d.engine.Erase(ctx, engine.Person{User: user, Also: also}, by)
	return client.Erased{Alias: out.Alias, Incidents: out.Incidents, Entries: out.Entries, Acts: out.Acts, Contacts: out.Contacts}, err
}

// secretKey is the store's own key for signed links and sessions, made when it is first needed.
func secretKey(st store.Store) ([]byte, error) {
	var text string
	err := st.Update(context.Background(), func(tx store.Tx) (err error) {
		if text, err = tx.Note("key"); err != nil || text != "" {
			return err
		}
		var b [32]byte
		if _, err := rand.Read(b[:]); err != nil {
			return err
		}
		text = hex.EncodeToString(b[:])
		return tx.PutNote("key", text)
	})
	if err != nil {
		return nil, fmt.Errorf("the key for signed links: %w", err)
	}
	return hex.DecodeString(text)
}

// run serves until ctx ends, then drains: no new requests, sends under way finish, everything asked for is committed.
func (d *daemon) run(ctx context.Context) error {
	ln, err := d.ln, error(nil)
	if ln == nil {
		if ln, err = listen(d.listen); err != nil {
			return err
		}
	}
	d.engine.Start()
	served := make(chan error, 1)
	tls := d.parts.Load().config.Server.TLS
	go func() { served <- d.serve(ln, tls) }()
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	base := baseURL(ln, tls != nil)
	d.log.Info("rouse is up", "address", base, "version", buildVersion(), "config", d.parts.Load().config.Version())
	_, _ = tellSystemd(systemd.SdNotifyReady)
	if d.ready != nil {
		d.ready(base)
	}
	stopPing := d.watch(ctx)
	go keepSmall(ctx, resting(d.store))
	for {
		select {
		case <-hup:
			if err := d.reload(ctx); err != nil {
				d.log.Error("the configuration was not reloaded", "err", err)
			}
			continue
		case err = <-served:
		case <-d.engine.Failed():
			return d.giveUp()
		case <-failed(d.store):
			return d.giveUp()
		case <-ctx.Done():
		}
		break
	}
	stopPing()
	return errors.Join(err, d.drain())
}

// giveUp ends at once, for nothing that the daemon could still do would be remembered. Whoever waits is told so.
func (d *daemon) giveUp() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = d.server.Shutdown(ctx) // they come again
	return errors.New("the store failed and has to be opened again: start rouse anew (systemd does)")
}

func (d *daemon) drain() error {
	_, _ = tellSystemd(systemd.SdNotifyStopping)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := d.server.Shutdown(ctx)
	d.engine.Stop()
	if p := d.parts.Load(); p.rooms != nil {
		p.rooms.Close()
	}
	d.log.Info("rouse is down, everything is written")
	return err
}

func baseURL(ln net.Listener, secure bool) string {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return ln.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
