package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

var transactionTests = []test{
	{name: "all of an update is there", run: updateKeeps},
	{name: "an update sees its own writes", run: updateSeesOwn},
	{name: "an error discards all", run: errorDiscards},
	{name: "a panic discards all", run: panicDiscards},
	{name: "the error of fn is returned as it is", run: errorReturned},
	{name: "a view refuses writes", run: viewRefusesWrites},
	{name: "a view is a snapshot", run: viewIsSnapshot},
	{name: "a cancelled context starts nothing", run: cancelledStartsNothing},
	{name: "a commit is not cut short", run: commitNotCut, needs: runsOnce},
	{name: "too much is refused whole", run: tooMuch},
	{name: "a failure to write cannot be passed over", run: failureSticks},
	{name: "a transaction ends with its function", run: txEnds},
	{name: "closed", run: closedRefuses},
}

func updateKeeps(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutAlert(firing("am", "a", 1)), tx.PutIncident(opened(1, "web", "g")), tx.PutPage(queued("p", 1, 0)), tx.PutNote("n", "x"))
	})
	h.view(func(tx store.Tx) error {
		_, err1 := tx.Alert(alert.ID{Integration: "am", Key: "a"})
		_, err2 := tx.Incident(1)
		_, err3 := tx.Page("p")
		text, err4 := tx.Note("n")
		same(h, "note", text, "x")
		return all(err1, err2, err3, err4)
	})
}

func updateSeesOwn(h *harness) {
	h.update(func(tx store.Tx) error {
		if err := all(tx.PutAlert(firing("am", "a", 7)), tx.PutIncident(opened(7, "web", "g")), tx.PutPage(queued("p", 7, 3))); err != nil {
			return err
		}
		members, err1 := tx.AlertsOf(7, alert.ID{}, 0)
		latest, err2 := tx.LatestOf("web", "g")
		due, err3 := tx.DuePages(at(3), 0)
		open, err4 := tx.OpenNumbers()
		n, err5 := tx.AddCounter("c", 2)
		again, err6 := tx.Counter("c")
		same(h, "members", keys(members), []string{"am/a"})
		same(h, "latest", latest, int64(7))
		same(h, "due", ids(due), []string{"p"})
		same(h, "open", open, []int64{7})
		same(h, "counter", []int64{n, again}, []int64{2, 2})
		return all(err1, err2, err3, err4, err5, err6)
	})
}

var errWanted = errors.New("wanted by the test")

func writeSome(tx store.Tx) error {
	_, err := tx.NextNumber()
	_, err2 := tx.AddCounter("c", 1)
	return all(err, err2, tx.PutAlert(firing("am", "a", 1)), tx.PutIncident(opened(1, "web", "g")), tx.PutPage(queued("p", 1, 0)), tx.PutNote("n", "x"))
}

// nothing demands that writeSome left no trace.
func nothing(h *harness) {
	h.Helper()
	h.view(func(tx store.Tx) error {
		_, err := tx.Alert(alert.ID{Integration: "am", Key: "a"})
		absent(h, "alert", err)
		_, err = tx.Incident(1)
		absent(h, "incident", err)
		_, err = tx.LatestOf("web", "g")
		absent(h, "latest of group", err)
		_, err = tx.Page("p")
		absent(h, "page", err)
		open, err1 := tx.OpenNumbers()
		due, err2 := tx.DuePages(at(1), 0)
		text, err3 := tx.Note("n")
		n, err4 := tx.Counter("c")
		same(h, "open", open, []int64{})
		same(h, "due", ids(due), []string{})
		same(h, "note", text, "")
		same(h, "counter", n, int64(0))
		return all(err1, err2, err3, err4)
	})
}

func errorDiscards(h *harness) {
	_ = h.s.Update(context.Background(), func(tx store.Tx) error { return errors.Join(writeSome(tx), errWanted) })
	nothing(h)
	h.update(func(tx store.Tx) error {
		n, err := tx.NextNumber()
		same(h, "a discarded number is taken again", n, int64(1))
		return err
	})
}

func panicDiscards(h *harness) {
	func() {
		defer func() {
			if recover() == nil {
				h.Error("the panic of fn did not reach its caller")
			}
		}()
		_ = h.s.Update(context.Background(), func(tx store.Tx) error {
			if err := writeSome(tx); err != nil {
				return err
			}
			panic("wanted by the test")
		})
	}()
	nothing(h)
	h.update(writeSome) // and the store goes on
}

func errorReturned(h *harness) {
	wrapped := fmt.Errorf("somewhere: %w", errWanted)
	err := h.s.Update(context.Background(), func(store.Tx) error { return wrapped })
	if !errors.Is(err, errWanted) {
		h.Errorf("Update: got %v, want %v", err, wrapped)
	}
	err = h.s.View(context.Background(), func(store.Tx) error { return wrapped })
	if !errors.Is(err, errWanted) {
		h.Errorf("View: got %v, want %v", err, wrapped)
	}
}

func viewRefusesWrites(h *harness) {
	h.view(func(tx store.Tx) error {
		_, err1 := tx.NextNumber()
		_, err2 := tx.AddCounter("c", 1)
		_, err3 := tx.PutAct(store.Act{Verb: "x"})
		_, err4 := tx.ForgetSeen(at(0), 0)
		_, err5 := tx.ForgetAlerts(at(0), 0)
		_, err6 := tx.ForgetPages(at(0), 0)
		_, err7 := tx.ForgetChanges(at(0), 0)
		_, err8 := tx.NextProblem()
		_, err9 := tx.StripIncident(1, 0)
		for k, err := range []error{
			err1, err2, err3, err4, err5, err6, err7, err8, err9,
			tx.PutAlert(firing("am", "a", 1)), tx.DeleteAlert(alert.ID{Integration: "am", Key: "a"}),
			tx.PutIncident(opened(1, "web", "g")), tx.Append(1, entriesOf(1, 1)), tx.PutPage(queued("p", 1, 0)),
			tx.PutOverride(override("o", 0)), tx.PutSilence(silence("s", 0)), tx.DeleteSilence("s"),
			tx.PutContact(store.Contact{Address: "+41790000000"}), tx.PutBeat(store.Beat{Name: "b"}), tx.MarkSeen("k", at(1)),
			tx.PutChange(alert.Change{Summary: "c"}), tx.PutNote("n", "x"), tx.DeleteIncident(1), tx.PutReview(review.Review{Incident: 1}), tx.DeleteReview(1),
			tx.PutProblem(problem.Problem{Number: 1}), tx.PutSubscriber(store.Subscriber{ID: "s"}),
		} {
			if err == nil {
				h.Errorf("write %d in a View: got no error", k)
			}
		}
		return nil
	})
	nothing(h)
}

func viewIsSnapshot(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutNote("n", "before"), tx.PutIncident(opened(1, "web", "g")), tx.PutPage(queued("p", 1, 5)))
	})
	h.view(func(tx store.Tx) error {
		first, err := tx.Note("n")
		done := make(chan error, 1)
		go func() {
			done <- h.s.Update(context.Background(), func(tx store.Tx) error {
				return all(tx.PutNote("n", "after"), tx.PutIncident(opened(2, "web", "g")), tx.PutPage(queued("p", 1, 9)), tx.PutPage(queued("q", 2, 1)))
			})
		}()
		if err := <-done; err != nil {
			return err
		}
		second, err2 := tx.Note("n")
		open, err3 := tx.OpenNumbers()
		next, err4 := tx.NextPage()
		same(h, "note", []string{first, second}, []string{"before", "before"})
		same(h, "open", open, []int64{1})
		same(h, "next page", next, at(5))
		return all(err, err2, err3, err4)
	})
	same(h, "next page afterwards", read(h, store.Tx.NextPage), at(1))
}

func cancelledStartsNothing(h *harness) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ran := false
	if err := h.s.Update(ctx, func(store.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		h.Errorf("Update: got error %v, ran %t; want context.Canceled, false", err, ran)
	}
	if err := h.s.View(ctx, func(store.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		h.Errorf("View: got error %v, ran %t; want context.Canceled, false", err, ran)
	}
}

func commitNotCut(h *harness) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := h.s.Update(ctx, func(tx store.Tx) error {
		defer cancel() // the last thing before the commit
		return tx.PutNote("n", "x")
	})
	if err != nil {
		h.Fatalf("Update: %v", err)
	}
	same(h, "note", read(h, func(tx store.Tx) (string, error) { return tx.Note("n") }), "x")
}

// tooMuch fills an Update until it is refused or holds more than any engine would put into one.
func tooMuch(h *harness) {
	const enough = 40000
	err := h.s.Update(context.Background(), func(tx store.Tx) error {
		for k := range enough {
			if err := tx.PutAlert(firing("am", fmt.Sprint("alert-", k), 1)); err != nil {
				return err
			}
		}
		return nil
	})
	members := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 0) })
	switch {
	case err == nil:
		same(h, "alerts", len(members), enough)
	case errors.Is(err, store.ErrTooBig):
		same(h, "alerts", len(members), 0)
	default:
		h.Errorf("Update: got %v, want nil or store.ErrTooBig", err)
	}
	h.update(func(tx store.Tx) error { return tx.PutAlert(firing("am", "one", 1)) }) // and the store goes on
}

func failureSticks(h *harness) {
	err := h.s.Update(context.Background(), func(tx store.Tx) error {
		for k := range 40000 {
			_ = tx.PutAlert(firing("am", fmt.Sprint("alert-", k), 1)) // a closure that looks away
		}
		return nil
	})
	members := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 0) })
	if err == nil && len(members) != 40000 || err != nil && len(members) != 0 {
		h.Errorf("got error %v and %d alerts, want all or none", err, len(members))
	}
}

func txEnds(h *harness) {
	var kept store.Tx
	h.update(func(tx store.Tx) error { kept = tx; return tx.PutNote("n", "x") })
	if err := kept.PutNote("n", "late"); err == nil {
		h.Error("PutNote after the Update: got no error")
	}
	h.view(func(tx store.Tx) error { kept = tx; return nil })
	if _, err := kept.Note("n"); err == nil {
		h.Error("Note after the View: got no error")
	}
	same(h, "note", read(h, func(tx store.Tx) (string, error) { return tx.Note("n") }), "x")
}

func closedRefuses(h *harness) {
	if err := h.s.Close(); err != nil {
		h.Fatalf("Close: %v", err)
	}
	fn := func(store.Tx) error { h.Error("fn ran on a closed store"); return nil }
	for what, err := range map[string]error{
		"Update": h.s.Update(context.Background(), fn),
		"View":   h.s.View(context.Background(), fn),
		"Backup": h.s.Backup(context.Background(), discard{}),
		"Close":  h.s.Close(),
	} {
		if !isClosed(err) {
			h.Errorf("%s: got error %v, want store.ErrClosed", what, err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
