package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/internal/pgtest"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

func benchID(n int64) alert.ID {
	return alert.ID{Integration: "alertmanager", Key: fmt.Sprintf("%016x", n)}
}

// benchAlert is an alert of about 1 KiB, as Alertmanager sends them.
func benchAlert(n, number int64) store.Alert {
	at := time.UnixMicro(1_700_000_000_000_000 + n)
	return store.Alert{
		Alert: alert.Alert{
			Integration: "alertmanager", Key: fmt.Sprintf("%016x", n), State: alert.Firing, Severity: alert.Critical, Title: "HighErrorRate eu-1",
			Description: "The error rate of checkout has been above 5% for ten minutes.",
			Labels: alert.Labels{
				"alertname": "HighErrorRate", "cluster": "eu-1", "env": "prod", "instance": fmt.Sprintf("10.2.%d.%d:9100", n>>8&255, n&255),
				"job": "node", "severity": "critical", "team": "checkout", "service": "checkout", "region": "eu-central-1",
			},
			Annotations: alert.Labels{"summary": "error rate at 7.3%", "runbook_url": "https://runbooks.example.com/high-error-rate"},
			Source:      "http://prometheus.example.com/graph?g0.expr=rate%28errors%5B5m%5D%29&g0.tab=1", StartsAt: at, EndsAt: at.Add(time.Hour),
		},
		Incidents: []int64{number}, FirstAt: at, SeenAt: at, UpdatedAt: at,
	}
}

func benchIncident(n int64) incident.Incident {
	at := time.UnixMicro(1_700_000_000_000_000 + n)
	return incident.Incident{
		Number: n, State: incident.Triggered, Title: "HighErrorRate eu-1", Service: "checkout", Team: "checkout", Type: "technical",
		Impact: incident.GradeHigh, Urgency: incident.GradeHigh, Priority: "P1", Severity: alert.Critical, GroupKey: fmt.Sprintf("{}:{instance=\"%d\"}", n),
		GroupLabels: map[string]string{"instance": fmt.Sprint(n)}, Route: "route.routes[2]", Source: "alertmanager", Firing: 1, Total: 1,
		CreatedAt: at, TriggeredAt: at, UpdatedAt: at, Epoch: 1, Policy: "checkout", Entries: 2, WakeAt: at.Add(5 * time.Minute),
		Cursor: incident.Cursor{Policy: "checkout", FiredAt: at, EndsAt: at.Add(5 * time.Minute), People: []incident.Notice{
			{User: "ana", Steps: []incident.Step{{Via: "sms", Due: at, Page: "1"}, {Via: "call", Due: at.Add(time.Minute)}}},
		}},
	}
}

// openOne writes what a new alert that opens an incident writes.
func openOne(tx store.Tx, n int64) error {
	_, err := tx.Alert(benchID(n))
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("alert %d: got %w, want none", n, err)
	}
	number, err := tx.NextNumber()
	if err != nil {
		return err
	}
	i := benchIncident(number)
	if _, err := tx.LatestOf(i.Service, i.GroupKey); !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("group of %d: got %w, want none", n, err)
	}
	p := store.Page{State: store.Queued, NextAt: i.CreatedAt, UpdatedAt: i.CreatedAt}
	p.ID, p.Kind, p.Incident, p.User, p.Via, p.At = fmt.Sprintf("%d/1/0/0/ana/sms", number), incident.PageAlert, number, "ana", "sms", i.CreatedAt
	by := incident.Actor{Kind: incident.ByIntegration, Name: "alertmanager"}
	return errors.Join(tx.PutAlert(benchAlert(n, number)), tx.PutIncident(i), tx.PutPage(p), tx.Append(number, []incident.Entry{
		{Seq: 1, At: i.CreatedAt, Kind: incident.DidOpen, By: by, What: "HighErrorRate eu-1 opened it", Why: i.Route},
		{Seq: 2, At: i.CreatedAt, Kind: incident.DidEscalate, By: by, What: "level 1 of checkout: ana", Why: "schedule/primary"},
	}))
}

// joinOne writes what a new alert that joins an incident writes; the incident is written once for all of them.
func joinOne(tx store.Tx, n int64) error {
	if _, err := tx.Alert(benchID(n)); !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("alert %d: got %w, want none", n, err)
	}
	return tx.PutAlert(benchAlert(n, 1))
}

// benchStore is a store in a PostgreSQL of its own, which syncs unless settings say otherwise.
func benchStore(b *testing.B, settings ...string) *Store {
	b.Helper()
	c := pgtest.Start(b, append([]string{"fsync=on", "full_page_writes=on", "shared_buffers=128MB"}, settings...)...)
	s, err := Open(context.Background(), c.Connection(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return s
}

// BenchmarkBatch commits 500 new alerts at a time; look at us/alert.
func BenchmarkBatch(b *testing.B) {
	const batch = 500
	shared := func(tx store.Tx, first int64) error {
		for n := range int64(batch) {
			if err := joinOne(tx, first+n); err != nil {
				return err
			}
		}
		i := benchIncident(1)
		i.UpdatedAt = i.UpdatedAt.Add(time.Duration(first) * time.Millisecond)
		return tx.PutIncident(i)
	}
	each := func(tx store.Tx, first int64) error {
		for n := range int64(batch) {
			if err := openOne(tx, first+n); err != nil {
				return err
			}
		}
		return nil
	}
	for _, c := range []struct {
		name string
		fn   func(tx store.Tx, first int64) error
		sync string
	}{
		{"shared incident", shared, "on"}, {"incident each", each, "on"}, {"shared incident, no sync", shared, "off"}, {"incident each, no sync", each, "off"},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := benchStore(b, "fsync="+c.sync)
			first := int64(0)
			for b.Loop() {
				if err := s.Update(context.Background(), func(tx store.Tx) error { return c.fn(tx, first) }); err != nil {
					b.Fatal(err)
				}
				first += batch
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(first), "us/alert")
		})
	}
}

// BenchmarkSingle commits one new alert with its incident at a time: the latency of an idle daemon.
func BenchmarkSingle(b *testing.B) {
	for _, sync := range []string{"on", "off"} {
		b.Run("sync "+sync, func(b *testing.B) {
			s := benchStore(b, "fsync="+sync)
			n := int64(0)
			for b.Loop() {
				if err := s.Update(context.Background(), func(tx store.Tx) error { return openOne(tx, n) }); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

// BenchmarkQueue finds the next page after many were sent.
func BenchmarkQueue(b *testing.B) {
	s := benchStore(b, "fsync=off")
	for k := range 40 {
		for _, state := range []store.PageState{store.Queued, store.Delivered} {
			err := s.Update(context.Background(), func(tx store.Tx) error {
				for n := range 1000 {
					p := store.Page{State: state, NextAt: time.Unix(int64(k*1000+n), 0)}
					p.ID = fmt.Sprint(k*1000 + n)
					if err := tx.PutPage(p); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	for b.Loop() {
		if err := s.View(context.Background(), func(tx store.Tx) error { _, err := tx.NextPage(); return err }); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead reads an alert and lists the newest 50 of 2,000 incidents.
func BenchmarkRead(b *testing.B) {
	s := benchStore(b, "fsync=off")
	for k := range int64(4) {
		err := s.Update(context.Background(), func(tx store.Tx) error {
			for n := range int64(500) {
				if err := openOne(tx, k*500+n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	for name, fn := range map[string]func(tx store.Tx) error{
		"alert":    func(tx store.Tx) error { _, err := tx.Alert(benchID(777)); return err },
		"newest":   func(tx store.Tx) error { _, err := tx.List(store.Filter{Limit: 50}); return err },
		"filtered": func(tx store.Tx) error { _, err := tx.List(store.Filter{Service: "none"}); return err },
		"firing":   func(tx store.Tx) error { return tx.EachFiring(func(store.Alert) error { return nil }) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := s.View(context.Background(), fn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// year is how many incidents a busy year has.
const year = 100_000

var benchNotes = []string{
	"restarted the pods one after the other, the error rate fell at once", "the certificate of the upstream had run out", "rolled back the deploy of this morning",
	"disk filled up by debug logs; rotated them and lowered the level", "vendor confirms an outage in their network, see their status page", "",
}

// yearIncident is the nth of a busy year: 20 services, 200 rules, notes, clocks and pings.
func yearIncident(n int64) incident.Incident {
	i := benchIncident(n)
	i.CreatedAt = time.UnixMicro(1_700_000_000_000_000 + n*315_000_000).UTC()
	i.Service, i.Rule = fmt.Sprintf("service-%02d", n*n%19), fmt.Sprintf("Rule%03dErrorBudgetBurn", n*7%200)
	if n%5000 == 0 {
		i.Service = "service-rare"
	}
	i.Team, i.Category, i.Title = fmt.Sprintf("team-%d", n%7), "availability", i.Rule+" "+i.Service+" eu-1"
	i.GroupKey = fmt.Sprintf("{}:{alertname=%q, cluster=\"eu-%d\"}", i.Rule, n%4)
	i.GroupLabels = map[string]string{"alertname": i.Rule, "cluster": fmt.Sprintf("eu-%d", n%4)}
	i.StartedAt, i.UpdatedAt, i.TriggeredAt = i.CreatedAt.Add(-time.Minute), i.CreatedAt.Add(3*time.Hour), i.CreatedAt
	i.FirstAckAt, i.FirstAckBy, i.Acts = i.CreatedAt.Add(4*time.Minute), "ana", int(n%4)
	i.Assignee, i.Said = []oncall.UserID{"ana", "bo", "cy", "dee"}[n%4], benchNotes[n%6]+" "+benchNotes[n/6%6]
	if n%3000 == 0 {
		i.Assignee = "zoe"
	}
	if n > 20 && n < year-20 {
		i.State, i.ResolvedAt, i.ClosedAt = incident.Closed, i.CreatedAt.Add(time.Hour), i.CreatedAt.Add(3*time.Hour)
		i.Code, i.Note, i.WakeAt, i.Cursor = incident.Fixed, benchNotes[n/7%6], time.Time{}, incident.Cursor{}
	}
	for _, k := range []sla.Kind{sla.Response, sla.Resolution} {
		i.Clocks = append(i.Clocks, incident.Clock{Told: 50, Reading: sla.Reading{
			SLA: "gold", Kind: k, Calendar: "always", Priority: "P1", Stage: sla.Done, Target: time.Hour, StartAt: i.CreatedAt, DoneAt: i.FirstAckAt,
			BreachAt: i.CreatedAt.Add(time.Hour), OriginalBreachAt: i.CreatedAt.Add(time.Hour), Elapsed: 4 * time.Minute, Wall: 4 * time.Minute, Percent: 7, Over: 0,
		}})
	}
	i.Pings = []incident.Ping{{User: i.Assignee, At: i.CreatedAt.Add(time.Second)}, {User: "bo", At: i.CreatedAt.Add(5 * time.Minute)}}
	return i
}

// fillYear puts a year into a store.
func fillYear(b *testing.B, s *Store) {
	b.Helper()
	for n := int64(1); n <= year; {
		err := s.Update(context.Background(), func(tx store.Tx) error {
			for last := min(n+499, year); n <= last; n++ {
				if err := tx.PutIncident(yearIncident(n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkYear looks for things among 100,000 incidents; look at p99-ms.
func BenchmarkYear(b *testing.B) {
	s := benchStore(b, "fsync=off")
	fillYear(b, s)
	benchYear(b, s)
}

// benchYear runs the searches.
func benchYear(b *testing.B, s *Store) {
	count := func(f store.Filter) func(tx store.Tx) error {
		return func(tx store.Tx) error { return tx.EachFacts(f, func(*incident.Facts) error { return nil }) }
	}
	list := func(f store.Filter) func(tx store.Tx) error {
		return func(tx store.Tx) error { _, err := tx.List(f); return err }
	}
	for _, c := range []struct {
		name string
		fn   func(tx store.Tx) error
	}{
		{"newest", list(store.Filter{Limit: 50})},
		{"open", list(store.Filter{States: []incident.State{incident.Triggered, incident.Acknowledged, incident.OnHold}, Limit: 50})},
		{"rare service", list(store.Filter{Service: "service-rare", Limit: 50})},
		{"assignee", list(store.Filter{Assignee: "zoe", Limit: 50})},
		{"text hit", list(store.Filter{Text: "certificate Rule007", Limit: 50})},
		{"text miss", list(store.Filter{Text: "certificate kraken", Limit: 50})},
		{"team only", list(store.Filter{Limit: 50, May: func(f *incident.Facts) bool { return f.Team == "team-3" }})},
		{"facts of a year", count(store.Filter{})},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				if err := s.View(context.Background(), c.fn); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
