package engine

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
)

// Metrics counts what the engine does. Names begin with rouse_; labels never carry what a source may choose freely.
type Metrics struct {
	Alerts         *prometheus.CounterVec   // integration, state
	Incidents      *prometheus.GaugeVec     // state, open ones
	Pages          *prometheus.CounterVec   // via, outcome
	CommitSeconds  prometheus.Histogram     //
	CommitSize     prometheus.Histogram     // requests in one commit
	CommitFailures prometheus.Counter       //
	Overloads      prometheus.Counter       //
	Overflows      *prometheus.CounterVec   // integration
	TimerLateness  prometheus.Histogram     // seconds
	OldestPage     prometheus.Gauge         // seconds, of the oldest page that is due and unsent
	ProviderUp     *prometheus.GaugeVec     // provider
	ProviderTime   *prometheus.HistogramVec // provider; seconds of a call
	Unknowns       *prometheus.CounterVec   // provider; sends that ended without an answer

	// Of the process. Confidential incidents are in none of them.
	Opened      *prometheus.CounterVec // priority
	Resolved    *prometheus.CounterVec // code
	Escalations *prometheus.CounterVec // by: time, hand
	Reopened    prometheus.Counter
	Breaches    *prometheus.CounterVec // sla, kind
	Updates     *prometheus.CounterVec // audience
	TimeToAck   prometheus.Histogram   // seconds
	TimeToEnd   prometheus.Histogram   // seconds
	Automations *prometheus.CounterVec // rule, outcome

	Self
}

// NewMetrics makes the metrics and registers them with r; a nil r registers them nowhere.
func NewMetrics(r prometheus.Registerer) *Metrics {
	fast := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
	m := &Metrics{
		Alerts:         prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_alerts_received_total", Help: "Alerts received, by integration and state."}, []string{"integration", "state"}),
		Incidents:      prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rouse_incidents", Help: "Open incidents by state."}, []string{"state"}),
		Pages:          prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_pages_total", Help: "Pages by method and outcome."}, []string{"via", "outcome"}),
		CommitSeconds:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_store_commit_seconds", Help: "Time of one durable commit.", Buckets: fast}),
		CommitSize:     prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_store_commit_requests", Help: "Requests that shared one commit.", Buckets: []float64{1, 2, 5, 10, 25, 50, 100, 250, 500}}),
		CommitFailures: prometheus.NewCounter(prometheus.CounterOpts{Name: "rouse_store_commit_failures_total", Help: "Commits that failed."}),
		Overloads:      prometheus.NewCounter(prometheus.CounterOpts{Name: "rouse_overload_total", Help: "Requests refused because too much waited for a commit."}),
		Overflows:      prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_overflow_alerts_total", Help: "Alerts whose group would have been one incident too many of their integration, and that were gathered in one."}, []string{"integration"}),
		TimerLateness:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_timer_lateness_seconds", Help: "How late incident timers were acted on.", Buckets: fast}),
		OldestPage:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "rouse_oldest_unsent_page_seconds", Help: "Age of the oldest page that is due and not sent."}),
		ProviderUp:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "rouse_provider_up", Help: "1 while a provider takes messages."}, []string{"provider"}),
		ProviderTime:   prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rouse_provider_request_seconds", Help: "Time of one call to a provider.", Buckets: fast}, []string{"provider"}),
		Unknowns:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_provider_unknown_total", Help: "Calls to a provider that ended without an answer."}, []string{"provider"}),
	}
	m.ofProcess()
	m.Self = newSelf()
	if r != nil {
		m.Self.register(r)
		r.MustRegister(m.Opened, m.Resolved, m.Escalations, m.Reopened, m.Breaches, m.Updates, m.TimeToAck, m.TimeToEnd, m.Automations)
		r.MustRegister(m.Alerts, m.Incidents, m.Pages, m.CommitSeconds, m.CommitSize, m.CommitFailures, m.Overloads, m.Overflows, m.TimerLateness, m.OldestPage, m.ProviderUp, m.ProviderTime, m.Unknowns)
	}
	return m
}

func (m *Metrics) received(batch []alert.Alert) {
	for k := range batch {
		m.Alerts.WithLabelValues(batch[k].Integration, string(batch[k].State)).Inc()
	}
}

// moved keeps the count of open incidents.
func (m *Metrics) moved(was, is incident.State) {
	if was.Open() {
		m.Incidents.WithLabelValues(string(was)).Dec()
	}
	if is.Open() {
		m.Incidents.WithLabelValues(string(is)).Inc()
	}
}
