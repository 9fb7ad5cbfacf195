package postgres

import (
	"github.com/jackc/pgx/v5"

	"github.com/rouse/rouse/alert"
)

// maxWaiting is how many bytes of rows wait at most.
const maxWaiting = 4 << 20

// rows are what a transaction has written and not yet sent: statements, which go first, and of the tables that are written most
// the last version of each row, which go many in one statement. What deletes such a row takes it from here and lets a
// statement wait.
type rows struct {
	queued  table // that statements write into
	waiting table // that anything here writes into
	size    int   // bytes, about

	statements []statement
	alerts     map[alert.ID]alertRow
	members    map[member]struct{}
	incidents  map[int64]incidentRow
	entries    map[entryID]string
	pages      map[string]pageRow
}

type statement struct {
	sql  string
	args []any
}

type member struct {
	incident int64
	id       alert.ID
}

type entryID struct {
	incident int64
	seq      int64
}

func (r *rows) clear() {
	*r = rows{
		alerts: map[alert.ID]alertRow{}, members: map[member]struct{}{}, incidents: map[int64]incidentRow{},
		entries: map[entryID]string{}, pages: map[string]pageRow{},
	}
}

func (r *rows) empty() bool { return r.waiting == 0 }

// queue lets a statement wait.
func (r *rows) queue(into table, sql string, args []any) {
	r.statements = append(r.statements, statement{sql, args})
	r.queued |= into
	r.waiting |= into
	r.size += 200
	for _, a := range args {
		switch a := a.(type) {
		case string:
			r.size += len(a)
		case []byte:
			r.size += len(a)
		}
	}
}

// put counts a row of a table that waits.
func (r *rows) put(into table, size int) {
	r.waiting |= into
	r.size += 200 + size
}

// into moves everything into a batch.
func (r *rows) into(b *pgx.Batch) {
	if r.empty() {
		return
	}
	for _, s := range r.statements {
		b.Queue(s.sql, s.args...)
	}
	if len(r.alerts) > 0 {
		queueAlerts(b, r.alerts)
	}
	if len(r.members) > 0 {
		queueMembers(b, r.members)
	}
	if len(r.incidents) > 0 {
		queueIncidents(b, r.incidents)
	}
	if len(r.entries) > 0 {
		queueEntries(b, r.entries)
	}
	if len(r.pages) > 0 {
		queuePages(b, r.pages)
	}
	r.clear()
}
