package peers

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// firstPost is how long Prometheus and Alertmanager may take, each, from the start to the first alert that they send.
const firstPost = 60 * time.Second

// exporter serves one metric that Prometheus scrapes and that the test changes.
type exporter struct {
	value  atomic.Int64
	target string
}

func newExporter(t *testing.T) *exporter {
	t.Helper()
	e := &exporter{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		fmt.Fprintf(w, "# TYPE checkout_errors gauge\ncheckout_errors{cluster=\"eu-1\"} %d\n", e.value.Load())
	}))
	t.Cleanup(server.Close)
	e.target = strings.TrimPrefix(server.URL, "http://")
	return e
}

const rules = `
groups:
  - name: shop
    rules:
      - alert: HighErrorRate
        expr: checkout_errors > 5
        labels: {severity: critical, service: checkout}
        annotations:
          summary: "{{ $value }}% of checkouts fail in {{ $labels.cluster }}"
          runbook_url: https://wiki.example.com/checkout
`

// startPrometheus starts one replica of Prometheus, which scrapes the exporter each second and sends its alerts to
// alertmanagers, a part of its configuration. The label that tells replicas apart is dropped, as its documentation says.
func startPrometheus(t *testing.T, replica string, e *exporter, alertmanagers string) {
	t.Helper()
	path, dir := peer(t, "prometheus"), t.TempDir()
	config := fmt.Sprintf(`
global:
  scrape_interval: 1s
  evaluation_interval: 1s
  external_labels: {replica: %s}
rule_files: [%s]
scrape_configs:
  - job_name: shop
    static_configs: [{targets: [%q]}]
alerting:
  alert_relabel_configs: [{action: labeldrop, regex: replica}]
  alertmanagers:
%s`, replica, write(t, dir, "rules.yml", rules), e.target, alertmanagers)
	file, listen := write(t, dir, "prometheus.yml", config), freeAddress(t)
	if out, errs, status := run(t, exec.Command(peer(t, "promtool"), "check", "config", file)); status != 0 {
		t.Fatalf("promtool does not like the configuration: %s%s", out, errs)
	}
	p := start(t, "prometheus "+replica, exec.Command(path, "--config.file="+file, "--storage.tsdb.path="+dir+"/data", "--web.listen-address="+listen))
	p.answers(http.DefaultClient, "http://"+listen+"/-/ready")
}

// startAlertmanager starts Alertmanager with one receiver, rouse, which is told a second after an alert came and not half a
// minute after, as by default. receiver is how, in Alertmanager's syntax.
func startAlertmanager(t *testing.T, name, receiver string) (listen string) {
	t.Helper()
	path, dir := peer(t, "prometheus-alertmanager"), t.TempDir()
	file := write(t, dir, "alertmanager.yml", `
route: {receiver: rouse, group_by: [alertname], group_wait: 1s, group_interval: 1s}
receivers:
  - name: rouse
`+receiver)
	listen = freeAddress(t)
	p := start(t, name, exec.Command(path, "--config.file="+file, "--storage.path="+dir+"/data",
		"--web.listen-address="+listen, "--cluster.listen-address="))
	p.answers(http.DefaultClient, "http://"+listen+"/-/ready")
	return listen
}

// comesAndGoes lets the metric rise and fall, and expects a page and a recovery.
func comesAndGoes(t *testing.T, w *town, e *exporter, integration string) {
	t.Helper()
	e.value.Store(12)
	w.text(ana, firstPost, "P1 INC-1 checkout: 12% of checkouts fail in eu-1", "Reply 1 to ack")
	e.value.Store(0)
	i := w.becomes(1, "resolved", firstPost)
	if i.Firing != 0 || i.Total != 1 {
		t.Errorf("%d of %d alerts fire, want 0 of 1", i.Firing, i.Total)
	}
	if len(i.Alerts) != 1 || i.Alerts[0].Integration != integration || i.Alerts[0].Labels["cluster"] != "eu-1" {
		t.Errorf("alerts %+v, want one by %s in eu-1", i.Alerts, integration)
	}
	e.value.Store(30) // within the reopen window: the same incident, and a page
	again := w.becomes(1, "triggered", firstPost)
	if again.Epoch != 2 {
		t.Errorf("epoch %d after it came back, want 2\n%s", again.Epoch, story(again))
	}
	w.text(ana, patience, "INC-1 checkout: 30% of checkouts fail")
	w.reply(ana, "1", "INC-1 acknowledged")
	e.value.Store(0)
	w.becomes(1, "resolved", firstPost)
	w.pagedTimes(ana, 2)
	w.pagedTimes(bo, 0)
	w.faultless()
}

// TestPrometheus has two replicas of Prometheus send to rouse itself: one incident, one page.
func TestPrometheus(t *testing.T) {
	t.Parallel()
	w, e := open(t, townConfig), newExporter(t)
	for _, replica := range []string{"a", "b"} {
		startPrometheus(t, replica, e, fmt.Sprintf(`
    - path_prefix: /ingest/prometheus
      authorization: {credentials: prometheus-token}
      static_configs: [{targets: [%q]}]
`, w.listen))
	}
	comesAndGoes(t, w, e, "prometheus")
}

// TestAlertmanager has Prometheus send to two Alertmanagers that know nothing of one another: one incident, one page.
func TestAlertmanager(t *testing.T) {
	t.Parallel()
	w, e := open(t, townConfig), newExporter(t)
	receiver := fmt.Sprintf(`    webhook_configs:
      - url: %s/ingest/alertmanager
        http_config: {authorization: {credentials: alertmanager-token}}
`, w.base)
	one, two := startAlertmanager(t, "alertmanager 1", receiver), startAlertmanager(t, "alertmanager 2", receiver)
	startPrometheus(t, "a", e, fmt.Sprintf("    - static_configs: [{targets: [%q, %q]}]\n", one, two))
	comesAndGoes(t, w, e, "alertmanager")
}

// TestAlertmanagerAsPagerDuty has Alertmanager take rouse for PagerDuty.
func TestAlertmanagerAsPagerDuty(t *testing.T) {
	t.Parallel()
	pagesBy(t, "pagerduty", func(base string) string {
		return fmt.Sprintf("    pagerduty_configs: [{routing_key: %s, url: %s/v2/enqueue, severity: critical}]\n", routingKey, base)
	})
}

// TestAlertmanagerAsOpsgenie has Alertmanager take rouse for Opsgenie, and send its words anew after each create.
func TestAlertmanagerAsOpsgenie(t *testing.T) {
	t.Parallel()
	pagesBy(t, "opsgenie", func(base string) string {
		return fmt.Sprintf("    opsgenie_configs: [{api_key: %s, api_url: %s/, priority: P1, update_alerts: true, responders: [{type: team, name: shop}]}]\n", genieKey, base)
	})
}

// pagesBy has Alertmanager page by a receiver of its own for a group that grows and recovers: one alert, one incident, one page.
func pagesBy(t *testing.T, integration string, receiver func(base string) string) {
	w := open(t, townConfig)
	listen := startAlertmanager(t, "alertmanager", receiver(w.base))
	a := newAmtool(t, "http://"+listen, "")
	a.run("alert", "add", "DiskFull", "instance=db1")
	w.text(ana, firstPost, "P1 INC-1 checkout", "DiskFull")
	a.run("alert", "add", "DiskFull", "instance=db2") // the group grows: another trigger of the same event
	a.run("alert", "add", "DiskFull", "instance=db1", "--start=2026-01-01T00:00:00Z", "--end=2026-01-01T01:00:00Z")
	a.run("alert", "add", "DiskFull", "instance=db2", "--start=2026-01-01T00:00:00Z", "--end=2026-01-01T01:00:00Z")
	i := w.becomes(1, "resolved", firstPost)
	if i.Total != 1 || i.Alerts[0].Integration != integration {
		t.Errorf("%d alerts, the first by %s; want one by %s", i.Total, i.Alerts[0].Integration, integration)
	}
	w.pagedTimes(ana, 1)
	w.faultless()
}
