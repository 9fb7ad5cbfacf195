package main

import (
	"fmt"
	"slices"
	"sync"
	"time"
)

// accept measures durable accepts: every alert is on disk, in an incident and routed before its answer. Each row begins on a
// new store, with the limit of the same shape beside it.
func (b *bench) accept() error {
	t := newTable("alerts", "connections", "a request", "alerts/s", "p50", "p99", "CPU an alert", "of the limit")
	for _, s := range []shape{{}, {own: true}, {repeats: .95}} {
		for _, c := range []shape{{connections: 1, size: 1}, {connections: 16, size: 1}, {connections: 64, size: 1}, {connections: 1, size: 10}, {connections: 16, size: 10}, {connections: 64, size: 10}} {
			c.own, c.repeats = s.own, s.repeats
			limit, _, err := b.limit(limitStore, c)
			if err != nil {
				return err
			}
			o, cpu, err := b.accepted(c)
			if err != nil {
				return err
			}
			t.row(c, c.connections, c.size, o.rate(), at(o.times, .5), at(o.times, .99), fmt.Sprintf("%d us", cpu.Microseconds()), o.rate()/limit.rate())
			if o.refused > 0 {
				fmt.Printf("\n%d alerts were refused.\n", o.refused)
			}
		}
	}
	return nil
}

func (b *bench) accepted(c shape) (*outcome, time.Duration, error) {
	d, err := b.start(options{})
	if err != nil {
		return nil, 0, err
	}
	s := d.source()
	_, err = s.during(b.ctx, shape{connections: c.connections, size: c.size, own: c.own}, b.each/4)
	if err != nil {
		return nil, 0, err
	}
	o, cpu, err := measured(d.cmd.Process.Pid, func() (*outcome, error) { return s.during(b.ctx, c, b.each) })
	if err != nil {
		return nil, 0, err
	}
	return o, cpu, d.close()
}

// firstPage measures the time from a webhook to the provider's request, one alert at a time on an idle daemon. Each alert opens
// an incident of its own.
func (b *bench) firstPage() error {
	d, err := b.start(options{})
	if err != nil {
		return err
	}
	const alerts = 300
	pages := make(chan time.Time, alerts)
	d.onPage(func(at time.Time, _ string) { pages <- at })
	c, err := dial(d.listen, "/ingest/alertmanager")
	if err != nil {
		return err
	}
	var sent, answered []time.Duration
	for n := range int64(alerts) {
		begin := time.Now()
		if status, err := c.post(appendWebhook(nil, n+1, shape{size: 1, own: true})); err != nil || status/100 != 2 {
			return fmt.Errorf("alert %d: status %d, %v", n, status, err)
		}
		answer := time.Now()
		select {
		case page := <-pages:
			sent, answered = append(sent, page.Sub(begin)), append(answered, max(page.Sub(answer), 0))
		case <-time.After(10 * time.Second):
			return fmt.Errorf("alert %d paged nobody within ten seconds", n)
		}
		time.Sleep(5 * time.Millisecond) // idle again
	}
	slices.Sort(sent)
	slices.Sort(answered)
	t := newTable("from", "alerts", "p50", "p90", "p99", "max")
	t.row("webhook sent", alerts, at(sent, .5), at(sent, .9), at(sent, .99), at(sent, 1))
	t.row("webhook answered", alerts, at(answered, .5), at(answered, .9), at(answered, .99), at(answered, 1))
	return d.close()
}

// storm measures ten thousand alerts at once for one team, under the limits that people are advised to set.
func (b *bench) storm() error {
	t := newTable("alerts", "accepted in", "refused", "first page after", "messages in the first minute", "open incidents", "resident after")
	for _, own := range []bool{false, true} {
		d, err := b.start(options{limits: `sms: {per_number: "6 in 15m"}, call: {per_number: "4 in 15m"}`})
		if err != nil {
			return err
		}
		var mu sync.Mutex
		var first time.Time
		messages := 0
		d.onPage(func(at time.Time, _ string) {
			mu.Lock()
			defer mu.Unlock()
			if messages++; first.IsZero() {
				first = at
			}
		})
		sh := shape{connections: 64, size: 1, own: own}
		begin := time.Now()
		o, err := d.source().sending(b.ctx, sh, 10_000)
		if err != nil {
			return err
		}
		time.Sleep(time.Until(begin.Add(time.Minute)))
		m, err := d.metrics()
		if err != nil {
			return err
		}
		u, err := d.usage()
		if err != nil {
			return err
		}
		mu.Lock()
		t.row(sh, o.took, o.refused, first.Sub(begin), messages, m[`rouse_incidents{state="triggered"}`], mib(u.resident))
		mu.Unlock()
		if err := d.close(); err != nil {
			return err
		}
	}
	return nil
}
