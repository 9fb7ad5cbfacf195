package ingest

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rouse/rouse/alert"
)

// Limits of PagerDuty's Events API v2 (developer.pagerduty.com, Events API v2 overview). A summary that is too long is cut
// and kept whole in the description; a key cannot be cut, so it is refused.
const (
	maxEvent    = 512 << 10 // bytes of a body
	maxDedupKey = 255       // characters
)

// event is PagerDuty's Events API: v2, and v1's fields where a body has those.
type event struct {
	RoutingKey  text         `json:"routing_key"`
	EventAction text         `json:"event_action"`
	DedupKey    text         `json:"dedup_key"`
	Payload     *payload     `json:"payload"`
	Client      text         `json:"client"`
	ClientURL   text         `json:"client_url"`
	Links       list[pdLink] `json:"links"`
	Images      list[pdLink] `json:"images"`

	ServiceKey  text         `json:"service_key"`
	EventType   text         `json:"event_type"`
	IncidentKey text         `json:"incident_key"`
	Description text         `json:"description"`
	Details     details      `json:"details"`
	Contexts    list[pdLink] `json:"contexts"`
}

// payload is what a v2 trigger and a change event carry.
type payload struct {
	Summary   text    `json:"summary"`
	Source    text    `json:"source"`
	Severity  text    `json:"severity"`
	Timestamp stamp   `json:"timestamp"`
	Component text    `json:"component"`
	Group     text    `json:"group"`
	Class     text    `json:"class"`
	Details   details `json:"custom_details"`
}

// pdLink is a link, an image or a v1 context.
type pdLink struct {
	Href text `json:"href"`
	Text text `json:"text"`
	Src  text `json:"src"`
	Alt  text `json:"alt"`
}

// decodeEvent reads the envelope of an event, of either version.
func decodeEvent(body []byte) (*event, error) {
	var e event
	if err := decode(body, &e); err != nil {
		return nil, err
	}
	return &e, nil
}

// isEvent reports whether a body is an event as PagerDuty's clients send it.
func isEvent(body []byte) bool {
	e, err := decodeEvent(body)
	return err == nil && (e.EventAction != "" || e.ServiceKey != "" && e.EventType != "")
}

// v1 reports whether the body speaks Events API v1.
func (e *event) v1() bool { return e.RoutingKey == "" && (e.ServiceKey != "" || e.EventType != "") }

// key is the secret that names the integration.
func (e *event) key() string { return firstOf(string(e.RoutingKey), string(e.ServiceKey)) }

// dedup is the key as the sender wrote it, in either version.
func (e *event) dedup() string { return firstOf(string(e.DedupKey), string(e.IncidentKey)) }

// decodePagerDuty reads one event of the Events API v2 or v1. mint makes a dedup key for a trigger that has none. The
// second result is the key to answer with.
func decodePagerDuty(body []byte, mint func() string) (batch, string) {
	e, err := decodeEvent(body)
	if err != nil {
		return unreadable(err), ""
	}
	return e.batch(mint)
}

func (e *event) batch(mint func() string) (batch, string) {
	var b batch
	action, key := string(e.EventAction), e.dedup()
	if e.v1() {
		action = string(e.EventType)
	}
	for _, fault := range e.faults(action, key) {
		b.problems = append(b.problems, problem{-1, fault})
	}
	if len(b.problems) > 0 {
		return b, key
	}
	if key == "" {
		key = mint()
	}
	switch action {
	case "acknowledge":
		b.acks = []ack{{key: safeKey(key), by: oneLine(string(e.Client), 100)}}
	case "resolve":
		b.alerts = []alert.Alert{{Key: safeKey(key), State: alert.Resolved}}
	default:
		a := e.trigger(key)
		tidy(&a)
		named(&a)
		b.alerts = []alert.Alert{a}
	}
	return b, key
}

// faults lists everything wrong with an event, as PagerDuty does.
func (e *event) faults(action, key string) []string {
	var out []string
	trigger := false
	switch action {
	case "trigger":
		trigger = true
	case "acknowledge", "resolve":
		if key == "" {
			out = append(out, "'"+e.name("dedup_key", "incident_key")+"' is missing or blank: it says which alert to "+action)
		}
	case "":
		out = append(out, "'"+e.name("event_action", "event_type")+"' is missing or blank")
	default:
		out = append(out, "'"+e.name("event_action", "event_type")+"' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')")
	}
	if n := utf8.RuneCountInString(key); n > maxDedupKey {
		out = append(out, fmt.Sprintf("'%s' is %d characters long (the maximum is %d)", e.name("dedup_key", "incident_key"), n, maxDedupKey))
	}
	switch {
	case !trigger:
	case e.v1():
		if firstLine(string(e.Description)) == "" {
			out = append(out, "'description' is missing or blank")
		}
	default:
		out = append(out, e.Payload.faults()...)
	}
	return out
}

func (e *event) name(v2, v1 string) string {
	if e.v1() {
		return v1
	}
	return v2
}

// faults checks what a trigger requires: summary, source and severity.
func (p *payload) faults() []string {
	if p == nil {
		return []string{"'payload' is missing or blank"}
	}
	var out []string
	if firstLine(string(p.Summary)) == "" {
		out = append(out, "'payload.summary' is missing or blank")
	}
	if strings.TrimSpace(string(p.Source)) == "" {
		out = append(out, "'payload.source' is missing or blank")
	}
	switch strings.ToLower(string(p.Severity)) {
	case "critical", "error", "warning", "info":
	case "":
		out = append(out, "'payload.severity' is missing or blank")
	default:
		out = append(out, "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')")
	}
	return out
}

// trigger turns a valid trigger of either version into an alert. Each is an event: after somebody resolved the incident by
// hand, the next trigger with the same key opens another, as it does at PagerDuty.
func (e *event) trigger(key string) alert.Alert {
	a := alert.Alert{Key: key, State: alert.Firing, Event: true, Links: e.links()}
	if e.Client == "" {
		a.Source = string(e.ClientURL) // with a name it is among the links
	}
	summary, more := string(e.Description), e.Details
	if !e.v1() {
		p := e.Payload
		summary, more = string(p.Summary), p.Details
		a.StartsAt = p.Timestamp.Time
		a.Severity = alert.ParseSeverity(string(p.Severity))
		a.Labels = put(a.Labels, "source", p.Source, "severity", text(a.Severity), "component", p.Component, "group", p.Group, "class", p.Class)
	}
	a.Labels = put(a.Labels, "client", e.Client)
	a.Annotations = alert.Labels(more.fields)
	a.Labels = routed(a.Labels, more.fields)
	a.Severity = firstSeverity(a.Severity, severityOf(a.Annotations))
	a.Title = firstLine(summary)
	if strings.TrimSpace(summary) != a.Title || utf8.RuneCountInString(a.Title) > maxTitle {
		a.Description = summary
	}
	if a.Description == "" {
		a.Description = firstOf(more.plain, describe(a.Annotations, a.Title))
	}
	return a
}

// routingDetails are details that become labels as well, so that routes can match them.
var routingDetails = []string{"service", "team", "environment", "cluster", "region", "namespace", "alertname"}

// routed adds the routing details that are no labels yet.
func routed(set alert.Labels, details pairs) alert.Labels {
	for _, n := range routingDetails {
		if set[n] == "" {
			set = put(set, text(n), text(details[n]))
		}
	}
	return set
}

func firstSeverity(a, b alert.Severity) alert.Severity {
	if a != alert.Unknown {
		return a
	}
	return b
}

// put adds name, value, name, value... leaving out empty values.
func put(set alert.Labels, nameValue ...text) alert.Labels {
	for i := 0; i+1 < len(nameValue); i += 2 {
		if nameValue[i+1] == "" {
			continue
		}
		if set == nil {
			set = alert.Labels{}
		}
		set[string(nameValue[i])] = string(nameValue[i+1])
	}
	return set
}

// links gathers links and images of either version, and the client's address.
func (e *event) links() []alert.Link {
	var out []alert.Link
	for _, set := range [][]*pdLink{e.Links.items, e.Images.items, e.Contexts.items} {
		for _, l := range set {
			if l != nil {
				out = append(out, l.all()...)
			}
		}
	}
	if e.Client == "" {
		return out
	}
	return append(out, alert.Link{Href: string(e.ClientURL), Text: string(e.Client)})
}

func (l *pdLink) all() []alert.Link {
	return []alert.Link{
		{Href: string(l.Href), Text: firstOf(string(l.Text), string(l.Alt))},
		{Href: string(l.Src), Text: firstOf(string(l.Alt), "Image")},
	}
}

// change reads a change event of the Events API v2. now is its time where it says none.
func (e *event) change(now time.Time) (alert.Change, []problem) {
	p := e.Payload
	if p == nil {
		return alert.Change{}, []problem{{-1, "'payload' is missing or blank"}}
	}
	if firstLine(string(p.Summary)) == "" {
		return alert.Change{}, []problem{{-1, "'payload.summary' is missing or blank"}}
	}
	var cuts []string
	c := alert.Change{
		Summary: oneLine(string(p.Summary), maxTitle),
		Source:  oneLine(string(p.Source), maxTitle),
		At:      p.Timestamp.Time,
		Details: tidySet(alert.Labels(p.Details.fields), "detail", &cuts),
		Links:   tidyLinks(e.links()),
	}
	if c.At.IsZero() {
		c.At = now.UTC()
	}
	return c, nil
}
