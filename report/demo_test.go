package report

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine that has none of its own

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// demoRoster is three people in three zones, two of whom take weekly turns, and one schedule of nights.
func demoRoster(t testing.TB) *oncall.Roster {
	madrid := zone(t, "Europe/Madrid")
	start := oncall.Date{Year: 2026, Month: time.January, Day: 5}
	return oncall.NewRoster(
		[]oncall.User{
			{ID: "ana", Name: "Ana Ruiz", Zone: madrid},
			{ID: "bo", Name: "Bo Lind", Zone: zone(t, "Europe/Stockholm")},
			{ID: "cy", Name: "Cy Okafor", Zone: zone(t, "America/New_York")},
			{ID: "di", Name: "Di Quiet", Zone: madrid},
		},
		[]oncall.Team{{ID: "payments", Members: []oncall.UserID{"ana", "bo", "cy"}, Manager: "cy"}},
		[]*oncall.Schedule{
			{ID: "primary", Team: "payments", Zone: madrid, Layers: []oncall.Layer{{
				Users: []oncall.UserID{"ana", "bo"}, Start: start,
				Rotation: oncall.Rotation{Unit: oncall.Weekly}, Handoff: oncall.Handoff{Weekday: time.Monday, HasDay: true, Minute: 9 * 60},
			}}},
			{ID: "second", Team: "payments", Zone: madrid, Layers: []oncall.Layer{{
				Users: []oncall.UserID{"cy"}, Start: start, Rotation: oncall.Rotation{Unit: oncall.Daily},
				Hours: []oncall.WeeklyHours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 22 * 60, To: 8 * 60}},
			}}},
		}, nil, "")
}

// dice is a row of numbers that is the same for ever.
type dice uint64

func (d *dice) roll(n int) int {
	*d = *d*6364136223846793005 + 1442695040888963407
	return int(uint64(*d)>>33) % n
}

var demoRules = []struct {
	service, name string
	noisy         int // percent that end by themselves
}{
	{"payments-api", "HighErrorRate", 20}, {"payments-api", "LatencyP99", 45}, {"checkout", "CheckoutDown", 5},
	{"billing", "InvoiceQueueStuck", 30}, {"search", "NodeFlapping", 93}, {"search", "DiskWillFillIn4Hours", 65},
}

// demo is n incidents of the days before the end, some of each kind.
func demo(n, days int, end time.Time) []incident.Facts {
	d := dice(42)
	var all []incident.Facts
	for i := range n {
		all = append(all, demoFacts(&d, i, end.Add(-time.Duration(d.roll(days*24*60))*time.Minute)))
	}
	return all
}

func demoFacts(d *dice, i int, created time.Time) incident.Facts {
	rule := demoRules[min(d.roll(8), 5)]
	who := []oncall.UserID{"ana", "bo", "ana", "bo", "cy"}[d.roll(5)]
	f := incident.Facts{
		Number: int64(i + 1), State: incident.Closed, Title: rule.name + " on " + rule.service, Service: rule.service, Team: "payments",
		Type: "technical", Priority: incident.Priority(fmt.Sprintf("P%d", 1+min(d.roll(7), 4))), Source: "alertmanager", Rule: rule.name,
		GroupKey: fmt.Sprintf("%s/%s/%d", rule.service, rule.name, d.roll(3)), CreatedAt: created, StartedAt: created.Add(-time.Duration(d.roll(600)) * time.Second),
		Alerts: 1 + d.roll(6), Pings: []incident.Ping{{User: who, At: created}},
	}
	if d.roll(100) < rule.noisy {
		f.Code, f.ResolvedAt = incident.Recovered, created.Add(time.Duration(60+d.roll(900))*time.Second)
		return f
	}
	f.Acts, f.Assignee, f.FirstAckBy, f.Code = 3, who, string(who), incident.Fixed
	f.FirstAckAt = created.Add(time.Duration(30+d.roll(1500)) * time.Second)
	f.ResolvedAt = f.FirstAckAt.Add(time.Duration(300+d.roll(30000)) * time.Second)
	f.Updates, f.Escalations = d.roll(3), max(0, d.roll(6)-4)
	f.Clocks = demoClocks(&f)
	demoOdd(d, &f)
	demoSaid(&f)
	return f
}

func demoClocks(f *incident.Facts) []incident.Clock {
	response, resolution := 15*time.Minute, 6*time.Hour
	clock := func(k sla.Kind, target time.Duration, done time.Time) incident.Clock {
		r := sla.Reading{SLA: "gold", Kind: k, Stage: sla.Done, Target: target, StartAt: f.CreatedAt, DoneAt: done, BreachAt: f.CreatedAt.Add(target)}
		r.Breached = !done.Before(r.BreachAt)
		return incident.Clock{Reading: r}
	}
	return []incident.Clock{clock(sla.Response, response, f.FirstAckAt), clock(sla.Resolution, resolution, f.ResolvedAt)}
}

// demoOdd makes some incidents security ones, duplicates, open, reopened, owing a review.
func demoOdd(d *dice, f *incident.Facts) {
	switch d.roll(20) {
	case 0:
		f.Type, f.Title, f.Rule, f.GroupKey, f.Priority = incident.TypeSecurity, "Secret: the CFO's laptop", "Secret: the CFO's laptop", "secret-key", "P1"
	case 1:
		f.Code, f.DuplicateOf = incident.Duplicate, 1
	case 2, 3:
		f.State, f.Code, f.ResolvedAt = incident.Acknowledged, "", time.Time{}
		f.Clocks[1].Stage, f.Clocks[1].DoneAt, f.Clocks[1].Breached = sla.Running, time.Time{}, false
	case 4:
		f.Reopens, f.Problem = 1, 7
	case 5:
		f.Code, f.Lapses, f.Reassigns, f.ByHand = incident.Workaround, 1, 2, 1
	}
	if f.Priority == "P1" {
		f.Review = incident.ReviewStub{Required: true, State: "draft", DueAt: f.CreatedAt.AddDate(0, 0, 5)}
		if d.roll(3) > 0 {
			f.Review.State = "published"
		}
	}
}

// demoSaid is what was announced and answered. It rolls no dice, so that the rest stays as it was.
func demoSaid(f *incident.Facts) {
	if f.Updates > 0 {
		f.MitigatedAt = f.FirstAckAt.Add(time.Duration(5+f.Number%50) * time.Minute)
	}
	if f.State == incident.Closed && f.Number%3 == 0 {
		f.Satisfied = []int{5, 4, 3, 5, 1, 4, 2}[f.Number%7]
	}
}

func build(q Query, roster *oncall.Roster, now time.Time, all []incident.Facts) Report {
	b := New(q, roster, now)
	for i := range all {
		b.Add(&all[i])
	}
	return b.Report()
}

// demoMonth is October 2026 in Madrid, two days after its end, compared with September.
func demoMonth(t testing.TB) Report {
	now := at(t, "2026-11-02T08:00:00Z")
	all := demo(420, 61, at(t, "2026-10-31T22:00:00Z"))
	q := Month(2026, time.October, zone(t, "Europe/Madrid"))
	return Monthly(build(q, demoRoster(t), now, all), build(q.Previous(), demoRoster(t), now, all))
}

// hostile are incidents whose words try to be more than words.
func hostile(created time.Time) []incident.Facts {
	var all []incident.Facts
	for i, text := range []string{
		"<script>alert(1)</script>", "=cmd|' /C calc'!A0", "| a | b\n\n# x", "[click](javascript:alert(1)) @ana https://evil.example", "\x1b[31mred\x07",
	} {
		all = append(all, incident.Facts{
			Number: int64(9000 + i), State: incident.Triggered, Title: text, Service: text, Rule: text, Type: "technical", Priority: "P1",
			Category: text, CreatedAt: created, Alerts: 1,
		})
		all = append(all, all[len(all)-1])
		over := &all[len(all)-1] // of what is open nobody says yet that it is noise
		over.Number, over.State, over.ResolvedAt = over.Number+100, incident.Resolved, created
	}
	return all
}
