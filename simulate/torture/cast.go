package torture

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// plan is one version of the configuration, drawn from the seed.
type plan struct {
	version  int
	waits    [3]time.Duration // of front's levels
	levels   int              // of front: a reload may take some away
	back     bool             // there is a policy back
	cy       bool             // cy is still with us
	deePhone bool
	limits   bool
	wide     bool          // alerts of a service are one group
	lease    time.Duration // ack_timeout of checkout
	delay    time.Duration // resolve_delay
}

const (
	longestWait = 12 * time.Minute // of any level in any version, and of any rule of a person
	longestHush = 15 * time.Hour   // low urgency waits for the end of somebody's quiet hours
)

func (t *run) draw() plan {
	w := t.w
	p := plan{
		version: t.plan.version + 1, levels: 1 + w.Roll(3), back: w.Chance(0.8), cy: w.Chance(0.8), deePhone: w.Chance(0.7), limits: w.Chance(0.3), wide: w.Chance(0.4),
		lease: simPick(w.Roll(3), 0, 20*time.Minute, time.Hour), delay: simPick(w.Roll(3), 0, 30*time.Second, 3*time.Minute),
	}
	for k := range p.waits {
		p.waits[k] = w.Between(time.Minute, longestWait).Round(time.Second)
	}
	return p
}

func simPick[T any](k int, of ...T) T { return of[k] }

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the tests' machine has no time zones
	}
	return z
}

// zones are read once.
var berlin, newYork, lordHowe = zone("Europe/Berlin"), zone("America/New_York"), zone("Australia/Lord_Howe")

func (p *plan) users() []oncall.User {
	own := map[oncall.Urgency][]oncall.Rule{
		oncall.High: {{Via: oncall.Call}, {Via: oncall.SMS, After: 2 * time.Minute}},
		oncall.Low:  {{Via: oncall.SMS, After: time.Minute}},
	}
	users := []oncall.User{
		{ID: "ana", Zone: berlin, Phone: "+34600000001", Email: "ana@example.com"},
		{ID: "bo", Zone: newYork, Phone: "+34600000002", Email: "bo@example.com", Notify: own, Quiet: &oncall.QuietHours{From: 22 * 60, To: 7 * 60}},
		{ID: "dee", Zone: lordHowe, Email: "dee@example.com", Quiet: &oncall.QuietHours{From: 1 * 60, To: 3*60 + 15}},
	}
	if p.deePhone {
		users[2].Phone = "+34600000004"
	}
	if p.cy {
		users = append(users, oncall.User{ID: "cy", Zone: time.UTC, Phone: "+34600000003"})
	}
	return users
}

// schedules hand over at times that a change of the clocks skips or repeats.
func (p *plan) schedules() []*oncall.Schedule {
	return []*oncall.Schedule{
		{ID: "primary", Zone: berlin, Layers: []oncall.Layer{{
			Name: "days", Users: []oncall.UserID{"ana", "bo"}, Rotation: oncall.Rotation{Unit: oncall.Daily}, Handoff: oncall.Handoff{Minute: 150},
			Start: oncall.Date{Year: 2026, Month: 1, Day: 1},
		}}},
		{ID: "night", Zone: newYork, Layers: []oncall.Layer{{
			Name: "nights", Users: []oncall.UserID{"cy", "dee"}, Rotation: oncall.Rotation{Unit: oncall.Every, Every: 7 * time.Hour},
			Start: oncall.Date{Year: 2026, Month: 1, Day: 1},
			Hours: []oncall.WeeklyHours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 20 * 60, To: 2*60 + 30}},
		}}},
	}
}

func (p *plan) policies() []oncall.Policy {
	to := func(all ...string) (out []oncall.Target) {
		for _, s := range all {
			target, err := oncall.ParseTarget(s)
			if err != nil {
				panic(err)
			}
			out = append(out, target)
		}
		return out
	}
	front := oncall.Policy{ID: "front", Levels: []oncall.Level{
		{Targets: to("schedule/primary", "receiver/room"), Wait: p.waits[0]},
		{Targets: to("schedule/night", "user/cy"), Wait: p.waits[1]},
		{Targets: to("team/all"), Wait: p.waits[2], RoundRobin: true},
	}[:p.levels]}
	back := oncall.Policy{ID: "back", Repeat: 2, Then: "front", Levels: []oncall.Level{
		{Targets: to("user/cy"), Wait: 3 * time.Minute}, {Targets: to("schedule/night"), Wait: 5 * time.Minute},
	}}
	everyone := oncall.Policy{ID: "everyone", Levels: []oncall.Level{{Targets: to("team/all"), Wait: 5 * time.Minute}}}
	if !p.back {
		return []oncall.Policy{front, everyone}
	}
	return []oncall.Policy{front, back, everyone}
}

func (p *plan) book() *incident.Rulebook {
	roster := oncall.NewRoster(p.users(), []oncall.Team{{ID: "all", Members: []oncall.UserID{"ana", "bo", "cy", "dee"}}}, p.schedules(), p.policies(), "everyone")
	return &incident.Rulebook{
		Roster: roster, Version: fmt.Sprintf("v%d", p.version),
		Services: map[string]incident.Service{
			"checkout": {Name: "checkout", Policy: "front", AckTimeout: p.lease},
			"db":       {Name: "db", Policy: "back"},
			"batch":    {Name: "batch", Policy: "front"},
			"twin":     {Name: "twin", Policy: "front"},
		},
		Matrix: map[incident.Grade]map[incident.Grade]incident.Priority{"medium": {"high": "P2", "medium": "P3", "low": "P5"}},
		Page:   map[incident.Priority]bool{"P1": true, "P2": true, "P3": true},
	}
}

func (p *plan) settings(t *run) engine.Settings {
	match := func(s string) *router.Route {
		m, err := router.ParseMatchers([]string{"service=" + s})
		if err != nil {
			panic(err)
		}
		return &router.Route{Matchers: m, Service: s}
	}
	sources, err1 := router.ParseMatchers([]string{"alertname=Net"})
	targets, err2 := router.ParseMatchers([]string{"alertname=Slow"})
	if err1 != nil || err2 != nil {
		panic("matchers")
	}
	inhibit := []router.InhibitRule{{Name: "net", Sources: sources, Targets: targets, Equal: []string{"zone"}}}
	groups := []string{"alertname", "service"}
	if p.wide {
		groups = []string{"service"}
	}
	s := engine.Settings{
		Book: p.book(), Gate: router.NewGate(inhibit, nil, nil), Inhibit: inhibit, Rooms: t, RoomNames: []string{"room"},
		Tree: router.NewTree(&router.Route{Service: "checkout", GroupBy: groups, ResolveDelay: &p.delay,
			Routes: []*router.Route{match("db"), match("batch")}}),
		Heartbeats: []engine.Heartbeat{{Name: "cron", Every: 10 * time.Minute, Grace: 5 * time.Minute, Service: "db"}},
	}
	if t.wild {
		both, err := router.ParseMatchers([]string{"both=yes"})
		if err != nil {
			panic(err)
		}
		s.Tree = router.NewTree(&router.Route{Service: "checkout", GroupBy: groups, ResolveDelay: &p.delay,
			Routes: []*router.Route{{Matchers: both, Service: "twin", Continue: true}, match("db"), match("batch"), match("checkout")}})
		if p.version%3 == 0 {
			s.Heartbeats = nil
		}
	}
	for _, c := range t.carriers {
		s.Providers = append(s.Providers, notify.Provider(c))
	}
	if p.limits {
		s.Limits = engine.Limits{SMS: engine.Rate{N: 6, Per: 15 * time.Minute}, Call: engine.Rate{N: 4, Per: 15 * time.Minute}}
	}
	return s
}
