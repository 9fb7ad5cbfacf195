package ingest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	ogalert "github.com/opsgenie/opsgenie-go-sdk-v2/alert"
	"github.com/opsgenie/opsgenie-go-sdk-v2/client"
	"github.com/opsgenie/opsgenie-go-sdk-v2/heartbeat"

	"github.com/rouse/rouse/alert"
)

// ogClient is the configuration of Opsgenie's own client, which speaks plain HTTP to an address without "api" in it.
func ogClient(t *testing.T, b *bench, key string) *client.Config {
	t.Helper()
	srv := httptest.NewServer(b.handler)
	t.Cleanup(srv.Close)
	cfg := &client.Config{ApiKey: key, OpsGenieAPIURL: client.ApiUrl(strings.TrimPrefix(srv.URL, "http://")), RetryCount: 1,
		Backoff: func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return time.Millisecond }}
	cfg.ConfigureLogLevel("fatal")
	return cfg
}

// TestOpsgenieClient lets Opsgenie's own client create, look at, change, acknowledge and close, and send a heartbeat.
func TestOpsgenieClient(t *testing.T) {
	for _, alias := range []string{"", "db1", "db1/disk", "a b%c"} {
		b := newBench(t)
		cfg := ogClient(t, b, "og-key")
		og, err := ogalert.NewClient(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		made, err := og.Create(ctx, &ogalert.CreateAlertRequest{Message: "Disk full", Alias: alias, Description: "of db1", Priority: ogalert.P1, Tags: []string{"env:live"},
			Details: map[string]string{"cluster": "eu-1"}, Responders: []ogalert.Responder{{Type: ogalert.TeamResponder, Name: "shop"}}})
		if err != nil || made.Result != "Request will be processed" || made.RequestId == "" {
			t.Fatalf("create: %+v, %v", made, err)
		}
		status, err := made.RetrieveStatus(ctx)
		if err != nil || !status.IsSuccess || status.Action != "Create" || status.AlertID == "" || status.Alias != status.AlertID || !status.ProcessedAt.Equal(clock) || alias != "" && status.Alias != alias {
			t.Fatalf("status: %+v, %v", status, err)
		}
		a := only(t, b)
		if a.Key != status.Alias || a.Severity != alert.Critical || a.Labels["env"] != "live" || a.Labels["cluster"] != "eu-1" || a.Labels["team"] != "shop" {
			t.Errorf("got %+v", a)
		}
		b.held = []Held{{Alert: a, UpdatedAt: clock}}
		got, err := og.Get(ctx, &ogalert.GetAlertRequest{IdentifierType: ogalert.ALIAS, IdentifierValue: status.Alias})
		if err != nil || got.Message != "Disk full" || got.Status != "open" || got.Priority != ogalert.P1 || got.Details["cluster"] != "eu-1" || len(got.Tags) != 1 {
			t.Errorf("get: %+v, %v", got, err)
		}
		if list, err := og.List(ctx, &ogalert.ListAlertRequest{Query: "status: open"}); err != nil || len(list.Alerts) != 1 || list.Alerts[0].Alias != status.Alias {
			t.Errorf("list: %+v, %v", list, err)
		}
		if n, err := og.CountAlerts(ctx, &ogalert.CountAlertsRequest{}); err != nil || n.Count != 1 {
			t.Errorf("count: %+v, %v", n, err)
		}
		for what, do := range map[string]func() (*ogalert.AsyncAlertResult, error){
			"message": func() (*ogalert.AsyncAlertResult, error) {
				return og.UpdateMessage(ctx, &ogalert.UpdateMessageRequest{IdentifierType: ogalert.ALIAS, IdentifierValue: status.Alias, Message: "Disk of db1 is full"})
			},
			"note": func() (*ogalert.AsyncAlertResult, error) {
				return og.AddNote(ctx, &ogalert.AddNoteRequest{IdentifierValue: status.AlertID, Note: "a note"})
			},
			"acknowledge": func() (*ogalert.AsyncAlertResult, error) {
				return og.Acknowledge(ctx, &ogalert.AcknowledgeAlertRequest{IdentifierValue: status.AlertID, User: "ana"})
			},
		} {
			if r, err := do(); err != nil || r.RequestId == "" {
				t.Errorf("%s: %+v, %v", what, r, err)
			}
		}
		if _, err := og.Close(ctx, &ogalert.CloseAlertRequest{IdentifierType: ogalert.ALIAS, IdentifierValue: status.Alias}); err != nil {
			t.Errorf("close: %v", err)
		}
		if len(b.alerts) != 2 || b.alerts[0].Title != "Disk of db1 is full" || b.alerts[1].ID() != a.ID() || b.alerts[1].State != alert.Resolved || len(b.acks) != 1 || b.acks[0] != a.ID() || len(b.remarks) != 1 {
			t.Errorf("got %+v, acks %v, notes %v", b.alerts, b.acks, b.remarks)
		}
		beats, err := heartbeat.NewClient(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if pong, err := beats.Ping(ctx, "backup"); err != nil || pong.Message != "PONG - Heartbeat received" || len(b.beats) != 1 {
			t.Errorf("ping: %+v, %v", pong, err)
		}
	}
}

// TestOpsgenieClientErrors: a refusal is a typed error with its words, and is not sent again; overload is.
func TestOpsgenieClientErrors(t *testing.T) {
	b := newBench(t)
	og, err := ogalert.NewClient(ogClient(t, b, "og-key"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = og.Snooze(t.Context(), &ogalert.SnoozeAlertRequest{IdentifierValue: "k", EndTime: time.Now().Add(time.Hour)})
	var typed *client.ApiError
	if !errors.As(err, &typed) || typed.StatusCode != 422 || !strings.Contains(typed.Message, "rouse incidents ack") || typed.RequestId == "" {
		t.Errorf("snooze: got %v", err)
	}
	b.memory.err = ErrOverloaded
	_, err = og.Create(t.Context(), &ogalert.CreateAlertRequest{Message: "m"})
	if !errors.As(err, &typed) || typed.StatusCode != 503 {
		t.Errorf("overload: got %v", err)
	}
	stranger, err := ogalert.NewClient(ogClient(t, newBench(t), "nobody's"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = stranger.Create(t.Context(), &ogalert.CreateAlertRequest{Message: "m"})
	if !errors.As(err, &typed) || typed.StatusCode != 401 || !strings.HasPrefix(typed.Message, "Could not authenticate") {
		t.Errorf("a wrong key: got %v", err)
	}
}
