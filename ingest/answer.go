package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// retryAfter is the seconds after which a sender may try again. Overload is 503 and never 429: Alertmanager's webhook does
// not repeat a 429 before its next group_interval.
const retryAfter = "5"

// maxErrors is how many faults of one body are listed; the others are counted.
const maxErrors = 50

// accepted is the answer of /ingest/NAME to what was stored, in full or in part.
type accepted struct {
	Status       string   `json:"status"`
	Alerts       int      `json:"alerts"`
	Acknowledged int      `json:"acknowledged,omitempty"`
	Keys         []string `json:"keys,omitempty"`  // of the generic type: what to resolve or acknowledge by
	Notes        []string `json:"notes,omitempty"` // what came that is no alert, and what there is to do about it
	Errors       []string `json:"errors"`
}

// failed is the answer to what was not. Accepted counts the alerts that were stored nevertheless.
type failed struct {
	Error    string   `json:"error"`
	Hint     string   `json:"hint,omitempty"`
	Accepted *int     `json:"accepted,omitempty"`
	Errors   []string `json:"errors,omitempty"`
}

// dialect is how an endpoint words its refusals: ours, or that of the API it stands in for.
type dialect func(w http.ResponseWriter, r *refusal)

// speakRouse is the dialect of /ingest and /heartbeat.
func speakRouse(w http.ResponseWriter, r *refusal) {
	writeJSON(w, r.status, failed{Error: r.what, Hint: r.hint})
}

// speakAlertmanager is a JSON string, as Alertmanager's API v2 answers.
func speakAlertmanager(w http.ResponseWriter, r *refusal) {
	writeJSON(w, r.status, strings.TrimSpace(r.what+". "+r.hint))
}

// speakAlertmanagerV1 is the envelope of Alertmanager's API v1.
func speakAlertmanagerV1(w http.ResponseWriter, r *refusal) {
	kind := "bad_data"
	if r.status >= 500 {
		kind = "server_error"
	}
	writeJSON(w, r.status, map[string]string{"status": "error", "errorType": kind, "error": strings.TrimSpace(r.what + ". " + r.hint)})
}

// speakPagerDuty is the envelope of PagerDuty's Events API.
func speakPagerDuty(w http.ResponseWriter, r *refusal) {
	pagerDutyError(w, r.status, []string{strings.TrimSpace(r.what + ". " + r.hint)})
}

func pagerDutyError(w http.ResponseWriter, status int, faults []string) {
	answer := struct {
		Status  string   `json:"status"`
		Message string   `json:"message"`
		Errors  []string `json:"errors"`
	}{"invalid event", "Event object is invalid", faults}
	if status >= 500 {
		answer.Status, answer.Message = "unavailable", "The event was not stored; send it again"
	}
	writeJSON(w, status, answer)
}

// speakOpsgenie is the envelope of Opsgenie's Alert API.
func speakOpsgenie(w http.ResponseWriter, r *refusal) {
	id := mintUUID()
	w.Header().Set("X-Request-Id", id)
	writeJSON(w, r.status, struct {
		Message   string            `json:"message"`
		Errors    map[string]string `json:"errors,omitempty"`
		Took      float64           `json:"took"`
		RequestID string            `json:"requestId"`
	}{strings.TrimSpace(r.what + ". " + r.hint), r.fields, 0, id})
}

// say sends a refusal with the headers that belong to its status.
func say(w http.ResponseWriter, speak dialect, r *refusal) {
	switch r.status {
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", retryAfter)
	case http.StatusUnauthorized:
		w.Header().Add("WWW-Authenticate", `Bearer realm="rouse"`)
		w.Header().Add("WWW-Authenticate", `Basic realm="rouse"`)
	}
	speak(w, r)
}

// asRefusal is the answer to an error of reading, of the Sink or of the Desk.
func asRefusal(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	what := "the store cannot commit now; nothing was stored"
	switch {
	case errors.Is(err, ErrOverloaded):
		what = "too many alerts are waiting to be stored; nothing was stored"
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		what = "the request ended before it was stored"
	}
	return refuse(http.StatusServiceUnavailable, "Send it again after "+retryAfter+" seconds.", "%s", what)
}

// wrongMethod answers 405 unless the method is among those allowed.
func wrongMethod(w http.ResponseWriter, r *http.Request, speak dialect, allowed ...string) bool {
	for _, m := range allowed {
		if r.Method == m {
			return false
		}
	}
	list := strings.Join(allowed, ", ")
	w.Header().Set("Allow", list)
	say(w, speak, refuse(http.StatusMethodNotAllowed, "Use "+list+".", "%s is not possible here", brief(r.Method)))
	return true
}

// lines words the problems for an answer.
func lines(problems []problem) []string {
	out := make([]string, 0, min(len(problems), maxErrors+1))
	for i, p := range problems {
		if i == maxErrors {
			return append(out, fmt.Sprintf("and %d more", len(problems)-i))
		}
		out = append(out, p.Error())
	}
	return out
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil { // only a time outside of JSON's years could do this, and none is let in
		http.Error(w, `"the answer could not be written"`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes()) // the sender is gone; what it sent is stored or not already
}
