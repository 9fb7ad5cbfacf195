package badger

import (
	"bytes"
	"errors"
	"runtime"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/sync/errgroup"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// Alert returns one alert, or store.ErrNotFound.
func (t *tx) Alert(id alert.ID) (store.Alert, error) {
	var a store.Alert
	err := t.get(keyAlert(id), func(val []byte) error { return decode(val, &a) })
	if err != nil {
		return store.Alert{}, err
	}
	a.Integration, a.Key = id.Integration, id.Key // exact, whatever bytes they have
	return a, nil
}

// PutAlert writes the row and the memberships without reading anything. The head of the row is what a Brief holds.
func (t *tx) PutAlert(a store.Alert) error {
	if err := t.writable(); err != nil {
		return err
	}
	t.head = briefHead(t.head[:0], &a)
	val, err := t.encode(t.head, &a)
	if err != nil {
		return err
	}
	e := badger.NewEntry(keyAlert(a.ID()), val)
	if a.State == alert.Firing {
		e = e.WithMeta(firingByte)
	}
	if err := t.put(e); err != nil {
		return err
	}
	t.alerts = true
	for _, n := range a.Incidents {
		if err := t.set(keyMember(n, a.ID()), present); err != nil {
			return err
		}
	}
	return nil
}

// present is the value of a key that says all by being there.
var present = []byte{1}

// DeleteAlert removes the row.
func (t *tx) DeleteAlert(id alert.ID) error { return t.del(keyAlert(id)) }

// AlertsOf returns members of an incident by (integration, key).
func (t *tx) AlertsOf(incident int64, after alert.ID, limit int) ([]store.Alert, error) {
	p := span{prefix: keyNumber(tabMember, incident)}
	if after != (alert.ID{}) {
		p.from = append(keyMember(incident, after), 0) // the key that follows
	}
	var all []store.Alert
	err := t.scan(p, func(key []byte, _ *badger.Item) error {
		integration, k, err := pairOf(key, len(p.prefix))
		if err != nil {
			return err
		}
		a, err := t.Alert(alert.ID{Integration: integration, Key: k})
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if all = append(all, a); len(all) == limit {
			return errStop
		}
		return nil
	})
	return all, err
}

// EachFiring calls fn for every alert in state firing. It reads a handful at a time, so that fn may do anything.
func (t *tx) EachFiring(fn func(store.Alert) error) error {
	const handful = 512
	p := span{prefix: []byte{tabAlert}}
	for {
		raw, err := t.firing(p, handful)
		if err != nil {
			return err
		}
		some, err := decodeAlerts(raw)
		if err != nil {
			return err
		}
		for _, a := range some {
			if err := fn(a); err != nil {
				return err
			}
		}
		if len(raw) < handful {
			return nil
		}
		p.from = append(raw[handful-1].key, 0)
	}
}

// rawRow is a row that outlives its scan.
type rawRow struct{ key, val []byte }

// firing reads up to n rows of firing alerts.
func (t *tx) firing(p span, n int) ([]rawRow, error) {
	var raw []rawRow
	err := t.scan(p, func(key []byte, item *badger.Item) error {
		if item.UserMeta() != firingByte {
			return nil
		}
		val, err := item.ValueCopy(nil)
		if err != nil {
			return err
		}
		if raw = append(raw, rawRow{bytes.Clone(key), val}); len(raw) == n {
			return errStop
		}
		return nil
	})
	return raw, err
}

// decodeAlerts decodes on all processors: after a restart it is what everybody waits for.
func decodeAlerts(raw []rawRow) ([]store.Alert, error) {
	all := make([]store.Alert, len(raw))
	var g errgroup.Group
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		g.Go(func() error {
			for k := w; k < len(raw); k += workers {
				integration, key, err := pairOf(raw[k].key, 1)
				if err == nil {
					err = decode(raw[k].val, &all[k])
				}
				if err != nil {
					return err
				}
				all[k].Integration, all[k].Key = integration, key
			}
			return nil
		})
	}
	return all, g.Wait()
}
