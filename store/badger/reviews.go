package badger

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

// reviewIndex is the head of a review's row.
type reviewIndex struct {
	Wake  time.Time
	State review.State
}

func (x *reviewIndex) head() []byte {
	return appendText(binary.AppendVarint(nil, x.Wake.UnixMicro()), string(x.State))
}

func readReviewIndex(val []byte) (x reviewIndex, body []byte, err error) {
	head, body, err := split(val)
	if err != nil {
		return x, nil, err
	}
	r := headReader{b: head}
	x = reviewIndex{Wake: time.UnixMicro(r.number()).UTC(), State: review.State(r.text())}
	return x, body, r.err
}

// Review returns the review of an incident, or store.ErrNotFound.
func (t *tx) Review(n int64) (review.Review, error) {
	return row[review.Review](t, keyNumber(tabReview, n))
}

func (t *tx) reviewIndex(n int64) (x reviewIndex, err error) {
	err = t.get(keyNumber(tabReview, n), func(val []byte) (err error) { x, _, err = readReviewIndex(val); return err })
	if errors.Is(err, store.ErrNotFound) {
		return reviewIndex{}, nil
	}
	return x, err
}

// PutReview writes the row and moves it in the index of WakeAt.
func (t *tx) PutReview(r review.Review) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, err := t.reviewIndex(r.Incident)
	if err != nil {
		return err
	}
	x := reviewIndex{Wake: r.WakeAt.Truncate(time.Microsecond), State: r.State}
	val, err := t.encode(x.head(), &r)
	if err != nil {
		return err
	}
	return errors.Join(t.set(keyNumber(tabReview, r.Incident), val), t.moveReview(r.Incident, old.Wake, x.Wake))
}

func (t *tx) moveReview(n int64, old, wake time.Time) error {
	if old.Equal(wake) {
		return nil
	}
	if !old.IsZero() {
		if err := t.del(keyQueue(tabReviewWake, sortable(old), numberText(n))); err != nil {
			return err
		}
	}
	if wake.IsZero() {
		return nil
	}
	return t.enqueue(laneReview, tabReviewWake, sortable(wake), numberText(n))
}

// DeleteReview forgets a review.
func (t *tx) DeleteReview(n int64) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, err := t.reviewIndex(n)
	if err != nil {
		return err
	}
	return errors.Join(t.del(keyNumber(tabReview, n)), t.moveReview(n, old.Wake, time.Time{}))
}

// Reviews returns reviews in one of the states, that of the newest incident first.
func (t *tx) Reviews(states []review.State, limit int) ([]review.Review, error) {
	var all []review.Review
	take := func(val []byte) error {
		x, body, err := readReviewIndex(val)
		if err != nil || len(states) > 0 && !slices.Contains(states, x.State) {
			return err
		}
		var r review.Review
		if err := decodeBody(body, &r); err != nil {
			return err
		}
		if all = append(all, r); len(all) == limit {
			return errStop
		}
		return nil
	}
	err := t.scan(span{prefix: []byte{tabReview}, back: true}, func(_ []byte, item *badger.Item) error { return item.Value(take) })
	return all, err
}

// DueReviews returns the reviews to wake, earliest first.
func (t *tx) DueReviews(at time.Time, limit int) ([]int64, error) {
	return t.dueNumbers(laneReview, tabReviewWake, at, limit)
}

// NextReview returns the earliest WakeAt of a review; the zero time when there is none.
func (t *tx) NextReview() (time.Time, error) { return t.front(laneReview, tabReviewWake) }
