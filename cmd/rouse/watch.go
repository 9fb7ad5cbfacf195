package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/rouse/rouse/configs"
)

// tellSystemd tells systemd how the daemon stands; elsewhere it does nothing.
func tellSystemd(state string) (bool, error) { return systemd.SdNotify(false, state) }

func (d *daemon) serve(ln net.Listener, t *configs.TLS) error {
	ln = d.doors.listen(ln)
	if t == nil {
		err := d.server.Serve(ln)
		if err == http.ErrServerClosed {
			return nil
		}
		return err
	}
	if _, err := tls.X509KeyPair([]byte(t.Cert.Reveal()), []byte(t.Key.Reveal())); err != nil {
		return fmt.Errorf("server.tls: %w", err)
	}
	d.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: d.certificate}
	err := d.server.ServeTLS(ln, "", "")
	if err == http.ErrServerClosed {
		return nil
	}
	return err
}

// certificate is that of the configuration in force, so a reload renews it.
func (d *daemon) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	t := d.parts.Load().config.Server.TLS
	if t == nil {
		return nil, errors.New("the configuration has no certificate any more")
	}
	cert, err := tls.X509KeyPair([]byte(t.Cert.Reveal()), []byte(t.Key.Reveal()))
	return &cert, err
}

// watch pings systemd's watchdog and the dead-man address for as long as the store can commit. stop waits for both to end.
func (d *daemon) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	loop := func(every func() time.Duration, ping func(context.Context)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(every()):
					if err := d.canCommit(ctx); err != nil {
						d.log.Error("the store cannot commit", "err", err)
						continue
					}
					ping(ctx)
				}
			}
		}()
	}
	if every, err := systemd.SdWatchdogEnabled(false); err == nil && every > 0 {
		loop(func() time.Duration { return every / 3 }, func(context.Context) { _, _ = tellSystemd(systemd.SdNotifyWatchdog) })
	}
	loop(d.deadManEvery, d.pingDeadMan)
	return func() { cancel(); wg.Wait() }
}

// pingDeadMan tells somebody outside that rouse lives.
func (d *daemon) pingDeadMan(ctx context.Context) {
	m := d.parts.Load().config.Server.DeadMan
	if m == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.URL.Reveal(), nil)
	if err != nil {
		d.log.Error("dead_man.url is no address")
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		d.log.Warn("the dead-man address does not answer")
		return
	}
	_ = resp.Body.Close()
}

// deadManEvery is how often the dead-man address is pinged, by the configuration in force.
func (d *daemon) deadManEvery() time.Duration {
	if m := d.parts.Load().config.Server.DeadMan; m != nil && m.Every > 0 {
		return m.Every
	}
	return time.Minute
}
