package badger

import (
	"errors"
	"runtime"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// List returns incidents, newest first. The catalogue proposes and the row decides.
func (t *tx) List(f store.Filter) ([]incident.Incident, error) {
	var all []incident.Incident
	q := newQuery(&f)
	err := t.cards(q, func(n int64, c card) error {
		if ok, err := q.may(n, c); !ok || err != nil {
			return err
		}
		i, found, err := t.wanted(q, n)
		if !found || err != nil {
			return err
		}
		if all = append(all, i); len(all) == f.Limit {
			return errStop
		}
		return nil
	})
	return all, err
}

// wanted reads an incident; found is false when its row is not there or not what the query wants.
func (t *tx) wanted(q *query, n int64) (i incident.Incident, found bool, err error) {
	err = t.get(keyNumber(tabIncident, n), func(val []byte) error {
		head, body, err := split(val)
		if err != nil {
			return err
		}
		_, c, err := splitCase(head)
		if err != nil {
			return err
		}
		if found, err = q.wants(card(c)); !found || err != nil {
			return err
		}
		return decodeBody(body, &i)
	})
	if errors.Is(err, store.ErrNotFound) {
		return i, false, nil
	}
	return i, found, err
}

// EachFacts calls fn with the facts of incidents, newest first.
func (t *tx) EachFacts(f store.Filter, fn func(*incident.Facts) error) error {
	q := newQuery(&f)
	var facts incident.Facts
	told := 0
	return t.cards(q, func(n int64, c card) error {
		if err := c.facts(n, &facts); err != nil {
			return err
		}
		if f.May != nil && !f.May(&facts) {
			return nil
		}
		if err := fn(&facts); err != nil {
			return err
		}
		if told++; told == f.Limit {
			return errStop
		}
		return nil
	})
}

// may asks the filter's May of a card.
func (q *query) may(n int64, c card) (bool, error) {
	if q.f.May == nil {
		return true, nil
	}
	var f incident.Facts
	if err := c.facts(n, &f); err != nil {
		return false, err
	}
	return q.f.May(&f), nil
}

// cards calls fn for the cards that a query wants, May apart, newest first, until fn returns an error; errStop ends it in
// peace. No iterator is open meanwhile. Open incidents are few and have an index; all others are looked for in the catalogue.
func (t *tx) cards(q *query, fn func(n int64, c card) error) error {
	if t.done {
		return errDone
	}
	offer := func(n int64, c card) error {
		if ok, err := q.wants(c); !ok || err != nil {
			return err
		}
		return fn(n, c)
	}
	var err error
	if q.open {
		err = t.openCards(q, offer)
	} else {
		err = t.allCards(q, offer)
	}
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

func (t *tx) openCards(q *query, offer func(n int64, c card) error) error {
	var open []int64
	p := span{prefix: []byte{tabOpen}, from: keyNumber(tabOpen, q.below()-1), back: true}
	err := t.scan(p, func(key []byte, _ *badger.Item) error {
		open = append(open, lastNumber(key))
		return nil
	})
	if err != nil {
		return err
	}
	for _, n := range open {
		if err := t.offerRow(n, offer); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) allCards(q *query, offer func(n int64, c card) error) error {
	if len(t.written) > 0 {
		t.catalogue.reserve(t.written)
	}
	var shelf []entry
	warmed := byte(0)
	defer func() { runtime.KeepAlive(warmed) }()
	below, more := q.below(), true
	for {
		if shelf, below, more = t.catalogue.shelfBelow(below, t.floor, t.written, shelf); !more {
			return nil
		}
		if t.stopped != nil {
			if err := t.stopped(); err != nil {
				return err
			}
		}
		runtime.Gosched() // a page that is due does not wait for a walk through old incidents
		warmed += warm(shelf, q.reach)
		for k := range shelf {
			e := &shelf[k]
			var err error
			if e.sure {
				err = offer(e.number, e.card)
			} else {
				err = t.offerRow(e.number, offer)
			}
			if err != nil {
				return err
			}
		}
	}
}

// warm touches cards up to some length. A walk over all of them waits for memory most of its time, one card after the other;
// asked for a shelf of them at once, the processor waits for several together. What it returns is of no use, but to keep.
func warm(shelf []entry, length int) (sum byte) {
	const line = 64
	for k := range shelf {
		c := shelf[k].card
		for at := 0; at < min(len(c), length); at += line {
			sum += c[at]
		}
	}
	return sum
}

// offerRow offers the card in the row that this transaction sees, if there is one.
func (t *tx) offerRow(n int64, offer func(n int64, c card) error) error {
	var c card
	err := t.get(keyNumber(tabIncident, n), func(val []byte) error {
		head, _, err := split(val)
		if err != nil {
			return err
		}
		_, b, err := splitCase(head)
		c = card(b)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return offer(n, c)
}
