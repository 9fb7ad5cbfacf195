package main

import (
	"context"
	"slices"
	"strings"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/configs"
)

// readings say whether the configuration could be read when it was last asked for, under the names that Alertmanager's have.
type readings struct{ ok, at prometheus.Gauge }

func newReadings(now time.Time) readings {
	r := readings{
		ok: prometheus.NewGauge(prometheus.GaugeOpts{Name: "rouse_config_last_reload_successful", Help: "1 while the configuration that was last read is in force, 0 after one with errors."}),
		at: prometheus.NewGauge(prometheus.GaugeOpts{Name: "rouse_config_last_reload_success_timestamp_seconds", Help: "When a configuration was last taken over."}),
	}
	r.took(now)
	return r
}

func (r readings) took(now time.Time) {
	r.ok.Set(1)
	r.at.Set(float64(now.Unix()))
}

// reload reads the configuration again. A file with errors changes nothing, and the error says what is wrong.
func (d *daemon) reload(ctx context.Context) (err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _ = tellSystemd(systemd.SdNotifyReloading)
	defer func() { _, _ = tellSystemd(systemd.SdNotifyReady) }()
	d.read.ok.Set(0)
	c, problems := d.load()
	if err := problems.Err(); err != nil {
		return err
	}
	p, err := wire(c, d.links, d.carrier, d.log)
	if err != nil {
		return err
	}
	// The doors first: what still came in by one that is gone would never recover.
	was := d.parts.Swap(p)
	if err := d.engine.Reload(ctx, p.engine); err != nil {
		d.parts.Store(was)
		return err
	}
	if was.rooms != nil {
		was.rooms.Close()
	}
	d.read.took(time.Now())
	d.sources.Announce()
	d.log.Info("configuration reloaded", "config", c.Version(), "was", was.config.Version())
	for _, p := range problems {
		d.log.Warn("configuration", "warning", p.String())
	}
	if keys := unread(&d.began, &c.Server); len(keys) > 0 {
		d.log.Warn("read at the start alone, so it takes a restart", "keys", strings.Join(keys, ", "))
	}
	return nil
}

// unread are the keys of a configuration that differ from what rouse was started with, and that only a start reads.
func unread(began, now *configs.Server) (keys []string) {
	for key, same := range map[string]bool{
		"server.listen": began.Listen == now.Listen,
		"server.store":  began.Store == now.Store,
		"server.log":    began.Log == now.Log,
		"server.tls":    (began.TLS == nil) == (now.TLS == nil), // a renewed certificate is read
	} {
		if !same {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
