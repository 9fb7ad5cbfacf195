package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rouse/rouse/internal/pgtest"
	"github.com/rouse/rouse/notify/phonetest"
)

// The secrets of the configuration below; they guard nothing.
const (
	alertsToken = "bench-alerts-token"
	phonesToken = "bench-phones-token"
	rootToken   = "bench-root-token"
)

const config = `
server: {listen: "@LISTEN", public_url: "http://@LISTEN", store: "@STORE", log: {level: error}}
access:
  tokens: [{name: root, user: ana, role: admin, token: env:BENCH_ROOT}]
providers:
  - name: phones
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: env:BENCH_PHONES, from: "+15550100001", base_url: "@PHONES"}
limits: {incidents_per_integration: 10000000, @LIMITS}
users:
  ana: {name: Ana Ruiz, timezone: Europe/Madrid, phone: "+34600000001", notify: {high: [{via: sms}], low: [{via: sms}]}}
  bo: {name: Bo Lind, timezone: Europe/Stockholm, phone: "+46700000002", notify: {high: [{via: sms}], low: [{via: sms}]}}
teams:
  shop: {members: [ana, bo], manager: bo}
escalations:
  shop: {levels: [{notify: [user/ana], wait: @WAIT}, {notify: [user/bo], wait: @WAIT}], repeat: forever}
  probe: {levels: [{notify: [user/bo], wait: 5s}, {notify: [user/bo], wait: 5s}], repeat: forever}
fallback: shop
services:
  checkout: {team: shop, escalation: shop, impact: high}
  probe: {team: shop, escalation: probe, impact: high}
route:
  service: checkout
  group_by: [alertname]
  routes: [{matchers: ['probe="yes"'], service: probe}]
integrations:
  alertmanager: {type: alertmanager, token: env:BENCH_ALERTS}
  prometheus: {type: prometheus, token: env:BENCH_ALERTS}
  scripts: {type: generic, token: env:BENCH_ALERTS}
`

// daemon is a running rouse with a street of phones.
type daemon struct {
	b      *bench
	dir    string
	listen string
	cmd    *exec.Cmd
	out    bytes.Buffer
	street *phonetest.Street
	phones *httptest.Server
	pg     *pgtest.Cluster // nil: badger

	mu   sync.Mutex
	hook func(at time.Time, body string) // told of each request that the provider gets
}

// options change the configuration.
type options struct {
	limits string // of texts and calls; empty: more than any measurement needs
	wait   string // of a level
}

// start starts a daemon on a new store.
func (b *bench) start(o options) (*daemon, error) {
	dir, err := os.MkdirTemp(b.dir, "store-")
	if err != nil {
		return nil, err
	}
	d := &daemon{b: b, dir: dir}
	if d.listen, err = freeAddress(); err != nil {
		return nil, err
	}
	d.street = phonetest.New(phonetest.Options{AuthToken: phonesToken, InboundURL: "http://" + d.listen + "/twilio/phones/sms", Seed: 1})
	d.phones = httptest.NewServer(http.HandlerFunc(d.provider))
	if o.limits == "" {
		o.limits = `sms: {per_number: "1000000 in 15m"}, call: {per_number: "1000000 in 15m"}`
	}
	if o.wait == "" {
		o.wait = "60m"
	}
	kept := "badger:" + filepath.Join(dir, "data")
	if b.store == "postgres" {
		if d.pg, err = pgtest.New("fsync=on", "full_page_writes=on", "shared_buffers=128MB"); err != nil {
			return nil, err
		}
		kept = "postgres:env:BENCH_POSTGRES"
	}
	text := strings.NewReplacer("@LISTEN", d.listen, "@STORE", kept, "@PHONES", d.phones.URL, "@LIMITS", o.limits, "@WAIT", o.wait).Replace(config)
	if err := os.WriteFile(filepath.Join(dir, "rouse.yaml"), []byte(text), 0o600); err != nil {
		return nil, err
	}
	_, err = d.up()
	return d, err
}

// provider is what the daemon takes for its provider.
func (d *daemon) provider(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	d.mu.Lock()
	hook := d.hook
	d.mu.Unlock()
	if hook != nil && r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		hook(now, string(body))
	}
	d.street.Handler().ServeHTTP(w, r)
}

func (d *daemon) onPage(f func(at time.Time, body string)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hook = f
}

// up starts the process and returns how long it took until it was ready.
func (d *daemon) up() (time.Duration, error) {
	begin := time.Now()
	d.cmd = exec.Command(d.b.binary, "serve", "--config", filepath.Join(d.dir, "rouse.yaml"))
	d.cmd.Env = append(os.Environ(), "BENCH_ROOT="+rootToken, "BENCH_PHONES="+phonesToken, "BENCH_ALERTS="+alertsToken)
	if d.pg != nil {
		d.cmd.Env = append(d.cmd.Env, "BENCH_POSTGRES="+d.pg.Connection())
	}
	d.out.Reset()
	d.cmd.Stdout, d.cmd.Stderr = &d.out, &d.out
	if err := d.cmd.Start(); err != nil {
		return 0, err
	}
	for time.Since(begin) < 2*time.Minute {
		resp, err := http.Get("http://" + d.listen + "/-/ready")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return time.Since(begin), nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	return 0, fmt.Errorf("rouse was not ready within two minutes:\n%s", d.out.String())
}

// kill ends the process as a crash does.
func (d *daemon) kill() {
	_ = d.cmd.Process.Kill()
	_ = d.cmd.Wait()
}

// close ends everything and drops the store.
func (d *daemon) close() error {
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	err := d.cmd.Wait()
	d.street.Close()
	d.phones.CloseClientConnections()
	d.phones.Close()
	if d.pg != nil {
		err = errors.Join(err, d.pg.Close())
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}

func (d *daemon) source() *source {
	return &source{addr: d.listen, path: "/ingest/alertmanager", body: appendWebhook}
}

// usage is what a process has used so far.
type usage struct {
	cpu                   time.Duration
	resident, anon, files int64 // bytes
}

// usageOf reads /proc. Of resident memory, files is what the kernel may take back at any time: Badger maps its tables.
func usageOf(pid int) (u usage, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] { // user and system time, in hundredths of a second
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return u, err
		}
		ticks += n
	}
	u.cpu = time.Duration(ticks) * 10 * time.Millisecond
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			u.resident = n << 10
		case "RssAnon:":
			u.anon = n << 10
		case "RssFile:":
			u.files = n << 10
		}
	}
	return u, nil
}

func (d *daemon) usage() (usage, error) { return usageOf(d.cmd.Process.Pid) }

// metrics reads /metrics.
func (d *daemon) metrics() (map[string]float64, error) {
	resp, err := http.Get("http://" + d.listen + "/metrics")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			out[name], _ = strconv.ParseFloat(value, 64)
		}
	}
	return out, nil
}

func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return ln.Addr().String(), ln.Close()
}

func mib(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }
