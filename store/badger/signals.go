package badger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// Beats returns all heartbeats ever heard, by name.
func (t *tx) Beats() ([]store.Beat, error) {
	return rows[store.Beat](t, span{prefix: []byte{tabBeat}}, 0)
}

// PutBeat replaces one.
func (t *tx) PutBeat(b store.Beat) error { return t.setRow(keyText(tabBeat, b.Name), &b) }

// until is when a mark ends; found is false when there is none.
func (t *tx) until(key string) (at uint64, found bool, err error) {
	err = t.get(keyText(tabSeen, key), func(val []byte) error {
		if len(val) != 8 {
			return errRow
		}
		at = binary.BigEndian.Uint64(val)
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return 0, false, nil
	}
	return at, err == nil, err
}

// Seen reports whether key was marked and now is before the mark's end.
func (t *tx) Seen(key string, now time.Time) (bool, error) {
	at, found, err := t.until(key)
	return found && sortable(now) < at, err
}

// MarkSeen remembers key until the time given.
func (t *tx) MarkSeen(key string, until time.Time) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, found, err := t.until(key)
	if err != nil {
		return err
	}
	at := sortable(until)
	if found && old == at {
		return nil
	}
	if found {
		if err := t.del(keyQueue(tabSeenUntil, old, key)); err != nil {
			return err
		}
	}
	if err := t.set(keyText(tabSeen, key), binary.BigEndian.AppendUint64(nil, at)); err != nil {
		return err
	}
	return t.set(keyQueue(tabSeenUntil, at, key), present)
}

// ForgetSeen drops marks that ended before a time.
func (t *tx) ForgetSeen(before time.Time, limit int) (int, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	var ended [][]byte
	end := keyQueue(tabSeenUntil, sortable(before), "")
	err := t.scan(span{prefix: []byte{tabSeenUntil}}, func(key []byte, _ *badger.Item) error {
		if bytes.Compare(key, end) >= 0 {
			return errStop
		}
		if ended = append(ended, bytes.Clone(key)); len(ended) == limit {
			return errStop
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, key := range ended {
		if err := t.del(keyText(tabSeen, string(key[queueKeyStart:]))); err != nil {
			return 0, err
		}
		if err := t.del(key); err != nil {
			return 0, err
		}
	}
	return len(ended), nil
}

// PutChange stores a change event. A running number keeps events of one microsecond apart.
func (t *tx) PutChange(c alert.Change) error {
	n, err := t.addNum(keyText(tabRunning, runChange), 1)
	if err != nil {
		return err
	}
	return t.setRow(keyQueue(tabChange, sortable(c.At), numberText(n)), &c)
}

// Changes returns change events from since on, newest first.
func (t *tx) Changes(since time.Time, limit int) ([]alert.Change, error) {
	var all []alert.Change
	oldest := keyQueue(tabChange, sortable(since), "")
	err := t.scan(span{prefix: []byte{tabChange}, back: true}, func(key []byte, item *badger.Item) error {
		if bytes.Compare(key, oldest) < 0 {
			return errStop
		}
		var c alert.Change
		if err := item.Value(func(val []byte) error { return decode(val, &c) }); err != nil {
			return err
		}
		if all = append(all, c); len(all) == limit {
			return errStop
		}
		return nil
	})
	return all, err
}

// Counter returns a named counter; 0 when unset.
func (t *tx) Counter(name string) (int64, error) { return t.num(keyText(tabCounter, name)) }

// AddCounter adds to a named counter and returns its new value.
func (t *tx) AddCounter(name string, n int64) (int64, error) {
	return t.addNum(keyText(tabCounter, name), n)
}

// Note returns a named small text; "" when unset.
func (t *tx) Note(name string) (string, error) {
	var text string
	err := t.get(keyText(tabNote, name), func(val []byte) error { text = string(val[1:]); return nil })
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return text, err
}

// PutNote replaces it.
func (t *tx) PutNote(name, text string) error { return t.set(keyText(tabNote, name), noteValue(text)) }

// noteValue is a row of text; an empty value would be no value to Badger.
func noteValue(text string) []byte { return append([]byte{rowFormat}, text...) }
