package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/go-json-experiment/json"
)

// serveArg has this very program be one of the servers that limits are measured with: bench serveArg KIND DIR.
const serveArg = "serve-limit"

// The kinds of limit. Each does all that the one before it does.
const (
	limitHTTP  = "http"  // reads the body and answers
	limitJSON  = "json"  // decodes it as well
	limitStore = "store" // stores each alert in Badger before it answers; those who wait share a commit and its fsync
)

// limits prints what this machine can do at best.
func (b *bench) limits() error {
	rate, times, err := b.fsyncs()
	if err != nil {
		return err
	}
	fmt.Printf("Append 4 KiB and fdatasync, one writer: %s/s, p50 %s, p99 %s.\n\n", plain(rate), millis(at(times, .5)), millis(at(times, .99)))
	t := newTable("server", "connections", "alerts a request", "alerts/s", "p50", "p99", "server CPU an alert")
	for _, kind := range []string{limitHTTP, limitJSON, limitStore} {
		for _, sh := range []shape{{connections: 1, size: 1}, {connections: 16, size: 1}, {connections: 64, size: 1}, {connections: 16, size: 10}} {
			o, cpu, err := b.limit(kind, sh)
			if err != nil {
				return err
			}
			t.row(kind, sh.connections, sh.size, o.rate(), at(o.times, .5), at(o.times, .99), fmt.Sprintf("%d us", cpu.Microseconds()))
		}
	}
	return nil
}

// fsyncs measures how many records a second one writer can make durable.
func (b *bench) fsyncs() (rate float64, times []time.Duration, err error) {
	f, err := os.Create(filepath.Join(b.dir, "fsync"))
	if err != nil {
		return 0, nil, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block := make([]byte, 4096)
	begin := time.Now()
	for time.Since(begin) < b.each/2 {
		t := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, nil, err
		}
		if err := datasync(f); err != nil {
			return 0, nil, err
		}
		times = append(times, time.Since(t))
	}
	rate = float64(len(times)) / time.Since(begin).Seconds()
	slices.Sort(times)
	return rate, times, nil
}

// limit measures a load against a server of a kind, and the processor time of one alert there.
func (b *bench) limit(kind string, sh shape) (*outcome, time.Duration, error) {
	dir, err := os.MkdirTemp(b.dir, "limit-")
	if err != nil {
		return nil, 0, err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(self, serveArg, kind, dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	if err := cmd.Start(); err != nil {
		return nil, 0, err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var addr string
	if _, err := fmt.Fscanln(out, &addr); err != nil {
		return nil, 0, err
	}
	s := &source{addr: addr, path: "/", body: appendWebhook}
	if _, err := s.during(b.ctx, sh, b.each/4); err != nil {
		return nil, 0, err
	}
	return measured(cmd.Process.Pid, func() (*outcome, error) { return s.during(b.ctx, sh, b.each) })
}

// measured runs a load and returns the processor time that the process spent on one alert.
func measured(pid int, load func() (*outcome, error)) (*outcome, time.Duration, error) {
	before, err := usageOf(pid)
	if err != nil {
		return nil, 0, err
	}
	o, err := load()
	if err != nil {
		return nil, 0, err
	}
	after, err := usageOf(pid)
	return o, (after.cpu - before.cpu) / time.Duration(max(o.alerts, 1)), err
}

// serveLimit is the server of a limit. It prints its address and serves until it is killed.
func serveLimit(kind, dir string) error {
	handler := func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err == nil {
			w.WriteHeader(http.StatusAccepted)
		}
	}
	if kind != limitHTTP {
		keep := func([]webhookAlert) error { return nil }
		if kind == limitStore {
			c, err := newCeiling(dir)
			if err != nil {
				return err
			}
			keep = c.keep
		}
		handler = func(w http.ResponseWriter, r *http.Request) { take(w, r, keep) }
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	return http.Serve(ln, http.HandlerFunc(handler))
}

type webhookAlert struct {
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
}

func take(w http.ResponseWriter, r *http.Request, keep func([]webhookAlert) error) {
	var hook struct {
		Alerts []webhookAlert `json:"alerts"`
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &hook)
	}
	if err == nil {
		err = keep(hook.Alerts)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// ceiling is the least that a durable pager on Badger has to do: look whether it knows an alert, and keep one record of it.
type ceiling struct {
	db    *badger.DB
	queue chan *kept
}

type kept struct {
	alerts []webhookAlert
	done   chan error
}

func newCeiling(dir string) (*ceiling, error) {
	db, err := badger.Open(badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil))
	if err != nil {
		return nil, err
	}
	c := &ceiling{db: db, queue: make(chan *kept, 4096)}
	go c.commit()
	return c, nil
}

func (c *ceiling) keep(alerts []webhookAlert) error {
	k := &kept{alerts, make(chan error, 1)}
	c.queue <- k
	return <-k.done
}

// commit shares one transaction among all who wait.
func (c *ceiling) commit() {
	for first := range c.queue {
		waiting := []*kept{first}
		for more := true; more && len(waiting) < 400; {
			select {
			case k := <-c.queue:
				waiting = append(waiting, k)
			default:
				more = false
			}
		}
		err := c.db.Update(func(txn *badger.Txn) error {
			for _, k := range waiting {
				if err := store(txn, k.alerts); err != nil {
					return err
				}
			}
			return nil
		})
		for _, k := range waiting {
			k.done <- err
		}
	}
}

func store(txn *badger.Txn, alerts []webhookAlert) error {
	for k := range alerts {
		a := &alerts[k]
		key := []byte(a.Labels["alertname"] + a.Labels["instance"] + a.Labels["pod"])
		_, err := txn.Get(key)
		if err == nil {
			continue
		}
		if !errors.Is(err, badger.ErrKeyNotFound) {
			return err
		}
		record, err := json.Marshal(a)
		if err == nil {
			err = txn.Set(key, record)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
