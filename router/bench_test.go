package router

import (
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"

	"github.com/rouse/rouse/alert"
)

// big is a configuration as a large house has it: 100 routes, 20 rules of inhibition, 10 windows, 500 silences.
func big(t testing.TB, now time.Time) (*Tree, *Gate, *Inhibitor) {
	root := &Route{Service: "rest", GroupBy: []string{"alertname", "cluster"}, Pos: "rouse.yaml:1"}
	for i := range 50 {
		root.Routes = append(root.Routes, &Route{
			Matchers: ms(t, fmt.Sprintf(`team=~"team-%d|squad-%d"`, i, i), `env!~"dev.*"`), Service: fmt.Sprint("s", i), Pos: fmt.Sprint("rouse.yaml:", i),
			Routes: []*Route{{Matchers: ms(t, `severity=~"info|none"`), Urgency: "low", MuteTimeIntervals: []string{"nights"}}},
		})
	}
	var rules []InhibitRule
	for i := range 20 {
		rules = append(rules, InhibitRule{Sources: ms(t, fmt.Sprintf(`alertname="Down%d"`, i)), Targets: ms(t, `severity=~"warning|info"`), Equal: []string{"cluster"}})
	}
	var windows []Window
	for i := range 10 {
		windows = append(windows, Window{Name: "w", Matchers: ms(t, fmt.Sprintf(`job="job-%d"`, i%3)), Recurring: true, Weekdays: []time.Weekday{time.Sunday}, Minute: 60, For: time.Hour, Zone: zone(t, "Europe/Madrid")})
	}
	var silences []Silence
	for i := range 500 {
		silences = append(silences, Silence{ID: fmt.Sprint(i), Matchers: []Matcher{equals("alertname", fmt.Sprint("Alert", i)), like("instance", "node-1.*")}, StartsAt: now, EndsAt: now.Add(time.Hour)})
	}
	g := NewGate(rules, windows, map[string][]timeinterval.TimeInterval{
		"nights": intervals(t, `[{times: [{start_time: "00:00", end_time: "07:00"}], location: Europe/Madrid}]`),
	}).WithSilences(silences)
	inh := g.NewInhibitor()
	for i := range 20 {
		inh.Set(firing("alertname", fmt.Sprint("Down", i), "cluster", "us"))
	}
	return NewTree(root), g, inh
}

// typical is an alert for the last route, which no silence, window or rule concerns but which all of them look at.
func typical() alert.Alert {
	return *firing("alertname", "HighErrorRate", "cluster", "eu", "team", "team-49", "severity", "info", "job", "job-1",
		"instance", "node-17:9100", "env", "prod", "namespace", "default", "pod", "checkout-5d9f7", "container", "app")
}

func BenchmarkRouteAndCheck(b *testing.B) {
	now := at(b, "2026-01-10T12:00:00Z")
	tree, gate, inh := big(b, now)
	a := typical()
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range tree.Route(a) {
			if gate.Check(&a, &d, inh, now) != nil {
				b.Fatal("suppressed")
			}
		}
	}
}

func BenchmarkRoute(b *testing.B) {
	tree, _, _ := big(b, at(b, "2026-01-10T12:00:00Z"))
	a := typical()
	b.ReportAllocs()
	for b.Loop() {
		tree.Route(a)
	}
}

func BenchmarkWithSilences(b *testing.B) {
	now := at(b, "2026-01-10T12:00:00Z")
	g := NewGate(nil, nil, nil)
	var all []Silence
	for i := range 500 {
		all = append(all, Silence{ID: fmt.Sprint(i), Matchers: []Matcher{equals("alertname", fmt.Sprint("Alert", i)), like("instance", "node-1.*")}, StartsAt: now, EndsAt: now.Add(time.Hour)})
	}
	for b.Loop() {
		g.WithSilences(all)
	}
}

// TestHotPathAllocations keeps the cost of an ordinary alert: the answer itself, its group key and its group labels.
func TestHotPathAllocations(t *testing.T) {
	now := at(t, "2026-01-10T12:00:00Z")
	tree, gate, inh := big(t, now)
	a := typical()
	d := tree.Route(a)[0]
	if got := testing.AllocsPerRun(100, func() { gate.Check(&a, &d, inh, now) }); got > 0 {
		t.Errorf("Check of an alert that is not suppressed allocates %v times", got)
	}
	if got := testing.AllocsPerRun(100, func() { tree.Route(a) }); got > 5 {
		t.Errorf("Route allocates %v times", got)
	}
}
