package router

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/timeinterval"
	"pgregory.net/rapid"
)

// testGate has one of everything, at noon of a Saturday in UTC: two silences, a rule, two windows, three intervals.
func testGate(t testing.TB) (*Gate, time.Time) {
	now := at(t, "2026-01-10T12:00:00Z")
	g := NewGate(
		[]InhibitRule{{Name: "down", Sources: ms(t, `alertname="Down"`), Targets: ms(t, `severity="warning"`), Equal: []string{"cluster"}}},
		[]Window{
			{Name: "backup", Matchers: ms(t, `job="db"`), Recurring: true, Minute: 11 * 60, For: 2 * time.Hour},
			{Pos: "rouse.yaml:95", Matchers: ms(t, `job=~"db|web"`), From: now.Add(-time.Hour), To: now.Add(3 * time.Hour)},
		},
		map[string][]timeinterval.TimeInterval{
			"weekend": intervals(t, `[{weekdays: ["saturday", "sunday"]}]`),
			"noon":    intervals(t, `[{times: [{start_time: "12:00", end_time: "12:30"}]}]`),
			"office":  intervals(t, `[{weekdays: ["monday:friday"], times: [{start_time: "09:00", end_time: "17:00"}]}]`),
		},
	)
	return g.WithSilences([]Silence{
		{ID: "short", Matchers: []Matcher{equals("job", "db")}, StartsAt: now, EndsAt: now.Add(time.Hour)},
		{ID: "long", Matchers: []Matcher{like("quiet", "y.*")}, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(5 * time.Hour)},
		{ID: "later", Matchers: []Matcher{equals("job", "web")}, StartsAt: now.Add(time.Minute), EndsAt: now.Add(9 * time.Hour)},
		{ID: "over", Matchers: []Matcher{equals("job", "web")}, StartsAt: now.Add(-time.Hour), EndsAt: now},
	}), now
}

func TestGate(t *testing.T) {
	g, now := testGate(t)
	inh := g.NewInhibitor()
	inh.Set(firing("alertname", "Down", "cluster", "eu"))
	var (
		short   = Suppression{BySilence, "short", now.Add(time.Hour)}
		long    = Suppression{BySilence, "long", now.Add(5 * time.Hour)}
		down    = Suppression{Kind: ByInhibition, Rule: "down"}
		backup  = Suppression{ByMaintenance, "backup", now.Add(time.Hour)}
		planned = Suppression{ByMaintenance, "rouse.yaml:95", now.Add(3 * time.Hour)}
		weekend = Suppression{ByMute, "weekend", at(t, "2026-01-12T00:00:00Z")}
		noon    = Suppression{ByMute, "noon", at(t, "2026-01-10T12:30:00Z")}
		closed  = Suppression{ByMute, "outside office", at(t, "2026-01-12T09:00:00Z")}
	)
	tests := []struct {
		name   string
		labels []string
		mutes  []string
		want   []Suppression
	}{
		{"nothing", []string{"job", "x"}, nil, nil},
		{"silence before maintenance", []string{"job", "db"}, nil, []Suppression{short, backup, planned}},
		{"the silence that ends last", []string{"job", "db", "quiet", "yes"}, nil, []Suppression{long, short, backup, planned}},
		{"a silence that has not begun and one that is over", []string{"job", "web"}, nil, []Suppression{planned}},
		{"everything", []string{"job", "db", "severity", "warning", "cluster", "eu"}, []string{"weekend"}, []Suppression{short, down, backup, planned, weekend}},
		{"inhibition before maintenance", []string{"job", "web", "severity", "warning", "cluster", "eu"}, nil, []Suppression{down, planned}},
		{"mute intervals", nil, []string{"weekend", "noon"}, []Suppression{weekend, noon}},
		{"outside the active interval", nil, []string{"!office"}, []Suppression{closed}},
		{"outside one, inside another", nil, []string{"!office", "!noon"}, nil},
		{"active, but muted", nil, []string{"noon", "!weekend"}, []Suppression{noon}},
		{"outside both and muted", nil, []string{"!office", "weekend"}, []Suppression{weekend, closed}},
		{"a mute interval that nobody knows", nil, []string{"gone"}, nil},
		{"an active interval that nobody knows", nil, []string{"!gone", "!office"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, d := firing(tt.labels...), &Decision{MuteIntervals: tt.mutes}
			got := g.All(a, d, inh, now)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("All, -want +got:\n%s", diff)
			}
			var first *Suppression
			if len(tt.want) > 0 {
				first = &tt.want[0]
			}
			if diff := cmp.Diff(first, g.Check(a, d, inh, now)); diff != "" {
				t.Errorf("Check, -want +got:\n%s", diff)
			}
		})
	}
	if got := g.Check(firing("severity", "warning", "cluster", "eu"), nil, nil, now); got != nil {
		t.Errorf("without an inhibitor and a decision: %+v", got)
	}
}

func TestWithSilencesLeavesTheOldGate(t *testing.T) {
	g, now := testGate(t)
	next := g.WithSilences(nil)
	a := firing("quiet", "yes")
	if g.Check(a, nil, nil, now) == nil || next.Check(a, nil, nil, now) != nil {
		t.Error("the new gate still has the silence, or the old one lost it")
	}
	if next.Check(firing("job", "db"), nil, nil, now) == nil {
		t.Error("the new gate lost its windows")
	}
}

func TestProblems(t *testing.T) {
	now := at(t, "2026-01-10T12:00:00Z")
	timed := func(id string, m ...Matcher) Silence {
		return Silence{ID: id, Matchers: m, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour)}
	}
	g := NewGate(nil, nil, nil).WithSilences([]Silence{
		timed("bad", like("a", "(")), timed("all"), timed("every", like("a", ".*")), timed("good", equals("a", "1")),
	})
	var got []string
	for _, err := range g.Problems() {
		got = append(got, err.Error())
	}
	for i, want := range []string{"silence bad is ignored: matcher 1", "silence all is ignored: the silence has no matchers", "silence every is ignored"} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Errorf("problem %d of %q: want %q", i, got, want)
		}
	}
	if len(got) != 3 {
		t.Errorf("got %d problems: %q", len(got), got)
	}
	if g.Check(firing("b", "2"), nil, nil, now) != nil || g.Check(firing("a", "1"), nil, nil, now) == nil {
		t.Error("a bad silence mutes, or a good one does not")
	}
}

// TestSilenceIndex compares the index with trying every silence.
func TestSilenceIndex(t *testing.T) {
	now := at(t, "2026-01-10T12:00:00Z")
	name := rapid.SampledFrom([]string{"a", "b", "c"})
	matcher := rapid.Custom(func(r *rapid.T) Matcher {
		m := Matcher{Name: name.Draw(r, "name"), IsEqual: rapid.IntRange(0, 3).Draw(r, "not") > 0, IsRegex: rapid.Bool().Draw(r, "regex")}
		values := []string{"", "1", "2", "3"}
		if m.IsRegex {
			values = []string{"1|2", "1|1|3", "1?", ".*", "[12]", "(?i)x", "2.*"}
		}
		m.Value = rapid.SampledFrom(values).Draw(r, "value")
		return m
	})
	rapid.Check(t, func(r *rapid.T) {
		var all []Silence
		for i := range rapid.IntRange(0, 12).Draw(r, "silences") {
			start := now.Add(time.Duration(rapid.IntRange(-3, 3).Draw(r, "start")) * time.Minute)
			end := start.Add(time.Duration(rapid.IntRange(0, 4).Draw(r, "length")) * time.Minute)
			all = append(all, Silence{ID: fmt.Sprint(i), Matchers: rapid.SliceOfN(matcher, 1, 3).Draw(r, "matchers"), StartsAt: start, EndsAt: end})
		}
		g := NewGate(nil, nil, nil).WithSilences(all)
		labels := rapid.MapOfN(name, rapid.SampledFrom([]string{"", "1", "2", "3", "X"}), 0, 3).Draw(r, "labels")
		a := firing()
		a.Labels = labels
		want := map[string]time.Time{}
		for _, s := range all {
			if mutes(t, s, labels, now) {
				want[s.ID] = s.EndsAt
			}
		}
		got, last := map[string]time.Time{}, time.Time{}
		for i, s := range g.All(a, nil, nil, now) {
			if i > 0 && s.Until.After(last) {
				r.Fatalf("silence %s ends after the one before it", s.Rule)
			}
			got[s.Rule], last = s.Until, s.Until
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("-want +got:\n%s", diff)
		}
	})
}

// mutes is the slow and obvious way.
func mutes(t *testing.T, s Silence, labels map[string]string, now time.Time) bool {
	if len(s.Matchers) == 0 || !s.Active(now) {
		return false
	}
	ok, needsOne := true, false
	for _, m := range s.Matchers {
		c, err := m.Compile()
		if err != nil {
			t.Fatal(err)
		}
		ok = ok && c.Matches(labels[m.Name])
		needsOne = needsOne || !m.IsEqual || !c.Matches("")
	}
	return ok && needsOne
}

func TestNextChange(t *testing.T) {
	none := NewGate(nil, nil, nil)
	noon := at(t, "2026-01-10T12:00:00Z")
	if got := none.NextChange(noon); !got.IsZero() {
		t.Errorf("an empty gate changes at %s", got)
	}
	g := NewGate(nil, []Window{
		{Recurring: true, Minute: 18 * 60, For: time.Hour},
		{From: at(t, "2026-01-10T15:00:00Z"), To: at(t, "2026-01-10T16:00:00Z")},
	}, map[string][]timeinterval.TimeInterval{"x": intervals(t, `[{times: [{start_time: "20:00", end_time: "21:00"}]}]`)})
	g = g.WithSilences([]Silence{{ID: "s", Matchers: []Matcher{equals("a", "1")}, StartsAt: noon, EndsAt: noon.Add(time.Hour)}})
	for _, want := range []string{"12:00", "13:00", "15:00", "16:00", "18:00", "19:00", "20:00", "21:00"} {
		want := at(t, "2026-01-10T"+want+":00Z")
		for _, now := range []time.Time{want.Add(-time.Hour), want.Add(-time.Nanosecond)} {
			if got := g.NextChange(now); now.Before(want) && !got.Equal(want) {
				t.Errorf("after %s: got %s, want %s", now, got, want)
			}
		}
	}
	if got, want := g.NextChange(at(t, "2026-01-10T21:00:00Z")), at(t, "2026-01-11T18:00:00Z"); !got.Equal(want) {
		t.Errorf("the next day: got %s, want %s", got, want)
	}
	over := none.WithSilences([]Silence{{ID: "s", Matchers: []Matcher{equals("a", "1")}, StartsAt: noon, EndsAt: noon.Add(time.Hour)}})
	if got := over.NextChange(noon.Add(time.Hour)); !got.IsZero() {
		t.Errorf("a gate with an expired silence changes at %s", got)
	}
}

// TestGateIsShared asks one gate from many goroutines, each at times of its own, and wants what a fresh gate answers.
func TestGateIsShared(t *testing.T) {
	g, now := testGate(t)
	d := &Decision{MuteIntervals: []string{"noon", "!office"}}
	a := firing("job", "db")
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 50 {
				when := now.Add(time.Duration((i*37+n*101)%2000-1000) * time.Minute)
				fresh, _ := testGate(t)
				if diff := cmp.Diff(fresh.All(a, d, nil, when), g.All(a, d, nil, when)); diff != "" {
					t.Errorf("%s: -fresh +shared:\n%s", when, diff)
				}
			}
		})
	}
	wg.Wait()
}
