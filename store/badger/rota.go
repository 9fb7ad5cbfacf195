package badger

import (
	"cmp"
	"errors"
	"slices"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

var errNoID = errors.New("an empty ID cannot be kept")

// Overrides returns all overrides made at run time, by From.
func (t *tx) Overrides() ([]oncall.Override, error) {
	all, err := rows[oncall.Override](t, span{prefix: []byte{tabOverride}}, 0)
	slices.SortStableFunc(all, func(a, b oncall.Override) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// PutOverride creates or replaces one by its ID.
func (t *tx) PutOverride(o oncall.Override) error {
	if o.ID == "" {
		return errNoID
	}
	return t.setRow(keyText(tabOverride, o.ID), &o)
}

// DeleteOverride removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteOverride(id string) error {
	return t.delPresent(keyText(tabOverride, id))
}

// Leaves returns all leave entered at run time, by From.
func (t *tx) Leaves() ([]oncall.Leave, error) {
	all, err := rows[oncall.Leave](t, span{prefix: []byte{tabLeave}}, 0)
	slices.SortStableFunc(all, func(a, b oncall.Leave) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// PutLeave creates or replaces one by its ID.
func (t *tx) PutLeave(l oncall.Leave) error {
	if l.ID == "" {
		return errNoID
	}
	return t.setRow(keyText(tabLeave, l.ID), &l)
}

// DeleteLeave removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteLeave(id string) error { return t.delPresent(keyText(tabLeave, id)) }

// delPresent deletes a key; store.ErrNotFound when it is not there.
func (t *tx) delPresent(key []byte) error {
	if err := t.get(key, func([]byte) error { return nil }); err != nil {
		return err
	}
	return t.del(key)
}

// Silences returns all silences, by StartsAt.
func (t *tx) Silences() ([]router.Silence, error) {
	all, err := rows[router.Silence](t, span{prefix: []byte{tabSilence}}, 0)
	slices.SortStableFunc(all, func(a, b router.Silence) int {
		return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// Silence returns one silence, or store.ErrNotFound.
func (t *tx) Silence(id string) (router.Silence, error) {
	return row[router.Silence](t, keyText(tabSilence, id))
}

// PutSilence creates or replaces one by its ID.
func (t *tx) PutSilence(s router.Silence) error {
	if s.ID == "" {
		return errNoID
	}
	return t.setRow(keyText(tabSilence, s.ID), &s)
}

// DeleteSilence forgets a silence.
func (t *tx) DeleteSilence(id string) error { return t.del(keyText(tabSilence, id)) }

// Contact returns what is known of an address.
func (t *tx) Contact(address string) (store.Contact, error) {
	var c store.Contact
	err := t.get(keyText(tabContact, address), func(val []byte) error { return decode(val, &c) })
	if errors.Is(err, store.ErrNotFound) {
		return store.Contact{Address: address}, nil
	}
	if err != nil {
		return store.Contact{}, err
	}
	return c, nil
}

// PutContact replaces what is known of an address.
func (t *tx) PutContact(c store.Contact) error { return t.setRow(keyText(tabContact, c.Address), &c) }

// DeleteContact forgets an address.
func (t *tx) DeleteContact(address string) error { return t.del(keyText(tabContact, address)) }

// Contacts returns all, by address.
func (t *tx) Contacts() ([]store.Contact, error) {
	return rows[store.Contact](t, span{prefix: []byte{tabContact}}, 0)
}

// Subscribers returns all, by ID.
func (t *tx) Subscribers() ([]store.Subscriber, error) {
	return rows[store.Subscriber](t, span{prefix: []byte{tabSubscriber}}, 0)
}

// PutSubscriber creates or replaces one by its ID.
func (t *tx) PutSubscriber(s store.Subscriber) error {
	if s.ID == "" {
		return errNoID
	}
	return t.setRow(keyText(tabSubscriber, s.ID), &s)
}

// DeleteSubscriber removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteSubscriber(id string) error { return t.delPresent(keyText(tabSubscriber, id)) }
