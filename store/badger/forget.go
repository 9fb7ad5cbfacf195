package badger

import (
	"bytes"
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// search finds keys in a table by their rows, at most limit (0: all), in a snapshot of its own: in the transaction's every
// row that it looked at would be one that nobody may change meanwhile.
func (t *tx) search(table byte, limit int, fits func(item *badger.Item) (bool, error)) ([][]byte, error) {
	if err := t.writable(); err != nil {
		return nil, err
	}
	aside := &tx{txn: t.db.NewTransaction(false)}
	defer aside.txn.Discard()
	var keys [][]byte
	err := aside.scan(span{prefix: []byte{table}}, func(key []byte, item *badger.Item) error {
		ok, err := fits(item)
		if !ok || err != nil {
			return err
		}
		if keys = append(keys, bytes.Clone(key)); len(keys) == limit {
			return errStop
		}
		return nil
	})
	return keys, err
}

// drop drops those of the keys whose rows still fit in this transaction, and returns how many.
func (t *tx) drop(keys [][]byte, fits func(val []byte) (bool, error), del func(key []byte) error) (int, error) {
	gone := 0
	for _, key := range keys {
		still := false
		err := t.get(key, func(val []byte) (err error) { still, err = fits(val); return err })
		if errors.Is(err, store.ErrNotFound) || err == nil && !still {
			continue
		}
		if err == nil {
			err = del(key)
		}
		if err != nil {
			return gone, err
		}
		gone++
	}
	return gone, nil
}

// dated is a row of which only the last change counts.
type dated struct {
	State     string    `json:"state"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// ForgetAlerts drops resolved alerts that last changed before a time.
func (t *tx) ForgetAlerts(before time.Time, limit int) (int, error) {
	until := before.UnixMicro()
	old := func(val []byte) (bool, error) {
		head, body, err := split(val)
		if err != nil {
			return false, err
		}
		if r := (headReader{b: head}); len(head) > 0 && r.number() >= until { // rows of layout 1 have no head
			return false, r.err
		}
		var d dated
		err = decodeBody(body, &d)
		return alert.State(d.State) == alert.Resolved && d.UpdatedAt.UnixMicro() < until, err
	}
	keys, err := t.search(tabAlert, limit, func(item *badger.Item) (ok bool, err error) {
		if item.UserMeta() == firingByte {
			return false, nil
		}
		err = item.Value(func(val []byte) error { ok, err = old(val); return err })
		return ok, err
	})
	if err != nil {
		return 0, err
	}
	return t.drop(keys, old, t.del)
}

// ForgetPages drops pages that are not live and were last updated before a time.
func (t *tx) ForgetPages(before time.Time, limit int) (int, error) {
	old := func(val []byte) (bool, error) {
		x, err := readPageIndex(val)
		return x.Due == 0 && x.Updated < before.UnixMicro(), err
	}
	keys, err := t.search(tabPage, limit, func(item *badger.Item) (ok bool, err error) {
		err = item.Value(func(val []byte) error { ok, err = old(val); return err })
		return ok, err
	})
	if err != nil {
		return 0, err
	}
	return t.drop(keys, old, func(key []byte) error { return t.dropPage(string(key[1:])) })
}

// ForgetChanges drops change events of before a time.
func (t *tx) ForgetChanges(before time.Time, limit int) (int, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	end := keyQueue(tabChange, sortable(before), "")
	gone, err := t.keysBefore(tabChange, end, limit)
	if err != nil {
		return 0, err
	}
	for _, key := range gone {
		if err := t.del(key); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}

// keysBefore are the first keys of a table that sort before end, at most limit (0: all).
func (t *tx) keysBefore(table byte, end []byte, limit int) ([][]byte, error) {
	var keys [][]byte
	err := t.scan(span{prefix: []byte{table}}, func(key []byte, _ *badger.Item) error {
		if bytes.Compare(key, end) >= 0 {
			return errStop
		}
		if keys = append(keys, bytes.Clone(key)); len(keys) == limit {
			return errStop
		}
		return nil
	})
	return keys, err
}
