package engine

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/rouse/rouse/alert"
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
