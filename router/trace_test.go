package router

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/alertmanager/pkg/labels"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
)

func TestTrace(t *testing.T) {
	got := example(t).Trace(alert.Alert{Labels: alert.Labels{"severity": "none", "service": ""}})
	want := []Tried{
		{Route: "rouse.yaml:71", Matched: true},
		{Route: "rouse.yaml:75", Depth: 1, Matchers: []string{`service="checkout"`}, Misses: []Miss{{`service="checkout"`, "service", "", false}}, Below: 2},
		{Route: "rouse.yaml:82", Depth: 1, Matchers: []string{`severity=~"info|none"`}, Matched: true, Taken: true, Continue: true},
		{Route: "rouse.yaml:85", Depth: 1, Matchers: []string{`severity="none"`}, Matched: true, Taken: true},
		{Route: "rouse.yaml:88", Depth: 1, Matchers: []string{`severity="info"`}, Before: "rouse.yaml:85"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Tried{}, "Sets")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got[2].Sets["receiver"] != "chat" || got[2].Sets["mute_time_intervals"] != "nights" || got[0].Sets["group_by"] != "cluster, alertname, cluster" {
		t.Errorf("the routes set %v and %v", got[0].Sets, got[2].Sets)
	}
	nested := example(t).Trace(alert.Alert{Labels: alert.Labels{"service": "checkout", "team": "db"}})
	path := Path(nested, "rouse.yaml:78")
	if len(path) != 3 || path[0].Route != "rouse.yaml:71" || path[1].Route != "rouse.yaml:75" || path[2].Route != "rouse.yaml:78" {
		t.Errorf("path %+v", path)
	}
	if Path(nested, "rouse.yaml:82") != nil {
		t.Error("a route that was not taken has a path")
	}
	root := example(t).Trace(alert.Alert{})
	if !root[0].Taken || !root[1].Misses[0].Absent {
		t.Errorf("got %+v", root)
	}
}

// randomTree draws a route tree whose routes are named by their number.
func randomTree(r *rapid.T, n *int, depth int) *Route {
	name := rapid.SampledFrom([]string{"a", "b", "c"})
	matcher := rapid.Custom(func(r *rapid.T) *labels.Matcher {
		kind := rapid.SampledFrom([]labels.MatchType{labels.MatchEqual, labels.MatchEqual, labels.MatchNotEqual, labels.MatchRegexp}).Draw(r, "kind")
		m, err := labels.NewMatcher(kind, name.Draw(r, "name"), rapid.SampledFrom([]string{"", "1", "2", "1|2", "2.*"}).Draw(r, "value"))
		if err != nil {
			r.Fatal(err)
		}
		return m
	})
	*n++
	out := &Route{Service: rapid.SampledFrom([]string{"s", "t"}).Draw(r, "service"), Pos: fmt.Sprintf("f:%d", *n), Continue: rapid.Bool().Draw(r, "continue")}
	out.Matchers = rapid.SliceOfN(matcher, 0, 2).Draw(r, "matchers")
	out.GroupBy = rapid.SliceOfN(name, 0, 2).Draw(r, "group")
	if depth < 3 {
		for range rapid.IntRange(0, 3).Draw(r, "kids") {
			out.Routes = append(out.Routes, randomTree(r, n, depth+1))
		}
	}
	return out
}

// TestTraceAgreesWithRoute holds for any tree: what a trace says is taken is where the alert goes, each by a path whose matchers are
// all fulfilled, and what it says was missed has a reason.
func TestTraceAgreesWithRoute(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := 0
		tree := NewTree(randomTree(r, &n, 0))
		name := rapid.SampledFrom([]string{"a", "b", "c"})
		a := alert.Alert{Labels: rapid.MapOfN(name, rapid.SampledFrom([]string{"", "1", "2", "3"}), 0, 3).Draw(r, "labels")}
		var want, got []string
		for _, d := range tree.Route(a) {
			want = append(want, d.Route)
			for _, w := range d.Why {
				if _, also, ok := strings.Cut(w, "also matched route "); ok {
					want = append(want, strings.TrimSuffix(also, ": the same service and group, so the same incident"))
				}
			}
		}
		trace := tree.Trace(a)
		seen := 0
		for _, x := range trace {
			seen += 1 + x.Below
			if x.Taken {
				got = append(got, x.Route)
				if path := Path(trace, x.Route); len(path) != x.Depth+1 || path[0].Depth != 0 {
					r.Fatalf("the path of %s is %+v", x.Route, path)
				}
			}
			if !x.Matched && len(x.Misses) == 0 && x.Before == "" {
				r.Fatalf("%s has no reason", x.Route)
			}
		}
		if seen != n {
			r.Fatalf("%d of %d routes are in the trace", seen, n)
		}
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
			r.Fatalf("-routed +traced:\n%s", diff)
		}
	})
}

func TestExplainGate(t *testing.T) {
	g, now := testGate(t)
	inh := g.NewInhibitor()
	a := firing("job", "web", "severity", "warning", "cluster", "eu")
	d := &Decision{MuteIntervals: []string{"noon", "!weekend", "gone"}}
	say := func(all []Verdict) []string {
		var out []string
		for _, v := range all {
			out = append(out, fmt.Sprintf("%s %s %t %s", v.Kind, v.Rule, v.Holds, v.Why))
		}
		return out
	}
	want := []string{
		"silence later false it has not begun",
		"silence long false it is about other alerts",
		"silence short false it is about other alerts",
		"silence over false it is over",
		`inhibition down false no alert fires that would inhibit it: one with alertname="Down", cluster="eu"`,
		"maintenance backup false it is about other alerts",
		"maintenance rouse.yaml:95 true its window is open",
		"mute noon true the route is mute then",
		"mute outside weekend false the route is active, for now is in weekend",
	}
	got := g.Explain(a, d, inh, now)
	if diff := cmp.Diff(want, say(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !got[0].Next.Equal(now.Add(time.Minute)) || !got[8].Next.Equal(at(t, "2026-01-12T00:00:00Z")) || got[1].Misses[0].Label != "quiet" {
		t.Errorf("got %+v", got)
	}
	inh.Set(firing("alertname", "Down", "cluster", "eu"))
	if v := g.Explain(a, nil, inh, now)[4]; !v.Holds || !strings.HasPrefix(v.Source, "test/") {
		t.Errorf("got %+v", v)
	}
}

// TestExplainAgreesWithAll: what holds is what suppresses, in the same order.
func TestExplainAgreesWithAll(t *testing.T) {
	g, now := testGate(t)
	rapid.Check(t, func(r *rapid.T) {
		a := firing()
		for _, l := range [][]string{{"job", "", "db", "web"}, {"quiet", "", "yes", "no"}, {"severity", "", "warning"}, {"cluster", "", "eu"}} {
			if v := rapid.SampledFrom(l[1:]).Draw(r, l[0]); v != "" {
				a.Labels[l[0]] = v
			}
		}
		inh := g.NewInhibitor()
		if rapid.Bool().Draw(r, "down") {
			inh.Set(firing("alertname", "Down", "cluster", "eu"))
		}
		d := &Decision{MuteIntervals: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"weekend", "noon", "office", "!office", "!noon", "gone", "!gone"}), 0, 4, rapid.ID[string]).Draw(r, "mutes")}
		when := now.Add(time.Duration(rapid.IntRange(-2000, 9000).Draw(r, "minutes")) * time.Minute)
		var got []Suppression
		for _, v := range g.Explain(a, d, inh, when) {
			if v.Holds {
				got = append(got, Suppression{Kind: v.Kind, Rule: v.Rule, Until: v.Until})
			}
		}
		if diff := cmp.Diff(g.All(a, d, inh, when), got); diff != "" {
			r.Fatalf("-all +explained:\n%s", diff)
		}
	})
}
