package amoracle

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/alertmanager/config"
	amcommoncfg "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
)

// trees draws one tree in both forms.
type trees struct {
	t    *rapid.T
	size int
	own  bool // each route has a service of its own, so that no two decisions are merged
}

func (g *trees) draw(depth int) (*config.Route, *router.Route) {
	g.size++
	name := fmt.Sprintf("r%d", g.size)
	theirs := &config.Route{}
	ours := &router.Route{Pos: name, Service: name}
	if depth > 0 {
		ms := genMatchers(g.t, 0, 2)
		theirs.Matchers, ours.Matchers = amcommoncfg.Matchers(ms), ms
		theirs.Continue = rapid.Bool().Draw(g.t, "continue")
		ours.Continue = theirs.Continue
		if !g.own {
			ours.Service = rapid.SampledFrom([]string{"", "one", "two"}).Draw(g.t, "service")
		}
	}
	if depth == 0 || rapid.Bool().Draw(g.t, "has receiver") {
		theirs.Receiver, ours.Receiver = name, name
	}
	g.group(theirs, ours)
	if rapid.IntRange(0, 3).Draw(g.t, "muted") == 0 {
		theirs.MuteTimeIntervals, ours.MuteTimeIntervals = []string{"m" + name}, []string{"m" + name}
		theirs.ActiveTimeIntervals, ours.ActiveTimeIntervals = []string{"a" + name}, []string{"a" + name}
	}
	for n := rapid.IntRange(0, 3).Draw(g.t, "children"); n > 0 && depth < 3 && g.size < 25; n-- {
		c, o := g.draw(depth + 1)
		theirs.Routes, ours.Routes = append(theirs.Routes, c), append(ours.Routes, o)
	}
	return theirs, ours
}

func (g *trees) group(theirs *config.Route, ours *router.Route) {
	switch rapid.SampledFrom([]string{"inherit", "inherit", "list", "none", "all"}).Draw(g.t, "group by") {
	case "list":
		ours.GroupBy = rapid.SliceOfNDistinct(rapid.SampledFrom(labelNames), 1, 3, rapid.ID[string]).Draw(g.t, "labels")
		for _, n := range ours.GroupBy {
			theirs.GroupBy = append(theirs.GroupBy, model.LabelName(n))
		}
	case "none":
		ours.GroupBy, theirs.GroupBy = []string{}, []model.LabelName{}
	case "all":
		ours.GroupByAll, theirs.GroupByAll = true, true
	}
}

// groupLabels is what Alertmanager's dispatcher groups by for a matched route.
func groupLabels(r *dispatch.Route, set model.LabelSet) map[string]string {
	out := map[string]string{}
	for n, v := range set {
		if _, ok := r.RouteOpts.GroupBy[n]; ok || r.RouteOpts.GroupByAll {
			out[string(n)] = string(v)
		}
	}
	return out
}

// answer is what both must agree on for one matched route.
type answer struct {
	Receiver string
	Group    map[string]string
	Mutes    []string
}

func TestTreeAgreesWithDispatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &trees{t: t, own: true}
		theirs, ours := g.draw(0)
		amTree, tree := dispatch.NewRoute(theirs, nil), router.NewTree(ours)
		for range 10 {
			l := genLabels(t)
			var got, want []answer
			for _, r := range amTree.Match(labelSet(l)) {
				mutes := r.RouteOpts.MuteTimeIntervals
				for _, n := range r.RouteOpts.ActiveTimeIntervals {
					mutes = append(mutes, "!"+n)
				}
				want = append(want, answer{r.RouteOpts.Receiver, groupLabels(r, labelSet(l)), mutes})
			}
			for _, d := range tree.Route(alert.Alert{Labels: l}) {
				if len(d.Receivers) != 1 || d.Service == "" || d.Service != d.Route {
					t.Fatalf("route %s: service %q, receivers %v", d.Route, d.Service, d.Receivers)
				}
				got = append(got, answer{d.Receivers[0], d.GroupLabels, d.MuteIntervals})
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("labels %v (-Alertmanager +rouse):\n%s", l, diff)
			}
		}
	})
}

// TestMergedDecisionsLoseNothing has routes share services: every receiver that Alertmanager would tell is in some decision, and
// no two decisions are for the same incident.
func TestMergedDecisionsLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &trees{t: t}
		theirs, ours := g.draw(0)
		l := genLabels(t)
		want, got := map[string]bool{}, map[string]bool{}
		for _, r := range dispatch.NewRoute(theirs, nil).Match(labelSet(l)) {
			want[r.RouteOpts.Receiver] = true
		}
		seen := map[[2]string]bool{}
		for _, d := range router.NewTree(ours).Route(alert.Alert{Labels: l}) {
			for _, r := range d.Receivers {
				got[r] = true
			}
			id := [2]string{d.Service, d.GroupKey}
			if d.Service == "" || seen[id] {
				t.Fatalf("two decisions for %v, or none has a service", id)
			}
			seen[id] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("receivers (-Alertmanager +rouse):\n%s", diff)
		}
	})
}
