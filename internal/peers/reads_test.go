package peers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/models"
)

// read gets one path of Alertmanager's API and checks the answer as Alertmanager's own client does.
func read(t *testing.T, w *town, path string, into interface{ Validate(strfmt.Registry) error }) {
	t.Helper()
	code, body := send(w.http, http.MethodGet, w.base+path, "prometheus-token", nil)
	if code != http.StatusOK {
		t.Fatalf("GET %s: %d %s", path, code, body)
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("GET %s: %v: %s", path, err, body)
	}
	if err := into.Validate(strfmt.Default); err != nil {
		t.Errorf("GET %s: %v: %s", path, err, body)
	}
}

// states is the state of each alert and what silences it, by receiver and name.
func states(groups models.AlertGroups) map[string]string {
	got := map[string]string{}
	for _, g := range groups {
		for _, x := range g.Alerts {
			got[*g.Receiver.Name+" "+g.Labels["alertname"]] = *x.Status.State + fmt.Sprint(x.Status.SilencedBy)
		}
	}
	return got
}

// TestKarmaAndGrafanaRead asks what karma and Grafana's Alertmanager data source ask, in their order.
func TestKarmaAndGrafanaRead(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	code, metrics := send(w.http, http.MethodGet, w.base+"/metrics", "", nil)
	if code != http.StatusOK || !regexp.MustCompile(`(?m)^alertmanager_build_info\{.*version=".+".*\} 1$`).MatchString(metrics) {
		t.Errorf("/metrics: %d, without alertmanager_build_info", code)
	}
	a := newAmtool(t, w.base, "prometheus-token")
	a.run("alert", "add", "HighErrorRate", "cluster=eu-1", "severity=critical", "--annotation=summary=Checkouts fail")
	a.run("alert", "add", "DiskFull", "cluster=eu-2", "severity=warning")
	id := a.run("silence", "add", "alertname=DiskFull", "--comment=we know")
	w.text(ana, patience, "INC-1")
	var status models.AlertmanagerStatus
	read(t, w, "/api/v2/status", &status)
	var groups models.AlertGroups
	read(t, w, "/api/v2/alerts/groups", &groups)
	if got, want := fmt.Sprint(states(groups)), "map[shop DiskFull:suppressed["+id+"] shop HighErrorRate:active[]]"; got != want {
		t.Errorf("groups: got %s, want %s", got, want)
	}
	read(t, w, "/api/v2/alerts/groups?active=true&silenced=false&inhibited=false&receiver=shop", &groups)
	if len(groups) != 1 {
		t.Errorf("%d groups that are not silenced, want 1", len(groups))
	}
	alerts := models.GettableAlerts{}
	read(t, w, "/api/v2/alerts?filter="+url.QueryEscape(`cluster=~"eu-.*"`), &alerts)
	if len(alerts) != 2 {
		t.Errorf("%d alerts in eu, want 2", len(alerts))
	}
	var silences models.GettableSilences
	read(t, w, "/api/v2/silences", &silences)
	if len(silences) != 1 || *silences[0].ID != id {
		t.Errorf("silences %v, want %s", silences, id)
	}
	var silence models.GettableSilence
	read(t, w, "/api/v2/silence/"+id, &silence)

	for _, path := range []string{"/api/v2/status", "/api/v2/alerts", "/api/v2/silences"} {
		if code, _ := send(w.http, http.MethodGet, w.base+path, "wrong", nil); code != http.StatusUnauthorized {
			t.Errorf("GET %s with a wrong token: %d, want 401", path, code)
		}
	}
	if code, _ := send(w.http, http.MethodGet, w.base+"/api/v2/nothing", "prometheus-token", nil); code != http.StatusNotFound {
		t.Errorf("GET /api/v2/nothing: %d, want 404", code)
	}
}

// TestOwnMetrics has promtool judge /metrics.
func TestOwnMetrics(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	w.fire("Down")
	w.text(ana, patience, "INC-1")
	w.becomes(1, "triggered", patience)
	_, metrics := send(w.http, http.MethodGet, w.base+"/metrics", "", nil)
	judge := exec.Command(peer(t, "promtool"), "check", "metrics")
	judge.Stdin = strings.NewReader(metrics)
	if out, errs, status := run(t, judge); status != 0 {
		t.Errorf("promtool check metrics: status %d: %s%s", status, out, errs)
	}
	want := []string{`rouse_alerts_received_total{integration="scripts",state="firing"} 1`, `rouse_incidents{state="triggered"} 1`}
	for _, name := range want {
		if !strings.Contains(metrics, "\n"+name) {
			t.Errorf("/metrics lacks %s", name)
		}
	}
	if strings.Contains(metrics, strings.TrimPrefix(ana, "+")) {
		t.Error("/metrics holds a phone number")
	}
}
