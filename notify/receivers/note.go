package receivers

import (
	"cmp"
	"context"
	"maps"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	amnotify "github.com/prometheus/alertmanager/notify"
	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/alert"
)

// Reason is why a room hears of an incident.
type Reason string

// The reasons. Rooms hear of an acknowledgement as a firing note that says by whom; stock templates show it in the title.
const (
	Opened       Reason = "opened"
	Acknowledged Reason = "acknowledged"
	Escalated    Reason = "escalated"
	Resolved     Reason = "resolved"
)

// Note is one thing to tell a room.
type Note struct {
	ID          string            // unique, stable over retries (the page's ID); empty: a retry tells every integration again
	Receiver    string            // name of the room
	GroupKey    string            // what the other side deduplicates by: INC-42
	GroupLabels map[string]string // the labels that grouped the incident's alerts
	Status      alert.State       // of the incident: Resolved makes every alert resolved, Firing keeps at least one firing
	Reason      Reason            //
	Alerts      []alert.Alert     // as many as the caller thinks fit; none for an incident that a person reported
	Incident    Incident          // what people want to know
	Now         time.Time         // the end of alerts that were resolved by hand
}

// Incident is what a message says of the incident. Each field is a common annotation for templates, under the name given;
// an annotation of the source with the same name gives way. Empty fields are left out.
type Incident struct {
	Ref      string // incident: INC-42
	Priority string // priority: P1
	State    string // incident_state: acknowledged
	Title    string // incident_title
	Service  string // service
	URL      string // incident_url: where the title of stock messages leads
	AckedBy  string // acknowledged_by: Ana Ruiz
}

func (i Incident) annotations() map[string]string {
	all := map[string]string{
		"incident": i.Ref, "priority": i.Priority, "incident_state": i.State, "incident_title": i.Title,
		"service": i.Service, "incident_url": i.URL, "acknowledged_by": i.AckedBy,
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// alerts turns the note into Alertmanager's alerts. Labels stay as the source sent them, so fingerprints and silences fit.
func (n *Note) alerts() []*amalert.Alert {
	facts := n.Incident
	if facts.State == "" && n.Reason == Acknowledged {
		facts.State = string(Acknowledged)
	}
	extra := facts.annotations()
	all := make([]*amalert.Alert, 0, len(n.Alerts)+1)
	firing := false
	for i := range n.Alerts {
		a := n.alert(&n.Alerts[i], extra)
		firing = firing || a.EndsAt.IsZero()
		all = append(all, a)
	}
	if len(all) == 0 || n.Status == alert.Firing && !firing {
		all = append(all, n.alert(n.standIn(), extra))
	}
	return all
}

// alert converts one alert. A firing one has no end, for an end in the past would resolve it by the clock alone.
func (n *Note) alert(a *alert.Alert, extra map[string]string) *amalert.Alert {
	out := &amalert.Alert{Alert: model.Alert{
		Labels:       labelSet(a.Labels),
		Annotations:  labelSet(a.Annotations),
		StartsAt:     cmp.Or(a.StartsAt, n.Now),
		GeneratorURL: a.Source,
	}, UpdatedAt: n.Now}
	for name, value := range map[string]string{"summary": a.Title, "description": a.Description} {
		if _, ok := out.Annotations[model.LabelName(name)]; !ok && value != "" {
			out.Annotations[model.LabelName(name)] = model.LabelValue(value)
		}
	}
	for name, value := range extra {
		out.Annotations[model.LabelName(name)] = model.LabelValue(value)
	}
	if out.Labels[model.AlertNameLabel] == "" {
		out.Labels[model.AlertNameLabel] = model.LabelValue(cmp.Or(a.Title, n.Incident.Title, n.GroupKey))
	}
	if n.Status == alert.Resolved || a.State == alert.Resolved {
		out.EndsAt = n.Now
		if a.State == alert.Resolved && !a.EndsAt.IsZero() && a.EndsAt.Before(n.Now) {
			out.EndsAt = a.EndsAt
		}
	}
	return out
}

// standIn is an alert for an incident that has none to show: one that a person reported, or all of whose alerts recovered
// while it is still open.
func (n *Note) standIn() *alert.Alert {
	labels := maps.Clone(n.GroupLabels)
	if labels == nil {
		labels = map[string]string{}
	}
	if labels[model.AlertNameLabel] == "" {
		labels[model.AlertNameLabel] = cmp.Or(n.Incident.Title, n.GroupKey)
	}
	return &alert.Alert{State: n.Status, Labels: labels, StartsAt: n.Now}
}

func labelSet(in map[string]string) model.LabelSet {
	out := make(model.LabelSet, len(in)+8)
	for k, v := range in {
		out[model.LabelName(k)] = model.LabelValue(v)
	}
	return out
}

// context hands the note to Alertmanager's notifiers the way they expect it.
func (n *Note) context(ctx context.Context) context.Context {
	ctx = amnotify.WithGroupKey(ctx, n.GroupKey)
	ctx = amnotify.WithReceiverName(ctx, n.Receiver)
	ctx = amnotify.WithGroupLabels(ctx, labelSet(n.GroupLabels))
	ctx = amnotify.WithRouteLabels(ctx, model.LabelSet{})
	ctx = amnotify.WithNotificationReason(ctx, n.reason())
	ctx = amnotify.WithNow(ctx, n.Now)
	ctx = amnotify.WithAggrGroupID(ctx, n.ID) // for our own integrations: what is the same in a retry
	return amnotify.WithRepeatInterval(ctx, 0)
}

func (n *Note) reason() amnotify.NotifyReason {
	switch n.Reason {
	case Opened:
		return amnotify.ReasonFirstNotification
	case Escalated:
		return amnotify.ReasonRepeatIntervalElapsed
	case Resolved:
		return amnotify.ReasonAllAlertsResolved
	}
	return amnotify.ReasonUnknown // Alertmanager has no word for an acknowledgement
}
