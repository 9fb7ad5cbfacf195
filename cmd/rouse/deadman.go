package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/configs"
)

const (
	deadManTimeout = 10 * time.Second
	deadManFirst   = 5 * time.Second // after the start, so that a watcher with a long interval hears of it
)

// deadMan tells somebody outside that rouse lives, for as long as everything is well. Its silence is the alarm, so it never
// tries twice.
type deadMan struct {
	now    func() *configs.DeadMan     // of the configuration in force; nil: nobody is told
	well   func(context.Context) error // why rouse is not well
	client *http.Client
	log    *slog.Logger
	silent string // why the last ping was not sent or not heard, so that it is said once; owned by the loop

	pings *prometheus.CounterVec // outcome: ok, failed, withheld
	last  prometheus.Gauge       // Unix time of the last that was heard
}

func newDeadMan(now func() *configs.DeadMan, well func(context.Context) error, via http.RoundTripper, log *slog.Logger) *deadMan {
	m := &deadMan{
		now: now, well: well, client: &http.Client{Transport: via, Timeout: deadManTimeout}, log: log,
		pings: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_dead_man_pings_total", Help: "Pings to the dead-man address: ok, failed, or withheld because rouse is not well."}, []string{"outcome"}),
		last:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "rouse_dead_man_last_success_timestamp_seconds", Help: "Unix time at which the dead-man address last answered well; 0: never."}),
	}
	for _, outcome := range []string{"ok", "failed", "withheld"} {
		m.pings.WithLabelValues(outcome)
	}
	return m
}

// run pings until ctx ends.
func (m *deadMan) run(ctx context.Context) {
	wait := min(deadManFirst, m.every())
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
			m.once(ctx)
		}
		wait = m.every()
	}
}

// every is how often the address is pinged.
func (m *deadMan) every() time.Duration {
	if d := m.now(); d != nil && d.Every > 0 {
		return d.Every
	}
	return time.Minute
}

// once pings if all is well. What keeps it from doing so is logged when it begins and when it ends, not each time.
func (m *deadMan) once(ctx context.Context) {
	d := m.now()
	if d == nil {
		return
	}
	outcome, err := "withheld", m.well(ctx)
	if err == nil {
		outcome, err = "failed", m.ping(ctx, d.URL.Reveal())
	}
	if ctx.Err() != nil {
		return
	}
	if err == nil {
		outcome = "ok"
		m.last.Set(float64(time.Now().Unix()))
	}
	m.pings.WithLabelValues(outcome).Inc()
	switch {
	case err == nil && m.silent != "":
		m.silent = ""
		m.log.Info("the dead-man address hears of rouse again")
	case err != nil && m.silent != err.Error():
		m.silent = err.Error()
		m.log.Error("the dead-man address does not hear of rouse", "outcome", outcome, "err", err)
	}
}

// ping fetches the address. Its errors do not show it: such addresses are secrets more often than not.
func (m *deadMan) ping(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("dead_man.url is no address")
	}
	req.Header.Set("User-Agent", "rouse")
	resp, err := m.client.Do(req)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return fmt.Errorf("it does not answer: %w", err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if err := resp.Body.Close(); err != nil {
		return fmt.Errorf("it broke off: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("it answers %d", resp.StatusCode)
	}
	return nil
}
