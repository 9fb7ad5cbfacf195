package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// Beats returns all heartbeats ever heard, by name.
func (t *tx) Beats() ([]store.Beat, error) {
	return bodies[store.Beat](t, tabBeats, "SELECT body FROM beats ORDER BY name")
}

// PutBeat replaces one.
func (t *tx) PutBeat(b store.Beat) error {
	return t.record(tabBeats, b, `INSERT INTO beats (name, body) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET body = excluded.body`, key(b.Name))
}

// Seen reports whether a key was marked and now is before the mark's end.
func (t *tx) Seen(name string, now time.Time) (bool, error) {
	until, err := values[time.Time](t, tabMarks, "SELECT until_at FROM marks WHERE key = $1", key(name))
	return len(until) > 0 && now.Before(until[0]), err
}

// MarkSeen remembers a key until a time.
func (t *tx) MarkSeen(name string, until time.Time) error {
	return t.write(tabMarks, `INSERT INTO marks (key, until_at) VALUES ($1, $2)
		ON CONFLICT (key) DO UPDATE SET until_at = excluded.until_at`, key(name), instant(until))
}

// ForgetSeen drops marks that ended before a time.
func (t *tx) ForgetSeen(before time.Time, limit int) (int, error) {
	return t.change(`DELETE FROM marks WHERE key IN (SELECT key FROM marks WHERE until_at < $1 ORDER BY until_at LIMIT $2)`,
		instant(before), limited(limit))
}

// PutChange stores a change event; of one instant the later stored comes later.
func (t *tx) PutChange(c alert.Change) error {
	n, err := t.next(numberChange)
	if err != nil {
		return err
	}
	return t.record(tabChanges, c, "INSERT INTO changes (seq, at, body) VALUES ($1, $2, $3)", n, instant(c.At))
}

// Changes returns change events from since on, newest first.
func (t *tx) Changes(since time.Time, limit int) ([]alert.Change, error) {
	return bodies[alert.Change](t, tabChanges, "SELECT body FROM changes WHERE at >= $1 ORDER BY at DESC, seq DESC LIMIT $2",
		instant(since), limited(limit))
}

// ForgetChanges drops change events of before a time.
func (t *tx) ForgetChanges(before time.Time, limit int) (int, error) {
	return t.change(`DELETE FROM changes WHERE seq IN (SELECT seq FROM changes WHERE at < $1 ORDER BY at, seq LIMIT $2)`,
		instant(before), limited(limit))
}

// Note returns a named small text.
func (t *tx) Note(name string) (string, error) {
	all, err := values[[]byte](t, tabNotes, "SELECT body FROM notes WHERE name = $1", key(name))
	if len(all) == 0 {
		return "", err
	}
	return string(all[0]), err
}

// PutNote replaces it.
func (t *tx) PutNote(name, text string) error {
	if len(text) > maxBody {
		return t.failed(tooLarge(len(text)))
	}
	return t.write(tabNotes, `INSERT INTO notes (name, body) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET body = excluded.body`, key(name), []byte(text))
}

// What numbers are given away for: rows of numbers.
const (
	numberIncident = "incident"
	numberProblem  = "problem"
	numberAct      = "act"
	numberChange   = "change"
)

// A number is kept under a name that says which table it is in.
const (
	isNumber  = "n:"
	isCounter = "c:"
)

// number is a counter or the last number given away, as this transaction has it.
func (t *tx) number(name string) (n int64, err error) {
	if err := t.readable(); err != nil {
		return 0, err
	}
	if n, ok := t.nums[name]; ok {
		return n, nil
	}
	if t.writes {
		if n, ok := t.s.numbers[name]; ok {
			return n, nil
		}
	}
	sql, arg := "SELECT n FROM counters WHERE name = $1", any(key(name[len(isCounter):]))
	if name[:len(isNumber)] == isNumber {
		sql, arg = "SELECT last FROM numbers WHERE kind = $1", name[len(isNumber):]
	}
	err = t.read(0, sql, []any{arg}, func(r pgx.Rows) error { return r.Scan(&n) })
	if err == nil && t.writes {
		t.s.numbers[name] = n // as committed: this transaction has not written it
	}
	return n, err
}

// add adds to a number.
func (t *tx) add(name string, by int64) (int64, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	n, err := t.number(name)
	if err != nil {
		return 0, err
	}
	t.wrote = true
	t.nums[name] = n + by
	return n + by, nil
}

func (t *tx) next(kind string) (int64, error) { return t.add(isNumber+kind, 1) }

// counted queues the numbers that have changed, for the commit.
func (t *tx) counted(b *pgx.Batch) {
	for name, n := range t.nums {
		if name[:len(isNumber)] == isNumber {
			b.Queue("INSERT INTO numbers (kind, last) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET last = excluded.last", name[len(isNumber):], n)
		} else {
			b.Queue("INSERT INTO counters (name, n) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET n = excluded.n", key(name[len(isCounter):]), n)
		}
	}
}

// Counter returns a named counter; 0 when unset.
func (t *tx) Counter(name string) (int64, error) { return t.number(isCounter + name) }

// AddCounter adds to a named counter.
func (t *tx) AddCounter(name string, n int64) (int64, error) { return t.add(isCounter+name, n) }
