package memory

import (
	"errors"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// Alert returns one alert, or store.ErrNotFound.
func (t *tx) Alert(id alert.ID) (store.Alert, error) {
	return get[store.Alert](t, tabAlert+identity(id))
}

// PutAlert writes the row and the memberships.
func (t *tx) PutAlert(a store.Alert) error {
	if err := t.set(tabAlert+identity(a.ID()), in(a)); err != nil {
		return err
	}
	for _, n := range a.Incidents {
		id := a.ID()
		if err := t.set(tabMember+number(n)+identity(id), &id); err != nil {
			return err
		}
	}
	return nil
}

// DeleteAlert removes the row.
func (t *tx) DeleteAlert(id alert.ID) error { return t.del(tabAlert + identity(id)) }

// ForgetAlerts drops rows of resolved alerts that last changed before a time.
func (t *tx) ForgetAlerts(before time.Time, limit int) (int, error) {
	return t.forget(tabAlert, limit, func(row any) bool {
		a := row.(*store.Alert)
		return a.State == alert.Resolved && a.UpdatedAt.Before(before)
	}, t.del)
}

// forget drops the rows of a table of which old is true, and returns how many.
func (t *tx) forget(table string, limit int, old func(row any) bool, drop func(key string) error) (int, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	var keys []string
	err := t.each(table, "", func(key string, row any) bool {
		if old(row) {
			keys = append(keys, key)
		}
		return limit == 0 || len(keys) < limit
	})
	for _, key := range keys {
		err = errors.Join(err, drop(key))
	}
	return len(keys), err
}

// AlertsOf returns members of an incident by (integration, key).
func (t *tx) AlertsOf(incident int64, after alert.ID, limit int) (all []store.Alert, err error) {
	prefix := tabMember + number(incident)
	from := prefix
	if after != (alert.ID{}) {
		from = prefix + identity(after) + "\x00"
	}
	err = t.each(prefix, from, func(_ string, row any) bool {
		a, err := t.Alert(*row.(*alert.ID))
		if err == nil {
			all = append(all, a)
		}
		return limit == 0 || len(all) < limit
	})
	return all, err
}

// EachFiring calls fn for every alert that fires.
func (t *tx) EachFiring(fn func(store.Alert) error) (err error) {
	end := t.each(tabAlert, "", func(_ string, row any) bool {
		if row.(*store.Alert).State == alert.Firing {
			err = fn(out[store.Alert](row))
		}
		return err == nil
	})
	return errors.Join(err, end)
}

// EachBrief calls fn with what is asked of every alert that fires.
func (t *tx) EachBrief(fn func(*store.Brief) error) error {
	return t.EachFiring(func(a store.Alert) error {
		return fn(&store.Brief{
			ID: a.ID(), Severity: a.Severity, Words: a.Words, SeenAt: a.SeenAt, UpdatedAt: a.UpdatedAt, EndsAt: a.EndsAt, Incidents: a.Incidents,
		})
	})
}
