package storetest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

var factsTests = []test{
	{name: "facts are those of the record", run: factsOfRecord},
	{name: "what facts refer to may be kept", run: factsKept},
	{name: "an error stops", run: factsStop},
	{name: "fn may look around", run: factsLook},
	{name: "an update sees its own writes", run: factsOwn},
	{name: "a discarded update leaves no facts", run: factsDiscarded},
	{name: "a view is a snapshot", run: factsSnapshot},
	{name: "a commit is seen whole", run: factsWhole},
	{name: "reopen keeps facts", run: factsReopen, needs: canReopen},
	{name: "restore gives facts", run: factsRestore, needs: canRestore},
}

// facts are all facts that a filter chooses, copied as the interface says.
func facts(h *harness, f store.Filter) []incident.Facts {
	h.Helper()
	return read(h, func(tx store.Tx) (all []incident.Facts, err error) {
		err = tx.EachFacts(f, func(f *incident.Facts) error { all = append(all, *f); return nil })
		return all, err
	})
}

// sameFacts compares facts with those of a record; Text may leave out what is in it already, but no word.
func sameFacts(h *harness, what string, got incident.Facts, record incident.Incident) {
	h.Helper()
	want := record.Facts()
	for w := range strings.FieldsSeq(want.Text) {
		if !got.Matches(w) {
			h.Errorf("%s: the text does not have %q: %q", what, w, got.Text)
		}
	}
	got.Text, want.Text = "", ""
	same(h, what, got, want)
}

func factsOfRecord(h *harness) {
	zone := time.FixedZone("east", 2*3600+1800)
	put := filled[incident.Incident](func(n int) time.Time { return at(n).Add(time.Duration(n)*time.Microsecond + 999).In(zone) })
	want := filled[incident.Incident](func(n int) time.Time { return at(n).Add(time.Duration(n) * time.Microsecond) })
	bare := incident.Incident{Number: put.Number + 1}
	h.update(func(tx store.Tx) error { return all(tx.PutIncident(put), tx.PutIncident(bare)) })
	got := facts(h, store.Filter{})
	if len(got) != 2 {
		h.Fatalf("got facts of %d incidents, want 2", len(got))
	}
	sameFacts(h, "everything", got[1], want)
	for v, k := reflect.ValueOf(got[1]), 0; k < v.NumField(); k++ { // a fact that the record does not fill is a fact in none
		if v.Field(k).IsZero() {
			h.Errorf("%s is empty, though the record has everything", v.Type().Field(k).Name)
		}
	}
	sameFacts(h, "nothing", got[0], bare)
	eachTime(reflect.ValueOf(got), func(t time.Time) {
		if t.Location() != time.UTC {
			h.Errorf("a time came back in %v, want UTC: %v", t.Location(), t)
		}
	})
	stored := read(h, func(tx store.Tx) (incident.Incident, error) { return tx.Incident(put.Number) })
	sameFacts(h, "as stored", got[1], stored)
}

// labelled are incidents with labels, clocks and pings of their own.
func labelled(n int64) incident.Incident {
	i := opened(n, "web", "g")
	i.GroupLabels = map[string]string{"n": fmt.Sprint(n)}
	i.Pings = []incident.Ping{{User: "ana", At: at(int(n))}}
	i.Clocks = make([]incident.Clock, n%3)
	return i
}

func factsKept(h *harness) {
	h.update(func(tx store.Tx) error {
		for n := range int64(10) {
			if err := tx.PutIncident(labelled(n + 1)); err != nil {
				return err
			}
		}
		return nil
	})
	for k, f := range facts(h, store.Filter{}) {
		sameFacts(h, fmt.Sprint("kept ", k), f, labelled(int64(10-k)))
	}
}

func factsStop(h *harness) {
	several(h)
	met := 0
	err := h.s.View(h.Context(), func(tx store.Tx) error {
		return tx.EachFacts(store.Filter{}, func(*incident.Facts) error {
			if met++; met == 3 {
				return errWanted
			}
			return nil
		})
	})
	if err != errWanted || met != 3 {
		h.Errorf("got error %v after %d, want fn's own after 3", err, met)
	}
}

func factsLook(h *harness) {
	several(h)
	h.update(func(tx store.Tx) error {
		return tx.EachFacts(store.Filter{Service: "web"}, func(f *incident.Facts) error {
			i, err1 := tx.Incident(f.Number)
			open, err2 := tx.OpenNumbers()
			own, err3 := toldIn(tx, store.Filter{Service: "db"})
			same(h, "open, db", []int{len(open), len(own)}, []int{4, 5})
			i.Assignee = "ana"
			return all(err1, err2, err3, tx.PutIncident(i))
		})
	})
	chosen(h, "written on the way", store.Filter{Assignee: "ana"}, []int64{9, 7, 5, 3, 1})
}

func factsOwn(h *harness) {
	several(h)
	h.update(func(tx store.Tx) error {
		i, err := tx.Incident(3)
		i.Service = "db"
		err = all(err, tx.PutIncident(i), tx.PutIncident(opened(11, "db", "g")), tx.PutIncident(opened(5000, "db", "g")), tx.DeleteIncident(8),
			tx.PutIncident(opened(12, "db", "g")), tx.DeleteIncident(12))
		own, err1 := toldIn(tx, store.Filter{Service: "db"})
		some, err2 := tx.List(store.Filter{Service: "db"})
		open, err3 := toldIn(tx, store.Filter{Service: "db", States: []incident.State{incident.Triggered, incident.OnHold}})
		want := []int64{5000, 11, 10, 6, 4, 3, 2}
		same(h, "its own facts", own, want)
		same(h, "its own list", numbers(some), want)
		same(h, "its own open ones", open, []int64{5000, 11, 10})
		return all(err, err1, err2, err3)
	})
	chosen(h, "afterwards", store.Filter{Service: "db"}, []int64{5000, 11, 10, 6, 4, 3, 2})
}

func factsDiscarded(h *harness) {
	several(h)
	_ = h.s.Update(h.Context(), func(tx store.Tx) error {
		_, err := tx.List(store.Filter{})
		return all(err, tx.PutIncident(opened(11, "web", "g")), tx.PutIncident(opened(3, "db", "g")), tx.DeleteIncident(5), errWanted)
	})
	chosen(h, "web", store.Filter{Service: "web"}, []int64{9, 7, 5, 3, 1})
}

func factsSnapshot(h *harness) {
	several(h)
	h.view(func(tx store.Tx) error {
		other := func(fn func(tx store.Tx) error) error {
			done := make(chan error, 1)
			go func() { done <- h.s.Update(context.Background(), fn) }()
			return <-done
		}
		look := func(what string) error {
			web, err1 := toldIn(tx, store.Filter{Service: "web"})
			some, err2 := tx.List(store.Filter{Service: "web"})
			same(h, what+": facts", web, []int64{9, 7, 5, 3, 1})
			same(h, what+": list", numbers(some), []int64{9, 7, 5, 3, 1})
			return all(err1, err2)
		}
		err := other(func(tx store.Tx) error {
			return all(tx.PutIncident(opened(11, "web", "g")), tx.PutIncident(opened(4, "web", "g")), tx.PutIncident(opened(3, "db", "g")), tx.DeleteIncident(5))
		})
		err = all(err, look("after a commit"))
		err = all(err, other(func(tx store.Tx) error { return all(tx.PutIncident(opened(5, "db", "g")), tx.DeleteIncident(11)) }))
		return all(err, look("after another"))
	})
	chosen(h, "afterwards", store.Filter{Service: "web"}, []int64{9, 7, 4, 1})
}

// factsWhole keeps two incidents alike in every commit, and another one's number going round, while others look.
func factsWhole(h *harness) {
	put := func(tx store.Tx, n int) error {
		a, b := opened(1, "web", "g"), opened(700, "web", "g")
		a.Total, b.Total = n, n
		return all(tx.PutIncident(a), tx.PutIncident(b), tx.DeleteIncident(int64(n%7+2)), tx.PutIncident(opened(int64((n+1)%7+2), "web", "g")))
	}
	h.update(func(tx store.Tx) error { return put(tx, 0) })
	stop := make(chan struct{})
	err := together(3, func(k int) error {
		if k == 0 {
			defer close(stop)
			for n := range 300 {
				if err := h.s.Update(context.Background(), func(tx store.Tx) error { return put(tx, n) }); err != nil {
					return err
				}
			}
			return nil
		}
		for {
			select {
			case <-stop:
				return nil
			default:
			}
			if err := h.s.View(context.Background(), wholeIn); err != nil {
				return err
			}
		}
	})
	if err != nil {
		h.Error(err)
	}
}

// wholeIn demands three incidents, the first and the last alike.
func wholeIn(tx store.Tx) error {
	var totals []int
	err := tx.EachFacts(store.Filter{}, func(f *incident.Facts) error { totals = append(totals, f.Alerts); return nil })
	if err == nil && (len(totals) != 3 || totals[0] != totals[2]) {
		return fmt.Errorf("a view saw half of a commit: alerts %v", totals)
	}
	return err
}

func factsReopen(h *harness) {
	varied(h)
	h.update(func(tx store.Tx) error { return all(tx.DeleteIncident(2), tx.PutIncident(opened(900, "s0", "g"))) })
	for range 2 {
		h.reopen()
		chosen(h, "all", store.Filter{}, []int64{900, 6, 5, 4, 3, 1})
		chosen(h, "service", store.Filter{Service: "s0"}, []int64{900, 6, 3})
		chosen(h, "breached", store.Filter{Breached: true}, []int64{4})
	}
}

func factsRestore(h *harness) {
	varied(h)
	r := h.restored()
	chosen(r, "all", store.Filter{}, []int64{6, 5, 4, 3, 2, 1})
	chosen(r, "label", store.Filter{Labels: map[string]string{"b": "4"}}, []int64{4})
}
