package receivers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/receivers"
)

// kinds are rooms of the kinds that matter most, each with a secret that no error may tell.
var kinds = map[string]string{
	"slack":     `slack_configs: [{api_url: "http://x.test/services/T0/B0/CANARY-SECRET", channel: "#c"}]`,
	"webhook":   `webhook_configs: [{url: "http://x.test/CANARY-SECRET?token=CANARY-SECRET"}]`,
	"discord":   `discord_configs: [{webhook_url: "http://x.test/api/webhooks/1/CANARY-SECRET"}]`,
	"msteamsv2": `msteamsv2_configs: [{webhook_url: "http://x.test/workflows/CANARY-SECRET"}]`,
	"telegram":  `telegram_configs: [{api_url: "http://x.test", bot_token: "1:CANARY-SECRET", chat_id: 7}]`,
	"pagerduty": `pagerduty_configs: [{url: "http://x.test/v2/enqueue", routing_key: "CANARY-SECRET"}]`,
	"opsgenie":  `opsgenie_configs: [{api_url: "http://x.test/", api_key: "CANARY-SECRET"}]`,
	"pushover":  `pushover_configs: [{user_key: "CANARY-SECRET-U", token: "CANARY-SECRET", http_config: {tls_config: {insecure_skip_verify: true}}}]`,
}

func room(kind string) string { return "- name: room\n  " + kind }

func TestAnswersHaveClasses(t *testing.T) {
	echo := func(status int) func(*http.Request) (int, string) {
		return func(r *http.Request) (int, string) {
			return status, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":"no to %s"}`, status, r.URL.RequestURI())
		}
	}
	tests := []struct {
		status int
		want   notify.Class
		but    map[string]notify.Class
	}{
		{status: 429, want: notify.Throttle},
		{status: 500, want: notify.Transient},
		{status: 503, want: notify.Transient},
		{status: 400, want: notify.Content},
		{status: 401, want: notify.Account},
		{status: 403, want: notify.Account},
		{status: 404, want: notify.Dead, but: map[string]notify.Class{"telegram": notify.Account}},
		{status: 410, want: notify.Dead, but: map[string]notify.Class{"telegram": notify.Account}},
	}
	for kind, yaml := range kinds {
		s := newStreet(t)
		rooms := load(t, room(yaml), receivers.Options{DialContext: s.dial})
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s %d", kind, tt.status), func(t *testing.T) {
				s.answer = echo(tt.status)
				err := rooms.Send(t.Context(), note(receivers.Opened))
				want := tt.want
				if but, ok := tt.but[kind]; ok {
					want = but
				}
				e := notify.Classify(err)
				if err == nil || e.Class != want || e.Code != tt.status || e.Unknown {
					t.Errorf("error = %v (unknown %v), want %s %d", err, e.Unknown, want, tt.status)
				}
				discreet(t, err)
				if !strings.Contains(err.Error(), `"room"`) || !strings.Contains(err.Error(), kind+"[0]") {
					t.Errorf("error %q does not say where", err)
				}
			})
		}
	}
}

// discreet fails if an error, or anything it wraps, tells a secret.
func discreet(t *testing.T, err error) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), "CANARY") {
			t.Errorf("a secret is in the error: %v", err)
		}
	}
}

func TestRefusalsInWords(t *testing.T) {
	tests := []struct {
		kind   string
		status int
		body   string
		want   notify.Class
		after  time.Duration
	}{
		{"slack", 200, `{"ok":false,"error":"channel_not_found"}`, notify.Dead, 0},
		{"slack", 200, `{"ok":false,"error":"invalid_auth"}`, notify.Account, 0},
		{"slack", 200, `{"ok":false,"error":"ratelimited"}`, notify.Throttle, 0},
		{"slack", 200, `{"ok":false,"error":"invalid_blocks"}`, notify.Content, 0},
		{"slack", 400, `no_team`, notify.Dead, 0},
		{"telegram", 400, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`, notify.Dead, 0},
		{"telegram", 400, `{"ok":false,"error_code":400,"description":"Bad Request: can't parse entities"}`, notify.Content, 0},
		{"telegram", 429, `{"ok":false,"error_code":429,"description":"slow","parameters":{"retry_after":9}}`, notify.Throttle, 9 * time.Second},
		{"telegram", 502, `<html>bad gateway</html>`, notify.Transient, 0},
	}
	for _, tt := range tests {
		t.Run(tt.kind+" "+tt.body, func(t *testing.T) {
			s := newStreet(t)
			s.answer = func(*http.Request) (int, string) { return tt.status, tt.body }
			rooms := load(t, room(kinds[tt.kind]), receivers.Options{DialContext: s.dial})
			err := rooms.Send(t.Context(), note(receivers.Opened))
			if e := notify.Classify(err); err == nil || e.Class != tt.want || e.RetryAfter != tt.after || e.Unknown {
				t.Errorf("error = %v after %v, want %s after %v", err, e.RetryAfter, tt.want, tt.after)
			}
		})
	}
}

// A peer that never answers costs as long as the caller's context, whatever the kind, and Close waits for nobody.
func TestSilentPeer(t *testing.T) {
	all := map[string]string{
		// Alertmanager's second request to Opsgenie has no context at all.
		"opsgenie update": `opsgenie_configs: [{api_url: "http://x.test/", api_key: "CANARY-SECRET", update_alerts: true}]`,
		"email":           `email_configs: [{to: room@example.com, from: r@example.com, smarthost: "mx.test:25", require_tls: false, auth_username: u, auth_password: CANARY-SECRET}]`,
	}
	for kind, yaml := range kinds {
		all[kind] = yaml
	}
	for kind, yaml := range all {
		t.Run(kind, func(t *testing.T) {
			s, release, silent := newStreet(t), make(chan struct{}), make(chan struct{}, 8)
			t.Cleanup(func() { close(release) })
			s.answer = func(r *http.Request) (int, string) {
				if kind == "opsgenie update" && r.Method == http.MethodPost {
					return 0, ""
				}
				silent <- struct{}{}
				<-release
				return 0, ""
			}
			dial := s.dial
			if kind == "email" {
				dial = hush(silent)
			}
			rooms := load(t, room(yaml), receivers.Options{DialContext: dial, Timeout: time.Hour})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() { <-silent; cancel() }()
			err := rooms.Send(ctx, note(receivers.Opened))
			e := notify.Classify(err)
			if err == nil || e.Class != notify.Transient || e.Unknown == (kind == "email") {
				t.Errorf("error = %v, unknown %v; want transient, and unknown unless nothing was sent", err, e.Unknown)
			}
			discreet(t, err)
			rooms.Close()
		})
	}
}

// hush dials a server that takes the call and says nothing.
func hush(silent chan<- struct{}) receivers.Dialer {
	return func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() { silent <- struct{}{}; _, _ = io.Copy(io.Discard, there) }()
		return here, nil
	}
}

func TestOwnTimeout(t *testing.T) {
	s, release := newStreet(t), make(chan struct{})
	t.Cleanup(func() { close(release) })
	s.answer = func(*http.Request) (int, string) { <-release; return 0, "" }
	rooms := load(t, room(kinds["webhook"]), receivers.Options{DialContext: s.dial, Timeout: 20 * time.Millisecond})
	err := rooms.Send(t.Context(), note(receivers.Opened))
	if e := notify.Classify(err); err == nil || e.Class != notify.Transient || !e.Unknown {
		t.Errorf("error = %v, want transient and unknown", err)
	}
}

func TestNothingWasSent(t *testing.T) {
	for name, dial := range map[string]receivers.Dialer{
		"dns": func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "x.test"}
		},
		"refused": func(ctx context.Context, n, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, n, "127.0.0.1:1")
		},
	} {
		for kind, yaml := range kinds {
			t.Run(name+" "+kind, func(t *testing.T) {
				rooms := load(t, room(yaml), receivers.Options{DialContext: dial})
				err := rooms.Send(t.Context(), note(receivers.Opened))
				if e := notify.Classify(err); err == nil || e.Class != notify.Transient || e.Unknown {
					t.Errorf("error = %v (unknown %v), want transient and known", err, e.Unknown)
				}
				discreet(t, err)
			})
		}
	}
}

func TestSecretFilesAreNotTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "slack")
	if err := os.WriteFile(file, []byte("http://x.test/services/T0/B0/CANARY-SECRET\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newStreet(t)
	s.answer = func(r *http.Request) (int, string) { return 400, "what is " + r.URL.Path }
	rooms := load(t, room("slack_configs: [{api_url_file: "+file+"}]"), receivers.Options{DialContext: s.dial})
	err := rooms.Send(t.Context(), note(receivers.Opened))
	discreet(t, err)
	if !strings.Contains(err.Error(), "<secret>") {
		t.Errorf("error = %v, want the path hidden", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if e := notify.Classify(rooms.Send(t.Context(), note(receivers.Opened))); e.Class != notify.Account {
		t.Errorf("no file: %v, want class account", e)
	}
}

func TestEndlessAnswer(t *testing.T) {
	s := newStreet(t)
	s.answer = func(*http.Request) (int, string) { return 400, strings.Repeat("x", 8<<20) }
	rooms := load(t, room(kinds["webhook"]), receivers.Options{DialContext: s.dial})
	err := rooms.Send(t.Context(), note(receivers.Opened))
	if err == nil || len(err.Error()) > 1000 {
		t.Errorf("error of %d bytes, want a short one", len(err.Error()))
	}
}

func TestRetryTellsOnlyThoseWhoHaveNotHeard(t *testing.T) {
	s := newStreet(t)
	down, gone := 503, 410
	s.answer = func(r *http.Request) (int, string) {
		switch r.URL.Path {
		case "/down":
			return down, "later"
		case "/gone":
			return gone, "never"
		}
		return 0, ""
	}
	yaml := `webhook_configs: [{url: "http://x.test/good"}, {url: "http://x.test/down"}, {url: "http://x.test/gone"}]`
	rooms := load(t, room(yaml), receivers.Options{DialContext: s.dial})
	first := rooms.Send(t.Context(), note(receivers.Opened))
	if e := notify.Classify(first); first == nil || e.Class != notify.Transient {
		t.Fatalf("error = %v, want transient while one may still be told", first)
	}
	s.take()
	down = 0
	second := rooms.Send(t.Context(), note(receivers.Opened))
	if e := notify.Classify(second); second == nil || e.Class != notify.Dead {
		t.Errorf("error = %v, want dead: one room is gone for good", second)
	}
	if got := s.take(); len(got) != 1 || got[0].uri != "/down" {
		t.Errorf("told again: %+v, want /down alone", got)
	}
	gone = 0
	if err := rooms.Send(t.Context(), note(receivers.Acknowledged)); err != nil {
		t.Errorf("another note: %v", err)
	}
	if got := s.take(); len(got) != 3 {
		t.Errorf("another note was told to %d, want all 3", len(got))
	}
}

func TestSendResolvedIsHonoured(t *testing.T) {
	s := newStreet(t)
	yaml := `webhook_configs: [{url: "http://x.test/all"}, {url: "http://x.test/firing", send_resolved: false}]`
	rooms := load(t, room(yaml), receivers.Options{DialContext: s.dial})
	paths := func(n receivers.Note) string {
		t.Helper()
		if err := rooms.Send(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		return write(s.take())
	}
	if got := paths(note(receivers.Resolved)); !strings.Contains(got, "/all") || strings.Contains(got, "/firing") {
		t.Errorf("resolved was told to %s", got)
	}
	partly := note(receivers.Opened)
	partly.Alerts[0].State = alert.Resolved
	_, firing, ok := strings.Cut(paths(partly), "x.test/firing")
	if !ok || strings.Contains(firing[:strings.Index(firing+"POST", "POST")], `"status": "resolved"`) {
		t.Errorf("a recovered alert was told to one that wants none: %s", firing)
	}
}

func TestOpenIncidentIsNeverToldAsResolved(t *testing.T) {
	s := newStreet(t)
	rooms := load(t, room(kinds["pagerduty"]), receivers.Options{DialContext: s.dial})
	recovered := note(receivers.Acknowledged)
	for i := range recovered.Alerts {
		recovered.Alerts[i].State = alert.Resolved
	}
	reported := note(receivers.Opened)
	reported.Alerts, reported.GroupLabels, reported.Incident.Title = nil, nil, "Checkout is slow"
	for name, n := range map[string]receivers.Note{"all recovered, still open": recovered, "reported by a person": reported} {
		if err := rooms.Send(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		got := write(s.take())
		if !strings.Contains(got, `"event_action": "trigger"`) || !strings.Contains(got, "INC-42") {
			t.Errorf("%s: %s, want a trigger that names the incident", name, got)
		}
		if n.Alerts == nil && !strings.Contains(got, "Checkout is slow") {
			t.Errorf("%s: %s, want its title", name, got)
		}
	}
	byHand := note(receivers.Resolved) // one alert still fires
	if err := rooms.Send(t.Context(), byHand); err != nil {
		t.Fatal(err)
	}
	if got := write(s.take()); !strings.Contains(got, `"event_action": "resolve"`) {
		t.Errorf("resolved by hand: %s", got)
	}
}

func TestNobodyToTell(t *testing.T) {
	rooms := load(t, "- name: room\n- name: other", receivers.Options{})
	if err := rooms.Send(t.Context(), note(receivers.Opened)); err != nil {
		t.Errorf("a receiver without integrations: %v", err)
	}
	n := note(receivers.Opened)
	n.Receiver = "attic"
	err := rooms.Send(t.Context(), n)
	if e := notify.Classify(err); err == nil || e.Class != notify.Dead || !strings.Contains(err.Error(), "other, room") {
		t.Errorf("error = %v, want dead, with the names there are", err)
	}
	n = note(receivers.Opened)
	n.GroupKey = ""
	if e := notify.Classify(rooms.Send(t.Context(), n)); e.Class != notify.Content {
		t.Errorf("no group key: %v", e)
	}
}

func TestClosed(t *testing.T) {
	s := newStreet(t)
	rooms := load(t, room(kinds["webhook"]), receivers.Options{DialContext: s.dial})
	rooms.Close()
	rooms.Close()
	err := rooms.Send(t.Context(), note(receivers.Opened))
	if !errors.Is(err, receivers.ErrClosed) || notify.Classify(err).Class != notify.Transient {
		t.Errorf("error = %v, want ErrClosed", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := newStreet(t)
	yaml := room(`slack_configs: [{api_url: "https://slack.com/api/chat.postMessage", update_message: true, http_config: {tls_config: {insecure_skip_verify: true}}}]
  wechat_configs: [{api_url: "http://x.test/", api_secret: secret, corp_id: c}]
  pagerduty_configs: [{url: "http://x.test/", routing_key: key}]
  telegram_configs: [{api_url: "http://x.test", bot_token: "1:x", chat_id: 7}]`)
	rooms := load(t, yaml, receivers.Options{DialContext: s.dial})
	errs := make(chan error)
	for i := range 20 {
		go func() {
			n := note(receivers.Opened)
			n.ID, n.GroupKey = fmt.Sprint(i), fmt.Sprintf("INC-%d", i%3)
			errs <- rooms.Send(t.Context(), n)
		}()
	}
	for range 20 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestIntegrationsLogOnlyWarnings(t *testing.T) {
	var log strings.Builder
	s := newStreet(t)
	rooms := load(t, room(kinds["slack"]), receivers.Options{
		DialContext: s.dial, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err := rooms.Send(t.Context(), note(receivers.Opened)); err != nil {
		t.Fatal(err)
	}
	if log.Len() > 0 {
		t.Errorf("logged: %s", log.String())
	}
}
