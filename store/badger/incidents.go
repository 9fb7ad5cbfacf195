package badger

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// caseIndex is the head of an incident's row: what indexes and filters look at.
type caseIndex struct {
	State          incident.State
	Service, Group string
	Team           string
	Created        time.Time
	Wake           time.Time
}

func indexCase(i *incident.Incident) caseIndex {
	return caseIndex{
		State: i.State, Service: i.Service, Group: i.GroupKey, Team: i.Team,
		Created: i.CreatedAt.Truncate(time.Microsecond), Wake: i.WakeAt.Truncate(time.Microsecond),
	}
}

func (x *caseIndex) head() []byte {
	b := make([]byte, 0, 48+len(x.Service)+len(x.Group)+len(x.Team))
	b = appendText(appendText(appendText(appendText(b, string(x.State)), x.Service), x.Group), x.Team)
	return binary.AppendVarint(binary.AppendVarint(b, x.Created.UnixMicro()), x.Wake.UnixMicro())
}

func readCaseIndex(val []byte) (x caseIndex, body []byte, err error) {
	head, body, err := split(val)
	if err != nil {
		return x, nil, err
	}
	r := headReader{b: head}
	x = caseIndex{State: incident.State(r.text()), Service: r.text(), Group: r.text(), Team: r.text()}
	x.Created, x.Wake = time.UnixMicro(r.number()).UTC(), time.UnixMicro(r.number()).UTC()
	return x, body, r.err
}

// NextNumber takes the next reference number.
func (t *tx) NextNumber() (int64, error) { return t.addNum(keyText(tabRunning, runIncident), 1) }

// Incident returns one incident, or store.ErrNotFound.
func (t *tx) Incident(n int64) (incident.Incident, error) {
	var i incident.Incident
	err := t.get(keyNumber(tabIncident, n), func(val []byte) error { return decode(val, &i) })
	if err != nil {
		return incident.Incident{}, err
	}
	return i, nil
}

// caseIndex is the index part of an incident as this transaction has it; found is false for a new one.
func (t *tx) caseIndex(n int64) (x caseIndex, found bool, err error) {
	if x, found = t.cases[n]; found {
		return x, true, nil
	}
	err = t.get(keyNumber(tabIncident, n), func(val []byte) (err error) {
		x, _, err = readCaseIndex(val)
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
	x := indexCase(&i)
	val, err := t.encode(x.head(), &i)
	if err != nil {
		return err
	}
	if err := t.set(keyNumber(tabIncident, i.Number), val); err != nil {
		return err
	}
	t.cases[i.Number] = x
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

// LatestOf returns the newest incident of a service and group key, or store.ErrNotFound.
func (t *tx) LatestOf(service, groupKey string) (incident.Incident, error) {
	n, err := t.latest(service, groupKey)
	if err != nil {
		return incident.Incident{}, err
	}
	if n == 0 {
		return incident.Incident{}, store.ErrNotFound
	}
	return t.Incident(n)
}

// Due returns the incidents to wake, earliest first.
func (t *tx) Due(at time.Time, limit int) ([]int64, error) {
	var due []int64
	err := t.queue(laneWake, tabWake, at, func(key []byte) error {
		if due = append(due, lastNumber(key)); len(due) == limit {
			return errStop
		}
		return nil
	})
	return due, err
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

// List returns incidents, newest first. Filters look at heads alone; a list of open incidents looks at those only.
func (t *tx) List(f store.Filter) ([]incident.Incident, error) {
	var all []incident.Incident
	take := func(val []byte) error {
		x, body, err := readCaseIndex(val)
		if err != nil || !wanted(&f, &x) {
			return err
		}
		var i incident.Incident
		if err := decodeBody(body, &i); err != nil {
			return err
		}
		if all = append(all, i); len(all) == f.Limit {
			return errStop
		}
		return nil
	}
	p := span{prefix: []byte{tabIncident}, back: true}
	onlyOpen := len(f.States) > 0 && !slices.ContainsFunc(f.States, func(s incident.State) bool { return !s.Open() })
	if onlyOpen {
		p.prefix = []byte{tabOpen}
	}
	if f.Below > 0 {
		p.from = keyNumber(p.prefix[0], f.Below-1)
	}
	err := t.scan(p, func(key []byte, item *badger.Item) error {
		if onlyOpen {
			return t.get(keyNumber(tabIncident, lastNumber(key)), take)
		}
		return item.Value(take)
	})
	return all, err
}

func wanted(f *store.Filter, x *caseIndex) bool {
	switch {
	case len(f.States) > 0 && !slices.Contains(f.States, x.State),
		f.Service != "" && f.Service != x.Service,
		f.Team != "" && f.Team != x.Team,
		!f.Since.IsZero() && x.Created.Before(f.Since.Truncate(time.Microsecond)),
		!f.Until.IsZero() && !x.Created.Before(f.Until.Truncate(time.Microsecond)):
		return false
	}
	return true
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
