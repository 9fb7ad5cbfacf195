package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/store"
)

// scene is one thing that is asked of an engine, or that falls due in it.
type scene struct {
	name   string
	before func(*stage)       // nil: nothing
	do     func(*stage) error // it may be done again when it failed
	parts  bool               // it takes several commits, so a part of it may stand when it fails
	view   bool               // it only reads, or nobody waits for it: its error is the store's own
}

// TestEveryCallMayFail fails the first call to the store, then the second, and so on, of every door and every loop, until a run has
// no call left to fail. Each failure is told to whoever asked, as ingest.ErrUnavailable, or is made good at once; it leaves nothing
// half remembered; and when the same is asked again, the store and the memory end as if nothing had failed.
func TestEveryCallMayFail(t *testing.T) {
	for _, sc := range slices.Concat(alertScenes(), peopleScenes(), recordScenes(), phoneScenes(), loopScenes()) {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			want := sc.set(t)
			if err := sc.do(want); err != nil {
				t.Fatalf("without a failure: %v", err)
			}
			rows, memory := want.dump(), want.memory()
			for k := 1; ; k++ {
				if !sc.failing(t, k, rows, memory) {
					t.Logf("%d calls", k-1)
					return
				}
			}
		})
	}
}

func (sc *scene) set(t *testing.T) *stage {
	s := newStage(t, nil)
	if sc.before != nil {
		sc.before(s)
	}
	s.said.Reset()
	return s
}

// failing plays a scene whose k-th call fails, and then again; false when it has no such call.
func (sc *scene) failing(t *testing.T, k int, rows, memory string) bool {
	s := sc.set(t)
	held, knew := s.dump(), s.memory()
	s.calls.FailAt(k, errBroken)
	defer func() {
		if v := recover(); v != nil {
			t.Fatalf("panic when call %d (%s) fails: %v", k, s.calls.Failed(), v)
		}
	}()
	err := sc.do(s)
	name := s.calls.Failed()
	s.calls.FailAt(0, nil)
	if name == "" {
		return false
	}
	at := fmt.Sprintf("when call %d (%s) fails", k, name)
	switch {
	case strings.Contains(s.said.String(), "panic"):
		t.Errorf("%s: %s", at, s.said)
	case err == nil && s.said.Len() == 0:
	case err != nil && !errors.Is(err, errBroken), err != nil && !sc.view && !errors.Is(err, ingest.ErrUnavailable) && !sc.parts:
		t.Errorf("%s: the error is %v", at, err)
	}
	if got := s.dump(); err != nil && !sc.parts && got != held {
		t.Errorf("%s: something was half remembered\n%s", at, differ(held, got))
	}
	if got := s.memory(); err != nil && !sc.parts && doubts.ReplaceAllString(got, "") != doubts.ReplaceAllString(knew, "") {
		t.Errorf("%s: the memory holds what was not remembered\n%s", at, differ(knew, got))
	}
	if err != nil || s.said.Len() > 0 {
		if err := sc.do(s); err != nil {
			t.Errorf("%s: and then again: %v", at, err)
		}
	}
	if got := s.dump(); got != rows {
		t.Errorf("%s: the store ends otherwise\n%s", at, differ(rows, got))
	}
	got := s.memory()
	if name == "commit" { // it may have happened, for all that the engine knows
		got, memory = doubts.ReplaceAllString(got, ""), doubts.ReplaceAllString(memory, "")
	}
	if got != memory {
		t.Errorf("%s: the memory ends otherwise\n%s", at, differ(memory, got))
	}
	return true
}

// doubts is what the memory says of alerts that a commit of unknown outcome may have ended: they are looked up when they come again.
var doubts = regexp.MustCompile(`unsure:\w+`)

// differ is the first lines that two texts do not share, each from where it differs.
func differ(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	lost := slices.DeleteFunc(slices.Clone(w), func(l string) bool { return slices.Contains(g, l) })
	came := slices.DeleteFunc(slices.Clone(g), func(l string) bool { return slices.Contains(w, l) })
	var b strings.Builder
	for k := range max(len(lost), len(came)) {
		if k == 4 {
			b.WriteString("...\n")
			break
		}
		var x, y string
		if k < len(lost) {
			x = lost[k]
		}
		if k < len(came) {
			y = came[k]
		}
		same := 0
		for same < min(len(x), len(y)) && x[same] == y[same] {
			same++
		}
		same = max(same-60, 0)
		fmt.Fprintf(&b, "- %.40q ... %.200s\n+ %.40q ... %.200s\n", x, x[same:], y, y[same:])
	}
	return b.String()
}

// memory is what an engine knows beside its store, as text. What it keeps of records is compared with them on the way.
func (s *stage) memory() string {
	s.t.Helper()
	var b strings.Builder
	var firing []string
	for p := range s.hot.firing.places() {
		w := *s.hot.firing.at(p)
		w.next = 0 // where it lies is nobody's business
		firing = append(firing, fmt.Sprintf("firing %v %+v\n", s.hot.firing.id(p), w))
	}
	slices.Sort(firing)
	b.WriteString(strings.Join(firing, ""))
	fmt.Fprintf(&b, "waiting %v, of integrations %v, in all %d\n", s.hot.waiting, s.shares.of, s.Engine.pending.Load())
	held, err := s.Alerts(context.Background())
	s.ok(err)
	for _, h := range held {
		fmt.Fprintf(&b, "suppressed %s %+v\n", h.Alert.Key, h.Suppressed)
	}
	for _, name := range slices.Sorted(maps.Keys(s.crowd)) {
		s.crowd.size(name, s.now)
		fmt.Fprintf(&b, "crowd of %s: %d open, young %v\n", name, s.crowd[name].open, s.crowd[name].young)
	}
	fmt.Fprintf(&b, "beats %v missed %v kept %v\n", s.pulse.last, s.pulse.missed, s.pulse.kept)
	for l, o := range s.breaker.open {
		fmt.Fprintf(&b, "out of use %v %+v\n", l, *o)
	}
	for _, sch := range s.Roster().Schedules() {
		fmt.Fprintf(&b, "overrides of %s: %v\n", sch.ID, sch.Overrides)
	}
	fmt.Fprintf(&b, "version %s, drilled %v, noted %v, back %d\n", s.Book().Version, s.drilled, s.noted, s.back.Load())
	reg := prometheus.NewRegistry()
	reg.MustRegister(s.metrics.Incidents, s.metrics.ProviderUp)
	families, err := reg.Gather()
	s.ok(err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if m.GetGauge().GetValue() != 0 {
				fmt.Fprintf(&b, "%s %v\n", f.GetName(), m)
			}
		}
	}
	s.ok(s.rows.View(context.Background(), func(tx store.Tx) error {
		for n, known := range s.lately {
			row, err := tx.Incident(n)
			a, _ := json.Marshal(known)
			c, _ := json.Marshal(row)
			if err != nil || string(a) != string(c) {
				s.t.Errorf("what is known of %s is not what the store has: %v\n%s\n%s", incident.Ref(n), err, a, c)
			}
		}
		return nil
	}))
	return b.String()
}

// twins are two alerts of one group, the first as alerts makes it.
func twins(name string) []alert.Alert {
	both := append(alerts(alert.Firing, name), alerts(alert.Firing, name)...)
	both[1].Key, both[1].Severity = "twin of "+name, alert.Warning
	return both
}

// pair has twins fire, and the first of them recover.
func (s *stage) pair(name string) {
	s.ok(s.Accept(context.Background(), twins(name)))
	s.later(time.Minute)
	s.ok(s.Accept(context.Background(), alerts(alert.Resolved, name)))
}

func alertScenes() []scene {
	accept := func(state alert.State, names ...string) func(*stage) error {
		return func(s *stage) error { return s.Accept(context.Background(), alerts(state, names...)) }
	}
	changed := func(change func(*alert.Alert)) func(*stage) error {
		return func(s *stage) error {
			batch := alerts(alert.Firing, "Down")
			change(&batch[0])
			return s.Accept(context.Background(), batch)
		}
	}
	fired := func(s *stage) { s.fires("Down"); s.play(); s.later(2 * time.Minute) }
	resolved := func(s *stage) {
		fired(s)
		s.does(1, incident.Ack{By: ana, User: "ana"})
		s.ok(s.Accept(context.Background(), alerts(alert.Resolved, "Down")))
		s.later(time.Minute)
	}
	return []scene{
		{name: "alert/firing", do: accept(alert.Firing, "Down", "Up")},
		{name: "alert/two routes", do: accept(alert.Firing, "Both")},
		{name: "alert/again", before: fired, do: accept(alert.Firing, "Down")},
		{name: "alert/resolved", before: fired, do: accept(alert.Resolved, "Down")},
		{name: "alert/back", before: resolved, do: accept(alert.Firing, "Down")},
		{name: "alert/back later", before: func(s *stage) { resolved(s); s.later(2 * time.Hour) }, do: accept(alert.Firing, "Down")},
		{name: "alert/of what was closed", before: func(s *stage) {
			fired(s)
			s.does(1, incident.Resolve{By: ana, Note: "x"})
			s.does(1, incident.Close{By: ana})
		}, do: accept(alert.Firing, "Down")},
		{name: "alert/other words", before: fired, do: changed(func(a *alert.Alert) { a.Title = "Down and out" })},
		{name: "alert/less severe", before: fired, do: changed(func(a *alert.Alert) { a.Severity = alert.Warning })},
		{name: "alert/back in an open incident", before: func(s *stage) { s.pair("Down"); s.play() }, do: accept(alert.Firing, "Down")},
		{name: "alert/back in one of two", before: func(s *stage) {
			s.pair("Both")
			s.does(2, incident.Resolve{By: ana, Note: "x"})
		}, do: accept(alert.Firing, "Both")},
		{name: "alert/one of several recovers", before: func(s *stage) {
			s.ok(s.Accept(context.Background(), twins("Down")))
			s.play()
		}, do: accept(alert.Resolved, "Down")},
		{name: "alert/again after its incident", before: func(s *stage) {
			fired(s)
			s.does(1, incident.Resolve{By: ana, Note: "x"})
		}, do: changed(func(a *alert.Alert) { a.Event = true })},
		{name: "alert/event", before: fired, do: changed(func(a *alert.Alert) { a.Event, a.Key = true, "event" })},
		{name: "alert/test", do: changed(func(a *alert.Alert) { a.Test = true })},
		{name: "alert/inhibited", before: func(s *stage) { s.fires("Leaf"); s.play() }, do: accept(alert.Firing, "Core")},
		{name: "alert/inhibited no more", before: func(s *stage) { s.fires("Core", "Leaf") }, do: accept(alert.Resolved, "Core")},
		{name: "alert/overflow", before: func(s *stage) {
			set := s.Settings()
			set.Limits.Incidents = 1
			s.ok(s.Reload(context.Background(), set))
			s.fires("Down")
		}, do: accept(alert.Firing, "Up")},
		{name: "alert/acknowledged by its source", before: fired, do: func(s *stage) error {
			return s.Acknowledge(context.Background(), alerts(alert.Firing, "Down")[0].ID(), "am")
		}},
		{name: "alert/amended by its source", before: fired, do: func(s *stage) error {
			return s.Amend(context.Background(), alerts(alert.Firing, "Down")[0].ID(), func(a *alert.Alert) { a.Title, a.Severity = "Down and out", alert.Info })
		}},
		{name: "alert/remark of its source", before: fired, do: func(s *stage) error {
			return s.Remark(context.Background(), alerts(alert.Firing, "Down")[0].ID(), "am", "the disk is being swapped")
		}},
		{name: "alert/change", do: func(s *stage) error {
			return s.Record(context.Background(), alert.Change{Integration: "am", Summary: "deployed", At: s.now})
		}},
		{name: "alert/beat", do: func(s *stage) error { return s.Beat(context.Background(), "cron") }},
		{name: "alert/beat at last", before: func(s *stage) { s.later(2 * time.Hour); s.play() }, do: func(s *stage) error { return s.Beat(context.Background(), "cron") }},
		{name: "alert/list", before: fired, view: true, do: func(s *stage) error { _, err := s.Alerts(context.Background()); return err }},
	}
}
