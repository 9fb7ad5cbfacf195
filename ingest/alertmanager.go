package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rouse/rouse/alert"
)

// hook is the body of an Alertmanager webhook, and of Grafana's, which added to it. Nothing in it is required but alerts:
// copies of this format (Google's, Chronosphere's) leave out what they please, and the version is not looked at.
type hook struct {
	Receiver          text            `json:"receiver"`
	Status            text            `json:"status"`
	Alerts            list[hookAlert] `json:"alerts"`
	CommonLabels      pairs           `json:"commonLabels"`
	CommonAnnotations pairs           `json:"commonAnnotations"`
	TruncatedAlerts   text            `json:"truncatedAlerts"`
}

// hookAlert is one alert of a webhook. The fields after Fingerprint are Grafana's.
type hookAlert struct {
	Status       text  `json:"status"`
	Labels       pairs `json:"labels"`
	Annotations  pairs `json:"annotations"`
	StartsAt     stamp `json:"startsAt"`
	EndsAt       stamp `json:"endsAt"`
	GeneratorURL text  `json:"generatorURL"`
	Fingerprint  text  `json:"fingerprint"`

	SilenceURL   text  `json:"silenceURL"`
	DashboardURL text  `json:"dashboardURL"`
	PanelURL     text  `json:"panelURL"`
	ImageURL     text  `json:"imageURL"`
	Values       pairs `json:"values"`
	ValueString  text  `json:"valueString"`
}

const errNotObject = "not an object"

var errArray = errors.New(`an Alertmanager webhook is an object with an array "alerts"; an array at the top level belongs to an integration of type prometheus`)

var errNoAlerts = errors.New(`there is no array "alerts"; an Alertmanager webhook has one, and an integration of type grafana needs Grafana's own payload`)

// decodeAlertmanager reads an Alertmanager webhook of any version. Each alert's own status governs, so a group that
// recovers in part resolves in part. An empty list of alerts is an empty batch.
func decodeAlertmanager(body []byte) batch {
	if first := bytes.TrimLeft(body, "\ufeff \t\r\n"); bytes.HasPrefix(first, []byte("[")) {
		return unreadable(errArray)
	}
	var h hook
	if err := decode(body, &h); err != nil {
		return unreadable(err)
	}
	return h.batch(nil)
}

// batch turns the webhook into alerts; extra adds what only Grafana sends, before the alert is tidied.
func (h *hook) batch(extra func(*hookAlert, *alert.Alert)) batch {
	if !h.Alerts.seen {
		return unreadable(errNoAlerts)
	}
	b := batch{alerts: make([]alert.Alert, 0, len(h.Alerts.items))}
	for i, w := range h.Alerts.items {
		if w == nil {
			b.fail(i, errNotObject)
			continue
		}
		state, ok := hookState(w.Status, h.Status)
		if !ok {
			b.fail(i, `status %q is neither "firing" nor "resolved"; it was not taken for either`, brief(string(w.Status)))
			continue
		}
		a, err := h.alert(w, state)
		if err != nil {
			b.fail(i, "%v", err)
			continue
		}
		if extra != nil {
			extra(w, &a)
		}
		tidy(&a)
		b.alerts = append(b.alerts, a)
	}
	return b
}

// alert reads one alert. The key is the fingerprint as sent, else that of the alert's own labels; what the group has in
// common is filled in afterwards, so that it cannot change who the alert is.
func (h *hook) alert(w *hookAlert, state alert.State) (alert.Alert, error) {
	a := alert.Alert{
		Key:         strings.TrimSpace(string(w.Fingerprint)),
		State:       state,
		Labels:      alert.Labels(w.Labels),
		Annotations: alert.Labels(w.Annotations),
		Source:      string(w.GeneratorURL),
		StartsAt:    w.StartsAt.Time,
		Truncated:   h.TruncatedAlerts.count(),
	}
	if state == alert.Resolved {
		a.EndsAt = w.EndsAt.Time // of a firing alert the status counts, whatever endsAt says
	}
	if len(a.Labels) == 0 {
		a.Labels = maps.Clone(alert.Labels(h.CommonLabels))
	}
	if err := a.Identify(); err != nil {
		return a, err
	}
	a.Labels = fillLabels(a.Labels, h.CommonLabels)
	a.Annotations = fill(a.Annotations, h.CommonAnnotations)
	if a.Truncated > 0 {
		a.Annotations = fill(a.Annotations, pairs{"truncated_alerts": fmt.Sprintf("%d more alerts of its group were left out by the sender", a.Truncated)})
	}
	a.Title = titleOf(a.Labels, a.Annotations)
	a.Description = describe(a.Annotations, a.Title)
	a.Severity = severityOf(a.Labels, a.Annotations)
	a.Links = annotationLinks(a.Annotations)
	a.Test = isTest(a.Labels)
	return a, nil
}

// hookState reads the alert's own status, or the group's where it has none. Without either the alert fires: the doubt
// goes to the side that wakes somebody.
func hookState(own, group text) (alert.State, bool) {
	s := strings.ToLower(strings.TrimSpace(string(own)))
	if s == "" {
		s = strings.ToLower(strings.TrimSpace(string(group)))
	}
	switch s {
	case "firing", "":
		return alert.Firing, true
	case "resolved":
		return alert.Resolved, true
	}
	return "", false
}

// fillLabels adds the group's common labels that the alert lacks, unless they contradict it: then they are not common.
func fillLabels(own alert.Labels, common pairs) alert.Labels {
	for n, v := range common {
		if o, has := own[n]; has && o != v {
			return own
		}
	}
	return fill(own, common)
}

// fill adds what is missing and leaves what is there.
func fill(own alert.Labels, common pairs) alert.Labels {
	for n, v := range common {
		if _, has := own[n]; has {
			continue
		}
		if own == nil {
			own = make(alert.Labels, len(common))
		}
		own[n] = v
	}
	return own
}

// brief shortens a value that is shown in an error.
func brief(s string) string { return oneLine(s, 60) }

// sortedNames returns the names of a set, sorted.
func sortedNames(p pairs) []string { return slices.Sorted(maps.Keys(p)) }
