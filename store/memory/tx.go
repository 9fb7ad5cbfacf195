package memory

import (
	"encoding/binary"
	"errors"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// The tables, each a first byte of keys.
const (
	tabAlert       = "A" // identity
	tabMember      = "m" // incident, identity
	tabIncident    = "I" // number
	tabOpen        = "o" // number
	tabGroup       = "g" // service, group key, number
	tabWake        = "w" // time, number
	tabEntry       = "e" // number, seq
	tabPage        = "P" // id
	tabPagesOf     = "p" // incident, id
	tabDue         = "d" // time, id
	tabPatient     = "q" // time, id
	tabBy          = "b" // provider, its id
	tabReview      = "R" // number
	tabReviewDue   = "r" // time, number
	tabProblem     = "B" // number
	tabOverride    = "V" // id
	tabLeave       = "E" // id
	tabSilence     = "S" // id
	tabContact     = "C" // address
	tabSubscriber  = "U" // id
	tabBeat        = "H" // name
	tabSeen        = "s" // key
	tabChange      = "c" // time, running number
	tabCounter     = "N" // name
	tabNote        = "T" // name
	tabAct         = "L" // seq
	numberIncident = "\x00incident"
	numberProblem  = "\x00problem"
	numberAct      = "\x00act"
	numberChange   = "\x00change"
)

var (
	errEnded    = errors.New("memory: the transaction has ended")
	errReadOnly = errors.New("memory: a View cannot write")
	errNoID     = errors.New("an empty ID cannot be kept")
)

// tx is one transaction: a tree, which it replaces by its writes.
type tx struct {
	root   *node
	writes bool
	ended  bool
}

func (t *tx) writable() error {
	switch {
	case t.ended:
		return errEnded
	case !t.writes:
		return errReadOnly
	}
	return nil
}

func (t *tx) set(key string, row any) error {
	if err := t.writable(); err != nil {
		return err
	}
	t.root = t.root.put(key, row)
	return nil
}

func (t *tx) del(key string) error {
	if err := t.writable(); err != nil {
		return err
	}
	if _, ok := t.root.get(key); ok {
		t.root = t.root.del(key)
	}
	return nil
}

// raw is a row as it is kept: to be looked at, not to be given away.
func raw[T any](t *tx, key string) (*T, error) {
	if t.ended {
		return nil, errEnded
	}
	row, ok := t.root.get(key)
	if !ok {
		return nil, store.ErrNotFound
	}
	return row.(*T), nil
}

// get is a copy of a row, or store.ErrNotFound.
func get[T any](t *tx, key string) (v T, err error) {
	row, err := raw[T](t, key)
	if err != nil {
		return v, err
	}
	return out[T](row), nil
}

// delPresent deletes a row; store.ErrNotFound when it is not there.
func (t *tx) delPresent(key string) error {
	if err := t.writable(); err != nil {
		return err
	}
	if _, ok := t.root.get(key); !ok {
		return store.ErrNotFound
	}
	return t.del(key)
}

// each calls fn for the rows of a prefix, from a key on, until it returns false. fn may write.
func (t *tx) each(prefix, from string, fn func(key string, row any) bool) error {
	if t.ended {
		return errEnded
	}
	t.root.up(max(prefix, from), func(key string, row any) bool { return strings.HasPrefix(key, prefix) && fn(key, row) })
	return nil
}

// back calls fn for the rows of a prefix, the last first.
func (t *tx) back(prefix, below string, fn func(key string, row any) bool) error {
	if t.ended {
		return errEnded
	}
	t.root.down(below, func(key string, row any) bool { return strings.HasPrefix(key, prefix) && fn(key, row) })
	return nil
}

// after is a key that follows every key with this prefix.
func after(prefix string) string { return prefix + "\xff\xff\xff\xff\xff\xff\xff\xff\xff" }

// rows are copies of a table's rows, in the order of their keys.
func rows[T any](t *tx, prefix, from string, limit int) (all []T, err error) {
	err = t.each(prefix, from, func(_ string, row any) bool {
		all = append(all, out[T](row))
		return len(all) != limit
	})
	return all, err
}

// keysOf are the keys of a prefix below a key, at most limit (0: all).
func (t *tx) keysOf(prefix, below string, limit int) (keys []string, err error) {
	err = t.each(prefix, "", func(key string, _ any) bool {
		if key >= below {
			return false
		}
		keys = append(keys, key)
		return len(keys) != limit
	})
	return keys, err
}

// number writes a number so that keys sort by it.
func number(n int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)^1<<63)
	return string(b[:])
}

func numberAt(key string, at int) int64 {
	return int64(binary.BigEndian.Uint64([]byte(key[at:at+8])) ^ 1<<63)
}

// instant writes a time so that keys sort by it, and timeAt reads it.
func instant(at time.Time) string { return number(at.UnixMicro()) }

func timeAt(key string, at int) time.Time { return time.UnixMicro(numberAt(key, at)).UTC() }

// pair writes two texts so that keys sort by the first and then by the second.
func pair(a, b string) string { return strings.ReplaceAll(a, "\x00", "\x00\x01") + "\x00\x00" + b }

func identity(id alert.ID) string { return pair(id.Integration, id.Key) }

// count adds to a number that is kept under a name.
func (t *tx) count(name string, n int64) (int64, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	old, err := raw[int64](t, tabCounter+name)
	if err == nil {
		n += *old
	}
	return n, t.set(tabCounter+name, &n)
}
