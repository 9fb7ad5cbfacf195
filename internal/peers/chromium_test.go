package peers

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// browser is a headless Chromium that is driven over a pair of pipes: messages of the DevTools protocol as JSON, each ended by
// a zero byte, on its file descriptors 3 (to it) and 4 (from it).
type browser struct {
	t  *testing.T
	to *os.File

	mu      sync.Mutex
	last    int
	waiting map[int]chan message
	gone    bool
	trouble []string // what a console shows in red
}

// message is one message of the protocol, in either direction.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path := peer(t, "chromium")
	dir, err := os.MkdirTemp("", "rouse-chromium-") // not the test's: a dying browser may still write to it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	theirs, to := pipe(t)
	from, theirOut := pipe(t)
	cmd := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--no-proxy-server", "--window-size=1280,900", "--user-data-dir="+dir, "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, theirOut}
	cmd.Env = append(os.Environ(), "HOME="+dir)
	p := start(t, "chromium", cmd)
	_, _ = theirs.Close(), theirOut.Close()
	b := &browser{t: t, to: to, waiting: map[int]chan message{}}
	read := make(chan struct{})
	go func() { defer close(read); b.read(from) }()
	t.Cleanup(func() {
		p.kill() // before the pipes are closed, or it would complain of that
		<-read
		if t.Failed() && len(b.complaints()) > 0 {
			t.Logf("the browser's console:\n%s", strings.Join(b.complaints(), "\n"))
		}
	})
	return b
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// read passes answers on to who waits for them, until the browser is gone.
func (b *browser) read(from *os.File) {
	in := bufio.NewReader(from)
	for {
		raw, err := in.ReadBytes(0)
		if err != nil {
			break
		}
		raw = bytes.TrimSuffix(raw, []byte{0})
		var m message
		if json.Unmarshal(raw, &m) != nil {
			continue
		}
		b.mu.Lock()
		if m.ID != 0 {
			if c := b.waiting[m.ID]; c != nil {
				c <- m // there is room for the one answer
				delete(b.waiting, m.ID)
			}
		} else if m.Method == "Runtime.exceptionThrown" || m.Method == "Log.entryAdded" && bytes.Contains(raw, []byte(`"level":"error"`)) {
			b.trouble = append(b.trouble, string(raw))
		}
		b.mu.Unlock()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.gone = true
	for _, c := range b.waiting {
		close(c)
	}
}

// complaints are the errors that the consoles of all pages have shown.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.trouble...)
}

// call sends a command and reads its result into out, unless that is nil.
func (b *browser) call(session, method string, params, out any) {
	b.t.Helper()
	answer := make(chan message, 1)
	b.mu.Lock()
	b.last++
	m := message{ID: b.last, Session: session, Method: method, Params: params}
	b.waiting[m.ID] = answer
	gone := b.gone
	b.mu.Unlock()
	raw, err := json.Marshal(m)
	if err != nil || gone {
		b.t.Fatalf("browser: %s: %v (gone: %v)", method, err, gone)
	}
	if _, err := b.to.Write(append(raw, 0)); err != nil {
		b.t.Fatalf("browser: %s: %v", method, err)
	}
	select {
	case got, ok := <-answer:
		if !ok {
			b.t.Fatalf("browser: it was gone before it answered %s", method)
		}
		if got.Error != nil {
			b.t.Fatalf("browser: %s: %s", method, got.Error.Message)
		}
		if out == nil {
			return
		}
		if err := json.Unmarshal(got.Result, out); err != nil {
			b.t.Fatalf("browser: %s: %v: %s", method, err, got.Result)
		}
	case <-time.After(patience):
		b.t.Fatalf("browser: no answer to %s", method)
	}
}

type object = map[string]any

// tab is one page.
type tab struct {
	b       *browser
	session string
}

// open opens a page and waits until it has loaded.
func (b *browser) open(url string) *tab {
	b.t.Helper()
	var target struct{ TargetID string }
	b.call("", "Target.createTarget", object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("", "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached)
	p := &tab{b, attached.SessionID}
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		p.call(domain+".enable", nil, nil)
	}
	var went struct{ ErrorText string }
	p.call("Page.navigate", object{"url": url}, &went)
	if went.ErrorText != "" {
		b.t.Fatalf("browser: %s: %s", url, went.ErrorText)
	}
	p.until(`location.href !== "about:blank" && document.readyState === "complete"`)
	return p
}

func (p *tab) call(method string, params, out any) {
	p.b.t.Helper()
	p.b.call(p.session, method, params, out)
}

// try evaluates a script and reads its value into out.
func (p *tab) try(script string, out any) error {
	p.b.t.Helper()
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	p.call("Runtime.evaluate", object{"expression": script, "returnByValue": true, "awaitPromise": true}, &got)
	if got.ExceptionDetails != nil {
		return fmt.Errorf("%s: %s", script, got.ExceptionDetails.Exception.Description)
	}
	if len(got.Result.Value) == 0 {
		return fmt.Errorf("%s has no value", script)
	}
	return json.Unmarshal(got.Result.Value, out)
}

// eval is try that fails the test.
func (p *tab) eval(script string, out any) {
	p.b.t.Helper()
	if err := p.try(script, out); err != nil {
		p.b.t.Fatalf("browser: %v", err)
	}
}

// until waits until a script's value is true.
func (p *tab) until(script string) {
	p.b.t.Helper()
	eventually(p.b.t, patience, func() error {
		var ok bool
		if err := p.try(script, &ok); err != nil {
			return err
		}
		if !ok {
			return errors.New(script)
		}
		return nil
	})
}

// click presses the mouse in the middle of an element, as a person does.
func (p *tab) click(selector string) {
	p.b.t.Helper()
	var at *struct{ X, Y float64 }
	p.eval(fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		if (!e) return null;
		e.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
		const r = e.getBoundingClientRect();
		return {x: r.x + r.width / 2, y: r.y + r.height / 2};
	})()`, selector), &at)
	if at == nil {
		p.b.t.Fatalf("browser: the page has no %s", selector)
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		p.call("Input.dispatchMouseEvent", object{"type": kind, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1}, nil)
	}
}

// write clicks into a field, types into it and presses Enter.
func (p *tab) write(selector, text string) {
	p.b.t.Helper()
	p.click(selector)
	p.call("Input.insertText", object{"text": text}, nil)
	for _, kind := range []string{"keyDown", "keyUp"} {
		p.call("Input.dispatchKeyEvent", object{"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}, nil)
	}
}

// picture takes a screenshot and keeps it where ROUSE_SHOTS says, else beside the test's other files.
func (p *tab) picture(name string) {
	p.b.t.Helper()
	var shot struct{ Data string }
	p.call("Page.captureScreenshot", object{"format": "png"}, &shot)
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		p.b.t.Fatalf("browser: the screenshot is no PNG: %v", err)
	}
	dir := os.Getenv("ROUSE_SHOTS")
	if dir == "" {
		dir = p.b.t.TempDir()
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		p.b.t.Fatal(err)
	}
}
