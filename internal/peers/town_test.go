package peers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/web/client"
)

// The numbers of the people in town.
const (
	ana    = "+34600000001"
	bo     = "+46700000002"
	sender = "+15550100001"
)

// routingKey is the token of the PagerDuty integration, of the length that PagerDuty's own have.
const routingKey = "r0000000000000000000000000000000"

// genieKey is the token of the Opsgenie integration, in the form of Opsgenie's own.
const genieKey = "00000000-0000-4000-8000-000000000000"

// townConfig is what most tests run with. LISTEN, PUBLIC, STORE and PHONES are filled in; a test replaces what it is about.
const townConfig = `
server: {listen: "LISTEN", public_url: "PUBLIC", store: "badger:STORE"}
access:
  tokens: [{name: root, user: ana, role: admin, token: env:PEERS_ROOT}]
limits: {incidents_per_integration: 1000000}
providers:
  - name: phones
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: env:PEERS_TWILIO, from: "+15550100001", base_url: "PHONES"}
users:
  ana: {name: Ana Ruiz, timezone: Europe/Madrid, phone: "+34600000001"}
  bo: {name: Bo Lind, timezone: Europe/Stockholm, phone: "+46700000002"}
teams:
  shop: {members: [ana, bo], manager: bo}
schedules:
  primary:
    timezone: Europe/Madrid
    layers: [{users: [ana], rotation: weekly, start: 2026-01-05, handoff: "Mon 09:00"}]
escalations:
  shop:
    levels:
      - {notify: [schedule/primary], wait: 5m}
      - {notify: [user/bo], wait: 5m}
    repeat: forever
fallback: shop
services:
  checkout: {team: shop, escalation: shop, impact: high}
route:
  service: checkout
  group_by: [alertname]
integrations:
  prometheus: {type: prometheus, token: env:PEERS_PROMETHEUS}
  alertmanager: {type: alertmanager, token: env:PEERS_ALERTMANAGER}
  pagerduty: {type: pagerduty, token: env:PEERS_PAGERDUTY}
  opsgenie: {type: opsgenie, token: env:PEERS_OPSGENIE}
  scripts: {type: generic, token: env:PEERS_SCRIPTS}
`

// environment holds the secrets that the configuration refers to.
func environment() []string {
	return append(os.Environ(), "PEERS_ROOT=peers-root-token", "PEERS_TWILIO=peers-phones-token", "PEERS_PROMETHEUS=prometheus-token",
		"PEERS_ALERTMANAGER=alertmanager-token", "PEERS_PAGERDUTY="+routingKey, "PEERS_OPSGENIE="+genieKey, "PEERS_SCRIPTS=scripts-token")
}

// town is a daemon with its configuration and store, and a street of phones that it pages.
type town struct {
	t      *testing.T
	file   string // the configuration
	listen string
	base   string // the daemon's address
	store  string
	phones string // address of the street
	street *phonetest.Street
	daemon *process
	http   *http.Client
	api    *client.Client
}

// newTown builds the street and writes the configuration; nothing runs yet.
func newTown(t *testing.T, config string) *town {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return newTownAt(t, config, "http", transport)
}

// newTownAt is newTown for a scheme, where everybody reaches the daemon by a transport.
func newTownAt(t *testing.T, config, scheme string, transport *http.Transport) *town {
	t.Helper()
	dir := t.TempDir()
	w := &town{t: t, listen: freeAddress(t), store: filepath.Join(dir, "store"), http: &http.Client{Timeout: 10 * time.Second, Transport: transport}}
	w.base = scheme + "://" + w.listen
	w.street = phonetest.New(phonetest.Options{AuthToken: "peers-phones-token", InboundURL: w.base + "/twilio/phones/sms", Callbacks: transport, Seed: 1})
	server := httptest.NewServer(w.street.Handler())
	w.phones = server.URL
	t.Cleanup(func() { w.street.Close(); server.CloseClientConnections(); server.Close() })
	w.file = filepath.Join(dir, "rouse.yaml")
	w.write(config)
	w.api = client.New(w.base, "peers-root-token", w.http)
	return w
}

// write replaces the configuration file.
func (w *town) write(config string) {
	w.t.Helper()
	text := strings.NewReplacer("LISTEN", w.listen, "PUBLIC", w.base, "STORE", w.store, "PHONES", w.phones).Replace(config)
	write(w.t, filepath.Dir(w.file), filepath.Base(w.file), text)
}

// change replaces a part of the configuration that must be there.
func change(t *testing.T, config, old, new string) string {
	t.Helper()
	if !strings.Contains(config, old) {
		t.Fatalf("the configuration has no %q", old)
	}
	return strings.Replace(config, old, new, 1)
}

// command is `rouse serve` with the town's configuration.
func (w *town) command(env ...string) *exec.Cmd {
	cmd := exec.Command(program.binary(w.t), "serve", "--config", w.file)
	cmd.Env = append(environment(), env...)
	return cmd
}

// start starts the daemon and waits until it is ready.
func (w *town) start(env ...string) *town {
	w.t.Helper()
	w.daemon = start(w.t, "rouse", w.command(env...))
	w.daemon.answers(w.http, w.base+"/-/ready")
	return w
}

// stop ends the daemon in good order.
func (w *town) stop() {
	w.t.Helper()
	w.daemon.signal(syscall.SIGTERM)
	if status := w.daemon.wait(patience); status != 0 {
		w.t.Fatalf("rouse ended with status %d after SIGTERM", status)
	}
}

// open is newTown and start.
func open(t *testing.T, config string) *town {
	t.Helper()
	return newTown(t, config).start()
}

// send makes a request with a bearer token and returns status and body; status 0 when there was no answer.
func send(hc *http.Client, method, url, token string, body any) (int, string) {
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err.Error()
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, url, r)
	if err != nil {
		return 0, err.Error()
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := hc.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(text)
}

// fire sends an alert as a script does.
func (w *town) fire(name string) {
	w.t.Helper()
	w.script(name, "firing")
}

func (w *town) script(name, status string) {
	w.t.Helper()
	body := map[string]any{"key": name, "title": name, "status": status, "severity": "critical", "labels": map[string]string{"alertname": name}}
	if code, text := send(w.http, http.MethodPost, w.base+"/ingest/scripts", "scripts-token", body); code/100 != 2 {
		w.t.Fatalf("POST /ingest/scripts: %d %s", code, text)
	}
}

// text waits for a text on a phone that holds all the words.
func (w *town) text(number string, within time.Duration, words ...string) phonetest.Text {
	w.t.Helper()
	var found phonetest.Text
	eventually(w.t, within, func() error {
		var bodies []string
		for _, x := range w.street.Phone(number).Texts() {
			if holds(x.Body, words) {
				found = x
				return nil
			}
			bodies = append(bodies, x.Body)
		}
		return fmt.Errorf("no text with %q on the phone %s, which has %q", words, number, bodies)
	})
	return found
}

// pagedTimes fails unless a phone was paged for INC-1 as often as said.
func (w *town) pagedTimes(number string, want int) {
	w.t.Helper()
	got := 0
	for _, x := range w.street.Phone(number).Texts() {
		if strings.Contains(x.Body, "Reply 1 to ack") {
			got++
		}
	}
	if got != want {
		w.t.Errorf("%s was paged %d times, want %d\n%s", number, got, want, story(w.incident(1)))
	}
}

func holds(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// reply texts from a phone and waits for an answer that holds all the words.
func (w *town) reply(number, text string, words ...string) {
	w.t.Helper()
	if err := w.street.Phone(number).ReplyTo(w.t.Context(), sender, text); err != nil {
		w.t.Fatalf("texting %q from %s: %v", text, number, err)
	}
	w.text(number, patience, words...)
}

// incident reads an incident.
func (w *town) incident(n int64) client.IncidentDetail {
	w.t.Helper()
	i, err := w.api.Incident(w.t.Context(), n, 0)
	if err != nil {
		w.t.Fatalf("INC-%d: %v", n, err)
	}
	return i
}

// becomes waits until an incident is in a state.
func (w *town) becomes(n int64, state string, within time.Duration) client.IncidentDetail {
	w.t.Helper()
	var i client.IncidentDetail
	eventually(w.t, within, func() error {
		if i = w.incident(n); i.State != state {
			return fmt.Errorf("INC-%d is %s, not %s:\n%s", n, i.State, state, story(i))
		}
		return nil
	})
	return i
}

// story writes an incident's timeline.
func story(i client.IncidentDetail) string {
	var b strings.Builder
	for _, e := range i.Timeline {
		fmt.Fprintf(&b, "%s %s %s: %s\n", e.At.Format("15:04:05.000"), e.By.Kind, e.By.Name, e.What)
	}
	return b.String()
}

// faultless fails when the street saw rouse break a rule of Twilio's.
func (w *town) faultless() {
	w.t.Helper()
	for _, f := range w.street.Faults() {
		w.t.Errorf("the phones complain: %s", f)
	}
}
