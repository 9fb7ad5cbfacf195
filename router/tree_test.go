package router

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
)

// example is the tree of the documentation, with a little more.
func example(t testing.TB) *Tree {
	hour, delay := time.Hour, 30*time.Second
	return NewTree(&Route{
		Service: "housekeeping", GroupBy: []string{"cluster", "alertname", "cluster"}, Receiver: "ops", Pos: "rouse.yaml:71",
		Routes: []*Route{
			{
				Matchers: ms(t, `service="checkout"`), Service: "checkout", Urgency: "high", Policy: "payments", Pos: "rouse.yaml:75",
				Routes: []*Route{
					{Matchers: ms(t, `team="db"`), ReopenWindow: &hour, ResolveDelay: &delay, Receiver: "db", Pos: "rouse.yaml:78"},
					{Matchers: ms(t, `team=""`, `env!="prod"`), GroupByAll: true, Impact: "low", Type: "technical", Category: "latency"},
				},
			},
			{Matchers: ms(t, `severity=~"info|none"`), Urgency: "low", Continue: true, MuteTimeIntervals: []string{"nights"},
				ActiveTimeIntervals: []string{"office"}, Receiver: "chat", Pos: "rouse.yaml:82"},
			{Matchers: ms(t, `severity="none"`), GroupBy: []string{}, Receiver: "void", Pos: "rouse.yaml:85"},
			{Matchers: ms(t, `severity="info"`), Pos: "rouse.yaml:88"},
		},
	})
}

func TestRoute(t *testing.T) {
	root := "matched route rouse.yaml:71 (every alert)"
	tests := []struct {
		name   string
		labels alert.Labels
		want   []Decision
	}{
		{"nothing matches but the root", alert.Labels{"alertname": "X"}, []Decision{{
			Service: "housekeeping", GroupKey: `{alertname="X"}`, GroupLabels: map[string]string{"alertname": "X"}, Receivers: []string{"ops"},
			ReopenWindow: 10 * time.Minute, Route: "rouse.yaml:71", Why: []string{root, "matched none of the routes below rouse.yaml:71"},
		}}},
		{"a parent none of whose children match", alert.Labels{"service": "checkout", "team": "web", "cluster": ""}, []Decision{{
			Service: "checkout", Policy: "payments", Urgency: "high", GroupKey: "{}", Receivers: []string{"ops"},
			ReopenWindow: 10 * time.Minute, Route: "rouse.yaml:75",
			Why: []string{root, `matched route rouse.yaml:75 (service="checkout")`, "matched none of the routes below rouse.yaml:75"},
		}}},
		{"a child inherits and overrides", alert.Labels{"service": "checkout", "team": "db", "cluster": "eu", "alertname": "Y"}, []Decision{{
			Service: "checkout", Policy: "payments", Urgency: "high", GroupKey: `{alertname="Y", cluster="eu"}`,
			GroupLabels: map[string]string{"alertname": "Y", "cluster": "eu"}, Receivers: []string{"db"},
			ReopenWindow: time.Hour, ResolveDelay: 30 * time.Second, Route: "rouse.yaml:78",
			Why: []string{root, `matched route rouse.yaml:75 (service="checkout")`, `matched route rouse.yaml:78 (team="db")`},
		}}},
		{"an absent label is empty; all labels group", alert.Labels{"service": "checkout", "z": "1", "odd name": "q\"\n"}, []Decision{{
			Service: "checkout", Policy: "payments", Urgency: "high", Impact: "low", Type: "technical", Category: "latency",
			GroupKey:    `{"odd name"="q\"\n", service="checkout", z="1"}`,
			GroupLabels: map[string]string{"odd name": "q\"\n", "service": "checkout", "z": "1"}, Receivers: []string{"ops"},
			ReopenWindow: 10 * time.Minute, Route: "route.routes[0].routes[1]",
			Why: []string{root, `matched route rouse.yaml:75 (service="checkout")`, `matched route route.routes[0].routes[1] (team="", env!="prod")`},
		}}},
		{"continue with another group key", alert.Labels{"severity": "none", "alertname": "Z"}, []Decision{
			{
				Service: "housekeeping", Urgency: "low", GroupKey: `{alertname="Z"}`, GroupLabels: map[string]string{"alertname": "Z"},
				Receivers: []string{"chat"}, ReopenWindow: 10 * time.Minute, Route: "rouse.yaml:82", MuteIntervals: []string{"nights", "!office"},
				Why: []string{root, `matched route rouse.yaml:82 (severity=~"info|none")`},
			},
			{
				Service: "housekeeping", GroupKey: "{}", Receivers: []string{"void"}, ReopenWindow: 10 * time.Minute, Route: "rouse.yaml:85",
				Why: []string{root, `matched route rouse.yaml:85 (severity="none")`},
			},
		}},
		{"continue with the same group key is one decision", alert.Labels{"severity": "info", "alertname": "Z"}, []Decision{{
			Service: "housekeeping", Urgency: "low", GroupKey: `{alertname="Z"}`, GroupLabels: map[string]string{"alertname": "Z"},
			Receivers: []string{"chat", "ops"}, ReopenWindow: 10 * time.Minute, Route: "rouse.yaml:82",
			Why: []string{root, `matched route rouse.yaml:82 (severity=~"info|none")`,
				"also matched route rouse.yaml:88: the same service and group, so the same incident"},
		}}},
	}
	tree := example(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for range 2 { // a merge must not write into what the tree shares
				if diff := cmp.Diff(tt.want, tree.Route(alert.Alert{Labels: tt.labels})); diff != "" {
					t.Fatalf("-want +got:\n%s", diff)
				}
			}
		})
	}
}

func TestRootTakesEveryAlert(t *testing.T) {
	tree := NewTree(&Route{Service: "s", Matchers: ms(t, `a="1"`)})
	got := tree.Route(alert.Alert{})
	if len(got) != 1 || got[0].Service != "s" || got[0].Route != "route" || got[0].GroupKey != "{}" {
		t.Errorf("got %+v", got)
	}
}

func TestNewTreeNeedsAService(t *testing.T) {
	for _, root := range []*Route{nil, {}, {Routes: []*Route{{Service: "s"}}}} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, "must name a service") {
					t.Errorf("%+v: recovered %q", root, r)
				}
			}()
			NewTree(root)
		}()
	}
}

// TestTreeIsImmutable changes the routes after the tree was made.
func TestTreeIsImmutable(t *testing.T) {
	root := &Route{Service: "s", GroupBy: []string{"a"}, MuteTimeIntervals: []string{"m"}}
	tree := NewTree(root)
	root.Service, root.GroupBy[0], root.MuteTimeIntervals[0] = "x", "x", "x"
	got := tree.Route(*firing("a", "1"))[0]
	if got.Service != "s" || got.GroupKey != `{a="1"}` || !slices.Equal(got.MuteIntervals, []string{"m"}) {
		t.Errorf("got %+v", got)
	}
}

// TestGroupKeysTellGroupsApart holds for any label names and values, also for those that look like a key.
func TestGroupKeysTellGroupsApart(t *testing.T) {
	tree := NewTree(&Route{Service: "s", GroupByAll: true})
	word := rapid.OneOf(rapid.SampledFrom([]string{"a", "b", `a="1", b`, `1", b="2`, "\xff", "�", "é", "\n", `\n`, "\x00", ""}), rapid.String())
	set := rapid.MapOfN(word, word, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		a, b := alert.Labels(set.Draw(t, "a")), alert.Labels(set.Draw(t, "b"))
		x, y := tree.Route(alert.Alert{Labels: a})[0], tree.Route(alert.Alert{Labels: b})[0]
		if same := cmp.Equal(x.GroupLabels, y.GroupLabels); same != (x.GroupKey == y.GroupKey) {
			t.Fatalf("%q and %q for %v and %v", x.GroupKey, y.GroupKey, a, b)
		}
		if i := strings.IndexFunc(x.GroupKey, func(r rune) bool { return r < ' ' }); i >= 0 {
			t.Fatalf("a control character in %q", x.GroupKey)
		}
	})
}
