package badger

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
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

func benchStore(b *testing.B, o Options) *Store {
	b.Helper()
	s, err := Open(b.TempDir(), o)
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
		o    Options
	}{
		{"shared incident", shared, Options{}}, {"incident each", each, Options{}},
		{"shared incident, no sync", shared, Options{NoSync: true}}, {"incident each, no sync", each, Options{NoSync: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := benchStore(b, c.o)
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
	for _, o := range []Options{{}, {NoSync: true}} {
		b.Run(fmt.Sprint("sync ", !o.NoSync), func(b *testing.B) {
			s := benchStore(b, o)
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
	s := benchStore(b, Options{NoSync: true})
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
	s := benchStore(b, Options{NoSync: true})
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
