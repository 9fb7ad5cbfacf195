package receivers

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	texttemplate "text/template"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/template"
)

// house are rouse's own definitions, between Alertmanager's and the user's. The stock messages are built on them: a title
// says who acknowledged, the incident's number and its priority, and leads to the incident.
const house = `
{{ define "__alertmanager" }}rouse{{ end }}
{{ define "__alertmanagerURL" }}{{ with .CommonAnnotations.incident_url }}{{ . }}{{ else }}{{ .ExternalURL }}{{ end }}{{ end }}
{{ define "__rouse_state" -}}
{{ if eq .Status "resolved" }}RESOLVED
{{- else if eq .CommonAnnotations.incident_state "acknowledged" }}ACKNOWLEDGED
{{- with .CommonAnnotations.acknowledged_by }} by {{ . }}{{ end }}
{{- else }}FIRING:{{ .Alerts.Firing | len }}{{ end }}
{{- end }}
{{ define "__subject" -}}
[{{ template "__rouse_state" . }}]
{{- with .CommonAnnotations.priority }} {{ . }}{{ end }}
{{- with .CommonAnnotations.incident }} {{ . }}{{ end }}
{{- with .GroupLabels.SortedPairs.Values }} {{ . | join " " }}{{ else }}{{ with .CommonLabels.alertname }} {{ . }}{{ end }}{{ end }}
{{- if gt (len .CommonLabels) (len .GroupLabels) }}
{{- with (.CommonLabels.Remove .GroupLabels.Names).Remove (stringSlice "alertname") }} ({{ .Values | join " " }}){{ end }}
{{- end }}
{{- end }}
{{ define "slack.default.color" -}}
{{ if eq .Status "resolved" }}good{{ else if eq .CommonAnnotations.incident_state "acknowledged" }}warning{{ else }}danger{{ end }}
{{- end }}
{{ define "__rouse_text" -}}
{{ template "__subject" . }}
{{ template "__alertmanagerURL" . }}
{{ with .Alerts.Firing }}
Alerts Firing:
{{ template "__text_alert_list" . }}{{ end }}
{{- with .Alerts.Resolved }}
Alerts Resolved:
{{ template "__text_alert_list" . }}{{ end }}
{{- end }}
{{ define "telegram.default.message" }}{{ template "__rouse_text" . }}{{ end }}
{{ define "webex.default.message" }}{{ template "__rouse_text" . }}{{ end }}
`

// calmPriority is Pushover's stock priority, less the siren for an incident that somebody has taken.
const calmPriority = `{{ if and (eq .Status "firing") (ne .CommonAnnotations.incident_state "acknowledged") }}2{{ else }}0{{ end }}`

// stock reads Alertmanager's templates, ours, and the user's, each able to redefine those before.
func stock(o Options) (*template.Template, error) {
	t, err := template.FromGlobs(nil)
	if err != nil {
		return nil, fmt.Errorf("stock templates: %w", err)
	}
	if err := t.Parse(strings.NewReader(house)); err != nil {
		return nil, fmt.Errorf("rouse's templates: %w", err)
	}
	for _, glob := range o.TemplateFiles {
		if err := t.FromGlob(glob); err != nil {
			return nil, fmt.Errorf("templates %s: %w", glob, err)
		}
	}
	t.ExternalURL = &url.URL{}
	if o.ExternalURL != nil {
		t.ExternalURL = o.ExternalURL
	}
	return t, nil
}

// checkTemplates tries every template in a receiver now, so that a typing error is found at noon and not at three in the
// morning. Only what can never work is an error: bad syntax, a template or a field that does not exist.
func checkTemplates(t *template.Template, c config.Receiver) error {
	data := t.Data(c.Name, nil, nil, "")
	var errs []error
	walk(reflect.ValueOf(c), func(field string, x reflect.Value) {
		if x.Kind() != reflect.String || !strings.Contains(x.String(), "{{") {
			return
		}
		_, err := t.ExecuteTextString(x.String(), data)
		var running texttemplate.ExecError
		if errors.As(err, &running) && !strings.Contains(err.Error(), "not defined") && !strings.Contains(err.Error(), "can't evaluate field") {
			return
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("template in %s: %w", field, err))
		}
	})
	return errors.Join(errs...)
}
