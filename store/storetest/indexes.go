package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

var indexTests = []test{
	{name: "open follows the state", run: openFollows},
	{name: "latest of a group", run: latestOfGroup},
	{name: "latest follows the group", run: latestFollows},
	{name: "due in order", run: dueInOrder},
	{name: "wake follows the row", run: wakeFollows},
	{name: "several changes in one update", run: severalChanges},
	{name: "a discarded change leaves the indexes", run: discardedChange},
	{name: "queues agree with the rows", run: queuesAgree},
}

// change reads an incident, changes it and puts it back.
func change(n int64, do func(i *incident.Incident)) func(tx store.Tx) error {
	return func(tx store.Tx) error {
		i, err := tx.Incident(n)
		if err != nil {
			return err
		}
		do(&i)
		return tx.PutIncident(i)
	}
}

func openFollows(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutIncident(opened(300, "web", "g")), tx.PutIncident(opened(2, "web", "g")), tx.PutIncident(opened(11, "web", "g")))
	})
	same(h, "open", read(h, store.Tx.OpenNumbers), []int64{2, 11, 300})
	for _, c := range []struct {
		state incident.State
		want  []int64
	}{
		{incident.Acknowledged, []int64{2, 11, 300}},
		{incident.OnHold, []int64{2, 11, 300}},
		{incident.Resolved, []int64{2, 300}},
		{incident.Triggered, []int64{2, 11, 300}},
		{incident.Resolved, []int64{2, 300}},
		{incident.Closed, []int64{2, 300}},
	} {
		h.update(change(11, func(i *incident.Incident) { i.State = c.state }))
		same(h, fmt.Sprint("open when 11 is ", c.state), read(h, store.Tx.OpenNumbers), c.want)
	}
}

// latest is the number that LatestOf gives; 0 for store.ErrNotFound.
func latest(h *harness, service, group string) int64 {
	h.Helper()
	var n int64
	h.view(func(tx store.Tx) error {
		var err error
		if n, err = tx.LatestOf(service, group); isNotFound(err) {
			return nil
		}
		return err
	})
	return n
}

func latestOfGroup(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutIncident(opened(1, "web", "g")), tx.PutIncident(opened(300, "web", "g")), tx.PutIncident(opened(2, "web", "g")),
			tx.PutIncident(opened(4, "we", "bg")), tx.PutIncident(opened(5, "web", "")), tx.PutIncident(opened(6, "web\x00", "g")))
	})
	h.update(change(300, func(i *incident.Incident) { i.State = incident.Closed }))
	for _, c := range []struct {
		service, group string
		want           int64
	}{{"web", "g", 300}, {"we", "bg", 4}, {"web", "", 5}, {"web\x00", "g", 6}, {"web", "gg", 0}, {"", "webg", 0}} {
		same(h, fmt.Sprintf("latest of %q %q", c.service, c.group), latest(h, c.service, c.group), c.want)
	}
}

func latestFollows(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutIncident(opened(1, "web", "g")), tx.PutIncident(opened(2, "web", "g")), tx.PutIncident(opened(3, "web", "g")))
	})
	move := func(n int64, service, group string) {
		h.update(change(n, func(i *incident.Incident) { i.Service, i.GroupKey = service, group }))
	}
	steps := []struct {
		n              int64
		service, group string
		web, db        int64
	}{
		{3, "db", "g", 2, 3}, {1, "db", "g", 2, 3}, {2, "db", "g", 0, 3}, {2, "web", "g", 2, 3},
		{3, "web", "x", 2, 1}, {1, "web", "g", 2, 0}, {3, "web", "g", 3, 0},
	}
	for k, s := range steps {
		move(s.n, s.service, s.group)
		same(h, fmt.Sprint("latest of web and db after step ", k), []int64{latest(h, "web", "g"), latest(h, "db", "g")}, []int64{s.web, s.db})
	}
}

func dueInOrder(h *harness) {
	h.update(func(tx store.Tx) error {
		for n, minute := range map[int64]int{1: 30, 2: 10, 300: 20, 4: 20, 5: 40} {
			i := opened(n, "web", "g")
			i.WakeAt = at(minute)
			if err := tx.PutIncident(i); err != nil {
				return err
			}
		}
		return tx.PutIncident(opened(6, "web", "g")) // no timer
	})
	due := func(t time.Time, limit int) []int64 {
		return read(h, func(tx store.Tx) ([]int64, error) { return tx.Due(t, limit) })
	}
	same(h, "before all", due(at(9), 0), []int64{})
	same(h, "not after, inclusive", due(at(10), 0), []int64{2})
	got := due(at(30), 0)
	slices.Sort(got[1:3]) // those of one instant come in any order
	same(h, "some", got, []int64{2, 4, 300, 1})
	same(h, "limit", due(at(50), 1), []int64{2})
	same(h, "all", len(due(at(50), 0)), 5)
	same(h, "next", read(h, store.Tx.NextWake), at(10))
}

func wakeFollows(h *harness) {
	same(h, "next of nothing", read(h, store.Tx.NextWake), time.Time{})
	i := opened(1, "web", "g")
	i.WakeAt = at(10)
	h.update(func(tx store.Tx) error { return tx.PutIncident(i) })
	for _, c := range []struct {
		wake time.Time
		due  []int64
	}{{at(20), nil}, {at(5), []int64{1}}, {time.Time{}, nil}, {at(-600), []int64{1}}, {at(10), []int64{1}}, {time.Unix(-5, 0).UTC(), []int64{1}}} {
		h.update(change(1, func(i *incident.Incident) { i.WakeAt = c.wake }))
		same(h, "next", read(h, store.Tx.NextWake), c.wake)
		same(h, "due", read(h, func(tx store.Tx) ([]int64, error) { return tx.Due(at(10), 0) }), c.due)
	}
}

func severalChanges(h *harness) {
	h.update(func(tx store.Tx) error {
		for minute := range 50 {
			i := opened(1, "web", fmt.Sprint("g", minute%3))
			i.WakeAt, i.State = at(minute), []incident.State{incident.Triggered, incident.Resolved}[minute%2]
			p := queued("p", 1, minute)
			p.Provider, p.ProviderID = "twilio", fmt.Sprint("SM", minute)
			if err := all(tx.PutIncident(i), tx.PutPage(p)); err != nil {
				return err
			}
			if minute%10 == 0 { // looking in between changes nothing
				if _, err := tx.NextWake(); err != nil {
					return err
				}
			}
		}
		return nil
	})
	h.view(func(tx store.Tx) error {
		due, err1 := tx.Due(at(100), 0)
		pages, err2 := tx.DuePages(at(100), 0)
		wake, err3 := tx.NextWake()
		next, err4 := tx.NextPage()
		open, err5 := tx.OpenNumbers()
		same(h, "due", due, []int64{1})
		same(h, "pages", ids(pages), []string{"p"})
		same(h, "times", []time.Time{wake, next}, []time.Time{at(49), at(49)})
		same(h, "open", open, []int64{})
		_, err := tx.PageByProvider("twilio", "SM48")
		absent(h, "an older id of the provider", err)
		return all(err1, err2, err3, err4, err5)
	})
	same(h, "groups", []int64{latest(h, "web", "g0"), latest(h, "web", "g1"), latest(h, "web", "g2")}, []int64{0, 1, 0})
}

func discardedChange(h *harness) {
	i := opened(1, "web", "g")
	i.WakeAt = at(10)
	h.update(func(tx store.Tx) error { return tx.PutIncident(i) })
	_ = h.s.Update(h.Context(), func(tx store.Tx) error {
		i.State, i.WakeAt, i.Service = incident.Closed, time.Time{}, "db"
		return all(tx.PutIncident(i), errWanted)
	})
	same(h, "next", read(h, store.Tx.NextWake), at(10))
	same(h, "open", read(h, store.Tx.OpenNumbers), []int64{1})
	same(h, "latest", []int64{latest(h, "web", "g"), latest(h, "db", "g")}, []int64{1, 0})
}

// queuesAgree does many random changes and compares the queues with a plain model after each.
func queuesAgree(h *harness) {
	rng := rand.New(rand.NewPCG(7, 11))
	wakes, pages := map[int64]time.Time{}, map[string]time.Time{}
	for range 150 {
		n, minute := rng.Int64N(20)+1, rng.IntN(60)
		id := fmt.Sprint("p", n)
		i, p := opened(n, "web", "g"), queued(id, n, minute)
		i.WakeAt = at(minute)
		switch rng.IntN(3) {
		case 0:
			i.WakeAt, p.State, p.NextAt = time.Time{}, store.Delivered, time.Time{}
			delete(wakes, n)
			delete(pages, id)
		default:
			wakes[n], pages[id] = at(minute), at(minute)
		}
		h.update(func(tx store.Tx) error { return all(tx.PutIncident(i), tx.PutPage(p)) })
		if !h.agree(wakes, pages, at(rng.IntN(60))) {
			return
		}
	}
}

func (h *harness) agree(wakes map[int64]time.Time, pages map[string]time.Time, now time.Time) bool {
	h.view(func(tx store.Tx) error {
		wake, err1 := tx.NextWake()
		next, err2 := tx.NextPage()
		due, err3 := tx.Due(now, 0)
		list, err4 := tx.DuePages(now, 0)
		got := ids(list)
		slices.Sort(due)
		slices.Sort(got)
		same(h, "next wake", wake, earliest(wakes))
		same(h, "next page", next, earliest(pages))
		same(h, "due", due, upTo(wakes, now))
		same(h, "due pages", got, upTo(pages, now))
		return all(err1, err2, err3, err4)
	})
	return !h.Failed()
}

func earliest[K comparable](m map[K]time.Time) time.Time {
	var first time.Time
	for _, t := range m {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	return first
}

func upTo[K int64 | string](m map[K]time.Time, now time.Time) []K {
	var due []K
	for k, t := range m {
		if !t.After(now) {
			due = append(due, k)
		}
	}
	slices.Sort(due)
	return due
}
