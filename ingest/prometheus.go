package ingest

import (
	"errors"
	"time"

	"github.com/rouse/rouse/alert"
)

// decodePrometheus reads the array that Prometheus, vmalert, Grafana and amtool post to Alertmanager's API, v1 and v2.
//
// endsAt says the state: in the past, the alert is resolved; in the future, it expires then unless it is repeated; absent
// or zero (0001-01-01), it stays open until it is resolved. The last differs from Alertmanager, which would let it expire
// after resolve_timeout: Grafana repeats only every four hours.
func decodePrometheus(body []byte, now time.Time) batch {
	var l list[hookAlert]
	if err := decode(body, &l); err != nil {
		return unreadable(err)
	}
	if !l.seen {
		return unreadable(errors.New("an array of alerts is expected; an Alertmanager webhook belongs to an integration of type alertmanager"))
	}
	b := batch{alerts: make([]alert.Alert, 0, len(l.items))}
	for i, w := range l.items {
		if w == nil {
			b.fail(i, errNotObject)
			continue
		}
		if len(w.Labels) == 0 {
			b.fail(i, "at least one label pair required")
			continue
		}
		b.alerts = append(b.alerts, posted(w, now))
	}
	return b
}

// posted turns one alert of the API into ours. Its identity is its label set; addresses and annotations change while it
// fires.
func posted(w *hookAlert, now time.Time) alert.Alert {
	a := alert.Alert{
		State:       alert.Firing,
		Labels:      alert.Labels(w.Labels),
		Annotations: alert.Labels(w.Annotations),
		Source:      string(w.GeneratorURL),
		StartsAt:    w.StartsAt.Time,
		EndsAt:      w.EndsAt.Time,
	}
	if !a.EndsAt.IsZero() && !a.EndsAt.After(now) {
		a.State = alert.Resolved
	}
	a.Key = a.Labels.Fingerprint()
	a.Title = titleOf(a.Labels, a.Annotations)
	a.Description = describe(a.Annotations, a.Title)
	a.Severity = severityOf(a.Labels, a.Annotations)
	a.Links = annotationLinks(a.Annotations)
	a.Test = isTest(a.Labels)
	tidy(&a)
	return a
}
