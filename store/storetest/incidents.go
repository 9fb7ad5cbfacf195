package storetest

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

var incidentTests = []test{
	{name: "numbers from 1", run: numbersFromOne},
	{name: "put and get", run: incidentPutGet},
	{name: "list newest first", run: listNewestFirst},
	{name: "list by filter", run: listFiltered},
	{name: "list by pages", run: listPaged},
	{name: "timeline", run: timelineKept},
}

func numbersFromOne(h *harness) {
	for want := int64(1); want <= 3; want++ {
		var got int64
		h.update(func(tx store.Tx) (err error) { got, err = tx.NextNumber(); return err })
		same(h, "number", got, want)
	}
	h.update(func(tx store.Tx) error {
		first, err1 := tx.NextNumber()
		second, err2 := tx.NextNumber()
		same(h, "two in one update", []int64{first, second}, []int64{4, 5})
		return all(err1, err2)
	})
}

func incidentPutGet(h *harness) {
	want := opened(1, "web", "g")
	h.update(func(tx store.Tx) error { return tx.PutIncident(want) })
	same(h, "incident", read(h, func(tx store.Tx) (incident.Incident, error) { return tx.Incident(1) }), want)
	want.State, want.Assignee, want.AckedBy, want.UpdatedAt = incident.Acknowledged, "ana", "ana", at(7)
	h.update(func(tx store.Tx) error { return tx.PutIncident(want) })
	same(h, "replaced", read(h, func(tx store.Tx) (incident.Incident, error) { return tx.Incident(1) }), want)
	h.view(func(tx store.Tx) error {
		_, err := tx.Incident(2)
		absent(h, "another number", err)
		return nil
	})
}

func listNewestFirst(h *harness) {
	h.update(func(tx store.Tx) error {
		for _, n := range []int64{2, 300, 1, 11, 256} {
			if err := tx.PutIncident(opened(n, "web", "g")); err != nil {
				return err
			}
		}
		return nil
	})
	same(h, "list", list(h, store.Filter{}), []int64{300, 256, 11, 2, 1})
}

func list(h *harness, f store.Filter) []int64 {
	h.Helper()
	return numbers(read(h, func(tx store.Tx) ([]incident.Incident, error) { return tx.List(f) }))
}

// several are ten incidents: odd ones of web, even ones of db; 1-4 closed, 5 and 6 resolved, 7 acknowledged, 8 on hold.
func several(h *harness) {
	states := map[int64]incident.State{
		1: incident.Closed, 2: incident.Closed, 3: incident.Closed, 4: incident.Closed,
		5: incident.Resolved, 6: incident.Resolved, 7: incident.Acknowledged, 8: incident.OnHold,
	}
	h.update(func(tx store.Tx) error {
		for n := int64(1); n <= 10; n++ {
			service := []string{"db", "web"}[n%2]
			if err := tx.PutIncident(opened(n, service, "g")); err != nil {
				return err
			}
		}
		return nil
	})
	h.update(func(tx store.Tx) error {
		for n, state := range states {
			i, err := tx.Incident(n)
			if err != nil {
				return err
			}
			i.State = state
			if err := tx.PutIncident(i); err != nil {
				return err
			}
		}
		return nil
	})
}

func listFiltered(h *harness) {
	several(h)
	for _, c := range []struct {
		name string
		f    store.Filter
		want []int64
	}{
		{"open", store.Filter{States: []incident.State{incident.Triggered, incident.Acknowledged, incident.OnHold}}, []int64{10, 9, 8, 7}},
		{"triggered", store.Filter{States: []incident.State{incident.Triggered}}, []int64{10, 9}},
		{"open and resolved", store.Filter{States: []incident.State{incident.Acknowledged, incident.Resolved}}, []int64{7, 6, 5}},
		{"service", store.Filter{Service: "web"}, []int64{9, 7, 5, 3, 1}},
		{"team", store.Filter{Team: "team-db"}, []int64{10, 8, 6, 4, 2}},
		{"no such service", store.Filter{Service: "we"}, nil},
		{"service and state", store.Filter{Service: "web", States: []incident.State{incident.Triggered}}, []int64{9}},
		{"since, inclusive", store.Filter{Since: at(9)}, []int64{10, 9}},
		{"until, exclusive", store.Filter{Until: at(3)}, []int64{2, 1}},
		{"since and until", store.Filter{Since: at(3), Until: at(5)}, []int64{4, 3}},
		{"since in another zone", store.Filter{Since: at(9).In(time.FixedZone("east", 7200))}, []int64{10, 9}},
		{"below", store.Filter{Below: 3}, []int64{2, 1}},
		{"below one", store.Filter{Below: 1}, nil},
		{"limit", store.Filter{Limit: 2}, []int64{10, 9}},
		{"limit of those that match", store.Filter{Service: "db", Limit: 2, Below: 8}, []int64{6, 4}},
		{"open below", store.Filter{States: []incident.State{incident.Triggered, incident.OnHold}, Below: 10, Limit: 5}, []int64{9, 8}},
	} {
		same(h, c.name, list(h, c.f), c.want)
	}
}

func listPaged(h *harness) {
	several(h)
	var got []int64
	below := int64(0)
	for range 10 {
		page := list(h, store.Filter{Below: below, Limit: 3})
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		below = page[len(page)-1]
	}
	same(h, "pages of 3", got, []int64{10, 9, 8, 7, 6, 5, 4, 3, 2, 1})
}

func timelineKept(h *harness) {
	h.update(func(tx store.Tx) error { return all(tx.Append(1, entriesOf(1, 2)), tx.Append(11, entriesOf(1, 1))) })
	h.update(func(tx store.Tx) error { return all(tx.Append(1, entriesOf(3, 300)), tx.Append(1, nil)) })
	same(h, "timeline", read(h, func(tx store.Tx) ([]incident.Entry, error) { return tx.Timeline(1) }), entriesOf(1, 300))
	same(h, "another's", read(h, func(tx store.Tx) ([]incident.Entry, error) { return tx.Timeline(11) }), entriesOf(1, 1))
	same(h, "nobody's", read(h, func(tx store.Tx) ([]incident.Entry, error) { return tx.Timeline(2) }), []incident.Entry(nil))
}
