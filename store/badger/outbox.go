package badger

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/store"
)

// pageIndex is the head of a page's row: what the indexes look at. Due is 0 for a page that is not live.
type pageIndex struct {
	Due                  uint64
	Incident             int64
	Provider, ProviderID string
	Updated              int64 // microseconds
	Patient              bool
}

func indexPage(p *store.Page) pageIndex {
	x := pageIndex{Incident: p.Incident, Updated: p.UpdatedAt.UnixMicro(), Patient: p.Patient}
	if p.State.Live() {
		x.Due = max(sortable(p.NextAt), soonest) // one without a time is due at once
	}
	if p.ProviderID != "" {
		x.Provider, x.ProviderID = p.Provider, p.ProviderID
	}
	return x
}

// soonest is one microsecond after the zero time, which means that there is none.
var soonest = sortable(time.Time{}) + 1

func (x *pageIndex) head() []byte {
	b := make([]byte, 0, 32+len(x.Provider)+len(x.ProviderID))
	b = binary.AppendVarint(binary.AppendVarint(b, int64(x.Due)), x.Incident)
	b = appendText(appendText(b, x.Provider), x.ProviderID)
	b = binary.AppendVarint(b, x.Updated)
	if x.Patient {
		b = append(b, 1)
	}
	return b
}

func readPageIndex(val []byte) (x pageIndex, err error) {
	head, body, err := split(val)
	if err != nil {
		return x, err
	}
	r := headReader{b: head}
	x = pageIndex{Due: uint64(r.number()), Incident: r.number(), Provider: r.text(), ProviderID: r.text()}
	if len(r.b) == 0 && r.err == nil { // a row of layout 1
		var d dated
		err := decodeBody(body, &d)
		x.Updated = d.UpdatedAt.UnixMicro()
		return x, err
	}
	x.Updated = r.number()
	x.Patient = len(r.b) > 0
	return x, r.err
}

// Page returns one page, or store.ErrNotFound.
func (t *tx) Page(id string) (store.Page, error) {
	return row[store.Page](t, keyText(tabPage, id))
}

func (t *tx) pageIndex(id string) (x pageIndex, found bool, err error) {
	if x, found = t.pages[id]; found {
		return x, true, nil
	}
	err = t.get(keyText(tabPage, id), func(val []byte) (err error) {
		x, err = readPageIndex(val)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return pageIndex{}, false, nil
	}
	return x, err == nil, err
}

// PutPage writes the row and moves it in the indexes. Of an older version it reads the head alone, once.
func (t *tx) PutPage(p store.Page) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, _, err := t.pageIndex(p.ID)
	if err != nil {
		return err
	}
	x := indexPage(&p)
	val, err := t.encode(x.head(), &p)
	if err != nil {
		return err
	}
	if err := t.set(keyText(tabPage, p.ID), val); err != nil {
		return err
	}
	t.pages[p.ID] = x
	return errors.Join(t.movePageDue(p.ID, old, x), t.movePageOf(p.ID, old, x), t.moveProvider(p.ID, old, x))
}

func (t *tx) movePageDue(id string, old, x pageIndex) error {
	if old.Due == x.Due && old.Patient == x.Patient {
		return nil
	}
	if old.Due != 0 {
		_, table := old.queue()
		if err := t.del(keyQueue(table, old.Due, id)); err != nil {
			return err
		}
	}
	if x.Due == 0 {
		return nil
	}
	lane, table := x.queue()
	return t.enqueue(lane, table, x.Due, id)
}

// queue is where a live page waits.
func (x *pageIndex) queue() (lane int, table byte) {
	if x.Patient {
		return lanePatient, tabPatient
	}
	return laneDue, tabDue
}

func (t *tx) movePageOf(id string, old, x pageIndex) error {
	if old.Incident == x.Incident {
		return nil
	}
	if old.Incident != 0 {
		if err := t.del(keyNumberText(tabPageOf, old.Incident, id)); err != nil {
			return err
		}
	}
	if x.Incident == 0 {
		return nil
	}
	return t.set(keyNumberText(tabPageOf, x.Incident, id), present)
}

func (t *tx) moveProvider(id string, old, x pageIndex) error {
	if old.Provider == x.Provider && old.ProviderID == x.ProviderID {
		return nil
	}
	if old.ProviderID != "" {
		key := keyPair(tabProvider, old.Provider, old.ProviderID)
		holds := false // or another page has taken the id over
		err := t.get(key, func(val []byte) error { holds = string(val) == id; return nil })
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if holds {
			if err := t.del(key); err != nil {
				return err
			}
		}
	}
	if x.ProviderID == "" {
		return nil
	}
	return t.set(keyPair(tabProvider, x.Provider, x.ProviderID), []byte(id))
}

// DuePages returns live pages that are due, earliest first.
func (t *tx) DuePages(at time.Time, limit int) ([]store.Page, error) {
	return t.duePages(laneDue, tabDue, at, limit)
}

// DuePatient returns live pages that are due and patient, earliest first.
func (t *tx) DuePatient(at time.Time, limit int) ([]store.Page, error) {
	return t.duePages(lanePatient, tabPatient, at, limit)
}

func (t *tx) duePages(lane int, table byte, at time.Time, limit int) ([]store.Page, error) {
	var due []store.Page
	err := t.queue(lane, table, at, func(key []byte) error {
		p, err := t.Page(string(key[queueKeyStart:]))
		if err != nil {
			return err
		}
		if due = append(due, p); len(due) == limit {
			return errStop
		}
		return nil
	})
	return due, err
}

// NextPage returns the earliest NextAt of a live page; the zero time when there is none.
func (t *tx) NextPage() (time.Time, error) { return t.front(laneDue, tabDue) }

// NextPatient is NextPage for those that are patient.
func (t *tx) NextPatient() (time.Time, error) { return t.front(lanePatient, tabPatient) }

// PagesOf returns all pages of an incident, by ID.
func (t *tx) PagesOf(incident int64) ([]store.Page, error) {
	prefix := keyNumber(tabPageOf, incident)
	var all []store.Page
	err := t.scan(span{prefix: prefix}, func(key []byte, _ *badger.Item) error {
		p, err := t.Page(string(key[len(prefix):]))
		all = append(all, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// PageByProvider finds a page by its provider's name and id, or store.ErrNotFound.
func (t *tx) PageByProvider(provider, id string) (store.Page, error) {
	var page string
	err := t.get(keyPair(tabProvider, provider, id), func(val []byte) error { page = string(val); return nil })
	if err != nil {
		return store.Page{}, err
	}
	return t.Page(page)
}
