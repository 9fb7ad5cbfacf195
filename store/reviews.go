package store

import (
	"time"

	"github.com/rouse/rouse/incident/review"
)

// Reviews keeps post-incident reviews, one of an incident at most.
type Reviews interface {
	// Review returns the review of an incident, or ErrNotFound.
	Review(n int64) (review.Review, error)
	// PutReview creates or replaces the review of its Incident, with its place in the index of WakeAt.
	PutReview(r review.Review) error
	// DeleteReview forgets a review. Absent is no error. Deleting an incident does not do it.
	DeleteReview(n int64) error
	// Reviews returns reviews in one of the states (none given: all), that of the newest incident first, at most limit (0: all).
	Reviews(states []review.State, limit int) ([]review.Review, error)
	// DueReviews returns the numbers of reviews whose WakeAt is not after t, earliest first, at most limit (0: all).
	DueReviews(t time.Time, limit int) ([]int64, error)
	// NextReview returns the earliest WakeAt of a review; the zero time when there is none.
	NextReview() (time.Time, error)
}
