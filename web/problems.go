package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// The errors of this package that a person meets.
var (
	errNoToken     = errors.New("the request has no token")
	errBadToken    = errors.New("the token is not one of rouse's configuration")
	errForeign     = errors.New("another site sent this request, so nothing was done")
	errNoRoute     = errors.New("there is nothing at this address")
	errGone        = errors.New("not found")
	errStaleLink   = errors.New("this link is from an earlier page about the incident, which has been triggered again since")
	errNoPower     = errors.New("a link does not allow that")
	errNoReload    = errors.New("this rouse cannot read its configuration again while it runs")
	errNoSchedule  = errors.New("there is no such schedule in the configuration")
	errNoContact   = errors.New("this user has no number or address for that")
	errNoTestRight = errors.New("a test page to somebody else takes the role manager")
)

// inputError is something in a request that cannot be used. Field is empty for the request as a whole.
type inputError struct {
	field, what, hint string
}

func (e *inputError) Error() string {
	if e.field == "" {
		return e.what
	}
	return e.field + ": " + e.what
}

// bad makes an inputError. hint says what to write instead.
func bad(field, hint, format string, args ...any) error {
	return &inputError{field, fmt.Sprintf(format, args...), hint}
}

// forbiddenError is a role that is not enough.
type forbiddenError struct{ need Role }

func (e *forbiddenError) Error() string { return "this takes the role " + string(e.need) }

func errForbidden(need Role) error { return &forbiddenError{need} }

// methodError is a method that an address does not have.
type methodError struct{ allowed []string }

func (e *methodError) Error() string { return "this address takes " + strings.Join(e.allowed, ", ") }

func errWrongMethod(allowed []string) error { return &methodError{allowed} }

// reloadError is why a configuration was not taken; its text is for the admin who asked.
type reloadError struct{ err error }

func (e *reloadError) Error() string { return e.err.Error() }

// readyError is why rouse cannot take and keep anything now.
type readyError struct{ err error }

func (e *readyError) Error() string { return "not ready: " + e.err.Error() }

// problem is one line of the table of errors.
type problem struct {
	is      func(error) bool
	status  int
	code    string
	message string // empty: the error's own words, which are meant for people
	hint    string
}

func is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

func as[E error]() func(error) bool {
	return func(err error) bool {
		var e E
		return errors.As(err, &e)
	}
}

const (
	hintAsk   = "Ask whoever keeps rouse's configuration."
	hintAgain = "Nothing was done. Try again in a few seconds."
	hintText  = "Answer the text with its number to acknowledge, or log in."
)

// problems says what every error means to who asked. The first that fits counts; what is not here is ours to repair: 500.
func problems() []problem {
	return []problem{
		{is(errNoToken), 401, "no_token", "", "Send the header Authorization: Bearer TOKEN, with a token of access.tokens."},
		{is(errBadToken), 401, "unknown_token", "", "Check it for missing characters, or make a new one under access.tokens and reload."},
		{is(errNoSession), 401, "no_session", "", "Log in."},
		{as[*forbiddenError](), 403, "forbidden", "", hintAsk},
		{is(errNoTestRight), 403, "forbidden", "", "Send it to yourself, or ask a manager."},
		{is(errForeign), 403, "cross_site", "", "Open rouse itself and do it there."},
		{is(errNoPower), 403, "link_forbids", "", "Log in, or answer the text."},
		{is(notify.ErrBadLink), 403, "bad_link", "this link is not one of rouse's, or it was cut off or changed", hintText},
		{is(notify.ErrExpiredLink), 410, "expired_link", "this link has expired", hintText},
		{is(errStaleLink), 409, "stale_link", "", "Use the link in the newest text, or answer it with the incident's number."},
		{is(errNoRoute), 404, "no_such_address", "", "See /api/v1/openapi.yaml for what there is."},
		{as[*methodError](), 405, "method_not_allowed", "", ""},
		{as[*http.MaxBytesError](), 413, "too_large", "the request is larger than 64 KiB", "Send less text."},
		{as[*inputError](), 422, "invalid", "", ""},
		{is(errNoSchedule), 422, "unknown_schedule", "", "See GET /api/v1/schedules."},
		{is(errNoContact), 422, "no_contact", "", "Add it to the user in the configuration, or use another method."},
		{as[*reloadError](), 422, "configuration_refused", "", "Nothing was changed: the configuration from before is in force."},
		{is(errNoReload), 501, "cannot_reload", "", "Start it again instead."},
		{as[*readyError](), 503, "not_ready", "", ""},

		{as[*incident.AlreadyError](), 409, "already", "", "Nothing is left to do about it."},
		{is(incident.ErrFinal), 409, "closed", "", "Report a new incident."},
		{is(incident.ErrNotAcked), 409, "not_acknowledged", "", "Acknowledge it first."},
		{is(incident.ErrNoIncident), 404, "not_found", "there is no such incident, or it is not yours to see", ""},
		{is(incident.ErrNeedsReason), 422, "needs_reason", "", "Say what is waited for."},
		{is(incident.ErrNeedsNote), 422, "needs_text", "some text is needed", "Write what happened."},
		{is(incident.ErrNobody), 422, "unknown_user", "", "See GET /api/v1/users."},
		{as[*incident.UnknownServiceError](), 422, "unknown_service", "", "See the services of the configuration, or GET /api/v1/oncall."},

		{is(errGone), 404, "not_found", "", ""},
		{is(store.ErrNotFound), 404, "not_found", "not found", ""},
		{is(ingest.ErrNotFound), 404, "not_found", "not found", ""},
		{is(store.ErrFull), 503, "disk_full", "the disk is nearly full, so nothing can be kept", "Nothing was done. Free some space on rouse's disk."},
		{is(store.ErrTooBig), 413, "too_large", "this is too much for one commit", "Send less text."},
		{is(store.ErrRecord), 413, "too_large", "this is too much for one record", "Send less text."},
		{is(store.ErrFailed), 503, "unavailable", "the store has failed", "Somebody has to start rouse again; answering texts will not work either."},
		{is(store.ErrClosed), 503, "stopping", "rouse is stopping", hintAgain},
		{is(ingest.ErrOverloaded), 503, "overloaded", "too much is waiting to be stored", hintAgain},
		{is(ingest.ErrUnavailable), 503, "unavailable", "the store cannot commit now", hintAgain},
		{is(context.DeadlineExceeded), 504, "timeout", "it took too long, and whether it was done is not known", "Look before you try again."},
		{is(context.Canceled), 499, "gone", "the request ended before its answer", ""},
	}
}

// judge finds what an error means. What is not in the table tells the outside nothing but where to find it in the log.
func judge(err error) problem {
	for _, p := range problems() {
		if p.is(err) {
			p.message = cmp.Or(p.message, err.Error())
			var in *inputError
			if errors.As(err, &in) {
				p.message, p.hint = in.Error(), in.hint
			}
			return p
		}
	}
	return problem{status: 500, code: "internal", message: "something went wrong inside rouse", hint: "Look for the correlation id in its log."}
}

// fail answers an error in the words of the route's door. Only what is ours to repair is logged.
func (c *call) fail(rt *route, err error) {
	p := judge(err)
	if p.status >= 500 && !errors.As(err, new(*readyError)) {
		c.s.Log.Error("request failed", "route", rt.pattern, "correlation", c.id, "err", err)
	}
	switch p.status {
	case http.StatusServiceUnavailable:
		c.w.Header().Set("Retry-After", "5")
	case http.StatusUnauthorized:
		c.w.Header().Set("WWW-Authenticate", `Bearer realm="rouse"`)
	}
	switch rt.door {
	case doorPage, doorLink:
		c.failPage(p, err)
	default:
		if strings.HasSuffix(rt.path(), "login") || strings.HasSuffix(rt.path(), "logout") {
			c.failPage(p, err)
			return
		}
		c.write(p.status, &client.Error{Code: p.code, Message: p.message, Hint: p.hint, Correlation: c.id})
	}
}

// write answers with JSON.
func (c *call) write(status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // only a time outside of JSON's years could do this
		c.s.Log.Error("an answer cannot be written", "correlation", c.id, "err", err)
		status, b = http.StatusInternalServerError, []byte(`{"code":"internal","message":"the answer could not be written","correlationId":"`+c.id+`"}`)
	}
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(append(b, '\n')) // whoever asked is gone; nothing is left to do
}
