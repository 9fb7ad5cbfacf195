package badger

import (
	"bytes"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/incident"
)

// layout2Bytes is about how much one commit of the migration rewrites.
const layout2Bytes = 512 << 10

// toLayout2 gives the rows of incidents the head that holds their facts, made from their bodies; those that have it already
// get the same again. Pages and alerts of layout 1 are read as they are.
func toLayout2(s *Store) error {
	from := keyNumber(tabIncident, 0)
	for from != nil {
		err := s.write(func(t *tx) (err error) { from, err = t.someToLayout2(from); return err })
		if err != nil {
			return err
		}
	}
	return nil
}

// someToLayout2 rewrites rows of incidents from a key on, and returns where to go on; nil at the end.
func (t *tx) someToLayout2(from []byte) (next []byte, err error) {
	var raw []rawRow
	size := 0
	err = t.scan(span{prefix: []byte{tabIncident}, from: from}, func(key []byte, item *badger.Item) error {
		if size > layout2Bytes {
			next = bytes.Clone(key)
			return errStop
		}
		val, err := item.ValueCopy(nil)
		raw, size = append(raw, rawRow{bytes.Clone(key), val}), size+len(val)
		return err
	})
	for _, r := range raw {
		if err == nil {
			err = t.toLayout2(r)
		}
	}
	return next, err
}

func (t *tx) toLayout2(r rawRow) error {
	var i incident.Incident
	_, body, err := split(r.val)
	if err != nil {
		return err
	}
	if err := decodeBody(body, &i); err != nil {
		return err
	}
	if err := t.set(r.key, joinRow(caseHead(nil, &i), body)); err != nil {
		return fmt.Errorf("%s: %w", i.Ref(), err)
	}
	return nil
}
