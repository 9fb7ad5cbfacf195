package postgres

import (
	"errors"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// named is record for what must have an ID, which is its first argument.
func (t *tx) named(into table, id string, v any, sql string, args ...any) error {
	if err := t.writable(); err != nil {
		return err
	}
	if id == "" {
		return errNoID
	}
	return t.record(into, v, sql, append([]any{key(id)}, args...)...)
}

// Overrides returns all overrides made at run time, by From.
func (t *tx) Overrides() ([]oncall.Override, error) {
	return bodies[oncall.Override](t, tabOverrides, "SELECT body FROM overrides ORDER BY from_at NULLS FIRST, id")
}

// PutOverride creates or replaces an override.
func (t *tx) PutOverride(o oncall.Override) error {
	return t.named(tabOverrides, o.ID, o, `INSERT INTO overrides (id, from_at, body) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET from_at = excluded.from_at, body = excluded.body`, moment(o.From))
}

// DeleteOverride removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteOverride(id string) error {
	return needed(t.change("DELETE FROM overrides WHERE id = $1", key(id)))
}

// Leaves returns all leave made at run time, by From.
func (t *tx) Leaves() ([]oncall.Leave, error) {
	return bodies[oncall.Leave](t, tabLeaves, "SELECT body FROM leaves ORDER BY from_at NULLS FIRST, id")
}

// PutLeave creates or replaces leave.
func (t *tx) PutLeave(l oncall.Leave) error {
	return t.named(tabLeaves, l.ID, l, `INSERT INTO leaves (id, from_at, body) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET from_at = excluded.from_at, body = excluded.body`, moment(l.From))
}

// DeleteLeave removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteLeave(id string) error {
	return needed(t.change("DELETE FROM leaves WHERE id = $1", key(id)))
}

// Silences returns all silences, by StartsAt.
func (t *tx) Silences() ([]router.Silence, error) {
	return bodies[router.Silence](t, tabSilences, "SELECT body FROM silences ORDER BY from_at NULLS FIRST, id")
}

// Silence returns one silence, or store.ErrNotFound.
func (t *tx) Silence(id string) (router.Silence, error) {
	return body[router.Silence](t, tabSilences, "SELECT body FROM silences WHERE id = $1", key(id))
}

// PutSilence creates or replaces a silence.
func (t *tx) PutSilence(s router.Silence) error {
	return t.named(tabSilences, s.ID, s, `INSERT INTO silences (id, from_at, body) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET from_at = excluded.from_at, body = excluded.body`, moment(s.StartsAt))
}

// DeleteSilence forgets a silence.
func (t *tx) DeleteSilence(id string) error {
	return t.write(tabSilences, "DELETE FROM silences WHERE id = $1", key(id))
}

// Contact returns what is known of an address.
func (t *tx) Contact(address string) (store.Contact, error) {
	c, err := body[store.Contact](t, tabContacts, "SELECT body FROM contacts WHERE address = $1", key(address))
	if errors.Is(err, store.ErrNotFound) {
		return store.Contact{Address: address}, nil
	}
	return c, err
}

// PutContact replaces what is known of an address.
func (t *tx) PutContact(c store.Contact) error {
	return t.record(tabContacts, c, `INSERT INTO contacts (address, body) VALUES ($1, $2)
		ON CONFLICT (address) DO UPDATE SET body = excluded.body`, key(c.Address))
}

// DeleteContact forgets an address.
func (t *tx) DeleteContact(address string) error {
	return t.write(tabContacts, "DELETE FROM contacts WHERE address = $1", key(address))
}

// Contacts returns all, by address.
func (t *tx) Contacts() ([]store.Contact, error) {
	return bodies[store.Contact](t, tabContacts, "SELECT body FROM contacts ORDER BY address")
}

// Subscribers returns all, by ID.
func (t *tx) Subscribers() ([]store.Subscriber, error) {
	return bodies[store.Subscriber](t, tabSubscribers, "SELECT body FROM subscribers ORDER BY id")
}

// PutSubscriber creates or replaces a subscriber.
func (t *tx) PutSubscriber(s store.Subscriber) error {
	return t.named(tabSubscribers, s.ID, s, `INSERT INTO subscribers (id, body) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body`)
}

// DeleteSubscriber removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteSubscriber(id string) error {
	return needed(t.change("DELETE FROM subscribers WHERE id = $1", key(id)))
}
