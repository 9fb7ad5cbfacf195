package ingest

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/ingest/mail"
	"github.com/rouse/rouse/ingest/tools"
)

// reported turns what a tool says into what the generic format would have said.
func reported(reports []tools.Report) batch {
	var b batch
	for i, r := range reports {
		if r.State == tools.Nothing {
			b.notes = append(b.notes, oneLine(r.Note, maxValue))
			continue
		}
		if err := fromTool(&r).into(&b); err != nil {
			b.fail(i, "%v", err)
		}
	}
	return b
}

func fromTool(r *tools.Report) *message {
	m := &message{fields: map[string]string{}, sent: map[string]string{}, labels: pairs(r.Labels), tags: tagLabels(r.Tags)}
	for name, value := range map[string]string{
		"key": r.Key, "state": string(r.State), "title": r.Title, "description": r.Description, "severity": r.Severity, "url": r.URL, "startsat": r.Time, "tags": r.Tags,
	} {
		m.set(name, value)
	}
	if r.Test {
		m.set("test", "true")
	}
	return m
}

// tagLabels reads the tags of many tools, name:value or name=value with commas or spaces between them, as labels where they are fit to
// be some. A tag without a value is none.
func tagLabels(list string) pairs {
	var out alert.Labels
	for tag := range strings.FieldsFuncSeq(strings.Trim(list, "[]"), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if k := strings.IndexAny(tag, ":="); k > 0 {
			out = lend(out, tag[:k], strings.Trim(tag[k+1:], `"`))
		}
	}
	return pairs(out)
}

// foreign reports whether a body is in the words of a tool, or of a service that takes mail in, that has no type of its own.
func foreign(body []byte) bool {
	if _, known := mail.JSON(body); known {
		return true
	}
	_, known := tools.Read(body)
	return known
}

// decodeKin reads what Alertmanager, Grafana and Prometheus send, where it is posted to a generic integration: who an alert is, and
// that it has ended, they say in ways that the generic words do not know.
func decodeKin(body []byte, now time.Time) (b batch, known bool) {
	var all list[kin]
	if bytes.HasPrefix(bytes.TrimLeft(body, "\ufeff \t\r\n"), []byte("[")) {
		if decode(body, &all) != nil || len(all.items) == 0 || slices.ContainsFunc(all.items, func(k *kin) bool { return k == nil || !k.pushed() }) {
			return b, false
		}
		return decodePrometheus(body, now), true
	}
	var k kin
	if decode(body, &k) != nil || !k.Alerts.seen || len(k.Alerts.items) == 0 {
		return b, false
	}
	if slices.ContainsFunc(k.Alerts.items, func(a *kin) bool { return a == nil || !a.hooked() }) {
		return b, false
	}
	if k.OrgID != "" {
		return decodeGrafana(body), true
	}
	return decodeAlertmanager(body), true
}

// kin is what tells an alert of the family of Alertmanager.
type kin struct {
	Alerts       list[kin] `json:"alerts"`
	OrgID        text      `json:"orgId"`
	Status       text      `json:"status"`
	Labels       pairs     `json:"labels"`
	GeneratorURL *text     `json:"generatorURL"`
	StartsAt     *text     `json:"startsAt"`
	EndsAt       *text     `json:"endsAt"`
	Title        text      `json:"title"`
	Key          text      `json:"key"`
}

// pushed reports whether Prometheus would push an alert so, hooked whether Alertmanager would send it on.
func (k *kin) pushed() bool {
	return k.Labels["alertname"] != "" && k.Status == "" && k.Title == "" && k.Key == "" && (k.GeneratorURL != nil || k.StartsAt != nil || k.EndsAt != nil)
}

func (k *kin) hooked() bool {
	status := strings.ToLower(string(k.Status))
	return len(k.Labels) > 0 && (status == "firing" || status == "resolved") && k.Title == "" && k.Key == ""
}
