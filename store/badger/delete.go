package badger

import (
	"bytes"
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// DeleteIncident forgets an incident and everything that belongs to it.
func (t *tx) DeleteIncident(n int64) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, found, err := t.caseIndex(n)
	if err != nil {
		return err
	}
	if found {
		err = errors.Join(t.del(keyNumber(tabIncident, n)), t.moveOpen(n, old, caseIndex{}), t.moveWake(n, old, caseIndex{}), t.leaveGroup(n, old))
		if err != nil {
			return err
		}
		delete(t.cases, n)
		t.written[n] = ""
	}
	_, err = t.StripIncident(n, 0)
	return err
}

// StripIncident forgets a part of an incident's timeline, memberships and pages.
func (t *tx) StripIncident(n int64, limit int) (int, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	gone := 0
	for _, table := range []byte{tabEntry, tabMember, tabPageOf} {
		prefix := keyNumber(table, n)
		keys, err := t.keys(span{prefix: prefix}, limit-gone, limit > 0)
		if err != nil {
			return gone, err
		}
		for _, key := range keys {
			if table == tabPageOf {
				err = t.dropPage(string(key[len(prefix):]))
			} else {
				err = t.del(key)
			}
			if err != nil {
				return gone, err
			}
			gone++
		}
	}
	return gone, nil
}

// keys are the first keys of a span, at most n if so limited.
func (t *tx) keys(p span, n int, limited bool) ([][]byte, error) {
	var keys [][]byte
	if limited && n <= 0 {
		return nil, nil
	}
	err := t.scan(p, func(key []byte, _ *badger.Item) error {
		if keys = append(keys, bytes.Clone(key)); limited && len(keys) == n {
			return errStop
		}
		return nil
	})
	return keys, err
}

// dropPage forgets a page with its places in the indexes.
func (t *tx) dropPage(id string) error {
	old, found, err := t.pageIndex(id)
	if err != nil || !found {
		return err
	}
	err = errors.Join(t.del(keyText(tabPage, id)), t.movePageDue(id, old, pageIndex{}), t.movePageOf(id, old, pageIndex{}),
		t.moveProvider(id, old, pageIndex{}))
	delete(t.pages, id)
	return err
}
