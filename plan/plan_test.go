package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/plan"
	"github.com/rouse/rouse/router"
)

var monday = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func weeks(n int) plan.Options {
	return plan.Options{From: monday, To: monday.AddDate(0, 0, 7*n)}
}

// side is a configuration of schedules, whose every schedule is paged.
func side(root *router.Route, schedules ...*oncall.Schedule) plan.Side {
	users := []oncall.User{{ID: "ana", Phone: "1"}, {ID: "bo", Phone: "2"}, {ID: "cy"}, {ID: "di", Phone: "4"}}
	p := oncall.Policy{ID: "all", Levels: []oncall.Level{{Wait: 5 * time.Minute}}}
	for _, s := range schedules {
		p.Levels[0].Targets = append(p.Levels[0].Targets, oncall.Target{Kind: oncall.ToSchedule, Name: string(s.ID)})
	}
	if root == nil {
		root = &router.Route{Service: "web"}
	}
	return plan.Side{Roster: oncall.NewRoster(users, nil, schedules, []oncall.Policy{p}, "all"), Tree: router.NewTree(root), Services: map[string]oncall.PolicyID{"web": "all"}}
}

// weekly is a rota of one layer.
func weekly(users ...oncall.UserID) oncall.Layer {
	return oncall.Layer{Name: "layer 1", Users: users, Rotation: oncall.Rotation{Unit: oncall.Weekly}, Start: oncall.Date{Year: 2026, Month: 11, Day: 2},
		Handoff: oncall.Handoff{Minute: 9 * 60}}
}

func rota(overrides []oncall.Override, layers ...oncall.Layer) *oncall.Schedule {
	return &oncall.Schedule{ID: "primary", Zone: time.UTC, Layers: layers, Overrides: overrides}
}

func TestChangesInWords(t *testing.T) {
	base := weekly("ana", "bo", "di")
	with := func(change func(*oncall.Layer)) oncall.Layer {
		l := base
		l.Users = slices.Clone(l.Users)
		change(&l)
		return l
	}
	workdays := oncall.WeeklyHours{Days: [7]bool{false, true, true, true, true, true, false}, From: 540, To: 1080}
	over := func(u oncall.UserID, day int) oncall.Override {
		return oncall.Override{Schedule: "primary", User: u, From: monday.AddDate(0, 0, day).Add(9 * time.Hour), To: monday.AddDate(0, 0, day+1)}
	}
	tests := []struct {
		name string
		to   *oncall.Schedule
		want []string
	}{
		{"nothing", rota(nil, base), nil},
		{"two swap", rota(nil, with(func(l *oncall.Layer) { l.Users[0], l.Users[2] = l.Users[2], l.Users[0] })), []string{"ana and di swapped"}},
		{"another order", rota(nil, weekly("di", "ana", "bo")), []string{"turns in another order: ana, bo, di -> di, ana, bo"}},
		{"one for another", rota(nil, weekly("ana", "cy", "di")), []string{"cy takes the turns of bo"}},
		{"one less", rota(nil, weekly("ana", "di")), []string{"turns ana, bo, di -> ana, di"}},
		{"handoff", rota(nil, with(func(l *oncall.Layer) { l.Handoff = oncall.Handoff{HasDay: true, Weekday: time.Tuesday, Minute: 600} })), []string{"handoff moved Mon 09:00 -> Tue 10:00"}},
		{"rotation", rota(nil, with(func(l *oncall.Layer) { l.Rotation.Unit = oncall.Daily })), []string{"rotation weekly -> daily"}},
		{"start and hours", rota(nil, with(func(l *oncall.Layer) { l.Start.Day, l.Hours = 9, []oncall.WeeklyHours{workdays} })),
			[]string{"start 2026-11-02 -> 2026-11-09", "hours always -> Mon-Fri 09:00-18:00"}},
		{"another layer", rota(nil, base, with(func(l *oncall.Layer) { l.Name = "nights" })), []string{"layer nights new (ana, bo, di)"}},
		{"an override", rota([]oncall.Override{over("di", 1)}, base), []string{"override new: di, Tue 2026-11-24 09:00 to Wed 2026-11-25 00:00"}},
		{"two overrides that swap days", rota([]oncall.Override{over("bo", 1), over("ana", 8)}, base),
			[]string{"bo and ana swapped: bo has Tue 2026-11-24 09:00 to Wed 2026-11-25 00:00, ana has Tue 2026-12-01 09:00 to Wed 2026-12-02 00:00"}},
	}
	for _, tt := range tests {
		r := plan.Compare(side(nil, rota(nil, base)), side(nil, tt.to), weeks(4))
		var got []string
		if len(r.Schedules) > 0 {
			got = r.Schedules[0].Changes
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.name, diff)
		}
		if same := tt.want == nil; r.Same() != same {
			t.Errorf("%s: Same is %v", tt.name, r.Same())
		}
	}
}

func TestUnreachable(t *testing.T) {
	before, after := side(nil, rota(nil, weekly("ana", "bo"))), side(nil, rota(nil, weekly("ana", "cy")))
	want := []plan.Unreachable{{User: "cy", Why: "neither a phone number nor a mail address"}}
	if diff := cmp.Diff(want, plan.Compare(before, after, weeks(1)).Unreachable); diff != "" {
		t.Error("-want +got\n" + diff)
	}
	if got := plan.Compare(after, after, weeks(1)).Unreachable; len(got) > 0 {
		t.Errorf("who was unreachable before is named: %v", got)
	}
}

// TestHoursAgreeWithEveryQuarter asks both schedules every fifteen minutes who is on call, and adds up by itself.
func TestHoursAgreeWithEveryQuarter(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	zones := []*time.Location{time.UTC, zone(t, "Europe/Madrid"), zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe")}
	for n := range 60 {
		o := plan.Options{From: monday.AddDate(0, -(n % 3), 0), To: monday.AddDate(0, -(n % 3), 21)}
		a, b := some(r, zones[n%4]), some(r, zones[n%4])
		gain, loss := map[oncall.UserID]time.Duration{}, map[oncall.UserID]time.Duration{}
		var fresh, closed time.Duration
		const step = 15 * time.Minute
		for at := o.From; at.Before(o.To); at = at.Add(step) {
			x, y := a.At(at), b.At(at)
			for _, u := range y {
				if !slices.Contains(x, u) {
					gain[u] += step
				}
			}
			for _, u := range x {
				if !slices.Contains(y, u) {
					loss[u] += step
				}
			}
			if len(x) > 0 && len(y) == 0 {
				fresh += step
			}
			if len(x) == 0 && len(y) > 0 {
				closed += step
			}
		}
		got := plan.Schedule{}
		if all := plan.Compare(side(nil, a), side(nil, b), o).Schedules; len(all) > 0 {
			got = all[0]
		}
		for _, p := range got.People {
			if g, l := oncall.Total(p.Gains), oncall.Total(p.Losses); g != gain[p.User] || l != loss[p.User] {
				t.Errorf("%d: %s gains %s and loses %s, want %s and %s", n, p.User, g, l, gain[p.User], loss[p.User])
			}
			delete(gain, p.User)
			delete(loss, p.User)
		}
		if len(gain)+len(loss) > 0 {
			t.Errorf("%d: left out: %v %v", n, gain, loss)
		}
		if g, c := oncall.Total(got.NewGaps), oncall.Total(got.ClosedGaps); g != fresh || c != closed {
			t.Errorf("%d: new gaps %s, closed %s, want %s and %s", n, g, c, fresh, closed)
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// some is a random schedule on quarters of hours.
func some(r *rand.Rand, z *time.Location) *oncall.Schedule {
	s := &oncall.Schedule{ID: "primary", Zone: z}
	all := []oncall.UserID{"ana", "bo", "cy", "di"}
	for i := range 1 + r.IntN(2) {
		l := weekly(all[:1+r.IntN(4)]...)
		l.Name = fmt.Sprint(i)
		l.Rotation.Unit = []oncall.Unit{oncall.Daily, oncall.Weekly, oncall.Hourly}[r.IntN(3)]
		l.Handoff.Minute = 15 * r.IntN(96)
		l.Start.Month = time.Month(8 + r.IntN(4))
		if r.IntN(2) == 0 {
			h := oncall.WeeklyHours{From: 15 * r.IntN(96), To: 15 * r.IntN(96)}
			for d := range h.Days {
				h.Days[d] = r.IntN(3) > 0
			}
			l.Hours = []oncall.WeeklyHours{h}
		}
		s.Layers = append(s.Layers, l)
	}
	return s
}

func matchers(t *testing.T, list ...string) *router.Route {
	t.Helper()
	m, err := router.ParseMatchers(list)
	if err != nil {
		t.Fatal(err)
	}
	return &router.Route{Matchers: m}
}

func TestReroutes(t *testing.T) {
	tree := func(regex string, more ...*router.Route) *router.Route {
		db := matchers(t, `job=~"`+regex+`"`, `team="infra"`)
		db.Service = "db"
		return &router.Route{Service: "web", Routes: append([]*router.Route{db}, more...)}
	}
	info := matchers(t, `severity="info"`)
	info.Urgency = "low"
	say := func(a, b *router.Route) string {
		var all []string
		for _, r := range plan.Compare(side(a), side(b), weeks(1)).Routes {
			all = append(all, fmt.Sprintf("%s %s->%s", r.Labels, r.Before[0].Service, r.After[0].Service))
		}
		return strings.Join(all, "; ")
	}
	grouped := tree("a|b")
	grouped.GroupBy = []string{"alertname"}
	tests := []struct {
		name string
		a, b *router.Route
		want string
	}{
		{"the same otherwise written", tree("a|b"), tree("(b|a)"), ""},
		{"one branch less", tree("a|b"), tree("a"), `{job="b", team="infra"} db->web`},
		{"wider", tree("a"), tree("a.*"), `{job="ax", team="infra"} web->db`},
		{"one route more", tree("a"), tree("a", info), `{severity="info"} web->web`},
		{"other groups", tree("a|b"), grouped, `{} web->web; {job="a", team="infra"} db->db`},
	}
	for _, tt := range tests {
		if got := say(tt.a, tt.b); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestReplay(t *testing.T) {
	db := matchers(t, `job="db"`)
	db.Service = "db"
	before, after := side(nil), side(&router.Route{Service: "web", Routes: []*router.Route{db}})
	o := weeks(1)
	o.Alerts = []plan.Seen{{Title: "one", Labels: alert.Labels{"job": "db", "n": "1"}}, {Title: "two", Labels: alert.Labels{"job": "db", "n": "2"}}, {Title: "three", Labels: alert.Labels{"job": "x"}}}
	got := plan.Compare(before, after, o).Alerts
	if got.Tried != 3 || got.Moved != 2 || len(got.Groups) != 1 || got.Groups[0].Title != "one" || got.Groups[0].Others != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestSchedulesThatComeAndGo(t *testing.T) {
	days := weekly("bo")
	days.Hours = []oncall.WeeklyHours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 0, To: 720}}
	extra := &oncall.Schedule{ID: "extra", Zone: time.UTC, Layers: []oncall.Layer{days}}
	base := rota(nil, weekly("ana"))
	less, more := side(nil, base), side(nil, base, extra)

	r := plan.Compare(less, more, weeks(1))
	if len(r.Schedules) != 1 || r.Schedules[0].State != "new" || oncall.Total(r.Schedules[0].NewGaps) != 84*time.Hour || r.Gaps() != 1 {
		t.Errorf("a new schedule with gaps: got %+v", r.Schedules)
	}
	if want := []plan.Person{{User: "bo", Hours: plan.Hours{After: 84}}}; !slices.Equal(want, r.People) {
		t.Errorf("hours over all schedules: got %+v", r.People)
	}
	r = plan.Compare(more, less, weeks(1))
	if len(r.Schedules) != 1 || r.Schedules[0].State != "gone" || r.Gaps() != 0 || oncall.Total(r.Schedules[0].People[0].Losses) != 84*time.Hour {
		t.Errorf("a schedule that goes: got %+v", r.Schedules)
	}
	if len(r.Policies) != 1 || r.Policies[0].After != "schedule/primary (5m), for ever, the fallback" {
		t.Errorf("policies: got %+v", r.Policies)
	}
}
