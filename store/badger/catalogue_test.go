package badger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/store"
)

// rowsAndCards are the cards that a transaction finds in its rows, and those that it is offered.
func rowsAndCards(t *tx) (rows, offered map[int64]card, err error) {
	rows, offered = map[int64]card{}, map[int64]card{}
	err1 := t.scan(span{prefix: []byte{tabIncident}}, func(key []byte, item *badger.Item) error {
		return item.Value(func(val []byte) error {
			head, _, err := split(val)
			if err != nil {
				return err
			}
			_, c, err := splitCase(head)
			rows[lastNumber(key)] = card(c)
			return err
		})
	})
	last := int64(1 << 62)
	err2 := t.cards(newQuery(&store.Filter{}), func(n int64, c card) error {
		if n >= last {
			return fmt.Errorf("%d came after %d", n, last)
		}
		last, offered[n] = n, c
		return nil
	})
	return rows, offered, errors.Join(err1, err2)
}

// fair demands that a transaction is offered what its rows hold, no more and no less.
func fair(t *tx) error {
	rows, offered, err := rowsAndCards(t)
	if err == nil && !maps.Equal(rows, offered) {
		return fmt.Errorf("offered what the rows do not hold: %s", cmp.Diff(rows, offered))
	}
	return err
}

// stir puts and deletes some incidents.
func stir(rng *rand.Rand, tx store.Tx) error {
	for range 1 + rng.IntN(3) {
		n := rng.Int64N(40) * 37
		err := tx.PutIncident(incident.Incident{Number: n, State: incident.Closed, Title: fmt.Sprint(rng.Int())})
		if rng.IntN(3) == 0 {
			err = tx.DeleteIncident(n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestCatalogueIsFair has readers look at incidents that writers change under them.
func TestCatalogueIsFair(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for k := range uint64(3) {
		rng := rand.New(rand.NewPCG(k, 99))
		writers.Go(func() {
			for range 400 {
				err := s.Update(context.Background(), func(tx store.Tx) error {
					return errors.Join(fair(tx.(*txn)), stir(rng, tx), fair(tx.(*txn)))
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := s.View(context.Background(), func(tx store.Tx) error { return errors.Join(fair(tx.(*txn)), fair(tx.(*txn))) })
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	if n := len(s.catalogue.flights); n != 0 {
		t.Errorf("%d flights have not landed", n)
	}
}

// TestLandingInAnyOrder: of two commits of one incident the later one counts, whichever lands first.
func TestLandingInAnyOrder(t *testing.T) {
	for _, earlierFirst := range []bool{true, false} {
		c := newCatalogue()
		first := c.announce(map[int64]card{7: "first"})
		second := c.announce(map[int64]card{7: "second"})
		floor := c.floor()
		if floor != first {
			t.Errorf("floor: got %d, want the oldest flight, %d", floor, first)
		}
		if list, _, _ := c.shelfBelow(100, floor, nil, nil); len(list) != 1 || list[0].sure {
			t.Errorf("in flight: got %+v, want it unsure", list)
		}
		if earlierFirst {
			c.land(first, map[int64]card{7: "first"}, true)
		}
		c.land(second, map[int64]card{7: "second"}, true)
		if !earlierFirst {
			c.land(first, map[int64]card{7: "first"}, true)
		}
		if list, _, _ := c.shelfBelow(100, floor, nil, nil); len(list) != 1 || list[0].sure {
			t.Errorf("for one that began before: got %+v, want it unsure", list)
		}
		if list, _, _ := c.shelfBelow(100, c.floor(), nil, nil); len(list) != 1 || !list[0].sure || list[0].card != "second" {
			t.Errorf("landed: got %+v, want the second for sure", list)
		}
	}
}

// TestFailedCommitLands: a commit that failed changes nothing and leaves no flight.
func TestFailedCommitLands(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	s.commit = func(*badger.Txn) error { return badger.ErrTxnTooBig }
	err := s.Update(t.Context(), func(tx store.Tx) error { return tx.PutIncident(incident.Incident{Number: 1}) })
	if !errors.Is(err, store.ErrTooBig) {
		t.Fatalf("Update: got %v, want store.ErrTooBig", err)
	}
	list, _, _ := s.catalogue.shelfBelow(100, s.catalogue.floor(), nil, nil)
	if len(list) != 0 || len(s.catalogue.flights) != 0 {
		t.Errorf("got %v and %d flights, want none", list, len(s.catalogue.flights))
	}
}

// TestCardsOfAnything writes and reads facts with any text and any time.
func TestCardsOfAnything(t *testing.T) {
	text := rapid.OneOf(rapid.SampledFrom(vocabulary), rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 300), func(b []byte) string { return string(b) }))
	when := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "zero") {
			return time.Time{}
		}
		return time.UnixMicro(rapid.Int64Range(-62135596800000000, 253402300799000000).Draw(t, "at")).UTC()
	})
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int()
		f := incident.Facts{Number: 5, State: incident.State(text.Draw(t, "state")), Service: text.Draw(t, "service"), Code: text.Draw(t, "code"), Text: text.Draw(t, "text")}
		f.Severity, f.CreatedAt, f.UpdatedAt, f.ClosedAt = alert.Severity(text.Draw(t, "severity")), when.Draw(t, "created"), when.Draw(t, "updated"), when.Draw(t, "closed")
		f.Labels, f.Alerts, f.Problem = rapid.MapOfN(text, text, 0, 3).Draw(t, "labels"), number.Draw(t, "alerts"), rapid.Int64().Draw(t, "problem")
		for range rapid.IntRange(0, 3).Draw(t, "clocks") {
			c := incident.Clock{Told: number.Draw(t, "told"), Reading: sla.Reading{SLA: text.Draw(t, "sla"), Breached: rapid.Bool().Draw(t, "breached"), BreachAt: when.Draw(t, "breach")}}
			c.Target, c.Elapsed = time.Duration(rapid.Int64().Draw(t, "target")), time.Duration(rapid.Int64Range(-1e6, 1e6).Draw(t, "elapsed"))
			f.Clocks = append(f.Clocks, c)
			f.Pings = append(f.Pings, incident.Ping{User: "ana", At: when.Draw(t, "ping")})
		}
		var got incident.Facts
		if err := card(appendCard(nil, &f)).facts(5, &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(f, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

// TestCondensedTextIsFound: whatever a search finds in the words of a record it finds in what is kept of them.
func TestCondensedTextIsFound(t *testing.T) {
	word := rapid.StringOfN(rapid.SampledFrom([]rune("abcä")), 1, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		text := incident.Fold(strings.Join(rapid.SliceOfN(word, 0, 60).Draw(t, "words"), " "))
		q := word.Draw(t, "query")
		if got, want := strings.Contains(condense(text), q), strings.Contains(text, q); got != want {
			t.Fatalf("%q in %q, condensed %q: found %t, want %t", q, text, condense(text), got, want)
		}
	})
	long := condense(strings.Repeat("abcdefgh ", 10000) + strings.Repeat("x", 2*textMost))
	if long != "abcdefgh" {
		t.Errorf("got %d bytes, want a word that does not fit left out and the rest once", len(long))
	}
}

// TestOldRowsAreForgotten forgets alerts and pages whose heads do not yet say when they changed.
func TestOldRowsAreForgotten(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	old, recent := time.Unix(1000, 0).UTC(), time.Unix(2000, 0).UTC()
	err := s.write(func(t *tx) error {
		for _, at := range []time.Time{old, recent} {
			a := store.Alert{Alert: alert.Alert{Integration: "am", Key: at.String(), State: alert.Resolved}, UpdatedAt: at}
			p := store.Page{State: store.Delivered, UpdatedAt: at}
			p.ID = at.String()
			row1, err1 := t.encode(nil, &a)
			row2, err2 := t.encode([]byte{0, 0, 0, 0}, &p) // not due, of no incident, of no provider
			if err := errors.Join(err1, err2, t.set(keyAlert(a.ID()), row1), t.set(keyText(tabPage, p.ID), row2)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Update(t.Context(), func(tx store.Tx) error {
		alerts, err1 := tx.ForgetAlerts(recent, 0)
		pages, err2 := tx.ForgetPages(recent, 0)
		if alerts != 1 || pages != 1 {
			t.Errorf("forgot %d alerts and %d pages, want 1 and 1", alerts, pages)
		}
		return errors.Join(err1, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
}
