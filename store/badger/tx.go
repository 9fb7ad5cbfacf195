package badger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/store"
)

var (
	errReadOnly = errors.New("a View cannot write")
	errDone     = errors.New("the transaction has ended: a Tx must not leave its function")
	errLostRow  = errors.New("the store no longer finds a record that it had")
)

// tx is one transaction. What it writes goes to Badger's transaction at once, so that scans see it; counters wait for flush.
type tx struct {
	db      *badger.DB
	txn     *badger.Txn
	write   bool
	done    bool
	wrote   bool
	alerts  bool         // it brought alerts
	err     error        // of the first write that failed: the commit must fail too
	stopped func() error // asked now and then by long scans; nil: never
	suspect func()       // called when a row is missing that must be there

	chunks []*[chunk]byte // hold its values
	room   []byte         // what is left of the last
	head   []byte         // of the value in the making
	nums   map[string]int64
	cases  map[int64]caseIndex  // index parts of incidents, as this transaction has them
	pages  map[string]pageIndex // and of pages

	catalogue *catalogue
	floor     uint64         // see catalogue
	written   map[int64]card // cards of incidents that it has written; empty: deleted

	fronts *fronts
	watch  watch
	low    [lanes]uint64 // earliest time put into each queue
	found  [lanes]uint64 // where the last scan of each queue found its front
}

func (s *Store) newTx(write bool) *tx {
	t := &tx{db: s.db, write: write, fronts: s.fronts, catalogue: s.catalogue, suspect: s.suspect, low: nothingDue()}
	if write {
		t.nums, t.cases, t.pages, t.written = map[string]int64{}, map[int64]caseIndex{}, map[string]pageIndex{}, map[int64]card{}
	}
	s.fronts.begin(&t.watch) // before the snapshot is taken
	t.floor = s.catalogue.floor()
	t.txn = s.db.NewTransaction(write)
	return t
}

func (t *tx) close() { t.done = true }

func (t *tx) discard() {
	t.close()
	t.txn.Discard()
	t.fronts.end(&t.watch)
}

// raise tells the queues where this transaction found their fronts.
func (t *tx) raise() { t.fronts.raise(&t.watch, t.found) }

// get calls fn with the value of key, which is valid until fn returns, or returns store.ErrNotFound.
func (t *tx) get(key []byte, fn func(val []byte) error) error {
	if t.done {
		return errDone
	}
	item, err := t.txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return store.ErrNotFound
	}
	if err != nil {
		return err
	}
	return item.Value(fn)
}

// set writes a key. Both slices belong to the transaction from now on.
func (t *tx) set(key, val []byte) error { return t.put(badger.NewEntry(key, val)) }

func (t *tx) put(e *badger.Entry) error {
	if err := t.writable(); err != nil {
		return err
	}
	if len(e.Key) > maxKey {
		return t.failed(fmt.Errorf("%w: a key of %d bytes (at most %d)", store.ErrRecord, len(e.Key), maxKey))
	}
	if len(e.Value) > maxRecord {
		return t.failed(fmt.Errorf("%w: %d bytes (at most %d)", store.ErrRecord, len(e.Value), maxRecord))
	}
	return t.failed(t.txn.SetEntry(e))
}

func (t *tx) del(key []byte) error {
	if err := t.writable(); err != nil {
		return err
	}
	return t.failed(t.txn.Delete(key))
}

// writable prepares for a write. The first one writes the sequence key, so that its room is never missing at the end.
func (t *tx) writable() error {
	switch {
	case t.done:
		return errDone
	case !t.write:
		return errReadOnly
	case t.err != nil:
		return t.err
	case t.wrote:
		return nil
	}
	t.wrote = true
	return t.failed(t.txn.Set(keySequence(), []byte{1}))
}

// failed remembers the first failure of a write, in the store's words.
func (t *tx) failed(err error) error {
	if errors.Is(err, badger.ErrTxnTooBig) {
		err = store.ErrTooBig
	}
	if t.err == nil {
		t.err = err
	}
	return err
}

// flush writes the counters.
func (t *tx) flush() error {
	for key, n := range t.nums {
		if err := t.set([]byte(key), binary.BigEndian.AppendUint64(nil, uint64(n))); err != nil {
			return err
		}
	}
	clear(t.nums)
	return nil
}

// num reads a counter; 0 when unset.
func (t *tx) num(key []byte) (int64, error) {
	if n, ok := t.nums[string(key)]; ok {
		return n, nil
	}
	var n int64
	err := t.get(key, func(val []byte) error {
		if len(val) != 8 {
			return errRow
		}
		n = int64(binary.BigEndian.Uint64(val))
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// addNum adds to a counter and returns its new value.
func (t *tx) addNum(key []byte, by int64) (int64, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	n, err := t.num(key)
	if err != nil {
		return 0, err
	}
	t.nums[string(key)] = n + by
	return n + by, nil
}

// errStop ends a scan without an error.
var errStop = errors.New("stop")

// span is a range of keys: those with prefix, from a key on (nil: from the first), or backwards.
type span struct {
	prefix, from []byte
	back         bool
}

// scan calls fn for the keys of a span in order. A key and its item are valid until fn returns; fn must not scan itself,
// for Badger allows one iterator in a transaction that writes.
func (t *tx) scan(p span, fn func(key []byte, item *badger.Item) error) error {
	if t.done {
		return errDone
	}
	o := badger.IteratorOptions{Prefix: p.prefix, Reverse: p.back}
	it := t.txn.NewIterator(o)
	defer it.Close()
	from := p.from
	if from == nil {
		from = p.prefix
		if p.back {
			from = append(bytes.Clone(p.prefix), afterAll...)
		}
	}
	n := 0
	for it.Seek(from); it.ValidForPrefix(p.prefix); it.Next() {
		if n++; n%1024 == 0 && t.stopped != nil {
			if err := t.stopped(); err != nil {
				return err
			}
		}
		item := it.Item()
		switch err := fn(item.Key(), item); {
		case errors.Is(err, errStop):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}
