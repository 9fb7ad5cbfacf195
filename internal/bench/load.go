package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// shape is what a load looks like.
type shape struct {
	connections int
	size        int     // alerts in one request
	repeats     float64 // share of requests that say again what was said before
	own         bool    // every alert is a group, and so an incident, of its own; otherwise they gather in twenty
}

// String says a shape in words.
func (s shape) String() string {
	kind := "unique"
	if s.repeats > 0 {
		kind = fmt.Sprintf("%.0f%% repeats", 100*s.repeats)
	}
	if s.own {
		kind += ", an incident each"
	}
	return kind
}

// outcome is what a load achieved.
type outcome struct {
	alerts  int
	refused int
	took    time.Duration
	times   []time.Duration // of the requests, sorted
	last    int64           // number of the last alert
}

func (o *outcome) rate() float64 { return float64(o.alerts) / o.took.Seconds() }

// at is a quantile of the latencies.
func at(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[min(int(q*float64(len(times))), len(times)-1)]
}

// source sends alerts to one address. Alerts have numbers, by which they are unique.
type source struct {
	addr, path string
	body       func(b []byte, first int64, sh shape) []byte
	next       atomic.Int64
}

// during sends for a time; sending sends a number of alerts.
func (s *source) during(ctx context.Context, sh shape, d time.Duration) (*outcome, error) {
	end := time.Now().Add(d)
	return s.drive(ctx, sh, func(int64) bool { return time.Now().Before(end) })
}

func (s *source) sending(ctx context.Context, sh shape, alerts int) (*outcome, error) {
	last := s.next.Load() + int64(alerts)
	return s.drive(ctx, sh, func(n int64) bool { return n <= last })
}

func (s *source) drive(ctx context.Context, sh shape, more func(n int64) bool) (*outcome, error) {
	var wg sync.WaitGroup
	outs, errs := make([]outcome, sh.connections), make([]error, sh.connections)
	begin := time.Now()
	for k := range sh.connections {
		wg.Go(func() { errs[k] = s.worker(ctx, sh, more, &outs[k]) })
	}
	wg.Wait()
	all := &outcome{took: time.Since(begin), last: s.next.Load()}
	for _, o := range outs {
		all.alerts += o.alerts
		all.refused += o.refused
		all.times = append(all.times, o.times...)
	}
	slices.Sort(all.times)
	return all, errors.Join(errs...)
}

func (s *source) worker(ctx context.Context, sh shape, more func(int64) bool, o *outcome) error {
	c, err := dial(s.addr, s.path)
	if err != nil {
		return err
	}
	defer c.Close()
	var body []byte
	for ctx.Err() == nil {
		first := int64(0)
		if known := s.next.Load(); sh.repeats > 0 && known > int64(sh.size)*20 && rand.Float64() < sh.repeats {
			first = 1 + rand.Int64N(known-int64(sh.size)*16) // of those that have been answered by now
			if !more(0) {
				return nil
			}
		} else if first = s.next.Add(int64(sh.size)) - int64(sh.size) + 1; !more(first) {
			return nil
		}
		body = s.body(body[:0], first, sh)
		begin := time.Now()
		status, err := c.post(body)
		if err != nil {
			return err
		}
		o.times = append(o.times, time.Since(begin))
		if status/100 == 2 {
			o.alerts += sh.size
		} else {
			o.refused += sh.size
		}
	}
	return ctx.Err()
}

// appendWebhook writes the body that Alertmanager sends for alerts first, first+1, …: some 1.5 KB for one, 0.75 KB for each more.
func appendWebhook(b []byte, first int64, sh shape) []byte {
	b = append(b, `{"version":"4","groupKey":"{}:{team=\"shop\"}","truncatedAlerts":0,"status":"firing","receiver":"rouse",`+
		`"groupLabels":{"team":"shop"},"commonLabels":{"cluster":"eu-1","team":"shop"},"commonAnnotations":{},`+
		`"externalURL":"http://alertmanager.monitoring.svc.cluster.local:9093","alerts":[`...)
	for k := range int64(sh.size) {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"status":"firing",`...)
		b = append(appendAlert(b, first+k, sh), `,"endsAt":"0001-01-01T00:00:00Z"}`...)
	}
	return append(b, "]}"...)
}

// appendPosted writes the body that Prometheus posts to /api/v2/alerts.
func appendPosted(b []byte, first int64, sh shape) []byte {
	b = append(b, '[')
	for k := range int64(sh.size) {
		if k > 0 {
			b = append(b, ',')
		}
		b = append(appendAlert(append(b, '{'), first+k, sh), '}')
	}
	return append(b, ']')
}

// appendAlert writes what both have in common.
func appendAlert(b []byte, n int64, sh shape) []byte {
	group := n % 20
	if sh.own {
		group = n
	}
	return fmt.Appendf(b, `"labels":{"alertname":"HighErrorRate%d","cluster":"eu-1","container":"checkout","instance":"10.0.%d.%d:9100",`+
		`"job":"checkout","namespace":"shop-production","node":"node-%d","pod":"checkout-%d","severity":"critical","team":"shop"},`+
		`"annotations":{"description":"The share of failed requests of pod checkout-%d has been above 5%% for ten minutes. Look at the dashboard first.",`+
		`"runbook_url":"https://runbooks.example.com/checkout/high-error-rate","summary":"checkout: high error rate on node-%d"},`+
		`"startsAt":"2026-11-02T03:04:05.678Z",`+
		`"generatorURL":"http://prometheus.monitoring.svc.cluster.local:9090/graph?g0.expr=rate%%28errors%%5B5m%%5D%%29&g0.tab=1"`,
		group, n/250%250, n%250, n%500, n, n, n%500)
}

// conn is one keep-alive connection of a lean client.
type conn struct {
	net.Conn
	r    *bufio.Reader
	head []byte
	out  []byte
}

func dial(addr, path string) (*conn, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	head := "POST " + path + " HTTP/1.1\r\nHost: " + addr + "\r\nUser-Agent: Alertmanager/0.34.2\r\nContent-Type: application/json\r\nAuthorization: Bearer " +
		alertsToken + "\r\nContent-Length: "
	return &conn{Conn: c, r: bufio.NewReader(c), head: []byte(head)}, nil
}

// post sends a body and reads the answer whole.
func (c *conn) post(body []byte) (status int, err error) {
	c.out = append(c.out[:0], c.head...)
	c.out = strconv.AppendInt(c.out, int64(len(body)), 10)
	c.out = append(c.out, "\r\n\r\n"...)
	c.out = append(c.out, body...)
	if _, err := c.Write(c.out); err != nil {
		return 0, err
	}
	return c.answer()
}

func (c *conn) answer() (status int, err error) {
	length := int64(0)
	for {
		line, err := c.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case status == 0:
			if len(line) < 12 {
				return 0, fmt.Errorf("not an answer: %q", line)
			}
			if status, err = strconv.Atoi(string(line[9:12])); err != nil {
				return 0, err
			}
		case len(line) == 0:
			_, err = io.CopyN(io.Discard, c.r, length)
			return status, err
		case len(line) > 16 && bytes.EqualFold(line[:15], []byte("content-length:")):
			if length, err = strconv.ParseInt(string(bytes.TrimSpace(line[15:])), 10, 64); err != nil {
				return 0, err
			}
		}
	}
}
