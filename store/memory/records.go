package memory

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// Review returns the review of an incident, or store.ErrNotFound.
func (t *tx) Review(n int64) (review.Review, error) {
	return get[review.Review](t, tabReview+number(n))
}

// PutReview creates or replaces a review.
func (t *tx) PutReview(r review.Review) error {
	if err := t.DeleteReview(r.Incident); err != nil {
		return err
	}
	row, n := in(r), r.Incident
	if !row.WakeAt.IsZero() {
		t.root = t.root.put(tabReviewDue+instant(row.WakeAt)+number(n), &n)
	}
	return t.set(tabReview+number(n), row)
}

// DeleteReview forgets a review.
func (t *tx) DeleteReview(n int64) error {
	if err := t.writable(); err != nil {
		return err
	}
	if old, err := raw[review.Review](t, tabReview+number(n)); err == nil {
		t.root = t.root.del(tabReviewDue + instant(old.WakeAt) + number(n))
	}
	return t.del(tabReview + number(n))
}

// Reviews returns reviews in some states, that of the newest incident first.
func (t *tx) Reviews(states []review.State, limit int) (all []review.Review, err error) {
	err = t.back(tabReview, after(tabReview), func(_ string, row any) bool {
		if among(states, row.(*review.Review).State) {
			all = append(all, out[review.Review](row))
		}
		return limit == 0 || len(all) < limit
	})
	return all, err
}

// DueReviews returns reviews that are to wake by a time, earliest first.
func (t *tx) DueReviews(until time.Time, limit int) ([]int64, error) {
	return t.due(tabReviewDue, until, limit)
}

// NextReview returns the earliest WakeAt of a review.
func (t *tx) NextReview() (time.Time, error) { return t.front(tabReviewDue) }

// NextProblem takes the next reference number of a problem.
func (t *tx) NextProblem() (int64, error) { return t.count(numberProblem, 1) }

// Problem returns one problem, or store.ErrNotFound.
func (t *tx) Problem(n int64) (problem.Problem, error) {
	return get[problem.Problem](t, tabProblem+number(n))
}

// PutProblem creates or replaces a problem.
func (t *tx) PutProblem(p problem.Problem) error { return t.set(tabProblem+number(p.Number), in(p)) }

// Problems returns all problems, newest first.
func (t *tx) Problems() ([]problem.Problem, error) {
	all, err := rows[problem.Problem](t, tabProblem, "", 0)
	slices.Reverse(all)
	return all, err
}

// Overrides returns all overrides made at run time, by From.
func (t *tx) Overrides() ([]oncall.Override, error) {
	all, err := rows[oncall.Override](t, tabOverride, "", 0)
	slices.SortStableFunc(all, func(a, b oncall.Override) int { return a.From.Compare(b.From) })
	return all, err
}

// putNamed writes a row under an ID that must not be empty.
func putNamed[T any](t *tx, table, id string, row T) error {
	if id == "" {
		return cmp.Or(t.writable(), errNoID)
	}
	return t.set(table+id, in(row))
}

// PutOverride creates or replaces an override.
func (t *tx) PutOverride(o oncall.Override) error { return putNamed(t, tabOverride, o.ID, o) }

// DeleteOverride removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteOverride(id string) error { return t.delPresent(tabOverride + id) }

// Leaves returns all leave made at run time, by From.
func (t *tx) Leaves() ([]oncall.Leave, error) {
	all, err := rows[oncall.Leave](t, tabLeave, "", 0)
	slices.SortStableFunc(all, func(a, b oncall.Leave) int { return a.From.Compare(b.From) })
	return all, err
}

// PutLeave creates or replaces leave.
func (t *tx) PutLeave(l oncall.Leave) error { return putNamed(t, tabLeave, l.ID, l) }

// DeleteLeave removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteLeave(id string) error { return t.delPresent(tabLeave + id) }

// Silences returns all silences, by StartsAt.
func (t *tx) Silences() ([]router.Silence, error) {
	all, err := rows[router.Silence](t, tabSilence, "", 0)
	slices.SortStableFunc(all, func(a, b router.Silence) int { return a.StartsAt.Compare(b.StartsAt) })
	return all, err
}

// Silence returns one silence, or store.ErrNotFound.
func (t *tx) Silence(id string) (router.Silence, error) { return get[router.Silence](t, tabSilence+id) }

// PutSilence creates or replaces a silence.
func (t *tx) PutSilence(s router.Silence) error { return putNamed(t, tabSilence, s.ID, s) }

// DeleteSilence forgets a silence.
func (t *tx) DeleteSilence(id string) error { return t.del(tabSilence + id) }

// Contact returns what is known of an address.
func (t *tx) Contact(address string) (store.Contact, error) {
	c, err := get[store.Contact](t, tabContact+address)
	if errors.Is(err, store.ErrNotFound) {
		return store.Contact{Address: address}, nil
	}
	return c, err
}

// PutContact replaces what is known of an address.
func (t *tx) PutContact(c store.Contact) error { return t.set(tabContact+c.Address, in(c)) }

// DeleteContact forgets an address.
func (t *tx) DeleteContact(address string) error { return t.del(tabContact + address) }

// Contacts returns all, by address.
func (t *tx) Contacts() ([]store.Contact, error) { return rows[store.Contact](t, tabContact, "", 0) }

// Subscribers returns all, by ID.
func (t *tx) Subscribers() ([]store.Subscriber, error) {
	return rows[store.Subscriber](t, tabSubscriber, "", 0)
}

// PutSubscriber creates or replaces a subscriber.
func (t *tx) PutSubscriber(s store.Subscriber) error { return putNamed(t, tabSubscriber, s.ID, s) }

// DeleteSubscriber removes one; store.ErrNotFound when there is none.
func (t *tx) DeleteSubscriber(id string) error { return t.delPresent(tabSubscriber + id) }

// Beats returns all heartbeats ever heard, by name.
func (t *tx) Beats() ([]store.Beat, error) { return rows[store.Beat](t, tabBeat, "", 0) }

// PutBeat replaces one.
func (t *tx) PutBeat(b store.Beat) error { return t.set(tabBeat+b.Name, in(b)) }

// Seen reports whether a key was marked and now is before the mark's end.
func (t *tx) Seen(key string, now time.Time) (bool, error) {
	until, err := raw[time.Time](t, tabSeen+key)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && now.Before(*until), err
}

// MarkSeen remembers a key until a time.
func (t *tx) MarkSeen(key string, until time.Time) error { return t.set(tabSeen+key, in(until)) }

// ForgetSeen drops marks that ended before a time.
func (t *tx) ForgetSeen(before time.Time, limit int) (int, error) {
	return t.forget(tabSeen, limit, func(row any) bool { return row.(*time.Time).Before(before) }, t.del)
}

// PutChange stores a change event; of one instant the later stored comes later.
func (t *tx) PutChange(c alert.Change) error {
	n, err := t.count(numberChange, 1)
	if err != nil {
		return err
	}
	return t.set(tabChange+instant(c.At)+number(n), in(c))
}

// Changes returns change events from since on, newest first.
func (t *tx) Changes(since time.Time, limit int) (all []alert.Change, err error) {
	oldest := tabChange + instant(since)
	err = t.back(tabChange, after(tabChange), func(key string, row any) bool {
		if key < oldest {
			return false
		}
		all = append(all, out[alert.Change](row))
		return len(all) != limit
	})
	return all, err
}

// ForgetChanges drops change events of before a time.
func (t *tx) ForgetChanges(before time.Time, limit int) (int, error) {
	return t.forget(tabChange, limit, func(row any) bool { return row.(*alert.Change).At.Before(before) }, t.del)
}

// Counter returns a named counter.
func (t *tx) Counter(name string) (int64, error) {
	n, err := raw[int64](t, tabCounter+name)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return *n, nil
}

// AddCounter adds to a named counter.
func (t *tx) AddCounter(name string, n int64) (int64, error) { return t.count(name, n) }

// Note returns a named small text.
func (t *tx) Note(name string) (string, error) {
	text, err := get[string](t, tabNote+name)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return text, err
}

// PutNote replaces it.
func (t *tx) PutNote(name, text string) error { return t.set(tabNote+name, &text) }

// PutAct appends an act and chains it to the one before.
func (t *tx) PutAct(a store.Act) (int64, error) {
	n, err := t.count(numberAct, 1)
	if err != nil {
		return 0, err
	}
	prev := ""
	if last, err := raw[store.Act](t, tabAct+number(n-1)); err == nil {
		prev = last.Hash
	}
	row := in(a)
	row.Seq, row.Hash, row.Erased = n, "", false
	row.Hash = store.Chain(prev, *row)
	return n, t.set(tabAct+number(n), row)
}

// Acts returns acts with Seq above after, ascending.
func (t *tx) Acts(after int64, limit int) ([]store.Act, error) {
	return rows[store.Act](t, tabAct, tabAct+number(after)+"\x00", limit)
}

// LastAct returns the act with the highest Seq, or store.ErrNotFound.
func (t *tx) LastAct() (store.Act, error) {
	n, err := t.Counter(numberAct)
	if err != nil {
		return store.Act{}, err
	}
	return get[store.Act](t, tabAct+number(n))
}

// EraseAct replaces the words of an act and keeps its hash.
func (t *tx) EraseAct(seq int64, a store.Act) error {
	old, err := get[store.Act](t, tabAct+number(seq))
	if err != nil {
		return err
	}
	old.By.Name, old.What, old.Data, old.Erased = a.By.Name, a.What, a.Data, true
	return t.set(tabAct+number(seq), in(old))
}
