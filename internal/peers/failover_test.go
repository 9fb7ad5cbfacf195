package peers

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rouse/rouse/internal/pgtest"
)

// pair is a town with two daemons on one PostgreSQL, and a balancer before them at the town's address.
type pair struct {
	*town
	cluster *pgtest.Cluster
	at      [2]string // their addresses
	runs    [2]*process
	active  atomic.Int32
	deaths  []time.Time
	load    *load
}

func newPair(t *testing.T) *pair {
	t.Helper()
	config := change(t, tortureConfig(t), "badger:STORE", "postgres:env:PEERS_POSTGRES")
	p := &pair{cluster: pgtest.Start(t), town: newTown(t, config), at: [2]string{freeAddress(t), freeAddress(t)}}
	ln, err := net.Listen("tcp", p.listen)
	if err != nil {
		t.Fatal(err)
	}
	balancer := &http.Server{Handler: p, ReadHeaderTimeout: patience}
	go func() { _ = balancer.Serve(ln) }()
	t.Cleanup(func() { _ = balancer.Close() })
	return p
}

// ServeHTTP hands a request to the daemon that was active last. If that is not there, or stands by, the next request goes to the other.
func (p *pair) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := p.active.Load()
	next := func() { p.active.CompareAndSwap(now, 1-now) }
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: p.at[now]})
	proxy.ModifyResponse = func(answer *http.Response) error {
		if answer.StatusCode == http.StatusServiceUnavailable {
			next()
		}
		return nil
	}
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) {
		next()
		w.WriteHeader(http.StatusBadGateway)
	}
	proxy.ServeHTTP(w, r)
}

// run starts a daemon.
func (p *pair) run(k int) {
	p.t.Helper()
	cmd := exec.Command(program.binary(p.t), "serve", "--config", p.file, "--listen", p.at[k])
	cmd.Env = append(environment(), "PEERS_POSTGRES="+p.cluster.Connection("password=hunter2"))
	p.runs[k] = start(p.t, fmt.Sprint("rouse ", k), cmd)
}

// asks makes a request of one of the daemons; status 0 when there is no answer.
func (p *pair) asks(k int, path string) (status int, body string, h http.Header) {
	resp, err := p.http.Get("http://" + p.at[k] + path)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000)) // as much as there is
	return resp.StatusCode, string(text), resp.Header
}

// ready waits until a daemon works, and returns how long that took.
func (p *pair) ready(k int, within time.Duration) time.Duration {
	p.t.Helper()
	begin := time.Now()
	eventually(p.t, within, func() error {
		if status, body, _ := p.asks(k, "/-/ready"); status != http.StatusOK {
			return fmt.Errorf("rouse %d is not ready: %d %s", k, status, body)
		}
		return nil
	})
	return time.Since(begin)
}

// standsBy waits until a daemon says that the other one works.
func (p *pair) standsBy(k int) {
	p.t.Helper()
	eventually(p.t, patience, func() error {
		status, body, h := p.asks(k, "/-/ready")
		if want := p.at[1-k] + " is active since"; status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" || !strings.Contains(body, want) {
			return fmt.Errorf("rouse %d says %d %s, want 503 and %q", k, status, body, want)
		}
		return nil
	})
	if status, body, _ := p.asks(k, "/-/healthy"); status != http.StatusOK || !strings.Contains(body, "stands by") {
		p.t.Errorf("healthy is %d %s, want 200", status, body)
	}
	if status, _, _ := p.asks(k, "/api/v1/incidents"); status != http.StatusServiceUnavailable {
		p.t.Errorf("the API of a standby answers %d, want 503", status)
	}
}

// died notes a death of the daemon.
func (p *pair) died() { p.deaths = append(p.deaths, time.Now()) }

// over has daemon k die while alerts pour in, and demands that the other one takes them.
func (p *pair) over(what string, k int, within time.Duration, death func()) {
	p.t.Helper()
	eventually(p.t, patience, p.load.atLeast(40))
	p.died()
	death()
	took := p.ready(1-k, within)
	eventually(p.t, patience, p.load.atLeast(40))
	p.t.Logf("%s: the other was ready after %s", what, took.Round(time.Millisecond))
}

// TestFailover has two daemons on one database, of which one works at a time and dies in every way that there is, while alerts
// pour in. What was answered is there and pages somebody, nobody is told the same twice more often than a daemon died, and the
// other works within seconds.
func TestFailover(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.run(0)
	p.ready(0, patience)
	p.run(1)
	p.standsBy(1)

	p.load = p.town.load(4, 40*time.Millisecond)
	const soon = 5 * time.Second
	p.over("killed", 0, soon, func() { p.runs[0].kill() })
	p.run(0)
	p.standsBy(0)
	p.over("ended in good order", 1, soon, func() { p.runs[1].signal(syscall.SIGTERM) })
	if status := p.runs[1].wait(patience); status != 0 {
		t.Errorf("status %d after SIGTERM, want 0", status)
	}
	p.run(1)
	p.standsBy(1)
	p.over("stopped", 0, 10*time.Second+soon, func() { p.runs[0].signal(syscall.SIGSTOP) })
	p.died() // again, as far as a text goes that was on its way out
	p.runs[0].signal(syscall.SIGCONT)
	if status := p.runs[0].wait(patience); status == 0 {
		t.Error("a daemon that was taken over while it stood ended with status 0")
	}
	p.run(0)
	p.standsBy(0)
	p.over("database restarted", 1, patience, func() {
		if err := errors.Join(p.cluster.Down(), p.cluster.Up()); err != nil {
			t.Fatal(err)
		}
	})
	if status := p.runs[1].wait(patience); status == 0 {
		t.Error("a daemon whose database went away ended with status 0")
	}

	accepted := p.load.stop()
	p.allTold(p.hasAll(accepted))
	extra := p.duplicates(p.deaths)
	t.Logf("%d alerts were accepted, %d texts were a repetition", len(accepted), extra)
	p.signals()
}

// signals ends who stands by, and looks for what must not be said.
func (p *pair) signals() {
	p.t.Helper()
	p.run(1)
	p.standsBy(1)
	p.runs[1].signal(syscall.SIGHUP)
	p.runs[1].says("the configuration is read when its turn comes")
	p.runs[1].signal(syscall.SIGTERM)
	if status := p.runs[1].wait(patience); status != 0 {
		p.t.Errorf("a standby ended with status %d after SIGTERM, want 0", status)
	}
	for _, r := range p.runs {
		if strings.Contains(r.out.String(), "hunter2") {
			p.t.Errorf("%s has said the password of the database", r.name)
		}
	}
}
