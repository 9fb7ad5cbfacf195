package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// List returns incidents, newest first.
func (t *tx) List(f store.Filter) (all []incident.Incident, err error) {
	err = t.walk(&f, func(c *candidate) error {
		i, err := c.record()
		all = append(all, i)
		return err
	}, "body")
	return all, err
}

// EachFacts calls fn with the facts of incidents, newest first.
func (t *tx) EachFacts(f store.Filter, fn func(*incident.Facts) error) error {
	return t.walk(&f, func(c *candidate) error { return fn(&c.facts) }, "NULL::json")
}

// candidate is an incident that SQL has found.
type candidate struct {
	facts incident.Facts
	body  []byte // if it was asked for
}

func (c *candidate) record() (i incident.Incident, err error) { return i, decode(c.body, &i) }

// walk calls fn for the incidents that a filter chooses, newest first, reading some at a time: between two reads fn may use the
// transaction. body is the column that a candidate has its body from.
func (t *tx) walk(f *store.Filter, fn func(*candidate) error, body string) error {
	w := conditions(f)
	text, below, met := searched(incident.Fold(f.Text)), f.Below, 0
	for {
		some, err := t.candidates(w, below, body, f.Limit-met)
		if err != nil {
			return err
		}
		for k := range some {
			c := &some[k]
			if !fits(f, &c.facts, text) {
				continue
			}
			if err := fn(c); err != nil {
				return err
			}
			if met++; met == f.Limit {
				return nil
			}
		}
		if len(some) == 0 {
			return nil
		}
		below = some[len(some)-1].facts.Number
		if below == minNumber {
			return nil
		}
	}
}

// minNumber is below every other: there is nothing to look for under it.
const minNumber = -1 << 63

// candidates reads the next some below a number; 0: from the newest.
func (t *tx) candidates(w where, below int64, body string, wanted int) (some []candidate, err error) {
	if below != 0 {
		w.args = append(slices.Clip(w.args), below)
		w.sql += fmt.Sprintf(" AND number < $%d", len(w.args))
	}
	most := page
	if wanted > 0 && wanted < page {
		most = max(wanted, 20)
	}
	sql := fmt.Sprintf("SELECT number, words, %s, facts FROM incidents WHERE %s ORDER BY number DESC LIMIT %d", body, w.sql, most)
	err = t.read(tabIncidents, sql, w.args, func(r pgx.Rows) (err error) {
		var c candidate
		var n int64
		var words string
		c.facts, err = scan[incident.Facts](r, &n, &words, &c.body)
		c.facts.Number, c.facts.Text = n, words
		some = append(some, c)
		return err
	})
	return some, err
}

// where is a condition in SQL, with its arguments.
type where struct {
	sql  string
	args []any
}

// and adds a condition on one argument, which is written as $.
func (w *where) and(condition string, arg any) {
	w.args = append(w.args, arg)
	w.sql += " AND " + strings.ReplaceAll(condition, "$", fmt.Sprintf("$%d", len(w.args)))
}

// conditions are a filter in SQL, but for labels and groups, which fits alone looks at, and for what only it can tell apart.
func conditions(f *store.Filter) (w where) {
	w.sql = "true"
	if len(f.States) > 0 {
		w.and("state = ANY ($)", keys(f.States))
		if !slices.ContainsFunc(f.States, func(s incident.State) bool { return !s.Open() }) {
			w.sql += " AND open" // which has an index
		}
	}
	w.texts(f)
	for column, n := range map[string]int64{"parent": f.Parent, "problem": f.Problem} {
		if n != 0 {
			w.and(column+" = $", n)
		}
	}
	if f.Breached {
		w.sql += " AND breached"
	}
	if f.Unacted {
		w.sql += " AND unacted"
	}
	if !f.Since.IsZero() {
		w.and("created_at >= $", instant(f.Since))
	}
	if !f.Until.IsZero() {
		w.and("created_at <= $", instant(f.Until))
	}
	if !f.UpdatedSince.IsZero() {
		w.and("updated_at >= $", instant(f.UpdatedSince))
	}
	for word := range strings.FieldsSeq(searched(incident.Fold(f.Text))) {
		w.and("strpos(words, $) > 0", word)
	}
	return w
}

func (w *where) texts(f *store.Filter) {
	for _, c := range [...]struct{ column, want string }{
		{"service", f.Service}, {"team", f.Team}, {"rule", f.Rule}, {"assignee", string(f.Assignee)}, {"reporter", f.Reporter},
	} {
		if c.want != "" {
			w.and(c.column+" = $", key(c.want))
		}
	}
	for _, c := range [...]struct {
		column string
		among  [][]byte
	}{
		{"priority", keys(f.Priorities)}, {"type", keys(f.Types)}, {"category", keys(f.Categories)}, {"service", keys(f.Services)},
		{"team", keys(f.Teams)}, {"code", keys(f.Codes)}, {"source", keys(f.Sources)},
	} {
		if len(c.among) > 0 {
			w.and(c.column+" = ANY ($)", c.among)
		}
	}
}

func equals[T ~string](want, v T) bool { return want == "" || want == v }

// fits holds facts against what SQL has not, or not to the last, looked at.
func fits(f *store.Filter, x *incident.Facts, text string) bool {
	for k, v := range f.Labels {
		if have, ok := x.Labels[k]; !ok || have != v {
			return false
		}
	}
	return equals(f.GroupKey, x.GroupKey) && (f.Until.IsZero() || x.CreatedAt.Before(f.Until)) && x.Matches(text) && (f.May == nil || f.May(x))
}
