package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

func drawFacts(t *rapid.T, from time.Time) incident.Facts {
	draw := func(label string, most int) int { return rapid.IntRange(0, most).Draw(t, label) }
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	f := incident.Facts{
		Number: int64(draw("number", 1000)), State: incident.State(pick("state", "triggered", "acknowledged", "on_hold", "resolved", "closed")),
		Service: pick("service", "", "a", "b:1", "1:b"), Team: pick("team", "", "x"), Priority: incident.Priority(pick("priority", "", "P1", "P2")),
		Type: pick("type", "technical", "security"), Rule: pick("rule", "", "r", "s"), GroupKey: pick("group", "", "{}"), Assignee: oncall.UserID(pick("who", "", "ana")),
		Code: pick("code", "", "fixed", "recovered", "duplicate"), CreatedAt: from.Add(time.Duration(draw("created", 40*24*60)-14400) * time.Minute),
		Alerts: draw("alerts", 9), Acts: draw("acts", 1), Reopens: draw("reopens", 2), Escalations: draw("escalations", 3), Updates: draw("updates", 3),
	}
	if draw("acked", 1) == 1 {
		f.FirstAckAt = f.CreatedAt.Add(time.Duration(draw("ack", 5000)) * time.Second)
	}
	if !f.State.Open() {
		f.ResolvedAt = f.CreatedAt.Add(time.Duration(draw("resolve", 500000)) * time.Second)
	}
	if draw("mitigated", 1) == 1 {
		f.MitigatedAt = f.CreatedAt.Add(time.Duration(draw("mitigate", 500000)-1000) * time.Second)
	}
	if f.State == incident.Closed {
		f.Satisfied = draw("satisfied", 5)
	}
	if draw("started", 1) == 1 {
		f.StartedAt = f.CreatedAt.Add(time.Duration(draw("start", 500)-400) * time.Second)
	}
	return f
}

// TestRowsAddUpToTheTotal: whatever the grouping, each incident is in one group and one week.
func TestRowsAddUpToTheTotal(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	rapid.Check(t, func(t *rapid.T) {
		q := Month(2026, time.October, madrid)
		q.By = rapid.SliceOfNDistinct(rapid.SampledFrom(Dimensions()), 1, 4, rapid.ID).Draw(t, "by")
		b := New(q, nil, q.To.AddDate(0, 1, 0))
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			f := drawFacts(t, q.From)
			b.Add(&f)
		}
		r := b.Report()
		groups, weeks := map[string]float64{}, map[string]float64{}
		for i := range r.Groups {
			addUp(groups, &r.Groups[i].Numbers)
		}
		for i := range r.Weeks {
			addUp(weeks, &r.Weeks[i].Numbers)
		}
		total := map[string]float64{}
		addUp(total, &r.Total)
		if !maps.Equal(total, groups) && len(r.Groups) > 0 {
			t.Fatalf("groups by %v add up to %v, not %v", q.By, groups, total)
		}
		if !maps.Equal(total, weeks) {
			t.Fatalf("weeks add up to %v, not %v", weeks, total)
		}
	})
}

func addUp(sums map[string]float64, n *Numbers) {
	for _, m := range measures() {
		if v, _ := m.value(n); m.unit == Count {
			sums[m.field] += v
		}
	}
}

// TestTheTotalIsAmongTheGroups: a mean of all is never better than the best group, nor worse than the worst.
func TestTheTotalIsAmongTheGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Month(2026, time.October, nil)
		var all []incident.Facts
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			all = append(all, drawFacts(t, q.From))
		}
		r := build(q, nil, q.To, all)
		for _, m := range measures() {
			if m.unit != Stars && m.field != "mttm_mean_seconds" {
				continue
			}
			total, measured := m.value(&r.Total)
			var groups []float64
			for i := range r.Groups {
				if v, ok := m.value(&r.Groups[i].Numbers); ok {
					groups = append(groups, v)
				}
			}
			if measured != (len(groups) > 0) || measured && (total < slices.Min(groups) || total > slices.Max(groups)) {
				t.Fatalf("%s of all is %v (%t), of the groups %v", m.field, total, measured, groups)
			}
		}
		if n := r.Total; n.Satisfaction.Answers > n.Resolved || n.MTTM.Count > n.Incidents || n.MTTM.P50 < 0 {
			t.Fatalf("more was measured than there is: %+v", n)
		}
	})
}

// TestMeanOfAnswers: halves of a tenth are rounded up, and nobody's silence is not a bad answer.
func TestMeanOfAnswers(t *testing.T) {
	for _, c := range []struct {
		answers, sum int
		mean         float64
	}{{0, 0, 0}, {1, 5, 5}, {2, 9, 4.5}, {3, 11, 3.7}, {3, 10, 3.3}, {4, 17, 4.3}, {100, 100, 1}} {
		s := satisfactionOf(c.answers, c.sum)
		if s != (Satisfaction{c.answers, c.mean}) {
			t.Errorf("%d answers of %d stars: got %+v want %v", c.answers, c.sum, s, c.mean)
		}
		text, err := json.Marshal(s)
		want := fmt.Sprintf(`{"answers":%d,"mean":%v}`, c.answers, c.mean)
		if c.answers == 0 {
			want = `{"answers":0,"mean":null}`
		}
		if err != nil || string(text) != want {
			t.Errorf("got %s, %v want %s", text, err, want)
		}
		var back Satisfaction
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%s reads back as %+v, %v", text, back, err)
		}
	}
}

func TestPercentilesRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, int64(400*24*time.Hour)), func(n int64) time.Duration { return time.Duration(n) }), 1, 200).Draw(t, "all")
		s := spreadOf(slices.Clone(all))
		if s.P50 > s.P75 || s.P75 > s.P90 || s.P90 > s.P95 || s.P95 > slices.Max(all) || s.P50 < slices.Min(all) {
			t.Fatalf("%+v of %v", s, all)
		}
		if s.Mean < slices.Min(all) || s.Mean > slices.Max(all) {
			t.Fatalf("mean %s is outside of %v", s.Mean, all)
		}
		for percent, got := range map[int]time.Duration{50: s.P50, 75: s.P75, 90: s.P90, 95: s.P95} {
			covered := 0
			for _, d := range all {
				if d <= got {
					covered++
				}
			}
			if !slices.Contains(all, got) || covered*100 < percent*len(all) {
				t.Fatalf("p%d is %s, which %d of %d do not exceed", percent, got, covered, len(all))
			}
		}
	})
}

func TestNearestRank(t *testing.T) {
	for n, want := range map[int][4]time.Duration{1: {1, 1, 1, 1}, 2: {1, 2, 2, 2}, 4: {2, 3, 4, 4}, 10: {5, 8, 9, 10}, 20: {10, 15, 18, 19}, 100: {50, 75, 90, 95}} {
		var all []time.Duration
		for i := n; i > 0; i-- {
			all = append(all, time.Duration(i))
		}
		s := spreadOf(all)
		if got := [4]time.Duration{s.P50, s.P75, s.P90, s.P95}; got != want {
			t.Errorf("of 1 to %d: got %v want %v", n, got, want)
		}
	}
	century := make([]time.Duration, 10)
	for i := range century {
		century[i] = 100 * 365 * 24 * time.Hour
	}
	if got := mean(century); got != century[0] {
		t.Errorf("mean of centuries: %s", got)
	}
}

// TestOrderDoesNotMatter: a store may stream in any order.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Month(2026, time.October, nil)
		var all []incident.Facts
		for i := range rapid.IntRange(2, 20).Draw(t, "n") {
			f := drawFacts(t, q.From)
			f.Number = int64(i + 1)
			all = append(all, f)
		}
		one, other := build(q, nil, q.To, all), build(q, nil, q.To, rapid.Permutation(all).Draw(t, "order"))
		a, _ := JSON(&one)
		b, _ := JSON(&other)
		if string(a) != string(b) {
			t.Fatalf("two orders, two reports:\n%s\n%s", a, b)
		}
	})
}

func TestPreviousPeriod(t *testing.T) {
	madrid := zone(t, "Europe/Madrid")
	day := func(m time.Month, d int) time.Time {
		return oncall.Wall(madrid, oncall.Date{Year: 2026, Month: m, Day: d}, 0)
	}
	for _, c := range []struct{ from, to, want time.Time }{
		{day(10, 1), day(11, 1), day(9, 1)},
		{day(3, 1), day(4, 1), day(2, 1)},
		{day(4, 1), day(7, 1), day(1, 1)},
		{day(10, 26), day(11, 2), day(10, 19)}, // a week, over the change of the clocks
		{day(10, 25), day(10, 26), day(10, 24)},
		{day(10, 25).Add(time.Hour), day(10, 25).Add(3 * time.Hour), day(10, 25).Add(-time.Hour)},
	} {
		p := Query{From: c.from, To: c.to, Zone: madrid}.Previous()
		if !p.From.Equal(c.want) || !p.To.Equal(c.from) {
			t.Errorf("before %s to %s: got %s to %s", c.from, c.to, p.From, p.To)
		}
	}
	january := Month(2026, time.January, madrid).Previous()
	if want := Month(2025, time.December, madrid); !january.From.Equal(want.From) || january.Title() != "December 2025" {
		t.Errorf("before January: %s", january.From)
	}
}

func TestTitles(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "October 2026"},
		{"2026-10-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-10-01 to 2026-11-30"},
		{"2026-10-05T00:00:00Z", "2026-10-12T00:00:00Z", "2026-10-05 to 2026-10-11"},
		{"2026-10-05T00:00:00Z", "2026-10-06T00:00:00Z", "2026-10-05"},
		{"2026-10-05T08:30:00Z", "2026-10-06T00:00:00Z", "2026-10-05 08:30 to 2026-10-06 00:00"},
	} {
		if got := (Query{From: at(t, c.from), To: at(t, c.to)}).Title(); got != c.want {
			t.Errorf("got %q want %q", got, c.want)
		}
	}
}

func TestWeeksOfALongPeriod(t *testing.T) {
	for _, c := range []struct {
		from, to    string
		n           int
		first, last string
	}{
		{"2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", 5, "2026-W40", "2026-W44"},
		{"2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z", 1, "2026-W53", "2026-W53"},
		{"0001-01-01T00:00:00Z", "2027-01-04T00:00:00Z", weeksMost, "2017-W03", "2026-W53"},
	} {
		r := build(Query{From: at(t, c.from), To: at(t, c.to)}, nil, at(t, "2028-01-01T00:00:00Z"), nil)
		if len(r.Weeks) != c.n || r.Weeks[0].Week != c.first || r.Weeks[len(r.Weeks)-1].Week != c.last {
			t.Errorf("%s to %s: %d weeks, %s to %s", c.from, c.to, len(r.Weeks), r.Weeks[0].Week, r.Weeks[len(r.Weeks)-1].Week)
		}
	}
}

func TestSuggestions(t *testing.T) {
	spread := func(d time.Duration) Spread { return Spread{Count: 1, P50: d} }
	for _, c := range []struct {
		n    Noise
		want string
	}{
		{Noise{Fired: 4, NotActedOn: 4}, ""},
		{Noise{Fired: 100, NotActedOn: 49}, ""},
		{Noise{Fired: 140, NotActedOn: 131}, "This rule fired 140 times, nobody acted on 131: send it to a room or a dashboard instead of a phone, or delete it."},
		{Noise{Fired: 140, NotActedOn: 131, AutoResolved: 120, Life: spread(4 * time.Minute)}, "This rule fired 140 times, nobody acted on 131, and half were over within 4m: let it last longer than that before it fires."},
		{Noise{Fired: 140, NotActedOn: 131, AutoResolved: 120, Life: spread(15 * time.Minute)}, "This rule fired 140 times, nobody acted on 131: send it to a room or a dashboard instead of a phone, or delete it."},
		{Noise{Fired: 5, NotActedOn: 5}, "This rule fired 5 times, and nobody ever acted on it: send it to a room or a dashboard instead of a phone, or delete it."},
		{Noise{Fired: 10, NotActedOn: 5}, "This rule fired 10 times, nobody acted on 5: see which of them mattered and narrow the rule to those."},
	} {
		if got := suggest(&c.n); got != c.want {
			t.Errorf("%+v\n got %q\nwant %q", c.n, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 499 * time.Millisecond: "0s", 59 * time.Second: "59s", 59*time.Second + 600*time.Millisecond: "59s", 754 * time.Second: "12m34s",
		3 * time.Hour: "3h", 3*time.Hour + 20*time.Minute + 9*time.Second: "3h20m", 52 * time.Hour: "2d4h",
	} {
		if got := human(d); got != want {
			t.Errorf("%d: got %s want %s", d, got, want)
		}
	}
	for s, want := range map[Share]string{{0, 0}: "-", {0, 9}: "0%", {9, 9}: "100%", {1, 100000}: "0.1%", {99999, 100000}: "99.9%", {1, 3}: "33.3%", {1, 2}: "50%"} {
		if got := fmt.Sprint(s); got != want {
			t.Errorf("%d of %d: got %s want %s", s.Count, s.Of, got, want)
		}
	}
}
