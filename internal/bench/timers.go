package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// timers measures how late escalations happen while a hundred thousand incidents wait for theirs. The probes are incidents
// whose levels last five seconds, opened one after the other.
func (b *bench) timers() error {
	d, err := b.start(options{limits: `sms: {per_number: "6 in 15m"}, call: {per_number: "4 in 15m"}`})
	if err != nil {
		return err
	}
	if _, err := d.source().sending(b.ctx, shape{connections: 16, size: 10, own: true}, min(b.most, 100_000)); err != nil {
		return err
	}
	if _, err := settled(d); err != nil {
		return err
	}
	before, err := d.lateness()
	if err != nil {
		return err
	}
	c, err := dial(d.listen, "/ingest/scripts")
	if err != nil {
		return err
	}
	for n := range 200 {
		body, _ := json.Marshal(map[string]any{"key": fmt.Sprint("probe-", n), "title": "probe", "status": "firing", "severity": "critical",
			"labels": map[string]string{"alertname": fmt.Sprint("Probe", n), "probe": "yes"}})
		if status, err := c.post(body); err != nil || status/100 != 2 {
			return fmt.Errorf("probe %d: status %d, %v", n, status, err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(20 * time.Second)
	after, err := d.lateness()
	if err != nil {
		return err
	}
	t := newTable("armed timers", "timers that came due", "p50 at most", "p99 at most", "p99.9 at most")
	n := after[len(after)-1].count - before[len(before)-1].count
	t.row(min(b.most, 100_000), n, within(before, after, .5), within(before, after, .99), within(before, after, .999))
	return d.close()
}

// bucket is a line of a histogram.
type bucket struct {
	at    float64 // seconds
	count float64
}

// lateness reads the histogram of lateness.
func (d *daemon) lateness() (all []bucket, err error) {
	m, err := d.metrics()
	if err != nil {
		return nil, err
	}
	for name, v := range m {
		le, ok := strings.CutPrefix(name, `rouse_timer_lateness_seconds_bucket{le="`)
		if !ok {
			continue
		}
		at, err := strconv.ParseFloat(strings.TrimSuffix(le, `"}`), 64)
		if err != nil {
			return nil, err
		}
		all = append(all, bucket{at, v})
	}
	slices.SortFunc(all, func(x, y bucket) int { return int(x.count - y.count) })
	slices.SortStableFunc(all, func(x, y bucket) int {
		if x.at < y.at {
			return -1
		}
		return 1
	})
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no histogram of lateness")
	}
	return all, nil
}

// within is the bucket in which a quantile lies.
func within(before, after []bucket, q float64) time.Duration {
	total := after[len(after)-1].count - before[len(before)-1].count
	for k := range after {
		if after[k].count-before[k].count >= q*total {
			return time.Duration(after[k].at * float64(time.Second))
		}
	}
	return 0
}
