package storetest

import (
	"context"
	"sync"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// CallStore is a store of whose calls any one can be made to fail: the beginning of a transaction, each method of its Tx, and the
// commit. So a test may fail the first, the second, and so on until a run has none left to fail.
type CallStore struct {
	store.Store

	mu    sync.Mutex
	at    int // calls until the one that fails; 0: none does
	err   error
	calls int
	last  string
}

// Calls wraps s. It works until told to fail.
func Calls(s store.Store) *CallStore { return &CallStore{Store: s} }

// FailAt makes the n-th call from now on return err, and none but that; 0 heals. Counting begins anew.
func (c *CallStore) FailAt(n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.err, c.calls, c.last = n, err, 0, ""
}

// Failed names the call that was made to fail, such as "PutPage"; "" when none was.
func (c *CallStore) Failed() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

func (c *CallStore) call(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls++; c.calls != c.at {
		return nil
	}
	c.last = name
	return c.err
}

// View is the wrapped store's, unless it is the call that fails.
func (c *CallStore) View(ctx context.Context, fn func(store.Tx) error) error {
	if err := c.call("View"); err != nil {
		return err
	}
	return c.Store.View(ctx, func(tx store.Tx) error { return fn(&callTx{tx, c}) })
}

// Update is the wrapped store's, unless its beginning or its commit is the call that fails: then nothing is written.
func (c *CallStore) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := c.call("Update"); err != nil {
		return err
	}
	return c.Store.Update(ctx, func(tx store.Tx) error {
		if err := fn(&callTx{tx, c}); err != nil {
			return err
		}
		return c.call("commit")
	})
}

// callTx asks before each call whether it is the one that fails.
type callTx struct {
	store.Tx
	c *CallStore
}

func (x *callTx) tell(name string, do func() error) error {
	if err := x.c.call(name); err != nil {
		return err
	}
	return do()
}

func ask[T any](x *callTx, name string, do func() (T, error)) (none T, err error) {
	if err := x.c.call(name); err != nil {
		return none, err
	}
	return do()
}

// Every method of store.Tx passes here, in the order of package store.
func (x *callTx) Alert(id alert.ID) (store.Alert, error) {
	return ask(x, "Alert", func() (store.Alert, error) { return x.Tx.Alert(id) })
}
func (x *callTx) PutAlert(a store.Alert) error {
	return x.tell("PutAlert", func() error { return x.Tx.PutAlert(a) })
}
func (x *callTx) DeleteAlert(id alert.ID) error {
	return x.tell("DeleteAlert", func() error { return x.Tx.DeleteAlert(id) })
}
func (x *callTx) ForgetAlerts(before time.Time, limit int) (int, error) {
	return ask(x, "ForgetAlerts", func() (int, error) { return x.Tx.ForgetAlerts(before, limit) })
}
func (x *callTx) AlertsOf(incident int64, after alert.ID, limit int) ([]store.Alert, error) {
	return ask(x, "AlertsOf", func() ([]store.Alert, error) { return x.Tx.AlertsOf(incident, after, limit) })
}
func (x *callTx) EachFiring(fn func(store.Alert) error) error {
	return x.tell("EachFiring", func() error { return x.Tx.EachFiring(fn) })
}
func (x *callTx) EachBrief(fn func(*store.Brief) error) error {
	return x.tell("EachBrief", func() error { return x.Tx.EachBrief(fn) })
}
func (x *callTx) NextNumber() (int64, error) {
	return ask(x, "NextNumber", func() (int64, error) { return x.Tx.NextNumber() })
}
func (x *callTx) Incident(n int64) (incident.Incident, error) {
	return ask(x, "Incident", func() (incident.Incident, error) { return x.Tx.Incident(n) })
}
func (x *callTx) PutIncident(i incident.Incident) error {
	return x.tell("PutIncident", func() error { return x.Tx.PutIncident(i) })
}
func (x *callTx) LatestOf(service, groupKey string) (int64, error) {
	return ask(x, "LatestOf", func() (int64, error) { return x.Tx.LatestOf(service, groupKey) })
}
func (x *callTx) Due(t time.Time, limit int) ([]int64, error) {
	return ask(x, "Due", func() ([]int64, error) { return x.Tx.Due(t, limit) })
}
func (x *callTx) NextWake() (time.Time, error) {
	return ask(x, "NextWake", func() (time.Time, error) { return x.Tx.NextWake() })
}
func (x *callTx) List(f store.Filter) ([]incident.Incident, error) {
	return ask(x, "List", func() ([]incident.Incident, error) { return x.Tx.List(f) })
}
func (x *callTx) EachFacts(f store.Filter, fn func(*incident.Facts) error) error {
	return x.tell("EachFacts", func() error { return x.Tx.EachFacts(f, fn) })
}
func (x *callTx) OpenNumbers() ([]int64, error) {
	return ask(x, "OpenNumbers", func() ([]int64, error) { return x.Tx.OpenNumbers() })
}
func (x *callTx) Append(n int64, entries []incident.Entry) error {
	return x.tell("Append", func() error { return x.Tx.Append(n, entries) })
}
func (x *callTx) Timeline(n int64) ([]incident.Entry, error) {
	return ask(x, "Timeline", func() ([]incident.Entry, error) { return x.Tx.Timeline(n) })
}
func (x *callTx) RewriteEntry(n int64, e incident.Entry) error {
	return x.tell("RewriteEntry", func() error { return x.Tx.RewriteEntry(n, e) })
}
func (x *callTx) DeleteIncident(n int64) error {
	return x.tell("DeleteIncident", func() error { return x.Tx.DeleteIncident(n) })
}
func (x *callTx) StripIncident(n int64, limit int) (int, error) {
	return ask(x, "StripIncident", func() (int, error) { return x.Tx.StripIncident(n, limit) })
}
func (x *callTx) Page(id string) (store.Page, error) {
	return ask(x, "Page", func() (store.Page, error) { return x.Tx.Page(id) })
}
func (x *callTx) PutPage(p store.Page) error {
	return x.tell("PutPage", func() error { return x.Tx.PutPage(p) })
}
func (x *callTx) DuePages(t time.Time, limit int) ([]store.Page, error) {
	return ask(x, "DuePages", func() ([]store.Page, error) { return x.Tx.DuePages(t, limit) })
}
func (x *callTx) DuePatient(t time.Time, limit int) ([]store.Page, error) {
	return ask(x, "DuePatient", func() ([]store.Page, error) { return x.Tx.DuePatient(t, limit) })
}
func (x *callTx) NextPage() (time.Time, error) {
	return ask(x, "NextPage", func() (time.Time, error) { return x.Tx.NextPage() })
}
func (x *callTx) NextPatient() (time.Time, error) {
	return ask(x, "NextPatient", func() (time.Time, error) { return x.Tx.NextPatient() })
}
func (x *callTx) PagesOf(incident int64) ([]store.Page, error) {
	return ask(x, "PagesOf", func() ([]store.Page, error) { return x.Tx.PagesOf(incident) })
}
func (x *callTx) PageByProvider(provider, id string) (store.Page, error) {
	return ask(x, "PageByProvider", func() (store.Page, error) { return x.Tx.PageByProvider(provider, id) })
}
func (x *callTx) ForgetPages(before time.Time, limit int) (int, error) {
	return ask(x, "ForgetPages", func() (int, error) { return x.Tx.ForgetPages(before, limit) })
}
func (x *callTx) Review(n int64) (review.Review, error) {
	return ask(x, "Review", func() (review.Review, error) { return x.Tx.Review(n) })
}
func (x *callTx) PutReview(r review.Review) error {
	return x.tell("PutReview", func() error { return x.Tx.PutReview(r) })
}
func (x *callTx) DeleteReview(n int64) error {
	return x.tell("DeleteReview", func() error { return x.Tx.DeleteReview(n) })
}
func (x *callTx) Reviews(states []review.State, limit int) ([]review.Review, error) {
	return ask(x, "Reviews", func() ([]review.Review, error) { return x.Tx.Reviews(states, limit) })
}
func (x *callTx) DueReviews(t time.Time, limit int) ([]int64, error) {
	return ask(x, "DueReviews", func() ([]int64, error) { return x.Tx.DueReviews(t, limit) })
}
func (x *callTx) NextReview() (time.Time, error) {
	return ask(x, "NextReview", func() (time.Time, error) { return x.Tx.NextReview() })
}
func (x *callTx) NextProblem() (int64, error) {
	return ask(x, "NextProblem", func() (int64, error) { return x.Tx.NextProblem() })
}
func (x *callTx) Problem(n int64) (problem.Problem, error) {
	return ask(x, "Problem", func() (problem.Problem, error) { return x.Tx.Problem(n) })
}
func (x *callTx) PutProblem(p problem.Problem) error {
	return x.tell("PutProblem", func() error { return x.Tx.PutProblem(p) })
}
func (x *callTx) Problems() ([]problem.Problem, error) {
	return ask(x, "Problems", func() ([]problem.Problem, error) { return x.Tx.Problems() })
}
func (x *callTx) Overrides() ([]oncall.Override, error) {
	return ask(x, "Overrides", func() ([]oncall.Override, error) { return x.Tx.Overrides() })
}
func (x *callTx) PutOverride(o oncall.Override) error {
	return x.tell("PutOverride", func() error { return x.Tx.PutOverride(o) })
}
func (x *callTx) DeleteOverride(id string) error {
	return x.tell("DeleteOverride", func() error { return x.Tx.DeleteOverride(id) })
}
func (x *callTx) Leaves() ([]oncall.Leave, error) {
	return ask(x, "Leaves", func() ([]oncall.Leave, error) { return x.Tx.Leaves() })
}
func (x *callTx) PutLeave(l oncall.Leave) error {
	return x.tell("PutLeave", func() error { return x.Tx.PutLeave(l) })
}
func (x *callTx) DeleteLeave(id string) error {
	return x.tell("DeleteLeave", func() error { return x.Tx.DeleteLeave(id) })
}
func (x *callTx) Silences() ([]router.Silence, error) {
	return ask(x, "Silences", func() ([]router.Silence, error) { return x.Tx.Silences() })
}
func (x *callTx) Silence(id string) (router.Silence, error) {
	return ask(x, "Silence", func() (router.Silence, error) { return x.Tx.Silence(id) })
}
func (x *callTx) PutSilence(s router.Silence) error {
	return x.tell("PutSilence", func() error { return x.Tx.PutSilence(s) })
}
func (x *callTx) DeleteSilence(id string) error {
	return x.tell("DeleteSilence", func() error { return x.Tx.DeleteSilence(id) })
}
func (x *callTx) Contact(address string) (store.Contact, error) {
	return ask(x, "Contact", func() (store.Contact, error) { return x.Tx.Contact(address) })
}
func (x *callTx) PutContact(c store.Contact) error {
	return x.tell("PutContact", func() error { return x.Tx.PutContact(c) })
}
func (x *callTx) DeleteContact(address string) error {
	return x.tell("DeleteContact", func() error { return x.Tx.DeleteContact(address) })
}
func (x *callTx) Contacts() ([]store.Contact, error) {
	return ask(x, "Contacts", func() ([]store.Contact, error) { return x.Tx.Contacts() })
}
func (x *callTx) Subscribers() ([]store.Subscriber, error) {
	return ask(x, "Subscribers", func() ([]store.Subscriber, error) { return x.Tx.Subscribers() })
}
func (x *callTx) PutSubscriber(s store.Subscriber) error {
	return x.tell("PutSubscriber", func() error { return x.Tx.PutSubscriber(s) })
}
func (x *callTx) DeleteSubscriber(id string) error {
	return x.tell("DeleteSubscriber", func() error { return x.Tx.DeleteSubscriber(id) })
}
func (x *callTx) Beats() ([]store.Beat, error) {
	return ask(x, "Beats", func() ([]store.Beat, error) { return x.Tx.Beats() })
}
func (x *callTx) PutBeat(b store.Beat) error {
	return x.tell("PutBeat", func() error { return x.Tx.PutBeat(b) })
}
func (x *callTx) Seen(key string, now time.Time) (bool, error) {
	return ask(x, "Seen", func() (bool, error) { return x.Tx.Seen(key, now) })
}
func (x *callTx) MarkSeen(key string, until time.Time) error {
	return x.tell("MarkSeen", func() error { return x.Tx.MarkSeen(key, until) })
}
func (x *callTx) ForgetSeen(t time.Time, limit int) (int, error) {
	return ask(x, "ForgetSeen", func() (int, error) { return x.Tx.ForgetSeen(t, limit) })
}
func (x *callTx) PutChange(c alert.Change) error {
	return x.tell("PutChange", func() error { return x.Tx.PutChange(c) })
}
func (x *callTx) Changes(since time.Time, limit int) ([]alert.Change, error) {
	return ask(x, "Changes", func() ([]alert.Change, error) { return x.Tx.Changes(since, limit) })
}
func (x *callTx) ForgetChanges(before time.Time, limit int) (int, error) {
	return ask(x, "ForgetChanges", func() (int, error) { return x.Tx.ForgetChanges(before, limit) })
}
func (x *callTx) Counter(name string) (int64, error) {
	return ask(x, "Counter", func() (int64, error) { return x.Tx.Counter(name) })
}
func (x *callTx) AddCounter(name string, n int64) (int64, error) {
	return ask(x, "AddCounter", func() (int64, error) { return x.Tx.AddCounter(name, n) })
}
func (x *callTx) Note(name string) (string, error) {
	return ask(x, "Note", func() (string, error) { return x.Tx.Note(name) })
}
func (x *callTx) PutNote(name, text string) error {
	return x.tell("PutNote", func() error { return x.Tx.PutNote(name, text) })
}
func (x *callTx) PutAct(a store.Act) (int64, error) {
	return ask(x, "PutAct", func() (int64, error) { return x.Tx.PutAct(a) })
}
func (x *callTx) Acts(after int64, limit int) ([]store.Act, error) {
	return ask(x, "Acts", func() ([]store.Act, error) { return x.Tx.Acts(after, limit) })
}
func (x *callTx) LastAct() (store.Act, error) {
	return ask(x, "LastAct", func() (store.Act, error) { return x.Tx.LastAct() })
}
func (x *callTx) EraseAct(seq int64, a store.Act) error {
	return x.tell("EraseAct", func() error { return x.Tx.EraseAct(seq, a) })
}
