package router

import (
	"fmt"
	"testing"

	"github.com/rouse/rouse/alert"
)

func TestInhibits(t *testing.T) {
	rules := []InhibitRule{
		{Sources: ms(t, `alertname="ClusterDown"`), Targets: ms(t, `severity="warning"`), Equal: []string{"cluster"}, Pos: "rouse.yaml:90"},
		{Name: "storm", Sources: ms(t, `severity=~"critical|storm"`), Targets: ms(t, `severity=~"warning|storm"`)},
	}
	words := `{alertname="ClusterDown"} inhibits {severity="warning"} with the same cluster (rouse.yaml:90)`
	down := firing("alertname", "ClusterDown", "cluster", "eu")
	nowhere := firing("alertname", "ClusterDown")
	stormA, stormB := firing("severity", "storm", "n", "a"), firing("severity", "storm", "n", "b")
	tests := []struct {
		name   string
		firing []*alert.Alert
		asked  *alert.Alert
		want   string
		by     *alert.Alert
	}{
		{"nothing fires", nil, firing("severity", "warning"), "", nil},
		{"same cluster", []*alert.Alert{down}, firing("severity", "warning", "cluster", "eu"), words, down},
		{"another cluster", []*alert.Alert{down}, firing("severity", "warning", "cluster", "us"), "", nil},
		{"not a target", []*alert.Alert{down}, firing("severity", "critical", "cluster", "eu"), "", nil},
		{"missing and missing are equal", []*alert.Alert{nowhere}, firing("severity", "warning"), words, nowhere},
		{"missing and empty are equal", []*alert.Alert{nowhere}, firing("severity", "warning", "cluster", ""), words, nowhere},
		{"missing and present are not", []*alert.Alert{nowhere}, firing("severity", "warning", "cluster", "eu"), "", nil},
		{"itself on both sides", []*alert.Alert{stormA}, stormA, "", nil},
		{"another that is on both sides too", []*alert.Alert{stormA, stormB}, stormB, "", nil},
		{"one that is a source alone", []*alert.Alert{stormA, firing("severity", "critical")}, stormA, "storm", firing("severity", "critical")},
		{"a target alone, by one on both sides", []*alert.Alert{stormA}, firing("severity", "warning"), "storm", stormA},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := NewInhibitor(rules)
			for _, a := range tt.firing {
				i.Set(a)
			}
			rule, by, ok := i.Inhibits(tt.asked.Labels)
			if rule != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q %v, want %q", rule, ok, tt.want)
			}
			if tt.by != nil && by != tt.by.ID() {
				t.Errorf("got by %v, want %v", by, tt.by.ID())
			}
		})
	}
}

func TestSetFollowsAnAlert(t *testing.T) {
	i := NewInhibitor([]InhibitRule{{Sources: ms(t, `down="yes"`), Equal: []string{"cluster"}, Targets: ms(t, `severity="warning"`)}})
	steps := []struct {
		name     string
		state    alert.State
		labels   alert.Labels
		test     bool
		changed  bool
		eu, asia bool // is a warning there inhibited afterwards
	}{
		{"recovers before it fired", alert.Resolved, alert.Labels{"down": "yes", "cluster": "eu"}, false, false, false, false},
		{"fires", alert.Firing, alert.Labels{"down": "yes", "cluster": "eu"}, false, true, true, false},
		{"again", alert.Firing, alert.Labels{"down": "yes", "cluster": "eu", "note": "x"}, false, false, true, false},
		{"moves", alert.Firing, alert.Labels{"down": "yes", "cluster": "asia"}, false, true, false, true},
		{"becomes a target too", alert.Firing, alert.Labels{"down": "yes", "cluster": "asia", "severity": "warning"}, false, true, false, true},
		{"is no source any more", alert.Firing, alert.Labels{"cluster": "asia"}, false, true, false, false},
		{"a test button", alert.Firing, alert.Labels{"down": "yes", "cluster": "eu"}, true, false, false, false},
		{"fires once more", alert.Firing, alert.Labels{"down": "yes", "cluster": "eu"}, false, true, true, false},
		{"recovers, with other labels", alert.Resolved, alert.Labels{}, false, true, false, false},
	}
	for _, s := range steps {
		a := &alert.Alert{Integration: "i", Key: "k", State: s.state, Labels: s.labels, Test: s.test}
		if got := i.Set(a); got != s.changed {
			t.Errorf("%s: changed %v, want %v", s.name, got, s.changed)
		}
		for cluster, want := range map[string]bool{"eu": s.eu, "asia": s.asia} {
			if _, _, got := i.Inhibits(alert.Labels{"severity": "warning", "cluster": cluster}); got != want {
				t.Errorf("%s: %s inhibited %v, want %v", s.name, cluster, got, want)
			}
		}
	}
	if len(i.held) != 0 || len(i.rules[0].firing) != 0 {
		t.Errorf("something is still held: %v %v", i.held, i.rules[0].firing)
	}
}

func TestManySourcesComeAndGo(t *testing.T) {
	i := NewInhibitor([]InhibitRule{{Sources: ms(t, `s="1"`), Targets: ms(t, `t="1"`)}})
	const n = 1000
	for k := range n {
		i.Set(firing("s", "1", "k", fmt.Sprint(k)))
	}
	for k := range n {
		if _, _, ok := i.Inhibits(alert.Labels{"t": "1"}); !ok {
			t.Fatalf("nothing inhibits although %d sources fire", n-k)
		}
		a := firing("s", "1", "k", fmt.Sprint((k*7)%n)) // in another order
		a.State = alert.Resolved
		if !i.Set(a) {
			t.Fatalf("source %d was not held", k)
		}
	}
	if _, by, ok := i.Inhibits(alert.Labels{"t": "1"}); ok {
		t.Errorf("%v still inhibits", by)
	}
}
