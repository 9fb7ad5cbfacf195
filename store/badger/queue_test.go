package badger

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// firstOf is the first time in a queue as a scan of everything finds it; math.MaxUint64 when it is empty.
func firstOf(t *tx, table byte) (uint64, error) {
	first := uint64(math.MaxUint64)
	err := t.scan(span{prefix: []byte{table}}, func(key []byte, _ *badger.Item) error {
		first = binary.BigEndian.Uint64(key[1:queueKeyStart])
		return errStop
	})
	return first, err
}

// honest demands that what a transaction is told about the fronts is what its snapshot holds.
func honest(t *tx) error {
	for lane, table := range []byte{tabWake, tabDue} {
		want, err := firstOf(t, table)
		if err != nil {
			return err
		}
		got, err := t.front(lane, table)
		if err != nil {
			return err
		}
		if want == math.MaxUint64 && !got.IsZero() || want != math.MaxUint64 && sortable(got) != want {
			return fmt.Errorf("queue %c: front %v, want %v", table, got, unsortable(want))
		}
	}
	return nil
}

// shuffle moves an incident and a page to random places in the queues, or out of them.
func shuffle(rng *rand.Rand, tx store.Tx) error {
	n := rng.Int64N(30) + 1
	i := incident.Incident{Number: n, State: incident.Triggered}
	p := store.Page{State: store.Queued, NextAt: time.Unix(rng.Int64N(1000), 0)}
	p.ID = fmt.Sprint("p", n)
	if rng.IntN(3) > 0 {
		i.WakeAt = time.Unix(rng.Int64N(1000), 0)
	} else {
		p.State = store.Delivered
	}
	if err := tx.PutIncident(i); err != nil {
		return err
	}
	return tx.PutPage(p)
}

// TestFrontsAreHonest has writers and readers look at queues that change under them.
func TestFrontsAreHonest(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	look := func() error {
		return s.View(context.Background(), func(tx store.Tx) error { return honest(tx.(*txn)) })
	}
	write := func(rng *rand.Rand) error {
		return s.Update(context.Background(), func(tx store.Tx) error {
			return errors.Join(honest(tx.(*txn)), shuffle(rng, tx), honest(tx.(*txn)))
		})
	}
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for k := range 3 {
		writers.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(k), 9))
			for range 300 {
				if err := write(rng); err != nil {
					t.Error(err)
				}
			}
		})
		readers.Go(func() {
			for open := true; open; {
				select {
				case <-done:
					open = false
				default:
				}
				if err := look(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	if len(s.fronts.watches)+len(s.fronts.flights) != 0 {
		t.Errorf("%d watches and %d flights are left", len(s.fronts.watches), len(s.fronts.flights))
	}
}

type txn = tx // where a parameter is called tx

// flight is a commit of the model: announced, then visible, then over.
type flight struct {
	at      uint64
	visible bool
	leave   func()
}

// looker is a reader of the model with what its snapshot holds.
type looker struct {
	w    watch
	sees map[uint64]bool
}

// skies is the model: readers must be told to begin no later than what they can see.
type skies struct {
	f       *fronts
	live    map[uint64]bool
	flights []*flight
	readers []*looker
}

func (m *skies) announce(t *rapid.T) {
	at := rapid.Uint64Range(0, 20).Draw(t, "at")
	m.flights = append(m.flights, &flight{at: at, leave: m.f.enter([lanes]uint64{at, math.MaxUint64})})
}

func (m *skies) proceed(t *rapid.T) {
	if len(m.flights) == 0 {
		t.Skip("no commit is under way")
	}
	k := rapid.IntRange(0, len(m.flights)-1).Draw(t, "flight")
	switch c := m.flights[k]; {
	case c.visible:
		c.leave()
		m.flights = append(m.flights[:k], m.flights[k+1:]...)
	default:
		m.live[c.at], c.visible = true, true
	}
}

func (m *skies) remove(t *rapid.T) { delete(m.live, rapid.Uint64Range(0, 20).Draw(t, "at")) }

func (m *skies) begin(t *rapid.T) {
	r := &looker{}
	m.f.begin(&r.w)
	if rapid.Bool().Draw(t, "others proceed before the snapshot") && len(m.flights) > 0 {
		m.proceed(t)
	}
	r.sees = copied(m.live)
	m.readers = append(m.readers, r)
}

func (m *skies) look(t *rapid.T) {
	if len(m.readers) == 0 {
		t.Skip("nobody looks")
	}
	k := rapid.IntRange(0, len(m.readers)-1).Draw(t, "reader")
	r, found := m.readers[k], uint64(math.MaxUint64)
	from := r.w.from(laneWake)
	for at := range r.sees {
		if at < from {
			t.Fatalf("a scan from %d misses %d", from, at)
		}
		found = min(found, at)
	}
	m.f.raise(&r.w, [lanes]uint64{found, 0})
	if rapid.Bool().Draw(t, "ends") {
		m.f.end(&r.w)
		m.readers = append(m.readers[:k], m.readers[k+1:]...)
	}
}

// TestFrontsByModel interleaves commits and snapshots in every order that rapid thinks of.
func TestFrontsByModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &skies{f: newFronts(), live: map[uint64]bool{}}
		t.Repeat(map[string]func(*rapid.T){
			"announce": m.announce, "proceed": m.proceed, "remove": m.remove, "begin": m.begin, "look": m.look,
		})
	})
}

func copied(m map[uint64]bool) map[uint64]bool {
	c := map[uint64]bool{}
	for k := range m {
		c[k] = true
	}
	return c
}

// TestFrontIsNotSearched drains a long queue: finding the next page must not cost more for what was there before.
func TestFrontIsNotSearched(t *testing.T) {
	s := open1(t, "", Options{InMemory: true})
	defer s.Close()
	const n = 5000
	page := func(k int, state store.PageState) store.Page {
		p := store.Page{State: state, NextAt: time.Unix(int64(k), 0)}
		p.ID = fmt.Sprint(k)
		return p
	}
	for _, state := range []store.PageState{store.Queued, store.Delivered} {
		err := s.Update(context.Background(), func(tx store.Tx) error {
			for k := range n {
				if err := tx.PutPage(page(k, state)); err != nil {
					return err
				}
			}
			return tx.PutPage(page(n, store.Queued))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the first look finds the front
		err := s.View(context.Background(), func(tx store.Tx) error {
			next, err := tx.NextPage()
			if !next.Equal(time.Unix(n, 0)) {
				t.Errorf("next page: got %v, want %v", next, time.Unix(n, 0))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := s.fronts.bound[laneDue]; got != sortable(time.Unix(n, 0)) {
		t.Errorf("the front is known to be at %v, want %v", unsortable(got), time.Unix(n, 0))
	}
}

func TestKeysSortAsPairs(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune{0, 1, 'a', 'b', 0xff, '€'}), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		a := alert.ID{Integration: text.Draw(t, "a"), Key: text.Draw(t, "a key")}
		b := alert.ID{Integration: text.Draw(t, "b"), Key: text.Draw(t, "b key")}
		want := bytes.Compare([]byte(a.Integration), []byte(b.Integration))
		if want == 0 {
			want = bytes.Compare([]byte(a.Key), []byte(b.Key))
		}
		if got := bytes.Compare(keyAlert(a), keyAlert(b)); got != want {
			t.Fatalf("%q and %q compare as %d, want %d", a, b, got, want)
		}
		integration, key, err := pairOf(keyMember(7, a), 9)
		if err != nil || integration != a.Integration || key != a.Key {
			t.Fatalf("%q read back as %q, %q, error %v", a, integration, key, err)
		}
	})
}

func TestTimesSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-62135596800000000, 253402300799000000)
		a, b := time.UnixMicro(micros.Draw(t, "a")).UTC(), time.UnixMicro(micros.Draw(t, "b")).UTC()
		if got, want := a.Compare(b), compareKeys(a, b); got != want {
			t.Fatalf("%v and %v compare as %d by key, want %d", a, b, want, got)
		}
		if back := unsortable(sortable(a)); !back.Equal(a) {
			t.Fatalf("%v read back as %v", a, back)
		}
	})
}

func compareKeys(a, b time.Time) int {
	return bytes.Compare(keyQueue(tabDue, sortable(a), ""), keyQueue(tabDue, sortable(b), ""))
}

// FuzzDecode reads rows from anything: an error or a record, never a panic.
func FuzzDecode(f *testing.F) {
	t := &tx{}
	i := incident.Incident{Number: 1, State: incident.Closed, Service: "web"}
	row, err := t.encode(caseHead(nil, &i), i)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(row)
	f.Add(row[:len(row)/2])
	f.Add([]byte{rowFormat, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{rowFormat, 2, 5, 'x', '{', '}'})
	f.Add([]byte{2, 0, '{', '}'})
	f.Fuzz(func(t *testing.T, b []byte) {
		var i incident.Incident
		var p store.Page
		_, _ = decode(b, &i), decode(b, &p)
		_, _ = readCaseIndex(b)
		_ = card(b).facts(1, new(incident.Facts))
		_, _ = newQuery(&store.Filter{Text: "a", Labels: map[string]string{"a": "b"}}).wants(card(b))
		_, _ = readPageIndex(b)
		_, _, _ = cutEscaped(b)
	})
}
