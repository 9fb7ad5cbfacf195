package incident

import (
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
)

// remindEvery is how often somebody is reminded of what keeps an incident from being closed.
const remindEvery = 24 * time.Hour

// keepCadence sets when the next status update is owed, where the priority has a cadence.
func (d *draft) keepCadence(was *Incident) {
	i := &d.i
	every := d.cadence()
	switch {
	case !i.State.Open() || every == 0:
		i.OwesAt, i.OwesTold = time.Time{}, time.Time{}
	case !was.State.Open() || i.OwesAt.IsZero() || was.UpdateEvery != i.UpdateEvery:
		i.OwesAt, i.OwesTold = d.now.Add(every), time.Time{}
	case was.Priority != i.Priority:
		since := i.CreatedAt
		if i.Status != nil {
			since = i.Status.At
		}
		i.OwesAt, i.OwesTold = since.Add(every), time.Time{}
		if i.OwesAt.Before(d.now) {
			i.OwesAt = d.now
		}
	}
}

// settleIn is how long whoever acknowledged is left to look before an update is asked of them.
const settleIn = 5 * time.Minute

// owesAt is when somebody is to be reminded of the update that is owed.
func (d *draft) owesAt() time.Time {
	i := &d.i
	switch {
	case i.OwesAt.IsZero():
		return time.Time{}
	case i.OwesTold.IsZero() || i.OwesTold.Before(i.OwesAt):
		if settle := i.AcknowledgedAt.Add(settleIn); settle.After(i.OwesAt) {
			return settle
		}
		return i.OwesAt
	}
	return i.OwesTold.Add(max(d.cadence(), time.Minute))
}

// cadence is how often the incident owes an update; 0: never.
func (d *draft) cadence() time.Duration {
	if d.i.Drill() {
		return 0
	}
	if d.i.UpdateEvery > 0 {
		return d.i.UpdateEvery
	}
	return d.book.Cadence[d.i.Priority]
}

// remindUpdate reminds who speaks for the incident of an update that is owed. While nobody has acknowledged it, pages are
// noise enough.
func (d *draft) remindUpdate() {
	i := &d.i
	if i.State != Acknowledged && i.State != OnHold || !passed(d.owesAt(), d) {
		return
	}
	i.OwesTold = d.now
	to := d.owners()
	if u, ok := d.book.Roster.User(i.Roles[Communications]); ok {
		to = []oncall.UserID{u.ID}
	}
	what := "a status update is due"
	if i.Status != nil {
		what += ", the last was " + lapse.Exact(d.now.Sub(i.Status.At)) + " ago"
	}
	d.tell(DidRemind, self, "updates.cadence "+string(i.Priority), "Reminded: %s", what)
	d.news(to, newsUpdateDue, what)
}

// dueReview sets when the review of an incident that is being resolved is due.
func (d *draft) dueReview(code Code) {
	r := &d.i.Review
	if d.i.Drill() {
		return
	}
	if code == Duplicate && d.i.DuplicateOf != 0 { // the word alone lifts nothing: of what is it a duplicate?
		r.Required = false
		return
	}
	r.Required = r.Required || d.book.Reviews.Required[d.i.Priority]
	if r.Required && d.book.Reviews.Due > 0 {
		r.DueAt = d.now.Add(d.book.Reviews.Due)
	}
}

// reviewMissing reports whether the incident may not close because a required review is not published.
func (d *draft) reviewMissing() bool {
	return d.i.Review.Required && d.i.Review.State != ReviewPublished
}

// The states of a review that the incident knows of; the review's own package has the same words.
const (
	ReviewDraft     = "draft"
	ReviewInReview  = "in_review"
	ReviewPublished = "published"
)

// kept reports whether something that is owed keeps the incident from being closed.
func (d *draft) kept() bool { return d.reviewMissing() || d.noteOwed() }

// endAt is when something happens to a resolved incident by itself: it closes, or somebody is reminded of what keeps it.
func (d *draft) endAt() time.Time {
	i := &d.i
	closeAt := i.ResolvedAt.Add(d.closeIn())
	if !d.kept() {
		return closeAt
	}
	switch {
	case !d.noteOwed() && i.Review.State != "":
		return time.Time{} // the review, which is a record of its own, reminds its owner
	case !i.Review.RemindAt.IsZero():
		return i.Review.RemindAt
	case d.reviewMissing() && !i.Review.DueAt.IsZero():
		return i.Review.DueAt
	}
	return closeAt
}

// remindEnd reminds of a review or a note that is owed.
func (d *draft) remindEnd() {
	if !passed(d.endAt(), d) {
		return
	}
	d.i.Review.RemindAt = d.now.Add(remindEvery)
	what := "a note about what was done is owed before it can be closed"
	if d.reviewMissing() {
		what = "its review is required and not published"
		if at := d.i.Review.DueAt; !at.IsZero() && !at.After(d.now) {
			what += ", it was due on " + at.Format("2006-01-02")
		}
	}
	d.tell(DidRemind, self, "", "Reminded: %s", what)
	d.newsAt(oncall.Low, d.owners(), newsEndDue, what) // no note is worth a night's sleep
}
