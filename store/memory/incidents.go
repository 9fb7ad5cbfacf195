package memory

import (
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// NextNumber takes the next reference number.
func (t *tx) NextNumber() (int64, error) { return t.count(numberIncident, 1) }

// Incident returns one incident, or store.ErrNotFound.
func (t *tx) Incident(n int64) (incident.Incident, error) {
	return get[incident.Incident](t, tabIncident+number(n))
}

func groupKey(i *incident.Incident) string {
	return tabGroup + pair(i.Service, pair(i.GroupKey, number(i.Number)))
}

// PutIncident writes the record and its places in the indexes.
func (t *tx) PutIncident(i incident.Incident) error {
	if err := t.unlist(i.Number); err != nil {
		return err
	}
	row, n := in(i), i.Number
	t.root = t.root.put(tabIncident+number(n), row).put(groupKey(row), &n)
	if row.State.Open() {
		t.root = t.root.put(tabOpen+number(n), &n)
	}
	if !row.WakeAt.IsZero() {
		t.root = t.root.put(tabWake+instant(row.WakeAt)+number(n), &n)
	}
	return nil
}

// unlist takes an incident out of the indexes.
func (t *tx) unlist(n int64) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, err := raw[incident.Incident](t, tabIncident+number(n))
	if err != nil {
		return nil
	}
	for _, key := range []string{groupKey(old), tabOpen + number(n), tabWake + instant(old.WakeAt) + number(n)} {
		if err := t.del(key); err != nil {
			return err
		}
	}
	return nil
}

// LatestOf returns the number of the newest incident of a group, or store.ErrNotFound.
func (t *tx) LatestOf(service, group string) (n int64, err error) {
	prefix := tabGroup + pair(service, pair(group, ""))
	err = t.back(prefix, after(prefix), func(_ string, row any) bool { n = *row.(*int64); return false })
	if err == nil && n == 0 {
		err = store.ErrNotFound
	}
	return n, err
}

// Due returns incidents that are to wake by a time, earliest first.
func (t *tx) Due(until time.Time, limit int) ([]int64, error) { return t.due(tabWake, until, limit) }

func (t *tx) due(table string, until time.Time, limit int) (all []int64, err error) {
	end := after(table + instant(until))
	err = t.each(table, "", func(key string, row any) bool {
		if key > end {
			return false
		}
		all = append(all, *row.(*int64))
		return len(all) != limit
	})
	return all, err
}

// NextWake returns the earliest WakeAt; zero when there is none.
func (t *tx) NextWake() (time.Time, error) { return t.front(tabWake) }

func (t *tx) front(table string) (at time.Time, err error) {
	err = t.each(table, "", func(key string, _ any) bool { at = timeAt(key, len(table)); return false })
	return at, err
}

// List returns incidents, newest first.
func (t *tx) List(f store.Filter) (all []incident.Incident, err error) {
	err = t.chosen(f, func(i *incident.Incident, _ *incident.Facts) error {
		all = append(all, out[incident.Incident](i))
		return nil
	})
	return all, err
}

// EachFacts calls fn with the facts of incidents, newest first.
func (t *tx) EachFacts(f store.Filter, fn func(*incident.Facts) error) error {
	return t.chosen(f, func(_ *incident.Incident, x *incident.Facts) error { return fn(x) })
}

// chosen calls fn for the incidents that a filter chooses, as they are kept.
func (t *tx) chosen(f store.Filter, fn func(*incident.Incident, *incident.Facts) error) (err error) {
	below, met := after(tabIncident), 0
	if f.Below > 0 {
		below = tabIncident + number(f.Below)
	}
	text := incident.Fold(f.Text)
	end := t.back(tabIncident, below, func(_ string, row any) bool {
		i := row.(*incident.Incident)
		if !quick(&f, i) {
			return true
		}
		x := i.Facts()
		if !fits(&f, &x, text) {
			return true
		}
		err, met = fn(i, &x), met+1
		return err == nil && (f.Limit == 0 || met < f.Limit)
	})
	if end != nil {
		return end
	}
	return err
}

func among[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

func equals[T ~string](want, v T) bool { return want == "" || want == v }

// quick looks at what is cheap to look at.
func quick(f *store.Filter, i *incident.Incident) bool {
	return among(f.States, i.State) && equals(f.Service, i.Service) && equals(f.GroupKey, i.GroupKey) && !i.UpdatedAt.Before(f.UpdatedSince)
}

// fits holds facts against a filter.
func fits(f *store.Filter, x *incident.Facts, text string) bool {
	for k, v := range f.Labels {
		if have, ok := x.Labels[k]; !ok || have != v {
			return false
		}
	}
	x.Text = x.Text[:min(len(x.Text), 16<<10)]
	return equals(f.Team, x.Team) && equals(f.Rule, x.Rule) && equals(f.Assignee, x.Assignee) && equals(f.Reporter, x.Reporter) &&
		among(f.Priorities, x.Priority) && among(f.Types, x.Type) && among(f.Categories, x.Category) && among(f.Services, x.Service) &&
		among(f.Teams, x.Team) && among(f.Codes, x.Code) && among(f.Sources, x.Source) &&
		(f.Parent == 0 || f.Parent == x.Parent) && (f.Problem == 0 || f.Problem == x.Problem) &&
		(!f.Breached || slices.ContainsFunc(x.Clocks, func(c incident.Clock) bool { return c.Breached })) && (!f.Unacted || x.Acts == 0) &&
		(f.Since.IsZero() || !x.CreatedAt.Before(f.Since)) && (f.Until.IsZero() || x.CreatedAt.Before(f.Until)) && x.Matches(text) && (f.May == nil || f.May(x))
}

// OpenNumbers returns the numbers of open incidents, ascending.
func (t *tx) OpenNumbers() (all []int64, err error) {
	err = t.each(tabOpen, "", func(_ string, row any) bool { all = append(all, *row.(*int64)); return true })
	return all, err
}

// Append adds entries to a timeline.
func (t *tx) Append(n int64, entries []incident.Entry) error {
	for _, e := range entries {
		if err := t.set(tabEntry+number(n)+number(int64(e.Seq)), in(e)); err != nil {
			return err
		}
	}
	return t.writable()
}

// Timeline returns an incident's entries by Seq.
func (t *tx) Timeline(n int64) ([]incident.Entry, error) {
	return rows[incident.Entry](t, tabEntry+number(n), "", 0)
}

// RewriteEntry replaces an entry; store.ErrNotFound when there is none.
func (t *tx) RewriteEntry(n int64, e incident.Entry) error {
	key := tabEntry + number(n) + number(int64(e.Seq))
	if _, err := raw[incident.Entry](t, key); err != nil {
		return err
	}
	return t.set(key, in(e))
}

// DeleteIncident forgets an incident and all that belongs to it.
func (t *tx) DeleteIncident(n int64) error {
	if _, err := t.StripIncident(n, 0); err != nil {
		return err
	}
	if err := t.unlist(n); err != nil {
		return err
	}
	return t.del(tabIncident + number(n))
}

// StripIncident forgets some of what belongs to an incident.
func (t *tx) StripIncident(n int64, limit int) (int, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	gone := 0
	for _, table := range []string{tabEntry, tabMember, tabPagesOf} {
		prefix := table + number(n)
		keys, err := t.keysOf(prefix, after(prefix), 0)
		if err != nil {
			return 0, err
		}
		for _, key := range keys {
			if limit > 0 && gone == limit {
				return gone, nil
			}
			if table == tabPagesOf {
				err = t.dropPage(strings.TrimPrefix(key, prefix))
			} else {
				err = t.del(key)
			}
			if err != nil {
				return 0, err
			}
			gone++
		}
	}
	return gone, nil
}
