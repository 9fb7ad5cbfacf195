package main

import (
	"errors"
	"fmt"
	"time"
)

// memory grows one daemon to more and more open alerts: what it takes, what one more alert costs, and how soon it is ready
// again after a kill.
func (b *bench) memory() error {
	return errors.Join(b.grow(shape{connections: 16, size: 10}, b.most), b.grow(shape{connections: 16, size: 10, own: true}, min(b.most, 100_000)))
}

func (b *bench) grow(sh shape, most int) error {
	fmt.Printf("%v, in requests of %d over %d connections:\n\n", sh, sh.size, sh.connections)
	d, err := b.start(options{})
	if err != nil {
		return err
	}
	empty, err := d.usage()
	if err != nil {
		return err
	}
	fmt.Printf("Empty: %s resident.\n\n", mib(empty.resident))
	t := newTable("open alerts", "alerts/s on the way", "CPU of each on the way", "CPU of one more alert", "cost to that at 1,000", "resident", "a minute later", "of it files", "after a kill ready in", "a minute later")
	s := d.source()
	open, base := 0, 0.0
	for _, goal := range []int{1_000, 10_000, 100_000, 1_000_000} {
		if goal > most {
			break
		}
		o, each, err := costOf(b, d, s, sh, goal-open)
		if err != nil {
			return err
		}
		more, cost, err := costOf(b, d, s, sh, max(4_000, goal/5)) // several merges of tables, for they come in waves
		if err != nil {
			return err
		}
		open = goal + more.alerts
		if base == 0 {
			base = cost
		}
		u, err := settled(d)
		if err != nil {
			return err
		}
		calm, err := rested(b, d)
		if err != nil {
			return err
		}
		d.kill()
		ready, err := d.up()
		if err != nil {
			return err
		}
		after, err := rested(b, d)
		if err != nil {
			return err
		}
		t.row(goal, o.rate(), fmt.Sprintf("%.0f us", each), fmt.Sprintf("%.0f us", cost), cost/base, mib(u.resident), mib(calm.resident), mib(calm.files), ready, mib(after.resident))
	}
	return d.close()
}

// costOf sends some more alerts; us is the processor time of one of them, in microseconds.
func costOf(b *bench, d *daemon, s *source, sh shape, more int) (o *outcome, us float64, err error) {
	before, err := d.usage()
	if err != nil {
		return nil, 0, err
	}
	if o, err = s.sending(b.ctx, sh, more); err != nil {
		return nil, 0, err
	}
	after, err := d.usage()
	return o, float64((after.cpu - before.cpu).Microseconds()) / float64(max(o.alerts, 1)), err
}

// rested reads usage once the daemon has had a quiet minute, in which it gives back what it needed for its work.
func rested(b *bench, d *daemon) (usage, error) {
	select {
	case <-b.ctx.Done():
		return usage{}, b.ctx.Err()
	case <-time.After(time.Minute):
	}
	return d.usage()
}

// settled reads usage once the daemon is at rest.
func settled(d *daemon) (usage, error) {
	time.Sleep(3 * time.Second)
	return d.usage()
}
