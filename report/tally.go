package report

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
)

// tally is Numbers while they are being counted.
type tally struct {
	n                                      Numbers
	detect, ack, mitigate, resolve, people []time.Duration
	stars                                  int // of all answers together
}

func (t *tally) add(f *incident.Facts, now time.Time) {
	if duplicate(f) {
		t.n.Duplicates++
		return
	}
	n := &t.n
	n.Incidents++
	if f.Acts > 0 || !f.State.Open() { // an open one may still be acted on
		n.NotActedOn.Of++
	}
	if f.Acts == 0 && !f.State.Open() {
		n.NotActedOn.Count++
	}
	n.Alerts += f.Alerts
	n.Reopens += f.Reopens
	n.Lapses += f.Lapses
	n.Escalations += f.Escalations
	n.ByHand += f.ByHand
	n.Reassigns += f.Reassigns
	n.Updates += f.Updates
	if f.Satisfied > 0 {
		n.Satisfaction.Answers++
		t.stars += f.Satisfied
	}
	t.addEnd(f)
	t.addTimes(f)
	for i := range f.Clocks {
		t.addClock(&f.Clocks[i].Reading, now)
	}
	if f.Review.Required {
		n.Reviews.Required++
		if f.Review.State == published {
			n.Reviews.Published++
		} else if reviewOverdue(f, now) {
			n.Reviews.Overdue++
		}
	}
}

// published is the last state of a review.
const published = "published"

func reviewOverdue(f *incident.Facts, now time.Time) bool {
	r := &f.Review
	return r.Required && r.State != published && !r.DueAt.IsZero() && r.DueAt.Before(now)
}

func (t *tally) addEnd(f *incident.Facts) {
	n := &t.n
	if f.State.Open() {
		n.Open++
	} else {
		n.Resolved++
		n.AutoResolved.Of++
		if f.Code == incident.Recovered {
			n.AutoResolved.Count++
		}
	}
	if f.Reopens > 0 || !f.State.Open() {
		n.Reopened.Of++
	}
	if f.Reopens > 0 {
		n.Reopened.Count++
	}
}

// addTimes measures what can be measured. A time before the creation is a clock that lies, not a fast team.
func (t *tally) addTimes(f *incident.Facts) {
	if !f.StartedAt.IsZero() && !f.StartedAt.After(f.CreatedAt) {
		t.detect = append(t.detect, f.CreatedAt.Sub(f.StartedAt))
	}
	if d, ok := ackTime(f); ok {
		t.ack = append(t.ack, d)
	}
	if d, ok := mitigateTime(f); ok {
		t.mitigate = append(t.mitigate, d)
	}
	if d, ok := resolveTime(f); ok {
		t.resolve = append(t.resolve, d)
		if f.Code != incident.Recovered {
			t.people = append(t.people, d)
		}
	}
}

func ackTime(f *incident.Facts) (time.Duration, bool) {
	if f.FirstAckAt.IsZero() || f.FirstAckAt.Before(f.CreatedAt) {
		return 0, false
	}
	return f.FirstAckAt.Sub(f.CreatedAt), true
}

// mitigateTime leaves out what was said only when it was over: it had been mitigated before, nobody knows when.
func mitigateTime(f *incident.Facts) (time.Duration, bool) {
	if f.MitigatedAt.IsZero() || f.MitigatedAt.Before(f.CreatedAt) || settled(f) && f.MitigatedAt.After(f.ResolvedAt) {
		return 0, false
	}
	return f.MitigatedAt.Sub(f.CreatedAt), true
}

func resolveTime(f *incident.Facts) (time.Duration, bool) {
	if !settled(f) || f.ResolvedAt.Before(f.CreatedAt) {
		return 0, false
	}
	return f.ResolvedAt.Sub(f.CreatedAt), true
}

func (t *tally) addClock(c *sla.Reading, now time.Time) {
	var a *Adherence
	switch c.Kind {
	case sla.Response:
		a = &t.n.Response
	case sla.Resolution:
		a = &t.n.Resolution
	default:
		return
	}
	switch {
	case breached(c, now):
		a.Breached++
		if c.Stage != sla.Done {
			a.OpenBreached++
		}
	case c.Stage == sla.Done:
		a.Kept++
	default:
		a.Running++
	}
}

// breached reports whether a promise is broken at now. A clock is read only when something happens to its incident, so one
// that was read earlier as running may be over its target by now.
func breached(c *sla.Reading, now time.Time) bool {
	if c.Breached || c.Stage == sla.Done {
		return c.Breached
	}
	return !c.BreachAt.IsZero() && !now.Before(c.BreachAt)
}

// numbers finishes the counting. The tally may go on.
func (t *tally) numbers() Numbers {
	n := t.n
	n.MTTD, n.MTTA, n.MTTM = spreadOf(t.detect), spreadOf(t.ack), spreadOf(t.mitigate)
	n.MTTR, n.MTTRByPeople = spreadOf(t.resolve), spreadOf(t.people)
	n.Satisfaction = satisfactionOf(n.Satisfaction.Answers, t.stars)
	if n.Incidents > 0 {
		n.PerIncident = float64(n.Alerts) / float64(n.Incidents)
	}
	return n
}
