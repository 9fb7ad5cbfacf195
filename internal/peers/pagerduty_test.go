package peers

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/PagerDuty/go-pagerduty"
)

func pagerDutyEvent(action, key string) *pagerduty.V2Event {
	e := &pagerduty.V2Event{RoutingKey: routingKey, Action: action, DedupKey: key}
	if action == "trigger" {
		e.Payload = &pagerduty.V2Payload{Summary: "disk full on db1", Source: "db1", Severity: "critical", Details: map[string]string{"used": "98%"}}
		e.Client, e.ClientURL = "nagios", "https://nagios.example.com"
	}
	return e
}

func TestPagerDutyClient(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	pd := pagerduty.NewClient("", pagerduty.WithV2EventsAPIEndpoint(w.base))
	manage := func(action, key string) *pagerduty.V2EventResponse {
		t.Helper()
		r, err := pd.ManageEventWithContext(t.Context(), pagerDutyEvent(action, key))
		if err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		if r.Status != "success" || r.DedupKey == "" || key != "" && r.DedupKey != key {
			t.Errorf("%s with key %q was answered %+v", action, key, r)
		}
		return r
	}

	manage("trigger", "db1/disk")
	w.text(ana, patience, "P1 INC-1 checkout: disk full on db1")
	manage("acknowledge", "db1/disk")
	if i := w.becomes(1, "acknowledged", patience); len(i.Alerts) != 1 || i.Alerts[0].Annotations["used"] != "98%" {
		t.Errorf("the details were lost: %+v", i.Alerts)
	}
	manage("resolve", "db1/disk")
	w.becomes(1, "resolved", patience)

	// Without a key it is given one, by which it can be resolved.
	key := manage("trigger", "").DedupKey
	w.becomes(1, "triggered", patience) // the same group, within the reopen window
	manage("resolve", key)
	w.becomes(1, "resolved", patience)

	_, err := pd.CreateChangeEventWithContext(t.Context(), pagerduty.ChangeEvent{
		RoutingKey: routingKey, Payload: pagerduty.ChangeEventPayload{Summary: "checkout v12 is out", Source: "ci"},
	})
	if err != nil {
		t.Errorf("change event: %v", err)
	}
	if list, err := w.api.Incidents(t.Context(), filterAll); err != nil || len(list.Incidents) != 1 {
		t.Errorf("%d incidents, %v; want one: a change pages nobody", len(list.Incidents), err)
	}
	w.faultless()
}

func TestPagerDutyClientErrors(t *testing.T) {
	t.Parallel()
	w := open(t, townConfig)
	pd := pagerduty.NewClient("", pagerduty.WithV2EventsAPIEndpoint(w.base))
	for name, c := range map[string]struct {
		spoil func(*pagerduty.V2Event)
		says  string
	}{
		"no summary":  {func(e *pagerduty.V2Event) { e.Payload.Summary = "" }, "payload.summary"},
		"no action":   {func(e *pagerduty.V2Event) { e.Action = "" }, "event_action"},
		"unknown key": {func(e *pagerduty.V2Event) { e.RoutingKey = strings.Repeat("x", 32) }, "outing key"},
	} {
		e := pagerDutyEvent("trigger", "k")
		c.spoil(e)
		_, err := pd.ManageEventWithContext(t.Context(), e)
		var api pagerduty.APIError
		if !errors.As(err, &api) || api.StatusCode != http.StatusBadRequest || api.Temporary() {
			t.Errorf("%s: got %v, want a bad request that is not to be sent again", name, err)
		}
		// The client keeps the reasons to itself; the library reads them for who asks it for the typed error.
		code, body := send(w.http, http.MethodPost, w.base+"/v2/enqueue", "", e)
		typed := pagerduty.EventsAPIV2Error{StatusCode: code}
		if err := json.Unmarshal([]byte(body), &typed); err != nil || !typed.BadRequest() {
			t.Errorf("%s: %d %s: %v", name, code, body, err)
		}
		if got := typed.APIError.ErrorObject; got.Status == "" || !strings.Contains(strings.Join(got.Errors, "; "), c.says) {
			t.Errorf("%s: the answer %+v does not name %q", name, got, c.says)
		}
	}
}
