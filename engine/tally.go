package engine

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
)

// ofProcess makes the metrics of the incident process.
func (m *Metrics) ofProcess() {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	minutes := []float64{30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259200}
	m.Opened = counter("rouse_incidents_opened_total", "Incidents opened, by priority.", "priority")
	m.Resolved = counter("rouse_incidents_resolved_total", "Incidents resolved, by resolution code.", "code")
	m.Escalations = counter("rouse_escalations_total", "Escalations past the first level, by time or by hand.", "by")
	m.Reopened = prometheus.NewCounter(prometheus.CounterOpts{Name: "rouse_incidents_reopened_total", Help: "Incidents that came back after they were resolved."})
	m.Breaches = counter("rouse_sla_breaches_total", "SLA clocks that ran out, by SLA and kind.", "sla", "kind")
	m.Updates = counter("rouse_status_updates_total", "Status updates published, by audience.", "audience")
	m.TimeToAck = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_time_to_acknowledge_seconds", Help: "From detection to the first explicit acknowledgement.", Buckets: minutes})
	m.TimeToEnd = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rouse_time_to_resolve_seconds", Help: "From detection to the resolution.", Buckets: minutes})
	m.Automations = counter("rouse_automation_runs_total", "Steps of automations that touched the world, by rule and outcome.", "rule", "outcome")
}

// process counts what a batch wrote into one incident's timeline. opened says that the batch made it.
func (m *Metrics) process(i *incident.Incident, opened bool, entries []incident.Entry) {
	if opened {
		m.Opened.WithLabelValues(string(i.Priority)).Inc()
	}
	for k := range entries {
		e := &entries[k]
		switch e.Kind {
		case incident.DidAck:
			if e.At.Equal(i.FirstAckAt) {
				m.TimeToAck.Observe(i.FirstAckAt.Sub(i.CreatedAt).Seconds())
			}
		case incident.DidResolve:
			m.Resolved.WithLabelValues(i.Code).Inc()
			m.TimeToEnd.Observe(e.At.Sub(i.CreatedAt).Seconds())
		case incident.DidReopen:
			m.Reopened.Inc()
		case incident.DidUpdate:
			m.Updates.WithLabelValues(e.Data["audience"]).Inc()
		case incident.DidWarn:
			if e.Data["breached"] == "true" && e.Data["first"] == "true" {
				m.Breaches.WithLabelValues(e.Data["sla"], e.Data["kind"]).Inc()
			}
		case incident.DidEscalate:
			if e.By.Person() {
				m.Escalations.WithLabelValues("hand").Inc()
			}
		}
	}
}

// promise makes the counters of what has not happened yet, so that a rate sees the first time too.
func (m *Metrics) promise(book *incident.Rulebook) {
	for _, s := range book.SLAs {
		for _, kind := range []sla.Kind{sla.Response, sla.Resolution} {
			m.Breaches.WithLabelValues(s.Name, string(kind))
		}
	}
	for _, by := range []string{"time", "hand"} {
		m.Escalations.WithLabelValues(by)
	}
}
