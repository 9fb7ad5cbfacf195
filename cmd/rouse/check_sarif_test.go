package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSarif wants of a log what the schema of SARIF 2.1.0 requires, and what code scanning needs to show a finding at its line.
func TestSarif(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a b.yaml")
	text := "users: {ana: {}}\nescalations: {all: {levels: [{notify: [user/ana], wait: 5m}]}}\nfallback: all\nservices: {web: {escalation: all}} # rouse:ignore unreachable-user no\nroute: {service: web}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken.yaml")
	if err := os.WriteFile(broken, []byte("user: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	e := env{args: []string{"check", "--skip-secrets", "--format", "sarif", file, broken}, stdout: &out, stderr: t.Output(), getenv: func(string) string { return "" }}
	if got := run(t.Context(), e); got != 2 {
		t.Errorf("the status is %d, want 2", got)
	}
	var log struct {
		Version string `json:"version"`
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string           `json:"name"`
					Rules []map[string]any `json:"rules"`
				} `json:"driver"`
			} `json:"tool"`
			Results []struct {
				RuleID    string `json:"ruleId"`
				RuleIndex int    `json:"ruleIndex"`
				Level     string `json:"level"`
				Message   struct {
					Text string `json:"text"`
				} `json:"message"`
				Locations []struct {
					Physical struct {
						Artifact struct {
							URI string `json:"uri"`
						} `json:"artifactLocation"`
						Region struct {
							Line   int `json:"startLine"`
							Column int `json:"startColumn"`
						} `json:"region"`
					} `json:"physicalLocation"`
				} `json:"locations"`
			} `json:"results"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name == "" || len(log.Runs[0].Results) < 5 {
		t.Fatalf("got version %q, %d runs: %s", log.Version, len(log.Runs), out.Bytes())
	}
	run := log.Runs[0]
	seen := map[string]bool{}
	for _, r := range run.Results {
		seen[r.RuleID] = true
		p := r.Locations[0].Physical
		if r.Message.Text == "" || !slices.Contains([]string{"error", "warning"}, r.Level) || p.Region.Line < 1 || p.Region.Column < 1 {
			t.Errorf("not complete: %+v", r)
		}
		if want := filepath.ToSlash(dir) + "/a%20b.yaml"; p.Artifact.URI != want && p.Artifact.URI != filepath.ToSlash(broken) {
			t.Errorf("the address is %q, want %q", p.Artifact.URI, want)
		}
		if id := run.Tool.Driver.Rules[r.RuleIndex]["id"]; id != r.RuleID {
			t.Errorf("%s points at the rule %v", r.RuleID, id)
		}
	}
	if !seen[badFile] || !seen["unreachable-user"] || !seen["silence-of-nothing"] {
		t.Errorf("got %v", seen)
	}
}
