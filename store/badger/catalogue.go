package badger

import (
	"slices"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// catalogue is the cards of all incidents in memory, so that a list looks at 100,000 incidents within milliseconds. It is
// read from the rows by Open and follows every commit before Update returns.
//
// A transaction reads a snapshot and the catalogue is of now, so a card is trusted only if it must be what the snapshot
// holds. Each commit that writes incidents is a flight: it announces their numbers before Badger commits, and lands
// afterwards, putting its cards in. A transaction notes, before it takes its snapshot, the oldest flight that has not landed
// (floor). What landed before that is in the snapshot and in the catalogue alike. A card that a flight from the floor on
// has put in, and one of a number that is in flight while it is read, may be newer or older than the snapshot: its row is
// read instead. So a transaction never sees half of a commit, and rows are read for few.
//
// Two flights may write one incident and land in either order. The later one began after the other's commit (else Badger
// would have found a conflict), so it was announced later, and order decides.
//
// An incident that was deleted leaves an empty card until the next Open, for transactions that began before.
type catalogue struct {
	mu      sync.Mutex
	shelves map[int64]*shelf
	keys    []int64 // of shelves, ascending
	next    uint64  // order of the next flight
	flights []uint64
}

// shelf is the cards of consecutive numbers.
type shelf [1 << shelfBits]slot

const shelfBits = 8

type slot struct {
	card   card   // empty: there is no such incident
	order  uint64 // of the flight that put it in; 0: it was there at Open
	flying int32  // flights under way with this number
}

func newCatalogue() *catalogue { return &catalogue{shelves: map[int64]*shelf{}, next: 1} }

// slot is the place of a number, made when it is missing.
func (c *catalogue) slot(n int64) *slot {
	key := n >> shelfBits
	s := c.shelves[key]
	if s == nil {
		s = new(shelf)
		c.shelves[key] = s
		at, _ := slices.BinarySearch(c.keys, key)
		c.keys = slices.Insert(c.keys, at, key)
	}
	return &s[n&(1<<shelfBits-1)]
}

// floor is the order of the oldest flight that has not landed.
func (c *catalogue) floor() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.flights) > 0 {
		return c.flights[0]
	}
	return c.next
}

// announce begins a flight with the cards that a commit writes.
func (c *catalogue) announce(cards map[int64]card) (order uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	order = c.next
	c.next++
	c.flights = append(c.flights, order)
	for n := range cards {
		c.slot(n).flying++
	}
	return order
}

// land ends a flight; done says that its commit was made.
func (c *catalogue) land(order uint64, cards map[int64]card, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n, card := range cards {
		s := c.slot(n)
		s.flying--
		if done && s.order < order {
			s.card, s.order = card, order
		}
	}
	at, _ := slices.BinarySearch(c.flights, order)
	c.flights = slices.Delete(c.flights, at, at+1)
}

// reserve makes places for numbers that no flight has announced.
func (c *catalogue) reserve(cards map[int64]card) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := range cards {
		c.slot(n)
	}
}

// surely reports whether a transaction's snapshot must hold a number. own is what the transaction has written itself.
func (c *catalogue) surely(n int64, floor uint64, own map[int64]card) bool {
	if _, wrote := own[n]; wrote {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.shelves[n>>shelfBits]
	if s == nil {
		return false
	}
	at := &s[n&(1<<shelfBits-1)]
	return at.card != "" && at.flying == 0 && at.order < floor
}

// entry is what the catalogue says of one number.
type entry struct {
	number int64
	card   card
	sure   bool // it is what the transaction's snapshot holds
}

// shelfBelow lists, newest first, the numbers below one that are on one shelf, into list. own is what the transaction has
// written itself. Where to go on is the next below; ok is false when there is no shelf left.
func (c *catalogue) shelfBelow(below int64, floor uint64, own map[int64]card, list []entry) (_ []entry, next int64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list = list[:0]
	at, exact := slices.BinarySearch(c.keys, (below-1)>>shelfBits)
	if exact {
		at++
	}
	if at == 0 {
		return list, 0, false
	}
	first := c.keys[at-1] << shelfBits
	s := c.shelves[c.keys[at-1]]
	for k := min(below-1-first, int64(len(s)-1)); k >= 0; k-- {
		e := entry{number: first + k, card: s[k].card, sure: s[k].flying == 0 && s[k].order < floor}
		if len(own) > 0 {
			if mine, wrote := own[e.number]; wrote {
				e.card, e.sure = mine, true
			}
		}
		if e.card != "" || !e.sure {
			list = append(list, e)
		}
	}
	return list, first, true
}

// loadCatalogue reads the cards of all incidents. Nobody uses the store yet.
func (s *Store) loadCatalogue() error {
	s.catalogue = newCatalogue()
	t := s.newTx(false)
	defer t.discard()
	var tray tray
	return t.scan(span{prefix: []byte{tabIncident}}, func(key []byte, item *badger.Item) error {
		return item.Value(func(val []byte) error {
			head, _, err := split(val)
			if err != nil {
				return err
			}
			_, c, err := splitCase(head)
			s.catalogue.slot(lastNumber(key)).card = tray.add(c)
			return err
		})
	})
}

// tray lays cards side by side in memory, so that a walk over all of them goes straight ahead.
type tray struct{ b strings.Builder }

const trayBytes = 64 << 10

func (t *tray) add(c []byte) card {
	if t.b.Cap()-t.b.Len() < len(c) {
		t.b = strings.Builder{}
		t.b.Grow(max(trayBytes, len(c)))
	}
	at := t.b.Len()
	t.b.Write(c)
	return card(t.b.String()[at:])
}
