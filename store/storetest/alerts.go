package storetest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

var alertTests = []test{
	{name: "put and get", run: alertPutGet},
	{name: "put replaces", run: alertReplaced},
	{name: "delete", run: alertDeleted},
	{name: "identity is a pair of any text", run: alertIdentity},
	{name: "members in order", run: membersInOrder},
	{name: "members by pages", run: membersPaged},
	{name: "a membership stays", run: membershipStays},
	{name: "a deleted member is left out", run: memberLeftOut},
	{name: "each firing", run: eachFiring},
	{name: "each firing may look around", run: eachFiringLooks},
	{name: "each firing stops", run: eachFiringStops},
	{name: "each brief", run: eachBrief},
}

func alertPutGet(h *harness) {
	want := firing("am", "a", 3, 4)
	want.Ended = []int64{4}
	h.update(func(tx store.Tx) error { return tx.PutAlert(want) })
	got := read(h, func(tx store.Tx) (store.Alert, error) { return tx.Alert(want.ID()) })
	same(h, "alert", got, want)
	h.view(func(tx store.Tx) error {
		_, err := tx.Alert(alert.ID{Integration: "am", Key: "b"})
		absent(h, "another key", err)
		_, err = tx.Alert(alert.ID{Integration: "pd", Key: "a"})
		absent(h, "another integration", err)
		return nil
	})
}

func alertReplaced(h *harness) {
	h.update(func(tx store.Tx) error { return tx.PutAlert(firing("am", "a", 3)) })
	want := firing("am", "a", 3)
	want.Labels, want.State, want.EndsAt, want.UpdatedAt = nil, alert.Resolved, at(9), at(9)
	h.update(func(tx store.Tx) error { return tx.PutAlert(want) })
	same(h, "alert", read(h, func(tx store.Tx) (store.Alert, error) { return tx.Alert(want.ID()) }), want)
}

func alertDeleted(h *harness) {
	a := firing("am", "a", 3)
	h.update(func(tx store.Tx) error { return all(tx.PutAlert(a), tx.PutIncident(opened(3, "web", "g"))) })
	h.update(func(tx store.Tx) error {
		return all(tx.DeleteAlert(a.ID()), tx.DeleteAlert(alert.ID{Integration: "no", Key: "such"}))
	})
	h.view(func(tx store.Tx) error {
		_, err := tx.Alert(a.ID())
		absent(h, "deleted alert", err)
		_, err = tx.Incident(3)
		return err
	})
	h.update(func(tx store.Tx) error { // back with another incident: the old membership was never lost
		b := a
		b.Incidents = []int64{8}
		return tx.PutAlert(b)
	})
	members := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(3, alert.ID{}, 0) })
	same(h, "members of the first incident", keys(members), []string{"am/a"})
}

// alertIdentity uses pairs that a careless joining of the two texts would confuse.
func alertIdentity(h *harness) {
	pairs := []alert.ID{
		{Integration: "a", Key: "bc"}, {Integration: "ab", Key: "c"}, {Integration: "a/b", Key: "c"}, {Integration: "a", Key: "b/c"},
		{Integration: "a", Key: "\x00"}, {Integration: "a\x00", Key: "x"}, {Integration: "a\x00\x01", Key: "x"}, {Integration: "a", Key: "\x00\x01x"},
		{Integration: "a\xff", Key: "x"}, {Integration: "ä", Key: "ключ/鍵"}, {Integration: "A", Key: "bc"}, {Integration: "a", Key: "%{key}\n"},
	}
	h.update(func(tx store.Tx) error {
		for k, id := range pairs {
			a := firing(id.Integration, id.Key, 1)
			a.Title = fmt.Sprint(k)
			if err := tx.PutAlert(a); err != nil {
				return err
			}
		}
		return nil
	})
	h.view(func(tx store.Tx) error {
		for k, id := range pairs {
			a, err := tx.Alert(id)
			if err != nil {
				h.Errorf("Alert(%q): %v", id, err)
				continue
			}
			same(h, fmt.Sprintf("%q", id), a.Title, fmt.Sprint(k))
		}
		return nil
	})
}

func membersInOrder(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutAlert(firing("b", "1", 5)), tx.PutAlert(firing("a", "2", 5, 6)), tx.PutAlert(firing("a", "10", 5)),
			tx.PutAlert(firing("ab", "0", 5)), tx.PutAlert(firing("a", "1", 6)), tx.PutAlert(firing("a", "1", 50)))
	})
	for n, want := range map[int64][]string{5: {"a/10", "a/2", "ab/0", "b/1"}, 6: {"a/1", "a/2"}, 50: {"a/1"}, 7: nil} {
		got := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(n, alert.ID{}, 0) })
		same(h, fmt.Sprint("members of ", n), keys(got), want)
	}
}

func membersPaged(h *harness) {
	h.update(func(tx store.Tx) error {
		for k := range 25 {
			if err := tx.PutAlert(firing("am", fmt.Sprintf("%03d", k), 1)); err != nil {
				return err
			}
		}
		return nil
	})
	var got []string
	var after alert.ID
	for range 10 {
		page := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, after, 10) })
		if len(page) == 0 {
			break
		}
		got = append(got, keys(page)...)
		after = page[len(page)-1].ID()
	}
	var want []string
	for k := range 25 {
		want = append(want, fmt.Sprintf("am/%03d", k))
	}
	same(h, "pages of 10", got, want)
	between := read(h, func(tx store.Tx) ([]store.Alert, error) {
		return tx.AlertsOf(1, alert.ID{Integration: "am", Key: "0221"}, 2) // after an alert that is not there
	})
	same(h, "after a gap", keys(between), []string{"am/023", "am/024"})
}

func membershipStays(h *harness) {
	h.update(func(tx store.Tx) error { return tx.PutAlert(firing("am", "a", 1)) })
	h.update(func(tx store.Tx) error { return tx.PutAlert(firing("am", "a", 2)) })
	for _, n := range []int64{1, 2} {
		got := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(n, alert.ID{}, 0) })
		same(h, fmt.Sprint("members of ", n), keys(got), []string{"am/a"})
		same(h, "and as it is now", got[0].Incidents, []int64{2})
	}
}

func memberLeftOut(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutAlert(firing("am", "a", 1)), tx.PutAlert(firing("am", "b", 1)), tx.PutAlert(firing("am", "c", 1)))
	})
	h.update(func(tx store.Tx) error { return tx.DeleteAlert(alert.ID{Integration: "am", Key: "a"}) })
	got := read(h, func(tx store.Tx) ([]store.Alert, error) { return tx.AlertsOf(1, alert.ID{}, 2) })
	same(h, "two members", keys(got), []string{"am/b", "am/c"})
}

func eachFiring(h *harness) {
	const n = 700
	h.update(func(tx store.Tx) error {
		for k := range n {
			a := firing("am", fmt.Sprintf("%04d", k), 1)
			if k%3 == 0 {
				a.State = alert.Resolved
			}
			if err := tx.PutAlert(a); err != nil {
				return err
			}
		}
		return nil
	})
	h.update(func(tx store.Tx) error { // one of each kind changes sides
		a, b := firing("am", "0000", 1), firing("am", "0001", 1)
		b.State = alert.Resolved
		return all(tx.PutAlert(a), tx.PutAlert(b), tx.DeleteAlert(alert.ID{Integration: "am", Key: "0002"}))
	})
	var want []string
	for k := range n {
		if (k%3 != 0 || k == 0) && k != 1 && k != 2 {
			want = append(want, fmt.Sprintf("am/%04d", k))
		}
	}
	var got []string
	h.view(func(tx store.Tx) error {
		got = nil
		return tx.EachFiring(func(a store.Alert) error { got = append(got, a.Integration+"/"+a.Key); return nil })
	})
	slices.Sort(got)
	same(h, "firing", got, want)
}

// eachFiringLooks calls other methods from within, as the engine does when it expires alerts.
func eachFiringLooks(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutAlert(firing("am", "a", 1)), tx.PutAlert(firing("am", "b", 1)))
	})
	h.update(func(tx store.Tx) error {
		return tx.EachFiring(func(a store.Alert) error {
			members, err := tx.AlertsOf(1, alert.ID{}, 0)
			same(h, "members", keys(members), []string{"am/a", "am/b"})
			a.State = alert.Resolved
			return all(err, tx.PutAlert(a))
		})
	})
	h.view(func(tx store.Tx) error {
		return tx.EachFiring(func(a store.Alert) error { h.Errorf("%v still fires", a.ID()); return nil })
	})
}

func eachFiringStops(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutAlert(firing("am", "a", 1)), tx.PutAlert(firing("am", "b", 1)))
	})
	h.view(func(tx store.Tx) error {
		calls := 0
		err := tx.EachFiring(func(store.Alert) error { calls++; return errWanted })
		if !errors.Is(err, errWanted) || calls != 1 {
			h.Errorf("EachFiring: got error %v after %d calls, want fn's own after 1", err, calls)
		}
		return nil
	})
}

func eachBrief(h *harness) {
	a, b, c := firing("am", "a", 1, 300), firing("am", "b"), firing("pd", "a", 2)
	a.Words, a.Severity, a.EndsAt = 1<<63+7, alert.Critical, at(90)
	b.Severity = "odd"
	c.State = alert.Resolved
	h.update(func(tx store.Tx) error { return all(tx.PutAlert(a), tx.PutAlert(b), tx.PutAlert(c)) })
	got := map[alert.ID]store.Brief{}
	h.view(func(tx store.Tx) error {
		clear(got)
		return tx.EachBrief(func(x *store.Brief) error {
			y := *x
			y.Incidents = append([]int64(nil), x.Incidents...)
			got[x.ID] = y
			return nil
		})
	})
	want := map[alert.ID]store.Brief{}
	for _, x := range []store.Alert{a, b} {
		want[x.ID()] = store.Brief{ID: x.ID(), Severity: x.Severity, Words: x.Words, SeenAt: x.SeenAt, UpdatedAt: x.UpdatedAt, EndsAt: x.EndsAt, Incidents: append([]int64(nil), x.Incidents...)}
	}
	same(h, "briefs", got, want)
	h.view(func(tx store.Tx) error {
		if err := tx.EachBrief(func(*store.Brief) error { return errWanted }); !errors.Is(err, errWanted) {
			h.Errorf("EachBrief: got %v, want fn's own error", err)
		}
		return nil
	})
}
