package peers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/web/client"
)

// vendor takes webhooks: the first try of each delivery finds it down, and what goes to /hang is answered when the test ends.
type vendor struct {
	mu   sync.Mutex
	seen map[string]int // tries by delivery
	got  []automation.Payload
	bad  []string
	free chan struct{}
}

const hookSecret = "a-secret-of-the-vendor"

// ServeHTTP checks the signature as a receiver should, and remembers the delivery.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/hang" {
		<-v.free
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	stamp := r.Header.Get("X-Rouse-Timestamp")
	if err := automation.Verify(hookSecret, r.Header.Get("X-Rouse-Signature"), stamp, body, time.Now(), time.Minute); err != nil {
		v.bad = append(v.bad, err.Error())
	}
	id := r.Header.Get("X-Rouse-Delivery")
	v.seen[id]++
	if v.seen[id] == 1 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var p automation.Payload
	if err := json.Unmarshal(body, &p); err != nil {
		v.bad = append(v.bad, err.Error())
	}
	v.got = append(v.got, p)
}

// TestAutomations runs steps that touch the world with the real binary: a signed webhook that is tried again, a command with a
// clean environment, and a webhook that hangs, none of which keeps a page waiting.
func TestAutomations(t *testing.T) {
	t.Parallel()
	v := &vendor{seen: map[string]int{}, free: make(chan struct{})}
	server := httptest.NewServer(v)
	t.Cleanup(func() { close(v.free); server.CloseClientConnections(); server.Close() })
	out := filepath.Join(t.TempDir(), "out")
	script := filepath.Join(t.TempDir(), "tell")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n{ echo \"$@\"; env; cat; } > "+out+"\necho told the vendor\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w := newTown(t, townConfig+fmt.Sprintf(`
automations:
  - name: hangs
    on: [opened]
    do: [{webhook: {url: %[1]q, timeout: 1m}}]
  - name: vendor
    on: [opened]
    match: ['service="checkout"']
    do:
      - webhook: {url: %[2]q, secret: env:PEERS_HOOK}
      - command: {run: [%[3]q, "{{ .Incident.Ref }}"], env: {REGION: eu}}
  - name: fails
    on: [acknowledged]
    do: [{command: {run: [/bin/false]}}]
`, server.URL+"/hang", server.URL+"/hook", script)).start("PEERS_HOOK=" + hookSecret)
	w.fire("Down")
	w.text(ana, patience, "INC-1")
	w.reply(ana, "1", "INC-1 acknowledged")
	i := w.tells(1, "Automation vendor, webhook to", "Automation vendor, command tell ran: done: told the vendor", "Automation fails, command false FAILED")
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.bad) > 0 || len(v.got) != 1 || v.got[0].Incident.Ref != "INC-1" || v.got[0].Event != automation.Opened {
		t.Errorf("the vendor got %+v, and complains: %q", v.got, v.bad)
	}
	raw, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	said := string(raw)
	if !strings.HasPrefix(said, "INC-1\n") || !strings.Contains(said, "REGION=eu") || !strings.Contains(said, `"ref":"INC-1"`) || strings.Contains(said, "PEERS_") {
		t.Errorf("the command saw:\n%s", said)
	}
	if i.State != "acknowledged" {
		t.Errorf("INC-1 is %s", i.State)
	}
	w.faultless()
}

// tells waits until the timeline of an incident holds all the words, each in some line.
func (w *town) tells(n int64, words ...string) client.IncidentDetail {
	w.t.Helper()
	var i client.IncidentDetail
	eventually(w.t, patience, func() error {
		i = w.incident(n)
		if s := story(i); !holds(s, words) {
			return fmt.Errorf("the timeline of INC-%d lacks some of %q:\n%s", n, words, s)
		}
		return nil
	})
	return i
}

// TestStakeholders sends a status update to a subscriber's mailbox, with the real binary.
func TestStakeholders(t *testing.T) {
	t.Parallel()
	box := newMailbox(t)
	config := change(t, townConfig, "users:\n", fmt.Sprintf("  - name: mail\n    smtp: {address: %q, from: rouse@example.com}\nusers:\n", box.address))
	config = change(t, config, "impact: high}", "impact: high, subscribers: [\"shop-owner@example.com\"]}")
	w := open(t, config+"status_page: {title: Example, services: [checkout], public: true}\n")
	w.fire("Cards <b>fail</b>")
	w.text(ana, patience, "INC-1")
	w.reply(ana, "u 1 We roll back. Cards & cash work again at noon.", "update sent to stakeholders")
	l := box.first(t)
	subject, parts := l.texts(t)
	if l.to != "shop-owner@example.com" || !strings.Contains(subject, "INC-1") || !strings.Contains(parts["text/plain"], "We roll back. Cards & cash") {
		t.Errorf("to %s, subject %q\n%s", l.to, subject, parts["text/plain"])
	}
	if strings.Contains(parts["text/html"], "<b>fail") || strings.Contains(parts["text/plain"], "/i/1/") {
		t.Errorf("the mail to an outsider has markup of a source or a signed link:\n%s\n%s", parts["text/plain"], parts["text/html"])
	}
	code, page := send(w.http, http.MethodGet, w.base+"/status", "", nil)
	if code != http.StatusOK || !strings.Contains(page, "Example") || strings.Contains(page, "roll back") {
		t.Errorf("GET /status: %d, and what stakeholders are told is not for the public:\n%s", code, page)
	}
}
