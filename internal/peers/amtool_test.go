package peers

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"testing"
)

// amtool runs amtool against an address, with a home of its own so that nobody's settings count.
type amtool struct {
	t    *testing.T
	home string
	args []string
}

// newAmtool gives the token in a file, as its --http.config.file has it; an empty token gives none.
func newAmtool(t *testing.T, address, token string) amtool {
	t.Helper()
	a := amtool{t: t, home: t.TempDir(), args: []string{"--alertmanager.url=" + address, "--no-version-check"}}
	if token != "" {
		a.args = append(a.args, "--http.config.file="+write(t, a.home, "http.yml", "authorization: {credentials: "+token+"}\n"))
	}
	return a
}

func (a amtool) try(args ...string) (stdout, stderr string, status int) {
	a.t.Helper()
	cmd := exec.Command(peer(a.t, "amtool"), append(a.args, args...)...)
	cmd.Env = []string{"HOME=" + a.home, "USER=ana"}
	return run(a.t, cmd)
}

// run fails the test unless amtool succeeds.
func (a amtool) run(args ...string) string {
	a.t.Helper()
	out, errs, status := a.try(args...)
	if status != 0 {
		a.t.Fatalf("amtool %q ended with status %d: %s%s", args, status, out, errs)
	}
	return strings.TrimSpace(out)
}

// alerts asks amtool for alerts and returns the states by name.
func (a amtool) alerts(args ...string) map[string]string {
	a.t.Helper()
	var list []struct {
		Labels map[string]string
		Status struct{ State string }
	}
	out := a.run(append([]string{"--output=json", "alert", "query"}, args...)...)
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		a.t.Fatalf("amtool alert query %q: %v: %s", args, err, out)
	}
	got := map[string]string{}
	for _, x := range list {
		got[x.Labels["alertname"]] = x.Status.State
	}
	return got
}

func TestAmtool(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	a := newAmtool(t, w.base, "prometheus-token")

	a.run("alert", "add", "HighErrorRate", "severity=critical", "cluster=eu-1", "--annotation=summary=Checkouts fail in eu-1")
	w.text(ana, patience, "P1 INC-1 checkout: Checkouts fail in eu-1")
	if got := fmt.Sprint(a.alerts("cluster=~eu.*"), a.alerts("cluster=us-1")); got != "map[HighErrorRate:active] map[]" {
		t.Errorf("alerts: %s", got)
	}
	if got := a.alerts("--receiver=shop"); len(got) != 1 {
		t.Errorf("alerts of the receiver shop: %v", got)
	}

	silencesAndPages(t, w, a)

	// An alert with an end in the past has recovered.
	a.run("alert", "add", "HighErrorRate", "severity=critical", "cluster=eu-1", "--start=2026-01-01T00:00:00Z", "--end=2026-01-01T01:00:00Z")
	w.becomes(1, "resolved", patience)
	w.faultless()
}

// silencesAndPages silences an alert before it comes: that mutes it, and the silence's end pages.
func silencesAndPages(t *testing.T, w *town, a amtool) {
	t.Helper()
	id := a.run("silence", "add", "alertname=DiskFull", "--author=ana", "--comment=we know", "--duration=1h")
	a.run("alert", "add", "DiskFull", "severity=critical")
	i := w.becomes(2, "triggered", patience)
	if i.Suppressed == nil || i.Suppressed.Kind != "silence" || len(i.Pages) != 0 {
		t.Errorf("INC-2 is suppressed by %+v and has %d pages, want a silence and none", i.Suppressed, len(i.Pages))
	}
	if got := a.alerts("--silenced", "DiskFull")["DiskFull"]; got != "suppressed" {
		t.Errorf("DiskFull is %q", got)
	}
	if out := a.run("silence", "query"); !holds(out, []string{id, `alertname="DiskFull"`, "ana", "we know"}) {
		t.Errorf("silence query: %s", out)
	}
	a.run("silence", "update", "--duration=2h", "--comment=still known", id)
	ids := a.run("silence", "query", "--quiet")
	if len(strings.Fields(ids)) != 1 {
		t.Fatalf("silences after an update: %q", ids)
	}
	a.run("silence", "expire", ids)
	w.text(ana, patience, "INC-2", "DiskFull")
	if out := a.run("silence", "query", "--quiet"); out != "" {
		t.Errorf("silences after the end of the last: %q", out)
	}
	if out := a.run("silence", "query", "--expired", "--quiet"); out != ids {
		t.Errorf("expired silences: %q, want %q", out, ids)
	}
}

func TestAmtoolReadsTheConfiguration(t *testing.T) {
	t.Parallel()
	config := change(t, townConfig, "  group_by: [alertname]\n", `  group_by: [alertname]
  routes:
    - matchers: ['service="database"']
      service: checkout
      escalation: night
`)
	config = change(t, config, "fallback: shop\n", "  night: {levels: [{notify: [user/bo], wait: 5m}], repeat: forever}\nfallback: shop\n")
	w := open(t, config)
	a := newAmtool(t, w.base, "prometheus-token")
	if out := a.run("config", "show"); strings.Contains(out, "token") || !strings.Contains(out, "shop") {
		t.Errorf("config show: %s", out)
	}
	if out := a.run("config", "routes", "show"); !strings.Contains(out, "shop") {
		t.Errorf("config routes show: %s", out)
	}
	if out := a.run("config", "routes", "test", "severity=critical"); out != "shop" {
		t.Errorf("config routes test: %s, want shop", out)
	}
	if out := a.run("config", "routes", "test", "service=database"); out != "night" {
		t.Errorf("config routes test service=database: %s, want night", out)
	}
	a.run("cluster", "show")
}

func TestAmtoolCredentials(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	u, err := url.Parse(w.base)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("anybody", "prometheus-token")
	for _, address := range []string{u.String(), u.JoinPath("/ingest/prometheus").String()} {
		newAmtool(t, address, "").run("alert", "query")
	}
	newAmtool(t, w.base+"/ingest/prometheus", "prometheus-token").run("alert", "query")
	for _, token := range []string{"", "wrong", "alertmanager-token"} {
		out, errs, status := newAmtool(t, w.base, token).try("silence", "add", "alertname=DiskFull", "--comment=x")
		if status == 0 || !strings.Contains(errs, "401") {
			t.Errorf("with token %q amtool ended with status %d, want a failure that says 401: %s%s", token, status, out, errs)
		}
	}
	if all, err := w.api.Silences(t.Context(), true); err != nil || len(all) != 0 {
		t.Errorf("silences %v, %v; want none", all, err)
	}
}
