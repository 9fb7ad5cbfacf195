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
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	}
	if _, err := tls.X509KeyPair([]byte(t.Cert.Reveal()), []byte(t.Key.Reveal())); err != nil {
		return fmt.Errorf("server.tls: %w", err)
	}
	d.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: d.certificate}
	err := d.server.ServeTLS(ln, "", "")
	if errors.Is(err, http.ErrServerClosed) {
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

// watch pings systemd's watchdog and the dead-man address for as long as all is well. stop waits for both to end.
func (d *daemon) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	if every, err := systemd.SdWatchdogEnabled(false); err == nil && every > 0 {
		wg.Go(func() { d.pingSystemd(ctx, every/3) })
	}
	wg.Go(func() { d.deadMan.run(ctx) })
	return func() { cancel(); wg.Wait() }
}

func (d *daemon) pingSystemd(ctx context.Context, every time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		if err := d.canServe(ctx); err != nil {
			if ctx.Err() == nil {
				d.log.Error("systemd is not told that rouse is well", "err", err)
			}
			continue
		}
		_, _ = tellSystemd(systemd.SdNotifyWatchdog)
	}
}
