package web

import (
	"context"
	"maps"
	"slices"
)

// Route is one line of the table of routes, for the tests.
type Route struct {
	Method, Path string
	Pattern      string
	Needs        Role
	API          bool
	Page         bool
	Link         bool
	Status       bool
}

// Routes is the table of routes.
func Routes() []Route {
	var out []Route
	for _, rt := range routes() {
		out = append(out, Route{rt.method(), rt.path(), rt.pattern, rt.needs, rt.door == doorAPI, rt.door == doorPage, rt.door == doorLink, rt.door == doorStatus})
	}
	return out
}

// Judge is what an error means to who asked.
func Judge(err error) (status int, code, message, hint string) {
	p := judge(err)
	return p.status, p.code, p.message, p.hint
}

// Refusals is how many lines the table of errors has.
func Refusals() int { return len(refusals()) }

// The errors of this package, for the test of the table.
var (
	ErrNoToken, ErrBadToken, ErrForeign, ErrNoRoute, ErrGone = errNoToken, errBadToken, errForeign, errNoRoute, errGone
	ErrStaleLink, ErrNoPower, ErrNoReload, ErrNoSchedule     = errStaleLink, errNoPower, errNoReload, errNoSchedule
	ErrNoContact, ErrNoTestRight, ErrNoSession               = errNoContact, errNoTestRight, errNoSession
	ErrForbidden, ErrInput                                   = errForbidden(Manager), bad("limit", "Write a number.", "%q", "x")
	ErrMethod                                                = errWrongMethod([]string{"GET"})
	ErrNotReporter, ErrNotYourself, ErrManyAlerts            = errNotReporter, errNotYourself, errManyAlerts
	ErrNoReceiver, ErrNoErase, ErrStillThere, ErrBusy        = errNoReceiver, errNoErase, errStillThere, errBusy
	ErrNoTrace, ErrKeyUsed                                   = errNoTrace, errKeyUsed
	ErrNoFeeds, ErrNotYourLeave                              = errNoFeeds, errNotYourLeave
)

// ErrReload and ErrReady wrap what Reload and Ready answer.
func ErrReload(err error) error { return &reloadError{err} }

// ErrReady is as ErrReload.
func ErrReady(err error) error { return &readyError{err} }

// WebLink is webLink.
func WebLink(s string) string { return webLink(s) }

// Local is local.
func Local(s string) string { return local(s) }

// Age is age.
var Age = age

// When is when.
var When = when

// Morning is morning.
var Morning = morning

// Walks is walks.
type Walks = walks

// Enter is enter.
func (w walks) Enter(ctx context.Context) (leave func(), err error) { return w.enter(ctx) }

// WalkPatience is walkPatience.
const WalkPatience = walkPatience

// WalksAtOnce is how many requests may walk at a time.
func WalksAtOnce() int { return cap(newWalks()) }

// Forms are what the forms of the pages ask for: of an incident, a problem and a review.
func Forms() (ofIncident, ofProblem, ofReview []string) {
	ofReview = slices.Concat(slices.Sorted(maps.Keys(reviewForms)), slices.Sorted(maps.Keys(partForms)), []string{"draft", "refresh", "save"})
	return slices.Sorted(maps.Keys(incidentForms)), slices.Sorted(maps.Keys(problemForms)), ofReview
}
