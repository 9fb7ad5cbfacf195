package postgres

import (
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// alertRow is a row of alerts that waits.
type alertRow struct {
	firing                bool
	severity              []byte
	words                 int64
	seen, updated, expire time.Time
	ended                 *time.Time
	incidents             string // as PostgreSQL writes an array
	body                  string
}

func newAlertRow(a *store.Alert) (alertRow, error) {
	body, err := encode(a)
	r := alertRow{
		firing: a.State == alert.Firing, severity: key(a.Severity), words: int64(a.Words), // the same 64 bits
		seen: instant(a.SeenAt), updated: instant(a.UpdatedAt), expire: instant(a.EndsAt), incidents: array(a.Incidents), body: body,
	}
	if a.State == alert.Resolved {
		r.ended = &r.updated
	}
	return r, err
}

// array writes numbers as PostgreSQL reads an array.
func array(list []int64) string {
	b := []byte{'{'}
	for k, n := range list {
		if k > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(append(b, '}'))
}

const upsertAlerts = `
INSERT INTO alerts (integration, key, firing, severity, words, seen_at, updated_at, expires_at, ended_at, incidents, body)
SELECT i, k, f, v, w, s, u, x, e, n::bigint[], b::json
FROM unnest($1::bytea[], $2::bytea[], $3::boolean[], $4::bytea[], $5::bigint[], $6::timestamptz[], $7::timestamptz[],
	$8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[]) AS r (i, k, f, v, w, s, u, x, e, n, b)
ON CONFLICT (integration, key) DO UPDATE SET
	firing = excluded.firing, severity = excluded.severity, words = excluded.words, seen_at = excluded.seen_at,
	updated_at = excluded.updated_at, expires_at = excluded.expires_at, ended_at = excluded.ended_at,
	incidents = excluded.incidents, body = excluded.body`

func queueAlerts(b *pgx.Batch, waiting map[alert.ID]alertRow) {
	var (
		integrations, names, severities [][]byte
		firing                          []bool
		words                           []int64
		seen, updated, expire           []time.Time
		ended                           []*time.Time
		incidents, bodies               []string
	)
	for id, r := range waiting {
		integrations, names, severities = append(integrations, key(id.Integration)), append(names, key(id.Key)), append(severities, r.severity)
		firing, words = append(firing, r.firing), append(words, r.words)
		seen, updated, expire, ended = append(seen, r.seen), append(updated, r.updated), append(expire, r.expire), append(ended, r.ended)
		incidents, bodies = append(incidents, r.incidents), append(bodies, r.body)
	}
	b.Queue(upsertAlerts, integrations, names, firing, severities, words, seen, updated, expire, ended, incidents, bodies)
}

func queueMembers(b *pgx.Batch, waiting map[member]struct{}) {
	var incidents []int64
	var integrations, names [][]byte
	for m := range waiting {
		incidents = append(incidents, m.incident)
		integrations, names = append(integrations, key(m.id.Integration)), append(names, key(m.id.Key))
	}
	b.Queue(`INSERT INTO members (incident, integration, key)
		SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) ON CONFLICT DO NOTHING`, incidents, integrations, names)
}

// Alert returns one alert, or store.ErrNotFound.
func (t *tx) Alert(id alert.ID) (store.Alert, error) {
	if r, ok := t.rows.alerts[id]; ok && t.readable() == nil {
		var a store.Alert
		err := decode([]byte(r.body), &a)
		a.Integration, a.Key = id.Integration, id.Key // exact, whatever bytes they have
		return a, err
	}
	a, found := store.Alert{}, false
	err := t.point(tabAlerts, "SELECT body FROM alerts WHERE integration = $1 AND key = $2", []any{key(id.Integration), key(id.Key)}, func(r pgx.Rows) (err error) {
		a, err = scan[store.Alert](r)
		found = true
		return err
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	a.Integration, a.Key = id.Integration, id.Key
	return a, err
}

// PutAlert lets the row and the memberships wait.
func (t *tx) PutAlert(a store.Alert) error {
	if err := t.writable(); err != nil {
		return err
	}
	row, err := newAlertRow(&a)
	if err != nil {
		return t.failed(err)
	}
	id := a.ID()
	t.wrote = true
	t.rows.alerts[id] = row
	t.rows.put(tabAlerts, len(row.body))
	for _, n := range a.Incidents {
		t.rows.members[member{n, id}] = struct{}{}
		t.rows.put(tabMembers, len(id.Key))
	}
	return t.full()
}

// DeleteAlert removes the row.
func (t *tx) DeleteAlert(id alert.ID) error {
	delete(t.rows.alerts, id)
	return t.write(tabAlerts, "DELETE FROM alerts WHERE integration = $1 AND key = $2", key(id.Integration), key(id.Key))
}

// limited is a limit as SQL has it: null is none.
func limited(limit int) *int {
	if limit == 0 {
		return nil
	}
	return &limit
}

// ForgetAlerts drops rows of resolved alerts that last changed before a time.
func (t *tx) ForgetAlerts(before time.Time, limit int) (int, error) {
	return t.change(`DELETE FROM alerts WHERE (integration, key) IN
		(SELECT integration, key FROM alerts WHERE ended_at < $1 ORDER BY ended_at LIMIT $2)`, instant(before), limited(limit))
}

// AlertsOf returns members of an incident by (integration, key).
func (t *tx) AlertsOf(incident int64, after alert.ID, limit int) ([]store.Alert, error) {
	return t.alerts(tabAlerts|tabMembers, `SELECT integration, key, body FROM members JOIN alerts USING (integration, key)
		WHERE incident = $1 AND (integration, key)`+beyond(after)+`($2, $3) ORDER BY integration, key LIMIT $4`,
		incident, key(after.Integration), key(after.Key), limited(limit))
}

// beyond compares with the identity after which a walk goes on; none begins it.
func beyond(after alert.ID) string {
	if after == (alert.ID{}) {
		return " >= "
	}
	return " > "
}

// alerts are those of which a query finds integration, key and body.
func (t *tx) alerts(from table, sql string, args ...any) (all []store.Alert, err error) {
	err = t.read(from, sql, args, func(r pgx.Rows) error {
		var integration, name []byte
		a, err := scan[store.Alert](r, &integration, &name)
		a.Integration, a.Key = text(integration, a.Integration), text(name, a.Key)
		all = append(all, a)
		return err
	})
	return all, err
}

// page is how many rows a walk reads at a time: between two reads its caller may use the transaction.
const page = 500

// EachFiring calls fn for every alert that fires.
func (t *tx) EachFiring(fn func(store.Alert) error) error {
	var last alert.ID
	for {
		some, err := t.alerts(tabAlerts, `SELECT integration, key, body FROM alerts
			WHERE firing AND (integration, key)`+beyond(last)+`($1, $2) ORDER BY integration, key LIMIT $3`, key(last.Integration), key(last.Key), page)
		if err != nil {
			return err
		}
		for _, a := range some {
			if err := fn(a); err != nil {
				return err
			}
		}
		if len(some) < page {
			return nil
		}
		last = some[page-1].ID()
	}
}

// EachBrief calls fn with what is asked of every alert that fires, from columns alone.
func (t *tx) EachBrief(fn func(*store.Brief) error) error {
	const sql = `SELECT integration, key, severity, words, seen_at, updated_at, expires_at, incidents,
		CASE WHEN length(integration) > $1 OR length(key) > $1 THEN body END FROM alerts WHERE firing`
	var b store.Brief
	return t.read(tabAlerts, sql, []any{longKey}, func(r pgx.Rows) error {
		var integration, name, severity, body pgtype.DriverBytes
		var words int64
		if err := r.Scan(&integration, &name, &severity, &words, &b.SeenAt, &b.UpdatedAt, &b.EndsAt, &b.Incidents, &body); err != nil {
			return err
		}
		var kept alert.Alert // of a key that is too long for a column
		if body != nil {
			if err := decode(body, &kept); err != nil {
				return err
			}
		}
		b.Integration, b.Key, b.Severity, b.Words = text(integration, kept.Integration), text(name, kept.Key), alert.Severity(severity), uint64(words)
		for _, at := range []*time.Time{&b.SeenAt, &b.UpdatedAt, &b.EndsAt} {
			*at = at.UTC()
		}
		return fn(&b)
	})
}
