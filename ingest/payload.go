package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/rouse/rouse/alert"
)

// Decode reads a body as the door of a source of this type does, for who wants to know what would become of it: nobody is let in and
// nothing is stored. now stands in for a start that the body does not say. faults are what is wrong with a part, while the others are
// good; what is acknowledged is left out. An error means that nothing could be read. A body whose sender gives no identity, where the
// door makes one up (pagerduty, opsgenie), gets the key "new".
func Decode(kind string, body []byte, now time.Time) (alerts []alert.Alert, faults []string, err error) {
	if !slices.Contains([]string{TypeAlertmanager, TypeGrafana, TypePrometheus, TypePagerDuty, TypeOpsgenie, TypeGeneric}, kind) {
		return nil, nil, fmt.Errorf("%q is no type of integration", brief(kind))
	}
	b, err := decodeAny(kind, body, now)
	if err != nil {
		return nil, nil, err
	}
	faults = lines(b.problems)
	if len(b.alerts) == 0 && len(faults) > 0 {
		return nil, nil, errors.New(strings.Join(faults, "; "))
	}
	return b.alerts, faults, nil
}

func decodeAny(kind string, body []byte, now time.Time) (batch, error) {
	fresh := func() string { return "new" }
	switch kind {
	case TypePagerDuty:
		b, _ := decodePagerDuty(body, fresh)
		return b, nil
	case TypeOpsgenie:
		b, _ := decodeOpsgenie(body, fresh)
		return b, nil
	}
	content := "application/json"
	if kind == TypeGeneric {
		content = guessContent(body)
	}
	return decodeFor(&Source{Type: kind}, content, body, now)
}

// Guess says of which type a body is, by the words that only one kind of sender uses; generic for all others.
func Guess(body []byte) string {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if bound(body) == nil && foreign(body) && !isEvent(body) {
		return TypeGeneric
	}
	if bytes.HasPrefix(body, []byte("[")) && looksJSON(body) {
		return TypePrometheus
	}
	var top map[string]jsontext.Value
	if bound(body) != nil || json.Unmarshal(body, &top, lenient) != nil {
		return TypeGeneric
	}
	has := func(all ...string) bool {
		return !slices.ContainsFunc(all, func(k string) bool { _, ok := top[k]; return !ok })
	}
	switch {
	case has("routing_key"), has("service_key"), has("event_action", "payload"):
		return TypePagerDuty
	case has("alerts", "orgId"), has("ruleName", "evalMatches"), has("ruleId", "ruleName"), has("alerts", "receiver", "state"):
		return TypeGrafana
	case has("alerts", "groupLabels"), has("alerts", "groupKey"), has("alerts", "receiver"), has("alerts", "commonLabels"), has("alerts", "externalURL"):
		return TypeAlertmanager
	case has("message", "alias"), has("message", "responders"), has("message", "priority") && isPriority(string(bytes.Trim(top["priority"], `"`))):
		return TypeOpsgenie
	}
	return TypeGeneric
}
