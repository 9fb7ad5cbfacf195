package engine

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
)

// BenchmarkAccept measures durable accepts by the engine alone, without HTTP and decoding: alerts per second, each unique
// and grouped by 20 names, each behind an fsync. The numbers after the slash are clients and alerts per request.
func BenchmarkAccept(b *testing.B) {
	for _, c := range []struct{ clients, size int }{{1, 1}, {64, 1}, {16, 10}} {
		b.Run(fmt.Sprintf("%dx%d", c.clients, c.size), func(b *testing.B) { benchAccept(b, c.clients, c.size) })
	}
}

func benchAccept(b *testing.B, clients, size int) {
	st, err := badger.Open(b.TempDir(), badger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	e, err := New(Deps{Store: st, Settings: settings(&carrier{})})
	if err != nil {
		b.Fatal(err)
	}
	e.Start()
	defer e.Stop()
	var n atomic.Int64
	b.SetParallelism(clients)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			batch := make([]alert.Alert, size)
			for k := range batch {
				id := n.Add(1)
				l := alert.Labels{"alertname": fmt.Sprint("Down", id%20), "instance": fmt.Sprint("host", id), "cluster": "eu-1", "severity": "critical"}
				batch[k] = alert.Alert{Integration: "am", Key: l.Fingerprint(), State: alert.Firing, Severity: alert.Critical, Title: "Down", Labels: l,
					Annotations: alert.Labels{"summary": "instance is down", "description": "it has been down for five minutes or more"}}
			}
			if err := e.Accept(context.Background(), batch); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "alerts/s")
}

// BenchmarkAudit measures one run of the auditor over 100,000 open incidents that are all well, half of them acknowledged, in a
// store on disk. It runs every 15 seconds beside everything else, so a run of 150 ms is a hundredth of one core.
func BenchmarkAudit(b *testing.B) {
	st, err := badger.Open(b.TempDir(), badger.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	now := time.Now().UTC()
	for n := int64(1); n <= 100_000; n += 500 {
		err := st.Update(context.Background(), func(tx store.Tx) error {
			for k := n; k < n+500; k++ {
				i := incident.Incident{Number: k, State: incident.Triggered, Title: "Down", Service: "s", GroupKey: fmt.Sprint(k), CreatedAt: now.Add(-time.Hour), UpdatedAt: now.Add(-time.Hour),
					WakeAt: now.Add(time.Duration(k) * time.Minute), Cursor: incident.Cursor{Policy: "p", FiredAt: now.Add(-time.Minute), EndsAt: now.Add(time.Duration(k) * time.Minute)}}
				if k%2 == 0 {
					i.State, i.WakeAt, i.Cursor = incident.Acknowledged, time.Time{}, incident.Cursor{}
				}
				if err := tx.PutIncident(i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	e, err := New(Deps{Store: st, Settings: settings(&carrier{})})
	if err != nil {
		b.Fatal(err)
	}
	e.Start()
	defer e.Stop()
	for b.Loop() {
		if n, err := e.Audit(now); err != nil || n > 0 {
			b.Fatal(n, err)
		}
	}
}
