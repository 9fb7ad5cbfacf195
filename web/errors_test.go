package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/report"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// TestEveryError has each line of the table of errors, bare and wrapped.
func TestEveryError(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.7: password=hunter2")
	tests := []struct {
		err    error
		status int
		code   string
	}{
		{web.ErrNoToken, 401, "no_token"},
		{web.ErrBadToken, 401, "unknown_token"},
		{web.ErrNoSession, 401, "no_session"},
		{web.ErrForbidden, 403, "forbidden"},
		{web.ErrNoTestRight, 403, "forbidden"},
		{web.ErrForeign, 403, "cross_site"},
		{web.ErrNoPower, 403, "link_forbids"},
		{notify.ErrBadLink, 403, "bad_link"},
		{notify.ErrExpiredLink, 410, "expired_link"},
		{web.ErrStaleLink, 409, "stale_link"},
		{web.ErrNoRoute, 404, "no_such_address"},
		{web.ErrMethod, 405, "method_not_allowed"},
		{&http.MaxBytesError{Limit: 1}, 413, "too_large"},
		{web.ErrInput, 422, "invalid"},
		{web.ErrNoSchedule, 422, "unknown_schedule"},
		{oncall.ErrNoShift, 422, "no_shift"},
		{oncall.ErrEndless, 422, "endless_shift"},
		{oncall.ErrOverlap, 422, "overlap"},
		{web.ErrNoContact, 422, "no_contact"},
		{web.ErrReload(errors.New("rouse.yaml:3:1: unknown key")), 422, "configuration_refused"},
		{web.ErrKeyUsed, 409, "key_used"},
		{web.ErrNoReload, 501, "cannot_reload"},
		{web.ErrReady(errors.New("the disk is full")), 503, "not_ready"},
		{&incident.AlreadyError{State: incident.Acknowledged, By: "bo"}, 409, "already"},
		{incident.ErrFinal, 409, "closed"},
		{incident.ErrDrill, 409, "drill"},
		{web.ErrNotReporter, 403, "forbidden"},
		{web.ErrNotYourself, 403, "forbidden"},
		{web.ErrNoReceiver, 422, "unknown_receiver"},
		{web.ErrStillThere, 409, "still_there"},
		{web.ErrNoTrace, 404, "not_found"},
		{web.ErrNoErase, 501, "cannot_erase"},
		{web.ErrBusy, 503, "busy"},
		{incident.ErrMixed, 422, "confidential"},
		{web.ErrNoFeeds, 501, "no_feeds"},
		{web.ErrNotYourLeave, 403, "forbidden"},
		{web.ErrManyAlerts, 422, "too_many_alerts"},
		{report.ErrPeriod, 422, "invalid"},
		{report.ErrDimension, 422, "invalid"},
		{report.ErrFormat, 422, "invalid"},
		{report.ErrSection, 422, "invalid"},
		{incident.ErrNotResolved, 409, "not_resolved"},
		{incident.ErrNotHeld, 409, "not_held"},
		{incident.ErrMerged, 409, "merged"},
		{incident.ErrNothing, 409, "unchanged"},
		{incident.ErrNoteOwed, 409, "note_owed"},
		{incident.ErrReviewFirst, 409, "review_first"},
		{incident.ErrNoteFirst, 422, "needs_note"},
		{incident.ErrWhy, 422, "needs_reason"},
		{incident.ErrItself, 422, "itself"},
		{incident.ErrConfidential, 422, "confidential"},
		{&incident.FieldError{Field: "kind", Value: "x", Want: "finding"}, 422, "invalid"},
		{review.ErrNoReview, 404, "no_review"},
		{review.ErrNoItem, 404, "not_found"},
		{review.ErrNoLine, 404, "not_found"},
		{review.ErrPublished, 409, "published"},
		{review.ErrNotDraft, 409, "not_draft"},
		{review.ErrNotInReview, 409, "not_in_review"},
		{review.ErrApproved, 409, "already"},
		{&review.MissingError{What: []string{"a summary"}}, 422, "incomplete"},
		{review.ErrNeedsText, 422, "needs_text"},
		{review.ErrNeedsReason, 422, "needs_reason"},
		{review.ErrNeedsOwner, 422, "needs_owner"},
		{review.ErrItemType, 422, "invalid"},
		{review.ErrItemState, 422, "invalid"},
		{review.ErrDate, 422, "invalid"},
		{review.ErrDuration, 422, "invalid"},
		{review.ErrOther, 422, "invalid"},
		{prb.ErrNoProblem, 404, "not_found"},
		{prb.ErrFinal, 409, "closed"},
		{prb.ErrResolved, 409, "resolved"},
		{prb.ErrNotResolved, 409, "not_resolved"},
		{prb.ErrUnderWay, 409, "already"},
		{prb.ErrLinked, 409, "linked"},
		{prb.ErrNotLinked, 409, "not_linked"},
		{prb.ErrExists, 409, "exists"},
		{prb.ErrNeedsTitle, 422, "needs_text"},
		{prb.ErrNeedsAnalysis, 422, "needs_text"},
		{prb.ErrNeedsNote, 422, "needs_text"},
		{prb.ErrNeedsReason, 422, "needs_reason"},
		{prb.ErrCode, 422, "invalid"},
		{prb.ErrNeedsOther, 422, "invalid"},
		{prb.ErrNoIncident, 422, "invalid"},
		{incident.ErrNotAcked, 409, "not_acknowledged"},
		{incident.ErrNoIncident, 404, "not_found"},
		{incident.ErrNeedsReason, 422, "needs_reason"},
		{incident.ErrNeedsNote, 422, "needs_text"},
		{incident.ErrNobody, 422, "unknown_user"},
		{&incident.UnknownServiceError{Name: "x"}, 422, "unknown_service"},
		{web.ErrGone, 404, "not_found"},
		{store.ErrNotFound, 404, "not_found"},
		{ingest.ErrNotFound, 404, "not_found"},
		{store.ErrFull, 503, "disk_full"},
		{store.ErrTooBig, 413, "too_large"},
		{store.ErrRecord, 413, "too_large"},
		{store.ErrFailed, 503, "unavailable"},
		{store.ErrNoBackup, 501, "no_backup"},
		{store.ErrClosed, 503, "stopping"},
		{ingest.ErrOverloaded, 503, "overloaded"},
		{ingest.ErrUnavailable, 503, "unavailable"},
		{context.DeadlineExceeded, 504, "timeout"},
		{context.Canceled, 499, "gone"},
	}
	if len(tests) != web.Refusals() {
		t.Errorf("%d errors are tested, the table has %d", len(tests), web.Refusals())
	}
	// What has no hint: there is nothing to be done, or the message says it.
	bare := []string{"not_found", "method_not_allowed", "not_ready", "gone"}
	for _, tt := range append(tests, struct {
		err    error
		status int
		code   string
	}{secret, 500, "internal"}) {
		for _, err := range []error{tt.err, fmt.Errorf("INC-42: %w", tt.err)} {
			status, code, message, hint := web.Judge(err)
			if hint == "" && !slices.Contains(bare, code) {
				t.Errorf("%v: %s does not say what to do next", err, code)
			}
			if status != tt.status || code != tt.code || message == "" {
				t.Errorf("%v: got %d %s %q, want %d %s", err, status, code, message, tt.status, tt.code)
			}
		}
	}
	// What an engine says of a store that cannot commit names the cause, where that helps whoever reads it.
	if _, code, _, _ := web.Judge(fmt.Errorf("%w: %w", ingest.ErrUnavailable, store.ErrFull)); code != "disk_full" {
		t.Errorf("a full disk: got %s", code)
	}
	if _, code, message, _ := web.Judge(fmt.Errorf("%w: %w", ingest.ErrUnavailable, secret)); code != "unavailable" || strings.Contains(message, "hunter2") {
		t.Errorf("a store's secret: got %s %q", code, message)
	}
}

// broken is an Engine whose acts fail with one error, or panic.
type broken struct {
	web.Engine
	err   error
	panic bool
}

func (b broken) Do(context.Context, int64, incident.Action) (incident.Incident, error) {
	if b.panic {
		panic("password=hunter2")
	}
	return incident.Incident{}, b.err
}

// TestNothingLeaks: an error that is not in the table, and a panic, tell the outside a correlation id, and the log the cause.
func TestNothingLeaks(t *testing.T) {
	for _, b := range []broken{{err: errors.New("pq: password=hunter2")}, {panic: true}} {
		w := newWorld(t, func(d *web.Deps) { b.Engine = d.Engine; d.Engine = b })
		n := w.fire("checkout", "HighErrorRate")
		_, err := w.api("responder").Ack(t.Context(), n, client.Lease{})
		var e *client.Error
		if !errors.As(err, &e) || e.Status != 500 || e.Code != "internal" || e.Correlation == "" || strings.Contains(e.Error(), "hunter2") {
			t.Errorf("got %+v", err)
		}
		page := w.post(w.link(n, "ana", 1)+"/act", "do=ack")
		if page.status != 500 || strings.Contains(page.body, "hunter2") || !strings.Contains(page.body, page.header.Get("X-Correlation-Id")) {
			t.Errorf("the page: got %d %s", page.status, page.body)
		}
		if !strings.Contains(w.log.String(), e.Correlation) || !strings.Contains(w.log.String(), "hunter2") {
			t.Errorf("the log lacks the cause: %s", w.log)
		}
		if strings.Contains(w.log.String(), strings.Split(w.link(n, "ana", 1), "/")[3]) {
			t.Error("the log holds a link")
		}
	}
}

func TestOverloadAsksToComeBack(t *testing.T) {
	w := newWorld(t, func(d *web.Deps) { d.Engine = broken{Engine: d.Engine, err: ingest.ErrOverloaded} })
	n := w.fire("checkout", "HighErrorRate")
	r := w.request("POST", fmt.Sprintf("/api/v1/incidents/%d/ack", n), "")
	r.Header.Set("Authorization", "Bearer secret-responder")
	if got := w.ask(r); got.status != 503 || got.header.Get("Retry-After") != "5" {
		t.Errorf("got %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
}

// TestBodies: what is not quite JSON, or not what is asked for, is refused with a word on what to do.
func TestBodies(t *testing.T) {
	w := newWorld(t)
	w.fire("checkout", "HighErrorRate")
	tests := []struct {
		path, body string
		status     int
		code, says string
	}{
		{"/api/v1/incidents/1/note", `{"text":"x","txt":"y"}`, 422, "invalid", "txt: there is no such field"},
		{"/api/v1/incidents/1/note", `{"text":7}`, 422, "invalid", "text: a JSON number"},
		{"/api/v1/incidents/1/note", `{"text":"x"`, 422, "invalid", "cannot be read"},
		{"/api/v1/incidents/1/note", `{"text":"x"} {}`, 422, "invalid", "after the end"},
		{"/api/v1/incidents/1/note", `{"text":"` + strings.Repeat("x", 70000) + `"}`, 413, "too_large", "64 KiB"},
		{"/api/v1/incidents/1/note", `{"text":"` + strings.Repeat("x", 9000) + `"}`, 422, "invalid", "9000 characters"},
		{"/api/v1/incidents/1/note", `{"text":"  "}`, 422, "needs_text", ""},
		{"/api/v1/incidents/1/note", ``, 422, "needs_text", ""},
		{"/api/v1/incidents/1/ack", `{"for":"2h","until":"morning"}`, 422, "invalid", "not both"},
		{"/api/v1/incidents/1/ack", `{"for":"2 hours"}`, 422, "invalid", "no duration"},
		{"/api/v1/incidents/1/ack", `{"for":"31d"}`, 422, "invalid", "within 30 days"},
		{"/api/v1/incidents/1/ack", `{"for":"0s"}`, 422, "invalid", "no duration"},
		{"/api/v1/incidents/1/ack", `{"until":"2020-01-01T00:00:00Z"}`, 422, "invalid", "has passed"},
		{"/api/v1/incidents/1/ack", `{"until":"tomorrow"}`, 422, "invalid", "no time"},
		{"/api/v1/incidents/1/resolve", `{"code":"done"}`, 422, "invalid", "fixed, workaround"},
		{"/api/v1/incidents/1/hold", `{"reason":"vendor"}`, 409, "not_acknowledged", ""},
		{"/api/v1/incidents/1/hold", `{}`, 422, "needs_reason", ""},
		{"/api/v1/incidents/1/reassign", `{"to":"nobody"}`, 422, "unknown_user", ""},
		{"/api/v1/incidents/1/close", `{}`, 409, "not_resolved", "Resolve it first"},
		{"/api/v1/incidents/0/ack", `{}`, 404, "not_found", ""},
		{"/api/v1/incidents/99/ack", `{}`, 404, "not_found", ""},
		{"/api/v1/incidents/many/ack", `{}`, 404, "not_found", ""},
		{"/api/v1/incidents", `{"service":"checkout"}`, 422, "invalid", "title"},
		{"/api/v1/incidents", `{"title":"x"}`, 422, "invalid", "service"},
		{"/api/v1/incidents", `{"title":"x","service":"nowhere"}`, 422, "unknown_service", "nowhere"},
		{"/api/v1/incidents", `{"title":"x","service":"checkout","impact":"huge"}`, 422, "invalid", "high, medium, low"},
		{"/api/v1/incidents", `{"title":"x","service":"checkout","type":"riddle"}`, 422, "invalid", "security, technical"},
		{"/api/v1/incidents", `{"title":"x","service":"checkout","category":"breach"}`, 422, "invalid", "availability, latency, data"},
		{"/api/v1/overrides/swap", `{"schedule":"office","user":"dee","with":"dee"}`, 422, "invalid", "themselves"},
		{"/api/v1/overrides/swap", `{"schedule":"office","user":"dee","with":"cy"}`, 422, "no_shift", "60 days"},
		{"/api/v1/overrides/swap", `{"schedule":"office","user":"dee","with":"ana","withAt":"someday"}`, 422, "invalid", "Europe/Madrid"},
		{"/api/v1/overrides", `{"schedule":"none","user":"bo","to":"2026-11-25 09:00"}`, 422, "unknown_schedule", ""},
		{"/api/v1/overrides", `{"schedule":"office","user":"none","to":"2026-11-25 09:00"}`, 422, "unknown_user", ""},
		{"/api/v1/overrides", `{"schedule":"office","user":"bo","to":"25 November"}`, 422, "invalid", "Europe/Madrid"},
		{"/api/v1/overrides", `{"schedule":"office","user":"bo","from":"2026-11-25 09:00","to":"2026-11-25 08:00"}`, 422, "invalid", "after the start"},
		{"/api/v1/overrides", `{"schedule":"office","user":"bo","from":"2026-10-25 09:00","to":"2026-11-20 08:00"}`, 422, "invalid", "in the past"},
		{"/api/v1/silences", `{"for":"2h"}`, 422, "invalid", "no matchers"},
		{"/api/v1/silences", `{"matchers":["a=\"b\""]}`, 422, "invalid", "no end"},
		{"/api/v1/silences", `{"matchers":["a=~\"(\""],"for":"2h"}`, 422, "invalid", "matcher"},
		{"/api/v1/silences", `{"matchers":["a=~\".*\""],"for":"2h"}`, 422, "invalid", "empty string"},
		{"/api/v1/silences", `{"matchers":["a=b"],"for":"2h","ends":"2026-11-25T09:00:00Z"}`, 422, "invalid", "not both"},
		{"/api/v1/silences", `{"matchers":["a=b"],"ends":"2026-11-20T09:00:00Z"}`, 422, "invalid", "before its end"},
		{"/api/v1/send", `{"user":"none"}`, 422, "unknown_user", ""},
		{"/api/v1/send", `{"user":"cy","via":"email"}`, 422, "no_contact", ""},
		{"/api/v1/send", `{"user":"cy","via":"pigeon"}`, 422, "invalid", "sms, call, email"},
	}
	for _, tt := range tests {
		r := w.request("POST", tt.path, tt.body)
		r.Header.Set("Authorization", "Bearer secret-manager")
		got := w.ask(r)
		var e client.Error
		if err := json.Unmarshal([]byte(got.body), &e); err != nil {
			t.Errorf("%s %.60s: %v", tt.path, tt.body, err)
			continue
		}
		e.Status = got.status
		if e.Status != tt.status || e.Code != tt.code || !strings.Contains(e.Message+" "+e.Hint, tt.says) {
			t.Errorf("%s %.60s: got %d %s: %s", tt.path, tt.body, e.Status, e.Code, e.Error())
		}
	}
	r := w.request("POST", "/api/v1/incidents/1/note", `{"text":"x"}`)
	r.Header.Set("Authorization", "Bearer secret-manager")
	r.Header.Set("Content-Type", "text/plain")
	if got := w.ask(r); got.status != 422 {
		t.Errorf("a body that is not marked as JSON: got %d", got.status)
	}
}

func TestQueries(t *testing.T) {
	w := newWorld(t)
	for path, says := range map[string]string{
		"/api/v1/incidents?state=broken":                                "no state",
		"/api/v1/incidents?limit=0":                                     "from 1 to 500",
		"/api/v1/incidents?limit=501":                                   "from 1 to 500",
		"/api/v1/incidents?before=x":                                    "whole number",
		"/api/v1/incidents?since=yesterday":                             "no time",
		"/api/v1/oncall?at=now":                                         "no time",
		"/api/v1/overrides?all=maybe":                                   "true or false",
		"/api/v1/schedules/office/shifts?from=x":                        "Europe/Madrid",
		"/api/v1/schedules/office/shifts?from=2026-01-02&to=2026-01":    "no time",
		"/api/v1/schedules/office/shifts?from=2026-01-02&to=2026-01-01": "after from",
		"/api/v1/schedules/office/shifts?from=2026-01-01&to=2028-01-01": "400 days",
		"/api/v1/acts?limit=x":                                          "from 1 to 1000",
	} {
		r := w.request("GET", path, "")
		r.Header.Set("Authorization", "Bearer secret-admin")
		if got := w.ask(r); got.status != 422 || !strings.Contains(got.body, says) {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
	for _, path := range []string{"/api/v1/schedules/none/shifts", "/api/v1/pages/none", "/api/v1/pages/INC-9/e1/x"} {
		r := w.request("GET", path, "")
		r.Header.Set("Authorization", "Bearer secret-admin")
		if got := w.ask(r); got.status != 404 {
			t.Errorf("%s: got %d %s", path, got.status, got.body)
		}
	}
}
