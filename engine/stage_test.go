package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/memory"
	"github.com/rouse/rouse/store/storetest"
)

// stage is a stepped engine with a little of everything configured, on a store in memory of which each call can be made to fail.
type stage struct {
	*Stepped
	t     testing.TB
	rows  *memory.Store
	calls *storetest.CallStore
	now   time.Time
	line  *sayer
	said  *strings.Builder // what was logged as a warning or worse
	sids  int              // texts from phones
}

// sayer is a carrier that answers as it is told to: a call or text is taken, or refused.
type sayer struct {
	n     int
	err   error
	found notify.Outcome // what became of messages that it is asked about; "": it knows of none
	sent  []notify.Message
}

func (c *sayer) Name() string               { return "line" }
func (c *sayer) Carries(oncall.Method) bool { return true }

func (c *sayer) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	if c.err != nil {
		return notify.Receipt{}, c.err
	}
	c.n++
	c.sent = append(c.sent, m)
	return notify.Receipt{ProviderID: fmt.Sprint("SM", c.n), Delivered: m.Via == oncall.Email}, nil
}

func (c *sayer) Find(context.Context, notify.Message, string, time.Time) (notify.Status, bool, error) {
	return notify.Status{Provider: "line", ProviderID: "SM1", Outcome: c.found}, c.found != "", nil
}

func (c *sayer) Cancel(context.Context, string) error { return c.err }

// Tell is for a sayer as the rooms; Run as the runner of automations.
func (c *sayer) Tell(context.Context, RoomNote) error { return c.err }

func (c *sayer) Run(context.Context, automation.Step, automation.Payload) (automation.Result, error) {
	return automation.Result{Text: "done", Retry: true}, c.err
}

func matchers(t testing.TB, text string) labels.Matchers {
	t.Helper()
	m, err := labels.ParseMatchers(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// monday is when the curtain rises.
var monday = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

var (
	ana = incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "web"}
	bo  = incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
)

// everything is settings with a little of all there is.
func everything(t testing.TB, c *sayer) Settings {
	users := []oncall.User{
		{ID: "ana", Name: "Ana", Zone: time.UTC, Phone: "+34600000001", Email: "ana@example.com"},
		{ID: "bo", Name: "Bo", Zone: time.UTC, Phone: "+34600000002", Email: "bo@example.com"},
		{ID: "cy", Name: "Cy", Zone: time.UTC, Email: "cy@example.com"},
	}
	teams := []oncall.Team{{ID: "ops", Members: []oncall.UserID{"ana", "bo"}, Manager: "cy"}}
	rota := &oncall.Schedule{ID: "rota", Team: "ops", Zone: time.UTC, Notice: oncall.Notice{Before: time.Hour}, Layers: []oncall.Layer{{
		Users: []oncall.UserID{"ana", "bo"}, Rotation: oncall.Rotation{Unit: oncall.Daily}, Start: oncall.Date{Year: 2026, Month: time.March, Day: 2},
	}}}
	levels := []oncall.Level{
		{Targets: []oncall.Target{{Kind: oncall.ToSchedule, Name: "rota"}, {Kind: oncall.ToReceiver, Name: "room"}}, Wait: 5 * time.Minute},
		{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "bo"}}, Wait: 5 * time.Minute},
	}
	roster := oncall.NewRoster(users, teams, []*oncall.Schedule{rota}, []oncall.Policy{{ID: "p", Levels: levels}}, "p")
	book := &incident.Rulebook{
		Roster: roster, Version: "v1", Page: map[incident.Priority]bool{"P3": true}, HoldReasons: []string{"vendor"},
		Services: map[string]incident.Service{
			"s": {Name: "s", Policy: "p", Team: "ops", AckTimeout: time.Hour, Subscribers: []incident.Recipient{{Address: "boss@example.com"}, {User: "cy"}, {Receiver: "room"}}},
			"t": {Name: "t", Policy: "p"},
		},
		Types:   map[string][]string{"technical": {"network"}, incident.TypeSecurity: nil},
		SLAs:    []*sla.Definition{{Name: "gold", Response: map[string]time.Duration{"P3": 10 * time.Minute}, Resolution: map[string]time.Duration{"P3": time.Hour}, PauseOnHold: []string{"vendor"}, WarnAt: []int{50}, Escalate: true}},
		Cadence: map[incident.Priority]time.Duration{"P3": 30 * time.Minute}, Reviews: incident.Reviews{Required: map[incident.Priority]bool{"P1": true}, Due: 48 * time.Hour},
	}
	inhibit := []router.InhibitRule{{Name: "quiet", Sources: matchers(t, `alertname="Core"`), Targets: matchers(t, `alertname="Leaf"`)}}
	both := &router.Route{Matchers: matchers(t, `alertname="Both"`), Service: "t", Continue: true}
	tree := router.NewTree(&router.Route{Service: "s", Receiver: "room", GroupBy: []string{"alertname", "instance"}, Routes: []*router.Route{both, {Service: "s"}}})
	return Settings{
		Book: book, Tree: tree, Gate: router.NewGate(inhibit, nil, nil), Inhibit: inhibit, Providers: []notify.Provider{c}, Rooms: c, RoomNames: []string{"room"},
		Limits: Limits{SMS: Rate{N: 100, Per: time.Hour}, DailyMessages: 1000, DailyCalls: 1000, Incidents: 50}, Heartbeats: []Heartbeat{{Name: "cron", Every: time.Hour, Grace: time.Minute, Service: "s"}},
		Integrations: []string{"am"}, PublicURL: "https://rouse.example.com",
		Automations: []automation.Rule{
			{Name: "vendor", On: []automation.Event{automation.Acknowledged}, Steps: []automation.Step{{Command: &automation.Command{Argv: []string{"/tell"}}}, {Note: &automation.Note{Text: "told"}}}},
			{Name: "grow", On: []automation.Event{automation.Diagnosed}, Steps: []automation.Step{
				{Set: &automation.Set{Category: "network"}}, {AddResponders: &automation.AddResponders{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "bo"}}}}, {Room: &automation.Room{Receiver: "room", Text: "look"}}, {UpdateClock: &automation.UpdateClock{Every: time.Hour}},
			}},
		},
		Runner:    c,
		Retention: Retention{Incidents: 24 * time.Hour, Pages: 24 * time.Hour, Alerts: 24 * time.Hour, Changes: 24 * time.Hour},
		Drills:    []Drill{{Name: "fire", Minute: 12 * 60, Zone: time.UTC, Policy: "p"}},
	}
}

// newStage opens the stage on rows; nil for none yet.
func newStage(t testing.TB, rows *memory.Store) *stage {
	t.Helper()
	if rows == nil {
		rows = memory.New()
	}
	s := &stage{t: t, rows: rows, calls: storetest.Calls(rows), line: &sayer{}, said: &strings.Builder{}, now: monday}
	s.open()
	return s
}

// open begins anew on what the store holds, as after a crash.
func (s *stage) open() {
	s.t.Helper()
	stepped, err := NewStepped(s.deps())
	if err != nil {
		s.t.Fatal(err)
	}
	s.Stepped = stepped
}

func (s *stage) deps() Deps {
	return Deps{
		Store: s.calls, Settings: everything(s.t, s.line), Now: func() time.Time { return s.now }, Random: func() uint64 { return 1 << 63 },
		Elapsed: func() time.Duration { return s.now.Sub(time.Time{}.AddDate(2000, 0, 0)) },
		Log:     slog.New(slog.NewTextHandler(s.said, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
}

// ok ends the test for an error where none is to be.
func (s *stage) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// fires has alerts of some names fire.
func (s *stage) fires(names ...string) {
	s.t.Helper()
	s.ok(s.Accept(context.Background(), alerts(alert.Firing, names...)))
}

func alerts(state alert.State, names ...string) (all []alert.Alert) {
	for _, name := range names {
		l := alert.Labels{"alertname": name, "instance": "web-1"}
		all = append(all, alert.Alert{Integration: "am", Key: l.Fingerprint(), State: state, Severity: alert.Critical, Title: name, Labels: l})
	}
	return all
}

// does has somebody act on an incident.
func (s *stage) does(n int64, a incident.Action) {
	s.t.Helper()
	_, err := s.Do(context.Background(), n, a)
	s.ok(err)
}

// play takes steps, and makes every call that comes of them, until none does.
func (s *stage) play() {
	s.t.Helper()
	for range 50 {
		calls, _ := s.Step()
		for _, c := range calls {
			c.Make()
			c.Settle()
		}
		if len(calls) == 0 {
			return
		}
	}
	s.t.Fatal("calls without end")
}

// later turns the clock on.
func (s *stage) later(d time.Duration) { s.now = s.now.Add(d) }

// dump is all rows as text.
func (s *stage) dump() string {
	s.t.Helper()
	var b strings.Builder
	s.ok(s.rows.Dump(&b))
	return b.String()
}

// paged is the ID of the latest page of a state and method.
func (s *stage) paged(state store.PageState, via oncall.Method) (id string) {
	s.t.Helper()
	s.ok(s.rows.View(context.Background(), func(tx store.Tx) error {
		for n := int64(1); n < 10; n++ {
			pages, err := tx.PagesOf(n)
			if err != nil {
				return err
			}
			for _, p := range pages {
				if p.State == state && p.Via == via {
					id = p.ID
				}
			}
		}
		return nil
	}))
	if id == "" {
		s.t.Fatalf("no page by %s is %s", via, state)
	}
	return id
}

var errBroken = errors.New("the store is broken")
