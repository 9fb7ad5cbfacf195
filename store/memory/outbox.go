package memory

import (
	"time"

	"github.com/rouse/rouse/store"
)

// Page returns one page, or store.ErrNotFound.
func (t *tx) Page(id string) (store.Page, error) { return get[store.Page](t, tabPage+id) }

// PutPage writes a page and its places in the indexes.
func (t *tx) PutPage(p store.Page) error {
	if err := t.dropPage(p.ID); err != nil {
		return err
	}
	row := in(p)
	t.root = t.root.put(tabPage+p.ID, row)
	for _, key := range indexed(row) {
		t.root = t.root.put(key, row)
	}
	return nil
}

// indexed are a page's places in the indexes.
func indexed(p *store.Page) (keys []string) {
	if p.Incident != 0 {
		keys = append(keys, tabPagesOf+number(p.Incident)+p.ID)
	}
	if p.ProviderID != "" {
		keys = append(keys, tabBy+pair(p.Provider, p.ProviderID))
	}
	if p.State.Live() {
		table := tabDue
		if p.Patient {
			table = tabPatient
		}
		at := p.NextAt
		if at.IsZero() {
			at = time.Unix(0, 0) // due at once, and no time that means never
		}
		keys = append(keys, table+instant(at)+p.ID)
	}
	return keys
}

// dropPage takes a page out of the table and of the indexes.
func (t *tx) dropPage(id string) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, err := raw[store.Page](t, tabPage+id)
	if err != nil {
		return nil
	}
	for _, key := range indexed(old) {
		if row, ok := t.root.get(key); ok && row.(*store.Page).ID == id { // another may have its provider's id by now
			t.root = t.root.del(key)
		}
	}
	return t.del(tabPage + id)
}

// DuePages returns live pages that are due and not patient, earliest first.
func (t *tx) DuePages(until time.Time, limit int) ([]store.Page, error) {
	return t.duePages(tabDue, until, limit)
}

// DuePatient returns those that are patient.
func (t *tx) DuePatient(until time.Time, limit int) ([]store.Page, error) {
	return t.duePages(tabPatient, until, limit)
}

func (t *tx) duePages(table string, until time.Time, limit int) (all []store.Page, err error) {
	end := after(table + instant(until))
	err = t.each(table, "", func(key string, row any) bool {
		if key > end {
			return false
		}
		all = append(all, out[store.Page](row))
		return len(all) != limit
	})
	return all, err
}

// NextPage returns the earliest NextAt of a live page that is not patient.
func (t *tx) NextPage() (time.Time, error) { return t.front(tabDue) }

// NextPatient returns that of those that are patient.
func (t *tx) NextPatient() (time.Time, error) { return t.front(tabPatient) }

// PagesOf returns all pages of an incident, by ID.
func (t *tx) PagesOf(incident int64) ([]store.Page, error) {
	return rows[store.Page](t, tabPagesOf+number(incident), "", 0)
}

// PageByProvider finds a page by its provider's name and id, or store.ErrNotFound.
func (t *tx) PageByProvider(provider, id string) (store.Page, error) {
	return get[store.Page](t, tabBy+pair(provider, id))
}

// ForgetPages drops pages that are not live and were last updated before a time.
func (t *tx) ForgetPages(before time.Time, limit int) (int, error) {
	return t.forget(tabPage, limit, func(row any) bool {
		p := row.(*store.Page)
		return !p.State.Live() && p.UpdatedAt.Before(before)
	}, func(key string) error { return t.dropPage(key[len(tabPage):]) })
}
