package storetest

import (
	"time"

	"github.com/rouse/rouse/store"
)

var outboxTests = []test{
	{name: "put and get", run: pagePutGet},
	{name: "due in order", run: pagesDue},
	{name: "due follows the state", run: pageDueFollows},
	{name: "patient pages in a lane of their own", run: pagesPatient},
	{name: "a live page without a time is due at once", run: pageWithoutTime},
	{name: "pages of an incident by id", run: pagesOfIncident},
	{name: "by provider", run: pageByProvider},
	{name: "claims with a fence", run: pageClaims},
}

func page(h *harness, id string) store.Page {
	h.Helper()
	return read(h, func(tx store.Tx) (store.Page, error) { return tx.Page(id) })
}

func pagePutGet(h *harness) {
	want := queued("1/1/0/0/ana/sms", 1, 0)
	h.update(func(tx store.Tx) error { return tx.PutPage(want) })
	same(h, "page", page(h, want.ID), want)
	want.State, want.NextAt, want.Attempt, want.Fence = store.Sending, at(1), 1, 1
	h.update(func(tx store.Tx) error { return tx.PutPage(want) })
	same(h, "replaced", page(h, want.ID), want)
	h.view(func(tx store.Tx) error {
		_, err := tx.Page("1/1/0/0/ana")
		absent(h, "another id", err)
		return nil
	})
}

func duePages(h *harness, t time.Time, limit int) []string {
	h.Helper()
	return ids(read(h, func(tx store.Tx) ([]store.Page, error) { return tx.DuePages(t, limit) }))
}

func pagesDue(h *harness) {
	same(h, "next of nothing", read(h, store.Tx.NextPage), time.Time{})
	h.update(func(tx store.Tx) error {
		return all(tx.PutPage(queued("b", 1, 20)), tx.PutPage(queued("a", 1, 30)), tx.PutPage(queued("c", 2, 10)))
	})
	same(h, "before all", duePages(h, at(9), 0), []string{})
	same(h, "not after, inclusive", duePages(h, at(20), 0), []string{"c", "b"})
	same(h, "all", duePages(h, at(60), 0), []string{"c", "b", "a"})
	same(h, "limit", duePages(h, at(60), 2), []string{"c", "b"})
	same(h, "next", read(h, store.Tx.NextPage), at(10))
}

func pagesPatient(h *harness) {
	patient := func(limit int) []string {
		h.Helper()
		return ids(read(h, func(tx store.Tx) ([]store.Page, error) { return tx.DuePatient(at(60), limit) }))
	}
	same(h, "next of nothing", read(h, store.Tx.NextPatient), time.Time{})
	quiet, late := queued("quiet", 1, 5), queued("late", 1, 30)
	quiet.Patient, late.Patient = true, true
	h.update(func(tx store.Tx) error {
		return all(tx.PutPage(late), tx.PutPage(quiet), tx.PutPage(queued("loud", 1, 10)))
	})
	same(h, "page as put", page(h, "quiet"), quiet)
	same(h, "loud", duePages(h, at(60), 0), []string{"loud"})
	same(h, "next loud", read(h, store.Tx.NextPage), at(10))
	same(h, "patient", patient(0), []string{"quiet", "late"})
	same(h, "patient, limit", patient(1), []string{"quiet"})
	same(h, "next patient", read(h, store.Tx.NextPatient), at(5))
	same(h, "all of the incident", ids(read(h, func(tx store.Tx) ([]store.Page, error) { return tx.PagesOf(1) })), []string{"late", "loud", "quiet"})

	quiet.Patient = false // at the same time it changes lanes
	h.update(func(tx store.Tx) error { return tx.PutPage(quiet) })
	same(h, "loud after the change", duePages(h, at(60), 0), []string{"quiet", "loud"})
	same(h, "patient after the change", patient(0), []string{"late"})
	late.State, late.NextAt = store.Delivered, time.Time{}
	h.update(func(tx store.Tx) error { return tx.PutPage(late) })
	same(h, "patient when told", patient(0), []string{})
	same(h, "next patient when told", read(h, store.Tx.NextPatient), time.Time{})
}

func pageDueFollows(h *harness) {
	p := queued("p", 1, 10)
	for _, c := range []struct {
		state store.PageState
		live  bool
	}{
		{store.Queued, true}, {store.Sending, true}, {store.Unknown, true}, {store.Accepted, true}, {store.Delivered, false},
		{store.Queued, true}, {store.Failed, false}, {store.Queued, true}, {store.Expired, false}, {store.Queued, true},
		{store.Void, false}, {store.Queued, true}, {store.Bundled, false},
	} {
		p.State = c.state // its NextAt stays set: a final page is not due all the same
		h.update(func(tx store.Tx) error { return tx.PutPage(p) })
		want, next := []string{"p"}, at(10)
		if !c.live {
			want, next = nil, time.Time{}
		}
		same(h, "due when "+string(c.state), duePages(h, at(10), 0), want)
		same(h, "next when "+string(c.state), read(h, store.Tx.NextPage), next)
	}
}

func pageWithoutTime(h *harness) {
	p := queued("p", 1, 0)
	p.NextAt = time.Time{}
	h.update(func(tx store.Tx) error { return all(tx.PutPage(p), tx.PutPage(queued("q", 1, 0))) })
	same(h, "due", duePages(h, at(0), 0), []string{"p", "q"})
	if next := read(h, store.Tx.NextPage); next.IsZero() || next.After(at(0)) {
		h.Errorf("NextPage: got %v, want a time that has passed, not the zero time", next)
	}
}

func pagesOfIncident(h *harness) {
	reply := queued("r", 0, 0)
	h.update(func(tx store.Tx) error {
		return all(tx.PutPage(queued("b", 1, 0)), tx.PutPage(queued("a", 1, 5)), tx.PutPage(queued("c", 256, 0)), tx.PutPage(reply))
	})
	moved := queued("b", 1, 0)
	moved.State = store.Delivered
	h.update(func(tx store.Tx) error { return tx.PutPage(moved) })
	of := func(n int64) []string {
		return ids(read(h, func(tx store.Tx) ([]store.Page, error) { return tx.PagesOf(n) }))
	}
	same(h, "of 1, final ones too", of(1), []string{"a", "b"})
	same(h, "of 256", of(256), []string{"c"})
	same(h, "of 2", of(2), []string{})
	same(h, "of no incident", of(0), []string{})
}

func pageByProvider(h *harness) {
	p := queued("p", 1, 0)
	p.Provider, p.ProviderID = "twilio-a", "SM1"
	q := queued("q", 1, 0)
	q.Provider, q.ProviderID = "twilio-b", "SM1"
	h.update(func(tx store.Tx) error { return all(tx.PutPage(p), tx.PutPage(q), tx.PutPage(queued("none", 1, 0))) })
	find := func(provider, id string) string {
		var found string
		h.view(func(tx store.Tx) error {
			p, err := tx.PageByProvider(provider, id)
			if found = p.ID; isNotFound(err) {
				return nil
			}
			return err
		})
		return found
	}
	same(h, "found", []string{find("twilio-a", "SM1"), find("twilio-b", "SM1"), find("twilio-a", "SM2"), find("twilio-a", ""), find("", "")},
		[]string{"p", "q", "", "", ""})
	p.ProviderID, p.Attempt = "SM2", 2 // sent again
	h.update(func(tx store.Tx) error { return tx.PutPage(p) })
	same(h, "after a second attempt", []string{find("twilio-a", "SM1"), find("twilio-a", "SM2"), find("twilio-b", "SM1")}, []string{"", "p", "q"})
}

// pageClaims is what the outbox does: of many who want to send a page one gets it, and an older claim cannot settle it.
func pageClaims(h *harness) {
	h.update(func(tx store.Tx) error { return tx.PutPage(queued("p", 1, 0)) })
	claim := func() (fence int64, err error) {
		err = h.s.Update(h.Context(), func(tx store.Tx) error {
			fence = 0
			due, err := tx.DuePages(at(0), 1)
			if err != nil || len(due) == 0 {
				return err
			}
			p, err := tx.Page(due[0].ID) // by exact key, to decide
			if err != nil || p.State != store.Queued {
				return err
			}
			p.State, p.NextAt, p.Fence = store.Sending, at(1), p.Fence+1
			fence = p.Fence
			return tx.PutPage(p)
		})
		return fence, err
	}
	fences := make([]int64, 6)
	err := together(len(fences), func(k int) (err error) { fences[k], err = claim(); return err })
	if err != nil {
		h.Fatal(err)
	}
	won := 0
	for _, f := range fences {
		won += int(f)
	}
	same(h, "claims won", won, 1)
	same(h, "lease ends", read(h, store.Tx.NextPage), at(1))
	same(h, "due when it has ended", duePages(h, at(1), 0), []string{"p"})
}
