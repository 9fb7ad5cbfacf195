package main

import (
	"bufio"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/notify/phonetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rouse": main})
}

// TestScript runs the program as people do. A script has town.yaml, process.yaml (the same town with promises, updates and
// reviews) and default.yaml, and these commands beside testscript's own:
//
//	daemon CONFIG [ARG...]   runs rouse serve, waits until it is up, and puts its address into ROUSE_URL
//	terminate                ends it as systemd would (testscript has a stop of its own, which ends the script)
//	phone NUMBER HOW         makes a phone off, or press a key when it is called
//	alert JSON               sends an alert as a script would
//	first FILE               puts the first word of a file into ID
//	strangers                puts the address of a server that is not rouse into STRANGER
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			town, err := os.ReadFile("testdata/town.yaml")
			process, perr := os.ReadFile("testdata/process.yaml")
			if err := errors.Join(err, perr); err != nil {
				return err
			}
			for _, name := range tokens {
				e.Setenv(name, strings.ToLower(name))
			}
			e.Setenv("TZ", "Europe/Madrid")
			e.Setenv("GORACE", "atexit_sleep_ms=0") // under the race detector each command would sleep for a second at its end
			e.Values["rig"] = &rig{}
			err = os.WriteFile(filepath.Join(e.WorkDir, "default.yaml"), configs.Default(), 0o600)
			err = errors.Join(err, os.WriteFile(filepath.Join(e.WorkDir, "town.yaml"), town, 0o600))
			return errors.Join(err, os.WriteFile(filepath.Join(e.WorkDir, "process.yaml"), append(town, process...), 0o600))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"daemon":    func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).daemon(ts, args) },
			"terminate": func(ts *testscript.TestScript, _ bool, _ []string) { ts.Check(rigOf(ts).stop()) },
			"phone":     func(ts *testscript.TestScript, _ bool, args []string) { rigOf(ts).phone(ts, args) },
			"alert":     func(ts *testscript.TestScript, _ bool, args []string) { ts.Check(alertTo(ts, args[0])) },
			"first": func(ts *testscript.TestScript, _ bool, args []string) {
				word, _, _ := strings.Cut(ts.ReadFile(args[0]), "\t")
				ts.Setenv("ID", word)
			},
			"strangers": func(ts *testscript.TestScript, _ bool, _ []string) {
				srv := httptest.NewServer(http.NotFoundHandler())
				ts.Defer(srv.Close)
				ts.Setenv("STRANGER", srv.URL)
			},
		},
	})
}

// tokens are the secrets of town.yaml; each is its own name in small letters.
var tokens = []string{"ROUSE_TOKEN", "BO_TOKEN", "SCREEN_TOKEN", "PHONES_TOKEN", "SCRIPTS_TOKEN"}

// rig is the surroundings of one script: a street of phones and a daemon.
type rig struct {
	street *phonetest.Street
	phones string
	target atomic.Pointer[url.URL] // the daemon, for the street's callbacks
	cmd    *exec.Cmd
	drain  chan struct{} // closed when all that the daemon said was read
}

func rigOf(ts *testscript.TestScript) *rig { return ts.Value("rig").(*rig) }

// open starts the street.
func (r *rig) open(ts *testscript.TestScript) {
	if r.street != nil {
		return
	}
	gate := &httputil.ReverseProxy{
		Rewrite:  func(p *httputil.ProxyRequest) { p.SetURL(r.target.Load()) },
		ErrorLog: log.New(io.Discard, "", 0), // the street tries again while no daemon runs
	}
	r.street = phonetest.New(phonetest.Options{AuthToken: "phones_token", Callbacks: phonetest.InMemory(gate), DeliverAfter: time.Millisecond, WordTime: time.Millisecond})
	srv := httptest.NewServer(r.street.Handler())
	r.phones = srv.URL
	ts.Defer(func() { r.street.Close(); srv.Close() })
}

var upAt = regexp.MustCompile(`msg="rouse is up" address=(\S+)`)

func (r *rig) daemon(ts *testscript.TestScript, args []string) {
	r.open(ts)
	config := ts.MkAbs(args[0])
	text := strings.ReplaceAll(ts.ReadFile(config), "$PHONES", r.phones)
	ts.Check(os.WriteFile(config, []byte(text), 0o600))
	r.cmd = exec.Command("rouse", append([]string{"serve", "--config", config, "--listen", "127.0.0.1:0"}, args[1:]...)...)
	r.cmd.Dir = ts.MkAbs(".")
	r.cmd.Env = []string{"PATH=" + ts.Getenv("PATH")}
	for _, name := range tokens {
		r.cmd.Env = append(r.cmd.Env, name+"="+ts.Getenv(name))
	}
	said, err := r.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(r.cmd.Start())
	ts.Defer(func() { _ = r.stop() })
	address := make(chan string, 1)
	r.drain = make(chan struct{})
	go r.listen(ts, said, address)
	up, ok := <-address
	if !ok {
		ts.Fatalf("the daemon did not start")
	}
	target, err := url.Parse(up)
	ts.Check(err)
	r.target.Store(target)
	ts.Setenv("ROUSE_URL", up)
}

// listen reads what the daemon says: its address first, and the rest for who looks for a fault.
func (r *rig) listen(ts *testscript.TestScript, said io.Reader, address chan<- string) {
	defer close(r.drain)
	defer close(address)
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if m := upAt.FindStringSubmatch(lines.Text()); m != nil {
			address <- m[1]
		} else if strings.Contains(lines.Text(), "error") || strings.Contains(lines.Text(), "level=ERROR") {
			ts.Logf("daemon: %s", lines.Text())
		}
	}
}

func (r *rig) stop() error {
	if r.cmd == nil {
		return nil
	}
	err := r.cmd.Process.Signal(syscall.SIGTERM)
	<-r.drain
	err = errors.Join(err, r.cmd.Wait())
	r.cmd = nil
	return err
}

func (r *rig) phone(ts *testscript.TestScript, args []string) {
	r.open(ts)
	p := r.street.Phone(args[0])
	switch args[1] {
	case "off":
		p.Behave(phonetest.Undelivered(30003))
	case "1":
		p.Behave(phonetest.AutoPress("1"))
	default:
		ts.Fatalf("phone: %q is nothing that a phone does", args[1])
	}
}

func alertTo(ts *testscript.TestScript, body string) error {
	req, err := http.NewRequest(http.MethodPost, ts.Getenv("ROUSE_URL")+"/ingest/scripts", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer scripts_token")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() // only read
	if resp.StatusCode/100 != 2 {
		return errors.New("the alert was refused: " + resp.Status)
	}
	return nil
}
