package report

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
)

const minute = time.Minute

func reading(k sla.Kind, stage sla.Stage, breached bool, breachAt time.Time) incident.Clock {
	return incident.Clock{Reading: sla.Reading{SLA: "gold", Kind: k, Stage: stage, Breached: breached, BreachAt: breachAt}}
}

// fiveIncidents is a table small enough to count by hand.
func fiveIncidents(start time.Time) []incident.Facts {
	closed := incident.Facts{
		Number: 1, State: incident.Closed, Service: "api", Priority: "P1", Rule: "Down", GroupKey: "{a}", Code: incident.Fixed, Title: "first",
		StartedAt: start.Add(-2 * minute), CreatedAt: start, FirstAckAt: start.Add(10 * minute), FirstAckBy: "ana", ResolvedAt: start.Add(60 * minute),
		MitigatedAt: start.Add(40 * minute), Satisfied: 5, Alerts: 3, Acts: 4, Escalations: 1, ByHand: 2, Reassigns: 1, Updates: 5, Lapses: 1,
		Review: incident.ReviewStub{Required: true, State: "published", DueAt: start.Add(minute)},
		Clocks: []incident.Clock{reading(sla.Response, sla.Done, false, start.Add(15*minute)), reading(sla.Resolution, sla.Done, true, start.Add(30*minute))},
	}
	reopened := incident.Facts{
		Number: 2, State: incident.Resolved, Service: "api", Priority: "P2", Rule: "Down", GroupKey: "{a}", Code: incident.Workaround, Reopens: 2, Problem: 9,
		StartedAt: start.Add(time.Hour), // later than its creation: a clock that lies
		CreatedAt: start.Add(minute), FirstAckAt: start.Add(21 * minute), ResolvedAt: start.Add(121 * minute), Alerts: 1, Acts: 1,
		MitigatedAt: start.Add(21 * minute), Satisfied: 2,
		Review: incident.ReviewStub{Required: true, DueAt: start.Add(minute)},
	}
	recovered := incident.Facts{
		Number: 3, State: incident.Resolved, Service: "web", Priority: "P3", Rule: "Flap", Code: incident.Recovered,
		CreatedAt: start.Add(2 * minute), ResolvedAt: start.Add(6 * minute), Alerts: 2, Satisfied: 4,
		MitigatedAt: start.Add(7 * minute), // said after it was over
		Clocks:      []incident.Clock{reading(sla.Response, sla.Done, false, start.Add(17*minute))},
	}
	open := incident.Facts{
		Number: 4, State: incident.Triggered, Service: "web", Priority: "P1", Title: "still open", Rule: "Slow", CreatedAt: start.Add(3 * minute), Alerts: 2,
		MitigatedAt: start.Add(33 * minute),
		Clocks: []incident.Clock{
			reading(sla.Response, sla.Running, false, start.Add(18*minute)), // read before; it is over by now
			reading(sla.Resolution, sla.Paused, false, time.Time{}),
		},
		Review: incident.ReviewStub{Required: true, State: "draft", DueAt: start.AddDate(1, 0, 0)},
	}
	duplicate := incident.Facts{
		Number: 5, State: incident.Resolved, Service: "web", Priority: "P1", Code: incident.Duplicate, DuplicateOf: 4,
		CreatedAt: start.Add(4 * minute), FirstAckAt: start.Add(5 * minute), ResolvedAt: start.Add(5 * minute), Alerts: 100, Acts: 1, Updates: 50,
		MitigatedAt: start.Add(5 * minute), Satisfied: 1,
	}
	return []incident.Facts{closed, reopened, recovered, open, duplicate}
}

// TestNothingIsDecidedYet: of incidents that are open and in time nobody can say yet how they will end.
func TestNothingIsDecidedYet(t *testing.T) {
	start := at(t, "2026-10-05T10:00:00Z")
	q := Query{From: at(t, "2026-10-05T00:00:00Z"), To: at(t, "2026-10-12T00:00:00Z")}
	young := incident.Facts{
		Number: 1, State: incident.Triggered, Service: "web", CreatedAt: start,
		Clocks: []incident.Clock{reading(sla.Response, sla.Running, false, start.Add(15*time.Minute)), reading(sla.Resolution, sla.Running, false, start.Add(time.Hour))},
	}
	n := build(q, nil, start.Add(time.Minute), []incident.Facts{young}).Total
	for name, s := range map[string]Share{"response": n.Response.Share(), "resolution": n.Resolution.Share(), "not acted on": n.NotActedOn} {
		if s != (Share{}) || s.String() != none {
			t.Errorf("%s: got %+v, %s", name, s, s)
		}
	}
	n = build(q, nil, start.Add(time.Hour), []incident.Facts{young}).Total
	if got := n.Response.Share(); got != (Share{0, 1}) {
		t.Errorf("past its target: got %+v", got)
	}
}

func TestCountedByHand(t *testing.T) {
	start := at(t, "2026-10-05T10:00:00Z")
	q := Query{From: at(t, "2026-10-05T00:00:00Z"), To: at(t, "2026-10-12T00:00:00Z"), By: []Dimension{ByService, ByPriority}}
	r := build(q, nil, start.Add(24*time.Hour), fiveIncidents(start))
	want := Numbers{
		Incidents: 4, Open: 1, Resolved: 3, Duplicates: 1,
		MTTD:         Spread{1, 2 * minute, 2 * minute, 2 * minute, 2 * minute, 2 * minute},
		MTTA:         Spread{2, 15 * minute, 10 * minute, 20 * minute, 20 * minute, 20 * minute},
		MTTM:         Spread{3, 30 * minute, 30 * minute, 40 * minute, 40 * minute, 40 * minute},
		MTTR:         Spread{3, (60 + 120 + 4) * minute / 3, 60 * minute, 120 * minute, 120 * minute, 120 * minute},
		MTTRByPeople: Spread{2, 90 * minute, 60 * minute, 120 * minute, 120 * minute, 120 * minute},
		Response:     Adherence{Kept: 2, Breached: 1, OpenBreached: 1}, Resolution: Adherence{Running: 1, Breached: 1},
		Reopened: Share{1, 3}, AutoResolved: Share{1, 3}, NotActedOn: Share{1, 3},
		Satisfaction: Satisfaction{Answers: 3, Mean: 3.7},
		Alerts:       8, PerIncident: 2, Reopens: 2, Lapses: 1, Escalations: 1, ByHand: 2, Reassigns: 1, Updates: 5,
		Reviews: Reviews{Required: 3, Published: 1, Overdue: 1},
	}
	if r.Total != want {
		t.Errorf("total\n got %+v\nwant %+v", r.Total, want)
	}
	var keys [][]string
	for _, g := range r.Groups {
		keys = append(keys, g.Key)
	}
	if w := [][]string{{"api", "P1"}, {"api", "P2"}, {"web", "P1"}, {"web", "P3"}}; !reflect.DeepEqual(keys, w) {
		t.Errorf("groups: got %v want %v", keys, w)
	}
	if g := r.Groups[2].Numbers; g.Incidents != 1 || g.Duplicates != 1 || g.Updates != 0 {
		t.Errorf("web P1: %+v", g)
	}
	if len(r.Weeks) != 1 || r.Weeks[0].Week != "2026-W41" || r.Weeks[0].ByPriority["P1"] != 2 || r.Weeks[0].Numbers != want {
		t.Errorf("weeks: %+v", r.Weeks)
	}
}

func TestListedByHand(t *testing.T) {
	start := at(t, "2026-10-05T10:00:00Z")
	r := build(Query{From: start, To: start.Add(time.Hour)}, nil, start.Add(24*time.Hour), fiveIncidents(start))
	wantCause := Cause{
		Service: "api", Rule: "Down", GroupKey: "{a}", Count: 2, LastSeen: start.Add(minute), Last: 2, Problem: Share{1, 2}, Workaround: Share{1, 2},
	}
	if len(r.Causes) != 1 || r.Causes[0] != wantCause {
		t.Errorf("causes: %+v", r.Causes)
	}
	if len(r.OpenBreached) != 1 || r.OpenBreached[0].Number != 4 || r.OpenBreached[0].Owed != "response" || !r.OpenBreached[0].DueAt.Equal(start.Add(18*minute)) {
		t.Errorf("open and breached: %+v", r.OpenBreached)
	}
	if len(r.ReviewsOverdue) != 1 || r.ReviewsOverdue[0].Number != 2 {
		t.Errorf("reviews overdue: %+v", r.ReviewsOverdue)
	}
	var gravest []int64
	for _, l := range r.Gravest {
		gravest = append(gravest, l.Number)
	}
	if w := []int64{4, 1, 2, 3}; !reflect.DeepEqual(gravest, w) {
		t.Errorf("gravest: got %v want %v", gravest, w)
	}
}

func TestPeriodIsHalfOpen(t *testing.T) {
	q := Month(2026, time.October, zone(t, "Europe/Madrid"))
	for created, want := range map[string]int{
		"2026-09-30T21:59:59Z": 0, "2026-09-30T22:00:00Z": 1, "2026-10-31T22:59:59Z": 1, "2026-10-31T23:00:00Z": 0,
	} {
		r := build(q, nil, at(t, "2026-12-01T00:00:00Z"), []incident.Facts{{Number: 1, State: incident.Triggered, CreatedAt: at(t, created)}})
		if r.Total.Incidents != want {
			t.Errorf("created %s: got %d want %d", created, r.Total.Incidents, want)
		}
	}
}

func TestConfidentialIsCountedAndNotNamed(t *testing.T) {
	created := at(t, "2026-10-05T10:00:00Z")
	secret := incident.Facts{
		Number: 77, Type: incident.TypeSecurity, State: incident.Triggered, Title: "leak of the vault", Service: "vault", Rule: "leak of the vault",
		GroupKey: "vault-key", Assignee: "ana", Priority: "P1", CreatedAt: created, Review: incident.ReviewStub{Required: true, DueAt: created},
		Clocks: []incident.Clock{reading(sla.Response, sla.Running, true, created)},
	}
	again := secret
	again.Number = 78
	q := Month(2026, time.October, nil)
	q.By = []Dimension{ByPriority}
	r := build(q, nil, created.Add(time.Hour), []incident.Facts{secret, again})
	if r.Total.Incidents != 2 || len(r.Gravest) != 2 || len(r.OpenBreached) != 2 || len(r.ReviewsOverdue) != 2 {
		t.Errorf("not counted or not listed: %+v", r)
	}
	for _, f := range Formats() {
		text, err := Render(f, &r)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"vault", "ana"} {
			if containsWord(string(text), word) {
				t.Errorf("%s says %q of a confidential incident", f, word)
			}
		}
	}
	if page := Markdown(&r); !containsWord(page, "INC-77") || !containsWord(page, neutral) {
		t.Error("the page does not list it under its number and its neutral title")
	}
}

// TestNoiseWaitsForTheEnd: what pages right now is no noise, and what was acted on is not made so by what still pages.
func TestNoiseWaitsForTheEnd(t *testing.T) {
	created := at(t, "2026-10-05T10:00:00Z")
	var storm []incident.Facts
	for n := range int64(6) {
		storm = append(storm, incident.Facts{Number: n + 1, State: incident.Triggered, Rule: "DiskFull", CreatedAt: created})
	}
	q := Month(2026, time.October, nil)
	if r := build(q, nil, created.Add(time.Minute), storm); len(r.Noise) != 0 {
		t.Errorf("of incidents that page right now: %+v", r.Noise)
	}
	storm[0].State, storm[0].Code, storm[0].ResolvedAt = incident.Resolved, incident.Recovered, created.Add(time.Minute)
	storm[1].State, storm[1].Acts = incident.Acknowledged, 1
	r := build(q, nil, created.Add(time.Hour), storm)
	if len(r.Noise) != 1 || r.Noise[0].Fired != 2 || r.Noise[0].NotActedOn != 1 || r.Noise[0].Suggestion != "" {
		t.Errorf("got %+v, want 1 of 2, and no advice", r.Noise)
	}
	if got := r.Total.NotActedOn; got.Count != 1 || got.Of != 2 {
		t.Errorf("the total says %+v", got)
	}
}

func TestEmptyPeriod(t *testing.T) {
	q := Month(2026, time.October, nil)
	for name, r := range map[string]Report{
		"alone":    build(q, nil, q.To, nil),
		"compared": Monthly(build(q, nil, q.To, nil), build(q.Previous(), nil, q.To, nil)),
	} {
		if r.Total != (Numbers{}) || len(r.Groups)+len(r.People)+len(r.Noise)+len(r.Causes) != 0 || len(r.Weeks) != 5 || !r.Over {
			t.Errorf("%s: %+v", name, r)
		}
		for _, f := range Formats() {
			text, err := Render(f, &r)
			if err != nil || len(text) == 0 {
				t.Errorf("%s as %s: %v", name, f, err)
			}
			if containsWord(string(text), "NaN") || containsWord(string(text), "Inf") {
				t.Errorf("%s as %s divides by nothing", name, f)
			}
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	r := demoMonth(t)
	b, err := JSON(&r)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := JSON(&back)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != string(again) {
		t.Error("written, read and written again it is another")
	}
	back.Location = r.Location
	if Table(&back) != Table(&r) {
		t.Error("the table of a report that was read is another")
	}
}

func TestWhatIsRefused(t *testing.T) {
	if _, err := ParseDimensions("service, colour"); !errors.Is(err, ErrDimension) {
		t.Errorf("colour: %v", err)
	}
	by, err := ParseDimensions(" Service,priority,,service")
	if err != nil || !reflect.DeepEqual(by, []Dimension{ByService, ByPriority}) {
		t.Errorf("service,priority: %v %v", by, err)
	}
	now := at(t, "2026-10-05T10:00:00Z")
	if err := (Query{From: now, To: now}).Check(); !errors.Is(err, ErrPeriod) {
		t.Errorf("empty period: %v", err)
	}
	if err := (Query{From: now, To: now.Add(1), By: []Dimension{"x"}}).Check(); !errors.Is(err, ErrDimension) {
		t.Errorf("dimension x: %v", err)
	}
	if err := (Query{From: now, To: now.Add(1), By: Dimensions()}).Check(); err != nil {
		t.Error(err)
	}
	if _, err := Render("pdf", &Report{}); !errors.Is(err, ErrFormat) {
		t.Errorf("pdf: %v", err)
	}
	if _, err := CSV(&Report{}, "x"); !errors.Is(err, ErrSection) {
		t.Errorf("section x: %v", err)
	}
}

// Benchmark100k is the promise that a report over 100,000 incidents takes well under half a second.
func Benchmark100k(b *testing.B) {
	all := demo(100_000, 365, at(b, "2027-01-01T00:00:00Z"))
	q := Query{From: at(b, "2026-01-01T00:00:00Z"), To: at(b, "2027-01-01T00:00:00Z"), By: []Dimension{ByService, ByPriority, ByMonth}, Zone: zone(b, "Europe/Madrid")}
	roster := demoRoster(b)
	for b.Loop() {
		build(q, roster, q.To, all)
	}
}
