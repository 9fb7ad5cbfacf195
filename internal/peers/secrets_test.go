package peers

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"github.com/rouse/rouse/notify/phonetest"
)

// stranger is nobody's number, and nobody else's business either.
const stranger = "+15559998877"

// canaries must be in nothing that the daemon says, however loud its log is.
var canaries = []string{
	"peers-root-token", "peers-phones-token", "prometheus-token", "alertmanager-token", "scripts-token", routingKey, "grafana-secret", "grafana-token", "metrics-token",
	"old-canary", "wrong-canary", "hunter2", ana, ana[1:], bo, bo[1:], stranger, stranger[1:],
}

// evil is what forges lines of a log, colours a terminal and turns text around.
const evil = "x\r\nlevel=ERROR msg=forged\x1b[31m\x00\u202egnp.exe\u2028"

// TestNothingIsTold has a daemon with a loud log meet everything that goes wrong, reads all that it says to anybody, and crashes it:
// no secret and no full number is in any of it, no line of its log was forged, and its files are its own.
func TestNothingIsTold(t *testing.T) {
	t.Parallel()
	config := change(t, townConfig, `store: "badger:STORE"}`, `store: "badger:STORE", metrics_token: env:PEERS_METRICS, log: {level: debug, format: text}}`)
	config = change(t, config, "auth_token: env:PEERS_TWILIO", "auth_token: [env:PEERS_TWILIO, env:PEERS_OLD]")
	config = change(t, config, "integrations:\n", "integrations:\n  grafana: {type: grafana, token: env:PEERS_GRAFANA, hmac: env:PEERS_HMAC}\n")
	secrets := []string{"PEERS_METRICS=metrics-token", "PEERS_OLD=old-canary", "PEERS_HMAC=grafana-secret", "PEERS_GRAFANA=grafana-token"}
	w := newTown(t, config).start(secrets...)
	var said strings.Builder
	ask := func(method, path, token string, body any) {
		code, text := send(w.http, method, w.base+path, token, body)
		path, _, _ = strings.Cut(path, "?") // what was asked is no leak
		fmt.Fprintf(&said, "%s %s: %d %s\n", method, path, code, text)
	}

	w.fire("Down")
	w.text(ana, 2*patience, "INC-1")
	w.reply(ana, "1", "INC-1 acknowledged")
	w.street.Behave(phonetest.ServerError(503).Limit(2))
	w.fire("Worse")
	eventually(t, patience, func() error {
		if i := w.incident(2); len(i.Pages) == 0 || i.Pages[0].State == "queued" {
			return fmt.Errorf("the provider was not asked:\n%s", story(i))
		}
		return nil
	})
	if err := w.street.Phone(stranger).ReplyTo(t.Context(), sender, evil+" hunter2"); err != nil {
		t.Fatal(err)
	}
	_ = w.street.Phone(ana).ReplyTo(t.Context(), sender, evil)
	w.goWrong(ask)
	w.write(strings.Replace(config, "token: env:PEERS_SCRIPTS", "token: hunter2", 1))
	ask(http.MethodPost, "/-/reload", "peers-root-token", nil)
	check := exec.Command(program.binary(t), "check", "--config", w.file)
	check.Env = append(environment(), secrets...)
	out, errs, _ := run(t, check)
	said.WriteString(out + errs)

	if code, metrics := send(w.http, http.MethodGet, w.base+"/metrics", "metrics-token", nil); code != http.StatusOK || strings.Contains(metrics, "forged") || strings.Contains(metrics, "Worse") {
		t.Errorf("/metrics: %d; it holds what a source wrote, or is not there:\n%s", code, metrics)
	}
	w.shut()
	w.unforged()
	w.daemon.signal(syscall.SIGQUIT)
	w.daemon.wait(patience)
	crash := w.daemon.out.String()
	if !strings.Contains(crash, "goroutine ") {
		t.Error("the crash left no trace to look at")
	}
	for where, text := range map[string]string{"an answer": said.String(), "its log or its crash": crash} {
		for _, c := range canaries {
			if at := strings.Index(text, c); at >= 0 {
				t.Errorf("%s holds %q: …%q…", where, c, text[max(0, at-120):min(len(text), at+40)])
			}
		}
	}
	for _, c := range []string{"/api/v1/incidents/1: 200", "/metrics: 200", "/api/v2/status: 200", "/api/v1/users: 200"} {
		if !strings.Contains(said.String(), c) {
			t.Errorf("nobody got %s", c)
		}
	}
}

// goWrong asks what can be read, and what cannot be.
func (w *town) goWrong(ask func(method, path, token string, body any)) {
	for _, path := range []string{
		"/api/v1/incidents", "/api/v1/incidents/1", "/api/v1/users", "/api/v1/oncall", "/api/v1/schedules", "/api/v1/acts", "/api/v1/status",
		"/api/v1/numbers", "/api/v1/overrides", "/api/v1/silences", "/-/ready", "/api/v1/openapi.yaml",
	} {
		ask(http.MethodGet, path, "peers-root-token", nil)
		ask(http.MethodGet, path, "wrong-canary", nil)
	}
	ask(http.MethodGet, "/metrics", "metrics-token", nil)
	ask(http.MethodGet, "/api/v2/status", "prometheus-token", nil)
	ask(http.MethodGet, "/api/v2/alerts", "prometheus-token", nil)
	long, odd := strings.Repeat("A", 20_000), url.PathEscape(evil)
	for _, path := range []string{"/ingest/" + odd, "/ingest/scripts/" + odd, "/heartbeat/" + odd, "/twilio/" + odd + "/sms", "/i/1/" + odd, "/" + odd, "/api/v1/" + odd, "/ingest/" + long} {
		ask(http.MethodPost, path, "wrong-canary", map[string]string{"x": evil})
		ask(http.MethodGet, path+"?token=wrong-canary", "wrong-canary", nil)
	}
	ask(http.MethodPost, "/ingest/scripts", "scripts-token", map[string]any{"title": evil, "key": evil, "labels": map[string]string{evil: evil}})
	ask(http.MethodPost, "/ingest/scripts", "scripts-token", map[string]any{"severity": evil})
	ask(http.MethodPost, "/v2/enqueue", "", map[string]any{"routing_key": "wrong-canary", "event_action": evil})
	ask(http.MethodPost, "/ingest/grafana", "grafana-token", map[string]any{"alerts": evil})
	ask(http.MethodPost, "/login", "", map[string]any{"token": "wrong-canary"})
	ask(http.MethodPost, "/api/v1/incidents/1/ack", "peers-root-token", map[string]any{"for": evil})
}

// shut fails when others may read the daemon's files.
func (w *town) shut() {
	w.t.Helper()
	n := 0
	err := filepath.WalkDir(w.store, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		n++
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			w.t.Errorf("%s has the mode %s: others may read it", path, info.Mode())
		}
		return err
	})
	if err != nil || n < 3 {
		w.t.Errorf("%d files of the store: %v", n, err)
	}
}

// line is how every line of the log begins.
var line = regexp.MustCompile(`^time=\S+ level=(DEBUG|INFO|WARN|ERROR) msg=`)

// unforged fails when a line of the log is not the daemon's own, holds what moves a cursor, or has no end.
func (w *town) unforged() {
	w.t.Helper()
	lines := strings.Split(strings.TrimSuffix(w.daemon.out.String(), "\n"), "\n")
	for _, l := range lines {
		switch {
		case strings.HasPrefix(l, "rouse.yaml:") || strings.Contains(l, ": warning: "): // what the configuration is warned of
		case !line.MatchString(l) || strings.HasPrefix(l, "level=ERROR msg=forged"):
			w.t.Errorf("a line that is not the daemon's: %.200q", l)
		case strings.ContainsFunc(l, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' }):
			w.t.Errorf("a line that moves the cursor: %.200q", l)
		case len(l) > 4<<10:
			w.t.Errorf("a line of %d bytes: %.200q", len(l), l)
		}
	}
	if len(lines) < 10 {
		w.t.Errorf("%d lines of log, which cannot be all", len(lines))
	}
}
