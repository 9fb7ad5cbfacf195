package ingest

import (
	"testing"

	"github.com/rouse/rouse/alert"
)

// TestKin: what Alertmanager, Grafana and Prometheus send has the same identity and end in a generic integration as in one of its own.
func TestKin(t *testing.T) {
	labels := alert.Labels{"alertname": "Up", "instance": "a", "severity": "critical"}
	const set = `{"alertname":"Up","instance":"a","severity":"critical"}`
	for body, want := range map[string]alert.State{
		`{"alerts":[{"status":"firing","labels":` + set + `,"annotations":{"summary":"a is down since 3m"}}]}`:                                               alert.Firing,
		`{"alerts":[{"status":"resolved","labels":` + set + `,"annotations":{"summary":"a is down since 9m"}}]}`:                                             alert.Resolved,
		`{"orgId":1,"state":"ok","alerts":[{"status":"resolved","labels":` + set + `,"valueString":"x"}]}`:                                                   alert.Resolved,
		`[{"labels":` + set + `,"annotations":{"summary":"a is down"},"startsAt":"2026-02-01T11:00:00Z","endsAt":"2026-02-01T12:04:00Z","generatorURL":""}]`: alert.Firing,
		`[{"labels":` + set + `,"annotations":{"summary":"a was down"},"startsAt":"2026-02-01T11:00:00Z","endsAt":"2026-02-01T11:30:00Z"}]`:                  alert.Resolved,
	} {
		b := decodeGeneric([]byte(body), clock)
		if len(b.problems) > 0 || len(b.alerts) != 1 {
			t.Errorf("%s: %v", body, b)
			continue
		}
		if a := b.alerts[0]; a.State != want || a.Key != labels.Fingerprint() || a.Severity != alert.Critical {
			t.Errorf("%s: got %s %s %s", body, a.State, a.Key, a.Severity)
		}
	}
	for _, body := range []string{ // in the generic words all the same
		`{"alerts":[{"status":"firing","key":"k","title":"x","labels":{"a":"b"}}]}`,
		`[{"title":"x","key":"k","labels":{"alertname":"y"},"startsAt":"2026-02-01T11:00:00Z"}]`,
		`[{"key":"k","title":"x"},{"labels":{"alertname":"y"},"startsAt":"2026-02-01T11:00:00Z","key":"k2"}]`,
	} {
		if b := decodeGeneric([]byte(body), clock); len(b.problems) > 0 || b.alerts[0].Key != "k" {
			t.Errorf("%s: %v", body, b)
		}
	}
}

// TestDerivedKeyOfLabels: an alert that has labels and no title is its labels, but for the severity; a summary that counts minutes
// does not make another alert of it.
func TestDerivedKeyOfLabels(t *testing.T) {
	fire := decodeGeneric([]byte(`{"labels":{"host":"a","severity":"critical"},"annotations":{"summary":"since 3m"},"status":"firing"}`), clock)
	end := decodeGeneric([]byte(`{"labels":{"host":"a","severity":"ok"},"annotations":{"summary":"since 9m"},"status":"resolved"}`), clock)
	if fire.alerts[0].Key != end.alerts[0].Key || fire.alerts[0].Title != "since 3m" {
		t.Errorf("got %+v and %+v", fire.alerts[0], end.alerts[0])
	}
}
