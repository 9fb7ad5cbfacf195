package engine

import (
	"hash/maphash"
	"iter"

	"github.com/rouse/rouse/alert"
)

// firings is what is remembered of each alert that fires, a million of them if need be: 64 bytes each in slabs without pointers, and
// a number in an index, so that the collector has nothing to follow in it. The zero value is empty and ready. A *warm is valid until
// its alert is removed.
type firings struct {
	seed  maphash.Seed
	bits  uint64           // those of a sum that count; few only in a test of what collides
	index map[uint64]place // of the last alert put of those with one hash; the others follow by next
	slabs []*[slabSize]warm
	free  place // head of the list of places that are free, by next
	used  place // places ever used
	count int

	names  []string          // integrations by number; never dropped, for they are few
	number map[string]uint32 // of an integration
	long   map[place]string  // keys that have no room in their place
}

// place is the number of an alert's place, from 1; 0 is none.
type place uint32

// slabSize is how many places are made at a time.
const slabSize = 1024

// warm is what is remembered of one firing alert.
type warm struct {
	words   uint64 // a sum of title and description
	seen    moment
	updated moment
	endsAt  moment

	next        place
	integration uint32
	rank        int8 // of its severity
	unsure      bool // looked up when it comes again: none of its incidents is open, or a commit may have ended it
	keySize     uint8
	key         [21]byte // a fingerprint takes 16
}

// longKey is the size of a key that is kept in long.
const longKey = 255

func (f *firings) ready() {
	if f.index == nil {
		f.seed, f.bits = maphash.MakeSeed(), ^uint64(0)
		f.index, f.number, f.long = map[uint64]place{}, map[string]uint32{}, map[place]string{}
	}
}

func (f *firings) sum(id alert.ID) uint64 { return maphash.Comparable(f.seed, id) & f.bits }

func (f *firings) at(p place) *warm { return &f.slabs[(p-1)/slabSize][(p-1)%slabSize] }

// is reports whether an alert has the identity.
func (f *firings) is(p place, w *warm, id alert.ID) bool {
	if f.names[w.integration] != id.Integration {
		return false
	}
	if w.keySize == longKey {
		return f.long[p] == id.Key
	}
	return string(w.key[:w.keySize]) == id.Key
}

// id is the identity of the alert in a place that is taken.
func (f *firings) id(p place) alert.ID {
	w := f.at(p)
	if w.keySize == longKey {
		return alert.ID{Integration: f.names[w.integration], Key: f.long[p]}
	}
	return alert.ID{Integration: f.names[w.integration], Key: string(w.key[:w.keySize])}
}

// find returns the place of an alert, 0 when it does not fire.
func (f *firings) find(id alert.ID) place {
	if f.count == 0 {
		return 0
	}
	for p := f.index[f.sum(id)]; p != 0; p = f.at(p).next {
		if f.is(p, f.at(p), id) {
			return p
		}
	}
	return 0
}

// get returns what is remembered of an alert, nil when it does not fire.
func (f *firings) get(id alert.ID) *warm {
	if p := f.find(id); p != 0 {
		return f.at(p)
	}
	return nil
}

// put returns the place of an alert, which is a new one unless the alert fires already.
func (f *firings) put(id alert.ID) place {
	if p := f.find(id); p != 0 {
		return p
	}
	f.ready()
	p := f.take()
	w := f.at(p)
	*w = warm{integration: f.numberOf(id.Integration), keySize: longKey}
	if len(id.Key) <= len(w.key) {
		w.keySize = uint8(copy(w.key[:], id.Key))
	} else {
		f.long[p] = id.Key
	}
	h := f.sum(id)
	w.next, f.index[h] = f.index[h], p
	f.count++
	return p
}

// take returns a free place.
func (f *firings) take() place {
	if p := f.free; p != 0 {
		f.free = f.at(p).next
		return p
	}
	if int(f.used) == len(f.slabs)*slabSize {
		f.slabs = append(f.slabs, new([slabSize]warm))
	}
	f.used++
	return f.used
}

func (f *firings) numberOf(integration string) uint32 {
	n, ok := f.number[integration]
	if !ok {
		n = uint32(len(f.names))
		f.number[integration], f.names = n, append(f.names, integration)
	}
	return n
}

// remove forgets an alert; one that does not fire is no error.
func (f *firings) remove(id alert.ID) {
	p := f.find(id)
	if p == 0 {
		return
	}
	w := f.at(p)
	h := f.sum(id)
	if first := f.index[h]; first != p {
		for f.at(first).next != p {
			first = f.at(first).next
		}
		f.at(first).next = w.next
	} else if w.next != 0 {
		f.index[h] = w.next
	} else {
		delete(f.index, h)
	}
	if w.keySize == longKey {
		delete(f.long, p)
	}
	*w = warm{next: f.free}
	f.free = p
	f.count--
}

// sparse reports whether a storm has left far more places than are taken.
func (f *firings) sparse() bool { return f.used >= 16*slabSize && f.count < int(f.used)/8 }

// packed is a copy that has no more places than it needs.
func (f *firings) packed() (to firings) {
	for p := range f.places() {
		w := *f.at(p)
		t := to.at(to.put(f.id(p)))
		w.next, w.integration = t.next, t.integration
		*t = w
	}
	return to
}

// places are those of all alerts that fire, in no order.
func (f *firings) places() iter.Seq[place] {
	return func(yield func(place) bool) {
		for _, first := range f.index {
			for p := first; p != 0; p = f.at(p).next {
				if !yield(p) {
					return
				}
			}
		}
	}
}
