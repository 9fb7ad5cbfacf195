package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

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
	errKeyUsed     = errors.New("this key stands for another report")
	errNoAnswer    = errors.New("the report that had this key came to no end")
	errNoReload    = errors.New("this rouse cannot read its configuration again while it runs")
	errNoSchedule  = errors.New("there is no such schedule in the configuration")
	errNoContact   = errors.New("this user has no number or address for that")
	errNoTestRight = errors.New("a test page to somebody else takes the role manager")
	errNotReporter = errors.New("you did not report this incident, so confirming that it is over takes the role responder")
	errNotYourself = errors.New("subscribing and unsubscribing anybody but yourself takes the role responder")
	errManyAlerts  = fmt.Errorf("it has more than %d alerts", mergeMost)
	errNoReceiver  = errors.New("there is no such receiver in the configuration")
	errNoErase     = errors.New("this rouse cannot erase a person")
	errStillThere  = errors.New("this person is still in the configuration")
	errNoTrace     = errors.New("no record names this person: nothing was erased")
	errBusy        = errors.New("too many reports, searches and lists are being worked out")
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

// absentError is errGone for what a person has named.
type absentError struct{ what, name string }

func (e *absentError) Error() string        { return "there is no " + e.what + " " + brief(e.name) }
func (e *absentError) Is(target error) bool { return target == errGone }

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

// refusal is one line of the table of errors.
type refusal struct {
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

// judge finds what an error means. What is not in the table tells the outside nothing but where to find it in the log.
func judge(err error) refusal {
	for _, p := range refusals() {
		if p.is(err) {
			p.message = cmp.Or(p.message, err.Error())
			var in *inputError
			if errors.As(err, &in) {
				p.message, p.hint = in.Error(), in.hint
			}
			return p
		}
	}
	return refusal{status: 500, code: "internal", message: "something went wrong inside rouse", hint: "Look for the correlation id in its log."}
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
