package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
)

const manyIncidents = 100_000

// BenchmarkManyIncidents asks a daemon that keeps 100,000 incidents of one year what people ask: each list, filter and search as a
// p50 and p99 in milliseconds over 200 requests, the year's report in seconds, and the time from a webhook to the provider's
// request, alone and while four readers list, search and count without pause.
func BenchmarkManyIncidents(b *testing.B) {
	h := newHall(b)
	ask := func(name, path string, times int) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p50, p99 := h.quantiles(b, path, times)
				b.ReportMetric(p50, "p50-ms")
				b.ReportMetric(p99, "p99-ms")
			}
		})
	}
	ask("list", "/api/v1/incidents?limit=50", 200)
	ask("filter-service", "/api/v1/incidents?service=svc-07&limit=50", 200)
	ask("filter-rare", "/api/v1/incidents?priority=P1&category=data&assignee=bo&limit=50", 200)
	ask("filter-breached", "/api/v1/incidents?breached=true&state=resolved&limit=50", 200)
	ask("search-hit", "/api/v1/incidents?q=checkout+disk+42&limit=50", 200)
	ask("search-miss", "/api/v1/incidents?q=nowhere+to+be+found&limit=50", 200)
	ask("report-year", fmt.Sprintf("/api/v1/report?from=%s&to=%s&by=service,priority&format=json", hallYear.Format(time.RFC3339), hallYear.AddDate(1, 0, 0).Format(time.RFC3339)), 5)
	b.Run("page-alone", func(b *testing.B) { h.pages(b) })
	b.Run("page-while-read", func(b *testing.B) {
		stop := h.readers(b, 4)
		h.pages(b)
		stop()
	})
}

// hallYear is the year of the incidents.
var hallYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// hall is a daemon with a long memory.
type hall struct {
	door   http.Handler
	street *phonetest.Street
	road   http.RoundTripper // to the street
	sends  atomic.Int64      // messages that the carrier was asked to send
	n      int
}

// RoundTrip counts what the carrier is asked to send.
func (h *hall) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/Messages.json") {
		h.sends.Add(1)
	}
	return h.road.RoundTrip(r)
}

func newHall(b *testing.B) *hall {
	b.Helper()
	st, err := badger.Open(b.TempDir(), badger.Options{Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	fill(b, st)
	h := &hall{}
	h.street = phonetest.New(phonetest.Options{AuthToken: "phones", InboundURL: "https://rouse.test/twilio/phones/sms", Callbacks: phonetest.InMemory(h), Seed: 1})
	h.road = h.street.RoundTripper()
	c, problems := configs.Load("town.yaml", []byte(processConfig), configs.Options{Literal: true})
	if err := problems.Err(); err != nil {
		b.Fatal(err)
	}
	d, err := newDaemon(st, c, serveOptions{carrier: h}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	d.engine.Start()
	b.Cleanup(func() {
		h.street.Close()
		d.engine.Stop()
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	})
	h.door = d.handler(prometheus.NewRegistry(), make([]byte, 32))
	return h
}

// ServeHTTP lets the carrier call back.
func (h *hall) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.door.ServeHTTP(w, r) }

// fill writes a year of incidents, closed but for the last few.
func fill(b *testing.B, st store.Store) {
	b.Helper()
	const chunk = 500
	for from := 0; from < manyIncidents; from += chunk {
		err := st.Update(context.Background(), func(tx store.Tx) error {
			for k := from; k < from+chunk; k++ {
				n, err := tx.NextNumber()
				if err != nil {
					return err
				}
				if err := tx.PutIncident(old(n, k)); err != nil {
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

// old is the k-th incident of the year.
func old(n int64, k int) incident.Incident {
	at := hallYear.Add(time.Duration(k) * 365 * 24 * time.Hour / manyIncidents)
	service := fmt.Sprintf("svc-%02d", k%20)
	if k%20 == 3 {
		service = "checkout"
	}
	i := incident.Incident{
		Number: n, State: incident.Closed, Service: service, Team: "shop", Type: "technical", Category: []string{"latency", "data", "capacity", "deploy"}[k%4],
		Title:  fmt.Sprintf("%s on disk %d of node-%d", []string{"DiskFull", "HighErrorRate", "Slow", "Down"}[k%4], k%100, k%977),
		Impact: "high", Urgency: "medium", Priority: incident.Priority(fmt.Sprintf("P%d", 1+k%5)), GroupKey: fmt.Sprintf("{rule-%d}", k%200),
		GroupLabels: map[string]string{"alertname": fmt.Sprintf("rule-%d", k%200), "cluster": fmt.Sprintf("eu-%d", k%7)}, Source: "prometheus",
		Firing: 0, Total: 1 + k%9, CreatedAt: at, TriggeredAt: at, AcknowledgedAt: at.Add(2 * time.Minute), ResolvedAt: at.Add(40 * time.Minute),
		ClosedAt: at.Add(72 * time.Hour), UpdatedAt: at.Add(72 * time.Hour), Assignee: "ana", AckedBy: "ana", Code: incident.Fixed, Note: "restarted the pod and watched it for a while",
	}
	if k%50 == 1 {
		i.Assignee = "bo"
	}
	i.Rule, i.StartedAt, i.FirstAckAt, i.FirstAckBy, i.Acts = fmt.Sprintf("rule-%d", k%200), at.Add(-time.Minute), i.AcknowledgedAt, "ana", 2
	i.Pings = []incident.Ping{{User: "ana", At: at}}
	i.Clocks = []incident.Clock{{Reading: sla.Reading{SLA: "standard", Kind: sla.Response, Stage: sla.Done, Target: 15 * time.Minute, Elapsed: 2 * time.Minute, StartAt: at, DoneAt: i.FirstAckAt, Breached: k%40 == 0}}}
	if k%5 == 4 {
		i.Code, i.FirstAckAt, i.FirstAckBy, i.Acts = incident.Recovered, time.Time{}, "", 0
	}
	return i
}

func (h *hall) get(b *testing.B, path string) time.Duration {
	req := httptest.NewRequest(http.MethodGet, "https://rouse.test"+path, nil)
	req.Header.Set("Authorization", "Bearer root")
	rec := httptest.NewRecorder()
	begin := time.Now()
	h.ServeHTTP(rec, req)
	took := time.Since(begin)
	if rec.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
	}
	return took
}

// quantiles asks a path so often and returns p50 and p99 in milliseconds.
func (h *hall) quantiles(b *testing.B, path string, times int) (p50, p99 float64) {
	b.Helper()
	all := make([]time.Duration, times)
	for k := range all {
		all[k] = h.get(b, path)
	}
	return at50at99(all)
}

func at50at99(all []time.Duration) (p50, p99 float64) {
	slices.Sort(all)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return ms(all[len(all)/2]), ms(all[(len(all)*99-1)/100])
}

// readers read without pause until stop is called, at most for two minutes.
func (h *hall) readers(b *testing.B, n int) (stop func()) {
	end := time.Now().Add(2 * time.Minute)
	done := make(chan struct{})
	var all sync.WaitGroup
	for k := range n {
		all.Go(func() {
			for time.Now().Before(end) {
				select {
				case <-done:
					return
				default:
				}
				h.get(b, []string{"/api/v1/incidents?q=node-42", "/api/v1/incidents?service=checkout", "/api/v1/report?month=2026-03"}[k%3])
			}
		})
	}
	return func() { close(done); all.Wait() }
}

// pages fires unlike alerts, one after the other, and reports the time from the webhook to the provider's request.
func (h *hall) pages(b *testing.B) {
	const times = 100
	var took []time.Duration
	for b.Loop() {
		took = took[:0]
		for range times {
			h.n++
			took = append(took, h.page(b))
		}
	}
	p50, p99 := at50at99(took)
	b.ReportMetric(p50, "p50-ms")
	b.ReportMetric(p99, "p99-ms")
}

// page fires one alert of a group of its own and waits until the carrier is asked to send a message.
func (h *hall) page(b *testing.B) time.Duration {
	title := fmt.Sprintf("Fresh%d", h.n)
	body := fmt.Sprintf(`{"key":%q,"title":%q,"severity":"critical","labels":{"alertname":%q,"service":"turns"}}`, title, title, title)
	req := httptest.NewRequest(http.MethodPost, "https://rouse.test/ingest/scripts", strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer s")
	req.Header.Set("Content-Type", "application/json")
	before := h.sends.Load()
	begin := time.Now()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	if rec.Code/100 != 2 {
		b.Fatalf("%d %s", rec.Code, rec.Body)
	}
	for h.sends.Load() == before {
		if time.Since(begin) > 30*time.Second {
			b.Fatal("no page in half a minute")
		}
		time.Sleep(100 * time.Microsecond)
	}
	return time.Since(begin)
}
