package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

var filterTests = []test{
	{name: "each field chooses", run: eachFieldChooses},
	{name: "text", run: textChooses},
	{name: "may is asked before the limit counts", run: mayBeforeLimit},
	{name: "any filter agrees with the facts", run: filtersAgree},
}

// told are the numbers of the facts that EachFacts gives.
func told(h *harness, f store.Filter) []int64 {
	h.Helper()
	return read(h, func(tx store.Tx) ([]int64, error) { return toldIn(tx, f) })
}

func toldIn(tx store.Tx, f store.Filter) (n []int64, err error) {
	err = tx.EachFacts(f, func(f *incident.Facts) error { n = append(n, f.Number); return nil })
	return n, err
}

// chosen demands that List and EachFacts choose the same.
func chosen(h *harness, what string, f store.Filter, want []int64) {
	h.Helper()
	same(h, what+": list", list(h, f), want)
	same(h, what+": facts", told(h, f), want)
}

// varied are six incidents that differ in everything.
func varied(h *harness) {
	h.update(func(tx store.Tx) error {
		for n := int64(1); n <= 6; n++ {
			i := opened(n, fmt.Sprint("s", n%3), fmt.Sprint("g", n%2))
			i.Team, i.Priority, i.Type, i.Category = fmt.Sprint("t", n%2), incident.Priority(fmt.Sprint("P", n)), fmt.Sprint("type", n), fmt.Sprint("cat", n%4)
			i.Code, i.Source, i.Reporter, i.Rule = fmt.Sprint("code", n%5), fmt.Sprint("source", n), fmt.Sprint("rep", n), fmt.Sprint("rule", n%4)
			i.Assignee, i.Parent, i.Problem, i.Acts = oncall.UserID(fmt.Sprint("u", n%3)), n%2, n%3, int(n%2)
			i.GroupLabels = map[string]string{"a": fmt.Sprint(n % 2), "b": fmt.Sprint(n)}
			i.Clocks = []incident.Clock{{Reading: sla.Reading{SLA: "gold"}}, {Reading: sla.Reading{SLA: "gold", Breached: n == 4}}}
			i.UpdatedAt = at(100 - int(n))
			if err := tx.PutIncident(i); err != nil {
				return err
			}
		}
		return nil
	})
}

func eachFieldChooses(h *harness) {
	varied(h)
	for _, c := range []struct {
		name string
		f    store.Filter
		want []int64
	}{
		{"priorities", store.Filter{Priorities: []incident.Priority{"P2", "P5"}}, []int64{5, 2}},
		{"types", store.Filter{Types: []string{"type1", "type"}}, []int64{1}},
		{"categories", store.Filter{Categories: []string{"cat3", "cat0"}}, []int64{4, 3}},
		{"services", store.Filter{Services: []string{"s1", "s2"}}, []int64{5, 4, 2, 1}},
		{"service and services", store.Filter{Service: "s2", Services: []string{"s1", "s2"}}, []int64{5, 2}},
		{"service not among services", store.Filter{Service: "s0", Services: []string{"s1", "s2"}}, nil},
		{"teams", store.Filter{Teams: []string{"t1", "none"}}, []int64{5, 3, 1}},
		{"codes", store.Filter{Codes: []string{"code1"}}, []int64{6, 1}},
		{"sources", store.Filter{Sources: []string{"source3"}}, []int64{3}},
		{"assignee", store.Filter{Assignee: "u1"}, []int64{4, 1}},
		{"reporter", store.Filter{Reporter: "rep2"}, []int64{2}},
		{"rule", store.Filter{Rule: "rule2"}, []int64{6, 2}},
		{"group", store.Filter{GroupKey: "g1"}, []int64{5, 3, 1}},
		{"a label", store.Filter{Labels: map[string]string{"a": "0"}}, []int64{6, 4, 2}},
		{"labels", store.Filter{Labels: map[string]string{"a": "0", "b": "4"}}, []int64{4}},
		{"labels that contradict", store.Filter{Labels: map[string]string{"a": "1", "b": "4"}}, nil},
		{"a label that is not there", store.Filter{Labels: map[string]string{"c": ""}}, nil},
		{"parent", store.Filter{Parent: 1}, []int64{5, 3, 1}},
		{"problem", store.Filter{Problem: 2}, []int64{5, 2}},
		{"breached", store.Filter{Breached: true}, []int64{4}},
		{"unacted", store.Filter{Unacted: true}, []int64{6, 4, 2}},
		{"updated since, inclusive", store.Filter{UpdatedSince: at(97)}, []int64{3, 2, 1}},
		{"several", store.Filter{Unacted: true, Services: []string{"s0", "s1"}, Below: 6}, []int64{4}},
		{"with a limit", store.Filter{Teams: []string{"t0"}, Limit: 2}, []int64{6, 4}},
	} {
		chosen(h, c.name, c.f, c.want)
	}
}

func textChooses(h *harness) {
	h.update(func(tx store.Tx) error {
		a, b, c := opened(1, "checkout", "g"), opened(2, "search", "g"), opened(12, "search", "h")
		a.Title, a.Description = "Käufer sehen Fehler", "Since  the DEPLOY of\tnoon"
		b.Title, b.Note, b.GroupLabels = "High load", "the deploy was rolled back", map[string]string{"cluster": "eu-1"}
		c.Title, c.Said, c.Factors = "High load again", "same as before, see INC-2", []string{"no alert on saturation"}
		return all(tx.PutIncident(a), tx.PutIncident(b), tx.PutIncident(c))
	})
	for _, c := range []struct {
		text string
		want []int64
	}{
		{"deploy", []int64{2, 1}}, {"  DEPLOY\n ", []int64{2, 1}}, {"deploy back", []int64{2}}, {"back deploy", []int64{2}}, {"KÄUFER", []int64{1}},
		{"ploy", []int64{2, 1}}, {"inc-2", []int64{12, 2}}, {"inc-12", []int64{12}}, {"saturation load", []int64{12}}, {"cluster=eu-1", []int64{2}},
		{"search", []int64{12, 2}}, {"kraken", nil}, {"load kraken", nil}, {"", []int64{12, 2, 1}}, {" \t", []int64{12, 2, 1}},
	} {
		chosen(h, fmt.Sprintf("text %q", c.text), store.Filter{Text: c.text}, c.want)
	}
	h.update(change(1, func(i *incident.Incident) { i.Description = "never mind" }))
	chosen(h, "text that is no longer there", store.Filter{Text: "deploy"}, []int64{2})
}

func mayBeforeLimit(h *harness) {
	several(h)
	web := func(f *incident.Facts) bool { return f.Service == "web" }
	chosen(h, "limit", store.Filter{May: web, Limit: 2}, []int64{9, 7})
	chosen(h, "below", store.Filter{May: web, Limit: 2, Below: 7}, []int64{5, 3})
	chosen(h, "of open ones", store.Filter{May: web, States: []incident.State{incident.Triggered, incident.Acknowledged}, Limit: 1}, []int64{9})
	chosen(h, "none", store.Filter{May: func(*incident.Facts) bool { return false }, Limit: 1}, nil)
	chosen(h, "asked last", store.Filter{Service: "db", May: func(f *incident.Facts) bool {
		if f.Service != "db" {
			h.Errorf("May was asked of INC-%d, which the filter had left out", f.Number)
		}
		return true
	}}, []int64{10, 8, 6, 4, 2})
}

// fits is the filter in plain words.
func fits(f *store.Filter, x *incident.Facts) bool {
	in := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	is := func(want, v string) bool { return want == "" || want == v }
	breached := slices.ContainsFunc(x.Clocks, func(c incident.Clock) bool { return c.Breached })
	for k, v := range f.Labels {
		if x.Labels[k] != v {
			return false
		}
	}
	return (len(f.States) == 0 || slices.Contains(f.States, x.State)) && (len(f.Priorities) == 0 || slices.Contains(f.Priorities, x.Priority)) &&
		is(f.Service, x.Service) && is(f.Team, x.Team) && is(f.Rule, x.Rule) && is(f.GroupKey, x.GroupKey) && is(string(f.Assignee), string(x.Assignee)) &&
		is(f.Reporter, x.Reporter) && in(f.Services, x.Service) && in(f.Teams, x.Team) && in(f.Types, x.Type) && in(f.Categories, x.Category) &&
		in(f.Codes, x.Code) && in(f.Sources, x.Source) && (f.Parent == 0 || f.Parent == x.Parent) && (f.Problem == 0 || f.Problem == x.Problem) &&
		(!f.Breached || breached) && (!f.Unacted || x.Acts == 0) && !x.UpdatedAt.Before(f.UpdatedSince) && x.Matches(incident.Fold(f.Text)) &&
		(f.Since.IsZero() || !x.CreatedAt.Before(f.Since)) && (f.Until.IsZero() || x.CreatedAt.Before(f.Until)) && (f.Below == 0 || x.Number < f.Below)
}

// filtersAgree changes, deletes and looks at random, and compares with a plain walk over the facts of what was put.
func filtersAgree(h *harness) {
	rng := rand.New(rand.NewPCG(5, 17))
	facts := map[int64]incident.Facts{}
	for range 60 {
		put, gone := map[int64]incident.Incident{}, map[int64]bool{}
		for range 4 {
			n := rng.Int64N(600) + 1
			if put[n] = random(rng, n); rng.IntN(4) == 0 {
				gone[n] = true
			}
		}
		h.update(func(tx store.Tx) error {
			for n, i := range put {
				if err := tx.PutIncident(i); err != nil {
					return err
				}
				if gone[n] {
					if err := tx.DeleteIncident(n); err != nil {
						return err
					}
				}
			}
			return nil
		})
		for n, i := range put {
			facts[n] = i.Facts()
			if gone[n] {
				delete(facts, n)
			}
		}
		for range 5 {
			f := randomFilter(rng)
			chosen(h, fmt.Sprintf("%+v", f), f, plainly(facts, f))
		}
		if h.Failed() {
			return
		}
	}
}

func plainly(facts map[int64]incident.Facts, f store.Filter) (want []int64) {
	for n, x := range facts {
		if fits(&f, &x) {
			want = append(want, n)
		}
	}
	slices.Sort(want)
	slices.Reverse(want)
	if f.Limit > 0 && len(want) > f.Limit {
		want = want[:f.Limit]
	}
	return want
}

var randomWords = []string{"", "disk", "disk full", "Certificate ran out", "deploy"}

// random is an incident with a few values for each field.
func random(rng *rand.Rand, n int64) incident.Incident {
	pick := func(name string) string { return []string{"", name + "1", name + "2"}[rng.IntN(3)] }
	i := opened(n, pick("s"), pick("g"))
	i.State = []incident.State{incident.Triggered, incident.Acknowledged, incident.OnHold, incident.Resolved, incident.Closed}[rng.IntN(5)]
	i.Team, i.Priority, i.Type, i.Category, i.Code = pick("t"), incident.Priority(pick("P")), pick("y"), pick("c"), pick("o")
	i.Source, i.Reporter, i.Rule, i.Assignee = pick("so"), pick("re"), pick("ru"), oncall.UserID(pick("u"))
	i.Parent, i.Problem, i.Acts, i.Said, i.Title = rng.Int64N(3), rng.Int64N(3), rng.IntN(2), randomWords[rng.IntN(5)], randomWords[rng.IntN(5)]
	i.UpdatedAt = at(rng.IntN(60))
	if v := pick("v"); v != "" {
		i.GroupLabels = map[string]string{"l": v, "m": pick("v")}
	}
	if rng.IntN(2) == 0 {
		i.Clocks = []incident.Clock{{Reading: sla.Reading{Breached: rng.IntN(2) == 0}}}
	}
	return i
}

// randomFilter sets two fields or three.
func randomFilter(rng *rand.Rand) store.Filter {
	var f store.Filter
	one := func(name string) string { return fmt.Sprint(name, rng.IntN(2)+1) }
	sets := []func(){
		func() { f.States = []incident.State{incident.Triggered, incident.OnHold} },
		func() { f.States = []incident.State{incident.Closed, incident.Triggered} },
		func() { f.Service = one("s") }, func() { f.Team = one("t") }, func() { f.Services = []string{one("s"), "x"} },
		func() { f.Teams = []string{one("t")} }, func() { f.Types = []string{one("y")} }, func() { f.Categories = []string{one("c"), ""} },
		func() { f.Codes = []string{one("o")} }, func() { f.Sources = []string{one("so")} }, func() { f.Assignee = oncall.UserID(one("u")) },
		func() { f.Reporter = one("re") }, func() { f.Rule = one("ru") }, func() { f.GroupKey = one("g") },
		func() { f.Labels = map[string]string{"l": one("v")} }, func() { f.Parent = 1 }, func() { f.Problem = 2 }, func() { f.Breached = true },
		func() { f.Unacted = true }, func() { f.UpdatedSince = at(rng.IntN(60)) }, func() { f.Since = at(rng.IntN(600)) }, func() { f.Until = at(rng.IntN(600)) },
		func() { f.Below = rng.Int64N(600) + 1 }, func() { f.Limit = rng.IntN(5) + 1 }, func() { f.Priorities = []incident.Priority{incident.Priority(one("P"))} },
		func() { f.Text = strings.ToUpper(randomWords[rng.IntN(5)]) },
	}
	for range 1 + rng.IntN(3) {
		sets[rng.IntN(len(sets))]()
	}
	return f
}
