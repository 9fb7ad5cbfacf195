package receivers_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/notify/receivers"
)

// street is a host that is every host: whatever a room dials, it gets here, on port 443 with TLS.
type street struct {
	plain, secure *httptest.Server
	answer        func(r *http.Request) (status int, body string) // nil, or 0: everything is fine

	mu   sync.Mutex
	seen []request
}

type request struct {
	method, host, uri string
	header            http.Header
	body              []byte
}

// fine is an answer that every service takes for a success.
const fine = `{"ok":true,"success":true,"errcode":0,"access_token":"t","issues":[],"ts":"1.2","channel":"C1","result":{}}`

func newStreet(t *testing.T) *street {
	t.Helper()
	s := &street{}
	s.plain = httptest.NewServer(s)
	s.secure = httptest.NewTLSServer(s)
	t.Cleanup(s.plain.Close)
	t.Cleanup(s.secure.Close)
	return s
}

func (s *street) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.seen = append(s.seen, request{r.Method, r.Host, r.URL.RequestURI(), r.Header, body})
	s.mu.Unlock()
	status, text := 0, ""
	if s.answer != nil {
		status, text = s.answer(r)
	}
	if status == 0 {
		status, text = http.StatusOK, fine
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// take returns the requests so far and forgets them.
func (s *street) take() []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.seen
	s.seen = nil
	return out
}

func (s *street) dial(ctx context.Context, network, address string) (net.Conn, error) {
	to := s.plain.Listener.Addr().String()
	if strings.HasSuffix(address, ":443") {
		to = s.secure.Listener.Addr().String()
	}
	return (&net.Dialer{}).DialContext(ctx, network, to)
}

func load(t *testing.T, yaml string, o receivers.Options) *receivers.Rooms {
	t.Helper()
	if o.ExternalURL == nil {
		o.ExternalURL = &url.URL{Scheme: "https", Host: "rouse.example.com"}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	r, err := receivers.Load([]byte(yaml), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func loopback() receivers.Dialer {
	return receivers.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}.DialContext
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// note is an incident of two alerts as the rooms hear of it.
func note(reason receivers.Reason) receivers.Note {
	n := receivers.Note{
		ID: "42/room/" + string(reason), Receiver: "room", GroupKey: "INC-42", Status: alert.Firing, Reason: reason,
		GroupLabels: map[string]string{"alertname": "HighErrorRate", "cluster": "eu-1"},
		Incident: receivers.Incident{
			Ref: "INC-42", Priority: "P1", State: "triggered", Title: "HighErrorRate eu-1", Service: "checkout",
			URL: "https://rouse.example.com/i/42",
		},
		Now: noon.Add(time.Minute),
	}
	for _, pod := range []string{"a", "b"} {
		n.Alerts = append(n.Alerts, alert.Alert{
			Integration: "prometheus", Key: pod, State: alert.Firing, Title: "Errors above 5%", StartsAt: noon,
			EndsAt:      noon.Add(4 * time.Minute), // what Prometheus sends with a firing alert
			Labels:      alert.Labels{"alertname": "HighErrorRate", "cluster": "eu-1", "pod": pod, "severity": "critical"},
			Annotations: alert.Labels{"runbook_url": "https://wiki.example.com/errors"},
			Source:      "https://prometheus.example.com/graph?g0.expr=up",
		})
	}
	switch reason {
	case receivers.Acknowledged:
		n.Incident.State, n.Incident.AckedBy = "acknowledged", "Ana Ruiz"
	case receivers.Resolved:
		n.Status, n.Incident.State, n.Incident.AckedBy = alert.Resolved, "resolved", "Ana Ruiz"
		n.Alerts[0].State, n.Alerts[0].EndsAt = alert.Resolved, noon.Add(30*time.Second)
	}
	return n
}

// write prints requests for a golden file: what matters of the header, and the body in a shape that can be read.
func write(requests []request) string {
	slices.SortStableFunc(requests, func(a, b request) int { return cmp.Compare(a.host, b.host) })
	var b strings.Builder
	for _, r := range requests {
		fmt.Fprintf(&b, "%s %s%s\n", r.method, r.host, r.uri)
		for _, name := range []string{"Authorization", "Content-Type", "User-Agent", "X-Auth-Token", "X-User-Id"} {
			if v := r.header.Get(name); v != "" {
				fmt.Fprintf(&b, "%s: %s\n", name, v)
			}
		}
		var pretty bytes.Buffer
		if json.Indent(&pretty, r.body, "", "  ") == nil {
			r.body = pretty.Bytes()
		}
		fmt.Fprintf(&b, "\n%s\n", bytes.TrimSpace(r.body))
	}
	return b.String()
}
