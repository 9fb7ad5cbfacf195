package ingest

import (
	"strings"

	"github.com/rouse/rouse/alert"
)

// decodeGrafana reads Grafana's webhook: unified alerting (Grafana 8 and later), and the dashboard alerts before it.
func decodeGrafana(body []byte) batch {
	var g struct {
		hook
		legacy
	}
	if err := decode(body, &g); err != nil {
		return unreadable(err)
	}
	if !g.Alerts.seen && g.looksLegacy() {
		return g.legacy.batch()
	}
	return g.hook.batch(grafanaExtra)
}

// grafanaExtra adds the measured values and the pages of Grafana that belong to the alert. values is null for an alert
// without data and for the test button.
func grafanaExtra(w *hookAlert, a *alert.Alert) {
	if v := valuesText(w.Values, w.ValueString); v != "" {
		a.Annotations = fill(a.Annotations, pairs{"values": v})
	}
	a.Links = append(a.Links,
		alert.Link{Href: string(w.PanelURL), Text: "Panel"},
		alert.Link{Href: string(w.DashboardURL), Text: "Dashboard"},
		alert.Link{Href: string(w.SilenceURL), Text: "Silence"},
		alert.Link{Href: string(w.ImageURL), Text: "Image"},
		alert.Link{Href: string(w.GeneratorURL), Text: "Alert rule"},
	)
}

// valuesText prints measured values as A=1, B=2; without them, the sender's own words.
func valuesText(values pairs, own text) string {
	parts := make([]string, 0, len(values))
	for _, n := range sortedNames(values) {
		parts = append(parts, n+"="+values[n])
	}
	if len(parts) == 0 {
		return string(own)
	}
	return strings.Join(parts, ", ")
}

// legacy is the body of a dashboard alert, Grafana 7 and earlier.
type legacy struct {
	Title       text        `json:"title"`
	Message     text        `json:"message"`
	State       text        `json:"state"`
	RuleID      text        `json:"ruleId"`
	RuleName    text        `json:"ruleName"`
	RuleURL     text        `json:"ruleUrl"`
	LegacyImage text        `json:"imageUrl"`
	Tags        pairs       `json:"tags"`
	EvalMatches list[match] `json:"evalMatches"`
}

// match is one series that broke the rule.
type match struct {
	Metric text `json:"metric"`
	Value  text `json:"value"`
}

func (l *legacy) looksLegacy() bool {
	return l.RuleID != "" || l.RuleName != "" || l.EvalMatches.seen
}

// batch is the one alert of a dashboard rule. Its identity is the rule's id, which is one per Grafana database.
func (l *legacy) batch() batch {
	var b batch
	a := alert.Alert{
		Key:         string(l.RuleID),
		Title:       firstOf(firstLine(string(l.Title)), firstLine(string(l.RuleName))),
		Description: string(l.Message),
		Labels:      alert.Labels(l.Tags),
		Source:      string(l.RuleURL),
		Links:       []alert.Link{{Href: string(l.LegacyImage), Text: "Image"}, {Href: string(l.RuleURL), Text: "Alert rule"}},
	}
	if a.Labels == nil {
		a.Labels = alert.Labels{}
	}
	if a.Labels["alertname"] == "" && l.RuleName != "" {
		a.Labels["alertname"] = string(l.RuleName)
	}
	switch strings.ToLower(string(l.State)) {
	case "alerting", "no_data", "nodata":
		a.State = alert.Firing
	case "ok", "paused":
		a.State = alert.Resolved
	default:
		b.fail(0, `state %q is none of alerting, no_data, ok, paused`, brief(string(l.State)))
		return b
	}
	if l.RuleID == "0" || l.RuleID == "" { // the test button has no rule
		a.Key = derivedKey(string(l.RuleName)+string(l.Title), nil)
		a.Test = strings.HasSuffix(string(l.Title), "Test notification")
	}
	if v := l.values(); v != "" {
		a.Annotations = alert.Labels{"values": v}
	}
	a.Title = firstOf(a.Title, titleOf(a.Labels, nil))
	a.Severity = severityOf(a.Labels)
	tidy(&a)
	b.alerts = append(b.alerts, a)
	return b
}

func (l *legacy) values() string {
	var parts []string
	for _, m := range l.EvalMatches.items {
		if m != nil {
			parts = append(parts, string(m.Metric)+"="+string(m.Value))
		}
	}
	return strings.Join(parts, ", ")
}

// firstOf returns the first that is not empty.
func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}
