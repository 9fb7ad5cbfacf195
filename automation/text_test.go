package automation_test

import (
	"strings"
	"testing"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
)

func payload() automation.Payload {
	run := automation.Run{
		ID: "INC-42/17/opened/vendor", Rule: automation.Rule{Name: "vendor"}, Event: automation.Opened,
		Entry: incident.Entry{Seq: 17, At: noon, What: "Opened as P1", Why: "route", By: incident.Actor{Kind: incident.ByIntegration, Name: "prometheus"}},
	}
	return automation.NewPayload(run, 0, disk(), "https://rouse.example.com/incidents/42")
}

func TestRenderText(t *testing.T) {
	tests := []struct{ name, text, want, err string }{
		{"plain", "call the vendor", "call the vendor", ""},
		{"empty", "", "", ""},
		{"fields", "{{.Incident.Ref}} {{.Event}} by {{.Rule}}: {{.Entry.What}}", "INC-42 opened by vendor: Opened as P1", ""},
		{"a label", "{{.Incident.Labels.cluster}}", "eu", ""},
		{"a label that is missing", "[{{.Incident.Labels.region}}]", "[]", ""},
		{"labels", "{{range $k, $v := .Incident.Labels}}{{$k}}={{$v}};{{end}}", "cluster=eu;team=a label, not the team;", ""},
		{"a condition", `{{if eq .Incident.Priority "P1"}}now{{else}}later{{end}}`, "now", ""},
		{"a format", `{{printf "%05d" .Incident.Number}}`, "00042", ""},
		{"no such field", "{{.Incident.Titel}}", "", "can't evaluate field Titel"},
		{"not closed", "{{.Incident.Title", "", "unclosed action"},
		{"a loop without end", "{{range 999999999999}}{{end}}", "", "range goes over a field alone"},
		{"a loop inside a condition", "{{if .Rule}}{{with 9999}}{{range .}}x{{end}}{{end}}{{end}}", "", "range goes over a field alone"},
		{"others of its kind", `{{define "a"}}{{template "a"}}{{end}}`, "", "cannot define others"},
		{"calls of others", `{{template "text" .}}`, "", "cannot call others"},
		{"a width that fills the memory", `{{printf "%999999999d" 1}}`, "", "a width may have three digits"},
		{"a width from outside", `{{printf "%*d" 99999999 1}}`, "", "a width may have three digits"},
		{"too much", `{{range .Incident.Labels}}` + strings.Repeat(`{{printf "%999d" 1}}`, 20) + `{{end}}`, "", "more than 16 KiB"},
		{"too long", strings.Repeat("x", 20<<10), "", "longer than 16 KiB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := automation.RenderText(tt.text, payload())
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("got %q, %v; want an error with %q", got, err, tt.err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
			if err := automation.CheckText(tt.text); err != nil {
				t.Errorf("CheckText says %v of a text that can be rendered", err)
			}
		})
	}
}

func FuzzRenderText(f *testing.F) {
	f.Add("{{.Incident.Title}}", "Disk is full")
	f.Add(`{{range $k, $v := .Incident.Labels}}{{$k}}{{end}}`, "%s%s")
	f.Add(`{{printf .Incident.Title 1}}`, "%1000d")
	f.Add(`{{with .Entry}}{{.What | html}}{{end}}`, "\x00\xff{{")
	f.Fuzz(func(t *testing.T, text, title string) {
		p := payload()
		p.Incident.Title = title
		if got, err := automation.RenderText(text, p); err == nil && len(got) > 64<<10 {
			t.Errorf("a template of %d bytes wrote %d", len(text), len(got))
		}
	})
}

func FuzzParseOrder(f *testing.F) {
	text, err := automation.Order{Rule: "vendor", Step: 1, Kind: "webhook", Payload: payload()}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(`{"rule":"x","step":-1}`)
	f.Add("{")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := automation.ParseOrder(text)
		if err != nil {
			return
		}
		if _, err := o.Find(nil); err == nil {
			t.Error("found a step in no configuration")
		}
		again, err := o.Encode()
		if err != nil {
			return // a year that JSON cannot write
		}
		if back, err := automation.ParseOrder(again); err != nil || back.Payload.ID != o.Payload.ID || back.Rule != o.Rule || back.Step != o.Step {
			t.Errorf("%q came back as %q, %v", text, again, err)
		}
	})
}
