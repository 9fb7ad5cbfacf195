package ingest

import (
	"strings"

	"github.com/rouse/rouse/alert"
)

// titleOf is one line for a person. The source's own summary or title comes first; then the name of the alert with the
// first line of its description; then its name with the labels that tell it from its siblings.
func titleOf(labels, annotations alert.Labels) string {
	for _, n := range []string{"summary", "title", "message"} {
		if s := firstLine(annotations[n]); s != "" {
			return s
		}
	}
	name := labels["alertname"]
	if d := firstLine(annotations["description"]); d != "" {
		if name == "" || strings.HasPrefix(d, name) {
			return d
		}
		return name + ": " + d
	}
	if name == "" {
		return labels.String()
	}
	return strings.Join(append([]string{name}, telling(labels)...), " ")
}

// firstLine returns the first line that is not blank.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// tellingNames are the labels that tell siblings apart, the best first.
var tellingNames = []string{"rulename", "cluster", "namespace", "service", "instance", "host", "node", "pod", "container", "device", "mountpoint", "job"}

// telling returns up to three label values that tell an alert from others of its name.
func telling(labels alert.Labels) []string {
	const most = 3
	var out []string
	for _, n := range tellingNames {
		if v := labels[n]; v != "" && len(out) < most {
			out = append(out, v)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, n := range labels.Names() {
		switch {
		case strings.HasPrefix(n, "__"), n == "alertname", n == "severity", n == "level", n == "priority":
		case len(out) < most:
			out = append(out, n+"="+labels[n])
		}
	}
	return out
}

// describe is the longer text of an alert from its annotations, unless the title has said it already.
func describe(annotations alert.Labels, title string) string {
	for _, n := range []string{"description", "message", "details"} {
		if s := strings.TrimSpace(annotations[n]); s != "" && s != title {
			return s
		}
	}
	return ""
}

// severityOf reads the label severity, else level, else priority; then the annotations of the same names.
func severityOf(sets ...alert.Labels) alert.Severity {
	for _, set := range sets {
		for _, n := range []string{"severity", "level", "priority"} {
			if s := alert.ParseSeverity(set[n]); s != alert.Unknown {
				return s
			}
		}
	}
	return alert.Unknown
}

// linkNames are annotations that hold an address, with what to call it.
var linkNames = []struct{ name, text string }{
	{"runbook_url", "Runbook"}, {"runbook", "Runbook"}, {"dashboard_url", "Dashboard"}, {"dashboard", "Dashboard"},
}

// annotationLinks returns the addresses among the annotations.
func annotationLinks(annotations alert.Labels) []alert.Link {
	var out []alert.Link
	for _, l := range linkNames {
		if href := annotations[l.name]; href != "" {
			out = append(out, alert.Link{Href: href, Text: l.text})
		}
	}
	return out
}

// isTest recognises the alert that Grafana's test button sends, by whatever contact point it comes.
func isTest(labels alert.Labels) bool {
	return labels["alertname"] == "TestAlert" && labels["instance"] == "Grafana"
}
