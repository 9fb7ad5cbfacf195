package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
)

// memory is a Sink and a Desk that remember. err, if set, is what every method answers.
type memory struct {
	mu       sync.Mutex
	err      error
	alerts   []alert.Alert
	acks     []alert.ID
	by       []string
	changes  []alert.Change
	beats    []string
	remarks  []string // integration/key by: text
	held     []Held
	silences []router.Silence
	expired  []string
	made     int
	now      time.Time
}

func (m *memory) Accept(_ context.Context, batch []alert.Alert) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.alerts = append(m.alerts, batch...)
	}
	return m.err
}

func (m *memory) Acknowledge(_ context.Context, id alert.ID, by string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.acks, m.by = append(m.acks, id), append(m.by, by)
	}
	return m.err
}

// Amend changes the last word of an alert that fires, as the engine does.
func (m *memory) Amend(_ context.Context, id alert.ID, edit func(*alert.Alert)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k := len(m.alerts) - 1; m.err == nil && k >= 0; k-- {
		if a := &m.alerts[k]; a.ID() == id {
			if a.State == alert.Firing {
				edit(a)
			}
			break
		}
	}
	return m.err
}

func (m *memory) Remark(_ context.Context, id alert.ID, by, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.remarks = append(m.remarks, id.Integration+"/"+id.Key+" "+by+": "+text)
	}
	return m.err
}

func (m *memory) Record(_ context.Context, c alert.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.changes = append(m.changes, c)
	}
	return m.err
}

func (m *memory) Beat(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err == nil {
		m.beats = append(m.beats, name)
	}
	return m.err
}

func (m *memory) Alerts(context.Context) ([]Held, error)             { return m.held, m.err }
func (m *memory) Silences(context.Context) ([]router.Silence, error) { return m.silences, m.err }

func (m *memory) PutSilence(_ context.Context, s router.Silence, _ incident.Actor) (router.Silence, error) {
	if m.err != nil {
		return s, m.err
	}
	if s.ID == "" {
		m.made++
		s.ID = fmt.Sprintf("10000000-0000-4000-8000-%012d", m.made)
		m.silences = append(m.silences, s)
		return s, nil
	}
	i := slices.IndexFunc(m.silences, func(o router.Silence) bool { return o.ID == s.ID })
	if i < 0 {
		return s, ErrNotFound
	}
	m.silences[i] = s
	return s, nil
}

func (m *memory) ExpireSilence(_ context.Context, id string, _ incident.Actor) error {
	if m.err != nil {
		return m.err
	}
	i := slices.IndexFunc(m.silences, func(o router.Silence) bool { return o.ID == id })
	if i < 0 {
		return ErrNotFound
	}
	m.silences[i].EndsAt = m.now
	m.expired = append(m.expired, id)
	return nil
}

// sources is the configuration of most tests: one integration of each type, and some odd ones.
func sources() *Config {
	return &Config{
		Version: "1.2.3",
		Sources: []Source{
			{Name: "am", Type: TypeAlertmanager, Tokens: []string{"old", "am-token"}},
			{Name: "gr", Type: TypeGrafana, Tokens: []string{"gr-token"}},
			{Name: "signed", Type: TypeGrafana, HMACSecret: "secret"},
			{Name: "both", Type: TypeGeneric, HMACSecret: "secret", Tokens: []string{"both-token"}},
			{Name: "prom", Type: TypePrometheus, Tokens: []string{"prom-token"}},
			{Name: "pd", Type: TypePagerDuty, Tokens: []string{"pd-token"}},
			{Name: "og", Type: TypeOpsgenie, Tokens: []string{"og-key"}},
			{Name: "gen", Type: TypeGeneric, Tokens: []string{"gen-token"}},
			{Name: "open", Type: TypeGeneric, Insecure: true},
			{Name: "closed", Type: TypeGeneric, Tokens: []string{""}},
		},
		Heartbeats: []string{"backup", "cron"},
		Original:   func() string { return "route:\n  receiver: default\nreceivers:\n- name: default\n" },
		Receivers:  func() []string { return []string{"default", "room"} },
	}
}

// bench is a server with its memory.
type bench struct {
	*memory
	cfg     *Config
	handler http.Handler
	server  *Server
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{memory: &memory{now: clock}, cfg: sources()}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	s := New(func() *Config { return b.cfg }, b.memory, b.memory, log, func() time.Time { return clock })
	b.server, b.handler = s, s.Handler()
	return b
}

// do sends a request; header is name, value, name, value...
func (b *bench) do(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w
}

func (b *bench) post(path, body, token string) *httptest.ResponseRecorder {
	return b.do(http.MethodPost, path, body, "Authorization", "Bearer "+token, "Content-Type", "application/json")
}

func packed(t testing.TB, body string) string {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := io.WriteString(z, body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}
