package peers

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// atOnce is how many of these tests run at the same time. They mostly wait for others, so it may be more than there are cores.
const atOnce = "4"

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	code := m.Run()
	program.remove()
	os.Exit(code)
}

// program is the binary under test, built when the first test asks for it.
var program builder

type builder struct {
	once sync.Once
	dir  string
	path string
	err  error
}

func (b *builder) binary(t *testing.T) string {
	t.Helper()
	b.once.Do(func() {
		if b.path = os.Getenv("ROUSE_BINARY"); b.path != "" {
			return
		}
		if b.dir, b.err = os.MkdirTemp("", "rouse-peers-"); b.err != nil {
			return
		}
		b.path = filepath.Join(b.dir, "rouse")
		out, err := exec.Command("go", "build", "-o", b.path, "github.com/rouse/rouse/cmd/rouse").CombinedOutput()
		if err != nil {
			b.err = fmt.Errorf("go build ./cmd/rouse: %w\n%s", err, out)
		}
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return b.path
}

func (b *builder) remove() {
	if b.dir != "" {
		_ = os.RemoveAll(b.dir)
	}
}

// peer finds an installed program.
func peer(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is not installed on this machine: `make peers` installs it", name)
	}
	return path
}

// patience is how long anything may take that takes milliseconds on an idle machine.
const patience = 20 * time.Second

// eventually polls until missing returns nil, and fails the test with what is still missing when the time is over.
func eventually(t *testing.T, within time.Duration, missing func() error) {
	t.Helper()
	err := poll(t.Context(), within, missing)
	if err != nil {
		t.Fatalf("still not so after %s: %v", within, err)
	}
}

func poll(ctx context.Context, within time.Duration, missing func() error) error {
	end := time.Now().Add(within)
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		err := missing()
		if err == nil {
			return nil
		}
		if time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// ports hands out ports below the range from which the system takes those of outgoing connections, so that nothing slips in
// between the moment a port is found free and the moment a program listens on it.
var ports struct {
	sync.Mutex
	next int
}

const firstPort, portsOver = 20000, 32000

func freePort(t *testing.T) int {
	t.Helper()
	ports.Lock()
	defer ports.Unlock()
	if ports.next == 0 {
		ports.next = firstPort + rand.IntN(portsOver-firstPort)
	}
	for range portsOver - firstPort {
		port := ports.next
		if ports.next++; ports.next == portsOver {
			ports.next = firstPort
		}
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = ln.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

func freeAddress(t *testing.T) string { return fmt.Sprintf("127.0.0.1:%d", freePort(t)) }

// process is a program that a test started.
type process struct {
	t    *testing.T
	name string
	cmd  *exec.Cmd
	out  output
	done chan struct{} // closed when it has ended
}

// start starts a program in a process group of its own. It is killed when the test ends, and a failed test shows what it said.
func start(t *testing.T, name string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, name: name, cmd: cmd, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = &p.out, &p.out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = 5 * time.Second // for what it leaves behind with its output open
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	go func() { defer close(p.done); _ = cmd.Wait() }()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("what %s (process %d) said:\n%s", name, cmd.Process.Pid, p.out.tail(20_000))
		}
	})
	return p
}

// signal sends a signal to the process alone.
func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatalf("signal %s: %v", p.name, err)
	}
}

// kill ends the process and whatever it started, as kill -9 does, and waits for its end.
func (p *process) kill() {
	select {
	case <-p.done:
	default:
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
}

// ended reports whether the process has ended.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// wait waits for the end and returns the exit status.
func (p *process) wait(within time.Duration) int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(within):
		p.t.Fatalf("%s has not ended after %s", p.name, within)
	}
	return p.cmd.ProcessState.ExitCode()
}

// answers waits until an address answers 2xx, or fails at once when the process has ended.
func (p *process) answers(hc *http.Client, url string) {
	p.t.Helper()
	eventually(p.t, patience, func() error {
		if p.ended() {
			p.t.Fatalf("%s has ended with status %d instead of answering", p.name, p.cmd.ProcessState.ExitCode())
		}
		resp, err := hc.Get(url)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode/100 != 2 {
			body, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
			return fmt.Errorf("%s: %s: %s", url, resp.Status, body)
		}
		return nil
	})
}

// says waits until the process has said something.
func (p *process) says(words string) {
	p.t.Helper()
	eventually(p.t, patience, func() error {
		if !strings.Contains(p.out.String(), words) {
			return fmt.Errorf("%s has not said %q", p.name, words)
		}
		return nil
	})
}

// output collects what a process says, for any number of writers and readers.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write keeps p.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

// String is all of it.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func (o *output) tail(most int) string {
	s := o.String()
	if len(s) > most {
		s = "..." + s[len(s)-most:]
	}
	return s
}

// run runs a program to its end and returns what it said and its exit status.
func run(t *testing.T, cmd *exec.Cmd) (stdout, stderr string, status int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", cmd.Path, err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// write makes a file that only this user can read.
func write(t *testing.T, dir, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
