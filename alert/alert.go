// Package alert is what a monitoring tool said: identity, labels, severity, firing or resolved.
//
// It is the ground of the house. It knows nothing of incidents, people or routes; it holds no clock and does no I/O.
// Its law: an alert's identity is (integration, key), and the key is never empty.
package alert

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// State is what the source says of the alert now.
type State string

// The two things that a source can say of an alert.
const (
	Firing   State = "firing"
	Resolved State = "resolved"
)

// Labels identify and describe an alert, as Prometheus uses the word. Values are UTF-8; an empty value means absent.
type Labels map[string]string

// Link is an address a source sent along: a runbook, a dashboard, an image.
type Link struct {
	Href string `json:"href"`
	Text string `json:"text,omitempty"`
}

// Alert is one alert as one source last described it.
type Alert struct {
	Integration string    `json:"integration"`           // the name in the configuration's integrations
	Key         string    `json:"key"`                   // identity inside the integration; never empty
	State       State     `json:"state"`                 //
	Severity    Severity  `json:"severity,omitempty"`    // normalised; Unknown when the source said nothing that rouse understands
	Title       string    `json:"title,omitempty"`       // one line for a person
	Description string    `json:"description,omitempty"` // the longer text, if any
	Labels      Labels    `json:"labels,omitempty"`      //
	Annotations Labels    `json:"annotations,omitempty"` //
	Source      string    `json:"source,omitempty"`      // address of the rule or graph behind it (generatorURL)
	Links       []Link    `json:"links,omitempty"`       //
	StartsAt    time.Time `json:"startsAt,omitzero"`     // UTC; zero when the source did not say
	EndsAt      time.Time `json:"endsAt,omitzero"`       // UTC; of a firing alert: when it expires unless repeated, zero = never
	Test        bool      `json:"test,omitempty"`        // a source's test button: shown as received, pages nobody
	Event       bool      `json:"event,omitempty"`       // each firing is an event of its own, not a repeated report of a state
	Truncated   int       `json:"truncated,omitempty"`   // alerts that the source left out of the same message
}

// ID is the identity of an alert over all integrations.
type ID struct{ Integration, Key string }

// ID returns the alert's identity.
func (a *Alert) ID() ID { return ID{a.Integration, a.Key} }

// ErrNoIdentity is returned for an alert that has neither a key nor labels to derive one from.
var ErrNoIdentity = errors.New("the alert has no key and no labels to derive one from")

// Identify derives a missing Key from the full label set and fails with ErrNoIdentity where there is none.
func (a *Alert) Identify() error {
	if a.Key != "" {
		return nil
	}
	if len(a.Labels) == 0 {
		return ErrNoIdentity
	}
	a.Key = a.Labels.Fingerprint()
	return nil
}

// Fingerprint is the label set's fingerprint, 16 hexadecimal digits, by the same function as Prometheus and Alertmanager,
// so an alert that arrives by two roads has one identity.
func (l Labels) Fingerprint() string {
	set := make(model.LabelSet, len(l))
	for k, v := range l {
		set[model.LabelName(k)] = model.LabelValue(v)
	}
	return set.Fingerprint().String()
}

// String prints the labels as a matcher would, sorted by name: {a="1", b="2"}.
func (l Labels) String() string {
	names := l.Names()
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = n + "=" + quote(l[n])
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// Names returns the label names, sorted.
func (l Labels) Names() []string {
	names := make([]string, 0, len(l))
	for n := range l {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
