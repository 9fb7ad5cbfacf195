package storetest

import (
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

var deleteTests = []test{
	{name: "an incident with all that belongs to it", run: deleteAll},
	{name: "the others stay", run: deleteOthersStay},
	{name: "latest of the group", run: deleteLatest},
	{name: "a number is not given again", run: deleteNumber},
	{name: "deleted and put again", run: deletePutAgain},
	{name: "strip bit by bit", run: stripBits},
	{name: "an entry is rewritten", run: entryRewritten},
	{name: "reopen after a deletion", run: deleteReopen, needs: canReopen},
}

// belongings puts an incident with two alerts, a timeline and three pages.
func belongings(tx store.Tx, n int64) error {
	i := opened(n, "web", "g")
	i.WakeAt = at(10)
	done := queued(fmt.Sprint(n, "/done"), n, 0)
	done.State, done.Provider, done.ProviderID = store.Delivered, "twilio", fmt.Sprint("SM", n)
	return all(tx.PutIncident(i), tx.Append(n, entriesOf(1, 5)), tx.PutAlert(firing("am", fmt.Sprint("a", n), n)), tx.PutAlert(firing("am", "both", 1, 2)),
		tx.PutPage(queued(fmt.Sprint(n, "/sms"), n, 5)), tx.PutPage(queued(fmt.Sprint(n, "/call"), n, 6)), tx.PutPage(done))
}

func deletion(n int64) func(tx store.Tx) error {
	return func(tx store.Tx) error { return tx.DeleteIncident(n) }
}

// goneFor demands that nothing of an incident is left.
func goneFor(h *harness, n int64) {
	h.Helper()
	h.view(func(tx store.Tx) error {
		_, err := tx.Incident(n)
		absent(h, "incident", err)
		for _, id := range []string{"/sms", "/call", "/done"} {
			_, err = tx.Page(fmt.Sprint(n, id))
			absent(h, "page "+id, err)
		}
		_, err = tx.PageByProvider("twilio", fmt.Sprint("SM", n))
		absent(h, "page by its provider", err)
		line, err1 := tx.Timeline(n)
		members, err2 := tx.AlertsOf(n, alert.ID{}, 0)
		pages, err3 := tx.PagesOf(n)
		same(h, "timeline, members, pages", []int{len(line), len(members), len(pages)}, []int{0, 0, 0})
		return all(err1, err2, err3)
	})
}

func deleteAll(h *harness) {
	h.update(func(tx store.Tx) error { return belongings(tx, 1) })
	h.update(deletion(1))
	goneFor(h, 1)
	h.view(func(tx store.Tx) error {
		_, err := tx.LatestOf("web", "g")
		absent(h, "latest", err)
		_, err = tx.Alert(alert.ID{Integration: "am", Key: "a1"}) // alerts stay
		open, err1 := tx.OpenNumbers()
		wake, err2 := tx.NextWake()
		next, err3 := tx.NextPage()
		due, err4 := tx.DuePages(at(100), 0)
		woken, err5 := tx.Due(at(100), 0)
		same(h, "open, due, woken", []int{len(open), len(due), len(woken)}, []int{0, 0, 0})
		same(h, "times", []time.Time{wake, next}, []time.Time{{}, {}})
		return all(err, err1, err2, err3, err4, err5)
	})
	chosen(h, "all", store.Filter{}, nil)
	h.update(func(tx store.Tx) error { return all(tx.DeleteIncident(1), tx.DeleteIncident(77)) }) // absent is no error
}

func deleteOthersStay(h *harness) {
	h.update(func(tx store.Tx) error { return all(belongings(tx, 1), belongings(tx, 2)) })
	h.update(deletion(1))
	goneFor(h, 1)
	h.view(func(tx store.Tx) error {
		line, err1 := tx.Timeline(2)
		members, err2 := tx.AlertsOf(2, alert.ID{}, 0)
		pages, err3 := tx.PagesOf(2)
		p, err4 := tx.PageByProvider("twilio", "SM2")
		due, err5 := tx.DuePages(at(100), 0)
		same(h, "timeline", line, entriesOf(1, 5))
		same(h, "members", keys(members), []string{"am/a2", "am/both"})
		same(h, "pages", ids(pages), []string{"2/call", "2/done", "2/sms"})
		same(h, "by provider", p.ID, "2/done")
		same(h, "due", ids(due), []string{"2/sms", "2/call"})
		return all(err1, err2, err3, err4, err5)
	})
	chosen(h, "all", store.Filter{}, []int64{2})
}

func deleteLatest(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutIncident(opened(1, "web", "g")), tx.PutIncident(opened(2, "web", "g")), tx.PutIncident(opened(3, "web", "g")), tx.PutIncident(opened(4, "db", "g")))
	})
	for _, c := range []struct{ gone, latest int64 }{{2, 3}, {3, 1}, {1, 0}} {
		h.update(deletion(c.gone))
		same(h, fmt.Sprint("latest without ", c.gone), latest(h, "web", "g"), c.latest)
	}
	same(h, "another group", latest(h, "db", "g"), int64(4))
}

func deleteNumber(h *harness) {
	take := func() (n int64) {
		h.update(func(tx store.Tx) (err error) {
			if n, err = tx.NextNumber(); err != nil {
				return err
			}
			return tx.PutIncident(opened(n, "web", "g"))
		})
		return n
	}
	take()
	h.update(deletion(take()))
	same(h, "next number", take(), int64(3))
}

func deletePutAgain(h *harness) {
	h.update(func(tx store.Tx) error { return belongings(tx, 1) })
	i := opened(1, "db", "h")
	i.WakeAt = at(3)
	h.update(func(tx store.Tx) error {
		err := all(tx.DeleteIncident(1), tx.PutIncident(i))
		due, err1 := tx.Due(at(100), 0)
		same(h, "due in the update", due, []int64{1})
		return all(err, err1)
	})
	same(h, "incident", read(h, func(tx store.Tx) (incident.Incident, error) { return tx.Incident(1) }), i)
	same(h, "latest", []int64{latest(h, "web", "g"), latest(h, "db", "h")}, []int64{0, 1})
	same(h, "next", read(h, store.Tx.NextWake), at(3))
	same(h, "timeline", read(h, func(tx store.Tx) ([]incident.Entry, error) { return tx.Timeline(1) }), []incident.Entry{})
	chosen(h, "web", store.Filter{Service: "web"}, nil)
	chosen(h, "db", store.Filter{Service: "db"}, []int64{1})
}

func stripBits(h *harness) {
	h.update(func(tx store.Tx) error { return all(belongings(tx, 1), belongings(tx, 2)) })
	strip := func(limit int) (n int) {
		h.update(func(tx store.Tx) (err error) { n, err = tx.StripIncident(1, limit); return err })
		return n
	}
	same(h, "counts", []int{strip(4), strip(1), strip(3), strip(0), strip(3), strip(0)}, []int{4, 1, 3, 2, 0, 0})
	h.view(func(tx store.Tx) error { // the record itself is still there
		_, err := tx.Incident(1)
		pages, err1 := tx.PagesOf(2)
		same(h, "pages of another", len(pages), 3)
		return all(err, err1)
	})
	h.update(deletion(1))
	goneFor(h, 1)
}

func entryRewritten(h *harness) {
	h.update(func(tx store.Tx) error { return tx.Append(1, entriesOf(1, 3)) })
	e := entriesOf(2, 2)[0]
	e.By.Name, e.What, e.Data = "somebody", "erased", nil
	h.update(func(tx store.Tx) error { return tx.RewriteEntry(1, e) })
	want := entriesOf(1, 3)
	want[1] = e
	same(h, "timeline", read(h, func(tx store.Tx) ([]incident.Entry, error) { return tx.Timeline(1) }), want)
	for n, seq := range map[int64]int{1: 4, 2: 2} { // one that it does not have, and one of another incident
		e.Seq = seq
		absent(h, fmt.Sprint("entry ", seq, " of ", n), h.s.Update(h.Context(), func(tx store.Tx) error { return tx.RewriteEntry(n, e) }))
	}
	same(h, "unchanged", read(h, func(tx store.Tx) ([]incident.Entry, error) { return tx.Timeline(1) }), want)
}

func deleteReopen(h *harness) {
	h.update(func(tx store.Tx) error { return all(belongings(tx, 1), belongings(tx, 2)) })
	h.update(deletion(1))
	h.reopen()
	goneFor(h, 1)
	chosen(h, "all", store.Filter{}, []int64{2})
	if err := h.s.Update(h.Context(), func(tx store.Tx) error { return all(tx.DeleteIncident(2), errWanted) }); !errors.Is(err, errWanted) {
		h.Errorf("Update: got %v, want fn's error", err)
	}
	chosen(h, "a discarded deletion", store.Filter{}, []int64{2})
}
