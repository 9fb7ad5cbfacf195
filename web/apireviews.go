package web

import (
	"cmp"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const recordsUnset, recordsMost = 100, 500

// reviewStates are the words for states of reviews that the API takes.
var reviewStates = []string{string(review.StateDraft), string(review.StateInReview), string(review.StatePublished)}

// listReviews is GET /api/v1/reviews.
func (c *call) listReviews() error {
	var want []review.State
	for _, w := range c.words("state") {
		if err := among("state", w, reviewStates...); err != nil {
			return err
		}
		want = append(want, review.State(w))
	}
	limit, err := c.count("limit", recordsUnset, recordsMost)
	if err != nil {
		return err
	}
	out := []client.ReviewSummary{}
	err = c.walk(func(tx store.Tx, v *veil) error {
		all, err := tx.Reviews(want, 0)
		for k := range all {
			if len(out) < limit && v.seesReview(&all[k]) {
				v.hush(&all[k].Title)
				out = append(out, wireReviewSummary(&all[k], c.now))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// seesReview is the rule of review for one that was read already. The review of an incident that was forgotten stays.
func (v *veil) seesReview(r *review.Review) bool {
	return v.incident(r.Incident) != sightHidden && v.c.who.maySee(v.c.s.Engine.Book(), r.Type, r.Team, r.Service)
}

// getReview is GET /api/v1/incidents/{n}/review, as JSON or as a Markdown document.
func (c *call) getReview() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	format := c.r.URL.Query().Get("format")
	if err := among("format", format, "json", "markdown"); err != nil {
		return err
	}
	zone, err := c.zone()
	if err != nil {
		return err
	}
	if format == "markdown" || format == "" && c.wants("text/markdown") {
		doc, err := c.reviewDocument(n, zone)
		if err == nil {
			c.file(markdownType, doc)
		}
		return err
	}
	var out client.Review
	err = c.view(func(tx store.Tx, v *veil) error {
		r, err := c.review(tx, n)
		out = v.wireReview(r)
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

const markdownType = "text/markdown; charset=utf-8"

// reviewDocument is a review as a document in Markdown, with times in a zone.
func (c *call) reviewDocument(n int64, zone *time.Location) (doc []byte, err error) {
	err = c.view(func(_ store.Tx, v *veil) error {
		r, err := v.shownReview(n)
		doc = []byte(review.Markdown(r, c.s.Engine.Book().Roster, zone))
		return err
	})
	return doc, err
}

// wants reports whether a request prefers a type to JSON: it is named before any JSON.
func (c *call) wants(kind string) bool {
	for part := range strings.SplitSeq(c.r.Header.Get("Accept"), ",") {
		switch got, _, err := mime.ParseMediaType(part); {
		case err != nil:
		case got == kind:
			return true
		case got == "application/json":
			return false
		}
	}
	return false
}

// draftReview is POST /api/v1/incidents/{n}/review: a draft of what the record knows, or the facts anew for the one that there is.
func (c *call) draftReview() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	there, err := c.mayDraft(n)
	if err != nil {
		return err
	}
	if err := c.decode(&struct{}{}); err != nil {
		return err
	}
	r, err := c.s.Engine.DraftReview(c.r.Context(), n, c.who.actor())
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if there {
		status = http.StatusOK
	}
	return c.answerReview(status, r)
}

// mayDraft reports whether there is a review of an incident. One that the caller may not see is an error.
func (c *call) mayDraft(n int64) (there bool, err error) {
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		_, err := c.review(tx, n)
		if there = err == nil; !errors.Is(err, review.ErrNoReview) {
			return err
		}
		if _, hidden := tx.Review(n); !isNotFound(hidden) {
			return cmp.Or(hidden, err)
		}
		return nil
	})
	return there, err
}

func (c *call) answerReview(status int, r review.Review) error {
	var out client.Review
	err := c.view(func(_ store.Tx, v *veil) error {
		out = v.wireReview(r)
		return nil
	})
	if err != nil {
		return err
	}
	c.write(status, out)
	return nil
}
