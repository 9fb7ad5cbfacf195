package engine

import (
	"errors"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// errHalf ends a transaction in which a request was refused after it had written something. What is refused leaves nothing: the
// others of the batch are decided again without it.
var errHalf = errors.New("a request was refused halfway")

// ledger counts what is written through a transaction, so that a batch knows whether a request that was refused had written.
type ledger struct {
	store.Tx
	written int
	acts    int // what people did, as the audit log has it
}

// wrote counts a write that was taken.
func (l *ledger) wrote(err error) error {
	if err == nil {
		l.written++
	}
	return err
}

// Everything that writes passes here, in the order of package store.
func (l *ledger) PutAlert(a store.Alert) error  { return l.wrote(l.Tx.PutAlert(a)) }
func (l *ledger) DeleteAlert(id alert.ID) error { return l.wrote(l.Tx.DeleteAlert(id)) }

func (l *ledger) ForgetAlerts(before time.Time, limit int) (int, error) {
	v, err := l.Tx.ForgetAlerts(before, limit)
	return v, l.wrote(err)
}

func (l *ledger) NextNumber() (int64, error) {
	v, err := l.Tx.NextNumber()
	return v, l.wrote(err)
}

func (l *ledger) PutIncident(i incident.Incident) error { return l.wrote(l.Tx.PutIncident(i)) }
func (l *ledger) Append(n int64, entries []incident.Entry) error {
	return l.wrote(l.Tx.Append(n, entries))
}
func (l *ledger) RewriteEntry(n int64, e incident.Entry) error {
	return l.wrote(l.Tx.RewriteEntry(n, e))
}
func (l *ledger) DeleteIncident(n int64) error { return l.wrote(l.Tx.DeleteIncident(n)) }

func (l *ledger) StripIncident(n int64, limit int) (int, error) {
	v, err := l.Tx.StripIncident(n, limit)
	return v, l.wrote(err)
}

func (l *ledger) PutReview(r review.Review) error { return l.wrote(l.Tx.PutReview(r)) }
func (l *ledger) DeleteReview(n int64) error      { return l.wrote(l.Tx.DeleteReview(n)) }

func (l *ledger) NextProblem() (int64, error) {
	v, err := l.Tx.NextProblem()
	return v, l.wrote(err)
}

func (l *ledger) PutProblem(p problem.Problem) error { return l.wrote(l.Tx.PutProblem(p)) }
func (l *ledger) PutPage(p store.Page) error         { return l.wrote(l.Tx.PutPage(p)) }

func (l *ledger) ForgetPages(before time.Time, limit int) (int, error) {
	v, err := l.Tx.ForgetPages(before, limit)
	return v, l.wrote(err)
}

func (l *ledger) PutOverride(o oncall.Override) error    { return l.wrote(l.Tx.PutOverride(o)) }
func (l *ledger) DeleteOverride(id string) error         { return l.wrote(l.Tx.DeleteOverride(id)) }
func (l *ledger) PutLeave(v oncall.Leave) error          { return l.wrote(l.Tx.PutLeave(v)) }
func (l *ledger) DeleteLeave(id string) error            { return l.wrote(l.Tx.DeleteLeave(id)) }
func (l *ledger) PutSilence(s router.Silence) error      { return l.wrote(l.Tx.PutSilence(s)) }
func (l *ledger) DeleteSilence(id string) error          { return l.wrote(l.Tx.DeleteSilence(id)) }
func (l *ledger) DeleteContact(address string) error     { return l.wrote(l.Tx.DeleteContact(address)) }
func (l *ledger) PutContact(c store.Contact) error       { return l.wrote(l.Tx.PutContact(c)) }
func (l *ledger) PutSubscriber(s store.Subscriber) error { return l.wrote(l.Tx.PutSubscriber(s)) }
func (l *ledger) DeleteSubscriber(id string) error       { return l.wrote(l.Tx.DeleteSubscriber(id)) }
func (l *ledger) PutBeat(b store.Beat) error             { return l.wrote(l.Tx.PutBeat(b)) }
func (l *ledger) MarkSeen(key string, until time.Time) error {
	return l.wrote(l.Tx.MarkSeen(key, until))
}

func (l *ledger) ForgetSeen(t time.Time, limit int) (int, error) {
	v, err := l.Tx.ForgetSeen(t, limit)
	return v, l.wrote(err)
}

func (l *ledger) PutChange(c alert.Change) error { return l.wrote(l.Tx.PutChange(c)) }

func (l *ledger) ForgetChanges(before time.Time, limit int) (int, error) {
	v, err := l.Tx.ForgetChanges(before, limit)
	return v, l.wrote(err)
}

func (l *ledger) AddCounter(name string, n int64) (int64, error) {
	v, err := l.Tx.AddCounter(name, n)
	return v, l.wrote(err)
}

func (l *ledger) PutNote(name, text string) error { return l.wrote(l.Tx.PutNote(name, text)) }

func (l *ledger) PutAct(a store.Act) (int64, error) {
	v, err := l.Tx.PutAct(a)
	if err == nil {
		l.acts++
	}
	return v, l.wrote(err)
}

func (l *ledger) EraseAct(seq int64, a store.Act) error { return l.wrote(l.Tx.EraseAct(seq, a)) }
