package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// peer is rouse or Alertmanager, started on nothing, with a place that its first message goes to.
type peer struct {
	name   string
	listen string
	pid    int
	pages  chan time.Time
	close  func() error
}

// contenders start those that are compared; the second is left out where it is not installed.
func (b *bench) contenders() []func() (*peer, error) {
	all := []func() (*peer, error){b.rousePeer}
	for _, name := range []string{"alertmanager", "prometheus-alertmanager"} {
		if path, err := exec.LookPath(name); err == nil {
			return append(all, func() (*peer, error) { return b.alertmanagerPeer(path) })
		}
	}
	fmt.Println("Alertmanager is not here: make peers installs it.")
	return all
}

// peers measures rouse beside a real Alertmanager, in turns and over the API that both have. Alertmanager keeps alerts in memory;
// rouse has them on disk, in incidents, before it answers.
func (b *bench) peers() error {
	all := b.contenders()
	t := newTable("server", "alerts", "connections", "a request", "alerts/s", "p50", "p99", "CPU an alert")
	for _, sh := range []shape{{connections: 1, size: 1}, {connections: 16, size: 1}, {connections: 64, size: 1}, {connections: 16, size: 10}, {connections: 64, size: 1, repeats: .95}, {connections: 64, size: 1, own: true}} {
		for _, start := range all {
			if err := b.peerAccepts(t, start, sh); err != nil {
				return err
			}
		}
	}
	fmt.Println("\nOne alert at a time, from the request to the first message about it:")
	fmt.Println()
	t = newTable("server", "alerts", "p50", "p99")
	for _, start := range all {
		if err := b.peerPages(t, start); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) peerAccepts(t *table, start func() (*peer, error), sh shape) error {
	p, err := start()
	if err != nil {
		return err
	}
	s := p.source()
	if _, err := s.during(b.ctx, shape{connections: sh.connections, size: sh.size, own: sh.own}, b.each/4); err != nil {
		return errors.Join(err, p.close())
	}
	o, cpu, err := measured(p.pid, func() (*outcome, error) { return s.during(b.ctx, sh, b.each) })
	if err != nil {
		return errors.Join(err, p.close())
	}
	t.row(p.name, sh, sh.connections, sh.size, o.rate(), at(o.times, .5), at(o.times, .99), fmt.Sprintf("%d us", cpu.Microseconds()))
	if o.refused > 0 {
		fmt.Printf("\n%s refused %d alerts.\n", p.name, o.refused)
	}
	return p.close()
}

func (b *bench) peerPages(t *table, start func() (*peer, error)) error {
	p, err := start()
	if err != nil {
		return err
	}
	took, err := p.firstPages(200)
	if err != nil {
		return errors.Join(err, p.close())
	}
	t.row(p.name, len(took), at(took, .5), at(took, .99))
	return p.close()
}

// firstPages is how long each of some alerts took until its first message, sorted.
func (p *peer) firstPages(alerts int64) (took []time.Duration, err error) {
	c, err := dial(p.listen, "/api/v2/alerts")
	if err != nil {
		return nil, err
	}
	defer c.Close()
	for n := range alerts {
		begin := time.Now()
		if status, err := c.post(appendPosted(nil, n+1, shape{size: 1, own: true})); err != nil || status/100 != 2 {
			return nil, fmt.Errorf("alert %d to %s: status %d, %v", n, p.name, status, err)
		}
		select {
		case page := <-p.pages:
			took = append(took, page.Sub(begin))
		case <-time.After(10 * time.Second):
			return nil, fmt.Errorf("%s told nobody of alert %d within ten seconds", p.name, n)
		}
		time.Sleep(5 * time.Millisecond)
	}
	slices.Sort(took)
	return took, nil
}

func (p *peer) source() *source {
	return &source{addr: p.listen, path: "/api/v2/alerts", body: appendPosted}
}

// tell notes a message unless nobody waits for it.
func (p *peer) tell(at time.Time) {
	select {
	case p.pages <- at:
	default:
	}
}

func (b *bench) rousePeer() (*peer, error) {
	d, err := b.start(options{})
	if err != nil {
		return nil, err
	}
	p := &peer{name: "rouse", listen: d.listen, pid: d.cmd.Process.Pid, pages: make(chan time.Time, 1), close: d.close}
	d.onPage(func(at time.Time, _ string) { p.tell(at) })
	return p, nil
}

const alertmanagerConfig = `
route: {receiver: sink, group_by: [alertname], group_wait: 0s, group_interval: 5m}
receivers: [{name: sink, webhook_configs: [{url: %q}]}]
`

func (b *bench) alertmanagerPeer(binary string) (*peer, error) {
	dir, err := os.MkdirTemp(b.dir, "alertmanager-")
	if err != nil {
		return nil, err
	}
	p := &peer{name: "Alertmanager", pages: make(chan time.Time, 1)}
	sink := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { p.tell(time.Now()) }))
	config := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(config, fmt.Appendf(nil, alertmanagerConfig, sink.URL), 0o600); err != nil {
		return nil, err
	}
	if p.listen, err = freeAddress(); err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "--config.file="+config, "--storage.path="+filepath.Join(dir, "data"), "--web.listen-address="+p.listen, "--cluster.listen-address=", "--log.level=error")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p.pid = cmd.Process.Pid
	p.close = func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		sink.CloseClientConnections()
		sink.Close()
		return os.RemoveAll(dir)
	}
	if err := ready(b.ctx, "http://"+p.listen+"/-/ready"); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

// ready waits until a server says that it is.
func ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", url, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
}
