package postgres

import (
	"bytes"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// incidentRow is a row of incidents that waits.
type incidentRow struct {
	open, breached, unacted bool
	family                  []byte
	wake                    *time.Time
	created, updated        time.Time
	parent, problem         int64
	labels                  [11][]byte // state to assignee, in the order of the table
	words, facts, body      string
}

// mostWords is how many bytes of a record's words a search looks at.
const mostWords = 16 << 10

func newIncidentRow(i *incident.Incident) (incidentRow, error) {
	body, err := encode(i)
	if err != nil {
		return incidentRow{}, err
	}
	f := i.Facts()
	words := f.Text
	f.Text = ""
	facts, err := encodeBy(&f, sparing)
	return incidentRow{
		open: i.State.Open(), family: family(i.Service, i.GroupKey), wake: moment(i.WakeAt), created: instant(i.CreatedAt), updated: instant(i.UpdatedAt),
		parent: i.Parent, problem: i.Problem, unacted: i.Acts == 0,
		breached: slices.ContainsFunc(i.Clocks, func(c incident.Clock) bool { return c.Breached }),
		labels: [...][]byte{
			key(i.State), key(i.Service), key(i.Team), key(i.Priority), key(i.Type), key(i.Category), key(i.Code), key(i.Source), key(i.Reporter),
			key(i.Rule), key(i.Assignee),
		},
		words: searched(words[:min(len(words), mostWords)]), facts: facts, body: body,
	}, err
}

const upsertIncidents = `
INSERT INTO incidents (number, open, family, wake_at, created_at, updated_at, state, service, team, priority, type, category, code,
	source, reporter, rule, assignee, parent, problem, breached, unacted, words, facts, body)
SELECT n, o, f, w, c, u, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, p, q, r, a, t, x::json, b::json
FROM unnest($1::bigint[], $2::boolean[], $3::bytea[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::bytea[], $8::bytea[],
	$9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[], $16::bytea[], $17::bytea[],
	$18::bigint[], $19::bigint[], $20::boolean[], $21::boolean[], $22::text[], $23::text[], $24::text[])
	AS r (n, o, f, w, c, u, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, p, q, r, a, t, x, b)
ON CONFLICT (number) DO UPDATE SET
	open = excluded.open, family = excluded.family, wake_at = excluded.wake_at, created_at = excluded.created_at,
	updated_at = excluded.updated_at, state = excluded.state, service = excluded.service, team = excluded.team,
	priority = excluded.priority, type = excluded.type, category = excluded.category, code = excluded.code,
	source = excluded.source, reporter = excluded.reporter, rule = excluded.rule, assignee = excluded.assignee,
	parent = excluded.parent, problem = excluded.problem, breached = excluded.breached, unacted = excluded.unacted,
	words = excluded.words, facts = excluded.facts, body = excluded.body`

func queueIncidents(b *pgx.Batch, waiting map[int64]incidentRow) {
	var (
		numbers, parents, problems []int64
		open, breached, unacted    []bool
		families                   [][]byte
		wake                       []*time.Time
		created, updated           []time.Time
		labels                     [11][][]byte
		words, facts, bodies       []string
	)
	for n, r := range waiting {
		numbers, parents, problems = append(numbers, n), append(parents, r.parent), append(problems, r.problem)
		open, breached, unacted = append(open, r.open), append(breached, r.breached), append(unacted, r.unacted)
		families, wake, created, updated = append(families, r.family), append(wake, r.wake), append(created, r.created), append(updated, r.updated)
		for k := range labels {
			labels[k] = append(labels[k], r.labels[k])
		}
		words, facts, bodies = append(words, r.words), append(facts, r.facts), append(bodies, r.body)
	}
	b.Queue(upsertIncidents, numbers, open, families, wake, created, updated, labels[0], labels[1], labels[2], labels[3], labels[4], labels[5],
		labels[6], labels[7], labels[8], labels[9], labels[10], parents, problems, breached, unacted, words, facts, bodies)
}

// NextNumber takes the next reference number.
func (t *tx) NextNumber() (int64, error) { return t.next(numberIncident) }

// Incident returns one incident, or store.ErrNotFound.
func (t *tx) Incident(n int64) (i incident.Incident, err error) {
	if r, ok := t.rows.incidents[n]; ok && t.readable() == nil {
		return i, decode([]byte(r.body), &i)
	}
	found := false
	err = t.point(tabIncidents, "SELECT body FROM incidents WHERE number = $1", []any{n}, func(r pgx.Rows) (err error) {
		i, err = scan[incident.Incident](r)
		found = true
		return err
	})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return i, err
}

// PutIncident lets a record wait.
func (t *tx) PutIncident(i incident.Incident) error {
	if err := t.writable(); err != nil {
		return err
	}
	row, err := newIncidentRow(&i)
	if err != nil {
		return t.failed(err)
	}
	t.wrote = true
	t.rows.incidents[i.Number] = row
	t.rows.put(tabIncidents, len(row.body)+len(row.facts)+len(row.words))
	return t.full()
}

// LatestOf returns the number of the newest incident of a group, or store.ErrNotFound. Rows that wait are looked at here, for
// who opens many incidents asks between one and the next.
func (t *tx) LatestOf(service, group string) (int64, error) {
	const sql = "SELECT number FROM incidents WHERE family = $1 ORDER BY family DESC, number DESC LIMIT 1"
	f := family(service, group)
	var sent, waits int64
	answer := func(r pgx.Rows) error { return r.Scan(&sent) }
	err := t.point(tabIncidents, sql, []any{f}, answer)
	if r, ok := t.rows.incidents[sent]; err == nil && ok && !bytes.Equal(r.family, f) { // it is about to leave the group
		sent = 0
		err = t.read(tabIncidents, sql, []any{f}, answer)
	}
	if err != nil {
		return 0, err
	}
	for n, r := range t.rows.incidents {
		if n > waits && bytes.Equal(r.family, f) {
			waits = n
		}
	}
	if sent == 0 && waits == 0 {
		return 0, store.ErrNotFound
	}
	return max(sent, waits), nil
}

// Due returns incidents that are to wake by a time, earliest first.
func (t *tx) Due(until time.Time, limit int) ([]int64, error) {
	return values[int64](t, tabIncidents, "SELECT number FROM incidents WHERE wake_at <= $1 ORDER BY wake_at, number LIMIT $2", instant(until), limited(limit))
}

// NextWake returns the earliest WakeAt; zero when there is none.
func (t *tx) NextWake() (time.Time, error) {
	return t.first(tabIncidents, "SELECT wake_at FROM incidents WHERE wake_at IS NOT NULL ORDER BY wake_at, number LIMIT 1")
}

// OpenNumbers returns the numbers of open incidents, ascending.
func (t *tx) OpenNumbers() ([]int64, error) {
	return values[int64](t, tabIncidents, "SELECT number FROM incidents WHERE open ORDER BY number")
}

const upsertEntries = `INSERT INTO entries (incident, seq, body)
	SELECT i, s, b::json FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS r (i, s, b)
	ON CONFLICT (incident, seq) DO UPDATE SET body = excluded.body`

func queueEntries(b *pgx.Batch, waiting map[entryID]string) {
	var incidents, seqs []int64
	var bodies []string
	for id, body := range waiting {
		incidents, seqs, bodies = append(incidents, id.incident), append(seqs, id.seq), append(bodies, body)
	}
	b.Queue(upsertEntries, incidents, seqs, bodies)
}

// Append adds entries to a timeline.
func (t *tx) Append(n int64, entries []incident.Entry) error {
	if err := t.writable(); err != nil {
		return err
	}
	for k := range entries {
		body, err := encode(&entries[k])
		if err != nil {
			return t.failed(err)
		}
		t.wrote = true
		t.rows.entries[entryID{n, int64(entries[k].Seq)}] = body
		t.rows.put(tabEntries, len(body))
	}
	return t.full()
}

// Timeline returns an incident's entries by Seq.
func (t *tx) Timeline(n int64) ([]incident.Entry, error) {
	return bodies[incident.Entry](t, tabEntries, "SELECT body FROM entries WHERE incident = $1 ORDER BY seq", n)
}

// RewriteEntry replaces an entry; store.ErrNotFound when there is none.
func (t *tx) RewriteEntry(n int64, e incident.Entry) error {
	if err := t.writable(); err != nil {
		return err
	}
	body, err := encode(&e)
	if err != nil {
		return t.failed(err)
	}
	return needed(t.change("UPDATE entries SET body = $3 WHERE incident = $1 AND seq = $2", n, e.Seq, body))
}

// DeleteIncident forgets an incident and all that belongs to it.
func (t *tx) DeleteIncident(n int64) error {
	if _, err := t.StripIncident(n, 0); err != nil {
		return err
	}
	_, err := t.change("DELETE FROM incidents WHERE number = $1", n)
	return err
}

// belongings are what an incident is stripped of, in this order.
var belongings = [...]string{
	"DELETE FROM entries WHERE incident = $1 AND seq IN (SELECT seq FROM entries WHERE incident = $1 ORDER BY seq LIMIT $2)",
	`DELETE FROM members WHERE incident = $1 AND (integration, key) IN
		(SELECT integration, key FROM members WHERE incident = $1 ORDER BY integration, key LIMIT $2)`,
	"DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE incident = $1 AND incident <> 0 ORDER BY id LIMIT $2)",
}

// StripIncident forgets some of what belongs to an incident.
func (t *tx) StripIncident(n int64, limit int) (gone int, err error) {
	for _, sql := range belongings {
		if limit > 0 && gone == limit {
			break
		}
		some, err := t.change(sql, n, limited(max(limit-gone, 0)))
		if err != nil {
			return 0, err
		}
		gone += some
	}
	return gone, nil
}
