package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rouse/rouse/store"
)

// pageRow is a row of pages that waits.
type pageRow struct {
	incident         int64
	patient          bool
	next, done       *time.Time
	provider, itsOwn []byte
	body             string
}

func newPageRow(p *store.Page) (pageRow, error) {
	body, err := encode(p)
	r := pageRow{incident: p.Incident, patient: p.Patient, provider: key(p.Provider), itsOwn: key(p.ProviderID), body: body}
	at := p.NextAt
	switch {
	case !p.State.Live():
		at = instant(p.UpdatedAt)
		r.done = &at
	case at.IsZero():
		at = time.Unix(0, 0).UTC() // due at once, and no time that means never
		r.next = &at
	default:
		at = instant(at)
		r.next = &at
	}
	return r, err
}

const upsertPages = `
INSERT INTO pages (id, incident, patient, next_at, done_at, provider, provider_id, body)
SELECT i, n, p, x, d, v, o, b::json
FROM unnest($1::bytea[], $2::bigint[], $3::boolean[], $4::timestamptz[], $5::timestamptz[], $6::bytea[], $7::bytea[], $8::text[])
	AS r (i, n, p, x, d, v, o, b)
ON CONFLICT (id) DO UPDATE SET
	incident = excluded.incident, patient = excluded.patient, next_at = excluded.next_at, done_at = excluded.done_at,
	provider = excluded.provider, provider_id = excluded.provider_id, body = excluded.body`

func queuePages(b *pgx.Batch, waiting map[string]pageRow) {
	var (
		ids, providers, own [][]byte
		incidents           []int64
		patient             []bool
		next, done          []*time.Time
		bodies              []string
	)
	for id, r := range waiting {
		ids, providers, own = append(ids, key(id)), append(providers, r.provider), append(own, r.itsOwn)
		incidents, patient, next, done = append(incidents, r.incident), append(patient, r.patient), append(next, r.next), append(done, r.done)
		bodies = append(bodies, r.body)
	}
	b.Queue(upsertPages, ids, incidents, patient, next, done, providers, own, bodies)
}

// Page returns one page, or store.ErrNotFound.
func (t *tx) Page(id string) (p store.Page, err error) {
	if r, ok := t.rows.pages[id]; ok && t.readable() == nil {
		return p, decode([]byte(r.body), &p)
	}
	found := false
	err = t.point(tabPages, "SELECT body FROM pages WHERE id = $1", []any{key(id)}, func(r pgx.Rows) (err error) {
		p, err = scan[store.Page](r)
		found = true
		return err
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return p, err
}

// PutPage lets a page wait.
func (t *tx) PutPage(p store.Page) error {
	if err := t.writable(); err != nil {
		return err
	}
	row, err := newPageRow(&p)
	if err != nil {
		return t.failed(err)
	}
	t.wrote = true
	t.rows.pages[p.ID] = row
	t.rows.put(tabPages, len(row.body))
	return t.full()
}

// DuePages returns live pages that are due and not patient, earliest first.
func (t *tx) DuePages(until time.Time, limit int) ([]store.Page, error) {
	return bodies[store.Page](t, tabPages, `SELECT body FROM pages
		WHERE next_at IS NOT NULL AND NOT patient AND next_at <= $1 ORDER BY next_at, id LIMIT $2`, instant(until), limited(limit))
}

// DuePatient returns those that are patient.
func (t *tx) DuePatient(until time.Time, limit int) ([]store.Page, error) {
	return bodies[store.Page](t, tabPages, `SELECT body FROM pages
		WHERE next_at IS NOT NULL AND patient AND next_at <= $1 ORDER BY next_at, id LIMIT $2`, instant(until), limited(limit))
}

// first is the earliest time that a query finds; the zero time when it finds none.
func (t *tx) first(from table, sql string) (at time.Time, err error) {
	err = t.read(from, sql, nil, func(r pgx.Rows) error {
		err := r.Scan(&at)
		at = at.UTC()
		return err
	})
	return at, err
}

// NextPage returns the earliest NextAt of a live page that is not patient.
func (t *tx) NextPage() (time.Time, error) {
	return t.first(tabPages, "SELECT next_at FROM pages WHERE next_at IS NOT NULL AND NOT patient ORDER BY next_at, id LIMIT 1")
}

// NextPatient returns that of those that are patient.
func (t *tx) NextPatient() (time.Time, error) {
	return t.first(tabPages, "SELECT next_at FROM pages WHERE next_at IS NOT NULL AND patient ORDER BY next_at, id LIMIT 1")
}

// PagesOf returns all pages of an incident, by ID.
func (t *tx) PagesOf(incident int64) ([]store.Page, error) {
	return bodies[store.Page](t, tabPages, "SELECT body FROM pages WHERE incident = $1 AND incident <> 0 ORDER BY id", incident)
}

// PageByProvider finds a page by its provider's name and id, or store.ErrNotFound.
func (t *tx) PageByProvider(provider, id string) (store.Page, error) {
	return body[store.Page](t, tabPages, `SELECT body FROM pages WHERE provider = $1 AND provider_id = $2 AND provider_id <> ''
		ORDER BY done_at DESC NULLS FIRST, id DESC LIMIT 1`, key(provider), key(id))
}

// ForgetPages drops pages that are not live and were last updated before a time.
func (t *tx) ForgetPages(before time.Time, limit int) (int, error) {
	return t.change(`DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE done_at < $1 ORDER BY done_at LIMIT $2)`,
		instant(before), limited(limit))
}
