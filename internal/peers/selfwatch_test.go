package peers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// watchedConfig is the town with everything that has metrics of its own.
const watchedConfig = townConfig + `
drills: [{name: weekly, every: "Wed 10:00", timezone: Europe/Madrid, escalation: shop}]
slas: [{name: standard, match: {priority: [P1]}, response: {P1: 15m}, resolution: {P1: 4h}}]
`

// TestOwnRules has promtool judge the rules that rouse ships for itself: what each fires on, and that none does while all is well.
func TestOwnRules(t *testing.T) {
	t.Parallel()
	configs := filepath.Join("..", "..", "configs")
	for _, args := range [][]string{
		{"check", "rules", filepath.Join(configs, "rules.yml")},
		{"test", "rules", filepath.Join(configs, "testdata", "rules.yml"), filepath.Join(configs, "testdata", "rules-weeks.yml")},
	} {
		if out, errs, status := run(t, exec.Command(peer(t, "promtool"), args...)); status != 0 {
			t.Errorf("promtool %s: status %d: %s%s", strings.Join(args, " "), status, out, errs)
		}
	}
	rules, err := os.ReadFile(filepath.Join(configs, "rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	tests, err := os.ReadFile(filepath.Join(configs, "testdata", "rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	weeks, err := os.ReadFile(filepath.Join(configs, "testdata", "rules-weeks.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(string(rules), "- alert: ") {
		name, body, _ := strings.Cut(part, "\n")
		if !strings.HasPrefix(name, "Rouse") {
			continue
		}
		for _, key := range []string{"for:", "severity:", "summary:", "runbook:"} {
			if !strings.Contains(body, key) {
				t.Errorf("%s has no %s", name, key)
			}
		}
		if !strings.Contains(string(tests)+string(weeks), `alertname="`+name+`"`) {
			t.Errorf("no test lets %s fire", name)
		}
	}
}

// dashboard is what a dashboard of Grafana must have to be loaded and to work on any data source.
type dashboard struct {
	UID, Title    string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type, Query any }
	}
	Panels []struct {
		ID         int
		Type       string
		Title      string
		Datasource struct{ Type, UID string }
		GridPos    struct{ H, W, X, Y int }
		Targets    []struct {
			RefID, Expr string
			Datasource  struct{ UID string }
		}
	}
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "configs", "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// queries checks the shape of a dashboard and returns its queries, with the variables of Grafana filled in.
func (d *dashboard) queries(t *testing.T) (all []string) {
	t.Helper()
	if d.UID == "" || d.Title == "" || d.SchemaVersion < 30 {
		t.Errorf("uid %q, title %q, schema %d", d.UID, d.Title, d.SchemaVersion)
	}
	if !slices.ContainsFunc(d.Templating.List, func(v struct{ Name, Type, Query any }) bool { return v.Name == "datasource" && v.Type == "datasource" }) {
		t.Error("the data source is no variable")
	}
	fill := strings.NewReplacer("$__rate_interval", "5m", "$job", ".*", "$instance", ".*")
	ids, cells := map[int]bool{}, map[string]string{}
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("two panels with id %d", p.ID)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				cell := fmt.Sprint(x, " ", y)
				if was, taken := cells[cell]; taken || x >= 24 {
					t.Errorf("%s lies on %s, or outside", p.Title, was)
				}
				cells[cell] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("%s has no query, or a data source of its own", p.Title)
		}
		for _, q := range p.Targets {
			if q.Datasource.UID != "${datasource}" {
				t.Errorf("%s has a data source of its own", p.Title)
			}
			all = append(all, fill.Replace(q.Expr))
		}
	}
	return all
}

// TestDashboardAndRulesNameRealMetrics scrapes a daemon and compares: a name that nobody exports is a panel that is empty for
// ever, and a rule that never fires.
func TestDashboardAndRulesNameRealMetrics(t *testing.T) {
	t.Parallel()
	w := open(t, watchedConfig)
	w.fire("Down")
	w.text(ana, patience, "INC-1")
	w.reply(ana, "1", "INC-1 acknowledged")
	d := readDashboard(t)
	queries := d.queries(t)
	// Prometheus itself reads the queries: each as a rule of its own.
	var file strings.Builder
	file.WriteString("groups:\n- name: dashboard\n  rules:\n")
	for k, q := range queries {
		fmt.Fprintf(&file, "  - {record: 'panel:q%d', expr: %q}\n", k, q)
	}
	if out, errs, status := run(t, exec.Command(peer(t, "promtool"), "check", "rules", write(t, t.TempDir(), "queries.yml", file.String()))); status != 0 {
		t.Errorf("promtool does not take the dashboard's queries: %s%s", out, errs)
	}
	names := regexp.MustCompile(`\b(rouse|process|go)_[a-z_]+`)
	want := names.FindAllString(strings.Join(queries, "\n"), -1)
	for _, shipped := range []string{"configs/rules.yml", "docs/operations.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(shipped)))
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, names.FindAllString(string(text), -1)...)
	}
	slices.Sort(want)
	late := []string{"rouse_automation_runs_total", "rouse_status_updates_total", "rouse_incidents_resolved_total", "rouse_overflow_alerts_total"} // with the first of their kind
	eventually(t, patience, func() error {
		_, metrics := send(w.http, http.MethodGet, w.base+"/metrics", "", nil)
		for _, name := range slices.Compact(want) {
			if !strings.Contains(metrics, "\n"+name) && !slices.Contains(late, name) {
				return fmt.Errorf("/metrics lacks %s", name)
			}
		}
		return nil
	})
}
