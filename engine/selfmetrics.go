package engine

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// Self is what rouse measures of itself: whether it is late, and whether what watches it watches.
type Self struct {
	PageLateness prometheus.Histogram     // seconds from when a page was due to when a provider was called
	FirstPage    prometheus.Histogram     // seconds from when an incident was triggered to when a provider was called for it
	LastCommit   prometheus.Gauge         // Unix time
	AuditLast    prometheus.Gauge         // Unix time of the end of the last check
	AuditSeconds prometheus.Histogram     //
	AuditFound   *prometheus.CounterVec   // what
	ClockJumps   *prometheus.CounterVec   // direction
	DrillLast    *prometheus.GaugeVec     // drill; Unix time of the last that was answered
	DrillFailed  *prometheus.CounterVec   // drill
	DrillSkipped *prometheus.CounterVec   // drill
	DrillAnswer  *prometheus.HistogramVec // drill; seconds
}

func newSelf() Self {
	fast := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300}
	s := Self{
		PageLateness: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_page_lateness_seconds", Help: "From when a page was due to when a provider was called.", Buckets: fast}),
		FirstPage:    prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_first_page_seconds", Help: "From when an incident was triggered to when a provider was called for it first.", Buckets: fast}),
		LastCommit:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "rouse_store_last_commit_timestamp_seconds", Help: "Unix time of the last durable commit."}),
		AuditLast:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "rouse_auditor_last_run_timestamp_seconds", Help: "Unix time at which rouse's own check last ended well."}),
		AuditSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_auditor_run_seconds", Help: "Time of one run of rouse's own check.", Buckets: fast}),
		AuditFound:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_auditor_found_total", Help: "What rouse's own check found stuck and set going again."}, []string{"what"}),
		ClockJumps:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_clock_jumps_total", Help: "Jumps of the wall clock against elapsed time; a suspended machine jumps forward."}, []string{"direction"}),
		DrillLast:    prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rouse_drill_last_success_timestamp_seconds", Help: "Unix time at which a drill was last answered; 0: never."}, []string{"drill"}),
		DrillFailed:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_drill_failed_total", Help: "Drills that nobody answered."}, []string{"drill"}),
		DrillSkipped: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_drill_skipped_total", Help: "Drills that were skipped because rouse was down at their time."}, []string{"drill"}),
		DrillAnswer:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rouse_drill_answer_seconds", Help: "From a drill's first page to its answer.", Buckets: []float64{10, 30, 60, 120, 300, 600, 1800}}, []string{"drill"}),
	}
	for _, what := range []string{foundTimer, foundIndex, foundPage, foundOutbox} {
		s.AuditFound.WithLabelValues(what)
	}
	for _, way := range []string{"back", "forward"} {
		s.ClockJumps.WithLabelValues(way)
	}
	return s
}

func (s *Self) register(r prometheus.Registerer) {
	r.MustRegister(s.PageLateness, s.FirstPage, s.LastCommit, s.AuditLast, s.AuditSeconds, s.AuditFound, s.ClockJumps,
		s.DrillLast, s.DrillFailed, s.DrillSkipped, s.DrillAnswer)
}

// Gauges are read from the engine whenever somebody looks.
func (e *Engine) Gauges() []prometheus.Collector {
	gauge := func(name, help string, f func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f)
	}
	return []prometheus.Collector{
		gauge("rouse_commit_queue_length", "Alerts and requests that wait for a commit.", func() float64 { return float64(e.pending.Load()) }),
		gauge("rouse_sends_in_flight", "Calls to providers under way.", func() float64 { return float64(len(e.slots)) }),
		gauge("rouse_alerts_firing", "Alerts that fire now, which are kept in memory.", func() float64 { return float64(e.hot.len()) }),
		gauge("rouse_breakers_open", "Methods of providers that are out of use for a while because the provider refused them to everybody.", func() float64 {
			return float64(e.breaker.tripped())
		}),
	}
}

// tripped is how many lines are out of use.
func (b *breakers) tripped() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.open)
}

// lateness notes how late a page is that a provider is about to be called for, at its first attempt.
func (e *Engine) lateness(j *job, now time.Time) {
	if j.page.Attempt != 1 || j.page.Patient {
		return
	}
	e.metrics.PageLateness.Observe(max(now.Sub(j.due), 0).Seconds())
	if !j.triggered.IsZero() {
		e.metrics.FirstPage.Observe(max(now.Sub(j.triggered), 0).Seconds())
	}
}

// triggered is when the incident of a page was triggered, if the page is of that moment; else the zero time.
func (b *batch) triggered(p *store.Page) time.Time {
	if p.Kind != incident.PageAlert {
		return time.Time{}
	}
	i, err := b.incident(p.Incident)
	if err != nil || !p.At.Equal(i.TriggeredAt) || i.Drill() {
		return time.Time{}
	}
	return i.TriggeredAt
}
