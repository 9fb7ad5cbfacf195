package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// caseIndex is what the indexes look at. The head of an incident's row is Wake in microseconds and the card.
type caseIndex struct {
	State          incident.State
	Service, Group string
	Wake           time.Time
}

func indexCase(i *incident.Incident) caseIndex {
	return caseIndex{State: i.State, Service: i.Service, Group: i.GroupKey, Wake: i.WakeAt.Truncate(time.Microsecond)}
}

// splitCase parts the head of an incident's row.
func splitCase(head []byte) (wake int64, c []byte, err error) {
	wake, used := binary.Varint(head)
	if used <= 0 {
		return 0, nil, errRow
	}
	return wake, head[used:], nil
}

func readCaseIndex(val []byte) (caseIndex, error) {
	head, _, err := split(val)
	if err != nil {
		return caseIndex{}, err
	}
	wake, c, err := splitCase(head)
	if err != nil {
		return caseIndex{}, err
	}
	x := caseIndex{Wake: time.UnixMicro(wake).UTC()}
	err = card(c).index(&x)
	return x, err
}

// NextNumber takes the next reference number.
func (t *tx) NextNumber() (int64, error) { return t.addNum(keyText(tabRunning, runIncident), 1) }

// Incident returns one incident, or store.ErrNotFound.
func (t *tx) Incident(n int64) (incident.Incident, error) {
	i, err := row[incident.Incident](t, keyNumber(tabIncident, n))
	if errors.Is(err, store.ErrNotFound) && t.catalogue.surely(n, t.floor, t.written) {
		t.suspect()
		return i, fmt.Errorf("%w: INC-%d", errLostRow, n)
	}
	return i, err
}

// caseIndex is the index part of an incident as this transaction has it; found is false for a new one.
func (t *tx) caseIndex(n int64) (x caseIndex, found bool, err error) {
	if x, found = t.cases[n]; found {
		return x, true, nil
	}
	err = t.get(keyNumber(tabIncident, n), func(val []byte) (err error) {
		x, err = readCaseIndex(val)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return caseIndex{}, false, nil
	}
	return x, err == nil, err
}

// PutIncident writes the row and moves it in the indexes. Of an older version it reads the head alone, once.
func (t *tx) PutIncident(i incident.Incident) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, found, err := t.caseIndex(i.Number)
	if err != nil {
		return err
	}
	t.head = caseHead(t.head[:0], &i)
	val, err := t.encode(t.head, &i)
	if err != nil {
		return err
	}
	if err := t.set(keyNumber(tabIncident, i.Number), val); err != nil {
		return err
	}
	_, c, err := splitCase(t.head)
	if err != nil {
		return err
	}
	x := indexCase(&i)
	t.cases[i.Number], t.written[i.Number] = x, card(c)
	return errors.Join(t.moveOpen(i.Number, old, x), t.moveWake(i.Number, old, x), t.moveGroup(i.Number, found, old, x))
}

func (t *tx) moveOpen(n int64, old, x caseIndex) error {
	switch {
	case old.State.Open() == x.State.Open():
		return nil
	case x.State.Open():
		return t.set(keyNumber(tabOpen, n), present)
	}
	return t.del(keyNumber(tabOpen, n))
}

func (t *tx) moveWake(n int64, old, x caseIndex) error {
	if old.Wake.Equal(x.Wake) {
		return nil
	}
	if !old.Wake.IsZero() {
		if err := t.del(keyQueue(tabWake, sortable(old.Wake), numberText(n))); err != nil {
			return err
		}
	}
	if x.Wake.IsZero() {
		return nil
	}
	return t.enqueue(laneWake, tabWake, sortable(x.Wake), numberText(n))
}

// moveGroup keeps the newest number of each group under a key of its own, and all of them in order for the day that the
// newest moves to another group.
func (t *tx) moveGroup(n int64, found bool, old, x caseIndex) error {
	if found && old.Service == x.Service && old.Group == x.Group {
		return nil
	}
	if found {
		if err := t.leaveGroup(n, old); err != nil {
			return err
		}
	}
	if err := t.set(keyGroup(x.Service, x.Group, n), present); err != nil {
		return err
	}
	newest, err := t.latest(x.Service, x.Group)
	if err != nil || newest > n {
		return err
	}
	return t.setLatest(x, n)
}

func (t *tx) leaveGroup(n int64, old caseIndex) error {
	if err := t.del(keyGroup(old.Service, old.Group, n)); err != nil {
		return err
	}
	newest, err := t.latest(old.Service, old.Group)
	if err != nil || newest != n {
		return err
	}
	next, all := int64(0), keyGroup(old.Service, old.Group, 0)
	err = t.scan(span{prefix: all[:len(all)-8], back: true}, func(key []byte, _ *badger.Item) error {
		next = lastNumber(key)
		return errStop
	})
	if err != nil {
		return err
	}
	if next == 0 {
		return t.del(keyPair(tabLatest, old.Service, old.Group))
	}
	return t.setLatest(old, next)
}

func (t *tx) setLatest(x caseIndex, n int64) error {
	return t.set(keyPair(tabLatest, x.Service, x.Group), binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// latest is the newest number of a group; 0 when there is none.
func (t *tx) latest(service, group string) (int64, error) {
	return t.num(keyPair(tabLatest, service, group))
}

// LatestOf returns the number of the newest incident of a service and group key, or store.ErrNotFound.
func (t *tx) LatestOf(service, groupKey string) (int64, error) {
	n, err := t.latest(service, groupKey)
	if err == nil && n == 0 {
		err = store.ErrNotFound
	}
	return n, err
}

// Due returns the incidents to wake, earliest first.
func (t *tx) Due(at time.Time, limit int) ([]int64, error) {
	return t.dueNumbers(laneWake, tabWake, at, limit)
}

// NextWake returns the earliest WakeAt; the zero time when there is none.
func (t *tx) NextWake() (time.Time, error) { return t.front(laneWake, tabWake) }

// OpenNumbers returns the open incidents, ascending.
func (t *tx) OpenNumbers() ([]int64, error) {
	var open []int64
	err := t.scan(span{prefix: []byte{tabOpen}}, func(key []byte, _ *badger.Item) error {
		open = append(open, lastNumber(key))
		return nil
	})
	return open, err
}

// Append adds entries to a timeline.
func (t *tx) Append(n int64, entries []incident.Entry) error {
	for k := range entries {
		if err := t.setRow(keyNumbers(tabEntry, n, int64(entries[k].Seq)), &entries[k]); err != nil {
			return err
		}
	}
	return nil
}

// Timeline returns a timeline by Seq.
func (t *tx) Timeline(n int64) ([]incident.Entry, error) {
	return rows[incident.Entry](t, span{prefix: keyNumber(tabEntry, n)}, 0)
}

// RewriteEntry replaces the entry with the same Seq; store.ErrNotFound when there is none.
func (t *tx) RewriteEntry(n int64, e incident.Entry) error {
	key := keyNumbers(tabEntry, n, int64(e.Seq))
	if err := t.get(key, func([]byte) error { return nil }); err != nil {
		return err
	}
	return t.setRow(key, &e)
}

// rows decodes the rows of a span, at most limit (0: all).
func rows[T any](t *tx, p span, limit int) ([]T, error) {
	var all []T
	err := t.scan(p, func(_ []byte, item *badger.Item) error {
		var v T
		if err := item.Value(func(val []byte) error { return decode(val, &v) }); err != nil {
			return err
		}
		if all = append(all, v); len(all) == limit {
			return errStop
		}
		return nil
	})
	return all, err
}
